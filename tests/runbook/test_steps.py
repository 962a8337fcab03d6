from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded
from pup_tui.runbook.steps import derived_id


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Read the flag", "read_the_flag"),
        ("Roll back?", "roll_back"),
        ("2024-01-01", "s2024_01_01"),
        ("__class__", "class"),
        ("../../../tmp/evil", "tmp_evil"),
        ("Überprüfen", "berpr_fen"),
        ("!!!", "step_7"),
        ("データ", "step_7"),
    ],
)
def test_derived_id(name: str, expected: str) -> None:
    assert derived_id(name, 7) == expected


def ids(loaded: Loaded) -> list[str]:
    return [step.id for step in loaded.require().steps]


def runbook(*steps: str) -> str:
    lines = "".join(f"  - {{{step}, kind: wait, duration: 1s}}\n" for step in steps)
    return f"name: runbook\nsteps:\n{lines}"


def test_repeated_names_are_counted(check: Callable[..., Loaded]) -> None:
    loaded = check(runbook("name: A", "name: a", "name: a!", "name: a 2", "name: '?'"))
    assert ids(loaded) == ["a", "a_2", "a_3", "a_2_2", "step_5"]


def test_given_id_is_kept_and_a_derived_one_gives_way(check: Callable[..., Loaded]) -> None:
    assert ids(check(runbook("name: flag", "name: x, id: flag"))) == ["flag_2", "flag"]


def test_given_id_twice(errors: Callable[..., list[str]]) -> None:
    told = errors(runbook("name: x, id: flag", "name: y, id: flag"))
    assert told == ["4:19: the id `flag` is given twice"]


@pytest.mark.parametrize("given", ["Flag", "a-b", "1a", "_a", "__class__", "'{{ X }}'", "a/b", "é"])
def test_given_id_has_the_alphabet_of_derived_ones(
    given: str, errors: Callable[..., list[str]]
) -> None:
    assert "is not an id" in errors(runbook(f"name: x, id: {given}"))[0]
