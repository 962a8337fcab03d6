"""Shell templates: what is refused, what is written, what is shown."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.template.code import ShellScript
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import MAX_ARGUMENT
from pup_tui.template.secrets import with_secrets
from pup_tui.template.shell.script import compile_shell


def _render(source: str, shell: str = "sh", **scope: Any) -> ShellScript:
    return compile_shell(source, shell).render(scope)


@pytest.mark.parametrize(
    ("source", "script"),
    [
        ("echo {{ V }}", 'echo "${PUP_TUI_V0}"'),
        ('echo "a {{ V }}"', 'echo "a ${PUP_TUI_V0}"'),
        ("echo 'a {{ V }}'", "echo 'a '\"${PUP_TUI_V0}\"''"),
        ("cat <<E\n{{ V }}\nE\n", "cat <<E\n${PUP_TUI_V0}\nE\n"),
        ("cat <<'E'\n{{ V }}\nE\n", "cat <<'PUP_TUI_END_0'\na b\nPUP_TUI_END_0\n"),
        ("# {{ V }}\necho", "# \necho"),
        ("echo {{ V }} {{ V }} {{ W }}", 'echo "${PUP_TUI_V0}" "${PUP_TUI_V0}" "${PUP_TUI_V1}"'),
        ("echo $X{{ V }}", 'echo $X"${PUP_TUI_V0}"'),
        ("echo {{{ V }}}", 'echo {"${PUP_TUI_V0}"}'),
        ("echo {{ V | raw }}", "echo a b"),
        ('echo "${s:{{ -5 }}:$n}${s:0-{{ -5 }}}"', 'echo "${s: -5:$n}${s:0- -5}"'),
        ("echo ${#a} {{ .Names }} {# x", "echo ${#a} {{ .Names }} {# x"),
    ],
)
def test_references_fit_their_place(source: str, script: str) -> None:
    assert _render(source, V="a b", W="c").script == script


def test_values_travel_in_the_environment() -> None:
    rendered = _render("echo {{ V }} '{{ W }}' {{ N }}", V="a b", W=True, N=[1])
    assert rendered.env == {"PUP_TUI_V0": "a b", "PUP_TUI_V1": "true", "PUP_TUI_V2": "[1]"}


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("echo {{ V }}", "echo 'a b'"),
        ("echo {{ W }} {{ E }}", "echo word ''"),
        ('echo "x {{ V }}" "x {{ W }}"', 'echo "x "\'a b\'"" "x word"'),
        ("echo 'x {{ V }}' 'x {{ W }}'", "echo 'x ''a b''' 'x word'"),
        ("cat <<'E'\n{{ V }}\nE\n", "cat <<'E'\na b\nE\n"),
        ("cat <<E\n{{ V }}\nE\n", "cat <<E\na b\nE\n"),
        ("echo $(({{ N }}))", "echo $((5))"),
        ("echo {{ V | raw }} {{ W }}", "echo a b word"),
    ],
)
def test_what_is_shown_is_readable(source: str, shown: str) -> None:
    assert _render(source, V="a b", W="word", E="", N=5).shown == shown


@pytest.mark.parametrize(
    "source",
    [
        "echo {{ V }}",
        'echo "{{ V }}"',
        "echo '{{ V }}'",
        "echo {{ V | raw }}",
        "echo {{ V | raw }} {{ V }}",
    ],
)
def test_a_secret_is_hidden_in_what_is_shown(source: str) -> None:
    for expression in ("V", "V[0:4]", "V | upper", "'a' ~ V"):
        script = source.replace("{{ V", "{{ " + expression)
        rendered = compile_shell(script).render(with_secrets({"V": "it;s"}, ["V"]))
        assert "***" in rendered.shown
        assert "it" not in rendered.shown.lower()
        assert "***" not in rendered.script


def test_a_secret_number_and_a_secret_delimiter_are_hidden() -> None:
    scope = with_secrets({"V": "4711", "TEXT": "plain"}, ["V"])
    assert compile_shell("echo $(({{ V }} + 1))").render(scope).shown == "echo $((*** + 1))"
    source = "cat <<'{{ V | raw }}'\n{{ TEXT }}\n{{ V | raw }}\n"
    assert "4711" not in compile_shell(source).render(scope).shown


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ V }}=x", "name a variable"),
        ("export {{ V }}", "name a variable"),
        ('export "{{ V }}"', "name a variable"),
        ("unset {{ V }}", "name a variable"),
        ("unset 'a[{{ V }}]'", "name a variable"),
        ("read {{ V }}", "name a variable"),
        ("mapfile {{ V }}", "name a variable"),
        ("printf -v {{ V }} x", "name a variable"),
        ("builtin declare x={{ V }}", "name a variable"),
        ("{{ V }}() { :; }", "name a variable"),
        ("function {{ V }} { :; }", "name a variable"),
        ("for {{ V }} in a; do :; done", "name a variable"),
        ("select {{ V }} in a; do :; done", "name a variable"),
        ("echo ${{ V }}", "name a variable"),
        ("echo ${{{ V }}}", "name a variable"),
        ("echo ${!{{ V }}}", "name a variable"),
        ("echo ${#{{ V }}}", "name a variable"),
        ("[[ -v {{ V }} ]]", "name a variable"),
        ("[ -v {{ V }} ]", "name a variable"),
        ("test -v {{ V }}", "name a variable"),
        ("declare -n x={{ V }}", "evaluate the value again"),
        ("declare -a x={{ V }}", "evaluate the value again"),
        ("local -A x={{ V }}", "evaluate the value again"),
        ("typeset $OPTIONS x={{ V }}", "evaluate the value again"),
        ("a=([x[1]{{ V }}]=1)", "element is not known"),
        ("echo $((x{{ V }}))", "part of the name"),
        ("echo $(($X{{ V }}))", "part of the name"),
        ("let -x{{ V }}", "part of the name"),
        ("[[ -x{{ V }} -gt 3 ]]", "part of the name"),
        ("echo $((64#{{ V }}))", "none from 2 to 36"),
        ("echo $((16#{{ V }}f))", "more digits"),
        ("echo {1..{{ V }}}", "does not take values"),
        ("echo ~{{ V }}", "the user's name"),
        ("echo \\{{ V }}", "backslash"),
        ('echo "\\{{ V }}"', "backslash"),
        ("cat <<E\n\\{{ V }}\nE\n", "backslash"),
        ("cat <<E\n`echo {{ V }}`\nE\n", "backticks"),
        ("`cat <<'E'\n{{ V }}\nE\n`", "backticks"),
        ("echo \"${x:-'{{ V }}'}\"", "single quotes within double"),
        ('echo "${x:-`echo {{ V }}`}"', "not known"),
        ('[[ a =~ ^"{{ V }}" ]]', "not known"),
        ("X=a; echo ${X/a/{{ V }}}", "split into words"),
        ("cat <<E\n${X/a/{{ V }}}\nE\n", "split into words"),
        ("echo 'a {{ V }}", "cannot be read as shell"),
        ("if {{ V }}; then", "cannot be read as shell"),
        ("! { read {{ V }}; }", "cannot name a variable"),
        # The grammar takes these reserved words for commands, and so loses its way.
        ("echo ! { x {{ V }}; }", "cannot be read as shell"),
        ("a | ! { x {{ V }}; }", "cannot be read as shell"),
        ("cat <<{{ V }}\nx\n", "cannot be read as shell"),
        ("cat <<'E'\n{{ V }}", "cannot be read as shell"),
    ],
)
def test_places_that_are_not_safe_are_refused_at_load(source: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_shell(source, "bash")
    assert message in caught.value.message
    assert caught.value.line
    assert caught.value.expression
    assert caught.value.hint
    assert "PUPVALUE" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "shell"),
    [("echo $'{{ V }}'", "sh"), ("echo $'{{ V }}'", "dash"), ("[[ a =~ {{ V }} ]]", "zsh")],
)
def test_what_only_other_shells_do_safely_is_refused(source: str, shell: str) -> None:
    compile_shell(source, "bash")
    with pytest.raises(TemplateError):
        compile_shell(source, shell)


@pytest.mark.parametrize("delimiter", ["é", "FINÉ", "'é'", "A',B'", "E`x`", "E$x"])
def test_a_here_document_with_an_unusual_delimiter_is_refused_with_the_cure(delimiter: str) -> None:
    with pytest.raises(TemplateError, match="near its line 1") as caught:
        compile_shell(f"cat <<{delimiter}\nx\n{delimiter}\necho {{{{ V }}}}\n")
    assert "<<EOF" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("begin", "cure"),
    [
        ("cat <<A |", "on the line of the `<<`"),
        ("cat <<A <<'B' &&", "on the line of the `<<`"),
        ("cat <<A && cat <<-B |", "on the line of the `<<`"),
        ("x=$(cat <<A)", "within that"),
        ("x=$(cat <<A 2>&1 | sort)", "within that"),
        ("f() { cat <<A 2>&1 | sort; }", "within that"),
        ("x=$(cat <<A; cat <<'B')", "within that"),
        ("f() { cat <<'A'; cat <<B; }", "within that"),
    ],
)
def test_a_here_document_behind_whose_text_the_command_goes_on_is_refused_with_the_cure(
    begin: str, cure: str
) -> None:
    texts = "{{ V }}\nA\n" + ("y\nB\n" if "B" in begin else "")
    with pytest.raises(TemplateError, match="near its line 2") as caught:
        compile_shell(f"date\n{begin}\n{texts}echo {{{{ V }}}}\n")
    assert cure in (caught.value.hint or "")


@pytest.mark.parametrize("text", ["$((X))", "${X:$Y}", "$(f $X)", "${X[Y]}"])
def test_what_a_text_calculates_with_is_not_checked_behind_it(text: str) -> None:
    with pytest.raises(TemplateError, match="near its line 2"):
        compile_shell(f"date\ncat <<A; f\n{text}\nA\necho {{{{ V }}}}\n", "bash")


def test_the_line_of_a_script_that_is_lost_at_its_end_is_its_last_one() -> None:
    with pytest.raises(TemplateError, match="near its line 2") as caught:
        compile_shell("echo {{ V }}\nif true; then\n")
    assert caught.value.line == 2


@pytest.mark.parametrize("begin", ["cat <<A |", "cat <<A | # all", "cat <<A &&", "cat <<A 3<<B |"])
@pytest.mark.parametrize("text", ["{{ V }}", "word\n{{ V }}", "word\n\n$X"])
def test_a_text_behind_which_a_command_goes_on_takes_no_values(begin: str, text: str) -> None:
    more = "B\n" if "B" in begin else ""
    with pytest.raises(TemplateError, match="cannot be read as shell"):
        compile_shell(f"X={{{{ V }}}}\n{begin}\n{text}\nA\n{more}sh\n")


@pytest.mark.parametrize("token", ["x=(", "f() ", "<<A\n", "|", "${a:-", "$(", "(("])
def test_a_script_in_which_the_grammar_is_lost_is_refused(token: str) -> None:
    with pytest.raises(TemplateError, match="cannot be read as shell") as caught:
        compile_shell(f"{token * 30_000}{{{{ V }}}}")
    assert caught.value.hint


def test_the_line_of_a_refused_place_is_told() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_shell("set -e\necho {{ A }}\n\nexport {{ B | upper }}\n")
    assert (caught.value.line, caught.value.expression) == (4, "B | upper")


@pytest.mark.parametrize("shell", ["fish", "python3", "pwsh", "/usr/bin/node"])
def test_other_shells_take_no_values(shell: str) -> None:
    with pytest.raises(TemplateError, match="cannot be put into a script") as caught:
        compile_shell("echo {{ V }}", shell)
    assert "bash" in (caught.value.hint or "")
    assert compile_shell("echo {{ .X }}", shell).render({}).script == "echo {{ .X }}"
    assert compile_shell("echo {{ V | raw }}", shell).render({"V": 1}).script == "echo 1"


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "ksh", "zsh", "/bin/bash"])
def test_known_shells_take_values(shell: str) -> None:
    assert compile_shell("echo {{ V }}", shell).render({"V": "x"}).env == {"PUP_TUI_V0": "x"}


@pytest.mark.parametrize(
    "source",
    [
        "{% if A %}echo '{{ V }}'{% else %}export {{ V }}{% endif %}",
        "{% if A %}a{% elif B %}b{% else %}{% if C %}c{% else %}export {{ V }}{% endif %}{% endif %}",
        "{% for x in A %}export {{ x }}\n{% endfor %}",
        "{% for x in A %}:\n{% else %}export {{ V }}{% endfor %}",
    ],
)
def test_every_branch_is_judged_at_load(source: str) -> None:
    with pytest.raises(TemplateError):
        compile_shell(source)


def test_branches_are_judged_apart() -> None:
    template = compile_shell(
        "{% if A %}if true; then{% else %}if false; then{% endif %} echo {{ V }}; fi"
    )
    assert template.render({"A": True, "V": "x"}).script.startswith("if true")


@pytest.mark.parametrize(
    ("source", "scope"),
    [
        ("{% if A %}if true; then{% endif %} echo {{ V }}{% if A %}; fi{% endif %}", {"A": 1}),
        ("{% if A %}( {% endif %}echo {{ V }}{% if A %} ){% else %};{% endif %}", {"A": 0}),
        (
            "{% if A == 1 %}if true; then{% endif %}{% if A != 1 %}if no; then{% endif %} {{ V }}; fi",
            {"A": 2},
        ),
        (
            "{% if A %}cat <<'E'\n{% endif %}{% if B %}x{% endif %}:{% if A %}\nE\n{% endif %}\n{{ V }}",
            {"A": 1, "B": 1},
        ),
        ("{% for l in L %}echo {{ l }}{% if not loop.last %} && {% endif %}{% endfor %}", {}),
        (
            "{% for l in L %}{% if loop.first %}if{% endif %} echo {{ l }}; {% endfor %}then :; fi",
            {},
        ),
        ("if true; then\n{% for l in L %}echo {{ l }}\n{% endfor %}fi", {}),
        (
            "echo {{ V }}; for x in {% for l in L %}{{ l }} {% endfor %}; do echo $x; done",
            {"L": []},
        ),
        ("echo {{ V }}; for x in {% for l in L %}{{ l }} {% endfor %}; do echo $x; done", {}),
        ("echo {{ V }} {% for l in L %}| {{ l }} {% endfor %}", {"L": []}),
    ],
)
def test_branches_may_make_up_a_script_together(source: str, scope: dict[str, Any]) -> None:
    assert compile_shell(source).render({"V": "x", "L": ["a", "b"], **scope}).env or scope == {
        "L": []
    }


@pytest.mark.parametrize(
    "source",
    [
        "{% if A %}if true; then{% endif %} echo {{ V }}",
        "{% if A %}if true; then{% endif %} echo {{ V }}{% if B %}; fi{% endif %}",
        "{% for l in L %}echo {{ l }} &&{% endfor %}",
        "{% for l in L %}:{% else %}echo '{{ V }}{% endfor %}",
        "while {% if A %}true{% endif %}; do echo {{ V }}; done",
    ],
)
def test_a_branch_that_is_in_no_script_is_refused_at_load(source: str) -> None:
    with pytest.raises(TemplateError, match="cannot be read as shell"):
        compile_shell(source)


def test_what_the_branches_make_together_is_judged_when_rendered() -> None:
    template = compile_shell("echo {% if A %}a{% endif %} {{ V }}")
    assert template.render({"A": False, "V": "x"}).env
    template = compile_shell("echo {{ V }} |{% for l in L %} {{ l }}{% endfor %}")
    assert template.render({"L": [1], "V": "x"}).env
    with pytest.raises(TemplateError, match="cannot be read as shell"):
        template.render({"L": [], "V": "x"})


def test_raw_text_is_judged_with_the_rest_when_rendered() -> None:
    template = compile_shell("{{ R | raw }} {{ V }}")
    assert template.render({"R": "echo", "V": "x"}).script == 'echo "${PUP_TUI_V0}"'
    with pytest.raises(TemplateError, match="cannot be read as shell"):
        template.render({"R": "echo '", "V": "x"})
    with pytest.raises(TemplateError, match="name a variable"):
        template.render({"R": "export", "V": "x"})


def test_markers_are_no_part_of_values_or_scripts() -> None:
    rendered = _render("echo PUPVALUE0E {{ V }} '{{ W }}'", V="PUPVALUE0E", W="PUPVALUEX1E")
    assert rendered.script == "echo PUPVALUE0E \"${PUP_TUI_V0}\" ''\"${PUP_TUI_V1}\"''"


def test_a_delimiter_is_chosen_that_no_value_holds() -> None:
    rendered = _render("cat <<'E'\n{{ V }}\nE\n", V="PUP_TUI_END_0\nE\nPUP_TUI_END_1")
    assert rendered.script.splitlines()[0] == "cat <<'PUP_TUI_END_2'"
    assert rendered.script.splitlines()[-1] == "PUP_TUI_END_2"


@pytest.mark.parametrize("value", ["\tx", "a\n\tb"])
def test_tabs_that_a_here_document_would_drop_are_refused(value: str) -> None:
    with pytest.raises(TemplateError, match="begins with a tab"):
        _render("cat <<-'E'\n\t{{ V }}\n\tE\n", V=value)
    assert _render("cat <<-E\n\t{{ V }}\n\tE\n", V=value).env == {"PUP_TUI_V0": value}


@pytest.mark.parametrize(
    ("value", "problem"),
    [("a\0b", "NUL"), ("\ud800", "surrogate"), ("x" * (MAX_ARGUMENT + 1), "131,071 bytes")],
)
@pytest.mark.parametrize("source", ["echo {{ V }}", "cat <<'E'\n{{ V }}\nE\n"])
def test_what_cannot_travel_is_refused_with_the_way_out(
    source: str, value: str, problem: str
) -> None:
    with pytest.raises(TemplateError, match=problem) as caught:
        _render(source, V=value)
    assert "stdin" in (caught.value.hint or "")
    assert caught.value.expression == "V"


def test_no_variable_is_longer_than_linux_takes() -> None:
    rendered = _render("echo {{ V }}", V="\U0001f4a9" * 32_767 + "abc")
    assert all(len(f"{name}={text}".encode()) < MAX_ARGUMENT for name, text in rendered.env.items())
    assert "".join(rendered.env.values()) == "\U0001f4a9" * 32_767 + "abc"


def test_a_value_in_a_comment_is_not_judged() -> None:
    assert _render("echo # {{ V }}", V="a\0\nb").script == "echo # "


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ("eval {{ V }}", "eval"),
        ('eval "echo {{ V }}"', "eval"),
        ("sudo -n eval {{ V }}", "eval"),
        ("bash -c 'echo {{ V }}'", "bash"),
        ('/bin/sh -ec "{{ V }}"', "/bin/sh"),
        ("kubectl exec pod -- sh -c 'echo {{ V }}'", "sh"),
        ("ssh host {{ V }}", "ssh"),
        ("python3 -c 'print({{ V }})'", "python3"),
        ("trap 'rm {{ V }}' EXIT", "trap"),
        ("jq '.x == \"{{ V }}\"' f", "jq"),
        ("sed s/a/{{ V }}/ f", "sed"),
        ("ssh host <<E\n{{ V }}\nE", "ssh"),
        ("bash -s <<'E'\necho {{ V }}\nE", "bash"),
        ("python3 - <<E\n{{ V }}\nE", "python3"),
        ("sudo psql db <<E\n{{ V }}\nE", "psql"),
        ("bash <<< {{ V }}", "bash"),
    ],
)
def test_commands_that_evaluate_a_value_again_are_found(source: str, command: str) -> None:
    (found,) = compile_shell(f"set -e\n{source}").evaluated_again
    line = 2 + source.count("\n", 0, source.index("{{"))
    assert (found.evaluator.command, found.source, found.line) == (command, "V", line)


@pytest.mark.parametrize(
    "source",
    [
        "echo {{ V }}",
        "eval {{ V | shell_quote }}",
        "bash script {{ V }}",
        "grep -c {{ V }} eval",
        "cat <<E\n{{ V }}\nE",
        "python3 x.py <<E\n{{ V }}\nE",
        "cat <<E | grep {{ V }}\nx\nE",
    ],
)
def test_other_commands_are_not(source: str) -> None:
    assert compile_shell(source).evaluated_again == ()


def test_names_are_those_of_the_text() -> None:
    template = compile_shell("echo {{ A }} {{ B | default('') }} {{ steps.x.output }}")
    assert template.names == {"A", "steps"}
    assert template.optional_names == {"B"}
    assert template.step_fields == {("x", "output")}
    assert template.optional_step_fields == frozenset()
    assert len(template.text.outputs) == 3


@pytest.mark.parametrize(
    "script", ["cat <<A |\n{{ V }}\nA\ncat", "cat <<A 3<<B &&\n{{ V }}\nA\n.\nB\nls"]
)
def test_a_line_that_goes_on_behind_a_here_document_is_told_with_the_way_out(script: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_shell(script, "bash")
    assert "on the line of the `<<`" in (caught.value.hint or "")
