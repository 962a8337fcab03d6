"""Texts that a script puts together when it runs: what they name is not known before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.language import BOUNDARIES
from pup_tui.template.shell.numbers import Numbers
from pup_tui.template.shell.readings import TAKES_PART, OwnWords
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.words import ESCAPE, ShellWord

if TYPE_CHECKING:
    from tree_sitter import Node

MADE: Final = b"\x01"
"""Stands for a part of a text that is made when the script runs; two for one that is not of one variable."""

_ANY_TEXT: Final = MADE + MADE
_NAME_FORM: Final = late_pattern(rb"(?<![A-Za-z0-9_])[A-Za-z_\x01][A-Za-z0-9_\x01]*")
_BRACES: Final = late_pattern(rb"\{([^{}\s]*(?:,|\.\.)[^{}\s]*)\}")
_LETTERS: Final = late_pattern(rb"[A-Za-z_]")
_EXPANSION: Final = late_pattern(rb"\$\{(?:([#!]?)([A-Za-z_]\w*|[0-9]+|[@*])|\()")
_JOINS: Final = late_pattern(rb"\$(?:\*|\{\*\}|\{\w+\[\*\]\})")
_CUTS: Final = late_pattern(rb"\bIFS=(?:\$?['\"])?[^\s;'\"$\\]*\w")
"""Letters that part words."""
_MODIFIED: Final = late_pattern(rb"\[|:[a-zA-Z]")
"""Behind ``$NAME`` in zsh: an element, letters, or what a modifier makes of it."""
_PART: Final = late_pattern(rb"%b|(?:\[[^]]*\])?@[UuLQEPK]|\[[^]]*," % TAKES_PART.pattern)
_VARIABLES: Final = late_pattern(rb"\$\{?([A-Za-z_]\w*|[0-9]+|[@*])")
_BEFORE: Final = late_pattern(rb"[\w${}\"']*\Z")
_AFTER: Final = late_pattern(rb"[\w${}\"']*")
_ASSIGNED: Final = late_pattern(rb"(?<![\w$])([A-Za-z_]\w*)\+?=(?!\\?\$\(\(|[0-9=])")
_SPELLING: Final = b"ulcLRZ"
"""Options of variables whose texts are spelled otherwise than they were given."""
_WHOLE: Final = late_pattern(rb"['\"]?%s['\"]?")
_NUMBER: Final = late_pattern(rb"['\"]?%[-+ 0#]*[0-9]*(?:\.[0-9]+)?[diu]['\"]?")
_FORMAT: Final = 3
_FORMAT_WORDS: Final = 5
"""The place of the format in ``printf -v NAME '%s' TEXT``, and how many words that has."""
_NEAR: Final = 80


def spelled(survey: Survey, node: Node) -> bytes:
    """A text without its quotes, with `MADE` for what is made in it, and the words that braces give."""
    text = _spelled(survey, node)
    if b"{" not in text or node.type not in ("word", "concatenation", "brace_expression"):
        return text
    found, words = 1, b""
    while found:
        for match in _BRACES.finditer(text):
            words += b" " + match[1].replace(b",", b" ").replace(b"..", b" ")
        is_range = b".." in text and _LETTERS.search(words) is not None
        text, found = _BRACES.subn(_ANY_TEXT if is_range else MADE, text)
    return text + words


def _spelled(survey: Survey, node: Node) -> bytes:
    text = survey.text(node)
    match node.type:
        case "expansion":
            return _expanded(survey, node, text)
        case "simple_expansion":
            return _ANY_TEXT if _operates(survey, node) else MADE
        case "arithmetic_expansion":
            return MADE
        case "raw_string":
            return text[1:-1]
        case "ansi_c_string":
            return _ANY_TEXT if b"\\" in text else text[2:-1]
        case '"':
            return b""
        case "word" | "string_content":
            return ESCAPE.sub(rb"\1", text)
    if node.type in BOUNDARIES:
        return MADE
    if not node.children:
        return text
    found, position = bytearray(), node.start_byte
    for child in node.children:
        found += survey.script[position : child.start_byte] + spelled(survey, child)
        position = child.end_byte
    return bytes(found)


def _expanded(survey: Survey, node: Node, text: bytes) -> bytes:
    if _operates(survey, node):
        return _ANY_TEXT
    parent = node.parent
    if parent is not None and parent.type == "string" and survey.text(parent) == b'"%b"' % text:
        parent = parent.parent
    if parent is not None and parent.type in ("string", "concatenation"):
        return MADE
    named = next((part.id for part in node.children if part.is_named), None)
    given = (spelled(survey, part) for part in node.named_children if part.id != named)
    return MADE + b"".join(b" " + each for each in given)


def _joins(survey: Survey, text: bytes) -> bool:
    """Whether several words become one, with nothing between them for all that is known."""
    return b"IFS" in survey.script and _JOINS.fullmatch(text) is not None


def _is_cut(survey: Survey, node: Node) -> bool:
    """Whether letters part words here, so that a word may be any part of a text."""
    parent = node.parent
    is_split = parent is None or parent.type not in ("string", "variable_assignment")
    return is_split and b"IFS" in survey.script and _CUTS.search(survey.script) is not None


def _operates(survey: Survey, node: Node) -> bool:
    """Whether an expansion gives another text than that of its variable."""
    text = survey.text(node)
    if _joins(survey, text) or _is_cut(survey, node):
        return True
    if node.type != "expansion":
        is_zsh = survey.shell == "zsh"
        return is_zsh and _MODIFIED.match(survey.script, node.end_byte) is not None
    match = _EXPANSION.match(text)
    if match is None or match[2] is None:
        return match is not None  # with flags of zsh
    return match[1] != b"#" and _PART.match(text, match.end()) is not None


def names_in(survey: Survey, node: Node) -> set[bytes]:
    """The names in a text, with `MADE` for parts; one of these only where it may be any name."""
    parent = node.parent
    is_added = (
        parent is not None
        and parent.type == "variable_assignment"
        and any(part.type == "+=" for part in parent.children)
    )
    text = (MADE if is_added else b"") + spelled(survey, node).replace(b"$", b" ")
    return {name for name in _NAME_FORM.findall(text) if name != MADE}


def is_any(name: bytes) -> bool:
    """Whether a name in a text may be any."""
    return not name.strip(MADE)


class Composed:
    """Which variables and places of a script hold texts that may be any name.

    ``given`` tells what a variable gets its text from.
    """

    def __init__(
        self,
        survey: Survey,
        words: OwnWords,
        given: Callable[[bytes], Iterator[Node]],
        numbers: Numbers,
    ) -> None:
        self._survey = survey
        self._words = words
        self._given = given
        self._numbers = numbers
        self._any: dict[int, bool] = {}

    def names(self, calculated: Iterable[bytes]) -> Iterator[bytes]:
        """The variables to which such a text is given; ``calculated`` are those that arithmetic names."""
        yield from (name for name in self._assigned if self._is_made(name))
        yield from self._spelled_otherwise
        yield from self._formatted
        for command, words in self._survey.named(b"set"):
            if any(self._may_be_any(word.node) for word in words[1:]):
                yield from self._words.names(b"@", command)
        for command, _ in self._survey.named(b"eval", b"trap"):
            yield from _ASSIGNED.findall(self._survey.text(command))
        if ANY in self._survey.filled:
            yield from (name for name in calculated if name not in self._assigned)

    def is_made(self, node: Node) -> bool:
        """Whether what stands around an expansion, with it, may be any name."""
        script, text = self._survey.script, self._survey.text(node)
        before = _BEFORE.search(script, max(0, node.start_byte - _NEAR), node.start_byte)
        after = _AFTER.match(script, node.end_byte, node.end_byte + _NEAR)
        around = [each[0].strip(b"\"'") if each is not None else b"" for each in (before, after)]
        around = [each.strip(b"\"'{}") if not _VARIABLES.search(each) else each for each in around]
        if around[0][:1].isdigit() or not (any(around) or _operates(self._survey, node)):
            return False
        is_plain = not any(_LETTERS.search(_VARIABLES.sub(b"", each)) for each in around)
        names = _VARIABLES.findall(b"".join((around[0], text, around[1])))
        return not (is_plain and names and all(self._is_number(each, node) for each in names))

    @cached_property
    def _assigned(self) -> set[bytes]:
        loops = self._survey.loops_over
        own = (
            b"%s %d" % (name, number)
            for name in self._survey.functions
            for _, words in self._survey.named(name)
            for number in range(len(words))
        )
        return {*self._survey.texts_of, *loops, *own}

    def _is_made(self, name: bytes) -> bool:
        return any(map(self._may_be_any, self._given(name)))

    def _may_be_any(self, node: Node) -> bool:
        if node.id not in self._any:
            spend_on_judging(1)
            names = names_in(self._survey, node)
            self._any[node.id] = any(map(is_any, names)) and not self._numbers.is_text_of_numbers(
                node
            )
        return self._any[node.id]

    @cached_property
    def _spelled_otherwise(self) -> list[bytes]:
        found = self._survey.declarations.of(_SPELLING)
        named = self._assigned if ANY in found else found
        return [name for name in sorted(named) if not self._numbers.holds(name)]

    @cached_property
    def _formatted(self) -> list[bytes]:
        """What ``printf -v`` and ``print -v`` put together."""
        found: list[bytes] = []
        for _, words in self._survey.named(b"printf", b"print"):
            names = [*self._survey.fills(words)]
            form = words[_FORMAT].raw if len(words) > _FORMAT else b""
            if names and not self._copies_text(form, words) and not _NUMBER.fullmatch(form):
                found += (name for name in names if name != ANY)
        return found

    def _copies_text(self, form: bytes, words: Sequence[ShellWord]) -> bool:
        """Whether a variable gets one text of the script, as it is."""
        if len(words) != _FORMAT_WORDS or not _WHOLE.fullmatch(form) or words[-1].spreads:
            return False
        return MADE not in spelled(self._survey, words[-1].node)

    def _is_number(self, name: bytes, node: Node) -> bool:
        return all(map(self._numbers.holds, self._words.names(name, node)[:1]))
