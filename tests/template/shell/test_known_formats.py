"""A format that a script keeps in a variable is known where the script gives it nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell

SHELLS = ["bash", "sh", "ksh", "zsh"]

KNOWN = [
    "F='%s'; printf \"$F\" {{ N }}",
    "F='%-20s %s\\n'; printf \"${F}\" NAME {{ N }}",
    'F="\\"%s\\""; printf "$F" {{ N }}',
    'F=%s; printf "$F" {{ N }}',
    'f() { local F="%s\\n"; printf "$F" {{ N }}; }; f',
    'set -euo pipefail; F="%s\\n"; printf "$F" a {{ N }}; read -r G',
    'readonly F="%s\\n"; printf "$F" a {{ N }}',
    'A="%s"; B="%s %s"; printf "$A" {{ N }}; printf "$B" {{ N }} x',
    'F="%s"; export A={{ N }} B="$A"; printf "$F" {{ N }}',
    "if a; then F='%s\\n'; else F='%d\\n'; fi; printf \"$F\" {{ N }}",
    "C='\\033[31m'; printf \"${C}%s\\n\" {{ N }}",
    "C='\\033[31m' E='\\033[0m'; printf \"$C%-10s$E %s\\n\" name {{ N }}",
    'if a; then C=\'\\033[1m\'; else C=; fi; f() { printf "${C}%s\\n" "$*"; }; f {{ N }}',
]

MADE_OPTIONS = [
    'C=-; printf "${C}v" {{ N }} x',
    'C=-v; printf "${C}" {{ N }} x',
    'C=-; D=v; printf "$C$D" {{ N }} x',
    'C=; D=-v; printf "$C$D" {{ N }} x',
]

CALCULATING = [
    "if a; then F='%s\\n'; else F='%d\\n'; fi; printf \"$F\" {{ N }}",
    "A='%'; printf \"${A}d\" {{ N }}",
    "A='%s'; printf \"${A}%d\" {{ N }}",
    "A=; A='%d '; printf \"${A}%s\" {{ N }} x",
]

SET_OTHERWISE = [
    *("read -r F", "F=$1", "F={{ V }}", "F+={{ V }}", 'eval "F=\\$V"', ". ./lib.sh", "F=-v"),
    *("printf -v F %s {{ V }}", "declare -n G=F; G={{ V }}", 'declare "F={{ V }}"', 'export "$KV"'),
    *(
        "for F in {{ V }}; do :; done",
        "mapfile F",
        "${CMD} F",
        "typeset -R2 F; F=a-v",
        "F=~",
        "F==ls",
    ),
    *(
        "F=(x -v)",
        "F[0]=-v",
        "F=$(cat f)",
        "F=`cat f`",
        "trap 'F=$V' USR1",
        'read "$F"',
        'G=F; read "$G"',
    ),
    *("read G F", "unset F; : ${F:=$V}", "select F in a; do :; done", "f() { F=$1; }; f {{ V }}"),
    *(
        "printf() { builtin printf -v A; }",
        "alias printf=read",
        "export $X",
        "getopts a: F",
        "(( F = V ))",
    ),
    *(
        "set -A F {{ V }}",
        ": ${F::=$V}",
        "vared F",
        "typeset -T V F",
        "zparseopts a:=F",
        "print -v F $V",
    ),
    *("function F.get { .sh.value=$V; }", "integer F", "sysread F", "for G F in $V x; do :; done"),
]

OF_SHELLS = [
    '_=x; echo {{ V }}; printf "$_" {{ N }}',
    'OPTARG=x; getopts a: o; printf "$OPTARG" {{ N }}',
    'PWD=x; cd {{ V }}; printf "$PWD" {{ N }}',
    'REPLY=x; read -r; printf "$REPLY" {{ N }}',
    'path=x; PATH={{ V }}; printf "$path" {{ N }}',
    'read -r F; printf "$F" {{ N }}',
    'printf "$F" {{ N }}',
]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", KNOWN)
def test_a_value_behind_a_known_format_is_data(script: str, shell: str) -> None:
    compile_shell(script, shell)


@pytest.mark.parametrize("shell", ["bash", "sh", "ksh", "zsh"])
@pytest.mark.parametrize("script", MADE_OPTIONS)
def test_an_option_that_is_put_together_is_no_known_format(script: str, shell: str) -> None:
    with pytest.raises(TemplateError):
        compile_shell(script, shell)


@pytest.mark.parametrize("shell", ["ksh", "zsh"])
@pytest.mark.parametrize("script", CALCULATING)
def test_a_value_is_a_number_where_one_of_the_formats_takes_it_for_one(
    script: str, shell: str
) -> None:
    with pytest.raises(TemplateError, match="whole number"):
        compile_shell(script, shell).render({"N": "A[$(touch pwned)]"})


@pytest.mark.parametrize("shell", ["ksh", "zsh"])
def test_where_what_a_format_holds_is_not_known_it_is_said_how_to_write_it(shell: str) -> None:
    with pytest.raises(TemplateError) as refused:
        compile_shell('C=$(tput bold); printf "${C}%s" {{ N }}', shell)
    assert "write the format literally" in str(refused.value.hint)
    compile_shell("C=$(tput bold); printf '%s%s' \"$C\" {{ N }}", shell)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "script", [*OF_SHELLS, *(f'F=x; {other}; printf "$F" {{{{ N }}}}' for other in SET_OTHERWISE)]
)
def test_what_may_be_an_option_is_no_known_format(script: str, shell: str) -> None:
    with pytest.raises(TemplateError):
        compile_shell(script, shell)


@pytest.mark.parametrize("script", ['read -r F; printf "$F" {{ N }}', 'printf "$F" x {{ N }}'])
def test_where_a_format_is_not_known_it_is_said_how_to_write_it(script: str) -> None:
    with pytest.raises(TemplateError) as refused:
        compile_shell(script, "bash")
    assert "write `--` before what is none" in str(refused.value.hint)
    compile_shell(script.replace("printf", "printf --"), "bash")


def test_a_name_that_is_read_is_told_as_one() -> None:
    with pytest.raises(TemplateError) as refused:
        compile_shell('read "$OTHER" {{ N }}', "bash")
    assert "--" not in str(refused.value.hint)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("form", ["%s", "%d", "%s %d", "%*s"])
def test_nothing_in_a_value_runs(shell: str, form: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    script = compile_shell(f"F='{form}'; printf \"$F\" {{{{ N }}}} {{{{ N }}}}", shell)
    for value in ("A[$(touch pwned)]", "-vA[$(touch pwned)]", "PATH[$(touch pwned)]"):
        try:
            made = script.render({"N": value})
        except TemplateError:
            continue
        subprocess.run(
            [shell, "-c", made.script],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", **made.env},
            capture_output=True,
            timeout=20,
            check=False,
        )
    assert not (tmp_path / "pwned").exists()
