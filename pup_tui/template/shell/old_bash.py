"""What bash before its version 4, as macOS has it, reads otherwise than the judgement of a script.

It knows no arrays with texts for keys, so a key is calculated with; and a `)` in a here-document within
``$(…)`` ends the substitution, so what stands behind it in a value would be run.
"""

from __future__ import annotations

from typing import Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.code import DELIMITER

_MAY_DECLARE_KEYS: Final = late_pattern(r"-\S*A")
_NO_VALUES: Final = late_pattern(rb"(?!)")
_SUBSTITUTION: Final = late_pattern(r"[$<>=]\(")


def needs_newer(script: str) -> bool:
    """Whether a script that is run reads otherwise there: by its arrays, or by a value in a here-document."""
    holds_value = DELIMITER in script and _SUBSTITUTION.search(script) is not None
    return holds_value or (
        _MAY_DECLARE_KEYS.search(script) is not None and _declares_keys(script.encode())
    )


def _declares_keys(script: bytes) -> bool:
    # Late: most scripts have nothing that may be the option, and need no grammar before they run.
    from pup_tui.template.shell.grammar import read
    from pup_tui.template.shell.survey import Survey

    source, tree, *_ = read(script, "bash")
    if tree is None:
        return True
    return bool(Survey(tree.root_node, source, "bash", _NO_VALUES).declarations.of(b"A"))
