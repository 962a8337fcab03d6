"""Which rows the step list has: a tree in which long blocks show only what matters now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.step_progress import StepProgress

MANY = 20
"""Steps inside another from which on only those under way or in trouble are shown until it is opened."""

REST = "…"
"""Follows a step's id in the key of the row that stands for what is left out inside it."""


class Fold(Enum):
    """How much of what is inside a step is shown."""

    CLOSED = "closed"
    NOTABLE = "notable"
    OPEN = "open"


class Row(NamedTuple):
    """One row. `step` None is the heading over the steps that take others back.

    `left_out` is told in a row that stands for what of `step`'s inside is not shown.
    """

    key: str
    step: StepProgress | None
    depth: int
    left_out: str = ""


UNDO_HEADING = Row("", None, 0)


def rows_of(progress: RunProgress, folds: Mapping[str, Fold], selected: str) -> list[Row]:
    """All rows, the one of the selected step always among them unless a closed block holds it."""
    kept = set()
    at = progress.steps.get(selected.removesuffix(REST))
    while at is not None:
        kept.add(at)
        at = at.parent
    rows: list[Row] = []
    _add(rows, progress.roots, 0, folds, kept)
    if progress.undone:
        rows.append(UNDO_HEADING)
        _add(rows, progress.undone, 0, folds, kept)
    return rows


def fold_of(step: StepProgress, folds: Mapping[str, Fold]) -> Fold:
    """How a block is shown: as the operator wants it, or else as its length suggests; a fleet has a grid."""
    usual = Fold.NOTABLE if len(step.children) > MANY else Fold.OPEN
    fold = folds.get(step.id, Fold.CLOSED if step.is_fleet else usual)
    return usual if fold is Fold.NOTABLE else fold


def _add(
    rows: list[Row],
    steps: Iterable[StepProgress],
    depth: int,
    folds: Mapping[str, Fold],
    kept: set[StepProgress],
) -> None:
    for step in steps:
        rows.append(Row(step.id, step, depth))
        if not step.children:
            continue
        fold = fold_of(step, folds)
        if fold is Fold.OPEN:
            _add(rows, step.children, depth + 1, folds, kept)
        elif fold is Fold.NOTABLE:
            shown = _shown(step, kept)
            _add(rows, shown, depth + 1, folds, kept)
            rows.append(Row(step.id + REST, step, depth + 1, _left_out(step, shown)))


def _shown(step: StepProgress, kept: set[StepProgress]) -> list[StepProgress]:
    """The steps inside a long block that are under way or in trouble, and the selected one."""
    wanted = (step.notable | kept) if len(step.notable) <= MANY else kept
    if len(step.notable) > MANY:
        first = [child for child in step.children if child in step.notable][:MANY]
        wanted = kept | set(first)
    return [child for child in step.children if child in wanted] if wanted else []


def _left_out(step: StepProgress, shown: list[StepProgress]) -> str:
    counts = Counter(child.stands_as for child in step.children)
    counts.subtract(child.stands_as for child in shown)
    told = ", ".join(f"{number:,} {status}" for status, number in counts.items() if number)
    return told or "nothing else"
