"""From a marker up the syntax tree: which quotes are around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.language import BOUNDARIES
from pup_tui.template.shell.places import Heredoc, Place, Quoting, UnsafePlaceError, startup
from pup_tui.template.shell.redirections import document
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import Use
from pup_tui.template.shell.uses import PATTERN_OPERATORS, Uses

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
        *("array", "arithmetic_expansion", "binary_expression", "c_style_for_statement"),
        *(
            "case_item",
            "case_statement",
            "command",
            "command_name",
            "compound_statement",
            "concatenation",
        ),
        *("declaration_command", "do_group", "elif_clause", "else_clause", "extglob_pattern"),
        *("file_redirect", "for_statement", "function_definition", "heredoc_content"),
        *(
            "number",
            "variable_assignments",
            "heredoc_redirect",
            "herestring_redirect",
            "if_statement",
            "list",
            "negated_command",
        ),
        *("parenthesized_expression", "pipeline", "postfix_expression", "redirected_statement"),
        *("regex", "simple_expansion", "string_content", "subscript", "subshell"),
        *("ternary_expression", "test_command", "unary_expression", "unset_command"),
        *("variable_assignment", "variable_name", "while_statement", "word"),
    }
)
_OPAQUE: Final = frozenset({"word", "regex", "extglob_pattern", "string_content"})
_BRACE_RANGE: Final = late_pattern(rb"\{[^{}\s]*\.\.[^{}\s]*\}")
_BLANKS: Final = (b" ", b"\t", b"\n", b"\r", b"\f", b"\v")
_BASE: Final = late_pattern(rb"(?<![\w#@$}])([0-9]{1,2}#|0[xX])\Z")
_BASES: Final = range(2, 37)
_GLUED: Final = late_pattern(rb"(?:(?<![\w@#])[A-Za-z_]\w*|\$\{?\w+\}?,?)\Z")
"""A name to whose end a number would belong."""
_GLUED_OPTION: Final = late_pattern(rb"(?<=\s)[-+][A-Za-z]\Z")
_GOES_ON: Final = late_pattern(rb"[\w@#]")
_CALCULATORS: Final = frozenset({b"let", b"test", b"["})
_NEAR: Final = 4096
"""Bytes around a value in which a word is looked at."""


class Climb:
    """The way from a marker up to the command substitution or script that encloses it."""

    def __init__(self, survey: Survey, path: list[Node], start: int) -> None:
        self._survey = survey
        self._path = path
        self._leaf = path[-1]
        self._start = start
        self._quoting: Quoting | None = None
        self._replacement = False
        self._heredoc: Heredoc | None = None

    def place(self) -> Place:
        """Climb, and tell what was found. Raises `UnsafePlaceError`."""
        if self._leaf.type == "comment":
            return Place(Quoting.COMMENT)
        self._check_leaf()
        self._climb()
        if self._replacement:
            raise UnsafePlaceError(
                "a replacement outside of double quotes is split into words",
                'write "${…}" around the expansion',
            )
        quoting = self._quoting or Quoting.BARE
        uses = Uses(self._survey, self._path, self._start)
        self._check_surroundings(quoting)
        is_integer = uses.use is Use.INT
        line = self._survey.line(self._leaf)
        return Place(
            quoting,
            is_integer,
            uses.arithmetic,
            self._base() if is_integer else b"",
            self._heredoc,
            uses.command,
            is_operand=uses.use is Use.OPERAND,
            targets=frozenset(uses.targets),
            is_split=uses.is_part,
            is_cut=uses.is_cut,
            reached=(startup(line),) if uses.use is Use.STARTUP else (),
            has_literal=self._has_literal(quoting),
        )

    def _has_literal(self, quoting: Quoting) -> bool:
        """Whether any text can be quoted here: the rules within ``${…}`` and backticks are others."""
        if quoting is Quoting.LITERAL_HEREDOC:
            return True
        kinds = [node.type for node in self._path]
        documents = kinds.count("heredoc_body")
        is_plain = "expansion" not in kinds and not self._within_backticks()
        return is_plain and documents == (quoting is Quoting.HEREDOC)

    def _base(self) -> bytes:
        """The text right before a number that tells its base; a name there would take the number in."""
        script = self._survey.script
        before = script[max(0, self._start - _NEAR) : self._start]
        before = self._survey.marker.sub(b"1", before)
        match = _BASE.search(before)
        if match is None:
            is_option = _GLUED_OPTION.search(before) and not self._is_calculator()
            if _GLUED.search(before) and not is_option:
                raise UnsafePlaceError(
                    "the value would become a part of the name before it", "put an operator between"
                )
            return b""
        number = match[1].rstrip(b"#")
        if number.isdigit() and int(number) not in _BASES:
            raise UnsafePlaceError("the base before the value is none from 2 to 36", "write 10#")
        marker = self._survey.marker.match(script, self._start)
        if marker is not None and _GOES_ON.match(script, marker.end()):
            raise UnsafePlaceError(
                "more digits follow the value behind its base", "put them into the expression"
            )
        return match[1]

    def _is_calculator(self) -> bool:
        """Whether the word around the value is one that a command calculates with as a whole."""
        command = next(
            (n for n in reversed(self._path) if n.type in ("command", "test_command")), None
        )
        if command is None or command.type == "test_command":
            return True
        return not _CALCULATORS.isdisjoint(word.text for word in self._survey.words(command))

    def _climb(self) -> None:
        child = self._leaf
        for depth, node in enumerate(reversed(self._path)):
            if node.type in BOUNDARIES:
                return
            self._parent = self._path[-depth - 2] if depth + 1 < len(self._path) else None
            self._step(node, child)
            child = node
        raise UnsafePlaceError("the place of the value in the script is not known")

    def _begins(self, node: Node, text: bytes) -> bool:
        return self._survey.script.startswith(text, node.start_byte)

    def _within_backticks(self) -> bool:
        substitutions = (node for node in self._path if node.type == "command_substitution")
        return any(self._begins(node, b"`") for node in substitutions)

    def _step(self, node: Node, child: Node) -> None:
        if node.type in _QUOTING:
            self._enter_quotes(node, child)
        elif node.type == "expansion":
            self._in_expansion(node, child)
        elif node.type not in _TRANSPARENT:
            raise UnsafePlaceError("the place of the value in the script is not known")

    def _check_leaf(self) -> None:
        """A token in which the grammar saw no quotes must hold none before the value."""
        if self._leaf.type not in _OPAQUE:
            return
        quote = self._survey.first_quote(self._leaf, self._leaf.type == "string_content")
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
        elif quoting is Quoting.ANSI and self._survey.shell in ("sh", "dash"):
            raise UnsafePlaceError(f"{self._survey.shell} does not know $'…'", "write '…'")
        self._quoting = quoting

    def _in_heredoc(self, body: Node) -> Quoting:
        redirect = self._parent or body
        here = document(redirect)
        start, end = here.start, here.end
        if start is None or end is None:
            raise UnsafePlaceError("the here-document around the value has no end")
        if not here.is_literal:
            if self._survey.first_quote(body, only_backticks=True) < body.end_byte:
                raise UnsafePlaceError(
                    "the here-document around the value holds backticks", "write $(…) instead"
                )
            return Quoting.HEREDOC
        if _is_in_heredoc(body):
            raise UnsafePlaceError(
                "a quoted here-document within another one cannot hold a value",
                "write the delimiter of the inner one without quotes",
            )
        strips_tabs = any(part.type == "<<-" for part in redirect.children)
        self._heredoc = Heredoc(
            (start.start_byte, start.end_byte), (end.start_byte, end.end_byte), strips_tabs
        )
        return Quoting.LITERAL_HEREDOC

    def _in_expansion(self, node: Node, child: Node) -> None:
        before = [part.type for part in node.children if part.end_byte <= child.start_byte]
        operators = [index for index, each in enumerate(before) if each in PATTERN_OPERATORS]
        if len(before) > 2 and operators:
            # Quotes within a pattern count, whatever is around the expansion.
            self._quoting = self._quoting or Quoting.BARE
            operator = before[operators[0]]
            self._replacement = operator.startswith("/") and "/" in before[operators[0] + 1 :]

    def _check_surroundings(self, quoting: Quoting) -> None:
        backticks = self._within_backticks()
        if quoting is Quoting.LITERAL_HEREDOC:
            if backticks:
                raise UnsafePlaceError("a quoted here-document in backticks cannot hold a value")
            return
        backslashes = 0
        while (
            self._survey.script[self._start - backslashes - 1 : self._start - backslashes] == b"\\"
        ):
            backslashes += 1
        if quoting is not Quoting.SINGLE and (backslashes % 2 or (backslashes and backticks)):
            raise UnsafePlaceError("a backslash stands right before the value", "write it twice")
        if quoting is Quoting.BARE:
            self._check_word()

    def _check_word(self) -> None:
        """Refuse words whose meaning the shell settles before it looks at variables."""
        script, start = self._survey.script, self._start
        before = script[max(0, start - _NEAR) : start]
        before = before[max(before.rfind(blank) for blank in _BLANKS) + 1 :]
        after = re.split(rb"\s", script[start : start + _NEAR], maxsplit=1)[0]
        for match in _BRACE_RANGE.finditer(before + after):
            if match.start() < len(before) < match.end():
                raise UnsafePlaceError("{a..b} does not take values", "use seq")
        if before.endswith(b"~") and before[-2:-1] in (b"", b"=", b":"):
            raise UnsafePlaceError("~ does not take a value for the user's name")


def _is_in_heredoc(body: Node) -> bool:
    """Whether another here-document is around a body, or is still to come when it begins."""
    redirect = body.parent
    around = redirect.parent if redirect is not None else None
    while around is not None:
        if around.type in ("heredoc_body", "heredoc_redirect"):
            return True
        around = around.parent
    return False
