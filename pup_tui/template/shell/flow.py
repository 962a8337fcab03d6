"""Where values get to by way of a script's variables, and what the shell does with them there.

It is told without regard to order: a variable holds whatever is assigned to it anywhere. Only what
is assigned as text counts, and the words of the script's own functions; what a command prints is
not followed, but calculating with it is noted.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec.structs import replace

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.arithmetic import Arithmetic, name_form
from pup_tui.template.shell.check_patterns import Shape
from pup_tui.template.shell.composed import MADE
from pup_tui.template.shell.evaluated import EvaluatedTexts
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.inherited import inherited
from pup_tui.template.shell.keys import keys_name
from pup_tui.template.shell.language import BOUNDARIES
from pup_tui.template.shell.origins import OF_FOLDERS, SET_BY_MATCHES, given_by_expansions
from pup_tui.template.shell.places import (
    Need,
    NotTextError,
    Reached,
    TextOrigin,
    Unchecked,
    UnsafePlaceError,
)
from pup_tui.template.shell.readings import TAKES_PART, OwnWords, Reading
from pup_tui.template.shell.redirections import path_to
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import Use, tables
from pup_tui.template.shell.uses import Uses
from pup_tui.template.shell.words import (
    ALL_OR_REST,
    READING,
    SUBSTITUTION,
    ShellWord,
    is_calculation,
    loop_words,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_NEEDS: Final = {
    Use.STARTUP: Need.STARTUP,
    Use.WORD: Need.WORD,
    Use.BEGINNING: Need.BEGINNING,
    Use.PIECE: Need.PIECE,
    Use.INT: Need.PLAIN,
    Use.OPERAND: Need.OPERAND,
}
"""What a use asks of a text of which a part may get there, in the order in which texts are checked."""

_CHECKED: Final = (Use.PIECE, Use.BEGINNING, Use.WORD, Use.INT, Use.NAME)
_NUMERIC: Final = frozenset({b"#", b"?", b"$", b"!", b"RANDOM", b"SECONDS", b"LINENO", b"OPTIND"})
_NAMED: Final = ("variable_name", "special_variable_name")
_STEPS: Final = 10
_FOLDERS: Final = late_pattern(rb"~[-+0-9]")
"""What stands for one of them."""
_GETOPTS: Final = 3
"""Words of a ``getopts`` that reads the words of the function or script."""
_LAST_WORD: Final = late_pattern(rb"(?<!\w)_(?!\w)")

_MATCHES: Final = late_pattern(rb"=~\s*(\S+)")
_GROUP: Final = late_pattern(rb"\(([^()]*)\)")
_NUMBER: Final = late_pattern(rb"(?:\[0-9\]|\[\[:digit:\]\])(?:[+*?]|\{[0-9,]+\})?")
_WHOLE_MATCH: Final = late_pattern(
    rb"BASH_REMATCH(?:\[0\]|\[?[@*]|\b(?!\[))|\bMATCH\b|\.sh\.match\[0"
)
_KEYS_OR_NAMES: Final = late_pattern(rb"\[[@*]\]\}|[@*]\}")
"""What follows a name in ``${!NAME[@]}`` and ``${!NAME*}``."""
_EXPORTS: Final = late_pattern(rb"(?:export|readonly)\s+(?![-+])")
_TERMINAL: Final = late_pattern(rb"\s-t\s")
_NAME: Final = late_pattern(rb"[A-Za-z_]\w*")
_PATTERN: Final = late_pattern(rb"(?<![\\=])[*?]")
_INSTEAD: Final = late_pattern(rb"(?:\[[^]]*\])?:?\+")
"""What follows a name in ``${NAME:+TEXT}``, which gives nothing of the variable's own text."""
_PROMPT: Final = late_pattern(rb"(?:\[[^]]*\])?@P")
_WORDS: Final = late_pattern(rb"[A-Za-z_][\w-]*")
_SPLITTING: Final = frozenset({"command", "declaration_command", "array", "for_statement"})
_KEEPING: Final = frozenset(
    {"string", "heredoc_body", "herestring_redirect", "variable_assignment"}
)
_OUTSIDE: Final = late_pattern(rb"\$\((?!\()|`|(?<!\\)[*?]")
"""What a command prints, or the names of files."""

FlowSource = int | str
"""The number of a value in the script, or the name of a variable of the environment."""


_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class ValueFlow:
    """The result: what is asked of each source, and arithmetic that nothing vouches for."""

    asked: dict[FlowSource, tuple[Reached, ...]]
    """All that is asked of each, or that it is a number, which meets everything else."""
    unsafe: dict[FlowSource, tuple[str, UnsafePlaceError]]
    unchecked: tuple[Unchecked, ...]
    commands: dict[FlowSource, str]
    """The command that evaluates a value again which it gets by way of a variable."""


def follow(
    survey: Survey,
    sources: Mapping[FlowSource, frozenset[bytes]],
    split: frozenset[FlowSource] = frozenset(),
    cut: frozenset[FlowSource] = frozenset(),
) -> ValueFlow:
    """Follow each source from the variables that it is assigned to: ``split`` in parts, ``cut`` in lines."""
    spend_on_judging(_STEPS + len(sources))
    of_env = (names for source, names in sources.items() if isinstance(source, str))
    outside = frozenset(chain.from_iterable(of_env))
    graph = _Graph(survey, frozenset(chain.from_iterable(sources.values())), outside)
    held = graph.reached(name for names in sources.values() for name in names)
    readings = [*graph.read(held), *graph.named_in_texts(held)]
    uncut = [reading for reading in readings if not reading.is_part]
    numbers = _nearest_asked(uncut, Use.INT, Need.NUMBER)
    found = {use: _nearest_asked(readings, use, need) for use, need in _NEEDS.items()}
    begun = _nearest(readings, lambda each: _begun_anywhere(each, found))
    by_name = dict.fromkeys(held, "eval") if graph.texts.are_by_name else {}
    by_functions = dict.fromkeys(sources, "eval") if graph.texts.define_functions else {}
    in_parts = {source: sources[source] for source in split}
    in_cuts = {source: sources[source] for source in split | cut}
    needs: list[dict[FlowSource, Reached]] = [
        *(_of_sources(sources, each) for use, each in found.items() if use is not Use.OPERAND),
        _as_operands(_of_sources(in_parts, found[Use.WORD])),
        _as_operands(_of_sources(in_parts, found[Use.BEGINNING])),
        _as_operands(_of_sources(in_cuts, found[Use.OPERAND])),
        _as_operands(_of_sources(sources, begun)),
        _of_sources(sources, found[Use.OPERAND]),
    ]
    asked = {
        source: tuple(dict.fromkeys(each[source] for each in needs if source in each))
        for source in sources
    }
    whole = {source: sources[source] for source in sources.keys() - split}
    asked |= {source: (number,) for source, number in _of_sources(whole, numbers).items()}
    derived = [
        Unchecked(each.variable, each.line, TextOrigin.PART)
        for each in dict.fromkeys(chain.from_iterable(asked.values()))
        if each.need is Need.PLAIN and graph.runs_arithmetic
        if (each.variable, each.line) not in graph.checked_at(readings)
    ]
    return ValueFlow(
        asked=asked,
        unsafe=_of_sources(sources, _nearest(readings, _problem)),
        unchecked=(
            *graph.composed(held),
            *derived,
            *graph.unchecked(held),
            *graph.unchecked_outputs(),
            *graph.inherited(held),
        ),
        # Of several commands the one that is known to get the value counts, which comes last.
        commands=by_functions
        | _of_sources(sources, by_name)
        | _of_sources(sources, _nearest(readings, lambda each: each.command)),
    )


def _problem(reading: Reading) -> tuple[str, UnsafePlaceError] | None:
    return (reading.shown, reading.problem) if reading.problem is not None else None


def _asked(reading: Reading, use: Use, need: Need) -> Reached | None:
    return Reached(reading.shown, reading.line, need) if reading.use is use else None


def _nearest_asked(readings: Iterable[Reading], use: Use, need: Need) -> dict[bytes, Reached]:
    return _nearest(readings, lambda each: _asked(each, use, need))


def _nearest(
    readings: Iterable[Reading], pick: Callable[[Reading], _Found | None]
) -> dict[bytes, _Found]:
    """For each variable what is picked of the nearest of these places that its text gets to."""
    found: dict[bytes, _Found] = {}
    leading: defaultdict[bytes, list[Reading]] = defaultdict(list)
    waiting: deque[bytes] = deque()

    def note(reading: Reading, picked: _Found) -> None:
        for name in reading.names:
            if name not in found:
                found[name] = picked
                waiting.append(name)

    for reading in readings:
        for target in reading.targets:
            leading[target].append(reading)
        picked = pick(reading)
        if picked is not None:
            note(reading, picked)
    while waiting:
        target = waiting.popleft()
        for reading in leading[target]:
            note(reading, found[target])
    return found


def _begun_anywhere(
    reading: Reading, found: Mapping[Use, Mapping[bytes, Reached]]
) -> Reached | None:
    """Where what a reading cuts out of a text must not begin with a sign: of one word only a part may.

    ``found`` are the places that the text of each variable gets to, by what they ask.
    """
    ways = (
        (reading.is_cut, Use.OPERAND),
        (reading.is_part, Use.BEGINNING),
        (reading.is_part, Use.WORD),
    )
    for is_cut, use in ways:
        places = found[use]
        further = (places[name] for name in sorted(reading.targets & places.keys()))
        reached = _asked(reading, use, _NEEDS[use]) or next(further, None)
        if is_cut and reached is not None:
            return reached
    return None


def _as_operands(found: Mapping[FlowSource, Reached]) -> dict[FlowSource, Reached]:
    """Ask of each piece that a source is cut into that it is no option there."""
    return {source: replace(each, need=Need.OPERANDS) for source, each in found.items()}


def _of_sources(
    sources: Mapping[FlowSource, frozenset[bytes]], found: Mapping[bytes, _Found]
) -> dict[FlowSource, _Found]:
    """What was found for the variables of each source."""
    told: dict[FlowSource, _Found] = {}
    for source, names in sources.items():
        for name in sorted(names & found.keys()):
            told.setdefault(source, found[name])
    return told


class _Graph:
    """The variables of a script and the places where they are read."""

    def __init__(self, survey: Survey, given: frozenset[bytes], outside: frozenset[bytes]) -> None:
        """``given`` are the variables that values get to first, ``outside`` those of the environment."""
        self._survey = survey
        self._given = given
        self._words = OwnWords(survey)
        self._arithmetic = Arithmetic(survey, self._words, outside)
        self.texts = EvaluatedTexts(survey, self._words)
        self._judged: dict[int, Reading | None] = {}
        self._apart: dict[int, tuple[Reading, ...]] = {}
        self.runs_arithmetic = any(
            table.runs_what_it_calculates_with for table in tables(survey.shell)
        )

    def reached(self, names: Iterable[bytes]) -> frozenset[bytes]:
        """These variables and those that their text gets to."""
        found = set(names)
        waiting = list(found)
        while waiting:
            spend_on_judging(1)
            for reading in self._reading(waiting.pop()):
                waiting += reading.targets - found
                found |= reading.targets
        return frozenset(found)

    def read(self, names: Iterable[bytes]) -> list[Reading]:
        """Every place that reads one of these variables, each once, in the order of the script."""
        readings = {id(each): each for name in names for each in self._reading(name)}
        return sorted(readings.values(), key=lambda each: each.line)

    def named_in_texts(self, held: frozenset[bytes]) -> Iterator[Reading]:
        """Variables that are calculated with as a text of the script names them: of ``n=X; let "$n"`` X."""
        holders = self._arithmetic.holders
        made = [(name_form(each), targets) for each, targets in holders.items() if MADE in each]
        for name in sorted(held):
            found = {*holders.get(name, ())}
            found.update(*(targets for form, targets in made if form.fullmatch(name)))
            waiting = [*found]
            while waiting:
                further = self.reached(holders.get(waiting.pop(), ())) - found
                found |= further
                waiting += further
            reading = next(filter(self._calculates, self.read(self.reached(found))), None)
            if reading is not None:
                yield Reading((name,), reading.shown, reading.line, Use.INT, frozenset())

    def _calculates(self, reading: Reading) -> bool:
        """Whether a variable's text is calculated with there, be it in the index of a name."""
        in_index = rb"(?<=\w)\[[^]\n]*" + re.escape(reading.shown.encode())
        is_index = reading.problem is not None and re.search(in_index, self._survey.written)
        return reading.use is Use.INT or bool(is_index)

    def _reading(self, name: bytes) -> list[Reading]:
        nodes = self._expansions.get(name, ())
        found = [each for node in nodes for each in self._read_at(node) if name in each.names]
        return found + self._bare.get(name, [])

    def _read_at(self, node: Node) -> Sequence[Reading]:
        """What an expansion reads; of all own words that are handed on, each for itself."""
        reading = self._expansion(node)
        if reading is None:
            return ()
        if node.id not in self._apart:
            self._apart[node.id] = (*self._handed_on(node, reading),) or (reading,)
        return self._apart[node.id]

    def _handed_on(self, node: Node, reading: Reading) -> Iterator[Reading]:
        """What ``"$@"`` reads where it is handed on to a function: which own words become which of that."""
        word, gone = node.parent, self._survey.shifts.before(node)
        rest = ALL_OR_REST.fullmatch(self._survey.text(word)) if word is not None else None
        if word is None or rest is None or gone is None or len(gone) != 1:
            return
        first = gone[0] + int(rest[1] or 1)
        call = word.parent
        words = self._survey.words(call) if call is not None and call.type == "command" else []
        at = next((i for i, each in enumerate(words) if each.node.id == word.id), 0)
        name = words[0].text if words else b""
        if not at or reading.targets != {b"%s 0" % name} or name not in self._survey.functions:
            return
        for own in reading.names:
            number = int(own.rpartition(b" ")[2])
            if number == 0:
                yield replace(reading, names=(own,))
            elif number >= first:
                target = self._survey.own_word(name, words, at, number - first)
                yield replace(reading, names=(own,), targets=frozenset((target,)))

    @cached_property
    def _bare(self) -> dict[bytes, list[Reading]]:
        """What reads each variable without an expansion of it."""
        found: dict[bytes, list[Reading]] = {}
        for reading in (
            *self._arithmetic.readings,
            *self._unwritten,
            *self._indirect,
            *self.texts.readings(),
        ):
            for name in reading.names:
                found.setdefault(name, []).append(reading)
        return found

    @cached_property
    def _unwritten(self) -> list[Reading]:
        """What reads all of a function's own words without naming them: ``for x; do``, ``getopts``."""
        found = [
            (node, frozenset((self._survey.text(node.children[1]),)))
            for node in self._survey.loops
            if not any(part.type == "in" for part in node.children)
        ]
        for command, words in self._survey.named(b"getopts"):
            if len(words) == _GETOPTS:
                found.append((command, frozenset((b"OPTARG", words[2].text))))
        for command, words in self._survey.named(b"zparseopts"):
            named = (_WORDS.findall(word.text) for word in words[1:])
            found.append((command, frozenset(chain.from_iterable(named))))
        return [
            Reading(
                self._words.names(b"@", node),
                "$@",
                self._survey.line(node),
                max(map(self._survey.assigned, targets), default=Use.DATA),
                targets,
            )
            for node, targets in found
        ]

    @cached_property
    def _indirect(self) -> list[Reading]:
        """What ``${!NAME}`` may read: variables that a text names, and a function's own words by a number."""
        found: list[Reading] = []
        for node in self._survey.expansions:
            name, _, after = _parts(self._survey, node)
            name = name or b"@"
            is_made = self._survey.script.startswith(b"${!", node.start_byte)
            is_made = is_made and not _KEYS_OR_NAMES.match(after)
            is_prompt = _PROMPT.match(after) is not None
            if not (is_made or is_prompt) and self._survey.references.isdisjoint((name, ANY)):
                continue
            texts = self._words.names(name, node)
            is_any = is_made and is_prompt
            named = self._given if is_any else self._arithmetic.may_be_named_in(texts, self._given)
            names = (*self._words.names(b"@", node), *sorted(named))
            found.append(
                self._as_prompt(node, names) if is_prompt else self._used(node, names, after)
            )
        return found

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

    def _names(self, name: bytes, node: Node) -> tuple[bytes, ...]:
        """What an expansion reads: a variable, a function's own words, or the keys of an array too."""
        names = self._words.names(name, node)
        if not self._survey.script.startswith(b"${!", node.start_byte):
            return names
        return (*names, keys_name(name))

    def _expansion(self, node: Node) -> Reading | None:
        if node.id not in self._judged:
            self._judged[node.id] = self._judge(node)
        return self._judged[node.id]

    def _judge(self, node: Node) -> Reading | None:
        name, before, after = _parts(self._survey, node)
        if name is None or _INSTEAD.match(after):
            return None
        names = self._names(name, node)
        line = self._survey.line(node)
        shown = self._survey.shown(node)[:60]
        if before == b"!" and not _KEYS_OR_NAMES.match(after) and not _PROMPT.match(after):
            problem = UnsafePlaceError(
                f"{shown} takes the value for the name of a variable", "write a `case` instead"
            )
            return Reading(names, shown, line, Use.NAME, frozenset(), problem, at=node.start_byte)
        if _PROMPT.match(after):
            return self._as_prompt(node, names)
        return self._used(node, names, after)

    def _as_prompt(self, node: Node, names: tuple[bytes, ...]) -> Reading:
        """What expands a text as a prompt, with the variables that it names."""
        shown = self._survey.shown(node)[:60]
        problem = UnsafePlaceError(f"{shown} evaluates the value", "leave `@P` out")
        return Reading(names, shown, self._survey.line(node), Use.CODE, frozenset(), problem)

    def _used(self, node: Node, names: tuple[bytes, ...], after: bytes) -> Reading:
        """What is done with the text that an expansion stands for."""
        line = self._survey.line(node)
        shown = self._survey.shown(node)[:60]
        path = path_to(self._survey.root, node)
        try:
            uses = Uses(self._survey, path, node.start_byte, is_reference=True)
        except UnsafePlaceError as problem:
            return Reading(names, shown, line, Use.CODE, frozenset(), problem, at=node.start_byte)
        is_part = uses.is_part or TAKES_PART.match(after) is not None
        return Reading(
            names,
            shown,
            line,
            uses.use,
            frozenset(uses.targets),
            command=uses.command,
            is_part=is_part,
            is_cut=is_part or uses.is_cut or _becomes_words(path),
            at=node.start_byte,
        )

    def unchecked_outputs(self) -> Iterator[Unchecked]:
        """The same right where a command is run."""
        for node in self._arithmetic.outputs():
            is_calculated = self.runs_arithmetic and self._arithmetic.calculates_with(node)
            if is_calculated or self._is_evaluated(node):
                yield Unchecked("$(…)", self._survey.line(node))

        for name, loops in self._survey.loops_over.items():
            is_number = self.runs_arithmetic and self._survey.is_number(name)
            if is_number and any(map(self._is_outside, chain(*map(loop_words, loops)))):
                yield Unchecked(name.decode(), self._survey.line(loops[0]))

        for word in self._patterns():
            if self._is_named(word.node):
                yield Unchecked(self._survey.shown(word.node), self._survey.line(word.node))

    def _patterns(self) -> Iterator[ShellWord]:
        """The words of commands that become the names of files."""
        if not _PATTERN.search(self._survey.script):
            return
        commands = (each for each in self._survey.commands if not self._is_calculation(each))
        for word in chain.from_iterable(self._survey.words(each)[1:] for each in commands):
            if word.node.type == "word" and _PATTERN.search(word.raw):
                yield word

    def _is_calculation(self, command: Node) -> bool:
        """Whether it is what stands in ``$((…))``."""
        around = command.parent.parent if command.parent is not None else None
        return around is not None and is_calculation(self._survey.text(around))

    def _is_named(self, word: Node) -> bool:
        """Whether a word stands where a command takes a name, or a number that it calculates with."""
        try:
            path = path_to(self._survey.root, word)
            uses = Uses(self._survey, path, word.start_byte, is_reference=True)
        except UnsafePlaceError as problem:
            return isinstance(problem, NotTextError)
        return self.runs_arithmetic and uses.use is Use.INT

    def _is_evaluated(self, node: Node) -> bool:
        """Whether the shell takes what a command prints for a name or, other than in a test, for a number."""
        path = _below(path_to(self._survey.root, node), BOUNDARIES)
        if self._survey.shell not in ("ksh", "zsh") and any(map(self._only_names, path)):
            return False
        tests = [
            self._survey.text(each)
            for each in path[1:-1]
            if each.type == "test_command" or self._survey.text(each).startswith((b"test ", b"[ "))
        ]
        is_number = self._survey.shell == "zsh" and any(map(_TERMINAL.search, tests))
        try:
            uses = Uses(self._survey, path, node.start_byte, is_reference=True)
        except UnsafePlaceError as problem:
            return isinstance(problem, NotTextError)
        is_calculated = self.runs_arithmetic and uses.use is Use.INT
        return is_calculated and (is_number or not tests)

    def _only_names(self, node: Node) -> bool:
        """Whether this is the usual way to take in a file of variables: `export $(grep … .env)`."""
        is_declaration = node.type == "declaration_command"
        return is_declaration and _EXPORTS.match(self._survey.text(node)) is not None

    def unchecked(self, held: frozenset[bytes]) -> Iterator[Unchecked]:
        """Arithmetic on what a command or a reading from outside has put into a variable."""
        seen: set[str] = set()
        for reading in self.read(self._foreign):
            if reading.shown in seen or not self._is_checked(reading) or self._is_known(reading):
                continue
            if held.isdisjoint(reading.names):
                seen.add(reading.shown)
                yield Unchecked(reading.shown, reading.line)

    def checked_at(self, readings: Iterable[Reading]) -> set[tuple[str, int]]:
        """Where the script calculates with what it has checked, as it stands there and on which line."""
        calculated = [each for each in readings if each.use is Use.INT]
        others = {(each.shown, each.line) for each in calculated if not self._is_known(each)}
        return {(each.shown, each.line) for each in calculated} - others

    def _is_known(self, reading: Reading) -> bool:
        """Whether the script has checked before what it reads there."""
        is_name = isinstance(reading.problem, NotTextError)
        shape = Shape.NAME if is_name else Shape.NUMBER
        checks = self._arithmetic.checks
        return reading.at >= 0 and checks.hold(reading.names, shape, reading.at)

    def composed(self, held: frozenset[bytes]) -> Iterator[Unchecked]:
        """Arithmetic on names that texts hold, of variables that hold what is not the script's own."""
        if not self.runs_arithmetic:
            return
        for reading in self._named_by_parts(held):
            if reading.use is Use.INT or reading.problem is not None:
                yield Unchecked(reading.shown, reading.line, TextOrigin.COMPOSED)
        for node in self._survey.escaped if held else ():
            text = self._survey.text(node)
            if b"\\" in text and self._is_named(node):
                shown = text.decode(errors="replace")[:60]
                yield Unchecked(shown, self._survey.line(node), TextOrigin.COMPOSED)

    def _named_by_parts(self, held: frozenset[bytes]) -> Iterator[Reading]:
        """What is done with texts that may be any name, or name what is not the script's own."""
        if held:
            composed = self._arithmetic.composed
            calculated = chain.from_iterable(each.names for each in self._arithmetic.written)
            made = self.reached(composed.names({*calculated})) - held - self._foreign
            yield from (each for each in self.read(made) if not self._is_known(each))
            for node in self._survey.expansions:
                if composed.is_made(node):
                    reading = self._expansion(node)
                    if reading is not None and held.isdisjoint(reading.names):
                        yield reading
        yield from self.named_in_texts(self._foreign - held)

    def _is_checked(self, reading: Reading) -> bool:
        """Whether what a variable gets from outside may run there."""
        if reading.use is Use.INT and reading.problem is None:
            return self.runs_arithmetic
        return reading.use in _CHECKED or reading.problem is not None

    def inherited(self, held: frozenset[bytes]) -> Iterator[Unchecked]:
        """Arithmetic on what the environment has put into a variable."""
        if not self.runs_arithmetic:
            return
        written = chain.from_iterable(each.names for each in self._arithmetic.written)
        names = {*written, *self._expansions} - held - SET_BY_MATCHES
        for name in sorted(inherited(self._survey, names)):
            readings = self.read(self.reached((name,)) - held - self._foreign)
            calculated = (each for each in readings if each.use is Use.INT)
            used = next((each for each in calculated if not self._is_known(each)), None)
            if used is not None:
                origin = TextOrigin.ENVIRONMENT
                yield Unchecked(used.shown, used.line, origin, name.decode())

    @cached_property
    def _foreign(self) -> frozenset[bytes]:
        """Variables that get what a command prints, what is read, or the names of files and folders."""
        found = {
            *OF_FOLDERS,
            # What `select` reads, whatever its own variable gets.
            *((b"REPLY",) if self._survey.loops else ()),
        } | {
            name
            for name, texts in self._survey.texts_of.items()
            for text in texts
            if self._is_outside(text)
            # What is calculated is a number; what it is calculated from is a reading of its own.
            and text.type != "arithmetic_expansion"
        }
        found.update(self.texts.printed())
        filled = {*self._filled_from_outside()}
        may_be_any = ANY in filled
        found.update(_NAME.findall(self._survey.script) if may_be_any else filled)
        for _, words in self._survey.named(*READING):
            found.update((b"REPLY", b"MAPFILE"), (word.text for word in words[1:]))
        for name, loops in self._survey.loops_over.items():
            if any(map(self._is_outside, chain.from_iterable(map(loop_words, loops)))):
                found.add(name)
        for name in self._survey.functions:
            for _, words in self._survey.named(name):
                found.update(self._called_with_outside(name, words))
        if _LAST_WORD.search(self._survey.script):
            found.add(b"_")
        if _matches_others(self._survey.script):
            found.update(SET_BY_MATCHES)
        return self._unchecked_reach(found)

    def _unchecked_reach(self, names: set[bytes]) -> frozenset[bytes]:
        """These variables and those that their text gets to, other than where it was checked before."""
        numbers = self._arithmetic.numbers

        def holds(name: bytes) -> bool:
            return b" " not in name and numbers.holds(name)

        found = {name for name in names if not holds(name)}
        waiting = [*found]
        while waiting:
            for reading in self._reading(waiting.pop()):
                further = {name for name in reading.targets - found if not holds(name)}
                if further and not (
                    reading.at >= 0 and self._arithmetic.are_checked(reading.names, reading.at)
                ):
                    found |= further
                    waiting += further
        return frozenset(found)

    def _filled_from_outside(self) -> Iterator[bytes]:
        """What builtins, and ``${NAME:=TEXT}``, give such a text; `ANY` where a name is made."""
        for words in map(self._survey.words, self._survey.commands):
            names = {name for name, _ in self._survey.runs(words)}
            is_outside = any(self._is_outside(word.node) for word in words[1:])
            if not READING.isdisjoint(names) or (is_outside and b"eval" not in names):
                yield from self._survey.fills(words)
        for command, words in self._survey.named(b"set"):
            if any(self._is_outside(word.node) for word in words[1:]):
                yield from self._words.names(b"@", command)
        for assignment in self._survey.assignments_to.get(b"argv", ()):
            if self._is_outside(assignment.children[-1]):
                yield from self._words.names(b"@", assignment)
        for _, words in self._survey.named(b"getopts"):
            if any(self._is_outside(word.node) for word in words[_GETOPTS:]):
                yield from (b"OPTARG", words[2].text)
        for node in self._survey.expansions:
            text = self._survey.text(node)
            if SUBSTITUTION.search(text):
                yield from given_by_expansions(text)

    def _called_with_outside(self, name: bytes, words: Sequence[ShellWord]) -> Iterator[bytes]:
        """Own words of a function that are what a command prints, or the names of files."""
        own = self._survey.own_words(name, words)[1:]
        yield from (
            each for each, word in zip(own, words[1:], strict=True) if self._is_outside(word.node)
        )

    def _is_outside(self, node: Node) -> bool:
        """Whether a text is what a command prints that may be no number, or, in a list, names files."""
        parent = node.parent
        is_list = node.type == "array" or parent is None or parent.type != "variable_assignment"
        is_text = node.type in ("string", "raw_string") or not is_list
        outside = SUBSTITUTION if is_text else _OUTSIDE
        text = self._survey.text(node)
        return _FOLDERS.match(text) is not None or (
            outside.search(text) is not None and not self._arithmetic.numbers.printed(node)
        )


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


def _becomes_words(path: Sequence[Node]) -> bool:
    """Whether the shell splits what an expansion at the end of a path stands for."""
    kinds = (node.type for node in reversed(path[:-1]))
    return next((kind in _SPLITTING for kind in kinds if kind in _KEEPING | _SPLITTING), False)


def _below(path: list[Node], kinds: Container[str]) -> list[Node]:
    """The end of a path, from the innermost node around its last one that is of some kinds."""
    at = next((i for i in range(len(path) - 2, -1, -1) if path[i].type in kinds), 0)
    return path[at:]
