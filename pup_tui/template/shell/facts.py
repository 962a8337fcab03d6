"""What is known of a script's parts, worked out once for all values in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pup_tui.template.shell.survey import Survey

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPED_OR_QUOTE: Final = re.compile(rb"\\.|['\"`]|\$[({\[]", re.DOTALL)
_ESCAPED_OR_BACKTICK: Final = re.compile(rb"\\.|`", re.DOTALL)


class ScriptFacts:
    """A script, its shell, and what was found out about its nodes."""

    def __init__(self, script: bytes, shell: str, survey: Survey) -> None:
        self.script = script
        self.shell = shell
        self.survey = survey
        self._first_quotes: dict[int, int] = {}

    def is_in_heredoc(self, body: Node) -> bool:
        """Whether another here-document is around a body, or is still to come when it begins."""
        redirect = body.parent
        around = redirect.parent if redirect is not None else None
        while around is not None:
            if around.type in ("heredoc_body", "heredoc_redirect"):
                return True
            around = around.parent
        return False

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
