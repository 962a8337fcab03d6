"""What stands above a question: the output that it is judged by, and the step that asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs
from textual.geometry import Offset
from textual.widgets import Input, Static

from pup_tui.runbook.model import AnyStep, ConfirmStep
from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.docked import scroll_behind
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.widgets.run_header import WaitingBanner
from pup_tui.tui.widgets.step_list import StepList
from tests.support.executors import Play
from tests.support.run_console import Console, console, plain, shell

ASK = ConfirmStep(id="ask", name="Deploy all the same?", message="payments has 1 active incident.")
STEPS = (
    shell("first", read_only=True),
    shell("look", read_only=True),
    shell("change"),
    ASK,
    shell("after"),
)
MANY = b"".join(b"line %d\n" % n for n in range(100))
PLAYS = (Play(stdout=b"long ago\n"), Play(stdout=MANY), Play(stdout=b"changed\n"), Play())


def above(c: Console) -> str:
    return "\n".join(c.output())


async def until_asked(c: Console) -> None:
    await c.until(lambda: isinstance(c.app.screen, ConfirmScreen) and c.app.screen.focused)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_what_was_looked_at_last_and_the_step_that_asks_are_in_sight(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS, size=size) as c:
        await until_asked(c)
        await c.until(lambda: "line " in above(c))
        await c.until(lambda: any("Deploy all the same?" in row for row in c.rows()))
        box = c.app.screen.query_one(".dialog").region
        for kind in (StepList, OutputLines):
            region = c.view.query_one(kind).region
            assert region.height > 1
            assert not region.overlaps(box)


async def test_the_output_is_scrolled_and_changed_without_leaving_the_question(
    tmp_path: Path,
) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_asked(c)
        await c.until(lambda: "line " in above(c))
        await c.pilot.press(*["pagedown"] * 40)
        await c.until(lambda: "line 99" in above(c))
        await c.pilot.press("pageup")
        await c.until(lambda: "line 99" not in above(c))
        await c.pilot.press("ctrl+t")
        await c.until(lambda: "changed" in above(c))
        await c.pilot.press("ctrl+t")
        await c.until(lambda: "long ago" in above(c))
        assert isinstance(c.app.screen, ConfirmScreen)
        assert "Answered" not in c.kinds()


def tells(c: Console, *texts: str) -> bool:
    """Whether the line in which a dialog is searched says this, and the status of the output that."""
    said = [str(c.app.screen.query_one("FindLine Static", Static).content)]
    said.append(str(c.view.query_one("#output-status", Static).content))
    return all(text in line for text, line in zip(texts, said, strict=True))


async def test_a_question_is_searched_and_then_the_output_that_it_is_judged_by(
    tmp_path: Path,
) -> None:
    ask = structs.replace(ASK, message="Is line 7 as it was?")
    async with console(tmp_path, *STEPS[:3], ask, plays=PLAYS) as c:
        await until_asked(c)
        await c.until(lambda: "line " in above(c))
        await c.pilot.press("slash", *"line", "space", "7", "enter")
        await c.until(lambda: tells(c, "match 1 of 1", "line"))
        await c.pilot.press("enter")
        await c.until(lambda: tells(c, "in the output", "match 1 of 11"))
        await c.pilot.press("enter")
        await c.until(lambda: tells(c, "in the output", "match 2 of 11") and "line 70" in above(c))
        await c.pilot.press(*["enter"] * 10)
        await c.until(lambda: tells(c, "match 1 of 1", ""))
        await c.pilot.press("escape")
        await c.until(lambda: c.view.query_one(OutputLines).pattern is None)
        assert isinstance(c.app.screen, ConfirmScreen)


async def test_the_keys_for_matches_go_through_what_a_failed_step_printed(tmp_path: Path) -> None:
    why = "line 44 was one too many"
    fails = Play(stdout=MANY, outcome=Outcome(ok=False, exit_code=1, reason=why))
    async with console(tmp_path, shell("look", on_failure="confirm"), plays=[fails]) as c:
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        await c.until(lambda: "line 99" in above(c))
        await c.pilot.press("slash", *"line", "space", "4", "enter")
        await c.until(lambda: tells(c, "in the output", "match 1 of 11"))
        await c.pilot.press("n")
        await c.until(lambda: tells(c, "in the output", "match 2 of 11"))
        await c.pilot.press("N", "N")
        await c.until(lambda: tells(c, "match 1 of 1", ""))
        await c.pilot.press("N")
        await c.until(lambda: tells(c, "in the output", "match 11 of 11"))
        await c.pilot.press("slash", *"what never was", "enter")
        await c.until(lambda: tells(c, "no match", "no match"))
        await c.pilot.press("escape", "escape")
        await c.until(lambda: not isinstance(c.app.screen, FailureScreen))


async def test_the_wheel_scrolls_what_stands_above_a_question(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_asked(c)
        await c.until(lambda: "line " in above(c))
        place = c.view.query_one(OutputLines).region
        scroll_behind(c.app.screen, Offset(place.x + 1, place.y + 1), 200)
        await c.until(lambda: "line 99" in above(c))
        scroll_behind(c.app.screen, Offset(place.x + 1, place.y + 1), -20)
        await c.until(lambda: "line 99" not in above(c))
        scroll_behind(c.app.screen, Offset(500, 500), -20)
        assert isinstance(c.app.screen, ConfirmScreen)


async def test_a_question_put_aside_gives_its_room_back_and_comes_back(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_asked(c)
        await c.until(lambda: not c.view.query_one(WaitingBanner).display)
        await c.until(lambda: c.view.region.bottom < 24)
        await c.pilot.press("escape")
        await c.until(lambda: c.view.region.bottom == 24)
        await c.until(lambda: c.view.query_one(WaitingBanner).display)
        await c.pilot.press("exclamation_mark")
        await until_asked(c)
        await c.pilot.press("y")
        await c.until(lambda: c.app.ended == ["succeeded"])


async def test_what_was_typed_is_there_when_a_question_comes_back(tmp_path: Path) -> None:
    ask = ConfirmStep(id="ask", name="Go on?", message="Sure?", expect="sure thing")
    async with console(tmp_path, ask) as c:
        for typed, seen in (("sure th", "sure th"), ("ing", "sure thing")):
            await until_asked(c)
            c.app.screen.query_one("#confirm-typed").focus()
            await c.pilot.press("end", *(key if key != " " else "space" for key in typed))
            await c.pilot.press("escape")
            await c.until(lambda: not isinstance(c.app.screen, ConfirmScreen))
            await c.pilot.press("enter")
            await until_asked(c)
            assert c.app.screen.query_one("#confirm-typed", Input).value == seen
            assert c.app.screen.query_one("#yes").disabled == (seen != "sure thing")
        c.app.screen.query_one("#yes").focus()
        await c.pilot.press("enter")
        await c.until(lambda: c.app.ended == ["succeeded"])


@pytest.mark.parametrize("title", ["Go on?", "Go on" * 3])
@pytest.mark.parametrize("danger", [False, True])
@pytest.mark.parametrize("expect", [None, "sure"])
async def test_the_keys_of_a_question_are_whole(
    tmp_path: Path, title: str, danger: bool, expect: str | None
) -> None:
    ask = ConfirmStep(id="ask", name=title, message="Sure?", expect=expect, danger=danger)
    async with console(tmp_path, ask) as c:
        await until_asked(c)
        keys = c.app.screen.query_one(".dialog-keys", Static)
        await c.until(lambda: keys.region.width >= len(plain(keys)) > 12)
        assert c.app.screen.region.contains_region(keys.region)


async def test_the_line_below_an_output_names_its_keys_where_they_work(tmp_path: Path) -> None:
    def status() -> str:
        return plain(c.view.query_one("#output-status", Static))

    look = [Play(stdout=b'{"a": {"b": 1}, "c": [{"d": 2}]}\n')]
    async with console(tmp_path, shell("look", read_only=True), ASK, plays=look) as c:
        await until_asked(c)
        await c.until(lambda: status().startswith("json of stdout · line 1"))
        await c.pilot.press("escape")
        await c.until(lambda: "json of stdout · enter folds, F all · v other views" in status())
        await c.until(lambda: "press enter or ! to answer" in c.text(WaitingBanner))
        lines = c.view.query_one(OutputLines)
        lines.focus()
        await c.until(lambda: "press ! to answer" in c.text(WaitingBanner))
        await c.pilot.press("g", "j", "enter")
        await c.until(lambda: "{ … 1 key }" in above(c))
        assert not isinstance(c.app.screen, ConfirmScreen)
        c.view.query_one(StepList).focus()
        await c.until(lambda: "press enter or ! to answer" in c.text(WaitingBanner))
        await c.pilot.press("enter")
        await until_asked(c)
        await c.pilot.press("escape")
        await c.until(lambda: not isinstance(c.app.screen, ConfirmScreen))
        lines.focus()
        await c.pilot.press("exclamation_mark")
        await until_asked(c)
        await c.until(lambda: "v other views" not in status())
        assert "Answered" not in c.kinds()


async def test_a_step_that_was_chosen_stays_in_sight(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_asked(c)
        await c.pilot.press("escape", "g")
        await c.until(lambda: "long ago" in above(c))
        await c.pilot.press("exclamation_mark")
        await until_asked(c)
        assert "long ago" in above(c)


async def test_of_a_failure_its_own_output_is_in_sight(tmp_path: Path) -> None:
    bad = Outcome(ok=False, exit_code=1, reason="no")
    plays = [Play(stdout=b"looked\n"), Play(stdout=b"broken\n", outcome=bad)]
    steps = shell("look", read_only=True), shell("act", on_failure="confirm")
    async with console(tmp_path, *steps, plays=plays) as c:
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        await c.until(lambda: "broken" in above(c))


async def test_a_question_grows_again_after_a_window_of_one_cell(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_asked(c)
        for size in ((1, 1), (3, 2), (200, 50), (20, 5), (80, 24)):
            await c.pilot.resize_terminal(*size)
        places = (".dialog-title", ".dialog-message", "#no", "#yes")

        def all_in_sight() -> bool:
            screen = c.app.screen
            regions = [screen.query_one(place).region for place in places]
            return all(each.area and screen.region.contains_region(each) for each in regions)

        await c.until(all_in_sight)
        await c.until(lambda: "line " in above(c))
        await c.pilot.press("y")
        await c.until(lambda: c.app.ended == ["succeeded"])


@pytest.mark.parametrize("between", [2, 30])
async def test_the_step_that_asks_is_in_sight_however_far_up_the_evidence_is(
    tmp_path: Path, between: int
) -> None:
    silent = [shell(f"s{at}") for at in range(between)]
    steps: list[AnyStep] = [shell("look", read_only=True), *silent, ASK]
    plays = (Play(stdout=MANY), *(Play() for _ in silent))
    async with console(tmp_path, *steps, plays=plays, size=(80, 24)) as c:
        await until_asked(c)
        await c.until(lambda: "line " in above(c))
        await c.until(lambda: any("Deploy all the same?" in row for row in c.rows()))


async def test_a_failure_that_came_up_in_a_window_without_room_has_its_shape_when_that_grows(
    tmp_path: Path,
) -> None:
    fails = Play(stdout=MANY, outcome=Outcome(ok=False, exit_code=1, reason="no luck"))
    async with console(tmp_path, shell("look", on_failure="confirm"), plays=[fails]) as c:
        await c.until(lambda: isinstance(c.app.screen, FailureScreen) and "line 99" in above(c))
        await c.pilot.press("escape")
        await c.until(lambda: not isinstance(c.app.screen, FailureScreen))
        for size in ((1, 1), (200, 50), (40, 9), (1, 1)):
            await c.pilot.resize_terminal(*size)
        c.view.action_answer()
        await c.until(lambda: isinstance(c.app.screen, FailureScreen) and c.app.screen.is_mounted)
        await c.until(lambda: c.app.screen.query(".dialog-keys"))
        for size in ((200, 50), (1, 1), (80, 24)):
            await c.pilot.resize_terminal(*size)
        await c.until(lambda: "line 99" in above(c))
        assert not c.app.screen.query(".dialog-output")
        assert "output" in plain(c.app.screen.query_one(".dialog-keys", Static))


@pytest.mark.parametrize(
    ("outcome", "seen"),
    [
        (Outcome(ok=True), "the second"),
        (Outcome(ok=False, exit_code=1, reason="it fails there"), "the first"),
    ],
)
async def test_a_question_about_the_first_items_is_judged_by_what_they_printed(
    tmp_path: Path, outcome: Outcome, seen: str
) -> None:
    fleet = shell("fleet", foreach=("web-1", "web-2", "web-3"), canary=2, max_errors=1)
    plays = (
        Play(stdout=b"looked\n"),
        Play(stdout=b"the first\n", outcome=outcome),
        Play(stdout=b"the second\n"),
        Play(),
    )
    look = shell("look", read_only=True)
    async with console(tmp_path, look, fleet, plays=plays, size=(100, 40)) as c:
        await until_asked(c)
        await c.until(lambda: seen in above(c))
        assert "looked" not in above(c)
        await c.pilot.press("y")
        await c.until(lambda: "Answered" in c.kinds())
