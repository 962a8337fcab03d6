"""Which variables a statement of a script may give another text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_reading
from pup_tui.template.shell.fills import ANY, SOURCING
from pup_tui.template.shell.numbers import ScriptFunctions
from pup_tui.template.shell.origins import OF_FOLDERS, SET_BY_MATCHES, given_by_expansions
from pup_tui.template.shell.plain import PlainWorld
from pup_tui.template.shell.printed_numbers import prints_number
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import Use, parameter_use
from pup_tui.template.shell.words import READING, is_calculation

if TYPE_CHECKING:
    from tree_sitter import Node

OWN_WORDS: Final = b"@"
"""Stands for the words that a function, or the script, was called with."""

_BARE: Final = late_pattern(rb"(?<![\w$])(?<!\$\{)(?<!\$\{#)[A-Za-z_]\w*")
"""A name that is not only read."""
_INDEXED: Final = late_pattern(rb"(?<!\w)([A-Za-z_]\w*)(?:\[|\+?=\()")
_FIXING: Final = late_pattern(rb"-\w*r")
_NUMBER: Final = late_pattern(rb"[0-9]+")
_MOVING: Final = frozenset({b"set", b"shift", b"getopts"})
_TELLING: Final = frozenset({b"echo", b"let", b"exit", b"return", b":"})
"""Commands whose words give a variable nothing, or a number."""
_EXPORTING: Final = frozenset({b"export", b"readonly"})
"""The same, where they assign nothing."""
_ASSIGNING: Final = frozenset(
    {"variable_assignment", "command_substitution", "process_substitution"}
)
_BY_SHELLS: Final = OF_FOLDERS | SET_BY_MATCHES | {b"_"}
"""What a shell changes by itself."""


class Changes:
    """What a script's statements give other texts."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._plain = PlainWorld(survey)
        self._by_functions: dict[bytes, frozenset[bytes]] = {}
        self._by_commands: dict[int, set[bytes]] = {}

    def of(self, node: Node) -> frozenset[bytes]:
        """The variables that may get another text in a statement; `ANY` for all."""
        text = bytearray(self._survey.as_written(node))
        spend_on_reading(len(text))
        found = {*self.expanding(node)}
        found |= {b"REPLY"} if b"select" in text else set()
        commands = self._survey.commands_within(node)
        telling = [each for each in commands if self._tells(each)]
        for start, end in (*self._calculated(node), *((c.start_byte, c.end_byte) for c in telling)):
            begin = start - node.start_byte
            text[begin : end - node.start_byte] = b" " * (end - start)
        found |= {*_BARE.findall(bytes(text))}
        for command in commands:
            if command.id not in self._by_commands:
                self._by_commands[command.id] = self._by_command(command)
            found |= self._by_commands[command.id]
        return frozenset(found)

    def expanding(self, node: Node) -> frozenset[bytes]:
        """The variables that get another text as the words in a node are made."""
        return frozenset(given_by_expansions(self._survey.as_written(node)))

    def is_builtin(self, name: bytes) -> bool:
        """Whether a name stands for a command of the shell itself."""
        return name in self._plain.builtins

    def _tells(self, command: Node) -> bool:
        """Whether its words give no variable a text, for all that it is."""
        words = self._survey.words(command)
        if not words or not words[0].is_literal or words[0].text in self._survey.functions:
            return False
        is_telling = words[0].text in _TELLING or (
            words[0].text in _EXPORTING and b"=" not in self._survey.as_written(command)
        )
        return is_telling and _ASSIGNING.isdisjoint(child.type for child in command.children)

    def _calculated(self, node: Node) -> Iterator[tuple[int, int]]:
        """Where variables are named in a node that get nothing but numbers there."""
        for at in range(bisect_left(self._numbers, (node.start_byte, 0)), len(self._numbers)):
            start, end = self._numbers[at]
            if start >= node.end_byte:
                return
            if end <= node.end_byte:
                yield start, end

    @cached_property
    def _numbers(self) -> list[tuple[int, int]]:
        """Where variables are named that get numbers: in arithmetic, and where one is assigned."""
        found: list[tuple[int, int]] = []
        for node in self._survey.arithmetic:
            if node.type == "c_style_for_statement":
                found += ((node.start_byte, body.start_byte) for body in node.children[-1:])
            elif node.children[0].type == "((" or is_calculation(self._survey.as_written(node)):
                found.append((node.start_byte, node.end_byte))
        for node in self._survey.assignments:
            value = node.children[-1]
            if node.children[1].type == "=" and holds_number(self._survey, value):
                found.append((node.start_byte, node.end_byte))
        return sorted(found)

    def _by_command(self, command: Node) -> set[bytes]:
        words = self._survey.words(command)
        if not words or not self._survey.is_named(words[0]):
            return {ANY}
        found = {*self._survey.fills(words)}
        for name, _ in self._survey.runs(words):
            if name in SOURCING:  # whatever it is, anything may be otherwise
                found.add(ANY)
            if name in _MOVING:
                found |= {OWN_WORDS, b"OPTARG"}
            if name in READING:
                found |= {b"REPLY", b"MAPFILE"}
            if name in self._survey.functions:
                found |= self._by_function(name)
        return found

    def _by_function(self, function: bytes) -> frozenset[bytes]:
        """The variables that a function may change."""
        if function not in self._by_functions:
            self._by_functions[function] = frozenset((ANY,))  # one that calls itself
            definitions = self._survey.functions[function]
            changes = frozenset[bytes]().union(*map(self.of, definitions))
            self._by_functions[function] = changes - {OWN_WORDS}
        return self._by_functions[function]

    @cached_property
    def untold(self) -> frozenset[bytes]:
        """Arrays, and variables that a shell gives a meaning or a text of its own."""
        survey = self._survey
        arrays = {*_INDEXED.findall(survey.written), *survey.arrays, *survey.may_be_arrays}
        for _, words in self._survey.named(b"read", b"set"):
            options = (word.text.lower() for word in words[1:] if word.text[:1] in (b"-", b"+"))
            if any(b"a" in option for option in options):
                arrays.update(word.text for word in words)
        special = (
            n for n in set(self.names) if parameter_use(self._survey.shell, n) is not Use.DATA
        )
        return frozenset(arrays).union(special, _BY_SHELLS, self._at_any_time)

    @cached_property
    def fixed(self) -> frozenset[bytes]:
        """Variables that may be read only: an assignment fails, and the script may go on."""
        declaring = self._survey.named(b"readonly", b"declare", b"typeset", b"local", b"export")
        return frozenset(
            word.text.partition(b"=")[0]
            for _, words in declaring
            if words[0].text == b"readonly" or any(_FIXING.match(each.text) for each in words[1:])
            for word in words[1:]
        )

    @cached_property
    def names(self) -> list[bytes]:
        """Every name in the script that is not only read."""
        return _BARE.findall(self._survey.written)

    @cached_property
    def traps(self) -> dict[int, Node]:
        """The commands whose texts run at any time."""
        return {command.id: command for command, _ in self._survey.named(b"trap")}

    @cached_property
    def _at_any_time(self) -> frozenset[bytes]:
        """The variables that a trap may change, at any time."""
        return frozenset[bytes]().union(*map(self._by_function, self._plain.trapped))

    @cached_property
    def are_known(self) -> bool:
        """Whether a script does nothing by which other variables may change, or commands mean others."""
        return self._plain.holds and ANY not in self._at_any_time


def holds_number(survey: Survey, node: Node) -> bool:
    """Whether a text that is assigned is a number, whatever the variables hold."""
    is_literal = _NUMBER.fullmatch(survey.as_written(node)) is not None
    return (
        is_literal
        or node.type == "arithmetic_expansion"
        or prints_number(node, ScriptFunctions(survey))
    )
