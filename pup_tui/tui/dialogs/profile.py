"""Chooses the profile that runs are made with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.fields.list_controls import KeyedOptions
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.services import ProfileOffer


class ProfileScreen(Dialog):
    """The profiles that there are; the answer is the name of one, empty for none."""

    IS_CALLED = True
    KEYS = "enter takes one · letters find"

    def __init__(self, offers: Sequence[ProfileOffer], current: str) -> None:
        super().__init__("Profile for runs")
        self._offers = [ProfileOffer(name="", description="no profile"), *offers]
        self._current = current

    def compose_message(self) -> Iterable[Widget]:
        if len(self._offers) == 1:
            told = "There are no profiles: they are files profiles/NAME.yaml in the configuration directory."
            yield ReadText(told, markup=False)
        options = [Option(self._told(each), disabled=bool(each.problem)) for each in self._offers]
        yield KeyedOptions(*options, compact=True)

    def _told(self, offer: ProfileOffer) -> Content:
        parts: list[tuple[str, str] | str] = [
            "● " if offer.name == self._current else "○ ",
            (safe_text(offer.name), "bold"),
        ]
        if offer.danger:
            parts.append(("  DANGER", "bold $text-error"))
        if offer.problem:
            parts.append((f"  ✖ {safe_text(offer.problem)}", "$text-error"))
        elif offer.description:
            parts.append(f"{'  ' if offer.name else ''}{safe_text(offer.description)}")
        return Content.assemble(*parts)

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Keep it", "keep", "back")

    def on_mount(self) -> None:
        chooser = self.query_one(OptionList)
        names = [offer.name for offer in self._offers]
        chooser.highlighted = names.index(self._current) if self._current in names else 0
        chooser.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.give(self._offers[event.option_index].name)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_put_away()
