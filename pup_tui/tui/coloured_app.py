"""An application in the console's looks, with as many colours as its terminal has."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from textual import on
from textual.app import App, ReturnType
from textual.filter import LineFilter
from textual.widget import Widget

from pup_tui.tui import theme
from pup_tui.tui.appearance import USUAL, Appearance, Depth
from pup_tui.tui.colours import colour_filter
from pup_tui.tui.terminal import LastingDriver
from pup_tui.tui.terminal_answers import TerminalAnswer, questions


class ColouredApp(App[ReturnType]):
    """Looks as it was told to; what that leaves open it asks the terminal, which may answer at any time."""

    def __init__(self, appearance: Appearance = USUAL) -> None:
        super().__init__()
        self._appearance = appearance
        self._theme_was_chosen = False
        self.depth = appearance.depth
        self.no_color = self.depth is Depth.NONE
        for own in theme.THEMES:
            self.register_theme(own)
        # Whatever Textual reads from the environment: the filter leaves no colour that the terminal has not.
        self.console = Console(file=StringIO(), force_terminal=True, color_system="truecolor")
        self.set_class(self.depth.is_plain, "-plain")
        # Set this way round the sheets are parsed once, with these colours.
        self.set_reactive(App.theme, theme.named(appearance.theme, dark=appearance.dark))
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.own_variables(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        shown = self.current_theme
        return (colour_filter(shown.name, self.depth, dark=shown.dark),)

    def choose_theme(self, name: str) -> None:
        """Look as the operator says, whatever the terminal's ground is."""
        self._theme_was_chosen = True
        self.theme = name

    def show_depth(self, depth: Depth) -> None:
        """Use so many colours from now on."""
        self.depth = depth
        self.set_class(depth.is_plain, "-plain")
        for screen in self.screen_stack:
            for widget in (screen, *screen.walk_children(Widget)):
                widget.refresh()

    def ask_terminal(self) -> None:
        """Ask what was left open; the answers come when they come, or never."""
        open_ground = self._appearance.theme in theme.BY_GROUND
        asked = questions(
            self._appearance.terminal, ground=open_ground, colours=self._appearance.asks_depth
        )
        if isinstance(self._driver, LastingDriver):
            self._driver.ask(asked)

    @on(TerminalAnswer)
    def _take_answer(self, answer: TerminalAnswer) -> None:
        if answer.all_colours and self.depth is not Depth.TRUE:
            self.show_depth(Depth.TRUE)
        if answer.dark is not None and not self._theme_was_chosen:
            self.theme = theme.named(self._appearance.theme, dark=answer.dark)
