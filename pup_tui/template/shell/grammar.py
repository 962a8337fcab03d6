"""A real grammar of shell, and where it takes a script for something else than the shells do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, cycle, dropwhile, islice, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.language import captured, language
from pup_tui.template.shell.respelling import Respelling, negations, respelled, respellings
from pup_tui.template.shell.unseen import torn_names
from pup_tui.template.shell.words import command_nodes

if TYPE_CHECKING:
    from tree_sitter import Node, Query, Tree

_CHUNK: Final = 1024
_CHUNKS_AT_LEAST: Final = 128
_CHUNKS_PER_CHUNK: Final = 8
"""A script that the grammar knows takes about 6 chunks, and 2 more for each it is long."""

_STEPS_PER_SCRIPT: Final = 12
_CHARACTERS_PER_STEP: Final = 40

_RESERVED: Final = frozenset(
    b"{ } ! if then elif else fi case esac for select while until do [[ function".split()
)
"""What no shell takes for the name of a command, or `done` where something is redirected into it."""

_LOST: Final = """
(command name: (command_name (_) @name))
(redirected_statement body: (command name: (command_name (word) @redirected)))
(command name: (command_name (word) @redirected) redirect: (herestring_redirect))
(command (variable_assignment) @assigned . name: (_) @parted)
(command (subshell) @group)
(subshell . (subshell)) @doubled
(file_redirect destination: (_) destination: (_) @behind)
"""
_TAKES_RESERVED: Final = late_pattern(
    rb"(?:time|coproc|repeat|always|foreach|no(?:correct|glob)|-)\Z"
)
_TIME_OPTIONS: Final = frozenset({b"-p", b"--"})
_MAY_TAKE_RESERVED: Final = late_pattern(rb"\b(?:time|coproc|repeat|foreach|nocorrect|noglob)\b")


@lru_cache(maxsize=1)
def _lost() -> Query:
    from tree_sitter import Query

    return Query(language(), _LOST)


class Read(NamedTuple):
    """A script as the grammar has read it, and its tree, or none where the grammar gives up.

    ``inserted`` are the bytes of the script before each of which one more stands in what was read.
    """

    script: bytes
    tree: Tree | None
    inserted: tuple[int, ...] = ()


def read(script: bytes, shell: str = "sh") -> Read:
    """Read a script.

    What the grammar does not know is spelled in another way, in as many bytes, where the tree of the script
    with that spelling confirms it; in a text or among a command's words it stays. Names that the grammar
    takes for longer ones, or for no names, get braces.
    """
    read, tree = _read_as(script, negations(script, shell))
    if tree is None or tree.root_node.has_error:
        read, tree = _read_as(script, respellings(script, shell))
    return _with_braces(read, tree, shell)


def _with_braces(script: bytes, tree: Tree | None, shell: str) -> Read:
    """Read once more with braces around names: of ``$A/$B.C`` the grammar makes two words and no ``$B``."""
    torn = torn_names(tree.root_node, script, shell) if tree is not None else []
    if tree is None or not torn:
        return Read(script, tree)
    inserted = tuple(at for name in torn for at in name)
    written = with_inserted(script, inserted, b"{}")
    mended = _parse(written)
    if mended is None or (mended.root_node.has_error and not tree.root_node.has_error):
        return Read(script, tree)
    return Read(written, mended, inserted)


def with_inserted(script: bytes, places: Sequence[int], letters: bytes) -> bytes:
    """A script with one more letter before each of some bytes, in turn."""
    parts = [script[start:end] for start, end in pairwise((0, *places, len(script)))]
    added = islice(cycle(letters), len(places))
    pieces = chain.from_iterable(zip(parts, (bytes((each,)) for each in added), strict=False))
    return b"".join((*pieces, parts[-1]))


def _read_as(script: bytes, spellings: list[Respelling]) -> tuple[bytes, Tree | None]:
    while spellings:
        written = respelled(script, spellings)
        tree = _parse(written)
        root = tree.root_node if tree is not None else None
        sure = [each for each in spellings if root and each.confirmed(root, each.start, each.end)]
        if len(sure) == len(spellings):
            return written, tree
        spellings = sure
    return script, _parse(script)


def _parse(script: bytes) -> Tree | None:
    """Parse a script, or give up.

    Where the grammar is lost it looks ahead over and over, which takes a time that grows with the
    square of the text. How often it asks for a chunk of the text tells that early.
    """
    from tree_sitter import Parser

    spend_on_judging(_STEPS_PER_SCRIPT + len(script) // _CHARACTERS_PER_STEP)
    chunks = 0
    limit = _CHUNKS_AT_LEAST + _CHUNKS_PER_CHUNK * (len(script) // _CHUNK)

    def read(offset: int, _point: object) -> bytes:
        nonlocal chunks
        chunks += 1
        return script[offset : offset + _CHUNK]

    # One parser for each script: while it asks for a chunk another thread may read a script of its own, and a
    # parser that is used by two ends the process.
    parser = Parser(language())
    try:
        return parser.parse(read, progress_callback=lambda _offset, _error: chunks > limit)
    except ValueError:
        return None


def unknown_line(tree: Tree | None, script: bytes) -> int:
    """The line, from 1, at which a script is no shell that the grammar knows; 0 if there is none."""
    if tree is None:
        return 1
    node = tree.root_node
    if not node.has_error:
        return min((n.start_point.row + 1 for n in _lost_nodes(node, script)), default=0)
    while True:
        broken = [n for n in node.children if n.is_error or n.is_missing or n.has_error]
        if not broken or node.is_error:
            return node.start_point.row + 1
        node = broken[0]


def _lost_nodes(root: Node, script: bytes) -> list[Node]:
    """Where the tree has a command and the shells something else, or arithmetic that it has not."""
    found = captured(_lost(), root)
    names = found.get("name", [])
    lost = [node for node in names if _word(node) in _RESERVED]
    lost += [node for node in found.get("redirected", ()) if _word(node) == b"done"]
    lost += [node for node in found.get("behind", ()) if _word(node) in _RESERVED]
    assigned = {node.end_byte for node in found.get("assigned", ())}
    lost += [node for node in found.get("parted", ()) if node.start_byte in assigned]
    lost += found.get("group", [])
    lost += [n for n in found.get("doubled", ()) if script.startswith(b"((", n.start_byte)]
    if _MAY_TAKE_RESERVED.search(script):
        lost += [node for node in names if _runs_reserved(node)]
    return lost


def _runs_reserved(name: Node) -> bool:
    """Whether a reserved word follows a word after which shells know it."""
    command = name.parent.parent if name.parent is not None else None
    if command is None or not _TAKES_RESERVED.match(_word(name)):
        return False
    words = [_word(node) for node in command_nodes(command)[1:]]
    if _word(name) == b"time":
        words = list(dropwhile(_TIME_OPTIONS.__contains__, words))[:1]
    return not _RESERVED.isdisjoint({word for word in words if word != b"do"})


def _word(node: Node) -> bytes:
    return b"".join((node.text or b"").split(maxsplit=1)[:1])
