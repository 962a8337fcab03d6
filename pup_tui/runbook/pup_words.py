"""What the format asks of whoever knows the subcommands of `pup`: it has no table of them itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pup_tui.known_word import KnownWord, unknown
from pup_tui.template.blocks import Literal
from pup_tui.template.errors import TemplateError
from pup_tui.template.text import Text, compile_text

if TYPE_CHECKING:
    from pup_tui.template.arguments import Arguments


class PupTable(Protocol):
    """Knows the subcommands of `pup`."""

    def changes(self, words: Sequence[str]) -> bool | None:
        """Whether the subcommand that words begin with changes anything; None where nobody knows.

        What is not known of a word before a run stands in it as a template.
        """

    def mistake(self, words: Sequence[KnownWord]) -> tuple[str, str] | None:
        """What is wrong with words and what to do; None where nothing is known to be wrong."""


class NoTable:
    """Where no table of `pup` subcommands is at hand."""

    def changes(self, words: Sequence[str]) -> None:
        """Nobody knows."""

    def mistake(self, words: Sequence[KnownWord]) -> None:
        """Nobody knows."""


NO_TABLE = NoTable()
_OPEN = "{{ }}"


def known_words(arguments: Arguments) -> list[KnownWord]:
    """The words of a list of arguments; where there may be more of them an unknown one is the last."""
    words = [_known(word) for word in arguments.words]
    return words if arguments.has_all_words else [*words, KnownWord("", is_whole=False)]


def words_of(source: str) -> list[KnownWord]:
    """The words of a subcommand as it stands in a checked file."""
    from pup_tui.template.arguments import compile_arguments

    return known_words(compile_arguments(source))


def spelled(source: str) -> list[str]:
    """The words of a subcommand, with a template in the place of what is not known of one, or of whether it
    is there at all.

    There are none where they cannot be told apart, which is reported where the text is checked.
    """
    from pup_tui.template.arguments import compile_arguments

    try:
        arguments = compile_arguments(source)
    except TemplateError:
        return []
    known = [_known(word) for word in arguments.words]
    words = [each.text if each.is_whole else f"{each.text}{_OPEN}" for each in known]
    if arguments.has_all_words:
        return words
    first = arguments.first_words
    return [*words[:first], _OPEN, *words[first:]]


def words_with(source: str, values: Mapping[str, Any]) -> list[str]:
    """The words of a subcommand, of every branch; `unknown` stands for values that are not known."""
    from pup_tui.template.arguments import compile_arguments

    return [_with(word, values) for word in compile_arguments(source).words]


def text_with(source: str, values: Mapping[str, Any]) -> str:
    """A text; `unknown` stands for values that are not known."""
    return _with(compile_text(source), values)


def _with(text: Text, values: Mapping[str, Any]) -> str:
    return "".join(_part_with(Text([block]), values) for block in text.blocks)


def _part_with(text: Text, values: Mapping[str, Any]) -> str:
    names = sorted(text.usage.names)
    missing = [name for name in names if name not in values]
    if not missing:
        try:
            return text.render(values)
        except TemplateError:
            missing = names
    return "".join(map(unknown, missing))


def _known(word: Text) -> KnownWord:
    if word.literal is not None:
        return KnownWord(word.literal)
    first = word.blocks[0]
    return KnownWord(first.text if isinstance(first, Literal) else "", is_whole=False)
