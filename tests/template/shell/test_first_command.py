"""Which program a script begins with."""

from __future__ import annotations

import pytest

from pup_tui.template.shell.first_command import first_tool


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("kubectl get pods", "kubectl"),
        ("  # comment\n\n\tgit status", "git"),
        ("./run.sh x", "./run.sh"),
        ("ls;pwd", "ls"),
        ("ls", "ls"),
        ("ls|cat", "ls"),
        ("set -e\nfoo", "set"),
        ("", None),
        ("# only", None),
        ("{{ X }} a", None),
        ("foo{{ X }} a", None),
        ("foo{% if X %} a{% endif %}", None),
        ("X=1 foo", "foo"),
        ("if true; then :; fi", None),
        ("for x in a; do :; done", None),
        ("(foo)", None),
        ("{ foo; }", None),
        ("! foo", "foo"),
        ("[ -f x ]", None),
        ("'foo' a", None),
        ("$X a", None),
        ("foo() { :; }", None),
        ("foo\\ bar", None),
        ("2>/dev/null foo x", "foo"),
        ("</dev/null >>log 2>&1 foo; bar", "foo"),
        ("&>log foo", "foo"),
        ("2>'a b' foo", None),
        ("2>$LOG foo", None),
        ("<<E cat\nE\n", None),
        ("foo 2>/dev/null", "foo"),
    ],
)
def test_the_tool_is_the_first_word(source: str, word: str | None) -> None:
    assert first_tool(source, "sh") == word


@pytest.mark.parametrize(
    ("source", "tool"),
    [
        ("A=1 tool x", "tool"),
        ('A="{{ X }}" B=2 tool x | y', "tool"),
        ("A=1; B=(2 3)\n# about it\ntool >x", "tool"),
        ("A=1 tool <<E\n{{ X }}\nE\n", "tool"),
        ("! A=1 'tool' x", "tool"),
        ("env -u B A=1 tool", "tool"),
        ("time -p tool", "tool"),
        ("exec nice -n 5 timeout -k 1 5 env A=1 tool x", "tool"),
        ("command tool", "tool"),
        ("nohup /opt/a/tool &", "/opt/a/tool"),
        ("env", "env"),
        ("command -v tool", "command"),
        ("exec >log\ntool", "exec"),
        ("sudo tool", "sudo"),
        ("A=1 sudo tool", "sudo"),
        ("A=1", None),
        ("A=1 $X tool", None),
        ("A=1 {{ X }} tool", None),
        ("A=$(other); tool", None),
        ("A=`other`; tool", None),
        ("PATH=/opt/a:$PATH tool", None),
        ("PATH=/opt/a:$PATH\ntool", None),
        ("env PATH=/opt/a tool", None),
        ("B=1 PATH+=:/opt/a tool", None),
        ("B=1 PATH=/opt/a; tool", None),
        ("CLASSPATH=/opt/a tool", "tool"),
        ("! >a", None),
        ("A=1 >a", None),
        ("A=1 tool " + "x" * 20_000, None),
        ("A=1 { tool; }", None),
    ],
)
def test_the_tool_may_stand_behind_assignments_and_commands_that_run_it(
    source: str, tool: str | None
) -> None:
    assert first_tool(source, "bash") == tool
