"""Notes that come up by themselves stand in nobody's way."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Static
from textual.widgets._toast import Toast

from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.notes import MOST_NOTE, MOST_NOTE_LINES
from pup_tui.tui.widgets.key_hints import KeyHints
from tests.support.console import LARGE, SMALL, Console, MakeServices, OpenConsole

WORDS = " ".join(f"word{number}" for number in range(150))
LINES = "\n".join(f"line {number}" for number in range(30))
BESIDE = (200, 50)
ASKS = "name: Asks\nsteps: [{name: Greet, kind: shell, run: greet}]"


class Asked(Dialog):
    """A question that takes all the room that it may have."""

    def compose_message(self) -> Iterable[Widget]:
        yield Static(WORDS * 10)


def seen(toast: Toast) -> Region:
    """What of a note is in sight."""
    return toast.screen.find_widget(toast).visible_region


async def shown(console: Console, *texts: str) -> list[Toast]:
    """The notes on the screen in front, when all have their places."""
    for text in texts:
        console.app.notify(text, markup=False, timeout=3600)

    def toasts() -> Iterable[Toast]:
        return console.app.screen.query(Toast)

    await console.eventually(
        lambda: len(list(toasts())) == len(texts) and all(each.region for each in toasts())
    )
    return list(toasts())


@pytest.mark.parametrize("size", [SMALL, LARGE, BESIDE])
@pytest.mark.parametrize("text", [WORDS, LINES])
async def test_a_long_note_covers_no_question(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int], text: str
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS}), size) as console:
        dialog = Asked("Asked")
        await console.app.push_screen(dialog)
        await console.sees("Asked")
        box = dialog.query_one(".dialog")
        for toast in await shown(console, text):
            assert not toast.region.overlaps(box.region)
            assert seen(toast) == toast.region


async def test_a_note_is_told_once_also_where_a_question_comes_after_it(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        await shown(console, "something happened")
        dialog = Asked("Asked")
        await console.app.push_screen(dialog)
        await console.eventually(lambda: console.screen.count("something happened") == 1)
        [toast] = dialog.query(Toast)
        assert toast.visible
        dialog.dismiss(None)
        await console.eventually(lambda: console.app.screen is console.main)
        await console.sees("something happened")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_long_notes_cover_neither_the_keys_nor_the_buttons_of_a_page(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS}), size) as console:
        await console.eventually(lambda: console.main.entry)
        below = [console.main.query_one(KeyHints), console.main.query_one("#overview-buttons")]
        for toast in await shown(console, WORDS, LINES, f"{WORDS} again"):
            assert not any(seen(toast).overlaps(each.region) for each in below)


async def test_of_a_long_note_beginning_and_end_are_told(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        for text, first, last in ((WORDS, "word0", "word149"), (LINES, "line 0", "line 29")):
            console.app.notify(text, markup=False, timeout=3600)
            await console.tells(first)
            [told] = [each.message for each in console.app._notifications]
            console.app.clear_notifications()
            assert told.startswith(first)
            assert told.endswith(last)
            assert len(told) <= MOST_NOTE
            assert told.count("\n") < MOST_NOTE_LINES
