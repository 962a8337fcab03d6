"""Values run through real shells: they arrive byte for byte, and nothing else runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell
from tests.support.often import often

_DATA = Path(__file__).parents[1] / "data" / "hostile_values.json"
_EXTRA = [
    "'",
    '"',
    "\\",
    "\\\\'",
    "EOF",
    "\nEOF\ntouch pwned\n",
    "\n'EOF'\n",
    "$HOME ${HOME} $((1+1)) $'x'",
    "a[$(touch pwned)]",
    "x$(touch pwned)y`touch pwned`",
    "}; touch pwned; {",
    ")); touch pwned; ((",
    "]]; touch pwned; [[",
    ") touch pwned ;;",
    "& &&amp; \\&",
    "* ? [a-z] ~ ~root",
    "  two  spaces \t tab\t",
    "trailing newline\n",
    "\n\n",
    "-n",
    "--",
    "(x)",
    "([0]=$(touch pwned))",
    "\r\n",
    "%s%d\\n",
    "é ü 漢字 \U0001f4a9",
    "\u2028\u0085",
    "PUP_TUI_END_0\nPUP_TUI_V0 PUPVALUE0E",
    "\tleading tab\n\tsecond",
    "\x01\x02\x7f\x1b[31m",
]
VALUES = [item["value"] for item in json.loads(_DATA.read_text())] + _EXTRA


@dataclass(frozen=True)
class Context:
    """A script with a value in it, and what running it prints around that value."""

    name: str
    script: str
    before: str = ""
    after: str = ""
    only: frozenset[str] = frozenset({"sh", "bash", "dash"})


_BASH = frozenset({"bash"})
CONTEXTS = [
    Context("bare word", "printf '[%s]' {{ V }}", "[", "]"),
    Context("within a bare word", "printf '[%s]' a-{{ V }}.b", "[a-", ".b]"),
    Context("option", "printf '[%s]' --name={{ V }}", "[--name=", "]"),
    Context("two values", "printf '[%s]' {{ E }}{{ V }}{{ E }}", "[", "]"),
    Context("double quotes", "printf '%s' \"a {{ V }} b\"", "a ", " b"),
    Context("single quotes", "printf '%s' 'a {{ V }} b'", "a ", " b"),
    Context("alone in single quotes", "printf '%s' '{{ V }}'"),
    Context("after a variable", "X=1; printf '%s' $X{{ V }}", "1"),
    Context("after a variable, quoted", "X=1; printf '%s' \"$X{{ V }}$X\"", "1", "1"),
    Context("after a position", "set -- q; printf '%s' \"$1{{ V }}$#{{ E }}\"", "q", "1"),
    Context("after a dollar", "printf '%s' \"\\${{ V }}\"", "$"),
    Context("in braces", "printf '%s' \"{{{ V }}}\"", "{", "}"),
    Context("assignment", "X={{ V }}; printf '%s' \"$X\""),
    Context("assignment, appended", "X=a{{ V }}b; printf '%s' \"$X\"", "a", "b"),
    Context("assignment before a command", "X={{ V }} sh -c 'printf %s \"$X\"'"),
    Context("export", "export X={{ V }}; printf '%s' \"$X\""),
    Context("local", "f() { local x={{ V }}; printf '%s' \"$x\"; }; f"),
    Context("argument of a function", "f() { printf '%s' \"$1\"; }; f {{ V }}"),
    Context("here-document", "cat <<EOF\n[{{ V }}]\nEOF\n", "[", "]\n"),
    Context("here-document, quotes in it", "cat <<EOF\n\"{{ V }}' $((1+1))\nEOF\n", '"', "' 2\n"),
    Context("here-document, tabs", "cat <<-EOF\n\t[{{ V }}]\n\tEOF\n", "[", "]\n"),
    Context("quoted here-document", "cat <<'EOF'\n[{{ V }}] $x\nEOF\n", "[", "] $x\n"),
    Context("here-document, double quoted", 'cat <<"E F"\n[{{ V }}]\nE F\n', "[", "]\n"),
    Context("here-document, escaped", "cat <<\\EOF\n{{ V }}\\\nEOF\n", "", "\\\n"),
    Context(
        "quoted here-document in a substitution",
        "printf '%s' \"$(cat <<'EOF'\n[{{ V }}]\nEOF\n)\"",
        "[",
        "]",
    ),
    Context("two here-documents", "cat <<'A'\n{{ V }}\nA\ncat <<'A'\n.\nA\n", "", "\n.\n"),
    Context("here-document in a pipe", "cat <<EOF | cat\n[{{ V }}]\nEOF\n", "[", "]\n"),
    Context("substitution", "printf '%s' \"$(printf '[%s]' {{ V }})\"", "[", "]"),
    Context("substitution, quoted twice", "printf '%s' \"$(printf '%s' \"[{{ V }}]\")\"", "[", "]"),
    Context("substitution, single", "printf '%s' \"$(printf '%s' '[{{ V }}]')\"", "[", "]"),
    Context("backticks", "printf '%s' \"`printf '[%s]' {{ V }}`\"", "[", "]"),
    Context("backticks, not quoted", "X=`printf '[%s]' {{ V }}`; printf '%s' \"$X\"", "[", "]"),
    Context("backticks, double", "X=`printf '%s' \"[{{ V }}]\"`; printf '%s' \"$X\"", "[", "]"),
    Context("backticks, single", "X=`printf '%s' '[{{ V }}]'`; printf '%s' \"$X\"", "[", "]"),
    Context("backticks, all quoted", "printf '%s' \"`printf '%s' \"[{{ V }}]\"`\"", "[", "]"),
    Context(
        "substitution in a here-document", "cat <<EOF\n$(printf '[%s]' {{ V }})\nEOF\n", "[", "]\n"
    ),
    Context("default", "printf '%s' ${NONE:-{{ V }}}"),
    Context("default, within", "printf '[%s]' ${NONE:-a{{ V }}b}", "[a", "b]"),
    Context("default, single", "printf '%s' ${NONE:-'{{ V }}'}"),
    Context("default, outer quotes", "printf '%s' \"${NONE:-{{ V }}}\""),
    Context("default, both quotes", 'printf \'%s\' "${NONE:-"{{ V }}"}"'),
    Context("default in a here-document", "cat <<EOF\n[${NONE:-{{ V }}}]\nEOF\n", "[", "]\n"),
    Context("assigned default", ": ${NONE:={{ V }}}; printf '%s' \"$NONE\""),
    Context("assigned default, quoted", ': "${NONE:={{ V }}}"; printf \'%s\' "$NONE"'),
    Context("alternative", "X=1; printf '%s' \"${X:+{{ V }}}\""),
    Context("cut prefix", "X={{ V }}rest; printf '%s' \"${X#{{ V }}}\"; printf %s {{ V }}", "rest"),
    Context("cut suffix", "X=rest{{ V }}; printf '%s' ${X%%{{ V }}}; printf %s {{ V }}", "rest"),
    Context("case", "case {{ V }} in {{ V }}) printf %s {{ V }} ;; *) echo no ;; esac"),
    Context("case, pattern", 'case a{{ V }}b in a"{{ V }}"*) printf %s {{ V }} ;; esac'),
    Context("test", 'if [ {{ V }} = "{{ V }}" ]; then printf %s {{ V }}; fi'),
    Context("test, word", "if test x{{ V }} = 'x{{ V }}'; then printf %s {{ V }}; fi"),
    Context("loop", "for x in {{ V }} ; do printf '%s' \"$x\"; done"),
    Context("comment", "# {{ V }}\nprintf %s {{ V }} # {{ V }}\n"),
    Context("group", "{ printf '%s' {{ V }}; }"),
    Context("subshell", "( printf '%s' {{ V }} )"),
    Context("pipe", "printf '%s' {{ V }} | cat"),
    Context("lists", "true && printf '%s' {{ V }} || false"),
    Context("if", "if true; then printf '%s' {{ V }}; else echo {{ V }}; fi"),
    Context("multi-line single quotes", "printf '%s' 'a\n{{ V }}\n$b'", "a\n", "\n$b"),
    Context("shell_quote for eval", 'eval "printf %s {{ V | shell_quote }}"'),
    Context("here-string", "cat <<< {{ V }}", "", "\n", _BASH),
    Context("ansi quotes", "printf '%s' $'a\\t{{ V }}\\n'", "a\t", "\n", _BASH),
    Context("translated quotes", "printf '%s' $\"a {{ V }}\"", "a ", "", _BASH),
    Context("equal", "[[ {{ V }} == {{ V }} ]] && printf %s {{ V }}", only=_BASH),
    Context("equal, pattern", "[[ a{{ V }}b == *{{ V }}* ]] && printf %s {{ V }}", only=_BASH),
    Context("matches", "[[ a{{ V }}b =~ ^a{{ V }}b$ ]] && printf %s {{ V }}", only=_BASH),
    Context("array", "A=(x {{ V }}); printf '%s' \"${A[1]}\"", only=_BASH),
    Context("array, quoted", 'A=(x "{{ V }}"); printf \'%s\' "${A[1]}"', only=_BASH),
    Context("appended", "X=a; X+={{ V }}; printf '%s' \"$X\"", "a", "", _BASH),
    Context("process", "cat <(printf '[%s]' {{ V }})", "[", "]", _BASH),
    Context("declare", "declare -r X={{ V }}; printf '%s' \"$X\"", only=_BASH),
    Context("replacement", "X=aXb; printf '%s' \"${X/X/{{ V }}}\"", "a", "b", _BASH),
    Context("replacement, alone", "X=X; printf '%s' \"${X//X/{{ V }}}\"", "", "", _BASH),
    Context("replaced", 'X=a{{ V }}b; printf %s "${X/{{ V }}/}" {{ V }}', "ab", "", _BASH),
]


def _shell(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def _start(
    shell: str, script: str, variables: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[bytes]:
    path = folder / "script"
    path.write_bytes(script.encode())
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/", **variables}
    return subprocess.run(
        [_shell(shell), str(path)],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=200,
        check=False,
    )


def _run(shell: str, script: str, variables: dict[str, str], folder: Path) -> bytes:
    done = _start(shell, script, variables, folder)
    assert not (folder / "pwned").exists(), script
    assert done.stderr == b"", (done.stderr, script)
    return done.stdout


_ALL_IN_ONE = "|".join(value for value in VALUES if value not in ("", "-", "-n", "--")) + "\n\n"
_ALONE = [
    "",
    "-",
    "--",
    "\n\n",
    " ",
    "*",
    "\\",
    "'",
    '"',
    "a[$(touch pwned)]",
    "([0]=$(touch pwned))",
]
_MAIN = {"bare word", "double quotes", "single quotes", "here-document", "quoted here-document"}


def _check(context: Context, shell: str, value: str, folder: Path) -> None:
    rendered = compile_shell(context.script, shell).render({"V": value, "E": ""})
    printed = _run(shell, rendered.script, rendered.env, folder)
    assert printed == f"{context.before}{value}{context.after}".encode(), rendered.script


@pytest.mark.proves("P4", "P3")
@pytest.mark.parametrize(
    ("context", "shell"),
    [
        pytest.param(context, shell, id=f"{context.name}-{shell}")
        for context in CONTEXTS
        for shell in sorted(context.only)
    ],
)
def test_every_value_arrives_as_it_is(context: Context, shell: str, tmp_path: Path) -> None:
    values = [_ALL_IN_ONE, *(VALUES if context.name in _MAIN else _ALONE)]
    for value in values:
        _check(context, shell, value, tmp_path)


_TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40
) | st.text(alphabet="'\"\\$`(){}[]<>|&;#~*?!=-+% \n\tEOFaV_0")


@pytest.mark.proves("P4")
@pytest.mark.parametrize("shell", ["bash", "dash"])
@pytest.mark.parametrize("name", sorted(_MAIN | {"default, both quotes", "backticks, all quoted"}))
@settings(max_examples=often(8, 100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=_TEXTS)
def test_any_value_arrives_as_it_is(
    name: str, shell: str, value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (context,) = [context for context in CONTEXTS if context.name == name]
    _check(context, shell, value, tmp_path_factory.mktemp("run"))


_WRAPPERS = [
    "{{ {body}; }}",
    "( {body} )",
    "if true; then {body}; else :; fi",
    "if false; then :; elif {body}; then :; fi",
    "for i in 1; do {body}; done",
    "while true; do {body}; break; done",
    "until {body}; do :; done",
    "case x in x) {body} ;; *) : ;; esac",
    "f() {{ {body}; }}; f",
    "true && {body}",
    "{body} | cat",
    "! {{ {body}; false; }}",
    "printf '%s' \"$( {body})\"",
    "X=$( {body}); printf '%s' \"$X\"",
    "printf '%s' \"${{NONE:-$( {body})}}\"",
    "printf '%s' \"$(cat <<EOF\n$( {body})\nEOF\n)\"",
]
_CORES = [
    "printf '[%s]' {{ V }}",
    "printf '%s' \"[{{ V }}]\"",
    "printf '%s' '[{{ V }}]'",
    "printf '[%s]' ${NONE:-{{ V }}}",
    "printf '%s' \"[${NONE:-{{ V }}}]\"",
    "printf '%s' \"`printf '[%s]' {{ V }}`\"",
]


@settings(max_examples=often(40, 500), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    core=st.sampled_from(_CORES),
    wrappers=st.lists(st.sampled_from(_WRAPPERS), max_size=4, unique=True),
    shell=st.sampled_from(["bash", "dash"]),
)
def test_values_arrive_however_the_script_is_nested(
    core: str, wrappers: list[str], shell: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    script = core
    for wrapper in wrappers:
        script = wrapper.format(body=script)
    try:
        compile_shell(script, shell)
    except TemplateError:
        # The grammar does not know every nesting; what it does not know is refused.
        reject()
    context = Context("nested", script, "[", "]")
    _check(context, shell, _ALL_IN_ONE, tmp_path_factory.mktemp("run"))


_TOKENS = [
    *("'", '"', "`", "$(", ")", "${x:-", "${x#", "${x/a/", "}", "$((", "))", "[[ ", " ]]"),
    *(" -eq ", " == ", " =~ ", "<<EOF\n", "<<'EOF'\n", "\nEOF\n", "\n", ";", "|", "(", "{ "),
    *(" #", "\\", "a", "x=", "a[", " ", "]", "~", "<<<", "&&", "case x in ", " esac", "let "),
    *("declare -i ", "declare -a ", "export ", "printf '%s' ", " -v ", "test ", "[ ", " 1", "$"),
    *("!", "<(", "unset ", "read ", "-", "do ", "done", "for i in ", "if ", "then ", "fi", "$'"),
    *("((", "local ", "{1..", "@(", ":", "a=(", "${a[", "$[", "typeset -n ", "f() ", "''"),
    *("builtin ", "command ", "$x", '"$x', "+="),
]
_INJECTIONS = [
    "$(touch pwned)",
    ";touch pwned;",
    "a[$(touch pwned)]",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "\ntouch pwned\n",
    "\nEOF\ntouch pwned\n",
    "([0]=$(touch pwned))",
]


@pytest.mark.proves("P4")
@settings(max_examples=often(100, 1000), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    before=st.lists(st.sampled_from(_TOKENS), max_size=6),
    after=st.lists(st.sampled_from(_TOKENS), max_size=4),
    value=st.sampled_from(_INJECTIONS),
)
@example(before=["''", "let "], after=[], value="a[$(touch pwned)]")
@example(before=["[[ "], after=[" -eq ", "1", " ]]"], value="a[$(touch pwned)]")
@example(before=["declare -a ", "x="], after=[], value="([0]=$(touch pwned))")
def test_no_script_that_loads_runs_a_value(
    before: list[str], after: list[str], value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    try:
        template = compile_shell(f"echo {''.join(before)}{{{{ V }}}}{''.join(after)}", "bash")
        rendered = template.render({"V": value})
    except TemplateError:
        return
    if template.evaluated_again:
        return
    folder = tmp_path_factory.mktemp("run")
    _start("bash", rendered.script, rendered.env, folder)
    assert not (folder / "pwned").exists(), rendered.script


def test_a_value_at_the_limit_reaches_a_program(tmp_path: Path) -> None:
    value = "ü" * 65_535 + "x"
    rendered = compile_shell("printf '%s' {{ V }} | wc -c; /bin/echo -n \"{{ V }}\"").render(
        {"V": value}
    )
    assert _run("sh", rendered.script, rendered.env, tmp_path) == f"131071\n{value}".encode()


@pytest.mark.parametrize(
    ("script", "number", "printed"),
    [
        ("echo $(({{ N }} + 1))", "41", "42"),
        ("echo $((1-{{ N }}))", "-5", "6"),
        ('echo $(( "{{ N }}" + 1 ))', "007", "8"),
        ("X=abcdef; echo ${X:{{ N }}}", "-2", "ef"),
        ("X=abcdef; echo ${X:{{ N }}:2}", "1", "bc"),
        ("A=(x y z); echo ${A[{{ N }}]}", "1", "y"),
        ("A[{{ N }}]=q; echo ${A[1]}", "1", "q"),
        ("[[ {{ N }} -gt 5 ]] && echo yes", "08", "yes"),
        ("[ {{ N }} -gt 5 ] && echo yes", "8", "yes"),
        ("test {{ N }} -gt 5 && echo yes", "8", "yes"),
        ("let X={{ N }}; echo $X", "-5", "-5"),
        ("for ((i=0; i<{{ N }}; i++)); do printf x; done; echo", "3", "xxx"),
        ("((X={{ N }}*2)); echo $X", "-3", "-6"),
        ("declare -i X; X={{ N }}; echo $X", "-3", "-3"),
        ("declare -i X={{ N }}; echo $X", "-3", "-3"),
        ("cat <<EOF\n$(({{ N }}+1))\nEOF", "-3", "-2"),
    ],
)
def test_numbers_are_calculated_with(
    script: str, number: str, printed: str, tmp_path: Path
) -> None:
    template = compile_shell(script, "bash")
    rendered = template.render({"N": number})
    assert rendered.env == {}
    assert _run("bash", rendered.script, {}, tmp_path).decode() == f"{printed}\n"
    for bad in ("", "x", "1.5", "a[$(touch pwned)]", "1 1", "1;x", "0x10", "9" * 30):
        with pytest.raises(TemplateError, match="whole number"):
            template.render({"N": bad})
