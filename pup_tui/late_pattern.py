"""Regular expressions that are compiled when they are first used: a call of the program needs few of them."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Late:
    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """What a pattern has; each name is kept here once it was asked for."""
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found


def late_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, for what a module holds; what is wrong with `text` is only told when it is used."""
    return cast("re.Pattern[AnyStr]", _Late(text, flags))
