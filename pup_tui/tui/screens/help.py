"""The keys that work where the operator is, by what one wants to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from pup_tui.console_keys import Aim
from pup_tui.tui.keys import bound, own_bindings, with_keys
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.widgets.reading import ReadArea

KeyRow = tuple[str, str, bool]
"""The keys, what they do, and whether that can be done now."""


class HelpScreen(ModalScreen[None]):
    """What can be done here, under a heading for each aim. What cannot be done now is muted."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {"back": "dismiss", "quit": ("dismiss", "Back"), "help": ("dismiss", "Back")}
    )

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-broad")]  # noqa: RUF012 - as Screen declares it

    def __init__(self, rows: Mapping[Aim, Sequence[KeyRow]]) -> None:
        super().__init__()
        self._rows = rows

    @classmethod
    def of(cls, screen: Screen[Any]) -> HelpScreen:
        """The help for what has the focus on this screen."""
        found: dict[Aim, dict[str, KeyRow]] = {aim: {} for aim in Aim}
        for action, (_, binding, enabled, _) in own_bindings(screen):
            rows = found[action.aim]
            shown = screen.app.get_key_display(binding)
            keys, does, _ = rows.get(action.name, ("", binding.description, enabled))
            rows[action.name] = (f"{keys} {shown}".lstrip(), does, enabled)
        return cls({aim: list(rows.values()) for aim, rows in found.items() if rows})

    def compose(self) -> ComposeResult:
        hint = with_keys(self.app, "{back} closes · {down} {up} scroll · {search} search")
        with Vertical(classes="dialog help"):
            yield Static("Keys", classes="dialog-title", markup=False)
            with ReadArea(id="help-body"):
                yield ReadText(self._text(), markup=False)
            yield Static(hint, classes="dialog-keys", markup=False)

    def _text(self) -> Content:
        width = max(cell_len(keys) for rows in self._rows.values() for keys, _, _ in rows)
        parts = []
        for aim, rows in self._rows.items():
            parts.append(Content.styled(aim, "bold $text-muted"))
            parts += [_line(row, width) for row in rows]
            parts.append(Content())
        return Content("\n").join(parts[:-1])


def _line(row: KeyRow, width: int) -> Content:
    keys, does, enabled = row
    gap = " " * (width - cell_len(keys) + 3)
    return Content.assemble(
        "  ", (keys, "bold $text-primary"), gap, (does, "" if enabled else "$text-disabled")
    )
