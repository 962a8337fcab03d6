"""Whether a step changes anything, as far as its text tells."""

from __future__ import annotations

import pytest

from pup_tui.catalog.effects import mutates
from pup_tui.runbook.model import Step
from tests.support.runbooks import runbook_of


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("kind: pup, run: monitors list", False),
        ("kind: pup, run: pup monitors list", False),
        ("kind: pup, run: 'downtime cancel 1'", True),
        ("kind: pup, run: 'feature-flags disable x --env y'", True),
        ("kind: pup, run: 'no-such command'", None),
        ("kind: http, url: 'https://example.com'", False),
        ("kind: http, method: POST, url: 'https://example.com'", True),
        ("kind: datadog-workflow, workflow_id: x", True),
        ("kind: shell, run: ls", None),
        ("kind: shell, danger: true, run: ls", True),
        ("kind: confirm, message: x", False),
        ("kind: wait, duration: 1s", False),
        ("kind: input, vars: {A: }", False),
        ("kind: notify, to: 'slack://a/b/c', message: x", True),
        ("kind: group, steps: [{name: b, kind: wait, duration: 1s}]", False),
        ("kind: parallel, steps: [{name: b, kind: pup, run: 'downtime cancel 1'}]", True),
        ("kind: group, steps: [{name: b, kind: shell, run: ls}]", None),
        ("kind: http, read_only: false, url: 'https://example.com'", None),
        ("kind: http, method: DELETE, read_only: false, url: 'https://example.com'", True),
        ("kind: confirm, danger: true, message: x", False),
    ],
)
def test_mutates(step: str, expected: bool | None) -> None:
    assert mutates(_step(step)) is expected


@pytest.mark.parametrize(
    ("step", "believed", "otherwise"),
    [
        ("kind: shell, read_only: true, run: ls", False, None),
        ("kind: http, read_only: true, method: POST, url: 'https://example.com'", False, True),
        ("kind: http, read_only: true, method: '{{ M }}', url: 'https://example.com'", False, None),
        ("kind: pup, read_only: true, run: 'no-such command'", False, None),
        ("kind: sql, read_only: true, url: 'sqlite://', query: select 1", False, None),
        ("kind: group, steps: [{name: b, kind: shell, read_only: true, run: ls}]", False, None),
        ("kind: group, read_only: true, steps: [{name: b, kind: shell, run: ls}]", None, None),
    ],
)
def test_only_a_believed_file_says_that_its_steps_look(
    step: str, believed: bool | None, otherwise: bool | None
) -> None:
    assert mutates(_step(step), is_believed=True) is believed
    assert mutates(_step(step)) is otherwise


def test_no_claim_stands_against_what_is_known() -> None:
    step = _step("kind: pup, read_only: true, run: 'downtime cancel 1'")
    assert mutates(step, is_believed=True) is True


def _step(text: str) -> Step:
    return runbook_of(f"name: t\nvars: {{M: GET}}\nsteps: [{{name: a, {text}}}]").steps[0]
