"""Whether the values of a run can be had, and the runbooks allow its profile."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pup_tui.catalog.inputs import Resolved
from pup_tui.core.program import Program
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.tools import runbooks_of
from pup_tui.runbook.parts import Variable


def profile_checks(program: Program, profile: str) -> Iterator[ReadyCheck]:
    """Whether the runbook, and those that it calls, run with the operator's profile, blank without one."""
    subject = profile or "(none)"
    refused = False
    for runbook in runbooks_of(program):
        if refusal := runbook.refuses(profile):
            refused = True
            yield ReadyCheck(
                what="profile",
                subject=subject,
                ok=False,
                detail=f"does not fit `{runbook.name}`: {refusal}",
                hint="choose one with --profile NAME",
                stops=True,
            )
    if not refused and (profile or program.runbook.profiles is not None):
        yield ReadyCheck(what="profile", subject=subject, detail="fits")


def value_checks(
    variables: Mapping[str, Variable],
    resolved: Resolved,
    given: Collection[str],
    *,
    can_ask: bool,
) -> Iterator[ReadyCheck]:
    """Whether there is a value for each variable; of the secrets each is told, of others how many there are.

    `given` are those that somebody has given a value: what is wrong with that nobody is asked for again.
    """
    wrong = {problem.name for problem in resolved.problems}
    for problem in resolved.problems:
        variable = variables.get(problem.name)
        what = _word(variable)
        if can_ask and variable is not None and problem.name not in given:
            told = "has no value yet, and is asked for before the run begins"
            yield ReadyCheck(what="values", subject=problem.name, detail=told)
            continue
        named = f"`{problem.name}`"
        detail = problem.message.removeprefix(f"{named}: ").removeprefix(f"{named} ")
        hint = problem.hint or "give it a value"
        if variable is not None and variable.is_secret:
            hint = "give it with --arg-file, or name under `from` where it comes from"
            if variable.places:
                hint = (
                    f"put it where it comes from ({variable.places_in_words}), or give --arg-file"
                )
        yield ReadyCheck(
            what="values",
            subject=f"{what}{problem.name}",
            ok=False,
            detail=detail,
            hint=hint,
            stops=True,
        )
    for name, variable in variables.items():
        if name in resolved.unknown:
            told = f"is found when the run begins: from {variable.places_in_words}"
            yield ReadyCheck(what="values", subject=f"{_word(variable)}{name}", detail=told)
        elif variable.is_secret and name in resolved.values:
            told = (
                _ORIGINS.get(resolved.sources[name]) or f"is there: from {variable.places_in_words}"
            )
            yield ReadyCheck(what="values", subject=f"{_word(variable)}{name}", detail=told)
    there = [name for name in resolved.values if name not in wrong]
    if there:
        number = "1 is there" if len(there) == 1 else f"{len(there)} are there"
        yield ReadyCheck(what="values", subject="values", detail=number)


_ORIGINS = {"given": "is given", "profile": "is there: from the profile"}


def _word(variable: Variable | None) -> str:
    return "secret " if variable is not None and variable.is_secret else ""
