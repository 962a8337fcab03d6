"""Text that is told with every frame, and mostly is what it was."""

from __future__ import annotations

from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static


class SteadyText(Static):
    """Draws itself anew only where what it is told is something else, or takes other room."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        before = self.content
        if (
            not layout
            and isinstance(content, Content)
            and isinstance(before, Content)
            and content.is_same(before)
        ):
            return
        super().update(content, layout=layout)
