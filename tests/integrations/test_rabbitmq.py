"""Each action for RabbitMQ against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.databases import Server
from tests.support.integrations import Done, carried_out, proved
from tests.support.rabbitmq import (
    PASSWORD,
    asked,
    consuming,
    published,
    rabbitmq,
    told_messages,
)
from tests.support.waiting import until

pytestmark = pytest.mark.library

WHAT = "RabbitMQ 3.10"
NAME = "jobs/of a #1"
QUEUE = f"/queues/%2F/{quote(NAME, safe='')}"


@pytest.fixture(scope="module")
def rabbit() -> Iterator[Server]:
    with rabbitmq() as up:
        asked(up, "PUT", QUEUE, {"durable": True})
        yield up


def leading_to(server: Server, password: str = PASSWORD) -> dict[str, str]:
    return {
        "RABBITMQ_ENDPOINT": f"http://127.0.0.1:{server.port}",
        "RABBITMQ_USERNAME": "app",
        "RABBITMQ_PASSWORD": password,
    }


async def acted(
    action: str, server: Server, folder: Path, given: dict[str, Any] | None = None, **more: Any
) -> Done:
    return await carried_out("rabbitmq", action, folder, leading_to(server), given, **more)


async def test_how_the_server_and_its_nodes_are(rabbit: Server, tmp_path: Path) -> None:
    told = (await acted("overview", rabbit, tmp_path / "1")).outputs
    assert told["VERSION"].startswith("3.")
    assert told["MESSAGES"] >= told["READY"] >= 0
    proved("rabbitmq", "overview", "server", WHAT)
    # What the server tells of itself is some seconds old.
    until(lambda: "mem_alarm" in asked(rabbit, "GET", "/nodes")[0])
    nodes = (await acted("nodes", rabbit, tmp_path / "2")).outputs
    assert [each["name"] for each in nodes["NODES"]] == ["tests@localhost"]
    assert (nodes["DOWN"], nodes["ALARMED"]) == ([], [])
    proved("rabbitmq", "nodes", "server", WHAT)


async def test_messages_are_published_counted_and_dropped(rabbit: Server, tmp_path: Path) -> None:
    given = {"ROUTING_KEY": NAME, "PAYLOAD": 'a "test"\nof two lines'}
    assert (await acted("publish", rabbit, tmp_path / "1", given)).ok
    got = {"count": 1, "ackmode": "ack_requeue_true", "encoding": "auto"}
    (message,) = asked(rabbit, "POST", f"{QUEUE}/get", got)
    assert message["payload"] == given["PAYLOAD"]
    lost = await acted("publish", rabbit, tmp_path / "2", {**given, "ROUTING_KEY": "nowhere"})
    assert "No queue gets what is published to amq.default with nowhere." in lost.reason
    proved("rabbitmq", "publish", "server", WHAT)
    until(lambda: asked(rabbit, "GET", QUEUE).get("messages"))
    one = (await acted("queue", rabbit, tmp_path / "3", {"QUEUE": NAME})).outputs
    assert one["PUBLISHED"] >= 0
    assert {name: one[name] for name in ("MESSAGES", "READY", "UNACKNOWLEDGED", "CONSUMERS")} == {
        "MESSAGES": 1,
        "READY": 1,
        "UNACKNOWLEDGED": 0,
        "CONSUMERS": 0,
    }
    assert (one["ACKNOWLEDGED"], one["POLICY"], one["DEFINITION"]) == (0, "", "{}")
    gone = await acted("queue", rabbit, tmp_path / "4", {"QUEUE": "nowhere"})
    assert "404" in gone.reason
    proved("rabbitmq", "queue", "server", WHAT)
    queues = (await acted("queues", rabbit, tmp_path / "5", {"COUNT": 1})).outputs
    assert [(each["name"], each["messages"]) for each in queues["QUEUES"]] == [(NAME, 1)]
    proved("rabbitmq", "queues", "server", WHAT)
    assert (await acted("purge", rabbit, tmp_path / "6", {"QUEUE": NAME})).ok
    assert asked(rabbit, "POST", f"{QUEUE}/get", got) == []
    gone = await acted("purge", rabbit, tmp_path / "7", {"QUEUE": "nowhere"})
    assert "404" in gone.reason
    proved("rabbitmq", "purge", "server", WHAT)


async def test_a_limit_that_would_lose_messages_is_refused(rabbit: Server, tmp_path: Path) -> None:
    asked(rabbit, "PUT", "/queues/%2F/full", {"durable": True})
    published(rabbit, "full", 3)
    given = {"POLICY": "small", "PATTERN": "^full$", "MAX_LENGTH": 2}
    refused = await acted("limit_queue", rabbit, tmp_path / "1", given)
    assert "A queue has more than 2 messages already" in refused.reason
    assert told_messages(rabbit, "full") == 3
    given["OVERFLOW"] = "drop-head"
    assert (await acted("limit_queue", rabbit, tmp_path / "2", given)).ok
    until(lambda: told_messages(rabbit, "full") == 2)
    lifted = await acted("lift_limit", rabbit, tmp_path / "3", {"POLICY": "small"})
    assert lifted.ok, lifted.reason
    assert asked(rabbit, "GET", "/policies") == []


async def test_a_limit_keeps_what_the_policy_before_it_says(rabbit: Server, tmp_path: Path) -> None:
    other = {"pattern": "^kept$", "definition": {"message-ttl": 60000, "max-length": 9}}
    asked(rabbit, "PUT", "/policies/%2F/other", other)
    asked(rabbit, "PUT", "/queues/%2F/kept", {"durable": True})
    until(lambda: asked(rabbit, "GET", "/queues/%2F/kept").get("policy") == "other")
    told = (await acted("queue", rabbit, tmp_path / "1", {"QUEUE": "kept"})).outputs
    assert told["POLICY"] == "other"
    given = {"POLICY": "more", "PATTERN": "^kept$", "MAX_LENGTH": 5, "KEEP": told["DEFINITION"]}
    done = await acted("limit_queue", rabbit, tmp_path / "2", given)
    assert done.ok, done.reason
    policy = asked(rabbit, "GET", "/policies/%2F/more")
    limited = {"max-length": 5, "overflow": "reject-publish"}
    assert policy["definition"] == {"message-ttl": 60000, **limited}
    asked(rabbit, "DELETE", "/policies/%2F/other")
    asked(rabbit, "PUT", "/policies/%2F/ttl", {**other, "definition": {"message-ttl": 1000}})
    no_limit = await acted("lift_limit", rabbit, tmp_path / "3", {"POLICY": "ttl"})
    assert "The policy ttl limits nothing." in no_limit.reason
    for each in ("more", "ttl"):
        asked(rabbit, "DELETE", f"/policies/%2F/{each}")
    assert "404" in (await acted("lift_limit", rabbit, tmp_path / "4", {"POLICY": "more"})).reason
    proved("rabbitmq", "lift_limit", "server", WHAT)


async def test_messages_are_moved_and_back(rabbit: Server, tmp_path: Path) -> None:
    name = "to move/1"
    asked(rabbit, "PUT", f"/queues/%2F/{quote(name, safe='')}", {"durable": True})
    published(rabbit, name, 3)
    given = {"QUEUE": name, "TO": f"{name}.parked"}
    await acted("move", rabbit, tmp_path / "1", given, undone=True)
    until(lambda: told_messages(rabbit, given["TO"]) == 0 and told_messages(rabbit, name) == 3)
    done = await acted("move", rabbit, tmp_path / "2", given)
    assert done.ok, done.reason
    assert done.outputs == {"MOVED": 3}
    until(lambda: told_messages(rabbit, given["TO"]) == 3 and told_messages(rabbit, name) == 0)
    again = await acted("move", rabbit, tmp_path / "3", given)
    assert f"{name}.parked has messages of its own." in again.reason
    published(rabbit, name, 1)
    assert (await acted("move", rabbit, tmp_path / "4", {**given, "ADD": True})).ok
    until(lambda: told_messages(rabbit, given["TO"]) == 4)
    gone = await acted("move", rabbit, tmp_path / "5", {"QUEUE": "nowhere", "TO": "elsewhere"})
    assert "404" in gone.reason
    proved("rabbitmq", "move", "server", WHAT)


async def test_who_takes_messages(rabbit: Server, tmp_path: Path) -> None:
    asked(rabbit, "PUT", "/queues/%2F/taken", {"durable": True})
    consuming(rabbit, "taken")
    until(lambda: asked(rabbit, "GET", "/queues/%2F/taken").get("consumers") == 1)
    told = (await acted("consumers", rabbit, tmp_path / "1", {"QUEUE": "taken"})).outputs
    assert [each["queue"]["name"] for each in told["WHO"]] == ["taken"]
    assert (len(told["HOSTS"]), told["IDLE"]) == (1, 0)
    none = (await acted("consumers", rabbit, tmp_path / "2", {"QUEUE": "nowhere"})).outputs
    assert (none["WHO"], none["HOSTS"], none["IDLE"]) == ([], [], 0)
    away = await acted("consumers", rabbit, tmp_path / "3", {"QUEUE": "taken", "VHOST": "nowhere"})
    assert "404" in away.reason
    proved("rabbitmq", "consumers", "server", WHAT)


async def test_a_queue_is_limited_and_taken_back(rabbit: Server, tmp_path: Path) -> None:
    given = {"POLICY": "few of/them", "PATTERN": "^jobs", "MAX_LENGTH": 10}
    await acted("limit_queue", rabbit, tmp_path / "1", given, undone=True)
    assert asked(rabbit, "GET", "/policies") == []
    assert (await acted("limit_queue", rabbit, tmp_path / "2", given)).ok
    (policy,) = asked(rabbit, "GET", "/policies")
    assert policy["definition"] == {"max-length": 10, "overflow": "reject-publish"}
    again = await acted("limit_queue", rabbit, tmp_path / "3", given)
    assert "There is a policy few of/them already." in again.reason
    wrong = {**given, "POLICY": "wrong", "PATTERN": "("}
    assert "400" in (await acted("limit_queue", rabbit, tmp_path / "4", wrong)).reason
    proved("rabbitmq", "limit_queue", "server", WHAT)


@pytest.mark.parametrize("action", ["overview", "nodes", "queues"])
async def test_a_wrong_password_fails_and_is_not_told(
    rabbit: Server, tmp_path: Path, action: str
) -> None:
    environ = leading_to(rabbit, "wrong-password")
    done = await carried_out("rabbitmq", action, tmp_path, environ)
    assert "401" in done.reason
    assert "wrong-password" not in "\n".join([*done.texts, done.reason])
