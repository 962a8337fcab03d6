"""Where a value begins a word of a command, so that a value such as ``-rf`` would be an option.

How programs tell options from operands stands in ``operands.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pup_tui.own_files import own_data
from pup_tui.template.arguments import compile_arguments
from pup_tui.template.blocks import Literal, Output
from pup_tui.template.shell.markers import Marked, variants
from pup_tui.template.shell.tree import script_tree
from pup_tui.template.text import Text, compile_text

if TYPE_CHECKING:
    from tree_sitter import Node

    from pup_tui.template.shell.script_parts import ScriptParts
    from pup_tui.template.shell.survey import Survey

_OPTION: Final = re.compile(r"-[A-Za-z0-9][\w-]*|--[A-Za-z][\w-]*")
_WITH_NUMBER: Final = re.compile(r"-[A-Za-z]?-?[0-9][\w-]*")
"""``-5``, ``-n1``, ``-s10M``: a number is the value, or the option."""
_ASKS_FOR_DASHES: Final = re.compile(rb"[\s(|^]-\*|\^-|\[!-")
"""A script that asks whether a text begins with ``-`` takes care of that itself."""
_QUOTES: Final = (b"", b'"', b"'")


@dataclass(frozen=True, slots=True)
class OptionPlace:
    """A value that may be an option of the program that gets it."""

    output: Output
    takes_dashes: bool
    """Whether ``--`` may stand before it: options of the program end at it, and none come behind."""


@dataclass(frozen=True, slots=True)
class _Table:
    """``dashes`` are the programs that take ``--``, each with its short options that take no value."""

    dashes: dict[str, str]
    bundled: frozenset[str]
    long: frozenset[str]
    first_operand: frozenset[str]
    none: frozenset[str]
    flags: tuple[str, ...]
    own_flags: dict[str, frozenset[str]]
    """The same of single programs."""

    def may_take_value(self, program: str, option: str) -> bool:
        """Whether the word behind an option may be its value."""
        if not _OPTION.fullmatch(option) or _WITH_NUMBER.fullmatch(option):
            return False
        if option in self.own_flags.get(program, ()):
            return False
        if any(fnmatchcase(option, flag) for flag in self.flags):
            return False
        if option.startswith("--"):
            return True
        rest = option[1:].lstrip(self.dashes.get(program, ""))
        if program not in self.dashes or program in self.long:
            return rest != ""
        return len(rest) == 1  # behind the letter that takes a value stands the value itself

    def bundled_values(self, program: str, word: str) -> int:
        """How many of the words behind the first one of a program are values of the options in it."""
        is_bundle = program in self.bundled and word.isalnum()
        return len(set(word) - set(self.dashes[program])) if is_bundle else 0


@lru_cache(maxsize=1)
def _table() -> _Table:
    data = own_data("pup_tui.template", "operands.yaml")
    dashes: dict[str, str] = {}
    for line in data["dashes"]:
        names, _, letters = line.partition("|")
        dashes |= dict.fromkeys(names.split(), letters.strip().removeprefix("-"))
    own: dict[str, frozenset[str]] = {}
    for line in data["own_flags"]:
        names, _, options = line.partition("|")
        for name in names.split():
            own[name] = own.get(name, frozenset()).union(options.split())
    words = {key: [word for line in data[key] for word in line.split()] for key in data}
    bundled, long, first_operand, none = (
        frozenset(words[key]) for key in ("bundled", "long", "first_operand", "none")
    )
    return _Table(dashes, bundled, long, first_operand, none, tuple(words["flags"]), own)


def options_in_arguments(source: str) -> tuple[OptionPlace, ...]:
    """The values that begin a word of an argument list with no ``--`` before it.

    A word right behind an option is taken for that option's value. Raises `TemplateError`.
    """
    found: list[OptionPlace] = []
    before = ""
    words = compile_arguments(source).words
    beginnings = [word.literal if word.literal is not None else _beginning(word) for word in words]
    for number, word in enumerate(words):
        first = word.blocks[0] if word.blocks else None
        if word.literal == "--":
            break
        if isinstance(first, Output) and number and not _table().may_take_value("", before):
            found.append(OptionPlace(first, not _has_options(beginnings[number + 1 :])))
        before = beginnings[number]
    return tuple(found)


def _beginning(word: Text) -> str:
    first = word.blocks[0]
    return f"{first.text}=" if isinstance(first, Literal) else ""


def options_in_script(source: str, shell: str) -> tuple[OptionPlace, ...]:
    """The same for the commands of a script. Raises `TemplateError`."""
    found: dict[int, OptionPlace] = {}
    for variant in variants(compile_text(source).blocks):
        marked = Marked(variant)
        tree = script_tree(marked.script, shell, marked.spans)
        if not marked.holes or tree.unknown_line:
            continue
        parts = tree.parts
        starts = {hole.marker: hole for hole in marked.holes}
        for start, path in tree.paths():
            unit = starts[tree.outer(start)].unit
            if not isinstance(unit, Output):
                continue
            for at, way in ((start, path), *_held(tree.survey, path, start)):
                place = _place(unit, way, at, parts)
                if place is not None:
                    others = found.get(id(unit), place)
                    found[id(unit)] = OptionPlace(unit, place.takes_dashes and others.takes_dashes)
    return tuple(found.values())


def _held(survey: Survey, path: Sequence[Node], start: int) -> Iterator[tuple[int, list[Node]]]:
    """Where a variable of the script stands that holds a value, and gets no other text."""
    from pup_tui.template.shell.fills import ANY
    from pup_tui.template.shell.redirections import path_to

    around = next((n for n in reversed(path) if n.type in ("variable_assignment", "command")), None)
    if around is None or around.type == "command" or _ASKS_FOR_DASHES.search(survey.script):
        return
    name, sign, *_ = map(survey.text, around.children)
    opening = survey.script[around.children[1].end_byte : start]
    is_for_command = around.parent is not None and around.parent.type == "command"
    is_only = len(survey.assignments_to.get(name, ())) == 1 and name not in survey.loops_over
    is_filled = not survey.filled.isdisjoint((name, ANY))
    if is_for_command or is_filled or not is_only or sign != b"=" or opening not in _QUOTES:
        return
    for node in survey.expansions:
        if node.start_byte > around.end_byte and survey.text(node) in (
            b"$%b" % name,
            b"${%b}" % name,
        ):
            yield node.start_byte, path_to(survey.root, node)


def _place(
    output: Output, path: Sequence[Node], start: int, parts: ScriptParts
) -> OptionPlace | None:
    """The place of a value that begins an argument which the command may take for an option."""
    from pup_tui.template.shell.command_use import program_of
    from pup_tui.template.shell.synopsis import Kind

    enclosing = _enclosing_command(path)
    if enclosing is None:
        return None
    command, word = enclosing
    opening = (word.text or b"")[: start - word.start_byte]
    position = parts.position(command, word)
    if word.type == "variable_assignment" or opening not in _QUOTES or not position:
        return None
    use = parts.use(command)
    if use.uses[position].kind in (Kind.NAME, Kind.CODE):
        return None
    name = max(n for n in range(position) if use.uses[n].kind is Kind.NAME or not n)
    before = use.words[name + 1 : position]
    known = program_of(use.words[name])
    if use.words[name] in parts.functions:
        return None
    if known is not None:
        is_code = b"-" in before or any(u.kind is Kind.CODE for u in use.uses[name:position])
        if known.is_interpreter and is_code:
            return None  # `sh -c CODE` hands it to that code
        wide = known.options.get(before[-2]) if len(before) > 1 else None
        if wide is not None and wide.values > 1:
            return None
    program = use.words[name].decode(errors="replace").rsplit("/", 1)[-1]
    told = [each.decode(errors="replace") for each in (*before, *use.words[position + 1 :])]
    return _judged(output, program, told[: len(before)], told[len(before) :])


def _judged(
    output: Output, program: str, before: Sequence[str], behind: Sequence[str]
) -> OptionPlace | None:
    """What a value is to a program that has these words before and behind it."""
    table = _table()
    if before and f"{program}-{before[0]}" in table.dashes:
        program, before = f"{program}-{before[0]}", before[1:]
    if program in table.none or "--" in before:
        return None
    if before and table.may_take_value(program, before[-1]):
        return None
    if before and len(before) <= table.bundled_values(program, before[0]):
        return None
    if program in table.first_operand and _has_operand(table, program, before):
        return None
    return OptionPlace(output, program in table.dashes and not _has_options(behind))


def _has_options(words: Sequence[str]) -> bool:
    """Whether some words of a command hold options, which a ``--`` before them would make operands."""
    return any(word.startswith("-") and word != "-" for word in words)


def _has_operand(table: _Table, program: str, words: Sequence[str]) -> bool:
    """Whether one of the words is neither an option nor the value of one."""
    is_value = False
    for word in words:
        if not word.startswith("-") and not is_value:
            return True
        is_value = table.may_take_value(program, word)
    return False


def _enclosing_command(path: Sequence[Node]) -> tuple[Node, Node] | None:
    """The command around the innermost node of a path, and its part that is on the path."""
    for index in range(len(path) - 1, 0, -1):
        node = path[index - 1]
        if node.type == "command":
            return node, path[index]
        if node.type in ("command_substitution", "process_substitution", "file_redirect"):
            return None
    return None
