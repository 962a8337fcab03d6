"""Folders on this computer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pup_tui.packs.errors import PackError
from pup_tui.packs.folder import gather_folder, read_one
from tests.support.packs import runbook, write_pack


def test_a_folder_is_read_as_far_as_it_is_a_pack(tmp_path: Path) -> None:
    write_pack(
        tmp_path,
        {
            "a.yaml": runbook("a"),
            "theme/b.yaml": runbook("b"),
            "scripts/x.sh": "#!/bin/sh\n",
            "README.md": "x",
            "src/deep/er/c.yaml": "x",
            ".git/hooks/pre-commit": "#!/bin/sh\n",
        },
    )
    os.symlink("/etc", tmp_path / "src" / "deep" / "link")
    tree = gather_folder(tmp_path, "x").tree()
    assert {path: file.executable for path, file in tree.files.items()} == {
        "a.yaml": False,
        "scripts/x.sh": True,
        "theme/b.yaml": False,
    }
    assert list(gather_folder(tmp_path, "x", "theme").tree().files) == ["b.yaml"]


@pytest.mark.parametrize("name", ["r.yaml", "dir", "theme/x", "scripts/x"])
def test_links_are_refused(tmp_path: Path, name: str) -> None:
    write_pack(tmp_path, {"a.yaml": runbook("a"), "theme/b.yaml": runbook("b"), "scripts/y": "x"})
    os.symlink("/etc/passwd" if name == "r.yaml" else "/etc", tmp_path / name)
    with pytest.raises(PackError, match="a link is in the pack"):
        gather_folder(tmp_path, "x")


def test_pipes_are_refused_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    with pytest.raises(PackError, match="no regular file"):
        gather_folder(tmp_path, "x")
    with pytest.raises(PackError, match="not a regular file"):
        read_one(tmp_path / "a.yaml", "x", 10)


def test_no_path_leads_over_a_link(tmp_path: Path) -> None:
    write_pack(tmp_path / "real", {"a.yaml": runbook("a")})
    os.symlink(tmp_path / "real", tmp_path / "link")
    with pytest.raises(PackError, match="a link is on the way"):
        gather_folder(tmp_path, "x", "link")
    with pytest.raises(PackError, match="no folder"):
        gather_folder(tmp_path, "x", "none")


def test_one_file_has_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"x" * 11)
    assert read_one(tmp_path / "a.yaml", "x", 11) == b"x" * 11
    with pytest.raises(PackError, match="larger than 10"):
        read_one(tmp_path / "a.yaml", "x", 10)
    with pytest.raises(PackError, match="cannot be read"):
        read_one(tmp_path / "none", "x", 10)
