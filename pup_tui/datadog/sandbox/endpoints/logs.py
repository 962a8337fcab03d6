"""Logs: a stream that is made as it is read, the same for the same moments."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from pup_tui.datadog.sandbox import search
from pup_tui.datadog.sandbox.messages import (
    ApiError,
    ApiRequest,
    ApiResponse,
    Document,
    bad_request,
)
from pup_tui.datadog.sandbox.records import Service
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.timeline import iso_z, parse_iso
from pup_tui.datadog.sandbox.world import World

SLOT = 5
"""Seconds between two possible logs of a service."""

KEPT = 2 * 60 * 60
"""Seconds of logs before the scenario began."""

LARGEST_PAGE = 1000

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
ERRORS = (
    ("card declined by checkout v2: missing field 'billing_zone'", 500),
    ("timeout after 800 ms waiting for new-checkout pricing", 504),
    ("NullPointerException in NewCheckoutHandler.confirm(NewCheckoutHandler.java:214)", 500),
)


@dataclass(frozen=True)
class _Asked:
    """A search as it was asked for; `after` is the log that ended the page before."""

    query: str
    matches: search.Matcher
    start: float
    end: float
    order: str
    limit: int
    after: str | None


def _search(world: World, request: ApiRequest) -> ApiResponse:
    asked = _read(request, world.timeline.wall())
    found = [log for log in _logs(world, asked.start, asked.end) if asked.matches(_facts(log))]
    found.sort(key=lambda log: (log["attributes"]["timestamp"], log["id"]))
    if asked.order == "-timestamp":
        found.reverse()
    if asked.after is not None:
        known = [log["id"] for log in found]
        found = found[known.index(asked.after) + 1 :] if asked.after in known else []
    answer: Document = {"data": found[: asked.limit], "meta": _meta()}
    if len(found) > asked.limit:
        cursor = _cursor(found[asked.limit - 1]["id"])
        answer["meta"]["page"] = {"after": cursor}
        answer["links"] = {"next": _link(asked, cursor)}
    return ApiResponse(answer)


def _read(request: ApiRequest, wall: float) -> _Asked:
    body = request.document() if request.body is not None else {}
    asked, page = body.get("filter", {}), body.get("page", {})
    for name, part in (("filter", asked), ("page", page)):
        if not isinstance(part, dict):
            raise _invalid(name)
    query, order = str(asked.get("query") or "*"), body.get("sort", "-timestamp")
    if order not in ("timestamp", "-timestamp"):
        raise _invalid("sort")
    try:
        matches = search.parse(query)
    except search.QuerySyntaxError as error:
        raise _invalid("filter.query", str(error)) from None
    return _Asked(
        query=query,
        matches=matches,
        start=_moment(asked.get("from", "now-15m"), wall, "from"),
        end=_moment(asked.get("to", "now"), wall, "to"),
        order=order,
        limit=_limit(page),
        after=_position(page.get("cursor")),
    )


def _invalid(field: str, reason: str = "") -> ApiError:
    because = f": {reason}" if reason else ""
    return bad_request(f"input_validation_error(Field '{field}' is invalid{because})")


def _meta() -> Document:
    return {"elapsed": 12, "status": "done", "request_id": "sandbox"}


def _link(asked: _Asked, cursor: str) -> str:
    words = {
        "filter[query]": asked.query,
        "sort": asked.order,
        "page[limit]": asked.limit,
        "page[cursor]": cursor,
    }
    return f"https://api.datadoghq.com/api/v2/logs/events?{urlencode(words)}"


def _limit(page: Document) -> int:
    limit = page.get("limit", 10)
    if not isinstance(limit, int) or not 1 <= limit <= LARGEST_PAGE:
        raise _invalid("page.limit")
    return limit


def _cursor(log_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps({"after": log_id}).encode()).decode().rstrip("=")


def _position(cursor: object) -> str | None:
    if cursor is None:
        return None
    try:
        padded = str(cursor) + "=" * (-len(str(cursor)) % 4)
        return str(json.loads(base64.urlsafe_b64decode(padded))["after"])
    except (ValueError, KeyError, TypeError):
        raise _invalid("page", "invalid cursor") from None


def _moment(value: object, wall: float, name: str) -> float:
    """`now`, `now-15m`, unix milliseconds, or ISO 8601, as unix seconds."""
    text = str(value).strip()
    relative = re.fullmatch(r"now(?:([+-])(\d+)([smhdw]))?", text)
    if relative:
        sign = -1 if relative[1] == "-" else 1
        return wall + sign * int(relative[2] or 0) * UNITS[relative[3] or "s"]
    if text.isdecimal():
        return int(text) / 1000
    try:
        return parse_iso(text)
    except ValueError:
        raise _invalid(f"filter.{name}") from None


def _logs(world: World, start: float, end: float) -> Iterator[Document]:
    oldest = world.timeline.when(0) - KEPT
    first = int(max(start, oldest) // SLOT)
    last = int(min(end, world.timeline.wall()) // SLOT)
    for service in world.services.values():
        for slot in range(first, last + 1):
            log = _log(world, service, slot)
            if log is not None and start <= slot * SLOT <= end:
                yield log


def _log(world: World, service: Service, slot: int) -> Document | None:
    """The log of a service in one slot: errors are logged while more requests fail than usual."""
    chance = zlib.crc32(f"{service.name}/{slot}".encode())
    moment = world.timeline.at(slot * SLOT)
    ratio = world.level("error_ratio", service.name, "production", moment)
    excess = ratio - service.usual_errors / service.usual_hits
    draw = chance % 1000 / 1000
    if draw < min(0.9, excess * 2.5):
        return _document(service, slot, chance, failed=True)
    return _document(service, slot, chance, failed=False) if draw > 0.9 else None


def _document(service: Service, slot: int, chance: int, *, failed: bool) -> Document:
    message, code = ERRORS[chance % len(ERRORS)] if failed else ("request served", 200)
    status = "error" if failed else "info"
    return {
        "id": f"AQAAAY{slot:010x}{chance:08x}",
        "type": "log",
        "attributes": {
            "service": service.name,
            "status": status,
            "tags": [
                f"service:{service.name}",
                "env:production",
                f"team:{service.team}",
                f"source:{service.name}",
            ],
            "timestamp": iso_z(slot * SLOT),
            "host": f"{service.name}-{chance % 3}",
            "message": f"{status.upper()} {message}",
            "attributes": {
                "http": {"status_code": code, "method": "POST", "url": f"/{service.name}"},
                "duration": 1_000_000 * (chance % 900 + 5),
                "request_id": f"{chance:08x}",
            },
        },
    }


def _facts(log: Document) -> search.Facts:
    shown = log["attributes"]
    http = shown["attributes"]["http"]
    return search.tag_facts(
        shown["tags"],
        text=shown["message"],
        status=[shown["status"]],
        host=[shown["host"]],
        message=[shown["message"]],
        **{"http.status_code": [str(http["status_code"])], "http.method": [http["method"]]},
    )


ROUTES = [Route("POST", "/api/v2/logs/events/search", _search)]
