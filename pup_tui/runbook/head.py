"""What a runbook file says of itself, without a look at its steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook import yaml
from pup_tui.runbook.by_hand import seconds_by_hand
from pup_tui.runbook.files import DirectoryFiles, Unreadable
from pup_tui.runbook.nodes import Mapping as Tree
from pup_tui.runbook.nodes import Scalar, Sequence, YamlNode
from pup_tui.runbook.parts import AlertMatch

_STEPS = late_pattern(rb"^steps:[ \r\n]", re.MULTILINE)
_BEHIND_STEPS = late_pattern(rb"^[^ \t\r\n#-]", re.MULTILINE)
"""The beginning of a line that belongs to no step and is no remark."""


class Head(Struct, frozen=True):
    """The beginning of a runbook, as `Runbook` has it where the file is in order."""

    name: str
    description: str
    tags: Mapping[str, str]
    links: tuple[str, ...] = ()
    alerts: tuple[AlertMatch, ...] = ()
    manual_time: float | None = None


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
    links, alerts = _links(tree.get("links")), _alerts(tree.get("alerts"))
    if links is None or alerts is None:
        return None
    by_hand = tree.get("manual_time")
    if not isinstance(by_hand, Scalar | None):
        return None
    return Head(
        name.text,
        "" if description is None else description.text,
        tags,
        links,
        alerts,
        None if by_hand is None or by_hand.is_null else seconds_by_hand(by_hand.text),
    )


def _links(node: YamlNode | None) -> tuple[str, ...] | None:
    """The addresses of links; None where they are none."""
    if node is None or node.is_null:
        return ()
    if not isinstance(node, Sequence):
        return None
    urls = [each.text("url") if isinstance(each, Tree) else None for each in node.items]
    known = tuple(url for url in urls if url is not None)
    return known if len(known) == len(urls) else None


def _alerts(node: YamlNode | None) -> tuple[AlertMatch, ...] | None:
    """The alerts that it answers; None where only judging the file whole tells."""
    if node is None or node.is_null:
        return ()
    if not isinstance(node, Sequence):
        return None
    found = [_alert_match(each) for each in node.items]
    known = tuple(each for each in found if each is not None)
    return known if len(known) == len(found) else None


def _alert_match(node: YamlNode) -> AlertMatch | None:
    if not isinstance(node, Tree) or not node.entries.keys() <= {"match", "vars"}:
        return None
    match, given = node.get("match"), node.get("vars")
    if not isinstance(match, Tree) or not isinstance(given, Tree | None):
        return None
    patterns: dict[str, str | tuple[str, ...]] = {}
    for name, entry in match.entries.items():
        said = _texts(entry.value)
        if said is None:
            return None
        patterns[name] = said
    values = {} if given is None else {name: given.text(name) for name in given.entries}
    filled = {name: value for name, value in values.items() if value is not None}
    return AlertMatch(match=patterns, vars=filled) if len(filled) == len(values) else None


def _texts(node: YamlNode) -> str | tuple[str, ...] | None:
    if isinstance(node, Scalar):
        return node.text
    if not isinstance(node, Sequence):
        return None
    texts = tuple(item.text for item in node.items if isinstance(item, Scalar))
    return texts if texts and len(texts) == len(node.items) else None


def _tags(node: YamlNode | None) -> dict[str, str] | None:
    """The tags; None where they are none."""
    if node is None:
        return {}
    if not isinstance(node, Tree):
        return None
    texts = {key: node.text(key) for key in node.entries}
    tags = {key: text for key, text in texts.items() if text is not None}
    return tags if len(tags) == len(texts) else None
