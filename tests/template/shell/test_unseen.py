"""What the grammar of shell does not see of a script: torn names, and what it takes for plain text."""

from __future__ import annotations

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.grammar import read
from pup_tui.template.shell.places import Need, TextOrigin
from pup_tui.template.shell.script import ShellTemplate, compile_shell
from pup_tui.template.shell.unseen import unseen


def asked(template: ShellTemplate) -> set[Need]:
    return {
        each.need for _, judged in template._judged for p in judged.places for each in p.reached
    }


@pytest.mark.parametrize(
    "script",
    [
        "cp $a/$b.log $c-$d-1 a.{$e,bak} ~/$f/$g/h",
        'echo "$1a $10 $a°C ${a} $$b" $a.$b.$c.d',
        "x=$a.$b.c; export y=$a/$b.c; cat <$a/$b.c >$d/$e.f",
        "[[ $a =~ ^$b$ && $a == *$b* ]]; case $a in +($b|c)|*$d*) ;; esac; echo ${a#$b} ${a//$b/c}",
        "echo `hostname` - `awk '{print \\$2}' f`; cat <<'E'\n`$a`\nE",
        "awk '{print $1}' f; echo \\$a \"\\$b\" '`$c`' # `$d`",
        "cat <<E\n$a/$b.c $1d \\`e\\` $(f $g/$h.i)\nE",
        "echo ${#} ${$} $((a[$b+1])) ${a[$b+1]}",
    ],
)
@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "ksh", "zsh"])
def test_ordinary_scripts_are_seen_as_a_whole(script: str, shell: str) -> None:
    written, tree, *_ = read(script.encode(), shell)
    assert tree is not None
    assert [written[at : at + 9] for at in unseen(tree.root_node, written, shell)] == []


@pytest.mark.parametrize(
    "script",
    [
        'x={{ V }}; let "$x+1"',
        "x={{ V }}; let $y/$x+1",
        "x={{ V }}; let a[$x,1]",
        'f() { let "$1a"; }; f {{ V }}',
        "x={{ V }}; y=$a.$x.$b.c; let $y",
    ],
)
def test_a_torn_name_is_calculated_with(script: str) -> None:
    assert asked(compile_shell(script, "bash")) == {Need.NUMBER}


@pytest.mark.parametrize(
    "subscript", ["$y[$x,-1]", "$y[$x+1]", "a$y[$x,1]b", "$1[$x,1]", "$@[$x*2]", "$#y[$x,1]"]
)
def test_a_subscript_without_braces_is_a_number_in_zsh(subscript: str) -> None:
    assert asked(compile_shell(f"x={{{{ V }}}}; echo {subscript}", "zsh")) == {Need.NUMBER}
    assert asked(compile_shell(f"x={{{{ V }}}}; echo {subscript}", "bash")) == set()


@pytest.mark.parametrize(
    ("shell", "script"),
    [
        ("sh", "echo `let \\$x`"),
        ("sh", "echo `echo \\`let x\\``"),
        ("sh", "echo \"${z:-'$x'}\""),
        ("sh", "cat <<E\n`let $x`\nE"),
        ("bash", "echo ${z/a`let $x`/b}"),
        ("zsh", 'echo "$=x"'),
        ("zsh", "[[ a == *$y[$x]* ]]"),
        ("zsh", 'echo "$xé"'),
    ],
)
def test_what_is_not_seen_is_refused_or_warned_of(shell: str, script: str) -> None:
    with pytest.raises(TemplateError, match="expands something in a place that is not known"):
        compile_shell(f"{script}\necho {{{{ V }}}}", shell)
    template = compile_shell(script, shell, frozenset({"x"}))
    assert {each.origin for each in template.unchecked} == {TextOrigin.UNREAD}


def test_a_script_with_torn_names_is_written_as_it_stands() -> None:
    script = "cp $a/$b.c $a/$b.c; cat <<'E' >$a/$b.c\n{{ V }}\nE\necho $a/$b.c '{{ V }}'\n"
    made = compile_shell(script, "bash").render({"V": "E"})
    assert made.script == (
        "cp $a/$b.c $a/$b.c; cat <<'PUP_TUI_END_0' >$a/$b.c\nE\nPUP_TUI_END_0\n"
        "echo $a/$b.c ''\"${PUP_TUI_V0}\"''\n"
    )
    assert made.shown == script.replace("{{ V }}", "E")
