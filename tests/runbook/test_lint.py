from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.lint import RULES
from pup_tui.runbook.load import Loaded

Check = Callable[..., Loaded]


def step(*lines: str, kind: str = "shell", name: str = "s", top: str = "name: runbook") -> str:
    keys = "".join(f"    {line}\n" for line in lines)
    return f"{top}\nsteps:\n  - name: {name}\n    kind: {kind}\n{keys}"


TOKEN = "ghp_" + "a" * 36

CASES = [
    ("name-differs", step("run: x", top="name: other"), 1),
    ("name-differs", step("run: x", top="name: Runbook"), None),
    ("assert-without-condition", step("run: x", "assert: {message: look}"), 6),
    ("assert-without-condition", step("run: x", "assert: [empty, {message: look}]"), 6),
    ("assert-without-condition", step("run: x", "assert: {empty: false, message: m}"), None),
    ("raw-in-shell", step("run: echo {{ run.id | raw }}"), 5),
    ("raw-in-shell", step("run: echo raw {{ run.id }}"), None),
    ("verify-off", step("url: /x", "verify: false", kind="http"), 6),
    ("verify-off", step("url: /x", "verify: true", kind="http"), None),
    ("password-in-url", step("url: https://a:hunter2@example.com/", kind="http"), 5),
    ("password-in-url", step("url: https://example.com/a:b@c", kind="http"), None),
    ("hidden-characters", step('run: "echo \\u202e"'), 5),
    ("hidden-characters", step("run: x", name="a\u200bb"), 3),
    ("hidden-characters", step("run: echo é 日本"), None),
    ("mixed-scripts", step("run: x", name="d\u0430ta"), 3),
    ("mixed-scripts", step("run: x", name="данные"), None),
    ("mixed-scripts", step("run: x", name="再起動する API"), None),
    ("mixed-scripts", step("run: x", top="name: runbook\nvars: {ok: y}"), None),
    ("literal-secret", step(f"run: curl -H {TOKEN}"), 5),
    ("literal-secret", step("run: x", "env: {API_TOKEN: abcdefgh}"), 6),
    ("literal-secret", step("run: x", "env: {API_TOKEN: '{{ run.id }}'}"), None),
    ("literal-secret", step("run: x", "env: {TOKEN_FILE: /etc/token}"), None),
    ("literal-secret", step("url: /x", "headers: {DD-API-KEY: abcdefgh}", kind="http"), 6),
    (
        "literal-secret",
        step("run: x", top="name: runbook\nvars: {A: {type: secret, default: abcdefgh}}"),
        2,
    ),
]


@pytest.mark.parametrize(("code", "text", "line"), CASES)
def test_rule(code: str, text: str, line: int | None, check: Check) -> None:
    loaded = check(text)
    assert loaded.ok
    found = [problem.line for problem in loaded.warnings if problem.code == code]
    assert found == ([] if line is None else [line])


def test_every_rule_is_tried() -> None:
    assert {code for code, _, line in CASES if line} == set(RULES)


def test_every_rule_says_why() -> None:
    assert all(rule.__doc__ for rule in RULES.values())


def test_a_secret_is_not_in_the_warning(check: Check) -> None:
    loaded = check(step(f"run: curl -H {TOKEN}"))
    assert TOKEN not in "".join(str(problem) for problem in loaded.warnings)


def test_flood_of_warnings_is_cut(check: Check) -> None:
    loaded = check(step("run: x", "env:", *(f'  A{i}: "\\u202e"' for i in range(100))))
    assert len(loaded.warnings) == 50
