"""`requires`: which programs, and which versions of them."""

from __future__ import annotations

import pytest

from pup_tui.runbook.parts import Requirement
from pup_tui.runbook.required import versions_of
from tests.runbook.conftest import Check
from tests.support.runbooks import runbook_of

STEPS = "\nsteps: [{name: a, kind: shell, run: echo}]\n"


def told(check: Check, requires: str) -> list[str]:
    text = f"name: runbook\nvars: {{X: x}}\nrequires: {requires}{STEPS}"
    return [str(problem).removeprefix("runbook.yaml:") for problem in check(text).errors]


def test_a_program_with_its_versions_or_with_what_tells_them() -> None:
    runbook = runbook_of(
        'name: x\nrequires: {a: ">=1.28", b: "", c: {version: "~=2.0", command: c -V}}' + STEPS
    )
    assert runbook.requirements == {
        "a": Requirement(version=">=1.28"),
        "b": Requirement(),
        "c": Requirement(version="~=2.0", command="c -V"),
    }


@pytest.mark.parametrize(
    "versions", [">=1.28", ">= 1.28, <2", "==1.*", "~=4.1", "!=3", ">=v1.2", ""]
)
def test_versions_in_the_notation_of_python_packages(versions: str, check: Check) -> None:
    assert told(check, f'{{tool: "{versions}"}}') == []
    assert versions_of(versions) is not None


@pytest.mark.parametrize(
    ("requires", "error"),
    [
        ("{kubectl: 1.28}", '3:21: `1.28` does not say which versions will do: write ">=1.28"'),
        ('{a: "=2"}', '3:15: `=2` does not say which versions will do: write ">=2" or "==2.*"'),
        ("{a: newest}", "3:15: `newest` does not say which versions will do: for example"),
        ('{a: ">=x"}', "3:15: `>=x` does not say which versions will do: for example"),
        ('{a: {version: "^1.2"}}', "3:25: `^1.2` does not say which versions will do: write"),
        ('{a: {versoin: ">=1"}}', "3:16: unknown key `versoin`: did you mean `version`?"),
        ("{a: [1]}", "3:15: `a` must be text or a map, not a list"),
        ("{a: }", '3:15: `a` is empty: write "" for an empty text'),
        ('{a: "~=2"}', '3:15: `~=2` does not say which versions will do: write ">=2" or "==2.*"'),
        ("[a]", "3:11: `requires` must be a map, not a list"),
        ('{"a b": ""}', "3:12: `a b` cannot be the name of a program"),
        ('{--help: ""}', "3:12: `--help` cannot be the name of a program"),
        ("{'{{ X }}': ''}", "3:12: `{{ X }}` cannot be the name of a program"),
        ("{a: {command: a -V}}", "3:16: `command` prints a version, and `version` does not say"),
        (
            '{a: {version: ">=1", command: "a {{ X }}"}}',
            "3:41: a `command` under `requires` holds no values",
        ),
        ('{a: {version: ">=1", command: " "}}', "3:41: `command` must not be empty"),
    ],
)
def test_what_is_refused(requires: str, error: str, check: Check) -> None:
    (found,) = told(check, requires)
    assert found.startswith(error)


def test_what_another_program_replaces_stands_in_a_command(check: Check) -> None:
    command = "docker version --format '{{.Client.Version}}'"
    assert told(check, f'{{docker: {{version: ">=2", command: "{command}"}}}}') == []


def test_what_is_not_there_is_warned_of(lint: Check) -> None:
    text = f"name: runbook\nrequires: {{here: '', gone: '>=1'}}{STEPS}"
    warnings = [each for each in lint(text).warnings if each.code == "missing-tool"]
    assert [(each.line, each.message) for each in warnings] == [
        (2, "`gone` is not installed on this machine")
    ]
