"""What was found in order elsewhere, kept for some minutes: a run after a check need not look again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from pup_tui.preflight.check import ReadyCheck
from pup_tui.private import (
    NotPrivate,
    check_private_dir,
    make_private_dir,
    open_private,
    replace_private,
)
from pup_tui.typed import decode_json

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
        self._path = state / _FILE
        self._now = now

    def get(self, key: str) -> ReadyCheck | None:
        found = self._read().get(key)
        return None if found is None else found.check

    def put(self, key: str, check: ReadyCheck) -> None:
        with suppress(OSError, NotPrivate):
            make_private_dir(self._path.parent)
            found = {**self._read(), key: _Finding(self._now(), check)}
            replace_private(self._path, msgspec.json.encode(found))

    def _read(self) -> dict[str, _Finding]:
        """Those that still count; what is said to come from the future was said by another clock."""
        try:
            check_private_dir(self._path.parent)
            with open(open_private(self._path, os.O_RDONLY), "rb") as file:
                found = decode_json(file.read(), dict[str, _Finding])
        except (OSError, NotPrivate, msgspec.MsgspecError, UnicodeDecodeError):
            return {}
        now = self._now()
        return {key: each for key, each in found.items() if 0 <= now - each.at < KEPT_FOR}


class NothingKept:
    """Where nothing is to stay on disk."""

    def get(self, key: str) -> ReadyCheck | None:
        return None

    def put(self, key: str, check: ReadyCheck) -> None:
        pass
