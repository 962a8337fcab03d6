"""Where values get to by way of a script's variables, and what the shell does with them there.

It is told without regard to order: a variable holds whatever is assigned to it anywhere. Only what
is assigned as text counts, and the words of the script's own functions; what a command prints is
not followed, but calculating with it is noted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pup_tui.template.shell_places import Reached, UnsafePlaceError
from pup_tui.template.shell_survey import FUNCTION, Survey
from pup_tui.template.shell_tables import Use, tables
from pup_tui.template.shell_tests import ARITHMETIC_TESTS
from pup_tui.template.shell_uses import BOUNDARIES, Uses

if TYPE_CHECKING:
    from tree_sitter import Node

_IDENTIFIER: Final = re.compile(rb"(?<![A-Za-z0-9_$])[A-Za-z_][A-Za-z0-9_]*")
_ZSH_SUBSCRIPT: Final = re.compile(rb"\$[A-Za-z0-9_]+\[([^]\n]*)\]")
_POSITIONAL: Final = re.compile(rb"[1-9][0-9]*|[@*]")
_NUMERIC: Final = frozenset({b"#", b"?", b"$", b"!", b"RANDOM", b"SECONDS", b"LINENO", b"OPTIND"})
_NAMED: Final = ("variable_name", "special_variable_name")
_CALCULATING: Final = frozenset({"arithmetic_expansion", "subscript", "c_style_for_statement"})
_AROUND: Final = frozenset(
    {
        *("string", "concatenation", "parenthesized_expression", "binary_expression"),
        *("unary_expression", "ternary_expression"),
    }
)
"""What may stand between a command substitution and the arithmetic that takes what it prints."""
_GETOPTS: Final = 3
"""Words of a ``getopts`` that reads the words of the function or script."""

_INDEX: Final = re.compile(rb"\b[A-Za-z_]\w*\[([^]]*)\]")
_NAMED_TESTS: Final = re.compile(rb"-v\s+['\"]?[A-Za-z_]\w*\[([^]]*)\]")
_NAMING: Final = (
    *(b"read", b"printf", b"print", b"unset", b"test", b"wait", b"mapfile", b"readarray"),
    *(b"export", b"declare", b"typeset", b"local", b"readonly"),
)
_MADE_NAME: Final = re.compile(rb"\\\$\{?\w*\$")
_EVALUATED: Final = re.compile(rb"\(\(|\[\[|\$\[|\blet\b")
_BODIES: Final = frozenset({"do_group", "compound_statement"})
_LOOPS: Final = frozenset({"while_statement", "for_statement", "c_style_for_statement"})


Source = int | str
"""The number of a value in the script, or the name of a variable of the environment."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Arithmetic on a variable whose text comes from outside of the script."""

    variable: str
    line: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """A place at which a variable's text is used, where it goes on to, and what is wrong with that."""

    names: tuple[bytes, ...]
    shown: str
    line: int
    use: Use
    targets: frozenset[bytes]
    problem: UnsafePlaceError | None = None
    command: str | None = None


@dataclass
class Flow:
    """The result: what is asked of each source, and arithmetic that nothing vouches for."""

    asked: dict[Source, Reached] = field(default_factory=dict)
    unsafe: dict[Source, tuple[str, UnsafePlaceError]] = field(default_factory=dict)
    unchecked: tuple[Unchecked, ...] = ()
    commands: dict[Source, str] = field(default_factory=dict)
    """The command that evaluates a value again which it gets by way of a variable."""


def follow(survey: Survey, sources: Mapping[Source, frozenset[bytes]]) -> Flow:
    """Follow each source from the variables that it is assigned to."""
    flow = Flow()
    graph = _Graph(survey)
    held = graph.held(sources)
    for reading in graph.read(held):
        for source in [source for name in reading.names for source in held.get(name, ())]:
            if reading.command is not None:
                flow.commands.setdefault(source, reading.command)
            if reading.problem is not None:
                flow.unsafe.setdefault(source, (reading.shown, reading.problem))
            elif reading.use is Use.INT:
                flow.asked[source] = Reached(reading.shown, reading.line)
            elif reading.use is Use.OPERAND:
                flow.asked.setdefault(source, Reached(reading.shown, reading.line, True))
    if graph.evaluates_by_name:
        for source in (source for sources_of in held.values() for source in sources_of):
            flow.commands.setdefault(source, "eval")
    flow.unchecked = (*graph.unchecked(held), *graph.unchecked_outputs())
    return flow


class _Graph:
    """The variables of a script and the places where they are read."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._judged: dict[int, _Reading | None] = {}

    @property
    def evaluates_by_name(self) -> bool:
        """Whether an ``eval`` reads variables whose names are made when it runs: ``eval "\\$$NAME"``."""
        return any(
            _MADE_NAME.search(self._survey.text(command)) for command in self._survey.named(b"eval")
        )

    def held(self, sources: Mapping[Source, frozenset[bytes]]) -> dict[bytes, set[Source]]:
        """Which sources each variable may hold."""
        held: defaultdict[bytes, set[Source]] = defaultdict(set)
        waiting = [name for names in sources.values() for name in names]
        for source, names in sources.items():
            for name in names:
                held[name].add(source)
        while waiting:
            for reading in self._reading(waiting.pop()):
                arriving = {source for name in reading.names for source in held.get(name, ())}
                for target in reading.targets:
                    if not arriving <= held[target]:
                        held[target] |= arriving
                        waiting.append(target)
        return held

    def read(self, names: Iterable[bytes]) -> list[_Reading]:
        """Every place that reads one of these variables, each once."""
        return list({id(each): each for name in names for each in self._reading(name)}.values())

    def _reading(self, name: bytes) -> list[_Reading]:
        expansions = (self._expansion(node) for node in self._expansions.get(name, ()))
        found = [reading for reading in expansions if reading is not None]
        others = (*self._arithmetic, *self._unwritten)
        return found + [each for each in others if name in each.names]

    @cached_property
    def _unwritten(self) -> list[_Reading]:
        """What reads all of a function's own words without naming them: ``for x; do``, ``getopts``."""
        found = [
            (node, frozenset((self._survey.text(node.children[1]),)))
            for node in self._survey.loops
            if not any(part.type == "in" for part in node.children)
        ]
        for command in self._survey.named(b"getopts"):
            words = self._survey.words(command)
            if len(words) == _GETOPTS:
                found.append((command, frozenset((b"OPTARG", words[2].text))))
        return [
            _Reading(self._names(b"@", node), "$@", node.start_point.row + 1, Use.DATA, targets)
            for node, targets in found
        ]

    @cached_property
    def _expansions(self) -> dict[bytes, list[Node]]:
        """The expansions of each variable."""
        found = defaultdict(list)
        for node in self._survey.expansions:
            name, before, _ = _parts(self._survey, node)
            if name is not None and before != b"#" and name not in _NUMERIC:
                for each in self._names(name, node):
                    found[each].append(node)
        return found

    @cached_property
    def _arithmetic(self) -> list[_Reading]:
        """Every bare name that is calculated with."""
        readings = list(self._literal_numbers())
        end = 0
        for node in sorted(self._survey.arithmetic, key=lambda node: node.start_byte):
            if node.end_byte > end and self._calculates(node):
                readings += self._calculated(node, False)
                end = node.end_byte
        if self._survey.shell == "zsh":
            for match in _ZSH_SUBSCRIPT.finditer(self._survey.script):
                readings += self._identifiers(match[1], self._survey.root)
        readings += self._indexes()
        return readings + self._named_in_text(readings)

    def _indexes(self) -> Iterator[_Reading]:
        """The names in the indexes of what commands take for a name, and in code that is a literal."""
        for command in self._survey.named(*_NAMING):
            for match in _INDEX.finditer(self._survey.text(command)):
                yield from self._identifiers(match[1], command)
        for match in _NAMED_TESTS.finditer(self._survey.script):
            yield from self._identifiers(match[1], self._survey.root)
        for command in self._survey.named(b"eval", b"trap"):
            text = self._survey.text(command)
            if _EVALUATED.search(text):
                yield from self._identifiers(text.replace(b"$", b" "), command)

    def _expansion(self, node: Node) -> _Reading | None:
        if node.id not in self._judged:
            self._judged[node.id] = self._judge(node)
        return self._judged[node.id]

    def _judge(self, node: Node) -> _Reading | None:
        name, before, after = _parts(self._survey, node)
        if name is None:
            return None
        line = node.start_point.row + 1
        shown = self._survey.text(node).decode(errors="replace")[:60]
        if before == b"!" and not after.startswith((b"[", b"*", b"@")):
            problem = UnsafePlaceError(
                f"{shown} takes the value for the name of a variable", "write a `case` instead"
            )
            return _Reading(self._names(name, node), shown, line, Use.NAME, frozenset(), problem)
        if re.match(rb"(?:\[[^]]*\])?@P", after):
            problem = UnsafePlaceError(f"{shown} evaluates the value", "leave `@P` out")
            return _Reading(self._names(name, node), shown, line, Use.CODE, frozenset(), problem)
        try:
            uses = Uses(self._survey, _path(node), node.start_byte, is_reference=True)
        except UnsafePlaceError as problem:
            return _Reading(self._names(name, node), shown, line, Use.CODE, frozenset(), problem)
        targets = frozenset(uses.targets)
        names = self._names(name, node)
        return _Reading(names, shown, line, uses.use, targets, command=uses.command)

    def _names(self, name: bytes, node: Node) -> tuple[bytes, ...]:
        """The variables that an expansion may read: a function's own words by their number."""
        if not _POSITIONAL.fullmatch(name):
            return (name,)
        scope = self._survey.scope_of(node)
        if name in (b"@", b"*"):
            return tuple(b"%s %d" % (scope, number) for number in range(33))
        number = int(name)
        last = 32 if self._is_shifted(node) else number
        return (b"%s 0" % scope, *(b"%s %d" % (scope, n) for n in range(number, last + 1)))

    def _is_shifted(self, node: Node) -> bool:
        """Whether a ``shift`` may have moved the words of the function before a place is reached."""
        around = node.parent
        loop: Node | None = None
        if not self._shifts:
            return False
        while around is not None and around.type != FUNCTION:
            if around.type in _LOOPS:
                loop = around
            around = around.parent
        begin = around.start_byte if around is not None else 0
        end = loop.end_byte if loop is not None else node.start_byte
        return any(begin <= command.start_byte < end for command in self._shifts)

    @cached_property
    def _shifts(self) -> list[Node]:
        return self._survey.named(b"shift")

    def _calculated(self, node: Node, is_inside: bool) -> Iterator[_Reading]:
        """The bare names in arithmetic."""
        inside = is_inside or self._calculates(node)
        if node.type in BOUNDARIES and not self._calculates(node):
            inside = False
        if inside and not node.children and node.type in ("word", "variable_name"):
            text = self._survey.text(node)
            if not _is_expanded(node):
                yield from self._identifiers(text, node)
            elif self._survey.script[node.start_byte - 1 : node.start_byte] != b"#":
                line = node.start_point.row + 1
                yield _Reading(
                    self._names(text, node), f"${text.decode()}", line, Use.INT, frozenset()
                )
            return
        for child in node.children:
            if node.type == "c_style_for_statement" and child.type in _BODIES:
                continue
            is_name = node.type in ("subscript", "expansion") and _is_first(child, node)
            keyed = (
                node.type == "subscript"
                and self._survey.text(node.children[0]) in self._survey.keyed
            )
            yield from self._calculated(child, is_inside if is_name or keyed else inside)

    def _calculates(self, node: Node) -> bool:
        if node.type in _CALCULATING:
            return True
        if node.type == "compound_statement":
            return bool(node.children) and node.children[0].type == "(("
        if node.type == "binary_expression":
            return self._is_calculating_test(node) and any(
                self._survey.text(part) in ARITHMETIC_TESTS for part in node.children[1:-1]
            )
        if node.type == "expansion":
            return any(part.type == ":" for part in node.children)
        return node.type == "command_substitution" and self._survey.text(node).startswith(b"$((")

    def _is_calculating_test(self, node: Node) -> bool:
        """Whether a comparison evaluates: ``[[`` does, ``[`` in some shells only."""
        around: Node | None = node
        while around is not None and around.type in _AROUND:
            around = around.parent
        if around is None or around.type != "test_command" or around.children[0].type != "[":
            return True
        return any(table.calculates_in_tests for table in tables(self._survey.shell))

    def _identifiers(self, text: bytes, node: Node) -> Iterator[_Reading]:
        line = node.start_point.row + 1
        for name in set(_IDENTIFIER.findall(text)):
            yield _Reading((name,), name.decode(), line, Use.INT, frozenset())

    def _literal_numbers(self) -> Iterator[_Reading]:
        """The names in the literal words of ``let`` and of what is assigned to integers."""
        calculating = {
            name
            for table in tables(self._survey.shell)
            for name, builtin in table.builtins.items()
            if builtin.operands[:1] == ("int",)
        }
        for command in self._survey.named(*calculating):
            for word in self._survey.words(command)[1:]:
                yield from self._identifiers(word.text, word.node)
        for assignment in self._survey.assignments:
            name, _, text = self._survey.text(assignment).partition(b"=")
            if self._survey.assigned(name.rstrip(b"+").split(b"[")[0]) is Use.INT:
                yield from self._identifiers(text, assignment)

    def _named_in_text(self, readings: Sequence[_Reading]) -> list[_Reading]:
        """Arithmetic on a variable reads, in turn, the variables that its text names."""
        found: list[_Reading] = []
        waiting = [name for each in readings for name in each.names]
        seen: set[bytes] = set(waiting)
        while waiting:
            name = waiting.pop()
            for text, node in self._named_by(name):
                for reading in self._identifiers(text, node):
                    if reading.names[0] not in seen:
                        seen.add(reading.names[0])
                        waiting.append(reading.names[0])
                        found.append(reading)
        return found

    def _named_by(self, name: bytes) -> Iterator[tuple[bytes, Node]]:
        """Texts that may name what is read when a variable is calculated with."""
        for assigned in self._texts.get(name, ()):
            yield _literal(self._survey, assigned), assigned
        if name in self._survey.references:
            for call in self._survey.named(*self._survey.functions):
                yield self._survey.text(call), call

    @cached_property
    def _texts(self) -> dict[bytes, list[Node]]:
        """What is assigned to each variable."""
        found = defaultdict(list)
        for assignment in self._survey.assignments:
            name = self._survey.text(assignment.children[0]).split(b"[", 1)[0]
            found[name].extend(assignment.children[2:])
        return found

    def unchecked(self, held: Mapping[bytes, set[Source]]) -> Iterator[Unchecked]:
        """Arithmetic on what a command or a reading from outside has put into a variable."""
        foreign = self._foreign
        seen: set[str] = set()
        for reading in self.read(foreign):
            if reading.use is not Use.INT or reading.shown in seen:
                continue
            if not any(map(held.get, reading.names)):
                seen.add(reading.shown)
                yield Unchecked(reading.shown, reading.line)

    def unchecked_outputs(self) -> Iterator[Unchecked]:
        """Arithmetic on what a command prints, right where it is run."""
        for node in self._survey.arithmetic:
            if node.type != "command_substitution" or self._calculates(node):
                continue
            around = node.parent
            while around is not None and around.type in _AROUND and not self._calculates(around):
                around = around.parent
            if around is not None and self._calculates(around):
                yield Unchecked("$(…)", node.start_point.row + 1)

    @cached_property
    def _foreign(self) -> set[bytes]:
        """Variables that get what a command prints, or what ``read`` reads."""
        found = {
            name
            for name, texts in self._texts.items()
            for text in texts
            if re.search(rb"\$\((?!\()|`", self._survey.text(text))
        }
        for command in self._survey.named(b"read", b"mapfile", b"readarray"):
            found.update(word.text for word in self._survey.words(command)[1:])
        waiting = list(found)
        while waiting:
            for reading in self._reading(waiting.pop()):
                waiting += reading.targets - found
                found |= reading.targets
        return found


def _parts(survey: Survey, node: Node) -> tuple[bytes | None, bytes, bytes]:
    """The name that an expansion reads, and its text before and after that."""
    for part in node.children:
        name = part.children[0] if part.type == "subscript" else part
        if name.type in _NAMED:
            text = survey.text(node)
            before = text[: name.start_byte - node.start_byte].lstrip(b"${")
            return survey.text(name), before, text[name.end_byte - node.start_byte :]
    return None, b"", b""


def _path(node: Node) -> list[Node]:
    """The nodes from the script down to a node."""
    path = [node]
    while path[-1].parent is not None:
        path.append(path[-1].parent)
    return path[::-1]


def _is_expanded(node: Node) -> bool:
    """Whether a name is the one that ``$NAME`` or ``${NAME…}`` reads."""
    parent = node.parent
    if parent is None or parent.type not in ("simple_expansion", "expansion"):
        return False
    return _is_first(node, parent)


def _is_first(node: Node, parent: Node) -> bool:
    return next(part for part in parent.children if part.is_named).id == node.id


def _literal(survey: Survey, node: Node) -> bytes:
    """A node's text without what is expanded in it."""
    if node.type in (*BOUNDARIES, "simple_expansion", "expansion", "arithmetic_expansion"):
        return b" "
    if node.children:
        return b"".join(_literal(survey, child) for child in node.children)
    return survey.text(node)
