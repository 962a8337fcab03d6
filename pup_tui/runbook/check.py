"""Everything that is judged of a runbook's tree when the file is loaded."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pup_tui.runbook import later
from pup_tui.runbook.lint import Subject, lint
from pup_tui.runbook.model import Runbook
from pup_tui.runbook.nodes import Entry, Mapping, Node, Sequence, Unusable, described
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import RoleCheck
from pup_tui.runbook.rules import RULES, check_environment
from pup_tui.runbook.scope import Scope
from pup_tui.runbook.shapes import INVALID, ShapeCheck
from pup_tui.runbook.step_templates import StepTemplates
from pup_tui.runbook.steps import StepDraft, assign_ids
from pup_tui.runbook.variable_rules import check_variables

MAX_STEPS = 1000


def check(root: Node, stem: str, templates: StepTemplates, report: Report) -> Runbook | None:
    """The runbook that a file's tree stands for; None where the report has errors.

    `stem` is the file's name without its ending, by which the runbook is known.
    """
    if not isinstance(root, Mapping):
        report.error(root, f"a runbook must be a map, not {described(root)}")
        return None
    if _too_many_steps(root, report):
        return None
    filled = _fill(root, templates)
    shape = ShapeCheck(report)
    built = shape.struct(filled.root, Runbook, ())
    drafts = _drafts(filled.root)
    assign_ids(drafts, report)
    _check_steps(drafts, report)
    if _check_meaning(filled, drafts, shape, report):
        lint(Subject(filled.root, stem, drafts, shape.texts), report)
    if built is INVALID or report.has_errors:
        return None
    for draft, step in zip(drafts, built["steps"], strict=True):
        step["id"] = draft.id
    return msgspec.convert(built, Runbook)


@dataclass(slots=True)
class _Filled:
    """The tree with every step template filled in; `is_open` where one could not be."""

    root: Mapping
    is_open: bool


def _too_many_steps(root: Mapping, report: Report) -> bool:
    steps = root.get("steps")
    if not isinstance(steps, Sequence):
        return False
    if not steps.items:
        report.error(steps, "`steps` has no step", "a runbook needs at least one")
    if len(steps.items) > MAX_STEPS:
        report.error(steps, f"more than {MAX_STEPS:,} steps")
    return len(steps.items) > MAX_STEPS


def _fill(root: Mapping, templates: StepTemplates) -> _Filled:
    steps = root.get("steps")
    if not isinstance(steps, Sequence):
        return _Filled(root, True)
    items = [templates.fill(step) for step in steps.items]
    refused = any(isinstance(item, Unusable) for item in items)
    kept = Sequence(steps.source, steps.line, steps.column, items)
    entries = {**root.entries, "steps": Entry(root.entries["steps"].key, kept)}
    return _Filled(Mapping(root.source, root.line, root.column, entries), refused)


def _drafts(root: Mapping) -> list[StepDraft]:
    steps = root.get("steps")
    items = steps.items if isinstance(steps, Sequence) else []
    return [
        StepDraft(index, node, is_open=_is_open(node))
        for index, node in enumerate(items)
        if isinstance(node, Mapping)
    ]


def _is_open(step: Mapping) -> bool:
    """Whether a step may make or use names that this version does not know of."""
    kind = step.text("kind")
    return kind in later.KINDS or any(key in later.KEYS["Step"] for key in step.entries)


def _check_steps(drafts: list[StepDraft], report: Report) -> None:
    for draft in drafts:
        for rule in RULES:
            rule(draft, report)


def _check_meaning(
    filled: _Filled, drafts: list[StepDraft], shape: ShapeCheck, report: Report
) -> bool:
    """Judge what the texts say; False where there were too many to judge."""
    variables = filled.root.get("vars")
    names = variables.entries if isinstance(variables, Mapping) else {}
    defaults = filled.root.get("defaults")
    if isinstance(defaults, Mapping):
        check_environment(defaults.get("env"), report)
    scope = Scope(names, drafts, report, is_open=filled.is_open)
    roles = RoleCheck(scope.declared, report)
    check_variables(variables, shape.made, roles, report)
    steps = {draft.index: draft for draft in drafts}
    for placed in shape.texts:
        if roles.exhausted or report.full:
            break
        uses = roles.check(placed)
        if uses is not None:
            step = steps[int(placed.path[1])] if placed.path[0] == "steps" else None
            scope.check(step, placed, uses)
    return not roles.exhausted
