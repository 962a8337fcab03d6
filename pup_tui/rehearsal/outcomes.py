"""What comes of an attempt that gets a recorded answer: the same verdict as of one from the world."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pup_tui.core.requests import (
    HttpRequest,
    NotifyRequest,
    PupRequest,
    ShellRequest,
    SqlRequest,
    StepRequest,
    WorkflowRequest,
)
from pup_tui.output.passage import Stream
from pup_tui.output.pipeline import CAPTURE_LIMIT, Captured
from pup_tui.rehearsal.model import RecordedAnswer
from pup_tui.spelling import as_typed, dumps
from pup_tui.steps.executor import Outcome
from pup_tui.steps.process import exit_reason

_PROCESS = frozenset({"stdout", "stderr", "exit_code"})
_OF_KIND: dict[type[StepRequest], frozenset[str]] = {
    HttpRequest: frozenset({"status", "headers", "body"}),
    PupRequest: _PROCESS | {"status", "body"},
    WorkflowRequest: frozenset({"stdout", "status", "body"}),
    SqlRequest: frozenset({"stdout"}),
    NotifyRequest: frozenset({"stdout"}),
}
"""The keys of an answer that mean something to a request; of all others those of a process."""


def unfit_key(request: type[StepRequest], answer: RecordedAnswer) -> str | None:
    """The first key of an answer that means nothing to such a request."""
    return next(iter(sorted(answer.gives - keys_for(request))), None)


def keys_for(request: type[StepRequest]) -> frozenset[str]:
    """The keys that say what comes of an attempt, for a kind of request."""
    return _OF_KIND.get(request, _PROCESS)


def answered(request: StepRequest, answer: RecordedAnswer) -> tuple[Outcome, Captured]:
    """How an attempt ends, and what it has printed."""
    sink = _Sink()
    if answer.error:
        _print(sink, answer)
        lost = Outcome(ok=False, reason=answer.error, unreachable=answer.unreachable)
        return lost, sink.captured()
    outcome = _JUDGES.get(type(request), _process)(request, answer, sink)
    return outcome, sink.captured()


def _process(request: StepRequest, answer: RecordedAnswer, sink: _Sink) -> Outcome:
    _print(sink, answer)
    codes = request.success_codes if isinstance(request, ShellRequest) else (0,)
    reason = exit_reason(answer.exit_code, codes)
    return Outcome(ok=not reason, exit_code=answer.exit_code, reason=reason)


def _pup(request: StepRequest, answer: RecordedAnswer, sink: _Sink) -> Outcome:
    if not _is_refusal(answer.status):
        return _process(request, answer, sink)
    _print(sink, answer)
    return Outcome(ok=False, exit_code=answer.exit_code or 1, reason=f"HTTP {answer.status}")


def _is_refusal(status: int | None) -> bool:
    """Whether Datadog said with this status that it did not do what it was asked."""
    return status is not None and not 200 <= status < 300


def _done(_: StepRequest, answer: RecordedAnswer, sink: _Sink) -> Outcome:
    _print(sink, answer)
    return Outcome(ok=True)


def _workflow(_: StepRequest, answer: RecordedAnswer, sink: _Sink) -> Outcome:
    from pup_tui.datadog.workflows import end_problem, instance_state

    _print(sink, answer)
    if _is_refusal(answer.status):
        return Outcome(ok=False, reason=f"HTTP {answer.status}")
    try:
        state, has_ended = instance_state(json.loads(sink.captured().stdout))
    except ValueError:
        return Outcome(ok=False, reason="the answer is no JSON of a workflow's instance")
    if not has_ended:
        return Outcome(ok=False, reason=f"the workflow's instance has not ended: {state}")
    problem = end_problem(state)
    return Outcome(ok=problem is None, reason=problem or "")


def _http(request: StepRequest, answer: RecordedAnswer, sink: _Sink) -> Outcome:
    from pup_tui.datadog.transport import Response
    from pup_tui.steps.http import judged

    assert isinstance(request, HttpRequest)
    body = _text(answer.body)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    headers.setdefault("content-type", "application/json" if _is_json(body) else "text/plain")
    response = Response(
        status=answer.status or 200,
        headers=headers,
        body=body.encode("utf-8", "replace"),
        url=request.url_shown or request.url,
    )
    outcome = judged(request, response, sink)
    if request.output_file is None or not outcome.ok:
        return outcome
    kept = _Sink()
    kept.write("stdout", f"written {len(response.body)} bytes to {request.output_file}\n".encode())
    sink.parts = kept.parts
    return outcome


_JUDGES: dict[type[StepRequest], Callable[[Any, RecordedAnswer, Any], Outcome]] = {
    HttpRequest: _http,
    PupRequest: _pup,
    WorkflowRequest: _workflow,
    SqlRequest: _done,
    NotifyRequest: _done,
}


class _Sink:
    """Takes what an attempt prints, as expressions see it."""

    def __init__(self) -> None:
        self.parts: dict[Stream, list[bytes]] = {"stdout": [], "stderr": []}

    def write(self, stream: Stream, data: bytes) -> None:
        self.parts[stream].append(data)

    def captured(self) -> Captured:
        out, err = (b"".join(self.parts[stream]) for stream in ("stdout", "stderr"))
        return Captured(
            stdout=out[:CAPTURE_LIMIT].decode("utf-8", "replace"),
            stderr=err[:CAPTURE_LIMIT].decode("utf-8", "replace"),
            truncated=len(out) > CAPTURE_LIMIT,
            stderr_truncated=len(err) > CAPTURE_LIMIT,
        )


def _print(sink: _Sink, answer: RecordedAnswer) -> None:
    printed = _text(answer.body if answer.stdout is None else answer.stdout)
    sink.write("stdout", printed.encode("utf-8", "replace"))
    sink.write("stderr", answer.stderr.encode("utf-8", "replace"))


def _text(value: Any) -> str:
    """What stands for a text: a text as it is, a map or a list as its JSON."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return dumps(value, ensure_ascii=False) + "\n"
    return as_typed(value)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
