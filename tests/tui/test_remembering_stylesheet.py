"""A style sheet that remembers gives each node what one that remembers nothing gives it."""

from __future__ import annotations

from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from pup_tui.tui import remembering_stylesheet
from pup_tui.tui.screens.quit import QuitScreen
from tests.support.console import LARGE, Console, MakeServices, OpenConsole

ASKS = """
name: asks
vars:
  ENV: {type: enum, choices: [staging, production]}
  NAME: {default: x}
steps:
  - {name: Look, kind: shell, run: 'look {{ ENV }} {{ NAME }}'}
"""


def rules(node: DOMNode) -> dict[str, Any]:
    """What a style sheet gave a node and the parts that it draws by itself."""
    parts = {name: part.base.get_rules() for name, part in node._component_styles.items()}
    return {"": node.styles.base.get_rules(), **parts}


def check_styles(console: Console) -> None:
    sheet = console.app.stylesheet
    forgetful = Stylesheet(variables=console.app.get_css_variables())
    forgetful.source = sheet.source
    forgetful.parse()
    for screen in console.app.screen_stack:
        for node in screen.walk_children(with_self=True):
            given = rules(node)
            forgetful.apply(node)
            assert given == rules(node), node


async def test_on_all_ways_through_the_console(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        check_styles(console)
        await console.press("enter")
        await console.on("form")
        check_styles(console)
        await console.press("tab")
        await console.type("z")
        check_styles(console)
        await console.press("ctrl+q")
        await console.eventually(lambda: isinstance(console.app.screen, QuitScreen))
        check_styles(console)
        await console.press("escape")
        console.app.choose_theme("light")
        await console.pilot.resize_terminal(*LARGE)
        await console.pilot.pause()
        check_styles(console)
        console.main.pages.disabled = True
        await console.pilot.pause()
        check_styles(console)


async def test_where_much_was_forgotten(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering_stylesheet, "_MOST", 3)
    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        await console.press("enter")
        await console.on("form")
        await console.press("tab")
        check_styles(console)
