from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pup_tui.journal.errors import JournalError
from pup_tui.journal.lock import RunLock, is_owned, owner_is_gone
from pup_tui.journal.places import run_dir

HERE = socket.gethostname()


def gone(state: Path, *, host: str = HERE, pid: int | None = None) -> bool:
    return owner_is_gone(state, "aa11", host=host, pid=os.getpid() if pid is None else pid)


def claimed(state: Path, *, host: str = HERE, pid: int | None = None) -> RunLock:
    lock = RunLock.acquire(state, "aa11")
    lock.claim(host=host, pid=os.getpid() if pid is None else pid)
    return lock


def ended_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_a_held_lock_proves_an_owner_whatever_its_number_says(state: Path) -> None:
    lock = RunLock.acquire(state, "aa11")
    assert not gone(state, pid=ended_process())
    lock.release()


def test_a_free_lock_proves_that_there_is_none_even_if_the_number_was_given_again(
    state: Path,
) -> None:
    RunLock.acquire(state, "aa11").release()
    assert gone(state, pid=os.getpid())


def test_only_one_can_own_a_run(state: Path) -> None:
    lock = RunLock.acquire(state, "aa11")
    with pytest.raises(JournalError, match="under way in another process"):
        RunLock.acquire(state, "aa11")
    RunLock.acquire(state, "bb22").release()
    lock.release()
    RunLock.acquire(state, "aa11").release()


def test_releasing_twice_does_nothing(state: Path) -> None:
    lock = RunLock.acquire(state, "aa11")
    lock.release()
    lock.release()
    assert gone(state)


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_a_number_of_an_earlier_start_of_the_computer_is_nobody(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = claimed(state)
    assert not gone(state)
    monkeypatch.setattr("pup_tui.journal.boot.boot_id", lambda: "another start")
    assert gone(state)
    monkeypatch.undo()
    assert not gone(state)
    assert not gone(state, host="elsewhere")
    lock.release()


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_a_run_that_was_let_go_is_nobodys_though_its_process_lives(
    state: Path,
) -> None:
    lock = claimed(state)
    assert not gone(state)
    written = lock.path.stat().st_size
    lock.release()
    assert gone(state)
    assert lock.path.stat().st_size <= written
    again = claimed(state)
    assert not gone(state)
    again.release()


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_one_that_did_not_become_the_owner_leaves_the_file_as_it_is(
    state: Path,
) -> None:
    lock = claimed(state)
    written = lock.path.read_bytes()
    RunLock.acquire(state, "aa11").release()
    assert lock.path.read_bytes() == written
    lock.release()
    assert lock.path.read_bytes() != written


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_an_owner_gives_up_no_run_that_is_anothers_by_now(
    state: Path,
) -> None:
    lock, other = claimed(state), claimed(state, pid=os.getppid())
    lock.release()
    assert not gone(state, pid=os.getppid())
    other.release()
    assert gone(state, pid=os.getppid())


@pytest.mark.usefixtures("no_locks")
def test_what_is_noted_of_one_owner_says_nothing_of_another(state: Path) -> None:
    claimed(state).release()
    assert not gone(state, pid=os.getppid())
    assert not gone(state, host="elsewhere")


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_a_run_is_owned_while_the_process_lives_that_noted_so(
    state: Path,
) -> None:
    assert not is_owned(state, "aa11")
    lock = claimed(state)
    assert is_owned(state, "aa11")
    lock.release()
    assert not is_owned(state, "aa11")
    for lost in (claimed(state, pid=ended_process()), claimed(state, host="elsewhere")):
        assert not is_owned(state, "aa11")
        lost.release()


def test_a_free_lock_says_nothing_of_an_owner_that_could_not_have_it(
    state: Path, no_locks: pytest.MonkeyPatch
) -> None:
    lock = claimed(state)
    no_locks.undo()
    assert not gone(state)
    assert is_owned(state, "aa11")
    again = RunLock.acquire(state, "aa11")
    assert not again.tells_gone(host=HERE, pid=os.getpid())
    again.release()
    lock.release()
    assert gone(state)


@pytest.mark.usefixtures("no_locks")
@pytest.mark.parametrize("content", [b"", b"given up", b"{", b"[1]", b"\xff" * 2000])
def test_without_a_lock_what_was_not_noted_by_an_owner_says_nothing(
    state: Path, content: bytes
) -> None:
    lock = RunLock.acquire(state, "aa11")
    lock.path.write_bytes(content)
    assert not gone(state)
    assert gone(state, pid=ended_process())
    assert not is_owned(state, "aa11")
    lock.release()


@pytest.mark.usefixtures("no_locks")
def test_without_a_lock_nobody_becomes_the_owner_who_cannot_note_it(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed(state).release()

    def full(descriptor: int, data: bytes, offset: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    lock = RunLock.acquire(state, "aa11")
    with pytest.raises(JournalError, match="owner cannot be noted"):
        lock.claim(host=HERE, pid=os.getpid())
    lock.release()


def test_without_a_lock_the_process_decides(state: Path) -> None:
    assert not gone(state, pid=os.getpid())
    assert gone(state, pid=ended_process())
    assert gone(state, pid=0)


def test_without_a_lock_nothing_is_said_of_another_host(state: Path) -> None:
    assert not gone(state, host="elsewhere.example.com", pid=ended_process())


def test_a_child_does_not_inherit_the_lock(state: Path) -> None:
    lock = RunLock.acquire(state, "aa11")
    with subprocess.Popen(
        [sys.executable, "-c", "print('up', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        close_fds=False,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        lock.release()
        assert gone(state)
        child.communicate(b"\n")


def test_a_lock_that_cannot_be_made_is_reported(state: Path) -> None:
    run_dir(state, "aa11").mkdir(parents=True)
    (run_dir(state, "aa11") / "owner.lock").mkdir()
    with pytest.raises(JournalError, match="lock cannot be made"):
        RunLock.acquire(state, "aa11")
