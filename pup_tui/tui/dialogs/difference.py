"""Shows what a change comes to, before anything runs with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import unified_diff
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.going_on import GoingOnDialog
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText

_TONES = {"+": "$text-success", "-": "$text-error", "@": "$text-accent"}


class DifferenceScreen(GoingOnDialog):
    """The lines that go and those that come; the answer is `yes` to run with them."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "go_on": ("run_again", "Run again"),
        }
    )

    def __init__(self, name: str, lines: Sequence[str], *, danger: bool = False) -> None:
        super().__init__(f"What changes: {name}", danger=danger)
        self._lines = lines

    def unsent(self) -> str:
        return "\n".join(line[1:] for line in self._lines if line.startswith("+"))

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(told_difference(self._lines), classes="dialog-output", markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "back", "back")
        variant = "error" if self._danger else "primary"
        yield choice("Run again with it", "yes", "go_on", careful=self._danger, variant=variant)

    def action_run_again(self) -> None:
        self.choose("yes")


def difference(before: str, after: str) -> list[str]:
    """How two texts differ, as lines; empty where they do not."""
    return list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]


def told_difference(lines: Sequence[str]) -> Content:
    """Lines of a difference, coloured by what they say."""
    told = (Content.styled(safe_text(line), _TONES.get(line[:1], "")) for line in lines)
    return Content("\n").join(told)
