"""What a run is about: its values, who began it and from what, where a window has room for that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath
from typing import Any

from textual.content import Content

from pup_tui.core.told_alert import told_alert
from pup_tui.output.mask import MASK
from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.texts import columns, cut_rows, description, moment
from pup_tui.tui.widgets.steady_text import SteadyText

LEAST_ROWS = 3
"""Lines with which any of it is worth telling."""

MOST_OF_VALUE = 500
"""Characters of a value that are looked at: it has one line."""

NAMES = 24
"""Columns of the names of variables at most."""


class RunFacts(SteadyText):
    """Stands under the step that is selected, in what steps and that leave of their column."""

    def __init__(self, progress: RunProgress) -> None:
        super().__init__(markup=False)
        self._progress = progress
        self._has_room = True
        self._now: float | None = None

    def show(self, now: float | None, *, has_room: bool) -> None:
        """Tell what is known of the run by `now` (None: by the time of day), as much as there is room for."""
        self._now, self._has_room = now, has_room
        self._show()

    def _show(self) -> None:
        width, rows = self.content_size
        told = Content()
        if width and rows >= LEAST_ROWS and self._has_room:
            told = cut_rows(self._told(width), width, rows)
        self.update(told, layout=False)

    def on_resize(self) -> None:
        self._show()

    def _told(self, width: int) -> Content:
        runbook = self._progress.program.runbook
        parts = [description(runbook.description)] if runbook.description.strip() else []
        parts += [
            _in_lines(list(self._values()), width),
            _in_lines(list(self._facts()), width),
        ]
        return Content("\n\n").join(part for part in parts if part)

    def _values(self) -> Iterator[tuple[str, str]]:
        """The variables as they are since the newest leg; of a secret one that it has a value."""
        changed: dict[str, Any] = {}
        for leg in self._progress.legs:
            changed |= leg.changed
        started = self._progress.started
        for name, value in started.vars.items() if started is not None else ():
            known = value if value == MASK else changed.get(name, value)
            yield name, as_typed(known)[:MOST_OF_VALUE]

    def _facts(self) -> Iterator[tuple[str, str]]:
        runbook, started = self._progress.program.runbook, self._progress.started
        if started is not None:
            begun = moment(datetime.fromisoformat(started.ts).timestamp(), self._now)
            yield "begun", f"{begun} by {started.operator}"
            if started.alert:
                yield "alert", told_alert(started.alert)
                if link := started.alert.get("url"):
                    yield "", str(link)
            if started.profile:
                yield "profile", started.profile
            if started.unchecked:
                yield "unchecked", started.unchecked
            if started.asked_by:
                yield "asked by", f"{started.asked_by}; approved by {started.operator}"
            if started.source.path:
                yield "file", PurePath(started.source.path).name
        if runbook.owner:
            yield "owner", runbook.owner
        for link in runbook.links:
            yield "link", f"{link.title}  {link.url}"


def _in_lines(told: list[tuple[str, str]], width: int) -> Content:
    """A line for each, cut where it is too long."""
    rows = [
        (Content.styled(safe_text(name), "dim"), Content(safe_text(text))) for name, text in told
    ]
    lines = columns(rows, limits=(NAMES,)).split("\n") if rows else []
    return Content("\n").join(line.truncate(width, ellipsis=True) for line in lines)
