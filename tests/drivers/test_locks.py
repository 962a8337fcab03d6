"""Locks of runs: who holds them, for how long, and who gets them."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import select
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pup_tui.cli.running import _launched
from pup_tui.core.events import Lock, Moment, RunCreated, Source
from pup_tui.core.state import RunStatus
from pup_tui.drivers.lock_value import lock_value
from pup_tui.drivers.locks import (
    BROKEN_AGAIN,
    Breaking,
    HeldLocks,
    Holder,
    InvalidLock,
    LockError,
    LockHeld,
)
from pup_tui.drivers.masking import Masking
from pup_tui.journal.boot import boot_id
from pup_tui.steps import survivors
from tests.support.forked import PROCESSES
from tests.support.often import often
from tests.support.runbooks import program_of
from tests.support.runs import local_run

PROGRAM = program_of("""\
name: rollback
vars: {NOTE: {required: false}, TEAMS: {type: list, required: false}}
steps: [{name: a, kind: wait, duration: 1s}]
""")
VALUE = "flag/../checkout [red]\u202e"


def created(run: str = "01RUN", **changes: object) -> RunCreated:
    made = RunCreated(
        at=Moment(wall=1_700_000_000.0, clock=0.0),
        run=run,
        runbook="rollback",
        source=Source(path="rollback.yaml", sha256="0" * 64),
        operator="ada",
        host=os.uname().nodename,
        values={"FLAG": "checkout", "TOKEN": "s3cret-token"},
        left_out=("NOTE", "TEAMS"),
        secrets=("TOKEN",),
    )
    return msgspec.structs.replace(made, **changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "locks"


def held_by(folder: Path, run: str, value: str = VALUE) -> HeldLocks:
    locks = HeldLocks(folder, created(run))
    locks.take(value, 1_700_000_000.0)
    return locks


def refused(folder: Path, value: str = VALUE) -> LockHeld:
    with pytest.raises(LockHeld) as caught:
        held_by(folder, "02RUN", value)
    return caught.value


def lock_file(folder: Path) -> Path:
    (path,) = (path for path in folder.iterdir() if path.name != "gate")
    return path


@pytest.fixture
def left_child(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that inherited the lock of a run which has let go of it since."""
    locks = held_by(folder, "01RUN")
    child = subprocess.Popen(["sleep", "100"], pass_fds=locks.inherit)
    locks.release()
    yield child
    child.kill()
    child.wait()


# Taking


@pytest.mark.parametrize("reason", ["", "stuck"])
def test_what_is_let_go_while_its_holder_is_looked_for_is_free(
    folder: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    first = held_by(folder, "01RUN")
    breaking = Breaking(refused(folder).holder, reason) if reason else None
    look = survivors.having_open

    def after_its_end(path: Path) -> list[survivors.Survivor]:
        os.close(first.inherit[0])
        return look(path)

    monkeypatch.setattr(survivors, "having_open", after_its_end)
    # To look through all processes takes longer by itself.
    monkeypatch.setattr("pup_tui.drivers.locks._LETTING_GO", 1e-6)
    second = HeldLocks(folder, created("02RUN"))
    assert second.take(VALUE, 1_700_000_001.0, breaking) == Lock(VALUE)
    monkeypatch.undo()
    assert refused(folder).holder.run == "02RUN"  # type: ignore[union-attr]


def test_who_holds_it_is_told_and_it_is_free_afterwards(folder: Path) -> None:
    first = held_by(folder, "01RUN")
    held = refused(folder)
    assert held.holder == Holder(
        value=VALUE,
        run="01RUN",
        runbook="rollback",
        operator="ada",
        host=os.uname().nodename,
        pid=os.getpid(),
        since="2023-11-14T22:13:20.000000Z",
        boot=boot_id(),
    )
    assert not held.ended
    first.release()
    held_by(folder, "02RUN").release()


def test_another_value_is_another_lock(folder: Path) -> None:
    held_by(folder, "01RUN")
    held_by(folder, "02RUN", "another")


def test_what_a_run_holds_it_may_take_again(folder: Path) -> None:
    locks = held_by(folder, "01RUN")
    assert locks.take(VALUE, 0.0) == Lock(VALUE)
    assert len(locks.inherit) == 1


def test_files_are_private_tell_nothing_by_their_names_and_do_not_stay(folder: Path) -> None:
    locks = held_by(folder, "01RUN")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "checkout" not in path.name
    assert json.loads(lock_file(folder).read_bytes())["run"] == "01RUN"
    locks.release()
    locks.release()
    assert [path.name for path in folder.iterdir()] == ["gate"]


def test_only_those_who_are_meant_to_inherit_it(folder: Path) -> None:
    locks = held_by(folder, "01RUN")
    (descriptor,) = locks.inherit
    look = ["sh", "-c", f"test -e /proc/self/fd/{descriptor}"]
    assert subprocess.run(look, check=False, close_fds=False).returncode == 1
    assert subprocess.run(look, check=False, pass_fds=locks.inherit).returncode == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"value": 1}', b"\xff"])
def test_a_holder_that_left_no_name_holds_it_all_the_same(folder: Path, content: bytes) -> None:
    held_by(folder, "01RUN")
    lock_file(folder).write_bytes(content)
    held = refused(folder)
    assert held.holder is None
    assert held.by == "a run that left no name"
    locks = HeldLocks(folder, created("02RUN"))
    assert locks.take(VALUE, 0.0, Breaking(None, "it says nothing")).broken == held.by


@pytest.mark.parametrize(
    ("value", "told"),
    [("", "nothing"), (" \t", "nothing"), ("a\nb", "control"), ("\x1b[2J", "control")],
)
def test_what_can_be_no_lock(folder: Path, value: str, told: str) -> None:
    with pytest.raises(InvalidLock, match=told):
        held_by(folder, "01RUN", value)
    assert not folder.exists()


def test_a_file_system_without_locks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(LockError, match=r"keeps no locks.*PUP_TUI_STATE_DIR"):
        held_by(folder, "01RUN")


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    folder.parent.write_text("in the way")
    with pytest.raises(LockError, match="cannot be used"):
        held_by(folder, "01RUN")


def test_a_link_in_its_place_is_not_followed(folder: Path, tmp_path: Path) -> None:
    held_by(folder, "01RUN").release()
    (folder / "gate").unlink()
    (folder / "gate").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LockError):
        held_by(folder, "02RUN")
    assert not (tmp_path / "elsewhere").exists()


# Those who outlive the run


def test_a_process_that_outlives_the_run_keeps_the_lock_and_is_named(
    folder: Path, left_child: subprocess.Popen[bytes]
) -> None:
    held = refused(folder)
    assert held.ended
    assert held.why.endswith(f"left running: sleep (pid {left_child.pid})")
    left_child.kill()
    left_child.wait()
    held_by(folder, "02RUN").release()


@pytest.mark.proves("F32", "P22")
def test_a_number_that_another_process_has_by_now_fools_nobody(
    folder: Path, left_child: subprocess.Popen[bytes]
) -> None:
    path = lock_file(folder)
    path.write_text(json.dumps({**json.loads(path.read_text()), "pid": os.getppid()}))
    assert refused(folder).ended


def test_of_another_machine_it_is_not_said_that_the_run_has_ended(
    folder: Path, left_child: subprocess.Popen[bytes]
) -> None:
    path = lock_file(folder)
    path.write_text(json.dumps({**json.loads(path.read_text()), "host": "elsewhere"}))
    held = refused(folder)
    assert (held.ended, held.why) == (False, "")


def _hold_until_killed(folder: Path, ready: Connection) -> None:
    held_by(folder, "01RUN")
    ready.send(True)
    signal.pause()


@pytest.mark.proves("F32", "P22")
def test_a_holder_that_was_killed_frees_it(folder: Path) -> None:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_hold_until_killed, args=(folder, theirs))
    process.start()
    assert ours.recv()
    assert not refused(folder).ended
    process.kill()
    process.join()
    locks = held_by(folder, "02RUN")
    assert json.loads(lock_file(folder).read_text())["run"] == "02RUN"
    locks.release()


# Breaking


def test_breaking_records_who_held_it_and_why(folder: Path) -> None:
    first = held_by(folder, "01RUN")
    held = refused(folder)
    second = HeldLocks(folder, created("02RUN"))
    lock = second.take(VALUE, 0.0, Breaking(held.holder, "ada is asleep"))
    assert lock == Lock(VALUE, broken=held.by, reason="ada is asleep")
    third = refused(folder)
    assert third.holder is not None
    assert third.holder.run == "02RUN"
    # The first one lets go of what nobody asks for any more.
    first.release()
    assert refused(folder).holder == third.holder
    second.release()
    held_by(folder, "03RUN").release()


def test_a_lock_that_became_free_need_not_be_broken(folder: Path) -> None:
    first = held_by(folder, "01RUN")
    held = refused(folder)
    first.release()
    locks = HeldLocks(folder, created("02RUN"))
    assert locks.take(VALUE, 0.0, Breaking(held.holder, "ada is asleep")) == Lock(VALUE)


def test_only_the_holder_that_somebody_decided_about_loses_it(folder: Path) -> None:
    held_by(folder, "01RUN")
    breaking = Breaking(refused(folder).holder, "ada is asleep")
    HeldLocks(folder, created("02RUN")).take(VALUE, 0.0, breaking)
    with pytest.raises(LockHeld) as caught:
        HeldLocks(folder, created("03RUN")).take(VALUE, 0.0, breaking)
    assert caught.value.holder is not None
    assert caught.value.holder.run == "02RUN"


TAKEN = 1_700_000_000.0
"""When `held_by` takes a lock."""


@pytest.mark.parametrize(
    ("broke", "asked", "now", "taken"),
    [
        ("", TAKEN + 1, TAKEN + 1, True),
        ("", TAKEN - 1, TAKEN + 1, False),
        ("bob", TAKEN + 1, TAKEN + 1, False),
        ("bob", TAKEN + 1, TAKEN + BROKEN_AGAIN - 1, False),
        ("bob", TAKEN + 1, TAKEN + BROKEN_AGAIN, True),
        ("bob", None, TAKEN + 1, True),
    ],
    ids=["held", "taken since", "just broken", "still", "a minute later", "seen by name"],
)
def test_nobody_breaks_what_was_taken_or_broken_since_they_decided(
    folder: Path, broke: str, asked: float | None, now: float, taken: bool
) -> None:
    held_by(folder, "01RUN")
    path = lock_file(folder)
    path.write_text(json.dumps({**json.loads(path.read_text()), "broke": broke}))
    breaking = Breaking(refused(folder).holder, "ada is asleep", asked)
    locks = HeldLocks(folder, created("02RUN"))
    if taken:
        assert locks.take(VALUE, now, breaking).broken.startswith("ada on ")
        return
    with pytest.raises(LockHeld) as caught:
        locks.take(VALUE, now, breaking)
    assert "(run 01RUN, pid " in str(caught.value)
    assert ("broke the lock of bob" if broke else "took it") in caught.value.why


def test_the_file_tells_whose_lock_was_broken(folder: Path) -> None:
    held_by(folder, "01RUN")
    held = refused(folder)
    HeldLocks(folder, created("02RUN")).take(VALUE, 0.0, Breaking(held.holder, "asleep"))
    now = refused(folder).holder
    assert now is not None
    assert now.broke == held.by


@pytest.mark.proves("F03", "F32")
def test_a_number_from_before_the_computer_was_started_is_nobody(folder: Path) -> None:
    held_by(folder, "01RUN")
    assert not refused(folder).ended
    path = lock_file(folder)
    path.write_text(json.dumps({**json.loads(path.read_text()), "boot": "another"}))
    assert refused(folder).ended


# Races

ROUNDS = often(5, 50)


def _break(folder: Path, run: str, reason: str | None, line: Connection) -> None:
    """Take each lock that is named as `pup-tui run` does, with `--break-lock` where there is a reason."""
    line.send("ready")
    locks = HeldLocks(folder, created(run))

    async def launch(value: str, breaking: Breaking | None = None) -> Any:
        return locks.take(value, time.time(), breaking)

    for value in iter(line.recv, None):
        try:
            asyncio.run(_launched(partial(launch, value), reason))
            line.send((run, run))
        except LockHeld as held:
            line.send((run, held.holder and held.holder.run))


@pytest.mark.parametrize(
    "reasons",
    [["stuck"] * 3, ["stuck", "stuck", None], ["stuck", None, None]],
    ids=["three breakers", "two breakers and a starter", "a breaker and two starters"],
)
def test_a_lock_is_broken_once_by_those_who_break_it_at_once(
    folder: Path, reasons: list[str | None]
) -> None:
    values = [f"{VALUE} {number}" for number in range(ROUNDS)]
    holders = [held_by(folder, "01RUN", value) for value in values]
    racers = []
    for number, reason in enumerate(reasons):
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=_break, args=(folder, f"1{number}RUN", reason, theirs))
        process.start()
        racers.append((process, ours))
    assert [line.recv() for _, line in racers] == ["ready"] * 3
    for value in values:
        for _, line in racers:
            line.send(value)
        told = [line.recv() for _, line in racers]
        winners = [run for run, holder in told if run == holder]
        assert len(winners) == 1, told
        # A starter may have come before the one who broke it.
        assert {holder for _, holder in told} <= {*winners, "01RUN"}
    for process, line in racers:
        line.send(None)
        process.join()
    for locks in holders:
        locks.release()


def _race(folder: Path, run: str, breaking: Breaking | None, line: Connection) -> None:
    locks = HeldLocks(folder, created(run))
    line.send("ready")
    for value in iter(line.recv, None):
        try:
            locks.take(value, 0.0, breaking)
            line.send((run, run))
        except LockHeld as held:
            line.send((run, held.holder and held.holder.run))


@pytest.mark.proves("F31", "P22")
@pytest.mark.parametrize("broken", [False, True])
def test_of_those_who_race_exactly_one_wins_and_the_others_know_its_name(
    folder: Path, broken: bool
) -> None:
    first = held_by(folder, "01RUN") if broken else None
    breaking = Breaking(refused(folder).holder, "it is stuck") if broken else None
    values = [VALUE] if broken else [f"{VALUE} {number}" for number in range(ROUNDS)]
    racers = []
    for number in range(3):
        ours, theirs = PROCESSES.Pipe()
        args = (folder, f"1{number}RUN", breaking, theirs)
        process = PROCESSES.Process(target=_race, args=args)
        process.start()
        racers.append((process, ours))
    assert [line.recv() for _, line in racers] == ["ready"] * 3
    for value in values:
        for _, line in racers:
            line.send(value)
        told = [line.recv() for _, line in racers]
        winners = {run for run, holder in told if run == holder}
        assert len(winners) == 1, told
        assert {holder for _, holder in told} == winners
    for process, line in racers:
        line.send(None)
        process.join()
    if first is not None:
        first.release()


# What a template renders to


def test_it_is_rendered_from_variables_and_the_run() -> None:
    source = (
        "{{ run.runbook }}/{{ FLAG }}/{{ run.operator }}{{ NOTE }}{% for t in TEAMS %}/{% endfor %}"
    )
    assert lock_value(source, created(), Masking(), PROGRAM) == "rollback/checkout/ada"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x/{{ TOKEN }}", "TOKEN is a secret"),
        ("x/{{ TOKEN | upper }}", "TOKEN is a secret"),
        ("x/{{ FLAG }}-key", "a secret in it"),
        ("x/{{ MISSING }}", "cannot be rendered"),
    ],
)
def test_what_it_may_not_tell(source: str, told: str) -> None:
    with pytest.raises(InvalidLock, match=told) as caught:
        lock_value(source, created(), Masking(["s3cret-token", "checkout-key"]), PROGRAM)
    assert "s3cret" not in str(caught.value)
    assert "checkout-key" not in str(caught.value)


async def test_a_run_lets_go_of_its_locks_at_its_end(tmp_path: Path) -> None:
    run = await local_run(program_of("steps: [{name: a, kind: shell, run: exit 1}]"), tmp_path)
    locks = run._around.locks
    locks.take(VALUE, 0.0)
    state = await run.drive()
    assert state.status is RunStatus.FAILED
    assert locks.inherit == ()
    held_by(tmp_path / "locks", "02RUN").release()


async def test_what_a_run_starts_inherits_its_locks(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    text = "steps: [{name: a, kind: shell, run: 'sleep 100 >/dev/null 2>&1 & echo $! > pid'}]"
    run = await local_run(program_of(text), tmp_path)
    run._around.locks.take(VALUE, 0.0)
    await run.drive()
    child = os.pidfd_open(int((tmp_path / "pid").read_text()))
    refused(folder)
    signal.pidfd_send_signal(child, signal.SIGKILL)
    select.select([child], [], [], 30.0)
    os.close(child)
    held_by(folder, "02RUN").release()


def test_a_lock_keeps_clear_of_the_descriptors_that_scripts_use(tmp_path: Path) -> None:
    locks = HeldLocks(tmp_path / "locks", created())
    locks.take("door", 0.0)
    assert min(locks.inherit) > 9
    locks.release()
