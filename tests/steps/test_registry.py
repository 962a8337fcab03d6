from __future__ import annotations

import subprocess
import sys

from pup_tui.core.requests import ShellRequest, StepRequest
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.steps.executor import Context, Stop
from pup_tui.steps.registry import executors
from tests.support.executors import RecordingSink


def test_every_request_has_an_executor() -> None:
    assert set(executors(DatadogConfiguration())) == set(StepRequest.__subclasses__())


async def test_executor_carries_its_request_out(
    sink: RecordingSink, stop: Stop, context: Context
) -> None:
    request = ShellRequest(script="echo x")
    outcome = await executors(DatadogConfiguration())[type(request)].run(
        request, sink, stop, context
    )
    assert outcome.ok
    assert sink.stdout == b"x\n"


def test_the_http_library_comes_late() -> None:
    program = "import sys, pup_tui.steps.registry; print('httpx' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
