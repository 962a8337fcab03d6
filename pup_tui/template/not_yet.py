"""What is not known yet where texts are rendered before their time, as a plan does.

It travels within the scope, as secrets do, so that every text and expression that is evaluated in it is
judged alike: what an expression comes to is not known while one of its names has yet to be made, also where
it has a fallback for a name that never comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from secrets import randbelow
from typing import Any, Final

from pup_tui.template.errors import UndefinedName
from pup_tui.template.paths import Key
from pup_tui.template.usage import Usage

NOT_YET: Final = "\0not yet"
"""The key under which a scope holds what is not known yet; no expression can spell it."""

_DIGITS: Final = 12
"""So many that no value holds them by chance, and few enough for a number of any language."""


class StandIns:
    """What stands for values that are not known yet while texts are rendered.

    It begins with digits drawn by lot, so that no value and no text can be mistaken for it, and is a word, a
    name of a file and a number in every language.
    """

    def __init__(self) -> None:
        self._number = 10 ** (_DIGITS - 1) + randbelow(9 * 10 ** (_DIGITS - 1))
        self._written: list[str] | None = None
        self._missing: list[UndefinedName] = []

    @contextmanager
    def given(self) -> Iterator[list[UndefinedName]]:
        """Let texts be rendered with stand-ins; what comes of that tells which names are missing."""
        self._written, self._missing = [], []
        try:
            yield self._missing
        finally:
            self._written = None

    def make(self, written: str, error: UndefinedName) -> str:
        """Something for what was `written`; raises the error where nothing stands in."""
        if self._written is None:
            raise error
        self._written.append(written)
        self._missing.append(error)
        return f"{self._number}{len(self._written) - 1:06}"

    def put_back(self, text: str, quote: str = "") -> str:
        """A text with what was written in the place of what stood in, and of the quotes around it."""
        around = re.compile(rf"({quote}|){self._number}([0-9]{{6}})\1")
        return around.sub(lambda found: self._source(int(found[2]), found[0]), text)

    def _source(self, number: int, text: str) -> str:
        written = self._written or []
        return written[number] if number < len(written) else text


class NotYet:
    """Names that a scope lacks and will have, and the steps that have yet to run."""

    __slots__ = ("names", "stand_ins", "steps")

    def __init__(self, stand_ins: StandIns, names: Iterable[str], steps: Iterable[str]) -> None:
        self.stand_ins = stand_ins
        self.names = set(names)
        self.steps = set(steps)

    def check(self, usage: Usage, scope: Mapping[str, Any]) -> None:
        """Raise `UndefinedName` where something may be missing that is not known yet."""
        self._find(usage.optional, scope)
        for name, field in usage.fields:
            if name == "run" and field not in scope["run"]:
                raise UndefinedName(f"run.{field}")

    def blame(self, usage: Usage, scope: Mapping[str, Any]) -> None:
        """Raise `UndefinedName` where something cannot be worked out because of what is not known yet."""
        self._find(usage.needed, scope)

    def _find(self, keys: Iterable[Key], scope: Mapping[str, Any]) -> None:
        for key in keys:
            if isinstance(key, str):
                if key not in scope and key in self.names:
                    raise UndefinedName(key)
            elif key[0] in self.steps and key[1] not in scope["steps"].get(key[0], ()):
                raise UndefinedName(f"steps.{key[0]}.{key[1]}")


def not_yet_in(scope: Mapping[str, Any]) -> NotYet | None:
    """What is not known yet of a scope; None where it is all that there is."""
    found = scope.get(NOT_YET)
    return found if isinstance(found, NotYet) else None


def stand_in(scope: Mapping[str, Any], written: str, error: UndefinedName) -> str:
    """Something in the place of what was `written`; raises the error where nothing stands in."""
    found = not_yet_in(scope)
    if found is None:
        raise error
    return found.stand_ins.make(written, error)
