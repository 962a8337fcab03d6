"""What the texts do that ``eval`` and ``trap`` evaluate: which variables they read, and what gets those."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.grammar import Read, read
from pup_tui.template.shell.numbers import ScriptFunctions
from pup_tui.template.shell.places import UnsafePlaceError
from pup_tui.template.shell.printed_numbers import prints_number
from pup_tui.template.shell.readings import OwnWords, Reading
from pup_tui.template.shell.redirections import path_to
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import Use
from pup_tui.template.shell.unseen import unseen
from pup_tui.template.shell.uses import Uses
from pup_tui.template.shell.words import SUBSTITUTION, UNKNOWN

if TYPE_CHECKING:
    from tree_sitter import Node

_EVALUATING: Final = (b"eval", b"trap")
_EXPANSIONS: Final = ("simple_expansion", "expansion")
_VARIABLE: Final = late_pattern(rb"\$\{?(\w+|[@*])")
_NAME: Final = late_pattern(rb"[A-Za-z_]\w*|(?<=\$)(?:[0-9]|[@*])")
_DEFINES: Final = late_pattern(rb"\(\s*\)\s*[{(]|\bfunction\s")
_DOLLAR, _BEGIN, _END = b"\x02", b"\x03", b"\x04"
"""Stand for a dollar that is only a letter, and for where an expansion begins and ends."""
_MADE: Final = late_pattern(rb"\x02\{?\w*(?:\x04?\x03|%)|\x04(?:\[[^]]*\])?\+?=")
"""A variable, read or assigned to, whose name is made when the script runs."""


class EvaluatedTexts:
    """The texts in the words of ``eval`` and ``trap``, as far as the script says them."""

    def __init__(self, survey: Survey, words: OwnWords) -> None:
        self._survey = survey
        self._words = words

    def readings(self) -> Iterator[Reading]:
        """What reads variables in them, and which variables get that: ``eval X=\\$NAME``."""
        for command, inner in self._texts:
            yield from self._read(command, inner)
            yield from self._unseen(command, inner)
        for command, _ in self._survey.named(*_EVALUATING):
            yield from self._called(command)
        for command in self._survey.commands if self._survey.exports_functions else ():
            if self._survey.words(command)[0].text not in self._survey.functions:
                yield from self._called(command)

    @property
    def are_by_name(self) -> bool:
        """Whether they use variables whose names are made when the script runs: ``eval "\\$$NAME"``."""
        return any(self.is_made(command) for command, _ in self._survey.named(*_EVALUATING))

    def is_made(self, node: Node) -> bool:
        """Whether a text, as code, uses variables whose names are made when the script runs."""
        return _MADE.search(self._coded(node, set())) is not None

    @property
    def define_functions(self) -> bool:
        """Whether functions come from them, of which nothing more is known."""
        evals = (command for command, _ in self._survey.named(b"eval"))
        return any(_DEFINES.search(self._survey.text(command)) for command in evals)

    def printed(self) -> Iterator[bytes]:
        """The variables that get in them what a command prints, and may be no number."""
        for _, inner in self._texts:
            for name, nodes in inner.texts_of.items():
                if any(
                    SUBSTITUTION.search(inner.text(n))
                    and not prints_number(n, ScriptFunctions(self._survey))
                    for n in nodes
                ):
                    yield name

    @cached_property
    def _texts(self) -> list[tuple[Node, Survey]]:
        """Those in which a variable or command is used, each read as a script."""
        found: list[tuple[Node, Survey]] = []
        for command, words in self._survey.named(*_EVALUATING):
            text = b" ".join(word.text for word in words[1:]).replace(UNKNOWN, b"0")
            is_used = b"$" in text or b"`" in text
            source, tree, *_ = read(text, self._survey.shell) if is_used else Read(text, None)
            if tree is not None:
                shell, marker = self._survey.shell, self._survey.marker
                found.append((command, Survey(tree.root_node, source, shell, marker)))
        return found

    def _unseen(self, command: Node, inner: Survey) -> Iterator[Reading]:
        """What the text names, where it is not known what it reads: whatever a shell does with it."""
        if next(unseen(inner.root, inner.script, inner.shell), None) is None:
            return
        line = self._survey.line(command)
        for name in {*_NAME.findall(inner.script)}:
            names = self._words.names(name, command)
            yield Reading(names, name.decode(), line, Use.INT, frozenset())

    def _read(self, command: Node, inner: Survey) -> Iterator[Reading]:
        scope = self._survey.scope_of(command)
        for node in inner.expansions:
            name = _VARIABLE.match(inner.text(node))
            targets, use = _used(inner, node)
            if name is not None:
                uses = (use, *map(self._survey.assigned, targets))
                yield Reading(
                    self._words.names(name[1], command),
                    f"${name[1].decode()}",
                    self._survey.line(command),
                    Use.INT if Use.INT in uses else Use.DATA,
                    frozenset(scope + each if each[:1] == b" " else each for each in targets),
                )

    def _called(self, command: Node) -> Iterator[Reading]:
        """The functions that a text which is evaluated calls, perhaps with what variables hold."""
        text = self._survey.text(command)
        targets = frozenset(b"%s 0" % name for name in self._survey.functions_in(text))
        for name in set(_VARIABLE.findall(text)) if targets else ():
            names = self._words.names(name, command)
            line = self._survey.line(command)
            yield Reading(names, f"${name.decode()}", line, Use.DATA, targets)

    def _coded(self, node: Node, seen: set[bytes]) -> bytes:
        """A text without its quotes; an expansion stands in it as the texts that its variable may have."""
        text = self._survey.text(node)
        if node.type in _EXPANSIONS:
            match = _VARIABLE.match(text)
            name = match[1] if match is not None else b""
            given = () if name in seen else self._survey.texts_of.get(name, ())
            seen.add(name)
            return _BEGIN + b" ".join(self._coded(each, seen) for each in given) + _END
        if node.children:
            return b"".join(self._coded(child, seen) for child in node.children)
        return re.sub(rb"\\?\$", _DOLLAR, re.sub(rb"['\"]", b"", text))


def _used(survey: Survey, node: Node) -> tuple[set[bytes], Use]:
    """The variables that get what an expansion stands for, and what else is done with it."""
    try:
        uses = Uses(survey, path_to(survey.root, node), node.start_byte, is_reference=True)
    except UnsafePlaceError:
        return set(), Use.DATA
    return uses.targets, uses.use
