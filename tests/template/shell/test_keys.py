"""Keys of arrays: texts of those that surely are declared so, calculated for any other."""

from __future__ import annotations

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell

BAIT = "a[$(touch pwned)]"


@pytest.mark.parametrize("key", ["{{ V }}", '"{{ V }}"', "'x {{ V }}'", "$K", '"$K"'])
@pytest.mark.parametrize(
    "source",
    [
        "declare -A l; l[@]=x",
        "K={{ V }}; declare -A l; l[@]=x",
        "declare -A l=([@]=x)",
        "declare -rA l=([@]={{ V }}); echo ${l[@]}",
        "typeset -A l; l+=([@]=1 [b]=2)",
        "f() { local -A l; l[@]=x; }; K={{ V }}; f",
        "declare -A l; f() { l[@]=x; }; f",
        "declare -A l; { if true; then l[@]=x; fi; }",
        "declare -A l; l=(); l[@]=x",
        "declare -A l; trap 'rm -f x' EXIT; l[@]=x",
    ],
)
def test_a_key_of_a_declared_array_is_a_text(source: str, key: str) -> None:
    template = compile_shell(f"K={{{{ V }}}}; {source.replace('@', key, 1)}", "bash")
    assert template.render({"V": BAIT}).env


@pytest.mark.parametrize("key", ["{{ V }}", '"{{ V }}"', "$K"])
@pytest.mark.parametrize(
    "source",
    [
        "l[@]=x",
        "l[@]=x; declare -A l",
        "l=(); declare -A l; l[@]=x",
        "read -ra l; declare -A l; l[@]=x",
        "f() { declare -A l; }; f; l[@]=x",
        "declare -A l; f() { local l; l[@]=x; }; f",
        "f() { l[@]=x; }; f; declare -A l",
        "f() { declare -gA l; l[@]=x; }; l=(); f",
        "if false; then declare -A l; fi; l[@]=x",
        "false && declare -A l; l[@]=x",
        "( declare -A l ); l[@]=x",
        "declare -A l | cat; l[@]=x",
        "declare -A l &\nl[@]=x",
        "declare -A l; unset l; l[@]=x",
        'declare -A l; unset "$x"; l[@]=x',
        "declare -A l; eval 'unset l'; l[@]=x",
        "trap 'unset l' DEBUG; declare -A l; l[@]=x",
        "declare -pA l; l[@]=x",
        "local -A l; l[@]=x",
        "declare -A l; (( l[@]++ ))",
        "declare -A l; echo $(( l[@] ))",
        "declare -A l; let 'l[@]=1'",
    ],
)
def test_a_key_of_any_other_array_is_a_number(source: str, key: str) -> None:
    if key == "$K" and "'l[@]" in source:
        key = "K"
    template = compile_shell(f"K={{{{ V }}}}; {source.replace('@', key, 1)}", "bash")
    with pytest.raises(TemplateError, match="whole number") as caught:
        template.render({"V": BAIT})
    assert caught.value.hint


@pytest.mark.parametrize(
    "source",
    [
        'declare -A l; l[@]=x; for k in "${!l[@]}"; do (( k > 1 )); done',
        'declare -A l; l[@]=x; for k in "${!l[@]}"; do echo "${a[k]}"; done',
        'declare -A l=([@]=x); for k in "${!l[@]}"; do (( k > 1 )); done',
        'declare -A l; : "${l[@]:=x}"; for k in ${!l[*]}; do (( k > 1 )); done',
    ],
)
def test_a_key_that_is_read_back_and_calculated_with_is_a_number(source: str) -> None:
    for key in ("{{ V }}", '"{{ V }}"'):
        template = compile_shell(source.replace("@", key, 1), "bash")
        with pytest.raises(TemplateError, match="whole number"):
            template.render({"V": BAIT})


def test_keys_that_are_read_back_as_texts_are_texts() -> None:
    source = """
        declare -A l; l[{{ V }}]=x; l[b]=1
        for k in "${!l[@]}"; do echo "$k ${l[$k]}"; done
        (( l[b] > 0 && ${#l[@]} > 1 ))
    """
    assert compile_shell(source, "bash").render({"V": BAIT}).env


@pytest.mark.parametrize("shell", ["bash", "ksh", "zsh"])
def test_single_quotes_keep_nothing_out_of_arithmetic(shell: str) -> None:
    template = compile_shell("typeset -A l; K={{ V }}; (( l['$K'] += 1 ))", shell)
    with pytest.raises(TemplateError, match="whole number"):
        template.render({"V": BAIT})


def test_zsh_takes_quotes_for_a_part_of_a_key() -> None:
    with pytest.raises(TemplateError, match="whole number"):
        compile_shell("typeset -A l; l[{{ V }}]=x", "zsh").render({"V": "prod"})
    assert compile_shell("typeset -A l; K={{ V }}; l[$K]=x", "zsh").render({"V": "prod"}).env


def test_a_key_that_zsh_reads_without_braces_is_a_text() -> None:
    source = 'typeset -A l=(x 1); x={{ V }}; echo $l[x] "$l[x]" $#l[x]; printf %s $l[x] $x'
    assert compile_shell(source, "zsh").render({"V": "a b"}).env


@pytest.mark.parametrize(
    "source",
    [
        "typeset -A l=(x 1); x={{ V }}; echo $l[x][x]",
        "typeset -A l=(x 1); x={{ V }}; echo $l[$a[x]]",
        "l=(1 2); x={{ V }}; echo $l[x]",
        "f() { typeset -A l=(x 1); }; f; l=(1 2); x={{ V }}; echo $l[x]",
    ],
)
def test_an_index_that_zsh_reads_without_braces_is_a_number(source: str) -> None:
    with pytest.raises(TemplateError, match="whole number"):
        compile_shell(source, "zsh").render({"V": BAIT})


@pytest.mark.parametrize(
    "command",
    [
        'printf \'%s\' "${l[host]}" "${#l[host]}" "$host"',
        'read -r y <<< "${l[host]}"',
        '[ "${l[host]}" = x ]',
        'export Y="${l[host]}"',
        "printf -v y '%s' \"${l[host]}\"",
        'printf "%s\\n" "items[host]: $host"',
        'read -r y; echo "${y}[host]" "$host" | grep -v "[host]"',
    ],
)
def test_what_a_command_prints_or_reads_is_no_index(command: str) -> None:
    source = f"declare -A l=([host]=1); host={{{{ V }}}}; {command}"
    assert compile_shell(source, "bash").render({"V": "a b"}).env


@pytest.mark.parametrize(
    "command",
    [
        "printf -v 'a[host]' x",
        "printf -va[host] x",
        "read 'a[host]'",
        "[ -v 'a[host]' ]",
        'read -r "${n}[host]"',
        'read -r "$n"[host]',
        'read -r "$(echo a)[host]"',
        'read -r "${l[k]}[host]"',
        'printf -v "${n}[host]" x',
        'unset "${n}[host]"',
        "unset a\\[host\\]",
        '[[ -v "${n}[host]" ]]',
        'declare "${n}[host]=x"',
        'm="${n}[host]"; echo "${!m}"',
        'eval "${n}[host]=x"',
        "eval 'a[host]=x'",
    ],
)
def test_what_a_command_takes_for_a_name_has_an_index(command: str) -> None:
    with pytest.raises(TemplateError, match="whole number"):
        compile_shell(f"host={{{{ V }}}}; {command}", "bash").render({"V": BAIT})


@pytest.mark.parametrize(
    "source",
    [
        """k='[host]'; unset "$n$k" """,
        'k=[host]; read -r "$n$k"',
        """o='['; c='host]'; printf -v "$n$o$c" z""",
        'k="[host]"; m="$n$k"; echo "${!m}"',
        """f() { printf -v "$1$2" z; }; f y '[host]'""",
        """k='[host]'; [[ -v "$n$k" ]]""",
        """k='[host]'; declare "$n$k=1" """,
        """k='[host]'; declare -n r="$n$k"; echo "$r" """,
        """k='[host]'; for m in "y$k" z; do test -v "$m"; done""",
        """k=$(printf '[host]'); unset "y$k" """,
        """set -- y '[host]'; unset "$1$2" """,
        'unset "y${q:-[host]}"',
        """read -r k <<< '[host]'; unset "y$k" """,
        """printf '[host]' | while read -r k; do unset "y$k"; done""",
        """k='[host]'; printf -v m %s%s "$n" "$k"; unset "$m" """,
        r"""k=$'\133\x68ost]'; unset "y$k" """,
        "k='[host'; k+=']'; unset y$k",
        """declare -A m=([i]='[host]'); unset "y${m[i]}" """,
    ],
)
def test_a_name_is_put_together_with_an_index(source: str) -> None:
    with pytest.raises(TemplateError, match="whole number"):
        compile_shell(f"host={{{{ V }}}}; {source}", "bash").render({"V": BAIT})


@pytest.mark.parametrize(
    "source",
    [
        """unset "$n"; grep '[host]' f""",
        'for n in a b; do printf -v "$n" z; done',
        """n=y_$RANDOM; unset "$n"; [ -n "$host" ] && ls '[host]'""",
        """test -n "$host"; k='[host]'; echo "$k" """,
    ],
)
def test_a_bracket_that_gets_into_no_name_is_a_text(source: str) -> None:
    assert compile_shell(f"host={{{{ V }}}}; {source}", "bash").render({"V": BAIT}).env
