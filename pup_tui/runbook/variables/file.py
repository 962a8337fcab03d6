"""A file with the values of variables: a YAML map, read with the same care as a runbook."""

from __future__ import annotations

from collections.abc import Mapping as Entries
from pathlib import Path
from typing import NamedTuple

from pup_tui.place_errors import place_error
from pup_tui.runbook import yaml
from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode
from pup_tui.runbook.problems import InvalidRunbook, Problem

_ONE = "a text, a number or true or false"

ANSWERS = "answers"
"""The key beside the variables that holds answers: `{STEP: {NAME: value}}`."""


CAPTURES = "captures"
"""The key that holds what steps of a run made that is resumed, in the same shape."""


class FileValues(NamedTuple):
    """The values of variables; by the step's id those that answer `input` steps, and what steps captured."""

    values: dict[str, object]
    answers: dict[str, dict[str, object]]
    captures: dict[str, dict[str, object]]


def read_values(path: Path) -> FileValues:
    """The values in a file; texts stay as they are typed.

    Raises InvalidRunbook with every error where it is no map of texts, numbers, booleans and lists of these,
    but for its `answers` and `captures`, which are maps of such maps. Anything else of these names is the
    value of a variable that is called so.
    """
    try:
        data = read_file(path)
    except (OSError, Unreadable) as error:
        why = place_error(error, path).message if isinstance(error, OSError) else str(error)
        raise InvalidRunbook([Problem(path=str(path), message=f"cannot be read: {why}")]) from error
    node, problems = yaml.parse(data, str(path))
    if problems:
        raise InvalidRunbook(problems)
    if not isinstance(node, Mapping):
        raise InvalidRunbook([_problem(path, node, "must be a map of variables to values")])
    reading = _Reading(path)
    entries = {name: entry.value for name, entry in node.entries.items()}
    by_step = {
        key: entries.pop(key) if isinstance(entries.get(key), Mapping) else None
        for key in (ANSWERS, CAPTURES)
    }
    found = FileValues(
        reading.values(entries),
        reading.by_step(by_step[ANSWERS], "answers"),
        reading.by_step(by_step[CAPTURES], "captures"),
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

    def by_step(self, node: YamlNode | None, what: str) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = {}
        for step, entry in node.entries.items() if isinstance(node, Mapping) else ():
            if isinstance(entry.value, Mapping):
                inside = {name: given.value for name, given in entry.value.entries.items()}
                found[step] = self.values(inside)
            else:
                self._wrong(entry.value, f"the {what} of `{step}` must be a map of values")
        return found

    def _wrong(self, node: YamlNode, message: str) -> None:
        self.problems.append(_problem(self._path, node, message))


def _problem(path: Path, node: YamlNode | None, message: str) -> Problem:
    line, column = (node.line, node.column) if node is not None else (1, 1)
    return Problem(path=str(path), line=line, column=column, message=message)
