"""Names that can never mean anything are errors before a run begins."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded
from pup_tui.runbook.scope import ATTEMPT_NAMES
from pup_tui.runbook.steps import STEP_FIELDS
from pup_tui.runbook.undeclared import names_under_default

Errors = Callable[..., list[str]]

TOP = "name: runbook\nvars: {A: {default: x}}\nsteps:\n"


def shell(run: str, *keys: str, name: str = "s") -> str:
    lines = "".join(f"    {key}\n" for key in keys)
    return f"  - name: {name}\n    kind: shell\n    run: '{run}'\n{lines}"


@pytest.mark.parametrize(
    "run",
    [
        "echo {{ A }}",
        "echo {{ A | upper }}",
        "echo {{ run.id }} {{ run.operator }}",
        'echo {{ NOWHERE | default("x") }}',
        'echo {{ NOWHERE | default: "x" }}',
        "{% if NOWHERE is defined %}echo{% endif %}",
        "{% for item in A.list %}echo {{ item }}; {% endfor %}",
        "docker ps --format {{ .Names }}",
    ],
)
def test_known_names(run: str, errors: Errors) -> None:
    assert errors(TOP + shell(run)) == []


@pytest.mark.parametrize(
    ("run", "error"),
    [
        ("echo {{ NOWHERE }}", "6:19: `NOWHERE` is not defined"),
        ("echo A {{ B }}", "6:21: `B` is not defined"),
        ("echo NOWHERE {{ NOWHERE }}", "6:27: `NOWHERE` is not defined"),
        ("echo {{ A ~ B }}", "6:23: `B` is not defined"),
        (
            "echo {{ output }}",
            "6:19: `output` is known only in until, fail_if, assert, capture, show and retry.on",
        ),
        ("echo {{ steps.nope.output }}", "6:25: there is no step `nope`"),
        ("echo {{ steps.s.output }}", "6:25: step `s` is this very step"),
        ("echo {{ steps.s.stdout }}", "6:27: a step has no `stdout`"),
    ],
)
def test_unknown_names(run: str, error: str, errors: Errors) -> None:
    assert errors(TOP + shell(run)) == [error]


def test_suggestion_for_a_name(check: Callable[..., Loaded]) -> None:
    text = "name: runbook\nvars: {SERVICE: {}}\nsteps:\n" + shell("echo {{ SERVCE }}")
    assert check(text).errors[0].hint == "did you mean `SERVICE`?"


def test_place_inside_a_block(errors: Errors) -> None:
    text = TOP + "  - name: s\n    kind: shell\n    run: |\n      echo\n      echo {{ B }}\n"
    assert errors(text) == ["8:15: `B` is not defined"]


def test_place_of_a_syntax_error_inside_a_block(errors: Errors) -> None:
    text = (
        TOP
        + "  - name: s\n    kind: shell\n    run: |\n      echo\n      echo {{ A | nofilter }}\n"
    )
    assert errors(text)[0].startswith("8:")


def test_captures_are_known_to_later_steps_only(errors: Errors) -> None:
    text = TOP
    text += shell("echo {{ LATER }}", name="one")
    text += shell("echo {{ LATER }}", "capture: LATER", name="two")
    text += shell("echo {{ LATER }}", name="three")
    assert errors(text) == [
        "6:19: `LATER` is captured only by step `two`, which runs later",
        "9:19: `LATER` is captured only by this very step",
    ]


def test_results_of_later_steps_are_not_known(errors: Errors) -> None:
    text = TOP + shell("echo {{ steps.two.output }}", name="one") + shell("echo", name="two")
    assert errors(text) == ["6:25: step `two` has not run when this step runs"]


def test_cleanup_steps_run_last(errors: Errors) -> None:
    text = TOP
    text += shell("echo {{ X }}{{ steps.two.output }}", "when: cleanup", name="one")
    text += shell("echo", "capture: X", name="two")
    assert errors(text) == []
    text = TOP
    text += shell("echo", "when: cleanup", "capture: X", name="one")
    text += shell("echo {{ X }}", name="two")
    assert errors(text) == ["11:19: `X` is captured only by step `one`, which runs later"]


@pytest.mark.parametrize("name", sorted(ATTEMPT_NAMES))
@pytest.mark.parametrize(
    "key",
    [
        "poll: {until: '#'}",
        "poll: {until: empty, fail_if: '#'}",
        "assert: '# == 1'",
        "assert: [{that: '# == 1', message: '{{ # }}'}]",
        "capture: {X: '#'}",
        "retry: {attempts: 3, on: '#'}",
    ],
)
def test_what_an_attempt_tells(name: str, key: str, errors: Errors) -> None:
    assert errors(TOP + shell("echo", key.replace("#", name))) == []


@pytest.mark.parametrize(
    "key", ["if: output == 1", "cwd: '{{ stderr }}'", "timeout: '{{ value }}'"]
)
def test_what_an_attempt_tells_is_not_known_elsewhere(key: str, errors: Errors) -> None:
    assert "is known only in until, fail_if, assert" in errors(TOP + shell("echo", key))[0]


def test_a_declared_variable_wins_over_what_an_attempt_tells(errors: Errors) -> None:
    text = "name: runbook\nvars: {status: {default: x}}\nsteps:\n" + shell("echo {{ status }}")
    assert errors(text) == []


@pytest.mark.parametrize("field", sorted(STEP_FIELDS))
def test_fields_of_steps(field: str, errors: Errors) -> None:
    text = TOP + shell("echo", name="one") + shell(f"echo {{{{ steps.one.{field} }}}}", name="two")
    assert errors(text) == []


def test_an_assert_knows_the_captures_of_its_step(errors: Errors) -> None:
    assert errors(TOP + shell("echo", "capture: {N: json.n}", "assert: N > 3")) == []


@pytest.mark.parametrize(
    ("variables", "error"),
    [
        ('{a: "{{ b }}", b: "{{ a }}"}', "the defaults go round in a circle: a -> b -> a"),
        ('{a: "{{ a }}"}', "the defaults go round in a circle: a -> a"),
        ('{a: "{{ c }}", b: "{{ a }}", c: "{{ b }}"}', "in a circle: a -> c -> b -> a"),
        ('{a: "{{ b }}", b: x}', "2:15: `b` stands below `a`"),
        ('{a: "{{ c }}"}', "2:15: `c` is not a variable"),
        (
            '{a: "{{ steps.s.output }}"}',
            "2:15: `steps.s` is not known here",
        ),
        ("{a: {when: steps.s.output == '1'}}", "2:18: `steps.s` is not known here"),
        ('{a: {choices_from: "echo {{ steps.s.output }}"}}', "2:35: `steps.s` is not known here"),
        ('{a: {from: "command: echo {{ steps.s.output }}"}}', ": `steps.s` is not known here"),
        ('{a: "{{ 1 | }}"}', "2:"),
    ],
)
def test_defaults(variables: str, error: str, errors: Errors) -> None:
    told = errors(f"name: runbook\nvars: {variables}\nsteps:\n" + shell("echo"))
    assert len(told) == 1
    assert error in told[0]


ASKED = [
    'default: "{{ steps.FIELD }}"',
    'default: ["{{ steps.FIELD }}"], type: list',
    "when: steps.FIELD == '1'",
    'choices_from: "echo {{ steps.FIELD }}"',
    'from: ["env:A", "command: echo {{ steps.FIELD }}"]',
]


@pytest.mark.parametrize("key", ASKED)
@pytest.mark.parametrize(
    ("field", "error"),
    [
        ("look.output", ""),
        ("late.output", "step `late` has not run when this step runs"),
        ("lok.output", "there is no step `lok`"),
        ("look.outptu", "a step has no `outptu`"),
    ],
)
def test_what_is_asked_for_in_a_run_may_use_results_of_earlier_steps(
    key: str, field: str, error: str, errors: Errors
) -> None:
    asks = f"  - {{name: ask, kind: input, vars: {{ASKED: {{{key.replace('FIELD', field)}}}}}}}\n"
    told = errors(TOP + shell("echo", name="look") + asks + shell("echo", name="late"))
    assert len(told) == bool(error)
    assert all(error in each for each in told)


def test_names_under_default(check: Callable[..., Loaded]) -> None:
    text = TOP + shell(
        'echo {{ A | default("") }} {{ B | default("") }} {{ C | default("") }}',
        "if: D is defined",
        "capture: C",
    )
    assert names_under_default(check(text).require()) == {"B", "D"}


def test_a_later_result_may_stand_under_default(errors: Errors) -> None:
    text = TOP + shell('echo {{ steps.two.output | default("") }}', name="one")
    assert errors(text + shell("echo", name="two")) == []
    assert errors(text) == ["6:25: there is no step `two`"]


@pytest.mark.parametrize("condition", ["empty", "status == OK", "value < 5", "decreasing"])
def test_if_knows_no_attempt(condition: str, errors: Errors) -> None:
    assert errors(TOP + shell("echo", f"if: {condition}"))


def test_if_may_compare_a_variable_of_such_a_name(errors: Errors) -> None:
    text = "name: runbook\nvars: {status: {default: OK}}\nsteps:\n"
    assert errors(text + shell("echo", "if: status == 'OK'")) == []


@pytest.mark.parametrize("field", sorted(STEP_FIELDS))
def test_what_a_step_said_that_captures_a_secret_is_secret(field: str, errors: Errors) -> None:
    text = TOP + shell("echo", "capture: {K: {value: json.token, secret: true}}")
    text += (
        f"  - {{name: p, kind: pup, run: 'monitors search --query {{{{ steps.s.{field} }}}}'}}\n"
    )
    refused = any(f"`steps.s.{field}` is a secret and may not stand" in e for e in errors(text))
    assert refused is (field not in {"outcome", "exit_code", "status_code", "duration"})


@pytest.mark.proves("P30")
@pytest.mark.parametrize(
    ("capture", "refused"), [("output ~ TOKEN", True), ("TOKEN | length", False)]
)
def test_what_is_captured_out_of_a_secret_is_secret(
    capture: str, refused: bool, errors: Errors
) -> None:
    text = TOP.replace("vars: {", "vars: {TOKEN: {type: secret}, ")
    text += shell("echo", f"capture: {{K: '{capture}'}}")
    text += "  - {name: p, kind: pup, run: 'monitors search --query {{ K }}'}\n"
    assert any("`K` is a secret and may not stand" in e for e in errors(text)) is refused
