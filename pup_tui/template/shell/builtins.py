"""What a command does with one of its words, by the tables of its shell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.shifts import ANY_WORD
from pup_tui.template.shell.tables import Builtin, ShellTable, Use
from pup_tui.template.shell.tests import test_use
from pup_tui.template.shell.words import UNKNOWN, ShellWord

_SPACE: Final = late_pattern(rb"\s+")
_KINDS: Final = {use.name.lower(): use for use in Use} | {"set": Use.DATA, "format": Use.DATA}
_CONVERSION: Final = late_pattern(
    rb"%(?:%|(?P<place>[1-9][0-9]*\$)?[-+ #0']*(?P<stars>\*?[0-9]*(?:\.\*?[0-9]*)?)"
    rb"(?:[hlLqjzt]*(?=[A-Za-z]))?(?:\([^)]*\))?(?P<letter>[A-Za-z]|\Z))"
)
_TEXTS: Final = frozenset(b"sbcq")
_NUMBERS: Final = frozenset(b"diuoxXeEfFgGaA")
_OPTION: Final = (b"-", b"+")
_MAY_BE_NOTHING: Final = re.compile(
    rb"(?:\$(?:\w+,?|[@*]|\{[^{}]*\}|\{\w+(?:\[[^]]*\])?:?[-=+?]|\([^()]*\))|`[^`]*`)*"
)
"""What stands before a place and may be empty when the script runs."""
_WORDS_PER_STEP: Final = 20
_STEPS_PER_OPEN_NAME: Final = 3
_ENVIRONMENT: Final = frozenset({b"env", b"sudo"})
_INHERITED: Final = {b"BASH_ENV": Use.CODE, b"ENV": Use.STARTUP, b"PS4": Use.CODE}
"""What a shell that is started evaluates of its environment."""

_INHERITED_FUNCTION: Final = b"BASH_FUNC_"
"""How the names begin by which bash finds functions in its environment."""


class Forwarded(Struct, frozen=True):
    """The words that a function runs as a command: from which on that begins, from 0, and at the latest.

    It is any of them where there are fewer words than it ``needs``.
    """

    first: int
    last: int
    needs: int = 0

    def starts(self, words: Sequence[ShellWord], name: int, end: int) -> range:
        """Where the command may begin among words, before an end; its name is that of the function."""
        spend_on_judging(len(words) // _WORDS_PER_STEP)
        before = words[name + 1 : min(name + 1 + self.last, end)]
        sure = (
            not any(word.spreads for word in before)
            and sum(not word.spreads for word in words[name + 1 :]) >= self.needs
        )
        first, last = (self.first, self.last) if sure else (0, ANY_WORD)
        return range(name + 1 + first, min(name + 2 + last, end))


class Names(Struct, frozen=True):
    """What the script itself says about names that its commands use."""

    aliases: frozenset[bytes] = frozenset()
    """Names of which the script does not say what they run."""
    forwarders: dict[bytes, Forwarded] = field(default_factory=dict)
    """Functions that run their own words as a command."""
    assigned: Callable[[bytes], Use] = lambda _name: Use.DATA
    """What becomes of a text that is assigned to a variable."""
    declared: Callable[[bytes], Use] = lambda _name: Use.DATA
    """The same where a declaration assigns it."""
    commands: Callable[[ShellWord], frozenset[bytes]] = lambda _word: frozenset()
    """What a word that is no literal may begin the command with, by `command_names`."""


class _State(Struct):
    """How far a builtin's words are read.

    ``awaited`` is the kind of the argument that the last option wants, ``first`` where the first operand
    stands, ``count`` how many there were, ``is_command`` whether another command begins here.
    """

    is_open: bool
    awaited: str = ""
    first: int = 0
    count: int = 0
    is_command: bool = False


class _Passed(Struct):
    """A builtin's words as far as they are read: the states before each of them.

    Behind the last one all is ``decided``, or another command begins with it, if it ``ends`` there.
    """

    states: list[_State]
    ends: bool = False
    decided: Use | None = None


PassedWords = dict[tuple[str, int, bytes], _Passed]
"""How far the words of one command are read, by the shell, the place and the name of a builtin."""


class _Asked(Struct):
    """The word that is asked of, by its place, with its text before the value.

    ``starts`` are the words at which a command begins that takes it in its turn.
    """

    index: int
    prefix: bytes
    starts: list[int]

    def behind(self, start: int) -> Use:
        """What is not told yet: the command that begins there is judged later."""
        self.starts.append(start)
        return Use.DATA


class JudgedCommand(Struct, frozen=True):
    """The words of one command, judged by the table of one shell.

    ``is_reference``: what is judged is not a value but a variable that holds one. ``passed`` is shared by all
    judgements of the same words, so that none is read twice.
    """

    words: Sequence[ShellWord]
    table: ShellTable
    names: Names
    is_reference: bool = False
    passed: PassedWords = field(default_factory=dict)

    def use(self, index: int, prefix: bytes) -> Use:
        """The use of the word at this place; ``prefix`` is its text before the value."""
        asked = _Asked(index, prefix, [0])
        worst, seen = Use.DATA, set[int]()
        for start in asked.starts:
            if start not in seen:
                seen.add(start)
                worst = max(worst, self._command(start, asked))
        return worst

    def _command(self, start: int, asked: _Asked) -> Use:
        if start >= asked.index:
            return Use.NAME if b"=" in asked.prefix else Use.DATA
        word = self.words[start]
        if word.is_literal:
            return self._named(word.text, start, asked)
        uses = [self._begun(text, word.spreads, start, asked) for text in self.names.commands(word)]
        if word.spreads:
            uses.append(asked.behind(start + 1))
        return max(uses, default=Use.DATA)

    def _begun(self, text: bytes, spreads: bool, start: int, asked: _Asked) -> Use:
        """The use behind a text that begins the command, of which a part may not be known."""
        name, *more = _SPACE.split(text.lstrip(), maxsplit=1)
        if UNKNOWN not in name:
            builtin = self.table.builtins.get(name)
            use = self._named(name, start, asked)
            if builtin is None or not (more or "assign" in builtin.operands):
                return use
            return max(use, self._worst(builtin, 0))
        begin, *others = name.split(UNKNOWN)
        # What spreads may end the name before what the script says of the rest of it.
        if b"/" in (begin if spreads else name):
            return Use.DATA
        known = [re.escape(part) for part in ([begin, b""] if spreads else [begin, *others])]
        spend_on_judging(_STEPS_PER_OPEN_NAME)
        pattern = re.compile(b".*".join(known))
        builtins = (b for each, b in self.table.builtins.items() if pattern.fullmatch(each))
        return max((self._worst(builtin, 0) for builtin in builtins), default=Use.DATA)

    def _named(self, name: bytes, start: int, asked: _Asked) -> Use:
        builtin = self.table.builtins.get(name)
        if builtin is not None:
            return self._builtin(builtin, name, start, asked)
        if name in self.names.aliases:
            return Use.CODE
        variable, equals, _ = asked.prefix.partition(b"=")
        if equals and name.rsplit(b"/", 1)[-1] in _ENVIRONMENT:
            if variable.startswith(_INHERITED_FUNCTION):
                return Use.CODE
            if variable in _INHERITED:
                return _INHERITED[variable]
        forwarded = self.names.forwarders.get(name)
        if forwarded is not None:
            asked.starts += forwarded.starts(self.words, start, asked.index + 1)
        return Use.DATA

    def _builtin(self, builtin: Builtin, name: bytes, start: int, asked: _Asked) -> Use:
        if builtin.form == "keyword":
            return Use.CODE
        if builtin.form == "test":
            index = asked.index
            last = len(self.words) - (name == b"[")
            spreads = self.words[index].spreads
            calculates = self.table.calculates_in_tests or spreads or not self.is_reference
            numbers = Use.INT if calculates else Use.DATA
            return test_use(self.words[start + 1 : last], index - start - 1, numbers)
        return self._listed(builtin, name, start, asked)

    def _listed(self, builtin: Builtin, name: bytes, start: int, asked: _Asked) -> Use:
        index, prefix = asked.index, asked.prefix
        key = self.table.shell, start, name
        if key not in self.passed:
            self.passed[key] = _Passed([_State(is_open=bool(builtin.options))])
        passed = self.passed[key]
        while len(passed.states) < index - start and not passed.ends:
            state = replace(passed.states[-1])
            passed.decided = self._pass(builtin, state, start + len(passed.states))
            passed.ends = state.is_command or passed.decided is not None
            passed.states += [] if passed.ends else [state]
        if len(passed.states) >= index - start:
            return self._arrive(builtin, passed.states[index - start - 1], start, index, prefix)
        if passed.decided is not None:
            return passed.decided
        return asked.behind(start + len(passed.states))

    def _pass(self, builtin: Builtin, state: _State, at: int) -> Use | None:
        """Take a word before the one that is judged; its use if that is certain from here on."""
        word = self.words[at]
        was_open = state.is_open
        if state.awaited:
            state.awaited = ""
        elif word.text == b"--" and (state.is_open or builtin.operand(state.count) == "command"):
            state.is_open = False
        elif state.is_open and is_option(word.text):
            found = option_argument(builtin, word.text)
            if found is None:
                return Use.CODE
            state.awaited = "" if found[1] else found[0]
        elif state.is_open and _may_await(builtin, word.text):
            return self._worst(builtin, state.count)
        elif builtin.operand(state.count) == "command":
            state.is_command = True
            return None
        else:
            state.is_open, state.count, state.first = False, state.count + 1, state.first or at
        in_arguments = state.first and builtin.operand(state.count) == "argument"
        if word.spreads and not in_arguments:
            return self._worst(builtin, max(state.count - 1, 0), with_options=was_open)
        return None

    def _arrive(
        self, builtin: Builtin, state: _State, start: int, index: int, prefix: bytes
    ) -> Use:
        if state.awaited:
            return self._kind(state.awaited, prefix)
        if state.is_open and prefix and is_option(prefix + UNKNOWN):
            found = option_argument(builtin, prefix)
            if found is None:
                return Use.CODE
            return self._kind(found[0], prefix) if found[0] else self._worst(builtin, state.count)
        kind = builtin.operand(state.count)
        if kind == "argument":
            return self._argument(state.first, index)
        if kind == "assign" and start:
            return Use.NAME
        use = self._kind(kind, prefix)
        may_begin = _MAY_BE_NOTHING.fullmatch(prefix) is not None
        beginning = state.is_open and may_begin and builtin.has_options
        return max(use, Use.OPERAND) if beginning else use

    def _worst(self, builtin: Builtin, count: int, *, with_options: bool = True) -> Use:
        """What may be of a word when it is not sure which one it is; an option, unless those have ended."""
        if builtin.form or not {"assign", "command"}.isdisjoint(builtin.operands):
            return Use.CODE
        kinds = {*builtin.operands[count:], builtin.operand(count)}
        if with_options:
            kinds.update(builtin.options.values())
        return max(self._kind(kind, b"") for kind in kinds if kind)

    def _kind(self, kind: str, prefix: bytes) -> Use:
        if kind == "assign":
            name, equals, _ = prefix.partition(b"=")
            return self.names.declared(name.rstrip(b"+")) if equals else Use.NAME
        if kind == "command":
            return Use.NAME if b"=" in prefix else Use.DATA
        if kind == "argument":
            return Use.CODE if self.table.calculates_in_tests else Use.DATA
        return _KINDS[kind]

    def _argument(self, form_at: int, index: int) -> Use:
        """What ``printf`` does with an argument: its format says that."""
        form = self.words[form_at]
        calculates = self.table.calculates_in_tests
        if not form.is_literal:
            return Use.CODE if calculates or form.holds_value else Use.DATA
        uses, mixed = _conversions(form.text, Use.INT if calculates else Use.DATA)
        sure = not mixed and not any(word.spreads for word in self.words[form_at:index])
        if not uses:
            return Use.DATA
        return uses[(index - form_at - 1) % len(uses)] if sure else max(uses)


def _conversions(form: bytes, number: Use) -> tuple[list[Use], bool]:
    """The use of each argument of a format, and whether they are taken out of order."""
    uses: list[Use] = []
    mixed = False
    for match in _CONVERSION.finditer(form):
        if match[0] == b"%%":
            continue
        mixed = mixed or match["place"] is not None
        uses += [number] * match["stars"].count(b"*")
        letter = match["letter"][:1]
        if letter and letter[0] in _NUMBERS:
            uses.append(number)
        elif (letter and letter[0] in _TEXTS) or (letter == b"T" and number is Use.DATA):
            uses.append(Use.DATA)
        else:
            uses.append(Use.NAME if letter == b"n" else Use.CODE)
    return uses, mixed


def is_option(text: bytes) -> bool:
    """Whether a word has the form of an option; a number with a sign has not."""
    is_sign = text.startswith(b"+") and not text[1:2].isalpha() and text[1:2] != UNKNOWN
    return len(text) > 1 and text.startswith(_OPTION) and not is_sign


def may_be_option(builtin: Builtin, text: bytes) -> bool:
    """Whether a word is an option of a builtin, or may be when the script runs."""
    if not text.startswith(UNKNOWN):
        return is_option(text)
    return all(chr(code) in builtin.options for code in text.replace(UNKNOWN, b""))


def _may_await(builtin: Builtin, text: bytes) -> bool:
    """Whether a word that is made may be an option that decides of what the next one is."""
    if not text.startswith(UNKNOWN) or not may_be_option(builtin, text):
        return False
    kinds = builtin.options.values()
    last = kinds if text.endswith(UNKNOWN) else (builtin.options[chr(text[-1])],)
    return any(kind not in ("", "data") for kind in last)


def option_argument(builtin: Builtin, text: bytes) -> tuple[str, bytes] | None:
    """The kind of argument that an option takes ("" if none) and what of it is attached.

    None where the builtin has no such option.
    """
    for position, code in enumerate(text[1:], 1):
        letter = chr(code)
        if letter.isdigit():
            continue
        if letter not in builtin.options:
            return None
        if builtin.options[letter]:
            return builtin.options[letter], text[position + 1 :]
    return "", b""
