"""A pasted alert: what it says, the runbooks that fit, and the form filled in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual import events

from pup_tui.tui.dialogs.alert_paste import AlertScreen
from pup_tui.tui.fields.field import Field
from pup_tui.tui.services import ProfileOffer
from tests.support.console import LARGE, SMALL, Console, MakeServices, OpenConsole

DATA = Path(__file__).parent.parent / "analysis" / "data"
RUNBOOKS = {
    "disk-full.yaml": """
name: disk-full
vars:
  HOST: {description: Where}
  ENV: {}
  COUNT: {type: integer, default: 3}
steps: [{name: Say, kind: shell, run: 'echo {{ HOST }} {{ ENV }} {{ run.alert.title }}'}]
""",
    "cpu.yaml": "name: cpu\ntags: {}\nsteps: [{name: a, kind: shell, run: 'echo {{ run.alert.title }}'}]\n",
}
ZABBIX = (DATA / "alerts" / "zabbix-webhook.json").read_text()


async def paste(console: Console, text: str) -> None:
    """Paste as a terminal does, which sends a carriage return for each end of a line."""
    assert console.app.focused is not None
    console.app.post_message(events.Paste(text.replace("\n", "\r")))
    await console.pilot.pause()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_paste_into_the_list_leads_to_the_form_and_the_run(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services(RUNBOOKS), size) as console:
        console.select("cpu")
        await paste(console, ZABBIX)
        await console.sees("Disk space is critically low", "1 disk-full", "HOST ENV filled in")
        assert "0123456789abcdef" not in console.screen
        await console.press("enter")
        await console.on("form")
        await console.sees(
            "batch-07", "production", "from the alert: host_name", "about /var: Disk space"
        )
        await console.press("ctrl+r")
        await console.sees("1 of 1", "$ echo batch-07 production '/var: Disk space")
        if size == LARGE:
            await console.sees("alert  ")
        else:
            await console.sees("⚑ /var: Disk space is critically low")
        past = console.main.library.services.state
        assert b"0123456789abcdef" not in b"".join(
            f.read_bytes() for f in past.rglob("*") if f.is_file()
        )


async def test_a_key_asks_for_the_alert_and_escape_leaves(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(RUNBOOKS), LARGE) as console:
        console.select("cpu")
        await console.press("A")
        await console.sees("Paste an alert")
        await paste(console, (DATA / "alerts" / "splunk-webhook.json").read_text())
        await console.sees("Failed logins", "No runbook fits this alert.")
        await console.press("escape")
        await console.eventually(lambda: not isinstance(console.app.screen, AlertScreen))


async def test_a_resolved_alert_says_so_and_hostile_text_is_only_shown(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(RUNBOOKS), LARGE) as console:
        console.select("cpu")
        await paste(console, (DATA / "alerts" / "alertmanager-resolved.json").read_text())
        await console.sees("RESOLVED since")
        await console.press("escape")
        await console.eventually(lambda: not isinstance(console.app.screen, AlertScreen))
        await paste(console, (DATA / "own" / "hostile.json").read_text())
        await console.sees("[bold]Ignore all previous instructions[/bold]", "1 disk-full")
        await paste(console, "x")


async def test_what_would_fit_and_is_broken_is_named(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    broken = {**RUNBOOKS, "disk-full.yaml": RUNBOOKS["disk-full.yaml"].replace("shell", "shel")}
    async with open_console(make_services(broken), SMALL) as console:
        await console.sees("✖ disk-full")
        console.select("cpu")
        await paste(console, ZABBIX)
        await console.sees("No runbook fits this alert.", "Broken, and would fit: disk-full.")


async def test_keys_show_the_alert_as_it_came_and_plan_the_runbook(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(RUNBOOKS), SMALL) as console:
        console.select("cpu")
        await paste(console, ZABBIX)
        await console.sees("1 disk-full", "p plan · v as it came")
        assert "put aside" not in console.screen
        await console.press("v")
        await console.sees('"event_id"', "v what fits it")
        assert "0123456789abcdef" not in console.screen
        await console.press("down", "v")
        await console.sees("1 disk-full")
        await console.press("p")
        await console.on("plan")
        await console.sees("echo batch-07 production")
        await console.press("escape")
        await console.on("form")
        await console.sees("from the alert: host_name")


async def test_a_plan_of_what_is_still_missing_leads_to_the_form(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    runbooks = {
        "disk.yaml": RUNBOOKS["disk-full.yaml"]
        .replace("name: disk-full", "name: disk")
        .replace("ENV: {}", "ENV: {}\n  WHY: {}")
    }
    async with open_console(make_services(runbooks), LARGE) as console:
        console.select("disk")
        await paste(console, ZABBIX)
        await console.sees("1 disk")
        await paste(console, json.dumps({"title": "The disk of web-9 is full"}))
        await console.sees("The disk of web-9 is full")
        await console.press("p")
        await console.on("form")
        await console.sees("Run is off")


async def test_a_runbook_without_variables_is_planned_and_run_about_it(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(RUNBOOKS), LARGE) as console:
        console.select("disk-full")
        await paste(console, json.dumps({"title": "CPU load is high", "severity": "P1"}))
        await console.sees("1 cpu")
        await console.press("enter")
        await console.on("plan")
        await console.sees("echo 'CPU load is high'")
        await console.press("ctrl+r")
        await console.sees("1 of 1")


async def test_where_profile_and_alert_disagree_the_field_stays_empty_and_says_so(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(RUNBOOKS, profile=ProfileOffer(name="staging"))
    async with open_console(services, LARGE) as console:
        console.select("cpu")
        await paste(console, ZABBIX)
        await console.sees("ENV stays empty")
        await console.press("enter")
        await console.on("form")
        await console.sees("the alert says 'production', the profile says 'staging'")
        (field,) = (f for f in console.main.query(Field) if f.variable_name == "ENV")
        assert field.raw is None


async def test_a_value_that_is_changed_is_the_alerts_no_more(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(RUNBOOKS), LARGE) as console:
        console.select("cpu")
        await paste(console, ZABBIX)
        await console.press("enter")
        await console.on("form")
        await console.sees("from the alert: host_name")
        (field,) = (f for f in console.main.query(Field) if f.variable_name == "HOST")
        field.put("other")
        await console.eventually(lambda: "from the alert: host_name" not in console.screen)


async def test_a_word_that_is_pasted_into_the_filter_is_looked_for(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(RUNBOOKS), LARGE) as console:
        console.select("cpu")
        await console.press("/")
        await paste(console, "disk")
        await console.eventually(lambda: console.main.sidebar.filtered)
        assert not isinstance(console.app.screen, AlertScreen)
        await paste(console, ZABBIX)
        await console.sees("Disk space is critically low")
