"""What makes a script strict: that it stops at the first command that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.statements import StepScript, source_of
from pup_tui.template.shell.language import nodes_of

if TYPE_CHECKING:
    from tree_sitter import Node

_ON_FIRST_LINE: Final = re.compile(r"\A#![^\n]*\s-[a-zA-Z]*e")
_NAMES: Final = frozenset({"errexit", "errreturn"})
_ZSH_OPTIONS: Final = re.compile(r"options\[([^]]*)\]=[\"']?(on|off)\b")
_SUBSHELLS: Final = ("subshell", "command_substitution", "process_substitution")
_QUOTES: Final = str.maketrans("", "", "\"'\\")


def stops_at_failures(script: StepScript) -> bool:
    """Whether a script makes itself strict, or looks at failures in a trap of its own."""
    if _ON_FIRST_LINE.match(script.node.text):
        return True
    if any(sets_errexit(script, each) for each in _own_commands(script.root)):
        return True
    return script.shell == "zsh" and any(
        _is_on(name, "zsh", given=value == "on")
        for name, value in _ZSH_OPTIONS.findall(source_of(script.root))
    )


def _own_commands(root: Node) -> Iterator[Node]:
    """The commands of a script but for those of which what they set ends with the brackets around them."""
    brackets = nodes_of(root, *_SUBSHELLS)[::-1]
    inside_until = 0
    for command in nodes_of(root, "command"):
        while brackets and brackets[-1].start_byte < command.start_byte:
            inside_until = max(inside_until, brackets.pop().end_byte)
        if command.start_byte >= inside_until:
            yield command


def sets_errexit(script: StepScript, command: Node) -> bool:
    """Whether a command turns the option on, by whichever of the ways that its shell has."""
    named = command.child_by_field_name("name")
    words = [source_of(each) for each in command.children_by_field_name("argument")]
    words = [word.translate(_QUOTES) for word in words]
    match source_of(named) if named is not None else "":
        case "builtin" | "command" if words:
            return _turns_on(words[0], words[1:], script.shell)
        case name:
            return _turns_on(name, words, script.shell)


def _turns_on(name: str, words: Sequence[str], shell: str) -> bool:
    match name, shell:
        case "trap", _:
            return not {"ERR", "ZERR"}.isdisjoint(words[1:])
        case "set", _:
            return _by_options(words, shell) or (shell == "ksh" and "--errexit" in words)
        case "emulate", "zsh":
            mode = next((at for at, word in enumerate(words) if not word.startswith("-")), 0)
            return _by_options(words[mode + 1 :], shell)
        case "shopt", "bash":
            letters = {letter for word in words if word.startswith("-") for letter in word}
            return {"s", "o"} <= letters and "errexit" in words
        case (("setopt" | "unsetopt"), "zsh"):
            turns_on = name == "setopt"
            sign = "-" if turns_on else "+"
            by_letter = any(word.startswith(sign) and "e" in word for word in words)
            return by_letter or any(_is_on(word, shell, given=turns_on) for word in words)
    return False


def _by_options(words: Sequence[str], shell: str) -> bool:
    """Whether ``-e`` is among options, or ``-o`` with the option's name, or ``+o`` with its opposite's."""
    rest = iter(words)
    for word in rest:
        letters = word[1:]
        if not word.startswith(("-", "+")) or not letters.isalpha():
            return False
        if "e" in letters and word[0] == "-":
            return True
        if "o" in letters and _is_on(next(rest, ""), shell, given=word[0] == "-"):
            return True
    return False


def _is_on(name: str, shell: str, *, given: bool) -> bool:
    """Whether the option is on after one of this name was turned on, or off where it is not `given`.

    zsh and ksh take names in any case, with `_` anywhere, and the opposite behind `no`.
    """
    if shell not in ("zsh", "ksh"):
        return name == "errexit" and given
    plain = name.lower().replace("_", "")
    return given if plain in _NAMES else plain.removeprefix("no") in _NAMES and not given
