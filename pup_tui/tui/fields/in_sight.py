"""Keeps what the keys of a control move in sight, also where what stands around the control scrolls."""

from __future__ import annotations

from textual.widget import Widget
from textual.widgets import OptionList, RadioSet, TextArea


def follow_highlight(options: OptionList) -> None:
    """Keep the option that is marked in sight from now on."""
    options.watch(options, "highlighted", lambda: bring_cursor_into_sight(options), init=False)


def bring_cursor_into_sight(control: Widget | None) -> None:
    """Scroll all around a control so that what is marked or chosen in it is seen, once it has its place."""
    if control is not None:
        control.call_after_refresh(_bring, control)


def _bring(control: Widget) -> None:
    if not control.is_attached or not control.region:
        return
    if isinstance(control, OptionList):
        control.scroll_to_highlight()
    top, height = _cursor(control)
    for around in control.ancestors:
        if not isinstance(around, Widget) or around.max_scroll_y <= 0:
            continue
        seen = around.scrollable_content_region
        by = min(top - seen.y, 0) or max(top + height - seen.bottom, 0)
        if by:
            before = around.scroll_offset.y
            around.scroll_to(y=before + by, animate=False, force=True, immediate=True)
            top -= around.scroll_offset.y - before


def _cursor(control: Widget) -> tuple[int, int]:
    """The row of the screen in which what is marked or chosen begins, and how many rows it has."""
    region = control.region
    if isinstance(control, OptionList) and control.highlighted is not None:
        row = control._index_to_line.get(control.highlighted, 0) - control.scroll_offset.y
        return control.content_region.y + row, control._heights.get(control.highlighted, 1)
    if isinstance(control, RadioSet) and control.pressed_button is not None:
        region = control.pressed_button.region
    if isinstance(control, TextArea):
        return control.cursor_screen_offset.y, 1
    return region.y, region.height
