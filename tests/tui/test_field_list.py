from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Input, Select, Switch

from pup_tui.tui.fields import field_list
from tests.support.console import HOSTILE
from tests.support.fields import fields
from tests.support.value_sources import Commands, Kept

WHEN = """
ENV: {type: enum, choices: [staging, production], default: staging}
TICKET: {when: "ENV == 'production'"}
APPROVER: {when: "TICKET is defined and ENV == 'production'", default: "nobody"}
NOTE: {required: false}
"""
CASCADE = """
SERVICE: {}
HOST: {default: "{{ SERVICE }}.example.com"}
TIER: {type: enum, choices: [api, web], default: "{{ 'web' if SERVICE == 'shop' else 'api' }}"}
LOUD: {type: boolean, default: "{{ SERVICE == 'shop' }}"}
TEXT: {type: text, default: "hello {{ SERVICE }}"}
"""
CHOICES = """
REGION: {type: enum, choices: [eu, us], default: eu}
OTHER: {required: false}
HOST: {type: enum, choices_from: "list-hosts {{ REGION }}"}
"""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_list, "SETTLED", 0.0)


# `when`


async def test_a_variable_is_asked_for_only_where_its_condition_holds() -> None:
    async with fields(WHEN) as form:
        assert form.shown == ["ENV", "NOTE"]
        assert not form.wrong
        form["ENV"].put("production")
        await form.eventually(lambda: form.shown == ["ENV", "TICKET", "APPROVER", "NOTE"])
        await form.eventually(lambda: "TICKET" in form.wrong)


async def test_what_was_typed_comes_back_with_its_field_and_counts_only_then() -> None:
    async with fields(WHEN) as form:
        form["ENV"].put("production")
        await form.eventually(lambda: "TICKET" in form.shown)
        await form.type("TICKET", "T-1")
        await form.type("APPROVER", "bob")
        await form.eventually(lambda: form.values.get("APPROVER") == "bob")
        form["ENV"].put("staging")
        await form.eventually(lambda: form.shown == ["ENV", "NOTE"])
        assert not form.wrong
        assert "TICKET" not in form.values
        form["ENV"].put("production")
        await form.eventually(lambda: "TICKET" in form.shown)
        await form.eventually(lambda: not form.wrong)
        assert form.values["TICKET"] == "T-1"
        assert form.values["APPROVER"] == "bob"


# Defaults


async def test_defaults_follow_the_values_above() -> None:
    async with fields(CASCADE) as form:
        await form.type("SERVICE", "shop")
        await form.sees("default: shop.example.com", "● web", "default: hello shop")
        assert form["LOUD"].query_one(Switch).value
        assert form.values["HOST"] == "shop.example.com"
        assert form.values["TIER"] == "web"
        await form.type("SERVICE", "2")
        await form.sees("default: shop2.example.com", "● api", "default: hello shop2")
        assert not form["LOUD"].query_one(Switch).value
        assert form.values["TIER"] == "api"


async def test_an_edited_field_follows_no_more() -> None:
    async with fields(CASCADE) as form:
        await form.type("SERVICE", "shop")
        await form.sees("● web")
        await form.type("HOST", "mine")
        form["TIER"].focus()
        await form.pilot.press("up", "space")
        await form.sees("● api")
        form["LOUD"].focus()
        await form.pilot.press("space")
        form["SERVICE"].put("shop2")
        await form.eventually(lambda: form.values.get("SERVICE") == "shop2")
        form["SERVICE"].put("shop")
        await form.eventually(lambda: form.values.get("SERVICE") == "shop")
        assert form.values["HOST"] == "mine"
        assert form.values["TIER"] == "api"
        assert form.values["LOUD"] is False


async def test_a_default_that_needs_what_is_wrong_says_so_at_the_right_field() -> None:
    async with fields(CASCADE) as form:
        assert next(iter(form.wrong)) == "SERVICE"


# Sources


async def test_where_a_value_comes_from_is_shown_and_a_secret_never() -> None:
    text = """
TOKEN: {type: secret, from: "env:TOKEN"}
USER: {from: "env:USER", default: nobody}
WHO: {from: "env:MISSING", default: somebody}
"""
    environ = {"TOKEN": "s3cret-token", "USER": "alice"}
    async with fields(text, environ=environ) as form:
        await form.sees("from env:TOKEN", "from env:USER", "default: somebody")
        assert "s3cret" not in form.screen
        assert form.values == {"TOKEN": "s3cret-token", "USER": "alice", "WHO": "somebody"}


async def test_a_default_made_of_a_secret_is_not_shown() -> None:
    text = """
TOKEN: {type: secret, from: "env:TOKEN"}
HEADER: {default: "Bearer {{ TOKEN }}"}
"""
    async with fields(text, environ={"TOKEN": "s3cret-token"}) as form:
        await form.sees("the default")
        assert form.values["HEADER"] == "Bearer s3cret-token"
        assert "s3cret" not in form.screen


async def test_a_command_that_gives_a_value_is_not_run_while_somebody_types() -> None:
    commands = Commands({"whoami": "alice\n"})
    text = 'USER: {from: "command:whoami"}\nSERVICE: {}\n'
    async with fields(text, commands) as form:
        await form.sees("from command:whoami")
        await form.type("SERVICE", "shop")
        await form.eventually(lambda: not form.wrong)
        assert not commands.ran
        resolved = await form.app.list.resolved(complete=True)
        assert resolved is not None
        assert resolved.values["USER"] == "alice"
        assert len(commands.ran) == 1


async def test_a_command_that_failed_runs_again() -> None:
    commands = Commands({"whoami": ValueError("it failed")})
    async with fields('USER: {from: "command:whoami"}', commands) as form:
        assert (await form.app.list.resolved(complete=True, always=True)) is not None
        await form.sees("✖", "it failed")
        commands.answers["whoami"] = "alice"
        resolved = await form.app.list.resolved(complete=True)
        assert resolved is not None
        assert not resolved.problems


async def test_what_a_command_found_for_other_values_is_not_taken() -> None:
    commands = Commands({"whoami": "alice"})
    commands.hold("whoami")
    text = 'USER: {from: "command:whoami"}\nSERVICE: {default: shop}\n'
    async with fields(text, commands) as form:
        found = asyncio.create_task(form.app.list.resolved(complete=True))
        await form.eventually(lambda: commands.ran)
        await form.type("SERVICE", "other")
        commands.held["whoami"].set()
        assert await found is None
        resolved = await form.app.list.resolved(complete=True)
        assert resolved is not None
        assert resolved.values == {"USER": "alice", "SERVICE": "other"}


async def test_a_fault_of_ours_is_told_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with fields("SERVICE: {}") as form:

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("our fault")

        monkeypatch.setattr(form["SERVICE"], "show_problem", broken)
        await form.type("SERVICE", "x")
        await form.eventually(lambda: form.app._notifications)
        told = [each.message for each in form.app._notifications]
        assert told[0] == "A fault in pup-tui (RuntimeError): please report it."


# Choices


async def test_choices_are_loaded_behind_the_operators_back() -> None:
    commands = Commands({"list-hosts eu": "a1\na2\n"})
    commands.hold("list-hosts eu")
    async with fields(CHOICES, commands) as form:
        await form.sees("loading the choices")
        await form.type("OTHER", "typed meanwhile")
        await form.eventually(lambda: form.values.get("OTHER") == "typed meanwhile")
        commands.held["list-hosts eu"].set()
        await form.sees("Choose")
        assert "loading" not in form.screen
        form["HOST"].focus()
        await form.pilot.press("enter", "down", "enter")
        await form.sees("a1")
        await form.eventually(lambda: form.values.get("HOST") == "a1")
        assert not form.wrong
        assert len(commands.ran) == 1


async def test_choices_follow_the_values_that_their_command_uses_and_no_others() -> None:
    commands = Commands({"list-hosts eu": "e1\ne2\nboth", "list-hosts us": "u1\nboth"})
    async with fields(CHOICES, commands) as form:
        await form.sees("Choose")
        form["HOST"].put("both")
        await form.eventually(lambda: form.values.get("HOST") == "both")
        await form.type("OTHER", "abc")
        await form.eventually(lambda: form.values.get("OTHER") == "abc")
        assert len(commands.ran) == 1
        form["REGION"].put("us")
        await form.eventually(lambda: len(commands.ran) == 2)
        await form.eventually(lambda: "loading" not in form.screen)
        assert form["HOST"].raw == "both"
        form["REGION"].put("eu")
        await form.eventually(lambda: "loading" not in form.screen)
        form["HOST"].put("e1")
        await form.eventually(lambda: form.values.get("HOST") == "e1")
        form["REGION"].put("us")
        await form.sees("▲ e1 is not among the choices")
        await form.eventually(lambda: "HOST" in form.wrong)
        assert len(commands.ran) == 2


async def test_choices_wait_for_the_values_that_they_follow_from() -> None:
    commands = Commands({"list-hosts x": "a1"})
    text = 'TEAM: {pattern: "[a-z]+"}\nHOST: {type: enum, choices_from: "list-hosts {{ TEAM }}"}\n'
    async with fields(text, commands) as form:
        await form.sees("the choices follow from TEAM")
        assert not commands.ran
        await form.type("TEAM", "x")
        await form.sees("Choose")
        assert len(commands.ran) == 1


async def test_choices_may_follow_from_what_another_command_gives() -> None:
    commands = Commands({"whoami": "alice", "list-hosts alice": "a1"})
    text = """
USER: {from: "command:whoami"}
HOST: {type: enum, choices_from: "list-hosts {{ USER }}"}
"""
    async with fields(text, commands) as form:
        await form.sees("Choose")
        assert commands.ran == ["whoami", "list-hosts alice"]


async def test_a_default_is_chosen_when_its_choice_comes() -> None:
    commands = Commands({"list-hosts": '[{"value": "a1", "label": "First"}, "a2"]'})
    async with fields(
        'HOST: {type: enum, choices_from: "list-hosts", default: a1}', commands
    ) as form:
        await form.sees("First")
        assert form["HOST"].raw is None
        assert form.values["HOST"] == "a1"


async def test_choices_of_the_last_time_are_marked_with_the_reason() -> None:
    kept, commands = Kept(), Commands({"list-hosts eu": "old1\nold2"})
    async with fields(CHOICES, commands, kept=kept) as form:
        await form.sees("Choose")
    commands.answers["list-hosts eu"] = ValueError("no route to host")
    async with fields(CHOICES, commands, kept=kept) as form:
        await form.sees("▲", "no route to host; these are the ones")
        form["HOST"].put("old2")
        await form.eventually(lambda: not form.wrong)
        assert form.values["HOST"] == "old2"


async def test_without_choices_the_value_is_typed_and_the_reason_said() -> None:
    commands = Commands(
        {"list-hosts eu": ValueError("no route to host"), "list-hosts us": "u1\nu2"}
    )
    async with fields(CHOICES, commands) as form:
        await form.sees("no route to host; type the value")
        assert isinstance(form["HOST"].control, Input)
        await form.type("HOST", "u2")
        await form.eventually(lambda: form.values.get("HOST") == "u2")
        form["REGION"].put("us")
        await form.eventually(lambda: isinstance(form["HOST"].control, Select))
        await form.eventually(lambda: form["HOST"].raw == "u2")
        assert "type the value" not in form.screen


async def test_a_value_for_choices_that_come_later_is_chosen_then() -> None:
    commands = Commands({"list-hosts eu": "a1\na2"})
    async with fields(CHOICES, commands, given={"HOST": "a2"}) as form:
        await form.eventually(lambda: form.values.get("HOST") == "a2")
        await form.sees("a2")


async def test_hostile_choices_and_reasons_are_shown_as_text() -> None:
    commands = Commands({"list-hosts eu": HOSTILE, "list-hosts us": ValueError(HOSTILE)})
    async with fields(CHOICES, commands, size=(200, 40)) as form:
        await form.sees("Choose")
        form["HOST"].focus()
        await form.pilot.press("enter")
        await form.sees("[@click=app.quit]x[/]")
        assert "\x1b" not in form.screen
        await form.pilot.press("escape")
        form["REGION"].put("us")
        await form.sees("type the value")
        assert "[@click=app.quit]x[/]" in form.screen
        assert not set("\x1b\u202e") & set(form.screen)


async def test_letting_go_ends_what_is_under_way() -> None:
    commands = Commands({"list-hosts eu": "a1"})
    commands.hold("list-hosts eu")
    async with fields(CHOICES, commands) as form:
        await form.eventually(lambda: commands.ran)
        await form.app.list.forget()
        assert not form.app.list.fields
        assert await form.app.list.resolved() is None
