"""Argument lists: split into words first, rendered after, so a value never makes two words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Any, Final

from msgspec import Struct, field

from pup_tui.late_pattern import late_pattern
from pup_tui.template.blocks import Block, For, If, Literal, Output
from pup_tui.template.errors import TemplateError
from pup_tui.template.flow import Flow
from pup_tui.template.limits import MAX_ARGUMENT
from pup_tui.template.text import Text, Value, compile_text
from pup_tui.template.usage import Usage, UsesNames
from pup_tui.template.values import OMIT, contents, to_text

_PLAIN: Final = late_pattern(r"[^\s'\"\\]+")
_QUOTED_RUN: Final = {"'": re.compile(r"[^'\n]+"), '"': re.compile(r'[^"\\\n]+')}
_ESCAPED_IN_QUOTES: Final = frozenset('"\\$`\n')

_WAY_OUT: Final = "hand it to the command of a shell step through `stdin:`"

Unit = str | Value | Output
"""A piece of literal source, or a template, which splitting never looks into."""


class Word(Struct):
    """One word: literal texts and templates; ``quoted`` says that quotes were around some of it."""

    parts: list[Unit] = field(default_factory=list)
    quoted: bool = False

    def add(self, part: Unit) -> None:
        """Append a part; literal texts that touch become one."""
        if isinstance(part, str) and self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += part
        elif part != "":
            self.parts.append(part)

    @property
    def only(self) -> Unit | None:
        """The one part of which the word consists."""
        return self.parts[0] if len(self.parts) == 1 else None


def split_words(units: Sequence[Unit]) -> list[Word]:
    """Split as a shell does: white space separates, quotes and backslashes keep together.

    Nothing is expanded. Raises `TemplateError` where a quote is not closed.
    """
    splitter = _Splitter()
    for unit in units:
        splitter.take(unit)
    return splitter.finish()


class _Splitter:
    def __init__(self) -> None:
        self._words: list[Word] = []
        self._word: Word | None = None
        self._quote = ""
        self._opened = 1
        self._line = 1

    def take(self, unit: Unit) -> None:
        if not isinstance(unit, str):
            self._current().add(unit)
            return
        position = 0
        while position < len(unit):
            step = self._in_quotes if self._quote else self._outside
            position = step(unit, position)

    @property
    def ended(self) -> int:
        """How many words nothing can be added to."""
        return len(self._words)

    def finish(self) -> list[Word]:
        if self._quote:
            raise TemplateError(
                f"the quote {self._quote} that opens in line {self._opened} is not closed",
                line=self._opened,
            )
        self._end_word()
        return self._words

    def _current(self) -> Word:
        if self._word is None:
            self._word = Word()
        return self._word

    def _end_word(self) -> None:
        if self._word is not None:
            self._words.append(self._word)
            self._word = None

    def _outside(self, unit: str, position: int) -> int:
        character = unit[position]
        if character.isspace():
            self._line += character == "\n"
            self._end_word()
            return position + 1
        if character in "'\"":
            self._quote, self._opened = character, self._line
            self._current().quoted = True
            return position + 1
        if character == "\\":
            return self._escape(unit, position)
        plain_run = _PLAIN.match(unit, position)
        end = plain_run.end() if plain_run else position + 1
        self._current().add(unit[position:end])
        return end

    def _escape(self, unit: str, position: int) -> int:
        if position + 1 >= len(unit):
            raise TemplateError(
                "a backslash stands at the end, or right before a value", line=self._line
            )
        following = unit[position + 1]
        self._line += following == "\n"
        if following == "\n":
            self._end_word()
        else:
            self._current().add(following)
        return position + 2

    def _in_quotes(self, unit: str, position: int) -> int:
        run = _QUOTED_RUN[self._quote].match(unit, position)
        if run is not None:
            self._current().add(run[0])
            return run.end()
        character = unit[position]
        self._line += character == "\n"
        if character == self._quote:
            self._quote = ""
            return position + 1
        escapes = self._quote == '"' and character == "\\" and position + 1 < len(unit)
        if escapes and unit[position + 1] in _ESCAPED_IN_QUOTES:
            self._line += unit[position + 1] == "\n"
            self._current().add(unit[position + 1])
            return position + 2
        self._current().add(character)
        return position + 1


class Arguments(UsesNames):
    """A compiled argument list. Made by `compile_arguments`."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._split = split_words(list(_skeleton(text.blocks)))

    @cached_property
    def words(self) -> tuple[Text, ...]:
        """The words, each a text of its own, with every branch and loop body in it once."""
        return tuple(Text(_as_blocks(word)) for word in self._split)

    @property
    def first_words(self) -> int:
        """How many words at the beginning are there, and as they stand, whichever branch is taken."""
        splitter = _Splitter()
        for unit in _skeleton([*takewhile(_is_straight, self._text.blocks)]):
            splitter.take(unit)
        return len(self.words) if self.has_all_words else splitter.ended

    @property
    def has_all_words(self) -> bool:
        """Whether every word is there whatever the values are: none stands in a branch or a loop."""
        return all(map(_is_straight, self._text.blocks))

    @cached_property
    def usage(self) -> Usage:
        """The names that it uses."""
        return self._text.usage

    @property
    def flow(self) -> Flow:
        """What it is made out of."""
        return self._text.flow

    def render(self, scope: Mapping[str, Any]) -> list[str]:
        """Render to the words.

        A word that is one template, without quotes, and renders empty is dropped, and so is one of
        which a template gives `OMIT`. A positional
        that is one captured JSON object stands for its ``data.id``, else its ``id``.
        """
        return [
            _word_text(word)
            for word in split_words(self._text.pieces(scope))
            if not _is_dropped(word)
        ]


def _skeleton(blocks: Sequence[Block]) -> list[Unit]:
    """The units of a text with every branch and loop body in it once."""
    units: list[Unit] = []
    for block in blocks:
        if isinstance(block, Literal):
            units.append(block.text)
        elif isinstance(block, Output):
            units.append(block)
        elif isinstance(block, If):
            for branch in block.branches:
                units.extend(_skeleton(branch.body))
        elif isinstance(block, For):
            units.extend([*_skeleton(block.body), *_skeleton(block.otherwise)])
    return units


def _is_straight(block: Block) -> bool:
    return not isinstance(block, If | For)


def _as_blocks(word: Word) -> list[Block]:
    parts: list[Unit] = word.parts or [""]
    return [Literal(p) if isinstance(p, str) else p for p in parts if not isinstance(p, Value)]


def _is_dropped(word: Word) -> bool:
    if any(isinstance(part, Value) and part.value is OMIT for part in word.parts):
        return True
    return isinstance(word.only, Value) and not word.quoted and word.only.text == ""


def _word_text(word: Word) -> str:
    if isinstance(word.only, Value):
        text = _entity_id(word.only) or word.only.text
    else:
        text = "".join(part if isinstance(part, str) else _text_of(part) for part in word.parts)
    _check_argument(text, word)
    return text


def _text_of(part: Value | Output) -> str:
    return part.text if isinstance(part, Value) else ""


def _entity_id(value: Value) -> str | None:
    """The id of a captured JSON object: its ``data.id``, else its ``id``."""
    entity = contents(value.value)
    if not isinstance(entity, Mapping):
        return None
    data = entity.get("data")
    holders = [data] if isinstance(data, Mapping) else []
    for holder in [*holders, entity]:
        found = holder.get("id")
        if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
            return to_text(found)
    return None


def _check_argument(text: str, word: Word) -> None:
    problem = argument_problem(text)
    if problem is None:
        return
    values = [part for part in word.parts if isinstance(part, Value)]
    if values:
        raise values[0].error(f"an argument {problem}", _WAY_OUT)
    raise TemplateError(f"an argument {problem}", hint=_WAY_OUT)


def render_argument(text: Text, scope: Mapping[str, Any]) -> str:
    """Render a text that is one word, white space and all. Raises `TemplateError`."""
    word = Word([piece for piece in text.pieces(scope) if piece != ""], quoted=True)
    rendered = "".join(part if isinstance(part, str) else _text_of(part) for part in word.parts)
    _check_argument(rendered, word)
    return rendered


def argument_problem(text: str) -> str | None:
    """Say why a text cannot be an argument or an environment value, if so."""
    if "\0" in text:
        return "holds a NUL"
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "holds a lone surrogate, which is no valid Unicode"
    if size > MAX_ARGUMENT:
        return f"is longer than {MAX_ARGUMENT:,} bytes"
    return None


@lru_cache(maxsize=8192)
def compile_arguments(source: str) -> Arguments:
    """Check an argument list. Raises `TemplateError`, for an open quote with its line."""
    return Arguments(compile_text(source))
