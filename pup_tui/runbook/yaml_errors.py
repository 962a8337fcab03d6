"""What is told of a text that is not YAML: where it goes wrong, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml as pyyaml
from msgspec import Struct

from pup_tui.runbook.nodes import SourceText
from pup_tui.runbook.problems import Problem

_ENTRY = re.compile(r"\s*(?:-\s+)*(?P<key>[A-Za-z_][\w-]*):\s+(?P<value>\S.*)")
_IN_BRACES = re.compile(
    r"(?:.*[{,])?\s*(?P<key>[A-Za-z_][\w-]*):\s+(?P<value>[^\s\"'{}\[\]][^{}]*)\Z"
)
"""The end of a map in braces up to where YAML takes a value of it that stands in no quotes to have ended."""
_NEAREST = 500
_NEXT_KEY = re.compile(r"\S+\s+[A-Za-z_][\w-]*")
"""A word and what is the next key, if a colon stands behind it and a comma is missing."""
_ONE_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}\s*\Z")
_MAPS = re.compile(r":(?:\s|\Z)")
_IS_CUT = re.compile(
    "mapping values|expected key|<block end>|alphabetic or numeric|comment or line break"
    "|entries are not|keys are not"
)
"""Errors at a place where YAML takes a value to have ended, or to be a map."""
_QUOTE_VALUE = "quote the value: '…'"
_HINTS = (
    ("mapping values are not allowed", "a value that holds `: ` must be quoted: '…'"),
    (
        "could not find expected ':'",
        "a key needs a `:` and a space; quote a text over several lines",
    ),
    ("expected <document start>", "nothing may follow the end of the document"),
    ("expected ',' or", "a comma or the closing bracket is missing; quote a text with brackets"),
    (
        "did not find expected key",
        "check the indentation; text after a closing quote is not allowed",
    ),
    ("did not find expected '-' indicator", "check the indentation of the list"),
    ("expected <block end>", "check the indentation; text after a closing quote is not allowed"),
    ("expected alphabetic or numeric", "quote a value that begins with * or &: '…'"),
    (
        "unknown escape character",
        r"in double quotes a backslash is written \\; or use single quotes",
    ),
    ("invalid Unicode character escape", "a lone surrogate is not a character"),
    ("expected comment or line break", "nothing may follow | or > on its line"),
)


_BLOCK = re.compile(
    r"(?P<before>\s*(?:-\s+)*(?:(?P<key>[^\s#-].*?|-[^\s].*?):\s+)?)[|>][+-]?(?P<by>[1-9]?)[+-]?\s*(?:\s#.*)?"
)
"""The line on which a text in a block begins: it stands below."""
_OUTSIDE = re.compile(
    r"""(?:-(?:\s|\Z)|[\]}]|---|\.\.\.|(?:-\s+)*["']?[\w.<$/-]+["']?\s*:(?:\s|\Z))"""
)
"""What surely is no line of a text: an item of a list, a key, a bracket, an end."""


class _CutBlock(Struct, frozen=True):
    """A text in a block that ended with a line which is indented less; lines count from 0."""

    begin: int
    end: int
    indent: int


def syntax_problem(error: pyyaml.MarkedYAMLError, source: SourceText) -> Problem:
    """What is told of an error of the parser."""
    mark = error.problem_mark or error.context_mark
    message = error.problem or error.context or "not YAML"
    if "quoted scalar" in (error.context or "") and "end of stream" in message:
        mark, message = error.context_mark, "the quote that opens here is never closed"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    cut = _cut_block(source.lines, line)
    if cut is not None:
        return Problem(
            path=source.path,
            line=cut.end + 1,
            column=_indent_of(source.lines[cut.end]) + 1,
            message=f"not YAML: the text that begins below line {cut.begin + 1} ends before this line, "
            "which is indented less",
            hint=f"indent it like the beginning of that text, by {cut.indent} spaces or more",
        )
    return Problem(
        path=source.path,
        line=line,
        column=column,
        message=f"not YAML: {message}",
        hint=_syntax_hint(message, source, line, column),
    )


def _syntax_hint(message: str, source: SourceText, line: int, column: int) -> str:
    written = source.lines[line - 1] if line <= len(source.lines) else ""
    if "cannot start any token" in message:
        return (
            "indent with spaces, not with a tab" if "\t" in written[: column + 1] else _QUOTE_VALUE
        )
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "indent with spaces, not with a tab"
    above = next((each for each in reversed(source.lines[: line - 1]) if each.strip()), "")
    if _is_too_deep(message, written, above, column):
        return "it is indented deeper than the line above, whose value it would be: check the indentation"
    empty = _empty_block(source.lines, line) if "could not find expected ':'" in message else None
    if empty is not None:
        return f"the text of `{empty}` must be indented deeper than that key"
    entry = _ENTRY.match(written)
    if entry is not None and entry.start("value") < column:
        key, value = entry["key"], entry["value"]
        if _ONE_TEMPLATE.match(value):
            return 'quote the value: "{{ NAME }}"'
        if _IS_CUT.search(message) and (value[0] in "'\"[{*-?" or _MAPS.search(value)):
            return in_a_block(key)
    key = _broken_off(written, column) if "expected ',' or '}'" in message else ""
    if key:
        return (
            f"quote all of the text of `{key}`, or write the keys on lines of their own without the braces "
            f"around them, and the text in a block (`{key}: |`, and the text below it)"
        )
    return next((hint for part, hint in _HINTS if part in message), "")


def _broken_off(written: str, column: int) -> str:
    """The key in braces whose text YAML takes to end before its last words, or nothing."""
    broken = _IN_BRACES.match(written[: column - 1][-_NEAREST:])
    at = written[column - 1 : column]
    if broken is None or at not in (":", "[", "{"):
        return ""
    return "" if at == ":" and _NEXT_KEY.fullmatch(broken["value"]) else broken["key"]


def template_hint(written: str) -> str:
    """What to do where the value of a line begins with a template, which YAML takes for a map."""
    entry = _ENTRY.match(written)
    if entry is not None and not _ONE_TEMPLATE.match(entry["value"]):
        return in_a_block(entry["key"])
    return 'quote the value: "{{ NAME }}"'


def text_not_alias(written: str) -> str:
    """What to do where the value of a line begins with `*` and is meant as text."""
    entry = _ENTRY.match(written)
    if entry is None or entry["value"][0] != "*":
        return "a text that begins with * is quoted: '…'"
    return f"where it is text, {in_a_block(entry['key'])}"


def in_a_block(key: str) -> str:
    """What to do with a text that YAML does not take for one value."""
    return f"put the whole text in a block (`{key}: |`, and the text below it), or quote all of it"


def _empty_block(lines: Sequence[str], until: int) -> str | None:
    """The key of the last block before the line `until` whose text is not indented deeper than it."""
    for number in range(min(until, len(lines)) - 1, -1, -1):
        begin = _BLOCK.fullmatch(lines[number])
        if begin is not None:
            is_empty = _leading(lines, number + 1) <= begin.start("key")
            return begin["key"] if is_empty else None
    return None


def _is_too_deep(message: str, written: str, above: str, column: int) -> bool:
    """Whether a key stands deeper than a line above it that has its value already."""
    is_first = re.fullmatch(r"\s*(?:-\s+)*[\w-]+", written[: column - 1]) is not None
    is_deeper = _indent_of(written) > _indent_of(above.replace("- ", "  "))
    return "mapping values" in message and is_first and is_deeper and ": " in above


def _cut_block(lines: Sequence[str], until: int) -> _CutBlock | None:
    """The last block before the line `until`, where the line behind it seems to belong to its text."""
    found, number = None, 0
    while number < min(until, len(lines)):
        begin = _BLOCK.fullmatch(lines[number])
        number += 1
        if begin is None:
            continue
        around = _indent_of(begin["before"]) if begin["key"] is None else begin.start("key")
        indent = around + int(begin["by"]) if begin["by"] else _leading(lines, number)
        if indent <= around:
            continue
        block = number - 1
        number = _end_of(lines, number, indent)
        behind = _end_of(lines, number, 0, comments=True)
        is_there = behind < min(until, len(lines))
        is_cut = is_there and _is_of_text(lines[behind], around, begin["key"] is not None)
        found = _CutBlock(block, number, indent) if is_cut else None
    return found


def _leading(lines: Sequence[str], start: int) -> int:
    """The indentation of a block's text: that of its first line, or of a longer blank one before it."""
    most = 0
    for number in range(start, len(lines)):
        most = max(most, _indent_of(lines[number]))
        if lines[number].strip():
            break
    return most


def _end_of(lines: Sequence[str], start: int, indent: int, *, comments: bool = False) -> int:
    """The first line from `start` on that is not blank, and indented less or, with `comments`, no comment."""
    for number in range(start, len(lines)):
        line = lines[number]
        is_in = line.lstrip().startswith("#") if comments else _indent_of(line) >= indent
        if line.strip() and not is_in:
            return number
    return len(lines)


def _is_of_text(line: str, around: int, of_key: bool) -> bool:
    """Whether a line behind a block, that of a key or item in the column `around`, can be nothing else."""
    indent = _indent_of(line)
    is_item = line.lstrip().startswith("- ")
    return (
        indent > around
        or (indent == around and is_item and of_key)
        or not _OUTSIDE.match(line, indent)
    )


def _indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
