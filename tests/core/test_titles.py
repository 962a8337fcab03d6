"""What questions call the step they are about: items of a foreach are told apart."""

from __future__ import annotations

import pytest

from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of

KINDS = {
    "confirm": "kind: confirm, message: Really?",
    "manual": "kind: manual, message: Do it",
    "input": "kind: input, vars: {WHO: {}}",
    "before a step": "kind: shell, run: echo, confirm: Really?",
    "danger": "kind: shell, run: echo, danger: true",
    "failure": "kind: shell, run: echo, on_failure: confirm",
}

EACH = """
steps:
  - name: roll
    kind: group
    foreach: {items}
    max_parallel: 2
    {more}
    steps:
      - {{name: drain, {kind}}}
"""


def titles(text: str, *failing: str) -> list[str]:
    program = program_of(text)
    player = Player(program, results={step: [FAILS] for step in failing}).create().play()
    return [asked.question.title for asked in player.asked]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    ("items", "more", "called"),
    [
        ("[eu1, us3]", "", ["eu1", "us3"]),
        ("[eu1, us3]", 'label: "in {{ item }}"', ["in eu1", "in us3"]),
        ("[{a: 1}, {a: 2}]", "", ['{"a": 1}', '{"a": 2}']),
        ("[1, '']", "", ["1", ""]),
    ],
)
def test_every_kind_of_question_names_the_item(
    kind: str, items: str, more: str, called: list[str]
) -> None:
    asked = titles(
        EACH.format(items=items, more=more, kind=kind), *("roll[0]/drain", "roll[1]/drain")
    )
    ids = ["roll[0]/drain", "roll[1]/drain"]
    assert asked == [" · ".join(filter(None, each)) for each in zip(ids, called, strict=True)]


def test_what_became_of_an_attempt_is_asked_of_an_item() -> None:
    text = EACH.format(items="[eu1, us3]", more="", kind="kind: shell, run: echo")
    hangs = {step: [Result(hangs=True)] for step in ("roll[0]/drain", "roll[1]/drain")}
    player = Player(program_of(text), results=hangs).create().play().resume().play()
    assert [asked.question.title for asked in player.asked] == [
        "roll[0]/drain · eu1",
        "roll[1]/drain · us3",
    ]


def test_items_in_items_are_named_from_the_outside() -> None:
    [asked] = titles(
        """
steps:
  - name: a
    kind: group
    foreach: [eu]
    as: region
    steps:
      - {name: Really go, kind: confirm, message: Yes?, foreach: [web], as: host}
"""
    )
    assert asked == "a[0]/really_go[0]: Really go · eu · web"


def test_the_value_of_a_secret_item_is_in_no_title() -> None:
    text = """
vars: {T: {type: secret}}
steps:
  - {name: ask, kind: confirm, message: Yes?, foreach: ["{{ T }}"]}
"""
    player = Player(program_of(text)).create(T="s3cret", secrets=("T",)).play()
    assert [asked.question.title for asked in player.asked] == ["ask[0]"]


def test_a_long_value_is_cut_and_stays_on_its_line() -> None:
    [asked] = titles(
        f'steps: [{{name: ask, kind: confirm, message: Yes?, foreach: ["a\\n{"b" * 99}"]}}]'
    )
    assert asked == f"ask[0] · a {'b' * 57}…"


@pytest.mark.parametrize(
    "around", ["{}", "[{{name: a, kind: group, steps: {}}}]"], ids=["outermost", "in a group"]
)
def test_a_step_whose_name_no_other_has_is_called_by_it(around: str) -> None:
    text = around.format("[{name: Really go, kind: confirm, message: Yes?}]")
    assert titles(f"steps: {text}") == ["Really go"]


def test_steps_of_one_name_are_told_apart_by_their_ids() -> None:
    asks = "steps: [{name: Really go, kind: confirm, message: Yes?}]"
    both = ", ".join(f"{{name: {name}, kind: group, {asks}}}" for name in ("a", "b"))
    asked = titles(f"steps: [{{name: p, kind: parallel, steps: [{both}]}}]")
    assert asked == ["p/a/really_go: Really go", "p/b/really_go_2: Really go"]
