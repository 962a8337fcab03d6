from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing

import pytest
from msgspec.structs import replace

from pup_tui.journal.records import RehearsalRecord
from pup_tui.journal.store import Journal
from pup_tui.real_path import real_path
from pup_tui.runbook.model import Runbook
from pup_tui.text_tree import text_tree
from pup_tui.tui.services import NamedState
from pup_tui.tui.texts import description, moment, paragraphs
from pup_tui.tui.widgets.sidebar import RunbookTree
from tests.support.console import HOSTILE, LARGE, SMALL, VISIBLE, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play

RUNBOOK = """
name: rollback
description: |
  Turn a flag off
  and wait.

  - one
  - two
tags: {type: incident}
owner: platform@example.com
links: [{title: Dashboard, url: "https://example.com/d"}]
vars:
  FLAG: {description: Flag to turn off}
  ENV: {type: enum, choices: [staging, production], default: staging}
  TOKEN: {type: secret, from: "env:FLAG_TOKEN"}
steps:
  - {name: Look, kind: http, url: "https://example.com/flags"}
  - {name: Turn it off, kind: http, method: PATCH, url: "https://example.com/flags", danger: true}
  - {name: Start it, kind: datadog-workflow, workflow_id: abc}
  - {name: Tidy, kind: shell, run: "true", when: cleanup, optional: true}
"""


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_shows_what_it_is_for_what_it_asks_and_what_it_does(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services({"rollback.yaml": RUNBOOK}), size) as console:
        await console.sees("Turn a flag off and wait.", "- one", "platform@example.com")
        await console.sees("Dashboard  https://example.com/d", "type:incident")
        await console.sees("~/runbooks/rollback.yaml  (given)")
        console.main.pages.overview.query_one("#overview-body").scroll_end(animate=False)
        await console.sees(
            "4 steps · 1 changes · 1 may change · 1 destroys", "reads", "destroys", "may change"
        )
        await console.sees("(cleanup, opt", "It has not run yet.")
        if size == LARGE:
            await console.sees("required", "Flag to turn off", "= staging", "from env:FLAG_TOKEN")


async def test_a_broken_runbook_shows_where_and_what_to_do_and_cannot_be_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = "name: bad\nsteps:\n  - {name: a, kind: shel, run: ls}\n"
    async with open_console(make_services({"bad.yaml": text}), LARGE) as console:
        await console.sees("broken: 1 error", "bad.yaml:3:21", "did you mean `shell`?")
        await console.sees("3 │   - {name: a, kind: shel, run: ls}")
        await console.press("r")
        assert console.main.page == "overview"
        await console.press("enter")
        await console.tells("correct the file")
        assert not console.app.runs.under_way


async def test_a_double_click_on_a_broken_runbook_tells_what_enter_does(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    files = {"bad.yaml": "name: bad\nsteps: 3\n"}
    async with open_console(make_services(files), LARGE) as console:
        await console.sees("broken: 1 error")
        tree = console.app.screen.query_one(RunbookTree)
        line = next(at for at in range(9) if "bad" in str(tree.render_line(at).text))
        await console.pilot.click(RunbookTree, offset=(8, line), times=2)
        await console.tells("correct the file")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_hostile_texts_are_shown_literally(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    text = json.dumps(
        {
            "name": "x",
            "description": HOSTILE.replace("\x1b", "\\x1b"),
            "owner": "[red]nobody[/red]",
            "tags": {"[b]": "[/usr/bin]"},
            "vars": {"A": {"description": "[@click=app.quit]a[/]", "default": "[link=x]"}},
            "steps": [{"name": "[blink]step", "kind": "shell", "run": "true"}],
        }
    )
    async with open_console(make_services({"x.yaml": text}), size) as console:
        await console.sees(VISIBLE, "[red]nobody[/red]", "[b]:[/usr/bin]")
        await console.sees("[blink]step", "= [link=x]")


async def test_descriptions_of_variables_are_whole_on_a_narrow_screen(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = RUNBOOK.replace(
        "Flag to turn off", "The flag that is to be turned off for everybody here"
    )
    async with open_console(make_services({"rollback.yaml": text})) as console:
        await console.sees("Turn a flag off")
        console.main.pages.overview.query_one("#overview-body").scroll_to(y=8, animate=False)
        await console.sees(
            "FLAG  required", "    The flag that is to be turned off", "    everybody"
        )


async def test_what_is_told_in_several_lines_begins_beside_its_name(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    name = "a-runbook-whose-name-is-far-too-long-for-what-a-narrow-window-has"
    text = (
        f"name: {name}\nowner: {'the team of ' * 6}\nsteps: [{{name: a, kind: shell, run: echo}}]\n"
    )
    async with open_console(make_services({f"{name}.yaml": text})) as console:
        await console.sees("owner  the team of", "file   ~/runbooks/a-runbook")
        row = next(line for line in console.screen.splitlines() if "owner  the" in line)
        at = row.index("the team")
        below = console.screen.splitlines()[console.screen.splitlines().index(row) + 1]
        assert below[at - 7 : at].strip() == ""
        assert below[at:].strip()


async def test_the_last_runs_are_there_after_a_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = "name: quick\nsteps: [{name: a, kind: shell, run: echo}]\n"
    async with open_console(make_services({"quick.yaml": text}), LARGE) as console:
        await console.sees("It has not run yet.")
        await console.press("enter")
        await console.on("plan")
        await console.press("ctrl+r")
        await console.eventually(lambda: not console.app.runs.under_way and console.main.run_tabs())
        await console.press("escape")
        await console.on("overview")
        await console.sees("✔ succeeded", "today", "alice")


def test_paragraphs_fill_their_width_and_lists_keep_their_lines() -> None:
    assert paragraphs("one\ntwo\n\n- a\n- b\n    code\n") == "one two\n\n- a\n- b\n    code"
    assert "\x1b" not in paragraphs("a\x1b[2J")
    assert paragraphs("x" * 9_000).endswith("1,000 more characters")


def test_headings_and_strong_words_of_descriptions_stand_out_and_nothing_else() -> None:
    told = description("# Title\nDo it **by hand**, 2 ** 3 [b]x[/b]")
    assert told.plain == "Title\nDo it by hand, 2 ** 3 [b]x[/b]"
    bold = [told.plain[span.start : span.end] for span in told.spans if span.style == "bold"]
    assert bold == ["Title", "by hand"]


def test_moments_are_short() -> None:
    now = 1_700_000_000.0
    assert moment(now - 60, now).startswith("today")
    assert moment(now - 86_400, now).startswith("yesterday")
    assert moment(now - 400 * 86_400, now)[4] == "-"


NESTED = """
name: nested
lock: "deploy/{{ ENV }}"
vars: {ENV: staging}
steps:
  - name: Look around
    kind: group
    steps:
      - {name: One, kind: pup, run: monitors list}
      - {name: Two, kind: shell, run: "true", foreach: [a, b]}
  - name: Change it
    kind: http
    method: POST
    url: "https://example.com/"
    confirm: Sure?
    undo: {kind: shell, run: back}
"""


async def test_steps_inside_others_are_indented_and_what_is_special_is_told(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"nested.yaml": NESTED}), LARGE) as console:
        await console.sees(
            "lock   deploy/{{ ENV }}", "3+ steps in 1 group · 1 changes · 1 may change"
        )
        await console.sees("(for each item of a list)", "(asks first, can be taken back)")
        rows = [
            line for line in console.screen.splitlines() if "Look around" in line or "One" in line
        ]
        assert rows[0].index("Look around") + 2 == rows[1].index("One")
        assert "may change" in rows[0]


async def test_a_run_under_way_is_among_the_last_runs(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    services = make_services(
        {"a.yaml": "name: a\nsteps: [{name: a, kind: shell, run: a}]"},
        executor=FakeExecutor(Play(hold=hold)),
    )
    async with open_console(services, LARGE) as console:
        await console.sees("It has not run yet.")
        await console.press("r")
        await console.on("plan")
        await console.press("ctrl+r")
        await console.eventually(lambda: console.main.run_pages)
        console.main.show_page("overview")
        await console.sees("● running")
        hold.set()
        await console.sees("✔ succeeded")


NAMES = """
name: names
vars:
  MONITOR_ID: {default: "12"}
  SERVICE: {required: true}
steps:
  - {name: Monitor, kind: pup, run: "monitors get {{ MONITOR_ID }}"}
  - {name: Service, kind: pup, run: "monitors list --service={{ SERVICE }}"}
"""


async def test_the_state_of_what_a_runbook_names_is_asked_on_a_key_only(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    asked: list[dict[str, str]] = []

    async def present(runbook: Runbook, given: Mapping[str, str]) -> Sequence[NamedState]:
        asked.append(dict(given))
        return [
            NamedState(kind="monitor", name="12", state="Alert", told="[red]errors[/]", since=0.0),
            NamedState(kind="service", name="", problem="not known yet: SERVICE has no value yet"),
            NamedState(kind="flag", name="f", problem="HTTP 403: Forbidden"),
        ]

    services = replace(
        make_services({"names.yaml": NAMES, "other.yaml": RUNBOOK}), present=present, read_only=True
    )
    async with open_console(services, LARGE) as console:
        await console.eventually(lambda: console.main.library.entries)
        console.select("names")
        await console.sees("At Datadog · 1 monitor, 1 service · s shows its state")
        assert asked == []
        await console.press("s")
        await console.sees("At Datadog · asked", "Alert", "[red]errors[/] · since 1970-01-01")
        await console.sees("not known yet: SERVICE has no value yet", "✖", "HTTP 403: Forbidden")
        assert asked == [{}]
        console.select("other")
        await console.sees("Turn a flag off and wait.")
        assert "At Datadog" not in console.screen
        console.select("names")
        await console.sees("s shows its state")


async def test_beside_a_long_id_there_is_room_for_the_state(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async def present(runbook: Runbook, given: Mapping[str, str]) -> Sequence[NamedState]:
        return [NamedState(kind="SLO", name="5f1c8a9e" * 8, state="warning", told="")]

    services = replace(make_services({"names.yaml": NAMES}), present=present)
    async with open_console(services, SMALL) as console:
        await console.sees("At Datadog")
        await console.press("s")
        await console.sees("5f1c8a9e5f1c", "…", "warning")


async def test_in_a_small_window_nothing_is_cut_of_what_can_be_asked_and_why_not(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async def present(runbook: Runbook, given: Mapping[str, str]) -> Sequence[NamedState]:
        why = "not known yet: SERVICE has no value yet"
        return [NamedState(kind="service", name="", problem=why)]

    services = replace(make_services({"names.yaml": NAMES}), present=present)
    async with open_console(services, SMALL) as console:
        await console.sees("At Datadog · s shows its state", "  1 monitor, 1 service")
        await console.press("s")
        await console.sees("  service", "    not known yet: SERVICE has no value yet")


async def test_why_the_state_is_not_known_is_said_of_no_other_runbook(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    may_fail, has_failed = asyncio.Event(), asyncio.Event()

    async def present(runbook: Runbook, given: Mapping[str, str]) -> Sequence[NamedState]:
        await may_fail.wait()
        has_failed.set()
        raise ValueError("no account")

    texts = {f"{name}.yaml": NAMES.replace("name: names", f"name: {name}") for name in "ab"}
    async with open_console(replace(make_services(texts), present=present), LARGE) as console:
        await console.eventually(lambda: console.main.library.entries)
        console.select("a")
        await console.sees("s shows its state")
        await console.press("s")
        await console.sees("asking Datadog")
        console.select("b")
        await console.sees("s shows its state")
        may_fail.set()
        await has_failed.wait()
        await console.pilot.pause()
        assert "it cannot be asked" not in console.screen


async def test_what_keeps_the_state_from_being_asked_is_said(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async def present(runbook: Runbook, given: Mapping[str, str]) -> Sequence[NamedState]:
        raise ValueError("no account")

    services = replace(make_services({"names.yaml": NAMES}), present=present)
    async with open_console(services, LARGE) as console:
        await console.sees("s shows its state")
        await console.press("s")
        await console.sees("✖ it cannot be asked: A fault in pup-tui (ValueError)")


@pytest.mark.parametrize(
    ("failed", "changed", "told"),
    [
        (0, False, ("Last runs · last rehearsed 3 days ago", "12 cases went as expected", "85 %")),
        (2, False, ("last rehearsed 3 days ago, 2 of 12 failed", "2 of 12 cases failed", "85 %")),
        (0, True, ("12 cases went as expected", "last rehearsed 3 days ago, changed since")),
    ],
)
async def test_when_it_was_rehearsed_is_told_and_how_that_went(
    make_services: MakeServices,
    open_console: OpenConsole,
    failed: int,
    changed: bool,
    told: tuple[str, ...],
) -> None:
    services = make_services({"rollback.yaml": RUNBOOK})
    (path,) = services.catalog.paths
    tree = text_tree({path.name: path.read_bytes()})
    last = RehearsalRecord(
        path=str(real_path(path)),
        runbook="rollback",
        tree="0" * 64 if changed else tree,
        rehearsed_at=time.time() - 3.5 * 86_400,
        cases=12,
        failed=failed,
        points=20,
        reached=17,
    )
    with closing(Journal.open(services.state)) as journal:
        journal.note_rehearsals([last])
    async with open_console(services, LARGE) as console:
        await console.sees(*told)


async def test_rehearsals_that_were_never_played_here_are_told(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"rollback.yaml": RUNBOOK})
    (path,) = services.catalog.paths
    (path.parent / "_tests").mkdir()
    (path.parent / "_tests" / path.name).write_text("cases: [{name: a}]")
    async with open_console(services, LARGE) as console:
        await console.sees("not rehearsed here yet", "rollback")
