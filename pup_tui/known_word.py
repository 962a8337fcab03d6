"""Words of a command as far as they are known before a run."""

from __future__ import annotations

from msgspec import Struct


class KnownWord(Struct, frozen=True):
    """A word of which `text` is all that there is, or only the beginning where it `is_whole` not."""

    text: str
    is_whole: bool = True


_MARK = "\0"


def unknown(name: str) -> str:
    """What stands in a word for a part that is not known for want of the value of a name."""
    return f"{_MARK}{name}{_MARK}"


def names_needed(text: str) -> tuple[str, ...]:
    """The names without whose values a text is not known as a whole; none where it is."""
    return tuple(dict.fromkeys(text.split(_MARK)[1::2]))
