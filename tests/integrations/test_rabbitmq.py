"""Each action for RabbitMQ against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.databases import Server
from tests.support.integrations import Done, carried_out, proved
from tests.support.rabbitmq import PASSWORD, asked, rabbitmq
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
    assert one == {"MESSAGES": 1, "READY": 1, "UNACKNOWLEDGED": 0, "CONSUMERS": 0}
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
