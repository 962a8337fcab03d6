"""What a demo leaves behind: nothing, and what one that was killed has left the next one removes."""

from __future__ import annotations

import fcntl
import os
import signal
import tempfile
from pathlib import Path

import pytest

from pup_tui.cli.demo_folder import LOCK, PREFIX, demo_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(place: Path, name: str, *, lock: bool = True) -> Path:
    folder = place / f"{PREFIX}{name}"
    (folder / "state").mkdir(parents=True)
    if lock:
        (folder / LOCK).touch()
    return folder


def test_the_folder_is_gone_with_its_demo(place: Path) -> None:
    with demo_folder() as folder:
        (folder / "state").mkdir()
        assert folder.parent == place
    assert list(place.iterdir()) == []


def test_what_a_killed_demo_left_is_removed_and_that_of_a_living_one_is_not(place: Path) -> None:
    dead, other = left(place, "dead"), left(place, "other", lock=False)
    with demo_folder() as living, demo_folder() as second:
        assert not dead.exists()
        assert living.exists()
        assert second.exists()
    assert other.exists()


def test_what_others_point_to_is_left_alone(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / LOCK).touch()
    (place / f"{PREFIX}link").symlink_to(elsewhere)
    strange = left(place, "strange", lock=False)
    (strange / LOCK).symlink_to(elsewhere / LOCK)
    with demo_folder():
        assert (elsewhere / LOCK).exists()
        assert strange.exists()


def test_a_lock_that_cannot_be_had_keeps_a_folder(place: Path) -> None:
    held = left(place, "held")
    with (held / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with demo_folder():
            assert held.exists()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_comes_before_anything_else_has_begun_leaves_nothing(
    place: Path, end: signal.Signals
) -> None:
    before = signal.getsignal(end)
    with pytest.raises(SystemExit) as told, demo_folder():
        os.kill(os.getpid(), end)
    assert told.value.code == 128 + end
    assert list(place.iterdir()) == []
    assert signal.getsignal(end) == before
