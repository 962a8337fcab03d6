"""What the program keeps for itself: what cannot be read is as if it were not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.kept_json import keep_json, kept_json
from pup_tui.private import NotPrivate

PLACE = ("inside", "kept.json")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_what_is_kept_is_known_again_and_is_the_operators_alone(state: Path) -> None:
    keep_json({"a": 1}, state, *PLACE)
    assert kept_json(dict[str, int], state, *PLACE) == {"a": 1}
    assert [path.stat().st_mode & 0o777 for path in (state, state.joinpath(*PLACE))] == [
        0o700,
        0o600,
    ]


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"a": "b"}', b'{"\xff": 1}', b"[" * 200_000], ids=len
)
def test_what_is_no_such_value_is_as_if_it_were_not_there(state: Path, text: bytes) -> None:
    keep_json({"a": 1}, state, *PLACE)
    state.joinpath(*PLACE).write_bytes(text)
    assert kept_json(dict[str, int], state, *PLACE) is None


def test_nothing_is_read_from_a_folder_that_others_may_write(state: Path) -> None:
    keep_json({"a": 1}, state, *PLACE)
    (state / "inside").chmod(0o777)
    assert kept_json(dict[str, int], state, *PLACE) is None
    with pytest.raises(NotPrivate):
        keep_json({"a": 2}, state, *PLACE)


def test_no_link_is_followed(state: Path, tmp_path: Path) -> None:
    keep_json({"a": 1}, tmp_path / "other", "kept.json")
    state.mkdir(mode=0o700)
    (state / "inside").symlink_to(tmp_path / "other")
    assert kept_json(dict[str, int], state, *PLACE) is None
