"""Shows what a pasted alert says, and the runbooks that fit it, to open one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.binding import BindingType
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
from pup_tui.tui.keys import bound
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


class AlertHits(KeyedOptions):
    """The runbooks that fit, the best first; its letters are keys and no words to go to."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "plan": ("screen.plan", "Plan it"),
            "view": ("screen.as_it_came", "The alert as it came"),
            "put_alert_aside": ("screen.put_alert_aside", "Put the alert aside"),
        }
    )


class AlertScreen(Dialog):
    """What an alert says, and what fits it.

    The answer is what to do: to `run` or to `plan` the runbook that is `chosen` then, or to put the alert
    `aside`, which is only asked of one that is kept.
    """

    BINDINGS: ClassVar[list[BindingType]] = bound({"view": ("as_it_came", "What fits it")})
    IS_CALLED = True
    MOST = 0.9
    _HITS = "enter opens the form, filled in · {plan} plan · {view} as it came"
    _AS_IT_CAME = "{view} what fits it"

    def __init__(self, read: ReadAlert, text: str = "", *, is_kept: bool = False) -> None:
        super().__init__("What fits the alert")
        self._read = read
        self._text = text
        self._is_kept = is_kept
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
        yield AlertHits(compact=True)
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

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted while no text is being typed is another alert."""
        event.stop()
        self._take(event.text, pasted=True)

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
                self._show_as_it_came(False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_fault(self, event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "put_alert_aside":
            return self._is_kept
        if action in ("plan", "as_it_came"):
            return bool(self._ranked.matches)
        return super().check_action(action, parameters)

    def action_as_it_came(self) -> None:
        """Show the alert as it came, or again what fits it."""
        self._show_as_it_came(self.query_one(OptionList).display)

    def _show_as_it_came(self, shown: bool) -> None:
        text, options = self.query_one(AlertText), self.query_one(OptionList)
        self.set_class(shown, "-as-it-came")
        options.display, text.display, text.read_only = not shown, shown, shown
        aside = " · {put_alert_aside} put aside" if self._is_kept else ""
        self.keys = self._AS_IT_CAME if shown else f"{self._HITS}{aside}"
        (text if shown else options).focus()
        self._share_height()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose("run")

    def action_plan(self) -> None:
        self._choose("plan")

    def _choose(self, what: str) -> None:
        if self.chosen is not None:
            self.give(what)

    def action_put_alert_aside(self) -> None:
        self.give("aside")

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
    from pup_tui.catalog.alerts import told_broken

    told = [safe_text(told_broken(ranked.broken))] if ranked.broken else []
    if not ranked.matches:
        told.insert(0, "No runbook fits this alert.")
    if sum(each.rank == 1 for each in ranked.matches) > 1:
        told.append("Several fit equally well:")
    return "\n".join(told)


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
