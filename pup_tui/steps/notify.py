"""`notify` steps: a message to any service that Apprise knows."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pup_tui import late
from pup_tui.output.passage import Stream
from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop, told_to_stop
from pup_tui.steps.files import nameless_file
from pup_tui.steps.notes import note
from pup_tui.steps.process import ProcessCommand, run_process
from pup_tui.steps.start_errors import told

if TYPE_CHECKING:
    from pup_tui.core.requests import NotifyRequest

LIMIT = 30.0
"""Seconds after which services that have not answered are given up."""

_SENDER = "pup_tui.steps.notify_sender"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9]{0,19})://")


class NotifyExecutor:
    """Sends the message of a `notify` step, to all its services at once.

    Addresses hold credentials: what is told of one is its position and its scheme.
    """

    async def run(
        self, request: NotifyRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        if refusal := _refusal(request):
            return Outcome(ok=False, reason=refusal)
        if stop.is_set():
            return told_to_stop()
        results = _Results(request, sink)
        try:
            async with late.timeout(LIMIT) as limit:
                ended = await _send(request, results, stop, context)
        except TimeoutError:
            if not limit.expired():
                raise
            return results.outcome(f"did not answer within {LIMIT:g} s, and may have it")
        if not ended.stopped:
            return results.outcome(f"was not reached: {ended.reason or 'the sender ended early'}")
        outcome = results.outcome("may have it")
        return outcome if outcome.ok else told_to_stop(outcome.reason)


def _refusal(request: NotifyRequest) -> str:
    """Why nothing can be sent at all; empty if it can."""
    if find_spec("apprise") is None:
        return "notifications need the extra `notify`: pip install 'pup-tui[notify]'"
    if not request.to:
        return "`to` is empty: nobody was told; name a service"
    if not request.message.strip() and not request.title.strip():
        return "the message is empty; nothing was sent"
    return ""


async def _send(request: NotifyRequest, results: _Results, stop: Stop, context: Context) -> Outcome:
    """Run the sender; the outcome is that of its process."""
    command = ProcessCommand(
        executable=sys.executable,
        # Without -P modules of the working directory would be run in place of the library's.
        arguments=(sys.executable, "-P", "-m", _SENDER),
        environ=context.environ,
        cwd=context.cwd,
    )
    with contextlib.ExitStack() as files:
        try:
            descriptor = nameless_file(_as_json(request), files)
        except OSError as error:
            return Outcome(ok=False, reason=f"it cannot be handed over: {told(error)}")
        return await run_process(command, results, stop, context, stdin=descriptor)


class _Results:
    """Takes what the sender tells, and tells it on without an address."""

    def __init__(self, request: NotifyRequest, sink: OutputSink) -> None:
        self._names = [_name(position, url) for position, url in enumerate(request.to)]
        self._sink = sink
        self._unfinished = b""
        self._problems: dict[int, str] = {}

    def write(self, stream: Stream, data: bytes) -> None:
        if stream == "stderr":  # a fault of the sender, which may quote an address
            return
        *lines, self._unfinished = (self._unfinished + data).split(b"\n")
        for line in lines:
            position, result, cause = json.loads(line)
            name, problem = self._names[position], _problem(result, cause)
            self._problems[position] = problem
            with contextlib.suppress(OSError):  # the result counts, also where it cannot be shown
                if problem:
                    note(self._sink, f"{name} {problem}")
                else:
                    self._sink.write("stdout", f"sent to {name}\n".encode())

    def outcome(self, unsettled: str) -> Outcome:
        """How it went; `unsettled` is said of the services that nothing is known of."""
        told = [
            f"{name} {problem}"
            for position, name in enumerate(self._names)
            if (problem := self._problems.get(position, unsettled))
        ]
        return Outcome(ok=not told, reason="; ".join(told))


def _problem(result: str, cause: str) -> str:
    if result == "unknown":
        return "is no address that Apprise can send to: check its scheme, host and credentials"
    return "" if result == "sent" else f"did not take the message: {cause}"


def _name(position: int, url: str) -> str:
    scheme = _SCHEME.match(url.strip())
    return f"{scheme[1]}:// ({position + 1})" if scheme else f"address {position + 1}"


def _as_json(request: NotifyRequest) -> bytes:
    """What the sender reads; what is no valid Unicode could not be sent."""
    fields = {
        "to": request.to,
        "title": request.title,
        "message": request.message,
        "type": request.type or "info",
    }
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
