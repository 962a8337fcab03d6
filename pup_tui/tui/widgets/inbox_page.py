"""The inbox: alerts as they come, grouped by what they are about, and folded when they have ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from pup_tui.analysis.alerts.groups import began, ended
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.texts import counted, cut_middle, moment
from pup_tui.tui.widgets.page_list import PageList

if TYPE_CHECKING:
    from pup_tui.analysis.alerts.alert import Alert
    from pup_tui.analysis.alerts.groups import GroupedAlerts
    from pup_tui.journal.inbox import InboxRow

    Come = tuple[InboxRow, Alert]

MOST_SHOWN = 200
"""Alerts of each part that are listed."""

_NOTHING = (
    "No alert has come in the last 7 days.\n\n"
    "`pup-tui listen` takes what monitoring sends by webhook, and it is shown here. {alert} reads one that"
    " you paste."
)
_ENDED, _ASIDE = "ended", "aside"
_AROUND = 4
"""Columns of a line before the title."""
_MATTER = 2
"""What stands behind a title in any case: how bad it is, and since when."""
LEAST_TITLE = 16
_TONES = {"critical": "bold $text-error", "high": "bold $text-error", "error": "$text-error"}


class Inbox(Vertical):
    """The page of the alerts that have come. It is shown anew whenever one comes."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": "leave",
            "put_alert_aside": ("put_aside", "Put aside"),
        }
    )

    class Left(Message):
        """The operator wants to go back."""

    class Opened(Message):
        """The operator wants to see what fits an alert."""

        def __init__(self, row: InboxRow) -> None:
            super().__init__()
            self.row = row

    class PutAside(Message):
        """The operator wants to be asked for an alert no more."""

        def __init__(self, row: InboxRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self) -> None:
        super().__init__(id="inbox")
        self._alerts: GroupedAlerts[InboxRow] | None = None
        self._rows: dict[str, InboxRow] = {}
        self._unfolded: set[str] = set()

    def compose(self) -> ComposeResult:
        yield Static("Reading the journal…", id="inbox-head", markup=False)
        yield PageList()

    def focus(self, scroll_visible: bool = True) -> Self:
        self.query_one(PageList).focus(scroll_visible)
        return self

    def show(self, alerts: GroupedAlerts[InboxRow]) -> None:
        """Show what has come, with the cursor where it was."""
        self._alerts = alerts
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    @property
    def chosen(self) -> InboxRow | None:
        """The alert under the cursor."""
        option = self.query_one(PageList).highlighted_option
        return None if option is None or option.id is None else self._rows.get(option.id)

    def _lay_out(self) -> None:
        if self._alerts is None:
            return
        self._rows = {}
        self.query_one(PageList).lay_out(list(self._options(self._alerts)))
        self._tell()

    def _tell(self) -> None:
        """Say what there is, and what can be done with what is under the cursor."""
        if self._alerts is not None:
            self.query_one("#inbox-head", Static).update(self._head(self._alerts))
        self.refresh_bindings()

    def _head(self, alerts: GroupedAlerts[InboxRow]) -> Content:
        firing = sum(len(group.alerts) for group in alerts.groups)
        if not (firing or alerts.ended or alerts.aside):
            title = Content.styled("Inbox", "bold $text-primary")
            return title + f"\n\n{with_keys(self.app, _NOTHING)}"
        told = f"{firing} firing" if firing else "nothing fires"
        if self.chosen is not None:
            told += with_keys(self.app, " · {open} shows what fits")
            told += with_keys(self.app, " · {put_alert_aside} puts aside") * self.chosen.is_open
        return Content.assemble(("Inbox", "bold $text-primary"), (f"   {told}", "$text-muted"))

    def _options(self, alerts: GroupedAlerts[InboxRow]) -> Iterator[Option]:
        for group in alerts.groups:
            about = safe_text(group.about) or "about nothing in particular"
            heading = Content.styled(cut_middle(about, self._width), "bold $text-muted")
            yield Option(heading, disabled=True)
            yield from self._lines(group.alerts)
        for name, folded, told in (
            (_ENDED, alerts.ended, "resolved"),
            (_ASIDE, alerts.aside, "put aside"),
        ):
            if folded:
                is_open = name in self._unfolded
                yield Option(f"{'▾' if is_open else '▸'} {len(folded)} {told}", id=name)
                yield from self._lines(folded) if is_open else ()

    def _lines(self, alerts: Sequence[Come]) -> Iterator[Option]:
        for row, alert in alerts[:MOST_SHOWN]:
            name = f"alert-{row.number}"
            self._rows[name] = row
            yield Option(_line(row, alert, self._width), id=name)
        if len(alerts) > MOST_SHOWN:
            more = counted(len(alerts) - MOST_SHOWN, "more alert")
            yield Option(f"   {more}: `pup-tui alert --inbox` lists them", disabled=True)

    @property
    def _width(self) -> int:
        return max(20, self.size.width - 4)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        name = event.option.id or ""
        if name in (_ENDED, _ASIDE):
            self._unfolded ^= {name}
            self._lay_out()
        elif name in self._rows:
            self.post_message(self.Opened(self._rows[name]))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "put_aside":
            return self.chosen is not None and self.chosen.is_open
        return True

    def action_put_aside(self) -> None:
        if self.chosen is not None:
            self.post_message(self.PutAside(self.chosen))

    def action_leave(self) -> None:
        self.post_message(self.Left())


def _line(row: InboxRow, alert: Alert, width: int) -> Content:
    """An alert in one line: what is wrong, how bad, since when, how often it came, and from where."""
    mark = ("✔ ", "$text-success") if row.has_ended else ("⚑ ", "bold $text-error")
    parts = [Content.styled(each, style) for each, style in _told(row, alert)]
    title = Content(safe_text(alert.title))
    while len(parts) > _MATTER and _AROUND + title.cell_length + _joined(parts) > width:
        parts.pop()
    room = max(width - _AROUND - _joined(parts), LEAST_TITLE)
    shown = Content.styled(cut_middle(title.plain, room), "" if row.has_ended else "bold")
    return Content.assemble("  ", mark, Content("  ").join([shown, *parts])).truncate(
        width, ellipsis=True
    )


def _joined(parts: Sequence[Content]) -> int:
    return sum(2 + part.cell_length for part in parts)


def _told(row: InboxRow, alert: Alert) -> Iterable[tuple[str, str]]:
    severity = alert.text("severity")
    if severity:
        yield safe_text(severity), _TONES.get(severity, "$text-warning")
    yield (
        (f"resolved {moment(ended(row, alert))}", "$text-muted")
        if row.has_ended
        else (f"since {moment(began(row, alert))}", "$text-muted")
    )
    if row.times > 1:
        yield f"×{row.times}", "$text-muted"
    yield safe_text(alert.system), "$text-muted"
