"""By the note of a run it is known which recorded attempts had begun when its program was killed."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pup_tui.core.state import RunState, StepPhase, StepState
from pup_tui.drivers import children
from pup_tui.drivers.children import Children, never_begun
from pup_tui.journal.boot import boot_id

pytestmark = pytest.mark.skipif(not boot_id(), reason="nothing names the start of this computer")
RUNNING = StepState(phase=StepPhase.RUNNING, attempts=1)


def state(leg: int = 1) -> RunState:
    """A run with two attempts under way."""
    return RunState(leg=leg, steps={"a": RUNNING, "b": RUNNING, "c": StepState()})


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.proves("P11")
def test_what_is_not_in_the_note_has_not_begun(tmp_path: Path) -> None:
    note = Children(tmp_path, leg=1)
    note.open()
    assert never_begun(tmp_path, state()) == ["a", "b"]
    note.begins("a", "a#1")
    assert never_begun(tmp_path, state()) == ["b"]
    note.begins("b", "b#1")
    assert never_begun(tmp_path, state()) == []


def test_it_is_forgotten_only_when_its_end_is_recorded(tmp_path: Path) -> None:
    note = Children(tmp_path, leg=1)
    note.begins("a", "a#1")
    note.ended("a#1")
    note.begins("b", "b#1")
    assert never_begun(tmp_path, state()) == ["a"]


def test_a_run_that_is_over_leaves_no_note(tmp_path: Path) -> None:
    note = Children(tmp_path, leg=1)
    note.open()
    note.close()
    assert list(tmp_path.iterdir()) == []
    assert never_begun(tmp_path, state()) == []


def test_that_of_another_leg_says_nothing(tmp_path: Path) -> None:
    Children(tmp_path, leg=2).open()
    assert never_begun(tmp_path, state(leg=1)) == []
    assert never_begun(tmp_path, state(leg=2)) == ["a", "b"]


def test_that_of_another_start_of_the_computer_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Children(tmp_path, leg=1).open()
    monkeypatch.setattr(children, "boot_id", lambda: "another")
    assert never_begun(tmp_path, state()) == []


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b'{"boot":"x","leg":1,"children":[]'])
def test_a_note_that_is_damaged_says_nothing(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "children").write_bytes(text)
    assert never_begun(tmp_path, state()) == []


def test_a_note_that_cannot_be_written_is_taken_away(tmp_path: Path) -> None:
    note = Children(tmp_path, leg=1)
    note.open()
    with files_no_longer_than((tmp_path / "children").stat().st_size):
        note.begins("a", "a#1")
    assert never_begun(tmp_path, state()) == []
    note.begins("b", "b#1")
    assert list(tmp_path.iterdir()) == []
