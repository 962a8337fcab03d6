"""Service level objectives: list, get, search, status, history."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlencode

from pup_tui.datadog.sandbox import search
from pup_tui.datadog.sandbox.endpoints.account import CREATOR
from pup_tui.datadog.sandbox.endpoints.monitors import CREATOR_ID
from pup_tui.datadog.sandbox.messages import (
    ApiRequest,
    ApiResponse,
    Document,
    bad_request,
    json_api_error,
    not_found,
    page_of,
)
from pup_tui.datadog.sandbox.metrics import INTERVALS
from pup_tui.datadog.sandbox.records import Slo
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.world import World

METRIC_TYPE = 1
SPAN_PRECISION = 2
HISTORY_POINTS = 100


def _list(world: World, request: ApiRequest) -> ApiResponse:
    wanted = request.words("ids")
    matches = request.search("query")
    tagged = request.search("tags_query")
    measured = request.query.get("metrics_query", "")
    found = [
        slo
        for slo in world.slos
        if (not wanted or slo.id in wanted)
        and matches(_facts(slo))
        and tagged(_facts(slo))
        and measured in " ".join(_query(slo).values())
    ]
    page = page_of(
        found, request.integer("offset", 0), request.integer("limit", 1000, low=1, high=1000)
    )
    counts = {"total_count": len(world.slos), "total_filtered_count": len(found)}
    return ApiResponse(
        {"data": [_document(slo) for slo in page], "error": None, "metadata": {"page": counts}}
    )


def _get(world: World, request: ApiRequest) -> ApiResponse:
    return ApiResponse({"data": _document(_find(world, request)), "error": None})


def _find(world: World, request: ApiRequest) -> Slo:
    wanted = request.params["slo_id"]
    slo = next((each for each in world.slos if each.id == wanted), None)
    if slo is None:
        raise not_found(f"SLO not found: {wanted} not found")
    return slo


def _facts(slo: Slo) -> search.Facts:
    return search.tag_facts(
        slo.tags,
        text=f"{slo.name} {slo.description}",
        name=[slo.name],
        id=[slo.id],
        slo_type=["metric"],
        timeframe=[slo.timeframe],
        state=[slo.state],
    )


def _query(slo: Slo) -> dict[str, str]:
    operation = "redis.command" if slo.service == "redis" else "servlet.request"
    scope = f"{{service:{slo.service},env:production}}"
    hits = f"sum:trace.{operation}.hits{scope}.as_count()"
    errors = f"sum:trace.{operation}.errors{scope}.as_count()"
    return {"denominator": hits, "numerator": f"{hits} - {errors}"}


def _threshold(slo: Slo) -> Document:
    return {
        "timeframe": slo.timeframe,
        "target": slo.target,
        "target_display": f"{slo.target:g}",
        "warning": slo.warning,
        "warning_display": f"{slo.warning:g}",
    }


def _document(slo: Slo) -> Document:
    return {
        "id": slo.id,
        "name": slo.name,
        "tags": slo.tags,
        "monitor_tags": [],
        "thresholds": [_threshold(slo)],
        "type": "metric",
        "type_id": METRIC_TYPE,
        "description": slo.description,
        "timeframe": slo.timeframe,
        "warning_threshold": slo.warning,
        "target_threshold": slo.target,
        "query": _query(slo),
        "creator": CREATOR,
        "created_at": int(slo.created),
        "modified_at": int(slo.created),
    }


def _search(world: World, request: ApiRequest) -> ApiResponse:
    size = request.integer("page[size]", 10, low=1, high=1000)
    number = request.integer("page[number]", 0)
    matches = request.search("query")
    found = [slo for slo in world.slos if matches(_facts(slo))]
    indexed = int(world.timeline.wall())
    slos = [
        {"data": {"type": "slo", "attributes": _found(slo, indexed), "id": slo.id}}
        for slo in page_of(found, number * size, size)
    ]
    last = max(0, -(-len(found) // size) - 1)
    return ApiResponse(
        {
            "data": {
                "type": "service_level_objective_search_results",
                "attributes": {"slos": slos},
            },
            "meta": {
                "pagination": {
                    "number": number,
                    "first_number": 0,
                    "prev_number": max(0, number - 1),
                    "next_number": number + 1,
                    "last_number": last,
                    "size": size,
                    "total": len(found),
                    "type": "number_size",
                }
            },
            "links": _links(request, number, size, last),
        }
    )


def _links(request: ApiRequest, number: int, size: int, last: int) -> Document:
    def link(page: int) -> str:
        query = {
            "query": request.query.get("query", ""),
            "page[number]": page,
            "page[size]": size,
        }
        return f"https://api.datadoghq.com{request.path}?{urlencode(query)}"

    return {
        "self": link(number),
        "last": None,
        "next": link(min(number + 1, last + 1)),
        "prev": link(number - 1) if number else None,
        "first": link(0),
    }


def _found(slo: Slo, indexed: int) -> Document:
    def tags(key: str) -> list[str]:
        return [tag for tag in slo.tags if tag.startswith(f"{key}:")]

    budget = {**_budget(slo), "indexed_at": indexed}
    return {
        "monitor_ids": None,
        "all_tags": slo.tags,
        "thresholds": [_threshold(slo)],
        "env_tags": tags("env"),
        "groups": None,
        "timeframe": slo.timeframe,
        "overall_status": [
            {
                **budget,
                "status": slo.sli,
                "error": None,
                "target": slo.target,
                "timeframe": slo.timeframe,
            }
        ],
        "query": {"metrics": None, **_query(slo)},
        "warning_threshold": slo.warning,
        "slo_type": "metric",
        "name": slo.name,
        "service_tags": tags("service"),
        "status": {**budget, "sli": slo.sli, "calculation_error": None},
        "creator": {"name": CREATOR["name"], "id": CREATOR_ID, "email": CREATOR["email"]},
        "created_at": int(slo.created),
        "modified_at": int(slo.created),
        "description": slo.description,
        "team_tags": tags("team"),
        "target_threshold": slo.target,
    }


def _budget(slo: Slo) -> Document:
    return {
        "error_budget_remaining": slo.budget,
        "raw_error_budget_remaining": {"unit": "requests", "value": round(slo.budget * 1000, 1)},
        "span_precision": SPAN_PRECISION,
        "state": slo.state,
    }


def _window(request: ApiRequest) -> tuple[int, int]:
    start, end = request.integer("from_ts"), request.integer("to_ts")
    if start >= end:
        raise bad_request("from_ts must be before to_ts")
    return start, end


def _status(world: World, request: ApiRequest) -> ApiResponse:
    _window(request)
    wanted = request.params["slo_id"]
    slo = next((each for each in world.slos if each.id == wanted), None)
    if slo is None:
        raise json_api_error(404, "Not Found", f"SLO {wanted} not found")
    return ApiResponse(
        {
            "data": {
                "id": slo.id,
                "type": "slo_status",
                "attributes": {"sli": slo.sli, **_budget(slo)},
            }
        }
    )


def _history(world: World, request: ApiRequest) -> ApiResponse:
    start, end = _window(request)
    slo = _find(world, request)
    threshold = _threshold(slo)
    overall = {
        "name": slo.name,
        "sli_value": slo.sli,
        "span_precision": SPAN_PRECISION,
        "precision": {slo.timeframe: SPAN_PRECISION},
        "uptime": slo.sli,
        "error_budget_remaining": {slo.timeframe: slo.budget},
        "corrections": [],
        "state": slo.state,
    }
    return ApiResponse(
        {
            "data": {
                "thresholds": {slo.timeframe: threshold},
                "from_ts": start,
                "to_ts": end,
                "type": "metric",
                "type_id": METRIC_TYPE,
                "slo": _document(slo),
                "group_by": [],
                "series": _history_series(world, slo, start, end),
                "overall": overall,
            },
            "errors": None,
        }
    )


def _history_series(world: World, slo: Slo, start: int, end: int) -> Document:
    coarse = math.ceil((end - start) / HISTORY_POINTS)
    interval = next((each for each in INTERVALS if each >= coarse), coarse)
    times = list(range(start // interval * interval, end + 1, interval))
    moments = [world.timeline.at(min(time + interval, world.timeline.wall())) for time in times]

    def counts(measure: str) -> list[float]:
        return [
            round(world.reading(measure, slo.service, "production", moment) * interval)
            for moment in moments
        ]

    hits = [float(each) for each in counts("hits")]
    good = [all_ - bad for all_, bad in zip(hits, counts("errors"), strict=True)]
    query = _query(slo)
    numerator, denominator = query["numerator"], query["denominator"]
    return {
        "timing": "0.02",
        "res_type": "time_series",
        "resp_version": 2,
        "query": f"{numerator}, {denominator}",
        "from_date": start * 1000,
        "to_date": end * 1000,
        "message": "",
        "interval": interval,
        "times": [float(time * 1000) for time in times],
        "numerator": _history_values(good, numerator, 0),
        "denominator": _history_values(hits, denominator, 1),
        "numerator_query": numerator,
        "denominator_query": denominator,
        "bad_series_query": f"{denominator} - {numerator}",
        "graph_query": f"{numerator}, {denominator} - {numerator}",
    }


def _history_values(values: list[float], expression: str, index: int) -> dict[str, Any]:
    return {
        "values": values,
        "metadata": {
            "unit": None,
            "query_index": index,
            "aggr": "sum",
            "metric": expression.partition(":")[2].partition("{")[0],
            "tag_set": [],
            "expression": expression,
            "scope": expression.partition("{")[2].partition("}")[0],
        },
        "sum": sum(values),
        "count": len(values),
    }


ROUTES = [
    Route("GET", "/api/v1/slo", _list),
    Route("GET", "/api/v1/slo/search", _search),
    Route("GET", "/api/v1/slo/{slo_id}", _get),
    Route("GET", "/api/v1/slo/{slo_id}/history", _history),
    Route("GET", "/api/v2/slo/{slo_id}/status", _status),
]
