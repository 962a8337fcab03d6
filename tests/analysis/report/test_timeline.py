"""What happened in a run, moment by moment."""

from __future__ import annotations

from typing import Any

from pup_tui.analysis.report.facts import ReportedDecision, ReportedLeg
from pup_tui.analysis.report.people import People
from pup_tui.analysis.report.timeline import TimelineOf, unasked_decisions
from pup_tui.analysis.report.words import plain
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    CancelRequested,
    EditedText,
    Interrupted,
    LeftOutSteps,
    Moment,
    PollNudged,
    PollStopped,
    Resumed,
    RunCreated,
    Source,
    WaitCut,
)
from pup_tui.core.notices import (
    AnyNotice,
    RunFinished,
    RunResumed,
    StepAnswered,
    StepFinished,
    StepPolled,
    StepRetrying,
    StepStarted,
    StepWaiting,
    rfc3339,
)

PEOPLE = People(["ada", "bob"])
NAMES = {"a": "First", "b": "Second"}


def at(seconds: float) -> dict[str, Any]:
    return {"ts": rfc3339(seconds), "run": "R"}


def started(seconds: float, step: str = "a", attempt: int = 1) -> StepStarted:
    return StepStarted(
        **at(seconds), step=step, name="", kind="shell", index=0, attempt=attempt, command=""
    )


def finished(
    seconds: float, step: str = "a", status: str = "succeeded", **more: Any
) -> StepFinished:
    told = {"exit_code": 0, "duration": 0.5, "attempts": 1, "reason": "", "captured": ()}
    return StepFinished(**at(seconds), step=step, status=status, **{**told, **more})


def lines(
    *notices: AnyNotice,
    events: tuple[AnyEvent, ...] = (),
    decisions: tuple[ReportedDecision, ...] = (),
    legs: tuple[ReportedLeg, ...] = (),
    alert: dict[str, Any] | None = None,
) -> list[str]:
    told = TimelineOf("R", NAMES, PEOPLE).entries(notices, events, decisions, legs, alert or {})
    return [f"{entry.at:g} {plain(entry.words)}" for entry in told]


def test_a_short_step_is_one_entry_and_a_long_one_two() -> None:
    assert lines(started(1), finished(1.5)) == ["1 First (a) succeeded after 0.5 s"]
    assert lines(started(1), finished(3, duration=2.0)) == [
        "1 First (a) begins",
        "3 First (a) succeeded after 2.0 s",
    ]


def test_a_question_and_its_answer_are_two() -> None:
    asked = StepWaiting(**at(2), step="a", for_="confirm", message="Sure, bob?", expect=None)
    answered = StepAnswered(**at(3), step="a", answer="yes", by="ada", note="bob agrees")
    assert lines(started(2), asked, answered, finished(3)) == [
        "2 First (a) asks: Sure, operator 2?",
        "3 First (a): yes by operator 1 (operator 2 agrees)",
    ]


def test_a_no_stays_beside_what_came_of_it() -> None:
    answered = StepAnswered(**at(3), step="a", answer="no", by="nobody", note="")
    assert lines(answered, finished(3, status="failed", exit_code=None, attempts=0)) == [
        "3 First (a): no, since nobody was asked",
        "3 First (a) failed after 0.5 s",
    ]


def test_attempts_and_polls_are_told_as_far_as_they_say_something() -> None:
    retrying = StepRetrying(**at(2), step="a", attempt=1, attempts=3, delay=1.0, reason="no")
    polls = [
        StepPolled(
            **at(number),
            step="a",
            attempt=number,
            elapsed=1.0,
            timeout=9.0,
            value=number,
            status=None,
            met=number == 6,
            error=None,
        )
        for number in range(4, 7)
    ]
    assert lines(started(1), retrying, started(3, attempt=2), *polls, finished(7)) == [
        "1 First (a) begins",
        "2 First (a) failed in attempt 1 of 3: no",
        "3 First (a) begins attempt 2",
        "4 First (a) check 1: its condition is not met yet, it saw 4",
        "6 First (a) check 3: its condition is met, it saw 6",
        "7 First (a) succeeded after 0.5 s",
    ]


def test_what_a_later_leg_finds_done_is_no_news() -> None:
    resumed = RunResumed(**at(10), leg=2, operator="bob", host="h", finished=1)
    leg = ReportedLeg(
        number=1,
        operator="ada",
        host="h",
        version="",
        began=0,
        stopped=5,
        status="failed",
        reason="x",
    )
    told = lines(
        *(started(1), finished(1.2), resumed, finished(10), started(11, "b"), finished(11.5, "b")),
        legs=(leg,),
    )
    assert told == [
        "1 First (a) succeeded after 0.5 s",
        "5 leg 1 ended: failed: x",
        "10 the run goes on (leg 2), resumed by operator 2",
        "11 Second (b) succeeded after 0.5 s",
    ]


def test_what_led_to_an_end_stands_before_it() -> None:
    moment = Moment(3.0, 3.0)
    cancel = CancelRequested(at=moment, by="ada", reason="bob asked")
    end = RunFinished(
        **at(3), status="cancelled", warnings=0, duration=1.0, counts={}, reason="cancelled: by ada"
    )
    assert lines(
        finished(3, status="cancelled", exit_code=None, signal="SIGTERM", attempts=0),
        end,
        events=(Interrupted(at=Moment(2.0, 2.0), reason="the terminal was lost"),),
        decisions=tuple(unasked_decisions([cancel])),
    ) == [
        "2 the run is interrupted: the terminal was lost",
        "3 cancel the run by operator 1 (operator 2 asked)",
        "3 First (a) cancelled (SIGTERM) after 0.5 s",
        "3 the run ended: cancelled: by operator 1",
    ]


def test_an_alert_is_told_with_its_own_times_where_it_has_any() -> None:
    alert = {"title": "Slow", "started_at": "1970-01-01T00:00:05Z", "extra": {"ended_at": "soon"}}
    assert lines(alert=alert) == ["5 the alert says that it began: Slow"]


def test_what_people_decide_without_being_asked_is_a_decision() -> None:
    moment = Moment(1.0, 1.0)
    created = RunCreated(
        at=moment,
        run="R",
        runbook="r",
        source=Source("p", "s"),
        operator="ada",
        host="h",
        values={},
        without=LeftOutSteps(steps={"a": "done by hand"}),
    )
    events: list[AnyEvent] = [
        created,
        Answered(at=moment, step="b", answer="retry", by="bob", changed={"X": 2}),
        Answered(
            at=moment, step="b", answer="retry", by="bob", edited=EditedText("echo", {"V": "1"})
        ),
        Resumed(at=moment, by="bob", host="h", changed={"Y": 3}, edited={"a": EditedText("true")}),
        PollStopped(at=moment, step="b", by="ada"),
        PollNudged(at=moment, step="b", by="ada"),
        WaitCut(at=moment, step="b", by="ada"),
        CancelRequested(at=moment, by="Ctrl-C"),
    ]
    assert [
        (each.step, each.answer, each.by, each.note, each.values)
        for each in unasked_decisions(events)
    ] == [
        ("a", "skip", "ada", "done by hand", {}),
        ("b", "change variables", "bob", "", {"X": 2}),
        ("b", "run another text", "bob", "", {"text": "echo", "V": "1"}),
        ("", "change variables", "bob", "", {"Y": 3}),
        ("a", "run another text", "bob", "", {"text": "true"}),
        ("b", "stop polling", "ada", "", {}),
        ("b", "check now", "ada", "", {}),
        ("b", "go on now", "ada", "", {}),
        ("", "cancel the run", "Ctrl-C", "", {}),
    ]
