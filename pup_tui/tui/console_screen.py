"""What the screens of the console have in common: how they are laid out and drawn."""

from __future__ import annotations

from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

from pup_tui.tui.drawn_whole import frame_made, makes_frame
from pup_tui.tui.told_of_size import ToldOfSize


class ConsoleScreen(Screen[ScreenResultType]):
    """Tells widgets of their sizes; makes no frame that would be thrown away, and tells of each it made."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = ToldOfSize()

    async def mount_composed_widgets(self, widgets: list[Widget]) -> None:
        """Mount them, with what is in them, when all sheets that their classes bring along are there.

        With each sheet that comes later what stands there already would be styled anew.
        """
        for widget in widgets:
            self._read_sheets(widget)
        await super().mount_composed_widgets(widgets)

    def _read_sheets(self, widget: Widget) -> None:
        widget._post_register(self.app)
        for part in widget._pending_children:
            self._read_sheets(part)

    def _compositor_refresh(self) -> None:
        if not makes_frame(self):
            return
        wanted, regions = self._repaint_required, self._repaint_regions.copy()
        super()._compositor_refresh()
        if self is not self.app.screen:
            # Behind a dialog Textual would have all that has ever changed painted again with every change.
            self._repaint_required, self._repaint_regions = wanted, regions
        frame_made(self)
