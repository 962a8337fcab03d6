"""Which arrays have texts for keys: of any other the shell calculates the key, and so runs what is in it."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import tables

if TYPE_CHECKING:
    from tree_sitter import Node

_KEYED: Final = late_pattern(rb"-[grxlut]*A[grxlut]*")
_GLOBAL: Final = late_pattern(rb"-\w*g")
_SURELY_RUN: Final = frozenset({"program", "compound_statement"})
_FUNCTION: Final = "function_definition"
_NAME: Final = late_pattern(rb"[A-Za-z_]\w*(?=\[|\+?=|\Z)")
_MAKES: Final = late_pattern(rb"\b(?:unset|local|declare|typeset|eval \W*\$)")
_FILLING: Final = (b"read", b"mapfile", b"readarray", b"set", b"unset")


def keys_name(array: bytes) -> bytes:
    """The variable that stands for what the keys of an array hold."""
    return b"!" + array


@lru_cache(maxsize=1)
def keys_of(survey: Survey) -> Keys:
    """The keys of a script's arrays; kept, since each place in it asks for them."""
    return Keys(survey)


class Keys:
    """The arrays that a script declares with ``-A`` once and for all."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey

    def is_keyed(self, name: bytes, node: Node) -> bool:
        """Whether a variable surely has texts for keys when a place is reached.

        It has if all that declares it says so, one declaration surely runs before, and nothing makes
        another array of it.
        """
        if name not in self._keyed or name in self._undone or self._is_undone_in_text:
            return False
        declared = self._declarations[name]
        first = min(each.start_byte for each in declared)
        if self._first_filled.get(name, first) < first:
            return False
        scope = self._survey.scope_of(node)
        return any(
            each.start_byte < node.start_byte
            and self._surely_runs(each)
            and self._survey.scope_of(each) in (b"", scope)
            for each in declared
        )

    @cached_property
    def _declarations(self) -> dict[bytes, list[Node]]:
        """The declarations of each variable."""
        found = defaultdict(list)
        for command in self._survey.commands:
            if command.type == "declaration_command":
                for word in self._survey.words(command)[1:]:
                    name = _NAME.match(word.text)
                    if name is not None:
                        found[name[0]].append(command)
        return dict(found)

    @cached_property
    def _keyed(self) -> frozenset[bytes]:
        """The variables of which every declaration says that they have texts for keys."""
        declarations = self._declarations.items()
        return frozenset(name for name, made in declarations if all(map(self._is_keyed, made)))

    @cached_property
    def _undone(self) -> frozenset[bytes]:
        """What is unset, or of which that is not sure, is no such array any more."""
        words = [word for _, words in self._survey.named(b"unset") for word in words[1:]]
        if any(not word.is_literal for word in words):
            return frozenset(self._declarations)
        return frozenset(word.text for word in words)

    @cached_property
    def _is_undone_in_text(self) -> bool:
        """Whether a text that is evaluated may make something else of an array."""
        evaluated = self._survey.named(b"eval", b"trap")
        return any(_MAKES.search(self._survey.text(command)) for command, _ in evaluated)

    @cached_property
    def _first_filled(self) -> dict[bytes, int]:
        """Where a variable is given anything first: it may become another array by that."""
        found: dict[bytes, int] = {}
        filled = [
            (self._survey.text(node.children[0]).split(b"[", 1)[0].rstrip(b"+"), node.start_byte)
            for node in self._survey.assignments
        ]
        for command, words in self._survey.named(*_FILLING):
            filled += [(word.text, command.start_byte) for word in words[1:]]
        for name, at in filled:
            found[name] = min(at, found.get(name, at))
        return found

    def _is_keyed(self, declaration: Node) -> bool:
        first, *words = self._survey.words(declaration)
        options = [word.text for word in words if word.text[:1] in (b"-", b"+")]
        known = any(first.text in table.builtins for table in tables(self._survey.shell))
        in_function = self._survey.scope_of(declaration) != b""
        return (
            known
            and (in_function or first.text != b"local")
            and any(map(_KEYED.fullmatch, options))
            and not (in_function and any(map(_GLOBAL.match, options)))
            and all(re.fullmatch(rb"-[grxlutA]+", option) for option in options)
        )

    def _surely_runs(self, declaration: Node) -> bool:
        """Whether it runs whenever what stands behind it does, in its function if it stands in one."""
        if declaration.next_sibling is not None and declaration.next_sibling.type == "&":
            return False
        around = declaration.parent
        while around is not None and around.type in _SURELY_RUN:
            around = around.parent
        return around is None or around.type == _FUNCTION
