"""The runbooks and their last runs, as the console knows them; read in a thread."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from pup_tui.aside import aside
from pup_tui.catalog.entries import Origin
from pup_tui.real_path import real_path
from pup_tui.tui.faults import as_told

if TYPE_CHECKING:
    from pup_tui.analysis.freshness import Freshness
    from pup_tui.catalog.entries import Entry
    from pup_tui.catalog.workflow_source import Fetched
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook, Step
    from pup_tui.tui.past import KnownRuns
    from pup_tui.tui.services import Services

MOST_RUNS = 20
"""Past runs that belong to what is known of a runbook; all of them are in the history."""


JUDGING = 0.1
"""Seconds for which files are judged before what was found is shown."""


class Library(Struct):
    """The runbooks and last runs as they were at the last look; `loading` until there was one.

    Of files that were not judged yet, the entries tell what these say of themselves.
    """

    services: Services
    entries: list[Entry] = field(default_factory=list)
    last_runs: Mapping[str, RunRow] = field(default_factory=dict)
    fresh: Mapping[str, Freshness] = field(default_factory=dict)
    """What speaks for those that were run, by their ids."""
    problem: str = ""
    closed: str = ""
    """Which folders with runbooks cannot be read, and why."""
    loading: bool = True
    workflows: Fetched | None = None
    """What is known of the Datadog Workflows; None where there are no credentials for them."""
    outside: Path | None = None
    """The file that the console was opened at, where it is none of the catalog's."""
    _stamp: object = None

    async def look(self) -> bool:
        """Read what has changed on disk since the last time; whether anything has.

        Where that fails, `problem` says why, and what was known stays.
        """
        before = self.problem
        try:
            found = await aside(self._changed)
        except Exception as error:  # no file may take the list of all the others away
            self.problem = as_told(error)
            self.loading = False
            return self.problem != before
        self.problem = ""
        if found is None:
            return bool(before)
        self._stamp, self.entries = found
        self.loading = False
        return True

    def _changed(self) -> tuple[object, list[Entry]] | None:
        catalog = self.services.catalog
        self.closed = "\n".join(str(error) for error in catalog.closed_folders())
        given = self.services.open_at
        stamp = (catalog.stamp(), None if given is None else catalog.load(given.path))
        if stamp == self._stamp:
            return None
        entries = catalog.first_look()
        if given is not None and _entry_at(given.path, entries) is None:
            self.outside = given.path.absolute()
            entries.insert(0, catalog.find(str(self.outside)))
        return stamp, entries

    @property
    def is_judged(self) -> bool:
        """Whether all files are."""
        return all(entry.is_judged for entry in self.entries)

    async def judge_some(self, first: Iterable[Entry]) -> None:
        """Judge files for a moment, those of `first` before all others."""
        waiting = {id(each): each for each in (*first, *self.entries) if not each.is_judged}
        judged = await aside(self._judged, waiting)
        # What was read again meanwhile is another entry.
        self.entries = [judged.get(id(entry), entry) for entry in self.entries]

    def _judged(self, waiting: Mapping[int, Entry]) -> dict[int, Entry]:
        until = time.monotonic() + JUDGING
        judged = {}
        for key, entry in waiting.items():
            judged[key] = self.services.catalog.judged(entry)
            if time.monotonic() > until:
                break
        return judged

    async def look_at_workflows(self) -> None:
        """Read when the Datadog Workflows were fetched."""
        if (source := self.services.workflows) is not None:
            self.workflows = await aside(source.known)

    async def fetch_workflows(self) -> None:
        """Fetch them anew, unless that was done a moment ago."""
        source, known = self.services.workflows, self.workflows
        if source is None or (known is not None and known.is_new(time.time())):
            return
        self.workflows = await source.refresh()

    @property
    def about_workflows(self) -> str:
        """What is to be said of them; blank where they are new and whole."""
        return "" if self.workflows is None else self.workflows.told(time.time())

    def about(self, entry: Entry) -> str:
        """What is to be said of where a runbook comes from."""
        return self.about_workflows if entry.origin is Origin.DATADOG else ""

    async def look_at_runs(self) -> None:
        """Read the last run of each runbook, and what speaks for it.

        Where that fails what was known stays; the overview says why.
        """
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.past import look_back

        services = self.services
        with suppress(JournalError):
            found = await aside(look_back, services.state, services.catalog, self.entries)
            self.last_runs, self.fresh = found

    def opened_at(self) -> Entry | None:
        """The runbook that the console is to show first."""
        given = self.services.open_at
        return None if given is None else _entry_at(given.path, self.entries)


def _entry_at(path: Path, entries: Sequence[Entry]) -> Entry | None:
    file = real_path(path)
    return next((entry for entry in entries if real_path(entry.path) == file), None)


class DescribedStep(Struct, frozen=True):
    """A step inside `depth` others; `mutates` tells whether it changes anything, where that is known.

    `id` is the one that it has in a run.
    """

    id: str
    step: Step
    depth: int
    mutates: bool | None


class Described(Struct, frozen=True):
    """A runbook as its file is now; its steps in the order of the file, nested ones after what holds them.

    `place` tells where the file is, `known` what is known of its runs, `about` what is known of where it
    comes from.
    """

    entry: Entry
    place: str
    loaded: Loaded
    steps: Sequence[DescribedStep]
    known: KnownRuns
    journal_problem: str = ""
    about: str = ""
    names: str = ""
    """What of Datadog its steps name, counted; blank where that is nothing."""
    profile: str = ""
    """The profile in use, empty without one."""
    from_profile: Collection[str] = ()
    """Variables that this one gives values to."""
    has_rehearsals: bool = False


def describe(services: Services, entry: Entry, about: str = "") -> Described:
    """All that the overview shows of a runbook. Reads files and the journal: call it in a thread."""
    from pup_tui.journal.errors import JournalError
    from pup_tui.rehearsal.places import file_of
    from pup_tui.tui.past import KnownRuns, known_runs
    from pup_tui.tui.texts import place

    loaded = services.catalog.load(entry.path)
    steps = () if loaded.runbook is None else loaded.runbook.steps
    known, problem = KnownRuns(), ""
    try:
        known = known_runs(services.state, entry.id, entry.path, loaded.files, MOST_RUNS)
    except JournalError as error:
        problem = str(error)
    where = place(_plain(entry.path), services.home)
    described = list(_described(steps, 0, loaded.is_believed))
    names = "" if loaded.runbook is None else _counted_names(loaded.runbook)
    given = services.sources().profile_values if services.profile.name else ()
    return Described(
        entry,
        where,
        loaded,
        described,
        known,
        problem,
        about,
        names,
        profile=services.profile.name,
        from_profile=tuple(given),
        has_rehearsals=file_of(entry.path) is not None,
    )


def _plain(path: Path) -> Path:
    """The path without detours over the folder above, which a link may make lead elsewhere."""
    return real_path(path.parent) / path.name if ".." in path.parts else path


def _counted_names(runbook: Runbook) -> str:
    from pup_tui.catalog.named_things import named_beforehand
    from pup_tui.tui.texts import counted

    kinds = Counter(thing.kind for thing in named_beforehand(runbook))
    return ", ".join(counted(number, kind) for kind, number in kinds.items())


def _described(
    steps: Iterable[Step], depth: int, is_believed: bool, holder: str = ""
) -> Iterator[DescribedStep]:
    from pup_tui.catalog.effects import mutates

    for step in steps:
        id_ = f"{holder}{step.id}"
        yield DescribedStep(id_, step, depth, mutates(step, is_believed=is_believed))
        yield from _described(step.inside, depth + 1, is_believed, f"{id_}/")
