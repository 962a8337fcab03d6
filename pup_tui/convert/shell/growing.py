"""Variables that the rounds of a loop fill together: lists, counts, texts that grow, and flags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pup_tui.convert.pieces import literal
from pup_tui.convert.shell.reading import ScriptStatement

GrowingKind = Literal["items", "count", "text", "flag"]

_EMPTY = r"{name}=\(\s*\)|(?:declare|local) -[aA] {name}(?:=\(\s*\))?"
_SCALAR = r"(?:local |declare )?{name}=(?P<quote>[\"']?)(?P<start>[\w./:-]*)(?P=quote)"
_WAYS: Mapping[GrowingKind, str] = {
    "count": r"(?<![\w$]){name}=\$\(\(\s*\$?{name}\s*\+\s*\d+\s*\)\)",
    "text": (
        r"(?<![\w$]){name}=\"\$(?:{name}\b|\{{{name}\}})[^\"`()\n]*\""
        r"|(?<![\w$]){name}\+=(?:\"[^\"`\n]*\"|[^\s\"';(]+)"
    ),
    "flag": r"(?<![\w$]){name}=(?:'[^']*'|\"[^\"$`]*\"|[\w./:-]+)(?=\s|;|$|\)|\}})",
}
"""How a round may set such a variable; it may be named nowhere else in it."""


@dataclass(frozen=True, slots=True)
class GrowingVariable:
    """A variable that begins with `start`, and what rounds do to it. `items` are of an array."""

    kind: GrowingKind
    start: str = ""

    def after(self, captured: str) -> str:
        """The expression of its value behind the loop; `captured` is the list of what each round had."""
        rounds = f"{captured} | default([]) | select"
        if self.kind == "count":
            return f"({rounds} | map('int') | sum)"
        if self.kind == "text":
            return f"({rounds} | join(''))"
        start = literal(self.start)
        return f"(([{start}] + ({rounds} | reject('eq', {start}) | list)) | last)"


def growing_in(
    inner: Sequence[ScriptStatement], constants: Mapping[str, ScriptStatement]
) -> dict[str, GrowingVariable]:
    """The variables of which each round can be told by itself, and all rounds together afterwards."""
    text = "\n".join(each.text for each in inner)
    found: dict[str, GrowingVariable] = {}
    for name in sorted(frozenset().union(*(each.sets for each in inner)) & constants.keys()):
        before = constants[name].text
        if re.fullmatch(_EMPTY.format(name=name), before):
            if all(name not in each.uses for each in inner) and not re.search(
                rf"(?<!\w){name}=", text
            ):
                found[name] = GrowingVariable("items")
            continue
        scalar = re.fullmatch(_SCALAR.format(name=name), before)
        if scalar is None:
            continue
        for kind, way in _WAYS.items():
            left = re.sub(way.format(name=name), "", text)
            if left != text and not re.search(rf"\b{name}\b", left):
                if _begins_well(kind, scalar["start"]):
                    found[name] = GrowingVariable(kind, scalar["start"])
                break
    return found


def _begins_well(kind: GrowingKind, start: str) -> bool:
    """Whether what it begins with is nothing that each round would add once more."""
    return kind == "flag" or start == ("" if kind == "text" else "0")
