"""Statistics for people: six columns that fit a terminal of 80, and one runbook with its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pup_tui.analysis.statistics.statistics import fails_most
from pup_tui.analysis.statistics.told import (
    MOST_FAILING,
    RUNBOOK_HEADS,
    STEP_HEADS,
    WHICH,
    facts,
    legend,
    reasons,
    remarks,
    runbook_cells,
    step_cells,
    told_failing,
)
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.analysis.statistics.statistics import RunbookStatistics

LEAST_NAME = 16
"""Columns of a terminal that names get, however little room there is."""

_GAP = "  "
_LABEL = 18
"""Columns before what facts say."""


def print_runbooks(found: Sequence[RunbookStatistics], edge: int | None, now: float) -> None:
    """All runbooks that were run, what fails most, and which of them are not to be relied on."""
    ran = [each for each in found if each.runs.runs]
    if not ran:
        click.echo("no such runs: `pup-tui run RUNBOOK` makes the first", err=True)
    else:
        _print_table(RUNBOOK_HEADS, [runbook_cells(each) for each in ran], edge)
        click.echo()
        _print_cut(legend(ran), edge)
        _print_cut(WHICH, edge)
        if failing := fails_most(ran):
            click.echo("\nWhat fails most")
        for each in failing[:MOST_FAILING]:
            _print_cut("  {}  {}".format(*told_failing(each)), edge)
    told = list(remarks(found, now))
    if told:
        click.echo()
    for what, says in told:
        _print_cut(f"{what}: {says}", edge)


def print_runbook(found: RunbookStatistics, edge: int | None, now: float, profile: str) -> None:
    """One runbook: its runs, and all of its steps, what fails most first."""
    click.echo(safe_text(found.id))
    for what, says in facts(found, now, profile):
        _print_cut(f"  {what:<{_LABEL}}{says}", edge)
    if not found.steps:
        return
    click.echo()
    steps = found.worst_steps()
    _print_table(STEP_HEADS, [step_cells(step, figures) for step, figures in steps], edge)
    click.echo()
    _print_cut(WHICH, edge)
    failing = [(step, figures) for step, figures in steps if figures.failed]
    if failing:
        click.echo("\nWhy they fail")
    for step, figures in failing:
        _print_cut(f"  {step}  {figures.failed:,} of {figures.known:,}", edge)
        for reason in reasons(figures):
            _print_cut(f"    {reason}", edge)


def _print_table(heads: Sequence[str], rows: Sequence[Sequence[str]], edge: int | None) -> None:
    """A table whose names are cut in the middle where it does not end before the terminal's `edge`.

    What stands between the first column and the last are numbers.
    """
    table = [list(heads), *([safe_text(cell) for cell in row] for row in rows)]
    widths = [max(len(row[at]) for row in table) for at in range(len(heads))]
    if edge is not None:
        rest = sum(widths[1:]) + len(_GAP) * (len(widths) - 1)
        widths[0] = min(widths[0], max(LEAST_NAME, edge - rest))
    for name, *numbers, last in table:
        cells = [_cut_middle(name, widths[0]).ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=False)]
        _print_cut(_GAP.join([*cells, last]).rstrip(), edge)


def _cut_middle(name: str, width: int) -> str:
    if len(name) <= width:
        return name
    front = (width - 1) // 2
    return f"{name[:front]}…{name[len(name) - (width - 1 - front) :]}"


def _print_cut(line: str, edge: int | None) -> None:
    shown = safe_text(line)
    click.echo(shown if edge is None or len(shown) <= edge else f"{shown[: edge - 1]}…")
