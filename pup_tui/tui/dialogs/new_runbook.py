"""Asks what a new runbook is to be: its name, type and service, and the steps that it begins with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.input import InputScreen
from pup_tui.tui.fields.asked_values import AskedValues

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources
    from pup_tui.runbook.model import Runbook


class NewRunbookScreen(InputScreen):
    """A field for each thing that is asked; `folder` is where the file goes."""

    GOES_ON: ClassVar[str] = "Write it"

    def __init__(self, asked: Runbook, folder: Path, sources: Sources) -> None:
        from pup_tui.catalog.inputs import choices_of
        from pup_tui.skeleton.asked import judged

        told = f"It is written to {folder}, commented, and opened in your editor."
        question = Question(
            step="", title="A new runbook", kind="input", message=told, variables=asked.vars
        )
        super().__init__(question, sources)
        self._values = AskedValues(
            asked.vars,
            sources,
            resolve=partial(judged, asked, folder),
            choices=partial(choices_of, asked.vars),
        )

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "later", "back")
        yield choice(self.GOES_ON, "yes", "go_on", variant="primary", disabled=True)
