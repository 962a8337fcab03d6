"""Past runs in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Input, Static
from textual.worker import Worker

from pup_tui.aside import aside
from pup_tui.journal.errors import JournalError
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.faults import tell_fault
from pup_tui.tui.fields.line_input import LineInput
from pup_tui.tui.glyphs import mark_of
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.output_wanted import PlayAgainWanted, ReportWanted
from pup_tui.tui.past_filter import EXAMPLE
from pup_tui.tui.past_search import FoundPlace, FoundRuns, Search
from pup_tui.tui.texts import counted, cut_middle, moment_of_run, short_duration

if TYPE_CHECKING:
    from pup_tui.core.state import RunStatus
    from pup_tui.journal.records import RunRow
    from pup_tui.tui.past_search import FindRuns

_TONES = {"good": "success", "bad": "error", "care": "warning", "busy": "accent"}
_COLUMNS = {
    "When": 16,
    "Runbook": 8,
    "Profile": 8,
    "Status": 13,
    "Leg": 3,
    "Took": 7,
    "Operator": 8,
}
"""The least that each takes; the names of runbooks and operators share what more there is."""
_DISPENSABLE = ("Leg", "Operator", "Took")
"""What goes first where there is no room for all."""
_WIDE_COLUMNS = {"Warnings": 8, "Run": 8}
_WIDE = 110
"""Columns of a window in which there is room for these too."""
_WIDEST_COLUMNS = {"Why": 30}
_WIDEST = 140
"""Columns of one in which there is room to tell why a run ended as it did; that takes what is left."""
_MOST_NAME = 48
_MOST_OPERATOR = 24
_WITH_SCHEDULE = 20
"""What an operator and a schedule take before the names of runbooks get more."""
_MOST_BESIDE_WHY = {"Runbook": 28, "Operator": 12}
_AROUND = 3
"""Columns of the margins and the scrollbar."""
_CELL = 2
"""Columns around the text of each cell."""


def _why(row: RunRow) -> str:
    """Why a run ended so, that it was begun past what is looked at before, or for a plan."""
    unchecked = f"begun unchecked: {row.unchecked}" if row.unchecked else ""
    look = "a look for a plan" if row.look else ""
    return " · ".join(filter(None, (row.why, unchecked, look)))


def _widths(width: int, *, legs: bool, profiles: bool, schedules: bool) -> dict[str, int]:
    """The columns of the table and how wide each is; `legs` and `profiles` only where there are any.

    `schedules` tells that there are runs of schedules, which are named beside the operator.
    """
    tells_why = width >= _WIDEST
    widths = _COLUMNS | (_WIDE_COLUMNS if width >= _WIDE else {})
    widths |= _WIDEST_COLUMNS if tells_why else {}
    for label, is_told in (("Leg", legs), ("Profile", profiles)):
        if not is_told:
            del widths[label]
    for label in _DISPENSABLE:
        if _spare(widths, width) < 0:
            widths.pop(label, None)
    most = {"Runbook": _MOST_NAME, "Operator": _MOST_OPERATOR}
    spare = max(0, _spare(widths, width))
    first = {"Operator": _WITH_SCHEDULE} if schedules else {}
    for label, wanted in (*first.items(), *(_MOST_BESIDE_WHY if tells_why else most).items()):
        if label in widths:
            more = max(0, min(spare, wanted - widths[label]))
            widths[label] += more
            spare -= more
    if tells_why:
        widths["Why"] += spare
    return widths


def _spare(widths: dict[str, int], width: int) -> int:
    """How many columns are left beside these."""
    return width - sum(widths.values()) - _CELL * len(widths)


class RunTable(DataTable[Text], inherit_bindings=False):
    """One row per run; enter opens it."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "open": "select_cursor",
            "down": "cursor_down",
            "up": "cursor_up",
            "next_match": ("cursor_down", "Next run"),
            "previous_match": ("cursor_up", "Run before"),
            "page_down": "page_down",
            "page_up": "page_up",
            "first": "first",
            "last": "last",
        }
    )

    class NearEnd(Message):
        """There is little left below what is shown."""

    class LastWanted(Message):
        """The operator wants to see the oldest run."""

    async def on_click(self, event: events.Click) -> None:
        """One click goes to a run; two open it."""
        row = event.style.meta.get("row", -1)
        if row >= 0:
            event.prevent_default()
            self.move_cursor(row=row, animate=False)
            if event.chain == 2:
                await self.run_action("select_cursor")

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value > old_value and self.max_scroll_y - new_value < 2 * self.size.height:
            self.post_message(self.NearEnd())

    def keep_top(self, row: int) -> None:
        """Have this row at the top, now and when it is known again how many there are."""
        self.scroll_to(y=row, animate=False, force=True)
        self.call_after_refresh(self.scroll_to, y=row, animate=False, force=True)

    def action_first(self) -> None:
        self.move_cursor(row=0, animate=False)

    def action_last(self) -> None:
        self.post_message(self.LastWanted())


class History(Vertical):
    """What was run, newest first, filtered as one types."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "resume": "resume",
            "report": "report",
            "play_again": "play_again",
            "search": ("filter", "Filter"),
            "status": "status",
            "back": "leave",
        }
    )

    class Opened(Message):
        """The operator wants to see this run, and in it what was `found`, where it was looked into."""

        def __init__(self, row: RunRow, found: FoundPlace | None) -> None:
            super().__init__()
            self.row = row
            self.found = found

    class ResumeWanted(Message):
        """The operator wants this run to go on."""

        def __init__(self, run: str) -> None:
            super().__init__()
            self.run = run

    class Left(Message):
        """The operator wants to go back."""

    def __init__(self) -> None:
        super().__init__(id="history")
        self._find: FindRuns | None = None
        self._rows: list[RunRow] = []
        self._widths: dict[str, int] = {}
        self._total = 0
        self._statuses: Sequence[RunStatus] = ()
        self._problem = ""
        self._misread: Sequence[str] = ()
        self._texts: Mapping[str, FoundPlace] = {}
        # Until there are rows no field has the focus, so that a key in haste is not typed into the filter.
        self.can_focus = True
        self._loading = True
        self._status: RunStatus | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="history-title", markup=False)
        with Horizontal(id="history-filter"):
            yield Static("Filter", id="history-filter-name", markup=False)
            yield LineInput(placeholder=EXAMPLE, compact=True)
        yield Static(id="history-state", markup=False)
        yield RunTable(cursor_type="row", zebra_stripes=False)

    def on_mount(self) -> None:
        self._show_state()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> bool:
        """Have the columns that there is room for, anew with all rows; whether they are others now."""
        legs = any(row.leg > 1 for row in self._rows)
        room = self.outer_size.width - _AROUND
        profiles = any(row.profile for row in self._rows)
        schedules = any(row.scheduled for row in self._rows)
        widths = {}
        if room > 0:
            widths = _widths(room, legs=legs, profiles=profiles, schedules=schedules)
        if widths == self._widths:
            return False
        self._widths = widths
        table = self._table
        here, top = table.cursor_row, table.scroll_offset.y
        table.clear(columns=True)
        for label, width in widths.items():
            table.add_column(Text(label), width=width)
        self._add_rows(self._rows)
        table.move_cursor(row=here, animate=False)
        if top:
            table.keep_top(top)
        return True

    @property
    def _table(self) -> RunTable:
        return self.query_one(RunTable)

    @property
    def _filter(self) -> LineInput:
        return self.query_one(LineInput)

    def show(self, find: FindRuns) -> None:
        """Show what `find` gives."""
        self._find = find
        self._search()

    def set_filter(self, text: str) -> None:
        """Show only the runs that hold each of these words, as long as the filter is not changed."""
        self._status = None
        self._filter.value = text

    def focus(self, scroll_visible: bool = True) -> Self:
        if self._loading:
            return super().focus(scroll_visible)
        (self._table if self._table.display else self._filter).focus(scroll_visible)
        return self

    # What is found

    @property
    def _wanted(self) -> Search:
        return Search(self._filter.value, self._status)

    def _search(self) -> None:
        if self._find is not None:
            self.run_worker(self._begin(), group="history", exclusive=True, exit_on_error=False)

    async def _begin(self) -> None:
        """Show the first page of what is wanted."""
        found = await self._page(None)
        self._show_found(found, found.rows)
        self._loading = False
        self._show_state()
        if self.screen.focused is self:
            self.focus()
        self.can_focus = False

    def _show_found(self, found: FoundRuns, rows: Sequence[RunRow], at: int | None = None) -> None:
        """Show these rows of what was found, the cursor `at` one of them or where it was."""
        self._rows, self._total, self._statuses = [], found.total, found.statuses
        self._texts = found.texts
        table = self._table
        here = table.cursor_row if at is None else at
        table.clear()
        self._add(rows)
        table.move_cursor(row=min(here, max(0, len(rows) - 1)), animate=False)
        if self.screen.focused is table and not rows:
            self._filter.focus()
        table.display = bool(rows)

    def take_in(self) -> None:
        """Show what was begun or has ended since, wherever that was."""
        if self._find is not None and self._is_idle():
            reading = self._renew(self._find)
            self.run_worker(reading, group="renew", exclusive=True, exit_on_error=False)

    async def _renew(self, find: FindRuns) -> None:
        """Read again what is shown, behind the first page only where something may have changed there.

        The cursor stays on its run, and in its line unless the top is shown.
        """
        wanted, before = self._wanted, self._rows
        try:
            found = await aside(find, wanted, None)
            rows = list(found.rows)
            behind = before[len(rows) :]
            if (rows, found.total) == (before[: len(rows)], self._total) and not any(
                row.status == "running" for row in behind
            ):
                return
            while rows and len(rows) < len(before):
                page = await aside(find, wanted, rows[-1].run)
                if not page.rows:
                    break
                rows += page.rows
        except JournalError:
            return  # what was known stays; whoever searches is told
        if not self.query(RunTable):
            return  # the console has been left meanwhile
        if self._rows is not before or wanted != self._wanted or not self._is_idle():
            return  # it has been searched meanwhile
        table, here = self._table, self._here
        was, top = table.cursor_row, table.scroll_offset.y
        places = (at for at, row in enumerate(rows) if here is not None and row.run == here.run)
        at = next(places, was)
        self._show_found(found, rows, at)
        self._show_state()
        if top:
            table.keep_top(top + at - was)

    async def _go_on(self, *, to_the_end: bool = False) -> None:
        """Show the next page, or all that there are."""
        while self._rows and len(self._rows) < self._total:
            found = await self._page(self._rows[-1].run)
            self._add(found.rows)
            if not (to_the_end and found.rows):
                break
        if to_the_end:
            self._table.action_scroll_bottom()

    async def _page(self, behind: str | None) -> FoundRuns:
        assert self._find is not None
        try:
            found = await aside(self._find, self._wanted, behind)
        except JournalError as error:
            self._problem = str(error)
            return FoundRuns()
        if behind is None:
            self._problem, self._misread = found.losses, found.problems
        return found

    def _add(self, rows: Sequence[RunRow]) -> None:
        self._rows += rows
        if not self._fit():
            self._add_rows(rows)

    def _add_rows(self, rows: Sequence[RunRow]) -> None:
        for row in rows if self._widths else ():
            cells = self._cells(row)
            self._table.add_row(*(cells[label] for label in self._widths), key=row.run)

    def _show_state(self) -> None:
        unknown = not self._rows and (self._loading or self._problem)
        number = "" if unknown else f"{counted(self._total, 'run')} · "
        title = Content.assemble(
            ("History", "bold $text-primary"),
            (f"   {number}status: ", "$text-muted"),
            (self._status or "any", "bold" if self._status else "$text-muted"),
            (with_keys(self.app, "  {status} changes"), "$text-muted"),
        )
        self.query_one("#history-title", Static).update(title)
        state = self.query_one("#history-state", Static)
        # The example is in the field itself as long as that is empty.
        typing = self._filter.has_focus and bool(self._filter.value)
        found = None if self._here is None else self._texts.get(self._here.run)
        told = self._problem or self._misread or typing or not self._rows or found is not None
        state.display = bool(told)
        if self._problem:
            state.update(Content.styled(safe_text(self._problem), "$text-error"))
        elif self._misread:
            state.update(Content.styled(safe_text(" · ".join(self._misread)), "$text-warning"))
        elif self._loading:
            state.update(Content("Reading the journal…"))
        elif typing and self._rows:
            state.update(Content(f"words, {EXAMPLE}"))
        elif found is not None:
            state.update(Content(found.line.told))
        elif typing and self._statuses:
            state.update(Content(f"{self._no_match} Type less of it: words, {EXAMPLE}"))
        elif self._statuses:
            change = "{search} and {status} change what is shown."
            state.update(Content(f"{self._no_match} {with_keys(self.app, change)}"))
        else:
            state.update(Content("Nothing has been run yet. Choose a runbook to run it."))

    @property
    def _no_match(self) -> str:
        return f"No run matches that is {self._status}." if self._status else "No run matches."

    def _cells(self, row: RunRow) -> dict[str, Text]:
        mark = mark_of(row.status)
        colour = self.app.theme_variables.get(f"text-{_TONES.get(mark.tone, '')}", "")
        duration = "" if row.duration is None else short_duration(row.duration)
        runbook = cut_middle(safe_text(row.runbook), self._widths["Runbook"])
        who = f"{row.operator} ({row.scheduled})" if row.scheduled else row.operator
        operator = cut_middle(safe_text(who), self._widths.get("Operator", 0))
        return {
            "When": Text(moment_of_run(row.started_at)),
            "Runbook": Text(runbook),
            "Profile": Text(cut_middle(safe_text(row.profile), self._widths.get("Profile", 0))),
            "Status": Text(f"{mark.glyph} {mark.word}", colour),
            "Leg": Text("" if row.leg == 1 else str(row.leg), justify="right"),
            "Took": Text(duration, justify="right"),
            "Operator": Text(operator),
            "Warnings": Text(str(row.warnings or ""), justify="right"),
            "Run": Text(safe_text(row.run[-8:])),
            "Why": Text(cut_middle(safe_text(_why(row)), self._widths.get("Why", 0))),
        }

    # What the operator does

    def on_descendant_focus(self) -> None:
        self._show_state()

    def on_descendant_blur(self) -> None:
        self._show_state()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search()

    def on_run_table_near_end(self, message: RunTable.NearEnd) -> None:
        message.stop()
        if self._is_idle():
            self.run_worker(self._go_on(), group="history", exit_on_error=False)

    def on_run_table_last_wanted(self, message: RunTable.LastWanted) -> None:
        message.stop()
        if self._is_idle():
            reading = self._go_on(to_the_end=True)
            self.run_worker(reading, group="history", exit_on_error=False)

    def _is_idle(self) -> bool:
        """Whether no page is being read: two at once would show the same runs twice."""
        reading = (each for each in self.workers if each.node is self and each.group == "history")
        return all(each.is_finished for each in reading)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_fault(self, event)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._table.focus()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self.refresh_bindings()
        if self._texts:
            self._show_state()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if (row := self._here) is not None:
            self.post_message(self.Opened(row, self._texts.get(row.run)))

    @property
    def _here(self) -> RunRow | None:
        """The run under the cursor."""
        at = self._table.cursor_row
        return self._rows[at] if at < len(self._rows) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "report":
            return self._here is not None
        if action == "resume":
            return self._here is not None and self._here.status != "succeeded"
        if action == "play_again":
            return self._here is not None
        return True

    def action_resume(self) -> None:
        if (row := self._here) is not None:
            self.post_message(self.ResumeWanted(row.run))

    def action_report(self) -> None:
        if (row := self._here) is not None:
            self.post_message(ReportWanted(row.run, row.runbook))

    def action_play_again(self) -> None:
        if (row := self._here) is not None:
            self.post_message(PlayAgainWanted(row.run))

    def action_filter(self) -> None:
        self._filter.focus()

    def action_status(self) -> None:
        """Show only runs with the next of the statuses there are; after the last one, all runs."""
        there = [None, *self._statuses]
        here = there.index(self._status) if self._status in there else 0
        self._status = there[(here + 1) % len(there)]
        self._search()

    def action_leave(self) -> None:
        """Go back: from the filter to the runs where there are any, from there to the runbooks."""
        if self._filter.has_focus and self._table.display:
            self._table.focus()
        else:
            self.post_message(self.Left())
