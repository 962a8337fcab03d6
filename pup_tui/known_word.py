"""Words of a command as far as they are known before a run."""

from __future__ import annotations

from typing import NamedTuple


class KnownWord(NamedTuple):
    """A word of which `text` is all that there is, or only the beginning where it `is_whole` not."""

    text: str
    is_whole: bool = True
