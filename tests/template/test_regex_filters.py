"""Filters and the test that take regular expressions."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.limits import one_budget
from pup_tui.template.secrets import with_secrets
from pup_tui.template.text import compile_text

TEXT = "app v1.22.3 built 2026-01-02\nERROR: disk sda1 full\nerror: disk sdb2 full\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"A | regex_search('v[0-9.]+')", "v1.22.3"),
        (r"A | regex_search('v(\d+)\.(\d+)', 1)", "1"),
        (r"A | regex_search('v(\d+)\.(\d+)', '\\1', '\\2')", ["1", "22"]),
        (r"A | regex_search('v(?P<major>\d+)', 'major')", "1"),
        (r"A | regex_search('v(?P<major>\d+)', '\\g<major>')", "1"),
        (r"A | regex_search('nothing')", None),
        (r"A | regex_search('^error', ignorecase=true)", None),
        (r"A | regex_search('^error', multiline=true)", "error"),
        (r"A | regex_search('^error', ignorecase=true, multiline=true)", "ERROR"),
        (r"A | regex_findall('sd[a-z]')", ["sda", "sdb"]),
        (r"A | regex_findall('sd([a-z])')", ["a", "b"]),
        (r"A | regex_findall('sd([a-z])(\d)')", [["a", "1"], ["b", "2"]]),
        (r"A | regex_findall('nothing')", []),
        (r"'a-b-c' | regex_replace('-', '+')", "a+b+c"),
        (r"'a-b-c' | regex_replace('-', '+', count=1)", "a+b-c"),
        (r"'a-b' | regex_replace('(\w)-(\w)', '\\2-\\1')", "b-a"),
        (r"'a-b' | regex_replace('(?P<x>\w)-', '<\\g<x>>')", "<a>b"),
        (r"'a.b' | regex_replace('\.')", "ab"),
        (r"'ab' | regex_replace('x*', '-')", "-a-b-"),
        (r"'v12' is match('v\d')", True),
        (r"'av12' is match('v\d')", False),
        (r"'V12' is match('v\d', ignorecase=true)", True),
        (r"['web1', 'db1'] | select('match', 'web') | list", ["web1"]),
        (r"['a1', 'b2'] | map('regex_replace', '\d', '') | list", ["a", "b"]),
    ],
)
def test_result(source: str, expected: Any) -> None:
    assert compile_expression(source).evaluate({"A": TEXT}) == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("A | regex_search('(')", "the pattern is not usable"),
        ("A | regex_findall('(?=a)')", "lookaround"),
        ("A is match('[')", "the pattern is not usable"),
    ],
)
def test_a_wrong_pattern_shows_at_load(source: str, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        compile_expression(source)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("A | regex_search(P)", "the pattern is not usable"),
        ("A | regex_search('a', 1)", "no group `1`"),
        ("A | regex_search('a', 'x y')", "its number or its name"),
        (r"A | regex_replace('a', '\\3')", "no group `3`"),
        ("B | regex_search('(a?){5000}')", "takes too long"),
        ("B | regex_replace('a', C)", "longer than"),
    ],
)
def test_refused(source: str, message: str) -> None:
    expression = compile_expression(source)
    with pytest.raises(TemplateError, match=message):
        expression.evaluate({"A": TEXT, "P": "(", "B": "a" * 2000, "C": "x" * 1000})


def test_all_matches_of_a_text_share_one_budget() -> None:
    text = compile_text("{% for x in A %}{{ B | regex_findall('(a|aa)*b') }}{% endfor %}")
    with one_budget(), pytest.raises(TemplateError):
        text.render({"A": list(range(10_000)), "B": "a" * 500})


@pytest.mark.parametrize(
    "filters", ["regex_search('s.*')", "regex_replace('x', '')", "sha256", "b64encode"]
)
def test_what_is_made_of_a_secret_is_secret(filters: str) -> None:
    scope = with_secrets({"S": "sesame-open"}, ["S"])
    (piece,) = compile_text(f"{{{{ S | {filters} }}}}").pieces(scope)
    assert not isinstance(piece, str)
    assert piece.is_secret
    assert piece.shown == "***"


@pytest.mark.parametrize("test", ["S is match('s')", "S | contains('s')", "S is contains('s')"])
def test_what_only_looks_at_a_secret_is_none(test: str) -> None:
    scope = with_secrets({"S": "sesame-open"}, ["S"])
    (piece,) = compile_text(f"{{{{ {test} }}}}").pieces(scope)
    assert not isinstance(piece, str)
    assert piece.text == "true"
    assert not piece.is_secret


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"'\d\w\.\-\$'", r"\d\w\.\-\$"),
        (r"'\\d'", r"\d"),
        (r"'\\\\'", r"\\"),
        (r"'a\tb\'\"'", "a\tb'\""),
        (r'"\s\n"', "\\s\n"),
        (r"'é\d'", r"é\d"),
    ],
)
def test_a_backslash_that_escapes_nothing_stays(source: str, expected: str) -> None:
    assert compile_expression(source).evaluate({}) == expected
