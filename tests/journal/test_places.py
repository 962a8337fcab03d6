from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pup_tui.journal.errors import JournalError
from pup_tui.journal.places import journal_path, make_run_dir, run_dir, state_dir


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_override_is_created_for_its_owner_only(tmp_path: Path) -> None:
    wanted = tmp_path / "a" / "state"
    assert state_dir({"PUP_TUI_STATE_DIR": str(wanted)}) == wanted
    assert mode(wanted) == 0o700


def test_without_an_override_it_is_the_platforms_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    for environ in ({}, {"PUP_TUI_STATE_DIR": ""}):
        found = state_dir(environ)
        assert found.name == "pup-tui"
        assert tmp_path in found.parents


def test_an_empty_folder_becomes_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    state_dir({"PUP_TUI_STATE_DIR": str(tmp_path)})
    assert mode(tmp_path) == 0o700


def test_a_folder_in_use_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("of somebody else")
    tmp_path.chmod(0o755)
    state_dir({"PUP_TUI_STATE_DIR": str(tmp_path)})
    assert mode(tmp_path) == 0o755


def test_a_folder_that_cannot_be_made_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    wanted = tmp_path / "file" / "state"
    with pytest.raises(JournalError) as caught:
        state_dir({"PUP_TUI_STATE_DIR": str(wanted)})
    assert caught.value.path == wanted
    assert "PUP_TUI_STATE_DIR" in caught.value.hint


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
