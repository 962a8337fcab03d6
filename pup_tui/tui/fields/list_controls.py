"""The controls of a variable that is a list: each takes its JSON, and gives what it holds as JSON."""

from __future__ import annotations

import re
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import OptionList

from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed
from pup_tui.tui.fields.controls import Control, OfferedOptions, Paragraph
from pup_tui.tui.fields.in_sight import follow_highlight
from pup_tui.tui.keys import bound

_MARK = re.compile(r"(\[[ x]\]|[●○]) ")
"""What stands before the words of an option."""

TYPED_TOGETHER = 0.7
"""Seconds after a letter in which the next one belongs to the same word."""


class KeyedOptions(OptionList, inherit_bindings=False):
    """A list to choose from. Letters go to the option that begins with them, or else has them."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "down": "cursor_down",
            "up": "cursor_up",
            "first": "first",
            "last": "last",
            "tick": ("select", "Choose"),
        }
    )

    _typed = ""
    _ended: Timer | None = None

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """A letter that moves here begins no word; inside of one it is a letter as the others."""
        if character is None or not character.isprintable() or character.isspace():
            return False
        if self._typed:
            return True
        return character.isalnum() and key not in self._bindings.key_to_bindings

    def on_key(self, event: events.Key) -> None:
        if self.check_consume_key(event.key, event.character):
            event.stop()
            event.prevent_default()
            self._typed += (event.character or "").casefold()
            if self._ended is not None:
                self._ended.stop()
            self._ended = self.set_timer(TYPED_TOGETHER, self._end_word)
            self._go_to(self._typed)

    def _end_word(self) -> None:
        self._typed = ""

    def _go_to(self, typed: str) -> None:
        words = [_MARK.sub("", str(each.prompt), count=1).casefold() for each in self.options]
        open_ = [at for at, option in enumerate(self.options) if not option.disabled]
        found = [at for at in open_ if words[at].startswith(typed)]
        found += [at for at in open_ if typed in words[at]]
        if found:
            self.highlighted = found[0]


class SeveralChoices(KeyedOptions, Control):
    """Choices of which any number can be chosen; they may come later. Without any it shows its `prompt`.

    `none_counts`: that none is chosen is an empty list, and not that nothing is given.
    """

    class Changed(Message):
        """Other ones are chosen."""

    def __init__(
        self, options: OfferedOptions, text: str, *, prompt: str = "", none_counts: bool = False
    ) -> None:
        super().__init__(compact=True)
        self.prompt = prompt
        self._none_counts = none_counts
        self._options_offered = list(options)
        self._chosen = self._among(text)
        self._show_options()

    def on_mount(self) -> None:
        follow_highlight(self)

    @property
    def raw(self) -> str | None:
        chosen = [self._options_offered[at][1] for at in self._chosen]
        return as_typed(chosen) if chosen or self._none_counts else None

    def put(self, text: str) -> None:
        self._choose(self._among(text))

    def offer(self, options: OfferedOptions, prompt: str = "") -> None:
        """Take these choices instead; none of them is chosen."""
        self.prompt = prompt
        self._options_offered, self._chosen = list(options), []
        self._show_options()
        self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        if self._options_offered:
            return super().render_line(y)
        told = Strip([Segment(safe_text(self.prompt), self.rich_style)])
        return told.adjust_cell_length(self.size.width, self.rich_style)

    def on_focus(self) -> None:
        if self.highlighted is None and self._options_offered:
            self.highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(sorted({event.option_index}.symmetric_difference(self._chosen)))

    def _choose(self, chosen: list[int]) -> None:
        if chosen != self._chosen:
            changed = {*chosen} ^ {*self._chosen}
            self._chosen = chosen
            for at in changed:
                self.replace_option_prompt_at_index(at, self._told(at))
            self.post_message(self.Changed())

    def _among(self, text: str) -> list[int]:
        """Where the items of a list stand among the choices; those that there are not are left alone."""
        from pup_tui.catalog.inputs import items_in

        values = [value for _, value in self._options_offered]
        return [values.index(item) for item in items_in(text) if item in values]

    def _show_options(self) -> None:
        self.set_class(not self._options_offered, "-none")
        self.set_options([self._told(at) for at in range(len(self._options_offered))])

    def _told(self, at: int) -> Content:
        label = safe_text(self._options_offered[at][0])
        if at not in self._chosen:
            return Content.assemble(("[ ] ", "$text-muted"), label)
        return Content.styled(f"[x] {label}", "bold $text-success")


class ItemLines(Paragraph):
    """One item on each line; what could not be typed so stands in a line of its own as a JSON list."""

    def __init__(self, text: str) -> None:
        super().__init__(_as_lines(text))

    @property
    def raw(self) -> str | None:
        from pup_tui.catalog.inputs import lines_as_json

        return lines_as_json(self.text) if self.text.strip() else None

    def put(self, text: str) -> None:
        super().put(_as_lines(text))


def _as_lines(text: str) -> str:
    from pup_tui.catalog.inputs import items_in, lines_of

    return lines_of(items_in(text))
