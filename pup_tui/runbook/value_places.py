"""Where the value of a variable comes from, as it stands in its file."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode
from pup_tui.runbook.parts import COMMAND
from pup_tui.runbook.shapes import KeyPath


def sources_of(node: Mapping) -> Iterator[tuple[KeyPath, Scalar]]:
    """What stands under `from`, each with its place below the variable."""
    given = node.get("from")
    if isinstance(given, Scalar):
        yield ("from",), given
    elif isinstance(given, Sequence):
        for number, item in enumerate(given.items):
            if isinstance(item, Scalar):
                yield ("from", number), item


def command_of(source: Scalar) -> Scalar | None:
    """The command that stands for a place under `from`, if one does."""
    if not source.text.startswith(COMMAND):
        return None
    return msgspec.structs.replace(source, text=source.text.removeprefix(COMMAND).strip())


def commands_in(variable: YamlNode) -> Iterator[Scalar]:
    """The commands under a variable's `from`."""
    if isinstance(variable, Mapping):
        for _, source in sources_of(variable):
            command = command_of(source)
            if command is not None:
                yield command
