"""What takes several layouts to find its place is seen when it has found it."""

from __future__ import annotations

import re

import pytest

from pup_tui.steps.executor import Outcome
from pup_tui.tui import drawn_whole
from tests.support.console import LARGE, SMALL, MakeServices, OpenConsole, pictures_of
from tests.support.executors import FakeExecutor, Play

FAILS = """
name: Fails
steps:
  - {name: Look at it, kind: shell, run: look, read_only: true}
  - {name: Act, kind: shell, run: act, on_failure: confirm}
  - {name: Afterwards, kind: shell, run: act}
"""
ASKS = """
name: Asks
vars: {WHO: {default: you}}
steps:
  - {name: Greet, kind: shell, run: greet, read_only: true}
"""
PLAYS = (
    Play(stdout=b"seen\n"),
    Play(stdout=b"a line\n" * 9, outcome=Outcome(ok=False, exit_code=3, reason="no luck")),
    Play(),
)


def places(pictures: list[str], pattern: str) -> set[tuple[int, int]]:
    """Where in the pictures that show it a text stood, by line and column."""
    return {
        (number, found.start())
        for picture in pictures
        for number, line in enumerate(picture.splitlines())
        if (found := re.search(pattern, line))
    }


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_whole, "MOST_HELD", 60.0)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_question_comes_and_goes_in_one_picture_with_what_makes_room_for_it(
    make_services: MakeServices,
    open_console: OpenConsole,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    services = make_services({"fails.yaml": FAILS}, executor=FakeExecutor(*PLAYS))
    async with open_console(services, size) as console:
        console.select("fails")
        await console.press("r")
        await console.sees("nothing has run")
        with pictures_of(console, monkeypatch) as pictures:
            await console.press("ctrl+r")
            await console.sees("Failed: Act", "Put aside")
            await console.eventually(lambda: "Failed: Act" in pictures[-1])
        asked = [picture for picture in pictures if "Failed: Act" in picture]
        assert len(places(asked, "Failed: Act")) == 1
        assert len(places(asked, "Afterwards")) == 1
        with pictures_of(console, monkeypatch) as pictures:
            await console.press("escape")
            await console.sees("waiting for you")
            await console.eventually(lambda: "waiting for you" in pictures[-1])
        after = [picture for picture in pictures if "Failed: Act" not in picture]
        assert len(places(after, "stdout.stderr")) == 1


async def test_a_run_is_first_seen_in_the_shape_that_the_window_has_room_for(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services({"fails.yaml": FAILS}, executor=FakeExecutor(*PLAYS))
    async with open_console(services, LARGE) as console:
        console.select("fails")
        await console.press("r")
        await console.sees("nothing has run")
        with pictures_of(console, monkeypatch) as pictures:
            await console.press("ctrl+r")
            await console.sees("Failed: Act")
        began = [each for each in pictures if "stdout+stderr" in each and "Failed" not in each]
        assert len(places(began, "stdout.stderr")) == 1


async def test_a_form_that_is_left_for_its_run_keeps_its_room_until_the_run_is_shown(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services({"asks.yaml": ASKS}, executor=FakeExecutor(*PLAYS))
    async with open_console(services, LARGE) as console:
        console.select("asks")
        await console.press("r")
        await console.eventually(lambda: console.main.page == "form")
        together: list[int] = []
        main = console.main
        show = main.show_page

        def noted(page: str) -> None:
            together.append(sum(each.display for each in main.pages.children))
            show(page)

        monkeypatch.setattr(main, "show_page", noted)
        await console.press("ctrl+r")
        await console.sees("succeeded")
        assert max(together) == 1


async def test_the_footer_never_has_new_words_in_the_room_of_the_old_ones(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services({"asks.yaml": ASKS}, executor=FakeExecutor(*PLAYS))
    async with open_console(services, LARGE) as console:
        console.select("asks")
        await console.sees("Greet")
        before = console.screen.splitlines()[-1].strip()
        with pictures_of(console, monkeypatch) as pictures:
            await console.press("slash")
            await console.eventually(lambda: "Clear" in pictures[-1].splitlines()[-1])
            await console.pilot.pause()
        after = console.screen.splitlines()[-1].strip()
        assert before != after
        assert {each.splitlines()[-1].strip() for each in pictures} <= {before, after}
