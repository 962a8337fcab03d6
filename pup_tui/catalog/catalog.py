"""Which runbooks there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from pup_tui.catalog.entries import Entry, Origin
from pup_tui.catalog.folder_files import (
    RUNBOOKS_VARIABLE,
    closed_folder,
    files_of,
    named_files,
    runbook_files,
    stat_of,
)
from pup_tui.catalog.known_pup import KnownPup
from pup_tui.catalog.places import HERE, Folder
from pup_tui.file_stamp import stamp_of
from pup_tui.place_errors import PlaceError
from pup_tui.real_path import real_path
from pup_tui.runbook.suffixes import SUFFIXES

if TYPE_CHECKING:
    from pup_tui.catalog.workflow_text import WorkflowLine
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook
    from pup_tui.runbook.steps import Linter

_NEAR = 0.65
"""How much alike two names are of which one may be meant for the other."""


class UnknownRunbook(Exception):
    """No runbook has this id, and no file this path."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"there is no runbook `{name}`")
        self.hint = hint


_OF_OTHERS = frozenset({Origin.BUNDLED, Origin.PUP, Origin.DATADOG, Origin.PACK})
"""Whence runbooks come that the operator does not write."""


class Catalog:
    """The runbooks of some directories. One broken file never hides the others.

    `has_program` tells whether this machine has `pup`, or an extension of it, `pup-NAME`; `site` is the
    Datadog site that is configured, and `datadog` the URL in place of one.
    """

    def __init__(
        self,
        places: Sequence[Folder] | Callable[[], Sequence[Folder]],
        has_program: Callable[[str], bool] = lambda _: False,
        datadog: str = "",
        site: str = "",
    ) -> None:
        self._find_places = places if callable(places) else partial(tuple[Folder, ...], places)
        self._places: Sequence[Folder] | None = None
        self.pup = KnownPup(has_program, datadog, site)
        self._loaded: dict[Path, Loaded] = {}

    @property
    def places(self) -> Sequence[Folder]:
        """The directories, as they were found last, in the order in which an id is looked up."""
        return self.look_around() if self._places is None else self._places

    @places.setter
    def places(self, places: Sequence[Folder]) -> None:
        self._find_places = partial(tuple[Folder, ...], places)
        self._places = None

    def look_around(self) -> Sequence[Folder]:
        """Find the directories anew."""
        self._places = tuple(self._find_places())
        return self._places

    def own_folder(self) -> Path | None:
        """The first directory of the operator's own, whether it is there or not: where new runbooks go."""
        folders = (f for f in self.places if f.trusted and not f.is_copy)
        return next((f.path for f in folders if f.origin not in _OF_OTHERS), None)

    def entries(self) -> list[Entry]:
        """Every runbook, in the order of the directories and then of the names."""
        return [self.judged(entry) for entry in self._found()]

    def first_look(self) -> list[Entry]:
        """The same at little cost: a file that was never judged is read up to its steps."""
        root_of = cache(self._root_of)
        return [self._by_its_head(entry, root_of) for entry in self._found()]

    def judged(self, entry: Entry) -> Entry:
        """A runbook with what only judging all of its file tells."""
        from pup_tui.runbook.by_hand import seconds_by_hand

        if entry.is_judged:
            return entry
        loaded = self.load(entry.path)
        runbook = loaded.runbook
        return structs.replace(
            entry,
            id=loaded.id,
            name=runbook.name if runbook else loaded.id,
            description=runbook.description if runbook else "",
            tags=dict(loaded.tags),
            links=tuple(link.url for link in runbook.links) if runbook else (),
            alerts=runbook.alerts if runbook else (),
            manual_time=seconds_by_hand(runbook.manual_time) if runbook else None,
            steps=_count(runbook) if runbook else 0,
            broken=runbook is None,
            error=str(loaded.errors[0]) if loaded.errors else "",
            is_judged=True,
        )

    def _found(self) -> Iterator[Entry]:
        """Every runbook as far as it is known without reading its file."""
        seen: set[str] = set()
        for folder in self.look_around():
            for path in files_of(folder):
                entry = _unread(path, folder, shadowed=folder.id_of(path.stem) in seen)
                seen.add(entry.id)
                yield entry

    def _by_its_head(self, entry: Entry, root_of: Callable[[Path], Path | None]) -> Entry:
        from pup_tui.runbook.head import read_head

        if entry.is_judged or entry.path in self._loaded:
            return self.judged(entry)
        try:
            head = read_head(entry.path, root_of(entry.path.parent))
        except Exception:  # a fault of ours, which judging tells
            head = None
        if head is None:
            return self.judged(entry)
        return structs.replace(
            entry,
            name=head.name,
            description=head.description,
            tags=dict(head.tags),
            links=head.links,
            alerts=head.alerts,
            manual_time=head.manual_time,
        )

    def find(self, name: str, others: Collection[str] = ()) -> Entry:
        """The runbook in this file, or with this id. Only that one is loaded.

        Raises UnknownRunbook with the nearest of the ids and of `others`.
        """
        return self.judged(_unread(*self._place_of(name, others)))

    def is_elsewhere(self, name: str) -> bool:
        """Whether a name is the id of a runbook that an account may hold, and no path."""
        prefixes = [folder.id_of("") for folder in self.places if folder.is_fetched]
        return name.startswith(tuple(prefixes)) and not name.endswith(SUFFIXES)

    def path_of(self, name: str) -> Path:
        """The file of the runbook that `find` gives, which is not read. Raises as that does."""
        return self._place_of(name, ())[0]

    @property
    def paths(self) -> list[Path]:
        """The file of every runbook that somebody wrote as one, in the order of `entries`."""
        written = [folder for folder in self.places if not folder.is_fetched]
        return [path for folder in written for path in files_of(folder)]

    def _place_of(self, name: str, others: Collection[str]) -> tuple[Path, Folder]:
        path = Path(name)
        is_id = self.is_elsewhere(name)
        is_path = path.suffix in SUFFIXES or name.startswith((".", "/"))
        if is_path and _is_there(path):
            folder = self.folder_of(path)
            # Whoever names a file vouches for it, but not for what a pack has brought.
            is_of_pack = folder is not None and folder.origin is Origin.PACK
            return path, folder if folder and is_of_pack else Folder(path.parent, Origin.GIVEN)
        paths: dict[str, Path] = {}
        for folder in self.look_around():
            for found in files_of(folder):
                if folder.id_of(found.stem) == name:
                    return found, folder
                paths.setdefault(folder.id_of(found.stem), found)
        if is_id:
            return self._meant(name, paths, others)
        if is_path:
            raise UnknownRunbook(name, "there is no such file")
        lying = (name, *(name + suffix for suffix in SUFFIXES))
        here = next((each for each in lying if os.path.isfile(each)), None)
        if here is not None:
            here = here if Path(here).suffix in SUFFIXES else f"./{here}"
            raise UnknownRunbook(name, f"a file of that name lies here: say `{here}`")
        raise UnknownRunbook(name, self._near(name, paths, others))

    def _meant(
        self, name: str, paths: Mapping[str, Path], others: Collection[str]
    ) -> tuple[Path, Folder]:
        """The only workflow that has the name, or the id of Datadog, behind a prefix."""
        from pup_tui.catalog.workflow_text import is_of, stems_meant

        prefix, _, wanted = name.partition("/")
        folder = next(folder for folder in self.places if folder.prefix == prefix)
        files = {path.stem: path for path in runbook_files(folder.path)}
        found = [stem for stem, path in files.items() if is_of(path, wanted)]
        found = found or stems_meant(wanted, files)
        if len(found) == 1:
            return files[found[0]], folder
        if found:
            several = " or ".join(folder.id_of(stem) for stem in found)
            raise UnknownRunbook(name, f"there are several of that name: use {several}")
        raise UnknownRunbook(name, self._near(name, paths, others))

    def _near(self, name: str, paths: Mapping[str, Path], others: Collection[str]) -> str:
        """What to do about a name that nothing has."""
        import difflib

        by_lower = {each.lower(): each for each in sorted({*others, *paths})}
        near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=_NEAR)
        if near:
            meant = " or ".join(_typed(by_lower[each], paths) for each in near)
            return f"did you mean {meant}?"
        closed = [str(error) for error in self.closed_folders()]
        looked = "`pup-tui list` shows what is installed, `pup-tui config` in which folders"
        absent = map(str, self.missed_folders())
        return "; ".join([looked, *closed, *absent])

    def closed_folders(self) -> list[PlaceError]:
        """The folders that are there and cannot be read, and why; also that packs are not known."""
        found = [
            error for folder in self.places if (error := closed_folder(folder.path)) is not None
        ]
        problem = getattr(self._find_places, "problem", None)
        return [*found, problem] if isinstance(problem, PlaceError) else found

    def missed_folders(self) -> list[PlaceError]:
        """The folders that the environment names and that are not there, though nothing needs them to be."""
        named = [each.path for each in self.places if each.origin is Origin.ENVIRONMENT]
        return [
            PlaceError(f"{RUNBOOKS_VARIABLE} names what is no folder", path)
            for path in named
            if not path.is_dir()
        ]

    @property
    def packs(self) -> tuple[Path, ...]:
        """The trusted directories: runbooks find there what they name and what is not beside them."""
        return tuple(
            each.path
            for each in self.places
            if each.trusted and not each.prefix and not each.is_copy
        )

    @property
    def named_packs(self) -> dict[str, Path]:
        """The packs that are trusted as a whole, by name."""
        return {each.prefix: each.path for each in self.places if each.is_whole and each.trusted}

    def load(self, path: Path) -> Loaded:
        """The file as it is on disk now; it is read again only when it, or a file it uses, has changed."""
        from pup_tui.runbook.load import unreadable

        known = self._loaded.get(path)
        if known is None or any(stamp_of(used) != was for used, was in known.stamps.items()):
            try:
                known = self._read(path)
            except Exception as error:
                # A fault of ours over one file must not hide the others.
                fault = f"a fault in pup-tui ({type(error).__name__}), please report it"
                known = unreadable(path.stem, path, fault)
            self._loaded[path] = known
        return known

    def lint(self, path: Path, is_installed: Callable[[str], bool]) -> Loaded:
        """The file with its warnings; `is_installed` tells which commands there are on this machine."""
        from pup_tui.runbook.lint import linter

        return self._read(path, linter(is_installed))

    def _read(self, path: Path, linter: Linter | None = None) -> Loaded:
        from pup_tui.runbook.load import load

        root = self._root_of(path.parent)
        folder = self.folder_of(path)
        in_theme = folder is not None and folder.path != path.parent
        around = (folder.path,) if folder is not None and in_theme else ()
        loaded = load(
            path,
            root=root,
            packs=(*around, *(pack for pack in self.packs if pack not in around)),
            linter=linter,
            pup=self.pup,
            named_packs=self.named_packs,
            in_theme=in_theme,
        )
        if folder is None or not folder.prefix:
            return loaded
        return structs.replace(loaded, id=folder.id_of(loaded.id))

    def folder_of(self, path: Path) -> Folder | None:
        """The folder that a file lies in, itself or in a theme folder of it."""
        from pup_tui.runbook.files import is_theme

        whole = Path(os.path.abspath(path))
        around = (
            (whole.parent, whole.parent.parent) if is_theme(whole.parent.name) else (whole.parent,)
        )
        places = {Path(os.path.abspath(each.path)): each for each in reversed(self.places)}
        return next((places[each] for each in around if each in places), None)

    def _root_of(self, directory: Path) -> Path | None:
        """The untrusted directory that files in one are in, which no link may lead out of; or None.

        That is `./runbooks`, and the `runbooks` of any other place, for whoever stands there.
        """
        around = _around(directory)
        for folder in self.places:
            if not folder.trusted and os.path.isdir(folder.path) and folder.path in around:
                return folder.path
        for folder in self.places:
            if {_without_links(folder.path), real_path(folder.path)} & set(around):
                return None
        return next((folder for folder in around if folder.name == HERE), None)

    def stamp(self) -> tuple[object, ...]:
        """A value that differs once a file was added, removed or edited; cheap enough to ask often.

        In a folder that is written at once all files are put there anew, so it tells that itself.
        """
        places = self.look_around()
        files = (
            path
            for folder in places
            for path in (
                (folder.path,)
                if folder.is_written
                else (*files_of(folder), *named_files(folder.path))
            )
        )
        return (places, *((path, stat_of(path)) for path in files))


def _count(runbook: Runbook) -> int:
    from pup_tui.runbook.step_count import count_in_file

    return count_in_file(runbook.steps).steps


def _unread(path: Path, folder: Folder, *, shadowed: bool = False) -> Entry:
    """A runbook of which nothing was read; a Datadog Workflow by what its file says in its first line."""
    facts = _workflow_line(path) if folder.is_fetched else None
    return Entry(
        id=folder.id_of(path.stem),
        name=path.stem if facts is None else facts.name,
        description="" if facts is None else facts.description,
        tags={} if facts is None else facts.tags,
        steps=0 if facts is None else facts.steps,
        origin=folder.origin,
        path=path,
        broken=False,
        error="",
        shadowed=shadowed,
        trusted=folder.trusted,
        changed=path.stem in folder.changed,
        is_copy=folder.is_copy,
        is_judged=facts is not None,
    )


def _workflow_line(path: Path) -> WorkflowLine | None:
    """What a file with a Datadog Workflow says in its first line; None where it says nothing there."""
    from pup_tui.catalog.workflow_text import facts_of

    try:
        return facts_of(path)
    except (OSError, ValueError):
        return None


def _around(directory: Path) -> list[Path]:
    """A directory and those that it is in, from the inside, each as `_without_links` names it.

    Links are followed to a directory's parent only: it may be a link that leads out itself.
    """
    whole = Path(os.path.abspath(directory))
    real, *inside = [*whole.parents[::-1], whole]
    found = [real]
    for folder in inside:
        found.append(real / folder.name)
        real = real_path(found[-1]) if os.path.islink(found[-1]) else found[-1]
    return found[::-1]


def _without_links(folder: Path) -> Path:
    """A directory by its name in its parent, which is told without links."""
    return real_path(folder.parent) / folder.name


def _typed(name: str, paths: Mapping[str, Path]) -> str:
    """What to type for a name: for one that is no UTF-8 a pattern that the shell makes the file's path of."""
    if name.isprintable() or name not in paths:
        return name
    return "".join(each if each.isprintable() else "?" for each in str(paths[name]))


def _is_there(path: Path) -> bool:
    """Whether there is such a file; true also where nobody may look, since loading it says why."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
