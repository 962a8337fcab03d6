"""What all dialogs of a run have in common.

A dialog answers only when it is told to: escape puts it away unanswered, and in its first moments, while the
operator may still be typing for what was there before, it does not answer at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.texts import counted

ARM_SECONDS = 0.4
"""How long after it has appeared a dialog takes no answer."""

COUNTS = 0.25
"""Seconds between two looks at how long a question is still open."""

MOST_SHOWN = 20_000
"""Characters of a message that are shown; how many more there are is said."""

LEAST_MESSAGE = 3
LEAST_EFFECT = 5
LEAST_EFFECT_SHORT = 2
"""Lines of a message, and of what a step does, that are always in sight; the latter in a short window."""

SOON = 30.0
"""Seconds before a question closes from which on the countdown stands out."""

ScrollBehind = Callable[[int], None]
"""Scrolls the output behind a dialog by this many pages."""

SecondsLeft = Callable[[], float]
"""Tells in how many seconds a question closes by itself."""


@dataclass(frozen=True)
class Answer:
    """What the operator decided, in the words of the run, and what they noted."""

    answer: str
    note: str = ""


@dataclass(frozen=True)
class ValuesAnswer(Answer):
    """A yes with values, checked. `left_out` names variables without one, `secrets` the secret ones."""

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    left_out: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


def closes_in(seconds: float) -> str:
    """The words that tell in how many seconds a question counts as a no."""
    whole = math.ceil(max(0.0, seconds))
    return f"closes as a no in {whole // 60}:{whole % 60:02}"


def labelled(label: str, text: str, classes: str) -> Widget:
    """A text beside its label; however long it is, its lines begin in the same column."""
    return Horizontal(
        Static(Content.styled(label, "dim"), classes="dialog-label", markup=False),
        Static(Content(text), classes="dialog-labelled", markup=False),
        classes=classes,
    )


def effect(label: str, text: str) -> Widget:
    """What a step does, which may be long and scrolls after the message."""
    told = labelled(label, shown_text(text), "dialog-row")
    return VerticalScroll(told, classes="dialog-effect", can_focus=False)


def shown_text(text: str) -> str:
    """Foreign text for a dialog: several lines, and not without end."""
    shown = safe_text(text[:MOST_SHOWN].strip(), multiline=True)
    rest = len(text) - MOST_SHOWN
    return shown if rest <= 0 else f"{shown}\n… {rest:,} more characters"


class Dialog(ModalScreen[Answer | None]):
    """A title that stays, a message that scrolls, buttons; dismissed with an answer or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "put_away", "Look at the output"),
        Binding("pageup", "scroll_behind(-1)", "Output up", show=False),
        Binding("pagedown", "scroll_behind(1)", "Output down", show=False),
        Binding("up,k", "scroll_message(-1)", "Message up", show=False),
        Binding("down,j", "scroll_message(1)", "Message down", show=False),
        Binding("left", "app.focus_previous", "Previous", show=False),
        Binding("right", "app.focus_next", "Next", show=False),
        # Of the program's own keys a dialog lets only those through that it has itself.
        Binding("question_mark,f1", "app.help", "Help", show=False),
        Binding("q", "app.quit", "Quit", show=False),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-roomy")]  # noqa: RUF012 - as Screen declares it
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (92, "-broad")]  # noqa: RUF012 - as Screen declares it
    KEYS = "esc look at the output · tab next · pgup pgdn scroll the output"

    def __init__(
        self,
        title: str,
        *,
        danger: bool = False,
        behind: ScrollBehind | None = None,
        left: SecondsLeft | None = None,
        typed: dict[str, str] | None = None,
    ) -> None:
        """`left` tells when the question closes by itself, where it does. `typed` is what was typed when the
        dialog was put away, and takes it when that is done again.
        """
        super().__init__()
        self._typed = {} if typed is None else typed
        self._heading = title
        self._danger = danger
        self._behind = behind
        self._left = left
        self._armed = False
        self._withdrawn = False
        self._had_focus: Widget | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -danger" if self._danger else "dialog"):
            yield Static(self._title_content(), classes="dialog-title", markup=False)
            with VerticalScroll(classes="dialog-message", can_focus=False):
                yield from self.compose_message()
            yield Static(classes="dialog-more", markup=False)
            yield from self.compose_fixed()
            yield Static(classes="dialog-wanted", markup=False)
            if self._left is not None:
                yield Static(classes="dialog-closes", markup=False)
            with Horizontal(classes="dialog-buttons"):
                yield from self.compose_buttons()
            yield Static(self.KEYS, classes="dialog-keys", markup=False)

    def compose_message(self) -> Iterable[Widget]:
        """The widgets of the message, which may be long and scrolls."""
        return ()

    def compose_fixed(self) -> Iterable[Widget]:
        """Widgets between the message and the buttons, which are always in sight."""
        return ()

    def compose_buttons(self) -> Iterable[Widget]:
        """The buttons that answer or cancel, the harmless one first."""
        return ()

    def _title_content(self) -> Content:
        title = Content(safe_text(self._heading))
        if self._danger:
            return Content.assemble(("DANGER ", "bold $text-error"), title)
        return title

    def on_mount(self) -> None:
        self.want("")
        if ARM_SECONDS:
            self.set_timer(ARM_SECONDS, self._arm)
        else:
            self._arm()
        if self._left is not None:
            self._count_down(self._left)
            self.set_interval(COUNTS, partial(self._count_down, self._left))
        for scroller in self._scrollers:
            for change in ("scroll_y", "virtual_size"):
                self.watch(scroller, change, self._tell_more, init=False)
        self.watch(self.query_one(".dialog"), "virtual_size", self._share_height)

    @property
    def _scrollers(self) -> list[VerticalScroll]:
        """The message and, where there is one, what a step does."""
        return list(self.query(".dialog-message, .dialog-effect").results(VerticalScroll))

    def _count_down(self, left: SecondsLeft) -> None:
        seconds = left()
        tone = "bold $text-error" if seconds <= SOON else "$text-warning"
        self.query_one(".dialog-closes", Static).update(Content.styled(closes_in(seconds), tone))

    def on_resize(self) -> None:
        self._share_height()

    def _share_height(self) -> None:
        """Let what scrolls have what the rest leaves, so that title and buttons are always in sight."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        box, more = self.query_one(".dialog"), self.query_one(".dialog-more")
        message, *effects = scrollers = self._scrollers
        taken = box.virtual_size.height - sum(s.outer_size.height for s in (more, *scrollers))
        room = self.size.height - taken
        cut = sum(s.virtual_size.height for s in scrollers) > room
        if cut and not self.has_class("-tight"):
            self.add_class("-tight")
            return
        more.display = cut
        least = LEAST_EFFECT_SHORT if self.has_class("-short") else LEAST_EFFECT
        kept = sum(min(s.virtual_size.height, least) for s in effects)
        lines = max(LEAST_MESSAGE, room - cut - kept)
        message.styles.max_height = lines
        for scroller in effects:
            left = room - cut - min(message.virtual_size.height, lines)
            scroller.styles.max_height = max(least, left)
        self._tell_more()

    def _tell_more(self) -> None:
        """Say how much is out of sight below, and which keys bring it up."""
        below = sum(_lines_below(scroller) for scroller in self._scrollers)
        told = "the end · ↑ scrolls"
        if below > 0:
            told = f"▾ {counted(below, 'more line')} · ↓ ↑ scroll"
        self.query_one(".dialog-more", Static).update(Content(told), layout=False)

    def _arm(self) -> None:
        self._armed = True

    def give(self, answer: str, note: str = "") -> None:
        """Answer, unless it is too early for that."""
        self.answer_with(Answer(answer, note))

    def answer_with(self, answer: Answer) -> None:
        """As `give`, for answers that carry more."""
        if self._armed and not self._withdrawn:
            self.dismiss(answer)

    def want(self, told: str, field: Widget | None = None) -> None:
        """Say what is missing for an answer, and lead to the field for it; nothing is wanted with ``."""
        line = self.query_one(".dialog-wanted", Static)
        line.update(Content(safe_text(told)))
        line.display = bool(told)
        if field is not None:
            field.focus()

    def kept(self) -> Mapping[str, str]:
        """What was typed so far and is worth keeping when the dialog is put away; never a secret."""
        return {}

    def withdraw(self) -> None:
        """Close the dialog without an answer: nobody needs one any more."""
        self._withdrawn = True
        self._leave_if_withdrawn()

    def on_screen_suspend(self) -> None:
        """Hide the dialog while another one is in front, which may be smaller."""
        self._had_focus = self.focused
        self.query(".dialog").set(visible=False)

    def on_screen_resume(self) -> None:
        self.query(".dialog").set(visible=True)
        # What is out of sight loses the focus, and the first that could have it may not be the harmless one.
        if self._had_focus is not None:
            self.set_focus(self._had_focus)
        self._leave_if_withdrawn()

    def _leave_if_withdrawn(self) -> None:
        if self._withdrawn and self.is_active:
            self.dismiss(None)

    def action_put_away(self) -> None:
        kept = dict(self.kept())
        self._typed.clear()
        self._typed.update(kept)
        self.dismiss(None)

    def action_scroll_behind(self, pages: int) -> None:
        if self._behind is not None:
            self._behind(pages)

    def action_scroll_message(self, by: int) -> None:
        """Scroll the message and, where that is at its end, what a step does; back in the other order."""
        for scroller in self._scrollers[:: 1 if by > 0 else -1]:
            if _lines_below(scroller) > 0 if by > 0 else round(scroller.scroll_y) > 0:
                scroller.scroll_relative(y=by, animate=False)
                return


def _lines_below(scroller: VerticalScroll) -> int:
    """How many lines are out of sight at the end."""
    most = scroller.styles.max_height
    seen = scroller.size.height if most is None else round(most.value)
    return max(0, scroller.virtual_size.height - round(scroller.scroll_y) - seen)
