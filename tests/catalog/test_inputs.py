from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.catalog.inputs import check_input, resolve_inputs, wanted_inputs
from pup_tui.catalog.value_sources import local_sources
from pup_tui.runbook.model import PupStep, Runbook
from pup_tui.runbook.parts import Choice, Variable
from pup_tui.runbook.variables.choices import Choices

CHOICES = (Choice(value="a"), Choice(value="b", label="B"))


def runbook(**variables: Variable) -> Runbook:
    return Runbook(name="r", vars=variables, steps=(PupStep(name="s", id="s", run="slos list"),))


async def test_which_variables_are_asked_for() -> None:
    asked = runbook(A=Variable(default="x"), B=Variable(when="A == 'y'"), C=Variable())
    for given, wanted in (("x", ("A", "C")), ("y", ("A", "B", "C"))):
        resolved = await resolve_inputs(asked, {"A": given}, local_sources({}, Path.home()))
        assert wanted_inputs(asked.vars, resolved) == wanted


def test_what_was_typed_is_judged_by_the_choices_that_are_known() -> None:
    variable = Variable(type="enum", choices_from="ls")
    assert check_input(variable, "b", Choices(options=CHOICES)) == "b"
    with pytest.raises(ValueError, match="`c` is not one of the choices"):
        check_input(variable, "c", Choices(options=CHOICES))
    stale = Choices(options=CHOICES, stale=True, problem="the command failed")
    assert check_input(variable, "c", stale) == "c"
