"""The report of each bundled runbook, run against the sandbox: no secret, valid HTML, every decision."""

from __future__ import annotations

import re

import pytest

from pup_tui.catalog.folder_files import runbook_files
from pup_tui.catalog.places import bundled_dir
from tests.cli.test_founding import RUNS, STORY
from tests.support.program import Program
from tests.support.sandboxes import asked_sandbox, leading_to
from tests.support.web_pages import strictly


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
