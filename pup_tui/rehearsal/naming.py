"""Whether what a case names is there."""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.core.ids import UNDO, static_id
from pup_tui.core.program import Program
from pup_tui.rehearsal.problems import problem_at
from pup_tui.rehearsal.questions import UNDO_KEY
from pup_tui.rehearsal.reading import PlacedCase
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import listed, suggestion


def unknown_steps(case: PlacedCase, program: Program) -> Iterator[Problem]:
    """That an answer, a question or an expectation names a step which the runbook does not have."""
    for name, node in _named(case):
        if static_id(name) not in program.by_id:
            there = list(program.by_id)
            hint = suggestion(name, there) or f"it has {listed(there[:20])}"
            yield problem_at(node, f"the runbook has no step `{name}`", hint)


def unknown_names(case: PlacedCase, program: Program) -> Iterator[Problem]:
    """That an expectation names a capture which no step makes."""
    made = {name for frame in program.frames.values() for name in (*frame.captures, *frame.asked)}
    captures = _under(case.node, "expect", "captures")
    for name, entry in captures.entries.items() if isinstance(captures, Mapping) else ():
        if name not in made:
            hint = suggestion(name, made) or (f"they make {listed(sorted(made))}" if made else "")
            yield problem_at(entry.key, f"no step captures `{name}`", hint)


def _named(case: PlacedCase) -> Iterator[tuple[str, YamlNode]]:
    """Each step that is named, and where."""
    for answer in case.answers:
        yield answer.said.step, answer.node.entries["step"].value
    for keys in (("questions",), ("expect", "steps")):
        node = _under(case.node, *keys)
        for name, entry in node.entries.items() if isinstance(node, Mapping) else ():
            if name not in (UNDO_KEY, UNDO):
                yield name, entry.key
    undone = _under(case.node, "expect", "undo")
    for item in undone.items if isinstance(undone, Sequence) else ():
        if isinstance(item, Scalar):
            yield item.text, item


def _under(node: YamlNode, *keys: str) -> YamlNode | None:
    found: YamlNode | None = node
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
