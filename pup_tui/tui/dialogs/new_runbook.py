"""Asks what a new runbook is about, and which steps it begins with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from pup_tui.core.actions import Question
from pup_tui.runbook.parts import Variable
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.input import InputScreen

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources

TYPE, SERVICE, STEPS = "TYPE", "SERVICE", "STEPS"


class BeginningScreen(InputScreen):
    """The answer's values are its type, its service and the steps that are picked, in their order."""

    def __init__(
        self, name: str, picks: Sequence[str], usual: Sequence[str], sources: Sources
    ) -> None:
        variables = {
            TYPE: Variable(
                description="Such as incident, deployment or maintenance", required=False
            ),
            SERVICE: Variable(description="Service that it is about", required=False),
            STEPS: Variable(
                type="list",
                description="Steps to begin with",
                choices=tuple(picks),
                default=tuple(usual),
            ),
        }
        message = "What it is about, and what it begins with; all of it can be changed in the file."
        asks = Question(
            step="", title=f"New: {name}", kind="input", message=message, variables=variables
        )
        super().__init__(asks, sources)

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "later", "back")
        yield choice("Write it", "yes", "go_on", variant="primary", disabled=True)
