from __future__ import annotations

import json

import pytest

from pup_tui.runbook.parts import Choice, ChoicesFrom, Variable
from pup_tui.runbook.variables.choices import MAX_CHOICES, find_choices, read_choices
from tests.support.value_sources import Commands, Kept, sources_of


@pytest.mark.parametrize(
    ("output", "choices"),
    [
        ("a\n  b \r\n\n\na\n", [("a", ""), ("b", "")]),
        ('["a", 1, 1.5, "a"]', [("a", ""), ("1", ""), ("1.5", "")]),
        ('[{"value": "a", "label": "A!"}, {"value": 2}]', [("a", "A!"), ("2", "")]),
        ("[not json]\n[b]", [("[not json]", ""), ("[b]", "")]),
    ],
)
def test_choices_in_an_output(output: str, choices: list[tuple[str, str]]) -> None:
    assert [(option.value, option.label) for option in read_choices(output)] == choices


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("", "the command gives none"),
        (" \n", "the command gives none"),
        ("[]", "the command gives none"),
        ('{"data": []}', "a JSON map; a list is needed"),
        ('["a", null]', "item 2 of the command's list is neither"),
        ('[{"label": "x"}]', "item 1 of the command's list is neither"),
        (json.dumps(list(range(MAX_CHOICES + 1))), "more than 1,000"),
    ],
)
def test_no_choices_in_an_output(output: str, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("(", r"\(")):
        read_choices(output)


def test_as_many_choices_as_are_allowed() -> None:
    assert len(read_choices("\n".join(map(str, range(MAX_CHOICES))))) == MAX_CHOICES


async def test_choices_that_stand_in_the_file_need_no_command() -> None:
    variable = Variable(type="enum", choices=("a", Choice(value="b", label="B")))
    found = await find_choices(variable, {}, (), sources_of())
    assert [option.value for option in found.options] == ["a", "b"]
    assert not found.problem


async def test_a_command_that_fails_gives_what_it_gave_before() -> None:
    variable = Variable(type="enum", choices_from="ls {{ A }}")
    commands, kept = Commands({"ls x": "a\nb"}), Kept()
    sources = sources_of(commands=commands, kept=kept)
    assert not (await find_choices(variable, {"A": "x"}, (), sources)).stale
    commands.answers.clear()
    found = await find_choices(variable, {"A": "x"}, (), sources)
    assert [option.value for option in found.options] == ["a", "b"]
    assert found.stale
    assert "the command failed" in found.problem
    found = await find_choices(variable, {"A": "y"}, (), sources)
    assert (found.options, found.stale) == ((), False)


async def test_what_cannot_be_rendered_is_told() -> None:
    variable = Variable(type="enum", choices_from="ls {{ A }}")
    found = await find_choices(variable, {}, (), sources_of(commands=Commands()))
    assert "`A` is not defined" in found.problem


@pytest.mark.parametrize(
    "line", ["hunter22", "token hunter22!", '[{"value": 1, "label": "hunter22"}]']
)
async def test_choices_that_hold_a_secret_are_not_listed(line: str) -> None:
    variable = Variable(type="enum", choices_from="ls {{ T }}")
    sources = sources_of(commands=Commands({"ls hunter22": line}))
    found = await find_choices(variable, {"T": "hunter22"}, ("T",), sources)
    assert found.options == ()
    assert found.problem.endswith("the command gives the value of a secret")


def of_items(expression: str) -> Variable:
    return Variable(type="enum", choices_from=ChoicesFrom(items=expression))


@pytest.mark.parametrize(
    ("known", "choices"),
    [
        (["a", 1, "a"], [("a", ""), ("1", "")]),
        ('["a", "b"]', [("a", ""), ("b", "")]),
        ([{"value": "a", "label": "A!"}], [("a", "A!")]),
    ],
)
async def test_choices_of_a_list_need_no_command(
    known: object, choices: list[tuple[str, str]]
) -> None:
    found = await find_choices(of_items("L"), {"L": known}, (), sources_of().at_rest())
    assert [(option.value, option.label) for option in found.options] == choices
    assert not found.problem


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("NONE", "`NONE` is not defined"),
        ("L | length", "`L | length` gives no list"),
        ("L[0]", "`L[0]` gives no list"),
        ("[]", "`[]` gives none"),
        ("[L]", "item 1 of `[L]`'s list is neither"),
        ("T.split(',')", "there is a secret in them"),
        ("[L[0], T]", "there is a secret in them"),
    ],
)
async def test_what_gives_no_choices_is_told(expression: str, why: str) -> None:
    scope = {"L": ["a", "b"], "T": "hunter22,x"}
    found = await find_choices(of_items(expression), scope, ("T",), sources_of())
    assert found.options == ()
    assert why in found.problem
    assert "hunter22" not in found.problem
