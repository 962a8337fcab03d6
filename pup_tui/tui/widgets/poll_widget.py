"""A poll and a wait under way: what is waited for, what was seen, how long it may still take."""

from __future__ import annotations

import re

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.renderables.bar import Bar
from textual.widgets import ProgressBar, Sparkline, Static

from pup_tui.core.counting import told_attempt
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import ClickedButton
from pup_tui.tui.glyphs import TONES, mark_of
from pup_tui.tui.keys import key_of
from pup_tui.tui.texts import short_duration
from pup_tui.tui.widgets.poll_reading import PollReading

_ABOUT_A_VALUE = re.compile(r"\b(value|decreasing|increasing)\b")


class PartDone(Bar):
    """A bar whose rest is another sign than what is done, for where colours do not tell them apart."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = self.width or options.max_width
        start, end = (max(0, min(width, round(at))) for at in self.highlight_range)
        yield Text.assemble(
            ("─" * start, self.background_style),
            ("━" * (end - start), self.highlight_style),
            ("─" * (width - end), self.background_style),
            end="",
        )


class PartBar(ProgressBar):
    """How much of something is over; hidden where nobody knows how much there is."""

    BAR_RENDERABLE = PartDone

    def __init__(self, id_: str) -> None:
        # Without a whole it would be drawn anew fifteen times a second, also where nobody sees it.
        super().__init__(1.0, id=id_, show_percentage=False, show_eta=False)

    def show(self, over: float, whole: float | None) -> None:
        """Show that `over` of `whole` is over."""
        self.display = whole is not None
        if whole is not None:
            self.update(total=whole, progress=over)


class PollWidget(Vertical):
    """Shows a poll; its buttons name the keys that the run view listens to."""

    def compose(self) -> ComposeResult:
        yield Static(id="poll-until", markup=False)
        with Horizontal(classes="poll-row"):
            yield Sparkline([], id="poll-values")
            yield Static(id="poll-seen", markup=False)
        with Horizontal(classes="poll-row"):
            yield PartBar("poll-bar")
            yield Static(id="poll-time", markup=False)
        yield Static(id="poll-error", markup=False)
        with Horizontal(id="poll-keys"):
            yield _RequestButton("now", "check now")
            yield _RequestButton("extend_poll", "5 min more")
            yield _RequestButton("stop_poll", "stop")
            yield _RequestButton("accept_poll", "accept as met")

    def show(self, reading: PollReading) -> None:
        """Show a poll as it stands now."""
        self.query_one("#poll-until", Static).update(_until(reading))
        values = list(reading.values)
        sparkline = self.query_one(Sparkline)
        sparkline.display = len(values) > 1
        sparkline.data = values
        self.query_one("#poll-seen", Static).update(_seen(reading, values))
        self.query_one(PartBar).show(reading.elapsed, reading.timeout)
        self.query_one("#poll-time", Static).update(_time(reading))
        error = self.query_one("#poll-error", Static)
        error.display = bool(reading.error)
        error.update(_error(reading))
        self.query_one("#poll-keys").display = reading.under_way


class _RequestButton(ClickedButton, can_focus=False):
    """Its name is that of the action that it stands for."""

    def __init__(self, action: str, words: str) -> None:
        super().__init__(Content(words), name=action, compact=True)
        self._words = words

    def on_mount(self) -> None:
        self.label = Content(f"{key_of(self.app, self.name or '')} {self._words}")


def _line(text: str) -> str:
    return safe_text(text.strip())


def _until(reading: PollReading) -> Content:
    attempts = told_attempt(reading.attempt, most=reading.max_attempts)
    return Content.assemble(
        (f"{mark_of('polling').glyph} until ", TONES["busy"]),
        (_line(reading.until) or "it succeeds", "bold"),
        (f" · {attempts}", TONES["calm"]),
    )


def _error(reading: PollReading) -> Content:
    """Why the last attempt says nothing; a first value that has none to be compared with may do that."""
    told = _line(reading.error or "")
    if reading.attempts == 1 and reading.value is not None:
        return Content.styled(told, TONES["calm"])
    return Content.styled(f"▲ {told}", TONES["care"])


def _seen(reading: PollReading, values: list[float]) -> Content:
    if reading.attempts == 0 and not reading.accepted:
        return Content.styled("no result yet", TONES["calm"])
    told = Content.assemble(_met(reading))
    if reading.attempts and (seen := _last(reading)):
        told = Content.assemble("last ", (seen, "bold"), " · ", told)
    if len(values) > 1:
        told += Content.styled(f" · {min(values):.12g} to {max(values):.12g}", TONES["calm"])
    return told


def _met(reading: PollReading) -> tuple[str, str]:
    if reading.met:
        return "met", TONES["good"]
    return ("accepted as met", TONES["care"]) if reading.accepted else ("not yet", TONES["care"])


def _last(reading: PollReading) -> str:
    """What the last attempt gave; that it gave no value is told only where the condition is about one."""
    if reading.value is not None:
        return f"{reading.value:.12g}"
    if reading.status is not None:
        return _line(reading.status)
    return "no value" if _ABOUT_A_VALUE.search(reading.until) else ""


def _time(reading: PollReading) -> Content:
    spent = short_duration(reading.elapsed)
    told = spent if reading.timeout is None else f"{spent} of {short_duration(reading.timeout)}"
    if not reading.under_way:
        return Content(told)
    if reading.next_in is None:
        return Content.assemble(told, (" · checking now", TONES["busy"]))
    return Content(f"{told} · next in {short_duration(reading.next_in)}")


class WaitWidget(Vertical):
    """Shows how much of a `wait` step is left."""

    def compose(self) -> ComposeResult:
        with Horizontal(classes="poll-row"):
            yield PartBar("wait-bar")
            yield Static(id="wait-time", markup=False)
        with Horizontal(id="wait-keys"):
            yield _RequestButton("now", "go on now")

    def show(self, waited: float, total: float | None) -> None:
        """Show that `waited` of `total` seconds are over."""
        self.query_one(PartBar).show(waited, total)
        if total is None:
            told = f"waited {short_duration(waited)}"
        else:
            told = f"{short_duration(max(0.0, total - waited))} left of {short_duration(total)}"
        self.query_one("#wait-time", Static).update(Content(told))
