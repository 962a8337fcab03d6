"""The runbook for a queue in which messages pile up, against a real RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.state import RunStatus
from tests.support.databases import Server
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles
from tests.support.rabbitmq import PASSWORD, asked, consuming, published, rabbitmq, told_messages
from tests.support.waiting import until

pytestmark = pytest.mark.library


@pytest.fixture(scope="module")
def rabbit() -> Iterator[Server]:
    with rabbitmq() as up:
        asked(up, "PUT", "/queues/%2F/done", {"durable": True})
        yield up


async def run(
    server: Server,
    folder: Path,
    queue: str,
    what: Mapping[str, Any],
    answers: Answers | None = None,
    after: After | None = None,
    wait: str = "1m",
) -> Ran:
    return await run_of(
        "queues/rabbit-backlog",
        folder,
        {"VHOST": "/", "ENOUGH": 2, "WAIT": wait, "STEADY": 0},
        environ={
            "RABBITMQ_ENDPOINT": f"http://127.0.0.1:{server.port}",
            "RABBITMQ_USERNAME": "app",
            "RABBITMQ_PASSWORD": PASSWORD,
        },
        answers={"which": {"NAME": queue}, "what": what, **(answers or {})},
        after=after,
    )


def filled(server: Server, queue: str, count: int = 5) -> None:
    asked(server, "PUT", f"/queues/%2F/{queue}", {"durable": True})
    published(server, queue, count)


async def test_no_more_are_let_in_until_the_consumers_have_caught_up(
    rabbit: Server, tmp_path: Path
) -> None:
    filled(rabbit, "orders.v1")
    limits: list[Any] = []

    def mended() -> None:
        limits.extend(asked(rabbit, "GET", "/policies"))
        consuming(rabbit, "orders.v1")

    given = {"DO": "limit", "MOST": 20}
    state, seen = await run(rabbit, tmp_path, "orders.v1", given, after={"limit": mended})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    (limit,) = limits
    assert limit["definition"]["max-length"] == 20
    assert limit["pattern"] == r"^orders\.v1$"
    assert asked(rabbit, "GET", "/policies") == []
    until(lambda: told_messages(rabbit, "done") >= 5)
    what = seen.questions[1].message
    assert "orders.v1 has 5 messages, of which 0 are with consumers" in what
    assert "0 consumers take them (from nowhere)" in what


async def test_a_backlog_that_stays_gets_its_limit_taken_away(
    rabbit: Server, tmp_path: Path
) -> None:
    filled(rabbit, "stuck")
    limits: list[Any] = []
    state, _ = await run(
        rabbit,
        tmp_path,
        "stuck",
        {"DO": "limit", "MOST": 20},
        after={"limit": lambda: limits.extend(asked(rabbit, "GET", "/policies"))},
        wait="1s",
    )
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["gone"] == "failed"
    assert len(limits) == 1
    assert asked(rabbit, "GET", "/policies") == []
    assert told_messages(rabbit, "stuck") == 5


async def test_a_limit_below_what_there_is_changes_nothing(rabbit: Server, tmp_path: Path) -> None:
    filled(rabbit, "many")
    state, _ = await run(rabbit, tmp_path, "many", {"DO": "limit", "MOST": 3})
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["limit"] == "failed"
    assert told_messages(rabbit, "many") == 5


async def test_messages_are_parked_and_moved_back_for_consumers_that_work(
    rabbit: Server, tmp_path: Path
) -> None:
    filled(rabbit, "mails")
    parked: list[int] = []

    def looked_at() -> None:
        until(lambda: told_messages(rabbit, "mails.parked") == 5)
        parked.append(told_messages(rabbit, "mails"))
        consuming(rabbit, "mails")

    answers: Answers = {"parking/parked": {"NEXT": "back"}}
    after = {"parking/parked": looked_at}
    state, seen = await run(rabbit, tmp_path, "mails", {"DO": "park"}, answers, after)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert parked == [0]
    until(lambda: told_messages(rabbit, "mails.parked") == told_messages(rabbit, "mails") == 0)


async def test_messages_that_come_back_bring_the_parked_ones_back(
    rabbit: Server, tmp_path: Path
) -> None:
    filled(rabbit, "events")
    answers: Answers = {"parking/parked": {"NEXT": "stay"}}
    after = {"parking/parked": lambda: published(rabbit, "events", 4)}
    state, seen = await run(rabbit, tmp_path, "events", {"DO": "park"}, answers, after, wait="5s")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["gone"] == "failed", troubles(state, seen)
    until(lambda: told_messages(rabbit, "events") == 9)
    assert told_messages(rabbit, "events.parked") == 0


async def test_messages_are_dropped_by_who_types_the_name(rabbit: Server, tmp_path: Path) -> None:
    filled(rabbit, "clicks")
    refused, _ = await run(rabbit, tmp_path / "1", "clicks", {"DO": "purge"}, {"sure": "no"})
    assert refused.status is RunStatus.ABORTED
    assert told_messages(rabbit, "clicks") == 5
    state, seen = await run(rabbit, tmp_path / "2", "clicks", {"DO": "purge"})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert [each.expect for each in seen.questions if each.step == "sure"] == ["clicks"]
    until(lambda: told_messages(rabbit, "clicks") == 0)


async def test_a_queue_without_a_backlog_is_left_alone(rabbit: Server, tmp_path: Path) -> None:
    filled(rabbit, "calm", 1)
    state, seen = await run(rabbit, tmp_path, "calm", {})
    assert state.status is RunStatus.SUCCEEDED
    assert outcomes(state)["none"] == "succeeded"
    assert [each.step for each in seen.questions] == ["which"]
