"""The matcher finds what Python's finds, in bounded time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pup_tui.template.regex import MAX_PATTERN, PatternError, Regex, RegexOptions, TooCostly

PARTS = [
    *("a", "b", ".", "[ab]", "[^a]", r"\d", "(a|b)", "(?:ab)?", "a*", "(a+)+", "(a|ab)*", "b{1,2}"),
    *("a{2}", "a{,2}", "b{0}", "^", "$", "|", "(b|)", "a??", "(a+?)", r"\x61", "[]a]", "a{b"),
    *(r"\b", r"\Z", "(?P<n>a|b)", "(a|b)*?"),
]
sources = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("".join)
texts = st.text(alphabet="ab1]{ \n", max_size=8)


def _compiled(source: str) -> tuple[re.Pattern[str], Regex] | None:
    try:
        python = re.compile(source)
    except re.error:
        with pytest.raises(PatternError):
            Regex(source)
        return None
    return python, Regex(source)


@settings(deadline=None)
@given(sources, texts)
def test_matches_what_python_matches(source: str, text: str) -> None:
    if (both := _compiled(source)) is None:
        return
    python, ours = both
    assert (ours.match(text, whole=True) is None) is (python.fullmatch(text) is None)
    for found, expected in (
        (ours.match(text), python.match(text)),
        (next(ours.all(text), None), python.search(text)),
    ):
        assert (found is None) is (expected is None)
        if found is not None and expected is not None:
            assert (found.start, found.end) == expected.span()
            assert found.groups == [group or "" for group in expected.groups()]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\d+", "a 12 b 345"),
        ("(a|ab)(c|bcd)(d*)", "abcd"),
        ("a*?b", "aab b"),
        ("x*", "axbx"),
        ("(a)|(b)", "ab"),
        ("[^,]*", "a,,b"),
        ("é+", "caféé"),
    ],
)
def test_finds_all_that_python_finds(source: str, text: str) -> None:
    found = [(match.start, match.end) for match in Regex(source).all(text)]
    assert found == [match.span() for match in re.finditer(source, text)]


def test_options() -> None:
    assert next(Regex("ERROR", RegexOptions(ignorecase=True)).all("an error")).start == 3
    assert [m.start for m in Regex("^a$", RegexOptions(multiline=True)).all("a\nb\na")] == [0, 4]
    assert [m.start for m in Regex("^a$").all("a\nb\na")] == []


def test_groups_by_name() -> None:
    found = Regex(r"(?P<major>\d+)\.(\d+)").match("1.22")
    assert found is not None
    assert (found.group("major"), found.group(2)) == ("1", "22")
    with pytest.raises(KeyError):
        found.group(3)


@pytest.mark.proves("P5")
@pytest.mark.parametrize("source", ["(a+)+b", "(a*)*(a*)*b", "(a|aa)*" * 10 + "b", "(a|a)*b"])
def test_no_pattern_explodes(source: str) -> None:
    assert Regex(source).match("a" * 1024, whole=True) is None
    assert next(Regex(source).all("a" * 200), None) is None


def test_gives_up_after_a_fixed_number_of_steps() -> None:
    with pytest.raises(TooCostly, match="simplify it"):
        Regex("(a?){5000}").match("a" * 1000, whole=True)


def test_a_long_text_is_searched_for_what_a_match_begins_with() -> None:
    text = "x" * 500_000 + "version=12"
    assert next(Regex(r"version=(\d+)").all(text)).group(1) == "12"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("(", "missing"),
        ("[a", "unterminated"),
        ("*a", "nothing to repeat"),
        ("(?=a)b", "lookaround"),
        ("(?i)a", "flags"),
        (r"(a)\1", "not supported"),
        ("a" * (MAX_PATTERN + 1), "at most 500"),
        ("(" * 40 + ")" * 40, "nested too deeply"),
        ("a{99999999999999999999}", "too large"),
        ("((a?){9999}){9999}", "repeats too much"),
        ("a*+", "possessive"),
    ],
)
def test_unusable_pattern(source: str, message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        Regex(source)


@settings(max_examples=300)
@given(sources, texts)
def test_what_a_matching_text_holds_may_be_held(source: str, text: str) -> None:
    compiled = _compiled(source)
    if compiled is None or compiled[1].match(text, whole=True) is None:
        return
    assert all(compiled[1].may_hold(character) for character in text)
    assert all(compiled[1].may_hold(text[i + 1], text[i]) for i in range(len(text) - 1))


@pytest.mark.parametrize(
    ("source", "characters", "behind", "may"),
    [
        ("[a-z0-9@._-]+", ";$ \n", "", False),
        ("[a-z ]+", ";$ \n", "", True),
        (".*", "\n", "", False),
        (".*", ";", "", True),
        (r"[a-z]+( [a-z]+)*", "-", " ", False),
        (r"[a-z]+( [a-z-]+)*", "-", " ", True),
        (r"([^-\s]\S*\s*)+", "-", " \n", False),
        (r"(\S+\s*)+", "-", " \n", True),
        ("a{1000}b{1000}", ";", "", True),
    ],
)
def test_what_a_pattern_may_hold(source: str, characters: str, behind: str, may: bool) -> None:
    assert Regex(source).may_hold(characters, behind) is may
