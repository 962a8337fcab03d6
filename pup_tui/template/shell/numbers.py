"""Which variables and functions of a script give nothing but numbers, by all that it gives them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.fills import ANY, SOURCING
from pup_tui.template.shell.origins import (
    OF_FOLDERS,
    OF_THE_SHELL,
    SET_BY_MATCHES,
    given_by_expansions,
)
from pup_tui.template.shell.printed_numbers import NothingKnown, pipes_numbers, prints_number
from pup_tui.template.shell.readings import OwnWords
from pup_tui.template.shell.survey import Survey

if TYPE_CHECKING:
    from tree_sitter import Node

    from pup_tui.template.shell.words import ShellWord

_DIGITS: Final = late_pattern(rb"[-+]?[0-9]+")
_RANGE: Final = late_pattern(rb"\{-?[0-9]+\.\.-?[0-9]+(?:\.\.-?[0-9]+)?\}")
_EXPANSION: Final = late_pattern(
    rb"\$(?:([A-Za-z_]\w*|[0-9])|\{([A-Za-z_]\w*|[0-9]+)(?::?[-=](-?[0-9]+))?\})"
)
"""A variable, perhaps with a number that stands for it where it has no text."""
_STRIPPED: Final = late_pattern(rb"\$\{\w+//\[[!^](?:0-9|\[:digit:\])\](?:/)?\}")
"""A variable without whatever is no digit."""
_OPERAND: Final = late_pattern(rb"[A-Za-z0-9/.]")
_COUNTS: Final = late_pattern(rb"\$(?:[#?!$]|\{[#?!$]\}|\{#[^}]*\})")
_NUMBER_FORMAT: Final = late_pattern(rb"['\"]?%[-+ 0]*[0-9]*(?:\.[0-9]+)?[diu]['\"]?")
_FORMAT: Final = 3
"""The place of the format in ``printf -v NAME '%d' TEXT``."""
_NAME: Final = late_pattern(rb"[A-Za-z_]\w*")
_READING: Final = frozenset(
    {"while_statement", "compound_statement", "subshell", "do_group", "list"}
)
"""What reads from the pipe that it stands behind, as all within it does."""
_TEXTS: Final = frozenset({"string_content", "word", "number"})
_SIGNS: Final = late_pattern(rb"[0-9 .,:+\"-]*")
"""What may stand between numbers."""
_TEMPORARY: Final = late_pattern(rb"\"?\$\(mktemp(?: -[dq]| -t [\w.-]+| [\w./-]*X{3}[\w.-]*)*\)\"?")
_TEMPORARY_FILE: Final = b"/tmp/tmp.X"
"""What stands for the name of a file that the script has made with `mktemp`."""
_BY_SHELLS: Final = OF_THE_SHELL | OF_FOLDERS | SET_BY_MATCHES | {b"_"}
"""What a shell gives a text itself."""
_DEEPEST: Final = 20
"""Variables that get their text one from the other, as far as that is followed."""


class ScriptFunctions(NothingKnown):
    """What the functions of a script make of the names of commands."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey

    def bodies(self, command: bytes) -> Sequence[Node] | None:
        if command in self._survey.aliases:
            return ()
        definitions = self._survey.functions.get(command)
        if definitions is None:
            return None
        bodies = (each.child_by_field_name("body") for each in definitions)
        return [body for body in bodies if body is not None]

    @cached_property
    def keeps_words(self) -> bool:
        """Whether the words of functions are those with which the script is seen to call them."""
        survey = self._survey
        setting = (word for _, words in survey.named(b"set") for word in words[1:])
        trapped = (survey.functions_in(survey.text(each)) for each, _ in survey.named(b"trap"))
        return not (
            survey.exports_functions
            or b"argv" in survey.assignments_to
            or any(word.text[:1] not in (b"-", b"+") or word.text == b"--" for word in setting)
            or any(trapped)
        )


class Numbers(ScriptFunctions):
    """The same with its variables.

    ``given`` tells what one gets its text from; those ``outside`` get one by something else too.
    ``are_checked`` tells whether the script has checked what some of them hold at a byte.
    """

    def __init__(
        self,
        survey: Survey,
        words: OwnWords,
        given: Callable[[bytes], Iterator[Node]],
        outside: Collection[bytes],
        are_checked: Callable[[tuple[bytes, ...], int], bool],
    ) -> None:
        super().__init__(survey)
        self._words = words
        self._given = given
        self._outside = outside
        self._are_checked = are_checked
        self._known = dict[bytes, bool]()
        self._held: list[bytes] = []

    def printed(self, node: Node) -> bool:
        """Whether this is a command substitution that gives a number."""
        return prints_number(node, self)

    def is_number(self, expansion: Node) -> bool:
        text = self._survey.text(expansion)
        if _COUNTS.fullmatch(text) or _STRIPPED.fullmatch(text):
            return True
        found = _EXPANSION.fullmatch(text)
        if found is None:
            return False
        name = found[1] or found[2]
        if self._are_checked(self._words.names(name, expansion), expansion.start_byte):
            return True
        is_optional = found[3] is not None and name.isdigit()
        return self._is_numeric(name, expansion) or (
            is_optional and self._is_left_out(name, expansion)
        )

    def _is_numeric(self, name: bytes, place: Node) -> bool:
        names = self._words.names(name, place)
        if names == (name,):
            return self.holds(name)
        if not self._is_of_function(names):
            return False
        given = [each for each in names if next(self._given(each), None) is not None]
        return names[0] not in given and bool(given) and all(map(self.holds, given))

    def _is_left_out(self, name: bytes, place: Node) -> bool:
        """Whether a word of a function is given by no call of it."""
        names = self._words.names(name, place)
        given = (next(self._given(each), None) for each in names)
        return self._is_of_function(names) and all(each is None for each in given)

    def _is_of_function(self, names: Sequence[bytes]) -> bool:
        """Whether these are words of a function, and it gets them as the script is seen to call it."""
        return bool(names[0].split(b" ")[0]) and self.keeps_words

    def text(self, expansion: Node) -> bytes | None:
        found = _EXPANSION.fullmatch(self._survey.text(expansion))
        name = found[1] or found[2] if found is not None and found[3] is None else b""
        names = self._words.names(name, expansion)
        if not name or names != (name,) or not self._filled.isdisjoint((name, ANY, b"IFS")):
            return None
        nodes = [*self._given(name)]
        spend_on_judging(len(nodes))
        texts = {word.text if word.is_literal else None for word in map(self._survey.word, nodes)}
        is_added = any(
            part.type == "+=" for node in nodes if node.parent for part in node.parent.children
        )
        is_split = b"IFS" in self._survey.assignments_to
        if len(texts) != 1 or is_added or is_split:
            return None
        is_temporary = all(_TEMPORARY.fullmatch(self._survey.text(node)) for node in nodes)
        return _TEMPORARY_FILE if is_temporary else texts.pop()

    def is_operand(self, expansion: Node) -> bool:
        waiting, seen = [expansion], set[bytes]()
        while waiting:
            node = waiting.pop()
            found = _EXPANSION.fullmatch(self._survey.text(node).strip(b'"'))
            if found is None or found[3] is not None:
                if node is expansion or not self._begins_operand(node):
                    return False
                continue
            name = found[1] or found[2]
            names = self._words.names(name, node)
            if seen.issuperset(names):
                continue
            nodes = [each for name in names for each in self._given(name)]
            spend_on_judging(len(nodes))
            is_own = names == (name,) or self._is_of_function(names)
            if not (is_own and nodes and self._filled.isdisjoint((*names, ANY))):
                return False
            seen.update(names)
            waiting += nodes
        return True

    def _begins_operand(self, node: Node) -> bool:
        text = self._survey.text(node).lstrip(b"'\"")
        return _OPERAND.match(text) is not None and not self._survey.marker.match(text)

    def holds(self, name: bytes) -> bool:
        """Whether a variable gives nothing but a number: what it gets from itself takes nothing from that."""
        if name in self._known or name in self._held:
            return self._known.get(name, True)
        is_ours = name not in _BY_SHELLS and self._filled.isdisjoint((name, ANY))
        is_own = is_ours and len(self._held) < _DEEPEST
        nodes = [*self._given(name)] if is_own else []
        spend_on_judging(len(nodes))
        begun = len(self._held)
        self._held.append(name)
        is_told = bool(nodes) or (is_own and name in self._told)
        if is_told and all(map(self.is_text_of_numbers, nodes)):
            if not begun:
                self._known |= dict.fromkeys(self._held, True)
                self._held.clear()
            return True
        # What was taken for a number since then may be so by this one only.
        del self._held[begun:]
        self._known[name] = False
        return False

    @cached_property
    def _filled(self) -> frozenset[bytes]:
        """The variables that get a text by something else than what is seen; `ANY` for all."""
        survey = self._survey
        is_open = bool(survey.named(*SOURCING)) or not survey.references.isdisjoint((ANY,))
        by_expansions = given_by_expansions(survey.script)
        everything = (ANY,) if is_open else ()
        by_commands = (n for n, is_number in self._fillings if not is_number)
        return frozenset(
            (*self._outside, *by_commands, *survey.references, *by_expansions, *everything)
        )

    @cached_property
    def _told(self) -> frozenset[bytes]:
        """The variables that get a number from a command that formats or reads one."""
        return frozenset(name for name, is_number in self._fillings if is_number)

    @cached_property
    def _fillings(self) -> list[tuple[bytes, bool]]:
        """What commands fill, and whether each gives it a number."""
        found: list[tuple[bytes, bool]] = []
        filling = [(each, self._survey.words(each)) for each in self._survey.commands]
        fills = [(each, words, [*self._survey.fills(words)]) for each, words in filling]
        known = self._without_reading(name for _, _, names in fills for name in names)
        for command, words, names in fills:
            form = words[_FORMAT].raw if len(words) > _FORMAT else b""
            is_formatting = [word.text for word in words[:2]] == [b"printf", b"-v"]
            is_number = is_formatting and _NUMBER_FORMAT.fullmatch(form) is not None
            count = known.numbers_read(command, words) if names and not is_number else 0
            found += ((name, is_number or at < count) for at, name in enumerate(names))
        return found

    def _without_reading(self, names: Iterable[bytes]) -> Numbers:
        """The same where these may get any text.

        What `read` reads is told by this one: it may be made of what another `read` fills, or itself.
        """
        known = Numbers(self._survey, self._words, self._given, self._outside, self._are_checked)
        known._fillings = [(name, False) for name in names]
        return known

    def numbers_read(self, command: Node, words: Sequence[ShellWord]) -> int:
        """How many of the variables that `read` fills get numbers only."""
        if words[0].text != b"read" or self._survey.named(b"exec"):
            return 0
        names = words[2:] if len(words) > 1 and words[1].text == b"-r" else words[1:]
        if not names or not all(_NAME.fullmatch(word.text) for word in names):
            return 0
        around = command.parent
        if around is not None and around.type == "redirected_statement":
            redirects = [part for part in around.named_children if part != command]
            return len(names) if len(redirects) == 1 and self._gives_numbers(redirects[0]) else 0
        below = command
        while around is not None and around.type in _READING:
            below, around = around, around.parent
        beside = around.parent if around is not None else None
        is_fed = beside is not None and beside.type == "redirected_statement"
        if around is None or around.type != "pipeline" or is_fed:
            return 0
        stages = [part for part in around.named_children if part.end_byte <= below.start_byte]
        if not stages:
            return 0
        if pipes_numbers(stages, self, only_first=False):
            return len(names)
        is_apart = len(names) > 1 and b"IFS" not in self._survey.script
        return int(is_apart and pipes_numbers(stages, self, only_first=True))

    def _gives_numbers(self, redirect: Node) -> bool:
        """Whether ``< <(…)`` or ``<<< "$(…)"`` gives numbers."""
        inner = redirect.named_children[-1] if redirect.named_children else redirect
        is_process = inner.type == "process_substitution" and inner.children[0].type == "<("
        if redirect.type == "file_redirect" and is_process:
            statements = inner.named_children
            return len(statements) == 1 and pipes_numbers(statements, self, only_first=False)
        return redirect.type == "herestring_redirect" and prints_number(inner, self)

    def is_text_of_numbers(self, node: Node) -> bool:
        """Whether what is assigned is a number, or several with signs between them."""
        text = self._survey.text(node)
        match node.type:
            case "arithmetic_expansion":
                return True
            case "number" | "word":
                return _DIGITS.fullmatch(text) is not None
            case "raw_string":
                return _DIGITS.fullmatch(text[1:-1]) is not None
            case "brace_expression" | "concatenation" if _RANGE.fullmatch(text):
                return True
            case "string" if _DIGITS.fullmatch(text[1:-1]):
                return True
            case "string" if (
                len(node.named_children) == 1 and node.named_children[0].type != "string_content"
            ):
                return self.is_text_of_numbers(node.named_children[0])
            case "simple_expansion" | "expansion":
                return self.is_number(node)
            case "string" | "concatenation" if node.named_children:
                parts = [p for p in node.named_children if p.type not in _TEXTS]
                signs = text
                for part in parts:
                    signs = signs.replace(self._survey.text(part), b"", 1)
                is_plain = _SIGNS.fullmatch(signs) is not None
                return is_plain and bool(parts) and all(map(self.is_text_of_numbers, parts))
        return prints_number(node, self)
