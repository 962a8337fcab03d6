from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.memory import in_memory


def test_a_folder_with_room_is_taken(tmp_path: Path) -> None:
    assert in_memory(tmp_path, enough=0) == tmp_path


def test_a_folder_that_is_not_there_or_too_small_is_not(tmp_path: Path) -> None:
    assert in_memory(tmp_path / "none") is None
    assert in_memory(tmp_path, enough=1 << 80) is None


@pytest.mark.parametrize("flag", [os.ST_NOEXEC, os.ST_RDONLY])
def test_a_folder_that_takes_or_starts_no_program_is_not(
    flag: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = SimpleNamespace(f_flag=flag, f_bavail=1, f_frsize=1)
    monkeypatch.setattr(os, "statvfs", lambda _: told)
    assert in_memory(tmp_path, enough=1) is None
