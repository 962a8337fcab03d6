"""Steps that ask for values in mid-run: those are variables from there on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Errors = Callable[..., list[str]]

HEAD = "name: runbook\nvars: {A: {default: x}}\nsteps:\n"


def ask(variables: str, *keys: str) -> str:
    lines = "".join(f"    {key}\n" for key in keys)
    return f"  - name: ask\n    kind: input\n    vars: {variables}\n{lines}"


USE = "  - {name: use, kind: shell, run: 'echo {{ WHO }}'}\n"


def test_values_are_known_from_the_step_on(errors: Errors) -> None:
    assert errors(HEAD + ask("{WHO: {}}") + USE) == []
    assert errors(HEAD + USE + ask("{WHO: {}}")) == [
        "4:44: `WHO` is captured only by step `ask`, which runs later"
    ]


@pytest.mark.parametrize(
    "variables",
    [
        "{WHO: ada}",
        "{WHO: {type: enum, choices: [a, b]}}",
        "{WHO: {default: '{{ A }}'}}",
        "{WHO: {default: '{{ X }}'}}",
        "{FIRST: {}, WHO: {default: '{{ FIRST }}'}}",
        "{FIRST: {}, WHO: {when: FIRST == A and X}}",
        "{FIRST: {}, WHO: {type: enum, choices_from: 'list {{ FIRST }} {{ A }} {{ X }}'}}",
    ],
)
def test_values_that_can_be_asked_for(variables: str, errors: Errors) -> None:
    before = "  - {name: before, kind: shell, run: echo, capture: X}\n"
    assert errors(HEAD + before + ask(variables) + USE) == []


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ("{A: {}}", "`A` is already a variable"),
        ("{X: {}}", "`X` is already made by step `before`"),
        ("{a-b: {}}", "`a-b` cannot be the name of a variable"),
        ("{WHO: {type: enum}}", "an enum has no `choices`"),
        ("{WHO: {default: '{{ LATER }}'}, LATER: {}}", "`LATER` stands below `WHO`"),
        ("{WHO: {when: LATER == 1}, LATER: {}}", "`LATER`"),
        ("{WHO: {when: NOWHERE == 1}}", "`NOWHERE`"),
        ("{WHO: {choices_from: 'list {{ NOWHERE }}', type: enum}}", "`NOWHERE`"),
        ("{WHO: {choices_from: {items: NOWHERE}, type: enum}}", "`NOWHERE`"),
        ("{WHO: {type: integer, default: many}}", "the default does not fit"),
    ],
)
def test_values_that_cannot_be_asked_for(variables: str, message: str, errors: Errors) -> None:
    before = "  - {name: before, kind: shell, run: echo, capture: X}\n"
    (told,) = errors(HEAD + before + ask(variables))
    assert message in told
