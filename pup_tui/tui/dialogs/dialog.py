"""What all dialogs of a run have in common.

A dialog answers only when it is told to: escape puts it away unanswered, and in its first moments, while the
operator may still be typing for what was there before, it does not answer at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text

ARM_SECONDS = 0.4
"""How long after it has appeared a dialog takes no answer."""

MOST_SHOWN = 20_000
"""Characters of a message that are shown; how many more there are is said."""

LEAST_MESSAGE = 3
"""Lines of a message that are in sight in the smallest window."""

ScrollBehind = Callable[[int], None]
"""Scrolls the output behind a dialog by this many pages."""


@dataclass(frozen=True)
class Answer:
    """What the operator decided, in the words of the run, and what they noted."""

    answer: str
    note: str = ""


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
    ]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-roomy")]  # noqa: RUF012 - as Screen declares it
    KEYS = "esc look at the output · tab next · pgup pgdn scroll the output"

    def __init__(
        self, title: str, *, danger: bool = False, behind: ScrollBehind | None = None
    ) -> None:
        super().__init__()
        self._heading = title
        self._danger = danger
        self._behind = behind
        self._armed = False
        self._withdrawn = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -danger" if self._danger else "dialog"):
            yield Static(self._title_content(), classes="dialog-title", markup=False)
            with VerticalScroll(classes="dialog-message", can_focus=False):
                yield from self.compose_message()
            yield from self.compose_fixed()
            with Horizontal(classes="dialog-buttons"):
                yield from self.compose_buttons()
            yield Static(self.KEYS, classes="dialog-keys", markup=False)

    def compose_message(self) -> Iterable[Widget]:
        """What may be long and scrolls."""
        return ()

    def compose_fixed(self) -> Iterable[Widget]:
        """What must always be in sight, between the message and the buttons."""
        return ()

    def compose_buttons(self) -> Iterable[Widget]:
        """The ways out of it, the harmless one first."""
        return ()

    def _title_content(self) -> Content:
        title = Content(safe_text(self._heading))
        if self._danger:
            return Content.assemble(("DANGER ", "bold $text-error"), title)
        return title

    def on_mount(self) -> None:
        if ARM_SECONDS:
            self.set_timer(ARM_SECONDS, self._arm)
        else:
            self._arm()

        self._share_height()

    def on_resize(self) -> None:
        self._share_height()

    def _share_height(self) -> None:
        """Let the message have what the rest leaves, so that title and buttons are always in sight."""
        self.call_after_refresh(self._fit_message)

    def _fit_message(self) -> None:
        box, message = self.query_one(".dialog"), self.query_one(".dialog-message")
        others = [child for child in box.children if child is not message]
        taken = sum(child.outer_size.height + child.styles.margin.height for child in others)
        room = self.size.height * 9 // 10 - taken
        message.styles.max_height = max(LEAST_MESSAGE, room)

    def _arm(self) -> None:
        self._armed = True

    def give(self, answer: str, note: str = "") -> None:
        """Answer, unless it is too early for that."""
        if self._armed and not self._withdrawn:
            self.dismiss(Answer(answer, note))

    def withdraw(self) -> None:
        """Nobody needs the answer any more."""
        self._withdrawn = True
        self._leave_if_withdrawn()

    def on_screen_resume(self) -> None:
        self._leave_if_withdrawn()

    def _leave_if_withdrawn(self) -> None:
        if self._withdrawn and self.is_active:
            self.dismiss(None)

    def action_put_away(self) -> None:
        self.dismiss(None)

    def action_scroll_behind(self, pages: int) -> None:
        if self._behind is not None:
            self._behind(pages)

    def action_scroll_message(self, by: int) -> None:
        self.query_one(".dialog-message", VerticalScroll).scroll_relative(y=by, animate=False)
