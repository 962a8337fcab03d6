"""Here-documents that the grammar does not read: several that begin on one line, and lines like their ends.

Of several, and of one behind which more stands than the grammar knows, each becomes a redirection from a
descriptor, and begins anew right before its text, where it is given to no command. Whoever reads from a
descriptor is then taken to read that text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.template.shell.markers import MARKER
from pup_tui.template.shell.redirections import document, ending_line, upwards

if TYPE_CHECKING:
    from tree_sitter import Node

_BEGINS: Final = re.compile(rb"<<(?P<tabs>-?)[ \t]*(?=[^\s<;&|()>#-])")
_QUOTED: Final = rb"\\[!-~]|'[ !#-&(-[\]-~]*'|\"[ !#%&(-[\]-_a-~]*\""
_BARE: Final = rb"[^\s;&|()<>'\"\\`$\x80-\xff]|\$(?![\w({'\"[])"
_DELIMITER: Final = re.compile(rb"(?:%b|%b)+(?=[ \t\n;&|()<>]|\Z)" % (_QUOTED, _BARE))
"""The word behind ``<<``, up to where it ends for every shell: ASCII, quoted in whole or in part."""
_USUAL: Final = re.compile(rb"(['\"]?)[\w.+-]+\1")
_NO_DOCUMENT: Final = re.compile(rb"<<<|\(\(")
_GOES_ON: Final = re.compile(rb"(?:\||&&|\|&|\\)(?:[ \t]*|[ \t]+#[^\n]*)\Z")
"""The end of a line whose last command goes on behind the texts."""
_KNOWN_ENDS: Final = re.compile(
    rb"(?:[^;&|()}\n]|&>|[<>]&)*|[^;&|()}<>\n]*(?:&&|\|\||\|&?)[^;&|()}\n]*"
)
"""What may stand behind where a here-document begins: words and redirections, or words and one operator."""
_LISTS: Final = re.compile(rb"[;\n]|&&|\|\||(?<![<>|&])&(?![>&])")
_PLAIN_COMMAND: Final = re.compile(
    rb"\$\((?!(?:let|test|eval|source|\.|typeset|declare|local|read)\b)[\w./][\w ./:+%=-]*\)"
)
_CALCULATED: Final = re.compile(rb"\$\(|`|\$\[|\$\{?[!#]?\w+\[|\$\{[!#]?(?:\w+|[@*]):[^-=?+]")
"""What may calculate in a text: with what the commands behind it on its line have not checked yet."""
_INDENTED: Final = re.compile(rb"^[ \t]+(?=[$`\n])", re.MULTILINE)
_EXPANDED: Final = re.compile(rb"[$`]|%b" % MARKER.pattern)
"""What makes a text another one than stands there."""
DESCRIPTOR: Final = b"<&p"
"""What stands for the beginning of a here-document; a coprocess is read by the same."""
ANEW: Final = b":" + DESCRIPTOR
"""What stands before a here-document that begins anew: it is given to no command."""

_MOST_LINES: Final = 20
"""Lines of one here-document that are taken for what they are though they begin as its end does."""

_MOST_INDENTED: Final = 300
"""Blanks of one script that are seen to: each is looked up in the tree."""


class _Begin(NamedTuple):
    """Where a here-document begins, from where to where its delimiter goes, and the line that ends it."""

    start: int
    word: int
    end: int
    name: bytes
    strips_tabs: bool


_Document = tuple[_Begin, int, int]
"""How a here-document begins, and from where to where its text goes."""


class SharedLine(NamedTuple):
    """A here-document that is not the only one of its line: where it begins there, its text and its end."""

    begin: tuple[int, int]
    delimiter: tuple[int, int]
    text: int
    end: int


def shared_lines(script: bytes) -> list[SharedLine]:
    """The here-documents that are not the only ones of their lines."""
    return [each for found in _lines(script) if len(found) > 1 for each in _apart(found, script)]


def lines_that_go_on(script: bytes) -> list[SharedLine]:
    """The same, and those behind which more stands on their line than the grammar may know."""
    return [
        each
        for found in _lines(script)
        if len(found) > 1 or more_behind(script, found[0][0].end)
        for each in _apart(found, script)
    ]


def more_behind(script: bytes, at: int) -> bool:
    """Whether more stands behind the beginning of a here-document than the grammar may know."""
    end = script.find(b"\n", at)
    return _KNOWN_ENDS.fullmatch(script, at, end if end >= 0 else len(script)) is None


def _apart(found: list[_Document], script: bytes) -> Iterator[SharedLine]:
    """The here-documents of a line, if each may begin anew right before its text."""
    end = found[0][1] - 1
    if _GOES_ON.search(script, found[-1][0].end, end):
        return
    for begin, start, stop in found:
        is_literal = ending_line(script[begin.word : begin.end]) != script[begin.word : begin.end]
        text = b"" if is_literal else _PLAIN_COMMAND.sub(b"", script[start:stop])
        if not (_CALCULATED.search(text) and _LISTS.search(script, begin.end, end)):
            yield SharedLine(
                (begin.start, begin.end),
                (begin.word, begin.end),
                start,
                script.index(begin.name, stop),
            )


def lines_like_ends(script: bytes) -> Iterator[int]:
    """Where in here-documents lines begin, behind tabs, with their delimiter and go on."""
    for begin, start, end in chain.from_iterable(_lines(script)):
        goes_on = re.compile(rb"^\t*(%b)(?=[^\n])" % re.escape(begin.name), re.MULTILINE)
        lines = islice(goes_on.finditer(script, start, end), _MOST_LINES)
        yield from (found.start(1) for found in lines)


def indentations(script: bytes) -> Iterator[tuple[int, int]]:
    """Where in here-documents blanks begin a line, from where to where, if an expansion or nothing is next.

    The grammar skips such blanks, and takes what is expanded behind them for plain text.
    """
    texts = chain.from_iterable(_lines(script))
    found = chain.from_iterable(_INDENTED.finditer(script, start, end) for _, start, end in texts)
    yield from (blanks.span() for blanks in islice(found, _MOST_INDENTED))


def odd_delimiter(script: bytes) -> int:
    """The line, from 1, of the first here-document with an unusual delimiter; 0 if there is none."""
    for number, line in enumerate(script.split(b"\n"), 1):
        begins = (_begin(line, found) for found in _BEGINS.finditer(line))
        usual = (each and _USUAL.fullmatch(line, each.word, each.end) for each in begins)
        if _NO_DOCUMENT.search(line) is None and not all(usual):
            return number
    return 0


def goes_on(script: bytes, lost: int) -> int:
    """The line on which here-documents begin and whose command goes on behind their texts; or 0.

    From line ``lost`` on the script cannot be read. The line is the first one on which several begin, or one
    where it is lost.
    """
    for number, line in enumerate(script.split(b"\n"), 1):
        begins = len(_BEGINS.findall(line)) + (number >= lost)
        if begins > 1 and _BEGINS.search(line) and _GOES_ON.search(line):
            return number
    return 0


def behind_documents(script: bytes, lost: int) -> int:
    """The line on which a here-document begins and more stands behind that, if its text is lost; or 0.

    One that a substitution does not hold may be lost up to the end of the script.
    """
    end = script.rstrip(b"\n").count(b"\n") + 1
    for found in _lines(script):
        begin, text, stop = found[-1]
        number = script.count(b"\n", 0, begin.start) + 1
        last = end if b")" in script[begin.end : text] else script.count(b"\n", 0, stop) + 2
        if number <= lost <= last and more_behind(script, begin.end):
            return number
    return 0


def _lines(script: bytes) -> Iterator[list[_Document]]:
    """The here-documents of each line on which some begin, if all of them end."""
    at, ends = 0, _Ends(script)
    while (end := script.find(b"\n", at)) >= 0:
        is_string = script.find(b"<<<", at, end) >= 0
        begins = [] if is_string else [*_BEGINS.finditer(script, at, end)]
        at = end + 1
        found: list[_Document] = []
        for begin in begins:
            document = _begin(script, begin)
            last = ends.next_of(document, at) if document is not None else None
            if document is None or last is None:
                break
            found.append((document, at, last[0]))
            at = last[1] + 1
        if found and len(found) == len(begins):
            yield found


def _begin(script: bytes, found: re.Match[bytes]) -> _Begin | None:
    """How a here-document begins, if all shells read its delimiter alike."""
    word = _DELIMITER.match(script, found.end())
    if word is None:
        return None
    name = ending_line(word[0])
    return _Begin(found.start(), *word.span(), name, bool(found["tabs"])) if name else None


def misread(redirects: Iterable[Node], script: bytes) -> Iterator[int]:
    """Where here-documents of a tree begin that shells may end elsewhere."""
    for redirect in redirects:
        sign = next(part for part in redirect.children if part.type in ("<<", "<<-"))
        found = _BEGINS.match(script, sign.start_byte)
        begin = _begin(script, found) if found is not None else None
        if begin is None or not _is_read(redirect, begin, script):
            yield sign.start_byte


def _is_read(redirect: Node, begin: _Begin, script: bytes) -> bool:
    """Whether the tree begins a here-document on the next line, and ends it at the first that ends it."""
    here = document(redirect)
    if here.start is None or here.end is None or here.start.end_byte != begin.end:
        return False
    end = script.rfind(b"\n", 0, here.end.end_byte) + 1
    first = here.body.start_byte if here.body is not None else end
    next_line = script.find(b"\n", begin.end) + 1
    goes_on = any(part.end_byte > next_line for part in redirect.named_children[:-2])
    if _EXPANDED.search(script, next_line, end if goes_on else max(next_line, first)):
        return False  # what stands there goes on the command, for all that the grammar knows
    last = script[end : here.end.end_byte].lstrip(b"\t" if begin.strips_tabs else b"")
    is_ended = script[here.end.end_byte :][:1] in (b"", b"\n") or _ends_backticks(here.end, script)
    tabs = rb"\t*" if begin.strips_tabs else b""
    earlier = re.compile(rb"^%b%b$" % (tabs, re.escape(begin.name)), re.MULTILINE)
    return last == begin.name and is_ended and earlier.search(script, first, end - 1) is None


def _ends_backticks(end: Node, script: bytes) -> bool:
    """Whether the text within backticks ends with a here-document's end."""
    around = next((each for each in upwards(end) if each.type == "command_substitution"), None)
    return (
        around is not None
        and script.startswith(b"`", around.start_byte)
        and script.startswith(b"`", end.end_byte)
        and around.end_byte == end.end_byte + 1
    )


class _Ends:
    """The lines of a script, by the names that they may be the ends of."""

    def __init__(self, script: bytes) -> None:
        self._script = script

    @cached_property
    def _lines(self) -> dict[bytes, list[tuple[int, int]]]:
        """Where the lines begin and end that are the same without the tabs in front."""
        lines: defaultdict[bytes, list[tuple[int, int]]] = defaultdict(list)
        at = 0
        for line in self._script.split(b"\n"):
            lines[line.lstrip(b"\t")].append((at, at + len(line)))
            at += len(line) + 1
        return lines

    @cached_property
    def _without_tabs(self) -> dict[bytes, list[tuple[int, int]]]:
        return {
            name: [(start, end) for start, end in found if end - start == len(name)]
            for name, found in self._lines.items()
        }

    def next_of(self, begin: _Begin, at: int) -> tuple[int, int] | None:
        """The first line from `at` on that ends a here-document that begins like this."""
        found = (self._lines if begin.strips_tabs else self._without_tabs).get(begin.name, [])
        index = bisect_left(found, (at, 0))
        return found[index] if index < len(found) else None
