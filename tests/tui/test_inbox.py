"""Alerts as they come: the banner, the page, what fits one, and that nothing begins by itself."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path

import pytest
from textual import events

from pup_tui.inbox.receiving import received
from pup_tui.journal.inbox import kept_alerts, take_alerts
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.store import Journal
from pup_tui.tui.dialogs.alert_paste import AlertScreen
from pup_tui.tui.inbox import InboxWatch
from pup_tui.tui.services import Services
from pup_tui.tui.widgets.inbox_banner import InboxBanner
from tests.support.console import HOSTILE, LARGE, SMALL, VISIBLE, MakeServices, OpenConsole
from tests.tui.test_alert_paste import DATA, RUNBOOKS

ALERTS = DATA / "alerts"


def come(services: Services, *texts: str) -> None:
    """Let alerts come as whoever listens keeps them."""
    with closing(Journal.open(services.state)) as journal:
        for text in texts:
            take_alerts(journal, received(text), time.time())


def alert(title: str, **said: str) -> str:
    return json.dumps({"title": title, **said})


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_alert_that_comes_is_told_opened_and_run_about(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    services = make_services(RUNBOOKS)
    async with open_console(services, size) as console:
        console.select("cpu")
        come(services, (ALERTS / "zabbix-webhook.json").read_text())
        await console.sees("⚑ /var: Disk space is", "i shows it · x aside")
        await console.press("i")
        await console.on("inbox")
        await console.sees("Inbox   1 firing", "batch · production", "high  since today")
        assert "x aside" not in console.screen  # there it puts the alert aside, and not the banner
        assert not console.main.run_pages
        await console.press("enter")
        await console.sees("1 disk-full", "HOST ENV filled in", "x put aside")
        await console.press("enter")
        await console.on("form")
        await console.sees("batch-07", "from the alert: host_name")
        await console.press("ctrl+r")
        await console.sees("1 of 1", "$ echo batch-07 production '/var: Disk space")


async def test_what_else_is_recorded_has_no_alert_read_again(
    make_services: MakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services(RUNBOOKS)
    come(services, alert("One"))
    watch = InboxWatch(services.state)
    await watch.look()
    before = watch.alerts
    assert before is not None
    with monkeypatch.context() as patched:
        patched.setattr("pup_tui.journal.inbox.kept_alerts", None)
        with closing(Journal.open(services.state)) as journal:
            journal.write(lambda database: database.execute("CREATE TABLE of_another (a)"))
        await watch.look()
    assert watch.alerts is before
    come(services, alert("Two"))
    await watch.look()
    assert watch.alerts is not before


async def test_what_comes_while_one_looks_is_shown_and_what_ends_is_folded(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(RUNBOOKS)
    async with open_console(services, LARGE) as console:
        await console.press("i")
        await console.on("inbox")
        await console.sees("No alert has come in the last 7 days.", "A reads one")
        come(services, alert("Disk of web-1 is full", service="shop", severity="warning"))
        await console.sees("Inbox   1 firing", "Disk of web-1 is full", "warning")
        come(services, alert("Pages are slow", service="shop", severity="critical"))
        come(services, alert("Disk of web-1 is full", service="shop", severity="warning"))
        await console.sees("Inbox   2 firing", "×2")
        lines = console.screen.splitlines()
        slow = next(at for at, line in enumerate(lines) if "Pages are slow" in line and "⚑" in line)
        full = next(at for at, line in enumerate(lines) if "×2" in line)
        about = [at for at, line in enumerate(lines) if line.strip().endswith("shop")]
        assert slow < full
        assert about
        come(services, alert("Pages are slow", service="shop", severity="critical", status="ok"))
        await console.sees("Inbox   1 firing", "▸ 1 resolved")
        assert "Pages are slow" not in console.screen
        await console.press("G", "space")
        await console.sees("▾ 1 resolved", "✔ Pages are slow")
        await console.press("escape")
        await console.on("overview")


async def test_one_that_is_put_aside_asks_nobody_any_more(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(RUNBOOKS)
    come(services, alert("Disk of web-1 is full"), alert("Load is high"))
    async with open_console(services, LARGE) as console:
        await console.sees("· 1 more ·")
        await console.press("i")
        await console.sees("Inbox   2 firing")
        await console.press("x")
        await console.sees("Inbox   1 firing", "▸ 1 put aside")
        await console.press("g", "enter")
        await console.sees("put aside", "What fits the alert")
        await console.press("x")
        await console.sees("nothing fires", "▸ 2 put aside")
        await console.eventually(lambda: not console.main.query(InboxBanner))
        with closing(JournalReader.open(services.state)) as journal:
            assert not [row for row in kept_alerts(journal, time.time()) if row.is_open]


async def test_the_banner_stays_away_until_another_alert_comes(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(RUNBOOKS)
    come(services, alert("Disk of web-1 is full"))
    async with open_console(services, SMALL) as console:
        await console.sees("⚑ Disk of web-1 is full")
        await console.press("x")
        await console.eventually(lambda: not console.main.query(InboxBanner))
        come(services, alert("Load is high"))
        await console.sees("⚑ Load is high")
        await console.pilot.click(InboxBanner)
        await console.on("inbox")
        await console.sees("Inbox   2 firing")


async def test_hostile_text_is_only_shown(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(RUNBOOKS)
    come(services, alert(HOSTILE, service=HOSTILE, severity="critical", system=HOSTILE))
    async with open_console(services, LARGE) as console:
        await console.sees(f"⚑ {VISIBLE}")
        await console.press("i")
        await console.sees(f"⚑ {VISIBLE}", "Inbox   1 firing")
        await console.press("enter")
        await console.eventually(lambda: isinstance(console.app.screen, AlertScreen))
        await console.sees(VISIBLE)
        await console.press("escape")


async def test_another_alert_is_pasted_over_one_that_came(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(RUNBOOKS)
    come(services, alert("Load is high"))
    async with open_console(services, LARGE) as console:
        await console.press("i")
        await console.sees("Inbox   1 firing")
        await console.press("enter")
        await console.sees("1 cpu")
        from tests.tui.test_alert_paste import paste

        await paste(console, alert("The disk of web-9 is full"))
        await console.sees("1 disk-full", "The disk of web-9 is full")


async def test_without_a_journal_there_is_an_empty_inbox(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    async with open_console(make_services(RUNBOOKS), SMALL) as console:
        await console.press("i")
        await console.sees("No alert has come in the last 7 days.")
        assert not console.main.query(InboxBanner)


async def test_who_looks_elsewhere_is_called_for_what_comes_then(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(RUNBOOKS, notify="osc9")
    come(services, alert("Load is high", severity="critical"))
    async with open_console(services, SMALL) as console:
        await console.sees("⚑ Load is high")
        sent: list[str] = []
        setattr(console.main._attention, "_write", sent.append)  # noqa: B010
        console.app.post_message(events.AppBlur())
        await console.eventually(lambda: not console.app.app_focus)
        come(services, alert("Disk of web-1 is full", severity="warning"))
        await console.eventually(lambda: any("Disk of web-1 is full" in each for each in sent))
        assert not [each for each in sent if "Load is high" in each]
