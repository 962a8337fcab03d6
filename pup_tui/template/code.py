"""Texts that became code, apart from what makes them: that is imported with the first that holds values."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

DELIMITER: Final = "PUP_TUI_END_"
"""How the names begin that end a quoted here-document with a value in it."""


class Code:
    """Rendered code. `shown` is for people, with what was made out of secrets hidden."""

    __slots__ = ()

    shown: str


class ShellScript(Code, Struct, frozen=True):
    """A rendered script.

    ``script`` is to be run with ``env`` added to its environment. ``shown`` is the script for
    people, with the values in it, quoted, and what was made out of secrets hidden. ``secrets`` are the
    names in ``env`` whose values were made out of secrets; ``holds_secret`` tells that one stands in
    ``script`` itself. ``sources`` are the expressions that the names in ``env`` stand for.
    """

    script: str
    env: dict[str, str]
    shown: str
    secrets: frozenset[str] = frozenset()
    holds_secret: bool = False
    sources: dict[str, tuple[str, ...]] = {}
