"""The literal texts that a command of a script reads on its standard input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pup_tui.template.limits import spend_on_judging, spend_on_reading
from pup_tui.template.shell.language import nodes_of
from pup_tui.template.shell.markers import MARKER
from pup_tui.template.shell.redirections import REDIRECTS, upwards
from pup_tui.template.shell.script_parts import ScriptParts

if TYPE_CHECKING:
    from tree_sitter import Node

_NEAREST: Final = 4
_LONGEST: Final = 2_000
"""How many statements of a pipeline before a command are looked at, and of how many bytes: no pipeline of a
script takes long to look through."""
_OPTIONS: Final = re.compile(rb"-[neErs]+\Z")
_FORMAT: Final = re.compile(rb"%[sbq]|\\[nt]")


def fed_to(command: Node, parts: ScriptParts) -> Iterable[bytes]:
    """What a command gets by its here-document or here-string, or by a pipe from what prints its words."""
    # A statement around a command holds what the command itself is given.
    return dict.fromkeys(_fed(command, parts))


def written_by(redirect: Node, parts: ScriptParts) -> Iterator[bytes]:
    """What a redirection of standard output writes of the texts that its command is given or prints."""
    statement = next(each for each in upwards(redirect) if each.type not in REDIRECTS)
    yield from _given(statement, parts)
    for printing in nodes_of(statement, "command"):
        yield from _printed(parts.use(printing).words)


def _fed(command: Node, parts: ScriptParts) -> Iterator[bytes]:
    # What stands within a command is gone through for each of those around it.
    spend_on_judging(1)
    spend_on_reading(command.end_byte - command.start_byte)
    yield from _given(command, parts)
    inner, around = command, command.parent
    while around is not None and around.type in ("redirected_statement", "pipeline"):
        if around.type == "redirected_statement":
            yield from _given(around, parts)
        else:
            document = around.parent
            if document is not None and document.type == "heredoc_redirect":
                yield from _given(document, parts)
            yield from _piped(inner, parts)
            if inner.next_named_sibling is not None:
                return
        inner, around = around, around.parent


def _piped(statement: Node, parts: ScriptParts) -> Iterator[bytes]:
    """What the statements before one in its pipeline are given and print."""
    before = statement.prev_named_sibling
    for _ in range(_NEAREST):
        if before is None or before.end_byte - before.start_byte > _LONGEST:
            return
        yield from _given(before, parts)
        for printing in nodes_of(before, "command"):
            yield from _printed(parts.use(printing).words)
        before = before.prev_named_sibling


def _given(statement: Node, parts: ScriptParts) -> Iterator[bytes]:
    for part in nodes_of(statement, "heredoc_body", "herestring_redirect", "file_redirect"):
        if part.type == "file_redirect":
            found = parts.begun_anew.get(part.id)
        elif part.type == "herestring_redirect":
            found = (part.text or b"").removeprefix(b"<<<").strip(b" \"'")
        else:
            found = part.text
        if found is not None:
            yield MARKER.sub(b"x", found)


def _printed(words: Sequence[bytes]) -> Iterator[bytes]:
    """What `echo` and `printf` print, a line for each word of the latter."""
    name, *rest = words or [b""]
    if name == b"echo":
        yield b" ".join(word for word in rest if not _OPTIONS.match(word))
    elif name in (b"printf", b"print"):
        yield b"\n".join(_FORMAT.sub(b"\n", word) for word in rest if not _OPTIONS.match(word))
