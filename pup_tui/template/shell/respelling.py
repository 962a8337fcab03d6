"""What shells know and the grammar does not, spelled for it in as many bytes.

A spelling is only looked for by its text; whether it is there is told by the tree of the script in which
it is replaced: in a string, a comment or among a command's words the same text is something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.heredocs import DESCRIPTOR, indentations, lines_like_ends
from pup_tui.template.shell.language import CALCULATING
from pup_tui.template.shell.markers import MARKER

if TYPE_CHECKING:
    from tree_sitter import Node

_TIME: Final = rb"time(?:[ \t]+-p)?(?:[ \t]+--)?[ \t]+"
_PREFIX: Final = rb"(?:![ \t]+|%b)" % _TIME
_BEHIND_NOTHING: Final = rb"(?<![^\s;&|(){}`])"
_COMPOUND: Final = rb"(?=(?:!|time|[{]|if|case|while|until|for|select|\[\[)\s|for\(\(|\()"
_PREFIXES: Final = late_pattern(rb"%b%b+%b" % (_BEHIND_NOTHING, _PREFIX, _COMPOUND))
"""`!` and `time` before each other or a compound command: the grammar knows one, before a plain one."""
_SIGNS: Final = late_pattern(rb"%b(?:![ \t]+)+%b" % (_BEHIND_NOTHING, _COMPOUND))
"""`!` alone: not every `sh` knows `time` there, and bash's knows no `time -p`."""
WITHOUT_TIME: Final = frozenset({"sh", "dash"})
"""Shells to which `time` may be a program."""

_ASSIGNMENT: Final = rb"[A-Za-z_]\w*(?:\[[^]\s]*\])?\+?="
_TIMED: Final = late_pattern(
    rb"%b%b*%b(?:![ \t]+)*(?=%b)" % (_BEHIND_NOTHING, _PREFIX, _TIME, _ASSIGNMENT)
)
_NEGATED: Final = late_pattern(rb"%b![ \t]+(?=%b)" % (_BEHIND_NOTHING, _ASSIGNMENT))
"""`time` before assignments, which the grammar takes for words, and `!` before those without a command."""

_FILE: Final = rb"(?:[\w./:@%+-]+|\"(?:[\w./:@%+ -]|\$\w+|\$\{\w+\})+\")"
_REDIRECTED: Final = late_pattern(
    rb"(?<=[^\s;&|({])(?:[ \t]+(?:[0-9]*>[>|]?[ \t]*%b|[0-9]*>&[ \t]*[0-9-]|&>>?[ \t]*%b))+"
    rb"(?=[ \t]*(?:\Z|[\n;)}|&]))" % (_FILE, _FILE)
)
"""Redirections behind an assignment: the grammar waits for a command there, also on the next line."""

_READS_AND_WRITES: Final = late_pattern(rb"(?<=[^<>&]<)>(?![<>&(-])|(?<=\A<)>(?![<>&(-])")
"""The second half of a redirection of which the grammar knows the first."""

_KEYS: Final = late_pattern(rb"(?<=[A-Za-z0-9_]\[)[\w.,:/@%+-]+(?:[ \t]+[\w.,:/@%+-]+)+(?=\])")
"""The key of an element with blanks in it. As a sum it is made of the same names, if it is calculated."""

_BASES: Final = late_pattern(rb"(?<![\w#@$}])(?:[0-9]{1,2}#(?=[\"$]))")
"""The base of a number that is a variable: ``10#$MONTH``."""

_NO_WORDS: Final = late_pattern(rb"(?<=\s)in(?=[ \t]*[;\n]\s*do\b)")
"""The ``in`` of a loop over nothing."""

_OWN_NAMES: Final = late_pattern(
    rb"(?<=\$\{)\.sh\.(?:version|file|fun|level|lineno|subshell|dollar|pid|ppid)(?![\w.])"
    rb"|(?<=\$\{#)\.sh\.(?:version|file|fun)(?=\})"
)
"""Parameters of ksh that no value gets to; by others that have a dot in their names one can be passed on."""

_DESCRIPTORS: Final = late_pattern(rb"(?<![^\s;&|(){}<>])(?:[0-9]+(?=<<<)|0+(?=<))")
"""The descriptor of a here-string, or that of standard input: as if what is read were given to that."""

_SIGNS_ALONE: Final = late_pattern(rb"(?<=\s)(?:--?|\+\+?)(?=[ \t]+(?:\]|[!=]=?[ \t]))")
"""What a test compares with, of which the grammar makes an operator."""

_GIVEN_WORDS: Final = late_pattern(
    rb"(?<=[)} ])<<<(?=[ \t]*([\w./:-]+|'[\w./: -]*'|\"[\w./: -]*\")(?:[\s;|&)]|\Z))"
)
"""The here-string of a compound command, which nobody could take for code, as if it named a file."""

_COPROCESSES: Final = late_pattern(
    rb"%bcoproc[ \t]+(?:([A-Za-z_]\w*)[ \t]+)?(?=(?:[{]|if|case|while|until|for|select|\[\[)\s|\()"
    % _BEHIND_NOTHING
)
"""A compound command that runs as a coprocess, perhaps with a name."""

_QUALIFIERS: Final = late_pattern(
    rb"(?<=[\w*?/)])\((?:[-^./@=p%*rwxRWXAIEsStNDMTF,]|U|G|[oO][nLlamcdN]|[aAmMcC]?[mhMws]?[-+]?[0-9]+"
    rb"|L[kKmMpP]?[-+]?[0-9]+|\[-?[0-9]+(?:,-?[0-9]+)?\])+\)"
)
"""Which files of a pattern zsh takes, as far as it runs nothing to tell them."""

_BETWEEN: Final = rb"[^\s'\"$`\\{}()]*?"
_FLAGS: Final = late_pattern(
    rb"(?<=\$\{)\(((?:[@foOnuULCqQwai]|[sj](?::%b:|\.%b\.|/%b/))+)\)(?:([A-Za-z_]\w*)(?=\})|(?=\"?\$[({]))"
    % (_BETWEEN, _BETWEEN, _BETWEEN)
)
"""Flags of zsh that take a text apart or write it in another way, and run nothing of it."""

_RANGES: Final = late_pattern(rb"<([0-9]*-[0-9]*)>")
"""The pattern for the numbers of a range."""

_COUNTS: Final = late_pattern(rb"(?<![\\$])\$[+#][A-Za-z_]\w*(?:\[[\w.+-]+\])?(?![\w\[(])")
"""``$+NAME[KEY]``, whether that is set, and ``$#NAME``: numbers."""

_ENDED: Final = late_pattern(rb"(?<![\s;&|{(\\])[ \t]+(?=\}(?:[\s;&|)]|\Z))")
"""Before the end of a group zsh needs no ``;``."""

_QUOTED: Final = rb"'[^']*'|\"(?:[^\"$`\\]|\\.|\$\w+|\$\{\w+\})*\""
_IN_GROUP: Final = rb"\((?:[^\s()'\"$`\\;&<>]|\\.|\$\w+|\$\{\w+\}|%b)*\)" % _QUOTED
_GROUPS: Final = late_pattern(rb"[?*+@!]" + _IN_GROUP, re.DOTALL)
"""A group of bash's ``extglob`` and of ksh."""

_ZSH_GROUPS: Final = late_pattern(
    rb"(?:[?*+@!]|(?<=[\w*?.:/@%%+\]}\"'-])|(?<=[\s|(])(?=\([^\s()]+\)[^\s;&]))(?!\(\)|\([^)]*[#])%b"
    % _IN_GROUP,
    re.DOTALL,
)
"""A group of zsh: one like ksh's, one behind a part of its word, one at the beginning of a longer pattern.

With a ``#`` in it something else may be meant, and with nothing in it a function.
"""
_BARS: Final = late_pattern(rb"(\\.|%b)|\|" % _QUOTED, re.DOTALL)
_DEEPEST_GROUP: Final = 5

_COMMANDS: Final = frozenset(
    {
        *("compound_statement", "if_statement", "while_statement", "for_statement", "subshell"),
        *("c_style_for_statement", "case_statement", "test_command", "negated_command"),
    }
)
_SIMPLE: Final = (["command"], ["variable_assignment"], ["variable_assignments"])
_MADE_OF_COMMANDS: Final = frozenset({"redirected_statement", "list", "pipeline"})
_HOLDS_COMMANDS: Final = frozenset(
    {
        *("program", "compound_statement", "do_group", "subshell", "list", "if_statement"),
        *("elif_clause", "else_clause", "while_statement", "case_item"),
        *("command_substitution", "process_substitution"),
    }
)
_NUMBERS: Final = frozenset(
    {
        *("simple_expansion", "expansion", "string", "binary_expression", "unary_expression"),
        *("ternary_expression", "parenthesized_expression", "command_substitution"),
        *("variable_assignment", "$", "$(", "${", '"'),
    }
)
_HERE: Final = frozenset({"heredoc_redirect", "herestring_redirect"})
_WORDS: Final = frozenset(
    {
        *("word", "concatenation", "extglob_pattern", "regex"),
        *("binary_expression", "unary_expression", "parenthesized_expression"),
    }
)
"""What may stand between a word and what it is a word of."""
_HOLDS_WORDS: Final = frozenset(
    {"command", "for_statement", "array", "variable_assignment", "file_redirect", "test_command"}
)
_RUNS_WORDS: Final = late_pattern(rb"(?:time|coproc|repeat|no(?:correct|glob)|-|!)\Z")
_LONE: Final = late_pattern(rb"(?<![\\$])\$(?=[ \t\n/).,%;|&]|=(?:[ \t\n]|\Z)|\Z)")
"""A dollar before which and behind which nothing stands that makes more than a letter of it."""
_LETTERS: Final = frozenset({"string_content", "word", "extglob_pattern"})
_LIKE_KSH: Final = frozenset({"bash", "ksh"})
"""Shells with groups in patterns, and with keys of arrays that are words."""


class Respelling(NamedTuple):
    """Bytes of a script, what is written for them, and whether a tree of the result confirms it."""

    start: int
    end: int
    written: bytes
    confirmed: Callable[[Node, int, int], bool]


def negations(script: bytes, shell: str) -> list[Respelling]:
    """What the grammar may take for something else without an error.

    That is ``!`` and ``time`` before what it does not know them before, ``<>``, ``0<`` and ``3<<<``, a
    compound command behind ``coproc``, and redirections behind an assignment.
    """
    blanks = [
        *_blanks(_SIGNS if shell in WITHOUT_TIME else _PREFIXES, script, _begins_command),
        *_blanks(_TIMED, script, _begins_command),
        *_blanks(_READS_AND_WRITES, script, _is_redirection),
        *_blanks(_DESCRIPTORS, script, _is_descriptor),
    ]
    blanks += [_coprocess(found) for found in _COPROCESSES.finditer(script)]
    redirected = _blanks(_REDIRECTED, script, _is_behind_assignment)
    return blanks + [each for each in redirected if not MARKER.search(script, each.start, each.end)]


def respellings(script: bytes, shell: str) -> list[Respelling]:
    """All that may have to be spelled in another way; none overlaps another."""
    groups = _groups(script) if shell in _LIKE_KSH else []
    if shell == "zsh":
        qualifiers = [_pattern(found) for found in _QUALIFIERS.finditer(script)]
        flags = [_flagged(found) for found in _FLAGS.finditer(script)]
        groups = _apart(flags, _apart(qualifiers, _zsh_groups(script)))
        groups = _apart(groups, list(_of_zsh(script)))
    blanks = [*_blanks(_BASES, script, _is_number), *_blanks(_NO_WORDS, script, _is_loop)]
    blanks += [
        Respelling(*found.span(), b"<  ", _is_given_to_compound)
        for found in _GIVEN_WORDS.finditer(script)
        if MARKER.search(found[1]) is None
    ]
    blanks += [
        Respelling(*found.span(), b"_" * len(found[0]), _is_compared)
        for found in _SIGNS_ALONE.finditer(script)
    ]
    if shell in _LIKE_KSH:
        blanks += [
            Respelling(*found.span(), re.sub(rb"[ \t]", b"+", found[0]), _is_key)
            for found in _KEYS.finditer(script)
        ]
    if shell == "ksh":
        blanks += [
            Respelling(*found.span(), found[0].replace(b".", b"_"), _is_parameter)
            for found in _OWN_NAMES.finditer(script)
        ]
    blanks += [
        Respelling(at, at + 1, b"-" if script.startswith(b"_", at) else b"_", _is_in_document)
        for at in lines_like_ends(script)
    ]
    blanks += _indented(script)
    blanks += _blanks(_NEGATED, script, _begins_command)
    return _apart(negations(script, shell), _apart(groups, blanks))


def _of_zsh(script: bytes) -> Iterator[Respelling]:
    for found in _RANGES.finditer(script):
        yield Respelling(*found.span(), b"[%b]" % found[1], _is_word)
    for found in _COUNTS.finditer(script):
        yield Respelling(*found.span(), b"0" * len(found[0]), _is_literal)
    for found in _ENDED.finditer(script):
        yield Respelling(*found.span(), b";".ljust(len(found[0])), _is_group)


def lone_signs(script: bytes, shell: str, others: list[Respelling]) -> list[Respelling]:
    """Dollars that are letters, of which the grammar makes something else, apart from other spellings; with
    them the blanks of here-documents behind which it sees no expansion.
    """
    found = _LONE.finditer(script)
    dollars = [
        Respelling(*dollar.span(), b"_", _is_letter)
        for dollar in found
        if not (shell == "zsh" and script.startswith(b"=", dollar.end()))
    ]
    dollars += _indented(script)
    return _apart(others, dollars) if dollars else []


def _indented(script: bytes) -> Iterator[Respelling]:
    """A letter in place of a blank, which changes little to a command that takes the text for a script."""
    for start, end in indentations(script):
        letter = b"#" if script.startswith(b"\n", end) else b"!" if end - start > 1 else b"_"
        yield Respelling(start, start + 1, letter, _is_in_document)


def _is_letter(root: Node, start: int, end: int) -> bool:
    node = root.descendant_for_byte_range(start, end)
    return node is not None and node.type in _LETTERS


def respelled(script: bytes, spellings: Sequence[Respelling]) -> bytes:
    """The script with these spellings."""
    written = bytearray(script)
    for each in spellings:
        written[each.start : each.end] = each.written
    return bytes(written)


def _blanks(
    pattern: re.Pattern[bytes], script: bytes, confirmed: Callable[[Node, int, int], bool]
) -> Iterator[Respelling]:
    for match in pattern.finditer(script):
        yield Respelling(*match.span(), b" " * len(match[0]), confirmed)


def _apart(first: list[Respelling], others: list[Respelling]) -> list[Respelling]:
    """The first, and those of the others that overlap none of them."""
    return first + [
        each
        for each in others
        if not any(one.start < each.end and each.start < one.end for one in first)
    ]


def _groups(script: bytes) -> list[Respelling]:
    """The outermost groups. In their place stands a word that may become several, as they may."""
    found = _outermost(script, _GROUPS)
    return [Respelling(*match.span(), _inert(match), _is_word) for match in found]


def _zsh_groups(script: bytes) -> list[Respelling]:
    """The same for zsh, where what looks like a group may tell which files are meant, by code as well.

    It does not where it holds alternatives, nor where no files are looked for.
    """
    return [
        Respelling(*match.span(), _inert(match), _is_word if _is_glob(match) else _is_pattern)
        for match in _outermost(script, _ZSH_GROUPS)
    ]


def _is_glob(group: re.Match[bytes]) -> bool:
    """Whether it is a group of zsh's in any word: one that begins with ``!`` or ``(`` may hold commands."""
    begins_word = group.string[: group.start()][-1:].strip() in (b"", b"|", b"(")
    has_bar = any(part[1] is None for part in _BARS.finditer(group[0]))
    return has_bar and not (begins_word and group[0][:1] in (b"!", b"("))


def _outermost(script: bytes, groups: re.Pattern[bytes]) -> list[re.Match[bytes]]:
    outer: list[re.Match[bytes]] = []
    for _ in range(_DEEPEST_GROUP):
        found = list(groups.finditer(script))
        if not found:
            break
        outer = [
            each
            for each in outer
            if not any(one.start() < each.start() and each.end() < one.end() for one in found)
        ]
        outer += found
        script = groups.sub(_inert, script)
    return outer


def _inert(group: re.Match[bytes]) -> bytes:
    opening, _, inside = group[0][:-1].partition(b"(")
    return b"*".ljust(len(opening) + 1, b".") + _BARS.sub(_without_bar, inside) + b"."


def _without_bar(part: re.Match[bytes]) -> bytes:
    return part[1] or b"."


def _coprocess(begin: re.Match[bytes]) -> Respelling:
    """A coprocess as if it were given what is read from a descriptor; its name is a variable."""
    named = b"%b= " % begin[1] if begin[1] else b""
    written = b"%b:%b|" % (named, DESCRIPTOR)
    return Respelling(*begin.span(), written.ljust(len(begin[0])), _is_redirected)


def _flagged(flags: re.Match[bytes]) -> Respelling:
    """An expansion with flags as one that gives a part of the text; of another one as its default."""
    if flags[2] is None:
        written = (b"_" * len(flags[1]) if len(flags[1]) > 1 else b"0") + b":-"
    else:
        written = flags[2] + b"//" + b"." * len(flags[1])
    confirmed = _is_listed if b"@" in flags[1] else _is_expanded
    return Respelling(*flags.span(), written, confirmed)


def _pattern(qualifiers: re.Match[bytes]) -> Respelling:
    """Qualifiers as a pattern without them, which may become several words, as they may."""
    length = len(qualifiers[0])
    return Respelling(*qualifiers.span(), b"*".ljust(length, b"."), _is_word)


def _around(root: Node, at: int) -> Iterator[Node]:
    """The nodes at a byte, innermost first."""
    node = root.descendant_for_byte_range(at, at + 1)
    while node is not None:
        yield node
        node = node.parent


def _begins_command(root: Node, _start: int, at: int) -> bool:
    """Whether a compound or negated command, or ``time``, begins here and may have ``!`` before it."""
    kinds: list[str] = []
    for node in _around(root, at):
        if node.start_byte != at or node.type == "program":
            if node.type not in _HOLDS_COMMANDS:
                return False
            break
        kinds.append(node.type)
    while kinds and kinds[-1] in _MADE_OF_COMMANDS:
        kinds.pop()
    return kinds[-1:] in _SIMPLE or (len(kinds) > 1 and _COMMANDS.issuperset(kinds[1:]))


def _is_redirection(root: Node, start: int, _end: int) -> bool:
    """Whether a redirection begins right before this."""
    token = root.descendant_for_byte_range(start - 1, start)
    redirect = token.parent if token is not None and token.type == "<" else None
    return redirect is not None and redirect.type == "file_redirect"


def _is_redirected(root: Node, start: int, _end: int) -> bool:
    """Whether a pipeline of a command and its redirection begins here."""
    around = next((n for n in _around(root, start) if n.type == "redirected_statement"), None)
    parent = around.parent if around is not None else None
    is_first = around is not None and around.start_byte == start
    return is_first and parent is not None and parent.type == "pipeline"


def _is_in_document(root: Node, start: int, _end: int) -> bool:
    """Whether this is in the text of a here-document."""
    return any(node.type == "heredoc_body" for node in _around(root, start))


def _is_expanded(root: Node, start: int, _end: int) -> bool:
    """Whether an expansion in no quotes has its name here."""
    name = root.descendant_for_byte_range(start, start + 1)
    around = name.parent if name is not None else None
    if name is None or around is None or around.type != "expansion":
        return False
    quotes = around.parent
    return name.start_byte == start and (quotes is None or quotes.type != "string")


def _is_listed(root: Node, start: int, end: int) -> bool:
    """The same, or within quotes where each word becomes an element."""
    name = root.descendant_for_byte_range(start, start + 1)
    around = name.parent if name is not None else None
    quotes = around.parent if around is not None and around.type == "expansion" else None
    if quotes is None or quotes.type != "string":
        return _is_expanded(root, start, end)
    return quotes.parent is not None and quotes.parent.type in ("array", "for_statement")


def _is_literal(root: Node, start: int, end: int) -> bool:
    """Whether these are letters of a text, or a number."""
    node = root.descendant_for_byte_range(start, end)
    return node is not None and node.type in ("number", "word", "string_content")


def _is_group(root: Node, _start: int, end: int) -> bool:
    """Whether a group of commands ends right behind this."""
    token = root.descendant_for_byte_range(end, end + 1)
    around = token.parent if token is not None and token.type == "}" else None
    return around is not None and around.type == "compound_statement"


def _is_behind_assignment(root: Node, start: int, _end: int) -> bool:
    """Whether an assignment ends here that is no word of a command."""
    for node in _around(root, start - 1):
        if node.end_byte != start:
            return False
        if node.type == "variable_assignment":
            around = node.parent
            return around is not None and around.type not in ("command", "declaration_command")
    return False


def _is_descriptor(root: Node, _start: int, end: int) -> bool:
    """Whether the redirection of a command, whose words stand before it, begins right behind this."""
    redirect = next(_around(root, end)).parent
    if redirect is None or redirect.type != "file_redirect":
        return redirect is not None and redirect.type in _HERE
    before = redirect.prev_sibling
    return redirect.start_byte == end and before is not None and not before.is_error


def _is_given_to_compound(root: Node, start: int, _end: int) -> bool:
    """Whether a compound command reads what is redirected here."""
    redirect = next(_around(root, start)).parent
    before = redirect.prev_sibling if redirect is not None else None
    is_redirect = redirect is not None and redirect.type == "file_redirect"
    return is_redirect and before is not None and before.type in _COMMANDS


def _is_key(root: Node, start: int, end: int) -> bool:
    """Whether this is the key of an element that is read, or is assigned to outside of a declaration."""
    key = root.descendant_for_byte_range(start, end)
    element = key.parent if key is not None else None
    if key is None or element is None or element.type != "subscript":
        return False
    around = element.parent
    if around is not None and around.type == "variable_assignment":
        around = around.parent
        return around is None or around.type != "declaration_command"
    return around is not None and around.type == "expansion"


def _is_number(root: Node, _start: int, at: int) -> bool:
    """Whether the shell calculates with what stands here."""
    around = next((node for node in _around(root, at) if node.type not in _NUMBERS), None)
    if around is None:
        return False
    first = around.children[0].type if around.children else ""
    return around.type in CALCULATING or first in ("((", "[[")


def _is_parameter(root: Node, start: int, end: int) -> bool:
    """Whether this is the name that an expansion reads."""
    name = root.descendant_for_byte_range(start, end)
    return name is not None and name.type == "variable_name" and name.parent is not None


def _is_loop(root: Node, start: int, end: int) -> bool:
    """Whether these are blanks between the name and the body of a loop."""
    loop = root.descendant_for_byte_range(start, end)
    if loop is None or loop.type != "for_statement":
        return False
    before = [child.type for child in loop.children if child.end_byte <= start]
    return len(before) > 1 and before[-1] == "variable_name"


def _is_word(root: Node, start: int, end: int) -> bool:
    """Whether a word begins or goes on here that is not the name of a command."""
    around = _holder(root, start)
    if around.type == "command":
        return _RUNS_WORDS.match(around.children[0].text or b"") is None
    return around.type in _HOLDS_WORDS or _is_pattern(root, start, end)


def _is_pattern(root: Node, start: int, _end: int) -> bool:
    """Whether a text is compared with the word that begins or goes on here."""
    around = _holder(root, start)
    if around.type == "case_item":
        return any(child.type == ")" and start < child.start_byte for child in around.children)
    if around.type == "case_statement":
        return any(child.type == "in" and start < child.start_byte for child in around.children)
    return around.type == "test_command"


def _is_compared(root: Node, start: int, _end: int) -> bool:
    """Whether this is a word of a test."""
    return _holder(root, start).type == "test_command"


def _holder(root: Node, start: int) -> Node:
    """What the word at a byte is a word of."""
    return next(node for node in _around(root, start) if node.type not in _WORDS)
