"""Values that a step gives to what it calls: a group's `with`, a runbook's `vars`."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

from pup_tui.runbook.nodes import Mapping, OutOfRange, Scalar, YamlNode, described, shown
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.report import Report, listed
from pup_tui.runbook.values import check_value


def check_given(
    step: Mapping, key: str, variables: MappingOf[str, Variable], callee: str, report: Report
) -> None:
    """Report values under `key` that `callee` does not have, lacks, or could not take."""
    given = step.get(key)
    if given is not None and not isinstance(given, Mapping):
        return
    entries = given.entries if given is not None else {}
    for name, entry in entries.items():
        variable = variables.get(name)
        if variable is None:
            there = f"it has {listed(variables)}" if variables else "it takes no values"
            hint = report.suggest(name, variables) or there
            report.error(entry.key, f"{callee} has no variable {shown(name)}", hint)
        else:
            _check_value(name, entry.value, variable, report)
    missing = [
        name
        for name, variable in variables.items()
        if variable.needed and variable.when is None and name not in entries
    ]
    if missing:
        at = step.entries[key].key if key in step.entries else step
        told = f"{callee} needs {listed(missing)}"
        report.error(at, told, f"give it under `{key}`")


def _check_value(name: str, node: YamlNode, variable: Variable, report: Report) -> None:
    """Judge what is literal; what holds a template is judged when it has been rendered."""
    if not isinstance(node, Scalar):
        if variable.type not in ("string", "text"):
            told = f"{shown(name)} does not fit: it must be one value, not {described(node)}"
            report.error(node, told)
        return
    try:
        value = node.value
    except OutOfRange:
        return
    if isinstance(value, str) and ("{{" in value or "{%" in value):
        return
    try:
        check_value(variable, value)
    except ValueError as error:
        report.error(node, f"{shown(name)} does not fit: {error}")
