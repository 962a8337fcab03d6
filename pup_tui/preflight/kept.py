"""What was found in order elsewhere, kept for some minutes: a run after a check need not look again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from pup_tui.kept_json import keep_json, kept_json
from pup_tui.preflight.check import ReadyCheck
from pup_tui.private import NotPrivate

KEPT_FOR = 300.0
"""Seconds for which it counts."""
_FILE = "preflight.json"


class _Finding(Struct, frozen=True):
    at: float
    check: ReadyCheck


class FindingsInFile:
    """Findings in one private file of the state folder, so that the next call of the program has them too.

    What cannot be read or written is as if it were not there: it is only ever a help.
    """

    def __init__(self, state: Path, now: Callable[[], float] = time.time) -> None:
        self._state = state
        self._now = now

    def get(self, key: str) -> ReadyCheck | None:
        found = self._read().get(key)
        return None if found is None else found.check

    def put(self, key: str, check: ReadyCheck) -> None:
        with suppress(OSError, NotPrivate):
            found = {**self._read(), key: _Finding(self._now(), check)}
            keep_json(found, self._state, _FILE)

    def _read(self) -> dict[str, _Finding]:
        """Those that still count; what is said to come from the future was said by another clock."""
        found = kept_json(dict[str, _Finding], self._state, _FILE) or {}
        now = self._now()
        return {key: each for key, each in found.items() if 0 <= now - each.at < KEPT_FOR}


class NothingKept:
    """Where nothing is to stay on disk."""

    def get(self, key: str) -> ReadyCheck | None:
        return None

    def put(self, key: str, check: ReadyCheck) -> None:
        pass
