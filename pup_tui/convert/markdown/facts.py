"""What a page says in its tables and lists of what its commands name: hosts, addresses, ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pup_tui.convert.markdown.blocks import PageBlock, plain
from pup_tui.convert.naming import variable_name
from pup_tui.convert.shell.reading import commands_in as calls_in
from pup_tui.convert.shell.reading import parsed, text_of, walk

_NAMED = re.compile(r"^(?P<name>[^:`]{2,40}):\s+(?P<value>\S+)$")
_PORT = re.compile(r":\d{1,5}$")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+){2,}")
_ONE_THING = re.compile(r"(?=[^\s]*[A-Za-z])(?=[^\s]*[-._/\d])[A-Za-z0-9][\w./:@-]{2,120}")
"""A name of one thing, not a word that may mean others elsewhere: something in it is no letter."""


@dataclass(frozen=True, slots=True)
class PageFact:
    """A value that a page gives a name, and that its commands name: a variable with a default.

    `expression` is what stands for `value`. Of a host there is one with its first label alone, too.
    """

    name: str
    default: str
    value: str
    expression: str


def facts_of(blocks: Sequence[PageBlock], scripts: Sequence[str]) -> list[PageFact]:
    """The facts of a page by all of its blocks, longest values first; `scripts` are its commands.

    A value is one where each of its places in the commands is a word of a command, or part of one: where
    it stands in a text for something else (a statement, a script for another host) a value would have to
    be known to be harmless there, and half of the places would keep the old one.
    """
    commands = [_Commands(each) for each in scripts]
    found: list[PageFact] = []
    for said, cell in _said(blocks):
        value = cell if "://" in cell else _PORT.sub("", cell)
        taken = {fact.name for fact in found}
        if not _ONE_THING.fullmatch(value) or any(fact.value == value for fact in found):
            continue
        name = variable_name(said, taken)
        forms = [PageFact(name, value, value, name)]
        if _HOST.fullmatch(value):
            label = value.split(".", 1)[0]
            if re.search(r"[-\d]", label) and all(fact.value != label for fact in found):
                forms.append(PageFact(name, value, label, f"{name}.split('.')[0]"))
        ways = {each.has_as_word(form.value) for form in forms for each in commands} - {None}
        if ways == {True}:
            found += forms
    return sorted(found, key=lambda fact: -len(fact.value))


def place_of(value: str) -> re.Pattern[str]:
    """Where a value stands by itself, or as a part of a word, in a text."""
    return re.compile(rf"(?<![\w.-]){re.escape(value)}(?![\w-]|\.\w)")


class _Commands:
    """A script, and where its arguments stand, which is worked out once for all values."""

    def __init__(self, script: str) -> None:
        self._script = script

    def has_as_word(self, value: str) -> bool | None:
        """Whether a value is (a part of) an argument wherever it stands; None where it does not."""
        script = self._script
        places = [
            (len(script[: each.start()].encode()), len(script[: each.end()].encode()))
            for each in place_of(value).finditer(script)
        ]
        if not places:
            return None
        return all(any(a <= start and end <= b for a, b in self._words) for start, end in places)

    @cached_property
    def _words(self) -> list[tuple[int, int]]:
        return [
            (node.start_byte, node.end_byte)
            for call in calls_in(parsed(self._script))
            for node in call.named_children
            if node.type != "command_name"
            and not any(each.type == "command_substitution" for each in walk(node))
            and not re.search(r"\s", text_of(node))
        ]


def _said(blocks: Sequence[PageBlock]) -> Iterator[tuple[str, str]]:
    """Names and what stands beside them: in rows of tables, and in items of lists."""
    for block in blocks:
        if block.kind == "table" and len(block.rows) > 1:
            for row in block.rows[1:]:
                yield from _row(block.rows[0], row)
        elif block.kind == "item":
            found = _NAMED.match(plain(block.lead))
            if found:
                yield found["name"], found["value"]


def _row(heads: list[str], row: list[str]) -> Iterator[tuple[str, str]]:
    cells = [plain(each) for each in row]
    things = [at for at, cell in enumerate(cells) if at and _ONE_THING.fullmatch(cell)]
    if not cells or not re.search(r"[A-Za-z]", cells[0]):
        return
    for at in things:
        column = f" {plain(heads[at])}" if len(things) > 1 and at < len(heads) else ""
        yield f"{cells[0]}{column}", cells[at]
