"""Variables of the type `list`, from what is given to what a file says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from pup_tui.runbook.load import Loaded
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.variables.checks import check_value
from pup_tui.runbook.variables.items import MAX_ITEMS, lines_as_json, lines_of
from pup_tui.spelling import spelled

Errors = Callable[..., list[str]]

LIST = Variable(type="list")
TASK = "steps: [{name: s, kind: shell, run: 'echo {{ A }}'}]\n"
OTHER = (
    "name: other\n"
    "vars: {HOSTS: {type: list, pattern: '[a-z0-9]+', max_length: 2}}\n"
    "steps: [{name: s, kind: shell, run: 'echo {{ HOSTS }}'}]\n"
)


@pytest.mark.parametrize(
    ("raw", "items"),
    [
        ('["a", "b c"]', ["a", "b c"]),
        (' [ "a" ]\n', ["a"]),
        ("[1.10, 5, 1e3, true, 99999999999999999999]", ["1.10", "5", "1e3", "true", "9" * 20]),
        ('["[1]"]', ["[1]"]),
        ('[""]', [""]),
        ("a", ["a"]),
        ("a, b", ["a, b"]),
        ("a\nb", ["a\nb"]),
        ("[a, b]", ["[a, b]"]),
        ("[NaN]", ["[NaN]"]),
        ('{"a": 1}', ['{"a": 1}']),
        ("[" * 5000, ["[" * 5000]),
        (["a", spelled(3.1, "3.10"), False], ["a", "3.10", "false"]),
        (("a",), ["a"]),
        (7, ["7"]),
    ],
)
def test_what_stands_for_which_items(raw: object, items: list[str]) -> None:
    assert check_value(LIST, raw) == items


@pytest.mark.parametrize(
    ("variable", "raw", "message"),
    [
        (LIST, "[]", "it is required and may not be empty"),
        (LIST, " ", "it is required and may not be empty"),
        (LIST, '["a", {"b": 1}]', "item 2 must be text, not a map"),
        (LIST, '[["a"]]', "item 1 must be text, not a list"),
        (LIST, ["a", None], "item 2 must be text, not null"),
        (LIST, {"a": "b"}, "it must be a list of texts"),
        (LIST, None, "it must be a list of texts"),
        (LIST, '["a", "\\u0000"]', "item 2: it holds a NUL character"),
        (LIST, '["\\ud800"]', "item 1: it is not valid text"),
        (LIST, ["x"] * (MAX_ITEMS + 1), "it has more than 10,000 items"),
        (LIST, ["x" * 700_000, "y" * 700_000], "longer than"),
        (Variable(type="list", pattern="[a-z]+"), '["a", "B"]', "item 2: `B` does not match"),
        (Variable(type="list", choices=("a", "b")), '["a", "c"]', "item 2: `c` is not one of"),
        (Variable(type="list", min_length=2), "abc", "it must have at least 2 items"),
        (Variable(type="list", max_length=1), '["a", "b"]', "it must have at most 1 item"),
    ],
)
def test_what_a_list_may_not_be(variable: Variable, raw: object, message: str) -> None:
    with pytest.raises(ValueError, match=r"\A[^\n]*\Z") as error:
        check_value(variable, raw)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "variable",
    [
        Variable(type="list", min_length=0),
        Variable(type="list", required=False),
        Variable(type="list", default=("a",)),
    ],
)
@pytest.mark.parametrize("raw", ["[]", "", " ", []])
def test_where_a_list_may_be_empty(variable: Variable, raw: object) -> None:
    assert check_value(variable, raw) == []


@pytest.mark.parametrize(
    "item",
    ["", " ", " a ", "a\nb", "a\r", "[1]", "[x", "\u202e", "\x1b[31m", "é", '"a"', "x" * 5000],
)
def test_any_item_can_stand_on_a_line(item: str) -> None:
    items = ["first", item, item, "last"]
    told = lines_of(items)
    assert told.count("\n") == 3
    assert json.loads(lines_as_json(told)) == items
    assert check_value(LIST, lines_as_json(told)) == items


@pytest.mark.parametrize(
    ("lines", "items"),
    [
        ("a\n\n  b c \n", ["a", "b c"]),
        ('a\n["x", 1.10]\n', ["a", "x", "1.10"]),
        ("[]\na", ["a"]),
        ("\n \n", []),
    ],
)
def test_what_stands_on_lines(lines: str, items: list[str]) -> None:
    assert json.loads(lines_as_json(lines)) == items


def test_a_line_with_what_no_list_may_hold_is_told_and_not_taken_for_text() -> None:
    with pytest.raises(ValueError, match="item 2 must be text, not a map"):
        check_value(LIST, lines_as_json('a\n[{"b": 1}]'))


@pytest.mark.parametrize(
    ("variable", "error"),
    [
        ("{default: [a]}", "2:21: `default` of type `string` must be one value, not a list"),
        ("{type: enum, choices: [a], default: [a]}", "2:47: `default` of type `enum`"),
        ("{type: list, default: {a: b}}", "2:33: `default` must be text or a list, not a map"),
        ("{type: list, default: [[a]]}", "2:34: item 1 of `default` must be text, not a list"),
        ("{type: list, default: [a, null]}", "2:37: item 2 of `default` is empty"),
        (
            "{type: list, pattern: '[a-z]+', default: [a, B]}",
            "2:52: the default does not fit: item 2",
        ),
        ("{type: list, min_length: 2, default: a}", "2:48: the default does not fit: it must have"),
        (
            "{type: list, choices: [a, b], default: [c]}",
            "2:50: the default does not fit: item 1: `c`",
        ),
        ("{type: list, default: [a, '{{ B }}']}", "2:41: `B` is not a variable"),
        (
            "{type: list, default: [a, '{{ A }}']}",
            "2:37: the defaults go round in a circle: A -> A",
        ),
        ("{type: list, min: 1}", "2:24: `min` does not fit type `list`"),
        ("[a]", "2:11: variable `A` must be a default or a map, not a list"),
    ],
)
def test_wrong_lists(variable: str, error: str, errors: Errors) -> None:
    told = errors(f"name: runbook\nvars: {{A: {variable}}}\n{TASK}")
    assert len(told) == 1, told
    assert told[0].startswith(error)


def test_how_a_list_is_written_is_told(check: Callable[..., Loaded]) -> None:
    (problem,) = check(f"name: runbook\nvars: {{A: [a]}}\n{TASK}").errors
    assert problem.hint == "write {type: list, default: […]}"


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ("[a, 1]", []),
        ("'{{ A }}'", []),
        ("[a, '{{ A }}']", []),
        ('\'["a", "b"]\'', []),
        ("[a, B-1]", ["4:34: `HOSTS` does not fit: `B-1` does not match"]),
        ("['{{ A }}', B-1, C-2]", ["`HOSTS` does not fit: `B-1`", "`HOSTS` does not fit: `C-2`"]),
        ("[a, [b]]", ["4:34: `HOSTS` does not fit: each item must be text, not a list"]),
        ("[a, b, c]", ["4:30: `HOSTS` does not fit: it must have at most 2 items"]),
        ("[]", ["4:30: `HOSTS` does not fit: it is required and may not be empty"]),
        ("{a: b}", ["4:30: `HOSTS` does not fit: it must be a list of texts, not a map"]),
    ],
)
def test_what_a_called_runbook_is_given(given: str, messages: list[str], errors: Errors) -> None:
    text = (
        "name: runbook\nvars: {A: x}\nsteps: \n"
        f"- {{name: c, kind: runbook, vars: {{HOSTS: {given}}}, runbook: other}}\n"
    )
    told = errors(text, {"other.yaml": OTHER})
    assert len(told) == len(messages), told
    for message, error in zip(messages, told, strict=True):
        assert message.lstrip("0123456789: ") in error


@pytest.mark.parametrize(
    ("run", "warned"),
    [
        ("rm {{ HOSTS }}", False),
        ("rm {{ HOSTS[0] }}", True),
        ("rm {{ SAFE[0] }}", False),
        ("rm {{ SOME | first }}", False),
    ],
)
def test_an_item_may_be_an_option_and_the_json_of_a_list_may_not(
    run: str, warned: bool, lint: Callable[..., Loaded]
) -> None:
    variables: Mapping[str, str] = {
        "HOSTS": "{type: list}",
        "SAFE": "{type: list, pattern: '[a-z]+'}",
        "SOME": "{type: list, choices: [a, b]}",
    }
    name = next(name for name in variables if name in run)
    text = (
        f"name: runbook\nvars: {{{name}: {variables[name]}}}\n"
        f"steps: [{{name: s, kind: shell, run: '{run}'}}]\n"
    )
    assert ("option-injection" in {problem.code for problem in lint(text).warnings}) is warned
