from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.screen import REACH, WINDOW, Screen

texts = st.lists(st.text("ab[]^-\\\n é😀", min_size=WINDOW, max_size=12), min_size=1, max_size=8)


@given(texts, st.text("ab[]^-\\\n é😀", max_size=30), st.text("ab[]", max_size=30), st.data())
def test_no_text_is_overlooked(
    texts: list[str], before: str, after: str, data: st.DataObject
) -> None:
    hidden = data.draw(st.sampled_from(texts))
    assert Screen(texts).may_hold(before + hidden + after)


def test_a_text_is_found_by_a_part_of_its_beginning() -> None:
    screen = Screen(["x" * REACH + "never looked at"])
    assert screen.may_hold("x" * WINDOW)
    assert not screen.may_hold("never looked at")


@pytest.mark.parametrize("text", ["", "a", "hunter", "abcdefghij", "an ordinary line\n" * 1000])
def test_ordinary_text_is_passed_over(text: str) -> None:
    assert not Screen([]).may_hold(text)
    assert not Screen(["hunter2-secret", "another+secret/value="]).may_hold(text)


def test_a_place_where_several_fit_is_compared() -> None:
    screen = Screen(["qaaaaa", "zbbbbb"])
    assert not screen.may_hold("qbbbbb zaaaaa")
    assert screen.may_hold("qbqaaaaa")
