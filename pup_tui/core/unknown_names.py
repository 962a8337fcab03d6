"""Names that have no value yet, standing in the texts of a step where their values will stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from msgspec import structs

from pup_tui.core.lines import PLAIN_NAME
from pup_tui.core.sent import Shown
from pup_tui.runbook.model import Step
from pup_tui.runbook.texts import texts_of

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MARK = "7d1c"
_LITERAL = re.compile(r"'\{\{ (\w+) \}\}'")
_MARKED = re.compile(rf"unknown_{_MARK}_(\w+?)_{_MARK}")


def unknown_names(step: Step, scope: Mapping[str, Any]) -> frozenset[str]:
    """The names without a value that a step's texts use, if they stand there for themselves only.

    None of them where one is judged, changed or counted: what comes of that nobody can show.
    """
    sources = [text.source for text in texts_of(step)]
    found = {name for source in sources for name in PLAIN_NAME.findall(source)} - scope.keys()
    if not found:
        return frozenset()
    word = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(found)))})\b")
    others = (part for source in sources for part in _TEMPLATE.findall(PLAIN_NAME.sub("", source)))
    return frozenset() if any(map(word.search, others)) else frozenset(found)


def stand_ins(names: Collection[str]) -> dict[str, str]:
    """A text for each of these names that is a plain word in every place."""
    return {name: f"unknown_{_MARK}_{name}_{_MARK}" for name in names}


def named(shown: Shown) -> Shown:
    """What is shown of a step with its `stand_ins`, with the names in their place."""
    sent = {name: _MARKED.sub(r"{{ \1 }}", text) for name, text in shown.sent.parts()}
    if shown.sent.statement is not None:
        # Whether it will be a text or a number is not known either.
        sent["statement"] = _LITERAL.sub(r"{{ \1 }}", sent["statement"])
    return Shown(_MARKED.sub(r"{{ \1 }}", shown.command), structs.replace(shown.sent, **sent))
