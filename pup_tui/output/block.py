"""What a step printed, as it travels: whole lines of one stream at a time."""

from __future__ import annotations

from typing import Literal, NamedTuple

Stream = Literal["stdout", "stderr"]


class Line(NamedTuple):
    """One line of output, safe to show, without its end."""

    stream: Stream
    text: str


class Block(NamedTuple):
    """Some lines of one stream, safe to show: one text, in which each line has its end."""

    stream: Stream
    text: str

    def lines(self) -> list[Line]:
        """Return its lines one by one."""
        return [Line(self.stream, text) for text in self.text[:-1].split("\n")]
