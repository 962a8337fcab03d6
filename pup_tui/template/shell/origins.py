"""What a variable may get its text from, as far as the script says it.

The world is closed: a text is told only where everything is known that may give the variable one. Of a
variable that the script never gives a text nothing is told: it is the environment's, and so the operator's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.shifts import ANY_WORD, Shifts, only_options
from pup_tui.template.shell.words import ONE_VARIABLE, UNKNOWN, ShellWord, loop_words

if TYPE_CHECKING:
    from tree_sitter import Node

_POSITIONAL: Final = late_pattern(rb"[0-9]+|[@*]")
_ENVIRONMENT: Final = late_pattern(rb"(?!BASH_|COMP_|READLINE_)[A-Z][A-Z0-9_]*")
"""Names that the environment may give a text; those of the shells' own lists are not among them."""
OF_THE_SHELL: Final = frozenset(
    {
        *(b"COPROC", b"DIRSTACK", b"FUNCNAME", b"HISTCMD", b"MAPFILE", b"MATCH", b"OPTARG"),
        *(b"PIPESTATUS", b"REPLY"),
    }
)
"""Variables to which a shell itself gives their text."""
OF_FOLDERS: Final = frozenset({b"PWD", b"OLDPWD", b"DIRSTACK", b"dirstack"})
"""The variables that hold the names of working directories."""
SET_BY_MATCHES: Final = frozenset({b"BASH_REMATCH", b".sh.match", b"match", b"MATCH"})
"""The variables that hold what ``=~`` has matched."""
_COMMANDS_PER_STEP: Final = 20
_DEFAULTED: Final = late_pattern(rb"\$\{([A-Za-z_]\w*)(?:\[[^]}]*\])?:{0,2}=")
_GIVES_BY_NAME: Final = late_pattern(rb"\$\{(?:!|\([^)]*P)[^}]*=")
"""What gives a text to the variable that another one names."""


def given_by_expansions(text: bytes) -> Iterator[bytes]:
    """The variables to which ``${NAME:=TEXT}`` in a text gives one; `ANY` where another one names it."""
    yield from _DEFAULTED.findall(text)
    if _GIVES_BY_NAME.search(text):
        yield ANY


class Surveyed(Protocol):
    """What of a script is looked at: that of its `Survey`."""

    @property
    def script(self) -> bytes: ...

    @property
    def shell(self) -> str: ...

    @property
    def root(self) -> Node: ...

    @property
    def commands(self) -> list[Node]: ...

    @property
    def assignments_to(self) -> dict[bytes, list[Node]]: ...

    @property
    def loops_over(self) -> dict[bytes, list[Node]]: ...

    @property
    def functions(self) -> dict[bytes, list[Node]]: ...

    @property
    def may_refer(self) -> bool: ...

    @property
    def given(self) -> frozenset[bytes]: ...

    def scope_of(self, node: Node, /) -> bytes: ...

    def text(self, node: Node, /) -> bytes: ...

    def word(self, node: Node, /) -> ShellWord: ...

    def words(self, command: Node, /) -> list[ShellWord]: ...

    @property
    def shifts(self) -> Shifts: ...


class _Call(NamedTuple):
    """The words that a function is called with, and whether it surely gets just these."""

    words: list[ShellWord]
    is_known: bool


class Origins:
    """The texts that a script gives its variables: nodes, words, or `UNKNOWN`."""

    def __init__(self, survey: Surveyed) -> None:
        self._survey = survey
        self._called: dict[bytes, list[_Call]] = {}

    def of(self, name: bytes, place: Node, *, begins: bool = True) -> Iterator[Node | bytes]:
        """What a variable gets; what is added to it only if that may be its beginning, with `begins`."""
        if _POSITIONAL.fullmatch(name):
            number = int(name) if name.isdigit() else 1
            yield from (word for word, _ in self.own_words(name, place, number))
            return
        is_set = name in self._survey.assignments_to or name in self._survey.loops_over
        is_known = is_set or _ENVIRONMENT.fullmatch(name)
        if not is_known or name in OF_THE_SHELL or not self._filled.isdisjoint((name, ANY)):
            yield UNKNOWN
        for loop in self._survey.loops_over.get(name, ()):
            yield from self._looped(loop)
        yield from self._assigned(name, begins)

    def elements(self, name: bytes, place: Node) -> Iterator[Node | bytes]:
        """What any element of an array gets, or the variable that is none."""
        for made in self.of(name, place, begins=False):
            if isinstance(made, bytes) or made.type != "array":
                yield made
                continue
            for element in self.words_of(made):
                is_split = isinstance(element, bytes) or self._is_split(element)
                yield UNKNOWN if is_split else element

    def words_of(self, array: Node) -> list[Node | bytes]:
        """What stands in an array, in its order; `UNKNOWN` for what has a key."""
        keyed = (self._survey.text(node).startswith(b"[") for node in array.named_children)
        return [
            UNKNOWN if has_key else node
            for node, has_key in zip(array.named_children, keyed, strict=True)
        ]

    @cached_property
    def separators(self) -> bytes | None:
        """What parts words besides blanks, by the script's own ``IFS``; None where that is not known."""
        texts = list(self.of(b"IFS", self._survey.root))
        words = [self._survey.word(text) for text in texts if not isinstance(text, bytes)]
        is_known = len(words) == len(texts) and all(word.is_literal for word in words)
        return b"".join(word.text for word in words) if is_known else None

    def own_words(
        self, name: bytes, place: Node, number: int
    ) -> Iterator[tuple[Node | bytes, bytes]]:
        """The words that a function may be called with, and those that ``set`` puts in their place.

        ``name`` is a word's own number, or tells that all are meant from that ``number`` on. What may follow
        such a word stands beside it.
        """
        scope = self._survey.scope_of(place)
        if scope not in self._called:
            self._called[scope] = self._calls(scope)
        dropped = self._survey.shifts.before(place) or range(ANY_WORD + 1)
        behind = b"" if name.isdigit() else b" "
        for call in self._called[scope]:
            first, last = number - 1 + dropped[0], number - 1 + dropped[-1]
            is_known = call.is_known and number > 0
            spreading = (at for at, word in enumerate(call.words) if word.spreads)
            certain = next(spreading, ANY_WORD + 1)
            if not is_known or certain <= last:
                begin = min(first, certain) if is_known else 0
                yield from ((word.node, behind) for word in call.words[begin:])
                continue
            for at, word in enumerate(call.words[first : last + 1], first + 1):
                others = b" ".join(each.text for each in call.words[at:])
                yield word.node, behind + others if behind else b""
        if self._survey.shifts.may_be_replaced(place):
            yield UNKNOWN, behind
        for variable in (name, b"argv"):
            yield from ((UNKNOWN, b""),) if variable in self._survey.assignments_to else ()

    def calls_of(self, place: Node) -> list[list[ShellWord]] | None:
        """The words of each call of the function around a place; none where others may be there."""
        scope = self._survey.scope_of(place)
        if not scope or self._survey.shifts.may_be_replaced(place):
            return None
        calls = self._calls(scope)
        told = len(self._survey.functions.get(scope, ())) + len(calls)
        is_all = self._survey.script.count(scope) == told and all(each.is_known for each in calls)
        return [call.words for call in calls] if is_all else None

    def _calls(self, scope: bytes) -> list[_Call]:
        """All commands that may call a function or be, in it or else outside of all, a ``set``."""
        spend_on_judging(len(self._survey.commands) // _COMMANDS_PER_STEP)
        found: list[_Call] = []
        loops = chain.from_iterable(self._survey.loops_over.values())
        told = chain(*self._survey.assignments_to.values(), *map(loop_words, loops))
        texts = map(self._survey.text, told)
        may_be_named = bool(scope) and any(scope in text for text in texts)
        needed = self._survey.shifts.needs(scope)
        for command in self._survey.commands:
            words = self._survey.words(command)
            called = (at for at, word in enumerate(words) if word.text in (scope, b"set"))
            is_any = may_be_named and not words[0].is_literal
            first = next(called, 0 if is_any else len(words))
            own = words[first + 1 :]
            if first < len(words) and not (
                words[first].text == b"set" and self._keeps(command, scope, own)
            ):
                is_enough = sum(not word.spreads for word in own) >= needed
                found.append(_Call(own, is_enough and first == 0 and words[0].text == scope))
        return found

    def _keeps(self, set_command: Node, scope: bytes, words: list[ShellWord]) -> bool:
        """Whether a ``set`` leaves a function its words: it sets options, or those of another."""
        return only_options(words) or self._survey.scope_of(set_command) != scope

    def _looped(self, loop: Node) -> Iterator[Node | bytes]:
        if not any(part.type == "in" for part in loop.children):
            yield UNKNOWN
        for node in loop_words(loop):
            variable = ONE_VARIABLE.fullmatch(self._survey.text(node))
            if not self._is_split(node):
                yield node
            elif variable is None or variable[1] in self._survey.loops_over:
                yield UNKNOWN
            else:
                for made in self.elements(variable[1], node):
                    word = None if isinstance(made, bytes) else self._survey.word(made)
                    yield from word.text.split() if word and word.is_literal else (UNKNOWN,)

    def _is_split(self, node: Node) -> bool:
        """Whether the shell makes several words of a part of a word, or others than stand there."""
        word = self._survey.word(node)
        return word.spreads and (UNKNOWN in word.text or b"/" not in word.text)

    def _assigned(self, name: bytes, begins: bool) -> Iterator[Node | bytes]:
        wholes: list[Node] = []
        added: list[Node] = []
        for assignment in self._survey.assignments_to.get(name, ()):
            into = added if assignment.children[1].type == "+=" else wholes
            into += assignment.children[2:]
        yield from wholes
        is_begun = bool(wholes) and not any(self._survey.text(n) in (b"", b"()") for n in wholes)
        for node in added:
            is_next = self._survey.text(node).lstrip(b"\"'").startswith((b" ", b"\t"))
            if node.type != "array" and not is_next:
                yield UNKNOWN
            elif node.type == "array" and not (is_begun and begins):
                yield node

    @cached_property
    def _filled(self) -> frozenset[bytes]:
        """The variables that get a text from commands, or from ``${NAME:=TEXT}``."""
        return self._survey.given.union((ANY,) if self._survey.may_refer else ())
