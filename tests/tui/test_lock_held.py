"""A run that another one keeps from starting."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pup_tui.core.events import Lock, Moment, RunCreated, Source
from pup_tui.drivers.locks import HeldLocks
from pup_tui.local_time import local_time
from pup_tui.tui.dialogs.lock_held import LockHeldScreen
from pup_tui.tui.dialogs.reason import ReasonScreen
from pup_tui.tui.past import past_runs
from tests.support.console import LARGE, SMALL, Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play

LOCKED = """
name: locked
lock: flag/checkout
steps: [{name: Say, kind: shell, run: echo}]
"""
NOTHING = """
name: nothing
lock: "{{ '' }}"
steps: [{name: Say, kind: shell, run: echo}]
"""
BOB = RunCreated(
    at=Moment(wall=1_700_000_000.0, clock=0.0),
    run="01BOBSRUN",
    runbook="rollback",
    source=Source(path="rollback.yaml", sha256=""),
    operator="bob [red]\x1b[2J",
    host="elsewhere",
    values={},
)


def bob_holds(tmp_path: Path, run: str = BOB.run) -> HeldLocks:
    locks = HeldLocks(tmp_path / "state" / "locks", msgspec.structs.replace(BOB, run=run))
    locks.take("flag/checkout", BOB.at.wall)
    return locks


async def try_to_run(console: Console) -> None:
    await console.eventually(lambda: console.main.entry)
    await console.press("enter")
    await console.on("plan")
    await console.press("ctrl+r")


async def sees_dialog(console: Console, kind: type[LockHeldScreen | ReasonScreen]) -> None:
    await console.eventually(lambda: isinstance(console.app.screen, kind))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_holder_is_named_and_nothing_runs(
    make_services: MakeServices,
    open_console: OpenConsole,
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    executor = FakeExecutor()
    services = make_services({"locked.yaml": LOCKED}, executor=executor)
    bob_holds(tmp_path)
    async with open_console(services, size) as console:
        await try_to_run(console)
        await sees_dialog(console, LockHeldScreen)
        await console.sees(
            "flag/checkout",
            "bob [red]",
            "elsewhere",
            local_time(1_700_000_000),
            "01BOBSRUN",
            "Cancel",
            "Break the lock…",
        )
        assert console.app.focused is not None
        assert console.app.focused.id == "cancel"
        await console.press("enter")
        await console.on("plan")
        assert not executor.requests
        assert not console.main.run_tabs()


async def test_it_is_broken_for_a_reason_that_is_recorded(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    services = make_services({"locked.yaml": LOCKED}, executor=FakeExecutor(Play()))
    locks = bob_holds(tmp_path)
    async with open_console(services, LARGE) as console:
        await try_to_run(console)
        await sees_dialog(console, LockHeldScreen)
        await console.press("tab", "enter")
        await sees_dialog(console, ReasonScreen)
        await console.press("escape")
        await sees_dialog(console, LockHeldScreen)
        await console.press("tab", "enter")
        await sees_dialog(console, ReasonScreen)
        # Meanwhile another run has it: about that one nobody has decided.
        locks.release()
        bob_holds(tmp_path, "01NEXTRUN")
        await console.type("stuck")
        await console.press("enter")
        await sees_dialog(console, LockHeldScreen)
        await console.sees("01NEXTRUN")
        await console.press("tab", "enter")
        await sees_dialog(console, ReasonScreen)
        await console.type("asleep")
        await console.press("enter")
        await console.eventually(console.main.run_tabs)
        await console.eventually(lambda: not console.app.runs.under_way)
        (row,) = past_runs(console.main._services.state)
        past = await console.main._starter.past_run(console.main, row.run)
        assert past is not None
        lock = past.state.lock
        assert lock is not None
        assert "01NEXTRUN" in lock.broken
        assert lock == Lock("flag/checkout", lock.broken, "asleep")


async def test_a_lock_that_can_be_none_is_told(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor()
    services = make_services({"nothing.yaml": NOTHING}, executor=executor)
    async with open_console(services, LARGE) as console:
        await try_to_run(console)
        await console.tells("Nothing was run", "renders to nothing")
        assert not executor.requests
