"""The filters of the template language."""

from __future__ import annotations

import base64
import hashlib
import shlex
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.filters import FILTERS

ROWS = [{"k": "b", "n": 2, "d": {"x": 1}}, {"k": "a", "n": 5, "d": {"x": 0}}]


def _apply(source: str, value: Any) -> Any:
    return compile_expression(source).evaluate({"A": value})


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("A | lower", "ÄB", "äb"),
        ("A | flatten", [1, [2, [3, []]], "[4]"], [1, 2, 3, "[4]"]),
        ("A | flatten(1)", [1, [2, [3]]], [1, 2, [3]]),
        ("A | flatten", "[[1], [2]]", [1, 2]),
        ("A | contains(2)", [1, 2], True),
        ("A | contains('b')", "abc", True),
        ("A | contains('b')", {"a": 1}, False),
        ("A is contains(2)", [1, 2], True),
        ("A | selectattr('d', 'contains', 'x') | length", ROWS, 2),
        ("A | sha256", "abc", hashlib.sha256(b"abc").hexdigest()),
        ("A | to_table", ROWS, 'k  n  d\nb  2  {"x": 1}\na  5  {"x": 0}'),
        ("A | to_table(['n', 'k'])", ROWS, "n  k\n2  b\n5  a"),
        ("A | to_table(['n', 'k'])", [{"k": "a"}, {"n": 1}], "n  k\n   a\n1"),
        ("A | to_table(['n', 'k'])", [], "n  k"),
        ("A | to_table(['k', 'z', 'n'])", ROWS, "k  z  n\nb     2\na     5"),
        ("A | to_table(['k', 'z'])", ROWS, "k  z\nb\na"),
        ("A | to_table(['k', 'z'])", [{"k": "a", "z": None}, {"k": "b", "z": ""}], "k  z\na\nb"),
        ("A | to_table", [["a", "bcd"], ["ef", 1, None]], "a   bcd\nef  1    null"),
        ("A | to_table", [{"k": "a\nb"}, {"k": None}], "k\na b\n"),
        ("A | to_table", [], ""),
        ("A | upper", "ß", "SS"),
        ("A | title", "ab cd", "Ab Cd"),
        ("A | capitalize", "ab", "Ab"),
        ("A | trim", " x\n", "x"),
        ("A | trim('/')", "/x/", "x"),
        ("A | length", "[1, 2]", 2),
        ("A | length", "abc", 3),
        ("A | count", {"a": 1}, 1),
        ("A | first", [1, 2], 1),
        ("A | last", "[1, 2]", 2),
        ("A | join(', ')", [1, None, "a", True], "1, null, a, true"),
        ("A | join('+', 'k')", ROWS, "b+a"),
        ("A | replace('a', 'b')", "aXa", "bXb"),
        ("A | replace('a', 'b', 1)", "aXa", "bXa"),
        ("A | int", "42", 42),
        ("A | int", " 4.9 ", 4),
        ("A | int", 4.9, 4),
        ("A | int(0)", "x", 0),
        ("A | int(base=16)", "ff", 255),
        ("A | float", "1.5", 1.5),
        ("A | float(none)", "nan", None),
        ("A | round", 2.5, 2),
        ("A | round(1)", 2.25, 2.2),
        ("A | round(1, 'ceil')", 2.21, 2.3),
        ("A | round(method='floor')", 2.9, 2),
        ("A | abs", -3, 3),
        ("A | string", True, "true"),
        ("A | list", "ab", ["a", "b"]),
        ("A | list", {"x": 1}, ["x"]),
        ("A | sort", ["b", "A"], ["A", "b"]),
        ("A | sort(reverse=true)", [1, 3, 2], [3, 2, 1]),
        ("A | sort(attribute='n') | map(attribute='k') | join", ROWS, "ba"),
        ("A | sort(attribute='d.x') | map(attribute='k') | join", ROWS, "ab"),
        ("A | unique", ["a", "A", "b", [1], [1]], ["a", "b", [1]]),
        ("A | reverse", [1, 2], [2, 1]),
        ("A | reverse", "ab", "ba"),
        ("A | map('upper') | list", ["a"], ["A"]),
        ("A | map(attribute='z', default=0)", [{"z": 1}, {}], [1, 0]),
        ("A | select('odd')", [1, 2, 3], [1, 3]),
        ("A | reject('none')", [None, 1], [1]),
        ("A | select", [0, 1, "", "a"], [1, "a"]),
        ("A | selectattr('n', 'gt', 3) | map(attribute='k') | first", ROWS, "a"),
        ("A | rejectattr('n', '>', 3) | map(attribute='k') | first", ROWS, "b"),
        ("A | selectattr('k', 'equalto', 'a') | length", ROWS, 1),
        ("A | selectattr('k', 'in', ['a', 'c']) | length", ROWS, 1),
        ("A | selectattr('nope') | list", ROWS, []),
        ("A | min", [3, 1, 2], 1),
        ("A | max(attribute='n')", ROWS, ROWS[1]),
        ("A | sum", [1, 2.5], 3.5),
        ("A | sum('n')", ROWS, 7),
        ("A | tojson", {"a": [None, "é"]}, '{"a": [null, "é"]}'),
        ("(A | fromjson).a", '{"a": 1}', 1),
        ("A | urlencode", "a b/ü", "a%20b%2F%C3%BC"),
        ("A | b64encode", "ü", base64.b64encode("ü".encode()).decode()),
        ("A | b64decode", "w7w=", "ü"),
        ("A | shell_quote", "a'b", "'a'\"'\"'b'"),
        ("A | split", " a  b ", ["a", "b"]),
        ("A | split(',', 1)", "a,b,c", ["a", "b,c"]),
        ("A | lines", "a\nb\n", ["a", "b"]),
        ("A | keys", '{"x": 1}', ["x"]),
        ("A | values", {"x": 1}, [1]),
        ("A | items", {"x": 1}, [["x", 1]]),
        ("A | duration", 125, "2 m 05 s"),
        ("A | default('x', true)", "", "x"),
        ("A | default('x')", None, None),
        ("A | json", [1], "[1]"),
    ],
)
def test_filters(source: str, value: Any, expected: Any) -> None:
    assert _apply(source, value) == expected


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("A | first", "abc"),
        ("A | join", 5),
        ("A | keys", [1]),
        ("A | length", 5),
        ("A | min", []),
        ("A | sum", ["a"]),
        ("A | sum", [True]),
        ("A | abs", "x"),
        ("A | int", None),
        ("A | int", "1e400"),
        ("A | int", "9" * 400),
        ("A | float", "inf"),
        ("A | b64decode", "%%%"),
        ("A | b64decode", "/w=="),
        ("A | replace('', 'x')", "abc"),
        ("A | split('')", "abc"),
        ("A | map", [1]),
        ("A | map(attribute='x')", [{}]),
        ("A | sort(attribute='n')", [{}]),
        ("A | urlencode", "\ud800"),
        ("A | round(1, 'up')", 1),
        ("A | tojson", float("nan")),
        ("A | duration", "x"),
    ],
)
def test_what_a_filter_cannot_do_is_an_error(source: str, value: Any) -> None:
    with pytest.raises(TemplateError):
        _apply(source, value)


@pytest.mark.parametrize("name", sorted(set(FILTERS) - {"default", "d"}))
def test_every_filter_refuses_what_is_not_defined(name: str) -> None:
    with pytest.raises(TemplateError):
        compile_expression(f"NOPE | {name}").evaluate({})


@given(st.text())
def test_encodings_come_back(text: str) -> None:
    assert _apply("A | b64encode | b64decode", text) == text
    assert unquote(_apply("A | urlencode", text)) == text
    assert shlex.split(_apply("A | shell_quote", text)) == [text]
