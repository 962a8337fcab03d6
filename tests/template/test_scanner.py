"""Where a template begins and ends within a text."""

from __future__ import annotations

import pytest

from pup_tui.template.scanner import Positions, Segment, is_plain, scan


def _kinds(source: str) -> list[tuple[str, str]]:
    scanned = scan(source)
    assert scanned.is_whole
    assert not scanned.errors
    return [(segment.kind, segment.body) for segment in scanned.segments]


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "${#arr[@]} {# not a comment #}",
        "{{ .Names }}",
        "{{- .Names -}}",
        "{{.ID}}\t{{ .Names }}",
        "{{#is_alert}}bad{{/is_alert}} {{^is_alert}}",
        "{{ $x }} {{!comment}} {{>partial}} {{&raw}}",
        "{%d} {%s} {%-5s}",
        "{%",
        "100%} done",
        "}} %}",
        "{ { x } }",
        "awk '{%x}'",
    ],
)
def test_text_of_others_stays_as_it_is(text: str) -> None:
    assert _kinds(text) == [("text", text)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a{{ X }}b", [("text", "a"), ("value", " X "), ("text", "b")]),
        ("{{{ X }}}", [("text", "{"), ("value", " X "), ("text", "}")]),
        ("{{{{ X }}}}", [("text", "{{"), ("value", " X "), ("text", "}}")]),
        ("${{ X }}", [("text", "$"), ("value", " X ")]),
        ("a {{- X -}} b", [("text", "a"), ("value", " X "), ("text", "b")]),
        ("{{ '}}' }}", [("value", " '}}' ")]),
        ("{{ '\\'}}' }}", [("value", " '\\'}}' ")]),
        ("{{ {'a': {'b': 1}}.a }}", [("value", " {'a': {'b': 1}}.a ")]),
        ("{% if X %}y{% endif %}", [("tag", "if X"), ("text", "y"), ("tag", "endif")]),
        ("a {%- if X -%} b {%- endif %} c", None),
        ("{% raw %}{{ 7*7 }}{% if %}{% endraw %}", [("text", "{{ 7*7 }}{% if %}")]),
        ("{%raw%}{{ x }}{%endraw%}", [("text", "{{ x }}")]),
        ("{% if '%}' == X %}", [("tag", "if '%}' == X")]),
        ("{{ .A }}{{ X }}", [("text", "{{ .A }}"), ("value", " X ")]),
    ],
)
def test_templates_are_cut_out(source: str, expected: list[tuple[str, str]] | None) -> None:
    if expected is None:
        expected = [("text", "a"), ("tag", "if X"), ("text", "b"), ("tag", "endif"), ("text", " c")]
    assert _kinds(source) == expected


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("a\nb {{ X", 2, "{{ without }}"),
        ("{{ .X", 1, "{{ without }}"),
        ("\n\n{% if X", 3, "{% without %}"),
        ("{{ 'a }}", 1, "not closed"),
        ("{{ (a }}", 1, "not closed"),
        ("{{ }}", 1, "nothing between"),
        ("{{-}}", 1, "nothing between"),
        ("{% raw %} x", 1, "no {% endraw %}"),
        ("x\n{% set y = 1 %}", 2, "{% set %} is not part"),
        ("{% macro m() %}{% endmacro %}", 1, "{% macro %} is not part"),
        ("{%- include 'x' %}", 1, "{% include %} is not part"),
        ("{% import 'x' as y %}", 1, "{% import %} is not part"),
        ("{% extends 'x' %}", 1, "{% extends %} is not part"),
        ("{% block x %}{% endblock %}", 1, "{% block %} is not part"),
        ("{% call x() %}{% endcall %}", 1, "{% call %} is not part"),
        ("{% filter upper %}{% endfilter %}", 1, "{% filter %} is not part"),
        ("{% do x %}", 1, "{% do %} is not part"),
        ("{% with x = 1 %}{% endwith %}", 1, "{% with %} is not part"),
        ("{% autoescape true %}{% endautoescape %}", 1, "{% autoescape %} is not part"),
        ("{% trans %}{% endtrans %}", 1, "{% trans %} is not part"),
    ],
)
def test_mistakes_are_told_with_their_line(source: str, line: int, message: str) -> None:
    error = scan(source).errors[0]
    assert message in error.message
    assert error.line == line
    assert error.expression


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{% set a %}b{% endset %}{{ }}", ["{% set %}", "nothing between"]),
        ("{{ 'a }}{{ b ( }}{% do c %}", ["a quote or bracket", "a quote or bracket", "{% do %}"]),
        (
            "{% endset %}{% set a = 1 %}{% include 'x' %}",
            ["{% endset %}", "{% set %}", "{% include"],
        ),
        ("{{ range .a {{ b }}{{ }}", ["inside the action", "nothing between"]),
        ("{{ }}{% raw %}", ["nothing between", "{% raw %}"]),
    ],
)
def test_every_mistake_is_told(source: str, told: list[str]) -> None:
    errors = scan(source).errors
    assert len(errors) == len(told)
    assert all(part in error.message for error, part in zip(errors, told, strict=True))


def test_segments_know_where_they_start() -> None:
    assert scan("ab{{ X }}c").segments == [
        Segment("text", "ab", 0),
        Segment("value", " X ", 2),
        Segment("text", "c", 9),
    ]


def test_plain_text_is_seen_at_once() -> None:
    assert is_plain("echo ${#a[@]} {# x #} { {")
    assert not is_plain("{{ X }}")
    assert not is_plain("{% if X %}")


@pytest.mark.parametrize(
    ("offset", "place"), [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (5, (2, 3)), (6, (3, 1))]
)
def test_places_count_from_one(offset: int, place: tuple[int, int]) -> None:
    assert Positions("ab\ncd\ne").at(offset) == place


def test_places_are_told_one_after_the_other() -> None:
    places = Positions("ab\ncd\ne")
    assert [places.at(offset) for offset in (0, 2, 2, 5, 6)] == [
        *((1, 1), (1, 3), (1, 3)),
        *((2, 3), (3, 1)),
    ]


def test_a_long_text_is_read_as_far_as_brackets_are_looked_for() -> None:
    long = scan("{{ ( }}" * 2000)
    assert not long.is_whole
    assert len(long.errors) < 20
    short = scan("{{ ( }}" * 30)
    assert short.is_whole
    assert len(short.errors) == 30
