"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest

from pup_tui.late_pattern import late_pattern


def test_it_is_a_pattern_that_is_compiled_once_it_is_used() -> None:
    with patch("re.compile", wraps=re.compile) as compiled:
        number = late_pattern(r"(?P<whole>[0-9]+)", re.ASCII)
        assert compiled.call_count == 0
        assert number.sub("n", "a 12 b 3") == "a n b n"
        found = number.search("a 12")
        assert found is not None
        assert found["whole"] == "12"
        assert (number.pattern, number.groups) == (r"(?P<whole>[0-9]+)", 1)


def test_bytes_stay_bytes() -> None:
    assert late_pattern(rb"\s+").split(b"a  b") == [b"a", b"b"]


def test_what_is_wrong_with_it_is_told_when_it_is_used() -> None:
    wrong = late_pattern("(")
    with pytest.raises(re.error):
        wrong.match("(")
