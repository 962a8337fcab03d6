"""Actions of Go templates in a runbook: what begins with one of its names is an expression of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.core.render import StepTexts
from pup_tui.runbook.load import Loaded

FILE = """\
name: runbook
vars: {{C: web, {variables}}}
steps:
  - name: s
    kind: shell
    run: docker inspect -f '{text}' {{{{ C }}}}
"""
GROUP = "params: {}\nsteps:\n  - {name: g, kind: manual, message: '{{ len .A }}'}\n"


@pytest.mark.parametrize("text", ["{{json .State}}", "{{if .A}}a{{else}}b{{end}}", '{{ len "a" }}'])
def test_it_needs_no_declaration(check: Callable[..., Loaded], text: str) -> None:
    assert check(FILE.format(variables="", text=text)).errors == ()


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        (
            "{{ end }} {{- end -}} {{ else }} {% raw %}{{ end }}{% endraw %}",
            "XX{{ else }} {{ end }}",
        ),
        ("{{ len .A }} {{ index .A }}", "5 {{ index .A }}"),
    ],
)
def test_what_begins_with_a_known_name_is_ours(
    check: Callable[..., Loaded], text: str, rendered: str
) -> None:
    file = FILE.format(variables='end: X, len: "{\\"A\\": 5}"', text=text)
    (step,) = check(file).require().steps
    texts = StepTexts(step, {"C": "web", "end": "X", "len": '{"A": 5}'})
    assert texts["run"].shown == f"docker inspect -f '{rendered}' web"


@pytest.mark.parametrize("text", ['{{ len "a" }}', '{{ f (len "a") }}', '{{ else if (len "x") }}'])
def test_what_is_no_expression_then_is_an_error(
    errors: Callable[..., list[str]], text: str
) -> None:
    (told,) = errors(FILE.format(variables="len: a", text=text))
    assert told.startswith("6:")
    assert "syntax error" in told or "there is no function" in told


@pytest.mark.parametrize(
    "made", ["capture: len", "capture: {len: output}", "foreach: [a], as: len"]
)
def test_captures_and_items_are_names_too(errors: Callable[..., list[str]], made: str) -> None:
    (told,) = errors(
        f"name: runbook\nsteps:\n  - {{name: a, kind: shell, run: x, {made}}}\n"
        "  - {name: b, kind: manual, message: '{{ len \"A\" }}'}\n"
    )
    assert "syntax error" in told


def test_a_group_knows_its_own_names_only(check: Callable[..., Loaded]) -> None:
    text = "name: runbook\nvars: {len: a}\nsteps:\n  - {name: c, template: group}\n"
    assert check(text, group=GROUP).errors == ()
    assert check(text, group=GROUP.replace("params: {}", "params: {len: '{}'}")).errors == ()


@pytest.mark.parametrize("text", ["{{ end }}", "{{ len .A }}"])
def test_what_one_runbook_knows_means_nothing_in_another_with_the_same_template(
    check: Callable[..., Loaded], text: str
) -> None:
    template = f"kind: shell\nrun: \"docker inspect -f '{text}' web\"\n"
    unknown = "name: runbook\nsteps:\n  - {name: s, template: inspect}\n"
    known = unknown.replace("steps:", 'vars: {end: X, len: "{}"}\nsteps:')
    before = check(unknown, inspect=template).require().steps
    assert check(known, inspect=template).require().steps != before
    assert check(unknown, inspect=template).require().steps == before
