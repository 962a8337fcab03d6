"""Plain data as YAML that people read, and that is read again as what it was."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml as pyyaml

from pup_tui.runbook import yaml
from pup_tui.runbook.nodes import OutOfRange, Scalar

_WIDEST: Final = 1 << 20
"""Columns after which a text would be folded: that would only be hard to change."""
_OTHER_BREAKS: Final = frozenset("\r\t\x85\u2028\u2029")
"""What a block of lines would not give back as it was, or does not show."""
_LIKE_NUMBER: Final = re.compile(r"[\w.+-]+")


class PlainDumper(pyyaml.SafeDumper):
    """Writes every value where it stands, a text of several lines as a block, and one in quotes that our
    reader would take for something else: it and PyYAML differ in what is a number.
    """

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def represent_str(self, data: str) -> pyyaml.ScalarNode:
        if not _OTHER_BREAKS.isdisjoint(data):
            style: str | None = '"'
        elif "\n" in data:
            style = "|"
        else:
            style = "'" if _reads_as_other(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


PlainDumper.add_representer(str, PlainDumper.represent_str)


def yaml_text(data: Any, dumper: type[PlainDumper] = PlainDumper) -> str:
    """Data as YAML, its maps in their order."""
    text: str = pyyaml.dump(data, Dumper=dumper, sort_keys=False, width=_WIDEST, allow_unicode=True)
    # What ends a document behind a block that keeps its empty lines, or behind a value alone.
    return text.removesuffix("...\n")


def _reads_as_other(text: str) -> bool:
    """Whether a text without quotes would be read as a number, a truth value or nothing."""
    if not _LIKE_NUMBER.fullmatch(text):
        return False
    node, problems = yaml.parse(text.encode("utf-8", "replace"), "a text")
    if problems or not isinstance(node, Scalar) or node.style != "plain":
        return True
    try:
        return node.value != text
    except OutOfRange:
        return True
