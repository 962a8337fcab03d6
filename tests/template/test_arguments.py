"""Argument lists: split first, rendered after."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.arguments import argument_problem, compile_arguments
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import MAX_ARGUMENT

_HOSTILE = [
    item["value"]
    for item in json.loads((Path(__file__).parent / "data" / "hostile_values.json").read_text())
]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", []),
        ("  a  b\n c\t", ["a", "b", "c"]),
        ('--query="service:x status:error"', ["--query=service:x status:error"]),
        ("'a b' \"c d\"e", ["a b", "c de"]),
        ('a\\ b \\"', ["a b", '"']),
        ('"a\\"b\\\\ \\$ \\n" \'\\n\'', ['a"b\\ $ \\n', "\\n"]),
        ("a \\\n b", ["a", "b"]),
        ("'' \"\"", ["", ""]),
        ("$HOME `x` $(y) * ~ # z ; |", ["$HOME", "`x`", "$(y)", "*", "~", "#", "z", ";", "|"]),
        ("--format '{{ .Names }}'", ["--format", "{{ .Names }}"]),
        ("{{ X }}", ["a b'\"c"]),
        ("{{ X }}{{ X }}", ["a b'\"ca b'\"c"]),
        ("--x={{ X }} -y", ["--x=a b'\"c", "-y"]),
        ("'{{ X }} z' \"{{ X }}\"", ["a b'\"c z", "a b'\"c"]),
        ("--q={a:{{ N }},b:{{{ N }}}}", ["--q={a:5,b:{5}}"]),
        ("a {{ EMPTY }} b", ["a", "b"]),
        ("a '{{ EMPTY }}' b", ["a", "", "b"]),
        ("--a={{ EMPTY }} {{ EMPTY }}{{ EMPTY }}", ["--a=", ""]),
        ("{% if N %}--n {{ N }}{% endif %} z", ["--n", "5", "z"]),
        ("{% for i in L %}--l={{ i }} {% endfor %}", ["--l=1", "--l=2"]),
        ("{{ X | raw }}", ["a b'\"c"]),
    ],
)
def test_words(source: str, words: list[str]) -> None:
    scope = {"X": "a b'\"c", "N": 5, "EMPTY": "", "L": [1, 2]}
    assert compile_arguments(source).render(scope) == words


@pytest.mark.parametrize(
    ("source", "value", "words"),
    [
        ("get {{ D }}", '{"data": {"id": "x-1", "type": "t"}}', ["get", "x-1"]),
        ("get '{{ D }}'", '{"id": 7}', ["get", "7"]),
        ("get {{ D }}", {"data": {"id": "x"}, "id": "y"}, ["get", "x"]),
        ("get {{ D }}", '{"data": [1], "id": "y"}', ["get", "y"]),
        ("get {{ D }}", '{"a": 1}', ["get", '{"a": 1}']),
        ("get {{ D }}", '[{"id": 1}]', ["get", '[{"id": 1}]']),
        ("get --id={{ D }}", '{"id": 7}', ["get", '--id={"id": 7}']),
        ("get x{{ D }}", '{"id": 7}', ["get", 'x{"id": 7}']),
        ("get {{ D }}", "{broken", ["get", "{broken"]),
    ],
)
def test_a_captured_object_stands_for_its_id(source: str, value: object, words: list[str]) -> None:
    assert compile_arguments(source).render({"D": value}) == words


@given(st.one_of(st.sampled_from(_HOSTILE), st.text().filter(lambda text: "\0" not in text)))
def test_a_value_is_always_within_one_word(value: str) -> None:
    source = "a x{{ V }} '{{ V }}y' --b=\"{{ V }}\" z"
    words = compile_arguments(source).render({"V": value})
    assert words == ["a", f"x{value}", f"{value}y", f"--b={value}", "z"]


@given(st.text(alphabet="ab'\"\\ \n$x"))
def test_literal_words_are_those_of_a_shell(source: str) -> None:
    try:
        expected = shlex.split(source.replace("\\\n", " "), posix=True)
    except ValueError:
        with pytest.raises(TemplateError):
            compile_arguments(source)
        return
    if "\\$" not in source and "\\\n" not in source:
        assert compile_arguments(source).render({}) == expected


@pytest.mark.parametrize(
    ("source", "line"), [("a 'b", 1), ('a\n"b {{ X }}\n c', 2), ("a\nb \\", 2), ("\\{{ X }}", 1)]
)
def test_open_quotes_are_told_with_their_line(source: str, line: int) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_arguments(source)
    assert caught.value.line == line


def test_a_quote_that_only_one_branch_closes_is_told_when_rendered() -> None:
    arguments = compile_arguments("{% if X %}'a{% else %}b'{% endif %}")
    with pytest.raises(TemplateError, match="not closed"):
        arguments.render({"X": True})


def test_words_are_known_before_rendering() -> None:
    arguments = compile_arguments("slos list --q={{ X }} {{ Y.id | default('') }}")
    assert [word.literal for word in arguments.words] == ["slos", "list", None, None]
    assert arguments.words[2].render({"X": "a b"}) == "--q=a b"
    assert arguments.names == {"X"}
    assert arguments.optional_names == {"Y"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a\0b", "holds a NUL"),
        ("\ud800", "lone surrogate"),
        ("x" * (MAX_ARGUMENT + 1), "longer than 131,071 bytes"),
        ("ü" * (MAX_ARGUMENT // 2 + 1), "longer than 131,071 bytes"),
    ],
)
def test_what_cannot_be_an_argument(text: str, problem: str) -> None:
    assert problem in (argument_problem(text) or "")
    with pytest.raises(TemplateError, match=problem) as caught:
        compile_arguments("x {{ V }}").render({"V": text})
    assert caught.value.expression == "V"


def test_an_argument_at_the_limit() -> None:
    assert argument_problem("x" * MAX_ARGUMENT) is None
    assert compile_arguments("{{ V }}").render({"V": "x" * MAX_ARGUMENT})


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("monitors get {{ A }}", 3),
        ("monitors list {% if A %}--tags {{ A }}{% endif %} x", 2),
        ("monitors list{% if A %}s{% endif %}", 1),
        ("'monitors {% if A %}list{% endif %}'", 0),
        ("{% for a in A %}-f {{ a }} {% endfor %}x", 0),
    ],
)
def test_it_is_known_how_many_words_stand_before_any_branch(source: str, count: int) -> None:
    assert compile_arguments(source).first_words == count
