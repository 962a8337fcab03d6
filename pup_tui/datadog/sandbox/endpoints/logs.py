"""Logs: a stream that is made as it is read, the same for the same moments."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from pup_tui.datadog.sandbox import search
from pup_tui.datadog.sandbox.messages import Document, Request, Response, bad_request
from pup_tui.datadog.sandbox.records import Service
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.timeline import iso_z
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


def _search(world: World, request: Request) -> Response:
    body = request.document() if request.body is not None else {}
    asked, page = body.get("filter") or {}, body.get("page") or {}
    if not isinstance(asked, dict) or not isinstance(page, dict):
        raise bad_request("input_validation_error(Field 'filter' or 'page' is invalid)")
    wall = world.timeline.wall()
    start = _moment(asked.get("from", "now-15m"), wall, "from")
    end = _moment(asked.get("to", "now"), wall, "to")
    query = asked.get("query") or "*"
    limit, skipped = _limit(page), _position(page.get("cursor"))
    try:
        matches = search.parse(str(query))
    except search.QuerySyntaxError as error:
        raise bad_request(
            f"input_validation_error(Field 'filter.query' is invalid: {error})"
        ) from None
    found = [log for log in _logs(world, start, end) if matches(_facts(log))]
    order = body.get("sort", "-timestamp")
    if order not in ("timestamp", "-timestamp"):
        raise bad_request("input_validation_error(Field 'sort' is invalid)")
    found.sort(key=lambda log: (log["attributes"]["timestamp"], log["id"]))
    if order == "-timestamp":
        found.reverse()
    if skipped is not None:
        known = [log["id"] for log in found]
        found = found[known.index(skipped) + 1 :] if skipped in known else []
    answer: Document = {"data": found[:limit], "meta": _meta()}
    if len(found) > limit:
        cursor = _cursor(found[limit - 1]["id"])
        answer["meta"]["page"] = {"after": cursor}
        answer["links"] = {"next": _link(str(query), order, limit, cursor)}
    return Response(answer)


def _meta() -> Document:
    return {"elapsed": 12, "status": "done", "request_id": "sandbox"}


def _link(query: str, order: str, limit: int, cursor: str) -> str:
    words = {"filter[query]": query, "sort": order, "page[limit]": limit, "page[cursor]": cursor}
    return f"https://api.datadoghq.com/api/v2/logs/events?{urlencode(words)}"


def _limit(page: Document) -> int:
    limit = page.get("limit", 10)
    if not isinstance(limit, int) or not 1 <= limit <= LARGEST_PAGE:
        raise bad_request("input_validation_error(Field 'page.limit' is invalid)")
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
        raise bad_request(
            "input_validation_error(Field 'page' is invalid: invalid cursor)"
        ) from None


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
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise bad_request(f"input_validation_error(Field 'filter.{name}' is invalid)") from None


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
    """The log of a service in one slot; errors are as frequent as its requests' are."""
    chance = zlib.crc32(f"{service.name}/{slot}".encode())
    moment = world.timeline.at(slot * SLOT)
    ratio = world.level("error_ratio", service.name, "production", moment)
    draw = chance % 1000 / 1000
    if draw < min(0.9, ratio * 2.5):
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
