"""What stands on a terminal already is not sent to it again."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from pup_tui.tui.drawn_once import DrawnOnce
from tests.support import sparing
from tests.support.console import LARGE, MakeServices, OpenConsole


class Sent:
    """What a terminal would have been sent: `whole` pictures, and `parts` of lines."""

    def __init__(self) -> None:
        self.whole = 0
        self.parts: list[tuple[int, int, int]] = []

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent = Sent()

    def take(app: App[Any], screen: Screen[Any], update: RenderableType | None) -> None:
        if isinstance(update, ChopsUpdate):
            sent.parts += update.spans
        elif update is not None:
            sent.whole += 1

    monkeypatch.setattr(App, "_display", take)
    monkeypatch.setattr(Compositor, "render_update", sparing.render_update)
    return sent


class TwoLines(DrawnOnce[None]):
    def compose(self) -> ComposeResult:
        yield Static("first", id="first")
        yield Static("second", id="second")


async def settled(pilot: Pilot[Any], sent: Sent) -> None:
    """Draw everything once, so that all is known."""
    for _ in range(2):
        for widget in pilot.app.query(Static):
            widget.refresh()
        await pilot.pause()
    sent.clear()


async def test_what_is_drawn_again_and_looks_the_same_is_not_sent(sent: Sent) -> None:
    async with TwoLines().run_test(size=(20, 2)) as pilot:
        await settled(pilot, sent)
        first, second = pilot.app.query(Static)
        first.refresh()
        second.update("other", layout=False)
        await pilot.pause()
        assert {line for line, _, _ in sent.parts} == {1}


async def test_what_was_drawn_over_is_sent_again(sent: Sent) -> None:
    async with TwoLines().run_test(size=(20, 2)) as pilot:
        await settled(pilot, sent)
        first = pilot.app.query_one("#first", Static)
        for told in ("other", "first"):
            first.update(told, layout=False)
            await pilot.pause()
        assert [line for line, _, _ in sent.parts] == [0, 0]


@pytest.mark.parametrize(
    ("before", "now", "span"),
    [
        ("at work 00:01", "at work 00:02", (0, 12, 13)),
        ("3 of 4 · 00:19 · on", "3 of 4 · 00:20 · on", (0, 12, 14)),
        ("3 of 4 · 00:19 · on", "3 of 4 · 00:20", (0, 12, 19)),
        # How wide terminals draw what comes before is not sure.
        ("🔥 00:01 at work", "🔥 00:02 at work", (0, 0, 20)),
        ("00:01 at work 🔥", "00:02 at work 🔥", (0, 0, 20)),
        ("1 🔥 5", "1 ab 5", (0, 0, 20)),
        ("[b]⚠️[/b] 00:01 at work", "[b]⚠️[/b] 00:02 at work", (0, 0, 8)),
    ],
)
async def test_of_a_line_only_the_cells_that_change_are_sent(
    sent: Sent, before: str, now: str, span: tuple[int, int, int]
) -> None:
    async with TwoLines().run_test(size=(20, 2)) as pilot:
        first = pilot.app.query_one("#first", Static)
        first.update(before, layout=False)
        await settled(pilot, sent)
        first.update(now, layout=False)
        await pilot.pause()
        assert sent.parts == [span]
        first.update(before, layout=False)
        await pilot.pause()
        assert sent.parts == [span, span]


async def test_a_whole_picture_is_sent_whatever_stands_there(sent: Sent) -> None:
    async with TwoLines().run_test(size=(20, 2)) as pilot:
        await settled(pilot, sent)
        pilot.app.screen.refresh()
        await pilot.pause()
        assert sent.whole == 1
        pilot.app.query_one("#first", Static).refresh()
        await pilot.pause()
        assert [line for line, _, _ in sent.parts] == [0]


async def test_behind_a_dialog_only_what_changes_is_drawn_again(
    sent: Sent, make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({}), LARGE) as console:
        await console.press("question_mark")
        await console.sees("esc closes")
        ground = console.main
        left, right = Static("a"), Static("b")
        await ground.query_one("#content").mount(left, right)
        await console.pilot.pause()
        left.refresh()
        await console.pilot.pause()
        await console.pilot.pause()
        drawn: list[int] = []
        compositor = console.app.screen._compositor
        update = type(compositor).update_widgets

        def note(self: Compositor, widgets: Any) -> None:
            update(self, widgets)
            if self is compositor:
                drawn.extend(region.y for region in self._dirty_regions)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Compositor, "update_widgets", note)
            right.refresh()
            await console.eventually(lambda: drawn)
        assert set(drawn) == {right.region.y}


class Beside(DrawnOnce[None]):
    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("left", id="left")
            yield Static("right", id="right")

    CSS = "Horizontal { height: 1; } Static { width: 10; }"


async def test_what_is_drawn_alone_and_with_what_stands_beside_it_is_not_sent(sent: Sent) -> None:
    """A list draws its lines alone, and with its scrollbar where what it holds may be of another size."""
    async with Beside().run_test(size=(30, 3)) as pilot:
        await settled(pilot, sent)
        around = pilot.app.query_one(Horizontal)
        around.refresh()
        await pilot.pause()
        sent.clear()
        for widget in (pilot.app.query_one("#right"), around, pilot.app.query_one("#left"), around):
            widget.refresh()
            await pilot.pause()
        assert sent.parts == []
        pilot.app.query_one("#right", Static).update("light", layout=False)
        await pilot.pause()
        assert sent.parts == [(0, 10, 11)]


async def test_a_look_at_the_runs_that_finds_nothing_new_draws_nothing(
    make_services: MakeServices, open_console: OpenConsole, sent: Sent
) -> None:
    many = {
        f"r{n:02}.yaml": f"name: r{n}\nsteps: [{{name: a, kind: shell, run: ls}}]\n"
        for n in range(30)
    }
    async with open_console(make_services(many)) as console:
        await console.sees("r00")
        await console.main._take_in_runs()
        await console.pilot.pause()
        sent.clear()
        await console.main._take_in_runs()
        await console.pilot.pause()
        assert (sent.whole, sent.parts) == (0, [])
