from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pup_tui.runbook.pattern import MAX_PATTERN, MAX_VALUE, Pattern, PatternError, TooCostly

PARTS = [
    "a",
    "b",
    ".",
    "[ab]",
    "[^a]",
    r"\d",
    "(a|b)",
    "(?:ab)?",
    "a*",
    "(a+)+",
    "(a|ab)*",
    "b{1,2}",
]
PARTS += ["a{2}", "a{,2}", "b{0}", "^", "$", "|", "(b|)", "(a*)*", "a??", r"\x61", "[]a]", "a{b"]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=4), st.text(alphabet="ab1]{", max_size=8)
)
def test_matches_what_python_matches(parts: list[str], value: str) -> None:
    source = "".join(parts)
    try:
        expected = re.fullmatch(source, value) is not None
    except re.error:
        with pytest.raises(PatternError):
            Pattern(source)
        return
    assert Pattern(source).matches(value) is expected


@pytest.mark.parametrize(
    ("source", "value", "matches"),
    [
        ("[a-z0-9-]+", "checkout-flow", True),
        ("[a-z0-9-]+", "checkout flow", False),
        ("[a-z0-9-]+", "checkout\n", False),
        (r"v\d+(\.\d+){2}", "v1.22.3", True),
        ("prod|staging", "staging", True),
        ("prod|staging", "production", False),
        ("", "", True),
        ("", "a", False),
        ("(?P<year>[0-9]{4})", "2026", True),
    ],
)
def test_whole_value(source: str, value: str, matches: bool) -> None:
    assert Pattern(source).matches(value) is matches


@pytest.mark.parametrize("source", ["(a+)+b", "(a*)*(a*)*b", "(a|aa)*" * 10 + "b", "(a|a)*b"])
def test_no_pattern_explodes(source: str) -> None:
    assert not Pattern(source).matches("a" * MAX_VALUE)


def test_gives_up_after_a_fixed_number_of_steps() -> None:
    with pytest.raises(TooCostly, match="simplify it"):
        Pattern("((a?){9999}){9999}").matches("a" * 20)


def test_long_value_is_refused() -> None:
    with pytest.raises(TooCostly, match="at most 1,024"):
        Pattern("a*").matches("a" * (MAX_VALUE + 1))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("(", "missing"),
        ("[a", "unterminated"),
        ("*a", "nothing to repeat"),
        ("(?=a)b", "lookaround"),
        ("(?i)a", "flags"),
        (r"(a)\1", "not supported"),
        (r"\bword", "not supported"),
        ("a" * (MAX_PATTERN + 1), "at most 500"),
        ("(" * 40 + ")" * 40, "nested too deeply"),
        ("a{99999999999999999999}", "too large"),
    ],
)
def test_unusable_pattern(source: str, message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        Pattern(source)
