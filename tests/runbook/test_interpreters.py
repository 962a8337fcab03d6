"""What runs a script: its first line, `shell`, `defaults.shell`, and what contradicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.runbook.load import load as load_file
from pup_tui.runbook.model import Runbook, ShellStep

Load = Callable[[str], tuple[Runbook | None, list[str]]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def loaded(steps: str) -> tuple[Runbook | None, list[str]]:
        path = tmp_path / "r.yaml"
        path.write_text(f"name: r\nvars: {{X: a}}\n{steps}")
        found = load_file(path)
        return found.runbook, [f"{each.message}: {each.hint}" for each in found.errors]

    return loaded


def step(keys: str, top: str = "") -> str:
    return f"{top}\nsteps:\n  - {{name: a, kind: shell, {keys}}}\n"


def only(runbook: Runbook | None) -> ShellStep:
    assert runbook is not None
    (found,) = runbook.steps
    assert isinstance(found, ShellStep)
    return found


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("#!/bin/bash", ("bash",)),
        ("#! /usr/bin/env bash\\r", ("bash",)),
        ("#!/bin/bash -eu", ("bash", "-eu")),
        ("#!/usr/bin/env -S python3 -I", ("python3", "-I")),
        ("#!/opt/bin/python3 -", ("/opt/bin/python3", "-")),
        ("#!/bin/sh -", ("sh",)),
        (" #!/bin/bash", "sh"),
        ("# !/bin/bash", "sh"),
    ],
)
def test_first_line_names_the_interpreter(
    line: str, words: tuple[str, ...] | str, load: Load
) -> None:
    runbook, errors = load(step(f'run: "{line}\\necho"'))
    assert errors == []
    assert only(runbook).shell == words


def test_first_line_beats_the_defaults(load: Load) -> None:
    runbook, _ = load(step('run: "#!/bin/bash\\necho"', "defaults: {shell: zsh, strict: true}"))
    found = only(runbook)
    assert (found.shell, found.strict) == (("bash",), True)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('shell: zsh, run: "#!/bin/bash\\necho"', "`shell` says `zsh`"),
        ('run: "#!/bin/{{ X }}\\necho"', "cannot hold a template"),
        ('run: "#!\\necho"', "names no interpreter"),
        ('run: "#!/bin/sh \'\\necho"', "names no interpreter"),
        ("shell: python3, strict: true, run: pass", "`strict` is for shells"),
        (
            "shell: [node, -], stdin: x, run: '1'",
            "leave `stdin` out, and hand values over by `env`",
        ),
        ("shell: node, stdin: x, run: '1'", "leave `stdin` out, and hand values over by `env`"),
        ("shell: [python3, -], stdin: x, run: '1'", "by `env`; or leave the word `-` out"),
        ("shell: python3, run: 'print({{ X }})'", 'env: {X: "{{ X }}"}'),
        ("shell: python3, run: '{% if X %}print(1){% endif %}'", "read X from the environment"),
        ("shell: python3, run: 'print(\"{{ steps.b.output }}\")'", "only a script for a shell"),
    ],
)
def test_contradictions_are_errors(keys: str, told: str, load: Load) -> None:
    _, errors = load(step(keys))
    assert len(errors) == 1
    assert told in errors[0]


@pytest.mark.parametrize(
    "script", ["print(f'{{ y }}')", "a = {{1}: 2}", "{% load x %}", "{{ not ( ours }}", "{{{}}}"]
)
def test_braces_of_other_languages_pass(script: str, load: Load) -> None:
    lines = ("steps:", "  - name: a", "    kind: shell", "    shell: python3", "    run: |")
    runbook, errors = load("\n".join((*lines, f"      {script}\n")))
    assert errors == []
    assert only(runbook).run == f"{script}\n"


def test_the_same_shell_twice_is_fine(load: Load) -> None:
    runbook, errors = load(step('shell: bash, run: "#!/bin/bash -e\\necho {{ X }}"'))
    assert errors == []
    assert only(runbook).shell == ("bash", "-e")
