"""Values: their text form, and how data is entered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.limits import MAX_TEXT
from pup_tui.template.text import compile_text
from pup_tui.template.values import (
    HIDDEN,
    LEFT_OUT,
    LEFT_OUT_LIST,
    NOTHING,
    RawText,
    contents,
    enter,
    kind_of,
    parse_json,
    plain,
    to_json,
    to_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (5, "5"),
        (1.5, "1.5"),
        (5.0, "5.0"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        ([1, "ü", None], '[1, "ü", null]'),
        ((1, 2), "[1, 2]"),
        ({"a": {"b": False}}, '{"a": {"b": false}}'),
        (LEFT_OUT, ""),
    ],
)
def test_text_form(value: Any, text: str) -> None:
    assert to_text(value) == text


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), [float("nan")], object(), b"x", {1, 2}, [object()]]
)
def test_what_has_no_text_form_is_refused(value: Any) -> None:
    with pytest.raises(TemplateError):
        to_text(value)


def test_json_is_measured_before_it_is_made() -> None:
    shared: list[Any] = ["x" * 1000]
    for _ in range(40):
        shared = [shared, shared]
    with pytest.raises(TemplateError, match="longer than"):
        to_json(shared)


def test_json_at_the_limit() -> None:
    assert len(to_json("x" * (MAX_TEXT - 2))) == MAX_TEXT
    with pytest.raises(TemplateError, match="longer than"):
        to_json("x" * (MAX_TEXT - 1))


def test_deep_json_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(TemplateError):
        to_json(value)


@pytest.mark.parametrize("text", ["", " ", "NaN", "[Infinity]", "1e999", "{", "[" * 100_000, "x"])
def test_what_is_not_json(text: str) -> None:
    assert parse_json(text) is NOTHING


def test_only_lists_and_maps_are_contents() -> None:
    assert contents(' {"a": 1}') == {"a": 1}
    assert contents("[1]") == [1]
    assert contents("5") == "5"
    assert contents("[nope") == "[nope"
    assert contents(5) == 5


@pytest.mark.parametrize(
    ("value", "key", "found"),
    [
        ({"a": 1}, "a", 1),
        ({"a": 1}, "b", NOTHING),
        ({"a": 1}, [], NOTHING),
        ({"keys": 1}, "keys", 1),
        ({}, "keys", NOTHING),
        ([1, 2], 1, 2),
        ([1, 2], 5, NOTHING),
        ([1, 2], "append", NOTHING),
        ("text", "upper", NOTHING),
        ("text", 0, "t"),
        ('{"a": [1]}', "a", [1]),
        (5, "real", NOTHING),
        (None, "a", NOTHING),
        (object(), "__class__", NOTHING),
    ],
)
def test_entering(value: Any, key: Any, found: Any) -> None:
    assert enter(value, key) == found


def test_marks_come_off() -> None:
    assert type(plain(RawText("x"))) is str
    assert type(to_text(RawText("x"))) is str
    assert plain(5) == 5


def test_kinds_have_names() -> None:
    kinds = [kind_of(value) for value in (None, "x", True, 1, 1.5, {}, [], object())]
    assert kinds == [
        "null",
        "text",
        "true or false",
        "number",
        "number",
        "map",
        "list",
        "value of an unknown kind",
    ]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@given(_JSON.filter(lambda value: "inf" not in repr(value)))
def test_lists_and_maps_come_back_from_their_text(value: Any) -> None:
    if isinstance(value, list | dict):
        assert json.loads(to_text(value)) == value


@pytest.mark.parametrize("key", ["token", 0, slice(0, 2)])
def test_what_is_taken_out_of_something_hidden_is_hidden(key: Any) -> None:
    assert enter(enter(HIDDEN, key), key) is HIDDEN
    assert to_text(HIDDEN) == "***"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ L }}", []),
        ("<{{ L }}>", "<>"),
        ("{{ T }}", ""),
        ("{{ L | tojson }}{{ L | length }}", "[]0"),
        ("{% for l in L %}{{ l }}{% else %}none{% endfor %}", "none"),
        (
            "{{ L is defined }} {{ L | default('x') }} {{ L | default(omit) is defined }}",
            "false x true",
        ),
        (
            "{{ L == [] }} {{ T == '' }} {{ 'a' in L }} {{ not L and not T }}",
            "true true false true",
        ),
        ("{{ (L + ['a']) | join }}{{ L | join(',') }}", "a"),
    ],
)
def test_what_was_left_out_is_empty_of_its_kind(text: str, value: Any) -> None:
    scope = {"L": LEFT_OUT_LIST, "T": LEFT_OUT, "omit": "o"}
    found = compile_text(text).value(scope)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
def test_what_was_left_out_is_neither_more_nor_less(sign: str) -> None:
    for expression in (f"N {sign} 3", f"3 {sign} N"):
        with pytest.raises(TemplateError, match="left out") as caught:
            compile_expression(expression).evaluate({"N": LEFT_OUT})
        assert "default" in (caught.value.hint or "")
