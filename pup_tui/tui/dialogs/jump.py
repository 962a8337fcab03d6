"""Asks for a moment of a run that is played again."""

from __future__ import annotations

from typing import ClassVar

from pup_tui.tui.dialogs.reason import ReasonScreen


class JumpScreen(ReasonScreen):
    """Asks for a moment; the answer is `yes`, what was typed its note."""

    HINT: ClassVar[str] = "02:43, 5m, or a step"
    MISSING: ClassVar[str] = "Type a time or a step."

    def __init__(self) -> None:
        super().__init__(
            "Go to", "A time of day, a time since the run began, or what a step is called."
        )
