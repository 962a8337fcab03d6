from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pup_tui.journal.errors import JournalError
from pup_tui.journal.lock import RunLock
from pup_tui.journal.places import (
    check_state_dir,
    journal_path,
    locks_dir,
    make_locks_dir,
    make_run_dir,
    make_state_dir,
    run_dir,
)
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.store import Journal


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_state_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    wanted = tmp_path / "a" / "state"
    assert check_state_dir(wanted) is False
    make_state_dir(wanted)
    assert mode(wanted) == 0o700
    assert check_state_dir(wanted) is True


def test_a_folder_that_cannot_be_made_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    wanted = tmp_path / "file" / "state"
    with pytest.raises(JournalError) as caught:
        make_state_dir(wanted)
    assert caught.value.path == tmp_path / "file"
    assert "PUP_TUI_STATE_DIR" in caught.value.hint


@pytest.mark.parametrize("loose", [0o770, 0o702, 0o777, 0o1777])
def test_a_folder_that_others_may_write_is_neither_used_nor_read(
    tmp_path: Path, loose: int
) -> None:
    tmp_path.chmod(loose)
    for use in (make_state_dir, check_state_dir, JournalReader.open, Journal.open):
        with pytest.raises(JournalError, match="others may write in the folder") as caught:
            use(tmp_path)
        assert f"chmod go-w {tmp_path}" in caught.value.hint
        assert "PUP_TUI_STATE_DIR" in caught.value.hint
    assert mode(tmp_path) == loose
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal", "journal.db-shm"])
def test_a_journal_that_is_a_link_is_not_followed(tmp_path: Path, name: str) -> None:
    elsewhere, state = tmp_path / "elsewhere", tmp_path / "state"
    Journal.open(elsewhere).close()
    before = (elsewhere / "journal.db").read_bytes()
    state.mkdir(mode=0o700)
    if name != "journal.db":
        Journal.open(state).close()
    (state / name).symlink_to(elsewhere / "journal.db")
    for use in (JournalReader.open, Journal.open):
        with pytest.raises(JournalError, match="this is a link") as caught:
            use(state)
        assert caught.value.path == state / name
    assert (elsewhere / "journal.db").read_bytes() == before


@pytest.mark.parametrize("name", ["outputs", "outputs/aa11"])
def test_a_folder_of_outputs_that_is_a_link_is_not_followed(tmp_path: Path, name: str) -> None:
    elsewhere, state = tmp_path / "elsewhere", tmp_path / "state"
    elsewhere.mkdir()
    (state / name).parent.mkdir(parents=True, mode=0o700)
    (state / name).symlink_to(elsewhere)
    for use in (make_run_dir, run_dir):
        with pytest.raises(JournalError, match="this is a link"):
            use(state, "aa11")
    assert list(elsewhere.iterdir()) == []


def test_a_folder_of_locks_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    locks_dir(tmp_path).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalError, match="this is a link"):
        make_locks_dir(locks_dir(tmp_path))


def test_an_owners_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    (make_run_dir(tmp_path, "aa11") / "owner.lock").symlink_to(tmp_path / "kept")
    with pytest.raises(JournalError, match="lock cannot be made"):
        RunLock.acquire(tmp_path, "aa11")


def test_everything_of_a_run_is_below_the_state_folder(tmp_path: Path) -> None:
    assert journal_path(tmp_path).parent == tmp_path
    assert run_dir(tmp_path, "aa11") == tmp_path / "outputs" / "aa11"
    assert not (tmp_path / "outputs").exists()
    made = make_run_dir(tmp_path, "aa11")
    assert mode(made) == mode(made.parent) == 0o700


@pytest.mark.parametrize("run", ["", "..", ".", "a/b", "../aa11", "/etc", "a\0b", "a\n", "x" * 129])
def test_what_is_no_id_leads_nowhere(tmp_path: Path, run: str) -> None:
    with pytest.raises(ValueError, match="not the id of a run"):
        run_dir(tmp_path, run)
