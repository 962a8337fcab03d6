"""Which values a program takes for code a second time, over many scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.template.shell.script import compile_shell
from tests.support.batches import batches, try_each

_DATA = Path(__file__).parent / "data"


def _scripts(name: str) -> list[str]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line and not line.startswith("#")]


def _warned(script: str) -> set[str]:
    return {found.source for found in compile_shell(script, "bash").evaluated_again}


@pytest.mark.parametrize("scripts", batches(_scripts("evaluated_again.txt")))
def test_a_value_that_a_program_evaluates_again_is_warned_of(scripts: list[str]) -> None:
    def attempt(script: str) -> None:
        assert _warned(script) == {"V"}

    try_each(scripts, attempt)


@pytest.mark.parametrize("scripts", batches(_scripts("evaluated_once.txt")))
def test_a_value_that_is_data_for_its_program_is_not(scripts: list[str]) -> None:
    def attempt(script: str) -> None:
        assert _warned(script) == set()

    try_each(scripts, attempt)


@pytest.mark.parametrize(
    ("script", "command"),
    [
        ('eval "$X"', "eval"),
        ('sh -c "$X"', "sh"),
        ('ssh h "ls $X"', "ssh"),
        ('Y="ls $X"; ssh h "$Y"', "ssh"),
        ('trap "rm $X" EXIT', "trap"),
        ("sh -c 'eval \"$X\"'", "eval"),
        ("bash -c '((X > 3))'", "X"),
        ('psql -c "select $X"', "psql"),
        ("envsubst < t | sh", "sh"),
        ('curl "$X" | bash', "bash"),
        ('env "$X" bash x', "env"),
    ],
)
def test_a_value_of_the_environment_that_is_evaluated_again_is_warned_of(
    script: str, command: str
) -> None:
    (found,) = compile_shell(script, "bash", frozenset({"X"})).evaluated_again
    assert (found.source, found.evaluator.command) == ("$X", command)


@pytest.mark.parametrize(
    "script",
    [
        "envsubst < t > out",
        'kubectl get "$X"',
        "sh -c 'echo \"$X\"'",
        "trap 'rm \"$X\"' EXIT",
        'echo "$X" | jq .',
        'eval "$(ssh-agent -s)"; echo "X is $X"',
        "ssh h bash <<'E'\necho \"$X\"\nE",
        'bash <<\'E\'\ny="$X"; echo "$y"\nE\nssh h "uptime $z"',
        'o="-n foo"; eval "kubectl get $o"; echo "$X"',
        'c=\'kubectl get -n "$X"\'; eval "$c"',
        'f() { echo "$1"; }; f \'$X\'; eval "$(ssh-agent)"',
        'c=$(cat <<\'E\'\necho "$X"\nE\n); bash -c "$c"',
        'o=-v; ssh h "uptime $o"; echo "in $X"',
        "printf '%s\\n' 'echo \"$X\"' | ssh h bash",
    ],
)
def test_a_value_of_the_environment_that_is_data_is_not(script: str) -> None:
    assert not compile_shell(script, "bash", frozenset({"X"})).evaluated_again
