"""An application in the console's looks, with as many colours as its terminal has."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from textual import events, on
from textual.app import ReturnType
from textual.binding import Binding
from textual.filter import LineFilter
from textual.screen import SystemModalScreen
from textual.widget import Widget

from pup_tui.tui import (
    callback_parameters,  # noqa: F401 (Textual counts by it from here on)
    handlers,  # noqa: F401 (finds handlers so)
    lean_strips,  # noqa: F401 (and makes its lines so)
    theme,
)
from pup_tui.tui.appearance import USUAL, Appearance, Depth
from pup_tui.tui.colours import colour_filter
from pup_tui.tui.drawn_whole import DrawnWhole
from pup_tui.tui.pressed import Pressed
from pup_tui.tui.remembering_stylesheet import RememberingStylesheet
from pup_tui.tui.terminal import LastingDriver
from pup_tui.tui.terminal_answers import TerminalAnswer, questions
from pup_tui.tui.typing import TextField, Typed

FIELD_WENT = "Not done: what you type was meant for a field that has gone."


class ColouredApp(DrawnWhole[ReturnType]):
    """Looks as it was told to; what that leaves open it asks the terminal, which may answer at any time."""

    def __init__(self, appearance: Appearance = USUAL) -> None:
        super().__init__()
        self.typed = Typed()
        self._pressed = Pressed()
        self._appearance = appearance
        self._choice, self._dark = appearance.theme, appearance.dark
        self.depth = appearance.depth
        self.no_color = self.depth is Depth.NONE
        for own in theme.THEMES:
            self.register_theme(own)
        # Whatever Textual reads from the environment: the filter leaves no colour that the terminal has not.
        self.console = Console(file=StringIO(), force_terminal=True, color_system="truecolor")
        self.set_class(self.depth.is_plain, "-plain")
        # Set this way round the sheets are parsed once, with these colours.
        self.set_reactive(DrawnWhole.theme, self._named())
        self.stylesheet = RememberingStylesheet(variables=self.get_css_variables())

    @on(events.DescendantFocus)
    def _keep_cursor(self, event: events.DescendantFocus) -> None:
        """Have no cursor blink: where nothing happens, nothing is sent over the line."""
        if isinstance(event.widget, TextField):
            event.widget.cursor_blink = False

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self.typed.goes_nowhere(self, event):
                if not any(each.message == FIELD_WENT for each in self._notifications):
                    self.notify(FIELD_WENT, severity="warning", markup=False)
                return
            self.typed.note(self, event)
        if isinstance(event, events.Paste):
            # Terminals send a carriage return for each end of a line.
            event.text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        from_mouse = isinstance(event, events.MouseEvent) and not event.is_forwarded
        if from_mouse and isinstance(event, events.MouseDown):
            self._pressed.note(self, event)
        await super().on_event(event)
        if from_mouse and isinstance(event, events.MouseUp):
            self._pressed.let_go(self, event)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        shown = self.current_theme
        return {} if shown in theme.THEMES else theme.own_variables(shown)

    def get_key_display(self, binding: Binding) -> str:
        """As Textual shows it, but for the sign that stands for overwritten lines here."""
        return "enter" if binding.key == "enter" else super().get_key_display(binding)

    def get_line_filters(self) -> Sequence[LineFilter]:
        shown = self.current_theme
        return (colour_filter(shown.name, self.depth, dark=shown.dark),)

    @property
    def themes(self) -> list[str]:
        """What can be chosen. Without many colours, only the looks that are made for that."""
        if self.depth.is_plain:
            return list(theme.CHOICES)
        own = {each.name for each in theme.THEMES}
        others = [each.name for each in self.available_themes.values() if not each.ansi]
        return [*theme.CHOICES, *sorted(set(others) - own)]

    def refresh_css(self, animate: bool = True) -> None:
        """As Textual's own, which leaves the command palette in front as it is."""
        super().refresh_css(animate)
        if self.screen_stack and isinstance(self.screen, SystemModalScreen):
            self.stylesheet.update(self.screen, animate=animate)

    def choose_theme(self, choice: str) -> None:
        """Look as the operator says."""
        self._choice = choice
        self.theme = self._named()

    def _named(self) -> str:
        choice = self._choice if self._choice in self.themes else "auto"
        return theme.named(choice, dark=self._dark)

    def show_depth(self, depth: Depth) -> None:
        """Use so many colours from now on."""
        self.depth = depth
        self.no_color = depth is Depth.NONE
        self.set_class(depth.is_plain, "-plain")
        for screen in self.screen_stack:
            for widget in (screen, *screen.walk_children(Widget)):
                widget.refresh()

    def ask_terminal(self) -> None:
        """Ask what was left open; the answers come when they come, or never."""
        kind, asks_depth = self._appearance.terminal, self._appearance.asks_depth
        if isinstance(self._driver, LastingDriver):
            self._driver.ask(
                questions(kind, ground=True, colours=asks_depth and self.depth is not Depth.TRUE)
            )

    @on(TerminalAnswer)
    def _take_answer(self, answer: TerminalAnswer) -> None:
        if answer.all_colours and self.depth is not Depth.TRUE:
            self.show_depth(Depth.TRUE)
        if answer.dark is not None:
            self._dark = answer.dark
            self.theme = self._named()
