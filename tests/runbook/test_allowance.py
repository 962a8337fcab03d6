from __future__ import annotations

import pytest

from pup_tui.runbook.allowance import MAX_OPERATORS, Allowance, has_too_many_operators
from pup_tui.runbook.roles import Role


@pytest.mark.parametrize(
    ("role", "text"),
    [
        (Role.TEXT, "{{ A | upper }}"),
        (Role.TEXT, "{{ A }}"),
        (Role.TEXT, "{% if A %}x{% endif %}"),
        (Role.TEXT, "{{ never closed"),
        (Role.EXPRESSION, "A | length > 3"),
        (Role.CONDITION, "value < 5"),
        (Role.ARGUMENTS, "monitors list"),
        (Role.SCRIPT, "echo {{ A }} | sort"),
        (Role.PATTERN, "[a-z]+"),
    ],
)
def test_what_is_costly_runs_out(role: Role, text: str) -> None:
    allowance = Allowance()
    taken = [allowance.take(role, f"{text} {number}") for number in range(60_000)]
    assert taken[0]
    assert not taken[-1]
    assert taken == sorted(taken, reverse=True)


@pytest.mark.parametrize(
    ("role", "text"), [(Role.TEXT, "plain"), (Role.SCRIPT, "a | b"), (Role.JSON, "x")]
)
def test_plain_text_costs_nothing(role: Role, text: str) -> None:
    allowance = Allowance()
    assert all(allowance.take(role, f"{text} {number}") for number in range(60_000))


def test_a_text_that_comes_again_costs_nothing() -> None:
    allowance = Allowance()
    assert all(allowance.take(Role.EXPRESSION, "A | length > 3") for _ in range(60_000))


def test_a_thousand_ordinary_steps_can_be_checked() -> None:
    allowance = Allowance()
    for number in range(1000):
        assert allowance.take(
            Role.ARGUMENTS, f"monitors search --query='service:{{{{ A }}}}' {number}"
        )
        assert allowance.take(Role.CONDITION, f"json.monitors | length > {number}")


def test_operators_of_a_script() -> None:
    assert not has_too_many_operators("a | " * MAX_OPERATORS)
    assert has_too_many_operators("a | " * (MAX_OPERATORS + 1))
