"""Steps that take others back: their names, what they see, and what they cannot have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded
from pup_tui.runbook.model import GroupStep, HttpStep, ShellStep

Check = Callable[..., Loaded]
Errors = Callable[..., list[str]]

HEAD = "name: runbook\nvars: {A: {default: x}}\nsteps:\n"


def step(undo: str, *keys: str, name: str = "Turn it off") -> str:
    lines = "".join(f"    {key}\n" for key in keys)
    return f"  - name: {name}\n    kind: shell\n    run: echo\n    undo: {undo}\n{lines}"


def test_an_undo_step_is_named_after_its_step(check: Check) -> None:
    (made,) = check(HEAD + step("{kind: shell, run: on}")).require().steps
    assert isinstance(made.undo, ShellStep)
    assert (made.undo.name, made.undo.id) == ("Undo: Turn it off", "turn_it_off:undo")
    (made,) = check(HEAD + step("{name: Back, kind: http, url: /x}")).require().steps
    assert isinstance(made.undo, HttpStep)
    assert made.undo.name == "Back"


def test_the_name_of_an_undo_step_is_never_too_long(check: Check) -> None:
    (made,) = check(HEAD + step("{kind: shell, run: on}", name="n" * 200)).require().steps
    assert made.undo is not None
    assert len(made.undo.name) == 200


def test_an_undo_step_can_be_a_block_whose_steps_have_ids(check: Check) -> None:
    undo = "{kind: group, steps: [{name: a, kind: wait, duration: 1s}]}"
    (made,) = check(HEAD + step(undo, name="a")).require().steps
    assert isinstance(made.undo, GroupStep)
    assert [step.id for step in made.undo.steps] == ["a_2"]


def test_an_undo_step_sees_all_of_its_runbook(errors: Errors) -> None:
    undo = "{kind: shell, run: 'echo {{ A }} {{ OWN }} {{ LATER }} {{ steps.turn_it_off.output }}'}"
    text = HEAD + step(undo, "capture: OWN")
    text += "  - {name: later, kind: shell, run: echo, capture: LATER}\n"
    assert errors(text) == []


def test_what_an_undo_step_makes_is_known_to_itself_only(errors: Errors) -> None:
    inner = (
        "[{name: a, kind: shell, run: echo, capture: U},"
        " {name: b, kind: shell, run: 'echo {{ U }} {{ steps.a.output }}'}]"
    )
    text = HEAD + step(f"{{kind: group, steps: {inner}}}")
    assert errors(text) == []
    text += "  - {name: later, kind: shell, run: 'echo {{ U }}', when: cleanup}\n"
    text += step("{kind: shell, run: 'echo {{ U }}'}", name="other")
    assert [told.partition(": ")[2] for told in errors(text)] == [
        "`U` is captured only by step `a`, which only takes another step back",
        "`U` is captured only by step `a`, which only takes another step back",
    ]


def test_siblings_side_by_side_are_done_when_one_is_taken_back(errors: Errors) -> None:
    text = HEAD + (
        "  - name: both\n    kind: parallel\n    steps:\n"
        "      - {name: one, kind: shell, run: echo, capture: X}\n"
        "      - {name: two, kind: shell, run: echo, undo: {kind: shell, run: 'echo {{ X }}'}}\n"
    )
    assert errors(text) == []


@pytest.mark.parametrize(
    ("undo", "message"),
    [
        ("{kind: shell, run: x, id: back}", "an undo step has no `id` of its own"),
        ("{kind: shell, run: x, when: always}", "`when` has no meaning for an undo step"),
        (
            "{kind: shell, run: x, undo: {kind: shell, run: y}}",
            "an undo step cannot have an `undo` of its own",
        ),
        (
            "{kind: group, steps: [{name: a, kind: shell, run: x, undo: {kind: shell, run: y}}]}",
            "an undo step cannot have an `undo` of its own",
        ),
        ("{run: x}", "the undo of step 1 has no `kind`"),
        ("{kind: shell}", "the undo of step 1 has no `run`"),
        ("echo", "the undo of step 1 must be a map, not text"),
        ("{kind: shell, run: 'echo {{ N }}'}", "`N` is not defined"),
        ("{name: '', kind: shell, run: x}", "`name` must not be empty"),
    ],
)
def test_wrong_undo_steps(undo: str, message: str, errors: Errors) -> None:
    (told,) = errors(HEAD + step(undo))
    assert message in told


def test_an_undo_step_from_a_template(check: Check) -> None:
    text = HEAD + step("{template: back}")
    (made,) = check(text, back="kind: shell\nrun: echo {{ A }}\n").require().steps
    assert isinstance(made.undo, ShellStep)
    assert (made.undo.name, made.undo.run) == ("Undo: Turn it off", "echo {{ A }}")


def test_a_template_brings_its_undo_step(check: Check) -> None:
    text = HEAD + "  - {name: own, template: t}\n"
    template = "kind: shell\nrun: off\nundo: {kind: shell, run: on}\n"
    (made,) = check(text, t=template).require().steps
    assert isinstance(made.undo, ShellStep)
    assert (made.undo.name, made.undo.id) == ("Undo: own", "own:undo")
