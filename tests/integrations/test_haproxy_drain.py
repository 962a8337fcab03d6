"""The runbook that takes a server out from behind HAProxy, against a real one with a client that comes."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.support.haproxy import BACKEND, Client, Proxy, haproxy
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles
from tests.support.waiting import until

pytestmark = pytest.mark.library

VALUES = {"BACKEND": BACKEND, "SERVER": "web-1", "LEFT": 1, "STEADY": 1, "ERRORS_ALLOWED": 0}
BACK: Answers = {"work": {"NEXT": "back"}}


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with haproxy() as up:
        until(lambda: {up.status("web-1"), up.status("web-2")} == {"UP"})
        yield up


async def run(
    proxy: Proxy,
    folder: Path,
    answers: Answers | None = None,
    after: After | None = None,
    wait: str = "1m",
) -> Ran:
    return await run_of(
        "edge/haproxy-drain",
        folder,
        {**VALUES, "WAIT": wait},
        environ={"PUP_TUI_HAPROXY_SOCKET": str(proxy.api)},
        answers=answers,
        after=after,
    )


async def test_a_server_is_worked_on_and_no_client_notices(proxy: Proxy, tmp_path: Path) -> None:
    held = [proxy.connected(), proxy.connected()]
    stands: list[str] = []

    def over() -> None:
        stands.append(proxy.status("web-1"))
        for each in held:
            each.close()

    def worked_on() -> None:
        stands.append(proxy.status("web-1"))
        proxy.webs["web-1"].stop()
        served = client.served
        until(lambda: client.served > served + 10)
        proxy.webs["web-1"].start()

    after = {"empty/drain/drain": over, "empty/none": worked_on}
    with Client(proxy.port).coming() as client:
        until(lambda: client.served > 10)
        state, seen = await run(proxy, tmp_path, BACK, after)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert stands == ["DRAIN", "MAINT"]
    assert client.failed == 0
    assert proxy.status("web-1") == "UP"
    asked = [each.message for each in seen.questions]
    assert re.search(r"It is UP \(L4OK\) and has [12] sessions\.", asked[0])
    assert re.search(r"web-2 +UP", asked[0])
    assert asked[1].startswith("web-1 is MAINT and has no sessions")


async def test_sessions_that_do_not_end_bring_it_back(proxy: Proxy, tmp_path: Path) -> None:
    stands: list[str] = []
    answers: Answers = {"empty/drain": ["yes", "abort"]}
    with proxy.connected() as first, proxy.connected():
        state, seen = await run(
            proxy,
            tmp_path,
            answers,
            {"empty/drain/drain": lambda: stands.append(proxy.status("web-1"))},
            wait="1s",
        )
        first.sendall(b"still here")
        assert first.recv(1)
    assert state.status is RunStatus.FAILED
    assert stands == ["DRAIN"]
    assert proxy.status("web-1") == "UP"
    assert [each.kind for each in seen.questions] == ["confirm", "failure", "undo"]


async def test_sessions_that_do_not_end_are_closed(proxy: Proxy, tmp_path: Path) -> None:
    answers: Answers = {"empty/drain": ["yes", "continue"], "work": {"NEXT": "stays"}}
    with proxy.connected() as first, proxy.connected() as second:
        state, seen = await run(proxy, tmp_path, answers, wait="1s")
        ended = [each.recv(10) for each in (first, second) if not _is_open(each)]
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert ended == [b""]
    assert proxy.status("web-1") == "MAINT"
    assert "Close the 1 sessions" in seen.questions[2].message


def _is_open(session: socket.socket) -> bool:
    """Whether a session still gets an answer."""
    try:
        session.sendall(b"x")
        return bool(session.recv(1))
    except OSError:
        return False


async def test_one_that_is_ill_when_it_is_back_is_taken_out_again(
    proxy: Proxy, tmp_path: Path
) -> None:
    web = proxy.webs["web-1"]
    with Client(proxy.port).coming() as client:
        state, seen = await run(proxy, tmp_path, BACK, {"back": web.stop})
        until(lambda: proxy.status("web-1") == "MAINT")
        # The session that it has just now may have begun before.
        served = client.served
        until(lambda: client.served > served)
        failed = client.failed
        until(lambda: client.served > served + 10)
        assert client.failed == failed
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["steady"] == "failed"
    assert [offer.step for offer in seen.questions[-1].offers] == ["back/ready:undo"]


async def test_one_that_the_others_cannot_replace_is_left_alone(
    proxy: Proxy, tmp_path: Path
) -> None:
    proxy.webs["web-2"].stop()
    until(lambda: proxy.status("web-2") == "DOWN")
    state, seen = await run(proxy, tmp_path)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["few"] == "succeeded"
    assert seen.questions == []
    assert proxy.status("web-1") == "UP"
