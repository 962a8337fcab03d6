"""What the command palette offers: every action and every runbook, as `noun: what`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider

from pup_tui.console_keys import Aim
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import own_bindings
from pup_tui.tui.listing import GROUPINGS, matches

if TYPE_CHECKING:
    from pup_tui.catalog.entries import Entry
    from pup_tui.integrations.library import InstalledIntegration
    from pup_tui.tui.screens.main import MainScreen

BEFORE_ACTIONS = 1_000.0
"""What a runbook that is found counts more than an action with the same letters in it."""


class PaletteCommand(NamedTuple):
    """A command of the palette: the name it is found by, and what carries it out."""

    name: str
    act: Callable[[], object]


class ConsoleCommands(Provider):
    """The commands that Textual's palette finds. Names of runbooks are shown literally, never as markup."""

    async def discover(self) -> Hits:
        """What is listed before anything is typed: each runbook once, and what can be done."""
        for entry, offer in self._runbooks("open"):
            yield DiscoveryHit(_told(entry, offer), offer.act, offer.name)
        for offer in self._actions():
            yield DiscoveryHit(Text(offer.name), offer.act, offer.name)

    async def search(self, query: str) -> Hits:
        """Runbooks first, by name, description and tags; then what can be done."""
        matcher = self.matcher(query)
        for what in ("run", "open"):
            for entry, offer in self._runbooks(what):
                score = matcher.match(offer.name)
                if score > 0 or matches(entry, query):
                    found = BEFORE_ACTIONS + score + (what == "run")
                    yield Hit(found, _told(entry, offer), offer.act, offer.name)
        for offer in self._actions():
            score = matcher.match(offer.name)
            if score > 0:
                yield Hit(score, Text(offer.name), offer.act, offer.name)
        if (main := self._main) is not None:
            for integration in await main.find_integrations():
                for offer, does in _of_integration(main, integration):
                    score = matcher.match(f"{offer.name} {does}")
                    if score > 0:
                        told = Text.assemble(offer.name, (f"  {does}", "dim"))
                        yield Hit(score, told, offer.act, offer.name)

    @property
    def _main(self) -> MainScreen | None:
        from pup_tui.tui.screens.main import MainScreen

        main = self.app.screen_stack[0]
        return main if isinstance(main, MainScreen) else None

    def _runbooks(self, what: str) -> Iterator[tuple[Entry, PaletteCommand]]:
        """To `run` a runbook, or to `open` its page."""
        if (main := self._main) is None:
            return
        for entry in main.library.entries:
            if entry.shadowed or (what == "run" and entry.broken):
                continue
            act = (
                partial(main.begin, entry, "run") if what == "run" else partial(main.select, entry)
            )
            yield entry, PaletteCommand(f"{what}: {safe_text(entry.id)}", act)

    def _actions(self) -> Iterator[PaletteCommand]:
        main = self._main
        if main is not None:
            yield from self._here(main)
            yield from self._places(main)
            yield PaletteCommand("screen: write it as SVG", self._doing("save_screen"))
        yield from self._themes()
        yield PaletteCommand("help: keys", self._doing("help"))
        yield PaletteCommand("quit", self._doing("quit"))

    def _here(self, main: MainScreen) -> Iterator[PaletteCommand]:
        """What a key does where the operator is, but for moving about: that of the footer first."""
        offers: dict[str, PaletteCommand] = {}
        here = sorted(own_bindings(main), key=lambda found: not found[0].hinted)
        for action, (node, binding, enabled, _) in here:
            if enabled and node is not self.app and action.aim is not Aim.MOVE:
                name = f"here: {binding.description}  ({self.app.get_key_display(binding)})"
                act = partial(self.app.run_action, binding.action, node)
                offers.setdefault(binding.action, PaletteCommand(name, act))
        yield from offers.values()

    def _places(self, main: MainScreen) -> Iterator[PaletteCommand]:
        yield PaletteCommand("go: runbooks", main.action_runbooks)
        yield PaletteCommand("go: history", partial(main.action_history, everything=True))
        yield PaletteCommand("go: statistics", main.action_statistics)
        yield PaletteCommand("go: integrations", main.action_integrations)
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


def _of_integration(
    main: MainScreen, found: InstalledIntegration
) -> Iterator[tuple[PaletteCommand, str]]:
    """Each action of an integration, with what it does: what leads to it on its page."""
    for name, action in found.said.actions.items() if found.said is not None else ():
        whole = f"{found.name}/{name}"
        act = partial(main.show_action, whole)
        does = safe_text(action.description.strip().partition("\n")[0])
        yield PaletteCommand(f"action: {safe_text(whole)}", act), does


def _told(entry: Entry, offer: PaletteCommand) -> Text:
    """The command, and behind it the runbook's name and what it is for."""
    name = entry.name if entry.name != entry.id else ""
    words = safe_text(" · ".join(filter(None, (name, entry.summary))))
    return Text.assemble(offer.name, (f"  {words}", "dim"))
