"""People in a report: by what they did, unless their names are wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pup_tui.core.questions import NOBODY

ROLE = "operator"

_ACCOUNTS = frozenset(
    (
        *(
            "admin",
            "administrator",
            "ansible",
            "automation",
            "bot",
            "ci",
            "cron",
            "debian",
            "deploy",
        ),
        *(
            "ec2-user",
            "jenkins",
            "oncall",
            "ops",
            "operator",
            "pi",
            "root",
            "runner",
            "service",
            "sre",
        ),
        *("system", "test", "ubuntu", "user", "vagrant"),
    )
)
"""Accounts of no person in particular, whose names are words that mean other things in a sentence."""


def is_person(by: str) -> bool:
    """Whether it was a person who decided something, and no option (`--yes`), and not nobody."""
    return by not in ("", NOBODY) and not by.startswith("-")


class People:
    """What is written for each name.

    In sentences only whole words are replaced, and no name of an account that many share: `root` is no
    person, and a `root cause` is not one either.
    """

    def __init__(
        self, names: Iterable[str], *, by_name: bool = False, holders: Iterable[str] = ()
    ) -> None:
        """`names` in the order in which they turn up; with `by_name` each stands for itself.

        `holders` are those of locks, as they are told with their computers, which stand for them as well.
        """
        told = [name for name in dict.fromkeys(names) if is_person(name)]
        if by_name:
            self.told: Mapping[str, str] = {name: name for name in told}
        elif len(told) == 1:
            self.told = {told[0]: ROLE}
        else:
            self.told = {name: f"{ROLE} {number}" for number, name in enumerate(told, 1)}
        self.by_name = by_name
        self._holders = {} if by_name else {each: _without_computer(each) for each in holders}
        replaced = {} if by_name else {n: r for n, r in self.told.items() if n not in _ACCOUNTS}
        self._pattern = _whole_words(replaced)

    def person(self, name: str) -> str:
        """What is written for who did something."""
        return self.told.get(name, name)

    def text(self, text: str) -> str:
        """A sentence with what is written for the people that it names."""
        for holder, told in self._holders.items():
            text = text.replace(holder, told)
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self.told[found[0]], text)

    def value(self, value: Any) -> Any:
        """The same of each text in a plain value."""
        match value:
            case str():
                return self.text(value)
            case list() | tuple():
                return [self.value(each) for each in value]
            case dict():
                return {self.text(str(name)): self.value(each) for name, each in value.items()}
        return value

    def stand_in(self, text: str) -> bool:
        """Whether a text names somebody who is not to be named."""
        return self._pattern is not None and self._pattern.search(text) is not None


def holder_name(holder: str) -> str:
    """Who holds a lock, of what is told of that."""
    return holder.partition(" on ")[0]


def _without_computer(holder: str) -> str:
    name, _, rest = holder.partition(" on ")
    _, since, moment = rest.partition(" since ")
    return f"{name}{since}{moment}"


def _whole_words(names: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(names, key=len, reverse=True)
    if not longest_first:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
