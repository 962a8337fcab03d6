"""What runbooks ordinarily do with values is accepted, and gives them on byte for byte."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.judgement import judge
from pup_tui.template.shell.script import compile_shell
from tests.support.batches import batches, try_each

ALL = "sh bash dash ksh zsh"
ARRAYS = "bash ksh zsh"
VALUE = 'it\'s $(touch pwned) `x` "q" \\ * ; & é'

TEXTS = [
    ("kubectl get pods -n {{ V }}", "kubectl|get|pods|-n|@", ALL),
    (
        "kubectl -n {{ V }} rollout restart deploy/{{ V }}",
        "kubectl|-n|@|rollout|restart|deploy/@",
        ALL,
    ),
    (
        "kubectl logs --selector=app={{ V }} --tail=20",
        "kubectl|logs|--selector=app=@|--tail=20",
        ALL,
    ),
    ("kubectl exec web -- cat {{ V }}", "kubectl|exec|web|--|cat|@", ALL),
    ("psql -d {{ V }} -f report.sql", "psql|-d|@|-f|report.sql", ALL),
    ("aws s3 cp s3://{{ V }}/x .", "aws|s3|cp|s3://@/x|.", ALL),
    ('aws s3 ls "s3://{{ V }}"', "aws|s3|ls|s3://@", ALL),
    ("curl -sS -H 'X-Team: {{ V }}' url", "curl|-sS|-H|X-Team: @|url", ALL),
    ("command kubectl get {{ V }}", "kubectl|get|@", ALL),
    ("env A=1 kubectl get {{ V }}", "kubectl|get|@", ALL),
    ("exec kubectl get {{ V }}", "kubectl|get|@", ALL),
    ("read -r x 0<<< {{ V }}; printf '%s' \"$x\"", "@", ARRAYS),
    ("cat 3<<< {{ V }} <&3", "@\n", ARRAYS),
    ("cat 0<<E\n{{ V }}\nE", "@\n", ALL),
    ("cat <<E-1\n{{ V }}\nE-1", "@\n", ALL),
    ("x=1; cat <<E\nHi\n  $x: {{ V }}\n\t${x}\n  $((x + 1))\nE", "Hi\n  1: @\n\t1\n  2\n", ALL),
    ("x=1; cat <<E\n $x\n\n  $x\n  \nE\nprintf '%s' {{ V }}", " 1\n\n  1\n  \n@", ALL),
    ("x=1; cat <<-E\n\t$(printf a) {{ V }}\n\t\t$x\n\tE", "a @\n1\n", ALL),
    ("x=1; cat <<'E'\n  $x {{ V }}\nE", "  $x @\n", ALL),
    ("cat <<E.txt; cat <<'E'\n{{ V }}\nE\nE.txt\n{{ V }}\nE", "@\nE\n@\n", ALL),
    ("cat <<'E-1'; cat <<E:\n{{ V }}\nE:\nE-1\n{{ V }}\nE:", "@\nE:\n@\n", ALL),
    ("cat <<_E\n_E {{ V }}\n_E", "_E @\n", ALL),
    ("cat <<E\\OF\n$x\nEOF\nprintf '%s' {{ V }}", "$x\n@", ALL),
    ("x=`cat <<E\na\nE`; printf '%s|' $x {{ V }}", "a|@|", ALL),
    (
        "mkdir d; > d/a; > d/b; for f in d/*(.N); do printf '%s %s.' \"$f\" {{ V }}; done",
        "d/a @.d/b @.",
        "zsh",
    ),
    (
        "for f in *.none(N) [n]one*/*(N.om[1,3]Lk+1); do echo no; done; printf '%s' {{ V }}",
        "@",
        "zsh",
    ),
    ("nice kubectl get {{ V }}", "kubectl|get|@", ALL),
    ("K=kubectl; $K get {{ V }}", "kubectl|get|@", ALL),
    ('K=kubectl; "$K" get {{ V }}', "kubectl|get|@", ALL),
    ("$NOTHING kubectl get {{ V }}", "kubectl|get|@", ALL),
    ('for k in kubectl; do "$k" get {{ V }}; done', "kubectl|get|@", ALL),
    ('KS="kubectl kubectl"; for k in $KS; do $k get {{ V }}; break; done', "kubectl|get|@", "bash"),
    ('CMD=(kubectl get); "${CMD[@]}" {{ V }}', "kubectl|get|@", ARRAYS),
    ('CMD=(kubectl); CMD+=(get {{ V }}); "${CMD[@]}"', "kubectl|get|@", ARRAYS),
    ('CMD=(kubectl); CMD+=(get); "${CMD[@]}" {{ V }}', "kubectl|get|@", ARRAYS),
    ("for k in kubec*/x; do $k get {{ V }}; done; kubectl {{ V }}", "kubectl|@", "bash"),
    ('S=; [ -z "$S" ] || S=sudo; $S kubectl get {{ V }}', "kubectl|get|@", "sh bash dash ksh"),
    ("set -- {{ V }}; ((${#} > 0)) && kubectl get {{ V }}", "kubectl|get|@", ARRAYS),
    ("K=${K:-kubectl}; unset IFS; $K get {{ V }}", "kubectl|get|@", ALL),
    ('K=kubectl; trap "rm -f $X" EXIT; $K get {{ V }}', "kubectl|get|@", ALL),
    ('ask() { "$1" get {{ V }}; }; ask kubectl', "kubectl|get|@", ALL),
    ('K=kubectl; IFS=, read -r a b < /dev/null; "$K" get {{ V }}', "kubectl|get|@", ALL),
    ('run() { "$@"; }; run kubectl get {{ V }}', "kubectl|get|@", ALL),
    ('run() { kubectl "$@"; }; run get {{ V }}', "kubectl|get|@", ALL),
    ('retry() { n=$1; shift; "$@"; }; retry 3 kubectl get {{ V }}', "kubectl|get|@", ALL),
    ('NS={{ V }}; kubectl -n "$NS" get pods', "kubectl|-n|@|get|pods", ALL),
    ("OPTS=-n; kubectl $OPTS {{ V }}", "kubectl|-n|@", ALL),
    ('A=(-n {{ V }}); kubectl "${A[@]}"', "kubectl|-n|@", ARRAYS),
    ("if kubectl get {{ V }}; then :; fi", "kubectl|get|@", ALL),
    ("kubectl get {{ V }} > /dev/stdout 2>&1", "kubectl|get|@", ALL),
    ("kubectl get {{ V }} 2> err.txt || true", "kubectl|get|@", ALL),
    ("kubectl apply -f - <<E\nname: {{ V }}\nE", "kubectl|apply|-f|-", ALL),
    ("printf '%s' {{ V }}", "@", ALL),
    ("printf '%s\\n' {{ V }}", "@\n", ALL),
    ('printf "%s=%s" A {{ V }}', "A=@", ALL),
    ("printf -- '%s' {{ V }}", "@", ALL),
    ("log() { printf '%s' \"$*\"; }; log {{ V }}", "@", ALL),
    ("log() { printf '%s' \"$@\"; }; log {{ V }}", "@", ALL),
    ("die() { printf 'no: %s' \"$1\"; }; die {{ V }}", "no: @", ALL),
    ("X={{ V }}; printf '%s' \"$X\"", "@", ALL),
    (r'kubectl "a"\ b \ c\ \  {{ V }} # \ ', "kubectl|a b| c  |@", ALL),
    ('X={{ V }}; kubectl "in $ $X $"', "kubectl|in $ @ $", ALL),
    ("kubectl a$/b x$ $, {{ V }}", "kubectl|a$/b|x$|$,|@", ALL),
    ("kubectl -n $= {{ V }}", "kubectl|-n|$=|@", "sh bash dash ksh"),
    ("case 'a$' in *$) kubectl {{ V }};; esac", "kubectl|@", ALL),
    ("export X={{ V }}; printf '%s' \"$X\"", "@", ALL),
    ('export J="-Xmx2g -Dapp={{ V }}"; printf \'%s\' "$J"', "-Xmx2g -Dapp=@", ALL),
    ('export K="kubectl -n {{ V }}"; printf \'%s\' "$K"', "kubectl -n @", ALL),
    ('readonly A="curl -a {{ V }}"; printf \'%s\' "$A"', "curl -a @", ALL),
    (
        'f() { local c="kubectl -n {{ V }} get"; printf \'%s\' "$c"; }; f',
        "kubectl -n @ get",
        "sh bash dash zsh",
    ),
    ('export K="a -n $X"; X={{ V }}; printf \'%s\' "$X"', "@", ALL),
    ('X={{ V }}; export K="a -n $X"; printf \'%s\' "$K"', "a -n @", ALL),
    ("# declare -i X\nX={{ V }}; printf '%s' \"$X\"", "@", ALL),
    ("X={{ V }} # typeset -n X\nprintf '%s' \"$X\"", "@", ALL),
    ("echo 'declare -i X' > /dev/null; X={{ V }}; printf '%s' \"$X\"", "@", ALL),
    ("cat > /dev/null <<E\ntypeset -n X\nE\nX={{ V }}; printf '%s' \"$X\"", "@", ALL),
    ("trap 'local x; rm -f \"$X\" -n' EXIT; X={{ V }}; printf '%s' \"$X\"", "@", ALL),
    ("kubectl set export -n X; X={{ V }}; printf '%s' \"$X\"", "kubectl|set|export|-n|X@", ALL),
    ("export -n X; X={{ V }}; printf '%s' \"$X\"", "@", "bash"),
    ('X={{ V }}; [ -n "$X" ] && kubectl "log[X]" "$X"', "kubectl|log[X]|@", ALL),
    ("readonly X={{ V }}; printf '%s' \"$X\"", "@", ALL),
    ("f() { local x={{ V }}; printf '%s' \"$x\"; }; f", "@", "sh bash dash zsh"),
    ("f() { typeset x={{ V }}; printf '%s' \"$x\"; }; f", "@", ARRAYS),
    ("f() { x=$1; printf '%s' \"$x\"; }; f {{ V }}", "@", ALL),
    ("f() { shift; printf '%s' \"$1\"; }; f 1 {{ V }}", "@", ALL),
    ("for x in a {{ V }}; do printf '[%s]' \"$x\"; done", "[a][@]", ALL),
    ("set -- {{ V }}; printf '%s' \"$1\"", "@", ALL),
    ("IFS=, ; set -- {{ V }}; printf '%s' \"$1\"", "@", ALL),
    ("read -r x <<< {{ V }}; printf '%s' \"$x\"", "@", ARRAYS),
    ('read -r a b <<< {{ V }}; printf \'%s %s\' "$a" "$b"', "@", ARRAYS),
    ("read -r x <<E\n{{ V }}\nE\nprintf '%s' \"$x\"", "@", ALL),
    ("while read -r x; do printf '%s' \"$x\"; done <<E\n{{ V }}\nE", "@", ALL),
    ("case {{ V }} in prod*) echo no ;; *) printf '%s' {{ V }} ;; esac", "@", ALL),
    ("X={{ V }}; case $X in *é) printf '%s' \"$X\" ;; esac", "@", ALL),
    ("[ {{ V }} = prod ] || printf '%s' {{ V }}", "@", ALL),
    ('X={{ V }}; [ "$X" = prod ] || printf \'%s\' "$X"', "@", ALL),
    ('X={{ V }}; if [ -n "$X" ] && [ "$X" != x ]; then printf \'%s\' "$X"; fi', "@", ALL),
    ("[ -z {{ V }} ] || printf '%s' {{ V }}", "@", ALL),
    ("test -n {{ V }} && printf '%s' {{ V }}", "@", ALL),
    ("[ ! -f {{ V }} ] && printf '%s' {{ V }}", "@", ALL),
    ("[ -n {{ V }} -a x = x ] && printf '%s' {{ V }}", "@", ALL),
    ("[[ {{ V }} == prod* ]] || printf '%s' {{ V }}", "@", ARRAYS),
    ("X={{ V }}; [[ $X == it* && -n $X ]] && printf '%s' \"$X\"", "@", ARRAYS),
    ("X={{ V }}; [[ -z $X || $X = a ]] || printf '%s' \"$X\"", "@", ARRAYS),
    ("mkdir -p {{ V }}; cd {{ V }}; printf '%s' \"${PWD##*/}\"", "@", ALL),
    ('D={{ V }}; mkdir -- "$D" && cd "$D" && printf \'%s\' "$(basename "$PWD")"', "@", ALL),
    ("echo x > {{ V }}; printf '%s' *é", "@", ALL),
    ("echo a >> {{ V }}; cat < {{ V }}", "a\n", ALL),
    # Without a number `<>` is standard output in ksh.
    ("echo a > {{ V }}; cat <>{{ V }}; printf '<>%s' {{ V }}", "a\n<>@", "sh bash dash zsh"),
    ("echo a > {{ V }}; cat 0<>{{ V }}; printf '<>%s' {{ V }}", "a\n<>@", ALL),
    ("X=$(printf '%s' {{ V }}); printf '%s' \"$X\"", "@", ALL),
    ("printf '%s' {{ V }} | { read -r x; printf '%s' \"$x\"; }", "@", ALL),
    ("printf '%s\\n' {{ V }} | grep -cF -- {{ V }}", "1\n", ALL),
    ("X={{ V }}; printf '%s' \"${X:-none}\"", "@", ALL),
    ("X={{ V }}; printf '%s' \"${X#it}${#X}\" > /dev/null; printf '%s' \"$X\"", "@", ALL),
    ('X={{ V }}; echo "${X%%e*}" > /dev/null; n=3; echo $((n + 1))', "4\n", ALL),
    ('X={{ V }}; : "${X:0:3}" ${#X}; printf \'%s\' "$X"', "@", ARRAYS),
    ("X={{ V }}; i=0; while [ $i -lt 2 ]; do i=$((i + 1)); done; printf '%s' \"$X\"", "@", ALL),
    ("for ((i = 0; i < 2; i++)); do printf '%s' {{ V }}; done", "@@", ARRAYS),
    ('declare -A P=([a]=80); X={{ V }}; printf \'%s%s\' "${P[a]}" "$X"', "80@", "bash"),
    ("trap 'echo done' EXIT; printf '%s' {{ V }}", "@done\n", ALL),
    ("set -eu; printf '%s' {{ V }}", "@", ALL),
    ("! { printf '%s' {{ V }}; }", "@", ALL),
    ("if ! { printf '%s' {{ V }}; false; }; then printf .; fi", "@.", ALL),
    ("! case {{ V }} in *é) printf '%s' {{ V }} ;; esac", "@", ALL),
    ("! while read -r x; do printf '%s' \"$x\"; done <<E\n{{ V }}\nE", "@", ALL),
    ("! for x in {{ V }}; do printf '%s' \"$x\"; done || :", "@", ALL),
    ("! if printf '%s' {{ V }}; then :; fi", "@", ALL),
    ("! ! printf '%s' {{ V }}", "@", "bash"),
    ("echo '! { x' > f; ! { cat f; printf '%s' {{ V }}; }", "! { x\n@", ALL),
    ("cat <<E\n! {\nE\n! (printf '%s' {{ V }})", "! {\n@", ALL),
    ("time { printf '%s' {{ V }}; }", "@", ARRAYS),
    ("time -p { printf '%s' {{ V }}; }", "@", "bash"),
    ("time ! printf '%s' {{ V }}", "@", "bash"),
    ("time while read -r x; do printf '%s' \"$x\"; done <<< {{ V }}", "@", ARRAYS),
    ("x=$(! { printf '%s' {{ V }}; }); printf '%s' \"$x\"", "@", ALL),
    (
        "printf '%s' \"$( ! { { case x in x) printf '%s' {{ V }} ;; esac; }; })\"",
        "@",
        ALL,
    ),
    ("true {{ V }} && : {{ V }} && printf '%s' {{ V }}", "@", ALL),
    ("unset X; X={{ V }}; printf '%s' \"$X\"", "@", ALL),
    ("command -v {{ V }} || printf '%s' {{ V }}", "@", ALL),
    ("sh -s {{ V }} <<'E'\nprintf '%s' \"$1\"\nE", "@", ALL),
    ("A={{ V }} B={{ V }}; printf '%s' \"$A$B\"", "@@", ALL),
    ("A={{ V }} B=x-{{ V }} C=$A D='{{ V }}'\nprintf '%s' \"$C$B$D\"", "@x-@@", ALL),
    ('A={{ V }}\\\n  B="{{ V }}"\\\n sh -c \'printf %s "$A$B"\' \\\n', "@@", ALL),
    ("A={{ V }}\\\n  B={{ V }}; printf '%s' \"$A$B\"", "@@", ALL),
    ("A={{ V }} \\\n; printf '%s' \"$A\"\nB=$A \\\n", "@", ALL),
    ("printf '%s|' {{ V }}\\\n  {{ V }} 'a\\\n b' \\\n\n", "@|@|a\\\n b|", ALL),
    ("printf '%s' {{ V }}\ncat <<E\na\\\\\n b\nE\n", "@a\\\n b\n", ALL),
    (
        "printf '%s' \\\n  -{{ V }} \\\n  'a\\\n' \\\n  # b \\\nprintf '%s' \\\n  {{ V }}",
        "-@a\\\n@",
        ALL,
    ),
    ("pri\\\nntf '%s' a\\\n{{ V }}\\\nb", "a@b", ALL),
    ("X=1; printf '%s' \"$X\\\n{{ V }}\"", "1@", ALL),
    ("cat <<E\n\\\\set {{ V }}\n\\\\copy a \\\n  b\nE", "\\set @\n\\copy a   b\n", ALL),
    ("cat <<'E'\n\\set {{ V }} \\\n  b\nE", "\\set @ \\\n  b\n", ALL),
    ("cat <<-E\n\n\t\\a\n\t{{ V }}\n\tE", "\n\\a\n@\n", ALL),
    ("cat <<'E' \\\n  | cat\na {{ V }} \\\n b\nE", "a @ \\\n b\n", ALL),
    ("printf '%s' a.`printf b`.{{ V }}", "a.b.@", ALL),
    ("! A={{ V }} sh -c 'printf %s \"$A\"; exit 1'", "@", ALL),
    ("! A={{ V }} B={{ V }} || printf '%s' \"$A$B\"", "@@", ALL),
    ("! A={{ V }}\nif ! B=$A C=1; then :; else printf '%s' \"$B\"; fi", "@", ALL),
    ("time A={{ V }} B=1 sh -c 'printf %s \"$A\"'", "@", "bash ksh zsh"),
    ("time -p A={{ V }} sh -c 'printf %s \"$A\"'", "@", "bash"),
    ('time ! A={{ V }} B="{{ V }}" sh -c \'printf %s "$A"\'', "@", "bash ksh"),
    ("A=1 B={{ V }} sh -c 'printf %s \"$A$B\"'", "1@", ALL),
    ("if A={{ V }} B=2; then printf '%s' \"$A$B\"; fi", "@2", ALL),
    ('export A={{ V }} B="{{ V }}"; printf \'%s\' "$A$B"', "@@", ALL),
    ("readonly A={{ V }} B={{ V }}; printf '%s' \"$A$B\"", "@@", ALL),
    ("f() { local a={{ V }} b={{ V }}; printf '%s' \"$a$b\"; }; f", "@@", "sh bash dash zsh"),
    ("A={{ V }} B=({{ V }} x); printf '%s' \"$A${B[@]}\"", "@@x", "bash ksh"),
    ('m=([1]={{ V }} [2]="{{ V }}"); printf \'%s\' "${m[@]}"', "@@", ARRAYS),
    ("typeset -a m=({{ V }} 'x {{ V }}'); printf '%s|' \"${m[@]}\"", "@|x @|", ARRAYS),
    ("typeset -A m=([prod]={{ V }}); printf '%s' \"${m[prod]}\"", "@", ARRAYS),
    ("f() { local -a m=({{ V }}); printf '%s' \"${m[@]}\"; }; f", "@", "bash zsh"),
    ('declare -A m=(["{{ V }}"]=x); printf \'%s\' "${!m[@]}"', "@", "bash"),
    ("typeset -A m; m[{{ V }}]={{ V }}; printf '%s' \"${m[{{ V }}]}${!m[@]}\"", "@@", "bash ksh"),
    ("shopt -s extglob\n: > a.x; ls !(*.{{ V }}|*.y|script)", "a.x\n", "bash"),
    (": > {{ V }}; : > b; for f in @({{ V }}|c); do printf '%s' \"$f\"; done", "@", "ksh"),
    ("printf '%s' \"${.sh.version:+{{ V }}}${.sh.subshell}\"", "@0", "ksh"),
    (
        "[ \"${#.sh.version}\" -gt 3 ] && printf '%s' '${.sh.version}' {{ V }}",
        "${.sh.version}@",
        "ksh",
    ),
    (
        "x=a.{{ V }}; [[ $x == b@(c) || $x == a.@(b|{{ V }}) ]] && printf '%s' \"$x\"",
        "a.@",
        "bash ksh",
    ),
    ("x=a.{{ V }}; [[ $x == !(*.{{ V }}) ]] || printf '%s' \"$x\"", "a.@", "bash ksh"),
    (
        "shopt -s extglob\nx={{ V }}; case $x in @(a|{{ V }})) printf '%s' \"$x\" ;; esac",
        "@",
        "bash",
    ),
    (
        "shopt -s extglob\ncase v{{ V }} in a) ;; b|v@(c|{{ V }})) printf '%s' {{ V }} ;; esac",
        "@",
        "bash",
    ),
    ("case v{{ V }} in a) ;; b|v@(c|{{ V }})) printf '%s' {{ V }} ;; esac", "@", "ksh"),
    ("case v17{{ V }} in (v+([0-9])@({{ V }})) printf '%s' {{ V }} ;; esac", "@", "ksh"),
    ("case {{ V }}7 in *) ;; x@(a)) ;; +(b)c) ;; esac; printf '%s' {{ V }}", "@", "ksh"),
    ("p=v; case v7x in $p?(6|+([0-9]))@(y|x)) printf '%s' {{ V }} ;; esac", "@", "ksh"),
    ("case v@(a) in b) ;; v@*) printf '%s' {{ V }} ;; esac", "@", "ksh"),
    (
        "setopt kshglob\ncase v{{ V }} in a) ;; b|v@(c|{{ V }})) printf '%s' {{ V }} ;; esac",
        "@",
        "zsh",
    ),
    ("setopt kshglob\ncase v17 in v+([0-9])) printf '%s' {{ V }} ;; esac", "@", "zsh"),
    ("case v{{ V }} in a) ;; (a|v){{ V }}) printf '%s' {{ V }} ;; esac", "@", "zsh"),
    ("case v{{ V }} in v(a|{{ V }})) printf '%s' {{ V }} ;; esac", "@", "zsh"),
    ("[[ v{{ V }} == (a|v)* && v{{ V }} != v(a|b) ]] && printf '%s' {{ V }}", "@", "zsh"),
    (": > va; for f in v(a|b) w*(c|d)(N); do printf '%s %s' $f {{ V }}; done", "va @", "zsh"),
    ("x={{ V }}; for i in ${(f)x}; do printf '%s' $i; done", "@", "zsh"),
    ("printf '%s' ${(j:,:)${(f)\"$(printf 'a\\nb')\"}} {{ V }}", "a,b@", "zsh"),
    ("cat <<E\nExec={{ V }}\nE x\nE", "Exec=@\nE x\n", ALL),
    ("cat <<-'E'\n\tExec={{ V }}\n\tE", "Exec=@\n", ALL),
    ("cat <<E 2>&1 | cat\n{{ V }}\nE", "@\n", ALL),
    ("cat <<'E' 2>/dev/null | cat | cat\n$x {{ V }}\nE", "$x @\n", ALL),
    ("cat <<-E >o 2>&1; rc=$?; cat o\n\t{{ V }}\n\tE\necho $rc", "@\n0\n", ALL),
    ("cat > o <<'E'; chmod 600 o; cat o\n[a]\n$x {{ V }}\nE", "[a]\n$x @\n", ALL),
    ("if cat <<E > o; then\n{{ V }}\nE\ncat o; fi", "@\n", ALL),
    ("until cat <<E > o; do\n{{ V }}\nE\nexit 3; done; cat o", "@\n", ALL),
    ("(cat <<E; true) | cat\n{{ V }}\nE", "@\n", ALL),
    ("{ cat <<'E' 2>&1; } | cat\n{{ V }}\nE", "@\n", ALL),
    ("cat <<E & wait\n{{ V }}\nE", "@\n", ALL),
    ("cat <<'E' &\n{{ V }}\nE\nwait", "@\n", ALL),
    ("case x in x) cat <<E;; esac\n{{ V }}\nE", "@\n", ALL),
    ("for i in 1 2; do cat <<E; done\n{{ V }}\nE", "@\n@\n", ALL),
    ("while IFS= read -r l; do echo \"$l\"; done <<'E'; true\n{{ V }}\nE", "@\n", ALL),
    ("cat <<E | while IFS= read -r l; do\n{{ V }}\nE\nprintf '%s' \"$l\"; done", "@", ALL),
    ("! cat <<E 2>&1 | cat; echo {{ V }} > o\n{{ V }}\nE\ncat o", "@\n@\n", "sh bash zsh"),
    ("s=abc; n=1; cat <<E 2>&1 | cat\n{{ V }}${s:$n}\nE\necho ${s:$n+1}", "@bc\nc\n", ARRAYS),
    ("cat <<A; cat <<B\n{{ V }}\nA\n-{{ V }}\nB", "@\n-@\n", ALL),
    ("cat <<'A' && cat <<'B'\nx\nA\n{{ V }}\nB", "x\n@\n", ALL),
    ("cat <<A; cat <<'B'\n{{ V }}\nA\n$x {{ V }}\nB", "@\n$x @\n", ALL),
    ("cat <<'A'; cat <<B\n$x {{ V }}\nA\n{{ V }}\nB", "$x @\n@\n", ALL),
    ("cat <<'A'; cat <<'A'\n$x {{ V }}\nA\n`{{ V }}\nA", "$x @\n`@\n", ALL),
    ("cat - /dev/fd/3 <<A 3<<'B' | cat\n{{ V }}\nA\n\t$x {{ V }}\nB", "@\n\t$x @\n", ALL),
    ("cat - /dev/fd/3 <<-'A' 3<<B\n\t{{ V }}\n\tA\n{{ V }}\nB", "@\n@\n", ALL),
    ("f() { x=$(cat <<A; cat <<'B'\n{{ V }}\nA\n$x\nB\n); }; f; echo \"$x\"", "@\n$x\n", ALL),
    (
        "while read -r a && read -r b <&3; do echo \"$a$b\"; done <<A 3<<'B'\n-{{ V }}\nA\n$\nB",
        "-@$\n",
        ALL,
    ),
    (
        'coproc N { cat; }; echo {{ V }} >&"${N[1]}"; read -r x <&"${N[0]}"; printf \'%s\' "$x"',
        "@",
        "bash",
    ),
    ("f() { printf '%s' $1 }; { f {{ V }} }; { true } && printf '%s' \"a }\"", "@a }", "zsh"),
    ("TRAPEXIT() { printf '%s' end }; printf '%s' {{ V }}", "@end", "zsh"),
    ("(( $+commands[printf] && ! $+commands[no-such] )); printf '%s' $? {{ V }}", "0@", "zsh"),
    ("a=(x {{ V }}); if (( $#a > 1 )); then printf '%s' $#a $+a {{ V }}; fi", "21@", "zsh"),
    ("[[ 12 == <-> && 5 == <1-9> && 1a != <-> ]] && printf '%s' {{ V }}", "@", "zsh"),
    ('x={{ V }}; a=("${(@s:,:)x}" b); printf \'%s|\' "$a[1]" $a[2]', "@|b|", "zsh"),
    (
        "for x in \"${(@f)$(printf 'a b\\nc')}\"; do printf '%s|' $x; done; : {{ V }}",
        "a b|c|",
        "zsh",
    ),
    (
        "x=/a/b.c; h=2; echo ${x:t} ${x:h} ${x:e} ${x:t:r}; printf '%s' {{ V }}",
        "b.c /a c b\n@",
        "zsh",
    ),
    ("s=abcd; i=1; printf '%s' \"${s:$i:1}${s:$i}\" {{ V }} ${s:$i+1}", "bbcd@cd", ARRAYS),
    ("s=abcd; n=2; printf '%s' ${s: -$n} {{ V }} \"${s:0: -$n}\"", "cd@ab", "bash zsh"),
    ("s=abcd; printf '%s' \"${s:${#s}-1}${s:$((1))+1:1}\" {{ V }}", "dc@", ARRAYS),
    ("s=abcd; n=1; printf '%s' \"${s:${s:+$n}*2:$(echo 1)+0}\" {{ V }}", "c@", "bash zsh"),
    ('f() { printf \'%s\' "${1:$2:3}" "${@:$#}"; }; f abcde 1 {{ V }}', "bcd@", ARRAYS),
    ('set -- a b {{ V }}; n=2; set -- "${@:$n+1}"; printf \'%s|\' "$@"', "@|", ARRAYS),
    (
        'a=(x y {{ V }} z); i=1 n=2; b=("${a[@]:$i:$n}"); printf \'%s|\' "${b[@]}"',
        "y|@|",
        ARRAYS,
    ),
    ("a=(x y); printf '%s' \"${a[@]:$(echo 1):2}${a[@]:$((0)):$#+1}\" {{ V }}", "yx@", "bash ksh"),
    ("s=abcd; n=2; cat <<E\n${s:$n:1}{{ V }}${s:$n}\nE", "c@cd\n", ARRAYS),
    ("s=abcd; n=2; cat <<'E'\n${s:$n+1}{{ V }}\nE", "${s:$n+1}@\n", ALL),
    ("printf '%s' '${s:$n+1}'{{ V }} # ${s:$n+1}", "${s:$n+1}@", ALL),
    ("s=abcd; n=2; x=${s:$n:1}; cat <<A; cat <<'B'\n$x{{ V }}\nA\n{{ V }}\nB", "c@\n@\n", ARRAYS),
    ("s=abcd; n=2; printf '%s' ${s:$n\\\n:1} {{ V }}", "c@", ARRAYS),
    ("[[ {{ V }} =~ ^it ]] && printf '%s' {{ V }}", "@", "bash zsh"),
    ("(true|true); [[ v == v(a|) ]] && (printf '%s' {{ V }}|cat)", "@", "zsh"),
    ("x={{ V }}.b; printf '%s' \"${x#*{{ V }}}${x%.*}\"", ".b@", ALL),
    (
        "for x in {% for l in [] %}{{ l }}{% endfor %}; do echo $x; done; printf '%s' {{ V }}",
        "@",
        ALL,
    ),
    ("for x in {% for l in [1, 2] %}{{ l }} {% endfor %}; do printf '%s' \"$x\"; done", "12", ALL),
    (
        "{% if N == 1 %}if true; then{% endif %} printf '%s' {{ V }}{% if N == 1 %}; fi{% endif %}",
        "@",
        ALL,
    ),
    ('declare -A q; q[in progress]={{ V }}; printf %s "${q[in progress]}"', "@", "bash"),
    ('typeset -A q; q[a  b c]={{ V }}; x="${q[a  b c]}"; printf %s "$x"', "@", "bash ksh"),
    ('declare -A q; q[a {{ V }}]=x; printf %s "${!q[@]}"', "a @", "bash"),
    ("printf %s q[a b]={{ V }}", "q[ab]=@", "bash"),
    ("exec 3<<< {{ V }}; cat <&3", "@\n", ARRAYS),
    ("cat 3<<< {{ V }} <&3", "@\n", ARRAYS),
    ("cat 0<<< {{ V }}", "@\n", ARRAYS),
    ("cat 0<<E\n{{ V }}\nE", "@\n", ALL),
    ('exec 4<<< x 3<<< {{ V }}; read -r n <&3; printf %s "$n"', "@", ARRAYS),
    ("((0<1)) && (( 0<1 )) && printf %s '{{ V }} 0<1 3<<<x' # 0<1", "@ 0<1 3<<<x", ARRAYS),
    ("h=$(date +%H); [ $((10#$h)) -ge 0 ] && printf '%s' {{ V }}", "@", ARRAYS),
    (
        "echo $((10#{{ '08' }})) $((16#{{ 'ff' }})) $((0x{{ '1F' }} % 4)) $((2#{{ 101 }}))",
        "8 255 3 5\n",
        ALL,
    ),
]
NUMBERS = [
    ("sleep {{ N }}", ALL),
    ("kill -0 {{ N }} || true", ALL),
    ("exit {{ N }}", ALL),
    ("f() { return {{ N }}; }; f", ALL),
    ("set -- a b c; shift {{ N }}", ALL),
    ("for i in 1; do break {{ N }}; done", ALL),
    ("[ 3 -gt {{ N }} ]", ALL),
    ("N={{ N }}; [ $N -lt 3 ]", ALL),
    ('N={{ N }}; [ "$N" -lt 3 ]', ALL),
    ("N={{ N }}; echo $((N + 1))", ALL),
    ("N={{ N }}; while [ $N -lt 3 ]; do N=$((N + 1)); done", ALL),
    ("f() { echo $(($1 + 1)); }; f {{ N }}", ALL),
    ('f() { n=$2; [ "$1" = it ] || echo $((n)); }; f {{ V }} {{ N }}', ALL),
    ("N={{ N }}; [[ $N -gt 3 ]] || (( N < 3 ))", ARRAYS),
    ("for ((i = 0; i < {{ N }}; i++)); do :; done", ARRAYS),
    ("head -n {{ N }} /dev/null; tail -n {{ N }} /dev/null", ALL),
    ("echo x >&{{ N }}", ALL),
    ("SECONDS={{ N }}", ALL),
    ("ulimit -c {{ N }}", ALL),
    ("umask {{ N }}", ALL),
]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs that print their own name and their words."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("kubectl", "psql", "aws", "curl"):
        path = folder / name
        path.write_text(f'#!/bin/sh\nprintf %s {name}\nfor w; do printf "|%s" "$w"; done\n')
        path.chmod(0o755)
    return folder


def _rooms(folder: Path) -> Iterator[Path]:
    """A folder for each script."""
    for number in count():
        room = folder / str(number)
        room.mkdir()
        yield room


def _run(shell: str, source: str, folder: Path, programs: Path) -> subprocess.CompletedProcess[str]:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed")
    template = compile_shell(source, shell)
    assert template.unchecked == ()
    rendered = template.render({"V": VALUE, "N": 1})
    script = folder / "script"
    script.write_text(rendered.script)
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "HOME": "/"}
    return subprocess.run(
        [path, str(script)],
        env=environment | rendered.env,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=20,
        check=False,
    )


def _batches(rows: Sequence[tuple[str, ...]]) -> list[Any]:
    """Rows for each of the shells that they name at their end."""
    return [
        each
        for shell in ALL.split()
        for each in batches([row[:-1] for row in rows if shell in row[-1].split()], shell)
    ]


@pytest.mark.parametrize(("shell", "rows"), _batches(TEXTS))
def test_a_text_arrives_as_it_is(
    shell: str, rows: list[tuple[str, str]], tmp_path: Path, programs: Path
) -> None:
    rooms = _rooms(tmp_path)

    def attempt(row: tuple[str, str]) -> None:
        source, printed = row
        room = next(rooms)
        done = _run(shell, source, room, programs)
        assert done.stdout == printed.replace("@", VALUE), done.stderr
        assert not (room / "pwned").exists()

    try_each(rows, attempt)


@pytest.mark.parametrize(("shell", "rows"), _batches(NUMBERS))
def test_a_number_is_accepted_where_one_is_meant(
    shell: str, rows: list[tuple[str]], tmp_path: Path, programs: Path
) -> None:
    rooms = _rooms(tmp_path)

    def attempt(row: tuple[str]) -> None:
        done = _run(shell, *row, next(rooms), programs)
        assert done.returncode in (0, 1), done.stderr

    try_each(rows, attempt)


@pytest.mark.parametrize(
    "source",
    [
        "exit {{ N }}",
        "N={{ N }}; echo $((N))",
        "sleep 1 >&{{ N }}",
        'n={{ N }}; echo "${s:$n:1}"',
        'set -- {{ N }}; echo "${s: -$1}"',
        'echo "${s:$n+{{ N }}:1}"',
        "echo ${a[@]:{{ N }}*2:$n}",
    ],
)
def test_a_text_in_the_place_of_a_number_is_refused_before_anything_runs(source: str) -> None:
    with pytest.raises(TemplateError, match="whole number") as caught:
        compile_shell(source, "bash").render({"N": "PATH[$(touch pwned)]"})
    assert caught.value.hint


def _fragments() -> list[str]:
    text = (Path(__file__).parent / "data" / "fragments.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [line.replace("\\n", "\n") if re.search(r"<<|&\\n", line) else line for line in lines]


@pytest.mark.parametrize("scripts", batches(_fragments()))
def test_what_runbooks_do_is_neither_refused_nor_warned_of(scripts: list[str]) -> None:
    def attempt(script: str) -> None:
        template = compile_shell(script, "bash")
        assert not template.evaluated_again
        assert not template.unchecked
        assert template.render({"V": VALUE, "N": 3}).script

    try_each(scripts, attempt)


FUNCTION = """f@() {
  local target="$1"
  for i in a b; do kubectl get "$target" -n {{ V }} | grep "$i" || true; done
  count=$(( ${2:-0} + 1 )); shift
  while getopts n: option; do echo "$OPTARG"; done
  [ -n "$target" ] && cat <<E
$target $count {{ V }}
E
}
f@ {{ V }} 3
"""


def _calls_for(functions: int) -> int:
    """How many calls the judgement of a script with so many functions takes."""
    return _calls("".join(FUNCTION.replace("@", str(number)) for number in range(functions)))


def _calls(source: str) -> int:
    """How many calls the judgement of a script takes."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        template = compile_shell.__wrapped__(source, "bash")
        assert not template.evaluated_again
        assert not template.unchecked
    finally:
        sys.setprofile(before)
    return calls


def test_a_judgement_grows_with_the_length_of_the_script() -> None:
    _calls_for(2)
    few, many = _calls_for(20), _calls_for(80)
    assert many < 5 * few


def test_a_script_is_judged_once_for_all_that_is_asked_of_it() -> None:
    cases = "".join(f"{{% if A == '{n}' %}}echo {n} {{{{ V }}}}{{% endif %}}\n" for n in range(20))
    source = f"{cases}N=$(wc -l x); echo $((N)); eval {{{{ V }}}}"
    before = judge.cache_info().misses
    template = compile_shell.__wrapped__(source, "bash")
    judged = judge.cache_info().misses
    assert judged - before > 20
    assert [found.evaluator.command for found in template.evaluated_again] == ["eval"]
    assert [found.variable for found in template.unchecked] == ["N"]
    assert judge.cache_info().misses == judged


@pytest.mark.parametrize("command", ["export", "tool"])
def test_a_judgement_grows_with_the_words_of_a_command(command: str) -> None:
    def source(values: int) -> str:
        return " ".join([command, *(f"A{number}={{{{ V }}}}" for number in range(values))])

    _calls_for(2)
    assert _calls(source(800)) < 5 * _calls(source(200))
