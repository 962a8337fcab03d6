"""A script may calculate with what is a number by all that the script gives a variable."""

from __future__ import annotations

import pytest

from pup_tui.template.shell.script import compile_shell

NUMBERS = [
    'N=5; for i in $(seq 1 "$N"); do echo $((i)); done',
    "N=5; for i in $(seq $N); do echo $((i)); done",
    'N=5; M="$N"; for i in $(seq "${M}"); do echo $((i)); done',
    "for N in 1 2 {3..5}; do for i in $(seq $N); do echo $((i)); done; done",
    "i=0; i=$(expr $i + 1); echo $((i))",
    "i=0; i=`expr $i + 1`; echo $((i))",
    'count() { wc -l < "$1"; }; n=$(count {{ V }}); echo $((n))',
    'count() { wc -l < "$1"; }; echo $(( $(count {{ V }}) + 1 ))',
    'f() { [ -f "$1" ] || return 1; local n; n=$(wc -l < "$1"); echo "$n"; }; n=$(f a); echo $((n))',
    "f() { if test -f a; then wc -l < a; else echo 0; fi; }; n=$(f); echo $((n))",
    'f() { echo counting >&2; grep -c a "$1"; }; n=$(f ./{{ V }}); echo $((n))',
    'f() { g "$1"; }; g() { seq "$1"; }; for i in $(f 5); do echo $((i)); done',
    'f() { local t="${1:-30}"; for i in $(seq "$t"); do echo $((i)); done; }; f; f 5',
    "f() { for i in $(seq ${1:-30}); do echo $((i)); done; }; f",
    'u=https://x/{{ V }}; n=$(curl -s -o /dev/null -w "%{http_code}" "$u"); echo $((n))',
    't=$(mktemp); n=$(curl -s -o "$t" -w "%{http_code}" https://x/{{ V }}); echo $((n))',
    't="$(mktemp -d)" || exit; n=$(curl -so "$t/a" -w "%{http_code}" https://x); echo $((n))',
    'P="psql -XtA"; n=$($P -c "select count(*) from t"); echo $((n))',
    'q() { psql -XtAc "$1"; }; n=$(q "select count(*) from t"); m=$(q "select a"); echo $((n))',
    'q() { psql -XtA "$@"; }; n=$(q -c "select count(*) from t"); echo $((n))',
    "Q='select count(*) from t'; n=$(psql -XtAc \"$Q\"); echo $((n))",
    'for f in a b; do wc -l < "$f" | while read -r n; do echo $((n)); done; done',
    'f={{ V }}; read -r n < <(psql -h "$f" -XtAc "select count(*) from t"); echo $((n))',
    'f={{ V }}; grep x "$f" | while read -r l; do echo "$l"; done; n=5; echo $((n))',
    'while read -r a; do psql -c "$a" | while read -r b; do echo "$a $b"; done; done',
]

TEXTS = [
    'P="psql -XtA"; P=$(cat f); n=$($P -c "select count(*) from t"); echo $((n))',
    'P="psql -XtA"; P+={{ V }}; n=$($P -c "select count(*) from t"); echo $((n))',
    'q() { psql -XtAc "$1"; }; n=$(q "select name from t"); echo $((n))',
    'q() { shift; psql -XtAc "$1"; }; n=$(q "select count(*) from t" "select a"); echo $((n))',
    'q() { psql -XtAc "$1" $2; }; n=$(q "select count(*) from t" "$x"); echo $((n))',
    'Q="select name from t"; n=$(psql -XtAc "$Q"); echo $((n))',
    'IFS=s; P="psql -XtA"; n=$($P -c "select count(*) from t"); echo $((n))',
    'N=5; N={{ V }}; for i in $(seq 1 "$N"); do echo $((i)); done',
    'N=5; N=$(cat f); for i in $(seq 1 "$N"); do echo $((i)); done',
    'N=5; read -r N; for i in $(seq 1 "$N"); do echo $((i)); done',
    'N=5; . ./env; for i in $(seq 1 "$N"); do echo $((i)); done',
    'N=5; eval "N=\\$M"; for i in $(seq 1 "$N"); do echo $((i)); done',
    'N=5; : "${N:={{ V }}}"; for i in $(seq 1 "$N"); do echo $((i)); done',
    'A=$B; B=$A; A={{ V }}; B=3; for i in $(seq 1 "$B"); do echo $((i)); done',
    "wc() { cat; }; n=$(wc -l); echo $((n))",
    "alias wc=cat; n=$(wc -l); echo $((n))",
    'f() { echo "$1"; }; n=$(f {{ V }}); echo $((n))',
    'f() { cat "$1"; wc -l < "$1"; }; n=$(f a); echo $((n))',
    "f() { f; }; n=$(f); echo $((n))",
    "f() { cmd 2>&1 >/dev/null; wc -l < a; }; n=$(f); echo $((n))",
    'f() { seq "$1"; }; g() { f "$@"; }; for i in $(g {{ V }}); do echo $((i)); done',
    'f() { set -- {{ V }}; seq "$1"; }; for i in $(f 5); do echo $((i)); done',
    'f() { seq "$1"; }; trap \'f "$X"\' EXIT; for i in $(f 5); do echo $((i)); done',
    't=$(mktemp -u); n=$(curl -s -o "$t" -w "%{http_code}" https://x); echo $((n))',
    't=$(mktemp); t={{ V }}; n=$(curl -s -o "$t" -w "%{http_code}" https://x); echo $((n))',
    't=$(mktemp); [ $x ] && t=$x; n=$(curl -so "$t" -w "%{http_code}" https://x); echo $((n))',
    'u=x; u={{ V }}; n=$(curl -s -o /dev/null -w "%{http_code}" "$u"); echo $((n))',
    'f() { curl -s -o /dev/null -w "%{http_code}" "$1"; }; n=$(f {{ V }}); echo $((n))',
    'for f in a b; do head -n 1 "$f" | while read -r n; do echo $((n)); done; done',
    'wc -l < "$n" | while read -r n; do echo $((n)); read -r n < <(head -n 1 "$n"); done',
    'read -r f; psql -h "$f" -c "select a" | while read -r n; do echo $((n)); done',
]


@pytest.mark.parametrize("script", NUMBERS)
def test_what_is_a_number_is_not_told(script: str) -> None:
    assert not compile_shell(f"{script}\necho {{{{ V }}}}", "bash").unchecked


@pytest.mark.parametrize("script", TEXTS)
def test_what_may_be_a_text_is_told(script: str) -> None:
    assert compile_shell(f"{script}\necho {{{{ V }}}}", "bash").unchecked


def test_a_variable_of_the_environment_may_be_a_text() -> None:
    script = '[ -n "$N" ] || N=5; for i in $(seq 1 "$N"); do echo $((i)); done'
    assert compile_shell(script, "bash", frozenset({"N"})).unchecked
