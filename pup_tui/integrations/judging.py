"""All that is wrong with an integration: with its file, and with each of its actions as a step calls it."""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.catalog.effects import mutates
from pup_tui.integrations.calling import calling_all, calling_example
from pup_tui.integrations.library import InstalledIntegration
from pup_tui.runbook import yaml
from pup_tui.runbook.model import Step
from pup_tui.runbook.nodes import Mapping, YamlNode, shown
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report
from pup_tui.runbook.steps import Linter


def problems_of(found: InstalledIntegration, linter: Linter | None = None) -> tuple[Problem, ...]:
    """Errors, and warnings where a `linter` looks for them, in the order of the file."""
    if found.said is None:
        return found.problems
    path = str(found.place.path)
    tree, _ = yaml.parse_shared(found.data, path)
    assert isinstance(tree, Mapping)
    report = Report()
    loaded = calling_all(found, linter)
    for problem in loaded.problems:
        if problem.path == path:
            report.add(problem)
    if loaded.runbook is None:
        return report.problems
    used: set[str] = set()
    for step in loaded.runbook.steps:
        assert step.action is not None
        used.update(step.action.settings)
        _check_effect(_at(tree, "actions", step.action.action, "effect"), step, report)
    for name, action in found.said.actions.items():
        if action.example:
            _check_example(found, name, _at(tree, "actions", name, "example"), report)
    for name, at in _keys(tree.get("settings")):
        if name not in used:
            told = f"no action uses the setting {shown(name)}"
            report.error(at, told, "leave it out, or use it")
    return report.problems


def _check_effect(at: YamlNode, step: Step, report: Report) -> None:
    """An action that says that it changes something has a step that does."""
    inside = {mutates(each, is_believed=True) for each in step.inside}
    if step.says_it_changes and inside == {False}:
        told = "the action says that it changes something, and its steps only look"
        report.error(
            at, told, "write `effect: read`, or `read_only: false` on the step that changes"
        )


def _check_example(found: InstalledIntegration, action: str, at: YamlNode, report: Report) -> None:
    """The example of an action can be given to it: it is what people begin with."""
    for problem in calling_example(found, action).errors:
        if problem.path != str(found.place.path):
            report.error(
                at, f"the example cannot be given to its action: {problem.message}", problem.hint
            )


def _at(tree: Mapping, *way: str) -> YamlNode:
    node: YamlNode = tree
    for key in way:
        assert isinstance(node, Mapping)
        node = node.entries[key].value
    return node


def _keys(node: YamlNode | None) -> Iterator[tuple[str, YamlNode]]:
    for name, entry in node.entries.items() if isinstance(node, Mapping) else ():
        yield name, entry.key
