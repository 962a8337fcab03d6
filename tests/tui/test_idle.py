"""Where nothing happens nothing is drawn: over a slow line every byte counts."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input, TextArea

from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.widgets.poll_reading import PollReading
from pup_tui.tui.widgets.poll_widget import PollWidget, WaitWidget


class Fields(ColouredApp[None]):
    def compose(self) -> ComposeResult:
        yield Input("text")
        yield TextArea("text")


class Bars(ColouredApp[None]):
    def compose(self) -> ComposeResult:
        yield PollWidget()
        yield WaitWidget()


@pytest.mark.parametrize("kind", [Input, TextArea])
async def test_the_cursor_of_a_field_stands_still_and_is_seen(kind: type[Input | TextArea]) -> None:
    app = Fields()
    async with app.run_test() as pilot:
        field = app.query_one(kind)
        field.focus()
        await pilot.pause()
        assert not field.cursor_blink
        assert field._cursor_visible
        await pilot.press("a")
        assert field._cursor_visible


async def test_what_has_no_known_end_has_no_bar_that_moves() -> None:
    app = Bars()
    async with app.run_test() as pilot:
        assert ticking(app) == []
        app.query_one(PollWidget).show(PollReading(until="it succeeds", under_way=True, elapsed=2))
        app.query_one(WaitWidget).show(3, None)
        await pilot.pause()
        assert ticking(app) == []
        assert not any(bar.display for bar in app.query("PartBar"))


def ticking(app: ColouredApp[None]) -> list[Widget]:
    return [each for each in app.screen.walk_children(Widget) if each.auto_refresh is not None]
