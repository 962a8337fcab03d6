"""Scripts of new steps, whatever they were made from."""

from __future__ import annotations

import re
from collections.abc import Callable

_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def started(script: str) -> str:
    """A script that stops at the first command that fails, where it has more than one."""
    script = script.strip("\n")
    joined = script.replace("\\\n", " ")
    if "\n" not in joined:
        return script
    first = joined.lstrip().split("\n", 1)[0].strip()
    if first.startswith("#!") or re.match(r"set -[A-Za-z]*e", first):
        return f"{script}\n"
    return f"set -e\n{script}\n"


def without_templates(script: str) -> str:
    """A script in which each template is a word."""
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "VALUE", script)


def marked(text: str, places: re.Pattern[str] = _VALUE) -> tuple[str, Callable[[str], str]]:
    """A text with a word of its own in the place of each value, and what puts the values back."""
    values: list[str] = []
    stem = "__VALUE_"
    while stem in text:
        stem = f"_{stem}"

    def mark(found: re.Match[str]) -> str:
        values.append(found.group())
        return f"{stem}{len(values) - 1}__"

    def back(word: str) -> str:
        return re.sub(rf"{stem}(\d+)__", lambda found: values[int(found[1])], word)

    return places.sub(mark, text), back
