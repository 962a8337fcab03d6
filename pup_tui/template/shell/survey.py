"""What a script itself says: its functions, assignments and commands, found once for all values."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import MAX_EVALUATED, TooMuchToJudgeError, spend_on_judging
from pup_tui.template.shell.builtins import Forwarded, Names, PassedWords
from pup_tui.template.shell.command_names import CommandNames
from pup_tui.template.shell.declarations import Declarations, made_of, may_refer
from pup_tui.template.shell.fills import ANY, filled
from pup_tui.template.shell.grammar import read
from pup_tui.template.shell.heredocs import DESCRIPTOR
from pup_tui.template.shell.kept import KeptWords
from pup_tui.template.shell.known_formats import formats_of
from pup_tui.template.shell.language import FUNCTION, FoundNodes
from pup_tui.template.shell.origins import given_by_expansions
from pup_tui.template.shell.shifts import ANY_WORD, Shifts
from pup_tui.template.shell.spelling import Spelling
from pup_tui.template.shell.tables import Use, parameter_use, tables
from pup_tui.template.shell.words import (
    ONE_VARIABLE,
    READING,
    UNKNOWN,
    ShellWord,
    assigned_by,
    command_nodes,
    read_word,
)

if TYPE_CHECKING:
    from tree_sitter import Node

COMMANDS: Final = frozenset({"command", "declaration_command", "unset_command"})

_ESCAPED_OR_QUOTE: Final = late_pattern(rb"\\.|['\"`]|\$[({\[]", re.DOTALL)
_ESCAPED_OR_BACKTICK: Final = late_pattern(rb"\\.|`", re.DOTALL)
_STEPS_PER_FUNCTION: Final = 10
_WORDS_PER_STEP: Final = 20
_FILLS_BY_TEXT: Final = frozenset({"sh", "bash"})
"""Shells whose declarations take a text for the elements of an array."""
_ELEMENTS: Final = late_pattern(rb"(?<![\w$])([A-Za-z_]\w*)(?:\[|\+?=\()")
_COPROCESS: Final = late_pattern(rb"\bcoproc\s+([A-Za-z_]\w*)")
_OWN_ARRAYS: Final = frozenset(
    {
        *(b"BASH_LINENO", b"BASH_REMATCH", b"BASH_SOURCE", b"BASH_VERSINFO", b"COMPREPLY"),
        *(b"COMP_WORDS", b"COPROC", b"MAPFILE", b"PIPESTATUS"),
    }
)
"""The arrays that bash itself fills, without those to which nothing can be assigned."""
_ARRAY_OPTION: Final = late_pattern(rb"-[A-Za-z]*a")
_READS: Final = late_pattern(rb"[$`(\[=<>*?]|\b(?:for|select|repeat)\b")
_NAME: Final = late_pattern(rb"[A-Za-z_][A-Za-z0-9_]*")
_OWN_WORD: Final = late_pattern(rb"\"?\$(?:\{?([1-9][0-9]*)|\{[@*]:([1-9])\}|\{?[@*])")
MOST_NUMBERED: Final = 32
"""The words of a function that are told apart by their number."""
_ALIASES: Final = late_pattern(rb"\b[gs]aliases\b")
_WORDS: Final = late_pattern(rb"[A-Za-z_][\w-]*")
_DEFINES: Final = late_pattern(rb"\(\s*\)|\bfunction\b")
_CALCULATING: Final = (
    *("expansion", "arithmetic_expansion", "subscript", "c_style_for_statement"),
    *("binary_expression", "unary_expression", "compound_statement", "command_substitution"),
)
"""What may calculate."""


def _may_be_array_option(word: ShellWord) -> bool:
    """Whether a word of ``read`` may be ``-a``."""
    return _ARRAY_OPTION.match(word.text) is not None or (word.spreads and not word.is_literal)


def _joined(words: Sequence[ShellWord]) -> list[ShellWord]:
    """The words of a declaration, of which the grammar makes several of ``N"AME=TEXT"``."""
    found: list[ShellWord] = []
    for word in words:
        if found and found[-1].node.end_byte == word.node.start_byte:
            before = found.pop()
            word = replace(
                word,
                raw=before.raw + word.raw,
                text=before.text + word.text,
                spreads=before.spreads or word.spreads,
                holds_value=before.holds_value or word.holds_value,
            )
        found.append(word)
    return found


class Survey:
    """What was found in the tree of a script; `marker` matches what stands in the place of values.

    In ``script`` some of it is spelled in another way for the grammar; ``written`` is what stands there
    instead, and ``spelling`` how its places have moved. ``formats`` are the texts of variables that are a
    format, by `known_formats`; ``depth`` tells in how many texts that are evaluated it stands.
    """

    def __init__(
        self,
        root: Node,
        script: bytes,
        shell: str,
        marker: re.Pattern[bytes],
        written: bytes | None = None,
        spelling: Spelling | None = None,
        formats: Mapping[bytes, tuple[bytes, ...]] = {},
        depth: int = 0,
    ) -> None:
        self.root = root
        self.script = script
        self.written = script if written is None else written
        self.shell = shell
        self.marker = marker
        self._spelling = spelling or Spelling()
        self._formats = formats
        self._depth = depth
        self._other_formats: dict[int, tuple[bytes, ...]] = {}
        self._words: dict[int, list[ShellWord]] = {}
        self._first_quotes: dict[int, int] = {}
        self.passed: defaultdict[int, PassedWords] = defaultdict(dict)

    def text(self, node: Node) -> bytes:
        """The script's text of a node; `Node.text` asks the parser's source piece by piece."""
        return self.script[node.start_byte : node.end_byte]

    def line(self, node: Node) -> int:
        """The line of the script, from 1, on which a node begins."""
        return node.start_point.row + 1 + self._spelling.lines_missing(node.start_byte)

    def first_quote(self, node: Node, only_backticks: bool) -> int:
        """Where in a node the first quote is that no backslash escapes; at its end if none."""
        if node.id not in self._first_quotes:
            pattern = _ESCAPED_OR_BACKTICK if only_backticks else _ESCAPED_OR_QUOTE
            quotes = (
                match.start()
                for match in pattern.finditer(self.script, node.start_byte, node.end_byte)
                if match[0][:1] != b"\\"
            )
            self._first_quotes[node.id] = next(quotes, node.end_byte)
        return self._first_quotes[node.id]

    def scope_of(self, node: Node) -> bytes:
        """The name of the function around a node; empty outside of all."""
        around = self._found.functions_around(node) if self.functions else ()
        function = next((each for each in around if each.id != node.id), None)
        name = function.child_by_field_name("name") if function is not None else None
        return self.text(name) if name is not None else b""

    def function_around(self, place: Node) -> Node | None:
        """The innermost function in which a node stands."""
        return self._found.function_around(place)

    @cached_property
    def _found(self) -> FoundNodes:
        return FoundNodes(self.root)

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it can read a variable, be it by a bare name."""
        names = {name for table in tables(self.shell) for name in table.calculating}
        return _READS.search(self.script) is None and names.isdisjoint(_WORDS.findall(self.script))

    def as_written(self, node: Node) -> bytes:
        """The text of a node as it stands in the script."""
        return self.written[node.start_byte : node.end_byte]

    def shown(self, node: Node) -> str:
        """The text of a node to tell somebody of it."""
        return self.as_written(node).decode(errors="replace")

    @property
    def commands(self) -> list[Node]:
        """Every command, declarations too, in the order of the script."""
        return self._found.of("command", "declaration_command", "unset_command")

    @cached_property
    def _command_starts(self) -> list[int]:
        return [command.start_byte for command in self.commands]

    def commands_within(self, node: Node) -> list[Node]:
        """The commands that begin within a node."""
        first = bisect_left(self._command_starts, node.start_byte)
        return self.commands[first : bisect_left(self._command_starts, node.end_byte)]

    @property
    def assignments(self) -> list[Node]:
        """Every ``NAME=…``."""
        return self._found.of("variable_assignment")

    @property
    def loops(self) -> list[Node]:
        """Every ``for`` and ``select``."""
        return self._found.of("for_statement")

    @cached_property
    def assignments_to(self) -> dict[bytes, list[Node]]:
        """The assignments to each variable, or to an element of it."""
        found = defaultdict(list)
        for assignment in self.assignments:
            found[self.text(assignment.children[0]).split(b"[", 1)[0]].append(assignment)
        return dict(found)

    @cached_property
    def texts_of(self) -> dict[bytes, list[Node]]:
        """What is assigned to each variable: of ``export "NAME=TEXT"`` the whole word."""
        found: defaultdict[bytes, list[Node]] = defaultdict(list)
        for name, assignments in self.assignments_to.items():
            for assignment in assignments:
                found[name] += assignment.children[2:]
        declaring = {name for table in tables(self.shell) for name in table.declaring}
        for _, words in self.named(*declaring):
            for word in words[1:]:
                assigned = assigned_by(word)
                if assigned is not None and word.node.type != "variable_assignment":
                    found[assigned].append(word.node)
        return dict(found)

    @cached_property
    def loops_over(self) -> dict[bytes, list[Node]]:
        """The ``for`` and ``select`` of each variable."""
        found = defaultdict(list)
        for loop in self.loops:
            found[self.text(loop.children[1])].append(loop)
        return dict(found)

    @property
    def escaped(self) -> list[Node]:
        """Every ``$'…'``."""
        return self._found.of("ansi_c_string")

    @property
    def expansions(self) -> list[Node]:
        """Every ``$NAME`` and ``${…}``."""
        return self._found.of("simple_expansion", "expansion")

    @property
    def arithmetic(self) -> list[Node]:
        """Every node that may calculate."""
        return self._found.of(*_CALCULATING)

    def named(self, *names: bytes) -> list[tuple[Node, list[ShellWord]]]:
        """The commands that may run one of these names, and their words from that name on."""
        return [found for name in names for found in self._by_name.get(name, ())]

    @cached_property
    def _by_name(self) -> dict[bytes, list[tuple[Node, list[ShellWord]]]]:
        found = defaultdict(list)
        for command in self.commands:
            words = self.words(command)
            for at in self.starts(words):
                for name in self.names_of(words[at]):
                    found[name].append((command, words[at:]))
                for name in () if words[at].is_literal else self._made_names(words[at]):
                    found[name].append((command, words[at:]))
        return dict(found)

    def _made_names(self, word: ShellWord) -> set[bytes]:
        """Which commands that say something of variables the name of a command may be made to be.

        `UNKNOWN` where nothing is known of it.
        """
        begun = {name for text in self.texts_of_word(word) for name in text.split(None, 1)[:1]}
        found: set[bytes] = set()
        for name in begun:
            parts = name.split(UNKNOWN)
            if len(parts) > 1:
                found |= made_of(parts) if any(parts) else {UNKNOWN}
        return found

    @cached_property
    def texts_of_word(self) -> Callable[[ShellWord], frozenset[bytes]]:
        """What a word may stand for that is no literal, with `UNKNOWN` for what is not known of it."""
        return CommandNames(self).of

    def runs(self, words: list[ShellWord]) -> Iterator[tuple[bytes, list[ShellWord]]]:
        """The commands that some words may run, and their words from each name on."""
        for at in self.starts(words):
            for name in self.names_of(words[at]):
                yield name, words[at:]

    def starts(self, words: Sequence[ShellWord]) -> list[int]:
        """Where the command that is run may begin: also behind ``command``, ``time`` and the like."""
        return self._starts(words, self._forwarders)

    def _starts(
        self, words: Sequence[ShellWord], forwarders: Mapping[bytes, Forwarded]
    ) -> list[int]:
        found = {*range(min(len(words), 1))}
        waiting = [*found]
        while waiting:
            spend_on_judging(len(waiting))
            behind = {at for start in waiting for at in self._behind(words, start, forwarders)}
            waiting = [*behind.difference(found)]
            found |= behind
        return sorted(found)

    def _behind(
        self, words: Sequence[ShellWord], start: int, forwarders: Mapping[bytes, Forwarded]
    ) -> Iterator[int]:
        """The words that may begin a command which the one that begins here runs."""
        names = self.names_of(words[start])
        spend_on_judging(max(len(names) - 1, 0))
        for name in names:
            if name in forwarders:
                yield from forwarders[name].starts(words, start, len(words))
        reach = max(map(self._reach, names), default=0)
        reach = max(reach, int(words[start].spreads))
        for at in range(start + 1, len(words)):
            if reach <= 0:
                return
            yield at
            is_option = words[at].text[:1] in (b"-", b"+")
            reach -= not is_option and (
                at == start + 1 or words[at - 1].text[:1] not in (b"-", b"+")
            )

    def _reach(self, name: bytes) -> int:
        """How many words behind a name may begin a command that it runs."""
        builtins = (table.builtins.get(name) for table in tables(self.shell))
        operands = (builtin.operands for builtin in builtins if builtin is not None)
        found = (each.index("command") + 1 for each in operands if "command" in each)
        return max(*found, 0, 0)

    def names_of(self, word: ShellWord) -> frozenset[bytes]:
        """The commands that a word may name."""
        if word.is_literal:
            return frozenset((word.text,))
        names = (text.split(None, 1)[0] for text in self.texts_of_word(word) if text.strip())
        return frozenset(name for name in names if UNKNOWN not in name)

    def is_named(self, word: ShellWord) -> bool:
        """Whether all commands are known that a word may name."""
        texts = self.texts_of_word(word)
        return bool(texts) and all(
            UNKNOWN not in text.split(None, 1)[0] for text in texts if text.strip()
        )

    @cached_property
    def functions(self) -> dict[bytes, list[Node]]:
        """The definitions of each function."""
        found = defaultdict(list)
        nodes = self._found.of(FUNCTION) if _DEFINES.search(self.script) else []
        for node in nodes:
            name = node.child_by_field_name("name")
            if name is not None:
                found[self.text(name)].append(node)
        return dict(found)

    @cached_property
    def shifts(self) -> Shifts:
        """What its functions drop of their words."""
        return Shifts(self)

    def own_words(self, function: bytes, words: Sequence[ShellWord]) -> list[bytes]:
        """The variables that stand for the words of a call: ``FUNCTION NUMBER``, 0 for any of them.

        The first of the words is the name by which the function is called.
        """
        spend_on_judging(len(words) // _WORDS_PER_STEP)
        spreading = [at for at, word in enumerate(words) if at and word.spreads]
        is_enough = len(words) - 1 - len(spreading) >= self.shifts.needs(function)
        end = min([*spreading, len(words), MOST_NUMBERED + 1])
        numbered = range(end) if words[0].is_literal and is_enough else ()
        return [b"%s %d" % (function, at if at in numbered else 0) for at in range(len(words))]

    def own_word(self, function: bytes, words: Sequence[ShellWord], at: int, nth: int) -> bytes:
        """The same of one that is in a word which becomes several, in the one at ``nth`` of these."""
        certain = not any(word.spreads for word in words[1:at])
        behind = sum(not word.spreads for word in words[1:]) + nth + 1
        is_known = words[0].is_literal and certain and behind >= self.shifts.needs(function)
        number = at + nth
        return b"%s %d" % (function, number if is_known and number <= MOST_NUMBERED else 0)

    @cached_property
    def exports_functions(self) -> bool:
        """Whether the shells that it starts may know its functions."""
        return bool(self.functions) and bool(self.declarations.of(b"f"))

    def is_exported(self, name: bytes) -> bool:
        """Whether the commands of the script may get a variable of it in their environment."""
        if self.declarations.exports_all:
            return True
        return not self._exported.isdisjoint((name, ANY))

    @cached_property
    def _exported(self) -> frozenset[bytes]:
        return self.declarations.of(b"x", b"export")

    @cached_property
    def shares_documents(self) -> bool:
        """Whether a command that is not known may read what another one is given."""
        return DESCRIPTOR in self.script

    @cached_property
    def readers(self) -> list[list[ShellWord]]:
        """The words of all commands that may read their input into variables."""
        return [
            words
            for words in map(self.words, self.commands)
            if not READING.isdisjoint(word.text for word in words)
        ]

    def fills(self, words: Sequence[ShellWord]) -> Iterator[bytes]:
        """The variables that a command of such words gives a text; `ANY` for all."""
        return filled(words, self.functions, tables(self.shell))

    @cached_property
    def filled(self) -> frozenset[bytes]:
        """The variables that commands give a text; `ANY` for all."""
        return frozenset(chain.from_iterable(map(self.fills, map(self.words, self.commands))))

    @cached_property
    def given(self) -> frozenset[bytes]:
        """The variables that commands or ``${NAME:=TEXT}`` give a text; `ANY` for all."""
        return self.filled.union(given_by_expansions(self.script))

    @cached_property
    def kept_words(self) -> KeptWords:
        """Which of the functions' own words its variables keep."""
        return KeptWords(self)

    def functions_in(self, text: bytes) -> set[bytes]:
        """The functions that stand in a text."""
        return self.functions.keys() & set(_WORDS.findall(text))

    def word(self, node: Node) -> ShellWord:
        """A word of a command."""
        return read_word(self.script, node, self.marker)

    def words(self, command: Node) -> list[ShellWord]:
        """The words of a command."""
        if command.id not in self._words:
            words = [self.word(node) for node in command_nodes(command)]
            if command.type != "command":
                words = _joined(words)
            elif formats := formats_of(words, self._formats):
                words[1] = replace(words[1], text=formats[0])
                self._other_formats[words[1].node.id] = formats[1:]
            self._words[command.id] = words
        return self._words[command.id]

    def with_other_formats(self, words: Sequence[ShellWord]) -> Iterator[list[ShellWord]]:
        """The words of a command with the other formats that it may have."""
        for word in words[1:2] if self._other_formats else ():
            for text in self._other_formats.get(word.node.id, ()):
                yield [words[0], replace(word, text=text), *words[2:]]

    @cached_property
    def names(self) -> Names:
        """What the script says about names, for the judgement of commands."""
        return Names(
            aliases=self.aliases,
            forwarders=self._forwarders,
            assigned=self.assigned,
            declared=self.declared,
            commands=self.texts_of_word,
        )

    @cached_property
    def arrays(self) -> frozenset[bytes]:
        """Names that are declared as arrays: a declaration takes ``(…)`` in a text for their elements."""
        return self.declarations.of(b"aACT")

    def declared(self, name: bytes) -> Use:
        """What becomes of a text that a declaration assigns to a variable of this name.

        Of an array bash takes ``(…)`` in it for the elements, and evaluates them.
        """
        is_array = not self.arrays.isdisjoint((name, ANY)) or (
            self.shell in _FILLS_BY_TEXT and (self._fills_any or name in self.may_be_arrays)
        )
        return Use.CODE if is_array else self.assigned(name)

    @cached_property
    def may_be_arrays(self) -> frozenset[bytes]:
        """Names that may become arrays by what is put into them, in code of any depth."""
        found = {*_OWN_ARRAYS, *_ELEMENTS.findall(self.script), *_COPROCESS.findall(self.script)}
        for words in self._filling:
            found.update(word.text for word in words[1:])
        return frozenset(found)

    @cached_property
    def _fills_any(self) -> bool:
        """Whether it may be any name that becomes an array."""
        words = (word for words in self._filling for word in words[1:])
        return bool(self.references) or any(not word.is_literal for word in words)

    @cached_property
    def _filling(self) -> list[list[ShellWord]]:
        """The words of the commands that fill an array with what they read."""
        reading = (words for _, words in self.named(b"read"))
        into_arrays = [each for each in reading if any(map(_may_be_array_option, each[1:]))]
        return into_arrays + [words for _, words in self.named(b"mapfile", b"readarray")]

    @cached_property
    def _integers(self) -> frozenset[bytes]:
        return self.declarations.of(b"iEFX", b"integer", b"float")

    @cached_property
    def references(self) -> frozenset[bytes]:
        """Names that stand for another variable."""
        return self.declarations.references

    def assigned(self, name: bytes) -> Use:
        """What becomes of a text that is assigned to a variable of this name."""
        if not _NAME.fullmatch(name):
            return Use.NAME
        if not self.references.isdisjoint((name, ANY)):
            return Use.NAME
        use = parameter_use(self.shell, name)
        return max(use, Use.INT) if self.is_number(name) else use

    def is_number(self, name: bytes) -> bool:
        """Whether the shell calculates with a text that is assigned to a variable of this name."""
        is_declared = not self._integers.isdisjoint((name, ANY))
        return is_declared or parameter_use(self.shell, name) is Use.INT

    @cached_property
    def declarations(self) -> Declarations:
        """What its declarations say of its variables."""
        return Declarations(self)

    def evaluated(self, text: bytes) -> Declarations | None:
        """The declarations in a text that the script evaluates, if it is shell."""
        if self._depth >= MAX_EVALUATED:
            raise TooMuchToJudgeError
        source, tree, *_ = read(text, self.shell)
        if tree is None or text == self.script:
            return None
        inner = Survey(tree.root_node, source, self.shell, self.marker, depth=self._depth + 1)
        return Declarations(inner, is_evaluated=True)

    @cached_property
    def may_refer(self) -> bool:
        """Whether variables may stand for others, for all that the words of commands say by themselves."""
        return may_refer(map(self.words, self.commands), self.script)

    @cached_property
    def aliases(self) -> frozenset[bytes]:
        """Names that stand for code which is not in the script, or not as a function."""
        found = self.named(b"alias", b"autoload", b"enable")
        return frozenset(word.text.partition(b"=")[0] for _, words in found for word in words[1:])

    @cached_property
    def rewrites_words(self) -> bool:
        """Whether zsh may put code in the place of any word: by ``alias -g`` or ``alias -s``."""
        return self.shell == "zsh" and (
            _ALIASES.search(self.script) is not None or self.declarations.rewrites_words
        )

    @cached_property
    def _forwarders(self) -> dict[bytes, Forwarded]:
        """Functions that run their own words, also by others that do."""
        callers: defaultdict[bytes, list[bytes]] = defaultdict(list)
        open_ones: list[bytes] = []
        for name, definitions in self.functions.items():
            for called in set().union(
                *(self.functions_in(self.text(each)) for each in definitions)
            ):
                callers[called].append(name)
            commands = chain.from_iterable(map(self.commands_within, definitions))
            if not all(self.words(command)[0].is_literal for command in commands):
                open_ones.append(name)
        found: dict[bytes, Forwarded] = {}
        waiting = deque(self.functions)
        while waiting:
            name = waiting.popleft()
            spend_on_judging(_STEPS_PER_FUNCTION)
            runs = [run for each in self.functions[name] for run in self._run_words(each, found)]
            if runs:
                first = min(run.first for run in runs)
                run = Forwarded(first, max(run.last for run in runs), self.shifts.needs(name))
                if found.get(name) != run:
                    found[name] = run
                    waiting += dict.fromkeys((*callers[name], *open_ones))
        return found

    def _run_words(
        self, definition: Node, forwarders: Mapping[bytes, Forwarded]
    ) -> Iterator[Forwarded]:
        """Which of its own words a function runs."""
        if b"$" not in self.text(definition):
            return
        for command in self.commands_within(definition):
            words = self.words(command)
            for at in self._starts(words, forwarders):
                for own, place in self._own_words_in(words[at]):
                    spend_on_judging(1)
                    dropped = self.shifts.before(place)
                    dropped = dropped if dropped is not None else range(ANY_WORD + 1)
                    behind = int(own[1] or own[2] or 1) - 1
                    yield Forwarded(dropped[0] + behind, min(dropped[-1] + behind, ANY_WORD))

    def _own_words_in(self, word: ShellWord) -> Iterator[tuple[re.Match[bytes], Node]]:
        """The own words of a function that a word of it stands for, also by a variable, and where."""
        own = _OWN_WORD.match(word.raw)
        if own is not None:
            yield own, word.node
        variable = ONE_VARIABLE.fullmatch(word.raw)
        if variable is not None:
            yield from self._own_words_of.get((variable[1], self.scope_of(word.node)), ())

    @cached_property
    def _own_words_of(self) -> dict[tuple[bytes, bytes], list[tuple[re.Match[bytes], Node]]]:
        """The own words of functions that are assigned to a variable in one of that name, and where."""
        found = defaultdict(list)
        for name, assignments in self.assignments_to.items():
            for assignment in assignments:
                text = self.text(assignment).partition(b"=")[2]
                own = _OWN_WORD.match(text.lstrip(b"('"))
                if own is not None:
                    found[name, self.scope_of(assignment)].append((own, assignment))
        return dict(found)
