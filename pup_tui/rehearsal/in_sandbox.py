"""Cases against a scenario of the Datadog sandbox: it answers what asks Datadog, the case all the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager

from pup_tui.core.program import Program
from pup_tui.core.requests import HttpRequest, PupRequest, StepRequest, WorkflowRequest
from pup_tui.rehearsal.case import CaseResult, failed, play_case
from pup_tui.rehearsal.problems import problem_at
from pup_tui.rehearsal.reading import PlacedAnswer, PlacedCase
from pup_tui.rehearsal.recording import KeptAttempt, answer_of
from pup_tui.rehearsal.tape import Asked, Tape
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import listed, suggestion

AskSandbox = Callable[[Asked], Awaitable[KeptAttempt]]
"""Has the sandbox answer an attempt."""

OpenSandbox = Callable[[str], AbstractAsyncContextManager[AskSandbox]]
"""Opens a sandbox that plays a scenario."""


def asks_datadog(request: StepRequest) -> bool:
    """Whether a request goes to Datadog."""
    if isinstance(request, HttpRequest):
        return request.to_datadog
    return isinstance(request, PupRequest | WorkflowRequest)


async def play_in_sandbox(program: Program, case: PlacedCase, opened: OpenSandbox) -> CaseResult:
    """Play a case against its scenario, and judge how it ended."""
    from pup_tui.datadog.sandbox.scenarios import SCENARIOS

    name = case.said.sandbox
    if name not in SCENARIOS:
        hint = suggestion(name, SCENARIOS) or f"there are {listed(SCENARIOS)}"
        told = f"the sandbox has no scenario `{name}`"
        return failed(case, problem_at(case.at("sandbox"), told, hint))
    async with opened(name) as ask:
        return await play_case(program, case, _Sandboxed(case, ask))


class _Sandboxed:
    def __init__(self, case: PlacedCase, ask: AskSandbox) -> None:
        self._case = case
        self._ask = ask
        self._own = Tape(case)

    async def answer(self, asked: Asked) -> PlacedAnswer:
        if not asks_datadog(asked.request):
            return await self._own.answer(asked)
        kept = await self._ask(asked)
        return PlacedAnswer(answer_of(kept, str), self._case.node, 0.0)

    def unused(self) -> Iterable[Problem]:
        return self._own.unused()
