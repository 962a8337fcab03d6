"""Steps while they are checked, and the ids by which later steps name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from pup_tui.runbook.model import AnyStep, Step
from pup_tui.runbook.nodes import Mapping, Node, Scalar, shown
from pup_tui.runbook.report import Report

MAX_ID = 200
_OTHERS = re.compile(r"[^a-z0-9]+")
_ID = re.compile(r"[a-z][a-z0-9_]*\Z")

KINDS: dict[str, type[Step]] = {str(cls.__struct_config__.tag): cls for cls in get_args(AnyStep)}


@dataclass(slots=True)
class StepDraft:
    """A step of a file that may still be wrong elsewhere.

    `is_open` marks a step of which too little is known to judge the names that it uses or makes.
    """

    index: int
    node: Mapping
    id: str = ""
    is_open: bool = False

    @property
    def kind(self) -> type[Step] | None:
        """The model's class of its kind; None where there is no such kind."""
        return KINDS.get(self.node.text("kind") or "")

    @property
    def order(self) -> tuple[bool, int]:
        """Steps run in this order: cleanup steps come at the end of the run."""
        return self.node.text("when") == "cleanup", self.index

    @property
    def captures(self) -> dict[str, Node]:
        """The names it captures, with the place of each."""
        given = self.node.get("capture")
        if isinstance(given, Scalar):
            return {given.text: given}
        if isinstance(given, Mapping):
            return {name: entry.key for name, entry in given.entries.items()}
        return {}


def derived_id(name: str, number: int) -> str:
    """The id that step `number` (from 1) gets from its name."""
    stem = _OTHERS.sub("_", name.lower()).strip("_")
    if not stem:
        return f"step_{number}"
    return f"s{stem}" if stem[0].isdigit() else stem


def assign_ids(steps: list[StepDraft], report: Report) -> None:
    """Set every step's id; a wrong or repeated one that was given is reported."""
    given: dict[str, Node] = {}
    for step in steps:
        value = step.node.get("id")
        if not isinstance(value, Scalar):
            continue
        step.id = value.text
        if not _ID.match(value.text) or len(value.text) > MAX_ID:
            hint = "an id begins with a-z and goes on with a-z, 0-9 and _"
            report.error(value, f"{shown(value.text)} is not an id", hint)
        elif value.text in given:
            first = given[value.text].line
            report.error(
                value, f"the id {shown(value.text)} is given twice", f"first on line {first}"
            )
        else:
            given[value.text] = value
    taken = set(given)
    repeats: dict[str, int] = {}
    for step in steps:
        if not step.id:
            stem = derived_id(step.node.text("name") or "", step.index + 1)
            step.id = _free(stem, taken, repeats)
            taken.add(step.id)


def _free(stem: str, taken: set[str], repeats: dict[str, int]) -> str:
    found = stem
    while found in taken:
        repeats[stem] = repeats.get(stem, 1) + 1
        found = f"{stem}_{repeats[stem]}"
    return found
