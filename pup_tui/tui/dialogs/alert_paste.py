"""Shows what a pasted alert says, and the runbooks that fit it, to open one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from textual import events, work
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static, TextArea
from textual.widgets.option_list import Option
from textual.worker import Worker

from pup_tui.local_time import local_time_of
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.alerts import RankedAlert
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.faults import tell_fault
from pup_tui.tui.fields.controls import Paragraph
from pup_tui.tui.fields.list_controls import KeyedOptions
from pup_tui.tui.lines.read_text import ReadText

if TYPE_CHECKING:
    from pup_tui.analysis.alerts.alert import Alert, AlertReading
    from pup_tui.catalog.alerts import RunbookMatch

ReadAlert = Callable[[str], Awaitable[RankedAlert]]

MOST_SHOWN = 20_000
"""Characters of an alert that are shown as it came."""
_TOLD = ("service", "environment", "host", "domain", "namespace", "pod", "queue", "region", "team")
_NOTHING = (
    "Paste an alert: a webhook's JSON, an e-mail, a message, an address. Nothing in it is run."
)


class AlertText(Paragraph):
    """The alert as it was pasted."""

    class Pasted(Message):
        """A text was pasted, and stands there."""

    async def _on_paste(self, event: events.Paste) -> None:
        await super()._on_paste(event)
        self.post_message(self.Pasted())


class AlertScreen(Dialog):
    """What an alert says, and what fits it; the answer is the id of a runbook, which is `chosen` then."""

    IS_CALLED = True
    KEYS = "enter opens the form, filled in"
    MOST = 0.9

    def __init__(self, read: ReadAlert, text: str = "") -> None:
        super().__init__("What fits the alert")
        self._read = read
        self._text = text
        self._ranked = RankedAlert()

    @property
    def chosen(self) -> tuple[AlertReading, RunbookMatch] | None:
        """The alert, and the runbook under the cursor."""
        at = self.query_one(OptionList).highlighted
        if self._ranked.reading is None or at is None or at >= len(self._ranked.matches):
            return None
        return self._ranked.reading, self._ranked.matches[at]

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(_NOTHING, id="alert-told", markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        yield Static(id="alert-hits", markup=False)
        yield KeyedOptions(compact=True)
        yield AlertText("")

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Close", "close", "back")

    def on_mount(self) -> None:
        self.query_one(OptionList).display = False
        if self._text:
            self._take(self._text, pasted=True)
        else:
            self.query_one(AlertText).focus()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        text = self.query_one(AlertText).text
        if text.strip() and text != self._text:
            self._take(text, pasted=False)

    def on_alert_text_pasted(self, message: AlertText.Pasted) -> None:
        message.stop()
        self._take(self.query_one(AlertText).text, pasted=True)

    @work(group="read", exclusive=True, exit_on_error=False)
    async def _take(self, text: str, *, pasted: bool) -> None:
        """Read an alert and show what fits; what was pasted is shown without its secrets from then on."""
        self._text = text
        self._ranked = ranked = await self._read(text)
        self.query_one("#alert-told", ReadText).update(_told(ranked))
        hits = self.query_one("#alert-hits", Static)
        hits.update(Content.styled(_about_hits(ranked), "$text-muted"))
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(_hit(each)) for each in ranked.matches])
        options.display = bool(ranked.matches)
        if pasted and ranked.reading is not None:
            shown = safe_text(ranked.reading.text[:MOST_SHOWN], multiline=True)
            self._text = shown
            self.query_one(AlertText).load_text(shown)
            if ranked.matches:
                options.highlighted = 0
                options.focus()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_fault(self, event)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.chosen is not None:
            self.give(self.chosen[1].id)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_put_away()


def _told(ranked: RankedAlert) -> Content:
    """What the alert says; that it is resolved comes first."""
    if ranked.reading is None:
        return Content.styled(f"✖ {safe_text(ranked.problem)}", "$text-error")
    reading = ranked.reading
    alert = reading.first
    parts: list[Content | tuple[str, str] | str] = []
    if alert.is_resolved:
        ended = alert.text("ended_at")
        since = f" since {local_time_of(ended)}" if ended else ""
        parts.append(
            (f"✔ RESOLVED{since}: look whether anything is left to do\n", "bold $text-success")
        )
    parts += [
        ("⚑ ", "bold $text-error"),
        (safe_text(alert.title), "bold"),
        f"  {safe_text(_state(alert))}",
    ]
    facts = [
        f"{name} {alert.text(name)}{' (a guess)' if alert.facts[name].guess else ''}"
        for name in _TOLD
        if name in alert.facts
    ]
    if facts:
        parts.append(f"\n{safe_text('  '.join(facts))}")
    if summary := alert.text("summary"):
        parts.append((f"\n{safe_text(summary)}", "$text-muted"))
    if link := alert.text("runbook_url"):
        parts.append(f"\nrunbook {safe_text(link)}")
    notes = [*reading.notes]
    if len(reading.alerts) > 1:
        notes.append(f"{len(reading.alerts) - 1} more of its group")
    parts += [(f"\n{safe_text(note)}", "$text-muted") for note in notes]
    return Content.assemble(*parts)


def _state(alert: Alert) -> str:
    began = alert.text("started_at")
    said = [alert.text("severity"), alert.text("status"), alert.system]
    if began:
        said.insert(2, f"since {local_time_of(began)}")
    return " · ".join(each for each in said if each)


def _about_hits(ranked: RankedAlert) -> str:
    if ranked.reading is None:
        return ""
    if not ranked.matches:
        return "No runbook fits this alert."
    if sum(each.rank == 1 for each in ranked.matches) > 1:
        return "Several fit equally well:"
    return ""


def _hit(match: RunbookMatch) -> Content:
    filled = " ".join(match.filled.taken)
    empty = " ".join({**match.filled.withheld, **match.filled.unfit})
    parts: list[Content | tuple[str, str] | str] = [
        f"{match.rank} ",
        (safe_text(match.id), "bold"),
        (f"  {safe_text('; '.join(match.why))}", "$text-muted"),
    ]
    if filled:
        parts.append(f"\n  {safe_text(filled)} filled in")
    if empty:
        before = "  " if filled else "\n  "
        parts.append((f"{before}{safe_text(empty)} stays empty", "$text-warning"))
    return Content.assemble(*parts)
