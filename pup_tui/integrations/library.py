"""Which integrations there are: the files in `integrations/` beside runbooks, each read on need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.place_errors import place_error
from pup_tui.runbook import yaml
from pup_tui.runbook.actions import as_integration
from pup_tui.runbook.files import (
    INTEGRATIONS,
    PackFiles,
    Unreadable,
    integration_files,
    read_file,
)
from pup_tui.runbook.integration import Integration
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report, suggestion


class UnknownIntegration(Exception):
    """There is no integration of this name; `hint` has the nearest."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"there is no integration `{name}`")
        self.hint = hint


class IntegrationPlace(Struct, frozen=True, kw_only=True):
    """Where an integration lies. One that is `shadowed` is not found by its name: another comes first."""

    name: str
    path: Path
    origin: Origin
    trusted: bool = True
    pack: str = ""
    shadowed: bool = False


class InstalledIntegration(Struct, frozen=True, kw_only=True):
    """An integration as far as its file can be read; what is wrong beside its steps is in `problems`."""

    place: IntegrationPlace
    said: Integration | None = None
    data: bytes = b""
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        return self.place.name


class IntegrationLibrary:
    """The integrations beside the runbooks of some folders, in the order in which names are looked up."""

    def __init__(self, folders: Sequence[Folder]) -> None:
        self._folders = folders

    def places(self) -> Iterator[IntegrationPlace]:
        """Where they are; no file is read."""
        seen: set[str] = set()
        for folder in self._folders:
            # A copy of one runbook has only what that calls: the pack is listed where all of it lies.
            if folder.is_fetched or (folder.is_copy and not folder.is_whole):
                continue
            by_name = folder.trusted and not folder.prefix
            for name in self._files(folder):
                stem = name.rsplit(".", 1)[0]
                yield IntegrationPlace(
                    name=stem,
                    path=folder.path / INTEGRATIONS / name,
                    origin=folder.origin,
                    trusted=folder.trusted,
                    pack=folder.prefix,
                    shadowed=by_name and stem in seen,
                )
                if by_name:
                    seen.add(stem)

    def installed(self) -> Iterator[InstalledIntegration]:
        """All of them, read."""
        return map(read_integration, self.places())

    def reachable(self) -> dict[str, Integration]:
        """Those that a runbook outside of packs finds and that can be read, by their names."""
        places = (place for place in self.places() if place.trusted and not place.pack)
        found = map(read_integration, (place for place in places if not place.shadowed))
        return {each.name: each.said for each in found if each.said is not None}

    def find(self, name: str) -> InstalledIntegration:
        """The one that a runbook outside of packs means. Raises UnknownIntegration."""
        places = list(self.places())
        for place in places:
            if place.name == name and not place.shadowed:
                return read_integration(place)
        names = [place.name for place in places]
        whole = name.partition("/")[0]
        if whole != name and whole in names:
            raise UnknownIntegration(name, f"`pup-tui integrations {whole}` tells of its actions")
        hint = suggestion(name, names) or "`pup-tui integrations` lists them"
        raise UnknownIntegration(name, hint)

    @staticmethod
    def _files(folder: Folder) -> Sequence[str]:
        if folder.trusted:
            return integration_files(folder.path / INTEGRATIONS)
        return list(PackFiles(folder.path).integrations())


def read_integration(place: IntegrationPlace) -> InstalledIntegration:
    """One integration; that its file cannot be read is a problem."""
    try:
        data = _read(place)
    except OSError as error:
        return _unreadable(place, place_error(error, place.path).message)
    except Unreadable as error:
        return _unreadable(place, str(error))
    return integration_from(place, data)


def integration_from(place: IntegrationPlace, data: bytes) -> InstalledIntegration:
    """The integration that the bytes of a file hold."""
    tree, problems = yaml.parse_shared(data, str(place.path))
    report = Report()
    for problem in problems:
        report.add(problem)
    found = as_integration(tree, place.name, report) if tree is not None else None
    said = None if found is None or report.has_errors else found.said
    return InstalledIntegration(place=place, said=said, data=data, problems=report.problems)


def _read(place: IntegrationPlace) -> bytes:
    """The bytes of a file. No link leads out of a folder that is not the operator's own.

    Raises OSError and Unreadable.
    """
    if place.trusted and not place.pack:
        return read_file(place.path)
    folder = place.path.parent.parent
    data = PackFiles(folder).read(f"{INTEGRATIONS}/{place.path.name}")
    if data is None:
        raise Unreadable("there is no such file")
    return data


def _unreadable(place: IntegrationPlace, why: str) -> InstalledIntegration:
    told = f"the integration cannot be read: {why}"
    return InstalledIntegration(
        place=place, problems=(Problem(path=str(place.path), message=told, whole=True),)
    )
