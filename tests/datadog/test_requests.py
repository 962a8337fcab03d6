"""Every subcommand of the table against a server that records what it is asked."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pup_tui.datadog.commands import execute, resolve
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.table import load_table
from tests.support.http_server import FakeServer, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.datadog.client import DatadogClient

NOW = 1_700_000_000.4
HOUR_AGO, NOW_S = "1699996400", "1700000000"
HOUR_AGO_MS, NOW_MS = "1699996400000", "1700000000000"
HOUR_AGO_RFC, NOW_RFC = "2023-11-14T21:13:20Z", "2023-11-14T22:13:20Z"
ID = "bb56c49c-0867-4c87-9a5a-07b2de32a8af"
ENV = "592600c2-8327-424d-960f-608c327ee96d"
FILE = {"name": "from the file", "n": 1}

MONITORS = {"page_size": "200", "page": "0"}
INCIDENTS = {"sort": "-created", "page[size]": "50"}
FLAG = f"/api/v2/feature-flags/{ID}"
SWITCH = f"{FLAG}/environments/{ENV}"
RUNS = "/api/v2/workflows/w-1/instances"


def logs(query: str, limit: int = 50, **more: Any) -> dict[str, Any]:
    filters = {"query": query, "from": HOUR_AGO_MS, "to": NOW_MS, **more.pop("filter", {})}
    return {"filter": filters, "page": {"limit": limit}, "sort": "-timestamp", **more}


def window(query: str) -> dict[str, str]:
    return {"query": query, "from": HOUR_AGO, "to": NOW_S}


def deployments(**more: Any) -> dict[str, Any]:
    attributes = {"from": "2023-11-13T22:13:20Z", "to": NOW_RFC, "limit": 10, **more}
    return {"data": {"type": "dora_deployments_list_request", "attributes": attributes}}


def downtime(end: str, **more: Any) -> dict[str, Any]:
    attributes = {
        "scope": "service:x",
        "monitor_identifier": {"monitor_tags": ["*"]},
        "schedule": {"start": None, "end": end},
        **more,
    }
    return {"data": {"type": "downtime", "attributes": attributes}}


# line, "METHOD path", query, body
PLAIN: list[tuple[str, str, dict[str, str], Any]] = [
    ("monitors list", "GET /api/v1/monitor", MONITORS, None),
    (
        "monitors list --name 'a b' --tags=service:x,env:y --limit 5000 --page 2",
        "GET /api/v1/monitor",
        {"name": "a b", "monitor_tags": "service:x,env:y", "page_size": "1000", "page": "2"},
        None,
    ),
    ("monitors get 12", "GET /api/v1/monitor/12", {}, None),
    (
        "monitors search --query 'status:Alert x' --sort name,asc",
        "GET /api/v1/monitor/search",
        {"query": "status:Alert x", "page": "0", "per_page": "30", "sort": "name,asc"},
        None,
    ),
    ("monitors create --file f.json", "POST /api/v1/monitor", {}, FILE),
    ("monitors update 12 --file f.json", "PUT /api/v1/monitor/12", {}, FILE),
    ("monitors delete 12", "DELETE /api/v1/monitor/12", {}, None),
    ("slos list", "GET /api/v1/slo", {}, None),
    (
        "slos list --query q --tags-query service:x --metrics-query m --limit 3 --offset 6",
        "GET /api/v1/slo",
        {"query": "q", "tags_query": "service:x", "metrics_query": "m", "limit": "3",
         "offset": "6"},
        None,
    ),
    ("slos get a/b?c", "GET /api/v1/slo/a%2Fb%3Fc", {}, None),
    (
        "slos status abc --from 1h --to now",
        "GET /api/v2/slo/abc/status",
        {"from_ts": HOUR_AGO, "to_ts": NOW_S},
        None,
    ),
    ("slos create --file f.json", "POST /api/v1/slo", {}, FILE),
    ("slos update abc --file f.json", "PUT /api/v1/slo/abc", {}, FILE),
    ("slos delete abc", "DELETE /api/v1/slo/abc", {}, None),
    (
        "incidents list",
        "GET /api/v2/incidents/search",
        {**INCIDENTS, "query": "state:active"},
        None,
    ),
    (
        "incidents list --query 'severity:SEV-2' --limit 5",
        "GET /api/v2/incidents/search",
        {**INCIDENTS, "query": "severity:SEV-2", "page[size]": "5"},
        None,
    ),
    ("incidents get abc", "GET /api/v2/incidents/abc", {}, None),
    (
        'logs search --query="service:x status:error"',
        "POST /api/v2/logs/events/search",
        {},
        logs("service:x status:error"),
    ),
    (
        "logs search --query x --sort ASC --index a,b --storage online_archives --cursor c",
        "POST /api/v2/logs/events/search",
        {},
        logs(
            "x",
            sort="timestamp",
            page={"limit": 50, "cursor": "c"},
            filter={"indexes": ["a", "b"], "storage_tier": "online-archives"},
        ),
    ),
    ("logs list", "POST /api/v2/logs/events/search", {}, logs("*", 10)),
    (
        "logs query --query x --timezone GMT --sort=-timestamp",
        "POST /api/v2/logs/events/search",
        {},
        logs("x"),
    ),
    (
        "metrics query --query 'avg:trace.errors{service:x}' --from=5m",
        "GET /api/v1/query",
        {"query": "avg:trace.errors{service:x}", "from": "1699999700", "to": NOW_S},
        None,
    ),
    ("metrics search --query q", "GET /api/v1/query", window("q"), None),
    ("metrics metadata get a.b", "GET /api/v1/metrics/a.b", {}, None),
    ("downtime list", "GET /api/v2/downtime", {}, None),
    ("downtime get abc", "GET /api/v2/downtime/abc", {}, None),
    ("downtime create --file f.json", "POST /api/v2/downtime", {}, FILE),
    (
        "downtime create --scope service:x --duration 1h",
        "POST /api/v2/downtime",
        {},
        downtime("2023-11-14T23:13:20Z"),
    ),
    (
        ("downtime create --scope service:x --duration 30m --message 'We deploy' "
        "--monitor-tags team:a,team:b"),
        "POST /api/v2/downtime",
        {},
        downtime(
            "2023-11-14T22:43:20Z",
            message="We deploy",
            monitor_identifier={"monitor_tags": ["team:a", "team:b"]},
        ),
    ),
    ("downtime cancel abc", "DELETE /api/v2/downtime/abc", {}, None),
    ("downtime delete abc", "DELETE /api/v2/downtime/abc", {}, None),
    (
        "feature-flags flags list --key k --is-archived true --limit 5 --offset 1",
        "GET /api/v2/feature-flags",
        {"key": "k", "is_archived": "true", "limit": "5", "offset": "1"},
        None,
    ),
    (f"feature-flags flags get {ID}", f"GET {FLAG}", {}, None),
    (f"feature-flags get {ID}", f"GET {FLAG}", {}, None),
    (
        "feature-flags environments list --name n --key k --limit 5 --offset 1",
        "GET /api/v2/feature-flags/environments",
        {"name": "n", "key": "k", "limit": "5", "offset": "1"},
        None,
    ),
    (
        f"feature-flags environments get {ENV}",
        f"GET /api/v2/feature-flags/environments/{ENV}",
        {},
        None,
    ),
    (f"feature-flags enable {ID} {ENV}", f"POST {SWITCH}/enable", {}, None),
    (f"feature-flags enable {ID} --env {ENV}", f"POST {SWITCH}/enable", {}, None),
    (f"feature-flags disable {ID} {ENV}", f"POST {SWITCH}/disable", {}, None),
    (f"feature-flags disable {ID} --env {ENV}", f"POST {SWITCH}/disable", {}, None),
    ("dora deployments list", "POST /api/v2/dora/deployments", {}, deployments()),
    (
        "deployments list --service x --env production --from 2h",
        "POST /api/v2/dora/deployments",
        {},
        deployments(query="service:x env:production", **{"from": "2023-11-14T20:13:20Z"}),
    ),
    (f"workflows get {ID}", f"GET /api/v2/workflows/{ID}", {}, None),
    ("workflows run w-1", f"POST {RUNS}", {}, {}),
    (
        """workflows run w-1 --payload '{"n": 1}'""",
        f"POST {RUNS}",
        {},
        {"meta": {"payload": {"n": 1}}},
    ),
    (
        "workflows run w-1 --payload-file f.json",
        f"POST {RUNS}",
        {},
        {"meta": {"payload": FILE}},
    ),
    ("workflows instances list w-1", f"GET {RUNS}", {"page[size]": "10"}, None),
    (
        "workflows instances list w-1 --limit 500 --page 2",
        f"GET {RUNS}",
        {"page[size]": "100", "page[number]": "2"},
        None,
    ),
    ("workflows instances get w-1 i-1", f"GET {RUNS}/i-1", {}, None),
    ("workflows instances cancel w-1 i-1", f"PUT {RUNS}/i-1/cancel", {}, None),
    (
        "events list --tags a:b --filter f",
        "GET /api/v1/events",
        {"start": HOUR_AGO, "end": NOW_S, "tags": "a:b"},
        None,
    ),
    (
        "events search --query q",
        "POST /api/v2/events/search",
        {},
        {
            "filter": {"query": "q", "from": HOUR_AGO_RFC, "to": NOW_RFC},
            "page": {"limit": 100},
            "sort": "-timestamp",
        },
    ),
    ("events get 12", "GET /api/v1/events/12", {}, None),
    ("dashboards list", "GET /api/v1/dashboard", {}, None),
    ("dashboards get abc-def", "GET /api/v1/dashboard/abc-def", {}, None),
    (
        "infrastructure hosts list --filter web",
        "GET /api/v1/hosts",
        {"filter": "web", "sort_field": "status", "count": "100"},
        None,
    ),
    ("service-catalog list", "GET /api/v2/services/definitions", {}, None),
    ("service-catalog get payments", "GET /api/v2/services/definitions/payments", {}, None),
    ("synthetics tests get abc", "GET /api/v1/synthetics/tests/abc", {}, None),
    ("on-call teams list", "GET /api/v2/team", {}, None),
    ("on-call schedules get abc", "GET /api/v2/on-call/schedules/abc", {}, None),
    ("cases get abc", "GET /api/v2/cases/abc", {}, None),
    ("users list", "GET /api/v2/users", {}, None),
    ("misc status", "GET /api/v1/validate", {}, None),
    ("api v1/monitor -F page=1 -f name=2", "GET /api/v1/monitor", {"page": "1", "name": "2"}, None),
    (
        "api -X POST /api/v2/x -F n=1 -F on=true -F none=null -F text=a=b -f raw=1",
        "POST /api/v2/x",
        {},
        {"n": 1, "on": True, "none": None, "text": "a=b", "raw": "1"},
    ),
    ("api -X PATCH /v2/x --input f.json", "PATCH /api/v2/x", {}, FILE),
    ("api -X DELETE /v2/x/1 -f force=yes", "DELETE /api/v2/x/1", {"force": "yes"}, None),
]  # fmt: skip

PAGED = {"monitors list": "--service", "slos list": "--service", "incidents list": "--service"}
"""Aliases that ask several times; test_recipes has them."""


LISTING = frozenset({"list", "search", "query"})
"""What a subcommand is called in the end whose answer is a list."""


def answer_to(line: str) -> Any:
    """An answer that the row of a command line takes: an object, or its list where that has to be."""
    where = resolve(shlex.split(line)).row.listed
    answer: Any = {} if where is None else []
    for key in reversed(where.split(".") if where else []):
        answer = {key: answer}
    return answer


@pytest.mark.parametrize(("line", "request_line", "query", "body"), PLAIN, ids=str)
async def test_what_a_subcommand_asks(
    client_of: Callable[..., DatadogClient],
    tmp_path: Path,
    line: str,
    request_line: str,
    query: dict[str, str],
    body: Any,
) -> None:
    (tmp_path / "f.json").write_text(json.dumps(FILE), "utf-8")
    reply = Reply(200, answer_to(line))
    async with FakeServer(reply) as server, client_of(server.url) as client:
        await execute(resolve(shlex.split(line)), client, lambda: NOW, cwd=tmp_path)
    (asked,) = server.requests
    assert f"{asked.method} {asked.path}" == request_line
    assert asked.query == query
    assert (asked.json if asked.body else None) == body


def test_every_row_of_the_table_is_tried() -> None:
    lines = [line for line, *_ in PLAIN] + [f"{name} {flag} x" for name, flag in PAGED.items()]
    tried = {id(resolve(shlex.split(line)).row) for line in lines}
    assert [row.usage for row in load_table().commands if id(row) not in tried] == []


def test_it_is_known_of_every_row_that_lists_where_its_list_is() -> None:
    listing = {row.usage for row in load_table().commands if row.name.split()[-1] in LISTING}
    known = {row.usage for row in load_table().commands if row.listed is not None}
    assert known == listing


@pytest.mark.parametrize("answer", [{}, {"other": 1}, {"data": None}, None, "text", 5])
@pytest.mark.parametrize(
    "line", [line for line, *_ in PLAIN if resolve(shlex.split(line)).row.listed is not None]
)
async def test_an_answer_without_its_list_is_no_empty_one(
    client_of: Callable[..., DatadogClient], line: str, answer: Any
) -> None:
    async with FakeServer(Reply(200, answer)) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="answer has no list"):
            await execute(resolve(shlex.split(line)), client, lambda: NOW)


@pytest.mark.parametrize(
    "line", ["logs search --query x", "deployments list", "monitors get 1", "api v2/x"]
)
async def test_reads_are_repeated(client_of: Callable[..., DatadogClient], line: str) -> None:
    replies = Reply(500, {"errors": ["boom"]}), Reply(200, answer_to(line))
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        await execute(resolve(shlex.split(line)), client, lambda: NOW)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "line", ["workflows run w-1", "downtime cancel abc", "api -X POST v2/x", "monitors delete 1"]
)
async def test_changes_are_not_repeated(client_of: Callable[..., DatadogClient], line: str) -> None:
    replies = Reply(500, {"errors": ["boom"]}), Reply(200, {})
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="HTTP 500: boom"):
            await execute(resolve(shlex.split(line)), client, lambda: NOW)
    assert len(server.requests) == 1
