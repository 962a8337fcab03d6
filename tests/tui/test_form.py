from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Button, Input, RadioButton, RadioSet, Select, Switch, TextArea

from pup_tui.tui.fields.field import Field
from pup_tui.tui.widgets.form import Form
from tests.support.console import HOSTILE, LARGE, SMALL, Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor

RUNBOOK = """
name: kinds
vars:
  SERVICE: {description: "Service [/usr/bin] to deploy", pattern: "[a-z]+"}
  COUNT: {type: integer, min: 1, max: 9, default: 3}
  PAUSE: {type: duration, default: 30s}
  FORCE: {type: boolean, default: false}
  ENV: {type: enum, choices: [staging, {value: production, label: "Pro[d]uction"}]}
  ZONE: {type: enum, choices: [a, b, c, d, e, f], required: false}
  NOTE: {type: text, required: false}
  TOKEN: {type: secret}
steps:
  - {name: Say, kind: shell, run: "echo {{ SERVICE }} {{ ENV }} {{ TOKEN }}"}
"""
ONE = """
name: one
vars: {SERVICE: {pattern: "[a-z]+"}}
steps: [{name: Say, kind: shell, run: "echo {{ SERVICE }}"}]
"""


def field(console: Console, name: str) -> Field:
    form = console.main.query_one(Form)
    return next(field for field in form.fields if field.variable_name == name)


async def open_form(console: Console) -> None:
    await console.eventually(lambda: console.main.entry)
    await console.press("enter")
    await console.on("form")
    await console.sees("values for this run")


async def test_lines_that_a_terminal_pastes_are_lines(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"kinds.yaml": RUNBOOK})) as console:
        await open_form(console)
        note = field(console, "NOTE").control
        assert isinstance(note, TextArea)
        note.focus()
        await console.eventually(lambda: console.app.focused is note)
        console.app.post_message(events.Paste("one\rtwo\r\nthree"))
        await console.eventually(lambda: note.text == "one\ntwo\nthree")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_variable_has_the_control_that_fits_it(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services({"kinds.yaml": RUNBOOK}), size) as console:
        await open_form(console)
        await console.sees("Service [/usr/bin] to deploy", "default: 3")
        kinds = {f.variable_name: type(f.control) for f in console.main.query_one(Form).fields}
        assert issubclass(kinds["SERVICE"], Input)
        assert issubclass(kinds["FORCE"], Switch)
        assert issubclass(kinds["ENV"], RadioSet)
        assert issubclass(kinds["ZONE"], Select)
        assert issubclass(kinds["NOTE"], TextArea)
        secret = field(console, "TOKEN").control
        assert isinstance(secret, Input)
        assert secret.password


async def test_run_is_off_with_the_reason_until_everything_is_right(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor()
    services = make_services({"one.yaml": ONE}, executor=executor)
    async with open_console(services) as console:
        await open_form(console)
        await console.sees("Run is off: SERVICE is required")
        assert console.main.query_one("#form-run", Button).disabled
        assert "✖" not in console.screen
        await console.press("ctrl+r")
        await console.sees("✖ is required")
        await console.type("UPPER")
        await console.sees("✖ `UPPER` does not match the pattern")
        assert not executor.requests
        await console.press("ctrl+u", *"lower")
        await console.sees("✔ 1 value ready")
        assert not console.main.query_one("#form-run", Button).disabled
        await console.press("ctrl+r")
        await console.eventually(lambda: executor.requests)
        assert "lower" in executor.requests[0].values.values()


async def test_an_error_shows_beside_its_field_once_the_field_was_left(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"kinds.yaml": RUNBOOK}), LARGE) as console:
        await open_form(console)
        await console.type("payments")
        await console.press("enter", "1", "0")
        assert "at most 9" not in str(field(console, "COUNT").query_one(".field-problem").render())
        await console.press("tab")
        await console.sees("✖ it must be at most 9")


async def test_all_kinds_of_values_reach_the_run_and_secrets_are_hidden(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor()
    services = make_services({"kinds.yaml": RUNBOOK}, executor=executor)
    async with open_console(services, LARGE) as console:
        await open_form(console)
        field(console, "SERVICE").put("payments")
        field(console, "FORCE").put(True)
        field(console, "ENV").put("production")
        field(console, "ZONE").put("c")
        field(console, "NOTE").put("two\nlines")
        field(console, "TOKEN").focus()
        await console.type("s3cret-token")
        await console.sees("8 values ready", "Pro[d]uction")
        assert "s3cret-token" not in console.screen
        await console.press("ctrl+o")
        await console.on("plan")
        await console.sees("echo payments production ***")
        await console.press("ctrl+r")
        await console.eventually(lambda: executor.requests)
        await console.eventually(lambda: not console.app.runs.under_way)
        assert "s3cret-token" in executor.requests[0].values.values()
        assert "s3cret-token" not in console.screen
        assert not console.main.query_one(Form).fields
    for path in (tmp_path / "state").rglob("*"):
        assert not path.is_file() or b"s3cret-token" not in path.read_bytes()


async def test_suggestions_are_filled_in_and_last_values_are_one_key_away(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(
        {"kinds.yaml": RUNBOOK}, suggestions={"SERVICE": "payments", "TOKEN": "never-this"}
    )
    async with open_console(services, LARGE) as console:
        await open_form(console)
        assert field(console, "SERVICE").raw == "payments"
        assert field(console, "TOKEN").raw is None
        field(console, "SERVICE").put("orders")
        field(console, "COUNT").put(7)
        field(console, "ENV").put("staging")
        field(console, "TOKEN").put("s3cret-token")
        await console.press("ctrl+r")
        await console.eventually(console.main.run_tabs)
        await console.eventually(lambda: not console.app.runs.under_way)
        await console.press("escape")
        await open_form(console)
        assert field(console, "SERVICE").raw == "payments"
        await console.press("ctrl+l")
        await console.eventually(lambda: field(console, "SERVICE").raw == "orders")
        assert field(console, "COUNT").raw == "7"
        assert field(console, "ENV").raw == "staging"
        assert field(console, "TOKEN").raw is None


async def test_what_was_typed_survives_a_look_at_the_runbook_and_a_resize(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"one.yaml": ONE}), LARGE) as console:
        await open_form(console)
        await console.type("payments")
        await console.press("escape")
        await console.on("overview")
        await console.pilot.resize_terminal(*SMALL)
        await open_form(console)
        assert field(console, "SERVICE").raw == "payments"


async def test_what_is_not_printable_becomes_visible_in_a_field(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"one.yaml": ONE}), LARGE) as console:
        await open_form(console)
        field(console, "SERVICE").put(HOSTILE)
        await console.sees("\\x1b]0;title", "\\u202e")
        assert "\x1b" not in console.screen


async def test_a_runbook_that_changed_since_is_not_run(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor()
    services = make_services({"one.yaml": ONE}, executor=executor)
    async with open_console(services, LARGE) as console:
        await open_form(console)
        await console.type("payments")
        (tmp_path / "runbooks" / "one.yaml").write_text(ONE.replace("echo", "rm -rf"))
        await console.press("ctrl+r")
        await console.tells("has changed on disk")
        assert not executor.requests
        await console.press("escape")
        await open_form(console)
        await console.press("p", "ctrl+o")
        await console.on("plan")
        await console.sees("rm -rf p")


async def test_a_variable_may_come_from_the_environment(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = ONE.replace('{pattern: "[a-z]+"}', '{from: "env:WHICH"}')
    services = make_services({"one.yaml": text}, environ={"WHICH": "payments"})
    async with open_console(services, LARGE) as console:
        await open_form(console)
        await console.sees("from env:WHICH", "1 value ready")
    async with open_console(make_services({"one.yaml": text}), LARGE) as console:
        await open_form(console)
        await console.sees("env:WHICH holds none")


async def test_the_reason_why_run_is_off_is_a_sentence(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = "name: c\nvars: {COUNT: {type: integer, max: 10}}\nsteps: [{name: a, kind: shell, run: ls}]\n"
    async with open_console(make_services({"c.yaml": text})) as console:
        await open_form(console)
        await console.type("11")
        await console.sees("Run is off: COUNT must be at most 10")


async def test_a_file_that_is_not_there_is_warned_of_and_no_error(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    text = "name: f\nvars: {FROM: {type: file}}\nsteps: [{name: a, kind: shell, run: ls}]\n"
    async with open_console(make_services({"f.yaml": text})) as console:
        await open_form(console)
        await console.type("/nonexistent")
        await console.press("tab")
        await console.sees("▲ there is no such file here", "1 value ready")
        field(console, "FROM").put(str(tmp_path))
        await console.eventually(lambda: "▲" not in console.screen)
        for name in ("~nobody/x", "x" * 5_000):
            field(console, "FROM").put(name)
            await console.sees("▲ there is no such file here")
            field(console, "FROM").put(str(tmp_path))
            await console.eventually(lambda: "▲" not in console.screen)


async def test_only_the_focus_marks_a_choice_that_was_not_made(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = """
name: e
vars:
  NAME: {}
  ENV: {type: enum, choices: [staging, production], default: production}
steps: [{name: a, kind: shell, run: ls}]
"""
    async with open_console(make_services({"e.yaml": text})) as console:
        await open_form(console)
        await console.sees("○ staging", "● production")
        staging, production = field(console, "ENV").query(RadioButton)

        def marked(choice: RadioButton) -> bool:
            return choice.get_component_styles("toggle--label").background.a > 0

        assert not marked(staging)
        assert not marked(production)
        assert production.get_component_styles("toggle--label").text_style.bold
        await console.press("tab")
        assert marked(staging) or marked(production)
