"""The events of one run, read as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from pup_tui.core.events import AnyEvent
from pup_tui.journal import codec
from pup_tui.journal.errors import JournalError, RunDamaged

SET_ASIDE = "`pup-tui history repair` sets the run aside"


class RunEvents:
    """What happened in a run, in its order; each event is checked against the one before it.

    `stored` gives the rows of those behind the first so many: place, text and link. `version` is a number
    that changes when another program has written.
    """

    def __init__(
        self,
        run: str,
        path: Path,
        stored: Callable[[int], Iterator[tuple[int, bytes, bytes]]],
        version: Callable[[], int],
    ) -> None:
        self._run = run
        self._path = path
        self._stored = stored
        self._version = version
        self._seen: int | None = None
        self._count = 0
        self._chain = codec.first_link(run)

    def read(self) -> list[AnyEvent]:
        """Those that have come since the last call; costs next to nothing where nobody has written.

        Raises JournalError, which tells how many come before the damage, if any is not as it was written.
        """
        version = self._version()
        if version == self._seen:
            return []
        events: list[AnyEvent] = []
        try:
            events.extend(codec.decode(body) for body in self._bodies())
        except ValueError as error:
            told = f"{self._next()} cannot be understood by this version"
            raise JournalError(told, self._path, self._intact()) from error
        self._seen = version
        return events

    def check(self) -> int:
        """Look through those that have come since the last call, and return how many there are.

        Raises RunDamaged if any is not as it was written.
        """
        return sum(1 for _ in self._bodies())

    def _bodies(self) -> Iterator[bytes]:
        """The texts of those that have come; one counts as read when the next is asked for."""
        try:
            for sequence, body, stored in self._stored(self._count):
                chain = codec.link(self._chain, self._count + 1, body)
                if (sequence, stored) != (self._count + 1, chain):
                    told = f"{self._next()} is not as it was written"
                    raise RunDamaged(told, self._path, f"{self._intact()}, or {SET_ASIDE}")
                yield body
                self._chain, self._count = chain, self._count + 1
        except RunDamaged:
            raise
        except JournalError as error:
            if not self._count:
                raise
            raise type(error)(error.message, self._path, self._intact()) from error

    def _next(self) -> str:
        return f"event {self._count + 1} of run {self._run}"

    def _intact(self) -> str:
        return f"the {self._count} events before it are intact; restore a backup"
