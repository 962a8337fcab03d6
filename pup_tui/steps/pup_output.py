"""What an installed `pup` leaves unsaid, told as the built-in client tells it."""

from __future__ import annotations

import json
import re
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from pup_tui.datadog.building import build
from pup_tui.datadog.client import MAY_BE_DONE
from pup_tui.datadog.commands import mutates
from pup_tui.datadog.installed import installed_command
from pup_tui.datadog.recipes import notices, pretty
from pup_tui.steps.notes import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pup_tui.datadog.commands import Invocation
    from pup_tui.output.passage import Stream
    from pup_tui.steps.executor import Outcome, OutputSink

_MOST = 8 * 1024 * 1024
"""Bytes of an answer that are looked at."""
_MOST_ERROR = 16 * 1024
_LISTS = frozenset({"list", "search"})
_FORMS = ("-o", "--output", "--jq")
"""Flags that ask for another form of an answer, or a part of it."""
_JSON = ("-ojson", "--outputjson", "--output=json")
_OF_SERVER = re.compile(rb"\b(?:HTTP|status(?:_code)?)\W{0,4}50[0234]\b", re.IGNORECASE)
"""How a `pup` tells that the server failed: `failed (HTTP 504)`, `status: 504`."""


class HeardPup:
    """A sink that hears what goes through it, as far as `told` looks at that."""

    def __init__(
        self, sink: OutputSink, words: Sequence[str], invocation: Invocation | None
    ) -> None:
        self._sink = sink
        self._words = words
        self._invocation = invocation
        self._answer = bytearray()
        self._error = bytearray()
        self._is_whole = True

    def write(self, stream: Stream, data: bytes) -> None:
        if stream == "stderr":
            self._error += data
            del self._error[:-_MOST_ERROR]
        elif len(self._answer) + len(data) <= _MOST:
            self._answer += data
        else:
            self._is_whole = False
        self._sink.write(stream, data)

    def told(self, outcome: Outcome, cwd: Path) -> Outcome:
        """The outcome, after what the output does not say itself was told.

        Nothing is an empty list, one page may not be all, and a change that the server failed at may be made.
        """
        if outcome.ok and self._is_whole:
            if not self._answer.strip():
                self._sink.write("stdout", _empty(self._words, self._invocation).encode())
            elif self._invocation is not None and self._invocation.row.listed is not None:
                for line in _partial(self._invocation, bytes(self._answer), cwd).splitlines():
                    note(self._sink, line)
        elif outcome.exit_code and _OF_SERVER.search(self._error) and mutates(self._words):
            return replace(outcome, reason=f"{outcome.reason}; {MAY_BE_DONE}")
        return outcome


def _empty(words: Sequence[str], invocation: Invocation | None) -> str:
    """How the built-in client prints the list that a `pup` printed nothing for; blank for no list in JSON."""
    if invocation is not None:
        where = invocation.row.listed
        if where is None:
            return ""
        empty: Any = []
        for key in reversed([*filter(None, where.split("."))]):
            empty = {key: empty}
        return pretty(empty)
    command = installed_command(words)
    is_list = command is not None and command.name.split()[-1] in _LISTS
    asked = {f"{flag}{value}" for flag, value in pairwise([*words, ""]) if flag.startswith(_FORMS)}
    is_json = all(flag.startswith(_JSON) for flag in asked)
    return pretty([]) if is_list and is_json else ""


def _partial(invocation: Invocation, answer: bytes, cwd: Path) -> str:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    built = build(invocation.row, invocation.positional, invocation.given, time.time(), cwd)
    return notices(built, document)
