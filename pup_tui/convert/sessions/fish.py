"""What is written for fish, as bash has it, as far as both say the same."""

from __future__ import annotations

import re
import shlex

_SET = re.compile(r"set (?P<options>(?:-\w+ |--\w+ )*)(?P<name>[A-Za-z_]\w*)(?P<value>(?: .*)?)")
_OF_FISH = re.compile(
    r"(?:^|;|\n|&&|\|\|)\s*(?:and|or|not|begin|end|if|else|for|while|switch|case|function|set|string|math|test"
    r"|status|argparse|builtin|abbr|funced|funcsave)\b"
    r"|(?<![$\w'\"\\])\([^)]|\$\w+\[|\$status\b|\$argv\b|\^\s|\{\$"
)


def as_bash(text: str) -> str | None:
    """The command for bash; None where it says something that bash says in another way."""
    given = _SET.fullmatch(text)
    if given is not None:
        value = given["value"].strip()
        if (
            _OF_FISH.search(value)
            or len(_words(value)) != 1
            or re.search(r"-\w*[eaUq]\b|--erase|--append", given["options"])
        ):
            return None
        exported = re.search(r"-\w*x|--export", given["options"])
        return f"{'export ' if exported else ''}{given['name']}={value}"
    unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "''", text)
    return None if _OF_FISH.search(unquoted) else text


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return []
