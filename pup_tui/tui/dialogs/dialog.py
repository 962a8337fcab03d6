"""What all dialogs have in common.

They are docked: what stands on the screen makes room for them, and stays in sight. A dialog answers only
when it is told to: escape puts it away unanswered, and until it has been seen for a moment, while the
operator may still be typing for what was there before, it takes no key, until none has come for as long.
An enter behind keys that were not taken takes nothing either, until something shows that it was seen.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Offset, Size, Spacing
from textual.reactive import var
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.console_screen import ConsoleScreen
from pup_tui.tui.dialogs.choices import CarefulButton, ChoiceLine
from pup_tui.tui.dialogs.docked import Evidence, evidence_behind, make_room, scroll_behind
from pup_tui.tui.drawn_whole import LetDraw, hold_drawing, once_drawn
from pup_tui.tui.fields.find_line import FindLine
from pup_tui.tui.fields.in_sight import bring_cursor_into_sight
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.lines.read_text import ReadText, TextFinder
from pup_tui.tui.texts import counted
from pup_tui.tui.typing import typed_in, types

ARM_SECONDS = 0.4
"""How long after it was first drawn, and after a key that came before that, a dialog takes no answer."""

KEYS_GO_TO = "a key goes to its choice, enter takes it"
"""What stands in dialogs where no single key answers."""

TOO_EARLY = "You typed before this could be read: nothing was taken. Press the key again."

CLICKED_TOO_EARLY = "You clicked before this could be read: nothing was taken. Click again."

UNSEEN = "You were typing: letters and enter do nothing until an arrow or a click."
"""What stands in a dialog that may not have been seen, in one line of a narrow window."""

ENTER_TOOK_NOTHING = (
    "Enter took nothing: what you typed before it was not taken either. "
    "The key of a choice, an arrow or a click says that you see this."
)
"""What stands in a dialog where an enter may belong to what was typed before it."""

NOTHING_CHOSEN = "Enter takes nothing: press the key of a choice, or go to one with tab."
"""What stands in a dialog where nothing has the focus to begin with."""

_MEANS_A_CHOICE = frozenset({"enter", "tab", "shift+tab", "up", "down", "left", "right"})

COUNTS = 0.25
"""Seconds between two looks at how long a question is still open."""

MOST_SHOWN = 20_000
"""Characters of a message that are shown; how many more there are is said."""

MOST_TOLD = 300
"""Characters that are told of what was typed into a dialog which closes by itself."""

TOLD_SECONDS = 60.0
"""How long that stands there."""

LEAST_MESSAGE = 3
LEAST_EFFECT_SHORT = 2
"""Lines of a message, and in a short window of what a step does, that are always in sight."""

SOON = 30.0
"""Seconds before a question closes from which on the countdown stands out."""

WHEEL = 3
"""Lines that a turn of the wheel scrolls what stands behind a dialog."""

BESIDE_FROM = 160
"""Columns from which a dialog stands beside what it is about, and not below it."""

_EVIDENCE_KEYS = "{evidence_up} {evidence_down} output · {other_evidence} next"

SecondsLeft = Callable[[], float]
"""Tells in how many seconds a question closes by itself."""


@dataclass(frozen=True)
class Answer:
    """What the operator decided, in the words of the run, and what they noted."""

    answer: str
    note: str = ""


@dataclass(frozen=True)
class ValuesAnswer(Answer):
    """A yes with values, checked. `left_out` names variables without one, `secrets` the secret ones.

    Each of `made` is what was made out of secrets on the way to them.
    """

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    left_out: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    made: tuple[Any, ...] = field(default=(), repr=False)


def closes_in(seconds: float) -> str:
    """The words that tell in how many seconds a question counts as a no."""
    whole = math.ceil(max(0.0, seconds))
    return f"closes as a no in {whole // 60}:{whole % 60:02}"


def labelled(label: str, text: str, classes: str) -> Widget:
    """A text beside its label; however long it is, its lines begin in the same column."""
    return Horizontal(
        ReadText(Content.styled(label, "dim"), classes="dialog-label", markup=False),
        ReadText(Content(text), classes="dialog-labelled", markup=False),
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


def listed(typed: Mapping[str, str]) -> str:
    """What was typed, with its names; what is blank is left out."""
    return "\n".join(f"{name}: {text}" for name, text in typed.items() if text.strip())


def tell_unsent(app: App[Any], title: str, typed: str) -> None:
    """Say that what was typed for a question goes nowhere: nobody needs the answer any more."""
    if not typed:
        return
    rest = len(typed) - MOST_TOLD
    told = f"{typed[:MOST_TOLD]}… {rest:,} more characters" if rest > 0 else typed
    app.notify(
        safe_text(f"What you typed was not used:\n{told}", multiline=True),
        title=safe_text(f"{title}: no answer is needed any more"),
        severity="warning",
        markup=False,
        timeout=TOLD_SECONDS,
    )


class Title(Static):
    """The title of a dialog, in the line that parts it from what stands above."""

    def __init__(self, title: Content) -> None:
        super().__init__(title, classes="dialog-title", markup=False)
        self._title = title

    def show(self, title: Content) -> None:
        self._title = title
        self.refresh(layout=True)

    def render(self) -> Content:
        line = "━" * max(1, self.size.width - self._title.cell_length - 6)
        return Content.assemble("━━━━ ", self._title, f" {line}")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1 + max(0, self._title.cell_length + 6) // max(1, width)


class Dialog(ConsoleScreen[Answer | None], ModalScreen[Answer | None]):
    """A title that stays, a message that scrolls, buttons; dismissed with an answer or with None.

    It is docked: what it is about makes room for it, and can be scrolled while it is open.
    """

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": ("back", "Put aside"),
            "search": "search",
            "search_typing": "search",
            "next_match": "match(1)",
            "previous_match": "match(-1)",
            "evidence_up": "page_evidence(-1)",
            "evidence_down": "page_evidence(1)",
            "other_evidence": "other_evidence",
            "note": "note",
            "waiting": ("next_waiting", "Next that waits"),
            "up": "scroll_message(-1)",
            "down": "scroll_message(1)",
            "first": "end_of_message(-1)",
            "last": "end_of_message(1)",
            "left": ("app.focus_previous", "Previous"),
            "right": ("app.focus_next", "Next"),
            "help": "app.help",
            "quit": "app.quit",
        }
    )
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-roomy")]  # noqa: RUF012 - as Screen declares it
    HORIZONTAL_BREAKPOINTS = [(0, "-below"), (BESIDE_FROM, "-beside")]  # noqa: RUF012 - as Screen declares it
    IS_CALLED: ClassVar[bool] = False
    """Whether only a key of the operator brings it up, so that what is typed next is meant for it."""
    KEYS = ""
    """Which keys there are beside those of the buttons to begin with."""
    keys: var[str] = var("", init=False)
    """Which there are now, as `with_keys` reads it."""
    FINDS_ON = False
    """Whether a search keeps the focus when it has found something: where the keys for matches answer."""
    OUTPUT_FIRST = False
    """Whether a search begins with the output that is judged by, and not with the dialog's own text."""
    MOST = 0.6
    """The share of a window's lines that a dialog below what it is about may have."""
    LEAST_EFFECT = 5
    """Lines of what a step does that are always in sight where the window is not short."""

    def __init__(
        self,
        title: str,
        *,
        danger: bool = False,
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
        self._left = left
        self._takes_from = math.inf
        """When a key must have been typed at the earliest to be meant for the dialog."""
        self._unseen = False
        """Whether a text was being typed when it came, and nothing has said since that it was seen."""
        self._dropped = False
        """Whether letters were typed too early, and nothing has said since that it was seen."""
        self.called = False
        """Whether the operator has called it up where it had waited: what is typed next is meant for it."""
        self.ask_next: Callable[[], None] | None = None
        """Puts it aside for the next question that waits, where it asks one of those."""
        self._enter_from = -math.inf
        """When an enter must have been typed at the earliest to be another one than that which called it."""
        self._has_place = False
        """Whether all in it has been laid out, so that what is drawn next is the dialog."""
        self._withdrawn = self._is_leaving = False
        self._had_focus: Widget | None = None
        self._let_draw: LetDraw = lambda: None
        """Has it drawn that the dialog came or went, once what is below it has its room."""
        self._finder = TextFinder(lambda: self._scrollers)
        self._find_line: FindLine | None = None
        self._searched_from: Widget | None = None
        self._searches_output: bool | None = None
        """Whether the match that was gone to last is one in the output behind; None before there is one."""

    def compose(self) -> ComposeResult:
        self._let_draw = hold_drawing(self.app)
        self.set_reactive(Dialog.keys, self.KEYS)
        with Vertical(classes="dialog -danger" if self._danger else "dialog"):
            yield Title(self._title_content())
            with VerticalScroll(classes="dialog-message", can_focus=False):
                yield from self.compose_message()
            yield Static(classes="dialog-more", markup=False)
            yield from self.compose_fixed()
            yield Static(classes="dialog-wanted", markup=False)
            if self._left is not None:
                yield Static(classes="dialog-closes", markup=False)
            yield ChoiceLine(self.compose_buttons(), self._hint())

    def _hint(self) -> str:
        more = "" if self._evidence is None else _EVIDENCE_KEYS
        return with_keys(self.app, " · ".join(filter(None, (self.keys, more))))

    def watch_keys(self) -> None:
        for line in self.query(".dialog-keys").results(Static):
            line.update(Content(self._hint()))

    @property
    def _evidence(self) -> Evidence | None:
        return evidence_behind(self)

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
        # What stands behind is drawn with the dialog, and not by itself where only its layout changes.
        ground = self.app.screen_stack[0]
        ground.screen_layout_refresh_signal.subscribe(self, lambda _: self.refresh())
        if not ARM_SECONDS or self.IS_CALLED or self.called:
            self._arm()
            self._enter_from = monotonic() + ARM_SECONDS if self.called else -math.inf
        else:
            self._unseen = typed_in(self.app).just_now
        if self._left is not None:
            self._count_down(self._left)
            self.set_interval(COUNTS, partial(self._count_down, self._left))
        for scroller in self._scrollers:
            for change in ("scroll_y", "virtual_size"):
                self.watch(scroller, change, self._tell_more, init=False)
        self.watch(self.query_one(".dialog"), "virtual_size", self._share_height)

    def focus_on(self, selector: str) -> None:
        """Give the focus to the first that `selector` finds; a dialog may be gone before it was all there."""
        for widget in self.query(selector).results():
            widget.focus()
            return

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
        if not self.query(".dialog-more"):
            return  # closed since this was called for, or before it was all there
        box, more = self.query_one(".dialog"), self.query_one(".dialog-more")
        message, *effects = scrollers = self._scrollers
        rest = (w for w in box.children if w.display and w not in (more, *scrollers))
        taken = sum(w.outer_size.height + w.styles.margin.height for w in rest)
        room = self._most_lines - taken - sum(s.styles.margin.height for s in scrollers)
        cut = sum(s.virtual_size.height for s in scrollers) > room
        more.display = cut
        least = LEAST_EFFECT_SHORT if self.has_class("-short") else self.LEAST_EFFECT
        kept = sum(min(s.virtual_size.height, least) for s in effects)
        lines = max(LEAST_MESSAGE, room - cut - kept)
        message.styles.max_height = lines
        for scroller in effects:
            left = room - cut - min(message.virtual_size.height, lines)
            scroller.styles.max_height = max(least, left)
        self._tell_more()
        bring_cursor_into_sight(self.focused)
        make_room(self.app)
        if not self._has_place:
            self._has_place = True
            once_drawn(self, self._begin_to_take)
        self._let_draw()

    @property
    def _most_lines(self) -> int:
        """How many lines there are for the dialog; a low window is all its own."""
        height = self.size.height
        whole = self.has_class("-beside") or self.has_class("-short")
        return height if whole else round(height * self.MOST)

    def room(self) -> Spacing:
        """What of the window the dialog takes, at its edges."""
        box = next(iter(self.query(".dialog")), None)
        width, height = Size() if box is None else box.outer_size
        return Spacing(right=width) if self.has_class("-beside") else Spacing(bottom=height)

    def _tell_more(self) -> None:
        """Say how much is out of sight below, and which keys bring it up."""
        if not self.is_attached or not self.query(".dialog-more"):
            return  # put aside before it was all there
        below = sum(_lines_below(scroller) for scroller in self._scrollers)
        told = "the end · ↑ scrolls"
        if below > 0:
            told = f"▾ {counted(below, 'more line')} · ↓ ↑ scroll"
            types = any(w.check_consume_key("slash", "/") for w in (self, self.focused) if w)
            if not types and "{search}" not in self.KEYS:
                told += with_keys(self.app, " · {search} search")
        self.query_one(".dialog-more", Static).update(Content(told), layout=False)

    def _begin_to_take(self) -> None:
        if self._takes_from == math.inf:
            self._takes_from = monotonic() + ARM_SECONDS
            if self._unseen:
                # Before a key does nothing, so that nobody presses one in vain.
                self.want(UNSEEN)

    def _arm(self) -> None:
        self._takes_from, self._unseen, self._dropped = -math.inf, False, False

    @property
    def _armed(self) -> bool:
        return monotonic() >= self._takes_from and not self._unseen

    def _is_seen(self) -> None:
        """Something was done that no text can be, when it had been in sight for a moment."""
        if (self._unseen or self._dropped) and monotonic() >= self._takes_from:
            self._unseen = self._dropped = False
            self.want("")

    def give(self, answer: str, note: str = "") -> None:
        """Answer; where it is too early for that, say so."""
        self.answer_with(Answer(answer, note))

    def answer_with(self, answer: Answer) -> None:
        """As `give`, for answers that carry more."""
        if self.takes_answer() and not self._withdrawn:
            self.dismiss(answer)

    def takes_answer(self) -> bool:
        """Whether it is not too early for an answer; where it is, that is told."""
        if not self._armed:
            # Keys that come too early are told of by `on_key`, and come to nothing else.
            self.want(CLICKED_TOO_EARLY)
        return self._armed

    def choose(self, choice: str) -> None:
        """Answer by the key of a choice; one that is careful is only selected by it."""
        button = self.query_one(f"#{choice}")
        if not isinstance(button, CarefulButton):
            self.give(choice)
        elif self._armed:
            self._is_seen()
            self.want("")
            button.select()

    def action_go_to(self, choice: str) -> None:
        """Go to the button of a choice that no single key makes."""
        self._is_seen()
        self.query_one(f"#{choice}").focus()

    def on_key(self, event: events.Key) -> None:
        """Take nothing that was typed for what was here before: it neither answers nor moves the focus."""
        # When it was typed counts: on a loaded machine it comes much later.
        in_time = event.time >= self._takes_from
        types_enter = event.key == "enter"
        if in_time and not self._unseen:
            if types_enter and not types(self.app):
                self._judge_enter(event)
            elif self._dropped and (not event.is_printable or self._takes(event)):
                self._is_seen()
            return
        if in_time and not event.is_printable and not types_enter:
            self._is_seen()
        if not (event.is_printable or event.key in _MEANS_A_CHOICE):
            # It may put the dialog away, scroll or ask for help, but what it does next is no answer.
            self._takes_from = max(self._takes_from, monotonic() + ARM_SECONDS)
            return
        event.stop()
        event.prevent_default()
        self._takes_from = max(self._takes_from, event.time + ARM_SECONDS)
        self._dropped = self._dropped or event.is_printable
        told = ENTER_TOOK_NOTHING if types_enter and self._dropped else TOO_EARLY
        self.want(UNSEEN if self._unseen else told)

    def _takes(self, event: events.Key) -> bool:
        """Whether a key does something where the focus is."""
        focused = self.focused
        is_typed = focused is not None and focused.check_consume_key(event.key, event.character)
        return is_typed or event.key in self.active_bindings

    def _judge_enter(self, event: events.Key) -> None:
        """Let an enter choose nothing that ends what was typed before, or that called the dialog up."""
        told = ENTER_TOOK_NOTHING if self._dropped else TOO_EARLY
        if self._dropped or event.time < self._enter_from:
            event.stop()
            event.prevent_default()
            self.want(told)
        elif self.focused is None and event.key not in self.active_bindings:
            self.want(NOTHING_CHOSEN)

    def on_mouse_down(self) -> None:
        self._is_seen()

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

    def unsent(self) -> str:
        """What was typed and would be lost if the dialog closed by itself; never a secret."""
        return listed(self.kept())

    def withdraw(self) -> None:
        """Close the dialog without an answer: nobody needs one any more. What was typed is told."""
        self._withdrawn = True
        self._leave_if_withdrawn()

    def on_screen_suspend(self) -> None:
        """Hide the dialog while another one is in front, which may be smaller."""
        self._had_focus = self.focused
        self.query(".dialog").set(visible=False)

    def on_screen_resume(self) -> None:
        self.query(".dialog").set(visible=True)
        self._share_height()
        # What is out of sight loses the focus, and the first that could have it may not be the harmless one.
        if self._had_focus is not None:
            self.set_focus(self._had_focus)
        self._leave_if_withdrawn()

    def _leave_if_withdrawn(self) -> None:
        if self._withdrawn and self.is_active and not self._is_leaving:
            self._is_leaving = True
            tell_unsent(self.app, self._heading, self.unsent())
            typed_in(self.app).field_goes(self.app)
            self.dismiss(None)

    # Search

    async def action_search(self) -> None:
        """Search the texts that scroll, and the output that the question is judged by."""
        line = self._find_line
        if line is None:
            self._find_line = line = FindLine()
            await self.query_one(".dialog").mount(line, before=".dialog-wanted")
        if not line.has_focus_within:
            self._searched_from = self.focused
        line.open()

    def on_find_line_typed(self, message: FindLine.Typed) -> None:
        message.stop()
        self._look_for(message.text)

    async def on_find_line_entered(self, message: FindLine.Entered) -> None:
        message.stop()
        if self._finder.pattern is None:
            self._leave_search()
            return
        if not self.FINDS_ON:
            self.set_focus(self._searched_from)
        await self.action_match(1)

    def on_find_line_left(self, message: FindLine.Left) -> None:
        message.stop()
        self._leave_search()

    def _look_for(self, text: str) -> None:
        self._finder.look_for(text)
        if self._find_line is not None:
            # What was told was of another text.
            self._find_line.tell("")
        self._searches_output = None
        if self._evidence is not None:
            self._evidence.mark_matches(self._finder.pattern)

    async def action_match(self, by: int) -> None:
        """Go to the next match, or to the one before: those in the dialog and those in the output take turns.

        Past the last follows the first.
        """
        line, pattern = self._find_line, self._finder.pattern
        if line is None or pattern is None:
            await self.action_search()
        else:
            self.run_worker(self._go_to_match(line, pattern, by), group="match", exclusive=True)

    async def _go_to_match(self, line: FindLine, pattern: re.Pattern[str], by: int) -> None:
        evidence, inside = self._evidence, self._searches_output
        output_first = self.OUTPUT_FIRST if inside is None else inside
        told, finds = "", False
        if evidence is None or not output_first:
            told = self._finder.go_on(by)
        if not told and evidence is not None:
            around = not self._finder.finds
            finds = await evidence.find_match(pattern, by, enters=not inside, around=around)
            told = "in the output" if finds else ""
        if pattern is self._finder.pattern:
            self._searches_output = finds
            line.tell(told or self._finder.enter(by))

    def _leave_search(self) -> None:
        line = self._find_line
        if line is None:
            return
        if line.has_focus_within:
            self.set_focus(self._searched_from)
        self._look_for("")
        line.close()

    def action_back(self) -> None:
        """Leave the search, if there is one; else put the dialog away."""
        if self._find_line is not None and self._find_line.display:
            self._leave_search()
        else:
            self.action_put_away()

    def action_put_away(self) -> None:
        kept = dict(self.kept())
        self._typed.clear()
        self._typed.update(kept)
        self.dismiss(None)

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        # It may be put away before it was drawn: what it held until then is let go as well.
        shown, self._let_draw = self._let_draw, hold_drawing(self.app)
        shown()
        return super().dismiss(result)

    def on_unmount(self) -> None:
        make_room(self.app)
        self._let_draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "note":
            return self._evidence is not None and self._evidence.takes_notes
        if action == "page_evidence":
            return self._evidence is not None or bool(self._scrollers)
        if action == "other_evidence":
            return self._evidence is not None
        if action == "next_waiting":
            return self.ask_next is not None
        return super().check_action(action, parameters)

    def action_note(self) -> None:
        """Remark something about the run that this is about, before it is answered."""
        if self._evidence is not None:
            self._evidence.action_note()

    def action_next_waiting(self) -> None:
        if self.ask_next is not None:
            self.ask_next()

    def action_page_evidence(self, pages: int) -> None:
        """Page what is judged by: an output behind the dialog, else its own text."""
        if self._evidence is not None:
            self._evidence.page_evidence(pages)
        else:
            self._scroll(pages, lambda scroller: max(1, scroller.size.height - 1))

    def action_other_evidence(self) -> None:
        if self._evidence is not None:
            self._evidence.other_evidence()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, WHEEL)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        """Scroll what stands behind, where the pointer is there."""
        at = Offset(event.screen_x, event.screen_y)
        if not self.query_one(".dialog").region.contains_point(at):
            scroll_behind(self, at, by)

    def action_end_of_message(self, by: int) -> None:
        """To the beginning of the message (-1), or to the end of what comes last."""
        for scroller in self._scrollers:
            scroller.scroll_to(y=0 if by < 0 else scroller.max_scroll_y, animate=False)

    def action_scroll_message(self, by: int) -> None:
        """Scroll the message and, where that is at its end, what a step does; back in the other order."""
        self._scroll(by, lambda _: 1)

    def _scroll(self, by: int, lines: Callable[[VerticalScroll], int]) -> None:
        for scroller in self._scrollers[:: 1 if by > 0 else -1]:
            if _lines_below(scroller) > 0 if by > 0 else round(scroller.scroll_y) > 0:
                scroller.scroll_relative(y=by * lines(scroller), animate=False)
                return


def _lines_below(scroller: VerticalScroll) -> int:
    """How many lines are out of sight at the end."""
    most = scroller.styles.max_height
    seen = scroller.size.height if most is None else round(most.value)
    return max(0, scroller.virtual_size.height - round(scroller.scroll_y) - seen)
