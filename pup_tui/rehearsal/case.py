"""A case from its text to what became of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.catalog.inputs import Resolved, Sources, resolve_inputs
from pup_tui.core.events import Lock, RunCreated, Source
from pup_tui.core.ids import UNDO
from pup_tui.core.program import Program
from pup_tui.core.state import BODY, RunState
from pup_tui.drivers.clock import FakeClock
from pup_tui.drivers.faults import told_fault
from pup_tui.drivers.lock_value import lock_value
from pup_tui.drivers.locks import InvalidLock
from pup_tui.drivers.masking import Masking
from pup_tui.quoted import quoted
from pup_tui.rehearsal.naming import unknown_names, unknown_steps
from pup_tui.rehearsal.play import OPERATOR, GivesAnswers, RehearsedRun, as_given
from pup_tui.rehearsal.problems import CaseFailed, problem_at
from pup_tui.rehearsal.reading import PlacedCase
from pup_tui.rehearsal.trace import Trace
from pup_tui.runbook.problems import Problem
from pup_tui.spelling import as_typed
from pup_tui.template.values import parse_json

RUN: Final = "00000000000000000000000000"
BEGAN: Final = 1_767_225_600.0
"""When every rehearsed run begins: 2026-01-01, 00:00 UTC."""

DIRECTORY: Final = "/runbooks"
"""Where every rehearsed runbook lies, as `run.dir` has it."""


class CaseResult(Struct, frozen=True, kw_only=True):
    """What became of a case: `failures` are empty where it went as expected; `duration` is in seconds."""

    case: str
    failures: tuple[Problem, ...]
    duration: float
    trace: Trace

    @property
    def ok(self) -> bool:
        return not self.failures


async def play_case(
    program: Program, case: PlacedCase, tape: GivesAnswers | None = None
) -> CaseResult:
    """Play a case, with its own answers or those of another `tape`, and judge how it ended."""
    began = time.perf_counter()
    trace = Trace()
    try:
        problems = [*unknown_steps(case, program), *unknown_names(case, program)]
        if not problems:
            run = await begun(program, case, tape)
            trace = run.trace
            await run.play()
            problems = [*run.problems, *_unexpected(run, case)]
    except CaseFailed as ended:
        problems = [ended.problem]
    except Exception as error:  # a fault of ours over one case must not hide the others
        if tape is not None:  # it reaches the world, and its errors are for who handed it over
            raise
        problems = [problem_at(case.node, told_fault(error))]
    duration = time.perf_counter() - began
    return CaseResult(case=case.said.name, failures=tuple(problems), duration=duration, trace=trace)


def failed(case: PlacedCase, problem: Problem) -> CaseResult:
    """The result of a case that cannot be played."""
    return CaseResult(case=case.said.name, failures=(problem,), duration=0.0, trace=Trace())


async def begun(
    program: Program, case: PlacedCase, tape: GivesAnswers | None = None
) -> RehearsedRun:
    """The run of a case, before its first step. Raises CaseFailed where it cannot begin.

    Its answers come from the case, or from another `tape`.
    """
    said, clock, masking = case.said, FakeClock(BEGAN), Masking()
    sources = no_sources(said.profile)
    given = as_given(said.vars)
    resolved = await resolve_inputs(program.runbook, given, sources.beside(DIRECTORY))
    _check_values(resolved, case)
    typed = (name for name in resolved.values if _is_secret(program, name))
    secrets = masking.find(resolved.values, {*typed}, resolved.secrets, resolved.made)
    created = RunCreated(
        at=clock.now(),
        run=RUN,
        runbook=program.id,
        source=Source(path=f"{DIRECTORY}/{program.id}.yaml", sha256=""),
        operator=OPERATOR,
        host="rehearsal",
        values=dict(resolved.values),
        left_out=resolved.left_out,
        secrets=secrets,
        profile=said.profile,
    )
    if program.runbook.lock is not None:
        try:
            value = lock_value(program.runbook.lock, created, masking, program)
        except InvalidLock as error:
            raise CaseFailed(problem_at(case.at("vars"), str(error), "")) from error
        created = replace(created, lock=Lock(value))
    return RehearsedRun(program, case, created, masking, sources, clock, tape)


def no_sources(profile: str = "") -> Sources:
    """Where values come from in a rehearsal: nowhere but the case and the runbook's defaults."""
    return Sources(environ={}, home=Path("/"), read_file=_no_file, profile=profile)


async def _no_file(path: Path) -> str:
    raise FileNotFoundError(2, "rehearsals read no files", str(path))


def _is_secret(program: Program, name: str) -> bool:
    variable = program.runbook.vars.get(name)
    return variable is not None and variable.is_secret


def _check_values(resolved: Resolved, case: PlacedCase) -> None:
    told = [str(problem) for problem in resolved.problems]
    told += [f"`{name}` comes from elsewhere" for name in resolved.unknown]
    if told:
        hint = "a rehearsal has its values from `vars` and defaults only"
        raise CaseFailed(problem_at(case.at("vars"), "; ".join(told), hint))


# What was expected


def _unexpected(run: RehearsedRun, case: PlacedCase) -> list[Problem]:
    """What did not go as the case expects."""
    expect, state = case.said.expect, run.state
    found = []
    if state.status != expect.run:
        why = f" ({state.reason})" if state.reason else ""
        told = f"the run {_ended(str(state.status))}{why}, and was expected to be {expect.run}"
        found.append(_at(case, run, told, "expect", "run"))
    for step, status in expect.steps.items():
        ended = state.steps.get(step)
        is_ = "not reached" if ended is None or ended.status is None else str(ended.status)
        if is_ != status:
            why = f" ({ended.reason})" if ended is not None and ended.reason else ""
            told = f"`{step}` was expected to be {status}, and is {is_}{why}"
            found.append(_at(case, run, told, "expect", "steps", step))
    for name, value in expect.captures.items():
        if (other := _not_held(state, name, value)) is not None:
            found.append(_at(case, run, other, "expect", "captures", name))
    if expect.undo is not None:
        undone = [step.removesuffix(UNDO) for step in run.undone]
        wanted = [step.removesuffix(UNDO) for step in expect.undo]
        if undone != wanted:
            told = f"taken back were {_listed(undone)}, and {_listed(wanted)} was expected"
            found.append(_at(case, run, told, "expect", "undo"))
    return found


def _at(case: PlacedCase, run: RehearsedRun, told: str, *keys: str) -> Problem:
    return problem_at(case.at(*keys), run.masked(told))


def _ended(status: str) -> str:
    return status if status == "succeeded" else f"{'was ' * (status != 'failed')}{status}"


def _listed(steps: Any) -> str:
    return ", ".join(f"`{step}`" for step in steps) or "nothing"


def _not_held(state: RunState, name: str, value: Any) -> str | None:
    """Why a capture does not hold what is expected; None where it does."""
    frames = [state.frames[BODY], *(f for key, f in state.frames.items() if key != BODY)]
    held = [f.captured[name] for f in frames if name in f.captured]
    held += [f.values[name] for f in frames if name in f.values]
    if not held:
        return f"`{name}` was not captured"
    if any(same(each, value) for each in held):
        return None
    return f"`{name}` holds {quoted(as_typed(held[0]))}, and {quoted(as_typed(value))} was expected"


def same(held: Any, expected: Any) -> bool:
    """Whether a value is the expected one; a text counts for the number, list or map that it stands for."""
    if held == expected or as_typed(held).strip() == as_typed(expected).strip():
        return True
    return (
        isinstance(held, str) and isinstance(expected, list | dict) and parse_json(held) == expected
    )
