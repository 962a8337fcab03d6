"""Standard input that a shell reads as its script: values are literals in it, byte for byte."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.given import input_shell
from pup_tui.template.shell.script import compile_shell
from tests.template.shell.generator import COMMANDS, SHELLS
from tests.template.shell.test_shell_runs import VALUES


@pytest.mark.parametrize(
    ("script", "shell"),
    [
        ("bash -s", "bash"),
        ("sh", "sh"),
        ("/bin/dash -eu", "dash"),
        ("exec zsh -s", "zsh"),
        ("ssh {{ H }} bash -s -- {{ A }}", "bash"),
        ("ssh host 'ksh -s'", "ksh"),
        ("set -eu; ssh host sudo sh -s", "sh"),
        ("# there\nX=1\nkubectl exec -i pod -- sh", "sh"),
        ("ssh host", None),
        ("{{ S }} -s", None),
        ("psql", None),
        ("cat", None),
        ("bash script.sh", None),
        ("bash -c cat", None),
        ("cat | bash", None),
        ("cat > f; bash -s", None),
        ("read -r x; bash -s", None),
        ("bash -s < f", None),
        ("bash <<< x", None),
        ("if true; then bash; fi", None),
        ("bash -s '", None),
    ],
)
def test_the_shell_that_reads_standard_input_as_its_script(script: str, shell: str | None) -> None:
    assert input_shell(script, "sh") == shell
    assert input_shell(script, "python3") is None


def assert_prints(script: str, shell: str, folder: Path, printed: str) -> None:
    """Every program that is this shell prints that for a script on standard input, and makes no file."""
    for command in COMMANDS[shell]:
        if shutil.which(command[0]) is None:
            continue
        done = subprocess.run(
            [*command, "-s"],
            input=script.encode(),
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=False,
        )
        assert done.stdout == printed.encode(), (command, done.stderr)
        assert not list(folder.iterdir())


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("script", "before", "after"),
    [
        ("printf '[%s]' {{ V }}", "[", "]"),
        ("printf '%s' \"[{{ V }}]\"", "[", "]"),
        ("printf '%s' '[{{ V }}]'", "[", "]"),
        ("X={{ V }} Y=1; printf '[%s]' \"$X\"", "[", "]"),
        ("printf '%s' \"$(printf '[%s.]' \"{{ V }}\")\"", "[", ".]"),
        ("cat <<EOF\n[{{ V }}]\nEOF\n", "[", "]\n"),
        ("cat <<EOF\n{{ V }}\nEOF\n", "", "\n"),
        ("cat <<EOF\nE{{ V }}\nEOF\n", "E", "\n"),
        ("cat <<'EOF'\n[{{ V }}]\nEOF\n", "[", "]\n"),
    ],
)
def test_a_literal_is_the_value(
    script: str, before: str, after: str, shell: str, tmp_path: Path
) -> None:
    if shell == "ksh" and before == "E":
        return  # ksh expands nothing in a line that begins as the delimiter does
    template = compile_shell(script, shell, is_input=True)
    for value in (
        "|".join(VALUES) + "\n\n",
        "EOF",
        "OF",
        "",
        "\\",
        "\nEOF\ntouch pwned\n",
        "'",
        "*",
    ):
        rendered = template.render({"V": value})
        assert rendered.env == {}
        assert_prints(rendered.script, shell, tmp_path, f"{before}{value}{after}")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "script",
    [
        "read -r x\nprintf '[%s]' {{ V }}",
        "read -r x; read -r y\nprintf '[%s]' {{ V }}; # the end",
        "dd bs=1 count=13 of=/dev/null 2>/dev/null\nprintf '[%s]' '{{ V }}'",
        "head -n 1 > /dev/null\nprintf '[%s]' \"{{ V }}\"\ncat <<E >/dev/null\n{{ V }}\nE",
    ],
)
def test_a_command_that_reads_standard_input_too_reads_nothing_of_the_script(
    script: str, shell: str, tmp_path: Path
) -> None:
    value = "a\ntouch pwned\n"
    rendered = compile_shell(script, shell, is_input=True).render({"V": value})
    assert_prints(rendered.script, shell, tmp_path, f"[{value}]")


@pytest.mark.parametrize(
    "script",
    [
        "echo ${x:-{{ V }}}",
        'echo "${x#{{ V }}}"',
        "echo `echo {{ V }}`",
        "cat <<E\n$(echo {{ V }})\nE",
        "cat <<E\n${x:-{{ V }}}\nE",
    ],
)
def test_a_place_without_a_literal_form_is_refused_at_load(script: str) -> None:
    assert compile_shell(script, "bash")
    with pytest.raises(TemplateError, match="none can stand") as caught:
        compile_shell(script, "bash", is_input=True)
    assert "NAME={{ … }}" in (caught.value.hint or "")


def test_numbers_and_what_is_checked_of_a_value_are_as_in_any_script() -> None:
    assert (
        compile_shell("echo $((10#{{ N }}))", is_input=True).render({"N": "08"}).script
        == "{ echo $((8))\n}\n"
    )
    with pytest.raises(TemplateError, match="name a variable"):
        compile_shell("read {{ V }}", is_input=True)
    with pytest.raises(TemplateError, match="whole number"):
        compile_shell("exit {{ N }}", is_input=True).render({"N": "x"})


def test_what_is_too_long_for_a_script_on_standard_input_goes_into_a_file() -> None:
    for is_input, way in ((True, "in a file"), (False, "through the step's `stdin:`")):
        template = compile_shell("echo {{ V }}", "bash", is_input=is_input)
        with pytest.raises(TemplateError, match="131,071 bytes") as caught:
            template.render({"V": "x" * 131_072})
        assert (caught.value.hint or "").endswith(way)
