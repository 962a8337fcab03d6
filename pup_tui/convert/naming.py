"""Names of variables, ids of steps and of runbooks, made out of those of other formats."""

from __future__ import annotations

import re
from collections.abc import Collection

from pup_tui.runbook.rules import is_usable

_EDGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST_ID = 60


_SHORT = {
    "db": "database", "dbs": "databases", "ns": "namespace", "svc": "service", "ctx": "context",
    "dir": "directory", "pw": "password", "pkg": "package", "grp": "group", "cfg": "configuration",
    "conf": "configuration", "tmp": "temporary file", "srv": "server", "cert": "certificate",
}  # fmt: skip


def spelled_out(name: str) -> str:
    """A name whose words are written out, where scripts shorten them."""
    words = [_SHORT.get(word.lower(), word) for word in name.split("_")]
    return "_".join(w.upper() if name.isupper() else w for w in words).replace(" ", "_")


def snake(name: str) -> str:
    """A name in small letters, its words joined by `_`."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", _EDGE.sub("_", name)).strip("_").lower()
    return f"s{words}" if words[:1].isdigit() else words


def variable_name(name: str, taken: Collection[str] = ()) -> str:
    """The name of a variable: in capitals, and one that no other has."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", _EDGE.sub("_", name)).strip("_").upper() or "VALUE"
    if not is_usable(words):
        words = f"V_{words}"
    return unique(words, taken)


def step_id(name: str, taken: Collection[str] = ()) -> str:
    """The id of a step of this name, and one that no other has."""
    return unique(snake(name)[:_LONGEST_ID].strip("_") or "step", taken)


def runbook_id(name: str) -> str:
    """The stem of a runbook's file."""
    words = re.sub(r"[^a-z0-9]+", "-", _EDGE.sub("-", name).lower()).strip("-")
    return words[:_LONGEST_ID].rstrip("-") or "converted"


class StepNames:
    """Names and ids of steps, each given once."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._ids: set[str] = set()

    def give(self, wanted: str) -> tuple[str, str]:
        """The name that a step gets where it should be called so, and its id."""
        name = unique_name(wanted, self._names)
        id_ = step_id(name, self._ids)
        self._names.add(name)
        self._ids.add(id_)
        return name, id_


def unique(name: str, taken: Collection[str]) -> str:
    """The name, with a number where it is taken."""
    number, own = 2, name
    while name in taken:
        name, number = f"{own}_{number}", number + 1
    return name


def unique_name(name: str, taken: Collection[str]) -> str:
    """The name of a step, with a number where another one has it."""
    number, own = 2, name
    while name in taken:
        name, number = f"{own} {number}", number + 1
    return name
