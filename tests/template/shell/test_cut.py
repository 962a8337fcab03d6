"""What shells cut out of a value, as words, lines or parts of it, and several needs of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell
from tests.template.shell.generator import SHELLS, Hunt, installed, needs

_OPTION = "-vPATH[$(mkdir pwned)]"
_INDEX = "x[$(mkdir pwned)]"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("script", "value"),
    [
        ('read a b <<< "$V"; printf "$a"; echo $((b + 1))', f"1 {_INDEX}"),
        ('read b a <<< "$V"; printf "$a"; echo $((b + 1))', f"{_INDEX} 1"),
        ('read a b <<< "$V"; printf "$a"; [ $b = x ]; ((b))', f"1 {_INDEX}"),
        ('read a b <<< "$V"; ((b)); printf "$a" x', f"{_OPTION} 1"),
        ('read a b <<< "$V"; printf "$b" x', f"1 {_OPTION}"),
        ('read b <<< "$V"; printf "$b" x', f"  {_OPTION}"),
        ('read b <<< "$V"; printf "$b" x', f"\\{_OPTION}"),
        ('read -ra a <<< "$V"; printf "${a[1]}" x', f"a {_OPTION}"),
        ('mapfile -t a <<< "$V"; printf "${a[1]}" x', f"a\n{_OPTION}"),
        ('while read -r b; do printf "$b" x; done <<< "$V"', f"a\n{_OPTION}"),
        ('while read -r b; do printf "$b" x; done <<E\n$V\nE', f"a\n{_OPTION}"),
        ('printf "${V#a}" x', f"a{_OPTION}"),
        ('printf "${V/a/}" x', f"a{_OPTION}"),
        ('printf "${V@E}" x', _OPTION.replace("-", "\\055")),
        ('x="${V:2}"; y=$x; printf "$y" x', f"aa{_OPTION}"),
        ('a=($V); printf "${a[1]}" x', f"a {_OPTION}"),
        ('set -- $V; printf "$2" x', f"a {_OPTION}"),
        ('f() { printf "$2" x; }; f $V', f"a {_OPTION}"),
        ('for x in $V; do printf "$x" x; done', f"a {_OPTION}"),
        ('IFS=a; for x in $V; do printf "$x" x; done', f"ba{_OPTION}"),
    ],
)
def test_the_strictest_of_several_needs_counts(
    script: str, value: str, shell: str, tmp_path: Path
) -> None:
    needs(shell)
    hunt = Hunt(shell, 0, tmp_path)
    for source, env in ((script, {"V": value}), (f"V={{{{ V }}}}; {script}", {})):
        try:
            made = compile_shell(source, shell, frozenset(env)).render({"V": value}, env)
        except TemplateError:
            continue
        assert not any(
            hunt.runs_a_value(command, made.script, {**env, **made.env})
            for command in installed(shell)
        )


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ('read a b <<< {{ V }}; printf "$a"; echo $((b + 1))', "3 4"),
        ('x={{ V }}; printf "${x#v}"', "v3.11"),
        ('x={{ V }}; printf "$x"', "a-b"),
        ('x={{ V }}; printf -- "${x#v}"', "v-3"),
        ('x={{ V }}; ((x)); printf "$x"; [ $x = 3 ]', "-3"),
    ],
)
def test_what_meets_all_needs_is_taken(script: str, value: str) -> None:
    assert compile_shell(script, "bash").render({"V": value}).script


@pytest.mark.parametrize("name", ["a", "z"])
def test_what_is_asked_does_not_go_by_the_names_of_variables(name: str) -> None:
    template = compile_shell(f'read {name} m <<< {{{{ V }}}}; printf "${name}"; ((m))', "bash")
    with pytest.raises(TemplateError, match="calculates with a part"):
        template.render({"V": f"1 {_INDEX}"})
