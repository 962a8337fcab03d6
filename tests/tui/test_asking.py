"""Values and undo steps that the console asks for, as an operator meets them in whole runs."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Button

from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.dialogs.input import InputScreen
from pup_tui.tui.dialogs.trust import TrustScreen
from pup_tui.tui.dialogs.undo import UndoScreen
from pup_tui.tui.screens.quit import QuitScreen
from pup_tui.tui.widgets.form import Form
from tests.support.console import LARGE, SMALL, Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play
from tests.support.value_sources import Commands, sources_of

ASKS = """
name: asks
vars: {SERVICE: {default: payments}}
steps:
  - name: Ask for more
    kind: input
    message: "What to do with {{ SERVICE }}?"
    vars:
      HOST: {default: "{{ SERVICE }}.example.com"}
      TOKEN: {type: secret}
  - {name: Say, kind: shell, run: "echo {{ HOST }} {{ TOKEN }}"}
"""
UNDOES = """
name: undoes
steps:
  - {name: First, kind: shell, run: one, undo: {kind: shell, run: un-one}}
  - {name: Second, kind: shell, run: two, undo: {kind: shell, run: un-two, danger: true}}
  - {name: Third, kind: shell, run: three}
"""
COMMANDS = """
name: commands
vars:
  USER: {from: "command:whoami"}
  HOST: {type: enum, choices_from: list-hosts}
steps: [{name: Say, kind: shell, run: "echo {{ USER }} {{ HOST }}"}]
"""
FAILED = Outcome(ok=False, exit_code=1, reason="exited with 1")


async def run(console: Console) -> None:
    """Run the selected runbook, from wherever its values and its plan are shown."""
    await console.eventually(lambda: console.main.entry)
    await console.press("enter")
    await console.eventually(lambda: console.main.page in ("form", "plan"))
    await console.eventually(
        lambda: console.main.page == "plan" or not console.main.query_one("#form-run").disabled
    )
    await console.press("ctrl+r")


async def on_screen(console: Console, dialog: type[Dialog]) -> None:
    """Return as soon as a dialog is shown and has the focus, so that it takes keys."""
    app = console.app
    await console.eventually(lambda: isinstance(app.screen, dialog) and app.screen.focused)


async def test_values_are_asked_for_in_mid_run(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor()
    services = make_services({"asks.yaml": ASKS}, executor=executor)
    async with open_console(services, SMALL) as console:
        await run(console)
        await on_screen(console, InputScreen)
        await console.sees("What to do with payments?", "default: payments.example.com", "TOKEN *")
        assert not executor.requests
        await console.type("s3cret-token")
        await console.sees("ready to go on")
        await console.press("escape")
        await console.eventually(lambda: len(console.app.screen_stack) == 1)
        await console.press("enter")
        await on_screen(console, InputScreen)
        await console.type("s3cret-token")
        await console.sees("ready to go on")
        await console.press("ctrl+r")
        await console.eventually(lambda: executor.requests)
        given = executor.requests[0].values.values()
        assert {"payments.example.com", "s3cret-token"} <= set(given)
        await console.eventually(lambda: not console.app.runs.under_way)
        assert "s3cret" not in console.screen
    for path in (tmp_path / "state").rglob("*"):
        assert not path.is_file() or b"s3cret-token" not in path.read_bytes()


async def test_no_values_abort_the_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor()
    services = make_services({"asks.yaml": ASKS}, executor=executor)
    async with open_console(services, LARGE) as console:
        await run(console)
        await on_screen(console, InputScreen)
        await console.sees("Go on is off")
        await console.pilot.click("#no")
        await console.sees("aborted")
        assert not executor.requests


async def test_after_a_failure_the_chosen_steps_are_taken_back(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(), Play(), Play(outcome=FAILED), Play())
    services = make_services({"undoes.yaml": UNDOES}, executor=executor)
    async with open_console(services, LARGE) as console:
        await run(console)
        await console.sees("Failed: Third", "Undo 2…")
        await console.press("u")
        await on_screen(console, UndoScreen)
        await console.sees("1. take back: DANGER Second", "un-two", "2. take back: First", "un-one")
        assert len(executor.requests) == 3
        await console.press("asterisk")
        await console.sees("Undo 2 steps: dangerous")
        console.app.screen.query_one("#undo", Button).press()
        await console.eventually(lambda: not console.app.runs.under_way)
        assert [request.script for request in executor.requests[3:]] == ["un-two", "un-one"]


async def test_undoing_nothing_ends_the_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(), Play(), Play(outcome=FAILED))
    services = make_services({"undoes.yaml": UNDOES}, executor=executor)
    async with open_console(services, SMALL) as console:
        await run(console)
        await console.sees("Failed: Third", "Undo 2…")
        await console.press("u")
        await on_screen(console, UndoScreen)
        await console.press("a", "enter")
        await console.eventually(lambda: not console.app.runs.under_way)
        assert len(executor.requests) == 3


async def test_help_and_leaving_work_over_a_dialog(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(), Play(), Play(outcome=FAILED))
    services = make_services({"undoes.yaml": UNDOES}, executor=executor)
    async with open_console(services, SMALL) as console:
        await run(console)
        await console.sees("Failed: Third", "Undo 2…")
        await console.press("u")
        await on_screen(console, UndoScreen)
        await console.press("question_mark")
        await console.sees("Keys")
        await console.sees("All, or none")
        await console.press("escape")
        await on_screen(console, UndoScreen)
        await console.press("q")
        await on_screen(console, QuitScreen)
        await console.press("f1")
        await console.sees("Keys")
        await console.sees("Stay")
        await console.press("escape", "escape")
        await on_screen(console, UndoScreen)
        await console.press("a", "enter")
        await console.eventually(lambda: not console.app.runs.under_way)


async def test_commands_for_values_run_when_the_run_begins(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    commands, executor = Commands({"whoami": "alice", "list-hosts": "a1\na2"}), FakeExecutor()
    services = make_services(
        {"commands.yaml": COMMANDS},
        executor=executor,
        sources=lambda: sources_of(commands=commands),
        suggestions={"HOST": "a2"},
    )
    async with open_console(services, LARGE) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("p")
        await console.on("plan")
        assert not commands.ran
        await console.press("ctrl+r")
        await console.eventually(lambda: executor.requests)
        assert {"alice", "a2"} <= set(executor.requests[0].values.values())


async def test_commands_that_a_stranger_wrote_run_only_on_the_operators_word(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    commands = Commands({"whoami": "alice", "list-hosts": "a1\na2"})
    services = make_services(
        {"commands.yaml": COMMANDS},
        trusted=False,
        sources=lambda: sources_of(commands=commands),
    )
    async with open_console(services, LARGE) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("enter")
        await on_screen(console, TrustScreen)
        await console.sees("runs commands to find values and choices")
        await console.press("enter")
        await console.on("form")
        await console.sees("type the value")
        assert not commands.ran
        await console.press("escape")
        await console.on("overview")
        await console.main.query_one(Form).forget()
        await console.press("enter")
        await on_screen(console, TrustScreen)
        await console.press("tab")
        await console.eventually(lambda: getattr(console.app.screen.focused, "id", "") == "yes")
        await console.press("enter")
        await console.on("form")
        await console.sees("Choose")
        await console.eventually(lambda: commands.ran)


async def test_a_default_made_of_a_secret_is_kept_nowhere(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    text = """
name: derived
vars:
  TOKEN: {type: secret, from: "env:TOKEN"}
  HEADER: {default: "Bearer {{ TOKEN }}"}
steps: [{name: Say, kind: shell, run: "echo {{ HEADER }}"}]
"""
    executor = FakeExecutor()
    environ = {"TOKEN": "s3cret-token"}
    services = make_services({"derived.yaml": text}, executor=executor, environ=environ)
    async with open_console(services, LARGE) as console:
        await run(console)
        await console.eventually(lambda: executor.requests)
        assert "Bearer s3cret-token" in executor.requests[0].values.values()
        await console.eventually(lambda: not console.app.runs.under_way)
        assert "s3cret" not in console.screen
    for path in (tmp_path / "state").rglob("*"):
        assert not path.is_file() or b"s3cret-token" not in path.read_bytes()
