"""What shells know and the grammar does not, spelled for it in as many bytes.

A spelling is only looked for by its text; whether it is there is told by the tree of the script in which
it is replaced: in a string, a comment or among a command's words the same text is something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.template.shell.markers import MARKER

if TYPE_CHECKING:
    from tree_sitter import Node

_PREFIXES: Final = re.compile(
    rb"(?<![^\s;&|(){}`])(?:(?:!|time(?:[ \t]+-p)?(?:[ \t]+--)?)[ \t]+)+"
    rb"(?=(?:!|time|[{]|if|case|while|until|for|select|\[\[)\s|for\(\(|\()"
)
"""`!` and `time` before each other or a compound command: the grammar knows one, before a plain one."""

_READS_AND_WRITES: Final = re.compile(rb"(?<=[^<>&]<)>(?![<>&(-])|(?<=\A<)>(?![<>&(-])")
"""The second half of a redirection of which the grammar knows the first."""

_KEYS: Final = re.compile(rb"(?<=[A-Za-z0-9_]\[)[\w.,:/@%+-]+(?:[ \t]+[\w.,:/@%+-]+)+(?=\])")
"""The key of an element with blanks in it. As a sum it is made of the same names, if it is calculated."""

_BASES: Final = re.compile(rb"(?<![\w#@$}])(?:[0-9]{1,2}#(?=[\"$]))")
"""The base of a number that is a variable: ``10#$MONTH``."""

_NO_WORDS: Final = re.compile(rb"(?<=\s)in(?=[ \t]*[;\n]\s*do\b)")
"""The ``in`` of a loop over nothing."""

_OWN_NAMES: Final = re.compile(
    rb"(?<=\$\{)\.sh\.(?:version|file|fun|level|lineno|subshell|dollar|pid|ppid)(?![\w.])"
    rb"|(?<=\$\{#)\.sh\.(?:version|file|fun)(?=\})"
)
"""Parameters of ksh that no value gets to; by others that have a dot in their names one can be passed on."""

_DESCRIPTORS: Final = re.compile(rb"(?<![^\s;&|(){}<>])(?:[0-9]+(?=<<<)|0+(?=<))")
"""The descriptor of a here-string, or that of standard input: as if what is read were given to that."""

_GIVEN_WORDS: Final = re.compile(
    rb"(?<=[)} ])<<<(?=[ \t]*([\w./:-]+|'[\w./: -]*'|\"[\w./: -]*\")(?:[\s;|&)]|\Z))"
)
"""The here-string of a compound command, which nobody could take for code, as if it named a file."""

_QUALIFIERS: Final = re.compile(
    rb"(?<=[\w*?/])\((?:[-^./@=p%*rwxRWXAIEsStNDMTF,]|U|G|[oO][nLlamcdN]|[aAmMcC]?[mhMws]?[-+]?[0-9]+"
    rb"|L[kKmMpP]?[-+]?[0-9]+|\[-?[0-9]+(?:,-?[0-9]+)?\])+\)"
)
"""Which files of a pattern zsh takes, as far as it runs nothing to tell them."""

_QUOTED: Final = rb"'[^']*'|\"(?:[^\"$`\\]|\\.|\$\w+|\$\{\w+\})*\""
_GROUPS: Final = re.compile(
    rb"[?*+@!]\((?:[^\s()'\"$`\\;&<>]|\\.|\$\w+|\$\{\w+\}|%b)*\)" % _QUOTED, re.DOTALL
)
"""A group of bash's ``extglob`` and of ksh."""
_BARS: Final = re.compile(rb"(\\.|%b)|\|" % _QUOTED, re.DOTALL)
_DEEPEST_GROUP: Final = 5

_COMMANDS: Final = frozenset(
    {
        *("compound_statement", "if_statement", "while_statement", "for_statement", "subshell"),
        *("c_style_for_statement", "case_statement", "test_command", "negated_command"),
    }
)
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
_CALCULATES: Final = frozenset({"arithmetic_expansion", "subscript", "c_style_for_statement"})
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
_RUNS_WORDS: Final = re.compile(rb"(?:time|coproc|repeat|no(?:correct|glob)|-|!)\Z")
_HAS_GROUPS: Final = frozenset({"bash", "ksh"})
_HAS_KEYS_OF_WORDS: Final = frozenset({"bash", "ksh"})


class Respelling(NamedTuple):
    """Bytes of a script, what is written for them, and whether a tree of the result confirms it."""

    start: int
    end: int
    written: bytes
    confirmed: Callable[[Node, int, int], bool]


def negations(script: bytes) -> list[Respelling]:
    """What the grammar may take for something else without an error.

    That is ``!`` and ``time`` before what it does not know them before, ``<>``, ``0<`` and ``3<<<``.
    """
    prefixes = _blanks(_PREFIXES, script, _begins_command)
    blanks = _blanks(_READS_AND_WRITES, script, _is_redirection)
    return [*prefixes, *blanks, *_blanks(_DESCRIPTORS, script, _is_descriptor)]


def respellings(script: bytes, shell: str) -> list[Respelling]:
    """All that may have to be spelled in another way; none overlaps another."""
    groups = _groups(script) if shell in _HAS_GROUPS else []
    if shell == "zsh":
        groups = [_pattern(found) for found in _QUALIFIERS.finditer(script)]
    blanks = [*_blanks(_BASES, script, _is_number), *_blanks(_NO_WORDS, script, _is_loop)]
    blanks += [
        Respelling(*found.span(), b"<  ", _is_given_to_compound)
        for found in _GIVEN_WORDS.finditer(script)
        if MARKER.search(found[1]) is None
    ]
    if shell in _HAS_KEYS_OF_WORDS:
        blanks += [
            Respelling(*found.span(), re.sub(rb"[ \t]", b"+", found[0]), _is_key)
            for found in _KEYS.finditer(script)
        ]
    if shell == "ksh":
        blanks += [
            Respelling(*found.span(), found[0].replace(b".", b"_"), _is_parameter)
            for found in _OWN_NAMES.finditer(script)
        ]
    apart = (
        each
        for each in blanks
        if not any(g.start < each.end and each.start < g.end for g in groups)
    )
    return [*negations(script), *groups, *apart]


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


def _groups(script: bytes) -> list[Respelling]:
    """The outermost groups. In their place stands a word that may become several, as they may."""
    spans: list[tuple[int, int]] = []
    for _ in range(_DEEPEST_GROUP):
        inner = [match.span() for match in _GROUPS.finditer(script)]
        if not inner:
            break
        spans = [s for s in spans if not any(i[0] < s[0] and s[1] < i[1] for i in inner)] + inner
        script = _GROUPS.sub(_inert, script)
    return [Respelling(*span, script[slice(*span)], _is_word) for span in spans]


def _inert(match: re.Match[bytes]) -> bytes:
    return b"*." + _BARS.sub(lambda part: part[1] or b".", match[0][2:-1]) + b"."


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
    return kinds[-1:] == ["command"] or (len(kinds) > 1 and _COMMANDS.issuperset(kinds[1:]))


def _is_redirection(root: Node, start: int, _end: int) -> bool:
    """Whether a redirection begins right before this."""
    token = root.descendant_for_byte_range(start - 1, start)
    redirect = token.parent if token is not None and token.type == "<" else None
    return redirect is not None and redirect.type == "file_redirect"


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
    return around.type in _CALCULATES or first in ("((", "[[")


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


def _is_word(root: Node, start: int, _end: int) -> bool:
    """Whether a word begins or goes on here that is not the name of a command."""
    around = next(n for n in _around(root, start) if n.type not in _WORDS)
    if around.type == "command":
        return _RUNS_WORDS.match(around.children[0].text or b"") is None
    return around.type in _HOLDS_WORDS
