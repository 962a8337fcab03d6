"""Past runs in a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Input, Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.fields.line_input import LineInput
from pup_tui.tui.glyphs import mark_of
from pup_tui.tui.texts import counted, moment, short_duration

if TYPE_CHECKING:
    from pup_tui.journal.records import RunRow

_TONES = {"good": "success", "bad": "error", "care": "warning", "busy": "accent"}
_COLUMNS = (
    ("when", "When", 16),
    ("runbook", "Runbook", 20),
    ("status", "Status", 13),
    ("leg", "Leg", 3),
    ("duration", "Took", 7),
    ("operator", "Operator", 10),
    ("warnings", "Warnings", 8),
    ("run", "Run", 8),
)


class RunTable(DataTable[Text]):
    """One row per run; enter opens it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open"),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("g", "scroll_top", "First", show=False),
        Binding("G", "scroll_bottom", "Last", show=False),
    ]


class History(Vertical):
    """What was run, newest first, filtered as one types."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "resume", "Resume"),
        Binding("slash", "filter", "Filter"),
        Binding("s", "status", "Status"),
        Binding("escape", "leave", "Back"),
    ]

    class Opened(Message):
        """The operator wants to see this run."""

        def __init__(self, row: RunRow) -> None:
            super().__init__()
            self.row = row

    class ResumeWanted(Message):
        """The operator wants this run to go on."""

        def __init__(self, run: str) -> None:
            super().__init__()
            self.run = run

    class Left(Message):
        """The operator wants to go back."""

    def __init__(self) -> None:
        super().__init__(id="history")
        self._rows: Sequence[RunRow] = ()
        self._found: Sequence[RunRow] = ()
        self._problem = ""
        self._began_with = ""
        self._loading = True
        # Until there are rows no field has the focus, so that a key in haste is not typed into the filter.
        self.can_focus = True
        self._status = ""

    def compose(self) -> ComposeResult:
        yield Static(id="history-title", markup=False)
        with Horizontal(id="history-filter"):
            yield Static("Filter", id="history-filter-name", markup=False)
            yield LineInput(placeholder="runbook, status, operator", compact=True)
        yield Static(id="history-state", markup=False)
        yield RunTable(cursor_type="row", zebra_stripes=False)

    def on_mount(self) -> None:
        table = self._table
        for key, label, width in _COLUMNS:
            table.add_column(Text(label), key=key, width=width)
        self._show_rows()

    @property
    def _table(self) -> RunTable:
        return self.query_one(RunTable)

    @property
    def _filter(self) -> LineInput:
        return self.query_one(LineInput)

    def show(self, rows: Sequence[RunRow], problem: str = "") -> None:
        """Show these runs, or why they cannot be read."""
        self._rows, self._problem, self._loading = rows, problem, False
        self._show_rows()
        if self.has_focus:
            self.focus()
        self.can_focus = False

    def set_filter(self, text: str) -> None:
        """Show only the runs that hold each of these words, as long as the filter is not changed."""
        self._began_with = text
        self._status = ""
        self._filter.value = text

    def focus(self, scroll_visible: bool = True) -> Self:
        if self._loading:
            return super().focus(scroll_visible)
        (self._table if self._table.display else self._filter).focus(scroll_visible)
        return self

    def _show_rows(self) -> None:
        self._found = found = [
            row
            for row in self._rows
            if self._status in ("", row.status) and _matches(row, self._filter.value)
        ]
        table = self._table
        here = table.cursor_row
        table.clear()
        for row in found:
            table.add_row(*self._cells(row), key=row.run)
        table.move_cursor(row=min(here, max(0, len(found) - 1)), animate=False)
        if table.has_focus and not found:
            self._filter.focus()
        table.display = bool(found)
        self._show_state(len(found))

    def _show_state(self, found: int) -> None:
        title = Content.assemble(
            ("History", "bold $text-primary"),
            (f"   {counted(found, 'run')} · status: ", "$text-muted"),
            (self._status or "any", "bold" if self._status else "$text-muted"),
            ("  s changes", "$text-muted"),
        )
        self.query_one("#history-title", Static).update(title)
        state = self.query_one("#history-state", Static)
        state.display = not found
        if self._problem:
            state.update(Content.styled(safe_text(self._problem), "$text-error"))
        elif self._loading:
            state.update(Content("Reading the journal…"))
        elif self._rows:
            state.update(Content("No run matches. / and s change what is shown."))
        else:
            state.update(Content("Nothing has been run yet. Choose a runbook and press enter."))

    def _cells(self, row: RunRow) -> list[Text]:
        mark = mark_of(row.status)
        colour = self.app.get_css_variables().get(f"text-{_TONES.get(mark.tone, '')}", "")
        duration = "" if row.duration is None else short_duration(row.duration)
        return [
            Text(moment(row.started_at)),
            Text(safe_text(row.runbook)),
            Text(f"{mark.glyph} {mark.word}", colour),
            Text("" if row.leg == 1 else str(row.leg), justify="right"),
            Text(duration, justify="right"),
            Text(safe_text(row.operator)),
            Text(str(row.warnings or ""), justify="right"),
            Text(safe_text(row.run[-8:])),
        ]

    # What the operator does

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_rows()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._table.focus()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self.refresh_bindings()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if (row := self._here) is not None:
            self.post_message(self.Opened(row))

    @property
    def _here(self) -> RunRow | None:
        """The run under the cursor."""
        at = self._table.cursor_row
        return self._found[at] if at < len(self._found) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "resume":
            return self._here is not None and self._here.status != "succeeded"
        return True

    def action_resume(self) -> None:
        if (row := self._here) is not None:
            self.post_message(self.ResumeWanted(row.run))

    def action_filter(self) -> None:
        self._filter.focus()

    def action_status(self) -> None:
        """Show only runs with the next of the statuses there are; after the last one, all runs."""
        there = ["", *sorted({str(row.status) for row in self._rows})]
        here = there.index(self._status) if self._status in there else 0
        self._status = there[(here + 1) % len(there)]
        self._show_rows()

    def action_leave(self) -> None:
        """Undo what was typed into the filter; where nothing was, go back."""
        if self._filter.value != self._began_with:
            self._filter.value = self._began_with
            self._table.focus()
        else:
            self.post_message(self.Left())


def _matches(row: RunRow, wanted: str) -> bool:
    text = f"{row.runbook} {row.name} {row.status} {row.operator} {row.run}".casefold()
    return all(word in text for word in wanted.casefold().split())
