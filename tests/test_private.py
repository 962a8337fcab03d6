from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pup_tui.private import (
    NotPrivate,
    check_private_dir,
    make_private_dir,
    new_private_file,
    open_private,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_are_made_for_their_owner_only(tmp_path: Path) -> None:
    made = make_private_dir(tmp_path / "a" / "b", "c", "d")
    assert made == tmp_path / "a" / "b" / "c" / "d"
    assert [mode(each) for each in (made, made.parent, made.parent.parent)] == [0o700] * 3


def test_an_empty_folder_becomes_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_dir(tmp_path)
    assert mode(tmp_path) == 0o700


def test_a_folder_in_use_that_others_may_only_read_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("of somebody else")
    tmp_path.chmod(0o755)
    make_private_dir(tmp_path)
    assert mode(tmp_path) == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    wanted = tmp_path / "given-away"
    wanted.mkdir(mode=0o700)
    os.chown(wanted, 12345, 12345)
    with pytest.raises(NotPrivate, match=r"belongs to user 12345, not to you: .*`sudo chown -R 0 "):
        make_private_dir(wanted)


def test_a_folder_that_others_can_replace_is_refused(tmp_path: Path) -> None:
    wanted = make_private_dir(tmp_path / "shared" / "mine")
    wanted.parent.chmod(0o777)
    with pytest.raises(NotPrivate, match=f"since all may write in {wanted.parent}"):
        make_private_dir(wanted)
    wanted.parent.chmod(0o1777)
    assert make_private_dir(wanted) == wanted


def test_the_folder_itself_may_be_a_link_to_a_private_one(tmp_path: Path) -> None:
    own = make_private_dir(tmp_path / "own")
    link = tmp_path / "link"
    link.symlink_to(own)
    assert make_private_dir(link, "inside").resolve() == own / "inside"
    own.chmod(0o770)
    with pytest.raises(NotPrivate, match="others may write") as caught:
        make_private_dir(link)
    assert caught.value.path == own


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(NotPrivate, match="cannot be used"):
        make_private_dir(tmp_path / "link")


def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        check_private_dir(tmp_path / "loop")


def test_no_folder_inside_is_a_link_or_open_to_others(tmp_path: Path) -> None:
    state = make_private_dir(tmp_path / "state")
    other = make_private_dir(tmp_path / "other")
    (state / "link").symlink_to(other)
    with pytest.raises(NotPrivate, match="this is a link"):
        make_private_dir(state, "link")
    make_private_dir(state, "loose").chmod(0o702)
    with pytest.raises(NotPrivate, match="others may write"):
        make_private_dir(state, "loose")


def test_a_folder_that_is_not_there_is_no_private_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_private_dir(tmp_path / "nothing")


def test_a_file_is_made_for_its_owner_and_never_through_a_link(tmp_path: Path) -> None:
    os.close(open_private(tmp_path / "file", os.O_WRONLY | os.O_CREAT))
    assert mode(tmp_path / "file") == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "new")
    with pytest.raises(OSError, match="symbolic link"):
        open_private(tmp_path / "link", os.O_WRONLY | os.O_CREAT)
    assert not (tmp_path / "new").exists()


def test_a_new_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "new"
    with pytest.raises(TypeError), new_private_file(path) as file:
        file.writelines(["half of it", None])  # type: ignore[list-item]
    assert not path.exists()
    with new_private_file(path) as file:
        file.write("all\udcff")
    assert (path.read_bytes(), mode(path)) == (b"all\\udcff", 0o600)
    with pytest.raises(FileExistsError), new_private_file(path):
        pass
    assert path.read_bytes() == b"all\\udcff"
