"""What a command does with its words and its standard input, by the table of programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pup_tui.template.limits import spend_on_reading
from pup_tui.template.shell.interpreter import SHELLS
from pup_tui.template.shell.programs import CODE_IN_VARIABLES, PROGRAMS
from pup_tui.template.shell.synopsis import Kind, Slot, Synopsis
from pup_tui.template.shell.words import ASSIGNMENT

COMPUTED: Final = b"\x01"
"""Stands in a word for text that is known only when the script runs."""

ANY_SHELL: Final = "any"
"""The shell that a program may be whose name is made when the script runs."""

_SOURCING: Final = frozenset({".", "source"})
OWN_SHELL: Final = frozenset({"eval", "trap", "alias", ".", "source"})
"""Commands whose code runs in the shell of the script."""

_QUOTED: Final = re.compile(rb"""\$?'([^']*)'|\$?"((?:\\.|[^"\\])*)"|\\(.)""", re.DOTALL)
_LITERAL: Final = re.compile(rb"\$?'[^']*'")
_ESCAPED: Final = re.compile(rb"""\\([$`"\\])""")
_MOST_LEFT_OUT: Final = 3
_OWN_WORDS: Final = re.compile(rb"\$(?:([1-9])|\{([1-9])\}|[@*]|\{[@*](?::([1-9]))?\})")
"""One of the own words of a function or script, or all from one on."""
_UNKNOWN_TEXT: Final = re.compile(rb"[$`\x01]")
_MAY_ASSIGN: Final = re.compile(rb"\x01|\$\{?[A-Za-z_]\w*(?![\w[])")
_WHOLE: Final = re.compile(rb"\x01|\$(?:\w+|\{\w+\})")
"""A word that is nothing but a value or a variable."""
_PATTERN: Final = re.compile(rb".*[*?]|.+\[")
_VERSION: Final = re.compile(rb"(?:\.exe|[-.0-9]+)\Z")
_STANDARD_INPUT: Final = frozenset({b"-", b"/dev/stdin", b"/dev/fd/0", b"/proc/self/fd/0"})
_DEEPEST: Final = 30
"""Commands in the words of commands."""

_RUN_ENDS: Final = frozenset({b";", b"+"})
_ANY_INTERPRETER: Final = Synopsis(
    "",
    {
        **dict.fromkeys((b"-c", b"-e", b"--eval", b"--command"), Slot(Kind.CODE, redefines=True)),
        b"-s": Slot(Kind.STDIN, redefines=True),
        **dict.fromkeys((b"-o", b"+o", b"-O", b"+O", b"--rcfile", b"--init-file"), Slot()),
    },
    (Slot(Kind.FILE), Slot(Kind.REST)),
    reads_code=True,
)
"""A program whose name is not in the script, such as ``"$SHELL"``."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """A command that evaluates a text: its name in the script, and the language it takes it for.

    ``is_name``: the text is no code, but the name of that command. ``is_split``: the command is a text that
    becomes several words, the name of a command and its options.
    """

    command: str
    language: str
    is_name: bool = False
    is_split: bool = False

    @property
    def is_shell(self) -> bool:
        """Whether it takes a text as a shell does, so that `| shell_quote` makes a value data."""
        return self.language in ("shell", "")


@dataclass(frozen=True, slots=True)
class WordUse:
    """What a word is to the program that gets it, and who evaluates it if it is code."""

    kind: Kind = Kind.DATA
    evaluator: Evaluator | None = None


def unquoted(word: bytes) -> bytes:
    """A word as the shell hands it on, as far as the script tells.

    Each is paid for by its length: one that holds substitutions holds the words of these once more.
    """
    spend_on_reading(len(word))
    return _QUOTED.sub(_inside, word)


def is_own_words(word: bytes) -> bool:
    """Whether a word is one of those that a function or script was called with, or all from one on."""
    return _OWN_WORDS.fullmatch(word) is not None


def _inside(match: re.Match[bytes]) -> bytes:
    if match[2] is not None:
        return _ESCAPED.sub(rb"\1", match[2])
    return match[1] or match[3] or b""


class CommandUse:
    """The words of one command, without their quotes, and what is done with each.

    ``given`` are those with their quotes that variables hold, by the place at which they begin. Of those at
    ``may_be_none`` nothing may be left when the command runs. ``reader`` takes the
    standard input for code. ``mark`` is what stands for the text that ``xargs`` and the like put into the
    words from ``fed_from`` on. ``names`` are the places of the words that may name a command.
    """

    def __init__(
        self,
        words: Sequence[bytes],
        depth: int = 0,
        given: Mapping[int, Sequence[bytes]] | None = None,
        may_be_none: Sequence[int] = (),
    ) -> None:
        self.words = words
        self._may_be_none = may_be_none
        self._given = given or {}
        self._depth = depth
        self.uses = [WordUse()] * len(words)
        self.reader: Evaluator | None = None
        self.prints_named = False
        self.prints_files = False
        self.prints_environment = False
        self.feeds_operands = False
        self.by_option = False
        self.fed_from: int | None = None
        self.mark: bytes | None = None
        self.command(0, len(words))
        self.names = {at for at, use in enumerate(self.uses) if use.kind is Kind.NAME}
        for at in may_be_none[:_MOST_LEFT_OUT]:
            others = [each - 1 for each in may_be_none[:_MOST_LEFT_OUT] if each > at]
            without = CommandUse([*words[:at], *words[at + 1 :]], depth, None, others)
            self._take_over(at, without)

    def _take_over(self, at: int, without: CommandUse) -> None:
        """Add who evaluates words where a certain one is left out."""
        for number, use in enumerate(without.uses):
            place = number + (number >= at)
            if use.kind is Kind.CODE and self.uses[place].evaluator is None:
                self.uses[place] = use
        self.names |= {name + (name >= at) for name in without.names}
        self.reader = self.reader or without.reader

    def is_script_name(self, position: int) -> bool:
        """Whether a word is surely the name of the script before it: ``sh -c SCRIPT NAME``."""
        before = self.uses[position - 1].kind if position else None
        return before is Kind.CODE and not self._sources and not self._may_be_none

    @property
    def has_own_words(self) -> bool:
        """Whether words of the function or script around it are among its words."""
        return any(map(is_own_words, self.words)) or self.evaluates_own_words

    @property
    def evaluates_own_words(self) -> bool:
        """Whether the shell of the script evaluates a text in which those words are."""
        script = self.script
        return bool(script) and self.shell is None and _OWN_WORDS.search(script) is not None

    @property
    def hands_on(self) -> bool:
        """Whether all of those words, or all from one on, are."""
        found = map(_OWN_WORDS.fullmatch, self.words)
        return any(match is not None and not (match[1] or match[2]) for match in found)

    def called_with(
        self, own: Sequence[bytes], position: int, dropped: int, named: Mapping[int, int] = {}
    ) -> tuple[CommandUse, list[int]]:
        """This command with the own words of what is around it, and where the one at a position stands.

        So many of them are ``dropped`` for ``$1`` and the like; of the words that are ``named`` it is known
        which own word a variable has kept there.
        """
        words: list[bytes] = []
        found: list[int] = []
        may_be_none: list[int] = []
        for at, word in enumerate(self.words):
            match = _OWN_WORDS.fullmatch(word)
            if at in named:
                taken = range(named[at], named[at] + 1)
            elif match is not None:
                first = int(match[1] or match[2] or match[3] or 1) - 1 + dropped
                taken = range(first, first + 1 if match[1] or match[2] else len(own))
            else:
                may_be_none += [len(words)] if at in self._may_be_none else []
                words.append(word)
                continue
            for number in taken:
                found += [len(words)] if number == position else []
                words.append(own[number] if number < len(own) else b"")
        return CommandUse(words, may_be_none=may_be_none), found

    def named(self, kind: Kind) -> list[bytes]:
        """The words of a kind."""
        return [word for word, use in zip(self.words, self.uses, strict=True) if use.kind is kind]

    @cached_property
    def script(self) -> bytes:
        """The code for a shell among the words."""
        if self._sources:
            return b""
        used = zip(self.words, self.uses, strict=True)
        code = (word for word, use in used if use.evaluator and use.kind is Kind.CODE)
        evaluators = [use.evaluator for use in self.uses if use.evaluator]
        is_shell = evaluators and all(each.is_shell for each in evaluators)
        return b" ".join(code) if is_shell else b""

    @cached_property
    def last_code(self) -> int:
        """The place of the last word that is code; 0 if none is."""
        return max((at for at, use in enumerate(self.uses) if use.kind is Kind.CODE), default=0)

    @cached_property
    def shell(self) -> str | None:
        """The shell of that code, or of its standard input; none where it is that of the script itself.

        Of a program that nobody knows it is `ANY_SHELL`.
        """
        evaluators = (*(use.evaluator for use in self.uses), self.reader)
        known = [each for each in evaluators if each is not None]
        name = known[0].command.rsplit("/", 1)[-1] if known else "sh"
        if name in OWN_SHELL:
            return None
        if known and not known[0].language:
            return ANY_SHELL
        return name if name in SHELLS else "sh"

    @cached_property
    def runs_file(self) -> bool:
        """Whether the script that it runs may be one that the script around it has written."""
        by_name = (each.evaluator for each in self.uses if each.kind is Kind.FILE)
        readers = (each for each in (*by_name, self.reader) if each is not None)
        is_own = self._sources or any(b"/" in self.words[name] for name in self.names)
        return is_own or self.is_unknown or any(reader.is_shell for reader in readers)

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows before the script runs which program it is."""
        return bool(self.words) and _named_program(self.words[0]) is _ANY_INTERPRETER

    @property
    def _sources(self) -> bool:
        """Whether its code is a file that the shell of the script reads."""
        evaluators = (use.evaluator for use in self.uses)
        return any(each is not None and each.command in _SOURCING for each in evaluators)

    def name_before(self, position: int) -> int:
        """The place of the name of the command that a word belongs to: ``f`` in ``time f WORD``."""
        return max((name for name in self.names if name < position), default=0)

    def given_at(self, at: int) -> Iterator[int]:
        """The places of words that the variable at a place gives, into which the script puts something."""
        for number, word in enumerate(self._given.get(at, ()), at):
            if _UNKNOWN_TEXT.search(_LITERAL.sub(b"", word)):
                yield number

    @property
    def given_places(self) -> list[int]:
        """The places of all words that variables give."""
        return [at + number for at, words in self._given.items() for number in range(len(words))]

    def is_data(self, at: int) -> bool:
        """Whether a word may be an argument that is no code, as far as the script tells."""
        kind = self.uses[at].kind
        return kind is Kind.DATA or (kind is Kind.FILE and self.is_unknown)

    @cached_property
    def fed(self) -> Evaluator | None:
        """Who evaluates what is put into the words of a command that ``xargs`` and the like run."""
        return self.fed_before(len(self.words))

    def fed_before(self, end: int) -> Evaluator | None:
        """The same where the words of that command end at a place."""
        if self.fed_from is None:
            return None
        words = list(self.words[self.fed_from : end])
        marked = [number for number, word in enumerate(words) if self.mark and self.mark in word]
        if not marked:
            marked = [len(words)]
            words.append(COMPUTED)
        uses = CommandUse(words).uses
        return next((uses[n].evaluator for n in marked if uses[n].evaluator), None)

    def command(self, at: int, end: int, setter: Evaluator | None = None) -> None:
        """Read the command that begins with a word. One that is too deep within others counts as code.

        Before it stand assignments; for a ``setter`` a word that is known when the script runs may be one.
        """
        self._depth += 1
        if self._depth > _DEEPEST:
            self.uses[at:end] = [WordUse(Kind.CODE, Evaluator("sh", ""))] * (end - at)
            return
        name = WordUse(Kind.NAME)
        while at < end:
            assigned = ASSIGNMENT.match(self.words[at])
            if assigned and assigned[1] in CODE_IN_VARIABLES:
                self.uses[at] = WordUse(Kind.CODE, Evaluator(assigned[1].decode(), ""))
            elif setter is not None and _MAY_ASSIGN.match(self.words[at]):
                # A word that nothing but options follows sets no variable for a command.
                is_name = _WHOLE.fullmatch(self.words[at]) is not None and all(
                    word[:1] == b"-" for word in self.words[at + 1 : end]
                )
                self.uses[at] = name = WordUse(Kind.NAME if is_name else Kind.CODE, setter)
                if at + 1 == end or not _is_known(self.words[at + 1]):
                    break
            elif not assigned:
                break
            at += 1
        if at == end:
            return
        self.prints_environment = False
        self.uses[at] = name if _MAY_ASSIGN.match(self.words[at]) else WordUse(Kind.NAME)
        program = _named_program(self.words[at])
        if program is None:
            self.search(at + 1, end)
        else:
            _Reading(self, program, at, end).read()
        if program is _ANY_INTERPRETER and not self.by_option:
            self.search(at + 1, end)

    def search(self, start: int, end: int, *, may_read: bool = True) -> bool:
        """Find an interpreter with code among words of which it is not known what they are to their program.

        It may be the value of an option, with what it runs behind ``--``: ``--exec=sh -- -c CODE``. Where it
        ``may_read``, one without code counts too, which reads its standard input.
        """
        for at in range(start, end):
            word = self.words[at]
            word = word.partition(b"=")[2] if word[:1] == b"-" else word
            program = None if _UNKNOWN_TEXT.search(word) else program_of(word)
            if program is None or not (program.options or program.reads_code):
                continue
            behind = next((n + 1 for n in range(at, end) if self.words[n] == b"--"), at + 1)
            for first in (at + 1, behind):
                inner = CommandUse([word, *self.words[first:end]], self._depth)
                if inner.by_option or (may_read and program.is_interpreter and inner.reader):
                    self.uses[at], self.uses[first:end] = inner.uses[0], inner.uses[1:]
                    self.reader = inner.reader
                    return True
        return False


def _named_program(word: bytes) -> Synopsis | None:
    """The program of the first word of a command, which may be a pattern for its file."""
    return _ANY_INTERPRETER if _PATTERN.match(word) else program_of(word)


def program_of(word: bytes) -> Synopsis | None:
    """The program of a name or path, with or without a version behind it."""
    if _UNKNOWN_TEXT.search(word):
        return _ANY_INTERPRETER
    name = word.rsplit(b"/", 1)[-1]
    return PROGRAMS.get(name) or PROGRAMS.get(_VERSION.sub(b"", name))


def _is_known(word: bytes) -> bool:
    """Whether a word is the literal name of a program that is in the table, or an assignment."""
    literal = _UNKNOWN_TEXT.search(word) is None and program_of(word) is not None
    return literal or ASSIGNMENT.match(word) is not None


class _Reading:
    """The words behind a program's name, read from left to right."""

    def __init__(self, use: CommandUse, program: Synopsis, at: int, end: int) -> None:
        self._use = use
        self._at = at + 1
        self._end = end
        name = use.words[at].replace(COMPUTED, b"{{...}}").decode(errors="replace")
        self._name = name
        self._options: dict[bytes, Slot] = {}
        self._has_code = False
        self._reads_named = False
        self._only_operands = False
        self._enter(program)

    def read(self) -> None:
        while self._at < self._end:
            word = self._use.words[self._at]
            if self._only_operands or word[:1] not in (b"-", b"+") or word in (b"-", b"+"):
                self._operand(word)
            elif word == b"--":
                inner = self._program.subcommands.get(word)
                self._only_operands = inner is None or not inner.options
                self._at += 1
                if inner is not None:
                    self._enter(inner)
            elif word[:1] == b"-" or any(name[:1] == b"+" for name in self._options):
                self._option(word)
            else:
                self._operand(word)
        if self._reads_named or (self._program.reads_code and not self._has_code):
            self._use.reader = self._evaluator()

    def _enter(self, program: Synopsis) -> None:
        self._program = program
        self._options = {**self._options, **program.options}
        self._operands = list(program.operands)
        self._may_enter = bool(program.subcommands)
        self._use.prints_named = program.prints_named
        self._use.prints_files |= program.prints_files
        self._use.prints_environment |= program.prints_environment
        self._use.feeds_operands = self._use.feeds_operands or program.feeds_operands

    def _evaluator(self) -> Evaluator:
        return Evaluator(self._name, self._program.language)

    def _operand(self, word: bytes) -> None:
        if self._may_enter:
            known = self._program.subcommands
            inner = known.get(word.lower()) or known.get(b"_")
            self._may_enter = False
            if inner is not None:
                self._at += 1
                self._enter(inner)
                return
            if not self._operands and self._use.search(self._at + 1, self._end, may_read=False):
                self._at = self._end
                return
        feeding = self._program.feeding
        if feeding is not None and self._has_code and feeding.fullmatch(word):
            self._feed()
            return
        slot = self._operands[0] if self._operands else Slot()
        if not slot.repeated:
            self._operands = self._operands[1:]
        if self._program.feeds and not self._program.feeds_operands and slot.kind is not Kind.DATA:
            self._use.fed_from = self._use.fed_from or self._at
        if slot.kind is Kind.REST:
            self._has_code = True
            self._at = self._end
        elif slot.kind is Kind.RUN or (slot.kind is Kind.LINE and self._at + 1 < self._end):
            self._run(self._at, self._end)
        else:
            slot = replace(slot, kind=Kind.CODE) if slot.kind is Kind.LINE else slot
            self._only_operands = self._only_operands or slot.kind is Kind.CODE
            self._put(slot, self._at, word)
            self._at += 1
            if self._operands and self._operands[0].kind is Kind.REST:
                self._at = self._end

    def _feed(self) -> None:
        """What stands behind this word is put into those of the command before it, quoted for the shell."""
        self._use.mark = self._use.mark or b"{}"
        evaluator = self._use.fed_before(self._at)
        use = WordUse(Kind.CODE, evaluator) if evaluator is not None else WordUse()
        self._use.uses[self._at : self._end] = [use] * (self._end - self._at)
        self._use.fed_from = None
        self._at = self._end

    def _run(self, at: int, end: int) -> None:
        self._has_code = True
        setter = self._evaluator() if self._program.sets_variables else None
        self._use.command(at, end, setter)
        by_file = any(use.kind is Kind.FILE for use in self._use.uses[:at])
        if self._use.fed_from == at and not by_file:
            self._use.reader = None  # what comes on standard input are words
        self._at = end

    def _put(self, slot: Slot, at: int, text: bytes) -> None:
        """Note what a word is."""
        key = self._use.words[at - 1] if slot.is_keyed else text
        is_known = not (slot.is_keyed and _UNKNOWN_TEXT.match(key))
        if slot.pattern and is_known and not slot.pattern.match(key):
            return
        if slot.kind in (Kind.CODE, Kind.FILE):
            if text in _STANDARD_INPUT:
                self._reads_named = True
            self._has_code = True
            self._use.uses[at] = WordUse(slot.kind, self._evaluator())
        elif slot.kind is Kind.MARK:
            self._use.mark = text
        else:
            self._use.uses[at] = WordUse(slot.kind)

    def _option(self, word: bytes) -> None:
        name, equals, value = word.partition(b"=")
        if self._may_enter and word in self._program.subcommands:
            self._at += 1
            self._enter(self._program.subcommands[word])
        elif word in self._options:
            self._take(self._options[word], None)
        elif equals and name in self._options:
            self._take(self._options[name], value)
        elif word[:2] == b"--":
            slot = self._abbreviated(name)
            self._take(slot, value if equals else None)
        elif word[:1] in self._options:
            self._take(self._options[word[:1]], word[1:])
        else:
            self._letters(word)

    def _abbreviated(self, name: bytes) -> Slot:
        """An option of code whose beginning this is, as GNU's programs take it."""
        found = (
            slot
            for option, slot in self._options.items()
            if slot.kind is Kind.CODE and option.startswith(name) and len(name) > 3
        )
        return next(found, Slot(values=0))

    def _letters(self, word: bytes) -> None:
        """Short options in one word: the first that takes a value takes the rest, or the next word."""
        for index in range(1, len(word)):
            slot = self._options.get(word[:1] + word[index : index + 1])
            if not word[index : index + 1].isalnum():
                break
            if slot is None or not slot.values:
                if slot is not None and slot.redefines:
                    self._redefine(slot)
                continue
            self._take(slot, word[index + 1 :] or None)
            return
        self._at += 1

    def _take(self, slot: Slot, attached: bytes | None) -> None:
        """Take the value of the option that stands here."""
        at, words = self._at, self._use.words
        self._at += 1
        if slot.redefines:
            self._redefine(slot)
        elif slot.only_attached:
            self._put(slot, at, attached or b"{}")
        elif attached is not None:
            self._value(slot, at, attached)
        elif slot.kind is Kind.LINE and self._at + 1 == self._end:
            self._value(replace(slot, kind=Kind.CODE), self._at, words[self._at])
            self._at += 1
        elif slot.kind in (Kind.RUN, Kind.LINE):
            end = next((n for n in range(self._at, self._end) if words[n] in _RUN_ENDS), self._end)
            if self._program.feeds:
                self._use.fed_from, self._use.mark = self._at, b"{}"
            self._run(self._at, end)
        else:
            count = self._end if slot.repeated else self._at + slot.values
            while self._at < min(count, self._end):
                if slot.repeated and words[self._at][:1] == b"-":
                    break
                self._value(slot, self._at, words[self._at])
                self._at += 1

    def _value(self, slot: Slot, at: int, text: bytes) -> None:
        if slot.pattern and _UNKNOWN_TEXT.match(text):
            slot = replace(slot, pattern=None)
        had_code = self._has_code
        self._put(slot, at, text)
        if slot.pattern:
            self._has_code = had_code
        elif slot.kind is Kind.CODE:
            self._use.by_option = True
        script = self._script_slot()
        if slot.replaces and script is not None:
            self._has_code = True
            self._operands.remove(script)

    def _script_slot(self) -> Slot | None:
        """The operand that is code, a file of code or a command."""
        kinds = (Kind.CODE, Kind.FILE, Kind.RUN)
        return next((slot for slot in self._operands if slot.kind in kinds), None)

    def _redefine(self, option: Slot) -> None:
        slot = self._script_slot()
        if option.kind is Kind.STDIN:
            self._reads_named = True
        self._use.by_option = self._use.by_option or option.kind is Kind.CODE
        if slot is not None:
            kind = Kind.CODE if option.kind is Kind.CODE else Kind.DATA
            put = Slot(kind, repeated=slot.repeated or slot.kind is Kind.RUN)
            self._operands[self._operands.index(slot)] = put
