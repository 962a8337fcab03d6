"""`pup-tui drill`: an incident that the sandbox plays, and how somebody did."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.options import json_option, pass_settings
from pup_tui.cli.printing import columns, print_json
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.datadog.sandbox.world import World
    from pup_tui.drills.scenario import ComingAlert, DrillScenario
    from pup_tui.drills.score import DrillFacts, DrillRun, DrillScore
    from pup_tui.settings.settings import Settings

_LOOK: Final = 0.5
"""Seconds between two looks whether it is over."""

_DRAINED: Final = 0.02
"""The part of its usual requests below which a service is out of service."""


@click.command("drill")
@click.argument("scenario", required=False)
@click.option(
    "--list", "lists", is_flag=True, help="List the scenarios, with the best time of each."
)
@json_option
@pass_settings
def drill_command(settings: Settings, scenario: str | None, lists: bool, as_json: bool) -> int:
    """Play SCENARIO (the first that you have not mastered yet) in the console; nothing real is touched."""
    from pup_tui.drills.best import best_scores
    from pup_tui.drills.scenario import SHIPPED, InvalidScenario, read_scenario

    best = best_scores(settings.state_dir)
    if lists:
        return _list(settings, best, as_json=as_json)
    mastered = {name for name, score in best.items() if score.over is not None}
    name = scenario or next((each for each in SHIPPED if each not in mastered), SHIPPED[0])
    try:
        played = read_scenario(name)
    except InvalidScenario as error:
        raise Failure(str(error), "", error.hint) from error
    if not settings.terminal.can_show:
        raise Failure(
            "a drill needs a terminal", "", "`pup-tui drill --list` shows which there are"
        )
    score = _play(settings, played)
    if as_json:
        import msgspec

        print_json(msgspec.to_builtins(score))
    else:
        _tell(settings, name, played, score, best.get(name))
    return 0


def _list(settings: Settings, best: dict[str, DrillScore], *, as_json: bool) -> int:
    from pup_tui.drills.scenario import SHIPPED, read_scenario

    rows = [(name, read_scenario(name).title, best.get(name)) for name in SHIPPED]
    if as_json:
        print_json(
            [
                {"scenario": name, "title": title, "best": score.over if score else None}
                for name, title, score in rows
            ]
        )
        return 0
    told = [
        (name, f"{round(score.over)} s" if score and score.over is not None else "", title)
        for name, title, score in rows
    ]
    columns(settings.terminal.columns, ("SCENARIO", "BEST", "TITLE"), told)
    return 0


def _tell(
    settings: Settings,
    name: str,
    scenario: DrillScenario,
    score: DrillScore,
    before: DrillScore | None,
) -> None:
    """Say how it went, and keep it where it is the best so far."""
    from pup_tui.drills.best import keep_best
    from pup_tui.drills.score import better, told_score
    from pup_tui.private import NotPrivate

    for line in told_score(scenario, score, before):
        click.echo(safe_text(line))
    if better(score, before):
        try:
            keep_best(settings.state_dir, name, score)
        except (OSError, NotPrivate) as error:
            tell(f"pup-tui: the score was not kept: {error}")


def _play(settings: Settings, scenario: DrillScenario) -> DrillScore:
    """Open the console on a world of its own, and judge what was done when it is left."""
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Origin
    from pup_tui.catalog.places import Folder, bundled_dir
    from pup_tui.cli.console import console_services, open_console
    from pup_tui.cli.demo import demo_settings, sandbox_beside, suggestions
    from pup_tui.cli.demo_folder import demo_folder
    from pup_tui.cli.workflows import workflow_folders
    from pup_tui.drills.score import score_of

    for line in (scenario.title, *scenario.story.splitlines()):
        tell(line)
    with demo_folder() as folder, sandbox_beside(scenario.world) as sandbox:
        prepare(sandbox.world, scenario)
        own = demo_settings(settings.environ, folder, sandbox.url)
        bundled = Folder(bundled_dir(), Origin.BUNDLED)
        catalog = Catalog([bundled, *workflow_folders(own)])
        with watched(own.state_dir, sandbox.world, scenario) as drill:
            open_console(
                lambda _, leftovers: console_services(
                    own,
                    catalog,
                    leftovers,
                    site="drill",
                    suggestions=suggestions(),
                    looked=drill.looked,
                ),
                is_kept=False,
            )
        return score_of(scenario, drill.facts())


def prepare(world: World, scenario: DrillScenario) -> None:
    """Have a world fail as the scenario wants it to."""
    if scenario.remedies and world.fault is not None:
        world.fault.remedies = frozenset(scenario.remedies)


@contextmanager
def watched(state: Path, world: World, scenario: DrillScenario) -> Iterator[DrillWatch]:
    """Let the alerts of a scenario come, and note when it is over, beside what is done meanwhile."""
    drill = DrillWatch(state, world, scenario)
    thread = threading.Thread(target=drill.watch, name="drill", daemon=True)
    thread.start()
    try:
        yield drill
    finally:
        drill.stop()
        thread.join()


class DrillWatch:
    """Plays what comes in a drill, and notes what happens."""

    def __init__(self, state: Path, world: World, scenario: DrillScenario) -> None:
        self._state = state
        self._world = world
        self._scenario = scenario
        self._stop = threading.Event()
        self._began = time.monotonic()
        self._coming = sorted(scenario.alerts, key=lambda alert: alert.after)
        self._came_at: float | None = None
        self._looked_at: float | None = None
        self._over_at: float | None = None

    def looked(self) -> None:
        """Somebody looks into an alert."""
        if self._looked_at is None:
            self._looked_at = time.time()

    def stop(self) -> None:
        self._stop.set()

    def watch(self) -> None:
        """Work until told to stop."""
        while not self._stop.wait(_LOOK):
            self.look()

    def look(self) -> None:
        """Let what is due come, and look whether it is over."""
        while self._coming and time.monotonic() - self._began >= self._coming[0].after:
            if self._take(self._coming[0]):
                del self._coming[0]
                self._came_at = self._came_at or time.time()
        if self._over_at is None and self._came_at is not None and self.is_over():
            self._over_at = time.time()
            for alert in self._scenario.alerts:
                self._take(alert, status="resolved")

    def facts(self) -> DrillFacts:
        """What happened, when all is done."""
        from pup_tui.drills.score import DrillFacts

        self.look()
        return DrillFacts(
            came_at=self._came_at,
            looked_at=self._looked_at,
            runs=tuple(self._runs()),
            over_at=self._over_at,
        )

    def _take(self, alert: ComingAlert, status: str = "") -> bool:
        """Put an alert into the inbox, as it came or with another status; whether that could be done."""
        from msgspec.structs import replace

        from pup_tui.inbox.receiving import received
        from pup_tui.journal.errors import JournalError
        from pup_tui.journal.inbox import take_alerts
        from pup_tui.journal.store import Journal

        come = received(alert.text)
        if status:
            come = [replace(each, status=status) for each in come]
        # A journal that is busy takes it at the next look.
        with suppress(JournalError):
            with closing(Journal.open(self._state)) as journal:
                take_alerts(journal, come, time.time())
            return True
        return False

    def is_over(self) -> bool:
        """Whether what the drill is about is well again."""
        if self._scenario.ends == "put_aside":
            return self._is_put_aside()
        world, now = self._world, self._world.timeline.elapsed()
        if self._scenario.ends == "drained":
            service = world.services[self._scenario.drains]
            return service.hits.at(now) < service.usual_hits * _DRAINED
        return world.fault is not None and world.fault.healed and self._is_well(now)

    def _is_well(self, now: float) -> bool:
        """Whether what the service's monitors measure is below what they alert at."""
        fault = self._world.fault
        return all(
            self._world.level(each.measure, each.service, each.env, now) <= each.critical
            for each in self._world.monitors
            if fault is not None and each.service == fault.service
        )

    def _is_put_aside(self) -> bool:
        from pup_tui.drills.score import changed_nothing
        from pup_tui.journal.errors import JournalError
        from pup_tui.journal.inbox import kept_alerts
        from pup_tui.journal.reader import read_journal

        with suppress(JournalError), read_journal(self._state) as journal:
            kept = [] if journal is None else kept_alerts(journal, time.time())
            aside = bool(kept) and not any(row.is_open for row in kept)
            return aside and changed_nothing(self._runs())
        return False

    def _runs(self) -> list[DrillRun]:
        from pup_tui.drills.score import DrillRun
        from pup_tui.journal.errors import JournalError
        from pup_tui.journal.reader import read_journal

        with suppress(JournalError), read_journal(self._state) as journal:
            rows = [] if journal is None else journal.runs()
            return [
                DrillRun(
                    runbook=row.runbook,
                    started_at=row.started_at,
                    looked_only=row.look,
                )
                for row in reversed(rows)
            ]
        return []
