"""Repeated values in the steps: the variables of the runbook stand where those of the script stood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pup_tui.convert.draft import NewRunbook
from pup_tui.convert.naming import variable_name
from pup_tui.convert.sessions.values import RepeatedValue


def put_values(runbook: NewRunbook, values: Sequence[RepeatedValue]) -> None:
    """Give the variables their names, and put them into the commands, where nothing else sets them."""
    names = {variable_name(each.shell): each for each in values}
    runbook.vars = {
        (names[name].name if name in names else name): said for name, said in runbook.vars.items()
    }
    for value in names.values():
        runbook.vars[value.name]["description"] = value.description
    for step in runbook.walk():
        step.name, step.id = _named(step.name, names), _named(step.id, names)
        step.keys = {key: _named(said, names, key) for key, said in step.keys.items()}
        run = step.keys.get("run")
        if isinstance(run, str):
            step.keys["run"] = _in_places(run, values)


def _named(data: Any, names: dict[str, RepeatedValue], key: str = "") -> Any:
    """Data of a step, in which names of steps and of values are those that people read."""
    if isinstance(data, dict):
        return {name: _named(each, names, key) for name, each in data.items()}
    if isinstance(data, list):
        return [_named(each, names, key) for each in data]
    if not isinstance(data, str):
        return data

    def own(found: re.Match[str]) -> str:
        value = names.get(found[0].upper().replace(" ", "_"))
        if value is None or (key == "run" and found[0].islower()):
            return found[0]
        return value.name if found[0].isupper() else value.name.lower().replace("_", found[1])

    return re.sub(r"(?i:session([ _])value\1\d+)", own, data)


def _in_places(run: str, values: Sequence[RepeatedValue]) -> str:
    for each in values:
        template = f"{{{{ {each.name} }}}}"
        without = run.replace(f"{each.shell}={template}\n", "")
        if without != run:
            run = without.replace(f'"${{{each.shell}}}"', template)
            run = run.replace(f"${{{each.shell}}}", template)
    lines = run.rstrip("\n").split("\n")
    return lines[1] if len(lines) == 2 and lines[0] == "set -e" else run
