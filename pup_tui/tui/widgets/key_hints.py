"""The last line of the screen: the keys that matter here, never more than six."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

MOST = 6
ALWAYS = "app.help"
"""The action whose key is always shown, and last."""


class KeyHints(Footer):
    """Textual's footer, cut to the keys nearest to the focus and the one for help.

    Bindings are announced as changed far more often than they change: keys are made again only when they do.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._shown: list[ActiveBinding] = []

    def compose(self) -> ComposeResult:
        self._shown = self._wanted()
        for _, binding, enabled, tooltip in self._shown:
            key = FooterKey(
                binding.key,
                self.app.get_key_display(binding),
                binding.description,
                binding.action,
                disabled=not enabled,
                tooltip=tooltip,
            )
            # Set before it is mounted, for otherwise each key would be styled three times.
            key.set_reactive(FooterKey.compact, False)
            yield key

    def bindings_changed(self, screen: Screen[object]) -> None:
        if screen is self.screen and self._wanted() != self._shown:
            super().bindings_changed(screen)

    def _wanted(self) -> list[ActiveBinding]:
        """One key for each action: the first of those that do the same."""
        by_action: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                by_action.setdefault(active.binding.action, active)
        always = by_action.pop(ALWAYS, None)
        nearest = list(by_action.values())[: MOST - 1]
        return nearest if always is None else [*nearest, always]
