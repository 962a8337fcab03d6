"""From a marker up the syntax tree: which quotes are around it, and what the shell does with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pup_tui.template.shell_commands import ARITHMETIC_TESTS, NAME_TESTS
from pup_tui.template.shell_facts import ScriptFacts
from pup_tui.template.shell_places import Heredoc, Place, Quoting, UnsafePlaceError

if TYPE_CHECKING:
    from tree_sitter import Node

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
_WORD_OPERATORS: Final = frozenset({":-", "-", ":=", "=", ":?", "?", ":+", "+"})
_PATTERN_OPERATORS: Final = frozenset(
    {"#", "##", "%", "%%", "/", "//", "/#", "/%", "^", "^^", ",", ",,"}
)
_BRACE_RANGE: Final = re.compile(rb"\{[^{}\s]*\.\.[^{}\s]*\}")
_NEAR: Final = 4096
"""Bytes around a value in which a word is looked at."""


class Climb:
    """The way from a marker up to the command substitution or script that encloses it."""

    def __init__(self, facts: ScriptFacts, path: list[Node], start: int) -> None:
        self._facts = facts
        self._path = path
        self._leaf = path[-1]
        self._start = start
        self._quoting: Quoting | None = None
        self._integer = False
        self._arithmetic = False
        self._replacement = False
        self._heredoc: Heredoc | None = None
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
        boundary = self._climb()
        if self._begins(boundary, b"$((") and self._ends(boundary, b"))"):
            # The grammar takes `$((…))` in a here-document for a command.
            self._integer = self._arithmetic = True
        if self._replacement:
            raise UnsafePlaceError(
                "a replacement outside of double quotes is split into words",
                'write "${…}" around the expansion',
            )
        quoting = self._quoting or Quoting.BARE
        self._check_surroundings(quoting)
        return Place(quoting, self._integer, self._arithmetic, self._heredoc)

    def _climb(self) -> Node:
        child = self._leaf
        for depth, node in enumerate(reversed(self._path)):
            if node.type in _BOUNDARIES:
                return node
            self._parent = self._path[-depth - 2] if depth + 1 < len(self._path) else None
            self._step(node, child)
            child = node
        raise UnsafePlaceError("the place of the value in the script is not known")

    def _begins(self, node: Node, text: bytes) -> bool:
        return self._facts.script.startswith(text, node.start_byte)

    def _ends(self, node: Node, text: bytes) -> bool:
        return self._facts.script.endswith(text, node.start_byte, node.end_byte)

    def _within_backticks(self) -> bool:
        substitutions = (node for node in self._path if node.type == "command_substitution")
        return any(self._begins(node, b"`") for node in substitutions)

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
        quote = self._facts.first_quote(self._leaf, self._leaf.type == "string_content")
        if quote < self._start:
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
        elif quoting is Quoting.ANSI and self._facts.shell in ("sh", "dash"):
            raise UnsafePlaceError(f"{self._facts.shell} does not know $'…'", "write '…'")
        self._quoting = quoting

    def _in_heredoc(self, body: Node) -> Quoting:
        redirect = self._parent
        parts = {part.type: part for part in redirect.children} if redirect else {}
        start, end = parts.get("heredoc_start"), parts.get("heredoc_end")
        if start is None or end is None:
            raise UnsafePlaceError("the here-document around the value has no end")
        if not re.search(rb"['\"\\]", _text(start)):
            if self._facts.first_quote(body, only_backticks=True) < body.end_byte:
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
        if self._begins(child, b"["):
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
        elif _text(name).split(b"[", 1)[0] in self._facts.integers:
            self._integer = True

    def _in_declaration(self, node: Node, child: Node) -> None:
        """``declare -i``, ``-n`` and ``-a`` evaluate what is assigned; a bare word is a name."""
        if child.type != "variable_assignment":
            self._naming(node, child)
        if not self._facts.is_harmless_declaration(node):
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
        if operators & ARITHMETIC_TESTS:
            self._integer = True
        if b"=~" in operators and self._facts.shell == "zsh":
            raise UnsafePlaceError("zsh takes a value after =~ for a pattern")

    def _in_unary_expression(self, node: Node, _child: Node) -> None:
        if _text(node.children[0]) in NAME_TESTS:
            self._naming(node, _child)

    def _in_command(self, node: Node, child: Node) -> None:
        if child.type == "herestring_redirect":
            return
        words, position = self._facts.command_use(node, child)
        use = words.use(position)
        if use.is_name:
            self._naming(node, child)
        self._integer = self._integer or use.is_calculated

    def _check_surroundings(self, quoting: Quoting) -> None:
        backticks = self._within_backticks()
        if quoting is Quoting.LITERAL_HEREDOC:
            if backticks:
                raise UnsafePlaceError("a quoted here-document in backticks cannot hold a value")
            return
        backslashes = 0
        while (
            self._facts.script[self._start - backslashes - 1 : self._start - backslashes] == b"\\"
        ):
            backslashes += 1
        if quoting is not Quoting.SINGLE and (backslashes % 2 or (backslashes and backticks)):
            raise UnsafePlaceError("a backslash stands right before the value", "write it twice")
        if quoting is Quoting.BARE:
            self._check_word()

    def _check_word(self) -> None:
        """Refuse words whose meaning the shell settles before it looks at variables."""
        script, start = self._facts.script, self._start
        before = re.split(rb"\s", script[max(0, start - _NEAR) : start])[-1]
        after = re.split(rb"\s", script[start : start + _NEAR], maxsplit=1)[0]
        for match in _BRACE_RANGE.finditer(before + after):
            if match.start() < len(before) < match.end():
                raise UnsafePlaceError("{a..b} does not take values", "use seq")
        if before.endswith(b"~") and before[-2:-1] in (b"", b"=", b":"):
            raise UnsafePlaceError("~ does not take a value for the user's name")


def _text(node: Node) -> bytes:
    return node.text or b""


def _same(one: Node, other: Node) -> bool:
    return one.id == other.id
