"""What an operator has decided of how a past run goes on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pup_tui.core.events import EditedText
    from pup_tui.core.standing import Became
    from pup_tui.drivers.recorded import CurrentText


def _nothing_known() -> Became:
    from pup_tui.core.standing import Became

    return Became()


@dataclass
class GoingOn:
    """With what a run goes on: its file as it is today (None for the recorded text), steps that are skipped,
    each with the reason, variables with another value, and what steps run in place of their texts.

    With `only_failed` of a foreach only what had failed runs again. Where steps are `undone`, it goes on only
    to take these back (ids of undo steps); then it is known what `became` of what did not finish.
    `accepted` are the whole texts that `edited` was made of, `typed` is what was typed in dialogs and not
    accepted, by the dialog and the step.
    """

    current: CurrentText | None = None
    skipped: dict[str, str] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    edited: dict[str, EditedText] = field(default_factory=dict)
    only_failed: bool = False
    undone: tuple[str, ...] = ()
    became: Became = field(default_factory=_nothing_known)
    accepted: dict[str, str] = field(default_factory=dict)
    typed: dict[str, dict[str, str]] = field(default_factory=dict)

    def undo(self, steps: tuple[str, ...], became: Became) -> None:
        """Take these back only, or nothing where there are none."""
        self.undone = steps
        self.became = became if steps else _nothing_known()

    def undo_nothing(self) -> None:
        self.undone, self.became = (), _nothing_known()

    def typed_in(self, dialog: str, step: str = "") -> dict[str, str]:
        return self.typed.setdefault(f"{dialog} {step}", {})

    def told(self, step: str) -> list[str]:
        """What was decided of a step so far, and what was not."""
        told = [f"skipped: {self.skipped[step]}"] if step in self.skipped else []
        told += ["runs with the text as you changed it"] if step in self.edited else []
        if self.typed_in("edit", step):
            told.append("a change of its text is kept and not accepted: Edit its text shows it")
        return told

    def of(self, failed: Collection[str]) -> GoingOn:
        """The same with what is about steps that failed: another text of the runbook may lack some."""
        skipped = {step: why for step, why in self.skipped.items() if step in failed}
        edited = {step: text for step, text in self.edited.items() if step in failed}
        return replace(self, skipped=skipped, edited=edited)
