"""The Datadog client of an attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.transport import DEFAULT_DEADLINE, DEFAULT_MAX_BYTES
from pup_tui.steps.executor import Outcome
from pup_tui.steps.notes import proxies, waits

if TYPE_CHECKING:
    from pup_tui.datadog.configuration import DatadogConfiguration
    from pup_tui.datadog.errors import DatadogError
    from pup_tui.steps.executor import Context, OutputSink


def client_for(
    configuration: DatadogConfiguration,
    sink: OutputSink,
    context: Context,
    *,
    call_timeout: float = DEFAULT_DEADLINE,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> DatadogClient:
    """A client that tells its waits and proxies in the attempt's output, and ends no wait after it."""
    return DatadogClient(
        configuration,
        on_wait=waits(sink, context),
        on_proxy=proxies(sink),
        time_left=context.time_left,
        mask=context.mask,
        call_timeout=call_timeout,
        max_bytes=max_bytes,
    )


def refused(error: DatadogError, told: str) -> Outcome:
    """The outcome of what Datadog did not do, as people are `told`."""
    return Outcome(ok=False, status_code=error.status, reason=told, again_in=error.again_in)
