"""Places of which no table says that they are data: refused at load, or a number is asked for."""

from __future__ import annotations

import os
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.places import TextOrigin
from pup_tui.template.shell.script import compile_shell
from tests.support.batches import batches, batches_of_each, try_each
from tests.template.shell.generator import COMMANDS, SHELLS, Hunt, needs

BAIT = "PATH[$(mkdir pwned)]"


REFUSED = [
    ("read -r {{ V }}", "sh bash dash ksh zsh"),
    ("read > /dev/null {{ V }}", "bash zsh"),
    ("read <<E {{ V }}\nx\nE", "bash"),
    ('run() { "$@"; }; run read {{ V }}', "sh bash dash ksh zsh"),
    ("x=read; $x {{ V }}", "sh bash dash ksh zsh"),
    ("$x read {{ V }}", "sh bash dash ksh zsh"),
    ("$(echo read) {{ V }}", "sh bash dash ksh zsh"),
    ("`date` {{ V }}", "sh bash dash ksh zsh"),
    ("${x:-read} {{ V }}", "sh bash dash ksh zsh"),
    ('"${x:-${y-read}}" {{ V }}', "sh bash dash ksh zsh"),
    ("${x:+read} {{ V }}", "sh bash dash ksh zsh"),
    ("rea$x {{ V }}", "sh bash dash ksh zsh"),
    ('x=read; "${x%% *}" {{ V }}', "sh bash dash ksh zsh"),
    ('x="command read"; $x {{ V }}', "sh bash dash ksh zsh"),
    ("x=$(echo read); $x {{ V }}", "sh bash dash ksh zsh"),
    ("x=re; x+=ad; $x {{ V }}", "bash ksh zsh"),
    ('x=(read -r); "${x[0]}" {{ V }}', "bash ksh zsh"),
    ('x=y; "${!x}" {{ V }}', "bash"),
    ('x=(printf -v); "${x[@]}" {{ V }} y', "bash zsh"),
    ('x=(y [1]=unset); "${x[1]}" {{ V }}', "bash ksh zsh"),
    ('x=(y read); i=1; "${x[$i]}" {{ V }}', "bash ksh zsh"),
    ('x=(y); x+=(unset); "${x[1]}" {{ V }}', "bash ksh zsh"),
    ('x=($y unset); "${x[@]}" {{ V }}', "bash ksh zsh"),
    ('x=(ls unset); for y in "${x[@]}"; do "$y" {{ V }}; done', "bash ksh zsh"),
    ('x="ls unset"; for y in $x; do $y {{ V }}; done', "sh bash dash ksh zsh"),
    ("for x in {ls,unset}; do $x {{ V }}; done", "bash ksh zsh"),
    ("for x in $(echo unset); do $x {{ V }}; done", "sh bash dash ksh zsh"),
    ('f() { for x; do "$x" {{ V }}; done; }; f unset', "sh bash dash ksh zsh"),
    ('f() { "$1" {{ V }}; }; f unset', "sh bash dash ksh zsh"),
    ('f() { "$1" {{ V }}; }; g=f; $g unset', "sh bash dash ksh zsh"),
    ('f() { "$@" {{ V }} x; }; f printf -v', "bash ksh zsh"),
    ('f() { local x=$1; "$x" {{ V }}; }; f unset', "sh bash dash ksh zsh"),
    ('set -- unset; "$@" {{ V }}', "sh bash dash ksh zsh"),
    ("argv=(unset); $1 {{ V }}", "zsh"),
    (": ${x:=unset}; $x {{ V }}", "sh bash dash ksh zsh"),
    ("x=echo; unset x; k=x; : ${!k:=unset}; $x {{ V }}", "bash ksh zsh"),
    ("printf -v x unset; $x {{ V }}", "bash zsh"),
    ("printf -vx unset; $x {{ V }}", "bash zsh"),
    ('f() { printf -v "$1" unset; }; f x; $x {{ V }}', "bash zsh"),
    ('export "x=unset"; $x {{ V }}', "sh bash dash ksh zsh"),
    ("typeset -l x=UNSET; $x {{ V }}", "bash ksh zsh"),
    ("declare -n y=x; y=unset; $x {{ V }}", "bash"),
    ("getopts a: x -a unset; $OPTARG {{ V }}", "sh bash dash ksh zsh"),
    ("read <<< unset; $REPLY {{ V }}", "bash zsh"),
    (": unset; $_ {{ V }}", "sh bash dash ksh zsh"),
    ("[[ unset =~ u.* ]]; ${BASH_REMATCH[0]} {{ V }}", "bash"),
    ("eval x=unset; $x {{ V }}", "sh bash dash ksh zsh"),
    (". /dev/stdin <<< x=unset; $x {{ V }}", "bash ksh zsh"),
    ("trap 'x=unset' USR1; x=ls; $x {{ V }}", "sh bash dash ksh zsh"),
    ("IFS=:; x=printf:-v; $x {{ V }} y", "bash ksh"),
    ("read x; $x {{ V }}", "sh bash dash ksh zsh"),
    ("for x in ls read; do $x {{ V }}; done", "sh bash dash ksh zsh"),
    ("x=typeset; $x -i y={{ V }}", "bash ksh zsh"),
    ("builtin -- read {{ V }}", "bash zsh"),
    ("command -- read {{ V }}", "sh bash dash ksh zsh"),
    ("{{ V }} {{ W }}", "sh bash dash ksh zsh"),
    ("alias r=read; r {{ V }}", "sh dash zsh"),
    ("mapfile -C {{ V }} x", "sh bash"),
    ("mapfile -C f -t a <<< {{ V }}", "bash"),
    ("compgen -W {{ V }}", "sh bash"),
    ("compgen -C {{ V }}", "bash"),
    ("complete -W {{ V }} x", "bash"),
    ("bind -x {{ V }}", "bash"),
    ("enable -f {{ V }} x", "bash"),
    ("fc {{ V }}", "bash ksh zsh"),
    ("set -A {{ V }} x", "ksh zsh"),
    ("print -v {{ V }} x", "ksh zsh"),
    ("print -f %d {{ V }}", "ksh zsh"),
    ("print -P {{ V }}", "zsh"),
    ("printf %n {{ V }}", "bash zsh"),
    ("wait -n -p {{ V }}", "bash"),
    ("vared {{ V }}", "zsh"),
    ("autoload -U zargs; zargs -- {{ V }} -- sh -c", "zsh"),
    ("autoload -U add-zsh-hook; add-zsh-hook precmd {{ V }}", "zsh"),
    ("alias -g X='| sh'\necho {{ V }} X", "zsh"),
    ("enable -f lib x; x {{ V }}", "bash"),
    ("zstyle {{ V }} x y", "zsh"),
    ("nameref x={{ V }}", "ksh"),
    ("typeset -T {{ V }} x", "zsh"),
    ("PS4={{ V }}; set -x", "sh bash dash ksh zsh"),
    ("BASH_ENV={{ V }} bash x", "sh bash"),
    ("PROMPT_COMMAND={{ V }}", "sh bash"),
    ("BASH_ALIASES[x]={{ V }}", "bash"),
    ("aliases[x]={{ V }}", "zsh"),
    ("functions[f]={{ V }}", "zsh"),
    (".sh.edchar={{ V }}", "ksh"),
    ("echo ${.sh.match} {{ V }}", "ksh"),
    ("p.x={{ V }}; (( ${p.x} ))", "ksh"),
    ("echo ${.sh.version} {{ V }}", "bash"),
    ("1={{ V }}", "zsh"),
    ("env BASH_ENV={{ V }} bash x", "sh bash dash ksh zsh"),
    ('X={{ V }}; "$X" {{ W }}', "sh bash dash ksh zsh"),
    ('set -- {{ V }} {{ W }}; "$1" "$2"', "sh bash dash ksh zsh"),
    ("typeset -n r=x; r={{ V }}", "bash ksh"),
    ("declare -a a; declare a={{ V }}", "bash"),
    ("[ {{ V }} {{ W }} = x ]", "bash zsh"),
    ("test -X {{ V }}", "bash zsh"),
    ("test {{ V }} {{ W }}", "sh bash zsh"),
    ('test "$x" {{ V }} y', "sh bash zsh"),
    ("cat <<MAIL\n$(cat <<'TEXT'\n{{ V }}\nTEXT\n)\nMAIL", "sh bash dash ksh zsh"),
    ("cat <<MAIL\n${x:-$(cat <<'TEXT'\n{{ V }}\nTEXT\n)}\nMAIL", "bash ksh"),
    ("cat <<MAIL\n\"$(cat <<'TEXT'\n{{ V }}\nTEXT\n)\"\nMAIL", "bash ksh"),
    ("cat <<MAIL\n$(( $(cat <<'TEXT'\n{{ V }}\nTEXT\n) ))\nMAIL", "bash ksh"),
    ("f() { cat <<MAIL\n$(cat <<'TEXT'\n{{ V }}\nTEXT\n)\nMAIL\n}", "bash ksh"),
    ("cat <<MAIL - \"$(cat <<'TEXT'\n{{ V }}\nTEXT\n)\"\nx\nMAIL", "sh bash dash ksh zsh"),
    ("export BASH_ENV={{ V }}", "sh bash"),
    ("time { read {{ V }}; }", "bash dash ksh zsh"),
    ("time ! read {{ V }}", "bash ksh zsh"),
    ("time A={{ V }} read {{ V }}", "bash ksh zsh"),
    ("time BASH_ENV={{ V }} bash x", "bash"),
    ("! A=1 BASH_ENV={{ V }}; export BASH_ENV", "bash"),
    ("A=1\\\n  read {{ V }}", "sh bash dash ksh zsh"),
    ("A=1\\\n  BASH_ENV={{ V }}\\\n bash x", "bash"),
    ("! { unset {{ V }}; }", "sh bash dash ksh zsh"),
    ("coproc N { read x; } <<< {{ V }}", "bash"),
    ("repeat 1 do read x; echo $((x)); done <<< {{ V }}", "zsh"),
    ("repeat 1 do read x; echo $((x)); done <<E\n{{ V }}\nE", "zsh"),
    ("repeat 1; do read {{ V }}; done", "zsh"),
    ("!(({{ V }} > 3))", "bash zsh"),
    ("a | ! (({{ V }} > 3))", "bash zsh"),
    ("time f() { echo {{ V }}; }", "bash"),
    ("time > x [[ {{ V }} -gt 2 ]]", "zsh"),
    ("> x [[ {{ V }} -gt 2 ]]", "zsh"),
    ("2>&1 [[ {{ V }} -gt 2 ]]", "zsh"),
    ("ls *(e:'touch pwned':) {{ V }}", "zsh"),
    ("ls *(+f) *(o+f) {{ V }}", "zsh"),
    ("ls *({{ V }})", "zsh"),
    ("ls x@(e:'{{ V }}|b':)", "zsh"),
    ("ls @(e:'touch pwned':) {{ V }}", "zsh"),
    ("ls x(a|b)(e:'{{ V }}':)", "zsh"),
    ("ls x(a|b)*(+f) {{ V }}", "zsh"),
    ("[[ a == x(#qe:'{{ V }}':) ]]", "zsh"),
    ("[[ a == x(b|(#qe:'touch pwned':)) ]]; echo {{ V }}", "zsh"),
    ("time !(read|{{ V }})", "bash ksh zsh"),
    ("case x in x(a|b)) ;; esac; read {{ V }}", "zsh"),
    ("case x in x@(a|b)) ;; esac; read {{ V }}", "bash ksh zsh"),
    ("case x in x@(a|b)) read {{ V }} ;; esac", "bash ksh zsh"),
    ("case x in x@(a|$(read {{ V }}))) ;; esac", "bash ksh zsh"),
    ('K="printf -v"; $K y {{ V }}; (( y > 1 ))', "bash"),
    ('run() { shift; "$@"; }; run x read {{ V }}', "bash ksh zsh"),
    ('run() { "${@:2}"; }; run x read {{ V }}', "bash ksh zsh"),
    ('run() { shift; command "$@"; }; run x read {{ V }}', "bash zsh"),
    ('run() { shift; "$@"; }; run $X y {{ V }} {{ W }}', "bash ksh zsh"),
    ('run() { if a; then shift; fi; "$@"; }; run {{ V }} {{ W }}', "bash ksh zsh"),
    ('run() { shift & "$@"; }; run {{ V }} {{ W }}', "bash ksh zsh"),
    ('run() { "$@"; shift; }; run {{ V }} {{ W }}', "bash ksh zsh"),
    ('run() { eval shift; "$@"; }; run a {{ V }} {{ W }}', "bash ksh zsh"),
    ('run() { local c="$1"; shift; "$c" "$@"; }; run read {{ V }}', "bash zsh"),
    ('a() { "$@"; }; b() { shift; a "$@"; }; b x read {{ V }}', "bash ksh zsh"),
]


@pytest.mark.parametrize("rows", batches(REFUSED))
def test_a_place_that_is_not_data_is_refused_at_load(rows: list[tuple[str, str]]) -> None:
    def attempt(row: tuple[str, str]) -> None:
        source, shells = row
        for shell in shells.split():
            with pytest.raises(TemplateError) as caught:
                compile_shell(source, shell)
            assert caught.value.hint

    try_each(rows, attempt)


@pytest.mark.parametrize(
    ("source", "shells"),
    [
        ("echo hello >&{{ N }}", "sh bash dash ksh zsh"),
        ("echo hello 1>&{{ N }}", "bash"),
        ("exec >&{{ N }}", "bash"),
        ("{ echo x; } >&{{ N }}", "bash"),
        ("echo x >&${L:-{{ N }}}", "bash"),
        ("cat <&{{ N }}", "bash"),
        ("exit {{ N }}", "sh bash dash ksh zsh"),
        ("f() { return {{ N }}; }; f", "zsh"),
        ("shift {{ N }}", "zsh"),
        ("printf '%d' {{ N }}", "ksh zsh"),
        ("printf '%*d' {{ N }} 1", "zsh"),
        ("read -t {{ N }} x", "zsh"),
        ("test -t {{ N }}", "zsh"),
        ("float x={{ N }}", "ksh zsh"),
        ("repeat {{ N }} do echo; done", "zsh"),
        ("SECONDS={{ N }}", "sh bash ksh zsh"),
        ("RANDOM={{ N }}", "sh bash ksh zsh"),
        ("OPTIND={{ N }}", "sh bash dash ksh zsh"),
        ("SRANDOM={{ N }}", "bash"),
        ("HISTCMD={{ N }}", "bash"),
        ("for RANDOM in {{ N }}; do :; done", "bash"),
        ("read RANDOM <<< {{ N }}", "bash"),
        (": ${RANDOM:={{ N }}}", "bash"),
        ("printf -v RANDOM %s {{ N }}", "bash"),
        ("echo $a[{{ N }}]", "zsh"),
        ("[[ ! -aLOG -lt -{{ N }} ]]", "bash"),
        ("[[ -n -eq {{ N }} ]]", "bash zsh"),
        ("! (( {{ N }} > 3 ))", "bash ksh zsh"),
        ("time (( {{ N }} > 3 ))", "bash ksh zsh"),
        ("! ! (( {{ N }} > 3 ))", "bash"),
        ("time [[ {{ N }} -gt 3 ]]", "bash ksh zsh"),
        ("! time [[ {{ N }} -gt 3 ]]", "bash zsh"),
        ("time -p -- [[ {{ N }} -gt 3 ]]", "bash"),
        ("command set -- {{ N }}; (( $1 > 1 ))", "bash dash"),
        ("builtin set -- {{ N }}; (( $1 > 1 ))", "bash zsh"),
        ("time set -- {{ N }}; (( $1 > 1 ))", "bash zsh"),
        ("time command set -- {{ N }}; (( $1 > 1 ))", "bash"),
        ("command printf -v x %s {{ N }}; (( x > 1 ))", "bash"),
        ("K=printf; $K -v x %s {{ N }}; (( x > 1 ))", "bash zsh"),
        ("$E printf -v x %s {{ N }}; (( x > 1 ))", "bash zsh"),
        ("\\printf -v x %s {{ N }}; (( x > 1 ))", "bash zsh"),
        ('run() { "$@"; }; run printf -v x %s {{ N }}; (( x > 1 ))', "bash zsh"),
        ("f() { (( $1 > 1 )); }; time f {{ N }}", "bash zsh"),
        ("f() { (( $1 > 1 )); }; time -p f {{ N }}", "bash"),
        ("f() { (( $1 > 1 )); }; $E f {{ N }}", "bash"),
        ('F="f a"; f() { (( $2 > 1 )); }; $F {{ N }}', "bash dash"),
        ('F=(f a); f() { (( $2 > 1 )); }; "${F[@]}" {{ N }}', "bash zsh"),
        ("f() { eval shift; (( $1 > 1 )); }; f a {{ N }}", "bash zsh"),
        ("f() { command shift; (( $1 > 1 )); }; f a {{ N }}", "bash"),
        ("function f { (( $1 > 1 )); }; ! { time f {{ N }}; }", "bash zsh"),
        ("time -- for RANDOM in {{ N }}; do :; done", "bash"),
        ("time for RANDOM in {{ N }}; do :; done", "bash zsh"),
        ("time for x in {{ N }}; do echo $((x)); done", "bash zsh"),
        ("! select RANDOM in {{ N }}; do break; done", "bash"),
        ("time while read x; do echo $((x)); done <<< {{ N }}", "bash ksh zsh"),
        ("! while read x; do echo $((x)); done <<E\n{{ N }}\nE", "sh bash dash ksh zsh"),
        ("[[ -f {{ N }} || -foo -gt {{ N }} ]]", "bash"),
        ("a=([{{ N }}]=1)", "bash ksh zsh"),
        ("a[{{ N }}]=1 b={{ N }}", "bash ksh zsh"),
        ("echo $((10#{{ N }})) $((0x{{ N }}))", "sh bash dash ksh zsh"),
        ("let x=10#{{ N }}", "bash ksh zsh"),
        ("x=1 RANDOM={{ N }}", "bash ksh zsh"),
        ("X={{ N }}; echo $((10#$X + 1))", "bash ksh zsh"),
        ("X={{ N }} Y=1; [[ 10#$X -gt 3 ]]", "bash ksh zsh"),
    ],
)
def test_a_number_is_asked_for_where_the_shell_calculates(source: str, shells: str) -> None:
    for shell in shells.split():
        template = compile_shell(source, shell)
        assert template.render({"N": 2}).script
        with pytest.raises(TemplateError, match="whole number") as caught:
            template.render({"N": BAIT})
        assert caught.value.expression == "N"


@pytest.mark.parametrize(
    "source",
    [
        "COUNT={{ N }}; [[ $COUNT -gt 3 ]]",
        "COUNT={{ N }}; [[ COUNT -gt 3 ]]",
        'COUNT={{ N }}; [[ 3 -lt "COUNT" ]]',
        "COUNT={{ N }}; [[ 3 -lt 'COUNT' ]]",
        "X={{ N }}; a=([X]=1)",
        "X={{ N }}; a+=(b [X]=1)",
        "X={{ N }}; declare -a a=([X]=1)",
        "X={{ N }}; exec {a[X]}>f",
        "X={{ N }}; exec {a[$X]}>f",
        "exec {a[{{ N }}]}>f",
        "X={{ N }}; eval Y=\\$X; ((Y))",
        "X={{ N }}; eval 'Y=\"${X}\"'; echo ${a[Y]}",
        "typeset -i REPLY; read <<< {{ N }}",
        "typeset -i MAPFILE; mapfile <<< {{ N }}",
        "typeset -i OPTARG; getopts a: o -a {{ N }}",
        "typeset -i OPTARG; f() { getopts a: o; }; f -a {{ N }}",
        'X={{ N }}; f() { eval "echo \\$(($1))"; }; f X',
        "export COUNT={{ N }}; echo $((COUNT + 1))",
        "X={{ N }}; echo $(( $X ))",
        "X={{ N }}; Y=X; echo $((Y))",
        "X={{ N }}; let Y=X+1",
        "X={{ N }}; echo ${a[X]} ${a[$X]}",
        "X={{ N }}; T=abc; echo ${T:X}",
        "X={{ N }}; for ((i = 0; i < X; i++)); do break; done",
        "declare -i n; X={{ N }}; n=$X",
        "f() { local -i n=$1; }; f {{ N }}",
        "f() { [[ $1 -gt 3 ]]; }; f {{ N }}",
        "f() { local n=$2; echo $((n)); }; f text {{ N }}",
        "f() { shift; echo $(($1)); }; f text {{ N }}",
        'g() { f "$1"; }; f() { echo $(($1)); }; g {{ N }}',
        "set -- {{ N }}; echo $(($1))",
        "for i in {{ N }}; do ((i)); done",
        "read -r n <<< {{ N }}; ((n))",
        "read n <<E\n{{ N }}\nE\n((n))",
        "while read n; do ((n)); done <<E\n{{ N }}\nE",
        ": ${X:={{ N }}}; ((X))",
        "printf -v X %s {{ N }}; ((X))",
        "A=({{ N }}); ((A[0]))",
        "X={{ N }}; RANDOM=$X",
        "X={{ N }}; echo a >&$X",
        "X={{ N }}; [ $X -gt 3 ]",
        "set -- {{ N }}; for y; do echo $((y)); done",
        "f() { while getopts n: o; do n=$OPTARG; done; echo $((n)); }; f -n {{ N }}",
        "X={{ N }}; A=X; B=A; [[ $B -eq 1 ]]",
        "X={{ N }}; printf -v 'A[X]' 1",
        "X={{ N }}; eval 'echo $((X))'",
        "X={{ N }}; trap 'echo $((X))' EXIT",
        "f() { local -n r=$1; ((r)); }; X={{ N }}; f X",
        "X={{ N }}; for y in X; do ((y)); done",
        "X={{ N }}; f() { for y; do ((y)); done; }; f a X",
        'X={{ N }}; f() { local n=$2; g "$n"; }; g() { echo $(($1)); }; f a X',
        "X={{ N }}; f() { shift; echo $(($1)); }; f a X",
        "X={{ N }}; set -- X; echo $(($1))",
        "X={{ N }}; Y=${Z:-X}; echo $((Y))",
        "X={{ N }}; declare -i Y; for Y in X; do :; done",
        "X={{ N }}; declare -i Y; read Y <<< X",
        "X={{ N }}; declare -i Y; printf -v Y %s X",
        "X={{ N }}; declare -i Y; : ${Y:=X}",
        "X={{ N }}; echo ${q[in X]}",
        "X={{ N }}; q[X progress]=1",
        "q[a {{ N }}]=1",
        "exec <<E\n{{ N }}\nE\nread -r n; ((n))",
        "exec 0<<E\n{{ N }}\nE\nread -r n; ((n))",
        "exec 3<<< {{ N }}; f() { read -u 3 -r n; ((n)); }; f",
        "command exec 3<<< {{ N }}; while read -r n <&3; do ((n)); done",
        "read n 3<<< {{ N }} <&3; ((n))",
        "X={{ N }}; K='A[X]'; echo ${!K}",
        "X={{ N }}; K='A[X]'; printf -v \"$K\" 1",
        "X={{ N }}; K='A[X]'; read \"$K\" <<< 1",
        "X={{ N }}; K='A[X]'; [[ -v $K ]]",
        "X={{ N }}; f() { local -n K=$1; K=1; }; f 'A[X]'",
        "f() { [[ $1 -gt 3 ]]; }; export -f f; bash -c 'f \"$1\"' _ {{ N }}",
        "X={{ N }}; f() { [[ $1 -gt 3 ]]; }; export -f f; export X; bash -c 'f \"$X\"'",
    ],
)
def test_a_value_that_gets_to_arithmetic_must_be_a_number(source: str) -> None:
    template = compile_shell(source, "bash")
    assert template.render({"N": 2}).script
    with pytest.raises(TemplateError, match="whole number") as caught:
        template.render({"N": BAIT})
    assert (caught.value.expression, bool(caught.value.hint)) == ("N", True)


@pytest.mark.parametrize(
    "source",
    [
        "N={{ N }}; printf %d N",
        "N={{ N }}; printf '%*s' N a",
        "N={{ N }}; test -t N",
        "N={{ N }}; [[ -t N ]]",
        "N={{ N }}; getopts a 'b[N]' -a",
        "f() { ((argv[1])); }; f {{ N }}",
        "x=(a); echo $x[{{ N }}]",
        "x=(a); echo $#x[{{ N }}]",
        'x=(a); echo "$#x[{{ N }}]"',
        "cat <<E\n$#x[{{ N }}]\nE",
        "echo $?[{{ N }}]",
        "echo $$[{{ N }}]",
        "echo $-[{{ N }}]",
        "echo $![{{ N }}]",
        "echo $#[{{ N }}]",
        "echo $*[{{ N }}]",
        "echo $x[1][{{ N }}]",
        "v={{ N }}; echo $#x[v]",
        "v={{ N }}; echo $#x[$v]",
        "v={{ N }}; echo $?[v]",
        "v={{ N }}; echo $@[v]",
        "v={{ N }}; echo $x[1][v]",
        "[[ a == b@(a|$x[{{ N }}]) ]]",
        "case a in b(a|$x[{{ N }}])) ;; esac",
    ],
)
def test_zsh_calculates_in_more_places(source: str) -> None:
    template = compile_shell(source, "zsh")
    assert template.render({"N": 2}).script
    with pytest.raises(TemplateError, match="whole number"):
        template.render({"N": BAIT})


@pytest.mark.parametrize(
    "source",
    [
        "A=(1 2); declare A={{ V }}",
        'A[0]=1; typeset A="{{ V }}"',
        "read -ra A <<< 1; X={{ V }}; declare -x A=$X",
        "f() { local A; A+=(2); local A={{ V }}; }; f",
        "A=(1); declare 'A={{ V }}'",
        ": ${A[0]:=x}; export A={{ V }}",
        "printf -v 'A[0]' x; declare A={{ V }}",
        "(( A[0] = 1 )); readonly A={{ V }}",
        "exec {A[0]}</dev/null; declare A={{ V }}",
        "eval 'A=(1)'; declare A={{ V }}",
        "command mapfile -t A <<< 1; declare A={{ V }}",
    ],
)
@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_declaration_of_an_array_takes_no_value(source: str, shell: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_shell(source, shell)
    assert caught.value.hint
    assert compile_shell(
        source.replace("A={{", "B={{").replace("A=$", "B=$").replace('A="', 'B="'), shell
    )


@pytest.mark.parametrize(
    "source",
    [
        "declare PIPESTATUS={{ V }}",
        "mapfile <<< 1; export MAPFILE={{ V }}",
        'read -ra "$x" <<< 1; export A={{ V }}',
        "mapfile -t $x <<< 1; export A={{ V }}",
        "declare -n r=A; r=(1); export A={{ V }}",
    ],
)
def test_a_declaration_of_what_may_be_an_array_takes_no_value(source: str) -> None:
    with pytest.raises(TemplateError, match="is an array, and a declaration evaluates"):
        compile_shell(source, "bash")


def test_a_name_that_is_merely_read_or_printed_is_no_array() -> None:
    source = 'read -r A; export A={{ V }}; echo "$A[done]"'
    assert compile_shell(source, "bash").render({"V": "([0]=x)"}).env


@pytest.mark.parametrize(
    "source",
    [
        "X={{ V }}; echo ${!X}",
        "X={{ V }}; echo ${X@P}",
        "X={{ V }}; Y=X; echo ${!Y@P}",
        "X=({{ V }}); echo ${!X[0]}",
        'X={{ V }}; read "$X"',
        'X={{ V }}; export "$X=1"',
        'X={{ V }}; printf -v "$X" a',
        "X={{ V }}; [[ -v $X ]]",
        'f() { unset "$1"; }; f {{ V }}',
        "f() { local -n r=$1; r=2; }; f {{ V }}",
        'while read -r k v; do export "$k=$v"; done <<E\n{{ V }}\nE',
    ],
)
def test_a_value_that_gets_to_a_name_is_refused_at_load(source: str) -> None:
    with pytest.raises(TemplateError, match="the value gets to") as caught:
        compile_shell(source, "bash")
    assert caught.value.hint


@pytest.mark.parametrize(
    "source",
    [
        'X={{ V }}; eval "ls $X"',
        'X={{ V }}; bash -c "$X"',
        "$(echo {{ V }})",
        'X={{ V }}; f() { eval "((\\$$1))"; }; f X',
        "[ $(cat {{ V }}) = x ]",
        'unset "$(cat {{ V }})"',
        "exec 3<<< {{ V }}; bash 0<&3",
        "exec 3<<E\n{{ V }}\nE\nbash 0<&3",
        "bash 0<<< {{ V }}",
    ],
)
def test_what_evaluates_a_value_again_is_told(source: str) -> None:
    (found,) = compile_shell(source, "bash").evaluated_again
    assert found.source == "V"


@pytest.mark.parametrize(
    "source",
    [
        "echo $(( $(cat {{ V }}) ))",
        "(( $(cat {{ V }}) > 3 ))",
        "[[ $(cat {{ V }}) -gt 3 ]]",
        '[[ "$(cat {{ V }})" -gt 3 ]]',
    ],
)
def test_what_a_command_prints_for_a_number_is_to_be_checked_and_that_is_all(source: str) -> None:
    template = compile_shell(source, "bash")
    assert template.evaluated_again == ()
    (found,) = template.unchecked
    assert found.variable == "$(…)"


@pytest.mark.parametrize("source", ["printf {{ V }}", 'printf "{{ V }}\\n"', "wait {{ V }}"])
def test_what_would_be_an_option_is_refused_before_it_runs(source: str) -> None:
    template = compile_shell(source, "bash")
    assert template.render({"V": "a-b"}).env
    with pytest.raises(TemplateError, match="begins with - or") as caught:
        template.render({"V": f"-v{BAIT}"})
    assert "--" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("script", "shell"),
    [
        ("print -l $a[1]", "zsh"),
        ("print -l $a[-1]", "zsh"),
        ("i=1; print -l $a[$i]", "zsh"),
        ("i=1; print -l $a[i]", "zsh"),
        ("print -l ${a[1]}", "zsh"),
        ("printf ${a[1]} x", "bash"),
    ],
)
def test_one_element_of_an_array_is_one_word(script: str, shell: str) -> None:
    assert compile_shell(f"a=({{{{ V }}}} b); {script}", shell).render({"V": "x"})


@pytest.mark.parametrize(
    ("script", "shell"),
    [
        ("print -l $a[1,2]", "zsh"),
        ("print -l $a[@]", "zsh"),
        ("print -l ${a[*]}", "zsh"),
        ("printf ${a[@]} x", "bash"),
        ("printf $a[1] x", "bash"),
    ],
)
def test_several_elements_of_an_array_may_be_several_words(script: str, shell: str) -> None:
    with pytest.raises(TemplateError, match="may become several words"):
        compile_shell(f"a=({{{{ V }}}} b); {script}", shell)


def test_an_element_that_a_command_cut_out_of_a_text_may_be_an_option() -> None:
    with pytest.raises(TemplateError, match="may become several words"):
        compile_shell('x={{ V }}; readarray -d , -t a <<<"$x"; printf ${a[1]} PATH', "bash")


def test_a_variable_is_told_as_it_stands_in_the_script() -> None:
    with pytest.raises(TemplateError, match=r"\$\{\(U\)x\} may become several words") as caught:
        compile_shell("x={{ V }}; print ${(U)x}", "zsh")
    assert caught.value.message.startswith("the value gets to ${(U)x}")


def test_a_pattern_is_told_as_it_stands_in_the_script() -> None:
    (found,) = compile_shell("echo {{ V }}; read a*(.N)", "zsh").unchecked
    assert found.variable == "a*(.N)"


def test_how_an_array_is_filled_is_told_where_a_dash_would_be_an_element() -> None:
    with pytest.raises(TemplateError, match="begins with - or") as caught:
        compile_shell("set -A x {{ V }}", "zsh").render({"V": "-a"})
    assert caught.value.hint == (
        "write -- before the value; where `set -A` fills an array, write NAME=(…)"
    )
    with pytest.raises(TemplateError, match="may become several words") as caught:
        compile_shell('y=({{ V }}); print "${y[@]}"', "zsh")
    assert (caught.value.hint or "").startswith("write -- before it, one element of it, or")
    assert compile_shell('y=({{ V }}); print -- "${y[@]}"; x=("${y[@]}")', "zsh")


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "ksh", "zsh"])
@pytest.mark.parametrize(
    "source",
    [
        "E={{ V }}\n[ $E = prod ]",
        "E={{ V }}; [ -f $E ] || test x = ${E}",
        "f() { [ $1 = prod ]; }; f {{ V }}",
        "for E in a {{ V }}; do [ $E = b -o $E != c ]; done",
        "E={{ V }}; printf $E",
        "E={{ V }}; $E || $E a",
    ],
)
def test_without_quotes_it_must_be_one_plain_word(source: str, shell: str) -> None:
    template = compile_shell(source, shell)
    for value in ("prod", "1.10", "true", "/a/b-c", "a@b:c"):
        assert template.render({"V": value}).script
    for value in ("a b", "", "*", "a?", "[a]", "~", "-x", "a\nb", "a\tb", "$x", "x = y", BAIT):
        with pytest.raises(TemplateError, match="without quotes") as caught:
            template.render({"V": value})
        assert "double quotes" in (caught.value.hint or "")


WITHIN = [
    "E={{ V }}; [ -d /srv/$E ] || test -f ~/$E",
    "E={{ V }}; [ v$E = vprod -o -f /srv/${E}.yaml ]",
    "E={{ V }}; [ -f '/srv'/$E/${E:-x} ]",
    "E={{ V }}; [ -f a\\ $E ]",
    "E={{ V }}; [ -d /srv/${E%.*}/${E//./-}/${E:0:3} ]",
    "E={{ V }}; printf x$E-%s y; printf -- %s ./$E",
    "f() { [ -d /srv/$1 ]; }; f x-{{ V }}",
    "P=/srv/{{ V }}; [ -d x$P/y ]",
    'E={{ V }}; ./run-$E.sh "$X"; X={{ V }}',
    'E={{ V }}; kubectl-$E {{ V }} "$X"',
    "for E in a {{ V }}; do [ -d /srv/$E ]; done",
]
BEGINNING = [
    "E={{ V }}; [ -f $E.yaml ]",
    "E={{ V }}; [ -f ${E:-x} ] || [ ${E-a}b = xb ]",
    'E={{ V }}; [ -f ${E:-"a b"} ]',
    "E={{ V }}; printf $E-%s x",
    "E={{ V }}; $E/bin/x a",
    'E={{ V }}; exec $E/bin/x "$X"',
    "E={{ V }}; [ -d /srv/$E ] && [ $E.x = a ]",
]


@pytest.mark.parametrize(
    ("shell", "sources"),
    batches_of_each(SHELLS, [*WITHIN, *BEGINNING]),
)
def test_within_a_word_without_quotes_it_must_make_no_more_words(
    shell: str, sources: list[str]
) -> None:
    def attempt(source: str) -> None:
        template = compile_shell(source, shell)
        for value in ("prod", "1.10", "", "/a/b-c", "a@b:c"):
            assert template.render({"V": value}).script
        for value in ("a b", "*", "a?", "[a]", "~", "a\nb", "a\tb", "$x", "{a,b}", "x = y", BAIT):
            with pytest.raises(TemplateError, match="without quotes") as caught:
                template.render({"V": value})
            assert "double quotes" in (caught.value.hint or "")

    try_each(sources, attempt)


@pytest.mark.parametrize("source", BEGINNING)
def test_what_begins_a_word_without_quotes_is_no_option(source: str) -> None:
    with pytest.raises(TemplateError, match=r"without quotes.*none of \+ - first"):
        compile_shell(source, "bash").render({"V": "-v"})


@pytest.mark.parametrize("source", WITHIN)
def test_behind_text_it_may_begin_like_an_option(source: str) -> None:
    assert compile_shell(source, "bash").render({"V": "-rc1"}).script


def test_a_piece_of_one_word_that_is_the_operand_of_a_command_is_no_option() -> None:
    template = compile_shell('E={{ V }}; [ -d x$E ]; printf "$E"', "bash")
    assert template.render({"V": "rc1"}).script
    with pytest.raises(TemplateError, match="takes for an option"):
        template.render({"V": "-rc1"})


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "ksh", "zsh"])
def test_text_in_place_of_a_value_is_the_script_s_own(shell: str) -> None:
    template = compile_shell("E={{ V }}; [ -n ${E:+x} ] && echo ${E+--flag}", shell)
    assert template.render({"V": BAIT}).script


def test_a_builtin_function_or_alias_that_a_value_may_choose_is_refused() -> None:
    for script in (
        'fx() { eval "$1"; }; E={{ V }}; f$E "$X"',
        'alias fx=eval; E={{ V }}; f$E "$X"',
    ):
        with pytest.raises(TemplateError, match="chooses the command"):
            compile_shell(script, "zsh")


def test_without_quotes_a_variable_of_the_environment_is_held_to_the_same() -> None:
    template = compile_shell("[ $E = prod ]", "bash", frozenset({"E"}))
    assert template.render({}, env={"E": "prod"}).script
    with pytest.raises(TemplateError, match=r"E of `env`: .* without quotes"):
        template.render({}, env={"E": "a b"})


@pytest.mark.parametrize(
    "source",
    [
        "IFS=.; E={{ V }}; [ $E = prod ]",
        'E=({{ V }}); [ "${E[@]}" = x ]',
        "E={{ V }}; [ ${E%.*} = x ]",
        "E={{ V }}; [ ${E%.*} = $E*x ]",
        "E={{ V }}; [ -d /srv/$E* ]",
        "E={{ V }}; [ -d {a,$E} ]",
        "E={{ V }}; [ -d ${E:-a b} ]",
        "E={{ V }}; [ -d ${E:-*} ]",
        "E={{ V }}; [ -d a${E/x/*} ]",
        "E={{ V }}; [ -d a$(ls $E)$E ]",
    ],
)
def test_what_may_be_several_words_whatever_the_value_is_refused(source: str) -> None:
    with pytest.raises(TemplateError, match="may become several words"):
        compile_shell(source, "bash")


@pytest.mark.parametrize(
    "source", ["[[ $N -gt 3 ]]", "echo $((N))", 'f() { echo $(($1)); }; f "$N"', "X=$N; let X"]
)
def test_the_environment_is_no_way_around(source: str) -> None:
    template = compile_shell(source, "bash", frozenset({"N"}))
    assert template.render({}, env={"N": "5"}).script == source
    with pytest.raises(TemplateError, match="N of `env`") as caught:
        template.render({}, env={"N": BAIT})
    assert caught.value.line == 1
    assert BAIT not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "name"), [("echo hi", "BASH_ENV"), ("set -x", "PS4"), ("echo ${!N}", "N")]
)
def test_a_variable_of_the_environment_that_is_code_is_refused(source: str, name: str) -> None:
    with pytest.raises(TemplateError, match=f"{name} of `env`") as caught:
        compile_shell(source, "bash", frozenset({name}))
    assert caught.value.hint
    assert compile_shell('echo "$N"', "bash", frozenset({"N"})).render({}, env={"N": BAIT})


def test_a_script_that_is_no_shell_may_have_an_environment() -> None:
    assert compile_shell("print(1", "python3", frozenset({"N"})).render({}, env={"N": "x"})
    assert compile_shell("echo ${(e)x}", "zsh", frozenset({"N"})).render({}, env={"N": "x"})


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("N=$(wc -l f); ((N > {{ M }}))", ["N"]),
        ("N=$(wc -l f); M=$N; echo {{ V }} $((M))", ["M"]),
        ("read -r n; [[ $n -gt 3 ]] && echo {{ V }}", ["$n"]),
        ("echo {{ V }} | while read -r n; do ((n)); done", ["n"]),
        ("echo {{ V }} $(( $(cat f) + 1 ))", ["$(…)"]),
        ("echo {{ V }} $(( $(wc -l < f) + 1 ))", []),
        ("X={{ V }}; [[ $X =~ (.*) ]]; ((BASH_REMATCH[1]))", ["BASH_REMATCH"]),
        ("X={{ V }}; [[ $X =~ ^v([0-9]+) ]]; ((BASH_REMATCH[0]))", ["BASH_REMATCH"]),
        ("X={{ V }}; [[ $X =~ ^v([0-9]+)\\.([0-9]+)$ ]]; ((BASH_REMATCH[1] > 3))", []),
        ("echo {{ V }}; (($_ > 3))", ["$_"]),
        ("echo {{ V }}; echo ${!_}", ["${!_}"]),
        ("X=$(cat f); echo {{ V }} ${!X}", ["${!X}"]),
        ('N=$(wc -l f); [ "$N" -gt 3 ] && echo {{ V }}', []),
        ("N=$(ls {{ V }} | wc -l); ((N > 3))", []),
        ('N="$(wc -l < {{ V }})"; ((N > 3))', []),
        ("S=$(date +%s); echo {{ V }} $(( $(date '+%s') - S ))", []),
        ('D=$(( ($(date -d "$E" +%s) - $(date +%s)) / 86400 )); (( D > {{ N }} ))', []),
        ("D=$(( $(cat f) / 2 )); (( D > {{ N }} ))", ["$(…)"]),
        ('D="$(( $(cat f) ))a"; (( D > {{ N }} ))', ["D", "$(…)"]),
        ("N=$(echo {{ V }}; ls | wc -l); ((N > 3))", ["N"]),
        ("N=$(echo {{ V }} \\| wc -l); ((N > 3))", ["N"]),
        ("N=$(date +%s)$(cat f); echo {{ V }} $((N))", ["N"]),
        ("mapfile -t A < f; (( ${#A[@]} > 3 )) && echo {{ V }}", []),
        ("mapfile -t A < f; (( ${A[0]} > 3 )) && echo {{ V }}", ["${A[0]}", "A"]),
        ("i=0; while ((i < 5)); do i=$((i + 1)); done; echo {{ V }} $(($#))", []),
        ("N=$(wc -l f); echo $((N))", []),
        ("echo {{ V }} | { read; ((REPLY)); }", ["REPLY"]),
        ("typeset -i REPLY; echo {{ V }} | while read; do :; done", ["REPLY"]),
        ("echo {{ V }} | while read -r n; do unset $n; done", ["$n"]),
        ('echo {{ V }} | while read -r n; do printf -v "$n" x; done', ["$n"]),
        ('echo {{ V }} | while read -r n; do [[ -v $n ]] && echo "$n"; done', ["$n"]),
        ('echo {{ V }} | while read -r n; do export N="$n"; printf "%s" "$n"; done', []),
    ],
)
def test_arithmetic_on_what_a_command_printed_is_told(source: str, variables: list[str]) -> None:
    assert [found.variable for found in compile_shell(source, "bash").unchecked] == variables


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("((N)); echo {{ V }}", ["N"]),
        ("echo $((N + 1)) {{ V }}", ["N"]),
        ("[[ $N -gt 3 ]] || echo {{ V }}", ["$N"]),
        ("X=$N; ((X)); echo {{ V }}", ["X"]),
        ('f() { (( $1 )); }; f "$N"; echo {{ V }}', ["$1"]),
        ("let N+=1; echo {{ V }}", ["N"]),
        ("echo $(( ${N:-3} )) {{ V }}", ["${N:-3}"]),
        (". ./settings.sh; ((N)); echo {{ V }}", ["N"]),
        ("a=(1 2); echo ${a[N]} {{ V }}", ["N"]),
        ("for ((i = 0; i < 3; i++)); do echo {{ V }}; done", []),
        ("let i=0; ((i)); ((k = 3)); echo $((k)) {{ V }}", []),
        ("f() { local n; ((n++)); }; f; unset m; ((m++)); echo {{ V }}", []),
        ("echo $((RANDOM)) $((SECONDS)) $((LINENO)) $((UID)) $(($#)) {{ V }}", []),
        ("declare -A m; m[x]=1; echo ${m[x]} {{ V }}", []),
        ("for n in 1 2; do ((n)); done; printf -v m 3; ((m)); echo {{ V }}", []),
        ('[ "$N" -gt 3 ] || echo $N {{ V }}', []),
    ],
)
def test_arithmetic_on_a_variable_of_the_environment_is_told(
    source: str, variables: list[str]
) -> None:
    assert [found.variable for found in compile_shell(source, "bash").unchecked] == variables


def test_the_hunt_sees_a_value_that_runs(tmp_path: Path) -> None:
    hunt = Hunt("bash", 0, tmp_path)
    assert hunt.runs_a_value(["bash"], "[[ $V -gt 3 ]]", {"V": BAIT})
    assert not hunt.runs_a_value(["bash"], 'echo "$V"', {"V": BAIT})


@pytest.mark.parametrize(
    "source",
    [
        "declare -a A=({{ V }} x-{{ V }}); printf '[%s]' \"${A[@]}\"",
        'f() { local -a A=("$@" "x-$1"); printf \'[%s]\' "${A[@]}"; }; f {{ V }}',
        'X={{ V }}; declare -ar A=("$X" "x-$X"); printf \'[%s]\' "${A[@]}"',
    ],
)
@pytest.mark.parametrize("value", [BAIT, "[$(touch pwned)]=1", "([0]=$(touch pwned))", "a b"])
def test_the_elements_of_an_array_are_words(source: str, value: str, tmp_path: Path) -> None:
    rendered = compile_shell(source, "bash").render({"V": value})
    done = subprocess.run(
        ["bash", "-c", rendered.script],
        env={"PATH": os.environ["PATH"], **rendered.env},
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == f"[{value}][x-{value}]"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("X=(a {{ V }}); print -r -- $X", False),
        ("typeset -A X=(a {{ V }}); print -r -- ${X[a]} b", False),
        ("X=({{ V }}); print -r $X", True),
        ("X=({{ V }}); read -r -- $X", True),
        ("X=({{ V }}); printf -- $X", True),
    ],
)
def test_several_words_cannot_be_options_where_those_have_ended(source: str, refused: bool) -> None:
    with pytest.raises(TemplateError) if refused else nullcontext():
        compile_shell(source, "zsh").render({"V": BAIT})


@pytest.mark.parametrize("options", ["-i", "-ai", "-Ai", "-n"])
def test_the_elements_of_other_arrays_are_not(options: str) -> None:
    with pytest.raises(TemplateError):
        compile_shell(f"declare {options} A=({{{{ V }}}})", "bash").render({"V": BAIT})


def test_an_environment_in_a_script_that_cannot_be_read_is_told() -> None:
    names = frozenset({"N", "OTHER"})
    (found,) = compile_shell("true\necho ${(e)N}", "zsh", names).unchecked
    assert (found.variable, found.line, found.origin) == ("N", 2, TextOrigin.UNREAD)
    assert not compile_shell("echo ${(e)M}", "zsh", names).unchecked
    assert not compile_shell('echo "$N"', "zsh", names).unchecked


@pytest.mark.parametrize(
    ("script", "shells"),
    [
        ("X={{ V }}; MAJOR=${X%%.*}; (( MAJOR > 3 ))", "bash ksh zsh"),
        ("X={{ V }}; (( ${X%%.*} > 3 ))", "bash ksh zsh"),
        ("X={{ V }}; Y=$X; Z=${Y%x}; ((Z > 1))", "bash ksh zsh"),
        ("X={{ V }}; M=${X#v}; M=${M%%.*}; [[ $M -ge 3 ]]", "bash ksh zsh"),
        ("X={{ V }}; echo $((${X#*.} + 1))", "bash zsh"),
        ("X={{ V }}; echo $((${X:0:1} + 1))", "bash zsh"),
        ("X={{ V }}; N=${X/./}; let N", "bash zsh"),
        ("X={{ V }}; typeset -i N; N=${X##*-}", "bash ksh zsh"),
        ("f() { echo $(($1)); }; X={{ V }}; f ${X%%.*}", "sh bash zsh"),
        ("IFS=. read -r a b <<< {{ V }}; (( a > 3 ))", "bash zsh"),
        ('X={{ V }}; IFS=. read -r a b <<< "$X"; (( a > 3 ))', "bash zsh"),
        ("while IFS=: read -r a b; do echo $((b)); done <<E\n{{ V }}\nE", "bash zsh"),
    ],
)
def test_calculating_with_a_part_of_a_value_is_told_and_what_could_run_is_stopped(
    script: str, shells: str
) -> None:
    for shell in shells.split():
        template = compile_shell(script, shell)
        assert [found.origin for found in template.unchecked] == [TextOrigin.PART]
        for value in ("3.11.7", "v3.11-rc1", "2026-01-31 10:30", "release/42", ""):
            assert template.render({"V": value}).script
        for value in (BAIT, "1.$(mkdir pwned)", "1.`mkdir pwned`", "f(1)", "3\n4", "x=1"):
            with pytest.raises(TemplateError, match="a part of it") as caught:
                template.render({"V": value})
            assert caught.value.hint


@pytest.mark.parametrize(
    "script",
    [
        "X={{ V }}; N=${X%%.*}; echo $N ${X#v}",
        "X={{ V }}; N=${#X}; (( N > 3 ))",
        'X={{ V }}; IFS=. read -r a b <<< "$X"; echo $a',
    ],
)
def test_a_part_that_is_not_calculated_with_is_data(script: str) -> None:
    template = compile_shell(script, "bash")
    assert not template.unchecked
    assert template.render({"V": BAIT}).script


def test_a_whole_value_must_be_a_number_even_if_its_parts_are_calculated_with_too() -> None:
    template = compile_shell("X={{ V }}; Y=${X%.*}; (( Y > X ))", "bash")
    with pytest.raises(TemplateError, match="whole number"):
        template.render({"V": "3.11"})


@pytest.mark.parametrize(
    "script",
    ["export BASH_ENV={{ V }}", "declare -x PS4={{ V }}", "readonly PROMPT_COMMAND={{ V }}"],
)
def test_a_variable_that_means_something_to_the_shell_is_named_in_a_declaration_too(
    script: str,
) -> None:
    with pytest.raises(TemplateError, match="a meaning of its own") as caught:
        compile_shell(script, "bash")
    assert caught.value.hint == "use another name"


EVALUATED = [
    "f() { read x; }; f <<< {{ V }}; ((x))",
    "f() { read x; }; g() { f; }; g <<< {{ V }}; ((x))",
    "n=x; read -r $n <<< {{ V }}; echo $((x))",
    'f() { read -r "$1" <<< {{ V }}; }; f x; ((x))',
    'rd() { read "$@"; }; rd -r x <<< {{ V }}; ((x))',
    'for f in a b; do read -r "v_$f" <<< {{ V }}; done; ((v_a))',
    "n=x; mapfile -t $n <<< {{ V }}; ((x))",
    'f() { getopts a: "$1" -a {{ V }}; }; f o; ((OPTARG))',
    'f() { eval "$1=\\$2"; }; f x {{ V }}; ((x))',
    'n=RANDOM; read -r "$n" <<< {{ V }}',
    "n=PS4; read -r $n <<< {{ V }}; set -x; :",
    "n=BASH_ENV; export $n; read -r $n <<< {{ V }}; bash -c :",
    "read -r x[0] <<< {{ V }}; ((x[0]))",
    'read -r "x[0]" <<< {{ V }}; ((x[0]))',
    "print -rv x {{ V }}; ((x))",
    "read 'x?p' <<< {{ V }}; ((x))",
    "set +A a {{ V }}; ((a))",
    "set -- -a {{ V }}; zparseopts a:=y; ((y[2]))",
    "typeset -T A a; a=({{ V }}); ((A))",
    "cdpath=({{ V }}); ((CDPATH))",
    "set -- {{ V }}; i=1; x=${!i}; ((x))",
    "set -- {{ V }}; x=${!#}; ((x))",
    "v={{ V }}; f() { [[ $1 -gt 3 ]]; }; trap 'f \"$v\"' EXIT",
    "v={{ V }}; f() { [[ $1 -gt 3 ]]; }; eval 'f \"$v\"'",
    "touch {{ V }}; for f in *; do [[ $f -gt 3 ]]; done",
    "touch {{ V }}; set -- *; ((x=$1))",
    'w() { "$@" >&2; }; w eval "ls {{ V }}"',
    'set -- {{ V }}; printf -v "${!#}" x',
    'set -- {{ V }}; unset "${!#}"',
    'set -- {{ V }}; n=$#; read "${!n}" <<< x',
    "set -- {{ V }}; [[ -v ${!#} ]]",
    'set -- {{ V }}; eval "echo ${!#}"',
]


@pytest.mark.parametrize(
    ("shell", "sources"),
    batches_of_each(("bash", "ksh", "zsh"), EVALUATED),
)
def test_by_no_way_a_value_gets_unnoticed_where_a_shell_evaluates(
    shell: str, sources: list[str], tmp_path: Path
) -> None:
    needs(shell)
    hunt = Hunt(shell, 0, tmp_path)

    def attempt(source: str) -> None:
        try:
            template = compile_shell(source, shell)
            made = template.render({"V": BAIT})
        except TemplateError:
            return
        if not (template.evaluated_again or template.unchecked):
            assert not any(
                hunt.runs_a_value(command, made.script, made.env) for command in COMMANDS[shell]
            )

    try_each(sources, attempt)
