from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pup_tui.catalog.entries import Origin
from pup_tui.integrations.credentials import Ended, State
from pup_tui.integrations.library import (
    InstalledIntegration,
    IntegrationPlace,
    integration_from,
)
from tests.support.console import HOSTILE, LARGE, SMALL, VISIBLE, MakeServices, OpenConsole

CHAT = f"""
integration: chat
title: A chat
category: chat
description: {HOSTILE.encode("unicode_escape").decode()!r}
settings: {{CHAT_TOKEN: {{type: secret, from: "env:CHAT_TOKEN"}}}}
check: who
actions:
  who:
    description: Whose token it is.
    effect: read
    steps: [{{name: Ask, kind: http, url: https://chat.example.com, headers: {{A: "{{{{ CHAT_TOKEN }}}}"}}}}]
  find:
    description: Find somebody.
    effect: read
    params: {{NAME: {{description: Who}}}}
    example: {{NAME: alice}}
    steps: [{{name: Find, kind: http, url: "https://chat.example.com/{{{{ NAME }}}}"}}]
  drop:
    description: Drop everything.
    effect: destroy
    steps: [{{name: Drop, kind: shell, run: "true"}}]
"""
FEW = "name: few\nsteps: [{name: a, kind: shell, run: a}]"


class Desk:
    """Integrations without a world; `calls` are the actions that were tried."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.ended = Ended(ok=True, outputs={"WHO": "alice"})
        self.texts = {"chat": CHAT, "broken": "integration: broken\n"}

    def installed(self) -> Sequence[InstalledIntegration]:
        return [
            integration_from(
                IntegrationPlace(name=name, path=Path(f"/own/{name}.yaml"), origin=Origin.GIVEN),
                text.encode(),
            )
            for name, text in self.texts.items()
        ]

    async def credentials(self, found: InstalledIntegration) -> tuple[State, str]:
        return "refused", f"does not accept the credentials: {VISIBLE}"

    async def call(
        self, found: InstalledIntegration, action: str, given: Mapping[str, Any]
    ) -> Ended:
        self.calls.append((f"{found.name}/{action}", given))
        return self.ended


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_they_are_listed_and_an_action_is_copied_and_tried(
    make_services: MakeServices, open_console: OpenConsole, desk: Desk, size: tuple[int, int]
) -> None:
    services = make_services({"few.yaml": FEW}, integrations=desk)
    async with open_console(services, size) as c:
        await c.press("I")
        await c.on("integrations")
        await c.sees("Integrations   2 systems", "A chat", "✖ credentials refused", "✖ broken")
        await c.press("G")
        await c.sees("env:CHAT_TOKEN", VISIBLE)
        await c.press("enter", "down")
        await c.sees("chat/who  reads", "template: chat/who", "Drop everything.", "destroys")
        await c.press("y")
        await c.tells("chat/who is copied as a step.")
        assert c.app.clipboard == "- name: Whose token it is\n  template: chat/who\n"
        await c.press("t")
        await c.sees("✔ it gives", "WHO: alice")
        desk.ended = Ended(ok=False, reason=f"HTTP 401 {HOSTILE}")
        await c.press("t")
        await c.sees(f"✖ HTTP 401 {VISIBLE}")
        assert desk.calls == [("chat/who", {})] * 2
        await c.press("escape")
        await c.on("overview")


async def test_what_it_takes_is_asked_for_and_what_changes_is_not_tried(
    make_services: MakeServices, open_console: OpenConsole, desk: Desk
) -> None:
    services = make_services({"few.yaml": FEW}, integrations=desk)
    async with open_console(services, LARGE) as c:
        await c.press("ctrl+p", *"chat/find", "enter")
        await c.on("integrations")
        await c.sees("chat/find  reads", "NAME (string)  Who")
        await c.press("t")
        await c.sees("Try chat/find", "alice", "✔ ready to go on")
        await c.press("enter", "enter")
        await c.sees("✔ it gives")
        assert desk.calls == [("chat/find", {"NAME": "alice"})]
        await c.press("down")
        await c.sees("chat/drop  destroys")
        await c.press("t")
        await c.pilot.pause()
        assert len(desk.calls) == 1


async def test_without_any_it_says_what_to_do(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"few.yaml": FEW})) as c:
        await c.press("I")
        await c.sees("There are no integrations.")


async def test_two_of_one_name_are_opened_beside_each_other(
    make_services: MakeServices,
    open_console: OpenConsole,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = next(each for each in desk.installed() if each.name == "chat")
    elsewhere = replace(own.place, path=Path("/pack/chat.yaml"), shadowed=True)
    found = [own, replace(own, place=elsewhere)]
    monkeypatch.setattr(desk, "installed", lambda: found)
    async with open_console(make_services({"few.yaml": FEW}, integrations=desk), LARGE) as c:
        await c.press("I")
        await c.on("integrations")
        await c.press("G", "enter", "down")
        await c.sees("chat/who  reads")
        await c.press("g", "enter")
        await c.sees("/own/chat.yaml")
        await c.press("down", "t")
        await c.sees("✔ it gives")
        await c.press("G", "up", "up")
        await c.sees("chat/who  reads")
        assert "✔ it gives" not in c.screen


async def test_a_description_of_several_lines_and_the_pack_are_told(
    make_services: MakeServices, open_console: OpenConsole, desk: Desk
) -> None:
    text = CHAT.replace(
        "    description: Drop everything.", "    description: |\n      Drop it.\n      All."
    )
    place = IntegrationPlace(
        name="chat", path=Path("/team/chat.yaml"), origin=Origin.PACK, pack="team"
    )
    packed = integration_from(place, text.encode())
    desk.installed = lambda: [packed]  # type: ignore[method-assign]
    async with open_console(make_services({"few.yaml": FEW}, integrations=desk), SMALL) as c:
        await c.press("I")
        await c.sees("team: A chat")
        await c.press("enter", "G")
        await c.sees("chat/drop  destroys", "\n  Drop it.", "\n  All.")
