"""The runbook that restarts a service on one server after the other, with a real HAProxy and real servers of
`ssh`; in place of systemd there is a stand-in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.support.haproxy import BACKEND, Client, Proxy, haproxy
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles
from tests.support.needed import lacking
from tests.support.sshd import CLIENT, SERVER, Fleet, started
from tests.support.standins import StandIns
from tests.support.waiting import until

pytestmark = pytest.mark.library

NAMES = ("web-1", "web-2", "web-3")


@dataclass(frozen=True)
class Site:
    """A proxy, and the hosts of its servers, of which each has a systemd that writes down what it is told."""

    proxy: Proxy
    fleet: Fleet
    units: Mapping[str, StandIns]

    def restarted(self) -> list[str]:
        """The hosts on which the service was restarted."""
        told = "systemctl restart -- checkout.service"
        return [name for name, units in self.units.items() if told in units.calls]

    def statuses(self) -> list[str]:
        return [self.proxy.status(name) for name in NAMES]


def systemd(folder: Path, *, failing: str = "") -> StandIns:
    """A stand-in for systemd, whose calls with these words fail; its sudo lets everybody in."""
    units = StandIns(folder)
    states = {"ActiveState,SubState": "LoadState=loaded\nActiveState=active\nNRestarts=0"}
    units.add("systemctl", {**states, "--property": "ActiveState=active"}, failing=failing)
    units.add("journalctl", {"": "started"})
    sudo = folder / "bin" / "sudo"
    sudo.write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
    sudo.chmod(0o755)
    return units


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    if SERVER is None or CLIENT is None:
        lacking("openssh-server")
    with ExitStack() as stack:
        units = {name: systemd(tmp_path / name) for name in NAMES}
        folder = tmp_path / "sshd"
        folder.mkdir()
        own = {name: each.folder / "bin" for name, each in units.items()}
        fleet = started(folder, stack, own)
        proxy = stack.enter_context(haproxy(names=NAMES))
        found = Site(proxy, fleet, units)
        until(lambda: found.statuses() == ["UP", "UP", "UP"])
        yield found


async def run(
    site: Site,
    folder: Path,
    after: After | None = None,
    answers: Answers | None = None,
    wait: str = "1m",
) -> Ran:
    return await run_of(
        "edge/rolling-restart",
        folder,
        {
            "BACKEND": BACKEND,
            "SERVICE": "checkout.service",
            "LEFT": 2,
            "WAIT": wait,
            "STEADY": 0,
        },
        environ={"PUP_TUI_HAPROXY_SOCKET": str(site.proxy.api)},
        around=site.fleet.around,
        answers=answers,
        after=after,
    )


async def test_each_is_restarted_and_no_client_notices(site: Site, tmp_path: Path) -> None:
    stands: list[list[str]] = []

    def restarted(name: str) -> Callable[[], None]:
        def act() -> None:
            stands.append(site.statuses())
            site.proxy.webs[name].stop()
            site.proxy.webs[name].start()

        return act

    after = {f"restart[{at}]/service": restarted(name) for at, name in enumerate(NAMES)}
    with Client(site.proxy.port).coming() as client:
        until(lambda: client.served > 10)
        state, seen = await run(site, tmp_path / "run", after)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert site.restarted() == list(NAMES)
    assert stands == [["MAINT", "UP", "UP"], ["UP", "MAINT", "UP"], ["UP", "UP", "MAINT"]]
    assert site.statuses() == ["UP", "UP", "UP"]
    assert client.failed == 0
    assert "Restart checkout.service on the 3 servers" in seen.questions[0].message
    assert "It is active there." in seen.questions[0].message


async def test_one_that_does_not_start_stays_out_and_stops_the_rest(
    site: Site, tmp_path: Path
) -> None:
    systemd(site.units["web-2"].folder, failing=" restart ")
    with Client(site.proxy.port).coming() as client:
        state, seen = await run(site, tmp_path / "run")
    assert state.status is RunStatus.FAILED
    assert site.restarted() == ["web-1", "web-2"]
    assert site.statuses() == ["UP", "MAINT", "UP"]
    assert client.failed == 0
    assert outcomes(state)["who"] == "succeeded", troubles(state, seen)
    assert "undo" not in [each.kind for each in seen.questions]


async def test_one_that_is_ill_when_it_is_back_is_taken_out_again(
    site: Site, tmp_path: Path
) -> None:
    def broken() -> None:
        site.proxy.webs["web-1"].stop()
        until(lambda: site.proxy.status("web-1") == "DOWN")

    state, seen = await run(site, tmp_path / "run", {"restart[0]/back": broken})
    assert state.status is RunStatus.FAILED
    assert site.restarted() == ["web-1"]
    assert site.statuses() == ["MAINT", "UP", "UP"]
    offers = [offer.step for each in seen.questions for offer in each.offers]
    assert offers == ["restart[0]/back/ready:undo"]


async def test_sessions_that_do_not_end_bring_the_server_back(site: Site, tmp_path: Path) -> None:
    with site.proxy.connected(), site.proxy.connected(), site.proxy.connected():
        state, _ = await run(site, tmp_path / "run", wait="1s")
    assert state.status is RunStatus.FAILED
    assert site.restarted() == []
    assert site.statuses() == ["UP", "UP", "UP"]


async def test_nothing_is_done_where_one_of_them_is_down(site: Site, tmp_path: Path) -> None:
    site.proxy.webs["web-3"].stop()
    until(lambda: site.proxy.status("web-3") == "DOWN")
    state, seen = await run(site, tmp_path / "run")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["ill"] == "succeeded"
    assert seen.questions == []
    assert site.restarted() == []


async def test_the_operator_leaves_it_at_the_first(site: Site, tmp_path: Path) -> None:
    state, _ = await run(site, tmp_path / "run", answers={"restart": ["yes", "no"]})
    assert state.status is RunStatus.ABORTED
    assert site.restarted() == ["web-1"]
    assert site.statuses() == ["UP", "UP", "UP"]
