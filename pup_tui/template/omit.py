"""`omit`: what stands for "not given" where a whole value is one template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.evaluation import Expression
from pup_tui.template.text import Text, compile_text
from pup_tui.template.values import OMIT, OMIT_NAME

_OPTION: Final = late_pattern(r"--[A-Za-z0-9][\w.-]*=")


def is_omitted(source: str, scope: Mapping[str, Any]) -> bool:
    """Whether a text is one template that gives `omit`."""
    if OMIT_NAME not in source:
        return False
    text = compile_text(source)
    return text.single is not None and text.value(scope) is OMIT


def may_omit(text: Text) -> bool:
    """Whether a text is one template in which `omit` is nothing but what it may give."""
    return text.single is not None and _only_gives(text.single)


def may_omit_word(text: Text) -> bool:
    """The same for a word of an argument list, which may also be ``--NAME={{ … }}``."""
    if OMIT_NAME not in text.all_names:
        return True
    begins = text.literals == text.literals[:1] and all(map(_OPTION.fullmatch, text.literals))
    return (
        begins
        and len(text.outputs) == len(text.blocks) - len(text.literals) == 1
        and _only_gives(text.outputs[0].expression)
    )


def _only_gives(expression: Expression) -> bool:
    from pup_tui.template.tree_omit import only_gives

    return only_gives(expression.tree)
