"""One run in a small application: a view over a run under way, with scripted attempts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input, Static

from pup_tui.catalog.value_sources import local_sources
from pup_tui.cli.wiring import resolver
from pup_tui.core.events import AnyEvent, RunCreated, Scheduled, Source
from pup_tui.core.program import Program, compile_program
from pup_tui.core.requests import HttpRequest, PupRequest, ShellRequest
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.drivers.clock import FakeClock
from pup_tui.drivers.local import LocalRun, Surroundings
from pup_tui.drivers.locks import HeldLocks
from pup_tui.drivers.masking import Masking
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.writer import Recorder
from pup_tui.runbook.model import AnyStep, Runbook, ShellStep
from pup_tui.runbook.parts import Variable
from pup_tui.steps.http import HttpExecutor
from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.output_wanted import OutputForPager
from pup_tui.tui.widgets.run_view import RunView
from pup_tui.tui.widgets.step_list import StepList
from tests.support.console import LONGEST_PAUSE, PATIENCE
from tests.support.executors import FakeExecutor, Play

STYLES = Path(dialog.__file__).parent.parent / "styles"
HOSTILE = "[/usr/bin] [@click=app.quit]x[/] \x1b]0;title\x07\x1b[2J\u202e"
RUN = "01J9ZZZZZZZZZZZZZZZZ7X9K2Q"


class MemoryLog(Recorder):
    def __init__(self) -> None:
        self.events: list[AnyEvent] = []

    async def append(self, run: str, *events: AnyEvent, summary: RunSummary | None = None) -> int:
        self.events += events
        return len(self.events)

    async def create_run(
        self, record: RunRecord, files: Mapping[str, bytes], scheduled: Scheduled | None = None
    ) -> None:
        raise AssertionError("the run is begun already")

    async def reopen_run(
        self, run: str, events: int, *, host: str, pid: int, files: Mapping[str, bytes]
    ) -> None:
        raise AssertionError("the run is begun already")

    async def add_to_past(self, run: str, event: AnyEvent) -> None:
        self.events.append(event)

    async def close(self) -> None:
        raise AssertionError("it is not ours to close")


class Host(ColouredApp[None]):
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "run.tcss", STYLES / "dialogs.tcss"]

    def __init__(self, view: RunView) -> None:
        super().__init__()
        self.view = view
        self.ended: list[str] = []
        self.waits: list[bool] = []
        self.paged: list[Path] = []

    def compose(self) -> ComposeResult:
        yield Input(id="elsewhere")
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def on_run_view_ended(self, message: RunView.Ended) -> None:
        self.ended.append(message.status)

    def on_output_for_pager(self, message: OutputForPager) -> None:
        self.paged.append(message.path)

    def on_run_view_waiting(self, message: RunView.Waiting) -> None:
        self.waits.append(message.waiting)


@dataclass
class Console:
    """A run that is watched by a view in a small application, and what was recorded of it."""

    app: Host
    view: RunView
    live: LocalRun
    log: MemoryLog
    clock: FakeClock
    pilot: Pilot[None]
    driving: asyncio.Task[Any]

    def event(self, kind: str) -> AnyEvent:
        """The newest event of a kind."""
        return [e for e in self.log.events if type(e).__name__ == kind][-1]

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.log.events]

    async def until(self, holds: Callable[[], Any]) -> None:
        """Let the run and the screen go on until something holds; fail if it never does."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        pause = 0.002
        while asyncio.get_running_loop().time() < deadline:
            self.view.take_in()
            await self.pilot.pause()
            if holds():
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        raise AssertionError("it did not come to that")

    def text(self, kind: type[Static]) -> str:
        return plain(self.view.query_one(kind))

    def rows(self) -> list[str]:
        return rows(self.view.query_one(StepList))

    def output(self) -> list[str]:
        return rows(self.view.query_one(OutputLines))


def said(c: Console) -> str:
    """What can be read in the dialog on the screen."""
    return "\n".join(plain(static) for static in c.app.screen.query(Static) if static.content)


def plain(widget: Static) -> str:
    return widget.content.plain if isinstance(widget.content, Content) else str(widget.content)


def rows(widget: StepList | OutputLines) -> list[str]:
    """What a widget draws, row by row."""
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


def program_of(
    *steps: AnyStep, name: str = "deploy-service", secrets: Iterable[str] = ()
) -> Program:
    variables = {"ENV": Variable(default="staging")}
    variables |= {each: Variable(type="secret") for each in secrets}
    return compile_program("deploy", Runbook(name=name, vars=variables, steps=steps))


def shell(id_: str, name: str | None = None, **keys: Any) -> ShellStep:
    return ShellStep(id=id_, name=name or id_, run=f"run-{id_}", **keys)


@asynccontextmanager
async def console(
    tmp_path: Path,
    *steps: AnyStep,
    plays: Sequence[Play] = (),
    size: tuple[int, int] = (80, 24),
    secrets: Mapping[str, str] | None = None,
) -> AsyncIterator[Console]:
    """A run in its view. Commands do what the `plays` say; requests are made."""
    secrets = secrets or {}
    program, log, clock = program_of(*steps, secrets=secrets), MemoryLog(), FakeClock()
    executor = FakeExecutor(*plays)
    created = RunCreated(
        at=clock.now(),
        run=RUN,
        runbook=program.id,
        source=Source(path="deploy.yaml", sha256=""),
        operator="ada",
        host="host",
        values={"ENV": "production", **secrets},
        secrets=tuple(secrets),
    )
    around = Surroundings(
        executors={
            ShellRequest: executor,
            PupRequest: executor,
            HttpRequest: HttpExecutor(DatadogConfiguration()),
        },
        environ={},
        cwd=tmp_path,
        outputs=tmp_path / "outputs",
        clock=clock,
        log=log,
        masking=Masking(secrets.values()),
        locks=HeldLocks(tmp_path / "locks", created),
        resolve=resolver(local_sources({}, Path.home())),
    )
    live = LocalRun(program, created, around)
    view = RunView(program, RUN, live.outputs.path, live=live, operator="ada")
    live.watch(view)
    app = Host(view)
    async with app.run_test(size=size) as pilot:
        driving = asyncio.create_task(live.drive())
        yield Console(app, view, live, log, clock, pilot, driving)
        live.cancel("test")
        live.cancel("test")
        await driving
