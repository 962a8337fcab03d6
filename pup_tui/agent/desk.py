"""What the tools of agents work with: handed over by whoever serves them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.inputs import Sources
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.load import Loaded


class Refused(Exception):
    """Why a tool does not do what it was asked for, in words for whoever called it."""


class Client(Struct, frozen=True):
    """Who calls, by the name and version that it gives itself: nothing is proven by them."""

    name: str
    version: str = ""


class TextInRun(Protocol):
    """Where a text stands in a run: in which line of what, of which `step` (empty: of the run)."""

    @property
    def run(self) -> RunRow: ...

    @property
    def step(self) -> str: ...

    @property
    def where(self) -> str: ...

    @property
    def line(self) -> int: ...

    @property
    def text(self) -> str: ...


SearchRuns = Callable[["JournalReader", str, Iterable["RunRow"]], Iterator[TextInRun]]
"""Finds a text in what is recorded of runs, in their order."""


class Desk(Struct, frozen=True, kw_only=True):
    """The operator's runbooks and record, as far as agents get to them.

    `operator` is whose they are, `sources` is where values come from, with those of the profile, `hidden` are
    secrets that are in no answer. `described` and `shown` tell a runbook and a run as `--json` has them,
    `outputs` where that of each step of a run lies, if it printed anything, `search` finds texts in runs.
    Without `takes_requests` nobody can ask for a run. `now` is in seconds since 1970.
    """

    catalog: Catalog
    state: Path
    operator: str
    sources: Sources
    hidden: tuple[str, ...]
    described: Callable[[Loaded], dict[str, Any]]
    shown: Callable[[JournalReader, RunRow], dict[str, Any]]
    outputs: Callable[[JournalReader, RunRow], Mapping[str, Path]]
    search: SearchRuns
    takes_requests: bool = False
    now: Callable[[], float] = time.time
