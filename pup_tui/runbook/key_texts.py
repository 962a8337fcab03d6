"""Keys of a step as the text of a runbook has them, to be changed by a person and read again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from pup_tui.runbook import yaml
from pup_tui.runbook.allowed import fields_of
from pup_tui.runbook.model import Step
from pup_tui.runbook.nodes import Mapping as MapNode
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report, listed
from pup_tui.runbook.shapes import ShapeCheck
from pup_tui.runbook.written_yaml import yaml_text

_KEYS: Final = "the text"


def write_keys(values: Mapping[str, Any]) -> str:
    """The text of some keys with plain data as their values."""
    return yaml_text(dict(values))


def read_keys(text: str, kind: type[Step], keys: Collection[str]) -> dict[str, Any]:
    """The values of keys of a kind of step, judged as in a runbook; a key without a value has None.

    ValueError says in which line what is wrong, also where a key is none of `keys`.
    """
    node, problems = yaml.parse(text.encode(), _KEYS)
    if node is not None and not isinstance(node, MapNode):
        raise ValueError(f"it is no longer a map of keys: {listed(keys)}")
    report = Report()
    for problem in problems:
        report.add(problem)
    built = {} if node is None else _built(node, kind, keys, ShapeCheck(report))
    if report.has_errors:
        raise ValueError(_told(report.problems[0]))
    return built


def _built(
    node: MapNode, kind: type[Step], keys: Collection[str], check: ShapeCheck
) -> dict[str, Any]:
    fields = fields_of(kind)
    built: dict[str, Any] = {}
    for name, entry in node.entries.items():
        if name not in keys:
            check.report.error(entry.key, f"{shown(name)} cannot be changed, only {listed(keys)}")
        elif entry.value.is_null:
            built[name] = None
        else:
            built[name] = check.build(entry.value, fields[name].type, (name,))
    return built


def _told(problem: Problem) -> str:
    hint = f": {problem.hint}" if problem.hint else ""
    return f"line {problem.line}: {problem.message}{hint}"
