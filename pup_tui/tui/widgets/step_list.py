"""The steps of a run in aligned columns: glyph, number, name, kind, status, duration."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.columns import fit
from pup_tui.tui.glyphs import mark_of
from pup_tui.tui.run_progress import RunProgress, StepProgress
from pup_tui.tui.times import short_duration

KIND_FROM = 56
"""Columns from which the kind has room beside the name."""

DANGER_FROM = 16
"""Columns of a name from which the word of danger has room beside it."""

_KINDS = {"datadog-workflow": "workflow"}
_DANGER = " danger"
_WORD = 12
_KIND = 9
_DURATION = 8
_CALM = Style(dim=True)


class Columns(NamedTuple):
    """The widths of a row's parts; 0 leaves a part out."""

    number: int
    name: int
    danger: int
    kind: int

    @staticmethod
    def within(width: int, steps: int, *, danger: bool) -> Columns:
        """Share out `width` columns: what is left belongs to the name."""
        number = len(str(steps))
        kind = _KIND if width >= KIND_FROM else 0
        room = width - (3 + number + 1 + kind + _WORD + _DURATION)
        marked = len(_DANGER) if danger and room >= DANGER_FROM else 0
        return Columns(number, max(4, room - marked), marked, kind)


class StepList(ScrollView, can_focus=True):
    """One row for each step; the selected one is what the rest of the run view is about."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "step-list--good",
        "step-list--bad",
        "step-list--care",
        "step-list--busy",
        "step-list--selected",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Next step", show=False),
        Binding("k,up", "move(-1)", "Previous step", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("g,home", "move(-1000)", "First step", show=False),
        Binding("G,end", "move(1000)", "Last step", show=False),
    ]

    selected: var[int] = var(0)

    class Chosen(Message):
        """The operator moved to another step."""

        def __init__(self, step: str) -> None:
            super().__init__()
            self.step = step

    def __init__(
        self, progress: RunProgress, running_for: Callable[[StepProgress], float | None]
    ) -> None:
        """`running_for` tells for how many seconds a step has been under way, where that is known."""
        super().__init__()
        self._steps = list(progress)
        self._running_for = running_for
        self._dangerous = any(step.node.step.danger for step in self._steps)
        self._places = {step.node.id: at for at, step in enumerate(self._steps)}

    def on_mount(self) -> None:
        self.virtual_size = Size(0, len(self._steps))

    @property
    def selected_step(self) -> StepProgress:
        return self._steps[self.selected]

    def select(self, step: str) -> None:
        """Move to a step because the run did."""
        self.selected = self._places[step]

    def watch_selected(self) -> None:
        self._keep_in_sight()
        self.refresh()

    def on_resize(self) -> None:
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height and not top <= self.selected < top + height:
            above = 0 if self.selected < top else height - 1
            self.scroll_to(y=self.selected - above, animate=False, force=True)

    def _choose(self, at: int) -> None:
        self.selected = max(0, min(at, len(self._steps) - 1))
        self.post_message(self.Chosen(self.selected_step.node.id))

    def action_move(self, by: int) -> None:
        self._choose(self.selected + by)

    def action_page(self, pages: int) -> None:
        self._choose(self.selected + pages * max(1, self.size.height - 1))

    def on_click(self, event: events.Click) -> None:
        at = self.scroll_offset.y + event.y
        if at < len(self._steps):
            self._choose(at)

    def render_line(self, y: int) -> Strip:
        at = self.scroll_offset.y + y
        width, base = self.size.width, self.rich_style
        if at >= len(self._steps):
            return Strip.blank(width, base)
        if at == self.selected:
            base += self.get_component_rich_style("step-list--selected", partial=True)
        strip = Strip(self._segments(self._steps[at], width))
        return strip.apply_style(base).crop_extend(0, width, base)

    def _segments(self, step: StepProgress, width: int) -> list[Segment]:
        columns = Columns.within(width, len(self._steps), danger=self._dangerous)
        mark = mark_of(step.status)
        calm = _CALM
        tone = calm if mark.tone == "calm" else self._tone(mark.tone)
        model = step.node.step
        number = str(step.node.index + 1).rjust(columns.number)
        danger = _DANGER if model.danger else ""
        name = fit(safe_text(model.name), columns.name - 1)
        segments = [
            Segment(f" {mark.glyph} ", tone),
            Segment(f"{number} ", calm),
            Segment(name, calm if mark.tone == "calm" and step.over else Style.null()),
            Segment(fit(danger, columns.danger), self._tone("bad") + Style(bold=True)),
            Segment(" ", Style.null()),
        ]
        if columns.kind:
            segments.append(Segment(fit(_KINDS.get(model.kind, model.kind), columns.kind), calm))
        segments.append(Segment(fit(f" {mark.word}", _WORD), tone))
        segments.append(Segment(fit(self._duration(step), _DURATION - 1, right=True), calm))
        return segments

    def _tone(self, tone: str) -> Style:
        return self.get_component_rich_style(f"step-list--{tone}", partial=True)

    def _duration(self, step: StepProgress) -> str:
        if step.over:
            ran = step.has_run and step.duration is not None
            return short_duration(step.duration or 0.0) if ran else ""
        seconds = self._running_for(step)
        return "" if seconds is None else short_duration(seconds)
