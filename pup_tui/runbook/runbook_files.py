"""Where a runbook finds what it names: beside itself, and in packs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence as SequenceOf
from pathlib import Path

from msgspec import Struct

from pup_tui.runbook import yaml
from pup_tui.runbook.files import (
    INTEGRATIONS,
    PACK_KEY,
    TEMPLATES,
    Files,
    GivenFiles,
    Unreadable,
    is_theme,
)
from pup_tui.runbook.nodes import Scalar, SourceText, YamlNode
from pup_tui.runbook.report import Report
from pup_tui.runbook.suffixes import SUFFIXES


class NamedFile(Struct, frozen=True):
    """A file that something names. `key` is its name in `Loaded.files`."""

    key: str
    root: YamlNode | None


class RunbookFiles:
    """The files around a runbook: those of its own directory first, then those of the packs in order.

    Of a runbook that lies in a theme folder, the first pack is the directory around that (`in_theme`): steps
    find templates there as they do beside the runbook. `used` are the bytes of every file that was read. What
    is taken from all of them counts against the limits of one file, or a small file could stand for a huge
    one.
    """

    def __init__(
        self, places: SequenceOf[Files], report: Report, *, in_theme: bool = False
    ) -> None:
        self._places = tuple(places)
        self._in_theme = in_theme and len(self._places) > 1
        self._report = report
        self._found: dict[str, NamedFile] = {}
        self._listed: dict[int, tuple[str, ...]] = {}
        self._by_source: dict[SourceText, tuple[int, str]] = {}
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
        return self._by_source.get(node.source, (0, ""))[0]

    def template(self, named: Scalar, *, imported: bool) -> NamedFile | None:
        """The template `named` means: beside the file that names it, or, `imported`, in a pack."""
        beside, theme = self._by_source.get(named.source, (0, ""))

        def files(place: int) -> Iterator[str]:
            pack = self._places[place].pack
            names = [named.text, *_behind(named.text, pack)] if place != beside else [named.text]
            for folder in dict.fromkeys((theme, "") if place == beside else ("",)):
                for name in names:
                    yield from (f"{folder}{TEMPLATES}/{name}{suffix}" for suffix in SUFFIXES)

        return self._first(files, self._order(beside, packs=imported), named)

    def integration(self, named: Scalar, name: str) -> NamedFile | None:
        """The integration `name` that a step names: of the pack of the step's own file, or of a folder that
        has no name. What another pack brings is not found, so that none takes the place of another one.
        """
        beside, theme = self._by_source.get(named.source, (0, ""))

        def files(place: int) -> Iterator[str]:
            for folder in dict.fromkeys((theme, "") if place == beside else ("",)):
                yield from (f"{folder}{INTEGRATIONS}/{name}{suffix}" for suffix in SUFFIXES)

        return self._first(files, self._with_integrations(beside), named)

    def integration_names(self, beside: int) -> list[str]:
        """The integrations that steps of a file may name."""
        places = self._with_integrations(beside)
        found = (name for place in places for name in self._places[place].integrations())
        return list(dict.fromkeys(name.rsplit(".", 1)[0] for name in found))

    def _with_integrations(self, beside: int) -> list[int]:
        order = self._order(beside, packs=True)
        return [place for place in order if place == beside or not self._places[place].pack]

    def has_pack(self, name: str) -> bool:
        """Whether there is a pack of this name."""
        return any(place.pack == name for place in self._places)

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
        """The runbook `named` means: beside the file that names it, or in a pack.

        In a pack that has a name it is found by that alone, so that no pack hides what another one means.
        """
        beside = self.place_of(named)

        def files(place: int) -> Iterator[str]:
            pack = self._places[place].pack
            is_here = "/" not in named.text and (not pack or place == beside)
            for id_ in [named.text] if is_here else _behind(named.text, pack):
                for folder in ("", *(f"{theme}/" for theme in self._themes(place))):
                    yield from (f"{folder}{id_}{suffix}" for suffix in SUFFIXES)

        return self._first(files, self._order(beside, packs=True), named)

    def template_names(self, beside: int) -> list[str]:
        """The templates that lie beside a file, by the names that steps use."""
        places = self._order(beside, packs=False)
        names = [name for place in places for name in self._places[place].names()]
        found = dict.fromkeys(name.removeprefix(f"{TEMPLATES}/") for name in names)
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
        others = (
            range(1, len(self._places)) if packs else range(1, 2) if self._around(beside) else ()
        )
        return [beside, *(place for place in others if place != beside)]

    def _around(self, place: int) -> bool:
        """Whether the first pack is the directory around that of a place."""
        return place == 0 and self._in_theme

    def _themes(self, place: int) -> SequenceOf[str]:
        """The theme folders of a place."""
        if place not in self._listed:
            self._listed[place] = tuple(self._places[place].themes())
        return self._listed[place]

    def _first(
        self,
        names: Callable[[int], Iterable[str]],
        places: list[int],
        named: Scalar,
    ) -> NamedFile | None:
        for place in places:
            for name in names(place):
                key = self._key(place, name)
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

    def _key(self, place: int, name: str) -> str:
        """The name of a file in `Loaded.files`."""
        if place == 0:
            return name
        pack = self._places[place].pack
        return f"pack-{place}.{pack}/{name}" if pack else f"pack-{place}/{name}"

    def _parsed(self, key: str, place: int, name: str, data: bytes, named: Scalar) -> NamedFile:
        self.used[key] = data
        self._bytes += len(data)
        if self._bytes > yaml.MAX_BYTES:
            told = "the templates and runbooks that it uses are together larger than 1 MiB"
            self._report.error(named, told)
            return NamedFile(key, None)
        if self._nodes > yaml.MAX_NODES:
            return NamedFile(key, None)
        path = self._places[place].path(name)
        root, problems = yaml.parse_shared(data, path)
        if root is not None and root.source in self._by_source:
            # Found by another way: what it names is looked for from there.
            root, problems = yaml.parse(data, path)
        for problem in problems:
            self._report.add(problem)
        if root is not None:
            self._by_source[root.source] = (place, _theme_of(name))
        return NamedFile(key, root)


def _behind(name: str, pack: str) -> tuple[str, ...]:
    """What stands behind the name of a pack; nothing where another name is there."""
    beginning = f"{pack}/"
    return (name.removeprefix(beginning),) if pack and name.startswith(beginning) else ()


def _theme_of(name: str) -> str:
    """The theme folder of a file, with its slash; blank where it lies in none."""
    first, slash, _ = name.partition("/")
    return first + slash if slash and is_theme(first) else ""


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
    found = [match for name in files if (match := PACK_KEY.match(name))]
    names = {int(match[1]): match[2] or "" for match in found}
    prefixes = {int(match[1]): match[0] for match in found}
    packs = range(1, max(names, default=0) + 1)
    return [
        GivenFiles(files, directory),
        *(
            GivenFiles(
                files,
                Path(f"pack-{number}"),
                prefixes.get(number, f"pack-{number}/"),
                names.get(number, ""),
            )
            for number in packs
        ),
    ]
