"""All Datadog Workflows of an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.sandbox import Sandbox, ids
from pup_tui.datadog.workflow_list import PAGE, WorkflowInput, all_workflows
from tests.support.http_server import FakeServer, Reply

ClientOf = Callable[..., DatadogClient]


def item(number: int, **attributes: Any) -> dict[str, Any]:
    return {"id": f"w-{number}", "attributes": {"name": f"W{number}", "spec": {}, **attributes}}


def page(items: list[Any], total: int | None = None) -> Reply:
    meta = {} if total is None else {"page": {"totalCount": 9999, "totalFilteredCount": total}}
    return Reply(body={"data": items, "meta": meta})


@pytest.mark.parametrize("total", [PAGE + 2, None])
async def test_they_are_read_to_the_last_page(client_of: ClientOf, total: int | None) -> None:
    first, second = [item(n) for n in range(PAGE)], [item(PAGE), item(PAGE + 1)]
    replies = page(first, total), page(second, total)
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        found = await all_workflows(client)
    assert ([w.id for w in found.workflows], found.missing) == (
        [f"w-{n}" for n in range(PAGE + 2)],
        "",
    )
    assert [request.query["page"] for request in server.requests] == ["0", "1"]
    assert server.requests[0].query["filter[includeUnpublished]"] == "true"


async def test_pages_may_be_smaller_than_was_asked(client_of: ClientOf) -> None:
    replies = page([item(0)], 3), page([item(1)], 3), page([item(2)], 3)
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        found = await all_workflows(client)
    assert ([w.id for w in found.workflows], found.missing) == (["w-0", "w-1", "w-2"], "")


@pytest.mark.parametrize(
    ("replies", "missing"),
    [
        ((page([item(0)], 3), Reply(403, {"errors": ["no"]})), "after 1 of them: GET"),
        ((page([item(0)], 3), page([], 3)), "Datadog tells of 3, and gave 1 of them"),
        ((page([item(0)], 3), page([])), "Datadog tells of 3, and gave 1 of them"),
        ((page([item(0), "x", {"id": 3}, item(0)], 4),), "Datadog tells of 4, and gave 1 of them"),
    ],
)
async def test_a_part_is_never_told_as_the_whole(
    client_of: ClientOf, replies: tuple[Reply, ...], missing: str
) -> None:
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        found = await all_workflows(client)
    assert [w.id for w in found.workflows] == ["w-0"]
    assert missing in found.missing


@pytest.mark.parametrize(
    "reply", [Reply(403, {"errors": ["no"]}), Reply(body={"data": {}}), Reply(body=b"<html>")]
)
async def test_where_nothing_is_to_be_had_that_is_an_error(
    client_of: ClientOf, reply: Reply
) -> None:
    async with FakeServer(reply) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError):
            await all_workflows(client)


async def test_one_that_comes_without_its_spec_is_asked_for(client_of: ClientOf) -> None:
    bare = item(0)
    del bare["attributes"]["spec"]
    triggers: list[Any] = [{"apiTrigger": {}}]
    spec = {"triggers": triggers, "inputSchema": {"parameters": [{"name": "a"}]}}
    whole = Reply(body={"data": item(0, spec=spec)})
    async with FakeServer(page([bare], 1), whole) as server, client_of(server.url) as client:
        (found,) = (await all_workflows(client)).workflows
    assert (found.parameters, found.starts_by_api) == ((WorkflowInput(name="a"),), True)


async def test_the_sandbox_has_some(client_of: ClientOf) -> None:
    async with Sandbox() as sandbox, client_of(sandbox.url) as client:
        found = {w.id: w for w in (await all_workflows(client)).workflows}
    deploy, draft = found[ids.DEPLOY_WORKFLOW_ID], found[ids.DRAFT_WORKFLOW_ID]
    assert [(p.name, p.default, p.allowed) for p in deploy.parameters] == [
        ("service", msgspec.UNSET, ()),
        ("version", "", ()),
        ("env", "production", ("staging", "production")),
    ]
    assert (deploy.published, draft.published, deploy.starts_by_api) == (True, False, True)
