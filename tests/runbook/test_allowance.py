from __future__ import annotations

import pytest

from pup_tui.runbook.allowance import MAX_OPERATORS, Allowance, has_too_many_operators


@pytest.mark.parametrize(
    ("role", "text"),
    [
        ("template", "{{ A | upper }}"),
        ("template", "{{ A }}"),
        ("template", "{% if A %}x{% endif %}"),
        ("template", "{{ never closed"),
        ("expression", "A | length > 3"),
        ("condition", "value < 5"),
        ("arguments", "monitors list"),
        ("shell", "echo {{ A }} | sort"),
        ("regex", "[a-z]+"),
    ],
)
def test_what_is_costly_runs_out(role: str, text: str) -> None:
    allowance = Allowance()
    taken = [allowance.take(role, f"{text} {number}") for number in range(60_000)]
    assert taken[0]
    assert not taken[-1]
    assert taken == sorted(taken, reverse=True)


@pytest.mark.parametrize(
    ("role", "text"), [("template", "plain"), ("shell", "a | b"), ("json", "x")]
)
def test_plain_text_costs_nothing(role: str, text: str) -> None:
    allowance = Allowance()
    assert all(allowance.take(role, f"{text} {number}") for number in range(60_000))


def test_a_text_that_comes_again_costs_nothing() -> None:
    allowance = Allowance()
    assert all(allowance.take("expression", "A | length > 3") for _ in range(60_000))


def test_a_thousand_ordinary_steps_can_be_checked() -> None:
    allowance = Allowance()
    for number in range(1000):
        assert allowance.take(
            "arguments", f"monitors search --query='service:{{{{ A }}}}' {number}"
        )
        assert allowance.take("condition", f"json.monitors | length > {number}")


def test_operators_of_a_script() -> None:
    assert not has_too_many_operators("a | " * MAX_OPERATORS)
    assert has_too_many_operators("a | " * (MAX_OPERATORS + 1))
