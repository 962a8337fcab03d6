from __future__ import annotations

import errno
import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pup_tui.journal.errors import JournalError
from pup_tui.journal.lock import RunLock, owner_is_gone
from pup_tui.journal.places import run_dir

HERE = socket.gethostname()


def gone(state: Path, *, host: str = HERE, pid: int | None = None) -> bool:
    return owner_is_gone(state, "aa11", host=host, pid=os.getpid() if pid is None else pid)


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


def test_where_there_are_no_locks_a_number_of_an_earlier_start_of_the_computer_is_nobody(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    lock = RunLock.acquire(state, "aa11")
    assert not gone(state, pid=os.getpid())
    lock.path.write_text("another start")
    assert gone(state, pid=os.getpid())
    RunLock.acquire(state, "aa11")
    assert not gone(state, pid=os.getpid())
    assert not gone(state, host="elsewhere", pid=os.getpid())


def test_where_there_are_no_locks_a_run_that_was_let_go_is_nobodys_though_its_process_lives(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    lock = RunLock.acquire(state, "aa11")
    assert not gone(state, pid=os.getpid())
    written = lock.path.stat().st_size
    lock.release()
    assert gone(state, pid=os.getpid())
    assert gone(state, host="elsewhere", pid=os.getpid())
    assert lock.path.stat().st_size <= written
    again = RunLock.acquire(state, "aa11")
    assert not gone(state, pid=os.getpid())
    again.release()


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
