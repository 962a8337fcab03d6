"""JSON bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.errors import TemplateError
from pup_tui.template.jsontext import render_json, render_json_body
from pup_tui.template.limits import MAX_TEXT
from pup_tui.template.text import compile_text


def _body(source: str, **scope: Any) -> str:
    return render_json_body(compile_text(source), scope)


def test_a_tree_keeps_types() -> None:
    tree = {
        "on": "{{ T }}",
        "list": ["{{ L }}", "x{{ N }}", 1, None, True],
        "{{ key }}": {"deep": "{{ N }}"},
    }
    assert render_json(tree, {"T": False, "L": [1], "N": 5}) == {
        "on": False,
        "list": [[1], "x5", 1, None, True],
        "{{ key }}": {"deep": 5},
    }


def test_a_tree_names_the_expression_that_fails() -> None:
    with pytest.raises(TemplateError) as caught:
        render_json({"a": ["{{ NOPE }}"]}, {})
    assert caught.value.expression == "NOPE"


@pytest.mark.parametrize(
    ("source", "value", "body"),
    [
        ('{"a": "{{ X }}"}', 'q"\\\n', '{"a": "q\\"\\\\\\n"}'),
        ('{"a": {{ X }}}', 'q"', '{"a": "q\\""}'),
        ('{"a": {{ X }}}', "5", '{"a": 5}'),
        ('{"a": {{ X }}}', "00123", '{"a": "00123"}'),
        ('{"a": {{ X }}}', "true", '{"a": true}'),
        ('{"a": {{ X }}}', '{"b": [1]}', '{"a": {"b": [1]}}'),
        ('{"a": {{ X }}}', "", '{"a": ""}'),
        ('{"a": {{ X }}}', None, '{"a": null}'),
        ('{"a": {{ X }}}', [1, "b"], '{"a": [1, "b"]}'),
        ('{"a": "{{ X }}"}', [1, "b"], '{"a": "[1, \\"b\\"]"}'),
        ('{"a": {{ X | tojson }}}', 'q"', '{"a": "q\\""}'),
        ('{"a": {{ X | tojson }}}', "5", '{"a": "5"}'),
        ('{"a": "\\"{{ X }}"}', '"', '{"a": "\\"\\""}'),
        ('{"a\\\\": {{ X }}}', "x", '{"a\\\\": "x"}'),
        ("{{ X | raw }}", '{"a": 1}', '{"a": 1}'),
        ('{{ X | raw }}{{ Y }}"', '"', '"y"'),
    ],
)
def test_bodies(source: str, value: Any, body: str) -> None:
    assert _body(source, X=value, Y="y") == body


@given(st.text())
def test_no_value_leaves_its_string(value: str) -> None:
    body = json.loads(_body('{"a": "x{{ X }}y", "b": "{{ X }}"}', X=value))
    assert body == {"a": f"x{value}y", "b": value}


@given(st.text())
def test_no_value_leaves_its_place(value: str) -> None:
    body = json.loads(_body('{"a": {{ X }}, "b": 1}', X=value))
    assert set(body) == {"a", "b"}


def test_escaping_is_limited() -> None:
    with pytest.raises(TemplateError, match="longer than"):
        _body('"{{ X }}"', X='"' * (MAX_TEXT - 10))
