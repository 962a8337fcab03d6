"""Where a runbook finds what it names: beside itself, and in packs."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence as SequenceOf
from pathlib import Path

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook import yaml
from pup_tui.runbook.files import SUFFIXES, TEMPLATES, Files, GivenFiles, Unreadable
from pup_tui.runbook.nodes import Scalar, SourceText, YamlNode
from pup_tui.runbook.report import Report

_PACK = late_pattern(r"pack-([1-9][0-9]{0,5})/")


class NamedFile(Struct, frozen=True):
    """A file that something names. `key` is its name in `Loaded.files`."""

    key: str
    root: YamlNode | None


class RunbookFiles:
    """The files around a runbook: those of its own directory first, then those of the packs in order.

    `used` are the bytes of every file that was read. What is taken from all of them counts against the
    limits of one file, or a small file could stand for a huge one.
    """

    def __init__(self, places: SequenceOf[Files], report: Report) -> None:
        self._places = tuple(places)
        self._report = report
        self._found: dict[str, NamedFile] = {}
        self._by_source: dict[SourceText, int] = {}
        self._bytes = 0
        self._nodes = 0
        self.used: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        """The bytes of the runbook itself; raises `Unreadable`."""
        data = self._places[0].read(name)
        if data is not None:
            self.used[name] = data
        return data

    def place_of(self, node: YamlNode) -> int:
        """The place of the file that a node stands in."""
        return self._by_source.get(node.source, 0)

    def template(self, named: Scalar, *, imported: bool) -> NamedFile | None:
        """The template `named` means: beside the file that names it, or, `imported`, in a pack."""
        beside = self.place_of(named)
        stems = [f"{TEMPLATES}/{named.text}{suffix}" for suffix in SUFFIXES]
        return self._first(stems, self._order(beside, packs=imported), named)

    def is_in_a_pack(self, named: Scalar) -> bool:
        """Whether a template could be found if it were imported; nothing of it is kept."""
        for place in self._places[1:]:
            for suffix in SUFFIXES:
                try:
                    if place.read(f"{TEMPLATES}/{named.text}{suffix}") is not None:
                        return True
                except Unreadable:
                    continue
        return False

    def runbook(self, named: Scalar) -> NamedFile | None:
        """The runbook `named` means: beside the file that names it, or in a pack."""
        names = [f"{named.text}{suffix}" for suffix in SUFFIXES]
        return self._first(names, self._order(self.place_of(named), packs=True), named)

    def template_names(self, beside: int) -> list[str]:
        """The templates that lie beside a file, by the names that steps use."""
        found = [name.removeprefix(f"{TEMPLATES}/") for name in self._places[beside].names()]
        return [name.rsplit(".", 1)[0] for name in found]

    def searched(self, beside: int, name: str) -> list[str]:
        """Where a file of this name was looked for, as paths."""
        order = self._order(beside, packs=True)
        return list(dict.fromkeys(self._places[place].path(name) for place in order))

    def take(self, nodes: int, at: YamlNode) -> bool:
        """Count nodes that are used once more; False after a report where they are too many."""
        self._nodes += nodes
        if self._nodes > yaml.MAX_NODES:
            told = f"with the files that it uses more than {yaml.MAX_NODES:,} nodes"
            self._report.error(at, told)
        return self._nodes <= yaml.MAX_NODES

    def _order(self, beside: int, *, packs: bool) -> list[int]:
        others = range(1, len(self._places)) if packs else ()
        return [beside, *(place for place in others if place != beside)]

    def _first(self, names: list[str], places: list[int], named: Scalar) -> NamedFile | None:
        for place in places:
            for name in names:
                key = name if place == 0 else f"pack-{place}/{name}"
                if key in self._found:
                    return self._found[key]
                try:
                    data = self._places[place].read(name)
                except Unreadable as error:
                    told = f"{name if place == 0 else self._places[place].path(name)}"
                    self._report.error(named, f"{told} cannot be read: {error}")
                    return NamedFile(key, None)
                if data is not None:
                    self._found[key] = self._parsed(key, place, name, data, named)
                    return self._found[key]
        return None

    def _parsed(self, key: str, place: int, name: str, data: bytes, named: Scalar) -> NamedFile:
        self.used[key] = data
        self._bytes += len(data)
        if self._bytes > yaml.MAX_BYTES:
            told = "the templates and runbooks that it uses are together larger than 1 MiB"
            self._report.error(named, told)
            return NamedFile(key, None)
        if self._nodes > yaml.MAX_NODES:
            return NamedFile(key, None)
        root, problems = yaml.parse(data, self._places[place].path(name))
        for problem in problems:
            self._report.add(problem)
        if root is not None:
            self._by_source[root.source] = place
        return NamedFile(key, root)


def is_name(name: str, *, folders: bool) -> bool:
    """Whether a name can stand for a file that lies where it is looked for, and nowhere else."""
    parts = name.split("/") if folders else [name]
    return (
        len(name) <= 200
        and name.isprintable()
        and "\\" not in name
        and all(part and not part.startswith(".") and "/" not in part for part in parts)
    )


def given_places(files: MappingOf[str, bytes], directory: Path) -> list[Files]:
    """The places that `Loaded.files` tells of, for loading again what was loaded once."""
    numbers = {int(found[1]) for name in files if (found := _PACK.match(name))}
    packs = range(1, max(numbers, default=0) + 1)
    return [
        GivenFiles(files, directory),
        *(GivenFiles(files, Path(f"pack-{number}"), f"pack-{number}/") for number in packs),
    ]
