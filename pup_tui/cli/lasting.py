"""Standard streams whose reader may leave, as `head` does: the command goes on to the exit code it earns."""

from __future__ import annotations

from typing import IO, Any, TextIO, cast


class _Lasting:
    """A stream that writes for as long as somebody reads it, and to nowhere from then on."""

    def __init__(self, stream: IO[Any]) -> None:
        self.stream = stream
        self._has_left = False

    @property
    def buffer(self) -> Any:
        """The bytes below a text stream, which outlast the reader too."""
        return _Lasting(cast(TextIO, self.stream).buffer)

    def write(self, text: Any) -> int:
        if self._has_left:
            return len(text)
        try:
            return self.stream.write(text)
        except BrokenPipeError:
            return self._leave(len(text))

    def flush(self) -> None:
        try:
            self.stream.flush()
        except BrokenPipeError:
            self._leave(0)

    def _leave(self, size: int) -> int:
        from pup_tui.headless.stream import silence

        self._has_left = True
        silence(self.stream)
        return size

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def lasting(stream: TextIO) -> TextIO:
    """The same stream, which never says that its reader has left."""
    return cast(TextIO, _Lasting(stream))


def as_it_is(stream: TextIO) -> TextIO:
    """The stream itself, for who wants to know that."""
    return cast(TextIO, stream.stream) if isinstance(stream, _Lasting) else stream
