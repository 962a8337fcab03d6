from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pup_tui.runbook.load import Loaded
from pup_tui.runbook.undeclared import names_under_default
from pup_tui.runbook.variables.resolve import Resolved, resolve
from pup_tui.runbook.variables.sources import Sources

Check = Callable[..., Loaded]
Errors = Callable[..., list[str]]


def runbook(variables: str, run: str = "echo") -> str:
    return (
        f"name: runbook\nvars: {variables}\nsteps:\n"
        f"  - name: s\n    kind: shell\n    run: '{run}'\n"
    )


def missing(path: str) -> str:
    raise FileNotFoundError(path)


@pytest.fixture
def resolved(check: Check) -> Callable[..., Resolved]:
    def work_out(
        text: str,
        given: Mapping[str, object] | None = None,
        environ: Mapping[str, str] | None = None,
        read_file: Callable[[str], str] = missing,
    ) -> Resolved:
        made = check(text).require()

        async def read(path: Path) -> str:
            return read_file(str(path))

        sources = Sources(environ=environ or {}, home=Path("/home/ada"), read_file=read)
        undeclared = names_under_default(made)
        return asyncio.run(resolve(made.vars, given or {}, sources=sources, undeclared=undeclared))

    return work_out


def test_order_given_from_default(resolved: Callable[..., Resolved]) -> None:
    text = runbook("{A: {from: 'env:HERE', default: d}}")
    for given, environ, value, source in (
        ({"A": "g"}, {"HERE": "e"}, "g", "given"),
        ({}, {"HERE": "e"}, "e", "from"),
        ({}, {"HERE": ""}, "", "from"),
        ({}, {}, "d", "default"),
    ):
        made = resolved(text, given, environ)
        assert made.values == {"A": value}
        assert made.sources == {"A": source}
        assert not made.problems


def test_values_have_the_type_of_their_variable(resolved: Callable[..., Resolved]) -> None:
    text = runbook(
        "{A: 5, B: {type: integer, default: 5}, C: {type: boolean, default: no},"
        " D: {type: number, default: 1.50}, E: {type: duration, default: 1h30m},"
        " F: {type: enum, choices: [1.10, 2], default: 1.10}}"
    )
    assert resolved(text).values == {
        "A": "5",
        "B": 5,
        "C": False,
        "D": 1.5,
        "E": "1h30m",
        "F": "1.10",
    }


def test_a_default_sees_the_variables_above_it(resolved: Callable[..., Resolved]) -> None:
    text = runbook('{A: x, B: {required: false}, C: "{{ A }}-{{ B }}-{{ Z | default(1) }}"}')
    assert resolved(text).values["C"] == "x--1"
    assert resolved(text, {"A": "{{ 7*7 }}"}).values["C"] == "{{ 7*7 }}--1"


def test_what_a_default_renders_to_is_checked(resolved: Callable[..., Resolved]) -> None:
    text = runbook('{A: x, B: {type: integer, default: "{{ A }}"}}')
    (problem,) = resolved(text).problems
    assert problem.message == "`B` (its default): `x` is not a whole number"
    assert resolved(text, {"A": "5"}).values["B"] == 5


def test_required_and_left_out(resolved: Callable[..., Resolved]) -> None:
    made = resolved(runbook("{A: {}, B: , C: {required: false}, D: {from: 'env:NOPE'}}"))
    assert [problem.name for problem in made.problems] == ["A", "B", "D"]
    assert made.left_out == ("C",)
    assert str(made.problems[0]) == "`A` is required: give it a value"
    assert str(made.problems[2]) == "`D` is required: env:NOPE holds none; give it a value"


@pytest.mark.parametrize(
    "variable",
    [
        "type: integer",
        "type: url",
        "type: enum, choices: [a]",
        'pattern: "[a-z]+"',
        "min_length: 2",
    ],
)
@pytest.mark.parametrize("given", [{"A": " "}, {}])
def test_a_blank_that_is_no_value_leaves_out_what_may_be(
    variable: str, given: dict[str, str], resolved: Callable[..., Resolved]
) -> None:
    text = runbook(f'{{NONE: "", A: {{{variable}, default: "{{{{ NONE }}}}", required: %s}}}}')
    made = resolved(text % "false", given)
    assert (made.problems, made.left_out, "A" in made.values) == ((), ("A",), False)
    assert len(resolved(text % "true", given).problems) == 1


def test_a_blank_that_is_a_value_stays_one(resolved: Callable[..., Resolved]) -> None:
    text = runbook("{A: {required: false}, B: {type: list, required: false, max_length: 2}}")
    assert resolved(text, {"A": "", "B": ""}).values == {"A": "", "B": []}


def test_wrong_value(resolved: Callable[..., Resolved]) -> None:
    text = runbook("{A: {type: integer}, B: {from: 'env:HERE', type: integer}}")
    made = resolved(text, {"A": "x"}, {"HERE": "y"})
    assert [problem.message for problem in made.problems] == [
        "`A`: `x` is not a whole number",
        "`B` (from env:HERE): `y` is not a whole number",
    ]


def test_a_default_that_needs_a_wrong_variable_is_told_as_such(
    resolved: Callable[..., Resolved],
) -> None:
    made = resolved(runbook('{A: {}, B: "{{ A }}"}'))
    assert [problem.message for problem in made.problems] == [
        "`A` is required",
        "`B` has a default that needs another variable",
    ]


def test_unknown_names(resolved: Callable[..., Resolved]) -> None:
    made = resolved(runbook("{SERVICE: x}"), {"SERVCE": "y", "a\x1b": "z"})
    assert [str(problem) for problem in made.problems] == [
        "this runbook has no variable `SERVCE`: did you mean `SERVICE`?",
        "this runbook has no variable `a\\x1b`",
    ]


def test_a_name_that_stands_only_under_default_may_be_given(
    resolved: Callable[..., Resolved],
) -> None:
    text = runbook("{}", 'echo {{ EXTRA | default("") }}')
    made = resolved(text, {"EXTRA": "x"})
    assert made.values == {"EXTRA": "x"}
    assert not made.problems
    (problem,) = resolved(text, {"EXTRA": "a\x00"}).problems
    assert problem.name == "EXTRA"


def test_from_a_file(resolved: Callable[..., Resolved]) -> None:
    text = runbook("{A: {from: 'file:/run/secrets/a', default: d}}")
    assert resolved(text, read_file=lambda path: f"{path}\n").values == {"A": "/run/secrets/a"}
    assert resolved(text).values == {"A": "d"}

    def forbidden(path: str) -> str:
        raise PermissionError(13, "Permission denied", path)

    (problem,) = resolved(text, read_file=forbidden).problems
    assert problem.message == ("`A` cannot be read from file:/run/secrets/a: Permission denied")


def test_a_file_that_is_not_text(resolved: Callable[..., Resolved]) -> None:
    def binary(path: str) -> str:
        return b"\xff".decode()

    (problem,) = resolved(runbook("{A: {from: 'file:x'}}"), read_file=binary).problems
    assert problem.message == "`A` cannot be read from file:x: it is not UTF-8 text"


@pytest.mark.parametrize(
    ("variable", "error"),
    [
        ("{A: {type: strng}}", "2:18: `type` cannot be `strng`"),
        ("{A: {choices: [a]}}", "2:12: `choices` does not fit type `string`"),
        ("{A: {type: enum}}", "2:11: an enum has no `choices`"),
        ("{A: {type: enum, choices: [a, b], default: c}}", "2:50: the default does not fit: `c`"),
        ("{A: {type: enum, choices: [{value: a, labl: b}]}}", "2:45: unknown key `labl`"),
        ("{A: {min: 5}}", "2:12: `min` does not fit type `string`"),
        ("{A: {type: integer, max_length: 5}}", "2:27: `max_length` does not fit type `integer`"),
        ("{A: {type: integer, min: 5, max: 4}}", "2:35: `max` is below `min`"),
        ("{A: {type: integer, min: x}}", "2:32: `min` must be a number, not text"),
        ("{A: {min_length: -1}}", "2:11: a length cannot be below 0"),
        ("{A: {type: integer, default: x}}", "2:36: the default does not fit: `x`"),
        ("{A: {type: boolean, default: 2}}", "2:36: the default does not fit: `2`"),
        ("{A: {type: duration, default: soon}}", "2:37: the default does not fit: 'soon'"),
        ("{A: {pattern: '[a-z]+', default: A1}}", "2:40: the default does not fit: `A1`"),
        ("{A: {pattern: '['}}", "2:21: `pattern` is not usable"),
        ("{A: {pattern: '(?=x)'}}", "2:21: `pattern` is not usable: lookaround"),
        ("{A: {default: [1]}}", "2:21: `default` of type `string` must be one value, not a list"),
        ("{A: {required: maybe}}", "2:22: `required` must be true or false"),
        ("{A: {from: HOME}}", "2:18: `HOME` names no place to take a value from"),
        ("{A: {from: 'env:'}}", "2:18: `env:` names no place to take a value from"),
        ("{A-B: x}", "2:8: `A-B` cannot be the name of a variable"),
        ("{steps: x}", "2:8: `steps` has a meaning of its own in templates"),
        ("{A: [x]}", "2:11: variable `A` must be a default or a map, not a list"),
        ("[A]", "2:7: `vars` must be a map, not a list"),
    ],
)
def test_wrong_variables(variable: str, error: str, errors: Errors) -> None:
    told = errors(runbook(variable))
    assert len(told) == 1
    assert told[0].startswith(error)


@pytest.mark.parametrize(("count", "valid"), [(999, True), (1000, True), (1001, False)])
def test_limit_of_variables(count: int, valid: bool, check: Check) -> None:
    variables = ", ".join(f"V{number}: x" for number in range(count))
    assert check(runbook(f"{{{variables}}}")).ok is valid
