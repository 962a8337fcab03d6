"""The last line of the screen: the keys that matter here, never more than six."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer
from textual.widgets._footer import FooterKey

from pup_tui.tui.dialogs.choices import KeyButton
from pup_tui.tui.keys import own_bindings

MOST = 6
ALWAYS = "help"
"""The action whose key is always shown, and last."""


class KeyHint(FooterKey):
    """One key and what it does, or nothing."""

    def __init__(self) -> None:
        super().__init__("", "", "", "")
        # Set before it is mounted, for otherwise each key would be styled three times.
        self.set_reactive(FooterKey.compact, False)
        self.display = False
        self._told: tuple[object, ...] = ()

    def show(self, active: ActiveBinding | None) -> None:
        """Stand for another key, or for none."""
        self.display = active is not None
        if active is None:
            return
        _, binding, enabled, tooltip = active
        key_display = self.app.get_key_display(binding)
        told = binding.key, binding.action, binding.description, key_display, enabled, tooltip
        if told == self._told:
            # The same of another part, as of the next field: nothing has to be laid out for it.
            return
        self._told = told
        self.key, self.action, self.description = binding.key, binding.action, binding.description
        self.key_display = key_display
        self.tooltip = tooltip or None
        self._disabled = not enabled
        self.set_class(self._disabled, "-disabled")
        # Not drawn before all hints have their places: new words would stand in the room of the old ones.
        self.clear_cached_dimensions()
        self.refresh(repaint=False, layout=True)
        self.call_after_refresh(self.refresh)


class KeyHints(Footer):
    """Textual's footer, cut to the keys nearest to the focus and the one for help.

    Bindings are announced as changed far more often than they change, and the hints stay the same widgets:
    to mount others takes longer than all else that moving the focus does.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._shown: list[ActiveBinding] = []

    def compose(self) -> ComposeResult:
        yield from (KeyHint() for _ in range(MOST))

    def bindings_changed(self, screen: Screen[object]) -> None:
        if screen is self.screen and (wanted := self._wanted()) != self._shown:
            self._shown = wanted
            for hint, active in zip_longest(self.query(KeyHint), wanted):
                hint.show(active)

    def on_resize(self) -> None:
        """There may be room for more keys now, or for fewer; at first, where nothing was given the focus."""
        self.bindings_changed(self.screen)

    def _wanted(self) -> list[ActiveBinding]:
        """One key for each thing to do, but for those that a button in sight names with its key."""
        named = set(self._named())
        nearest: list[ActiveBinding] = []
        always: ActiveBinding | None = None
        told: set[str] = set()
        for action, active in own_bindings(self.screen):
            binding = active.binding
            if action.name == ALWAYS:
                always = always or active
            elif binding.show and action.name not in named:
                if told.isdisjoint((binding.action, binding.description)):
                    nearest.append(active)
                told |= {binding.action, binding.description}
        del nearest[MOST - 1 :]
        while nearest and sum(map(self._width, [*nearest, always])) > self.size.width > 0:
            nearest.pop()
        return nearest if always is None else [*nearest, always]

    def _width(self, active: ActiveBinding | None) -> int:
        """The columns that a hint takes, with what parts it from the next one."""
        if active is None:
            return 0
        binding = active.binding
        return cell_len(f" {self.app.get_key_display(binding)} {binding.description} ")

    def _named(self) -> Iterator[str]:
        """The actions that buttons of the page in sight name."""
        page = self.screen.query_one(ContentSwitcher).visible_content
        for row in () if page is None else page.query_children(".buttons"):
            if row.display:
                yield from (
                    each.action_name for each in row.children if isinstance(each, KeyButton)
                )
