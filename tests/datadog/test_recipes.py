from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pup_tui.answers.pages import more_than
from pup_tui.answers.things import subject_of
from pup_tui.datadog import recipes
from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.commands import CommandError, Result, execute, resolve
from pup_tui.datadog.errors import DatadogError
from tests.support.http_server import FakeServer, Recorded, Reply, Write

if TYPE_CHECKING:
    from pathlib import Path

MakeClient = Callable[..., DatadogClient]
FLAG = "bb56c49c-0867-4c87-9a5a-07b2de32a8af"
OLD_FLAG = "cc56c49c-0867-4c87-9a5a-07b2de32a8af"
UNKNOWN_INDEX = {"code": "unknown", "title": "An index is missing", "detail": "attic"}
ENV = "592600c2-8327-424d-960f-608c327ee96d"
OTHER_ENV = "692600c2-8327-424d-960f-608c327ee96d"


async def run(client: DatadogClient, line: str, cwd: Path | None = None) -> Result:
    return await execute(resolve(shlex.split(line)), client, lambda: 1_700_000_000.0, cwd=cwd)


async def test_json_is_printed_with_sorted_keys(client_of: MakeClient) -> None:
    body = {"b": [1, {"d": 1, "c": "é<"}], "a": None}
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        result = await run(client, "downtime get 1")
    assert result.stdout == (
        '{\n  "a": null,\n  "b": [\n    1,\n    {\n      "c": "é<",\n      "d": 1\n    }\n  ]\n}\n'
    )
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("body", "stdout"), [([], "[]\n"), (b"null", "null\n"), (b'"\\ud800"', '"?"\n')]
)
async def test_other_answers_are_printed(client_of: MakeClient, body: Any, stdout: str) -> None:
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        assert (await run(client, "monitors get 1")).stdout == stdout


async def test_api_prints_in_the_order_received(client_of: MakeClient) -> None:
    async with FakeServer(Reply(200, {"b": 1, "a": 2})) as server, client_of(server.url) as client:
        assert (await run(client, "api v1/x")).stdout == '{\n  "b": 1,\n  "a": 2\n}\n'
        assert (await run(client, "api v1/x --silent")).stdout == ""
        await run(client, f"api {server.url}/api/v2/y?z=1 -H 'X-One: 1'")
    assert server.requests[2].path == "/api/v2/y"
    assert server.requests[2].query == {"z": "1"}
    assert server.requests[2].headers["x-one"] == "1"


@pytest.mark.parametrize("url", ["https://example.com/api/v1/x", "http://127.0.0.1:1@example.com/"])
async def test_api_sends_credentials_nowhere_else(client_of: MakeClient, url: str) -> None:
    async with client_of("http://127.0.0.1:1") as client:
        with pytest.raises(CommandError, match="the credentials go to 127"):
            await run(client, f"api {url}")


async def test_sentences_are_printed_where_pup_prints_them(client_of: MakeClient) -> None:
    async with FakeServer(Reply(204)) as server, client_of(server.url) as client:
        cancelled = await run(client, "downtime cancel abc")
        enabled = await run(client, f"feature-flags enable {FLAG} {ENV}")
    assert cancelled == Result("Downtime abc cancelled.\n")
    assert enabled == Result("", f"Feature flag {FLAG} enabled in environment {ENV}.\n")


async def test_an_error_within_a_good_answer_is_an_error(client_of: MakeClient) -> None:
    body = {"status": "error", "error": "Error parsing query"}
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="HTTP 200: Error parsing query"):
            await run(client, "metrics query --query nonsense")


@pytest.mark.parametrize(
    ("content", "message"), [(None, "is no file"), ("{", "is not JSON .line 1"), ("\x00", "JSON")]
)
async def test_a_file_that_cannot_be_used(
    client_of: MakeClient, tmp_path: Path, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "d.json").write_text(content, "utf-8")
    async with client_of("http://127.0.0.1:1") as client:
        with pytest.raises(CommandError, match=message):
            await run(client, "downtime create --file d.json", tmp_path)


async def test_alerting_monitors_of_a_service(client_of: MakeClient) -> None:
    states = ["Alert", "OK", "No Data", "Warn"]
    page = [{"id": n, "overall_state": states[n % 4]} for n in range(1000)]
    last = [{"id": 1000, "overall_state": "alert"}, {"id": 1001}]
    async with (
        FakeServer(Reply(200, page), Reply(200, last)) as server,
        client_of(server.url) as client,
    ):
        result = await run(client, "monitors list --service payments --env prod --state alert")
    assert [m["id"] for m in json.loads(result.stdout)] == [*range(0, 1000, 4), 1000]
    assert [r.query["monitor_tags"] for r in server.requests] == ["service:payments,env:prod"] * 2
    assert [r.query["page"] for r in server.requests] == ["0", "1"]


async def test_states_may_be_several_and_results_few(client_of: MakeClient) -> None:
    monitors = [{"id": n, "overall_state": s} for n, s in enumerate(["OK", "No Data", "Warn"])]
    async with FakeServer(Reply(200, monitors)) as server, client_of(server.url) as client:
        both = await run(client, "monitors list --state 'nodata, WARN'")
        one = await run(client, "monitors list --state nodata,warn --limit 1")
        none = await run(client, "monitors list --service x --state alert")
    assert [m["id"] for m in json.loads(both.stdout)] == [1, 2]
    assert [m["id"] for m in json.loads(one.stdout)] == [1]
    assert none.stdout == "[]\n"


async def test_a_tag_is_one_tag(client_of: MakeClient) -> None:
    async with client_of("http://127.0.0.1:1") as client:
        with pytest.raises(CommandError, match="a tag holds no comma"):
            await run(client, "monitors list --service 'a,env:b'")


async def test_slos_with_their_states(
    client_of: MakeClient, recorded: Callable[[str], Any]
) -> None:
    async with (
        FakeServer(Reply(200, recorded("dd-019"))) as server,
        client_of(server.url) as client,
    ):
        result = await run(client, "slos list --service payments --env production")
    assert server.requests[0].path == "/api/v1/slo/search"
    assert server.requests[0].query["query"] == "service:payments env:production"
    assert json.loads(result.stdout) == {
        "data": [
            {
                "id": "18101ab6982f547faba6c9bdc6de9413",
                "name": "Test-Search_for_SLOs_returns_OK_response-1676410539",
                "state": "no_data",
                "sli": None,
                "target": 95.0,
                "timeframe": "7d",
                "error_budget_remaining": None,
                "tags": [],
            }
        ]
    }


async def test_active_incidents_of_a_service(
    client_of: MakeClient, recorded: Callable[[str], Any]
) -> None:
    body = recorded("dd-027")
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        result = await run(client, "incidents list --service payments --state active")
    assert server.requests[0].query["query"] == "state:active AND services:payments"
    found = json.loads(result.stdout)["data"]
    assert [set(incident) for incident in found] == [{"id", "type", "attributes"}] * 5
    assert found[0]["attributes"]["state"] == "resolved"


async def test_no_incident_is_an_empty_list(client_of: MakeClient) -> None:
    body = {"data": {"type": "incidents_search_results", "attributes": {"incidents": []}}}
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        result = await run(client, "incidents list --service payments")
    assert json.loads(result.stdout) == {"data": []}


async def test_monitors_in_another_shape_are_not_taken_for_none(client_of: MakeClient) -> None:
    async with FakeServer(Reply(200, {"monitors": []})) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="Datadog's answer has no list"):
            await run(client, "monitors list --service payments --state alert")


async def test_an_answer_that_is_not_understood_is_not_empty(client_of: MakeClient) -> None:
    async with FakeServer(Reply(200, {"data": []})) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match=r"no list at data\.attributes\.incidents"):
            await run(client, "incidents list --service payments")


async def test_a_value_is_one_operand_of_a_query(client_of: MakeClient) -> None:
    body: dict[str, Any] = {"data": {"attributes": {"incidents": []}}}
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        await run(client, """incidents list --service 'x" OR state:resolved'""")
    assert server.requests[0].query["query"] == (
        'state:active AND services:"x\\" OR state:resolved"'
    )


def flags_api(switch: Reply) -> Callable[[Recorded, Write], Any]:
    flags = [
        {"id": OLD_FLAG, "attributes": {"key": "my-flag", "archived_at": "2026-01-01T00:00:00Z"}},
        {"id": FLAG, "attributes": {"key": "my-flag", "archived_at": None}},
        {"id": ENV, "attributes": {"key": "my-flag-2"}},
    ]
    environments = [
        {"id": ENV, "attributes": {"name": "Production", "key": "prod", "queries": ["live"]}},
        {"id": OTHER_ENV, "attributes": {"name": "Staging", "queries": ["staging", "test"]}},
    ]

    async def answer(asked: Recorded, write: Write) -> Reply:
        if asked.path == "/api/v2/feature-flags":
            return Reply(200, {"data": flags if asked.query["key"] in "my-flag-2" else []})
        if asked.path == "/api/v2/feature-flags/environments":
            return Reply(200, {"data": environments})
        return switch

    return answer


@pytest.mark.parametrize(
    ("name", "id_"),
    [("Production", ENV), ("production", ENV), ("PROD", ENV), ("live", ENV), ("test", OTHER_ENV),
     (OTHER_ENV, OTHER_ENV)],
)  # fmt: skip
async def test_a_flag_is_switched_by_its_key(client_of: MakeClient, name: str, id_: str) -> None:
    async with FakeServer(handler=flags_api(Reply(200))) as server, client_of(server.url) as client:
        result = await run(client, f"feature-flags disable my-flag --env {name}")
    last = server.requests[-1]
    assert last.method == "POST"
    assert last.path == f"/api/v2/feature-flags/{FLAG}/environments/{id_}/disable"
    assert result.stderr == f"Feature flag my-flag disabled in environment {name}.\n"


async def test_a_flag_is_read_by_its_key(client_of: MakeClient) -> None:
    flag = Reply(200, {"data": {"id": FLAG}})
    async with FakeServer(handler=flags_api(flag)) as server, client_of(server.url) as client:
        result = await run(client, "feature-flags get my-flag")
    assert json.loads(result.stdout) == {"data": {"id": FLAG}}
    assert server.requests[-1].path == f"/api/v2/feature-flags/{FLAG}"


async def test_a_change_that_waits_for_approval_is_no_success(client_of: MakeClient) -> None:
    waiting = flags_api(Reply(202, {}))
    async with FakeServer(handler=waiting) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="nothing was changed yet"):
            await run(client, "feature-flags disable my-flag --env production")
        with pytest.raises(DatadogError, match="nothing was changed yet"):
            await run(client, f"feature-flags enable {FLAG} {ENV}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "feature-flags get my-fla",
            "no feature flag has the key 'my-fla': did you mean 'my-flag'",
        ),
        ("feature-flags get other", "no feature flag has the key 'other'$"),
        ("feature-flags disable my-flag --env moon", "'moon': there are Production, Staging"),
    ],
)
async def test_names_that_nothing_has(client_of: MakeClient, line: str, message: str) -> None:
    async with FakeServer(handler=flags_api(Reply(200))) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match=message):
            await run(client, line)
    assert all(request.method == "GET" for request in server.requests)


def instance(kind: str, **attributes: Any) -> Reply:
    status = {"instanceStatus": {"detailsKind": kind}, **attributes}
    return Reply(200, {"data": {"id": "i-1", "attributes": status}})


STARTED = Reply(200, {"data": {"id": "i-1", "type": "instances"}})


@pytest.fixture
def no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "WAIT_INTERVAL", 0.0)


@pytest.mark.usefixtures("no_interval")
async def test_a_workflow_is_followed_to_its_end(client_of: MakeClient) -> None:
    ended = instance("SUCCEEDED", endTimestamp="2026-01-01T00:00:00Z")
    replies = (STARTED, instance("IN_PROGRESS"), instance("IN_PROGRESS"), ended)
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        result = await run(client, "workflows run w-1 --wait")
    assert json.loads(result.stdout)["data"]["attributes"]["endTimestamp"]
    assert [r.method for r in server.requests] == ["POST", "GET", "GET", "GET"]


@pytest.mark.usefixtures("no_interval")
@pytest.mark.parametrize(
    ("kind", "message"),
    [("FAILED", "the workflow ended as FAILED"), ("EXPLODED", "EXPLODED, which is not known")],
)
async def test_a_workflow_that_ends_badly(client_of: MakeClient, kind: str, message: str) -> None:
    ended = instance(kind, endTimestamp="2026-01-01T00:00:00Z")
    async with FakeServer(STARTED, ended) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match=message):
            await run(client, "workflows run w-1 --wait")


async def test_a_workflow_that_does_not_end(client_of: MakeClient) -> None:
    replies = STARTED, instance("IN_PROGRESS")
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="instance i-1 has not ended within 1 s"):
            await run(client, "workflows run w-1 --wait --timeout 1s")


async def test_a_workflow_without_an_instance_is_a_failure(client_of: MakeClient) -> None:
    async with FakeServer(Reply(200, {"data": {}})) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="named no workflow instance"):
            await run(client, "workflows run w-1 --wait")


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (Reply(403, {"errors": ["Forbidden"]}), "HTTP 403: Forbidden"),
        (Reply(200, {"no": "list"}), "Datadog's answer has no list"),
    ],
)
async def test_pages_that_cannot_be_read_whole_are_an_error(
    client_of: MakeClient, broken: Reply, told: str
) -> None:
    page = Reply(200, [{"id": n, "overall_state": "OK"} for n in range(1000)])
    async with FakeServer(page, page, broken) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError) as caught:
            await run(client, "monitors list --service=x")
    assert told in str(caught.value)
    assert str(caught.value).endswith(
        "this was page 3; 2 pages before it (2000 results) were read, and are not shown"
    )
    async with FakeServer(broken) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError) as caught:
            await run(client, "monitors list --service=x")
    assert "page" not in str(caught.value)


async def test_a_rate_limit_of_a_later_page_tells_when_another_attempt_has_a_chance(
    client_of: MakeClient,
) -> None:
    page = Reply(200, [{"id": n, "overall_state": "OK"} for n in range(1000)])
    limited = Reply(429, headers={"X-RateLimit-Reset": "200"})
    async with FakeServer(page, limited) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="this was page 2") as caught:
            await run(client, "monitors list --service=x")
    assert (caught.value.status, caught.value.again_in) == (429, 200)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            {"data": [1], "meta": {"page": {"after": "abc"}}},
            "there are more results than these (see --cursor, --limit)\n",
        ),
        (
            {"data": [1], "links": {"next": "https://x"}},
            "there are more results than these (see --cursor, --limit)\n",
        ),
        ({"data": [1], "meta": {"page": {"after": None}}}, ""),
        (
            {"data": [1], "meta": {"status": "timeout"}},
            "the answer is not complete: the query ended before it was done\n",
        ),
        (
            {"data": [], "meta": {"status": "timeout", "page": {"after": "abc"}}},
            "the answer is not complete: the query ended before it was done\n",
        ),
        ({"data": [1], "meta": {"status": "done"}}, ""),
        ({"data": [1], "meta": 1, "links": {"next": ""}}, ""),
        (
            {"data": [], "meta": {"status": "done", "warnings": [UNKNOWN_INDEX, {"code": "slow"}]}},
            "the answer may not be complete: Datadog warns: An index is missing: attic; slow\n",
        ),
        ({"data": [1], "meta": {"status": "done", "warnings": []}}, ""),
        (
            {"data": [{"id": 1}], "errors": ["shard failed"], "meta": {"page": {"after": "x"}}},
            (
                "the answer tells errors beside what it holds: shard failed\n"
                "there are more results than these (see --cursor, --limit)\n"
            ),
        ),
    ],
)
async def test_one_page_of_several_is_not_shown_as_all(
    client_of: MakeClient, body: Any, told: str
) -> None:
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        assert (await run(client, "logs search --query=x")).stderr == told


def _numbered(count: int) -> list[dict[str, int]]:
    return [{"id": number} for number in range(count)]


def _incidents(count: int) -> dict[str, Any]:
    return {"data": {"type": "found", "attributes": {"incidents": _numbered(count)}}}


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("monitors list --state alert", [{"id": n, "overall_state": "Alert"} for n in range(3)]),
        ("slos list --service x", {"data": {"attributes": {"slos": _numbered(3)}}}),
        ("incidents list --service x", _incidents(3)),
    ],
)
async def test_a_list_that_is_cut_is_not_shown_as_all(
    client_of: MakeClient, line: str, body: Any
) -> None:
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        cut = await run(client, f"{line} --limit 2")
        whole = await run(client, f"{line} --limit 3")
    assert cut.stderr == "these are 2 of 3 results (see --limit)\n"
    document = json.loads(cut.stdout)
    assert isinstance(document, list) or "2 of 3" in more_than(document)
    assert (whole.stderr, more_than(json.loads(whole.stdout))) == ("", "")


async def test_what_a_page_warns_of_is_told_of_all_pages(client_of: MakeClient) -> None:
    first = _incidents(100) | {
        "meta": {"warnings": ["a shard is gone"]},
        "errors": ["one is left out"],
    }
    replies = Reply(200, first), Reply(200, _incidents(0))
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        result = await run(client, "incidents list --service x")
    assert result.stderr == (
        "the answer tells errors beside what it holds: one is left out\n"
        "the answer may not be complete: Datadog warns: a shard is gone\n"
    )
    assert "a shard is gone" in subject_of(json.loads(result.stdout)).partial


async def test_errors_beside_a_change_are_told(client_of: MakeClient) -> None:
    body = {"data": {"id": "abc", "type": "downtime"}, "errors": ["one host is silent still"]}
    told = "the answer tells errors beside what it holds: one host is silent still\n"
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        cancelled = await run(client, "downtime cancel abc")
        enabled = await run(client, f"feature-flags enable {FLAG} {ENV}")
    assert cancelled == Result("Downtime abc cancelled.\n", told)
    assert enabled == Result("", f"Feature flag {FLAG} enabled in environment {ENV}.\n{told}")


async def test_api_tells_what_speaks_against_an_answer(client_of: MakeClient) -> None:
    body = {"data": [1], "meta": {"page": {"after": "x"}, "warnings": ["slow"]}}
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        assert "Datadog warns: slow" in (await run(client, "api v2/x")).stderr


@pytest.mark.parametrize(
    ("line", "body", "told"),
    [
        (
            "monitors list",
            _numbered(200),
            "these are the 200 results of one page, and there may be more (see --limit, --page)\n",
        ),
        ("monitors list", _numbered(199), ""),
        (
            "monitors list --limit=2",
            _numbered(2),
            "these are the 2 results of one page, and there may be more (see --limit, --page)\n",
        ),
        (
            "monitors search",
            {
                "counts": {"status": [{"name": "OK", "count": 2}]},
                "monitors": _numbered(2),
                "metadata": {"total_count": 3, "page": 0, "page_count": 2, "per_page": 2},
            },
            "these are 2 of 3 results (see --page, --per-page)\n",
        ),
        (
            "downtime list",
            {"included": [1], "data": _numbered(2), "meta": {"page": {"total_filtered_count": 5}}},
            "these are 2 of 5 results\n",
        ),
        (
            "downtime list",
            {"data": _numbered(2), "meta": {"page": {"total_filtered_count": 2}}},
            "",
        ),
        (
            "slos list",
            {"data": _numbered(1), "metadata": {"page": {"total_count": 9}}},
            "these are 1 of 9 results (see --limit, --offset)\n",
        ),
        (
            "users list",
            {"data": _numbered(1), "meta": {"page": {"total_count": 9, "total_filtered_count": 1}}},
            "",
        ),
        (
            "incidents list --limit=2",
            _incidents(2) | {"meta": {"pagination": {"next_offset": 2, "size": 2}}},
            "these are the 2 results of one page, and there may be more (see --limit)\n",
        ),
        ("monitors get 1", {"id": 1, "options": {}, "tags": ["a"]}, ""),
        ("logs search --query=x --limit=2", {"data": _numbered(2), "meta": {}}, ""),
        ("downtime list", {"data": _numbered(2), "meta": {"page": {"total_count": True}}}, ""),
    ],
)
async def test_a_page_without_a_cursor_is_not_shown_as_all(
    client_of: MakeClient, line: str, body: Any, told: str
) -> None:
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        assert (await run(client, line)).stderr == told


@pytest.mark.parametrize(
    ("words", "body", "told"),
    [
        ("monitors list --limit 2", [{"id": 1}, {"id": 2}], "may be more"),
        ("monitors list --limit 2", [{"id": 1}], ""),
        (
            "monitors search",
            {"monitors": [{"id": 1}], "metadata": {"total_count": 7, "page": 0}, "counts": {}},
            "these are 1 of",
        ),
        (
            "slos list",
            {"data": [{"id": "a"}], "metadata": {"page": {"total_count": 9, "total_filtered_count": 1}}},
            "",
        ),
        ("incidents list --limit 1", _incidents(1) | {"meta": {"pagination": {"size": 1}}}, "may"),
        ("dora deployments list --limit 1", {"data": [{"id": "a"}]}, "may be more"),
        ("infrastructure hosts list", {"host_list": [{"id": 1}], "total_matching": 2}, "these are 1 of"),
        ("monitors get 1", {"id": 1, "total": 5, "name": "a"}, ""),
        ("slos list", {"data": [1], "links": {"next": "x"}, "meta": {"pagination": {"total": 1}}}, ""),
    ],
)  # fmt: skip
async def test_a_page_is_told_from_all_by_totals_and_by_what_was_asked_for(
    client_of: MakeClient, words: str, body: Any, told: str
) -> None:
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        said = (await run(client, words)).stderr
        assert (told in said) if told else said == ""
