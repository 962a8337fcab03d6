"""The keys that work where the operator is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from pup_tui.tui.keys import own_bindings

KeyRow = tuple[str, str, bool]
"""The keys, what they do, and whether that can be done now."""


class HelpScreen(ModalScreen[None]):
    """Two lists: what the keys do here, and what they do everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "app.pop_screen", "Close"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
        Binding("pagedown,space", "scroll(10)", "Down", show=False),
        Binding("pageup", "scroll(-10)", "Up", show=False),
    ]

    def __init__(self, here: Iterable[KeyRow], everywhere: Iterable[KeyRow]) -> None:
        super().__init__()
        self._here = list(here)
        self._everywhere = list(everywhere)

    @classmethod
    def of(cls, screen: Screen[object]) -> HelpScreen:
        """The help for what has the focus on this screen."""
        here: dict[str, KeyRow] = {}
        everywhere: dict[str, KeyRow] = {}
        for node, binding, enabled, _ in sorted(
            own_bindings(screen), key=lambda active: not active.binding.show
        ):
            rows = everywhere if _is_everywhere(node) else here
            shown = screen.app.get_key_display(binding)
            keys, does, _ = rows.get(binding.action, ("", binding.description, enabled))
            rows[binding.action] = (f"{keys}  {shown}" if keys else shown, does, enabled)
        return cls(here.values(), everywhere.values())

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog help"):
            yield Static("Keys", classes="dialog-title", markup=False)
            with VerticalScroll(id="help-body"):
                yield Static(self._text(), markup=False)
            yield Static("esc closes · ↑ ↓ scroll", classes="dialog-keys", markup=False)

    def _text(self) -> Content:
        width = max((cell_len(keys) for keys, _, _ in (*self._here, *self._everywhere)), default=0)
        parts = []
        for title, rows in (("Here", self._here), ("Everywhere", self._everywhere)):
            if rows:
                parts.append(Content.styled(title, "bold $text-muted"))
                parts += [_line(row, width) for row in rows]
                parts.append(Content())
        parts.append(Content.styled("Ask for anything by its name", "bold $text-muted"))
        parts.append(_line(("^p", "every action and every runbook", True), width))
        return Content("\n").join(parts)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#help-body", VerticalScroll).scroll_relative(y=lines, animate=False)


def _is_everywhere(node: DOMNode) -> bool:
    return isinstance(node, App)


def _line(row: KeyRow, width: int) -> Content:
    keys, does, enabled = row
    gap = " " * (width - cell_len(keys) + 3)
    return Content.assemble(
        "  ", (keys, "bold $text-primary"), gap, (does, "" if enabled else "$text-disabled")
    )
