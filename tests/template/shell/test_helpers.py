"""The functions that scripts bring along to try again, to wait, to log: they take values for data."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell
from tests.support.batches import batches_of_each, try_each
from tests.template.shell.test_unnoticed import BAIT

SHELLS = ("sh", "bash", "dash", "ksh", "zsh")
VALUE = 'it\'s $(touch pwned) `touch pwned` "q" \\ * ; & é'
_PROGRAMS = ("kubectl", "helm", "curl", "aws", "nc", "flock", "ssh", "sleep")
_PROGRAM = '#!/bin/sh\nfor w in "${0##*/}" "$@"; do printf "%s|" "$w" >>log; done\n'


def _helpers() -> Iterator[tuple[list[str], str]]:
    """The scripts, and the shells of each."""
    text = (Path(__file__).parent / "data" / "helpers.txt").read_text()
    for part in text.split("\n% ")[1:]:
        shells, _, script = part.partition("\n")
        yield shells.split(), script


def _for(shell: str) -> list[str]:
    return [script for shells, script in _helpers() if shell in shells]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs that note their words, and do nothing."""
    folder = tmp_path_factory.mktemp("bin")
    for name in _PROGRAMS:
        (folder / name).write_text(_PROGRAM)
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("shell", SHELLS)
def test_a_value_gets_through_and_nothing_of_it_runs(
    shell: str, tmp_path: Path, programs: Path
) -> None:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed")
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "HOME": "/"}
    folders = iter(range(1_000))

    def attempt(script: str) -> None:
        template = compile_shell(script, shell)
        warned = template.evaluated_again, template.unchecked, template.naming_commands
        assert warned == ((), (), ())
        rendered = template.render({"V": VALUE, "N": 3})
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        (folder / "script").write_text(rendered.script)
        (folder / "log").touch()
        done = subprocess.run(
            [path, "script"],
            env=environment | rendered.env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=20,
            check=False,
        )
        told = (folder / "log").read_text() + done.stdout + done.stderr
        assert VALUE in told, told
        assert not (folder / "pwned").exists()

    try_each(_for(shell), attempt)


@pytest.mark.parametrize("script", [script for _, script in _helpers() if "{{ N }}" in script])
def test_a_text_for_the_number_of_tries_runs_nowhere(script: str) -> None:
    """It is refused where a shell calculates with it, and data elsewhere."""
    try:
        rendered = compile_shell(script, "bash").render({"V": "x", "N": BAIT})
    except TemplateError as refused:
        told = str(refused)
    else:
        told = "" if BAIT in rendered.env.values() else "the value is gone"
    assert not told or "whole number" in told


_NOT_DATA = [
    'run() { shift 2; "$@"; }; run a b read {{ V }}',
    'run() { shift 2; "$@"; }; run a b {{ V }} {{ W }}',
    'run() { shift 2; "$@"; }; run a $x {{ V }} {{ W }}',
    'run() { shift 3; "$@"; }; run {{ V }} {{ W }}',
    'run() { shift 3; "$@"; }; a() { "$1" "$2" "$3"; }; a run {{ V }} {{ W }} ls',
    'run() { shift 3; "$@"; }; a() { run "$@"; }; a {{ V }} {{ W }}',
    'run() { shift 2; "$@"; }; a() { run $1 $2; }; a {{ V }} {{ W }}',
    'run() { false && shift 2; "$@"; }; run {{ V }} {{ W }} ls',
    'run() { shift 2 & "$@"; }; run {{ V }} {{ W }} ls',
    'run() { shift 2 | cat; "$@"; }; run {{ V }} {{ W }} ls',
    'run() { ( shift 2 ); "$@"; }; run {{ V }} {{ W }} ls',
    'run() { shift $n; "$@"; }; run {{ V }} {{ W }} ls',
    'run() { shift -- 2; "$@"; }; run {{ V }} {{ W }} ls',
    'run() { for i in 1 2; do shift; "$@"; done; }; run a b {{ V }} {{ W }} x',
    'run() { if a; then shift 3; fi; shift 2; "$@"; }; run {{ V }} {{ W }} a b',
    'run() { shift 2; set -- "$x" "$@"; "$@"; }; run a {{ V }} {{ W }} ls',
    'run() { shift 2; eval "set -- eval \\"\\$@\\""; "$@"; }; run a b ls {{ V }}',
    'run() { shift; set -e; "$@"; }; run a read {{ V }}',
    'run() { set -s; shift; "$@"; }; run {{ V }} b {{ W }}',
    'run() { x=shift; $x 2; "$@"; }; run a b read {{ V }}',
    'run() { x=shift; $x; shift 2; "$@"; }; run a b c read {{ V }}',
    'alias s="shift 2"; run() { s; "$@"; }; run a {{ V }} {{ W }} ls',
    'run() { g() { shift; }; shift 2; "$@"; }; run a b read {{ V }}',
    'run() { x=$(shift 2; "$@"); "$@"; }; run {{ V }} {{ W }} ls',
    'run() { shift 2; "$@"; }; n=run; $n a b read {{ V }}',
    'run() { shift 2; "$@"; }; n=run; $n {{ V }} {{ W }}',
    't() { local d=$1 e=$2; shift 2; "$@"; }; run() { shift; t x "$@"; }; run a b read {{ V }}',
    'run() { local c=("$@"); "${c[@]}"; }; run read {{ V }}',
    'run() { local c=("$@"); "${c[@]}"; }; run {{ V }} {{ W }}',
    'run() { local c=("$@"); shift 2; "${c[@]}"; }; run {{ V }} {{ W }} ls',
    'run() { local c=("${@:2}"); "${c[@]}"; }; run x read {{ V }}',
    'run() { local c=("$@"); c[0]={{ V }}; "${c[@]}"; }; run ls {{ W }}',
    'run() { local c=("$@"); read -ra c <<< "$*"; "${c[@]}"; }; run ls {{ V }}',
    'a() { c=("$@"); }; b() { "${c[@]}" "$@"; }; a read; b {{ V }}',
    'run() { local c="$2"; shift 2; "$c" "$@"; }; run x read {{ V }}',
    "run() { shift 2; local -a x=$1; }; run a b {{ V }}",
]


@pytest.mark.parametrize(("shell", "scripts"), batches_of_each(("sh", "bash", "zsh"), _NOT_DATA))
def test_words_that_may_be_code_are_refused_however_they_are_moved(
    shell: str, scripts: list[str]
) -> None:
    def attempt(script: str) -> None:
        with pytest.raises(TemplateError):
            compile_shell(script, shell)

    try_each(scripts, attempt)


@pytest.mark.parametrize(
    "script",
    [
        "f() { n=$1; shift 2; echo $((n)); }; f {{ V }} a b",
        "f() { shift 2; n=$1; echo $((n)); }; f a b {{ V }}",
        "f() { shift 2; (( $1 )); }; f {{ V }}",
        "f() { if a; then shift; fi; echo $(($1)); }; f a {{ V }}",
        "f() { while a; do shift; echo $(($1)); done; }; f a b c {{ V }}",
        'g() { echo $(($1)); }; f() { shift; g "$@"; }; f a {{ V }} 3',
        'g() { echo $(($2)); }; f() { shift; g x "$@"; }; f a {{ V }} 3',
        'g() { shift; echo $(($1)); }; f() { g "$@"; }; f a {{ V }}',
        'g() { shift 2; echo $(($1)); }; f() { g "$@"; }; f {{ V }}',
        'g() { echo $(($2)); }; f() { g $x "$@"; }; f 3 {{ V }}',
        'g() { echo $(($1)); }; f() { if a; then shift; fi; g "$@"; }; f 3 {{ V }}',
        'g() { echo $(($1)); }; f() { g "$@"; }; f $x {{ V }}',
        'f() { n=$1; shift; f $((n-1)) "$@"; }; f {{ V }} ls',
        'f() { n=$1; shift; f "$@" $((n-1)); }; f 3 {{ V }}',
    ],
)
def test_a_word_that_is_calculated_with_is_found_behind_a_shift(script: str) -> None:
    with pytest.raises(TemplateError, match="whole number"):
        compile_shell(script, "bash").render({"V": BAIT})


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "script",
    [
        'g() { n=$1; shift; echo $((n+1)); "$@"; }; f() { g "$@"; }; f 3 ls {{ V }}',
        'g() { echo $(($1 + 1)); }; f() { shift; g "$@"; }; f {{ V }} 3',
        'g() { echo $(($2)); shift 2; "$@"; }; f() { t=$1; shift; g "$t" 3 "$@"; }; f a ls {{ V }}',
    ],
)
def test_a_word_that_is_handed_on_elsewhere_is_not_calculated_with(script: str, shell: str) -> None:
    assert compile_shell(script, shell).render({"V": BAIT}).env


def test_a_word_that_is_gone_is_not_calculated_with() -> None:
    script = 'f() { local -i n=$1; shift; local -i d=$1; shift; "$@"; }; f 1 2 ls {{ V }}'
    assert compile_shell(script, "bash").render({"V": BAIT}).env


_EVALUATED = [
    'run() { tee_run "$@"; }; tee_run() { "$@" | tee x; }; run ssh h {{ V }}',
    'run() { t=$1; shift; tee_run 3 "$@"; }; tee_run() { n=$1; shift; "$@"; }; run x sh -c {{ V }}',
    'a() { b "$@"; }; b() { c "$@"; }; c() { "$@"; }; a ssh h {{ V }}',
    'a() { b "$@"; }; b() { eval "$1"; }; a {{ V }} x',
    'a() { shift; b x "$@"; }; b() { eval "$2"; }; a x {{ V }}',
    'a() { if x; then shift; fi; b "$@"; }; b() { eval "$1"; }; a x {{ V }}',
    'a() { b $x "$@"; }; b() { eval "$2"; }; a {{ V }}',
    'run() { x=$1; shift; "$x" -c "$@"; }; run sh {{ V }}',
    'run() { x=$1; x=$2; shift 2; "$x" "$@"; }; run ls sh -c {{ V }}',
    'run() { [ "$y" ] && x=$1; shift; env "$x" "$@"; }; run ls sh -c {{ V }}',
    'run() { h=$1; shift; ssh "$h" "$@"; }; run web1 ls {{ V }}',
    'f() { shift 2; eval "$1"; }; f a b {{ V }}',
    'f() { shift 2; eval "$1"; }; f $x b {{ V }}',
    'f() { shift 2; eval "$1"; }; f "$@" {{ V }}',
    'f() { shift "$n"; eval "$1"; }; f {{ V }}',
]


@pytest.mark.parametrize(("shell", "scripts"), batches_of_each(("sh", "bash", "zsh"), _EVALUATED))
def test_a_word_that_is_code_in_the_end_is_told_of_however_it_is_handed_on(
    shell: str, scripts: list[str]
) -> None:
    def attempt(script: str) -> None:
        assert compile_shell(script, shell).evaluated_again

    try_each(scripts, attempt)


_NAMING = [
    'run() { c=$1; shift; "$c"; }; run {{ V }}',
    'a() { b "$@"; }; b() { shift; c "$@"; }; c() { "$@"; }; a x {{ V }}',
]


@pytest.mark.parametrize("script", _NAMING)
def test_a_word_that_names_the_command_in_the_end_is_told_of(script: str) -> None:
    assert compile_shell(script, "dash").naming_commands


_ON_EACH = 'HOSTS={{ V }}; on_each() { for h in $HOSTS; do "$@" "$h"; done; }; '


@pytest.mark.parametrize(
    "calls",
    ["on_each ping -c1 --", "on_each ping; on_each date", "on_each timeout 5 ping"],
)
def test_a_word_behind_those_of_every_call_is_no_name(calls: str) -> None:
    assert not compile_shell(_ON_EACH + calls, "bash").naming_commands


@pytest.mark.parametrize(
    "calls",
    [
        "on_each ping; on_each",
        "on_each timeout 5",
        "on_each sudo",
        "on_each $X",
        'on_each "$X"',
        'run() { "$@"; }; on_each run',
        'run() { "$@"; }; run on_each',
        "trap on_each EXIT; on_each ls",
        'eval "on_each; x"',
        ":",
    ],
)
def test_a_word_behind_none_in_a_call_that_may_be_is_told_of_as_a_name(calls: str) -> None:
    assert compile_shell(_ON_EACH + calls, "bash").naming_commands


@pytest.mark.parametrize(
    "script",
    [
        'a() { b "$@"; }; b() { a x "$@"; "$@"; }; a ls {{ V }}',
        'a() { b "$@"; }; b() { shift; a x y "$@"; a "$@" x; "$@"; }; a ls {{ V }}',
        'a() { shift 2; "$@" || a "$((n-1))" "$x" "$@"; }; a 3 1 ls {{ V }}',
    ],
)
def test_functions_that_call_each_other_without_end_are_judged_all_the_same(script: str) -> None:
    template = compile_shell(script, "bash")
    assert not template.evaluated_again
    assert template.render({"V": BAIT}).env


@pytest.mark.parametrize(
    ("refused", "meant"),
    [
        ("set -- printf '%s' {{ V }}; \"$@\"", "set -- {{ V }}; printf '%s' \"$@\""),
        ('set -- kubectl get {{ V }}; "$@"', 'set -- -n {{ V }}; kubectl get "$@"'),
        ("c=(printf '%s' {{ V }}); \"${c[@]}\"", "c=({{ V }}); printf '%s' \"${c[@]}\""),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "ksh"])
def test_where_words_may_be_a_command_it_is_said_how_to_keep_only_its_arguments(
    refused: str, meant: str, shell: str
) -> None:
    with pytest.raises(TemplateError) as told:
        compile_shell(refused, shell)
    assert "only what follows in it" in str(told.value.hint)
    compile_shell(meant, shell)
