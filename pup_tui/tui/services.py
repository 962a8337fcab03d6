"""What the console works with: handed over by whoever starts it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

from pup_tui.journal.errors import JournalError
from pup_tui.tui.appearance import USUAL, Appearance

if TYPE_CHECKING:
    from pup_tui.attention import NotifyChoice
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.catalog.inputs import Sources
    from pup_tui.catalog.workflow_source import WorkflowSource
    from pup_tui.drivers.launcher import Launcher
    from pup_tui.integrations.credentials import Ended, State
    from pup_tui.integrations.library import InstalledIntegration
    from pup_tui.packs.library import PackLibrary
    from pup_tui.preflight.preflight import Preflight
    from pup_tui.runbook.model import Runbook


class ProfileOffer(Struct, frozen=True, kw_only=True):
    """A profile as it is chosen and shown; with a `problem` (a sentence) it cannot be chosen.

    The name is empty where there is none.
    """

    name: str
    description: str = ""
    danger: bool = False
    problem: str = ""


class FiringAlert(Struct, frozen=True, kw_only=True):
    """What goes wrong at this moment, and the runbook that fits it.

    `since` is in unix seconds, `message` what the alert says, `runbook` an id, `reason` why that one, and
    `values` are those of its variables that the alert tells. `fires` tells whether it still goes wrong.
    """

    title: str
    since: float
    message: str
    runbook: str
    reason: str
    values: Mapping[str, str]
    fires: Callable[[], bool] = lambda: True


class NamedState(Struct, frozen=True, kw_only=True):
    """Something at Datadog that a runbook names, and what it is like at this moment.

    `since` is when it became so, in unix seconds; with a `problem` its state is not known, and why.
    """

    kind: str
    name: str
    state: str = ""
    told: str = ""
    since: float | None = None
    problem: str = ""


class IntegrationDesk(Protocol):
    """What the console does with integrations."""

    def installed(self) -> Sequence[InstalledIntegration]:
        """Those that runbooks find, read from their files: it takes its time."""
        ...

    async def credentials(self, found: InstalledIntegration) -> tuple[State, str]:
        """How it is with the credentials of one, and why; who has set nothing is not asked."""
        ...

    async def call(
        self, found: InstalledIntegration, action: str, given: Mapping[str, Any]
    ) -> Ended:
        """Carry out an action that only looks; nothing is recorded."""
        ...


def no_report(run: str, target: Path) -> str:
    """Where nothing makes reports."""
    raise JournalError(f"nothing makes reports of run {run} here", target)


async def nothing_named(_: Runbook, __: Mapping[str, str]) -> Sequence[NamedState]:
    """Where nothing can be asked."""
    return ()


class ReplayBegin(Struct, frozen=True):
    """Where a replay begins: so many seconds after the run began, or at a moment (`wall`, since 1970)."""

    offset: float = 0.0
    wall: float | None = None


class ReplayWanted(Struct, frozen=True):
    """Which run is played again: how many seconds of it pass in one, and where it begins."""

    run: str
    speed: float
    begin: ReplayBegin


class Services(Struct, frozen=True, kw_only=True):
    """The parts that the console shows and uses.

    `launcher` gives what begins runs, put together when the first one begins (JournalError where the journal
    cannot be opened). `operator` is who sits at the console; `hidden` are secrets besides variables; `state`
    is the folder of the journal and of outputs; `environ` is what `pager` and `editor` are started with;
    `home` is the operator's; `notify` says how to call for one who looks elsewhere; `sources` makes what
    values come from, and whoever `listen`s is told what is to be said of that by the way; `site` says in a
    word where runs act; `suggestions` are values that forms begin with; `open_at` is the runbook to show
    first, of the catalog or not; `alert` is told of for as long as it fires. `profile` is the one that runs
    are made with, `profiles` finds those that can be chosen. `appearance` says how the console looks, `keys`
    which keys actions have that do not have their usual ones. With `read_only` steps that may change
    something are refused. `workflows` fetches the Datadog Workflows, where there are credentials. `present`
    asks Datadog for the state of what a runbook names, with the values that are given, and changes nothing.
    `packs` gives what is kept of packs and of what is trusted; where there is none, no trust is kept either.
    `report` makes the text of a report of a run for the file that it will be written to (JournalError).
    `preflight` gives what looks before a run whether what it needs is there; without it nothing is looked at.
    `integrations` finds and asks those; without it there are none. `replay` is played at once. `looked` is
    told when the operator looks into an alert.
    """

    catalog: Catalog
    launcher: Callable[[], Awaitable[Launcher]]
    operator: str
    hidden: tuple[str, ...] = ()
    state: Path
    environ: Mapping[str, str]
    home: Path
    pager: str = "less"
    editor: str = "vi"
    notify: NotifyChoice = "auto"
    sources: Callable[[], Sources]
    listen: Callable[[Callable[[str], None]], None] = lambda _: None
    site: str
    suggestions: Mapping[str, str] = field(default_factory=dict)
    open_at: Entry | None = None
    alert: FiringAlert | None = None
    profile: ProfileOffer = ProfileOffer(name="")
    read_only: bool = False
    profiles: Callable[[], Sequence[ProfileOffer]] = tuple
    present: Callable[[Runbook, Mapping[str, str]], Awaitable[Sequence[NamedState]]] = nothing_named
    appearance: Appearance = USUAL
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    report: Callable[[str, Path], str] = no_report
    workflows: WorkflowSource | None = None
    packs: Callable[[], PackLibrary] | None = None
    preflight: Callable[[], Preflight] | None = None
    integrations: IntegrationDesk | None = None
    replay: ReplayWanted | None = None
    looked: Callable[[], None] = lambda: None
