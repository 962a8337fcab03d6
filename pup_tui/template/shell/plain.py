"""Whether a script is so plain that what it has checked can be told: a closed world of commands.

A script that uses anything else may be right, but nothing is known of what it checks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.fills import is_file
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import tables
from pup_tui.template.shell.words import ShellWord

if TYPE_CHECKING:
    from tree_sitter import Node

_HARMLESS: Final = frozenset(
    {
        *(b"echo", b":", b"true", b"false", b"exit", b"cd", b"pwd", b"test", b"[", b"wait"),
        *(b"kill", b"sleep", b"rm", b"printf", b"jobs"),
    }
)
"""Builtins that do nothing to the script itself; ``printf`` without ``-v``."""
_PLAIN: Final = _HARMLESS | {
    *(b"return", b"break", b"continue", b"shift", b"let", b"umask", b"type", b"hash"),
    *(b"pushd", b"popd", b"exec", b"command", b"time", b"getopts", b"mapfile", b"readarray"),
    *(b"read", b"print", b"cat", b"mkdir", b"head", b"date"),
}
"""Builtins of which `Changes` knows what they do, whatever their words are."""
_DECLARING: Final = frozenset(
    {b"declare", b"typeset", b"local", b"export", b"readonly", b"integer"}
)
_DECLARED: Final = late_pattern(rb"[A-Za-z_]\w*(?:\+?=.*)?|[-+][aAgirxpFluf]+", re.DOTALL)
_SETTINGS: Final = late_pattern(
    rb"[-+][aeEfuvxo]+|pipefail|errexit|nounset|xtrace|nullglob|failglob|extglob|globstar|dotglob"
    rb"|-[su]|inherit_errexit|lastpipe|nocaseglob|nocasematch"
)
_UNSET: Final = late_pattern(rb"-v|[A-Za-z_]\w*|\"\$\{?\w+\}?\"")
_SIGNALS: Final = late_pattern(rb"(?:SIG)?(?:EXIT|0|INT|TERM|HUP|QUIT|ERR)")
_FUNCTION: Final = late_pattern(rb"[A-Za-z_][\w-]*")
_HOOK: Final = late_pattern(
    rb"\$\{[\s|]|\b(?:TRAP[A-Z]\w*|(?:chpwd|periodic|precmd|preexec|zsh\w+)(?:_functions)?"
    rb"|(?:dis_)?(?:functions|builtins|(?:[gs])?aliases|BASH_ALIASES|BASH_CMDS))\b"
)
"""What a shell runs by itself, the arrays that are its own functions and aliases, and ``${ …; }``."""
_TORN: Final = late_pattern(rb"[\w\"']\\\r?\n[\w\"']")
"""A word that goes on in the next line."""
_PASSED: Final = late_pattern(rb"\$\{\w+\}|[\"']|[0-9]?>&?\s*[^\s;|&()]+")
"""What begins no command in the text of a trap."""
_STATEMENT: Final = late_pattern(rb"[;&|\n(){}`]+")
_HEAD: Final = late_pattern(rb"(?:[A-Za-z_/][\w./-]*|\[|:)(?=\s|$)")
_RESERVED: Final = frozenset(
    b"if then elif else fi for foreach while until repeat do done case esac select function".split()
)
_STORES: Final = late_pattern(rb"\s-\w*v")


class PlainWorld:
    """What a script does that leaves its own commands what they are."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self.builtins = frozenset(name for table in tables(survey.shell) for name in table.builtins)

    @cached_property
    def holds(self) -> bool:
        """Whether a script does nothing else."""
        script = self._survey.written
        return (
            not self._survey.references
            and not self._survey.names.aliases
            and _HOOK.search(script) is None
            and _TORN.search(script) is None
            and all(map(self._is_own_function, self._survey.functions))
            and all(map(self._is_plain, self._survey.commands))
        )

    @cached_property
    def trapped(self) -> frozenset[bytes]:
        """The functions that traps call."""
        return frozenset(
            head
            for _, words in self._survey.named(b"trap")
            for head in _heads(words[1].text if len(words) > 1 else b"")
        ).intersection(self._survey.functions)

    def _is_own_function(self, name: bytes) -> bool:
        return _FUNCTION.fullmatch(name) is not None and name not in self.builtins

    def _is_plain(self, command: Node) -> bool:
        words = self._survey.words(command)
        if not words:
            return True
        if not self._survey.is_named(words[0]):
            return False
        return all(self._is_plain_by_name(name, found) for name, found in self._survey.runs(words))

    def _is_plain_by_name(self, name: bytes, words: Sequence[ShellWord]) -> bool:
        operands = words[1:]
        match name:
            case b"trap":
                return self._is_plain_trap(operands)
            case b"set" if operands and operands[0].raw == b"--":
                return True
            case b"set" | b"shopt":
                return all(_SETTINGS.fullmatch(word.raw) for word in operands)
            case b"unset":
                return all(_UNSET.fullmatch(word.raw) for word in operands)
            case b"." | b"source":
                return all(map(is_file, operands[:1]))
            case b"printf":
                return all(word.is_literal for word in operands[:1])
            case _ if name in _DECLARING:
                return all(_DECLARED.fullmatch(word.raw) for word in operands)
        return name in _PLAIN or name not in self.builtins

    def _is_plain_trap(self, operands: Sequence[ShellWord]) -> bool:
        if not operands or not all(word.is_literal for word in operands):
            return False
        text, *signals = (word.text for word in operands)
        return all(map(_SIGNALS.fullmatch, signals)) and (
            text in (b"", b"-") or all(map(self._is_harmless, _heads(text)))
        )

    def _is_harmless(self, head: bytes) -> bool:
        return bool(head) and (head in _HARMLESS or head not in self.builtins | _RESERVED)


def _heads(text: bytes) -> list[bytes]:
    """The names of the commands in a text, empty for what is not understood."""
    statements = (each.strip() for each in _STATEMENT.split(_PASSED.sub(b"", text)))
    found = [(each, _HEAD.match(each)) for each in statements if each]
    return [b"" if head is None or _STORES.search(each) else head[0] for each, head in found]
