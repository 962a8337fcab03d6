"""Metric queries: v1 query, v2 time series and scalars."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from pup_tui.datadog.sandbox import metrics
from pup_tui.datadog.sandbox.messages import (
    JSON_API,
    ApiRequest,
    ApiResponse,
    Document,
    attributes_of,
    bad_request,
)
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.world import World

UNITS: dict[str, Document] = {
    "hits": {
        "family": "network",
        "id": 101,
        "name": "hit",
        "plural": "hits",
        "scale_factor": 1.0,
        "short_name": "hit",
    },
    "errors": {
        "family": "system",
        "id": 33,
        "name": "error",
        "plural": "errors",
        "scale_factor": 1.0,
        "short_name": "err",
    },
    "duration": {
        "family": "time",
        "id": 11,
        "name": "second",
        "plural": "seconds",
        "scale_factor": 1.0,
        "short_name": "s",
    },
}
REDUCERS: dict[str, Callable[[list[float]], float]] = {
    **{name: metrics.AGGREGATORS[name] for name in ("avg", "sum", "min", "max")},
    "last": itemgetter(-1),
}


def _query(world: World, request: ApiRequest) -> ApiResponse:
    start, end = request.integer("from"), request.integer("to")
    text = request.query.get("query", "").strip()
    if not text:
        raise bad_request("The parameter 'query' is required")
    if start >= end:
        raise bad_request("The value provided for parameter 'from' is invalid")
    answer: Document = {
        "status": "ok",
        "res_type": "time_series",
        "resp_version": 1,
        "query": text,
        "from_date": start * 1000,
        "to_date": end * 1000,
        "series": [],
        "values": [],
        "times": [],
        "message": "",
        "group_by": [],
    }
    try:
        expression = metrics.parse(text)
        _notice(world, expression)
        found = metrics.series(world, expression, start, end)
    except metrics.MetricSyntaxError as error:
        return ApiResponse({**answer, "status": "error", "error": str(error)})
    answer["series"] = [_series(expression, each) for each in found]
    answer["group_by"] = sorted({key for term in expression.terms for key in term.by})
    return ApiResponse(answer)


def _notice(world: World, expression: metrics.MetricQuery) -> None:
    for term in expression.terms:
        if term.measure == "hits" and term.scope != "*":
            for service in {service for service, _ in term.sources(world, {})}:
                world.watch_requests(service)


def _unit(expression: metrics.MetricQuery) -> list[Document | None] | None:
    measures = {term.measure for term in expression.terms}
    # A quotient of two units is shown without one.
    unit = UNITS.get(next(iter(measures)) or "") if len(measures) == 1 else None
    return [unit, None] if unit else None


def _series(expression: metrics.MetricQuery, found: metrics.Series) -> Document:
    term = expression.terms[0]
    tags = [f"{key}:{value}" for key, value in found.group.items()]
    return {
        "unit": _unit(expression),
        "query_index": 0,
        "aggr": term.aggregator,
        "metric": term.metric,
        "tag_set": tags,
        "expression": expression.text,
        "scope": ",".join([part for part in [term.scope, *tags] if part != "*"]) or "*",
        "interval": found.interval,
        "length": len(found.points),
        "start": found.points[0][0],
        "end": found.points[-1][0] + found.interval * 1000 - 1,
        "pointlist": [[float(time), value] for time, value in found.points],
        "display_name": term.metric,
        "attributes": {},
    }


def _timeseries(world: World, request: ApiRequest) -> ApiResponse:
    attributes = attributes_of(request.document(), "timeseries_request")
    times: list[int] = []
    found: list[tuple[int, metrics.MetricQuery, metrics.Series]] = []
    for index, (expression, series) in enumerate(_evaluate(world, attributes)):
        found += [(index, expression, each) for each in series]
        times = sorted({*times, *(time for each in series for time, _ in each.points)})
    values = [[dict(each.points).get(time) for time in times] for _, _, each in found]
    series_documents = [
        {
            "group_tags": [f"{key}:{value}" for key, value in each.group.items()],
            "query_index": index,
            "unit": _unit(expression),
        }
        for index, expression, each in found
    ]
    shown = {"series": series_documents, "times": times, "values": values}
    return ApiResponse(
        {"data": {"id": "0", "type": "timeseries_response", "attributes": shown}},
        content_type=JSON_API,
    )


def _scalar(world: World, request: ApiRequest) -> ApiResponse:
    attributes = attributes_of(request.document(), "scalar_request")
    aggregators = [query.get("aggregator", "avg") for query in _queries(attributes)]
    columns = []
    for index, (expression, series) in enumerate(_evaluate(world, attributes)):
        aggregator = aggregators[min(index, len(aggregators) - 1)]
        columns.append(
            {
                "name": expression.text,
                "values": [_reduce(each, aggregator) for each in series],
                "type": "number",
                "meta": {"unit": _unit(expression)},
            }
        )
    return ApiResponse(
        {"data": {"id": "0", "type": "scalar_response", "attributes": {"columns": columns}}},
        content_type=JSON_API,
    )


def _reduce(series: metrics.Series, aggregator: str) -> float | None:
    if aggregator not in REDUCERS:
        raise bad_request(f"API input validation failed: unknown aggregator {aggregator!r}")
    values = [value for _, value in series.points if value is not None]
    return REDUCERS[aggregator](values) if values else None


def _queries(attributes: Document) -> list[Document]:
    queries = attributes.get("queries")
    if not isinstance(queries, list) or not queries:
        raise bad_request("API input validation failed: queries is required")
    for query in queries:
        if not isinstance(query, dict) or query.get("data_source") != "metrics":
            raise bad_request("API input validation failed: the sandbox knows metrics only")
    return queries


def _evaluate(
    world: World, attributes: Document
) -> list[tuple[metrics.MetricQuery, list[metrics.Series]]]:
    start, end = _milliseconds(attributes.get("from")), _milliseconds(attributes.get("to"))
    try:
        queries = _queries(attributes)
        named = {
            str(query.get("name", f"query{number}")): metrics.parse(str(query.get("query", "")))
            for number, query in enumerate(queries, start=1)
        }
        formulas = _formulas(attributes)
        expressions = [metrics.parse(each, named) for each in formulas] or list(named.values())
        for expression in expressions:
            _notice(world, expression)
        return [(each, metrics.series(world, each, start, end)) for each in expressions]
    except metrics.MetricSyntaxError as error:
        raise bad_request(str(error)) from None


def _formulas(attributes: Document) -> list[str]:
    formulas = attributes.get("formulas") or []
    if not isinstance(formulas, list) or not all(isinstance(each, dict) for each in formulas):
        raise bad_request("API input validation failed: formulas must be a list of objects")
    return [str(each.get("formula", "")) for each in formulas]


def _milliseconds(value: Any) -> float:
    if not isinstance(value, int):
        raise bad_request("API input validation failed: from and to are unix milliseconds")
    return value / 1000


ROUTES = [
    Route("GET", "/api/v1/query", _query),
    Route("POST", "/api/v2/query/timeseries", _timeseries),
    Route("POST", "/api/v2/query/scalar", _scalar),
]
