"""A file with the values of variables: a YAML map, read with the same care as a runbook."""

from __future__ import annotations

from pathlib import Path

from pup_tui.runbook import yaml
from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.nodes import Mapping, Scalar, YamlNode
from pup_tui.runbook.problems import InvalidRunbook, Problem


def read_values(path: Path) -> dict[str, object]:
    """The values in a file, by variable; texts stay as they are typed.

    Raises InvalidRunbook with every error where it is no map of texts, numbers and booleans.
    """
    try:
        data = read_file(path)
    except (OSError, Unreadable) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InvalidRunbook([Problem(path=str(path), message=f"cannot be read: {why}")]) from error
    node, problems = yaml.parse(data, str(path))
    if problems:
        raise InvalidRunbook(problems)
    if not isinstance(node, Mapping):
        raise InvalidRunbook([_problem(path, node, "must be a map of variables to values")])
    wrong = [
        _problem(path, entry.value, f"`{name}` must be a text, a number or true or false")
        for name, entry in node.entries.items()
        if not isinstance(entry.value, Scalar) or entry.value.is_null
    ]
    if wrong:
        raise InvalidRunbook(wrong)
    return {
        name: entry.value.text
        for name, entry in node.entries.items()
        if isinstance(entry.value, Scalar)
    }


def _problem(path: Path, node: YamlNode | None, message: str) -> Problem:
    line, column = (node.line, node.column) if node is not None else (1, 1)
    return Problem(path=str(path), line=line, column=column, message=message)
