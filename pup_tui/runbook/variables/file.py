"""A file with the values of variables: a YAML map, read with the same care as a runbook."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Entries
from pathlib import Path

from msgspec import Struct

from pup_tui.place_errors import place_error
from pup_tui.runbook import yaml
from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode
from pup_tui.runbook.problems import InvalidRunbook, Problem

_ONE = "a text, a number or true or false"

ANSWERS = "answers"
"""The key beside the variables that holds answers: `{STEP: {NAME: value}}`."""


CAPTURES = "captures"
"""The key that holds what steps would have made: in the same shape, or `{NAME: value}`."""


class FileValues(Struct, frozen=True):
    """The values of variables; by the step's id those that answer `input` steps, and what steps captured.

    `named` is what was captured by whichever step makes something of that name.
    """

    values: dict[str, object]
    answers: dict[str, dict[str, object]]
    captures: dict[str, dict[str, object]]
    named: dict[str, object]

    def captured(self, step: str, names: Iterable[str]) -> dict[str, object]:
        """What the file gives for these names of a step."""
        given = {**self.named, **self.captures.get(step, {})}
        return {name: given[name] for name in names if name in given}


def read_values(path: Path) -> FileValues:
    """The values in a file; texts stay as they are typed.

    Raises InvalidRunbook with every error where it is no map of texts, numbers, booleans and lists of these,
    but for its `answers` and `captures`, which are maps of such maps; `captures` may also hold values.
    Anything else of these names is the value of a variable that is called so.
    """
    try:
        data = read_file(path)
    except (OSError, Unreadable) as error:
        why = place_error(error, path).message if isinstance(error, OSError) else str(error)
        raise InvalidRunbook(
            [Problem(path=str(path), message=f"cannot be read: {why}", whole=True)]
        ) from error
    node, problems = yaml.parse(data, str(path))
    if problems:
        raise InvalidRunbook(problems)
    if not isinstance(node, Mapping):
        raise InvalidRunbook([_problem(path, node, "must be a map of variables to values")])
    reading = _Reading(path)
    entries = _entries(node)
    answers, captures = (
        _entries(entries.pop(key)) if isinstance(entries.get(key), Mapping) else {}
        for key in (ANSWERS, CAPTURES)
    )
    named = {key: value for key, value in captures.items() if not isinstance(value, Mapping)}
    by_step = {key: value for key, value in captures.items() if key not in named}
    found = FileValues(
        reading.values(entries),
        reading.by_step(answers),
        reading.by_step(by_step),
        reading.values(named),
    )
    if reading.problems:
        raise InvalidRunbook(reading.problems)
    return found


class _Reading:
    """Takes values out of nodes, and collects what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problems: list[Problem] = []

    def values(self, entries: Entries[str, YamlNode]) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, value in entries.items():
            if isinstance(value, Sequence):
                found[name] = [
                    self._text(item, f"item {number} of `{name}` must be {_ONE}")
                    for number, item in enumerate(value.items, 1)
                ]
            else:
                found[name] = self._text(value, f"`{name}` must be {_ONE}, or a list of such")
        return found

    def _text(self, node: YamlNode, wanted: str) -> str:
        """What was typed; empty after a report."""
        if isinstance(node, Scalar) and not node.is_null:
            return node.text
        self._wrong(node, wanted)
        return ""

    def by_step(self, nodes: Entries[str, YamlNode]) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = {}
        for step, node in nodes.items():
            if isinstance(node, Mapping):
                found[step] = self.values(_entries(node))
            else:
                self._wrong(node, f"the answers of `{step}` must be a map of values")
        return found

    def _wrong(self, node: YamlNode, message: str) -> None:
        self.problems.append(_problem(self._path, node, message))


def _entries(node: YamlNode) -> dict[str, YamlNode]:
    """What stands in a map."""
    assert isinstance(node, Mapping)
    return {name: entry.value for name, entry in node.entries.items()}


def _problem(path: Path, node: YamlNode | None, message: str) -> Problem:
    line, column = (node.line, node.column) if node is not None else (1, 1)
    return Problem(path=str(path), line=line, column=column, message=message)
