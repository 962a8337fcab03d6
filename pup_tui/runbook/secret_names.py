"""Which names of a file stand for secrets, as far as the file tells before a run.

More may turn out to be secret in a run: a capture that holds one, a value that was given for a group's param.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from pup_tui.runbook.exposure import exposed_names
from pup_tui.runbook.languages import compiled
from pup_tui.runbook.nodes import GroupCall, Mapping, Scalar, Sequence, YamlNode, shown
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import DraftFrame, StepDraft
from pup_tui.template.errors import TemplateError

_EXPRESSIONS: Final = frozenset({Role.ITEMS, Role.EXPRESSION})
"""Roles of texts that name things without braces."""


def secret_names(frame: DraftFrame) -> frozenset[str]:
    """The secret variables and captures of a frame, and those that are made out of one."""
    found = {name for name, node in _declared(frame) if is_secret(node)}
    found |= {name for step in frame.steps for name in _hidden_captures(step)}
    if isinstance(frame.caller, StepDraft) and isinstance(frame.caller.node, GroupCall):
        around = secrets_at(frame.caller, secret_names(frame.caller.frame))
        given = frame.caller.node.get("with")
        entries = given.entries.items() if isinstance(given, Mapping) else ()
        found |= {name for name, entry in entries if _uses(Role.JSON, entry.value) & around}
    made = frozenset(found)
    for step, name, role, value in _values(frame):
        if _uses(role, value) & secrets_at(step, made):
            made |= {name}
    return made


def secrets_at(step: StepDraft | None, of_frame: frozenset[str]) -> frozenset[str]:
    """What is secret where a step stands: also the items of a list that names a secret."""
    found = of_frame
    around: list[StepDraft] = []
    while step is not None:
        around.append(step)
        step = step.around
    for outer in reversed(around):
        if outer.loops and _uses(Role.ITEMS, outer.node.get("foreach")) & found:
            found |= {outer.item}
    return found


def report_exposure(placed: PlacedText, secrets: Collection[str], report: Report) -> None:
    """Report a text that would put one of the `secrets` where others can read it."""
    exposure = placed.role.exposure
    if exposure is None or not secrets:
        return
    for name in sorted(exposed_names(placed.role, placed.node.text).intersection(secrets)):
        told = f"{shown(name)} is a secret and may not stand in {exposure.place}"
        hint = f"{exposure.why}; {exposure.instead}"
        report.error_in(placed.node, told, hint, fragment=name)


def _declared(frame: DraftFrame) -> Iterator[tuple[str, YamlNode]]:
    yield from _entries(frame.names)
    for step in frame.steps:
        yield from _asked(step)


def _values(
    frame: DraftFrame,
) -> Iterator[tuple[StepDraft | None, str, Role, YamlNode | None]]:
    """What variables and captures are made out of, in the order of the file, and in which step."""
    for name, node in _entries(frame.names):
        yield None, name, Role.TEXT, _part(node, "default")
    for step in frame.steps:
        for name, node in _asked(step):
            yield step, name, Role.TEXT, _part(node, "default")
        for name, node in _entries(step.node.get("capture")):
            yield step, name, Role.EXPRESSION, _part(node, "value")


def _asked(step: StepDraft) -> Iterator[tuple[str, YamlNode]]:
    return _entries(step.node.get("vars") if step.asked else None)


def _entries(node: YamlNode | None) -> Iterator[tuple[str, YamlNode]]:
    if isinstance(node, Mapping):
        yield from ((name, entry.value) for name, entry in node.entries.items())


def is_secret(variable: YamlNode) -> bool:
    """Whether a variable is declared as a secret."""
    return isinstance(variable, Mapping) and variable.text("type") == "secret"


def _hidden_captures(step: StepDraft) -> Iterator[str]:
    for name, node in _entries(step.node.get("capture")):
        if isinstance(node, Mapping) and node.text("secret") == "true":
            yield name


def _part(node: YamlNode, key: str) -> YamlNode | None:
    """What stands under the key, or the node itself where that is written alone."""
    return node.get(key) if isinstance(node, Mapping) else node


def _uses(role: Role, node: YamlNode | None) -> frozenset[str]:
    """The names in the texts of a value; none where they cannot be read, which is reported elsewhere."""
    found: frozenset[str] = frozenset()
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, Mapping):
            waiting += [entry.value for entry in inner.entries.values()]
        elif isinstance(inner, Sequence):
            waiting += inner.items
            role = Role.JSON
        elif isinstance(inner, Scalar) and (role in _EXPRESSIONS or "{" in inner.text):
            try:
                found |= compiled(role, inner.text).flowing_names
            except TemplateError:
                continue
    return found
