"""Runs as traces and steps as their spans, in the JSON of OTLP.

See https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: ids are hexadecimal, numbers of 64 bits
are texts, enumerations are numbers, names are in lowerCamelCase.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from pup_tui.analysis.export.records import ExportedRun, ExportedStep
from pup_tui.output.safe_json import safe_json

_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)
_INTERNAL = 1
_UNSET, _OK, _ERROR = 0, 1, 2
_ERRORS = frozenset({"failed", "aborted", "interrupted", "unknown"})


def opening(version: str) -> str:
    """What stands before the spans."""
    service = {"service.name": "pup-tui", "service.version": version}
    resource = safe_json({"attributes": attributes(service)})
    scope = safe_json({"name": "pup_tui", "version": version})
    return f'{{"resourceSpans":[{{"resource":{resource},"scopeSpans":[{{"scope":{scope},"spans":['


CLOSING = "]}]}]}\n"
"""What stands behind them; between two of them is a comma."""


def spans(run: ExportedRun) -> Iterator[str]:
    """The span of a run, and those of its steps that began. A run that goes on has none yet."""
    if not run.is_over:
        return
    row = run.row
    trace, root = _id(row.run, "", 16), _id(row.run, "run", 8)
    moments = [at for step in run.steps for at in (step.began, step.ended) if at is not None]
    end = max([row.started_at, row.ended_wall or row.started_at, *moments])
    about = {
        "pup_tui.run.id": row.run,
        "pup_tui.run.status": row.status,
        "pup_tui.run.warnings": row.warnings,
        "pup_tui.run.legs": row.leg,
        "pup_tui.run.look": row.look,
        "pup_tui.runbook.id": row.runbook,
        "pup_tui.runbook.name": row.name,
        "pup_tui.operator": row.operator,
        "pup_tui.profile": row.profile or None,
        "pup_tui.schedule": row.scheduled or None,
        "pup_tui.waited": run.waited,
        "host.name": row.host,
    }
    told = _status(row.status, row.why)
    yield _span(trace, root, "", row.runbook, (row.started_at, end), about, told)
    began = {step.id: step for step in run.steps if step.began is not None}
    for step in began.values():
        parent = _id(row.run, f"step {step.parent}", 8) if step.parent in began else root
        yield _span_of(row.run, trace, parent, step, end)


def _span_of(run: str, trace: str, parent: str, step: ExportedStep, end: float) -> str:
    began = step.began or 0.0
    ended = end if step.ended is None else step.ended
    about = {
        "pup_tui.run.id": run,
        "pup_tui.step.id": step.id,
        "pup_tui.step.kind": step.kind,
        "pup_tui.step.status": step.status,
        "pup_tui.step.attempts": step.attempts,
        "pup_tui.waited": step.waited,
        "process.exit.code": step.exit_code,
    }
    own = _id(run, f"step {step.id}", 8)
    told = _status(step.status, step.reason)
    return _span(trace, own, parent, step.name or step.id, (began, max(began, ended)), about, told)


def _span(
    trace: str,
    span: str,
    parent: str,
    name: str,
    times: tuple[float, float],
    about: dict[str, Any],
    status: dict[str, Any],
) -> str:
    began, ended = map(_nanoseconds, times)
    return safe_json(
        {
            "traceId": trace,
            "spanId": span,
            **({"parentSpanId": parent} if parent else {}),
            "name": name,
            "kind": _INTERNAL,
            "startTimeUnixNano": began,
            "endTimeUnixNano": ended,
            "attributes": attributes(about),
            "status": status,
        }
    )


def _id(run: str, what: str, size: int) -> str:
    """Always the same of the same, so that what is exported twice is known again."""
    return sha256(f"{run} {what}".encode(errors="replace")).hexdigest()[: 2 * size]


def _nanoseconds(at: float) -> str:
    """A moment as OTLP has it: to the microsecond that is told of it as a text (`rfc3339`).

    So a step that begins with its run does not begin before it, as `at * 1e6` may round it.
    """
    return str((datetime.fromtimestamp(at, UTC) - _EPOCH) // _MICROSECOND * 1000)


def _status(status: str, reason: str) -> dict[str, Any]:
    if status in _ERRORS:
        return {"code": _ERROR, "message": reason or status}
    return {"code": _OK if status == "succeeded" else _UNSET}


def attributes(about: dict[str, Any]) -> list[dict[str, Any]]:
    """Names and values as OTLP has them; what is not known is left out."""
    return [
        {"key": name, "value": _value(value)} for name, value in about.items() if value is not None
    ]


def _value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
    return {"stringValue": str(value)}
