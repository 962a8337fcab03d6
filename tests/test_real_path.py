"""Links on a path are followed; one that leads to itself is an error of the system, not of ours."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from pup_tui.real_path import real_path


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to("a")
    assert real_path(tmp_path / "b" / "c") == tmp_path.resolve() / "a" / "c"


def test_a_link_that_leads_to_itself_is_told_as_such(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    assert real_path(loop).name == "loop"
    with pytest.raises(OSError, match="symbolic links") as caught:
        real_path(loop, strict=True)
    assert caught.value.errno == errno.ELOOP
