"""Reports of the bundled runbooks, run against the sandbox, and of what older versions recorded."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pup_tui.catalog.folder_files import runbook_files
from pup_tui.catalog.places import bundled_dir
from tests.cli.test_founding import RUNS, STORY
from tests.support.program import Program
from tests.support.sandboxes import asked_sandbox, leading_to
from tests.support.web_pages import strictly

JOURNALS = Path(__file__).parent.parent / "journal" / "data"


@pytest.mark.parametrize("runbook", [path.stem for path in runbook_files(bundled_dir())])
def test_it_has_every_decision_no_secret_and_no_error(program: Program, runbook: str) -> None:
    secrets = [leading_to("")[name] for name in ("DD_API_KEY", "DD_APP_KEY")]
    args = [part for value in RUNS[runbook] for part in ("--set", value)]
    with asked_sandbox(STORY) as environ:
        done = program("run", runbook, *args, "--yes", "--json", **environ)
    assert done.code == 0, done.err
    run = done.event("run.started")["run"]
    answered = [event["step"] for event in done.events if event["type"] == "step.answered"]
    assert answered
    texts = {
        format_: program("report", run, "--format", format_).out
        for format_ in ("md", "html", "json", "chat")
    }
    for text in texts.values():
        assert not [secret for secret in secrets if secret in text]
    strictly(texts["html"])
    part = texts["md"].partition("\n## Decisions\n")[2].partition("\n## ")[0]
    assert re.findall(r"\) `([^`]+)`: `", part) == answered
    page = texts["html"].partition('<h2 id="decisions">')[2].partition("<h2 ")[0]
    assert re.findall(r"</span></span> <code>([^<]+)</code>: ", page) == answered
    shown = program("show", run, "--json").json
    told = program("report", run, "--format", "json").json["runs"][0]
    assert [each["step"] for each in told["decisions"]] == answered
    assert [each["step"] for each in told["steps"]] == [each["step"] for each in shown["steps"]]
    assert told["vars"] == shown["vars"]


@pytest.mark.parametrize("journal", sorted(JOURNALS.glob("*.db")), ids=lambda path: path.stem)
def test_a_report_of_what_an_older_version_recorded_has_every_decision(
    program: Program, tmp_path: Path, journal: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    shutil.copy(journal, state / "journal.db")
    runs = [each["run"] for each in program("history", "--json").json]
    assert runs
    assert program("export", "--format", "otlp-json").code == 0
    for run in runs:
        strictly(program("report", run, "--format", "html").out)
        told = program("report", run, "--format", "json").json["runs"][0]
        shown = program("show", run, "--json").json
        decided = [(each["step"], each["answer"]) for each in told["decisions"]]
        assert [
            each for each in shown["decisions"] if (each["step"], each["answer"]) not in decided
        ] == []
        assert [each["step"] for each in told["steps"]] == [each["step"] for each in shown["steps"]]
