"""Values run through real shells: they arrive byte for byte, and nothing else runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell import compile_shell

_DATA = Path(__file__).parent / "data" / "hostile_values.json"
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


def _run(shell: str, script: str, variables: dict[str, str], folder: Path) -> bytes:
    path = folder / "script"
    path.write_bytes(script.encode())
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/", **variables}
    done = subprocess.run(
        [_shell(shell), str(path)],
        env=environment,
        cwd=folder,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert not (folder / "pwned").exists(), script
    assert done.stderr == b"", (done.stderr, script)
    return done.stdout


def _expected(context: Context, value: str) -> bytes:
    return f"{context.before}{value}{context.after}".encode()


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: context.name)
def test_every_value_arrives_as_it_is(context: Context, shell: str, tmp_path: Path) -> None:
    if shell not in context.only:
        pytest.skip(f"{shell} does not have this")
    template = compile_shell(context.script, shell)
    for value in VALUES:
        try:
            rendered = template.render({"V": value, "E": ""})
        except TemplateError as error:
            assert "begins with a tab" in error.message and "<<-'" in context.script
            continue
        if "here-document" not in context.name:
            assert value not in rendered.script or len(value) < 9
        printed = _run(shell, rendered.script, rendered.env, tmp_path)
        assert printed == _expected(context, value), (value, rendered.script)
