"""Each promise of the manual has tests that stand for it, and its figures are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pup_tui import secret_spellings
from pup_tui.core import polls
from pup_tui.drivers import local
from pup_tui.journal import database, pending
from pup_tui.output import mask, moves, overwritten, pipeline
from pup_tui.runbook import expansion, yaml
from pup_tui.steps.executor import Context
from tests.support.proofs import PROMISES

MANUAL = (Path(__file__).parents[2] / "docs" / "promises.md").read_text()
PROMISED = MANUAL.partition("## Promised\n")[2].partition("\n## ")[0]

PROVED: dict[str, tuple[str, ...]] = {
    "Looking at a file is safe.": ("P1", "P2", "P5", "P24"),
    "Nothing of others runs before it was shown and approved.": ("P20",),
    "Values are data.": ("P3", "P4"),
    "Foreign text does not drive your terminal.": ("P6", "P7"),
    "Output cannot hide what it said.": ("P17", "P29"),
    "Secrets stay out of sight.": ("P8", "P9", "P10"),
    "Parts of a secret are secrets.": ("P30",),
    "What others wrote stays text in what is passed on.": ("P33",),
    "What a secret decided stays decided.": ("P30",),
    "What is shown has been recorded.": ("P12", "P13", "P14"),
    "A run goes on where it stood.": ("P11",),
    "What ended by itself counts.": ("P23", "P31"),
    "Stopping stops.": ("P15", "P16"),
    "The record is yours alone.": ("P10",),
    "Datadog keys go to Datadog.": ("P18", "P19"),
    "One run at a time where `lock` says so.": ("P22",),
    "Lines stay whole.": ("P32",),
    "A confirmation is a person's.": ("P21",),
    "An alert begins nothing.": ("P26",),
    "A set time runs once at most.": ("P27",),
    "Rehearsing and playing again do nothing.": ("P28",),
    "Agents look, plan and ask.": ("P25",),
}
"""The promises that tests name, by the words of the manual."""

GRACE = Context(environ={}, cwd=Path(), run="", step="").grace
FIGURES = [
    f"at most {yaml.MAX_BYTES // 1024**2} MiB, {yaml.MAX_DEPTH} levels, {yaml.MAX_NODES:,} nodes",
    f"{expansion.MAX_STEPS:,} steps",
    f"up to {overwritten.MOST_NEW} that say something new",
    f"up to {moves.MOST} lines (of {pipeline.REDRAW_REACH:,} characters in all)",
    f"for {pipeline.SETTLE_SECONDS:.0f} to {2 * pipeline.SETTLE_SECONDS:.0f} seconds",
    f"its path from {secret_spellings.LEAST_PATH} characters on",
    f"another piece from {secret_spellings.MIN_PART} characters on",
    f"under {secret_spellings.MIN_LINE} characters is masked only",
    f"Secrets under {mask.MIN_SECRET} characters are refused",
    f"is waited for {database.PATIENCE:.0f} seconds",
    f"then KILL after {GRACE:.0f} seconds",
    f"for {local.CLEANUP_LIMIT:.0f} seconds after SIGTERM",
    f"at least {polls.SHORTEST_INTERVAL * 1000:.0f} ms",
]


def test_each_promise_is_proved_by_what_there_is_a_row_for() -> None:
    assert re.findall(r"^- \*\*([^*]+)\*\*", PROMISED, re.MULTILINE) == list(PROVED)
    assert {id_ for ids in PROVED.values() for id_ in ids} == set(PROMISES)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_that_of_the_program(figure: str) -> None:
    assert figure in " ".join(MANUAL.split())


def test_a_run_that_was_asked_for_ends_after_an_hour() -> None:
    assert pending.LIFETIME == 3600.0
    assert "within an hour." in " ".join(MANUAL.split())
