"""Scripts with an inert word in the place of each value, for the grammar to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from pup_tui.template.blocks import Block, For, If, Literal, Output
from pup_tui.template.errors import TemplateError
from pup_tui.template.text import Value

MAX_VARIANTS: Final = 64
MAX_VARIANT_TEXT: Final = 256 * 1024
"""Characters of all variants of a script that are read."""

_PER_VALUE: Final = 100
"""Characters of text that take about as long to judge as one value does."""

_PREFIX: Final = "PUPVALUE"
MARKER: Final = re.compile(rb"PUPVALUEX*[0-9]+E")
"""The inert word that stands for a value."""

_VARIABLE_BEFORE: Final = re.compile(r"\$\w+\Z")


def is_raw(output: Output) -> bool:
    """Whether the author asked for the text itself, as code."""
    return output.expression.is_raw


def variants(blocks: Sequence[Block]) -> Iterator[list[str | Output]]:
    """Give scripts in which together every branch of every ``if`` and ``for`` is there once.

    They stop where checking them all would take too long; what was not seen then is judged when
    the script is rendered, as everything is.
    """
    left = MAX_VARIANT_TEXT
    for choices in islice(chain([{}], _choices(blocks, {})), MAX_VARIANTS):
        variant = _flat(blocks, choices)
        yield variant
        left -= sum(len(unit) if isinstance(unit, str) else _PER_VALUE for unit in variant)
        if left < 0:
            return


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


def _flat(blocks: Sequence[Block], choices: Mapping[int, int]) -> list[str | Output]:
    units: list[str | Output] = []
    for block in blocks:
        if isinstance(block, Literal):
            units.append(block.text)
        elif isinstance(block, Output):
            units.append(block)
        else:
            units.extend(_flat(_bodies(block)[choices.get(id(block), 0)], choices))
    return units


@dataclass(frozen=True, slots=True)
class Hole:
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
        if _VARIABLE_BEFORE.search(self._before):
            self._script += b","
        marker = len(self._script)
        self._script += f"{self._prefix}{len(self.holes)}E".encode()
        self.holes.append(Hole(start, marker, len(self._script), unit))
        self._before = ""
