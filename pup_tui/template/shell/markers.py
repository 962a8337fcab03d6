"""Scripts with an inert word in the place of each value, for the grammar to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.template.blocks import Block, For, If, Literal, Output
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import MAX_VARIANT_TEXT, MAX_VARIANTS
from pup_tui.template.text import Value

_PER_VALUE: Final = 100
"""Characters of text that take about as long to judge as one value does."""

_PREFIX: Final = "PUPVALUE"
MARKER: Final = late_pattern(rb"PUPVALUEX*[0-9]+E")
"""The inert word that stands for a value."""

_ROUND: Final = late_pattern(r"\s*(?:(not)\s+)?loop\.(first|last)\s*")
_VARIABLE_BEFORE: Final = late_pattern(r"\$\w+\Z")


def readable(script: bytes) -> bytes:
    """A script, or a part of one, with `{{...}}` for its values, to tell somebody of it."""
    return MARKER.sub(b"{{...}}", script)


def is_raw(output: Output) -> bool:
    """Whether the author asked for the text itself, as code."""
    return output.expression.is_raw


class Variant(Struct, frozen=True):
    """One script that a template may give: its pieces, and the branches in it, each by block and number."""

    units: list[str | Output]
    branches: frozenset[tuple[int, int]]


def variants(blocks: Sequence[Block]) -> Iterator[list[str | Output]]:
    """Give the pieces of scripts in which together every branch of every ``if`` and ``for`` is there once."""
    return (variant.units for variant in branch_variants(blocks))


def branch_variants(blocks: Sequence[Block]) -> Iterator[Variant]:
    """Give scripts in which together every branch of every ``if`` and ``for`` is there once.

    Where a condition stands twice, it is true in both places or in none. They stop where checking them all
    would take too long; what was not seen then is judged when the script is rendered, as everything is.
    """
    alike = _alike(blocks)
    left = MAX_VARIANT_TEXT
    for choices in islice(chain([{}], _choices(blocks, {})), MAX_VARIANTS):
        wanted = {other: index for block, index in choices.items() for other in alike[block]}
        branches: set[tuple[int, int]] = set()
        units = list(_flat(blocks, {**wanted, **choices}, branches))
        yield Variant(units, frozenset(branches))
        left -= sum(len(unit) if isinstance(unit, str) else _PER_VALUE for unit in units)
        if left < 0:
            return


def empty_rounds(blocks: Sequence[Block]) -> frozenset[tuple[int, int]]:
    """The branches that stand for a loop without rounds and without an ``else``."""
    loops = (block for block in _all_blocks(blocks) if isinstance(block, For))
    return frozenset((id(loop), 1) for loop in loops if not loop.otherwise)


def _all_blocks(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        for body in _bodies(block):
            yield from _all_blocks(body)


def _alike(blocks: Sequence[Block]) -> dict[int, list[int]]:
    """For each block those that ask for the same."""
    found: dict[tuple[str, ...], list[int]] = {}
    asked: dict[int, tuple[str, ...]] = {}
    for block in _all_blocks(blocks):
        if isinstance(block, If):
            asks = tuple(branch.test.source.strip() for branch in block.branches if branch.test)
        elif isinstance(block, For):
            asks = ("for", block.values.source)
        else:
            continue
        asked[id(block)] = asks
        found.setdefault(asks, []).append(id(block))
    return {block: found[asks] for block, asks in asked.items()}


def _choices(blocks: Sequence[Block], path: dict[int, int]) -> Iterator[dict[int, int]]:
    """For each branch but the first ones: which branch to take at which block to get there."""
    for block in blocks:
        for index, body in enumerate(_bodies(block)):
            here = {**path, id(block): index}
            if index > 0:
                yield here
            yield from _choices(body, here)


def _bodies(block: Block) -> list[Sequence[Block]]:
    if isinstance(block, If):
        bodies: list[Sequence[Block]] = [branch.body for branch in block.branches]
        return bodies if block.branches[-1].test is None else [*bodies, ()]
    return [block.body, block.otherwise] if isinstance(block, For) else []


def _flat(
    blocks: Sequence[Block], choices: Mapping[int, int], branches: set[tuple[int, int]]
) -> Iterator[str | Output]:
    for block in blocks:
        if isinstance(block, Literal):
            yield block.text
        elif isinstance(block, Output):
            yield block
        else:
            index = choices.get(id(block), 0)
            branches.add((id(block), index))
            for round_choices in _rounds(block, index, choices):
                yield from _flat(_bodies(block)[index], round_choices, branches)


def _rounds(block: If | For, index: int, choices: Mapping[int, int]) -> list[Mapping[int, int]]:
    """What to choose within a branch: a loop that asks for its first or last round has both."""
    asking = _round_tests(block.body) if isinstance(block, For) and index == 0 else {}
    if not asking:
        return [choices]
    rounds = ("first", "last")
    told = [
        {each: int((is_not == "not") == (word == this)) for each, (is_not, word) in asking.items()}
        for this in rounds
    ]
    return [{**choices, **each} for each in told]


def _round_tests(blocks: Sequence[Block]) -> dict[int, tuple[str, str]]:
    """The blocks that ask for the first or last round of the loop that they stand in."""
    found: dict[int, tuple[str, str]] = {}
    for block in blocks:
        if isinstance(block, If):
            match = _ROUND.fullmatch(
                block.branches[0].test.source if block.branches[0].test else ""
            )
            if match is not None:
                found[id(block)] = (match[1] or "", match[2])
            for body in _bodies(block):
                found |= _round_tests(body)
    return found


class Hole(Struct, frozen=True):
    """A marker in a script: the bytes to replace, and from where on they are the marker."""

    start: int
    marker: int
    end: int
    unit: Value | Output


class Marked:
    """A script in which an inert word stands in the place of each value.

    ``secrets`` are the bytes of raw texts that were made out of a secret: from where, to where.
    """

    def __init__(self, units: Sequence[str | Value] | Sequence[str | Output]) -> None:
        self.holes: list[Hole] = []
        self.secrets: list[tuple[int, int]] = []
        self._script = bytearray()
        self._units = units
        self._before = ""
        self._prefix = self._free_prefix()
        for unit in units:
            if isinstance(unit, str):
                self._add_text(unit)
            elif isinstance(unit, Value) and unit.is_raw:
                start = len(self._script)
                self._add_text(unit.text)
                if unit.is_secret:
                    self.secrets.append((start, len(self._script)))
            elif isinstance(unit, Output) and is_raw(unit):
                self._add_text(f"{self._prefix}RAW")
            else:
                self._add_hole(unit)
        self.script = bytes(self._script)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each marker begins and ends, in bytes, in the order of the script."""
        return tuple((hole.marker, hole.end) for hole in self.holes)

    def line(self, number: int) -> str:
        """Give a line, counted from 1, with the expressions back in it; of a blank one the last."""
        lines = [line for line in self.script.split(b"\n")[:number] if line.strip()]
        line = lines[-1].decode().strip() if lines else ""
        for index, hole in enumerate(self.holes):
            marker = f"{self._prefix}{index}E"
            if marker in line:
                unit = hole.unit
                source = unit.source if isinstance(unit, Value) else unit.expression.source
                line = line.replace(marker, f"{{{{ {source} }}}}")
        return line

    def _free_prefix(self) -> str:
        texts = [
            u if isinstance(u, str) else u.text for u in self._units if not isinstance(u, Output)
        ]
        prefix = _PREFIX
        while any(prefix in text for text in texts):
            prefix += "X"
        return prefix

    def _add_text(self, text: str) -> None:
        try:
            self._script += text.encode()
        except UnicodeEncodeError:
            raise TemplateError("the script holds a lone surrogate") from None
        self._before = (self._before + text)[-300:]

    def _add_hole(self, unit: Value | Output) -> None:
        start = len(self._script)
        # In `$X{{ Y }}` the marker must not become a part of the variable's name.
        if _VARIABLE_BEFORE.search(self._before.replace("\\\n", "")):
            self._script += b","
        marker = len(self._script)
        self._script += f"{self._prefix}{len(self.holes)}E".encode()
        self.holes.append(Hole(start, marker, len(self._script), unit))
        self._before = ""
