"""Where values get to by way of a script's variables, and what the shell does with them there.

It is told without regard to order: a variable holds whatever is assigned to it anywhere. Only what
is assigned as text counts, and the words of the script's own functions; what a command prints is
not followed, but calculating with it is noted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pup_tui.template.shell.arithmetic import Arithmetic, Unchecked
from pup_tui.template.shell.places import Reached, UnsafePlaceError
from pup_tui.template.shell.readings import OwnWords, Reading
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import Use
from pup_tui.template.shell.uses import Uses
from pup_tui.template.shell.words import prints_number

if TYPE_CHECKING:
    from tree_sitter import Node

_NUMERIC: Final = frozenset({b"#", b"?", b"$", b"!", b"RANDOM", b"SECONDS", b"LINENO", b"OPTIND"})
_NAMED: Final = ("variable_name", "special_variable_name")
_GETOPTS: Final = 3
"""Words of a ``getopts`` that reads the words of the function or script."""
_LAST_WORD: Final = re.compile(rb"(?<!\w)_(?!\w)")
_SET_BY_MATCHES: Final = frozenset({b"BASH_REMATCH", b".sh.match", b"match", b"MATCH"})
_MATCHES: Final = re.compile(rb"=~\s*(\S+)")
_GROUP: Final = re.compile(rb"\(([^()]*)\)")
_NUMBER: Final = re.compile(rb"(?:\[0-9\]|\[\[:digit:\]\])(?:[+*?]|\{[0-9,]+\})?")
_WHOLE_MATCH: Final = re.compile(
    rb"BASH_REMATCH(?:\[0\]|\[?[@*]|\b(?!\[))|\bMATCH\b|\.sh\.match\[0"
)
_MADE_NAME: Final = re.compile(rb"\\\$\{?\w*\$")

FlowSource = int | str
"""The number of a value in the script, or the name of a variable of the environment."""


@dataclass
class ValueFlow:
    """The result: what is asked of each source, and arithmetic that nothing vouches for."""

    asked: dict[FlowSource, Reached] = field(default_factory=dict)
    unsafe: dict[FlowSource, tuple[str, UnsafePlaceError]] = field(default_factory=dict)
    unchecked: tuple[Unchecked, ...] = ()
    commands: dict[FlowSource, str] = field(default_factory=dict)
    """The command that evaluates a value again which it gets by way of a variable."""


def follow(survey: Survey, sources: Mapping[FlowSource, frozenset[bytes]]) -> ValueFlow:
    """Follow each source from the variables that it is assigned to."""
    flow = ValueFlow()
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
        self._words = OwnWords(survey)
        self._arithmetic = Arithmetic(survey, self._words)
        self._judged: dict[int, Reading | None] = {}

    @property
    def evaluates_by_name(self) -> bool:
        """Whether an ``eval`` reads variables whose names are made when it runs: ``eval "\\$$NAME"``."""
        return any(
            _MADE_NAME.search(self._survey.text(command)) for command in self._survey.named(b"eval")
        )

    def held(self, sources: Mapping[FlowSource, frozenset[bytes]]) -> dict[bytes, set[FlowSource]]:
        """Which sources each variable may hold."""
        held: defaultdict[bytes, set[FlowSource]] = defaultdict(set)
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

    def read(self, names: Iterable[bytes]) -> list[Reading]:
        """Every place that reads one of these variables, each once."""
        return list({id(each): each for name in names for each in self._reading(name)}.values())

    def _reading(self, name: bytes) -> list[Reading]:
        expansions = (self._expansion(node) for node in self._expansions.get(name, ()))
        found = [reading for reading in expansions if reading is not None]
        others = (*self._arithmetic.readings, *self._unwritten)
        return found + [each for each in others if name in each.names]

    @cached_property
    def _unwritten(self) -> list[Reading]:
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
            Reading(
                self._words.names(b"@", node), "$@", node.start_point.row + 1, Use.DATA, targets
            )
            for node, targets in found
        ]

    @cached_property
    def _expansions(self) -> dict[bytes, list[Node]]:
        """The expansions of each variable."""
        found = defaultdict(list)
        for node in self._survey.expansions:
            name, before, _ = _parts(self._survey, node)
            if name is not None and before != b"#" and name not in _NUMERIC:
                for each in self._words.names(name, node):
                    found[each].append(node)
        return found

    def _expansion(self, node: Node) -> Reading | None:
        if node.id not in self._judged:
            self._judged[node.id] = self._judge(node)
        return self._judged[node.id]

    def _judge(self, node: Node) -> Reading | None:
        name, before, after = _parts(self._survey, node)
        if name is None:
            return None
        line = node.start_point.row + 1
        shown = self._survey.text(node).decode(errors="replace")[:60]
        if before == b"!" and not after.startswith((b"[", b"*", b"@")):
            problem = UnsafePlaceError(
                f"{shown} takes the value for the name of a variable", "write a `case` instead"
            )
            return Reading(
                self._words.names(name, node), shown, line, Use.NAME, frozenset(), problem
            )
        if re.match(rb"(?:\[[^]]*\])?@P", after):
            problem = UnsafePlaceError(f"{shown} evaluates the value", "leave `@P` out")
            return Reading(
                self._words.names(name, node), shown, line, Use.CODE, frozenset(), problem
            )
        try:
            uses = Uses(self._survey, _path(node), node.start_byte, is_reference=True)
        except UnsafePlaceError as problem:
            return Reading(
                self._words.names(name, node), shown, line, Use.CODE, frozenset(), problem
            )
        targets = frozenset(uses.targets)
        names = self._words.names(name, node)
        return Reading(names, shown, line, uses.use, targets, command=uses.command)

    def unchecked_outputs(self) -> Iterator[Unchecked]:
        """The same right where a command is run."""
        return self._arithmetic.unchecked_outputs()

    def unchecked(self, held: Mapping[bytes, set[FlowSource]]) -> Iterator[Unchecked]:
        """Arithmetic on what a command or a reading from outside has put into a variable."""
        foreign = self._foreign
        seen: set[str] = set()
        for reading in self.read(foreign):
            if reading.use not in (Use.INT, Use.NAME) or reading.shown in seen:
                continue
            if not any(map(held.get, reading.names)):
                seen.add(reading.shown)
                yield Unchecked(reading.shown, reading.line)

    @cached_property
    def _foreign(self) -> set[bytes]:
        """Variables that get what a command prints, or what ``read`` reads."""
        found = {
            name
            for name, texts in self._arithmetic.texts.items()
            for text in texts
            if re.search(rb"\$\((?!\()|`", self._survey.text(text)) and not prints_number(text)
        }
        for command in self._survey.named(b"read", b"mapfile", b"readarray"):
            found.update(word.text for word in self._survey.words(command)[1:])
        if _LAST_WORD.search(self._survey.script):
            found.add(b"_")
        if _matches_others(self._survey.script):
            found.update(_SET_BY_MATCHES)
        waiting = list(found)
        while waiting:
            for reading in self._reading(waiting.pop()):
                waiting += reading.targets - found
                found |= reading.targets
        return found


def _matches_others(script: bytes) -> bool:
    """Whether what a script reads of a match of ``=~`` may be something else than digits."""
    patterns = _MATCHES.findall(script)
    groups = [group for pattern in patterns for group in _GROUP.findall(pattern)]
    return bool(patterns) and not (
        groups
        and all(map(_NUMBER.fullmatch, groups))
        and not any(b"$" in pattern.rstrip(b"$") for pattern in patterns)
        and not _WHOLE_MATCH.search(script)
    )


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
