"""The last line of the screen: the keys that matter here, never more than six."""

from __future__ import annotations

from itertools import islice

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

MOST = 6
ALWAYS = "app.help"
"""The action whose key is always shown, and last."""


class KeyHints(Footer):
    """Textual's footer, cut to the keys nearest to the focus and the one for help."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)

    def compose(self) -> ComposeResult:
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        yield from islice((key for key in keys if key.action != ALWAYS), MOST - 1)
        yield from (key for key in keys if key.action == ALWAYS)
