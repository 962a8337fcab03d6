"""What a script has surely checked before a place: that a variable holds a number, or a plain name.

A check is a statement that other texts do not get past: ``case $N in *[!0-9]*) exit 1;; esac``,
``[[ $N =~ ^[0-9]+$ ]] || return``, ``if [ "$N" -ge 0 ]; then``. The script is gone through once, in the order
in which it runs, with what is known of its variables at each place. What is not understood, and what may
give a variable another text, takes away what was known.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.changes import OWN_WORDS, Changes, holds_number
from pup_tui.template.shell.check_patterns import Check, Shape, glob, regex
from pup_tui.template.shell.conditions import (
    Both,
    Comparison,
    Either,
    Opposite,
    Other,
    ShellCondition,
    condition,
    first_text,
)
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.language import LOOPS, SUBSTITUTIONS
from pup_tui.template.shell.readings import OwnWords
from pup_tui.template.shell.survey import COMMANDS, Survey
from pup_tui.template.shell.tables import tables
from pup_tui.template.shell.tests import ARITHMETIC_TESTS, operands
from pup_tui.template.shell.words import ShellWord, is_calculation, loop_words

if TYPE_CHECKING:
    from tree_sitter import Node

_Known = frozenset[tuple[tuple[bytes, ...], Shape]]
"""The variables, or a function's own words, of which a shape is known."""
_State = _Known | None
"""What is known at a place; None where the script does not get to."""

_MAY_CHECK: Final = late_pattern(
    rb"0-9|:digit:|:al|a-z|<[0-9]*-[0-9]*>|\s-(?:eq|ne|lt|le|gt|ge)\s|\bcase\b|\bprintf\b"
)
"""What is in every script that checks something."""
_NOT: Final = late_pattern(rb"(?:![ \t]+)?")
_SURE: Final = late_pattern(rb"[12]?>&[ \t]*[12]|(?:[12]|&)?>[ \t]*/dev/null")
"""A redirection that does not fail."""
_CLOSES: Final = late_pattern(rb"[<>]&(?![ \t]*[0-9]+(?![-\w]))")
"""What may close a descriptor."""
_SUBJECT: Final = late_pattern(
    rb"\"?\$(?:([A-Za-z_]\w*|[1-9])|\{([A-Za-z_]\w*|[1-9]\d*)(?::?-[\w./ ]*)?\})\"?"
)
"""A variable as it is, perhaps with another text where it is empty."""
_STRIPPED: Final = late_pattern(rb"\"?\$\{[A-Za-z_]\w*//\[[!^](?:0-9|\[:digit:\])\](?:/)?\}\"?")
"""A variable without whatever is no digit."""
_OWN_WORD: Final = late_pattern(rb"[0-9]+(?:\[|\+?=|\Z)")
"""A word that gives one of a function's own words a text, as zsh does: ``1=x``, ``read 1``."""
_NAMING: Final = frozenset({"name", "assign"})
_STATUS: Final = late_pattern(rb"[0-9]+|\"?\$\?\"?")
_TURNING: Final = frozenset({b"break", b"continue"})
_TELLING: Final = frozenset({b"echo", b"printf"})
_OTHERS: Final = frozenset({"elif_clause", "else_clause"})
_TESTS: Final = frozenset({b"test", b"["})
_STATEMENTS: Final = COMMANDS | LOOPS | {"list", "pipeline"}
"""What the grammar may put into a redirection, and is none of its words."""
_EXPANDED: Final = frozenset({"string", "simple_expansion", "expansion"})
_PRINTING: Final = frozenset({"command", "redirected_statement", "comment"})
_STEPS_PER_STATEMENT: Final = 2
_DEEPEST: Final = 30
"""How deep statements are looked at within others."""
_FARTHEST: Final = 60
_TOO_FAR: Final = b"?"
"""Blanks before a statement, and what stands for more of them."""
_NAMED: Final = rb"(?<![\w$])(?<!\$\{)%b\b"
_TURNS: Final = late_pattern(rb"\b(?:break|continue|select)\b")
"""What may leave a round of a loop before its end."""
_RETURNS: Final = late_pattern(rb"\breturn\b")
_OTHERWISE: Final = late_pattern(rb"\breturn\b(?!\s+[1-9][0-9]?(?![\w$]))|\b(?:set|getopts|argv)\b")
"""What may end a function well, or by what is not known, or give it other words."""
_MOST_WORDS: Final = 10
_COMPARISON: Final = 3
"""Parts of a comparison: two texts and what is between them."""


class _Ends(NamedTuple):
    """What is known behind a statement that succeeds, and behind one that fails."""

    success: _State
    failure: _State

    @property
    def either(self) -> _State:
        return _both(self.success, self.failure)


class Checks:
    """What is known of a script's variables, by what the script has checked."""

    def __init__(self, survey: Survey, words: OwnWords) -> None:
        self._survey = survey
        self._words = words
        self._at: dict[int, _Known] = {}
        self._is_in_loop = False
        self._is_in_function = False
        self._depth = 0
        self._changes = Changes(survey)
        self._ending: dict[bytes, bool] = {}
        self._checking: dict[bytes, _Ends] = {}
        """What is known behind a call of a function, of its own words."""

    def hold(self, names: tuple[bytes, ...], shape: Shape, at: int) -> bool:
        """Whether a variable, by the names that a place reads, surely holds such a text at a byte."""
        starts = self._starts
        position = bisect_right(starts, at) - 1
        return position >= 0 and (names, shape) in self._at[starts[position]]

    @cached_property
    def _starts(self) -> list[int]:
        """Where something else is known than before."""
        script = self._survey.written
        if _MAY_CHECK.search(script) is not None and self._changes.are_known:
            self._sequence(self._survey.root.children, frozenset())
        return sorted(self._at)

    # -- statements --------------------------------------------------------------------------------

    def _sequence(self, nodes: Iterable[Node], state: _State) -> _State:
        return self._ends_of(nodes, state).either

    def _ends_of(self, nodes: Iterable[Node], state: _State) -> _Ends:
        """What is known behind statements that follow each other; of tokens and comments nothing."""
        ends = _Ends(state, state)
        for node in nodes:
            if node.is_named and node.type != "comment":
                before = ends.either
                if _is_beside(node):
                    with self._around():
                        self._run(node, before)
                    ends = _Ends(before, before)
                else:
                    ends = self._run(node, before)
        return ends

    def _run(self, node: Node, state: _State) -> _Ends:
        spend_on_judging(_STEPS_PER_STATEMENT)
        if self._depth == _DEEPEST:
            return self._opaque(node, state)
        self._depth += 1
        ends = self._statement(node, state)
        self._depth -= 1
        return ends

    def _statement(self, node: Node, state: _State) -> _Ends:
        match node.type:
            case "list":
                return self._chained(node, state)
            case "redirected_statement":
                return self._redirected(node, state)
            case "negated_command":
                inner = self._ends_of(node.children, state)
                return self._prefixed(node, _Ends(inner.failure, inner.success))
        if not _NOT.fullmatch(self._gap(node)):
            return self._opaque(node, state)
        return self._prefixed(node, self._compound(node, state))

    def _compound(self, node: Node, state: _State) -> _Ends:
        match node.type:
            case "if_statement":
                return self._branched(node, state)
            case "case_statement":
                return self._cases(node, state)
            case "test_command":
                return self._test(node, state)
            case "function_definition":
                self._function(node)
                return _Ends(state, state)
            case kind if kind in LOOPS:
                return self._loop(node, state)
        return self._parts(node, state)

    def _parts(self, node: Node, state: _State) -> _Ends:
        """Commands and assignments, alone and in groups."""
        match node.type:
            case "compound_statement" if node.children[0].type != "((":
                return self._ends_of(node.children[1:-1], state)
            case "subshell":
                self._apart(node.children[1:-1], state)
                return _Ends(state, state)
            case "pipeline":
                behind = self._without(state, self._changes.of(node))
                for child in node.named_children:
                    self._apart([child], behind)
                return _Ends(behind, behind)
            case "variable_assignments":
                return self._ends_of(node.children, state)
            case "variable_assignment":
                return self._assignment(node, state)
            case kind if kind in COMMANDS:
                return self._command(node, state)
        return self._opaque(node, state)

    def _chained(self, node: Node, state: _State) -> _Ends:
        """``A && B``, ``A || B``."""
        first, *_, last = node.named_children
        operator = next((c.type for c in node.children if c.type in ("&&", "||")), "")
        left = self._run(first, state)
        if operator == "&&":
            right = self._run(last, left.success)
            return _Ends(right.success, _both(left.failure, right.failure))
        if operator == "||":
            right = self._run(last, left.failure)
            return _Ends(_both(left.success, right.success), right.failure)
        return self._opaque(node, state)

    def _redirected(self, node: Node, state: _State) -> _Ends:
        """A statement whose redirections give no variable a text, nor hold other statements."""
        body = node.child_by_field_name("body")
        redirects = [child for child in node.named_children if child != body]
        beside = [child for each in redirects for child in each.named_children]
        if body is None or any(each.type in _STATEMENTS for each in beside):
            return self._opaque(node, state)
        state = self._without(state, frozenset[bytes]().union(*map(self._changes.of, redirects)))
        ends = self._run(body, state)
        if not self._are_sure(redirects):
            ends = _Ends(ends.success, _both(ends.failure, state))
        behind = self._without(state, self._changes.of(body))
        for each in (*redirects, *beside):
            self._note(each, behind)
            self._at.setdefault(each.end_byte, frozenset())
        for each in redirects:
            self._inside(each, behind)
        return ends

    def _are_sure(self, redirects: Sequence[Node]) -> bool:
        """Whether redirections cannot fail, since the statement would then not run."""
        closes = _CLOSES.search(self._survey.written) is not None
        texts = map(self._survey.as_written, redirects)
        return not closes and all(map(_SURE.fullmatch, texts))

    def _branched(self, node: Node, state: _State) -> _Ends:
        """``if`` with its ``elif`` and ``else``."""
        ends, rest = self._branch(node, state)
        for other in node.children:
            if other.type == "elif_clause":
                branch, rest = self._branch(other, rest)
                ends = _both(ends, branch)
            elif other.type == "else_clause":
                ends, rest = _both(ends, self._sequence(other.children[1:], rest)), None
        either = _both(ends, rest)
        return _Ends(either, either)

    def _branch(self, node: Node, state: _State) -> tuple[_State, _State]:
        """What is known behind the branch of an ``if`` or ``elif``, and where it is not taken."""
        then = next(i for i, child in enumerate(node.children) if child.type == "then")
        condition = self._ends_of(node.children[1:then], state)
        body = (child for child in node.children[then + 1 :] if child.type not in _OTHERS)
        return self._sequence(body, condition.success), condition.failure

    def _cases(self, node: Node, state: _State) -> _Ends:
        value = node.child_by_field_name("value")
        items = [child for child in node.named_children if child.type == "case_item"]
        endings = {child.type for item in items for child in item.children}
        is_known = all(item.children_by_field_name("value") for item in items)
        if value is None or not is_known or not endings.isdisjoint({";&", ";;&", ";|"}):
            return self._opaque(node, state)
        patterns = (each for item in items for each in item.children_by_field_name("value"))
        state = self._without(
            state, frozenset[bytes]().union(*map(self._changes.expanding, [value, *patterns]))
        )
        self._note(node, state)
        self._inside(value, state)
        names = self._subject(value)
        ends: _State = None
        rest = state
        for item in items:
            nodes = item.children_by_field_name("value")
            texts = [self._survey.as_written(each) for each in nodes]
            check = glob(texts, self._survey.shell)
            body = (each for each in item.children if each.start_byte >= nodes[-1].end_byte)
            within = _and(rest, names, check.matches)
            ends = _both(ends, self._sequence(body, within))
            rest = None if b"*" in texts else _and(rest, names, check.others)
        either = _both(ends, rest)
        return _Ends(either, either)

    def _loop(self, node: Node, state: _State) -> _Ends:
        """Within a loop only that is known which no round of it changes, until it is checked there."""
        begin = self._without(state, self._changes.of(node))
        self._note(node, begin)
        body = node.child_by_field_name("body")
        if body is None:
            return self._opaque(node, state)
        head = [child for child in node.named_children if child != body]
        entered = ended = begin
        with self._around(is_in_loop=True, is_in_function=self._is_in_function):
            if node.type == "while_statement":
                condition = self._ends_of(head, begin)
                is_until = node.children[0].type == "until"
                entered = condition.failure if is_until else condition.success
                if not self._survey.named(b"break"):
                    ended = condition.success if is_until else condition.failure
            else:
                for child in head:
                    self._inside(child, begin)
            round_end = self._sequence(body.children, entered)
        if node.type == "for_statement":
            ended = self._each_checked(node, body, ended, round_end)
        return _Ends(ended, ended)

    def _each_checked(self, node: Node, body: Node, ended: _State, round_end: _State) -> _State:
        """What is known behind a loop every round of which checks one of these variables."""
        variable = self._known(self._survey.as_written(node.children[1]), node)
        changed, text = self._changes.of(body), self._survey.as_written(body)
        is_only_read = len(variable) == 1 and not re.search(_NAMED % re.escape(variable[0]), text)
        if not is_only_read or _TURNS.search(text) or not changed.isdisjoint((*variable, ANY)):
            return ended
        for word in loop_words(node):
            names = self._subject(word) if word.type == "string" else ()
            for shape in Shape if changed.isdisjoint(names) and names != variable else ():
                if round_end is None or (variable, shape) in round_end:
                    ended = _and(ended, names, shape)
        return ended

    def _function(self, node: Node) -> None:
        """The body of a function, of whose calls nothing is known."""
        body = node.child_by_field_name("body")
        self._at[node.start_byte] = frozenset()
        if body is not None:
            with self._around(is_in_function=True):
                ends = self._ends_of([body], frozenset())
            name = node.child_by_field_name("name")
            if name is not None and self._is_sure_to_check(node):
                returns = _RETURNS.search(self._survey.as_written(node)) is not None
                failure = frozenset[tuple[tuple[bytes, ...], Shape]]() if returns else ends.failure
                self._checking[self._survey.text(name)] = _Ends(ends.success, failure)
        self._at.setdefault(node.end_byte, frozenset())

    def _is_sure_to_check(self, definition: Node) -> bool:
        """Whether a function, which is the only one of its name, succeeds at its end only."""
        name = definition.child_by_field_name("name")
        text = self._survey.as_written(definition)
        is_only = name is not None and len(self._survey.functions[self._survey.text(name)]) == 1
        body = definition.child_by_field_name("body")
        is_plain = body == definition.named_children[-1] and not _is_beside(definition)
        is_there = definition.parent == self._survey.root and is_plain
        return is_only and is_there and not _OTHERWISE.search(text)

    def _called(self, node: Node, words: Sequence[ShellWord], behind: _State) -> _Ends:
        """What is known behind the call of a function that checks its own words."""
        name = words[0].text
        if self._undefines(name) or any(word.spreads for word in words[1:]):
            return _Ends(behind, behind)
        changed = self._changes.of(node)
        inside = self._survey.functions[name][0].named_children[-1]
        checked: list[tuple[tuple[bytes, ...], tuple[bytes, ...]]] = []
        for number, word in enumerate(words[1:_MOST_WORDS], 1):
            names = self._subject(word.node) if word.node.type == "string" else ()
            if changed.isdisjoint((*names, ANY)):
                checked.append((names, self._words.names(b"%d" % number, inside)))
        ends: list[_State] = []
        for known in self._checking[name]:
            state = behind if known is not None else None
            for names, own in checked:
                shapes = [each for each in Shape if known is not None and (own, each) in known]
                for shape in shapes:
                    state = _and(state, names, shape)
            ends.append(state)
        return _Ends(*ends)

    def _apart(self, nodes: Iterable[Node], state: _State) -> None:
        """Statements that run in a process of their own."""
        with self._around():
            self._sequence(nodes, state)

    @contextmanager
    def _around(self, *, is_in_loop: bool = False, is_in_function: bool = False) -> Iterator[None]:
        """What ``break`` and ``return`` leave in the statements that are gone through within."""
        outer = self._is_in_loop, self._is_in_function
        self._is_in_loop, self._is_in_function = is_in_loop, is_in_function
        yield
        self._is_in_loop, self._is_in_function = outer

    def _opaque(self, node: Node, state: _State) -> _Ends:
        """What is not understood."""
        state = self._without(state, self._changes.of(node))
        self._note(node, state)
        return _Ends(state, state)

    def _assignment(self, node: Node, state: _State) -> _Ends:
        name, *_, value = node.children
        within = self._without(state, self._changes.expanding(value))
        self._note(node, within)
        self._inside(node, within)
        behind = self._without(state, self._changes.of(node))
        is_set = name.type == "variable_name" and node.children[1].type == "="
        variable = self._survey.as_written(name)
        if is_set and variable not in self._changes.fixed:
            for shape in Shape:
                if self._is_of(value, shape, state):
                    behind = _and(behind, self._known(variable, node), shape)
        return _Ends(behind, behind)

    def _command(self, node: Node, state: _State) -> _Ends:
        behind = self._without(state, self._changes.of(node))
        words = self._survey.words(node)
        if node.id in self._changes.traps:
            self._note(node, None)
        else:
            self._note(node, behind)
            self._expanded(node, state, behind)
        self._inside(node, behind)
        name = words[0].text if words and words[0].is_literal else b""
        if self._leaves(name, words[1:]) or self._never_returns(name, node):
            return _Ends(None, None)
        if name in _TESTS:
            return self._compared(
                [self._survey.as_written(word.node) for word in words[1:]], node, behind
            )
        if name in self._checking and node.type == "command":
            return self._called(node, words, behind)
        if node.type == "declaration_command" and (name != b"local" or self._is_in_function):
            for child in node.named_children:
                if child.type == "variable_assignment":
                    behind = self._assignment(child, behind).success
        return _Ends(behind, behind)

    def _expanded(self, node: Node, state: _State, behind: _State) -> None:
        """The words of a command are made before it gives variables other texts."""
        if node.children[0].type == "command_name":
            state = self._without(state, self._changes.expanding(node))
            for word in node.children[1:]:
                if word.type in _EXPANDED:
                    self._note(word, state)
                    self._at[word.end_byte] = behind or frozenset()

    def _leaves(self, name: bytes, operands: Sequence[ShellWord]) -> bool:
        """Whether it surely ends the script, the function or the round of a loop."""
        if name in _TURNING:
            return self._is_in_loop and not operands
        is_told = len(operands) <= 1 and all(_STATUS.fullmatch(each.raw) for each in operands)
        return is_told and (name == b"exit" or (name == b"return" and self._is_in_function))

    def _never_returns(self, name: bytes, call: Node) -> bool:
        """Whether a function of the script, which is defined by then, ends it whatever happens."""
        definitions = self._survey.functions.get(name, ())
        if len(definitions) != 1 or definitions[0].end_byte > call.start_byte:
            return False
        if name not in self._ending:
            self._ending[name] = not self._undefines(name) and self._ends_script(definitions[0])
        return self._ending[name]

    def _undefines(self, name: bytes) -> bool:
        found = (words for _, words in self._survey.named(b"unset"))
        return any(
            word.text == name or not word.is_literal for words in found for word in words[1:]
        )

    def _ends_script(self, definition: Node) -> bool:
        """Whether all that it does is to print and to exit."""
        commands = self._printing(definition)
        last = commands[-1] if commands else None
        return (
            last is not None
            and last.next_named_sibling is None
            and last.parent == definition.named_children[-1]
            and self._survey.words(last)[0].text == b"exit"
            and self._leaves(b"exit", self._survey.words(last)[1:])
            and all(map(self._prints, commands[:-1]))
        )

    def _printing(self, definition: Node) -> list[Node]:
        """The commands of a function, if they surely run one after the other."""
        body = definition.named_children[-1]
        is_sure = (
            definition.parent == self._survey.root
            and body.type == "compound_statement"
            and all(each.type in _PRINTING for each in body.named_children)
            and not any(map(_is_beside, (definition, *body.named_children)))
        )
        return self._survey.commands_within(body) if is_sure else []

    def _prints(self, command: Node) -> bool:
        """Whether a command prints, and leaves nothing: a program, or a function of such commands."""
        words = self._survey.words(command)
        name = words[0].text if words and words[0].is_literal else b""
        definitions = self._survey.functions.get(name, ())
        if definitions:
            inner = [each for definition in definitions for each in self._printing(definition)]
            names = {self._survey.words(each)[0].text for each in inner}
            return (
                bool(inner)
                and names.isdisjoint(self._survey.functions)
                and all(map(self._prints, inner))
            )
        return bool(name) and (name in _TELLING or not self._changes.is_builtin(name))

    # -- conditions --------------------------------------------------------------------------------

    def _test(self, node: Node, state: _State) -> _Ends:
        """``[[ … ]]`` and ``[ … ]``."""
        state = self._without(state, self._changes.of(node))
        self._note(node, state)
        self._inside(node, state)
        inner = node.children[1:-1]
        if node.children[0].type == "[[":
            return self._condition(condition(inner), state)
        return self._compared(
            [self._survey.as_written(each) for each in operands(inner)], node, state
        )

    def _condition(self, of: ShellCondition, state: _State) -> _Ends:
        begin = first_text(of)
        if begin is not None:
            self._note(begin, state)
        match of:
            case Opposite():
                ends = self._condition(of.of, state)
                return _Ends(ends.failure, ends.success)
            case Both():
                first = self._condition(of.first, state)
                second = self._condition(of.second, first.success)
                return _Ends(second.success, _both(first.failure, second.failure))
            case Either():
                first = self._condition(of.first, state)
                second = self._condition(of.second, first.failure)
                return _Ends(_both(first.success, second.success), second.failure)
            case Comparison():
                check, names = self._compared_with(of), self._subject(of.left)
                return _Ends(_and(state, names, check.matches), _and(state, names, check.others))
            case Other():
                return _Ends(state, state)
            case _:
                assert_never(of)

    def _compared_with(self, of: Comparison) -> Check:
        match self._survey.as_written(of.operator):
            case b"=~":
                return regex(self._pattern(of.right))
            case b"==" | b"=":
                return glob([self._survey.as_written(of.right)], self._survey.shell)
            case b"!=":
                return glob([self._survey.as_written(of.right)], self._survey.shell).swapped
            case _:
                return Check()

    def _pattern(self, node: Node) -> bytes:
        """A regular expression: as it stands, or the only text of a variable."""
        text = self._survey.as_written(node)
        name = text.strip(b"${}")
        given = self._survey.texts_of.get(name, []) if text.startswith(b"$") else []
        if len(given) != 1 or given[0].type != "raw_string" or given[0].end_byte > node.start_byte:
            return text
        assignment = given[0].parent
        is_sure = (
            assignment is not None
            and assignment.parent == self._survey.root
            and not _is_beside(assignment)
            and ANY not in self._changes.of(self._survey.root)
        )
        is_only = self._changes.names.count(name) == 1
        is_pattern = is_sure and is_only and name not in self._changes.untold
        return self._survey.as_written(given[0])[1:-1] if is_pattern else text

    def _compared(self, parts: Sequence[bytes], node: Node, state: _State) -> _Ends:
        """A comparison of numbers, which succeeds with numbers only where it does not calculate."""
        calculates = any(table.calculates_in_tests for table in tables(self._survey.shell))
        success = state
        if len(parts) == _COMPARISON and parts[1] in ARITHMETIC_TESTS and not calculates:
            for part in (parts[0], parts[2]):
                if part.startswith(b'"'):
                    success = _and(success, self._named(part, node), Shape.NUMBER)
        return _Ends(success, state)

    # -- variables ---------------------------------------------------------------------------------

    def _subject(self, node: Node) -> tuple[bytes, ...]:
        return self._named(self._survey.as_written(node), node)

    def _named(self, text: bytes, node: Node) -> tuple[bytes, ...]:
        """What a text stands for that is one variable as it is."""
        match = _SUBJECT.fullmatch(text)
        return self._known(match[1] or match[2], node) if match is not None else ()

    def _known(self, name: bytes, node: Node) -> tuple[bytes, ...]:
        """A variable that something may be known of."""
        is_untold = (name.isdigit() and self._sets_own_words) or name in self._changes.untold
        return () if is_untold else self._words.names(name, node)

    @cached_property
    def _sets_own_words(self) -> bool:
        """Whether the words of a function may get other texts one by one."""
        survey = self._survey
        if survey.shell != "zsh":
            return False
        naming = {
            name
            for table in tables(survey.shell)
            for name, builtin in table.builtins.items()
            if not _NAMING.isdisjoint((*builtin.operands, *builtin.options.values()))
        }
        words = [survey.words(command)[:1] for command in survey.commands]
        words += (found[1:] for _, found in survey.named(*sorted(naming)))
        return (
            b"argv" in survey.script
            or any(name.isdigit() for name in survey.loops_over)
            or any(_OWN_WORD.match(word.text) for found in words for word in found)
        )

    def _is_of(self, node: Node, shape: Shape, state: _State) -> bool:
        """Whether an assigned text is of a shape."""
        text = self._survey.as_written(node)
        if holds_number(self._survey, node) or _STRIPPED.fullmatch(text):
            return True
        names = self._named(text, node)
        is_alone = b"-" not in text
        return bool(names) and is_alone and (state is None or (names, shape) in state)

    def _without(self, state: _State, names: frozenset[bytes]) -> _State:
        """What is still known when some variables may have got another text."""
        if not state or not names:
            return state
        if ANY in names:
            return frozenset()
        if OWN_WORDS in names:
            state = frozenset(each for each in state if b" " not in each[0][0])
        lost = state.intersection(((name,), shape) for name in names for shape in Shape)
        return state - lost if lost else state

    # -- places ------------------------------------------------------------------------------------

    def _note(self, node: Node, state: _State) -> None:
        """Keep what is known at a place."""
        self._at[node.start_byte] = state or frozenset()

    def _inside(self, node: Node, state: _State) -> None:
        """Go through the statements of the substitutions in a node."""
        for child in node.named_children:
            if child.type in SUBSTITUTIONS:
                if is_calculation(self._survey.as_written(child)):
                    continue
                self._apart(child.children[1:-1], state)
                self._at[child.end_byte] = state or frozenset()
            else:
                self._inside(child, state)

    def _gap(self, node: Node) -> bytes:
        """What stands in the script right before a statement where the grammar was given blanks."""
        start = node.start_byte
        before = self._survey.script[max(0, start - _FARTHEST) : start]
        blank = len(before) - len(before.rstrip(b" \t"))
        if blank == _FARTHEST:
            return _TOO_FAR
        return self._survey.written[start - blank : start].lstrip(b" \t")

    def _prefixed(self, node: Node, ends: _Ends) -> _Ends:
        """What is known behind a statement with ``!`` before it that the grammar does not see."""
        return _Ends(ends.failure, ends.success) if self._gap(node) else ends


def _is_beside(node: Node) -> bool:
    """Whether the script goes on beside a statement."""
    return node.next_sibling is not None and node.next_sibling.type == "&"


def _both(one: _State, other: _State) -> _State:
    """What is known wherever the script comes from."""
    if one is None or other is None or one is other:
        return other if one is None else one
    return one & other


def _and(state: _State, names: tuple[bytes, ...], shape: Shape | None) -> _State:
    """What is known when a variable is known to be of a shape as well."""
    if state is None or shape is None or not names:
        return state
    return state | {(names, each) for each in Shape if each >= shape}
