"""The names that a script gives to interpreters: behind ``ln -s /bin/sh s`` also ``./s`` is a shell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pup_tui.template.shell.command_use import COMPUTED, program_of
from pup_tui.template.shell.programs import PROGRAMS
from pup_tui.template.shell.synopsis import Kind


def other_names(
    commands: Iterable[tuple[Sequence[bytes], Sequence[bytes], Sequence[bytes]]],
) -> dict[bytes, bytes]:
    """What each further name runs, by the commands' words, the files they read, and those they write."""
    leading: defaultdict[bytes, set[bytes]] = defaultdict(set)
    waiting: list[tuple[bytes, bytes]] = []
    for words, read, written in commands:
        names_files = makes_names(words)
        given = [part for word in words[1:] for part in word.split(b"=")]
        sources = [each for each in (*given, *read) if names_files or b"/" in each]
        names = {base_name(each) for each in (*(given if names_files else ()), *written)}
        for source in filter(None, sources):
            leading[base_name(source)] |= names
            waiting += [(base_name(source), source)] if _is_interpreter(source) else []
    found: dict[bytes, bytes] = {}
    while waiting:
        name, program = waiting.pop()
        for other in leading[name]:
            if other not in found and other and PROGRAMS.get(other) is None:
                found[other] = program
                waiting.append((other, program))
    return found


def makes_names(words: Sequence[bytes]) -> bool:
    """Whether a command makes files, or names of commands, by the words behind its name."""
    programs = (program_of(word) for word in words)
    operands = (slot for program in programs if program for slot in program.operands)
    return any(slot.kind is Kind.OUT for slot in operands)


def _is_interpreter(word: bytes) -> bool:
    program = program_of(word) if COMPUTED not in word else None
    return program is not None and b"$" not in word and program.reads_code


def base_name(name: bytes) -> bytes:
    """A program's name without its folder."""
    return name.rsplit(b"/", 1)[-1]
