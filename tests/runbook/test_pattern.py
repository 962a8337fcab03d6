from __future__ import annotations

import pytest

from pup_tui.runbook.pattern import MAX_VALUE, matches
from pup_tui.template.regex import TooCostly, compile_regex


@pytest.mark.parametrize(
    ("source", "value", "fits"),
    [
        ("[a-z0-9-]+", "checkout-flow", True),
        ("[a-z0-9-]+", "checkout flow", False),
        ("[a-z0-9-]+", "checkout\n", False),
        ("[a-z0-9-]+$", "checkout\n", False),
        (r"v\d+(\.\d+){2}", "v1.22.3", True),
        ("prod|staging", "staging", True),
        ("prod|staging", "production", False),
        ("", "", True),
        ("", "a", False),
        ("(?P<year>[0-9]{4})", "2026", True),
    ],
)
def test_whole_value(source: str, value: str, fits: bool) -> None:
    assert matches(source, value) is fits


def test_long_value_is_refused() -> None:
    with pytest.raises(TooCostly, match="at most 1,024"):
        matches("a*", "a" * (MAX_VALUE + 1))


@pytest.mark.parametrize(
    ("source", "may"),
    [
        ("[a-z]+", False),
        ("-?[a-z]+", True),
        (".*", True),
        (r"^\w", False),
        ("", False),
        ("(a|[^b])", True),
    ],
)
def test_what_a_value_may_begin_with(source: str, may: bool) -> None:
    assert compile_regex(source).may_begin_with("-") is may


def test_how_often_a_part_repeats_does_not_matter_for_what_comes_first() -> None:
    pattern = compile_regex("(a?){500}(b{0}-|c)")
    assert pattern.may_begin_with("-")
    assert not pattern.may_begin_with("b")
