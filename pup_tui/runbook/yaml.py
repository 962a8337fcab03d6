"""Safe YAML: a tree with positions, made from checked events.

Nothing is constructed, resolved by tag or composed by PyYAML: its constructors execute, its
composers recurse until the process dies, and its merge keys explode. Only its scanner and parser are
used, and what they tell is checked while it streams, so that a hostile file costs no more than a harmless
one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

import yaml as pyyaml

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.nodes import (
    Mapping,
    OutOfRange,
    Scalar,
    ScalarStyle,
    Sequence,
    SourceText,
    YamlEntry,
    YamlNode,
    described,
    scalars_of,
    shown,
)
from pup_tui.runbook.problems import Problem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 100_000
"""Nodes of one file, where an alias counts as all that it stands for."""

_MAX_KEPT = 64 * 1024
"""Bytes of a file whose tree is kept: those of all that are take some memory, whatever they hold."""

_LOADER = getattr(pyyaml, "CSafeLoader", pyyaml.SafeLoader)
_MERGE = "<<"
_STYLES: dict[str | None, ScalarStyle] = {
    "'": "quoted",
    '"': "quoted",
    "|": "literal",
    ">": "folded",
}
_UNUSABLE = late_pattern("[\x00\ud800-\udfff]")
"""Characters that an escape sequence can bring into a text."""

_TWO_ESCAPES = late_pattern(
    r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)

_LINE_SEPARATORS = "\x85\u2028\u2029"
_FORBIDDEN = late_pattern(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)"
)


class _Stop(Exception):
    """The file cannot be read any further."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def parse(data: bytes, path: str) -> tuple[YamlNode | None, list[Problem]]:
    """The tree of `data` and what is wrong with it; None where it cannot be read to its end.

    `path` is only named in the problems.
    """
    try:
        text = _with_whole_characters(_decoded(data, path))
    except _Stop as stop:
        return None, [stop.problem]
    reader = _Reader(SourceText(path, text.replace("\r\n", "\n")))
    loader = _LOADER(text)
    try:
        return reader.document(iter(loader.get_event, None)), reader.problems
    except _Stop as stop:
        return None, [*reader.problems, stop.problem]
    except pyyaml.MarkedYAMLError as error:
        from pup_tui.runbook.yaml_errors import syntax_problem

        found = syntax_problem(error, reader.source)
        is_told = any(problem.line == found.line for problem in reader.problems)
        return None, [*reader.problems, *([] if is_told else [found])]
    except pyyaml.YAMLError as error:
        return None, [*reader.problems, Problem(path=path, message=f"not YAML: {error}")]
    finally:
        loader.dispose()


def parse_shared(data: bytes, path: str) -> tuple[YamlNode | None, list[Problem]]:
    """As `parse`, of a file that many runbooks use: its tree is made once, and nobody may change it.

    Where the names of a runbook may tell what a text means, the text is marked in the tree (`go_names`): such
    a file has another tree each time.
    """
    kept = _kept(data, path) if len(data) <= _MAX_KEPT else None
    if kept is None:
        return parse(data, path)
    root, problems = kept
    return root, [*problems]


@lru_cache(maxsize=32)
def _kept(data: bytes, path: str) -> tuple[YamlNode | None, tuple[Problem, ...]] | None:
    """The tree that all share; None where each needs its own."""
    root, problems = parse(data, path)
    if root is not None and any(map(_may_be_marked, scalars_of(root))):
        return None
    return root, tuple(problems)


def _may_be_marked(scalar: Scalar) -> bool:
    if "{{" not in scalar.text:
        return False
    from pup_tui.template.go import may_be_claimed

    return may_be_claimed(scalar.text)


def _decoded(data: bytes, path: str) -> str:
    if len(data) > MAX_BYTES:
        raise _Stop(too_large(path))
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = _position(before)
        found = Problem(
            path=path,
            line=line,
            column=column,
            message=f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
            hint="save the file as UTF-8",
        )
        raise _Stop(found) from None
    bad = _FORBIDDEN.search(text)
    if bad:
        raise _Stop(_forbidden(text, bad.start(), path))
    return text


def _with_whole_characters(text: str) -> str:
    """JSON as YAML has it: a character beyond the BMP is one escape there, where JSON writes two."""
    if "\\u" not in text or not _TWO_ESCAPES.search(text):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _TWO_ESCAPES.sub(_one_escape, text)


def _one_escape(pair: re.Match[str]) -> str:
    code = ord(json.loads(f'"{pair[2]}"'))
    return f"{pair[1]}\\U{code:08x}"


def too_large(path: str) -> Problem:
    return Problem(
        path=path,
        message="the file is larger than 1 MiB",
        hint="split it, or keep data in a file of its own",
    )


def _forbidden(text: str, start: int, path: str) -> Problem:
    line, column = _position(text[:start])
    character = text[start]
    offset = len(text[:start].encode())
    told = f"control character U+{ord(character):04X} at byte {offset}"
    hint = f'write it as "\\u{ord(character):04x}" in double quotes, or remove it'
    if character == "\x00":
        hint = "remove it"
    if character == "\r":
        told, hint = f"a carriage return without a line feed at byte {offset}", "use LF line ends"
    elif character in _LINE_SEPARATORS:
        told = f"invisible line separator U+{ord(character):04X} at byte {offset}"
    return Problem(path=path, line=line, column=column, message=told, hint=hint)


def _position(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


class _Reader:
    """Builds the tree while the events stream past."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._anchors: dict[str, YamlNode | None] = {}
        self._count = 0

    def document(self, events: Iterator[pyyaml.Event]) -> YamlNode:
        self._events = events
        next(events)
        if not isinstance(next(events), pyyaml.DocumentStartEvent):
            raise _Stop(Problem(path=self.source.path, message="the file is empty"))
        root = self._node(next(events), 1)
        next(events)
        after = next(events)
        if not isinstance(after, pyyaml.StreamEndEvent):
            raise self._stop(after, "more than one document", "keep one runbook in a file")
        return root

    def _node(self, event: Any, depth: int) -> YamlNode:
        self._claim(event, 1, depth)
        kind = type(event)
        if kind is pyyaml.AliasEvent:
            return self._alias(event, depth)
        anchor = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
        if event.tag is not None:
            self._tag(event)
        node: YamlNode
        if kind is pyyaml.ScalarEvent:
            node = self._scalar(event)
        elif kind is pyyaml.SequenceStartEvent:
            node = self._sequence(event, depth)
        else:
            node = self._mapping(event, depth)
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _claim(self, event: pyyaml.Event, size: int, deepest: int) -> None:
        self._count += size
        if self._count > MAX_NODES:
            raise self._stop(event, f"more than {MAX_NODES:,} nodes", "aliases count in full")
        if deepest > MAX_DEPTH:
            raise self._stop(event, f"nested deeper than {MAX_DEPTH} levels")

    def _alias(self, event: pyyaml.AliasEvent, depth: int) -> YamlNode:
        name = event.anchor
        if name not in self._anchors:
            from pup_tui.runbook.yaml_errors import text_not_alias

            start = cast(pyyaml.Mark, event.start_mark)
            told = f"{shown(f'*{name}')} names no anchor above it"
            raise self._stop(event, told, text_not_alias(self.source.lines[start.line]))
        node = self._anchors[name]
        if node is None:
            raise self._stop(event, f"{shown(f'*{name}')} stands inside itself")
        self._claim(event, node.size - 1, depth + node.height - 1)
        return node

    def _scalar(self, event: Any) -> Scalar:
        start, end, text = event.start_mark, event.end_mark, event.value
        unusable = _UNUSABLE.search(text)
        if unusable:
            told = "a NUL character" if unusable[0] == "\x00" else "a lone surrogate"
            self._report(event, f"{told} cannot be part of a text")
        style = _STYLES.get(event.style, "plain")
        if event.tag is not None:
            text = text or event.tag
        last = end.line + (1 if end.column else 0)
        return Scalar(self.source, start.line + 1, start.column + 1, text, style, last)

    def _sequence(self, event: pyyaml.Event, depth: int) -> Sequence:
        items: list[YamlNode] = []
        size = height = 1
        while type(following := next(self._events)) is not pyyaml.SequenceEndEvent:
            item = self._node(following, depth + 1)
            items.append(item)
            size += item.size
            height = max(height, 1 + item.height)
        return Sequence(self.source, *self._at(event), items, size=size, height=height)

    def _mapping(self, event: pyyaml.Event, depth: int) -> Mapping | Scalar:
        entries: dict[str, YamlEntry] = {}
        merged: list[Mapping] = []
        while type(following := next(self._events)) is not pyyaml.MappingEndEvent:
            key = self._node(following, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not self._is_key(key, following):
                continue
            assert isinstance(key, Scalar)
            if key.style == "plain" and key.text == _MERGE and not merged:
                merged += self._merged(value)
            elif key.text in entries:
                first = entries[key.text].key.line
                self._report(
                    following, f"{shown(key.text)} is given twice", f"first on line {first}"
                )
            else:
                entries[key.text] = YamlEntry(key, value)
        meant = self._unquoted(event, following)
        if meant is not None and not entries:
            return meant
        for other in merged:
            for name, entry in other.entries.items():
                entries.setdefault(name, entry)
        size = height = 1
        for entry in entries.values():
            value = entry.value
            size += 1 + value.size
            if value.height >= height:
                height = 1 + value.height
        return Mapping(self.source, *self._at(event), entries, size=size, height=height)

    def _unquoted(self, begin: Any, end: Any) -> Scalar | None:
        """The text that a `{{ X }}` without quotes was meant to be, which is told as a map for a key."""
        first, last = begin.start_mark, end.end_mark
        written = self.source.lines[first.line][first.column :]
        if not written.startswith("{{") or first.line != last.line:
            return None
        text = written[: last.column - first.column]
        return Scalar(self.source, first.line + 1, first.column + 1, text, "plain", last.line)

    def _merged(self, value: YamlNode) -> list[Mapping]:
        sources = value.items if isinstance(value, Sequence) else [value]
        maps = [node for node in sources if isinstance(node, Mapping)]
        if len(maps) != len(sources) or not maps:
            problem = Problem(
                path=self.source.path,
                line=value.line,
                column=value.column,
                message=f"`<<` takes a map or a list of maps, not {described(value)}",
            )
            self.problems.append(problem)
        return maps

    def _is_key(self, key: YamlNode, event: pyyaml.Event) -> bool:
        if not isinstance(key, Scalar):
            line = self.source.lines[key.line - 1]
            hint = ""
            if line.startswith("{{", max(0, key.column - 2)):
                from pup_tui.runbook.yaml_errors import template_hint

                hint = template_hint(line)
            self._report(event, f"a key must be text, not {described(key)}", hint)
            return False
        try:
            value = key.value
        except OutOfRange:
            value = None
        if not isinstance(value, str):
            self._report(event, f"a key must be text: {shown(key.text)}", f'write "{key.text}"')
            return False
        return True

    def _tag(self, event: pyyaml.Event) -> None:
        tag = str(getattr(event, "tag", "")).replace("tag:yaml.org,2002:", "!!")
        self._report(
            event, f"tags are not allowed: {shown(tag)}", "remove it; quote a text instead"
        )

    def _at(self, event: pyyaml.Event) -> tuple[int, int]:
        mark = cast("Any", event.start_mark)
        return mark.line + 1, mark.column + 1

    def _report(self, event: pyyaml.Event, message: str, hint: str = "") -> None:
        self.problems.append(self._stop(event, message, hint).problem)

    def _stop(self, event: pyyaml.Event, message: str, hint: str = "") -> _Stop:
        line, column = self._at(event)
        return _Stop(
            Problem(path=self.source.path, line=line, column=column, message=message, hint=hint)
        )
