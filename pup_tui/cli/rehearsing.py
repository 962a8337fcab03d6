"""`pup-tui test --sandbox`: the sandbox that answers what asks Datadog in a case."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

if TYPE_CHECKING:
    from pup_tui.rehearsal.in_sandbox import AskSandbox
    from pup_tui.rehearsal.recording import KeptAttempt
    from pup_tui.rehearsal.tape import Asked

STORY = 5.0
"""Seconds by which a scenario goes on with each request, beside the time of the rehearsal."""

_LOOK = 0.01
"""Seconds between two looks at a workflow: the scenario's time goes on with each."""


class _Clock:
    """The time of a scenario: that of the rehearsal, and some with each request."""

    def __init__(self) -> None:
        self.rehearsal = 0.0
        self.asked = 0

    def __call__(self) -> float:
        self.asked += 1
        return self.rehearsal + STORY * self.asked


@asynccontextmanager
async def opened(
    environ: Mapping[str, str], folder: Path, scenario: str
) -> AsyncIterator[AskSandbox]:
    """A sandbox that plays a scenario; nothing of the operator's account is in reach, `folder` is empty."""
    from pup_tui.cli.demo import demo_settings
    from pup_tui.cli.wiring import Parts
    from pup_tui.datadog.sandbox.server import Sandbox
    from pup_tui.rehearsal.recording import BothSinks
    from pup_tui.steps.executor import Context, Stop

    clock = _Clock()
    sandbox = Sandbox(scenario, clock=clock)
    async with sandbox:
        settings = demo_settings(environ, folder, sandbox.url)
        executors = Parts(settings, journal=False).executors

        async def ask(asked: Asked) -> KeptAttempt:
            clock.rehearsal = max(clock.rehearsal, asked.clock)
            both, began = BothSinks(None), time.monotonic()
            context = Context(
                environ=settings.environ, cwd=folder, run="rehearsal", step=asked.step
            )
            request: Any = asked.request
            if hasattr(request, "interval"):
                request = replace(request, interval=_LOOK)
            outcome = await executors[type(request)].run(request, both, Stop(), context)
            return both.kept(asked.step, request, outcome, time.monotonic() - began)

        yield ask
