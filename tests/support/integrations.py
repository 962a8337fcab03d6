"""Actions of bundled integrations, carried out in tests as in runs, and the record of how each was proved."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import bundled_dir
from pup_tui.core.program import compile_program
from pup_tui.core.state import RunState, RunStatus
from pup_tui.integrations.calling import STEP, calling
from pup_tui.integrations.library import (
    InstalledIntegration,
    IntegrationPlace,
    read_integration,
)
from pup_tui.runbook.files import INTEGRATIONS, integration_files
from tests.support.library_runs import driven
from tests.support.runs import ENVIRON

RECORD = "TESTS_PROVED"
"""Names the file to which each test appends which action it has proved, and how."""


def bundled(name: str) -> InstalledIntegration:
    """The integration of this name that comes with the program."""
    path = bundled_dir() / INTEGRATIONS / f"{name}.yaml"
    found = read_integration(IntegrationPlace(name=name, path=path, origin=Origin.BUNDLED))
    assert found.said is not None, found.problems
    return found


def bundled_names() -> list[str]:
    return [name.rsplit(".", 1)[0] for name in integration_files(bundled_dir() / INTEGRATIONS)]


@dataclass
class Done:
    """What became of an action."""

    state: RunState
    texts: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.state.status is RunStatus.SUCCEEDED

    @property
    def reason(self) -> str:
        return self.state.steps[STEP].reason

    @property
    def outputs(self) -> Mapping[str, Any]:
        return {
            name: self.state.frames[""].captured[name] for name in self.state.steps[STEP].captured
        }


async def carried_out(
    integration: str,
    action: str,
    folder: Path,
    environ: Mapping[str, str],
    given: Mapping[str, Any] | None = None,
    *,
    undone: bool = False,
    around: Mapping[str, str] = ENVIRON,
) -> Done:
    """Run an action with its example, or what is `given`; with `undone` a step behind it fails, and it is
    taken back. Settings find `environ`, processes have what is `around` them.
    """
    found = bundled(integration)
    assert found.said is not None
    values = found.said.actions[action].example if given is None else given
    loaded = calling(found, action, values)
    if undone:
        loaded = _failing(found, action, values)
    program = compile_program("action", loaded.require())
    state, seen = await driven(program, folder, environ=environ, around=around)
    return Done(state, [line.text for _, line in seen.lines])


def _failing(found: InstalledIntegration, action: str, values: Mapping[str, Any]) -> Any:
    from pup_tui.runbook.load import load_files

    steps = [
        {"id": STEP, "name": "own", "template": f"{found.name}/{action}", "with": dict(values)},
        {"name": "fails", "kind": "shell", "run": "false"},
    ]
    files = {
        "action.yaml": json.dumps({"name": "action", "steps": steps}).encode(),
        f"{INTEGRATIONS}/{found.place.path.name}": found.data,
    }
    return load_files("action", files, Path("action.yaml"))


def proved(integration: str, action: str, by: str, what: str) -> None:
    """Record that a test has proved an action: `by` as the file has it under `verified`, `what` in words."""
    found = bundled(integration)
    assert found.said is not None
    said = found.said.actions[action].verified
    assert said == by, f"{integration}/{action} is proved by {by}, and its file says {said}"
    if path := os.environ.get(RECORD):
        line = json.dumps({"integration": integration, "action": action, "by": by, "what": what})
        with open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")
