"""Whether a source is a history or a recording of a shell, and its text."""

from __future__ import annotations

import re

from pup_tui.convert.sessions.typed import ShellSession

MAX_BYTES = 16 * 1024 * 1024
"""A recording has all that was printed; of that nothing is kept."""

_ZSH = re.compile(rb": \d+:\d+;")
_META = 0x83


def session_text(data: bytes) -> str | None:
    """The text of a recording or a history, which need not be UTF-8 all through; None where it is neither."""
    if _ZSH.match(data.lstrip()):
        return _unmetafied(data).decode(errors="replace")
    is_session = data.startswith(b"Script started") or b"\x1b[" in data or b'"version":' in data
    return data.decode(errors="replace") if is_session else None


def _unmetafied(data: bytes) -> bytes:
    """What zsh writes into its history: a byte that it uses itself stands behind 0x83, and is changed."""
    made = bytearray()
    is_meta = False
    for byte in data:
        if is_meta:
            made.append(byte ^ 32)
            is_meta = False
        elif byte == _META:
            is_meta = True
        else:
            made.append(byte)
    return bytes(made)


def session_in(text: str, name: str) -> ShellSession | None:
    """What was typed, where a source tells that; None where it is something else. Raises ConversionError."""
    from pup_tui.convert.sessions.histories import history
    from pup_tui.convert.sessions.recordings import recording

    return recording(text, name) or history(text, name)
