"""What is left out by where a run begins, what it runs only and what it skips; and what is then lacking."""

from __future__ import annotations

import re

import pytest

from pup_tui.core.selection import Selection, WrongStep, lacking, left_out, made_in
from tests.support.runbooks import program_of

STEPS = """
steps:
  - {name: a, kind: shell, run: ls}
  - name: g
    kind: group
    steps:
      - {name: x, kind: shell, run: ls}
      - {name: y, kind: shell, run: ls}
      - {name: tidy, kind: shell, run: ls, when: cleanup}
  - name: p
    kind: parallel
    steps: [{name: l, kind: group, steps: [{name: m, kind: shell, run: ls}]}, {name: r, kind: shell, run: ls}]
  - {name: f, kind: group, foreach: [1, 2], steps: [{name: z, kind: shell, run: ls}]}
  - {name: call, kind: runbook, runbook: other}
  - {name: end, kind: shell, run: ls, when: cleanup}
"""
OTHER = {"other.yaml": "name: other\nsteps: [{name: o, kind: shell, run: ls}]\n"}
PROGRAM = program_of(STEPS, files=OTHER)


@pytest.mark.parametrize(
    ("selection", "out"),
    [
        (Selection(), ()),
        (Selection(start="a"), ()),
        (Selection(start="g"), ("a",)),
        (Selection(start="g/y"), ("a", "g/x")),
        (Selection(start="f/z"), ("a", "g", "p")),
        (Selection(start="end"), ("a", "g", "p", "f", "call")),
        (Selection(start="g/y", skip=("f",)), ("a", "g/x", "f")),
        (Selection(only=("a",)), ("g", "p", "f", "call")),
        (Selection(only=("g/x", "call")), ("a", "g/y", "p", "f")),
        (Selection(only=("g", "a"), skip=("g/x",)), ("g/x", "p", "f", "call")),
        (Selection(skip=("g/x", "g", "end")), ("g", "end")),
    ],
)
def test_what_is_left_out(selection: Selection, out: tuple[str, ...]) -> None:
    assert left_out(PROGRAM, selection) == out


@pytest.mark.parametrize(
    ("step", "told", "hint"),
    [
        ("b", "there is no step `b`", "describe"),
        ("g/z", "there is no step `g/z`", "did you mean `g/"),
        ("tidy", "there is no step `tidy`", "did you mean `g/tidy`?"),
        ("f[1]", "`f[1]` is one item of `f`", "name `f`"),
        ("f[1]/z", "`f[1]/z` is one item of `f/z`", "name `f/z`"),
        ("p/l/m", "`p` runs its steps side by side, of which no part can be chosen", "name `p`"),
        ("call/o", "`call` runs a runbook, of which no part can be chosen", "name `call`"),
        ("a:undo", "there is no step `a:undo`", "describe"),
    ],
)
def test_what_cannot_be_chosen(step: str, told: str, hint: str) -> None:
    for selection in (Selection(start=step), Selection(only=(step,)), Selection(skip=(step,))):
        with pytest.raises(WrongStep, match=re.escape(told)) as caught:
            left_out(PROGRAM, selection)
        assert hint in caught.value.hint


MAKES = "{name: a, kind: shell, run: ls, capture: {A: {}, B: {secret: true}}}"


@pytest.mark.parametrize(
    ("others", "names"),
    [
        ("{name: b, kind: shell, run: ls}", {}),
        ("{name: b, kind: shell, run: 'echo {{ A }}'}", {"A": "b"}),
        ("{name: b, kind: shell, run: ls, if: A == 'x'}", {"A": "b"}),
        ("{name: b, kind: shell, run: 'echo {{ A | default(1) }}'}", {}),
        ("{name: b, kind: shell, run: 'echo {{ A }}', when: cleanup}", {}),
        ("{name: b, kind: shell, run: 'echo {{ A }}', when: on_failure}", {}),
        (
            "{name: c, kind: shell, run: ls, capture: A}, {name: b, kind: shell, run: 'echo {{ A }}'}",
            {},
        ),
        (
            "{name: c, kind: shell, run: ls, undo: {kind: shell, run: 'echo {{ A }}'}}",
            {"A": "c:undo"},
        ),
        ("{name: i, kind: input, vars: {V: {default: '{{ A }}'}}}", {"A": "i"}),
        ("{name: i, kind: input, vars: {V: {from: 'command: echo {{ A }}'}}}", {"A": "i"}),
    ],
)
def test_what_the_others_lack(others: str, names: dict[str, str]) -> None:
    program = program_of(f"steps: [{MAKES}, {others}]\n")
    assert lacking(program, ["a"]) == {"a": names}


def test_what_is_left_out_too_lacks_nothing() -> None:
    program = program_of(f"steps: [{MAKES}, {{name: b, kind: shell, run: 'echo {{{{ A }}}}'}}]\n")
    assert lacking(program, ["a", "b"]) == {"a": {}, "b": {}}


def test_what_is_made_inside_and_for_each_item() -> None:
    text = """
    steps:
      - name: g
        kind: group
        steps:
          - {name: a, kind: shell, run: ls, capture: {A: {}, B: {secret: true}}}
          - {name: i, kind: input, vars: {V: {type: integer}}}
          - {name: e, kind: shell, run: ls, foreach: [1, 2], capture: E}
    """
    made = made_in(program_of(text), "g")
    kinds = {name: each.variable and each.variable.type for name, each in made.items()}
    assert kinds == {"A": None, "B": None, "V": "integer", "E": "list"}
    assert [name for name, each in made.items() if each.secret] == ["B"]


@pytest.mark.parametrize(("secret", "hidden"), [("true", True), ("false", False)])
def test_what_is_given_back_is_secret_where_a_secret_may_be_in_it(
    secret: str, hidden: bool
) -> None:
    group = f"""
description: makes
steps: [{{name: a, kind: shell, run: ls, capture: {{A: {{secret: {secret}}}}}}}]
outputs: {{OUT: A}}
"""
    program = program_of(
        "steps: [{name: g, template: makes}]\n", files={"_templates/makes.yaml": group}
    )
    assert made_in(program, "g")["OUT"].secret is hidden
