"""The secrets among the names of a scope, and what is made out of them while texts are rendered.

They travel within the scope, so that every text and expression that is evaluated in it is judged, in whatever
place and by whatever kind of step, and a copy of the scope is judged like the scope itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

MASK: Final = "***"
"""What is shown in the place of a secret."""

SECRETS: Final = "\0secrets"
"""The key under which a scope holds its secrets; no expression can spell it."""


class Secrets:
    """Names whose values are secret, and in `made` the values that were made out of them.

    With `hides`, texts are rendered as people may see them: `MASK` stands for each value that is secret.
    """

    __slots__ = ("hides", "made", "names")

    def __init__(self, names: Iterable[str] = (), *, hides: bool = False) -> None:
        self.names = frozenset(names)
        self.hides = hides
        self.made: list[Any] = []


_NONE: Final = Secrets()


def secrets_in(scope: Mapping[str, Any]) -> Secrets:
    """The secrets of a scope."""
    found = scope.get(SECRETS, _NONE)
    return found if isinstance(found, Secrets) else _NONE


def with_secrets(scope: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The scope with these names secret, in which nothing was made out of them yet."""
    return {**scope, SECRETS: Secrets(names)}


def watched(scope: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """The scope again, and what will be made out of its secrets in it."""
    secrets = Secrets(secrets_in(scope).names)
    return {**scope, SECRETS: secrets}, secrets.made


def hiding(scope: Mapping[str, Any]) -> dict[str, Any]:
    """The scope in which texts are rendered as people may see them."""
    return {**scope, SECRETS: Secrets(secrets_in(scope).names, hides=True)}
