"""A loop over hosts, or over many items, as one thing: its pace, a cell for each, and which are alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from pup_tui.aside import aside
from pup_tui.core.fleet import FAILED, FleetStanding, standing_of
from pup_tui.core.state import Rates
from pup_tui.output.alike import last_printed
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.alike_outputs import AlikeOutputs
from pup_tui.tui.glyphs import TONES, mark_of
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.step_progress import StepProgress
from pup_tui.tui.widgets.alike_list import AlikeList, fit_name
from pup_tui.tui.widgets.fleet_grid import FleetGrid

AROUND_GRID = 3
"""Rows beside the cells: how the fleet stands, and the item under the cursor."""

FEWEST_ALIKE = 3
"""Rows that what printed the same keeps beside the cells, where there are so many."""


class FleetView(Vertical):
    """Shows one fleet at a time, as it stands now."""

    class Opened(Message):
        """The operator wants to see what an item printed."""

        def __init__(self, item: str) -> None:
            super().__init__()
            self.item = item

    def __init__(self, progress: RunProgress, output_path: Callable[[str], Path]) -> None:
        """`output_path` tells where a step's output is."""
        super().__init__(id="run-fleet")
        self._progress = progress
        self._output_path = output_path
        self._fleet: StepProgress | None = None
        self._alike: AlikeOutputs | None = None
        self._comparing = False
        self._last: tuple[object, str] = (None, "")
        """What the item under the cursor had printed when it was looked at, and what that was known by."""
        self._head = Static(id="fleet-head", markup=False)
        self._cell = Static(id="fleet-cell", markup=False)
        self.grid = FleetGrid()
        self._groups = AlikeList()

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.grid
        yield self._cell
        yield self._groups

    # What is shown

    def show(self, fleet: StepProgress, rates: Rates | None) -> None:
        """Show a fleet; `rates` say how its items may begin, as far as known."""
        anew = fleet is not self._fleet
        self._fleet = fleet
        if anew or self._alike is None:
            self._alike = AlikeOutputs(fleet, self._progress, self._output_path)
        states = [item.stands_as for item in fleet.children]
        errors = sum(item.status in FAILED for item in fleet.children)
        self._head.update(_head(fleet, standing_of(states, errors, rates)), layout=False)
        self.grid.show(fleet.children, anew=anew)
        self._show_groups()
        self._show_cell()
        self._share_room()
        if not self._comparing:
            self._compare(self._alike)

    @property
    def rows_needed(self) -> int:
        """The rows in which all of it would have room."""
        groups = 0 if self._alike is None else len(self._alike.groups)
        return self.grid.rows_in(self.size.width) + AROUND_GRID + groups

    def on_resize(self) -> None:
        self._share_room()
        self._show_cell()

    def _share_room(self) -> None:
        """Cells have the room that they need, beside a few rows of what printed the same."""
        groups = 0 if self._alike is None else len(self._alike.groups)
        room = self.size.height - AROUND_GRID - min(groups, FEWEST_ALIKE)
        most = max(1, min(room, self.grid.rows_in(self.size.width)))
        if self.grid.styles.height is None or self.grid.styles.height.value != most:
            self.grid.styles.height = most

    def _show_cell(self) -> None:
        """Say of the item under the cursor how it stands, and what it printed last."""
        cell = self.grid.cell
        if cell is None:
            return
        mark = mark_of(cell.stands_as)
        telling = self._progress.telling(cell)
        why = safe_text((cell.reason or telling.reason).partition("\n")[0]) or mark.word
        told = [
            Content.styled(f" {fit_name(cell.called)} ", "bold"),
            Content.styled(f" {mark.glyph} {why} ", TONES[mark.tone]),
        ]
        if last := self._last_line(telling):
            told.append(Content(f" {safe_text(last)}"))
        self._cell.update(Content.assemble(*told), layout=False)

    def _last_line(self, step: StepProgress) -> str:
        """What a step printed last; read again when something of it has changed."""
        path = self._output_path(step.id)
        try:
            known = path, step.status, path.stat().st_size
        except OSError:
            return ""
        if self._last[0] != known:
            self._last = known, last_printed(path)
        return self._last[1]

    @work(group="alike", exit_on_error=False)
    async def _compare(self, outputs: AlikeOutputs) -> None:
        """Find out which items printed the same, as long as others end meanwhile."""
        self._comparing = True
        try:
            while self.is_attached and (ended := outputs.ended()) is not None:
                await aside(outputs.read, ended)
                if outputs is self._alike:
                    self._show_groups()
                    self._share_room()
        finally:
            self._comparing = False

    def _show_groups(self) -> None:
        if self._alike is not None and self._fleet is not None:
            noun = "host" if self._fleet.on_hosts else "item"
            self._groups.show(self._alike.groups, noun, self._called)

    def _called(self, item: str) -> str:
        return self._progress.steps[item].called

    # Moving

    def on_fleet_grid_moved(self, message: FleetGrid.Moved) -> None:
        message.stop()
        self._show_cell()

    def on_fleet_grid_opened(self, message: FleetGrid.Opened) -> None:
        message.stop()
        self.post_message(self.Opened(message.item))

    def on_fleet_grid_left(self, message: FleetGrid.Left) -> None:
        message.stop()
        if self._alike is not None and self._alike.groups:
            self._groups.focus()

    def on_alike_list_left(self, message: AlikeList.Left) -> None:
        message.stop()
        self.grid.focus()

    def on_alike_list_moved(self, message: AlikeList.Moved) -> None:
        message.stop()
        group = self._groups.group
        self.grid.mark(() if group is None else frozenset(group.items))

    def on_alike_list_opened(self, message: AlikeList.Opened) -> None:
        message.stop()
        self.grid.go_to(message.item)
        self.post_message(self.Opened(message.item))


def _head(fleet: StepProgress, standing: FleetStanding) -> Content:
    """What the fleet is called, its pace, and what became of its items."""
    pace = " · ".join(standing.pace)
    return Content("\n").join(
        [
            Content.assemble((f" {safe_text(fleet.node.step.name)}", "bold"), f"   {pace}"),
            Content.styled(f" {' · '.join(standing.told(over=fleet.over))}", "dim"),
        ]
    )
