"""What a script declares of its variables: by its commands, and in texts that it reads again.

A declaration is known by the name of its command, wherever that stands and however it is written, and its
options by their words, without quotes and backslashes. Where a word is made when the script runs it is
whatever it may be; of a text that is evaluated no more is asked than that it stands in the script.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.language import nodes_of
from pup_tui.template.shell.origins import Surveyed
from pup_tui.template.shell.tables import Use, parameter_use, tables
from pup_tui.template.shell.words import UNKNOWN, ShellWord, may_be

if TYPE_CHECKING:
    from tree_sitter import Node

DECLARING: Final = (
    *(b"declare", b"typeset", b"local", b"readonly", b"export", b"private"),
    *(b"integer", b"float", b"nameref"),
)
"""The commands that say what a variable is, in any shell."""
_SETTING: Final = (b"set", b"setopt", b"shopt")
TELLING: Final = frozenset({*DECLARING, *_SETTING, b"alias"})
"""The commands that say something of variables, or of what words are."""
_ONLY_OPTIONS: Final = {b"export": b"fpx", b"readonly": b"aAfpr"}
"""What an option may mean for a declaration, for shells other than zsh."""
_TELLS: Final = late_pattern(
    rb"\b(?:export|integer|float|nameref)\b"
    rb"|\b(?:declare|typeset|local|readonly|private|alias)\b[^\n]*[-+$`{]"
    rb"|\b(?:set|setopt|shopt)\b[^\n]*(?:[-+]|(?i:export))"
)
"""What is in every text that says something of variables, but for names of commands that are made there."""
_MARKS: Final = late_pattern(rb"['\"\\]")
_BLANKS: Final = bytes.maketrans(b"{,}", b"   ")
_PRINTED: Final = late_pattern(rb"\0|%[sb]")
"""What is not known of a text, or is put into it by ``printf``."""
_MADE_PART: Final = late_pattern(rb"%[sb]|\$\{[^}]*\}|\$\w+|\$\([^)]*\)|`[^`]*`|\0")

_ANY_OPTION: Final = b"*"
_EXPORTS_ALL: Final = b"allexport"
_ALL_WORDS: Final = late_pattern(rb"\$(?:[@*]|\{[^}]*[@*])")
_NAMES: Final = late_pattern(rb"[A-Za-z_]\w*|\0")
_WORDS: Final = late_pattern(rb"[A-Za-z_]+")
_PARTED: Final = late_pattern(rb"\S\s+\S")
_MADE: Final = b"${_}"
"""Stands, in a text that is read again, for what is made when the script runs."""
_REFERRING: Final = frozenset({b"declare", b"typeset", b"local", b"private", b"nameref"})
_REFERS: Final = late_pattern(
    rb"\b(?:declare|typeset|local|private)\b[^\n;&|]*?\s['\"\\]*[-+][\w'\"\\]*[nT]|\bnameref\s"
)
"""What may be a declaration of such a variable in a text that is evaluated."""
_WORD_KINDS: Final = ("string", "raw_string", "ansi_c_string", "concatenation", "word")


class Declared(Surveyed, Protocol):
    """What of a script is looked at, and asked of its `Survey`, for the sake of its declarations."""

    @property
    def aliases(self) -> frozenset[bytes]: ...

    def named(self, *names: bytes) -> list[tuple[Node, list[ShellWord]]]: ...

    def texts_of_word(self, word: ShellWord, /) -> frozenset[bytes]: ...

    def evaluated(self, text: bytes, /) -> Declarations | None: ...


class Declaration(NamedTuple):
    """One command: the letters of its options, and the variables that it names; `ANY` for all."""

    command: bytes
    options: bytes
    names: frozenset[bytes]

    def has(self, letters: bytes) -> bool:
        """Whether one of these options may be among its own."""
        return _ANY_OPTION in self.options or not {*letters}.isdisjoint(self.options)


class Declarations:
    """The declarations of a script, and the options that it sets.

    ``is_evaluated``: it is a text that another script evaluates.
    """

    def __init__(self, survey: Declared, *, is_evaluated: bool = False) -> None:
        self._survey = survey
        self._is_evaluated = is_evaluated

    def of(self, letters: bytes, *commands: bytes) -> frozenset[bytes]:
        """The variables that are declared with one of these options, or by one of these commands."""
        return frozenset[bytes]().union(
            *(each.names for each in self.all if each.command in commands or each.has(letters))
        )

    @cached_property
    def references(self) -> frozenset[bytes]:
        """The variables that stand for others, or share what they hold with them."""
        return frozenset[bytes]().union(*(each.names for each in self.all if self._refers(each)))

    def _refers(self, declaration: Declaration) -> bool:
        builtins = (table.builtins.get(declaration.command) for table in tables(self._survey.shell))
        has_other = any(each is not None and "n" in each.options for each in builtins)
        letters = b"" if has_other else b"n"
        letters += b"T" if declaration.command in (b"typeset", UNKNOWN) else b""
        return declaration.command == b"nameref" or declaration.has(letters)

    @cached_property
    def exports_all(self) -> bool:
        """Whether the script may say that all of its variables are exported."""
        return self._sets((*_SETTING, UNKNOWN), b"a", _EXPORTS_ALL) or any(
            each.exports_all for each in self._inner
        )

    @cached_property
    def rewrites_words(self) -> bool:
        """Whether an alias of zsh may stand for any word: ``alias -g``, ``alias -s``."""
        return self._sets((b"alias",), b"gs") or any(each.rewrites_words for each in self._inner)

    def _sets(self, commands: Sequence[bytes], letters: bytes, name: bytes | None = None) -> bool:
        """Whether a command has one of some options, or names one."""
        for _, words in self._survey.named(*commands):
            options, texts = self._read(words)
            named = {text.lower().replace(b"_", b"") for text in texts}
            if not {*letters, *_ANY_OPTION}.isdisjoint(options) or name in named:
                return True
        return False

    @cached_property
    def all(self) -> tuple[Declaration, ...]:
        """Every declaration."""
        found: list[Declaration] = []
        for name in (*DECLARING, UNKNOWN):
            for _, words in self._survey.named(name):
                found += self._declared(name, words)
        for _, words in self._survey.named(*sorted(self._survey.aliases)):
            found += self._declared(UNKNOWN, words)
        for each in self._inner:
            found += each.all
        return tuple(found)

    def _declared(self, name: bytes, words: list[ShellWord]) -> Iterator[Declaration]:
        """What a command declares; where it may have any option, only what it surely names."""
        options, texts = self._read(words)
        if not words[0].is_literal:
            begun = map(bytes.split, self._survey.texts_of_word(words[0]))
            brought = [
                parts for parts in begun if parts and (parts[0] == name or UNKNOWN in parts[0])
            ]
            behind = [each for parts in brought for each in parts[1:]]
            options += b"".join(each for each in behind if each[:1] in (b"-", b"+"))
            options += _ANY_OPTION if any(UNKNOWN in each for each in behind) else b""
            texts += behind
        is_any = _ANY_OPTION in options or name == UNKNOWN
        if name != UNKNOWN and words[0].spreads and _ALL_WORDS.search(words[0].raw):
            is_any, texts = True, [*texts, UNKNOWN]
        names = {found for text in texts for found in _names(text)}
        surely = frozenset(names - {UNKNOWN})
        yield Declaration(
            name, options.replace(_ANY_OPTION, b""), surely | {ANY} if UNKNOWN in names else surely
        )
        if is_any:
            others = {ANY} if UNKNOWN in names and self._names_any(name, words) else frozenset()
            yield Declaration(name, self._any_option(name), surely | others)

    def _names_any(self, name: bytes, words: list[ShellWord]) -> bool:
        """Whether a command with an option that is made may name any variable, in another of its words."""
        made = [word for word in words[1:] if word.text.startswith(UNKNOWN)]
        spreads = any(word.spreads for word in (*made, *words[:1]))
        return name != UNKNOWN and (len(made) > 1 or (spreads and name != b"export"))

    def _any_option(self, name: bytes) -> bytes:
        """The letters of an option that is made; of a text that perhaps is evaluated those that are usual."""
        is_other = self._survey.shell == "zsh" and not self._is_evaluated
        return _ANY_OPTION if is_other else _ONLY_OPTIONS.get(name, _ANY_OPTION)

    def _read(self, words: Sequence[ShellWord]) -> tuple[bytes, list[bytes]]:
        """The letters of a command's options, and what its other words may be."""
        options, texts, is_open = b"", list[bytes](), True
        for word in words[1:]:
            if is_open and word.is_literal and word.text == b"--":
                is_open = False
                continue
            if word.is_literal or not word.text.startswith(UNKNOWN):
                made = [word.text]
            else:
                made = [each for text in self._survey.texts_of_word(word) for each in text.split()]
            for text in made:
                if is_open and text[:1] in (b"-", b"+"):
                    options += text[1:]
                    options += _ANY_OPTION if UNKNOWN in text or word.spreads else b""
                else:
                    texts.append(text)
                    may_be_option = text.startswith(UNKNOWN) and b"=" not in word.text
                    may_be_option |= text.startswith(b"{") and word.spreads
                    options += _ANY_OPTION if is_open and may_be_option else b""
        return options, texts

    @cached_property
    def _inner(self) -> list[Declarations]:
        """Those of the texts in the script, if it evaluates any."""
        if not self._evaluates:
            return []
        survey = self._survey
        nodes = nodes_of(survey.root, *_WORD_KINDS, "heredoc_body", "array")
        texts = set(map(self._text, nodes))
        mentions = not TELLING.isdisjoint(texts)
        texts = {text for text in texts if _may_tell(text, mentions=mentions)}
        given = [words[1:] for _, words in survey.named(b"eval", b"trap")]
        given += (words[1:] for words in map(survey.words, survey.commands) if _tells(words[1:]))
        texts |= {b" ".join(map(_made_words, words)) for words in given}
        parted = (_PRINTED.sub(_MADE, text) for text in sorted(texts) if _PARTED.search(text))
        return [inner for inner in map(survey.evaluated, parted) if inner is not None]

    def _text(self, node: Node) -> bytes:
        """What a node of the script would be as a script of its own."""
        if node.type in _WORD_KINDS:
            return self._survey.word(node).text
        text = self._survey.text(node)
        return text[1:-1] if node.type == "array" else text

    @cached_property
    def _evaluates(self) -> bool:
        """Whether something may evaluate a text of the script."""
        survey = self._survey
        found = {name for table in tables(survey.shell) for name in table.evaluating}
        forwarding = TELLING.union(*(table.forwarding for table in tables(survey.shell)))
        return (
            self._is_evaluated
            or bool(survey.named(*sorted(found.difference(DECLARING)), UNKNOWN))
            or any(not words[0].is_literal for _, words in survey.named(*sorted(forwarding)))
            or any(parameter_use(survey.shell, name) is Use.CODE for name in survey.assignments_to)
        )


def _may_tell(text: bytes, *, mentions: bool) -> bool:
    """Whether a text that is evaluated may say something of variables.

    ``mentions``: the name of a declaration stands alone in the script, and so may be a whole word of it.
    """
    bare = _MARKS.sub(b"", text)
    return _TELLS.search(bare) is not None or any(
        _may_be_declaration(word, mentions=mentions)
        for word in bare.split()
        if _MADE_PART.search(word)
    )


def _may_be_declaration(word: bytes, *, mentions: bool) -> bool:
    """Whether a word with parts that are made may be the name of a declaration."""
    parts = _MADE_PART.split(word)
    return bool(made_of(parts)) if any(parts) else mentions


def made_of(parts: Sequence[bytes]) -> frozenset[bytes]:
    """The commands that say something of variables whose names these parts may be, with more between them."""
    return frozenset(name for name in TELLING if may_be(name, parts))


def _made_words(word: ShellWord) -> bytes:
    """The text of a word, or the words that braces make of it."""
    return word.text.translate(_BLANKS) if word.spreads else word.text


def _tells(words: Sequence[ShellWord]) -> bool:
    """Whether words that a command prints, or hands on, may be a declaration."""
    return not TELLING.isdisjoint(word.text for word in words)


def _names(text: bytes) -> Iterator[bytes]:
    """The variables that a word of a declaration names; `UNKNOWN` for what is not known."""
    name, _, _ = text.partition(b"=")
    yield from _NAMES.findall(name.partition(b"[")[0])


def may_refer(commands: Iterable[Sequence[ShellWord]], script: bytes) -> bool:
    """Whether variables of a script may stand for others, by the words of its commands as they stand.

    It is asked for the sake of what variables hold, and so without asking that.
    """
    named = set(_WORDS.findall(script)).intersection(_REFERRING)
    seen = 0
    for words in commands if named else ():
        is_named = not named.isdisjoint(word.text for word in words)
        seen += sum(word.text in named for word in words)
        if is_named and any(map(_may_be_reference, words)):
            return True
    mentioned = sum(each in named for each in _WORDS.findall(script))
    return mentioned > seen and _REFERS.search(script) is not None


def _may_be_reference(word: ShellWord) -> bool:
    is_option = word.text[:1] in (b"-", b"+") and not {*b"nT", *UNKNOWN}.isdisjoint(word.text)
    is_made = word.text.startswith(UNKNOWN) and b"=" not in word.text
    return is_option or is_made or word.text == b"nameref"
