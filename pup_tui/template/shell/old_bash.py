"""What bash before its version 4, as macOS has it, reads otherwise than the judgement of a script.

It knows no arrays with texts for keys, so a key is calculated with; and a `)` in a here-document within
``$(…)`` ends the substitution, so what stands behind it in a value would be run.
"""

from __future__ import annotations

from typing import Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.places import DELIMITER

_KEYED: Final = late_pattern(r"\b(?:declare|typeset|local|export|readonly)\b[^\n;&|]*\s-[a-zA-Z]*A")
_SUBSTITUTION: Final = late_pattern(r"[$<>=]\(")


def needs_newer(script: str) -> bool:
    """Whether a script that is run reads otherwise there: by its arrays, or by a value in a here-document."""
    holds_value = DELIMITER in script and _SUBSTITUTION.search(script) is not None
    return holds_value or _KEYED.search(script) is not None
