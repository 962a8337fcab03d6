"""Commands that print a number and nothing else, whatever they read: a closed world of them.

What words that hold variables are, and what a script's own functions print, is told by `Known`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.markers import MARKER
from pup_tui.template.shell.number_programs import COLUMNS, DIGITS, JUDGES, column_of, is_known
from pup_tui.template.shell.words import UNKNOWN, destinations

if TYPE_CHECKING:
    from tree_sitter import Node

_ERRORS_AWAY: Final = late_pattern(rb"2> ?/dev/null")
_INPUT: Final = late_pattern(rb"0?<(?![&>])")
_WORLDWIDE: Final = late_pattern(rb"(?:LC_ALL|LC_NUMERIC|LANG|TZ)=[\w.:/-]*")

_BARE: Final = rb"[^\s\"'$`\\*?\[\]{}~();&|<>]|%\{\w+\}|\\[*/ ]"
_LITERAL: Final = late_pattern(rb"(?:" + _BARE + rb"|'[^']*'|\"[^\"$`\\]*\")+")
_ONE_WORD: Final = late_pattern(
    rb"(?:" + _BARE + rb"|'[^']*'|\"(?:[^\"$`\\]|\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\}))*\")+"
)
_QUOTED: Final = late_pattern(rb"'([^']*)'|\"([^\"]*)\"|\\(.)")
_MAY_BE_MANY: Final = late_pattern(rb"\$[@{].*[@*]|\$@", re.DOTALL)
_FROM_EXPANSION: Final = late_pattern(rb"[$`\\].*", re.DOTALL)
_EXPANSION: Final = late_pattern(rb"\$\{?\w+\}?")

_EXPANSIONS: Final = ("simple_expansion", "expansion")
_CUTS: Final = late_pattern(
    rb"(?:(?:-d.|-[fc][0-9,-]+|-d .|-[fc] [0-9,-]+|-s)(?: |\Z))+", re.DOTALL
)
_RUNNERS: Final[dict[bytes, tuple[dict[bytes, int], int]]] = {
    b"sudo": ({b"-n": 0, b"-E": 0, b"-u": 1}, 0),
    b"timeout": ({b"-k": 1, b"-s": 1}, 1),
    b"command": ({}, 0),
    b"nice": ({b"-n": 1}, 0),
}
"""Commands that run the one behind them: their options, with how many words are the value, and operands."""

_NUMBER: Final = b"-0"
"""Stands for a word that is a number, which may have a sign."""
_CALCULATORS: Final = frozenset({b"seq", b"expr", b"echo", b"printf"})
"""Programs to which a word that may be missing makes no difference."""
_TO_ELSEWHERE: Final = late_pattern(rb"(?:1?>>?|&>>?)\s*(?:/dev/(?:null|stderr)|&2)")
_SILENT: Final = frozenset(
    {b"true", b":", b"test", b"[", b"return", b"shift", b"sleep", b"exit", b"break", b"continue"}
)
_DECLARES: Final = late_pattern(
    rb"(?:local|declare|typeset|readonly|export)\s+(?!-\w*[pfF])\S.*", re.S
)
_COMPOUND: Final = frozenset(
    {"list", "compound_statement", "if_statement", "elif_clause", "else_clause", "negated_command"}
)
_MOST_CALLS: Final = 5
"""Functions that call one another, as far as that is followed."""


class Known(Protocol):
    """What is known of the script around a command."""

    def is_number(self, expansion: Node) -> bool:
        """Whether an expansion gives nothing but a number, or nothing."""

    def is_operand(self, expansion: Node) -> bool:
        """Whether what an expansion gives begins with what begins no option."""

    def bodies(self, command: bytes) -> Sequence[Node] | None:
        """What stands for a command: the bodies of functions, None where it is a program or builtin."""


class NothingKnown:
    """Of a command alone."""

    def is_number(self, expansion: Node) -> bool:
        return False

    def is_operand(self, expansion: Node) -> bool:
        return False

    def bodies(self, command: bytes) -> Sequence[Node] | None:
        return None


_NOTHING: Final = NothingKnown()


class _Prints(Enum):
    """What a statement prints."""

    NUMBERS = auto()
    NOTHING = auto()
    ANYTHING = auto()


def prints_number(node: Node, known: Known = _NOTHING) -> bool:
    """Whether this is a command substitution that gives digits only, whatever its commands read."""
    if node.type == "string" and len(node.named_children) == 1:
        node = node.named_children[0]
    if node.type != "command_substitution" or not node.named_children:
        return False
    return _Reader(known).all_print(node.named_children) is _Prints.NUMBERS


class _Reader:
    """Reads what statements print."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._calls = 0

    def all_print(self, statements: Sequence[Node]) -> _Prints:
        """What is printed of some statements, of which some may not run."""
        found = {self._prints(each) for each in statements}
        if _Prints.ANYTHING in found:
            return _Prints.ANYTHING
        return _Prints.NUMBERS if _Prints.NUMBERS in found else _Prints.NOTHING

    def _prints(self, statement: Node) -> _Prints:
        parts = statement.named_children
        match statement.type:
            case "comment" | "variable_assignment" | "test_command":
                return _Prints.NOTHING
            case "declaration_command":
                is_silent = _DECLARES.fullmatch(statement.text or b"") is not None
                return _Prints.NOTHING if is_silent else _Prints.ANYTHING
            case "pipeline":
                return self._pipeline(parts)
            case "redirected_statement":
                return self._redirected(statement)
            case "command":
                return self._command(statement)
            case kind if kind in _COMPOUND:
                return self.all_print(parts)
        return _Prints.ANYTHING

    def _pipeline(self, parts: Sequence[Node]) -> _Prints:
        while len(parts) > 1:
            if self._takes_column(parts[-2], parts[-1]):
                return _Prints.NUMBERS
            if not self._passes_on(parts[-1]):
                break
            parts = parts[:-1]
        return self._prints(parts[-1])

    def _redirected(self, statement: Node) -> _Prints:
        body = statement.child_by_field_name("body")
        if body is None:
            return _Prints.ANYTHING
        first, *others = [part for part in statement.named_children if part != body]
        if _TO_ELSEWHERE.fullmatch(first.text or b"") and len(destinations(first)) == 1:
            is_all = all(_is_harmless(each) or each.text == b"2>&1" for each in others)
            return _Prints.NOTHING if is_all and body.type == "command" else _Prints.ANYTHING
        return self._prints(body) if all(map(_is_harmless, [first, *others])) else _Prints.ANYTHING

    def _command(self, command: Node) -> _Prints:
        named = command.child_by_field_name("name")
        name = _LITERAL.fullmatch(named.text or b"") if named is not None else None
        program = _unquoted(name[0]) if name is not None else b""
        bodies = self._known.bodies(program)
        if bodies is not None:
            self._calls += 1
            is_deep = self._calls > _MOST_CALLS
            printed = _Prints.ANYTHING if is_deep or not bodies else self.all_print(bodies)
            self._calls -= 1
            return printed
        if program in _SILENT:
            return _Prints.NOTHING
        words = _without_runners(self._words(command) or [])
        judge = JUDGES.get(words[0].rsplit(b"/", 1)[-1]) if words else None
        if judge is None or self._known.bodies(words[0]) is not None or not judge(words[1:]):
            return _Prints.ANYTHING
        return _Prints.NUMBERS

    def _words(self, command: Node) -> list[bytes] | None:
        """The words of a command without their quotes; None where they may be others than stand there."""
        words: list[bytes] = []
        for part in command.children:
            text = part.text or b""
            if part.type == "variable_assignment":
                if _WORLDWIDE.fullmatch(text) is None:
                    return None
            elif part.type.endswith("_redirect"):
                if not _is_harmless(part):
                    return None
            elif part.type == "arithmetic_expansion":
                words.append(_NUMBER)
            elif part.type in _EXPANSIONS or part.type == "command_substitution":
                if words[:1] not in ([each] for each in _CALCULATORS) or not self.is_number(part):
                    return None
                words.append(_NUMBER)
            elif part.type == "string" and not _MAY_BE_MANY.search(text):
                words.append(self._quoted(part))
            elif _LITERAL.fullmatch(text):
                words.append(_unquoted(text))
            elif _ONE_WORD.fullmatch(text):
                words.append(_unquoted(_EXPANSION.sub(UNKNOWN, text)))
            else:
                return None
        return words

    def _quoted(self, string: Node) -> bytes:
        """A text in double quotes, up to what is not known of it."""
        found, at = b"", string.start_byte + 1
        text = string.text or b""
        for part in (each for each in string.named_children if each.type != "string_content"):
            if not self.is_number(part):
                is_first = part.start_byte == string.start_byte + 1
                if is_first and self._known.is_operand(part):
                    return b"./" + UNKNOWN
                break
            found += text[at - string.start_byte : part.start_byte - string.start_byte] + _NUMBER
            at = part.end_byte
        found += text[at - string.start_byte : -1]
        return _FROM_EXPANSION.sub(UNKNOWN, MARKER.sub(UNKNOWN, found))

    def is_number(self, expansion: Node) -> bool:
        """Whether an expansion gives a number, or nothing."""
        if expansion.type == "command_substitution":
            return prints_number(expansion, self._known)
        return expansion.type == "arithmetic_expansion" or self._known.is_number(expansion)

    def _passes_on(self, stage: Node) -> bool:
        """Whether a part of a pipeline prints nothing but what it reads, or less."""
        words = self._words(stage) if stage.type == "command" else None
        if not words or self._known.bodies(words[0]) is not None:
            return False
        program, options = words[0], words[1:]
        if program == b"tr":
            return len(options) == 2 and options[0] == b"-d" and is_known(options[1])
        if program == b"cut":
            return _CUTS.fullmatch(b" ".join(options)) is not None
        numbered = (b"-n", b"-c")
        return program in (b"xargs", b"cat", b"sort", b"uniq", b"head", b"tail") and all(
            DIGITS.fullmatch(word) or word in (*numbered, b"-nr", b"-rn", b"-u", b"-n1", b"-c1")
            for word in options
        )

    def _takes_column(self, source: Node, last: Node) -> bool:
        """Whether a part of a pipeline prints a column that holds numbers of what comes before it."""
        pair = [self._words(each) if each.type == "command" else None for each in (source, last)]
        before, behind = pair
        if (
            not before
            or not behind
            or any(self._known.bodies(each[0]) for each in (before, behind))
        ):
            return False
        columns = COLUMNS.get(before[0])
        taken = column_of(behind)
        return columns is not None and taken is not None and columns(before[1:], taken)


def _without_runners(words: list[bytes]) -> list[bytes]:
    """The words of the command that one such as `sudo` runs."""
    while words and words[0] in _RUNNERS:
        values, operands = _RUNNERS[words[0]]
        words = words[1:]
        while words and words[0][:1] == b"-":
            if words[0] not in values:
                return []
            words = words[1 + values[words[0]] :]
        words = words[operands:]
    return words


def _is_harmless(redirect: Node) -> bool:
    """Whether a redirection changes nothing of what is printed, and holds no words of the command."""
    if redirect.type in ("herestring_redirect", "heredoc_redirect"):
        return len(redirect.children_by_field_name("argument")) == 0
    text = redirect.text or b""
    return len(destinations(redirect)) == 1 and (
        _ERRORS_AWAY.fullmatch(text) is not None or _INPUT.match(text) is not None
    )


def _unquoted(text: bytes) -> bytes:
    return _QUOTED.sub(lambda part: part[1] or part[2] or part[3] or b"", MARKER.sub(UNKNOWN, text))
