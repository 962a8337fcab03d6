"""The line below a replay: where it stands in the run, and what mattered there."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from pup_tui.drivers.replaying import ReplayMark
from pup_tui.local_time import local_time
from pup_tui.tui.glyphs import TONES
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.replay import Replay
from pup_tui.tui.texts import short_duration

_SIGNS = {
    "asked": ("?", TONES["busy"]),
    "answered": ("a", TONES["good"]),
    "edited": ("e", TONES["care"]),
    "resumed": ("r", TONES["care"]),
    "warned": ("▲", TONES["care"]),
    "failed": ("✖", TONES["bad"]),
}
"""How marks are drawn; where several share a column the one that stands last here is."""

_HERE = "●"
_OFTEN = 10
"""Times a second that it is drawn anew while time passes."""


class ReplayBar(Static, can_focus=True):
    """Shows a replay's place; its keys move it. A click goes to the place that is clicked."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "pause": "pause",
            "faster": "speed(1)",
            "slower": "speed(-1)",
            "step_on": "step(1)",
            "step_back": "step(-1)",
            "next_mark": "mark(1)",
            "mark_before": "mark(-1)",
            "first": ("to_begin", "To the beginning"),
            "last": "to_end",
            "jump": "jump",
        }
    )

    class Moved(Message):
        """The operator wants to see the run as it was at another offset (seconds)."""

        def __init__(self, offset: float) -> None:
            super().__init__()
            self.offset = offset

    class JumpWanted(Message):
        """The operator wants to name a time, or a step."""

    def __init__(self, replay: Replay) -> None:
        super().__init__(markup=False, id="replay-bar")
        self._replay = replay
        self._track = range(0)

    def on_mount(self) -> None:
        self.set_interval(1 / _OFTEN, self._draw)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        replay, clock = self._replay, self._replay.clock
        at = replay.timeline.moment(clock.offset).wall
        speed = "paused" if clock.paused else f"{clock.speed:g}×"
        before = f" {speed:>6}  {short_duration(clock.offset)} of {short_duration(replay.timeline.length)}  "
        keys = "{pause} go on" if clock.paused else "{pause} pause"
        after = f"  {local_time(at)[11:]}  {with_keys(self.app, keys)} "
        width = max(10, self.size.width - len(before) - len(after) - 2)
        self._track = range(len(before) + 1, len(before) + 1 + width)
        self.update(Content.assemble(before, "├", *self._line(width), "┤", (after, TONES["calm"])))

    def _line(self, width: int) -> list[tuple[str, str]]:
        """The signs on the way, each with its style."""
        cells: list[tuple[str, str]] = [("─", TONES["calm"])] * width
        for mark in sorted(self._replay.marks, key=_weight):
            cells[self._column(mark.offset, width)] = _SIGNS[mark.what]
        cells[self._column(self._replay.clock.offset, width)] = (_HERE, "bold $text-accent")
        return cells

    def _column(self, offset: float, width: int) -> int:
        length = self._replay.timeline.length
        return min(width - 1, int(offset / length * width)) if length else 0

    def on_click(self, event: events.Click) -> None:
        self.focus()
        if event.x in self._track:
            share = (event.x - self._track.start) / max(1, len(self._track) - 1)
            self.post_message(self.Moved(share * self._replay.timeline.length))

    def action_pause(self) -> None:
        clock = self._replay.clock
        clock.set(paused=not clock.paused)
        self._draw()

    def action_speed(self, by: int) -> None:
        from pup_tui.tui.replay import SPEEDS

        speed = self._replay.clock.speed
        others = [each for each in SPEEDS if (each > speed if by > 0 else each < speed)]
        if others:
            self._replay.clock.set(speed=min(others) if by > 0 else max(others))
        self._draw()

    def action_step(self, by: int) -> None:
        clock, timeline = self._replay.clock, self._replay.timeline
        clock.set(paused=True)
        here = clock.offset
        self.post_message(
            self.Moved(timeline.next_after(here) if by > 0 else timeline.last_before(here))
        )

    def action_mark(self, by: int) -> None:
        mark = self._replay.next_mark(by)
        if mark is not None:
            self.post_message(self.Moved(mark.offset))
        else:
            self.notify("Nothing more is marked there.", markup=False, timeout=3)

    def action_to_begin(self) -> None:
        self.post_message(self.Moved(0.0))

    def action_to_end(self) -> None:
        self.post_message(self.Moved(self._replay.timeline.length))

    def action_jump(self) -> None:
        self.post_message(self.JumpWanted())


def _weight(mark: ReplayMark) -> int:
    return list(_SIGNS).index(mark.what)
