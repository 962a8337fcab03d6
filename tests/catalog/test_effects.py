"""Whether a step changes anything, as far as its text tells."""

from __future__ import annotations

import pytest

from pup_tui.catalog.effects import mutates
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
    ],
)
def test_mutates(step: str, expected: bool | None) -> None:
    runbook = runbook_of(f"name: t\nsteps: [{{name: a, {step}}}]")
    assert mutates(runbook.steps[0]) is expected
