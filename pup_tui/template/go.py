"""The actions of Go templates, which pass through a text as they are: ``{{ range .items }}``, ``{{ end }}``.

There is no list of Go's functions: an action is known by its form. Some have the form of an expression
of ours too (``{{ len .Mounts }}``): they are ours where their first word is a name that is known. A text
alone knows the names of its loops only; `claimed` marks what begins with others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression

_BEGINNING: Final = r"(?:[.'\"`$]|\\[\"`$])"
"""Of data, a variable or a quote; within a shell's double quotes some of them have a backslash."""

_OPERAND: Final = rf"(?:\(\s*(?:[A-Za-z_]\w*\s+)?)*{_BEGINNING}"
_ALONE: Final = r"\s*(?:end|else|break|continue|println)\s*(?=-?\}\})"
_CALL: Final = rf"\s*\((?:\s|\()*(?:\.|\\?\$|[A-Za-z_]\w*\s+{_OPERAND})"
_BRANCH: Final = r"(?:(?:else\s+)?(?:if|with)|range)"
_BRANCH_ON_CALL: Final = rf"\s*{_BRANCH}\s+[A-Za-z_]\w*\s+(?:[-+]?[0-9]|{_OPERAND})"
"""``if eq .A "x"``: no expression of ours has a second word behind one of Go's own."""
_HEAD: Final = rf"{_ALONE}|{_CALL}|{_BRANCH_ON_CALL}|\s*(?:{_BRANCH}|[A-Za-z_]\w*)\s+{_OPERAND}"
_ACTION: Final = late_pattern(rf"-?(?:{_HEAD})")
_DATA: Final = late_pattern(r"-?\s*(?:\.|\\?\$|\\[\"`])")
"""What no expression of ours begins with."""
_PART: Final = late_pattern(
    r"""`[^`]*`|\\`[^`\\]*\\`|\\"(?:[^"\\\n]|\\[^"])*\\"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\}\}|["'`]"""
)
_WORD: Final = late_pattern(r"[A-Za-z_]\w*")
_CLAIM: Final = late_pattern(
    rf"\{{%[-+]?\s*(?P<tag>raw|endraw)\b|(?P<opener>\{{\{{-?)(?=(?P<head>{_HEAD}))"
)


def end_of_action(source: str, start: int, known: Sequence[frozenset[str]]) -> int | None:
    """Where the action ends that begins with the ``{{`` at an offset; None where it is ours.

    `known` are sets of names of ours that are known there.
    """
    if _DATA.match(source, start + 2):
        # A quote that is not closed is no quote of Go's.
        closing = source.find("}}", start)
        return _end(source, start + 2) or (None if closing < 0 else closing + 2)
    action = _ACTION.match(source, start + 2)
    end = _end(source, start + 2) if action is not None else None
    if action is None or end is None:
        return None
    words = frozenset(_WORD.findall(action[0]))
    is_known = any(not words.isdisjoint(names) for names in known)
    return None if is_known or _is_ours(source[start + 2 : end - 2], words) else end


def claimed(source: str, names: Collection[str]) -> str:
    """A text in which a ``+`` marks what is ours because it begins with one of the names: ``{{+ end }}``."""
    pieces: list[str] = []
    position, is_raw = 0, False
    for found in _CLAIM.finditer(source):
        if found["tag"]:
            is_raw = found["tag"] == "raw"
        elif not is_raw and not set(_WORD.findall(found["head"])).isdisjoint(names):
            pieces += (source[position : found.end()], "+")
            position = found.end()
    return "".join([*pieces, source[position:]])


def may_be_claimed(source: str) -> bool:
    """Whether there are names with which `claimed` marks something in a text."""
    return any(not found["tag"] for found in _CLAIM.finditer(source))


def _end(source: str, position: int) -> int | None:
    """Where an action ends: behind the first ``}}`` outside of Go's quotes."""
    part = next(
        (p for p in _PART.finditer(source, position) if p[0] in ("}}", '"', "'", "`")), None
    )
    return part.end() if part is not None and part[0] == "}}" else None


def _is_ours(body: str, words: frozenset[str]) -> bool:
    """Whether an action parses as an expression in which none of its words is a name: ``not "x"``."""
    try:
        return compile_expression(body.strip("-")).names.isdisjoint(words)
    except TemplateError:
        return False
