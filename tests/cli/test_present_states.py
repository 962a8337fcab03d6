"""What the console is told of the state of what a runbook names, by the account that it has."""

from __future__ import annotations

from pathlib import Path

from pup_tui.cli.present import Present
from pup_tui.cli.wiring import Parts
from pup_tui.datadog.present import MOST_THINGS
from pup_tui.datadog.sandbox import ids
from pup_tui.datadog.sandbox.server import Sandbox
from pup_tui.runbook.load import load_files
from pup_tui.settings.settings import read_settings

RUNBOOK = f"""
name: names
vars:
  MONITOR_ID: {{default: "{ids.MONITOR_ID}"}}
  SERVICE: {{required: true}}
  MADE: {{from: "command: echo {ids.MONITOR_ID}"}}
steps:
  - {{name: a, kind: pup, run: "monitors get {{{{ MONITOR_ID }}}}"}}
  - {{name: b, kind: pup, run: "monitors list --service={{{{ SERVICE }}}}"}}
  - {{name: c, kind: pup, run: "monitors get {{{{ MADE }}}}"}}
"""


async def test_values_that_are_known_without_running_anything_are_used(tmp_path: Path) -> None:
    runbook = load_files("names", {"names.yaml": RUNBOOK.encode()}, Path("names.yaml")).runbook
    assert runbook is not None
    async with Sandbox() as sandbox:
        environ = {
            "HOME": str(tmp_path),
            "PUP_TUI_CONFIG_DIR": str(tmp_path),
            "PUP_TUI_STATE_DIR": str(tmp_path / "state"),
            "PUP_TUI_DATADOG_URL": sandbox.url,
            "DD_API_KEY": "sandbox-api-key",
            "DD_APP_KEY": "sandbox-application-key",
            "DD_READ_ONLY": "1",
        }
        present = Present(Parts(read_settings(environ=environ)))
        found = await present.states(runbook, {})
        assert [(thing.id, thing.needs, each.state) for thing, each in found] == [
            (str(ids.MONITOR_ID), (), "Alert"),
            ("", ("SERVICE",), ""),
            ("", ("MADE",), ""),
        ]
        [(_, service)] = [
            each
            for each in await present.states(runbook, {"SERVICE": "payments"})
            if each[0].kind == "service"
        ]
        assert service.state == "Alert"
        assert not (tmp_path / "state").exists()


async def test_of_more_than_are_asked_for_the_others_are_said(tmp_path: Path) -> None:
    steps = (f"{{name: s{n}, kind: pup, run: monitors get {n}}}" for n in range(1, 30))
    text = f"name: many\nsteps: [{', '.join(steps)}]"
    runbook = load_files("many", {"many.yaml": text.encode()}, Path("many.yaml")).runbook
    assert runbook is not None
    async with Sandbox() as sandbox:
        environ = {
            "HOME": str(tmp_path),
            "PUP_TUI_DATADOG_URL": sandbox.url,
            "DD_API_KEY": "sandbox-api-key",
            "DD_APP_KEY": "sandbox-application-key",
        }
        found = await Present(Parts(read_settings(environ=environ))).states(runbook, {})
        assert [thing.id for thing, _ in found] == [str(n) for n in range(1, 30)]
        left = [state.problem for _, state in found[MOST_THINGS:]]
        assert left == [f"not asked: only the first {MOST_THINGS} are"] * 9
