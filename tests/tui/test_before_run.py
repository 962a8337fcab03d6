"""What is looked at before a run of the console: beside its plan, before it begins, and while it goes on."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.core.render import Remote
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.preflight.credentials import Accounts
from pup_tui.preflight.kept import NothingKept
from pup_tui.preflight.preflight import Preflight
from pup_tui.preflight.remote import Probe
from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.dialogs.not_ready import NotReadyScreen
from pup_tui.tui.dialogs.reason import ReasonScreen
from pup_tui.tui.past import past_runs
from tests.support.console import LARGE, SMALL, Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play

NEEDY = """
name: needy
requires: {no-such: "", mytool: ">=2"}
steps: [{name: Say, kind: shell, run: echo}]
"""
FINE = """
name: fine
requires: {mytool: ">=1"}
steps: [{name: Say, kind: shell, run: echo}]
"""


@pytest.fixture
def preflight(tmp_path: Path) -> Callable[[], Preflight]:
    """Looks in a folder with one program, which tells its version; `asked` has what ran for that."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "mytool").write_text("#!/bin/sh\n")
    (folder / "mytool").chmod(0o755)

    async def printed_by(script: str, seconds: float) -> tuple[str, str]:
        (tmp_path / "asked").write_text(script)
        return "mytool 1.5 [red]", ""

    async def printed_there(remote: Remote, script: str, seconds: float) -> tuple[str, str]:
        raise ValueError("no host is asked")

    async def account() -> DatadogConfiguration:
        return DatadogConfiguration.from_environment({})

    async def integration(path: Path) -> Probe:
        raise AssertionError(f"nothing is asked of {path}")

    return lambda: Preflight(
        environ={"PATH": f"{folder}:/usr/bin:/bin"},
        cwd=tmp_path,
        state=tmp_path / "state",
        locks=tmp_path / "state" / "locks",
        missing=lambda step: "",
        printed_by=printed_by,
        printed_there=printed_there,
        accounts=Accounts(datadog=account, integration=integration),
        kept=NothingKept(),
    )


async def plans(console: Console) -> None:
    await console.eventually(lambda: console.main.entry)
    await console.press("enter")
    await console.on("plan")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_it_stands_beside_the_plan_worst_first(
    make_services: MakeServices,
    open_console: OpenConsole,
    preflight: Callable[[], Preflight],
    size: tuple[int, int],
) -> None:
    services = make_services({"needy.yaml": NEEDY}, preflight=preflight)
    async with open_console(services, size) as console:
        await plans(console)
        await console.sees("✖ no-such is not there", "install it, or put it on")
        await console.sees("✖ mytool has version 1.5", "a version that is >=2")
        await console.sees("4 things that it needs are there")
        assert "looking at the rest" not in console.screen


async def test_where_all_is_in_order_a_line_says_so_and_the_run_begins(
    make_services: MakeServices, open_console: OpenConsole, preflight: Callable[[], Preflight]
) -> None:
    executor = FakeExecutor(Play())
    services = make_services({"fine.yaml": FINE}, preflight=preflight, executor=executor)
    async with open_console(services) as console:
        await plans(console)
        await console.sees("5 things that it needs are there")
        assert "✖" not in console.screen
        await console.press("ctrl+r")
        await console.eventually(lambda: executor.requests)


async def test_what_is_not_in_order_keeps_a_run_from_beginning(
    make_services: MakeServices, open_console: OpenConsole, preflight: Callable[[], Preflight]
) -> None:
    executor = FakeExecutor(Play())
    services = make_services({"needy.yaml": NEEDY}, preflight=preflight, executor=executor)
    async with open_console(services) as console:
        await plans(console)
        await console.press("ctrl+r")
        await console.eventually(lambda: isinstance(console.app.screen, NotReadyScreen))
        await console.sees("no-such is not there", "mytool has version 1.5", "Begin unchecked…")
        assert console.app.focused is not None
        assert console.app.focused.id == "cancel"
        await console.press("enter")
        await console.on("plan")
        assert not executor.requests
        assert not console.main.run_tabs()


async def test_it_is_gone_past_for_a_reason_that_is_recorded_and_shown(
    make_services: MakeServices,
    open_console: OpenConsole,
    preflight: Callable[[], Preflight],
    tmp_path: Path,
) -> None:
    services = make_services(
        {"needy.yaml": NEEDY}, preflight=preflight, executor=FakeExecutor(Play())
    )
    async with open_console(services, LARGE) as console:
        await plans(console)
        await console.press("ctrl+r")
        await console.eventually(lambda: isinstance(console.app.screen, NotReadyScreen))
        await console.pilot.click("#unchecked")
        await console.eventually(lambda: isinstance(console.app.screen, ReasonScreen))
        await console.type("the site is down")
        await console.press("enter")
        await console.sees("unchecked", "the site is down", "succeeded")
        runs = past_runs(tmp_path / "state", limit=10)
        assert [run.unchecked for run in runs] == ["the site is down"]
        await console.press("escape", "h")
        await console.sees("begun unchecked: the site is down")


async def test_of_an_untrusted_runbook_nothing_is_started_before_somebody_vouches_for_it(
    make_services: MakeServices,
    open_console: OpenConsole,
    preflight: Callable[[], Preflight],
    tmp_path: Path,
) -> None:
    services = make_services({"needy.yaml": NEEDY}, preflight=preflight, trusted=False)
    async with open_console(services) as console:
        await plans(console)
        await console.sees("✖ no-such is not there")
        await console.press("ctrl+r")
        await console.sees("Run the untrusted runbook")
        assert not (tmp_path / "asked").exists()
        await console.press("escape")
        await console.on("plan")
        assert not (tmp_path / "asked").exists()


async def test_a_host_that_does_not_answer_warns_beside_plan_and_run(
    make_services: MakeServices,
    open_console: OpenConsole,
    preflight: Callable[[], Preflight],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    text = f"""
name: asks
steps:
  - {{name: Say, kind: shell, run: echo}}
  - {{name: Ask, kind: http, url: "http://127.0.0.1:{port}/", if: 1 > 2}}
"""
    services = make_services({"asks.yaml": text}, preflight=preflight)
    async with open_console(services) as console:
        await plans(console)
        await console.sees(f"▲ 127.0.0.1:{port} does not answer (Connection refused)")
        await console.press("ctrl+r")
        await console.tells(f"127.0.0.1:{port} does not answer")
        await console.sees("succeeded")


async def test_what_is_left_to_do_is_looked_at_before_a_run_goes_on(
    make_services: MakeServices, open_console: OpenConsole, preflight: Callable[[], Preflight]
) -> None:
    executor = FakeExecutor(Play(outcome=Outcome(ok=False, exit_code=3, reason="no luck")), Play())
    services = make_services({"fine.yaml": FINE}, executor=executor, preflight=preflight)
    async with open_console(services) as console:
        await plans(console)
        await console.press("ctrl+r")
        await console.eventually(lambda: isinstance(console.app.screen, FailureScreen))
        await console.press("escape")
        await console.sees("no luck", "r Resume")
        program = Path(preflight().environ["PATH"].partition(":")[0]) / "mytool"
        program.unlink()
        await console.press("r")
        await console.sees("Resume fine?")
        await console.press("tab", "enter")
        await console.eventually(lambda: isinstance(console.app.screen, NotReadyScreen))
        await console.sees("mytool is not there")
        await console.press("enter")
        assert len(executor.requests) == 1
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        await console.press("r")
        await console.sees("Resume fine?")
        await console.press("tab", "enter")
        await console.sees("succeeded", "leg 2")
