"""Texts of a script that may be scripts themselves, as it prints, stores or reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.words import UNKNOWN

if TYPE_CHECKING:
    from tree_sitter import Node

PRINTING: Final = frozenset({b"echo", b"printf", b"print"})
"""Commands that print their words."""
FORM: Final = (b"-", b"%")
"""How options and forms begin, which stand before the text that is printed."""
_ESCAPE: Final = re.compile(rb"\\([$`\\])")
_FILLER: Final = b"0"
"""Stands for what is known only when the script runs."""


def handed_text(survey: Survey, node: Node) -> bytes:
    """What a command prints, or a word or here-document holds, as far as the script says it."""
    if node.type == "command":
        words = [word.text.replace(rb"\n", b"\n") for word in survey.words(node)[1:]]
        first = next((i for i, word in enumerate(words) if word[:1] not in FORM), 0)
        between = b"\n" if any(b"\n" in word for word in words[:first]) else b" "
        text = between.join(words[first:])
    elif node.type == "heredoc_body":
        text = survey.text(node)
        start = node.parent.child(1) if node.parent is not None else None
        is_literal = start is not None and survey.text(start)[:1] in (b"'", b'"', b"\\")
        text = text if is_literal else _ESCAPE.sub(rb"\1", text)
    else:
        text = survey.word(node).text
    return text.replace(UNKNOWN, _FILLER)
