"""What a script has checked before it calculates with it is not warned of, however the check is spelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell
from tests.support.batches import batches_of_each, try_each
from tests.template.shell.generator import Hunt, installed, needs

BEFORE = "echo {{ V }}; N=$(cat bait); "
BAIT = "PATH[$(mkdir pwned)]"
FILES = f"""printf '%s\\n' '{BAIT}' > bait; : > empty; echo '.*' > any; """
UNTIL_NUMBER = "[[ $N =~ ^[0-9]+$ ]] || exit; echo $((N))"

CHECKED = [
    "case $N in *[!0-9]*) exit 1;; esac; echo $((N))",
    "case $N in ''|*[!0-9]*) echo bad >&2; exit 1;; esac; echo $((N)); [[ $N -gt 3 ]]; echo $((N+1))",
    'case "$N" in *[!0-9]*|"") echo bad >&2; exit 1 ;; esac\nM=$N\necho $((M))',
    "case $N in (*[!0-9]*) N=0;; esac; echo $((N))",
    "case ${N:-} in *[![:digit:]]*) exit 1;; esac; echo $((N))",
    "[[ $N =~ ^[0-9]+$ ]] || exit; echo $((N))",
    "[[ $N =~ ^-?[0-9]+$ ]] || { echo bad; exit 1; }; echo $((N))",
    '[[ "$N" =~ ^[0-9]{1,3}$ ]] || N=0; echo $((N))',
    "[[ ! $N =~ ^[0-9]+$ ]] && exit 1; echo $((N))",
    "! [[ $N =~ ^[0-9]+$ ]] && exit 1; echo $((N))",
    "if ! [[ $N =~ ^[0-9]+$ ]]; then echo b; exit 1; fi; echo $((N))",
    "if [[ $N =~ ^[0-9]+$ ]]; then echo $((N)); fi",
    "if [[ $N =~ ^[0-9]+$ && $N -gt 3 ]]; then echo $((N)); else exit 2; fi",
    "[[ $N =~ ^[0-9]+$ ]] && echo $((N))",
    "[[ $N == +([0-9]) ]] || exit 1; echo $((N))",
    "[[ $N == *[!0-9]* ]] && exit 1; echo $((N))",
    "[[ $N != *[!0-9]* ]] || exit 1; echo $((N))",
    "[[ $N =~ [^0-9] ]] && exit 1; echo $((N))",
    '[ "$N" -ge 0 ] 2>/dev/null || exit 1; echo $((N))',
    'if [ "$N" -ge 0 ] 2>/dev/null; then echo $((N)); fi',
    'if ! [ "$N" -eq "$N" ] 2>/dev/null; then exit 1; fi; echo $((N))',
    'test "$N" -ge 0 || exit 1; echo $((N))',
    'die() { echo "$*" >&2; exit 1; }; [[ $N =~ ^[0-9]+$ ]] || die "no number"; echo $((N))',
    'f() { case $1 in *[!0-9]*) return 1;; esac; echo $(($1 * 2)); }; f "$N"',
    "for i in 1 2 3; do N=$(head -n1 f); case $N in *[!0-9]*) continue;; esac; echo $((N)); done",
    "while read -r N; do case $N in *[!0-9]*|'') continue;; esac; (( N > 3 )) && echo big; done < f",
    "until [[ $N =~ ^[0-9]+$ ]]; do read -r N || exit; done; echo $((N))",
    "N=${N//[!0-9]/}; echo $((N))",
    "re='^[0-9]+$'; [[ $N =~ $re ]] || exit; echo $((N))",
    "case $N in [0-9]|[1-9][0-9]) ;; *) exit 1;; esac; echo $((N))",
    "case $N in *[!0-9]*) exit 1;; *) echo $((N));; esac",
    'case $N in *[!0-9]*) exit 1;; esac\nif true; then\n  for i in 1 2; do echo "$((N + i))"; done\nfi',
    "case $N in *[!0-9]*) exit 1;; esac; cat <<E\n$((N))\nE",
    'case $N in *[!0-9]*) exit 1;; esac; echo "x $(echo $((N)))" | cat',
    "case $N in *[!0-9]*) exit 1;; esac; N=$((N + 1)); echo $((N)); let N=N+1; echo $((N))",
    'case $N in *[!0-9]*) exit 1;; esac; echo "N is $N"; while [[ $N -lt 10 ]]; do N=$((N+1)); done',
    "case $N in *[!0-9]*) exit 1;; esac; trap 'rm -f x' EXIT; echo $((N))",
    "trap 'rm -f x' EXIT; case $N in *[!0-9]*) exit 1;; esac; for ((i=0; i<N; i++)); do echo $i; done",
    "[[ -n $N && $N =~ ^[0-9]+$ ]] || exit 1; echo $((N))",
    "[[ -z $N || ! $N =~ ^[0-9]+$ ]] && exit 1; echo $((N))",
    "if [[ -z $N ]]; then exit 1; elif [[ $N =~ ^[0-9]+$ ]]; then echo $((N)); fi",
    'if [ -z "$N" ] || ! [[ $N =~ ^[0-9]+$ ]]; then exit 1; fi; echo $((N))',
    "read -r; case $REPLY in *[!0-9]*) exit;; esac; echo $((REPLY))",
    'case $N in *[!A-Za-z0-9_]*) exit 1;; esac; unset "$N"',
    'case $N in *[!A-Za-z0-9_]*) exit 1;; esac; [[ -v $N ]]; printf -v "$N" x',
    'log() { printf x; echo "$*"; }; die() { log x >&2; exit 1; }; [[ $N =~ ^[0-9]+$ ]] || die; echo $((N))',
    'set -Eeuo pipefail; case $N in *[!0-9]*) exit 1;; esac; echo "N is: $((N + 1))"',
    "trap 'kill $(jobs -p) 2>/dev/null' EXIT; [[ $N =~ ^[0-9]+$ ]] || exit; echo $((N))",
    "[[ $N =~ ^[0-9]+$ ]] || exit; cat > x <<E\nn: $((N * 2))\nE",
    "while ! [[ $N =~ ^[0-9]+$ ]]; do N=$(head -n1 f); [[ $N ]] || exit; done; echo $((N))",
    'is() { [[ $1 =~ ^[0-9]+$ ]]; }; is "$N" || exit 1; echo $((N))',
    "is() { case $1 in ''|*[!0-9]*) return 1;; esac; }; if ! is \"$N\"; then exit 1; fi; echo $((N))",
    'is() { [[ $2 =~ ^[0-9]+$ ]]; }; is x "$N" && echo $((N))',
    'need() { [[ $1 =~ ^[0-9]+$ ]] || { echo bad >&2; exit 1; }; }; need "$N"; echo $((N))',
    'for v in "$N" "$N"; do [[ $v =~ ^[0-9]+$ ]] || exit; done; echo $((N))',
    'for v in "$N"; do case $v in *[!0-9]*) exit 1;; esac; done; echo $((N))',
    "P=0; for i in 1 2; do case $N in *[!0-9]*) exit;; esac; echo $((N - P)); P=$N; N=$(cat bait); done",
    'N=$(printf %d "$N"); echo $((N))',
    'f() { v=$(cat bait); [[ $v =~ ^[0-9]+$ ]] || return 1; echo "$v"; }; M=$(f) || exit; echo $((M))',
    'f() { local v=${1//[!0-9]/}; echo "${v:-0}"; }; M=$(f "$N"); echo $((M))',
    'f() { printf \'%s\' "${1//[!0-9]/}"; }; M=$(f "$N"); echo $((M))',
]

UNCHECKED = [
    'is() { [[ $1 =~ ^[0-9]+$ ]]; }; is "$N"; echo $((N))',
    'printf -v M %s "$(cat bait)"; echo $((M))',
    "sort bait | uniq -c | while read -r n x; do echo $((x)); done",
    "sort bait | uniq -c | while read -r n; do echo $((n)); done",
    "sort bait | uniq -c | while IFS=1 read -r n x; do echo $((n)); done",
    "sort bait | uniq -c | while read -r n x; do read -r n < bait; echo $((n)); done",
    "seq 1 3 | { read -r a; } < bait; echo $((a))",
    "seq 1 3 | while read -r a; do echo $((a)); done < bait",
    "exec < bait; seq 1 3 | while read -r a; do echo $((a)); done; read -r a; echo $((a))",
    "read -r M < <(cat bait); echo $((M))",
    'read -r M <<< "$(cat bait)"; echo $((M))',
    'PWD=5; cd "$N"; echo $((PWD))',
    'need() { [[ $1 =~ ^[0-9]+$ ]] || exit 1; } <nope; need "$N"; echo $((N))',
    'for v in "$N"; do ((v=5)); [[ $v =~ ^[0-9]+$ ]] || exit; done; echo $((N))',
    'is() { [[ $1 =~ ^[0-9]+$ ]]; }; is "$N" || true; echo $((N))',
    'is() { [[ $1 =~ ^[0-9]+$ ]]; }; is 5 "$N" || exit; echo $((N))',
    'is() { [[ $1 =~ ^[0-9]+$ ]] || return 0; }; is "$N" || exit; echo $((N))',
    'is() { [[ $1 =~ ^[0-9]+$ ]] || return; }; is "$N" && exit; echo $((N))',
    'is() { [[ $1 =~ ^[0-9]+$ ]]; echo; }; is "$N" || exit; echo $((N))',
    'is() { shift; [[ $1 =~ ^[0-9]+$ ]]; }; is "$N" 5 || exit; echo $((N))',
    'is() { [[ $1 =~ ^[0-9]+$ ]] && N=$(cat bait); }; is "$N" || exit; echo $((N))',
    'is() { set -- 5; [[ $1 =~ ^[0-9]+$ ]]; }; is "$N" || exit; echo $((N))',
    'is() { [[ $1 =~ ^[0-9]+$ ]]; }; is() { :; }; is "$N" || exit; echo $((N))',
    'is() { [[ $1 =~ ^[0-9]+$ ]]; }; unset -f is; is() { :; }; is "$N" || exit; echo $((N))',
    'is() { for i in 1; do [[ $1 =~ ^[0-9]+$ ]] || break; done; }; is "$N" || exit; echo $((N))',
    'need() { [[ $1 =~ ^[0-9]+$ ]] || return 1; }; need "$N"; echo $((N))',
    'need() { [[ $1 =~ ^[0-9]+$ ]] || ( exit 1 ); :; }; need "$N"; echo $((N))',
    'for v in "$N"; do [[ $v =~ ^[0-9]+$ ]] || continue; done; echo $((N))',
    'for v in 5 "$N"; do [[ $v =~ ^[0-9]+$ ]] && break; done; echo $((N))',
    'for v in "$N"; do v=5; [[ $v =~ ^[0-9]+$ ]] || exit; done; echo $((N))',
    'for v in "x$N"; do [[ $v =~ ^x ]] || exit; done; echo $((N))',
    'for v in "$N"; do [[ $v =~ ^[0-9]+$ ]]; done; echo $((N))',
    "for v in 5; do [[ $v =~ ^[0-9]+$ ]] || exit; done; echo $((N))",
    "P=0; for i in 1 2; do P=$N; case $N in *[!0-9]*) exit;; esac; echo $((N)); done; echo $((P))",
    'f() { local v; v=$(cat bait); [[ $v =~ ^[0-9]+$ ]]; echo "$v"; }; M=$(f); echo $((M))',
    'f() { local v=${1//[0-9]/}; echo "${v:-0}"; }; M=$(f "$N"); echo $((M))',
    "case $N in *[!0-9]*) echo bad;; esac; echo $((N))",
    "case $N in [0-9]*) ;; *) exit 1;; esac; echo $((N))",
    "case $M in *[!0-9]*) exit 1;; esac; echo $((N))",
    "case $N in *[!0-9]*) exit 1;; esac; N=$(head x); echo $((N))",
    "case $N in *[!0-9]*) exit 1;; esac; read N; echo $((N))",
    "case $N in *[!0-9a-z]*) exit 1;; esac; echo $((N))",
    "case $N in *[0-9]*) exit 1;; esac; echo $((N))",
    "case $N in *[!0-9]) exit 1;; esac; echo $((N))",
    "case $N in x) ;; *[!0-9]*) exit 1;; *[!0-9]*) ;& *) ;; esac; echo $((N))",
    "case $N in a*) ;; *[!0-9]*) exit 1;; esac; echo $((N))",
    "[[ $N =~ ^[0-9]+ ]] || exit; echo $((N))",
    "[[ $N =~ ^[0-9]+|x$ ]] || exit; echo $((N))",
    "[[ $N =~ ^.+$ ]] || exit; echo $((N))",
    "[[ $N =~ ^[0-9]+$ ]] || echo bad; echo $((N))",
    "! [[ $N =~ ^[0-9]+$ ]] || exit; echo $((N))",
    "[[ $N =~ ^[0-9]+$ ]] && exit; echo $((N))",
    "( [[ $N =~ ^[0-9]+$ ]] || exit ); echo $((N))",
    "[[ $N =~ ^[0-9]+$ ]] || exit 1 | cat; echo $((N))",
    "{ [[ $N =~ ^[0-9]+$ ]] || exit 1; } & echo $((N))",
    "[[ $N =~ ^[0-9]+$ ]] || return 1; echo $((N))",
    "[[ $N =~ ^[0-9]+$ ]] || exit 1 2; echo $((N))",
    "[[ $N =~ ^[0-9]+$ ]] || die; die() { exit 1; }; echo $((N))",
    "die() { echo x; return; exit 1; }; [[ $N =~ ^[0-9]+$ ]] || die; echo $((N))",
    "exit() { :; }; [[ $N =~ ^[0-9]+$ ]] || exit; echo $((N))",
    "[ $N -ge 0 ] || exit; echo $((N))",
    '[ ! "$N" -ge 0 ] || exit; echo $((N))',
    '[ ! 1 -ge "$N" ] && echo $((N))',
    "[[ $N -ge 0 ]] || exit; echo x",
    "case $N in *[!0-9]*) exit 1;; esac; for N in $(cat x); do echo $((N)); done",
    "case $N in *[!0-9]*) exit 1;; esac; g() { N=$(cat x); }; g; echo $((N))",
    'case $N in *[!0-9]*) exit 1;; esac; eval "$(cat x)"; echo $((N))',
    "case $N in *[!0-9]*) exit 1;; esac; . ./x; echo $((N))",
    "while :; do echo $((N)); case $N in *[!0-9]*) exit 1;; esac; N=$(cat x); done",
    "case $N in *[!0-9]*) exit 1;; esac; while :; do echo $((N)); N=$(cat x); done",
    "trap 'echo $((N))' EXIT; case $N in *[!0-9]*) exit 1;; esac; trap 'echo $((N))' EXIT; N=$(cat x)",
    "case $N in *[!0-9]*) exit 1;; esac; trap 'N=$(cat x)' USR1; echo $((N))",
    "case $N in *[!0-9]*) exit 1;; esac; declare -n r=N; r=$(cat x); echo $((N))",
    'case $N in *[!0-9]*) exit 1;; esac; printf -v N %s "$(cat x)"; echo $((N))',
    'case $N in *[!0-9]*) exit 1;; esac; k=N; read "$k"; echo $((N))',
    "case $N in *[!0-9]*) exit 1;; esac; N=([0]=5 [1]=$(cat x)); echo $((N[1]))",
    "cat <<E\n$((N))\nE\ncase $N in *[!0-9]*) exit 1;; esac",
    "if false; then case $N in *[!0-9]*) exit 1;; esac; fi; echo $((N))",
    "false && case $N in *[!0-9]*) exit 1;; esac; echo $((N))",
    "f() { case $N in *[!0-9]*) exit 1;; esac; }; echo $((N))",
    "f() { echo $((N)); }; f; case $N in *[!0-9]*) exit 1;; esac",
    "case $N in *[!0-9]*) exit 1;; esac; : ${N:=$(cat x)}; echo $((N))",
    "case $N in *[!0-9]*) break;; esac; echo $((N))",
    'f() { case $1 in *[!0-9]*) return 1;; esac; shift; echo $(($1 * 2)); }; f "$N" "$N"',
    'f() { case $2 in *[!0-9]*) return 1;; esac; echo $(($1 * 2)); }; f "$N" 5',
    'case $N in "*[!0-9]*") exit 1;; esac; echo $((N))',
    "case $N in *[!0-9]*) exit 1;; esac >f; { N=$(cat x); } >g; echo $((N))",
    "for i in 1 2; do case $N in *[!0-9]*) break;; esac; done; echo $((N))",
    "coproc { [[ $N =~ ^[0-9]+$ ]] || exit; }; echo $((N))",
    "re='^[0-9]+$'; re=x; [[ $N =~ $re ]] || exit; echo $((N))",
    "if [[ $N =~ $re ]]; then echo $((N)); fi; re='^[0-9]+$'",
    "die() { break; exit 1; }; for i in 1; do [[ $N =~ ^[0-9]+$ ]] || die; done; echo $((N))",
    "[[ $N =~ ^[0-9]+$ || $N == x* ]] || exit 1; echo $((N))",
    "echo a && [[ $N =~ ^[0-9]+$ ]] || true; echo $((N))",
    "case $N in *[!A-Za-z0-9_]*) exit 1;; esac; echo $((N))",
    "case $N in *[!A-Za-z0-9_]*) exit 1;; esac; echo ${!N}",
    'read N "a[N]" < f; case $N in *[!0-9]*) exit 1;; esac; read N "a[N]" < f',
    "case $N in *[!0-9]*) exit 1;; esac; declare N=$(cat f) a[N]=5",
    "k=N; case $N in *[!0-9]*) exit 1;; esac; : ${!k:=$(cat x)}; echo $((N))",
    'case $N in *[!0-9]*) exit 1;; esac; export "N=$(cat x)"; echo $((N))',
]


@pytest.mark.parametrize("script", CHECKED)
def test_what_is_checked_before_is_not_told_of(script: str) -> None:
    assert not compile_shell(BEFORE + script, "bash").unchecked


@pytest.mark.parametrize("script", UNCHECKED)
def test_what_other_texts_get_past_is_no_check(script: str) -> None:
    assert compile_shell(BEFORE + script, "bash").unchecked


def test_what_is_too_deep_to_follow_is_no_check() -> None:
    def nested(depth: int) -> str:
        return "if true; then\n" * depth + UNTIL_NUMBER + "\nfi" * depth

    assert not compile_shell(BEFORE + nested(10), "bash").unchecked
    assert compile_shell(BEFORE + nested(60), "bash").unchecked


@pytest.mark.parametrize(
    ("shell", "scripts"),
    batches_of_each(("bash", "ksh", "zsh"), CHECKED),
)
def test_nothing_runs_of_a_text_that_is_not_told_of(
    shell: str, scripts: list[str], tmp_path: Path
) -> None:
    needs(shell)
    hunt = Hunt(shell, 0, tmp_path)

    def attempt(script: str) -> None:
        try:
            template = compile_shell(BEFORE + script, shell)
        except TemplateError:
            return
        if not template.unchecked:
            made = template.render({"V": "x"})
            before = f"printf '%s\\n' '{BAIT}' > bait; "
            for command in installed(shell):
                assert not hunt.runs_a_value(command, before + made.script, made.env)

    try_each(scripts, attempt)


def _printed() -> list[str]:
    lines = (Path(__file__).parent / "data" / "printed.txt").read_text().splitlines()
    return [line.replace("\\n", "\n") for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(
    ("shell", "scripts"),
    batches_of_each(("sh", "bash", "ksh", "zsh"), _printed()),
)
def test_no_printed_text_runs_unnoticed(shell: str, scripts: list[str], tmp_path: Path) -> None:
    needs(shell)
    hunt = Hunt(shell, 0, tmp_path)

    def attempt(script: str) -> None:
        try:
            template = compile_shell(f"echo {{{{ V }}}}; {script}", shell)
        except TemplateError:
            return
        if not (template.unchecked or template.evaluated_again):
            made = template.render({"V": "x"})
            for command in installed(shell):
                assert not hunt.runs_a_value(command, FILES + made.script, made.env)

    try_each(scripts, attempt)
