"""`omit` stands where a whole value is one template, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded

FILE = "name: runbook\nvars: {{X: {{required: false}}{more}}}\nsteps:\n  - {{name: a, {step}}}\n"
HTTP = "kind: http, url: 'https://example.com/', "
OMIT = "'{{ X | default(omit) }}'"
OTHER = "name: other\nvars: {A: {default: x}}\nsteps: [{name: a, kind: wait, duration: 1s}]\n"
GROUP = "params: {A: {default: x}}\nsteps: [{name: a, kind: wait, duration: 1s}]\n"


@pytest.mark.parametrize(
    "step",
    [
        f"{HTTP} json: {{a: {OMIT}, b: [{OMIT}], c: {{d: {OMIT}}}}}",
        f"{HTTP} json: {OMIT}",
        f"{HTTP} query: {{a: {OMIT}, b: [{OMIT}]}}",
        f"{HTTP} form: {{a: {OMIT}}}",
        f"{HTTP} headers: {{a: {OMIT}}}",
        f"kind: shell, run: x, env: {{A: {OMIT}}}",
        f"kind: datadog-workflow, workflow_id: w, inputs: {{a: {OMIT}}}",
        f"kind: shell, run: x, foreach: [a, {OMIT}]",
        f"kind: runbook, runbook: other, vars: {{A: {OMIT}}}",
        f"template: group, with: {{A: {OMIT}}}",
        "kind: pup, run: 'monitors list {{ X | default(omit) }} --name={{ X | default(omit) }}'",
        "kind: pup, run: 'monitors list \"{{ X if X else omit }}\"'",
        f"{HTTP} query: {{a: '{{{{ X if X is defined else omit }}}}'}}",
        f"{HTTP} query: {{a: '{{{{ omit }}}}'}}",
        f"{HTTP} query: {{a: '{{{{ X or omit }}}}'}}",
        f"{HTTP} query: {{a: '{{{{ X | default(omit, true) }}}}'}}",
    ],
)
def test_where_it_may_stand(errors: Callable[..., list[str]], step: str) -> None:
    told = errors(FILE.format(step=step, more=""), {"other.yaml": OTHER}, group=GROUP)
    assert told == []


def test_a_name_that_no_text_can_have_is_told_beside_it(errors: Callable[..., list[str]]) -> None:
    step = "kind: datadog-workflow, workflow_id: w, inputs: {a: '{{ __x | default(omit) }}'}"
    (told,) = errors(FILE.format(step=step, more=""))
    assert "`__x` cannot be used as a name" in told


@pytest.mark.parametrize(
    "step",
    [
        f"kind: manual, message: {OMIT}",
        f"{HTTP} json: {{a: 'b {{{{ X | default(omit) }}}}'}}",
        f"{HTTP} body: {OMIT}",
        f"{HTTP} content_type: {OMIT}",
        f"{HTTP} headers: {{a: 'b{{{{ X | default(omit) }}}}'}}",
        f"kind: http, url: {OMIT}",
        "kind: shell, run: 'echo {{ X | default(omit) }}'",
        f"kind: shell, run: x, stdin: {OMIT}",
        f"kind: shell, run: x, cwd: {OMIT}",
        f"kind: shell, run: x, timeout: {OMIT}",
        "kind: shell, run: x, if: X == omit",
        "kind: shell, run: x, capture: {Y: omit}",
        "kind: shell, run: x, foreach: '{{ omit }}'",
        "kind: pup, run: 'monitors list -x{{ X | default(omit) }}'",
        "kind: pup, run: 'monitors list --a={{ X | default(omit) }}b'",
        "kind: pup, run: 'monitors list --a={{ X | default(omit) }}{{ X }}'",
        f"{HTTP} query: {{a: '{{{{ omit ~ X }}}}'}}",
        f"{HTTP} query: {{a: '{{{{ [omit] }}}}'}}",
        f"{HTTP} query: {{a: '{{{{ X | default(omit) | upper }}}}'}}",
        f"{HTTP} query: {{a: '{{{{ omit or X }}}}'}}",
        f"{HTTP} query: {{a: '{{{{ X if omit else X }}}}'}}",
        f"{HTTP} query: {{a: '{{{{ omit.x }}}}'}}",
        f"{HTTP} query: {{a: '{{{{ omit is defined }}}}'}}",
        f"{HTTP} query: {{a: '{{% if X %}}{{{{ omit }}}}{{% endif %}}'}}",
    ],
)
def test_elsewhere_it_is_an_error_at_load(errors: Callable[..., list[str]], step: str) -> None:
    (told,) = errors(FILE.format(step=step, more=""))
    assert told.startswith("4:")
    assert "`omit` cannot stand here" in told


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        ("kind: shell, run: 'ls -n={{ X | default(omit) }}'", "{% if NAME %}--option {{ NAME }}"),
        (f"kind: shell, run: x, cwd: {OMIT}", "{{ NAME | default(omit) }}"),
    ],
)
def test_what_to_write_in_its_place(check: Callable[..., Loaded], step: str, hint: str) -> None:
    (problem,) = check(FILE.format(step=step, more="")).errors
    assert hint in problem.hint


def test_a_default_of_a_variable_does_not_know_it(errors: Callable[..., list[str]]) -> None:
    told = errors(FILE.format(step="kind: wait, duration: 1s", more=", Y: '{{ omit }}'"))
    assert len(told) == 1
    assert "`omit`" in told[0]


@pytest.mark.parametrize("declared", [", omit: a", ", Y: a}, x-omit: {a: b"])
def test_a_declared_one_wins(errors: Callable[..., list[str]], declared: str) -> None:
    told = errors(FILE.format(step="kind: manual, message: '{{ omit }}'", more=declared))
    assert (told == []) is ("omit: a" in declared and "x-omit" not in declared)
