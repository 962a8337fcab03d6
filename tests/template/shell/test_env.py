"""`ENV`: an interactive shell expands it as it starts and reads that file, so it takes plain words only."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell

SHELLS = ["sh", "bash", "dash", "ksh", "zsh"]
PLAIN = ["production", "eu-1.staging", "1.10", "true", "a@b:c,d_e+f", ""]
EXPANDED = [
    "$(touch pwned)",
    "`touch pwned`",
    "$HOME/x",
    "${X:-f}",
    "/etc/x",
    "~/x",
    "a b",
    "a\nb",
    "-x",
]
ASSIGNMENTS = [
    'ENV={{ V }} APP=x; printf %s "$ENV"',
    'export ENV={{ V }}; printf %s "$ENV"',
    'ENV="{{ V }}" printenv ENV | tr -d "\\n"',
    'env ENV={{ V }} printenv ENV | tr -d "\\n"',
    'f() { typeset ENV={{ V }}; printf %s "$ENV"; }; f',
    'X={{ V }}; ENV=$X; printf %s "$ENV"',
    'f() { ENV=$1; printf %s "$ENV"; }; f {{ V }}',
    'read -r ENV <<E\n{{ V }}\nE\nprintf %s "$ENV"',
    'for ENV in {{ V }}; do printf %s "$ENV"; done',
    'unset ENV; : "${ENV:={{ V }}}"; printf %s "$ENV"',
    'A={{ V }}; ENV=$A; B=$A; printf %s -- "$B" >/dev/null; printf %s "$ENV"',
]


def ran(shell: str, script: str, env: dict[str, str], folder: Path) -> str:
    around = {"PATH": os.environ["PATH"], "HOME": str(folder), **env}
    done = subprocess.run(
        [shell, "-c", script], env=around, cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("source", ASSIGNMENTS)
def test_a_plain_word_is_data_in_it(source: str, shell: str, tmp_path: Path) -> None:
    if shell in ("sh", "dash") and "typeset" in source:
        source = source.replace("typeset", "local")
    template = compile_shell(source, shell)
    assert not template.evaluated_again
    for value in PLAIN:
        script = template.render({"V": value})
        assert ran(shell, script.script, dict(script.env), tmp_path) == value
    for value in EXPANDED:
        with pytest.raises(TemplateError, match="an interactive shell expands ENV") as caught:
            template.render({"V": value})
        assert "`choices` or a `pattern`" in (caught.value.hint or "")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_environment_of_a_step_is_held_to_the_same(shell: str) -> None:
    template = compile_shell("./deploy.sh", shell, frozenset({"ENV"}))
    for value in PLAIN:
        assert template.render({}, env={"ENV": value}).script == "./deploy.sh"
    for value in EXPANDED:
        with pytest.raises(TemplateError, match="ENV of `env`: an interactive shell"):
            template.render({}, env={"ENV": value})


@pytest.mark.parametrize("value", PLAIN)
@pytest.mark.parametrize(
    "shell", [["dash"], ["bash", "--posix"], ["ksh"], ["zsh", "--emulate", "sh"]]
)
def test_what_is_let_through_does_nothing_in_an_interactive_shell(
    shell: list[str], value: str, tmp_path: Path
) -> None:
    around = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ENV": value}
    done = subprocess.run(
        [*shell, "-i", "-c", 'printf %s "$ENV"'],
        env=around,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    assert done.stdout.endswith(value)
    assert not any(each.name == "pwned" for each in tmp_path.iterdir())


def test_where_it_must_be_a_number_too_that_is_asked() -> None:
    template = compile_shell("ENV={{ V }}; echo $((ENV + 1))", "bash")
    assert template.render({"V": "5"}).script
    with pytest.raises(TemplateError, match="whole number"):
        template.render({"V": "production"})


def test_what_a_command_makes_of_a_value_is_warned() -> None:
    (found,) = compile_shell("ENV=$(echo {{ V }} | tr a-z A-Z)", "bash").evaluated_again
    assert found.source == "V"
