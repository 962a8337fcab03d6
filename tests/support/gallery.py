"""The console's screens, one after the other, as an operator comes to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from functools import partial
from typing import TypeAlias

from textual.geometry import Offset
from textual.selection import Selection
from textual.widgets import Input, OptionList, Select

from pup_tui.core.requests import ShellRequest
from pup_tui.inbox.receiving import received
from pup_tui.journal.inbox import take_alerts
from pup_tui.journal.store import Journal
from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop
from pup_tui.tui import inbox
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.services import ProfileOffer
from pup_tui.tui.widgets.inbox_banner import InboxBanner
from pup_tui.tui.widgets.step_list import StepList
from tests.support.console import Console
from tests.support.executors import FakeExecutor, Play

RUNBOOKS = {
    "deploy.yaml": """
name: Deploy a service
description: Brings a version out, and watches it.
tags: {type: deployment}
owner: platform@example.com
links: [{title: Board, url: https://example.com/board}]
vars:
  SERVICE: {description: Service to deploy, default: payments}
  VERSION: {required: true, pattern: "[0-9.]+", description: Version to bring out}
  ENV: {type: enum, choices: [staging, production], default: staging}
  REGION: {type: enum, choices: [eu-1, eu-2, us-1, us-2, ap-1, ap-2], default: eu-1}
  ZONES: {type: list, choices: [a, b, c], default: [a]}
  NOTES: {type: text, default: "none"}
  LOUD: {type: boolean, default: true}
  TOKEN: {type: secret, required: false}
steps: [{name: Say, kind: shell, run: 'echo {{ SERVICE }}'}]
""",
    "incident.yaml": """
name: Incident
description: Looks, asks, and acts.
tags: {type: incident}
steps:
  - {name: Look at it, kind: shell, run: look, read_only: true}
  - {name: Skipped, kind: shell, run: skip, if: "1 == 2"}
  - {name: Go on, kind: confirm, message: Is it what you think?, expect: payments}
  - name: Act
    kind: shell
    run: rm -rf /tmp/x
    danger: true
    on_failure: confirm
    undo: {kind: shell, run: back}
  - name: Wait for it
    kind: shell
    run: ask
    poll: {interval: 1h, timeout: 3h, until: "value < 5"}
  - {name: By hand, kind: manual, checklist: [One, Two], message: Do this}
""",
    "answers.yaml": """
name: What Datadog answers
description: Looks at monitors and a metric.
steps:
  - {name: Monitors, kind: shell, run: monitors, read_only: true}
  - {name: Latency, kind: shell, run: latency, read_only: true}
""",
    "region.yaml": """
name: Where
description: Asks for a region.
steps:
  - name: Which region
    kind: input
    vars:
      REGION: {type: enum, choices: [eu-1, eu-2, us-1, us-2, ap-1, ap-2], required: true}
      WHY: {required: true, description: What for}
""",
    "broken.yaml": "name: broken\nsteps: [{kind: nonsense}]\n",
}

FLEET = """
name: Restart the agents
description: Restarts the agent on each host.
steps:
  - name: Restart the agent
    kind: shell
    run: restart
    foreach: [web-1, web-2, web-3, web-4, web-5, web-6, web-7, web-8, web-9, web-10, db-1, db-2, db-3]
    max_parallel: 4
    keep_going: true
"""
"""A runbook that comes last, so that the screens before it do not list it."""

OUTPUT = b"".join(
    b"\x1b[%dmcolour %d\x1b[0m \x1b[%dmon a ground\x1b[0m \x1b[2mdim\x1b[0m\n" % (30 + n, n, 40 + n)
    for n in range(8)
)
OUTPUT += b"\x1b[38;2;40;40;60mdark\x1b[0m \x1b[38;5;234mdarker\x1b[0m \x1b[38;5;230mpale\x1b[0m\n"
OUTPUT += b"\x1b[97;44mwhite on blue\x1b[0m \x1b[1;31;47mred on white\x1b[0m\nrate 12\nlast line\n"

MONITORS = [
    {"id": 17, "name": "Error rate of payments", "overall_state": "Alert"},
    {"id": 4, "name": "Latency of checkout", "overall_state": "OK"},
    {"id": 230, "name": "Queue of mails", "overall_state": "No Data"},
]
_VALUES: dict[str, list[int | None]] = {
    "payments": [70, 75, 180, None, 120],
    "mails": [5, 9, 7, 8, 6],
}
LATENCY = [
    {
        "scope": f"service:{service}",
        "unit": [{"short_name": "ms"}],
        "pointlist": [[1_790_000_000_000 + 60_000 * n, value] for n, value in enumerate(values)],
    }
    for service, values in _VALUES.items()
]

PROFILE = ProfileOffer(name="prod", description="All of it", danger=True)
PROFILES = (PROFILE, ProfileOffer(name="bad", problem="no such site"))


class Programs:
    """Stands in for what the runbooks call: prints in many colours, fails, answers as Datadog does."""

    def __init__(self) -> None:
        failed = Outcome(ok=False, exit_code=3, reason="exit code 3")
        plays = {
            "look": Play(stdout=OUTPUT, stderr=b"a warning\n"),
            "rm -rf /tmp/x": Play(stdout=OUTPUT, stderr=b"error: no luck\n", outcome=failed),
            "ask": Play(stdout=b"7\n"),
            "monitors": Play(stdout=json.dumps(MONITORS).encode() + b"\n"),
            "latency": Play(stdout=json.dumps({"series": LATENCY}).encode() + b"\n"),
        }
        self._programs = {script: FakeExecutor(play) for script, play in plays.items()}
        fine, old = Play(stdout=b"active 7.52.1\n"), Play(stdout=b"active 7.51.0\n")
        bad = Play(stdout=b"stopping\n", stderr=b"no such unit\n", outcome=failed)
        unreached = Outcome(ok=False, reason="cannot reach web-9: timed out", unreachable=True)
        hosts = [*[fine] * 3, bad, *[old] * 2, fine, fine, Play(outcome=unreached), fine]
        self._programs["restart"] = FakeExecutor(*hosts, Play(hold=asyncio.Event()))

    async def run(
        self, request: ShellRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        return await self._programs[request.script].run(request, sink, stop, context)


Part: TypeAlias = Callable[[Console], AsyncIterator[str]]
"""Goes through some screens, from the overview on, and stops at each of them, whose name it gives."""


async def screens(console: Console) -> AsyncIterator[str]:
    """All screens one after the other."""
    for part in (overview, form, alerts, a_run, values, answers, a_fleet):
        async for name in part(console):
            yield name


async def overview(console: Console) -> AsyncIterator[str]:
    await console.sees("incident", "broken", "deploy")
    console.select("broken")
    await console.sees("1 error")
    yield "broken"
    console.select("deploy")
    await console.sees("Brings a version out")
    yield "home"
    await console.press("slash", *"dep")
    yield "filter"
    await console.press("escape", "question_mark")
    await console.sees("esc closes")
    yield "help"
    await console.press("escape", "ctrl+p", *"the")
    await console.eventually(lambda: console.app.screen.query("CommandList"))
    await console.eventually(
        lambda: console.app.screen.query_one("CommandList", OptionList).option_count
    )
    yield "palette"
    await console.press("escape", "P")
    await console.sees("no such site")
    yield "profiles"
    await console.press("escape")


async def form(console: Console) -> AsyncIterator[str]:
    console.select("deploy")
    await console.sees("Brings a version out")
    await console.press("r")
    await console.on("form")
    await console.sees("values for this run")
    yield "form"
    wrong = console.app.screen.query(Input).filter(".-wrong, LineInput").last()
    wrong.focus()
    await console.type("x")
    yield "form: typed"
    select = console.app.screen.query_one(Select)
    select.focus()
    await console.press("enter")
    yield "form: select"
    await console.press("escape")
    for control in ("RadioSet", "SeveralChoices", "TextArea", "Switch"):
        console.app.screen.query(control).first().focus()
        await console.pilot.pause()
        yield f"form: {control}"
    await console.press("escape")
    await console.on("overview")


async def alerts(console: Console) -> AsyncIterator[str]:
    state = console.main.library.services.state
    with closing(Journal.open(state)) as journal:
        for title, severity, status in (
            ("Pages are slow", "critical", "firing"),
            ("The disk of web-1 is full", "warning", "firing"),
            ("Incident is over", "", "resolved"),
        ):
            said = {"title": title, "service": "shop", "severity": severity, "status": status}
            take_alerts(journal, received(json.dumps(said)), inbox.now())
    await console.sees("⚑ Pages are slow", "1 more")
    yield "inbox: banner"
    await console.press("i")
    await console.on("inbox")
    await console.press("G", "space")
    await console.sees("✔ Incident is over")
    yield "inbox"
    await console.press("down", "enter")
    await console.sees("RESOLVED", "1 incident")
    yield "alert"
    await console.press("v")
    await console.sees('"status": "resolved"')
    yield "alert: as it came"
    await console.press("escape", "escape")
    await console.on("overview")
    await console.press("x")
    await console.eventually(lambda: not console.main.query(InboxBanner))


async def a_run(console: Console) -> AsyncIterator[str]:
    await _plan_of_the_incident(console)
    yield "plan"
    await console.press("ctrl+r")
    await console.sees("Is it what you think?")
    yield "confirm"
    await console.press(*"pay")
    await console.press("tab")
    yield "confirm: focus"
    await console.press("f3", *"what", "enter")
    await console.sees("match 1 of 1")
    yield "confirm: search"
    await console.press("escape", "escape")
    await console.sees("waiting")
    steps, lines = console.app.screen.query_one(StepList), console.app.screen.query_one(OutputLines)
    steps.focus()
    await console.press("g")
    await console.sees("last line")
    yield "run"
    lines.focus()
    await console.press("g")
    yield "run: output"
    await console.press("slash", *"colour", "enter")
    yield "run: search"
    lines.selection_updated(Selection(Offset(0, 0), Offset(9, 12)))
    await console.pilot.pause()
    yield "run: dragged"
    lines.selection_updated(None)
    await console.press("f", "exclamation_mark")
    await console.sees("Is it what you think?")
    await console.press(*"ments", "enter")
    await console.sees("no luck")
    yield "failure"
    await console.press("tab")
    yield "failure: focus"
    await console.press("escape", "escape")


async def _plan_of_the_incident(console: Console) -> None:
    console.select("incident")
    await console.sees("Looks, asks, and acts.")
    await console.press("p")
    await console.on("plan")
    await console.sees("nothing has run")


async def values(console: Console) -> AsyncIterator[str]:
    console.select("region")
    await console.sees("Asks for a region.")
    await console.press("r")
    await console.on("plan")
    await console.press("ctrl+r")
    await console.sees("Go on is off: REGION")
    yield "input: select"
    await console.press("tab", "x")
    yield "input: text"
    await console.press("ctrl+g", "enter")
    await console.sees("aborted")
    await console.press("escape", "escape")


async def answers(console: Console) -> AsyncIterator[str]:
    if not console.app.runs.under_way:
        await _plan_of_the_incident(console)
        await console.press("ctrl+r")
        await console.sees("Is it what you think?")
        await console.press("escape", "escape")
    console.select("answers")
    await console.sees("Looks at monitors and a metric.")
    await console.press("r")
    await console.on("plan")
    await console.press("ctrl+r")
    await console.sees("2 of 2")
    console.app.screen.query(StepList).last().focus()
    await console.press("g")
    await console.sees("Queue of mails")
    yield "run: table"
    await console.press("down")
    await console.sees("service:mails")
    yield "run: plot"
    # They stay: it takes a while to go through all screens in every look.
    notify = partial(console.app.notify, "something", markup=False, timeout=3600)
    notify(title="A note", severity="warning")
    notify(severity="error")
    await console.pilot.pause()
    yield "notes"
    await console.press("q")
    await console.sees("under way")
    yield "quit"


async def a_fleet(console: Console) -> AsyncIterator[str]:
    await console.press("escape")
    console.app.clear_notifications()
    known = console.main.library.entries[0].path.parent
    (known / "fleet.yaml").write_text(FLEET)
    await console.press("escape")
    await console.sees("fleet")
    console.select("fleet")
    await console.sees("Restarts the agent on each host.")
    await console.press("r")
    await console.on("plan")
    await console.press("ctrl+r")
    await console.sees("6 items alike", "2 items alike", "web-9, unreachable", "3 running")
    yield "fleet"
    await console.press("enter", "e")
    await console.sees("cannot reach web-9")
    yield "fleet: cell"
    await console.press("down", "down", "j")
    yield "fleet: alike"
