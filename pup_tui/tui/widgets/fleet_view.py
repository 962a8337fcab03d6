"""A loop over hosts, or over many items, as one thing: its pace, a cell for each, and which are alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from pup_tui.aside import aside
from pup_tui.core.fleet import FAILED, FleetStanding, standing_of
from pup_tui.core.ids import item_numbers
from pup_tui.core.state import Rates
from pup_tui.output.alike import last_printed
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.alike_outputs import AlikeOutputs
from pup_tui.tui.glyphs import TONES, mark_of
from pup_tui.tui.keys import bound
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.step_progress import StepProgress
from pup_tui.tui.widgets.alike_list import AlikeList, fit_name
from pup_tui.tui.widgets.fleet_grid import FleetGrid
from pup_tui.tui.widgets.search_bar import SearchBar
from pup_tui.tui.widgets.steady_text import SteadyText

AROUND_GRID = 3
"""Rows beside the cells: how the fleet stands, and the item under the cursor."""

FEWEST_ALIKE = 3
"""Rows that what printed the same keeps beside the cells, where there are so many."""


class FleetView(Vertical):
    """Shows one fleet at a time, as it stands now."""

    ACTS: ClassVar[Mapping[str, str]] = {
        "search": "search",
        "next_match": "match(1)",
        "previous_match": "match(-1)",
        "next_error": "trouble",
    }
    """What its keys do, also where something else of the run has the focus."""
    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            **ACTS,
            "search": (ACTS["search"], "Search names"),
            "next_error": (ACTS["next_error"], "Next in trouble"),
            "back": ("clear", "Clear the search"),
        }
    )

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
        self._head = SteadyText(id="fleet-head", markup=False)
        self._cell = SteadyText(id="fleet-cell", markup=False)
        self.grid = FleetGrid(self._show_cell)
        self._groups = AlikeList()
        self._search_bar = SearchBar("fleet-search")
        self._pattern: re.Pattern[str] | None = None
        """What the names of the cells that stand out have in them."""

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.grid
        yield self._cell
        yield self._groups
        yield self._search_bar

    def on_mount(self) -> None:
        self._search_bar.display = False

    # What is shown

    def show(self, fleet: StepProgress, rates: Rates | None) -> None:
        """Show a fleet; `rates` say how its items may begin, as far as known."""
        anew = fleet is not self._fleet
        self._fleet = fleet
        if anew or self._alike is None:
            self._alike = AlikeOutputs(fleet, self._progress, self._output_path)
            self._look_for("")
        states = [item.stands_as for item in fleet.children]
        errors = sum(item.status in FAILED for item in fleet.children)
        self._head.update(_head(fleet, standing_of(states, errors, rates)), layout=False)
        self.grid.show(fleet.children, states, anew=anew)
        self._show_groups()
        self._show_cell()
        self._share_room()
        if not self._comparing:
            self._compare()

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
        host = safe_text(telling.host)
        told = [
            Content.styled(f" {fit_name(cell.called)} ", "bold"),
            Content.styled(f"{host} " if host not in ("", cell.called) else "", "dim"),
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
    async def _compare(self) -> None:
        """Find out which items printed the same, as long as others end or another fleet is shown."""
        self._comparing = True
        try:
            while self.is_attached and (outputs := self._alike) is not None:
                ended = outputs.ended()
                if ended is None:
                    break
                await aside(outputs.read, ended)
                self._show_groups()
                self._share_room()
        finally:
            self._comparing = False

    def _show_groups(self) -> None:
        if self._alike is not None and self._fleet is not None:
            noun = "host" if self._fleet.on_hosts else "item"
            self._groups.show(self._alike.groups, noun, self._called)

    def _called(self, item: str) -> str:
        known = self._progress.steps.get(item)
        return item if known is None else known.called

    # Moving

    def on_fleet_grid_left(self, message: FleetGrid.Left) -> None:
        message.stop()
        if self._alike is not None and self._alike.groups:
            self._groups.focus()

    def on_alike_list_left(self, message: AlikeList.Left) -> None:
        message.stop()
        self.grid.focus()

    def on_alike_list_moved(self, message: AlikeList.Moved) -> None:
        message.stop()
        self._mark()

    def _mark(self) -> None:
        """Make the cells of the chosen group stand out, or else those that are looked for."""
        if (group := self._groups.group) is not None:
            self.grid.mark(frozenset(group.items))
        else:
            self.grid.mark(frozenset(item.id for item in self._found))

    def on_alike_list_opened(self, message: AlikeList.Opened) -> None:
        message.stop()
        self.grid.go_to(message.item)
        self.post_message(FleetGrid.Opened(message.item))

    # Search

    @property
    def is_searching(self) -> bool:
        """Whether it is being typed what is looked for."""
        return bool(self._search_bar.display)

    @property
    def _found(self) -> list[StepProgress]:
        """The items whose names have what is looked for."""
        if self._pattern is None or self._fleet is None:
            return []
        return [item for item in self._fleet.children if self._pattern.search(item.called)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to other widgets where there is no search to clear."""
        return self._pattern is not None if action == "clear" else True

    def action_search(self) -> None:
        self._search_bar.display = True
        self._search_bar.focus()

    def action_clear(self) -> None:
        self._search_bar.value = ""
        self._look_for("")

    def action_match(self, by: int) -> None:
        """Go to the next item that is looked for, or to the one before, round and round."""
        if self._pattern is None:
            self.action_search()
        elif not self._go_to_match(by, enters=False, around=True):
            self.notify("Nothing has such a name.", markup=False, timeout=3)

    def mark_matches(self, pattern: re.Pattern[str] | None) -> None:
        """Have the items stand out whose names have what somebody outside looks for, or none."""
        self._pattern = pattern
        self._mark()

    def find_match(self, pattern: re.Pattern[str], by: int, *, enters: bool, around: bool) -> bool:
        """As `Evidence.find_match`, by the names of the items."""
        self.mark_matches(pattern)
        return self._go_to_match(by, enters=enters, around=around)

    def _go_to_match(self, by: int, *, enters: bool, around: bool) -> bool:
        found = self._found if by > 0 else self._found[::-1]
        here = self.grid.place
        beyond = [each for each in found if (item_numbers(each.id)[-1] - here) * by > 0]
        left = found if enters else beyond or (found if around else [])
        if left:
            self.grid.go_to(left[0].id)
        return bool(left)

    def page(self, pages: int) -> None:
        """Scroll what is there more of than there is room for: what printed the same, or the cells."""
        rows = self._groups if self._groups.max_scroll_y else self.grid
        rows.scroll_relative(y=pages * max(1, rows.size.height - 1), animate=False, force=True)

    def action_trouble(self) -> None:
        self.grid.action_trouble()

    def on_search_bar_left(self, message: SearchBar.Left) -> None:
        message.stop()
        self._leave_search_bar()

    def on_search_bar_how_changed(self, message: SearchBar.HowChanged) -> None:
        message.stop()
        self.notify(self._search_bar.told, markup=False, timeout=5)
        self._look_for(self._search_bar.value)

    def _leave_search_bar(self) -> None:
        self._search_bar.display = False
        self.grid.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Mark what would be found while it is typed."""
        event.stop()
        self._look_for(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._look_for(event.value):
            return
        self._leave_search_bar()
        if found := self._found:
            self.grid.go_to(found[0].id)
        elif event.value:
            self.action_match(1)

    def _look_for(self, text: str) -> bool:
        """Have the items stand out whose names have this; False where it is no expression."""
        try:
            self._pattern = self._search_bar.how.pattern(text) if text else None
        except re.error as error:
            self._pattern = None
            told = self._search_bar.told_wrong(error)
            self.notify(told, severity="warning", markup=False, timeout=5)
            return False
        finally:
            self._mark()
        return True


def _head(fleet: StepProgress, standing: FleetStanding) -> Content:
    """What the fleet is called, its pace, and what became of its items."""
    pace = " · ".join(standing.pace)
    return Content("\n").join(
        [
            Content.assemble((f" {safe_text(fleet.node.step.name)}", "bold"), f"   {pace}"),
            Content.styled(f" {' · '.join(standing.told(over=fleet.over))}", "dim"),
        ]
    )
