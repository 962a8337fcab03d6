"""The examples of a document: what stands in its fences, and what is told about each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_PART = re.compile(
    r"^#+ (?P<title>[^\n]+)$|^<!-- (?P<setup>[^\n]+) -->$|^```(?P<language>\w+)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_FILE = re.compile(r"# (\S+\.yaml)\n")


@dataclass
class Example:
    """A runbook, or a list of steps, with the files that it needs and how it is told to end.

    `setup` is the comment above it: `given` values, `answers` by step, `undo`.
    """

    title: str
    text: str
    files: dict[str, str]
    setup: dict[str, Any]
    printed: list[str] = field(default_factory=list)
    ended: str = ""
    statuses: dict[str, str] = field(default_factory=dict)

    @property
    def runbook(self) -> str:
        """The text as a whole file."""
        if not self.text.startswith("- "):
            return self.text
        return "steps:\n" + "".join(f"  {line}" for line in self.text.splitlines(keepends=True))


def examples(document: Path) -> list[Example]:
    """The examples in their order; fails for a fence of YAML that nothing is told about."""
    found: list[Example] = []
    title, setup, files = "", {}, {}
    told = True
    for part in _PART.finditer(document.read_text("utf-8")):
        if part["title"]:
            title = part["title"]
        elif part["setup"]:
            setup = yaml.safe_load(part["setup"])
        elif part["language"] == "yaml" and (name := _FILE.match(part["body"])):
            files[name[1]] = part["body"]
        elif part["language"] == "yaml":
            assert told, f"nothing is told about the example above: {part['body']}"
            found.append(Example(title, part["body"], files, setup))
            setup, files, told = {}, {}, False
        elif part["language"] == "text" and not told:
            _tell(found[-1], part["body"])
            told = True
    assert told, f"nothing is told about the last example of {document.name}"
    return found


def _tell(example: Example, block: str) -> None:
    *example.printed, last = block.splitlines()
    told = re.fullmatch(r"ends as: (\w+)(?: \((.*)\))?", last)
    assert told is not None, last
    example.ended = told[1]
    example.statuses = dict(pair.split(": ") for pair in (told[2] or "").split(", ") if pair)


def agrees(told: list[str], printed: list[str]) -> bool:
    """Whether the printed lines are those that are told; a line `…` stands for any number of them."""
    if not told:
        return not printed
    if told[0] == "…":
        return any(agrees(told[1:], printed[count:]) for count in range(len(printed) + 1))
    return bool(printed) and told[0] == printed[0] and agrees(told[1:], printed[1:])
