"""Arithmetic in a script, wherever it stands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.builtins import JudgedCommand, is_option, option_argument
from pup_tui.template.shell.check_patterns import Shape
from pup_tui.template.shell.checks import Checks
from pup_tui.template.shell.composed import MADE, Composed, is_any, names_in, spelled
from pup_tui.template.shell.fills import ANY, filled_by
from pup_tui.template.shell.keys import keys_of
from pup_tui.template.shell.language import BOUNDARIES, CALCULATING
from pup_tui.template.shell.made_indexes import MadeIndexes
from pup_tui.template.shell.numbers import Numbers
from pup_tui.template.shell.readings import TAKES_PART, OwnWords, Reading
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import ShellTable, Use, tables
from pup_tui.template.shell.tests import ARITHMETIC_TESTS
from pup_tui.template.shell.words import (
    BODIES,
    SUBSTITUTION,
    ZSH_SUBSCRIPT,
    ShellWord,
    loop_words,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_TEXTS_PER_STEP: Final = 10
_IDENTIFIER: Final = late_pattern(rb"(?<![A-Za-z0-9_$])[A-Za-z_][A-Za-z0-9_]*")
_AROUND: Final = frozenset(
    {
        *("string", "concatenation", "parenthesized_expression", "binary_expression"),
        *("unary_expression", "ternary_expression", "expansion"),
    }
)
"""What may stand between a command substitution and the arithmetic that takes what it prints."""
_ZSH_TERMINAL: Final = late_pattern(rb"-t\s+([A-Za-z_]\w*)")
_INDEX: Final = late_pattern(rb"(?:\b([A-Za-z_]\w*)|[\w}`)][\"']*)\\?\[([^]]*)\]")
"""A name, or the end of what may make one, and its index."""
_INDIRECT: Final = late_pattern(rb"\$\{!\w|\s-v\s+['\"]?[\w=]*\$")
"""An expansion or test that takes the text of a variable for a name, which may have an index."""
_PRINTING: Final = (b"printf", b"print")
"""Commands that take a name behind an option only."""
_TESTING: Final = (b"test", b"[", b"unset", b"wait")
"""Commands that take a name and give it no text."""
_NAMED_TESTS: Final = late_pattern(rb"-v\s+['\"]?(?:[A-Za-z_]\w*|[^\s\[]*[\w}`)][\"']*)\[([^]]*)\]")
_DESCRIPTORS: Final = late_pattern(rb"\{[A-Za-z_]\w*\[([^]\n]*)\]\}[<>]")
"""``{NAME[…]}>``, the variable that gets the number of a descriptor."""
_MODIFIER: Final = late_pattern(rb"[A-Za-z&]")
"""What makes a colon in an expansion of zsh that of a modifier, such as ``${FILE:t}``."""
_KEY: Final = late_pattern(rb"\[([^]]*)\]\+?=")
_NAMING: Final = (
    *(b"read", b"printf", b"print", b"unset", b"test", b"wait", b"mapfile", b"readarray"),
    b"getopts",
    *(b"export", b"declare", b"typeset", b"local", b"readonly"),
)
_DEFAULTS: Final = late_pattern(rb"\$\{(\w+):?=([^}]*)\}")
_POSITIONS: Final = late_pattern(rb"\$\{?([1-9][0-9]*|[@*])")
_EVALUATED: Final = late_pattern(rb"\(\(|\[\[|\$\[|\blet\b")


class Arithmetic:
    """The variables that a script calculates with, by their bare names or within an expression.

    Those ``outside`` get a text by something else than the script too.
    """

    def __init__(
        self, survey: Survey, words: OwnWords, outside: frozenset[bytes] = frozenset()
    ) -> None:
        self._survey = survey
        self._words = words
        self._outside = outside

    @cached_property
    def checks(self) -> Checks:
        """What the script checks before it calculates."""
        return Checks(self._survey, self._words)

    def are_checked(self, names: tuple[bytes, ...], at: int) -> bool:
        """Whether variables surely hold numbers at a byte, as the script has checked."""
        return self.checks.hold(names, Shape.NUMBER, at)

    @cached_property
    def readings(self) -> list[Reading]:
        """Every bare name that is calculated with."""
        readings = [*self.written, *self._literal_numbers()]
        if self._survey.shell == "zsh":
            for match in ZSH_SUBSCRIPT.finditer(self._survey.script):
                readings += self._identifiers(self._calculated_subscripts(match), self._survey.root)
            for match in _ZSH_TERMINAL.finditer(self._survey.script):
                readings += self._identifiers(match[1], self._survey.root)
        readings += self._indexes()
        return readings + self._named_in_text(readings)

    @cached_property
    def written(self) -> list[Reading]:
        """Those that stand in an expression of the script, and not in a text."""
        readings = list(chain.from_iterable(map(self._literal_words, tables(self._survey.shell))))
        end = 0
        for node in self._survey.arithmetic:
            if node.end_byte > end and self._calculates(node):
                readings += self._calculated(node, False)
                end = node.end_byte
        return readings

    def _indexes(self) -> Iterator[Reading]:
        """The names in the indexes of what commands take for a name, and in code that is a literal."""
        for command, _ in self._naming:
            yield from self._indexes_in(command)
        if self._takes_texts_for_names:
            made = MadeIndexes(self._survey, self._words, self._given, self._filled_texts)
            for node, text in made.texts(words for _, words in self._naming):
                yield from self._identifiers(text.replace(b"$", b" "), node, is_here=False)
            for match in _INDEX.finditer(self._survey.script):
                if not self._is_keyed(match[1], match.span(1)):
                    text = match[2].replace(b"$", b" ")
                    yield from self._identifiers(text, self._survey.root)
        for form in (_NAMED_TESTS, _DESCRIPTORS):
            for match in form.finditer(self._survey.script):
                yield from self._identifiers(match[1], self._survey.root)
        for assignment in self._survey.assignments:
            yield from self._keys(assignment)
        for command, _ in self._survey.named(b"eval", b"trap"):
            yield from self._indexes_in(command)
            text = self._survey.text(command)
            if _EVALUATED.search(text):
                yield from self._identifiers(text.replace(b"$", b" "), command)
                for name in set(_POSITIONS.findall(text)):
                    names = self._words.names(name, command)
                    line = self._survey.line(command)
                    yield Reading(names, f"${name.decode()}", line, Use.INT, frozenset())

    @property
    def _naming(self) -> Iterator[tuple[Node, list[ShellWord]]]:
        """The commands that take, or may take, one of their words for a name."""
        shells = tables(self._survey.shell)
        for name in _NAMING:
            for command, words in self._survey.named(name):
                if name not in _PRINTING or any(filled_by(name, words, shells)):
                    yield command, words

    def _indexes_in(self, command: Node) -> Iterator[Reading]:
        """The names in the indexes of a command that takes names, but for expansions with texts for keys."""
        script = self._survey.script
        expands = (b"${", b"${#", b"$", b"$#") if self._survey.shell == "zsh" else (b"${", b"${#")
        for match in _INDEX.finditer(script, command.start_byte, command.end_byte):
            is_expansion = script.endswith(expands, 0, match.start())
            if not (is_expansion and self._is_keyed(match[1], match.span(1))):
                yield from self._identifiers(match[2], command)

    @property
    def _takes_texts_for_names(self) -> bool:
        """Whether something takes the text of a variable for a name, which may have an index."""
        survey = self._survey
        return (
            bool(survey.references)
            or _INDIRECT.search(survey.script) is not None
            or any(
                ANY in filled_by(name, words, tables(survey.shell))
                for name in _NAMING
                for _, words in survey.named(name)
            )
            or any(
                words[0].text == b"unset" or any(word.text[:1] == b"-" for word in words[1:])
                for _, words in survey.named(*_TESTING)
                if not all(word.is_literal for word in words[1:])
            )
        )

    def _calculated_subscripts(self, match: re.Match[bytes]) -> bytes:
        """Those of ``$NAME[…][…]`` in zsh, without the first where that is a text, and a whole one."""
        name = match[1].lstrip(b"$#+^=~")
        first, _, others = match[2].partition(b"]")
        is_text = b"$" not in first and self._is_keyed(name, match.span(1))
        return others if is_text else match[2]

    def _is_keyed(self, array: bytes | None, span: tuple[int, int]) -> bool:
        """Whether what stands there surely has texts for keys; nothing is known of a name that is made."""
        place = self._survey.root.descendant_for_byte_range(*span) if array else None
        return place is not None and keys_of(self._survey).is_keyed(array or b"", place)

    def _keys(self, assignment: Node) -> Iterator[Reading]:
        """The names in the keys of ``NAME=([KEY]=VALUE)``, unless they are texts."""
        array = assignment.children[-1]
        name = self._survey.text(assignment.children[0])
        if array.type != "array" or keys_of(self._survey).is_keyed(name, array):
            return
        for element in array.named_children:
            match = _KEY.match(self._survey.text(element))
            if match is not None:
                yield from self._identifiers(match[1], element)

    def _calculated(self, node: Node, is_inside: bool) -> Iterator[Reading]:
        """The bare names in arithmetic."""
        inside = is_inside or self._calculates(node)
        if node.type in BOUNDARIES and not self._calculates(node):
            inside = False
        if inside and not node.children and node.type in ("word", "variable_name"):
            text = self._survey.text(node)
            if self._survey.script.endswith(b"{#", 0, node.start_byte):
                return  # the length of it
            if not _is_expanded(node):
                yield from self._identifiers(text, node)
            else:
                yield Reading(
                    self._words.names(text, node),
                    self._survey.shown(node.parent or node)[:60],
                    self._survey.line(node),
                    Use.INT,
                    frozenset(),
                    is_part=TAKES_PART.match(self._survey.script, node.end_byte) is not None,
                    at=node.start_byte,
                )
            return
        if inside and node.type in ("raw_string", "string_content"):
            # Quotes keep nothing from being calculated with.
            yield from self._identifiers(self._survey.text(node).replace(b"$", b" "), node)
        for child in node.children:
            if node.type == "c_style_for_statement" and child.type in BODIES:
                continue
            is_name = node.type in ("subscript", "expansion") and _is_first(child, node)
            keyed = node.type == "subscript" and keys_of(self._survey).is_keyed(
                self._survey.text(node.children[0]), node
            )
            yield from self._calculated(child, is_inside if is_name or keyed else inside)

    def _calculates(self, node: Node) -> bool:
        if node.type in CALCULATING:
            return True
        if node.type == "compound_statement":
            return bool(node.children) and node.children[0].type == "(("
        if node.type in ("binary_expression", "unary_expression"):
            return self._is_calculating_test(node) and any(
                self._survey.text(part) in ARITHMETIC_TESTS for part in node.children[:-1]
            )
        if node.type == "expansion":
            is_zsh = self._survey.shell == "zsh"
            offsets = (part.end_byte for part in node.children if part.type == ":")
            script = self._survey.script
            return any(not (is_zsh and _MODIFIER.match(script, at)) for at in offsets)
        return node.type == "command_substitution" and self._survey.text(node).startswith(b"$((")

    def _is_calculating_test(self, node: Node) -> bool:
        """Whether a comparison evaluates: ``[[`` does, ``[`` in some shells only."""
        around: Node | None = node
        while around is not None and around.type in _AROUND:
            around = around.parent
        if around is None or around.type != "test_command" or around.children[0].type != "[":
            return True
        return any(table.calculates_in_tests for table in tables(self._survey.shell))

    def _identifiers(self, text: bytes, node: Node, *, is_here: bool = True) -> Iterator[Reading]:
        """The names in a text, which is calculated with where it stands, if ``is_here``."""
        line = self._survey.line(node)
        at = node.start_byte if is_here else -1
        for name in set(_IDENTIFIER.findall(text)):
            names = self._words.names(name, node)
            yield Reading(names, name.decode(), line, Use.INT, frozenset(), at=at)

    def _literal_numbers(self) -> Iterator[Reading]:
        """The names in what is assigned to integers."""
        for assignment in self._survey.assignments:
            name = self._survey.text(assignment.children[0]).split(b"[")[0]
            if self._survey.is_number(name):
                for node in assignment.children[2:]:
                    yield from self._identifiers(_literal(self._survey, node), node)
        for match in _DEFAULTS.finditer(self._survey.script):
            if self._survey.is_number(match[1]):
                yield from self._identifiers(match[2], self._survey.root)
        for command, words in self._survey.named(b"read", b"printf"):
            names = [
                b"REPLY",
                *(word.text for word in words[1:] if _IDENTIFIER.fullmatch(word.text)),
            ]
            numbers = [name for name in names if self._survey.is_number(name)]
            if numbers:
                statement = self._survey.text(command.parent or command)
                yield from self._identifiers(b" ".join((statement, *numbers)), command)
        for name, loops in self._survey.loops_over.items():
            if self._survey.is_number(name):
                for node in chain.from_iterable(map(loop_words, loops)):
                    yield from self._identifiers(_literal(self._survey, node), node)

    def _literal_words(self, table: ShellTable) -> Iterator[Reading]:
        """The names in the literal words of ``let`` and the like."""
        for _, words in self._survey.named(*table.calculating):
            judged = JudgedCommand(words, table, self._survey.names)
            for index, word in enumerate(words[1:], 1):
                if not _IDENTIFIER.search(word.text) or _is_flag(table, words[0].text, word.text):
                    continue
                if judged.use(index, b"") is Use.INT:
                    yield from self._identifiers(word.text, word.node)

    def _named_in_text(self, readings: Sequence[Reading]) -> list[Reading]:
        """Arithmetic on a variable reads, in turn, the variables that its text names."""
        found: list[Reading] = []
        waiting = [name for each in readings for name in each.names]
        seen: set[bytes] = set(waiting)
        while waiting:
            name = waiting.pop()
            for node in self._given(name):
                text = _literal(self._survey, node)
                for reading in self._identifiers(text.replace(b"$", b" "), node, is_here=False):
                    if reading.names[0] not in seen:
                        seen.update(reading.names)
                        waiting.extend(reading.names)
                        found.append(reading)
                spend_on_judging(1)
                expanded = {*self._expanded(node)} - seen
                waiting += expanded
                seen |= expanded
            waiting.extend(set(self._own_words(name)) - seen)
            seen.update(self._own_words(name))
        return found

    def may_be_named_in(self, names: Iterable[bytes], named: Iterable[bytes]) -> set[bytes]:
        """Which of these names the texts of some variables may name, also by way of others.

        All of them, where one of the texts is not the script's own.
        """
        waiting, seen, found = [*names], {*names}, set[bytes]()
        while waiting:
            name = waiting.pop()
            given = [*self._given(name)]
            if not given or any(SUBSTITUTION.search(self._survey.text(node)) for node in given):
                is_own = name.endswith(b" 0") and any(each.startswith(name[:-1]) for each in seen)
                found.update(() if is_own and not given else named)
            for node in given:
                spend_on_judging(1)
                names = names_in(self._survey, node)
                found.update(each for each in named if _is_among(each, names))
                further = {*self._expanded(node)} - seen
                seen |= further
                waiting += further
        return found

    @cached_property
    def holders(self) -> dict[bytes, set[bytes]]:
        """The variables that texts of the script get to, by the names in these."""
        texts: list[tuple[tuple[bytes, ...], Node]] = []
        for name, nodes in self._survey.texts_of.items():
            texts += (((name,), node) for node in nodes)
        for name, loops in self._survey.loops_over.items():
            texts += (((name,), node) for loop in loops for node in loop_words(loop))
        for name, nodes in self._given_by_calls.items():
            texts += (((name,), node) for node in nodes)
        texts += self._filled_texts
        found: defaultdict[bytes, set[bytes]] = defaultdict(set)
        spend_on_judging(len(texts) // _TEXTS_PER_STEP)
        for targets, node in texts:
            for name in names_in(self._survey, node):
                if not is_any(name):
                    found[name].update(targets)
        return dict(found)

    @cached_property
    def _filled_texts(self) -> list[tuple[tuple[bytes, ...], Node]]:
        """The words that `set` and commands such as `printf -v` give to which variables."""
        texts: list[tuple[tuple[bytes, ...], Node]] = []
        for command, words in self._survey.named(b"set"):
            scope = self._survey.scope_of(command)
            texts += (((b"%s 0" % scope,), word.node) for word in words[1:])
        for _, words in self._survey.named(b"printf", b"print", b"getopts"):
            targets = tuple(self._survey.fills(words))
            if targets:
                targets = (*targets, b"OPTARG") if words[0].text == b"getopts" else targets
                texts += ((targets, word.node) for word in words[1:])
        return texts

    @cached_property
    def composed(self) -> Composed:
        """The texts that may be any name."""
        return Composed(self._survey, self._words, self._given, self.numbers)

    @cached_property
    def numbers(self) -> Numbers:
        """The texts that are numbers."""
        return Numbers(self._survey, self._words, self._given, self._outside, self.are_checked)

    def _own_words(self, name: bytes) -> Iterator[bytes]:
        """The words over which a loop goes that names none."""
        for loop in self._survey.loops_over.get(name, ()):
            if not any(part.type == "in" for part in loop.children):
                yield from self._words.names(b"@", loop)

    def _given(self, name: bytes) -> Iterator[Node]:
        """What a variable may get its text from: its assignments, loops, and a function's calls."""
        yield from self._survey.texts_of.get(name, ())
        yield from chain.from_iterable(map(loop_words, self._survey.loops_over.get(name, ())))
        yield from self._given_by_calls.get(name, ())
        scope, is_own, _ = name.partition(b" ")
        for _, words in self._survey.named(b"set") if is_own and not scope else ():
            yield from (word.node for word in words[1:])
        if not self._survey.references.isdisjoint((name, ANY)):
            yield from (call for call, _ in self._survey.named(*self._survey.functions))

    @cached_property
    def _given_by_calls(self) -> dict[bytes, list[Node]]:
        """What each of the functions' own words is where they are called."""
        found = defaultdict(list)
        for name in self._survey.functions:
            for _, words in self._survey.named(name):
                own = self._survey.own_words(name, words)[1:]
                for each, word in zip(own, words[1:], strict=True):
                    found[each].append(word.node)
        return dict(found)

    def _expanded(self, node: Node) -> Iterator[bytes]:
        """The variables of which a text is made."""
        if node.type in ("simple_expansion", "expansion"):
            yield from self._words.read_in(self._survey.text(node), node)
        elif node.type not in BOUNDARIES:
            for child in node.children:
                yield from self._expanded(child)

    def outputs(self) -> list[Node]:
        """The substitutions of commands that may print something else than a number."""
        substitutions = (n for n in self._survey.arithmetic if n.type == "command_substitution")
        return [n for n in substitutions if not (self._calculates(n) or self.numbers.printed(n))]

    def calculates_with(self, node: Node) -> bool:
        """Whether what a command prints is calculated with right where it is run."""
        around = node.parent
        while around is not None and around.type in _AROUND and not self._calculates(around):
            around = around.parent
        return around is not None and self._calculates(around)


def name_form(name: bytes) -> re.Pattern[bytes]:
    """What matches a name of which a part is made."""
    return re.compile(re.sub(rb"\x01+", rb"\\w*", re.escape(name)))


def _is_among(name: bytes, names: set[bytes]) -> bool:
    made = (each for each in names if MADE in each)
    return name in names or any(name_form(each).fullmatch(name) for each in made)


def _is_flag(table: ShellTable, name: bytes, word: bytes) -> bool:
    """Whether a word of a builtin is an option without an argument."""
    builtin = table.builtins.get(name)
    if builtin is None or not builtin.options or not is_option(word):
        return False
    found = option_argument(builtin, word)
    return found is not None and not found[0]


def _is_expanded(node: Node) -> bool:
    """Whether a name is the one that ``$NAME`` or ``${NAME…}`` reads."""
    parent = node.parent
    if parent is None or parent.type not in ("simple_expansion", "expansion"):
        return False
    return _is_first(node, parent)


def _is_first(node: Node, parent: Node) -> bool:
    first = next((part for part in parent.children if part.is_named), None)
    return first is not None and first.id == node.id


def _literal(survey: Survey, node: Node) -> bytes:
    """A node's text without its quotes, with blanks for what is expanded in it."""
    return spelled(survey, node).replace(MADE, b" ")
