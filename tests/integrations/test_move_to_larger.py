"""The runbook that moves a database to a larger server, between two real PostgreSQL behind a real HAProxy.

A client writes all the time: whatever fails, none of what was acknowledged is lost, and it writes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from pup_tui.core.state import RunState, RunStatus
from tests.support.disks import small_disk
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of
from tests.support.moving import BACKEND, NEW, OLD, Move, asked, killed, moving
from tests.support.places import short_place
from tests.support.runs import Seen
from tests.support.sshd import Fleet, fleet

__all__ = ["fleet"]

pytestmark = pytest.mark.library

LEFT = (
    "select (select count(*) from pg_replication_slots) + (select count(*) from pg_publication) "
    "+ (select count(*) from pg_subscription)"
)


@pytest.fixture
def move() -> Iterator[Move]:
    """The old server has 200 MiB, some of which are free."""
    with short_place() as folder:
        folder.chmod(0o755)
        with small_disk(folder / "small", 200 * 1024) as small, moving(small) as up:
            yield up


async def run(
    move: Move,
    fleet: Fleet,
    folder: Path,
    answers: Answers | None = None,
    after: After | None = None,
    values: Mapping[str, object] | None = None,
) -> Ran:
    given = {
        "OLD_HOST": "web1",
        "NEW_HOST": "web2",
        "BACKEND": BACKEND,
        "OLD_SERVER": OLD,
        "NEW_SERVER": NEW,
        "ENOUGH": 80,
        "TIMES": 1.5,
        "COPYING": "5m",
        "WATCHING": 0.05,
    }
    return await run_of(
        "postgres/move-to-larger",
        folder,
        {**given, **(values or {})},
        environ=move.environ,
        around=fleet.around,
        answers=answers,
        after=after,
    )


def told(state: RunState, seen: Seen) -> str:
    """What a failing test says."""
    reasons = [
        f"{id_}: {step.status} {step.reason}"
        for id_, step in state.steps.items()
        if step.reason and step.status != "skipped"
    ]
    return "\n".join([*reasons, *(line.text for _, line in seen.lines[-40:])])


def nothing_lost(move: Move) -> None:
    """The service writes on, on a healthy database, with all that it ever acknowledged."""
    move.client.writes_again()
    for each in (move.client, move.watch):
        each.end()
    assert move.watch.both == 0
    assert move.lost() == set()


def cleared(move: Move) -> None:
    """Nothing of the move is left on the old server, and nobody follows it."""
    assert asked(move.old.port, LEFT) == 0


async def test_the_database_is_moved(move: Move, fleet: Fleet, tmp_path: Path) -> None:
    state, seen = await run(move, fleet, tmp_path)
    assert state.status is RunStatus.SUCCEEDED, told(state, seen)
    nothing_lost(move)
    assert move.serves() is move.new
    with pytest.raises(psycopg.OperationalError, match='database "shop" does not exist'):
        asked(move.old.port, "select 1")
    assert asked(move.new.port, LEFT) == 0
    assert asked(move.new.port, "show synchronous_standby_names") == ""
    assert asked(move.new.port, "show work_mem") == "5MB"
    messages = {each.step: each.message for each in seen.questions}
    assert "3 tables" in messages["retire"]
    assert "on both" in messages["retire"]


Breaking = Callable[[Move], Callable[[], None]]


def new_dies(move: Move) -> Callable[[], None]:
    return killed(move.new)


def old_dies(move: Move) -> Callable[[], None]:
    return killed(move.old)


def new_differs(move: Move) -> Callable[[], None]:
    def change() -> None:
        asked(move.new.port, "update sales.notes set price = price + 0.01 where id = 7")

    return change


def led_elsewhere(move: Move) -> Callable[[], None]:
    def lead() -> None:
        move.proxy.asked(f"set server {BACKEND}/{NEW} state maint")

    return lead


def proxy_is_deaf(move: Move) -> Callable[[], None]:
    def hide() -> None:
        move.proxy.api.rename(move.proxy.api.with_name("elsewhere"))

    return hide


@pytest.mark.parametrize(
    ("after", "broken", "fails"),
    [
        ("schema/shut", new_dies, "schema"),
        ("schema", new_dies, "copy"),
        ("copy", new_dies, "progress"),
        ("trial", proxy_is_deaf, "away"),
        ("trial", new_dies, "catch_up"),
        ("writes", new_dies, "catch_up"),
        ("catch_up", new_differs, "differ"),
        ("compare", new_dies, "turn"),
        ("turn/subscription", new_dies, "turn"),
        ("turn", new_dies, "open"),
        ("open", new_dies, "redirect"),
        ("redirect", new_dies, "watch"),
        ("redirect", led_elsewhere, "watch"),
    ],
)
async def test_what_fails_leaves_the_service_on_the_old_server(
    move: Move, fleet: Fleet, tmp_path: Path, after: str, broken: Breaking, fails: str
) -> None:
    state, seen = await run(
        move, fleet, tmp_path, after={after: broken(move)}, values={"COPYING": "20s"}
    )
    assert state.status is RunStatus.FAILED
    # A step that stops the run has done what it is there for.
    ended = "succeeded" if fails == "differ" else "failed"
    assert outcomes(state)[fails] == ended, told(state, seen)
    assert outcomes(state)["retire"] == "skipped"
    nothing_lost(move)
    assert move.serves() is move.old, told(state, seen)
    cleared(move)


@pytest.mark.parametrize("no", ["begin", "switch", "last", "retire"])
async def test_a_no_gives_clients_the_old_server_back(
    move: Move, fleet: Fleet, tmp_path: Path, no: str
) -> None:
    state, seen = await run(move, fleet, tmp_path, {no: "no"})
    assert state.status is RunStatus.ABORTED, told(state, seen)
    nothing_lost(move)
    assert move.serves() is move.old, told(state, seen)
    cleared(move)
    assert asked(move.new.port, "select count(*) from pg_namespace where nspname = 'sales'") == 0
    assert move.proxy.status(NEW, BACKEND) == "MAINT"


@pytest.mark.parametrize(
    ("after", "fails"), [("redirect", "watch"), ("last", "retire"), ("retire/alone", "retire")]
)
async def test_an_old_server_that_dies_leaves_the_service_on_the_new_one(
    move: Move, fleet: Fleet, tmp_path: Path, after: str, fails: str
) -> None:
    state, seen = await run(move, fleet, tmp_path, after={after: old_dies(move)})
    assert state.status is RunStatus.FAILED
    assert outcomes(state)[fails] == "failed", told(state, seen)
    nothing_lost(move)
    assert move.serves() is move.new, told(state, seen)


@pytest.mark.parametrize(
    ("values", "statement", "reason"),
    [
        ({"ENOUGH": 1}, "", "nothing is done"),
        ({"TIMES": 1_000_000}, "", "nothing is done"),
        ({}, "create table sales.log (line text)", "sales.log has no primary key"),
        ({"NEW_SERVER": "db-3"}, "", "db-2"),
    ],
)
async def test_nothing_is_done_where_it_must_not_be(
    move: Move,
    fleet: Fleet,
    tmp_path: Path,
    values: Mapping[str, object],
    statement: str,
    reason: str,
) -> None:
    if statement:
        asked(move.old.port, statement)
    state, _ = await run(move, fleet, tmp_path, values=values)
    assert outcomes(state)["schema"] == "skipped"
    assert reason in "\n".join(each.reason for each in state.steps.values())
    nothing_lost(move)
    assert move.serves() is move.old
    cleared(move)
