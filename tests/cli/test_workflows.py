"""The Datadog Workflows of the command line, against the sandbox."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pup_tui.cli.workflows import workflow_folders
from pup_tui.core.events import AttemptFollows
from pup_tui.datadog.sandbox import ids
from pup_tui.journal.reader import JournalReader
from pup_tui.settings.settings import read_settings
from tests.support.program import Program
from tests.support.sandboxes import asked_sandbox

STORY = 5.0


@pytest.fixture
def datadog() -> Iterator[dict[str, str]]:
    with asked_sandbox(STORY) as environ:
        yield environ


def listed(program: Program, *args: str, **environ: str) -> list[dict[str, Any]]:
    done = program("list", "--json", *args, **environ)
    return [entry for entry in done.json if entry["source"] == "datadog"]


def test_they_are_listed_once_they_were_fetched(program: Program, datadog: dict[str, str]) -> None:
    before = program("list", **datadog)
    assert "they have not been fetched yet: `pup-tui list --refresh` fetches them" in before.err
    found = listed(program, "--refresh", **datadog)
    assert [entry["name"] for entry in found] == [
        "Deploy a service",
        "Drain a region",
        "Mitigate the checkout incident",
        "Restart the payment workers",
    ]
    assert found[0]["id"].startswith("workflow/deploy-a-service-")
    assert found[0]["tags"] == {"type": "deployment", "team": "shop"}
    assert listed(program, **datadog) == found
    assert program("list", **datadog).err == ""


def test_one_without_a_description_is_listed_with_its_name(
    program: Program, datadog: dict[str, str]
) -> None:
    listed(program, "--refresh", **datadog)
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    (path,) = state.glob("workflows/*/deploy-a-service-*.yaml")
    head, rest = path.read_text().split("\n", 1)
    facts = json.loads(head.removeprefix("#"))
    path.write_text(f"# {json.dumps({**facts, 'name': 'デプロイ', 'description': ''})}\n{rest}")
    [row] = [each for each in program("list", **datadog).out.splitlines() if path.stem in each]
    assert row.endswith("デプロイ")


def test_another_account_has_others(program: Program, datadog: dict[str, str]) -> None:
    assert listed(program, "--refresh", **datadog)
    assert listed(program, **{**datadog, "DD_API_KEY": "another"}) == []
    without = {**datadog, "DD_API_KEY": "", "DD_APP_KEY": ""}
    done = program("list", **without)
    assert ("workflow/" in done.out, done.err) == (False, "")


@pytest.mark.parametrize("chosen", [{"DD_ORG": "other"}, {"PUP_CONFIG_DIR": "pup"}])
def test_another_account_that_pup_chooses_has_others(
    tmp_path: Path, chosen: dict[str, str]
) -> None:
    (tmp_path / "pup").mkdir()
    (tmp_path / "pup" / "config.yaml").write_text("site: datadoghq.eu\n")
    around = {"HOME": str(tmp_path), "PUP_CONFIG_DIR": str(tmp_path / "none")}
    chosen = {name: text.replace("pup", str(tmp_path / "pup")) for name, text in chosen.items()}
    kept = [
        workflow_folders(read_settings(environ=environ), asks=True)[0].path
        for environ in (around, {**around, **chosen})
    ]
    assert kept[0] != kept[1]


def test_what_was_fetched_stays_and_its_age_is_said(
    program: Program, datadog: dict[str, str]
) -> None:
    found = listed(program, "--refresh", **datadog)
    (record,) = Path(program.environ["PUP_TUI_STATE_DIR"]).glob("workflows/*/_fetched.json")
    known = json.loads(record.read_text())
    record.write_text(json.dumps({**known, "at": known["at"] - 3 * 3600 - 60}))
    again = program("list", "--json", **datadog)
    assert "Datadog Workflows: as they were 3 hours ago: `pup-tui list --refresh`" in again.err
    assert [entry for entry in again.json if entry["source"] == "datadog"] == found


def test_one_is_described_planned_and_run_by_what_it_is_called(
    program: Program, datadog: dict[str, str]
) -> None:
    name, id_ = "workflow/deploy-a-service", f"workflow/{ids.DEPLOY_WORKFLOW_ID}"
    described = program("describe", name, "--json", **datadog).json
    assert described["id"].startswith(f"{name}-")
    assert "default" not in described["vars"]["service"]
    assert described["vars"]["env"]["choices"] == ["staging", "production"]
    args = "--arg", "service=payments"
    (step,) = program("plan", id_, *args, "--json", **datadog).json["steps"]
    assert (step["kind"], step["mutates"]) == ("datadog-workflow", True)
    done = program("run", id_, *args, "--json", **datadog)
    assert done.code == 0, done.err
    assert done.event("run.started")["runbook"] == described["id"]
    told = [event["text"] for event in done.events if event["type"] == "step.output"]
    assert "[pup-tui] its step Roll_out: SUCCEEDED" in told
    (row,) = program("history", "--json").json
    assert row["runbook"] == described["id"]
    shown = program("show", row["run"], "--json").json
    assert '"service":"payments"' in shown["steps"][0]["command"]
    (last,) = [e for e in listed(program, **datadog) if e["last_run"]]
    assert last["last_run"]["run"] == row["run"]


def test_a_draft_starts_nothing(program: Program, datadog: dict[str, str]) -> None:
    done = program("run", "workflow/drain-a-region", "--json", **datadog)
    assert done.code == 1
    assert "not published" in done.event("run.finished")["reason"]


def test_one_that_there_is_not_is_told_with_what_is_near(
    program: Program, datadog: dict[str, str]
) -> None:
    done = program("run", "workflow/deploy-a-servce", **datadog)
    assert done.code == 2
    assert "did you mean workflow/deploy-a-service-" in done.err


def test_where_datadog_cannot_be_asked_the_reason_is_said(program: Program) -> None:
    nowhere = {"PUP_TUI_DATADOG_URL": "http://127.0.0.1:9", "DD_API_KEY": "k", "DD_APP_KEY": "a"}
    done = program("run", "workflow/x", **nowhere)
    assert done.code == 2
    assert "they could not be fetched: " in done.err


def test_where_there_are_no_credentials_they_are_not_fetched_in_silence(program: Program) -> None:
    done = program("list", "--refresh", DD_API_KEY="k")
    assert done.code == 0
    assert (
        "Datadog Workflows cannot be fetched: no Datadog credentials: DD_API_KEY is set" in done.err
    )
    assert program("list", DD_API_KEY="k").err == ""
    elsewhere = program("list", "--refresh", DD_SITE="datadoghq.example")
    assert "DD_SITE is 'datadoghq.example'" in elsewhere.err


FLOW = """
name: flow
steps:
  - name: Deploy
    kind: datadog-workflow
    workflow_id: ID
    inputs: {service: payments}
    poll: {interval: 1h, timeout: 2h}
    capture: {STATE: json.data.attributes.instanceStatus.detailsKind}
  - {name: tell, kind: shell, run: "echo it has {{ STATE }}"}
"""


def _is_followed(state: Path) -> bool:
    """Whether the record has the instance of its only run."""
    with closing(JournalReader.open(state)) as journal:
        [run] = journal.runs()
        return any(isinstance(event, AttemptFollows) for event in journal.events(run.run))


def test_an_instance_of_a_run_that_was_killed_is_followed_to_its_end(program: Program) -> None:
    program.write("flow", FLOW.replace("ID", ids.DEPLOY_WORKFLOW_ID))
    # By the first look it is under way, by the next one it has ended.
    with asked_sandbox(3.0) as datadog:
        running = program.start("run", "flow.yaml", **datadog)
        try:
            assert any("IN_PROGRESS" in line for line in running.stderr)
            while not _is_followed(Path(program.environ["PUP_TUI_STATE_DIR"])):
                time.sleep(0.01)
        finally:
            running.kill()
            running.communicate()
        done = program("resume", **datadog)
        assert done.code == 0, done.err
        assert "deploy: began, and what it started goes on: it is waited for" in done.err
        assert "is followed on" in done.err + done.out
        assert "it has SUCCEEDED" in done.out
        path = f"api/v2/workflows/{ids.DEPLOY_WORKFLOW_ID}/instances"
        listed = program("pup", "api", path, **datadog)
    assert len(listed.json["data"]) == 1
