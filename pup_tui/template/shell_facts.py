"""What is known of a script's parts, worked out once for all values in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pup_tui.template.shell_commands import CommandWords, integer_variables, is_harmless_declaration

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPED_OR_QUOTE: Final = re.compile(rb"\\.|['\"`]|\$[({\[]", re.DOTALL)
_ESCAPED_OR_BACKTICK: Final = re.compile(rb"\\.|`", re.DOTALL)
_NO_WORDS: Final = frozenset({"variable_assignment", "file_redirect", "herestring_redirect"})
_NAMES: Final = frozenset({"variable_assignment", "variable_name", "subscript"})


class ScriptFacts:
    """A script, its shell, and what was found out about its nodes."""

    def __init__(self, script: bytes, shell: str) -> None:
        self.script = script
        self.shell = shell
        self.integers = integer_variables(script)
        self._commands: dict[int, tuple[CommandWords, dict[int, int]]] = {}
        self._declarations: dict[int, bool] = {}
        self._first_quotes: dict[int, int] = {}

    def command_use(self, command: Node, word: Node) -> tuple[CommandWords, int]:
        """Give the words of a command, and the position of one of them (0 if it is none)."""
        known = self._commands.get(command.id)
        if known is None:
            words = [part for part in command.children if part.type not in _NO_WORDS]
            texts = CommandWords([part.text or b"" for part in words])
            known = texts, {part.id: index for index, part in enumerate(words)}
            self._commands[command.id] = known
        return known[0], known[1].get(word.id, 0)

    def is_harmless_declaration(self, declaration: Node) -> bool:
        """Whether a declaration assigns what it is given as it is."""
        if declaration.id not in self._declarations:
            options = [
                part.text or b"" for part in declaration.children[1:] if part.type not in _NAMES
            ]
            self._declarations[declaration.id] = is_harmless_declaration(options)
        return self._declarations[declaration.id]

    def first_quote(self, node: Node, only_backticks: bool) -> int:
        """Where in a node the first quote is that no backslash escapes; at its end if none."""
        if node.id not in self._first_quotes:
            pattern = _ESCAPED_OR_BACKTICK if only_backticks else _ESCAPED_OR_QUOTE
            quotes = (
                match.start()
                for match in pattern.finditer(self.script, node.start_byte, node.end_byte)
                if match[0][:1] != b"\\"
            )
            self._first_quotes[node.id] = next(quotes, node.end_byte)
        return self._first_quotes[node.id]
