"""What the rules look at, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from pup_tui.runbook.allowance import MAX_LINTED, linting_cost
from pup_tui.runbook.lint.statements import StepScript, read_scripts
from pup_tui.runbook.nodes import (
    Mapping,
    Scalar,
    SourceText,
    YamlEntry,
    YamlNode,
    scalars_of,
)
from pup_tui.runbook.roles import COMMANDS, Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import HOLDING, StepDraft
from pup_tui.template.limits import points_left, spend_points

if TYPE_CHECKING:
    from tree_sitter import Node

IsInstalled: TypeAlias = Callable[[str], bool]
"""Tells whether a shell would find a command of this name on this machine."""


@dataclass
class Subject:
    """A runbook's tree with its step templates filled in; `steps` are all of them, nested ones too.

    `is_installed` None leaves out what depends on the machine.
    """

    root: Mapping
    stem: str
    steps: list[StepDraft]
    texts: list[PlacedText]
    is_installed: IsInstalled | None = None

    @cached_property
    def scalars(self) -> list[Scalar]:
        """Every text of the file, keys too, each once."""
        return list(scalars_of(self.root))

    @cached_property
    def sources(self) -> list[SourceText]:
        """The files in which the texts stand: the runbook's own, and those of its step templates."""
        nodes: list[YamlNode] = [self.root, *(step.node for step in self.steps)]
        nodes += (placed.node for placed in self.texts)
        return list({id(node.source): node.source for node in nodes}.values())

    def is_looked_at(self, path: str, line: int) -> bool:
        """Whether a line is one of the runbook's own file, or of a step in another: of an integration there
        are only those actions that are called. What whoever calls such a step has marked with `danger` is
        not warned of, however it is written.
        """
        if path == self.root.source.path:
            return True
        return line in self._lines_of_steps.get(path, ())

    @cached_property
    def _lines_of_steps(self) -> dict[str, set[int]]:
        """The lines on which something of a step stands, by the path of the file."""
        found: dict[str, set[int]] = {}
        for step in self.steps:
            marking = _files_that_mark(step)
            for each in _own_scalars(step):
                if marking - {each.source.path}:
                    continue
                lines = range(each.line, each.line + each.text.count("\n") + 1)
                found.setdefault(each.source.path, set()).update(lines)
        return found

    @cached_property
    def step_lists(self) -> list[list[StepDraft]]:
        """The steps that stand in one list, in its order; undo steps are in none."""
        found: dict[tuple[str | int, ...], list[StepDraft]] = {}
        for step in self.steps:
            if step.path[-1] != "undo":
                found.setdefault(step.path[:-1], []).append(step)
        return list(found.values())

    @cached_property
    def commands(self) -> list[tuple[StepDraft, PlacedText]]:
        """The scripts and argument lists of steps, as far as they are looked through, each with its step."""
        there_is = left = min(MAX_LINTED, points_left())
        found: list[tuple[StepDraft, PlacedText]] = []
        for step, placed in self._all_commands:
            cost = linting_cost(placed.node.text)
            if cost > left:
                break
            left -= cost
            found.append((step, placed))
        spend_points(there_is - left)
        return found

    @property
    def not_looked_at(self) -> Scalar | None:
        """The first command that is not looked through, for there is too much before it."""
        behind = self._all_commands[len(self.commands) :]
        return behind[0][1].node if behind else None

    @cached_property
    def _all_commands(self) -> list[tuple[StepDraft, PlacedText]]:
        return self.texts_in(COMMANDS)

    def texts_in(self, roles: Container[Role]) -> list[tuple[StepDraft, PlacedText]]:
        """The texts of steps in some roles, each with its step."""
        by_path = {step.path: step for step in self.steps}
        return [
            (by_path[placed.step], placed)
            for placed in self.texts
            if placed.role in roles and placed.step in by_path
        ]

    @cached_property
    def scripts(self) -> list[StepScript]:
        """The scripts that the grammar knows, each read once for all rules."""
        return list(read_scripts(self.commands))

    def default(self, key: str) -> YamlNode | None:
        """What `defaults` say for every step."""
        defaults = self.root.get("defaults")
        return defaults.get(key) if isinstance(defaults, Mapping) else None


def _own_scalars(step: StepDraft) -> Iterator[Scalar]:
    """The texts of a step, but for those of the steps in it."""
    for key, entry in step.node.entries.items():
        yield entry.key
        if key not in HOLDING:
            yield from scalars_of(entry.value)


def _files_that_mark(step: StepDraft) -> set[str]:
    """The files in which `danger` stands on a step or on what it stands in."""
    return {each.node.source.path for each in step.lineage() if each.node.truth("danger")}


@dataclass(slots=True)
class Finding:
    """A place, what is unwise there, and what to do."""

    node: YamlNode
    message: str
    hint: str = ""
    line: int | None = None
    fragment: str = ""
    nth: int = 0
    """With these the place is that of `fragment` on line `line` of the text, behind `nth` others."""
    group: str = ""
    """What is found in several places for one reason is told once, and silenced in each."""

    @property
    def place(self) -> tuple[int, int]:
        """Line and column in the file."""
        if isinstance(self.node, Scalar) and self.fragment:
            return self.node.place(self.line, self.fragment, self.nth)
        return self.node.line, self.node.column


def found_in(script: StepScript, part: Node, message: str, hint: str, fragment: str) -> Finding:
    """What is unwise where a text begins a part of a script; it is told once for all of a step."""
    line, nth = script.line(part), script.nth(part, fragment)
    return Finding(script.node, message, hint, line, fragment, nth, script.step.group)


LintRule: TypeAlias = Callable[[Subject], Iterator[Finding]]


def entries_of(node: YamlNode | None) -> list[YamlEntry]:
    return list(node.entries.values()) if isinstance(node, Mapping) else []
