from __future__ import annotations

from pup_tui.core.notices import (
    RunFinished,
    StepAnswered,
    StepFinished,
    StepPolled,
    StepStarted,
    StepWaiting,
)
from pup_tui.core.program import compile_program
from pup_tui.runbook.model import Poll, Runbook, ShellStep, WorkflowStep
from pup_tui.tui.run_progress import KEPT_VALUES, RunProgress, names_exit

HEAD = {"ts": "2025-11-21T03:00:00.000000Z", "run": "r"}


def progress() -> RunProgress:
    steps = (
        ShellStep(id="a", name="a", run="true"),
        ShellStep(id="b", name="b", run="true", poll=Poll(until="empty")),
    )
    return RunProgress(compile_program("t", Runbook(name="t", steps=steps)))


def started(step: str, attempt: int = 1) -> StepStarted:
    return StepStarted(
        **HEAD, step=step, name=step, kind="shell", index=0, attempt=attempt, command="true"
    )


def finished(step: str, status: str = "succeeded") -> StepFinished:
    return StepFinished(
        **HEAD,
        step=step,
        status=status,
        exit_code=2,
        duration=1.5,
        attempts=3,
        reason="because",
        captured=(),
    )


def test_a_step_goes_from_pending_to_its_end() -> None:
    run = progress()
    step = run.steps["a"]
    assert (step.status, step.over, step.has_run) == ("pending", False, False)
    run.apply(started("a", 2))
    assert (step.status, step.attempts, step.command) == ("running", 2, "true")
    assert (run.current, run.done) == ("a", 0)
    run.apply(finished("a", "failed"))
    assert (step.status, step.exit_code, step.duration) == ("failed", 2, 1.5)
    assert (step.reason, step.over, run.done) == ("because", True, 1)


def test_a_workflow_is_followed_by_its_executor_and_polls_nothing_here() -> None:
    step = WorkflowStep(id="w", name="w", workflow_id="x", poll=Poll(interval="5s"))
    run = RunProgress(compile_program("t", Runbook(name="t", steps=(step,))))
    run.apply(started("w"))
    assert run.steps["w"].status == "running"
    assert not run.steps["w"].polls


def test_a_poll_that_is_run_again_begins_with_no_results() -> None:
    run = progress()
    polled = StepPolled(
        **HEAD,
        step="b",
        attempt=3,
        elapsed=9.0,
        timeout=60.0,
        value=4.0,
        status=None,
        met=False,
        error=None,
    )
    run.apply(started("b"))
    run.apply(polled)
    run.apply(started("b", 4))
    assert run.steps["b"].last_poll is None
    assert not run.steps["b"].values


def test_an_exit_code_that_a_reason_tells_is_found() -> None:
    assert names_exit("exited with 1", 1)
    assert names_exit("it failed: exit code 1", 1)
    assert not names_exit("exited with 12", 1)
    assert not names_exit("timed out", 1)


def test_a_question_is_waited_for_until_it_is_answered() -> None:
    run = progress()
    run.apply(StepWaiting(**HEAD, step="a", for_="confirm", message="Sure?", expect=None))
    assert (run.steps["a"].status, run.steps["a"].reason) == ("waiting", "Sure?")
    assert run.current == "a"
    run.apply(StepAnswered(**HEAD, step="a", answer="yes", by="ada", note=""))
    assert (run.steps["a"].status, run.steps["a"].reason) == ("running", "")
    assert run.steps["a"].answered == "yes by ada"


def test_a_poll_keeps_what_a_sparkline_can_show() -> None:
    run = progress()
    run.apply(started("b"))
    assert run.steps["b"].status == "polling"
    for attempt in range(KEPT_VALUES + 10):
        run.apply(
            StepPolled(
                **HEAD,
                step="b",
                attempt=attempt,
                elapsed=0.0,
                timeout=60.0,
                value=None if attempt % 2 else float(attempt),
                status=None,
                met=False,
                error=None,
            )
        )
    step = run.steps["b"]
    assert len(step.values) == (KEPT_VALUES + 10) // 2
    assert step.last_poll is not None
    assert step.last_poll.attempt == KEPT_VALUES + 9


def test_the_end_of_a_run_is_its_status_and_length() -> None:
    run = progress()
    before = run.over
    run.apply(
        RunFinished(
            **HEAD, status="aborted", warnings=2, duration=9.0, counts={}, reason="answered no"
        )
    )
    assert (before, run.over) == (False, True)
    assert (run.status, run.warnings, run.duration, run.reason) == (
        "aborted",
        2,
        9.0,
        "answered no",
    )


def test_a_step_that_is_not_known_changes_nothing() -> None:
    run = progress()
    run.apply(finished("elsewhere"))
    assert run.done == 0
