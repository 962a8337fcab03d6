"""Runs that agents ask for: told of, shown with their plan, and begun or declined by the operator's word."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from typing import Any

import pytest
from msgspec.structs import replace

from pup_tui.attention import Attention
from pup_tui.bound_plan import bound_plan
from pup_tui.core.events import RunCreated
from pup_tui.journal.pending import PendingRun
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.store import Journal
from pup_tui.tui.dialogs.asked_run import AskedRunScreen, AskedRunsScreen
from pup_tui.tui.services import ProfileOffer, Services
from pup_tui.tui.widgets.asked_banner import AskedBanner
from tests.support.console import HOSTILE, LARGE, SMALL, VISIBLE, Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play

GREET = """
name: greet
agents: request
vars: {WHO: world}
steps: [{name: Say, kind: shell, run: 'echo hello {{ WHO }}'}]
"""
RUN = "01M8PH8G3RBGJ9EETY5KQGRE5"


async def ask(services: Services, runbook: str = "greet", number: int = 8, **changed: Any) -> str:
    """Have an agent ask for a run; its id."""
    given = {"WHO": "ada"}
    loaded = services.catalog.load(services.home / "runbooks" / f"{runbook}.yaml")
    plan = await asyncio.to_thread(
        bound_plan,
        loaded,
        given,
        sources=services.sources(),
        operator=services.operator,
        hidden=services.hidden,
        refuses=services.catalog.pup.refuses,
        alert=changed.get("alert", {}),
    )
    wanted = PendingRun(
        run=f"{RUN}{number}",
        runbook=runbook,
        profile="",
        given=given,
        vars=plan.vars,
        digest=plan.digest,
        client="helper",
        version="4.2",
        reason="It is needed.",
        asked_at=time.time(),
    )
    with closing(Journal.open(services.state)) as journal:
        return journal.ask_for_run(replace(wanted, **changed)).run


def known(services: Services, run: str) -> PendingRun:
    with closing(JournalReader.open(services.state)) as reader:
        found = reader.pending_run(run)
    assert found is not None
    return found


def created(services: Services, run: str) -> RunCreated:
    with closing(JournalReader.open(services.state)) as reader:
        event = reader.events(run)[0]
    assert isinstance(event, RunCreated)
    return event


async def shown(console: Console) -> None:
    """Open the run that waits."""
    await console.sees("asks for a run of", "K shows it")
    await console.press("K")
    await console.eventually(lambda: isinstance(console.app.screen, AskedRunScreen))
    await console.pilot.pause(0.5)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_it_is_told_of_and_begins_when_it_is_approved(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    services = make_services({"greet.yaml": GREET})
    run = await ask(services)
    async with open_console(services, size) as console:
        await shown(console)
        await console.sees(
            "helper 4.2, as it calls itself", "It is needed.", "WHO = ada", "hello ada"
        )
        await console.press("ctrl+r")
        await console.sees("1 of 1")
        await console.eventually(lambda: not console.main.query(AskedBanner))
        if size == LARGE:
            await console.sees("helper 4.2; approved by alice")
    event = created(services, run)
    assert event.request is not None
    assert (event.request.client, event.request.reason) == ("helper", "It is needed.")
    assert (event.values, event.operator) == ({"WHO": "ada"}, "alice")
    assert known(services, run).status == "approved"


async def test_whoever_looks_elsewhere_is_called_once(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services({"greet.yaml": GREET})
    called: list[str] = []
    monkeypatch.setattr(Attention, "call", lambda _, told: called.append(told))
    async with open_console(services, LARGE) as console:
        console.app.app_focus = False
        await ask(services)
        for _ in range(3):
            console.main._look_at_runs()
            await console.pilot.pause(0.2)
        await console.sees("K shows it")
    assert called == ["pup-tui: helper 4.2 asks for a run of greet"]


async def test_escape_leaves_it_waiting_and_decline_does_not(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"greet.yaml": GREET})
    run = await ask(services)
    async with open_console(services, LARGE) as console:
        await shown(console)
        await console.press("escape")
        assert known(services, run).status == "pending"
        await shown(console)
        screen = console.app.screen
        screen.query_one("#note").focus()
        await console.type("Not now.")
        screen.query_one("#decline").focus()
        await console.press("enter")
        await console.tells("The run of greet is declined.")
        await console.eventually(lambda: not console.main.query(AskedBanner))
    decided = known(services, run)
    assert (decided.status, decided.decided_by, decided.note) == ("declined", "alice", "Not now.")


async def test_what_comes_later_is_told_of_and_put_aside(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"greet.yaml": GREET})
    async with open_console(services, LARGE) as console:
        assert not console.main.query(AskedBanner)
        await ask(services)
        console.main._look_at_runs()
        await console.sees("helper 4.2 asks for a run of greet")
        await console.press("x")
        await console.eventually(lambda: not console.main.query(AskedBanner))
        console.main._look_at_runs()
        await console.pilot.pause(0.3)
        assert not console.main.query(AskedBanner)
        await ask(services, number=9, digest="another")
        console.main._look_at_runs()
        await console.sees("2 runs asked for by agents")
        await console.pilot.click(AskedBanner)
        await console.eventually(lambda: isinstance(console.app.screen, AskedRunsScreen))
        await console.pilot.pause(0.5)
        await console.press("down", "enter")
        await console.sees("has changed since it was asked for")


async def test_what_has_changed_since_cannot_be_approved(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"greet.yaml": GREET})
    run = await ask(services)
    (services.home / "runbooks" / "greet.yaml").write_text(GREET.replace("hello", "bye"))
    async with open_console(services, LARGE) as console:
        await shown(console)
        await console.sees("has changed since it was asked for", "another text, another plan")
        assert not console.app.screen.query("#yes")
        await console.press("ctrl+r")
        assert isinstance(console.app.screen, AskedRunScreen)
    assert known(services, run).status == "pending"


@pytest.mark.parametrize("file", ["greet.yaml", "scripts/greet.sh"])
async def test_what_changes_while_it_is_shown_does_not_begin(
    file: str, make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"greet.yaml": GREET})
    script = services.home / "runbooks" / "scripts" / "greet.sh"
    script.parent.mkdir()
    script.write_text("echo hello")
    run = await ask(services)
    async with open_console(services, LARGE) as console:
        await shown(console)
        changed = services.home / "runbooks" / file
        changed.write_text(changed.read_text().replace("hello", "bye"))
        await console.press("ctrl+r")
        await console.tells("has changed since it was asked for: another text, another plan, or")
    assert known(services, run).status == "pending"


async def test_what_was_declined_elsewhere_meanwhile_does_not_begin(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"greet.yaml": GREET})
    run = await ask(services)
    async with open_console(services, LARGE) as console:
        await shown(console)
        with closing(Journal.open(services.state)) as journal:
            journal.decline_run(run, by="bob", at=time.time())
        await console.press("ctrl+r")
        await console.tells("Nothing was run", "declined by bob")
        with closing(JournalReader.open(services.state)) as reader:
            assert reader.run(run) is None


async def test_secrets_are_asked_for_and_dangerous_ones_need_a_second_key(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = GREET.replace("{WHO", "{TOKEN: {type: secret}, WHO").replace(
        "run:", "danger: true, env: {T: '{{ TOKEN }}'}, run:"
    )
    executor = FakeExecutor(Play(stdout=b"hello\n"))
    services = make_services({"greet.yaml": text}, executor=executor)
    run = await ask(services)
    async with open_console(services, LARGE) as console:
        await shown(console)
        await console.sees("Approve: dangerous", "TOKEN: not known before the run")
        await console.press("ctrl+r")
        assert isinstance(console.app.screen, AskedRunScreen)
        await console.press("enter")
        await console.sees("What the run of greet needs besides")
        await console.pilot.pause(0.5)
        await console.type("hunter2-hunter2")
        await console.press("ctrl+r")
        # The question before a step that is dangerous stays.
        await console.eventually(lambda: not executor.requests and console.main.waiting_runs())
    event = created(services, run)
    assert event.secrets == ("TOKEN",)
    assert event.request is not None


async def test_another_profile_is_told_and_keeps_it_from_beginning(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"greet.yaml": GREET}, profile=ProfileOffer(name="staging"))
    await ask(services)
    async with open_console(services, LARGE) as console:
        await shown(console)
        await console.sees("It was asked for with no profile: choose that before you approve it.")
        assert not console.app.screen.query("#yes")


async def test_hostile_words_are_only_shown(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"greet.yaml": GREET})
    await ask(services, client=HOSTILE, reason=HOSTILE)
    async with open_console(services, LARGE) as console:
        await console.sees(VISIBLE)
        await shown(console)
        await console.sees(VISIBLE)
        assert "\x1b" not in console.screen
        assert "\u202e" not in console.screen


async def test_it_is_about_the_alert_that_it_was_asked_for_with(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"greet.yaml": GREET.replace("hello", "{{ run.alert.title }}")})
    alert = {"title": "Down", "labels": {}, "system": "text", "extra": {}, "guesses": []}
    run = await ask(services, alert=alert)
    async with open_console(services, LARGE) as console:
        await shown(console)
        await console.sees("alert Down (text)", "echo Down ada")
        await console.press("ctrl+r")
        await console.sees("1 of 1")
    assert created(services, run).alert["title"] == "Down"


async def test_the_form_that_is_being_filled_in_stays(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    other = (
        "name: other\nvars: {NAME: {}}\nsteps: [{name: a, kind: shell, run: 'echo {{ NAME }}'}]\n"
    )
    services = make_services({"greet.yaml": GREET, "other.yaml": other})
    await ask(services)
    async with open_console(services, LARGE) as console:
        console.select("other")
        await console.press("r")
        await console.on("form")
        await console.type("typed")
        await console.press("escape")
        await shown(console)
        await console.press("ctrl+r")
        await console.sees("1 of 1")
        console.select("other")
        await console.press("r")
        await console.sees("typed")
