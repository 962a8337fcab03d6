"""A real grammar of shell, and where it takes a script for something else than the shells do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import dropwhile
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import MAX_LEVELS, spend_on_judging
from pup_tui.template.shell.continuations import continuations, doubtful, kept, without_returns
from pup_tui.template.shell.heredocs import (
    ANEW,
    DESCRIPTOR,
    SharedLine,
    lines_that_go_on,
    misread,
    shared_lines,
)
from pup_tui.template.shell.language import FoundNodes, backticks, language, nodes_of
from pup_tui.template.shell.markers import MARKER
from pup_tui.template.shell.redirections import upwards
from pup_tui.template.shell.respelling import (
    Respelling,
    lone_signs,
    negations,
    respelled,
    respellings,
)
from pup_tui.template.shell.slices import are_sums, in_sums, slices
from pup_tui.template.shell.spelling import Inserted, Joined, Spelling
from pup_tui.template.shell.unseen import torn_names, unseen
from pup_tui.template.shell.words import command_nodes

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

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

_WITHIN_WORD: Final = late_pattern(rb"[^\s;&|(=<>`]`|`[^\s;&|)<>`]|``")
_TEXTS: Final = frozenset({"string", "translated_string", "heredoc_body", "comment", "ERROR"})
_SCOPES: Final = frozenset({"function_definition", "command_substitution", "process_substitution"})
_BEGINS_WITH_BACKSLASH: Final = late_pattern(rb"<<[^\n]*\n(?=\s*\\)")
"""What may be a here-document whose text the grammar takes for words: a blank before them tells it."""
_LETTERS: Final = late_pattern(
    rb"\\?(?:[\f\v\r]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)"
    rb"|\\[ \t]"
)
"""What is a letter to shells and may be a blank to the grammar: form feeds, and spaces with a backslash."""
_BEFORE_LETTER: Final = late_pattern(rb"\$(?=[^\w@*#?$!({'\"\s;&|)<>`-])")
_MOST_SWALLOWED: Final = 20
_TAKES_RESERVED: Final = late_pattern(
    rb"(?:time|coproc|repeat|always|foreach|no(?:correct|glob)|-)\Z"
)
_TIME_OPTIONS: Final = frozenset({b"-p", b"--"})
_MAY_TAKE_RESERVED: Final = late_pattern(rb"\b(?:time|coproc|repeat|foreach|nocorrect|noglob)\b")


class Read(NamedTuple):
    """A script as the grammar has read it, and its tree, or none where the grammar gives up."""

    script: bytes
    tree: Tree | None
    spelling: Spelling = Spelling()
    is_too_deep: bool = False
    """Whether that is for it nests deeper than can be judged."""


class _TooDeepError(Exception):
    """The tree of a script has more levels than can be judged."""


def read(script: bytes, shell: str = "sh") -> Read:
    """Read a script.

    Lines that go on in the next one are joined. What the grammar does not know is spelled in another way, in
    as many bytes, where the tree of the script with that spelling confirms it; in a text or among a command's
    words it stays. Here-documents whose text it takes for words get a blank before it, and names that it
    takes for longer ones, or for no names, get braces.
    """
    script = without_returns(script)
    try:
        return _read(script, shell)
    except _TooDeepError:
        return Read(script, None, is_too_deep=True)


def _read(script: bytes, shell: str) -> Read:
    places = continuations(script)
    if not places:
        return _read_joined(script, shell, Joined())
    found = _joined(script, shell, places, frozenset())
    if found.tree is None or found.tree.root_node.has_error:
        stands = _read_joined(script, shell, Joined())
        if stands.tree is not None:
            within = {stands.spelling.within(at): at for at in places}
            inside = kept(stands.tree.root_node, stands.script, within)
            left = frozenset(within[at] for at in inside)
            found = _joined(script, shell, places, left)
    return found


def _joined(script: bytes, shell: str, places: tuple[int, ...], left: frozenset[int]) -> Read:
    """Read a script whose lines are joined at some places, apart from those that are ``left``."""
    found = _read_joined(script, shell, Joined(tuple(at for at in places if at not in left)))
    if found.tree is None:
        return found
    spelling = found.spelling
    taken, stay = spelling.joins, tuple(spelling.within(at) for at in sorted(left))
    at = doubtful(found.tree.root_node, found.script, taken, stay)
    if at < 0:
        return found
    line = script.count(b"\n", 0, spelling.outer(at)) + 1
    return Read(found.script, None, spelling._replace(unknown_line=line))


def _read_joined(script: bytes, shell: str, joined: Joined) -> Read:
    """Read a script whose lines are joined."""
    script = joined.written(script)
    script, sums = _sliced(script, shell)
    script, added, delimiters, (read, tree) = _parted(script, shell)
    blanks = [each for each in (sums, added) if each.places]
    delimiters = {
        sums.outer(at): (sums.outer(start), sums.outer(end))
        for at, (start, end) in delimiters.items()
    }
    while tree is not None and len(blanks) < _MOST_SWALLOWED:
        places, sign = _bodies_taken_for_words(tree, script), b" "
        if not places:
            places, sign = _taken_for_blanks(tree, script), b"'"
            script = _with_quotes(script, places)
        if not places:
            break
        blanks.append(Inserted(places, sign * len(places)))
        script = blanks[-1].written(script)
        read, tree = _read_spelled(script, shell)
    dollars = _without_backticks(tree, script)
    if dollars is not None:
        written = _in_parentheses(dollars.written(script), dollars.places)
        mended, parens = _read_spelled(written, shell)
        if parens is not None and not parens.root_node.has_error:
            read, tree = mended, parens
            blanks.append(dollars)
    return _with_braces(read, tree, shell, Spelling(joined, tuple(blanks), 1, delimiters))


def _sliced(script: bytes, shell: str) -> tuple[bytes, Inserted]:
    """A script whose slices have sums that the grammar knows, and what was put in."""
    found = slices(script, shell)
    while found:
        added = in_sums(found)
        written = added.written(script)
        _, tree = _read_spelled(written, shell)
        sure = [
            each for each in found if tree is not None and are_sums(tree.root_node, added, each)
        ]
        if len(sure) == len(found):
            return written, added
        found = sure
    return script, Inserted((), b"")


class _Parted(NamedTuple):
    """A script in which no line begins two here-documents: what was put in, where it stood, what was read."""

    script: bytes
    added: Inserted
    delimiters: dict[int, tuple[int, int]]
    read: tuple[bytes, Tree | None]


def _parted(script: bytes, shell: str) -> _Parted:
    """Read a script whose here-documents begin where the grammar knows them, by the tree the same script."""
    parted = _with_documents_anew(script, shell, shared_lines(script))
    tree = parted.read[1]
    if tree is None or tree.root_node.has_error:
        lone = lines_that_go_on(script)
        mended = _with_documents_anew(script, shell, lone) if lone else parted
        if mended.delimiters and mended.read[1] is not None:
            return mended
    return parted


def _with_documents_anew(script: bytes, shell: str, documents: list[SharedLine]) -> _Parted:
    while documents:
        begins = [
            (each.text, b"%b %b\n" % (ANEW, script[slice(*each.begin)])) for each in documents
        ]
        places = tuple(at for at, begin in begins for _ in begin)
        added = Inserted(places, b"".join(begin for _, begin in begins))
        spelled = bytearray(script)
        for each in documents:
            start, end = each.begin
            spelled[start:end] = DESCRIPTOR.ljust(end - start)
        written = added.written(bytes(spelled))
        read, tree = _read_spelled(written, shell)
        sure = [each for each in documents if tree is not None and _is_document(tree, added, each)]
        if len(sure) == len(documents):
            delimiters = {each.text: each.delimiter for each in documents}
            return _Parted(written, added, delimiters, (read, tree))
        documents = sure
    return _Parted(script, Inserted((), b""), {}, _read_spelled(script, shell))


def _is_document(tree: Tree, added: Inserted, document: SharedLine) -> bool:
    """Whether a redirection stands where one begins on its line, and it begins anew before its text.

    It does for the same function, and within the same substitution: shells look for the text of one in that.
    """
    root, at = tree.root_node, added.within(document.begin[0])
    token = root.descendant_for_byte_range(at, at + 1)
    end = added.within(document.end)
    last = root.descendant_for_byte_range(end, end + 1)
    return (
        token is not None
        and _kind_around(token) == "file_redirect"
        and last is not None
        and last.type == "heredoc_end"
        and _scope(token) == _scope(last)
    )


def _scope(node: Node) -> Node | None:
    return next((each for each in upwards(node) if each.type in _SCOPES), None)


def _kind_around(node: Node) -> str:
    return node.parent.type if node.parent is not None else ""


def _without_backticks(tree: Tree | None, script: bytes) -> Inserted | None:
    """What is to be put in to write ``$(…)`` for backticks within words, which the grammar tears there."""
    if tree is None or _WITHIN_WORD.search(script) is None:
        return None
    found = backticks(FoundNodes(tree.root_node))
    places = tuple(n.start_byte for n in found if _is_in_bare_word(n, script))
    return Inserted(places, b"$" * len(places)) if places else None


def _is_in_bare_word(backticks: Node, script: bytes) -> bool:
    """Whether a substitution stands beside other parts of a word, in no quotes, and would be the same."""
    start, end = backticks.start_byte, backticks.end_byte
    kinds = {node.type for node in upwards(backticks)}
    written = script[start:end]
    is_whole = written.endswith(b"`") and written.count(b"`") == len(b"``")
    is_plain = is_whole and b"\\" not in written and MARKER.search(written) is None
    is_beside = script[start - 1 : start].strip(b" \t\n;&|(=<>") or script[end : end + 1].strip(
        b" \t\n;&|)<>"
    )
    return bool(is_plain and is_beside and kinds.isdisjoint(_TEXTS))


def _in_parentheses(script: bytes, places: Sequence[int]) -> bytes:
    """A script in which the backticks behind these places, and the next ones, are parentheses."""
    written = bytearray(script)
    for number, place in enumerate(places):
        begin = place + number + 1
        written[begin : begin + 1] = b"("
        written[script.index(b"`", begin + 1) : script.index(b"`", begin + 1) + 1] = b")"
    return bytes(written)


def _taken_for_blanks(tree: Tree, script: bytes) -> tuple[int, ...]:
    """Where blanks end that are letters, by the backslash before them, though the grammar sees none."""
    found = _letters_for_blanks(tree.root_node, script) if b"\\ " in script else ()
    return tuple(at + 2 for at in found if script[at : at + 2] == b"\\ ")


def _with_quotes(script: bytes, ends: Sequence[int]) -> bytes:
    """A script in which a quote stands in place of the backslash before each of these blanks."""
    written = bytearray(script)
    for end in ends:
        written[end - 2 : end - 1] = b"'"
    return bytes(written)


def _read_spelled(script: bytes, shell: str) -> tuple[bytes, Tree | None]:
    read, tree = _read_as(script, negations(script, shell))
    if tree is None or tree.root_node.has_error:
        read, tree = _read_as(script, respellings(script, shell))
    if tree is None or tree.root_node.has_error or _has_unseen(tree, read, shell):
        for spellings in (negations, respellings):
            dollars = lone_signs(script, shell, spellings(script, shell))
            mended, seen = _read_as(script, dollars) if dollars else (script, None)
            if seen is not None and not (
                seen.root_node.has_error or _has_unseen(seen, mended, shell)
            ):
                return mended, seen
    return read, tree


def _has_unseen(tree: Tree, script: bytes, shell: str) -> bool:
    return next(unseen(tree.root_node, script, shell), None) is not None


def _bodies_taken_for_words(tree: Tree, script: bytes) -> tuple[int, ...]:
    """Where here-documents begin of which the grammar makes words."""
    begins = tuple(found.end() for found in _BEGINS_WITH_BACKSLASH.finditer(script))
    if not begins:
        return ()
    swallowed = tuple(node.start_byte + 1 for node in _swallowed(tree.root_node))
    return swallowed or (begins if tree.root_node.has_error else ())


def _swallowed(root: Node) -> list[Node]:
    """The words in which the line ends on which a here-document begins."""
    return [node for node in nodes_of(root, "word") if (node.text or b"").startswith(b"\n")]


def _with_braces(script: bytes, tree: Tree | None, shell: str, spelling: Spelling) -> Read:
    """Read once more with braces around names: of ``$A/$B.C`` the grammar makes two words and no ``$B``."""
    torn = torn_names(tree.root_node, script, shell) if tree is not None else []
    if tree is None or not torn:
        return Read(script, tree, spelling)
    braces = Inserted(tuple(at for name in torn for at in name), b"{}" * len(torn))
    written = braces.written(script)
    mended = _parse(written)
    if mended is None or (mended.root_node.has_error and not tree.root_node.has_error):
        return Read(script, tree, spelling)
    return Read(written, mended, spelling._replace(inserted=(*spelling.inserted, braces)))


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
        tree = parser.parse(read, progress_callback=lambda _offset, _error: chunks > limit)
    except ValueError:
        return None
    if _is_too_deep(tree):
        raise _TooDeepError
    return tree


def _is_too_deep(tree: Tree) -> bool:
    """Whether a tree has too many levels: each step up from a node takes as long as its level is deep."""
    if tree.root_node.descendant_count <= MAX_LEVELS:
        return False
    cursor = tree.walk()
    while cursor.depth <= MAX_LEVELS:
        if not cursor.goto_first_child():
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return False
    return True


def unknown(root: Node, script: bytes) -> int:
    """The first byte at which what was read is no shell that the grammar knows; -1 if there is none."""
    if not root.has_error:
        found = FoundNodes(root)
        lost = (node.start_byte for node in _lost_nodes(root, found, script))
        apart = (*_letters_for_blanks(root, script), *_ends_of_words(root, script))
        documents = misread(found.of("heredoc_redirect"), script)
        return min((*lost, *apart, *documents), default=-1)
    node = root
    while True:
        broken = [n for n in node.children if n.is_error or n.is_missing or n.has_error]
        if not broken or node.is_error:
            return node.start_byte
        node = broken[0]


def _letters_for_blanks(root: Node, script: bytes) -> Iterator[int]:
    """The letters that stand between the nodes of the tree, where it has nothing but blanks."""
    for found in _LETTERS.finditer(script):
        node = root.descendant_for_byte_range(*found.span())
        if node is not None and node.children and node.type not in _TEXTS:
            yield found.start()


def _ends_of_words(root: Node, script: bytes) -> Iterator[int]:
    """The dollars with which the grammar ends a word, though it goes on for shells."""
    for found in _BEFORE_LETTER.finditer(script):
        node = root.descendant_for_byte_range(*found.span())
        word = node.parent if node is not None and node.type == "$" else None
        if word is not None and word.type == "concatenation" and word.end_byte == found.end():
            yield found.start()


def _lost_nodes(root: Node, found: FoundNodes, script: bytes) -> list[Node]:
    """Where the tree has a command and the shells something else, or arithmetic that it has not."""
    named = found.of("command_name")
    names = [node for name in named for node in name.named_children]
    lost = [node for node in names if _word(node) in _RESERVED]
    lost += [node for node in names if _word(node) == b"done" and _is_redirected(node)]
    for redirect in found.of("file_redirect"):
        behind = redirect.children_by_field_name("destination")[1:]
        lost += [node for node in behind if _word(node) in _RESERVED]
    lost += [name for name in named if _is_parted(name)]
    groups = found.of("subshell")
    lost += [node for node in groups if node.parent is not None and node.parent.type == "command"]
    given = found.of("herestring_redirect")
    lost += [node for node in given if script.startswith(b"\\", node.end_byte)]
    if _BEGINS_WITH_BACKSLASH.search(script):
        lost += _swallowed(root)
    lost += [
        node
        for node in groups
        if script.startswith(b"((", node.start_byte) and node.named_children[0].type == "subshell"
    ]
    if _MAY_TAKE_RESERVED.search(script):
        lost += [node for node in names if _runs_reserved(node)]
    return lost


def _is_redirected(name: Node) -> bool:
    """Whether a command has a redirection, by the word that is its name."""
    command = name.parent.parent if name.parent is not None else None
    if name.type != "word" or command is None:
        return False
    around = command.parent
    if around is not None and around.type == "redirected_statement":
        return around.child_by_field_name("body") == command
    redirects = command.children_by_field_name("redirect")
    return any(node.type == "herestring_redirect" for node in redirects)


def _is_parted(name: Node) -> bool:
    """Whether the name of a command goes on where an assignment before it ends."""
    before = name.prev_named_sibling
    if before is None or before.type != "variable_assignment":
        return False
    return before.end_byte == name.start_byte


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
