"""Commands that take away only what the script itself made: temporary files, its own processes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

_ASSIGNED: Final = re.compile(r"(?<![\w-])([A-Za-z_]\w*)\+?=([^\s;&|]*)")
_GIVEN_OTHERWISE: Final = re.compile(r"\b(?:for|select|read|mapfile|readarray|getopts)\s[^;\n]*")
_PID_FILE: Final = re.compile(r"""\$!"?[ \t]*>\|?[ \t]*["']?([^\s"';&|<>()]+)""")

_MADE: Final = r"(?:\$\(\s*mktemp\b[^()]*\)|`\s*mktemp\b[^`]*`)"
_BEGINS_WITH_MADE: Final = re.compile(rf"\"?(?:\$\(|`)\s*mktemp\b|\"?{_MADE}")
_TEMPORARY: Final = re.compile(rf"(?:(?:/var)?/tmp/.|\$\{{TMPDIR:-/tmp\}}/.|{_MADE})")
_PROCESS: Final = (
    r"\$!|\$\{!\}|\$\$|\$BASHPID|\$\{?COPROC_PID\}?|\$\(\s*jobs\s+-p\s*\)|`\s*jobs\s+-p\s*`"
)
_OWN_PROCESS: Final = re.compile(rf"(?:0|%.*|-?(?:{_PROCESS}))")
_VARIABLE: Final = re.compile(r"\$\{?([A-Za-z_]\w*)(?::?\?[^}]*)?\}?(?:/.*)?")
_READ_FILE: Final = re.compile(r"\$\(\s*(?:cat\s+|<\s*)[\"']?([^\s\"'()]+)[\"']?\s*\)")

_IsOwn: TypeAlias = Callable[[str], bool]


class OwnThings:
    """What a script made itself, as far as its text tells for certain.

    `pid_files` are files that other scripts of the runbook wrote the ids of their processes to.
    """

    def __init__(self, script: str, pid_files: frozenset[str] = frozenset()) -> None:
        values: dict[str, list[str]] = {}
        for name, value in _ASSIGNED.findall(script):
            values.setdefault(name, []).append(value)
        otherwise = " ".join(_GIVEN_OTHERWISE.findall(script))
        for name in re.findall(r"\w+", otherwise):
            values.pop(name, None)
        self._files = _names_of(values, lambda value: bool(_BEGINS_WITH_MADE.match(value)))
        self._processes = _names_of(values, lambda value: _is_process(value.strip("\"'")))
        self._pid_files = pid_files | pid_files_of([script])

    def are_all_that_goes(self, words: Sequence[str]) -> bool:
        """Whether a command, of which these are the words, takes away nothing else."""
        is_own = self._by_command.get(words[0].rsplit("/", 1)[-1])
        operands = [word for word in words[1:] if not word.startswith("-") or _is_process(word)]
        return is_own is not None and operands != [] and all(map(is_own, operands))

    @property
    def _by_command(self) -> dict[str, _IsOwn]:
        return {"rm": self._is_file, "kill": self._is_process}

    def _is_file(self, word: str) -> bool:
        if ".." in word.split("/"):
            return False
        variable = _VARIABLE.fullmatch(word)
        is_made = variable is not None and variable[1] in self._files
        return is_made or _TEMPORARY.match(word) is not None

    def _is_process(self, word: str) -> bool:
        variable, read = _VARIABLE.fullmatch(word), _READ_FILE.fullmatch(word)
        is_named = variable is not None and variable[1] in self._processes
        is_read = read is not None and read[1] in self._pid_files
        return is_named or is_read or _is_process(word)


def pid_files_of(scripts: Iterable[str]) -> frozenset[str]:
    """The files that scripts write the ids of processes to which they began."""
    return frozenset(file for script in scripts for file in _PID_FILE.findall(script))


def _names_of(values: dict[str, list[str]], is_made: _IsOwn) -> frozenset[str]:
    """The names that get nothing but what the script made."""
    return frozenset(name for name, given in values.items() if all(map(is_made, given)))


def _is_process(word: str) -> bool:
    return _OWN_PROCESS.fullmatch(word) is not None
