"""What the command palette offers: every action and every runbook, as `noun: what`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import own_bindings
from pup_tui.tui.listing import GROUPINGS

if TYPE_CHECKING:
    from pup_tui.tui.screens.main import MainScreen


RUN = "run: "


class PaletteCommand(NamedTuple):
    """A command of the palette: the name it is found by, and what carries it out."""

    name: str
    act: Callable[[], object]


class ConsoleCommands(Provider):
    """The commands that Textual's palette finds. Names of runbooks are shown literally, never as markup."""

    async def discover(self) -> Hits:
        """What is listed before anything is typed: each runbook once, typing finds what else it offers."""
        for offer in self._offers():
            if not offer.name.startswith(RUN):
                yield DiscoveryHit(Text(offer.name), offer.act, offer.name)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for offer in self._offers():
            score = matcher.match(offer.name)
            if score > 0:
                yield Hit(score, Text(offer.name), offer.act, offer.name)

    def _offers(self) -> Iterator[PaletteCommand]:
        from pup_tui.tui.screens.main import MainScreen

        main = self.app.screen_stack[0]
        if isinstance(main, MainScreen):
            yield from self._here(main)
            yield from self._places(main)
            yield from _runbooks(main)
        yield from self._themes()
        yield PaletteCommand("help: keys", self._doing("help"))
        yield PaletteCommand("quit", self._doing("quit"))

    def _here(self, main: MainScreen) -> Iterator[PaletteCommand]:
        """All that a key does where the operator is, that of the footer first."""
        offers: dict[str, PaletteCommand] = {}
        for node, binding, enabled, _ in sorted(
            own_bindings(main), key=lambda active: not active.binding.show
        ):
            if enabled and node is not self.app:
                name = f"here: {binding.description}  ({self.app.get_key_display(binding)})"
                act = partial(self.app.run_action, binding.action, node)
                offers.setdefault(binding.action, PaletteCommand(name, act))
        yield from offers.values()

    def _places(self, main: MainScreen) -> Iterator[PaletteCommand]:
        yield PaletteCommand("go: runbooks", main.action_runbooks)
        yield PaletteCommand("go: history", partial(main.action_history, everything=True))
        for tab in main.run_tabs():
            name = f"go: run of {safe_text(tab.title)}, {tab.status}"
            yield PaletteCommand(name, partial(main.show_page, tab.page))
        yield PaletteCommand("sidebar: show or hide", main.action_sidebar)
        for grouping in GROUPINGS:
            yield PaletteCommand(
                f"group by: {grouping}",
                partial(main.sidebar.group_by, grouping),
            )

    def _themes(self) -> Iterator[PaletteCommand]:
        from pup_tui.tui.coloured_app import ColouredApp

        app = self.app
        if isinstance(app, ColouredApp):
            for theme in app.themes:
                yield PaletteCommand(f"theme: {theme}", partial(app.choose_theme, theme))

    def _doing(self, action: str) -> Callable[[], object]:
        return partial(self.app.run_action, action)


def _runbooks(main: MainScreen) -> Iterator[PaletteCommand]:
    entries = [entry for entry in main.library.entries if not entry.shadowed]
    for entry in entries:
        if not entry.broken:
            name = f"{RUN}{safe_text(entry.id)}"
            yield PaletteCommand(name, partial(main.begin, entry, "run"))
    for entry in entries:
        yield PaletteCommand(f"open: {safe_text(entry.id)}", partial(main.select, entry))
