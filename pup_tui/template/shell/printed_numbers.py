"""Commands that print a number and nothing else, whatever they read: a closed world of them.

What words that hold variables are, and what a script's own functions print, is told by `Known`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.markers import MARKER
from pup_tui.template.shell.number_programs import (
    JUDGES,
    PickedColumn,
    calculates,
    column_is_number,
    column_of,
    field_is_number,
    file_column_is_number,
    is_known,
)
from pup_tui.template.shell.number_sources import is_number_file
from pup_tui.template.shell.words import ESCAPE_IN_QUOTES, UNKNOWN, destinations

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
_EXPANSION: Final = late_pattern(rb"\$\{?\w+\}?")

_EXPANSIONS: Final = ("simple_expansion", "expansion")
_DELETES: Final = late_pattern(rb"s/[\w% ,;:-]*//g?")
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
_KEEPING: Final = frozenset({b"sort", b"uniq", b"head", b"tail", b"cat"})
"""Filters that print whole lines of what they read."""
_CALCULATORS: Final = ([b"seq"], [b"expr"], [b"echo"], [b"printf"])
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
_OWN_WORD: Final = late_pattern(rb"\$\{?([1-9])\}?")
_MOVES: Final = late_pattern(rb"\b(?:shift|set|getopts|eval|argv)\b")
"""What may give a function other words."""
_SPLITS_PLAINLY: Final = late_pattern(rb"[^*?\[~\0]*")
_AMOUNT: Final = late_pattern(rb"[-+]?[0-9]+")
_MOST_CALLS: Final = 5
_STEPS_PER_INNER: Final = 2
"""Functions that call one another, as far as that is followed."""


class Known(Protocol):
    """What is known of the script around a command."""

    def is_number(self, expansion: Node) -> bool:
        """Whether an expansion gives nothing but a number, or nothing."""

    def is_operand(self, expansion: Node) -> bool:
        """Whether what an expansion gives begins with what begins no option."""

    def text(self, expansion: Node) -> bytes | None:
        """The only text that an expansion may give, where the script says it."""

    def bodies(self, command: bytes) -> Sequence[Node] | None:
        """What stands for a command: the bodies of functions, None where it is a program or builtin."""

    @property
    def keeps_words(self) -> bool:
        """Whether the words of functions are those with which the script is seen to call them."""


class NothingKnown:
    """Of a command alone."""

    def is_number(self, expansion: Node) -> bool:
        return False

    def is_operand(self, expansion: Node) -> bool:
        return False

    def text(self, expansion: Node) -> bytes | None:
        return None

    def bodies(self, command: bytes) -> Sequence[Node] | None:
        return None

    @property
    def keeps_words(self) -> bool:
        return False


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


def pipes_numbers(stages: Sequence[Node], known: Known, *, only_first: bool) -> bool:
    """Whether the parts of a pipeline print numbers; ``only_first``: in the first word of each line."""
    reader = _Reader(known)
    is_all = reader.pipeline(stages) is _Prints.NUMBERS
    return is_all or (only_first and reader.first_is_number(stages))


class _Reader:
    """Reads what statements print."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._calls: list[list[bytes]] = []
        """The words of the functions that are gone through; none where they are not known."""

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
                return self.pipeline(parts)
            case "redirected_statement":
                return self._redirected(statement)
            case "command":
                return self._command(statement)
            case kind if kind in _COMPOUND:
                return self.all_print(parts)
        return _Prints.ANYTHING

    def pipeline(self, parts: Sequence[Node]) -> _Prints:
        """What the parts of a pipeline print."""
        while len(parts) > 1:
            if self._takes_numbers(parts[:-1], parts[-1]):
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
        if not all(map(_is_harmless, [first, *others])):
            return _Prints.ANYTHING
        if body.type == "pipeline" and any(map(_feeds, (first, *others))):
            body = body.named_children[-1]  # which reads that, and not what is piped to it
        read = [part for part in (first, *others) if _INPUT.match(part.text or b"")]
        files = [file.text or b"" for part in read for file in destinations(part)]
        if files and all(map(is_number_file, files)) and self._passes_on(body):
            return _Prints.NUMBERS
        return self._prints(body)

    def _command(self, command: Node) -> _Prints:
        named = command.child_by_field_name("name")
        name = _LITERAL.fullmatch(named.text or b"") if named is not None else None
        program = _unquoted(name[0]) if name is not None else b""
        bodies = self._known.bodies(program)
        if bodies is not None:
            return self._called(command, bodies)
        if program in _SILENT:
            return _Prints.NOTHING
        words = self._program(command)
        judge = JUDGES.get(words[0].rsplit(b"/", 1)[-1]) if words else None
        is_number = judge is not None and judge(words[1:])
        if is_number or (words and (_reads_numbers(words) or file_column_is_number(words))):
            return _Prints.NUMBERS
        return _Prints.ANYTHING

    def _called(self, command: Node, bodies: Sequence[Node]) -> _Prints:
        """What a function prints that is called with these words."""
        if not bodies or len(self._calls) == _MOST_CALLS:
            return _Prints.ANYTHING
        keeps = self._known.keeps_words and not any(_MOVES.search(b.text or b"") for b in bodies)
        words = self._words(command) if keeps else None
        self._calls.append(words or [])
        printed = self.all_print(bodies)
        self._calls.pop()
        return printed

    def _text(self, expansion: Node) -> bytes | None:
        """What an expansion gives, where that is known: of a function's own words by its call."""
        own = _OWN_WORD.fullmatch(expansion.text or b"")
        if own is None:
            return self._known.text(expansion)
        words = self._calls[-1] if self._calls else []
        return words[int(own[1])] if int(own[1]) < len(words) else None

    def _words(self, command: Node) -> list[bytes] | None:
        """The words of a command without their quotes; None where they may be others than stand there."""
        words: list[bytes] = []
        for part in command.children:
            if part.type == "command_name" and len(part.children) == 1:
                part = part.children[0]
            if part.type == "variable_assignment":
                found: list[bytes] | None = [] if _WORLDWIDE.fullmatch(part.text or b"") else None
            elif part.type.endswith("_redirect"):
                found = [] if _is_harmless(part) else None
            else:
                found = self._word(part, takes_numbers=words[:1] in _CALCULATORS)
            if found is None:
                return None
            words += found
        return words

    def _word(self, part: Node, *, takes_numbers: bool) -> list[bytes] | None:
        """What a word becomes; None where it may be several."""
        text = part.text or b""
        given = self._text(part) if part.type in _EXPANSIONS else None
        if part.type == "arithmetic_expansion":
            return [_NUMBER]
        if given is not None and _SPLITS_PLAINLY.fullmatch(given):
            return given.split()
        if text == b'"$@"':
            return self._calls[-1][1:] if self._calls and self._calls[-1] else None
        if part.type in _EXPANSIONS or part.type == "command_substitution":
            return [_NUMBER] if takes_numbers and self.is_number(part) else None
        if part.type == "string" and not _MAY_BE_MANY.search(text):
            return [self._quoted(part)]
        if _LITERAL.fullmatch(text):
            return [_unquoted(text)]
        return [_unquoted(_EXPANSION.sub(UNKNOWN, text))] if _ONE_WORD.fullmatch(text) else None

    def _quoted(self, string: Node) -> bytes:
        """A text in double quotes, up to what is not known of it."""
        found, at = b"", string.start_byte + 1
        text = string.text or b""
        for part in (each for each in string.named_children if each.type != "string_content"):
            found += _plain(text[at - string.start_byte : part.start_byte - string.start_byte])
            given = self._text(part) if part.type in _EXPANSIONS else None
            at = part.end_byte
            if self.is_number(part):
                found += _NUMBER
            elif given is not None:
                found += given
            elif not found and self._known.is_operand(part):
                return b"./" + UNKNOWN
            else:
                return found + UNKNOWN
        return found + _plain(text[at - string.start_byte : -1])

    def is_number(self, expansion: Node) -> bool:
        """Whether an expansion gives a number, or nothing."""
        if expansion.type == "command_substitution":
            # One within the other is gone through for each of those around it.
            spend_on_judging(_STEPS_PER_INNER)
            return prints_number(expansion, self._known)
        return expansion.type == "arithmetic_expansion" or self._known.is_number(expansion)

    def _passes_on(self, stage: Node) -> bool:
        """Whether a part of a pipeline prints nothing but what it reads, or less."""
        words = self._program(stage) if _reads_pipe(stage) else []
        return bool(words) and _passes_on(words)

    def _takes_numbers(self, sources: Sequence[Node], last: Node) -> bool:
        """Whether a part of a pipeline picks numbers of what comes before it, of whatever lines."""
        behind = self._program(last) if _reads_pipe(last) else []
        before = self._source(sources)
        if not before or not behind:
            return False
        taken = column_of(behind)
        return (
            (taken is not None and column_is_number(before, taken))
            or field_is_number(before, behind)
            or calculates(before, behind)
        )

    def first_is_number(self, stages: Sequence[Node]) -> bool:
        """Whether the first word of each line that a pipeline prints is a number."""
        words = self._source(stages)
        return bool(words) and column_is_number(words, PickedColumn(1, b""))

    def _source(self, stages: Sequence[Node]) -> list[bytes]:
        """The words of the program whose lines a pipeline prints, be it some of them."""
        while len(stages) > 1 and self._keeps_lines(stages[-1]):
            stages = stages[:-1]
        return self._program(stages[-1])

    def _keeps_lines(self, stage: Node) -> bool:
        words = self._program(stage)
        is_keeping = bool(words) and words[0] in _KEEPING and b"-c" not in words
        return is_keeping and self._passes_on(stage)

    def _program(self, stage: Node) -> list[bytes]:
        """The words of a program; none where they are not known, or where it is something else."""
        if stage.type == "redirected_statement":
            body = stage.child_by_field_name("body")
            rest = [part for part in stage.named_children if part != body]
            if body is None or not all(_ERRORS_AWAY.fullmatch(part.text or b"") for part in rest):
                return []
            stage = body
        words = self._words(stage) if stage.type == "command" else None
        words = _without_runners(words or [])
        return words if words and self._known.bodies(words[0]) is None else []


def _passes_on(words: Sequence[bytes]) -> bool:
    """Whether a filter prints nothing but what it reads, or less."""
    program, options = words[0], words[1:]
    if program == b"tr":
        return len(options) == 2 and options[0] == b"-d" and is_known(options[1])
    if program == b"sed":
        return len(options) == 1 and _DELETES.fullmatch(options[0]) is not None
    if program == b"cut":
        return _CUTS.fullmatch(b" ".join(options)) is not None
    numbered = (b"-n", b"-c")
    return program in (b"xargs", *_KEEPING) and all(
        _AMOUNT.fullmatch(word) or word in (*numbered, b"-nr", b"-rn", b"-u", b"-n1", b"-c1")
        for word in options
    )


def _reads_numbers(words: Sequence[bytes]) -> bool:
    """Whether a filter reads nothing but files of the system that hold numbers."""
    files = [word for word in words[1:] if word.startswith(b"/")]
    others = [word for word in words if word not in files]
    return bool(files) and all(map(is_number_file, files)) and _passes_on(others or [b""])


def _plain(text: bytes) -> bytes:
    """A part of a text in double quotes that holds no expansion."""
    return MARKER.sub(UNKNOWN, ESCAPE_IN_QUOTES.sub(rb"\1", text))


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


def _feeds(redirect: Node) -> bool:
    """Whether a redirection gives a command another input."""
    return redirect.type != "file_redirect" or _INPUT.match(redirect.text or b"") is not None


def _reads_pipe(stage: Node) -> bool:
    """Whether a part of a pipeline is not given another input."""
    redirects = (part for part in stage.children if part.type.endswith("_redirect"))
    return not any(map(_feeds, redirects))


def _unquoted(text: bytes) -> bytes:
    return _QUOTED.sub(lambda part: part[1] or part[2] or part[3] or b"", MARKER.sub(UNKNOWN, text))
