"""Whether what a command printed tells a secret that it was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pup_tui.runbook.parts import MIN_SECRET
from pup_tui.secret_spellings import spellings
from pup_tui.template.value_command import ValueCommand
from pup_tui.template.values import parse_json


def tells_secret(command: ValueCommand, text: str) -> bool:
    """Whether a text that a command printed tells a secret that it may know, in whatever spelling.

    A part of a secret that is too short to be looked for anywhere counts where it is a word of its own.
    """
    known = {found for value in (*command.hidden, *command.made) for found in _texts(value)}
    if any(
        form in text
        for secret in known
        if len(secret.strip()) >= MIN_SECRET
        for form in spellings(secret)
    ):
        return True
    short = {str(made).strip() for made in command.made if isinstance(made, str | int | float)}
    return any(
        re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text)
        for part in short
        if len(part) < MIN_SECRET and any(map(str.isalnum, part))
    )


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value, and in what it stands for if it is JSON."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
                if text.lstrip().startswith(("[", "{")) and isinstance(
                    tree := parse_json(text), list | dict
                ):
                    waiting.append(tree)
            case dict() as entries:
                waiting += entries.values()
            case list() | tuple() as items:
                waiting += items
            case bool() | None:
                continue
            case number:
                yield str(number)
