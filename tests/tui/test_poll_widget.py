from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePath
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import ProgressBar, Sparkline, Static

from pup_tui.core.notices import StepFinished, StepPolled, StepStarted
from pup_tui.core.program import compile_program
from pup_tui.core.sent import Shown
from pup_tui.core.state import PollState
from pup_tui.runbook.model import PupStep, Runbook, WaitStep
from pup_tui.runbook.parts import Poll
from pup_tui.tui import glyphs
from pup_tui.tui.appearance import Appearance, Depth
from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.step_progress import StepProgress
from pup_tui.tui.widgets.poll_reading import PollReading, read_poll, wait_seconds
from pup_tui.tui.widgets.poll_widget import PollWidget, WaitWidget

STYLES = Path(glyphs.__file__).parent / "styles"


class Host(ColouredApp[None]):
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "run.tcss", STYLES / "controls.tcss"]

    def compose(self) -> ComposeResult:
        yield PollWidget()
        yield WaitWidget()


@asynccontextmanager
async def shown(reading: PollReading) -> AsyncIterator[PollWidget]:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        poll = app.query_one(PollWidget)
        poll.show(reading)
        await pilot.pause()
        yield poll


def text(widget: PollWidget | WaitWidget, place: str) -> str:
    content = widget.query_one(place, Static).content
    assert isinstance(content, Content)
    return content.plain


async def test_a_poll_under_way_is_put_into_words() -> None:
    reading = PollReading(
        until="value < 5",
        attempts=3,
        max_attempts=10,
        value=7.5,
        values=(40.0, 20.0, 7.5),
        elapsed=65.0,
        timeout=300.0,
        next_in=12.0,
        under_way=True,
    )
    async with shown(reading) as poll:
        assert text(poll, "#poll-until") == "◔ until value < 5 · attempt 3 of 10"
        assert text(poll, "#poll-seen") == "last 7.5 · not yet · 7.5 to 40"
        assert text(poll, "#poll-time") == "1m 05s of 5m 00s · next in 12 s"
        assert not poll.query_one("#poll-error").display
        assert list(poll.query_one(Sparkline).data or ()) == [40.0, 20.0, 7.5]
        assert poll.query_one(ProgressBar).percentage == pytest.approx(65 / 300)
        assert poll.query_one("#poll-keys").display


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
@pytest.mark.parametrize("depth", list(Depth))
async def test_what_is_left_is_told_from_what_is_over(theme: str, depth: Depth) -> None:
    app = Host(Appearance(theme=theme, depth=depth))
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(PollWidget).show(
            PollReading(until="x", attempts=1, elapsed=75, timeout=300, under_way=True)
        )
        await pilot.pause()
        line = app.query_one("#poll-bar Bar")
        assert line.size.width > 8
        parts = [
            segment
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if set(segment.text) & set("━─")
        ]
        over, rest = parts[0], parts[1]
        assert (len(over.text), len(rest.text)) == (
            round(line.size.width / 4),
            line.size.width - round(line.size.width / 4),
        )
        assert set(over.text) == {"━"}
        assert set(rest.text) == {"─"}
        assert rest.style is not None
        colour = rest.style.color
        assert colour is None or colour.is_default or colour != rest.style.bgcolor


async def test_an_attempt_that_errs_and_a_status_are_shown_as_text() -> None:
    reading = PollReading(
        until="status == OK",
        attempts=1,
        status="[red]Alert\x1b[0m",
        error="[/b] timed out\x07",
        timeout=60.0,
        under_way=True,
    )
    async with shown(reading) as poll:
        assert "last [red]Alert\\x1b[0m" in text(poll, "#poll-seen")
        assert text(poll, "#poll-error") == "▲ [/b] timed out\\x07"
        assert text(poll, "#poll-time").endswith("checking now")


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("'ready' in output", "not yet"),
        ("exit_code == 0", "not yet"),
        ("value < 5", "last no value · not yet"),
        ("decreasing over 3", "last no value · not yet"),
    ],
)
async def test_that_there_is_no_value_is_told_where_one_is_waited_for(
    until: str, told: str
) -> None:
    async with shown(PollReading(until=until, attempts=2, under_way=True)) as poll:
        assert text(poll, "#poll-seen") == told


async def test_a_first_value_with_nothing_to_compare_it_with_is_no_trouble() -> None:
    reading = PollReading(
        until="it is stable", attempts=1, value=5.0, error="the value is 5, the first sample"
    )
    async with shown(reading) as poll:
        assert text(poll, "#poll-error") == "the value is 5, the first sample"


async def test_the_first_attempt_is_the_first() -> None:
    async with shown(PollReading(until="empty", under_way=True)) as poll:
        assert text(poll, "#poll-until") == "◔ until empty · attempt 1"
        assert text(poll, "#poll-seen") == "no result yet"


async def test_a_poll_that_is_over_offers_no_keys() -> None:
    async with shown(PollReading(until="empty", attempts=2, met=True, elapsed=9.0)) as poll:
        assert not poll.query_one("#poll-keys").display
        assert text(poll, "#poll-seen") == "met"
        assert text(poll, "#poll-time") == "9.0 s"


@pytest.mark.parametrize(
    ("attempts", "value", "told"),
    [
        (0, None, "accepted as met"),
        (2, None, "last no value · accepted as met"),
        (2, 7.0, "last 7 · accepted as met"),
    ],
)
async def test_what_somebody_accepted_is_not_told_as_not_met(
    attempts: int, value: float | None, told: str
) -> None:
    reading = PollReading(until="value < 5", attempts=attempts, value=value, accepted=True)
    async with shown(reading) as poll:
        assert text(poll, "#poll-seen") == told


async def test_a_wait_tells_what_is_left() -> None:
    app = Host()
    async with app.run_test():
        wait = app.query_one(WaitWidget)
        wait.show(30.0, 90.0)
        assert text(wait, "#wait-time") == "1m 00s left of 1m 30s"
        wait.show(95.0, 90.0)
        assert text(wait, "#wait-time").startswith("0.0 s left")
        wait.show(30.0, None)
        assert text(wait, "#wait-time") == "waited 30 s"


def polled_step() -> tuple[RunProgress, StepProgress]:
    step = PupStep(id="p", name="p", run="x", poll=Poll(until="value < 5", max_attempts=4))
    progress = RunProgress(compile_program("t", Runbook(name="t", steps=(step,))))
    progress.apply(
        StepStarted(
            ts="", run="", step="p", name="p", kind="pup", index=0, attempt=1, command="pup x"
        )
    )
    return progress, progress.steps["p"]


def sample(attempt: int, value: float | None, *, met: bool = False) -> StepPolled:
    return StepPolled(
        ts="",
        run="",
        step="p",
        attempt=attempt,
        elapsed=attempt * 10.0,
        timeout=60.0,
        value=value,
        status=None,
        met=met,
        error=None,
    )


def test_while_it_is_under_way_times_come_from_the_run() -> None:
    progress, step = polled_step()
    progress.apply(sample(1, 9.0))
    progress.apply(sample(2, None))
    state = PollState(
        began=100.0, timeout=360.0, interval=30.0, max_attempts=4, first=1, next_at=150.0
    )
    reading = read_poll(step, state, 130.0)
    assert reading.under_way
    assert (reading.elapsed, reading.timeout, reading.next_in) == (30.0, 360.0, 20.0)
    assert (reading.attempts, reading.max_attempts, reading.values) == (2, 4, (9.0,))


def test_when_it_is_over_times_come_from_the_last_sample() -> None:
    progress, step = polled_step()
    progress.apply(sample(1, 3.0, met=True))
    progress.apply(
        StepFinished(
            ts="",
            run="",
            step="p",
            status="succeeded",
            exit_code=0,
            duration=10.0,
            attempts=1,
            reason="",
            captured=(),
        )
    )
    reading = read_poll(step, None, 0.0)
    assert not reading.under_way
    assert reading.met
    assert (reading.elapsed, reading.timeout, reading.next_in) == (10.0, 60.0, None)


def test_that_somebody_accepted_it_is_read_from_the_run() -> None:
    progress, step = polled_step()
    progress.apply(sample(1, 9.0))
    state = PollState(began=0.0, timeout=60.0, interval=5.0, max_attempts=4, first=1)
    assert not read_poll(step, state, 10.0).accepted
    state.accepted = "accepted as met by ada: seen on the graph"
    assert read_poll(step, state, 10.0).accepted


@pytest.mark.parametrize(
    ("command", "seconds"),
    [("wait 90 s", 90.0), ("wait 1e+06 s", 1e6), ("", None), ("wait x s", None)],
)
def test_the_length_of_a_wait_is_read_from_what_it_told(
    command: str, seconds: float | None
) -> None:
    wait = WaitStep(id="w", name="w", duration="90s")
    progress = RunProgress(compile_program("t", Runbook(name="t", steps=(wait,))))
    progress.steps["w"].shown = Shown(command)
    assert wait_seconds(progress.steps["w"]) == seconds
