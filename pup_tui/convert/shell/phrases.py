"""What is said in a script, as names and messages of a runbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pup_tui.convert.pieces import raw
from pup_tui.convert.shell.reading import (
    ScriptStatement,
    arguments_of,
    command_name,
    commands_in,
    text_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST = 60
_LATER = re.compile(
    r"(?i)\b(later|by hand|manually|remember|don'?t forget|do not forget|afterwards|please|must"
    r"|should|todo)\b"
)
_VALUE = re.compile(
    r"(?:\s*\b(?:of|in|on|to|for|from|with|at|by|into)\b)?\s*"
    r"(?:\$\([^)]*\)|\$\{[^}]*\}|\$\w+|\{\{.*?\}\})['\"]?(?:\w\b)?"
)
"""A value, and the word that leads to it."""
_MARKS = re.compile(r"^[\s>=*#\-_:.]+|[\s>=*#\-_:.]+$")


def printed(statement: ScriptStatement | Node) -> str:
    """What a statement prints, as it is written, without the marks around it."""
    node = statement.node if isinstance(statement, ScriptStatement) else statement
    words = []
    for command in commands_in(node):
        for word in arguments_of(command):
            text = text_of(word)
            if text.startswith("-") and len(text) <= 3:
                continue
            words.append(text.strip("'\""))
        break
    text = " ".join(words).replace("\\n", " ").replace('\\"', '"')
    text = re.sub(r"%-?\d*[sdf]\s*", "", text) if command_name(node) == "printf" else text
    return _MARKS.sub("", text).strip()


def name_from(text: str, otherwise: str = "") -> str:
    """A step's name out of a sentence: without variables, and not long."""
    words = _VALUE.sub("", re.sub(r"\s*\([^()]*\$[^()]*\)", "", text))
    words = re.sub(r"\s+", " ", _MARKS.sub("", words)).strip(" ,;:?!.\"'()[]%")
    if _MARKS.sub("", text)[:1] in ("$", "{") and re.match(
        r"(?:is|are|has|was|does|did|will)\b", words
    ):
        # What it is about is a value: what is said behind it may name the work.
        return name_from(words.partition(": ")[2], otherwise)
    if not words or len(words) < 3:
        return otherwise
    words = re.split(r"(?<=[a-z])[.;:] ", words)[0]
    if len(words) > _LONGEST:
        words = words[:_LONGEST].rsplit(" ", 1)[0]
    return words[0].upper() + words[1:]


def message_of(text: str, names: Mapping[str, str]) -> str:
    """A text of the script with the values that the runbook knows."""
    parts = re.split(r"(\$\{?[A-Za-z_]\w*\}?)", text)
    made = ""
    for part in parts:
        found = re.fullmatch(r"\$\{?([A-Za-z_]\w*)\}?", part)
        made += f"{{{{ {names[found[1]]} }}}}" if found and found[1] in names else raw(part)
    return made


def name_of_work(text: str) -> str:
    """A name out of the sentence that tells of work."""
    sentences = [each for each in re.split(r"(?<=[a-z])[.;] ", text) if tells_work(each)]
    return name_from(sentences[0] if sentences else text, "Afterwards")


def tells_work(text: str) -> bool:
    """Whether a sentence tells of work that is left for somebody."""
    return bool(_LATER.search(text))
