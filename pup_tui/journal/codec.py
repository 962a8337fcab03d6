"""Events as stored: JSON text, and a hash that ties each to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from pup_tui.core.events import AnyEvent, durable
from pup_tui.journal.records import RunSummary
from pup_tui.late_pattern import late_pattern
from pup_tui.spelling import from_stored, stored
from pup_tui.typed import convert


def to_json(value: Any) -> str:
    """JSON text that gives back the same plain value.

    The standard library's, not msgspec's: that one has no way to write what does turn up in captured
    values and file names (not-a-number, integers above 64 bits, lone surrogates).

    Raises ValueError for what JSON cannot hold.
    """
    try:
        return json.dumps(
            msgspec.to_builtins(value, str_keys=True, enc_hook=stored), separators=(",", ":")
        )
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def encode(event: AnyEvent, summary: RunSummary | None = None) -> str:
    """The text of an event without its secrets, and with how the run ended by it, if it did.

    Raises ValueError for what JSON cannot hold.
    """
    text = to_json(durable(event))
    return text if summary is None else f'{text[:-1]},"summary":{to_json(summary)}}}'


def decode(body: bytes) -> AnyEvent:
    """The event that `encode` wrote. Raises ValueError if it cannot be understood."""
    try:
        event: AnyEvent = convert(json.loads(body, object_hook=from_stored), AnyEvent)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return event


def first_link(run: str) -> bytes:
    """What stands for the event before a run's first."""
    return hashlib.sha256(run.encode()).digest()


_WRITTEN_OUT = late_pattern(r"\\u(d[89a-f][0-9a-f]{2})")


def link(previous: bytes, sequence: int, body: bytes) -> bytes:
    """The hash of the event `sequence`, which makes a changed, missing or moved one visible."""
    return hashlib.sha256(previous + sequence.to_bytes(8, "big") + body).digest()


def storable(text: str) -> str:
    """`text` with what SQLite cannot hold as UTF-8 (lone surrogates of file names) written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def restored(text: str) -> str:
    """The text that `storable` was given."""
    return _WRITTEN_OUT.sub(lambda found: chr(int(found[1], 16)), text)


def storable_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a row by their names, with all texts `storable`."""
    return {k: storable(v) if isinstance(v, str) else v for k, v in row.items()}


def restored_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that `storable_row` was given."""
    return {k: restored(v) if isinstance(v, str) else v for k, v in row.items()}
