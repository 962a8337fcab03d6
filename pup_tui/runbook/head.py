"""What a runbook file says of itself, without a look at its steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook import yaml
from pup_tui.runbook.files import DirectoryFiles, Unreadable
from pup_tui.runbook.nodes import Mapping as Tree
from pup_tui.runbook.nodes import Scalar, YamlNode

_STEPS = late_pattern(rb"^steps:[ \r\n]", re.MULTILINE)
_BEHIND_STEPS = late_pattern(rb"^[^ \t\r\n#-]", re.MULTILINE)
"""The beginning of a line that belongs to no step and is no remark."""


class Head(Struct, frozen=True):
    """The beginning of a runbook, as `Runbook` has it where the file is in order."""

    name: str
    description: str
    tags: Mapping[str, str]


def read_head(path: Path, root: Path | None) -> Head | None:
    """The head of a file, which is read as `load.load` reads it; None where only judging it whole tells."""
    try:
        data = DirectoryFiles(path.parent, root).read(path.name)
    except Unreadable:
        return None
    if data is None:
        return None
    tree, problems = yaml.parse(_before_steps(data), str(path))
    return None if problems or not isinstance(tree, Tree) else _head(tree)


def _before_steps(data: bytes) -> bytes:
    """What stands before the steps of a file, where nothing but they stands behind; else all of it."""
    found = _STEPS.search(data)
    if found is None or _BEHIND_STEPS.search(data, found.end()):
        return data
    return data[: found.start()]


def _head(tree: Tree) -> Head | None:
    name, tags = tree.get("name"), _tags(tree.get("tags"))
    description = tree.get("description")
    if not isinstance(name, Scalar) or tags is None:
        return None
    if not isinstance(description, Scalar | None):
        return None
    return Head(name.text, "" if description is None else description.text, tags)


def _tags(node: YamlNode | None) -> dict[str, str] | None:
    """The tags; None where they are none."""
    if node is None:
        return {}
    if not isinstance(node, Tree):
        return None
    texts = {key: node.text(key) for key in node.entries}
    tags = {key: text for key, text in texts.items() if text is not None}
    return tags if len(tags) == len(texts) else None
