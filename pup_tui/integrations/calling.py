"""One action as a runbook of its own: to judge it, to try it, and to prove credentials by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pup_tui.integrations.library import InstalledIntegration
from pup_tui.runbook.files import INTEGRATIONS
from pup_tui.runbook.integration import IntegrationAction
from pup_tui.runbook.load import Loaded, load_files
from pup_tui.runbook.steps import Linter
from pup_tui.runbook.written_yaml import yaml_text

_ID = "action"
STEP = "call"
"""The id of the step that calls the action."""


def calling(found: InstalledIntegration, action: str, given: Mapping[str, Any]) -> Loaded:
    """A runbook whose only step calls an action with these values."""
    step = {"id": STEP, **_step(found, action), **({"with": dict(given)} if given else {})}
    return _loaded(found, {"name": step["name"], "steps": [step]})


def calling_all(found: InstalledIntegration, linter: Linter | None = None) -> Loaded:
    """A runbook that calls each action once, in their order, with variables of its own."""
    assert found.said is not None
    actions = found.said.actions
    names = dict.fromkeys(name for action in actions.values() for name in action.params)
    steps = [
        {**_step(found, name), "with": {each: _named(each) for each in action.params}}
        for name, action in actions.items()
    ]
    variables = {name: {"required": False} for name in names}
    return _loaded(found, {"name": found.name, "vars": variables, "steps": steps}, linter)


def calling_example(found: InstalledIntegration, action: str) -> Loaded:
    """A runbook that calls an action as `step_text` writes it; what the example leaves out are variables."""
    assert found.said is not None
    given = _given(found.said.actions[action])
    step = {"id": STEP, **_step(found, action), "with": given}
    variables = {
        name: {"required": False} for name, value in given.items() if value == _named(name)
    }
    return _loaded(found, {"name": step["name"], "vars": variables, "steps": [step]})


def step_text(found: InstalledIntegration, action: str) -> str:
    """The step that calls an action, as it is written into a runbook: with its example, or with the names
    of what it needs.
    """
    assert found.said is not None
    said = found.said.actions[action]
    step: dict[str, Any] = {
        "name": name_of_call(said),
        "template": f"{found.name}/{action}",
    }
    if given := _given(said):
        step["with"] = given
    return yaml_text([step])


def _given(action: IntegrationAction) -> dict[str, Any]:
    """What an action is given to begin with: its example, and the names of what else it needs."""
    return {
        name: _named(name) for name, each in action.params.items() if each.needed
    } | action.example


def _named(name: str) -> str:
    return f"{{{{ {name} }}}}"


def name_of_call(action: IntegrationAction) -> str:
    """What a step is called that calls an action: the first line of what it does."""
    return action.description.strip().partition("\n")[0].rstrip(".")[:200]


def _step(found: InstalledIntegration, action: str) -> dict[str, Any]:
    assert found.said is not None
    return {"name": f"{found.said.title}: {action}"[:200], "template": f"{found.name}/{action}"}


def _loaded(
    found: InstalledIntegration, text: Mapping[str, Any], linter: Linter | None = None
) -> Loaded:
    """A runbook as if it lay beside the integration, whose problems so have the path of its own file."""
    file = f"{_ID}.yaml"
    files = {
        file: json.dumps(text, ensure_ascii=False).encode(),
        f"{INTEGRATIONS}/{found.place.path.name}": found.data,
    }
    return load_files(_ID, files, found.place.path.parent.parent / file, linter=linter)
