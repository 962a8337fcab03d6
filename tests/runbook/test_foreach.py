"""Steps that run for each item of a list: what the item is called, and where it is known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded
from pup_tui.runbook.model import GroupStep, ShellStep

Check = Callable[..., Loaded]
Errors = Callable[..., list[str]]

HEAD = "name: runbook\nvars: {HOSTS: {default: '[1]'}}\nsteps:\n"


def step(*keys: str, run: str = "echo {{ item }}") -> str:
    lines = "".join(f"    {key}\n" for key in keys)
    return f"  - name: s\n    kind: shell\n    run: '{run}'\n{lines}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("[a, 1, true, {x: '{{ HOSTS }}'}]", ("a", 1, True, {"x": "{{ HOSTS }}"})),
        ("[]", ()),
        ("HOSTS", "HOSTS"),
        ("'{{ HOSTS }}'", "{{ HOSTS }}"),
    ],
)
def test_the_items_are_a_list_or_what_gives_one(given: str, expected: object, check: Check) -> None:
    (made,) = check(HEAD + step(f"foreach: {given}")).require().steps
    assert isinstance(made, ShellStep)
    assert made.foreach == expected
    assert made.as_ == "item"


@pytest.mark.parametrize(
    "key",
    [
        "if: item != 3",
        "timeout: '{{ item }}'",
        "cwd: '/{{ item }}'",
        "env: {A: '{{ item }}'}",
        "capture: {X: item}",
        "assert: item == 3",
        "retry: {attempts: 2, on: item == 1}",
        "undo: {kind: shell, run: 'echo {{ item }}'}",
    ],
)
def test_the_item_is_known_in_the_step(key: str, errors: Errors) -> None:
    assert errors(HEAD + step("foreach: HOSTS", key)) == []


@pytest.mark.parametrize(
    "keys",
    [
        ["foreach: item"],
        ["foreach: ['{{ item }}']"],
        ["foreach: HOSTS", "confirm: 'Do {{ item }}?'"],
        ["foreach: HOSTS", "max_parallel: '{{ item }}'"],
    ],
)
def test_the_item_is_not_known_before_the_first_one(keys: list[str], errors: Errors) -> None:
    (told,) = errors(HEAD + step(*keys))
    assert "`item` is not known here: it stands for one item of the `foreach`" in told


def test_the_item_is_not_known_after_the_step(errors: Errors) -> None:
    text = HEAD + step("foreach: HOSTS") + step("when: always")
    assert errors(text) == ["10:19: `item` is known only inside its `foreach`"]


def test_a_step_without_a_foreach_has_no_item(errors: Errors) -> None:
    assert errors(HEAD + step()) == ["6:19: `item` is not defined"]


def test_everything_inside_sees_the_item_and_inner_ones_hide_outer_ones(errors: Errors) -> None:
    text = HEAD + (
        "  - name: outer\n    kind: group\n    foreach: [[1], [2]]\n    as: row\n    steps:\n"
        "      - {name: a, kind: shell, run: 'echo {{ row }}', capture: X}\n"
        "      - {name: b, kind: shell, foreach: row, run: 'echo {{ row }} {{ item }} {{ X }}'}\n"
        "      - {name: c, kind: group, foreach: row, as: row, steps: "
        "[{name: d, kind: shell, run: 'echo {{ row }}'}]}\n"
    )
    assert errors(text) == []


def test_captures_are_known_after_the_step(check: Check) -> None:
    text = HEAD + step("foreach: HOSTS", "as: host", "capture: X", run="echo {{ host }}")
    text += step("foreach: X", "if: X | length > 0")
    first, second = check(text).require().steps
    assert (first.as_, second.foreach) == ("host", "X")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["as: HOSTS"], "`HOSTS` is a variable, and the name of an item here"),
        (["as: X", "capture: X"], "`X` is made by a step, and the name of an item here"),
        (["as: loop"], "`loop` has a meaning of its own in templates"),
        (["as: status"], "`status` has a meaning of its own in conditions"),
        (["as: 1a"], "`1a` cannot be the name of an item"),
    ],
)
def test_names_of_items(keys: list[str], message: str, errors: Errors) -> None:
    (told,) = errors(HEAD + step("foreach: [1]", *keys, run="echo"))
    assert message in told


@pytest.mark.parametrize("item", ["9" * 301, ".nan", "-.inf", "1e999", "{n: [.inf]}"])
def test_an_item_is_no_endless_number(item: str, errors: Errors) -> None:
    (told,) = errors(HEAD + step(f"foreach: [{item}]"))
    assert "must be a finite number of at most 300 digits; in quotes it is a text" in told


def test_the_usual_name_of_an_item_may_be_taken(errors: Errors) -> None:
    text = "name: runbook\nvars: {item: {default: x}}\nsteps:\n" + step("foreach: [1]")
    assert errors(text) == ["7:5: `item` is a variable, and the name of an item here"]


@pytest.mark.parametrize(("count", "valid"), [(1000, True), (1001, False)])
def test_limit_of_items(count: int, valid: bool, check: Check) -> None:
    assert check(HEAD + step(f"foreach: [{'1, ' * count}]")).ok is valid


def test_a_block_with_items_is_loaded(check: Check) -> None:
    text = HEAD + (
        "  - {name: g, kind: group, foreach: HOSTS, max_parallel: 2,"
        " steps: [{name: a, kind: wait, duration: '{{ item }}'}]}\n"
    )
    (made,) = check(text).require().steps
    assert isinstance(made, GroupStep)
    assert (made.foreach, made.max_parallel) == ("HOSTS", 2)


@pytest.mark.parametrize("items", ["5", "'5'", "\"'text'\"", "true", "1.5"])
def test_what_is_no_list_is_told_at_load(items: str, errors: Errors) -> None:
    (told,) = errors(HEAD + step(f"foreach: {items}", run="echo"))
    assert "must be a list" in told
