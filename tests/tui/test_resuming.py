"""Runs of the past go on in the console, with the operator's word."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs
from msgspec.structs import replace
from textual.widgets import Input, TextArea

from pup_tui.core.events import Answered, Resumed
from pup_tui.core.run import Run
from pup_tui.drivers import launcher, left_behind
from pup_tui.drivers.locks import HeldLocks
from pup_tui.drivers.recorded import Recorded
from pup_tui.journal.reader import read_journal
from pup_tui.journal.writer import JournalWriter
from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.services import ProfileOffer, Services
from pup_tui.tui.widgets.interrupted_banner import InterruptedBanner
from tests.support.console import LARGE, SMALL, Console, MakeServices, OpenConsole, has_run
from tests.support.executors import FakeExecutor, Play

DEPLOY = """
name: deploy
steps:
  - {name: Look, kind: shell, run: look, capture: SEEN}
  - {name: Deploy it, kind: shell, run: deploy, capture: ID}
  - {name: Tell, kind: shell, run: 'tell {{ ID }} {{ SEEN }}'}
"""
FAILED = Outcome(ok=False, exit_code=3, reason="no luck")


async def begin(console: Console, runbook: str = "deploy") -> None:
    """Run a runbook without variables from its plan."""
    console.select(runbook)
    await console.eventually(lambda: console.main.entry and console.main.entry.id == runbook)
    await console.press("enter")
    await console.on("plan")
    await console.press("ctrl+r")
    await console.eventually(lambda: console.app.runs.under_way or console.main.run_tabs())


async def put_failure_aside(console: Console) -> None:
    """Look at the run that failed: what can become of it is offered by itself."""
    await console.eventually(lambda: isinstance(console.app.screen, FailureScreen))
    await console.press("escape")
    await console.sees("failed", "r Resume")


async def to_history(console: Console) -> None:
    await console.press("h")
    await console.on("history")
    await console.sees("deploy")


async def confirm_resume(console: Console) -> None:
    await console.sees("Resume deploy?")
    await console.press("tab", "enter")


async def until_seen(console: Console, text: str) -> None:
    """Scroll the message of a dialog until a line of it is in sight."""
    while text not in console.screen:
        before = console.screen
        await console.press("down")
        assert console.screen != before, f"{text!r} does not come:\n{before}"


def commands(executor: FakeExecutor) -> list[str]:
    """What was run, with its values in their places."""
    scripts = []
    for request in executor.requests:
        script = request.script
        for name, value in request.values.items():
            script = script.replace(f'"${{{name}}}"', value)
        scripts.append(script)
    return scripts


def events(tmp_path: Path) -> list[Any]:
    with read_journal(tmp_path / "state") as journal:
        assert journal is not None
        return journal.events(journal.runs()[0].run)


async def test_a_click_on_what_tells_of_a_run_that_broke_off_shows_it(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(stdout=b"half way\n", hold=asyncio.Event()))
    services = make_services({"deploy.yaml": DEPLOY}, executor=executor)
    await has_run(services, "deploy", until="half way")
    async with open_console(services) as console:
        await console.sees("a run was interrupted: deploy")
        await console.pilot.click(InterruptedBanner)
        await console.on("history")
        await console.sees("interrupted", "1 run ")
        assert "R shows it" not in console.screen
        await console.press("escape")
        await console.on("overview")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_run_that_broke_off_is_told_of_and_goes_on_where_it_stood(
    make_services: MakeServices,
    open_console: OpenConsole,
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    executor = FakeExecutor(
        Play(stdout=b"seen\n"),
        Play(stdout=b"half way\n", hold=asyncio.Event()),
        Play(stdout=b"told\n"),
    )
    leg = "leg 2, resumed by alice" if size == LARGE else "leg 2 by alice"
    services = make_services({"deploy.yaml": DEPLOY}, executor=executor)
    await has_run(services, "deploy", until="half way")
    async with open_console(services, size) as console:
        await console.sees("a run was interrupted: deploy", "R shows it")
        await console.press("R")
        await console.on("history")
        await console.sees("interrupted", "1 run ")
        assert "R shows it" not in console.screen
        await console.press("r")
        await console.sees("Resume deploy?", "1 step done", "Deploy it", "asked what became of it")
        await console.press("enter")
        await console.eventually(lambda: "Resume deploy?" not in console.screen)
        assert not console.main.run_tabs()
        await console.press("r")
        await confirm_resume(console)
        await console.sees("Was it done? Deploy it", "half way", "ID")
        assert console.screen.count("half way") == 1
        assert "last lines of its output" not in console.screen
        console.app.screen.query_one(Input).focus()
        await console.type("d-17")
        await console.pilot.click("#done")
        await console.sees("3 of 3", "succeeded", leg, "told")
        await console.press("g")
        await console.sees("seen")
        await console.press("j")
        await console.sees("half way", "it was done, says alice")
        assert "resumed today" not in console.screen
        assert commands(executor) == ["look", "deploy", "tell d-17 seen"]
        await console.press("escape")
        await to_history(console)
        await console.eventually(lambda: re.search(r"succeeded +2 ", console.screen))
        await console.press("r")
        assert "Resume deploy?" not in console.screen
    answered = next(e for e in events(tmp_path) if isinstance(e, Answered))
    assert (answered.answer, answered.by, answered.values) == ("done", "alice", {"ID": "d-17"})
    async with open_console(services, size) as console:
        assert "interrupted" not in console.screen
        await to_history(console)
        await console.press("enter")
        await console.sees("past run", "leg 2")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("way", ["edit", "variables", "skip"])
async def test_what_nobody_knows_of_is_changed_and_run_again_or_skipped_with_a_reason(
    make_services: MakeServices,
    open_console: OpenConsole,
    tmp_path: Path,
    size: tuple[int, int],
    way: str,
) -> None:
    text = DEPLOY.replace("run: deploy, capture: ID", "run: 'deploy {{ HOW }}'")
    text = text.replace("{{ ID }}", "{{ HOW }}").replace(
        "steps:", "vars: {HOW: {default: fast}}\nsteps:"
    )
    executor = FakeExecutor(
        Play(stdout=b"seen\n"), Play(stdout=b"half way\n", hold=asyncio.Event()), Play(), Play()
    )
    services = make_services({"deploy.yaml": text}, executor=executor)
    await has_run(services, "deploy", until="half way", HOW="fast")
    async with open_console(services, size) as console:
        await console.sees("a run was interrupted: deploy", "R shows it")
        await console.press("R")
        await console.on("history")
        await console.sees("interrupted", "1 run ")
        await console.press("r")
        await confirm_resume(console)
        await console.sees("Was it done? Deploy it", "Edit…", "Values…", "Skip…")
        await console.pilot.click(f"#{way}")
        match way:
            case "edit":
                await console.sees("Edit and run again: Deploy it")
                console.app.screen.query_one(TextArea).text = "deploy --slowly"
            case "variables":
                await console.sees("Change values and run again")
                console.app.screen.query_one(Input).value = "slowly"
                await console.eventually(lambda: not console.app.screen.query_one("#yes").disabled)
            case _:
                await console.sees("Skip Deploy it")
                await console.press("escape")
                await console.sees("Was it done? Deploy it")
                await console.pilot.click("#skip")
                await console.type("by hand")
                await console.press("enter")
        if way != "skip":
            await console.press("ctrl+r")
            await console.sees("What changes")
            await console.press("ctrl+r")
        await console.sees("succeeded", "leg 2")
    ran = {
        "edit": ["deploy --slowly", "tell fast seen"],
        "variables": ["deploy slowly", "tell slowly seen"],
        "skip": ["tell fast seen"],
    }
    assert commands(executor)[2:] == ran[way]
    answered = next(event for event in events(tmp_path) if isinstance(event, Answered))
    assert (answered.answer, answered.by) == ("skip" if way == "skip" else "retry", "alice")
    if way == "skip":
        assert answered.note == "by hand"


BEGUN = """
name: deploy
steps:
  - {name: Look, kind: shell, run: look, undo: {kind: shell, run: look back}}
  - name: Deploy it
    kind: shell
    run: deploy
    capture: ID
    undo: {kind: shell, run: 'remove {{ ID }}'}
"""


@pytest.mark.parametrize("was_done", [True, False])
async def test_what_a_run_that_broke_off_did_is_taken_back_when_it_is_said_what_became_of_it(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path, was_done: bool
) -> None:
    executor = FakeExecutor(
        Play(), Play(stdout=b"half way\n", hold=asyncio.Event()), Play(), Play()
    )
    services = make_services({"deploy.yaml": BEGUN}, executor=executor)
    await has_run(services, "deploy", until="half way")
    async with open_console(services) as console:
        await to_history(console)
        await console.press("r")
        await console.sees("Resume deploy?", "Undo 2…")
        await console.press("u")
        await console.sees("Was it done? Deploy it", "half way", "Back")
        assert "Run again" not in console.screen
        await console.press("escape")
        await console.sees("Resume deploy?", "Undo 2…")
        await console.press("u")
        await console.sees("Was it done? Deploy it")
        if was_done:
            await console.pilot.click("#done")
            await console.sees("It was done, so what was ID?")
            await console.type("d-5")
            await console.pilot.click("#done")
            await console.sees("take back: Deploy it", "remove d-5", "take back: Look")
        else:
            await console.press("s", "enter")
            await console.sees("take back: Look")
            assert "take back: Deploy it" not in console.screen
        await console.press("space", "tab", *(["tab"] if was_done else []), "enter")
        await console.sees("leg 2", "r Resume")
    assert commands(executor)[2:] == (["remove d-5"] if was_done else ["look back"])
    resumed = next(event for event in events(tmp_path) if isinstance(event, Resumed))
    assert resumed.done == ({"deploy_it": {"ID": "d-5"}} if was_done else {})


HALF = """
name: deploy
steps:
  - {name: Look, kind: shell, run: look, undo: {kind: shell, run: look back}}
  - {name: Deploy it, kind: shell, run: deploy}
"""


@pytest.mark.parametrize("was_undone", [True, False])
async def test_an_undo_that_did_not_finish_is_asked_about_before_anything_is_taken_back(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path, was_undone: bool
) -> None:
    executor = FakeExecutor(
        Play(), Play(outcome=FAILED), Play(stdout=b"half back\n", hold=asyncio.Event()), Play()
    )
    services = make_services({"deploy.yaml": HALF}, executor=executor)
    await has_run(services, "deploy", until="half back")
    async with open_console(services) as console:
        await to_history(console)
        await console.press("r")
        await console.sees("Resume deploy?")
        await console.press("u")
        await console.sees("Was it taken back? Look", "it can be taken back now")
        await console.press("d" if was_undone else "s", "enter")
        if was_undone:
            await console.tells("Nothing is left that can be taken back")
            await console.sees("Resume deploy?")
            await console.press("escape")
            await console.on("history")
        else:
            await console.sees("take back: Look")
            await console.press("space", "tab", "enter")
            await console.sees("leg 2", "r Resume")
    assert commands(executor)[3:] == ([] if was_undone else ["look back"])


OTHERWISE = """
name: deploy
steps:
  - {name: Deploy it, kind: shell, run: deploy, on_failure: warn}
  - {name: Tell, kind: shell, run: tell}
"""


async def test_a_run_of_another_version_that_went_otherwise_is_refused_at_once(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play(stdout=b"half way\n", hold=asyncio.Event()))
    services = make_services({"deploy.yaml": OTHERWISE}, executor=executor)
    with monkeypatch.context() as other:
        other.setattr(launcher, "__version__", "0.0.1")
        other.setattr(Run, "_failure_policy", lambda run, node: "ignore")
        await has_run(services, "deploy", until="half way")
    async with open_console(services, LARGE) as console:
        await console.sees("a run was interrupted: deploy", "R shows it")
        await console.press("R")
        await console.on("history")
        await console.sees("interrupted", "1 run ")
        await console.press("r")
        await console.sees("recorded by pup-tui 0.0.1")
        assert "Resume deploy?" not in console.screen


async def test_a_run_that_failed_goes_on_from_its_tab(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(
        Play(stdout=b"seen\n"), Play(outcome=FAILED), Play(stdout=b"d-18\n"), Play()
    )
    async with open_console(make_services({"deploy.yaml": DEPLOY}, executor=executor)) as console:
        await begin(console)
        await put_failure_aside(console)
        await console.press("r")
        await console.sees("no luck", "failed: runs again", "Deploy it")
        await confirm_resume(console)
        await console.sees("succeeded", "leg 2", "3 of 3")
        assert commands(executor)[1:] == ["deploy", "deploy", "tell d-18 seen"]
        assert len(console.main.run_tabs()) == 1
        assert "r Resume" not in console.screen


SECRET = """
name: deploy
vars:
  TYPED: {type: secret}
  FOUND: {type: secret, from: 'env:FOUND'}
  PLAIN: {default: p}
steps:
  - {name: Log in, kind: shell, run: login, capture: {SESSION: {secret: true}}}
  - {name: Deploy it, kind: shell, run: 'deploy {{ TYPED }} {{ FOUND }} {{ SESSION }}'}
"""


@pytest.mark.parametrize("knows_session", [True, False])
async def test_only_secrets_are_asked_for_and_a_captured_one_may_be_captured_again(
    make_services: MakeServices,
    open_console: OpenConsole,
    tmp_path: Path,
    knows_session: bool,
) -> None:
    executor = FakeExecutor(
        Play(stdout=b"session-1234\n"), Play(outcome=FAILED), Play(stdout=b"session-9999\n")
    )
    services = make_services(
        {"deploy.yaml": SECRET}, executor=executor, environ={"FOUND": "found-secret"}
    )
    async with open_console(services, LARGE) as console:
        console.select("deploy")
        await console.press("enter")
        await console.on("form")
        await console.type("typed-secret")
        await console.press("ctrl+r")
        await console.sees("failed")
        await console.press("r")
        await confirm_resume(console)
        await console.sees(
            "What deploy needs once more", "TYPED", "FOUND", "log_in.SESSION", "Log in"
        )
        assert "PLAIN" not in console.screen
        await console.type("typed-again")
        if knows_session:
            console.app.screen.query(Input).last().focus()
            await console.type("session-5678")
        assert "typed-again" not in console.screen
        await console.press("ctrl+r")
        await console.sees("leg 2", "succeeded", "2 of 2")
    again = [] if knows_session else ["login"]
    session = "session-5678" if knows_session else "session-9999"
    assert commands(executor)[2:] == [*again, f"deploy typed-again found-secret {session}"]
    kept = repr(events(tmp_path))
    assert not [s for s in ("typed-again", "found-secret", "session-") if s in kept]


async def test_secrets_that_are_found_are_not_asked_for(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = SECRET.replace("  TYPED: {type: secret}\n", "").replace("{{ TYPED }} ", "")
    text = text.replace("name: Log in", "name: Log in, idempotent: true")
    executor = FakeExecutor(
        Play(stdout=b"session-1234\n"), Play(outcome=FAILED), Play(stdout=b"session-9999\n")
    )
    services = make_services(
        {"deploy.yaml": text}, executor=executor, environ={"FOUND": "found-secret"}
    )
    async with open_console(services) as console:
        console.select("deploy")
        await console.press("enter")
        await console.on("form")
        await console.press("ctrl+r")
        await console.sees("failed")
        await console.press("r")
        await console.sees("may run again for it", "Log in")
        await confirm_resume(console)
        await console.sees("leg 2", "succeeded")
    assert commands(executor)[-1] == "deploy found-secret session-9999"


async def test_what_ran_at_the_end_is_shown_before_it_runs_again(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    tidies = f"{DEPLOY}  - {{name: Tidy up, kind: shell, run: tidy, when: cleanup}}\n"
    executor = FakeExecutor(Play(stdout=b"seen\n"), Play(outcome=FAILED), Play(stdout=b"d\n"))
    async with open_console(make_services({"deploy.yaml": tidies}, executor=executor)) as console:
        await begin(console)
        await put_failure_aside(console)
        await console.press("r")
        await console.sees("runs again where it is due", "Tidy up")
        await confirm_resume(console)
        await console.sees("leg 2", "succeeded", "4 of 4")
    assert commands(executor).count("tidy") == 2


async def test_a_run_under_way_is_not_resumed(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(stdout=b"half way\n", hold=asyncio.Event()))
    async with open_console(make_services({"deploy.yaml": DEPLOY}, executor=executor)) as console:
        await begin(console)
        await console.sees("half way")
        await console.press("r")
        await console.press("escape")
        await to_history(console)
        await console.press("r")
        await console.tells("This run is under way")
        assert "Resume deploy?" not in console.screen


async def test_of_two_who_resume_a_run_one_is_told(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED))
    services = make_services({"deploy.yaml": DEPLOY}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await put_failure_aside(console)
        await console.press("r")
        await console.sees("Resume deploy?")
        program = console.main.run_pages["run-1"].view.program
        launcher = await services.launcher()
        past = Recorded(events(tmp_path), {1: {}}, {1: program})
        await launcher.resume(past, secrets={})
        await confirm_resume(console)
        await console.tells("Nothing was run", "somebody else has resumed it")
    assert len(executor.requests) == 1


async def test_the_lock_is_taken_again_or_broken(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play(stdout=b"x\n"))
    services = make_services({"deploy.yaml": f"lock: target\n{DEPLOY}"}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await put_failure_aside(console)
        created = events(tmp_path)[0]
        other = HeldLocks(
            tmp_path / "state" / "locks", replace(created, run="OTHER", operator="bob")
        )
        other.take("target", 0.0)
        await console.press("r")
        await confirm_resume(console)
        await console.sees("Another run holds the lock", "bob")
        await console.press("tab", "enter")
        await console.sees("Break the lock")
        await console.type("bob is gone")
        await console.press("enter")
        await console.sees("leg 2", "succeeded")
        other.release()
    resumed = next(e for e in events(tmp_path) if isinstance(e, Resumed))
    assert resumed.lock is not None
    assert resumed.lock.reason == "bob is gone"


async def test_a_run_is_resumed_with_its_own_profile_only(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"deploy.yaml": DEPLOY}, executor=FakeExecutor(Play(outcome=FAILED)))
    await has_run(services, "deploy")
    other = structs.replace(services, profile=ProfileOffer(name="prod"))
    async with open_console(other) as console:
        await to_history(console)
        await console.press("r")
        await console.tells("made without a profile: choose that first (P)")


async def test_that_the_file_has_changed_is_said_and_what_is_recorded_runs(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play(stdout=b"x\n"))
    services = make_services({"deploy.yaml": DEPLOY}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await put_failure_aside(console)
        (tmp_path / "runbooks" / "deploy.yaml").write_text(DEPLOY.replace("run: deploy", "run: no"))
        await console.press("r")
        await console.sees("Its file has changed since: what runs is the text in the record")
        await until_seen(console, "-  - {name: Deploy it, kind: shell, run: deploy")
        await until_seen(console, "+  - {name: Deploy it, kind: shell, run: no")
        await confirm_resume(console)
        await console.sees("leg 2", "succeeded")
    assert "deploy" in commands(executor)


USES = """
name: deploy
steps:
  - {name: Look, kind: shell, run: look, capture: SEEN}
  - {name: Deploy it, template: how}
"""


async def test_a_template_beside_the_file_that_has_changed_is_said_and_can_be_gone_on_with(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    template = tmp_path / "runbooks" / "_templates" / "how.yaml"
    template.parent.mkdir(parents=True)
    template.write_text("{kind: shell, run: deploy}")
    executor = FakeExecutor(Play(stdout=b"seen\n"), Play(outcome=FAILED), Play())
    services = make_services({"deploy.yaml": USES}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await put_failure_aside(console)
        template.write_text("{kind: shell, run: deploy slowly}")
        await console.press("r")
        await console.sees("Its file has changed since")
        await until_seen(console, "+{kind: shell, run: deploy slowly}")
        await console.pilot.click("#current")
        await console.sees("what runs is the file as it is now", "With the recorded text")
        await confirm_resume(console)
        await console.sees("succeeded", "leg 2", "2 of 2")
    assert commands(executor)[1:] == ["deploy", "deploy slowly"]


async def test_a_file_that_is_gone_is_said_and_what_is_recorded_runs(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play(stdout=b"x\n"))
    services = make_services({"deploy.yaml": DEPLOY}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await put_failure_aside(console)
        (tmp_path / "runbooks" / "deploy.yaml").unlink()
        await console.press("r")
        await console.sees("Its file cannot be read any more", "there is no such file")
        assert "With the file as it is" not in console.screen
        await confirm_resume(console)
        await console.sees("leg 2", "succeeded")


async def test_the_text_of_what_failed_is_edited_and_recorded(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(stdout=b"seen\n"), Play(outcome=FAILED), Play(stdout=b"d-18\n"))
    async with open_console(make_services({"deploy.yaml": DEPLOY}, executor=executor)) as console:
        await begin(console)
        await put_failure_aside(console)
        await console.press("r")
        await console.sees("What failed…")
        assert "With the file as it is" not in console.screen
        await console.pilot.click("#change")
        await console.sees("Failed: Deploy it", "no luck", "ran", "Edit…")
        assert "Values…" not in console.screen
        await console.pilot.click("#edit")
        await console.sees("Edit and run again: Deploy it", "deploy")
        text = console.app.screen.query_one(TextArea)
        text.text = " "
        await console.sees("It cannot be run: there is nothing left to run")
        await console.press("ctrl+r")
        await console.sees("It cannot be run: there is nothing left to run")
        text.text = "deploy --slowly"
        await console.eventually(lambda: "It cannot be run" not in console.screen)
        await console.press("ctrl+r")
        await console.sees("What changes: Deploy it", "-deploy", "+deploy --slowly")
        await console.press("escape")
        await console.sees("Edit and run again: Deploy it", "deploy --slowly")
        await console.press("ctrl+r")
        await console.sees("What changes: Deploy it")
        await console.press("ctrl+r")
        await console.sees("succeeded", "leg 2", "3 of 3")
        assert commands(executor)[1:] == ["deploy", "deploy --slowly", "tell d-18 seen"]
    resumed = next(event for event in events(tmp_path) if isinstance(event, Resumed))
    assert {step: each.text for step, each in resumed.edited.items()} == {
        "deploy_it": "deploy --slowly"
    }


VALUED = """
name: deploy
vars: {HOW: {default: quickly}, TOKEN: {type: secret, from: 'env:TOKEN'}, TIMES: {type: integer, default: 3}}
steps:
  - {name: Look, kind: shell, run: look, capture: SEEN}
  - {name: Deploy it, kind: shell, run: 'deploy {{ HOW }}'}
  - {name: Tell, kind: shell, run: 'tell {{ SEEN }} {{ HOW }} {{ TIMES }}'}
"""


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_variable_is_changed_before_what_failed_runs_again(
    make_services: MakeServices,
    open_console: OpenConsole,
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    executor = FakeExecutor(Play(stdout=b"seen\n"), Play(outcome=FAILED), Play())
    services = make_services(
        {"deploy.yaml": VALUED}, executor=executor, environ={"TOKEN": "hunter2-token"}
    )
    async with open_console(services, size) as console:
        console.select("deploy")
        await console.press("enter")
        await console.on("form")
        await console.press("ctrl+r")
        await put_failure_aside(console)
        await console.press("r")
        await console.sees("What failed…")
        await console.pilot.click("#change")
        await console.sees("Failed: Deploy it", "Values…")
        await console.pilot.click("#variables")
        await console.sees(
            "Change values and run again", "HOW", "quickly", "TIMES", "recorded with your name"
        )
        assert "TOKEN" not in console.screen
        how, times = console.app.screen.query(Input)
        assert (how.value, times.value) == ("quickly", "3")
        times.value = "often"
        await console.eventually(lambda: console.app.screen.query_one("#yes").disabled)
        times.value = "3"
        how.value = "slowly"
        await console.eventually(lambda: not console.app.screen.query_one("#yes").disabled)
        await console.press("ctrl+r")
        await console.sees("What changes", "-HOW = quickly", "+HOW = slowly")
        await console.press("ctrl+r")
        await console.sees("succeeded", "leg 2", "3 of 3")
    assert commands(executor)[1:] == ["deploy quickly", "deploy slowly", "tell seen slowly 3"]
    resumed = next(event for event in events(tmp_path) if isinstance(event, Resumed))
    assert (resumed.by, resumed.changed) == ("alice", {"HOW": "slowly"})


async def test_what_failed_is_skipped_with_a_reason_or_the_run_is_left_as_it_is(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(
        Play(stdout=b"seen\n"), Play(stdout=b"half way\n", outcome=FAILED), Play()
    )
    text = DEPLOY.replace("{{ ID }} ", "")
    async with open_console(make_services({"deploy.yaml": text}, executor=executor)) as console:
        await begin(console)
        await put_failure_aside(console)
        await console.press("r")
        await console.sees("What failed…")
        await console.pilot.click("#change")
        await console.sees("Failed: Deploy it", "half way")
        await console.pilot.click("#skip")
        await console.sees("Skip Deploy it", "The run goes on behind it.")
        await console.press("escape")
        await console.sees("Failed: Deploy it")
        await console.press("escape")
        await console.sees("Resume deploy?")
        await console.pilot.click("#change")
        await console.sees("Failed: Deploy it")
        await console.pilot.click("#skip")
        await console.sees("Skip Deploy it")
        await console.type("done by hand")
        await console.press("enter")
        await console.sees("succeeded", "leg 2", "2 of 3 succeeded · 1 skipped")
        await console.press("g", "j")
        await console.sees("skipped by alice: done by hand")
    assert commands(executor) == ["look", "deploy", "tell seen"]
    resumed = [event for event in events(tmp_path) if isinstance(event, Resumed)]
    assert [event.skipped for event in resumed] == [{"deploy_it": "done by hand"}]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_what_was_printed_before_and_after_stands_apart(
    make_services: MakeServices,
    open_console: OpenConsole,
    size: tuple[int, int],
) -> None:
    executor = FakeExecutor(
        Play(stdout=b"seen\n"),
        Play(stdout=b"first try\n", outcome=FAILED),
        Play(stdout=b"second try\n", outcome=FAILED),
        Play(stdout=b"third try\n", outcome=FAILED),
    )
    services = make_services({"deploy.yaml": DEPLOY}, executor=executor)
    async with open_console(services, size) as console:
        await begin(console)
        await put_failure_aside(console)
        await console.sees("first try", "r Resume")
        for leg in (2, 3):
            await console.press("r")
            await confirm_resume(console)
            await put_failure_aside(console)
            await console.sees("r Resume", f"leg {leg}", "third try" if leg == 3 else "second try")
        told = ("first try", "leg 2 ─", "second try", "leg 3 ─", "third try")

        def in_order() -> bool:
            places = [console.screen.find(each) for each in told]
            return min(places) >= 0 and places == sorted(places)

        await console.eventually(in_order)
        await console.sees("3 lines")
        await console.press("ctrl+w")
        await to_history(console)
        await console.press("enter")
        await console.sees("past run")
        await console.eventually(in_order)


def write(services: Services, text: str) -> None:
    services.catalog.find("deploy").path.write_text(text)


async def test_what_was_cleaned_up_and_is_gone_from_the_file_is_said(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(stdout=b"seen\n"), Play(outcome=FAILED), Play())
    tidies = DEPLOY + "  - {name: Tidy, kind: shell, when: cleanup, run: tidy}\n"
    services = make_services({"deploy.yaml": tidies}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await put_failure_aside(console)
        write(services, DEPLOY)
        await console.press("r")
        await console.sees("runs again where it is due", "With the file as it is")
        await console.pilot.click("#current")
        await console.sees("Taken back or cleaned up, and not in the file any more", "tidy.")


@pytest.mark.parametrize("fits", [True, False])
async def test_a_run_goes_on_with_the_file_as_it_is_if_that_has_what_was_done(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path, fits: bool
) -> None:
    executor = FakeExecutor(Play(stdout=b"seen\n"), Play(outcome=FAILED), Play(stdout=b"d-18\n"))
    services = make_services({"deploy.yaml": DEPLOY}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await put_failure_aside(console)
        changed = DEPLOY.replace("run: deploy,", "run: 'deploy {{ HOW }}',")
        changed = changed.replace("steps:", "vars: {HOW: {default: slowly}}\nsteps:", 1)
        write(services, changed if fits else changed.replace("name: Look", "name: See"))
        await console.press("r")
        if fits:
            await console.sees("With the file as it is")
            await console.pilot.click("#current")
            await console.sees("what runs is the file as it is now")
            await confirm_resume(console)
            await console.sees("succeeded", "leg 2", "3 of 3")
            assert commands(executor)[1:] == ["deploy", "deploy slowly", "tell d-18 seen"]
        else:
            await console.sees("It cannot go on with the file as it is", "no longer has what was")
            assert "With the file as it is" not in console.screen.replace("go on with", "")
            await console.press("escape")
    resumed = [event for event in events(tmp_path) if isinstance(event, Resumed)]
    assert [event.source is not None for event in resumed] == [True] * fits


async def test_a_dangerous_step_runs_again_on_resume_by_two_keys(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    step = "{name: Deploy it, kind: shell, run: deploy, danger: true, confirm: Sure?}"
    text = f"name: deploy\nsteps: [{step}]\n"
    executor = FakeExecutor(Play(outcome=Outcome(ok=False, reason="no luck")), Play())
    async with open_console(make_services({"deploy.yaml": text}, executor=executor)) as console:
        await begin(console)
        await console.sees("Sure?")
        await console.press("y", "enter")
        await put_failure_aside(console)
        await console.press("r")
        await console.sees("Resume deploy?", "DANGER Deploy it", "Resume: dangerous")
        await console.press("ctrl+r")
        await console.sees("Resume: dangerous  enter")
        assert commands(executor) == ["deploy"]
        await console.press("enter")
        await console.sees("leg 2", "succeeded")


async def test_at_80_columns_the_key_for_what_was_interrupted_is_in_sight(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    long = "rollback-of-a-rather-long-feature-flag"
    text = DEPLOY.replace("name: deploy", f"name: {long}")
    executor = FakeExecutor(*(Play(stdout=b"begun\n", hold=asyncio.Event()) for _ in range(2)))
    services = make_services({f"{long}.yaml": text}, executor=executor)
    for _ in range(2):
        await has_run(services, long, until="begun")
    async with open_console(services, SMALL) as console:
        await console.sees(
            "2 interrupted runs, newest rol", "flag of today", "R shows them · x aside"
        )


async def test_a_run_that_could_not_be_recorded_goes_on_in_the_same_console(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    hold = asyncio.Event()
    executor = FakeExecutor(Play(stdout=b"seen\n", hold=hold), Play(), Play(), Play())
    log = await JournalWriter.open(tmp_path / "state", patience=0)
    steps = ("{name: Look, kind: shell, run: look}", "{name: Tell, kind: shell, run: tell}")
    text = f"name: deploy\nsteps: [{', '.join(steps)}]\n"
    services = make_services({"deploy.yaml": text}, executor=executor, log=log)
    async with open_console(services, LARGE) as console:
        await begin(console)
        await console.sees("● 1 running")
        with closing(
            sqlite3.connect(tmp_path / "state/journal.db", isolation_level=None)
        ) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            hold.set()
            await console.sees("can no longer be recorded", "locked by another program", "no runs")
        assert commands(executor) == ["look"]
        await console.press("escape")
        await to_history(console)
        await console.sees("interrupted")
        await console.press("r")
        await confirm_resume(console)
        await console.sees("Was it done? Look")
        await console.pilot.click("#retry")
        await console.sees("succeeded", "leg 2")
    assert commands(executor) == ["look", "look", "tell"]
    await log.close()


async def test_the_line_about_interrupted_runs_is_put_aside_by_its_key(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(stdout=b"half way\n", hold=asyncio.Event()))
    services = make_services({"deploy.yaml": DEPLOY}, executor=executor)
    await has_run(services, "deploy", until="half way")
    async with open_console(services) as console:
        await console.sees("a run was interrupted: deploy", "R shows it · x aside")
        await console.press("x")
        await console.eventually(lambda: not console.main.query(InterruptedBanner))


async def test_of_a_step_that_still_runs_the_item_is_named(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lives() -> bool:
        return True

    async def left(*_: object) -> list[SimpleNamespace]:
        return [SimpleNamespace(step="roll[0]", processes="sleep (pid 7)", lives=lives)]

    monkeypatch.setattr(left_behind, "left_behind", left)
    text = "name: deploy\nsteps: [{name: Roll, kind: shell, run: roll, foreach: [eu1, us3]}]\n"
    executor = FakeExecutor(Play(stdout=b"half way\n", hold=asyncio.Event()))
    services = make_services({"deploy.yaml": text}, executor=executor)
    await has_run(services, "deploy", until="half way")
    async with open_console(services) as console:
        await to_history(console)
        await console.press("r")
        await console.sees("Resume deploy?")
        await console.press("ctrl+r")
        await console.sees("Still running: roll[0]: Roll · eu1", "sleep (pid 7)")
        await console.press("escape")
