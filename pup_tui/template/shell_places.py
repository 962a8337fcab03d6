"""Where in a shell script a value stands, found by a real grammar of shell.

In place of every value the script holds a marker, an inert word. The syntax tree tells in which
quotes, here-document, arithmetic or comment the marker stands; what it does not tell surely is
refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node, Parser

ENV_HINT: Final = (
    'pass it through the step\'s `env:` (`env: {NAME: "{{ … }}"}`) and write "$NAME" in the script'
)


class Quoting(Enum):
    """The innermost quoting around a place."""

    BARE = auto()
    DOUBLE = auto()
    SINGLE = auto()
    ANSI = auto()
    HEREDOC = auto()
    LITERAL_HEREDOC = auto()
    COMMENT = auto()


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document whose body is literal: byte ranges of its delimiter's two places."""

    start: tuple[int, int]
    end: tuple[int, int]
    strips_tabs: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What surrounds a marker.

    ``integer``: the shell calculates with what stands here. ``arithmetic``: it does so in an
    arithmetic expression, where a sign needs a space before it. ``command`` is the literal name of
    the command that evaluates the value again, if it is one of those.
    """

    quoting: Quoting
    integer: bool = False
    arithmetic: bool = False
    heredoc: Heredoc | None = None
    command: str | None = None


class UnsafePlaceError(Exception):
    """A marker stands where no value can be put safely."""

    def __init__(self, message: str, hint: str = ENV_HINT) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


_QUOTING: Final = {
    "string": Quoting.DOUBLE,
    "translated_string": Quoting.DOUBLE,
    "raw_string": Quoting.SINGLE,
    "ansi_c_string": Quoting.ANSI,
    "heredoc_body": Quoting.HEREDOC,
}
_TRANSPARENT: Final = frozenset(
    {
        *("case_item", "case_statement", "command_name", "concatenation", "do_group"),
        *("elif_clause", "else_clause", "extglob_pattern", "file_redirect", "heredoc_content"),
        *("heredoc_redirect", "herestring_redirect", "if_statement", "list", "negated_command"),
        *("parenthesized_expression", "pipeline", "postfix_expression", "redirected_statement"),
        *("regex", "string_content", "subshell", "ternary_expression", "test_command"),
        *("variable_name", "while_statement", "word"),
    }
)
_OPAQUE: Final = frozenset({"word", "regex", "extglob_pattern", "string_content"})
_BOUNDARIES: Final = frozenset({"command_substitution", "process_substitution", "program"})
_ARITHMETIC_TESTS: Final = frozenset({b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge"})
_NAME_TESTS: Final = frozenset({b"-v", b"-R"})
_WORD_OPERATORS: Final = frozenset({":-", "-", ":=", "=", ":?", "?", ":+", "+"})
_PATTERN_OPERATORS: Final = frozenset(
    {"#", "##", "%", "%%", "/", "//", "/#", "/%", "^", "^^", ",", ",,"}
)
_NAMING_COMMANDS: Final = frozenset({b"read", b"mapfile", b"readarray", b"getopts", b"unset"})
_DECLARING: Final = frozenset(
    {b"declare", b"typeset", b"local", b"export", b"readonly", b"integer"}
)
_PREFIXES: Final = frozenset(
    {b"builtin", b"command", b"coproc", b"env", b"exec", b"nohup", b"sudo", b"time"}
)
_QUOTE_CHARACTERS: Final = re.compile(rb"['\"\\]")
_HARMLESS_DECLARATION: Final = re.compile(rb"-[fgprtulx]+|--")
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_OPENS_QUOTES: Final = re.compile(rb"['\"`]|\$[({\[]")
_BRACE_RANGE: Final = re.compile(rb"\{[^{}\s]*\.\.[^{}\s]*\}")
_INTEGER_VARIABLE: Final = re.compile(
    rb"\b(?:declare|typeset|local|readonly|export|integer)\b((?:[ \t]+[^\s;&|]+)+)"
)
_EVALUATING: Final = frozenset(
    {
        *(b"eval", b"ssh", b"trap", b"alias", b"watch", b"source", b"."),
        *(b"awk", b"gawk", b"mawk", b"sed", b"jq"),
    }
)
_INTERPRETER: Final = re.compile(
    rb"(?:[^\s]*/)?(?:su|sh|bash|dash|ksh|zsh|python[0-9.]*|perl|ruby|node|php)"
)
_CODE_OPTION: Final = re.compile(rb"-[a-z]*[cer]")


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


class ScriptTree:
    """The syntax tree of a script with markers in it."""

    def __init__(self, script: bytes, shell: str) -> None:
        self._script = script
        self._shell = shell
        self._root = _parser().parse(script).root_node
        self._integers = _integer_variables(script)

    @property
    def error_line(self) -> int | None:
        """The line, from 1, of the first place that the grammar does not know; None if none."""
        if not self._root.has_error:
            return None
        node = self._root
        while True:
            broken = [n for n in node.children if n.is_error or n.is_missing or n.has_error]
            if not broken or node.is_error:
                return node.start_point.row + 1
            node = broken[0]

    def place(self, start: int, end: int) -> Place:
        """Tell the place of the marker at these bytes. Raises `UnsafePlaceError`."""
        leaf = self._root.descendant_for_byte_range(start, end)
        if leaf is None:
            raise UnsafePlaceError("the place of the value in the script is not known")
        return _Climb(self._script, self._shell, self._integers, leaf, start).place()


def _integer_variables(script: bytes) -> frozenset[bytes]:
    """Names declared as integers: assigning to one makes bash calculate."""
    found: set[bytes] = set()
    for match in _INTEGER_VARIABLE.finditer(script):
        words = match[1].split()
        if match[0].startswith(b"integer") or any(
            word.startswith(b"-") and b"i" in word for word in words
        ):
            found.update(word.split(b"=", 1)[0].rstrip(b"+") for word in words)
    return frozenset(found)


class _Climb:
    """The way from a marker up to the command substitution or script that encloses it."""

    def __init__(
        self, script: bytes, shell: str, integers: frozenset[bytes], leaf: Node, start: int
    ) -> None:
        self._script = script
        self._shell = shell
        self._integers = integers
        self._leaf = leaf
        self._start = start
        self._quoting: Quoting | None = None
        self._integer = False
        self._arithmetic = False
        self._replacement = False
        self._heredoc: Heredoc | None = None
        self._command: str | None = None
        self._rules: dict[str, Callable[[Node, Node], None]] = {
            "arithmetic_expansion": self._in_arithmetic,
            "array": self._in_array,
            "binary_expression": self._in_binary_expression,
            "c_style_for_statement": self._in_c_style_for,
            "command": self._in_command,
            "compound_statement": self._in_compound,
            "declaration_command": self._in_declaration,
            "expansion": self._in_expansion,
            "for_statement": self._in_for,
            "function_definition": self._in_function,
            "simple_expansion": self._after_dollar,
            "subscript": self._in_subscript,
            "unary_expression": self._in_unary_expression,
            "unset_command": self._naming,
            "variable_assignment": self._in_assignment,
        }

    def place(self) -> Place:
        """Climb, and tell what was found. Raises `UnsafePlaceError`."""
        if self._leaf.type == "comment":
            return Place(Quoting.COMMENT)
        self._check_leaf()
        node: Node | None = self._leaf
        child: Node = self._leaf
        while node is not None and node.type not in _BOUNDARIES:
            self._step(node, child)
            child, node = node, node.parent
        around = b"" if node is None else _text(node)
        if around.startswith(b"$((") and around.endswith(b"))"):
            # The grammar takes `$((…))` in a here-document for a command.
            self._integer = self._arithmetic = True
        if self._replacement:
            raise UnsafePlaceError(
                "a replacement outside of double quotes is split into words",
                'write "${…}" around the expansion',
            )
        quoting = self._quoting or Quoting.BARE
        self._check_surroundings(quoting, _within_backticks(node))
        return Place(quoting, self._integer, self._arithmetic, self._heredoc, self._command)

    def _step(self, node: Node, child: Node) -> None:
        if node.type in _QUOTING:
            self._enter_quotes(node, child)
        elif node.type in self._rules:
            self._rules[node.type](node, child)
        elif node.type not in _TRANSPARENT:
            raise UnsafePlaceError("the place of the value in the script is not known")

    def _check_leaf(self) -> None:
        """A token in which the grammar saw no quotes must hold none before the value."""
        if self._leaf.type not in _OPAQUE:
            return
        before = self._script[self._leaf.start_byte : self._start]
        if self._leaf.type == "string_content":
            unsafe = b"`" in _ESCAPED.sub(b"", before)
        else:
            unsafe = _OPENS_QUOTES.search(_ESCAPED.sub(b"", before)) is not None
        if unsafe:
            raise UnsafePlaceError("the quotes around the value are not known")

    def _enter_quotes(self, node: Node, child: Node) -> None:
        quoting = _QUOTING[node.type]
        if child.type == "expansion":
            if self._quoting in (Quoting.SINGLE, Quoting.ANSI):
                raise UnsafePlaceError("the value stands in single quotes within double quotes")
            # The word of "${X:-word}" is quoted by the quotes around the expansion.
            self._quoting = self._quoting or quoting
            self._replacement = self._replacement and quoting is Quoting.HEREDOC
            return
        if quoting is Quoting.HEREDOC:
            quoting = self._in_heredoc(node)
        elif quoting is Quoting.ANSI and self._shell in ("sh", "dash"):
            raise UnsafePlaceError(f"{self._shell} does not know $'…'", "write '…'")
        self._quoting = quoting

    def _in_heredoc(self, body: Node) -> Quoting:
        redirect = body.parent
        parts = {part.type: part for part in redirect.children} if redirect else {}
        start, end = parts.get("heredoc_start"), parts.get("heredoc_end")
        if start is None or end is None:
            raise UnsafePlaceError("the here-document around the value has no end")
        if not re.search(rb"['\"\\]", _text(start)):
            if b"`" in _ESCAPED.sub(b"", _text(body)):
                raise UnsafePlaceError(
                    "the here-document around the value holds backticks", "write $(…) instead"
                )
            return Quoting.HEREDOC
        self._heredoc = Heredoc(
            (start.start_byte, start.end_byte), (end.start_byte, end.end_byte), "<<-" in parts
        )
        return Quoting.LITERAL_HEREDOC

    def _in_arithmetic(self, _node: Node, _child: Node) -> None:
        self._integer = self._arithmetic = True

    def _in_compound(self, node: Node, child: Node) -> None:
        if node.children[0].type == "((":
            self._in_arithmetic(node, child)

    def _in_c_style_for(self, node: Node, child: Node) -> None:
        if child.type not in ("do_group", "compound_statement"):
            self._in_arithmetic(node, child)

    def _in_subscript(self, node: Node, child: Node) -> None:
        if _same(node.children[0], child):
            self._naming(node, child)
        self._in_arithmetic(node, child)

    def _naming(self, _node: Node, _child: Node) -> None:
        raise UnsafePlaceError(
            "a value cannot name a variable or function", "write the name itself into the script"
        )

    def _after_dollar(self, _node: Node, _child: Node) -> None:
        raise UnsafePlaceError(
            "a value cannot name a variable", "write `\\$` for a dollar sign before a value"
        )

    def _in_array(self, node: Node, child: Node) -> None:
        if _text(child).startswith(b"["):
            raise UnsafePlaceError("a value cannot be the key of an array's element")

    def _in_for(self, node: Node, child: Node) -> None:
        if child.type == "variable_name":
            self._naming(node, child)

    def _in_function(self, node: Node, child: Node) -> None:
        if child.type in ("word", "variable_name"):
            self._naming(node, child)

    def _in_assignment(self, node: Node, child: Node) -> None:
        name = node.children[0]
        if _same(name, child):
            if child.type != "subscript":
                self._naming(node, child)
        elif _text(name).split(b"[", 1)[0] in self._integers:
            self._integer = True

    def _in_declaration(self, node: Node, child: Node) -> None:
        """``declare -i``, ``-n`` and ``-a`` evaluate what is assigned; a bare word is a name."""
        names = ("variable_assignment", "variable_name", "subscript")
        options = [_text(part) for part in node.children[1:] if part.type not in names]
        if child.type != "variable_assignment":
            self._naming(node, child)
        if not all(_HARMLESS_DECLARATION.fullmatch(option) for option in options):
            raise UnsafePlaceError("the options of this declaration evaluate the value again")

    def _in_expansion(self, node: Node, child: Node) -> None:
        before: list[str] = []
        for part in node.children:
            if _same(part, child):
                break
            before.append(part.type)
        named = [t for t in before if t in ("variable_name", "special_variable_name", "subscript")]
        if not named:
            if child.type != "subscript":
                self._naming(node, child)
            return
        operator = before[before.index(named[0]) + 1] if before[-1] != named[0] else ""
        if operator == ":":
            self._in_arithmetic(node, child)
        elif operator in _PATTERN_OPERATORS:
            # Quotes within a pattern count, whatever is around the expansion.
            self._quoting = self._quoting or Quoting.BARE
            self._replacement = (
                operator.startswith("/") and "/" in before[before.index(operator) + 1 :]
            )
        elif operator not in _WORD_OPERATORS:
            raise UnsafePlaceError("the place of the value in the ${…} is not known")

    def _in_binary_expression(self, node: Node, _child: Node) -> None:
        operators = {_text(part) for part in node.children[1:-1]}
        if operators & _ARITHMETIC_TESTS:
            self._integer = True
        if b"=~" in operators and self._shell == "zsh":
            raise UnsafePlaceError("zsh takes a value after =~ for a pattern")

    def _in_unary_expression(self, node: Node, _child: Node) -> None:
        if _text(node.children[0]) in _NAME_TESTS:
            self._naming(node, _child)

    def _in_command(self, node: Node, child: Node) -> None:
        words = [part for part in node.children if part.type != "variable_assignment"]
        position = next((i for i, word in enumerate(words) if _same(word, child)), 0)
        if position == 0:
            return
        texts = [_QUOTE_CHARACTERS.sub(b"", _text(word)) for word in words]
        name = texts[_command_index(texts[:position])]
        before = texts[position - 1]
        names = name in _NAMING_COMMANDS and not before.startswith(b"-")
        names = names or (name == b"printf" and before == b"-v")
        if names or name in _DECLARING or (name == b"test" and before in _NAME_TESTS):
            self._naming(node, child)
        beside = {before, *texts[position + 1 : position + 2]}
        if name == b"let" or (name == b"test" and beside & _ARITHMETIC_TESTS):
            self._integer = True
        self._command = _evaluating_command(name, texts, position)

    def _check_surroundings(self, quoting: Quoting, backticks: bool) -> None:
        if quoting is Quoting.LITERAL_HEREDOC:
            if backticks:
                raise UnsafePlaceError("a quoted here-document in backticks cannot hold a value")
            return
        before = self._script[: self._start]
        backslashes = len(before) - len(before.rstrip(b"\\"))
        if quoting is not Quoting.SINGLE and (backslashes % 2 or (backslashes and backticks)):
            raise UnsafePlaceError("a backslash stands right before the value", "write it twice")
        if quoting is Quoting.BARE:
            self._check_word()

    def _check_word(self) -> None:
        """Refuse words whose meaning the shell settles before it looks at variables."""
        first = max(self._script.rfind(b, 0, self._start) for b in (b" ", b"\n", b"\t")) + 1
        rest = re.match(rb"\S*", self._script[self._start :])
        word = self._script[first : self._start] + (rest[0] if rest else b"")
        at = self._start - first
        for match in _BRACE_RANGE.finditer(word):
            if match.start() < at < match.end():
                raise UnsafePlaceError("{a..b} does not take values", "use seq")
        if word[:at].endswith(b"~") and word[:at][-2:-1] in (b"", b"=", b":"):
            raise UnsafePlaceError("~ does not take a value for the user's name")


def _text(node: Node) -> bytes:
    return node.text or b""


def _same(one: Node, other: Node) -> bool:
    return one.id == other.id


def _within_backticks(node: Node | None) -> bool:
    while node is not None:
        if node.type == "command_substitution" and _text(node).startswith(b"`"):
            return True
        node = node.parent
    return False


def _command_index(texts: list[bytes]) -> int:
    """Where among a command's words its name is, after words like ``sudo`` and ``builtin``."""
    index = 0
    while index < len(texts) - 1 and texts[index] in _PREFIXES:
        index += 1
        while index < len(texts) - 1 and (texts[index].startswith(b"-") or b"=" in texts[index]):
            index += 1
    return index


def _evaluating_command(name: bytes, texts: list[bytes], position: int) -> str | None:
    """The name of the command that takes the word at this position for code, if one does."""
    if name.rsplit(b"/", 1)[-1] in _EVALUATING:
        return name.decode(errors="replace")
    for index in range(position):
        follows = texts[index + 1 : position]
        if _INTERPRETER.fullmatch(texts[index]) and any(map(_CODE_OPTION.fullmatch, follows)):
            return texts[index].decode(errors="replace")
    return None
