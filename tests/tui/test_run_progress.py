from __future__ import annotations

from typing import Any

from pup_tui.core.counting import told_counts
from pup_tui.core.notices import (
    AnyNotice,
    RunFinished,
    StepAnswered,
    StepFinished,
    StepPolled,
    StepRetrying,
    StepStarted,
    StepWaiting,
)
from pup_tui.core.program import compile_program
from pup_tui.core.state import BlockState, Frame, RunState, StepState
from pup_tui.runbook.model import AnyStep, GroupStep, ParallelStep, Runbook, ShellStep, WorkflowStep
from pup_tui.runbook.parts import Poll
from pup_tui.tui.run_progress import RunProgress, names_exit
from pup_tui.tui.step_progress import KEPT_VALUES

HEAD: dict[str, Any] = {"ts": "2025-11-21T03:00:00.000000Z", "run": "r"}


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
    assert (step.status, step.attempts, step.shown.command) == ("running", 2, "true")
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


def test_attempts_after_the_first_tell_what_became_of_the_one_before() -> None:
    run = progress()
    polled = StepPolled(
        **HEAD,
        step="b",
        attempt=1,
        elapsed=9.0,
        timeout=60.0,
        value=4.5,
        status="Alert",
        met=False,
        error=None,
    )
    retrying = StepRetrying(**HEAD, step="b", attempt=2, attempts=5, delay=1.0, reason="exit 1")
    failing = StepWaiting(**HEAD, step="b", for_="failure", message="exit 2", expect=None)
    again = StepAnswered(**HEAD, step="b", answer="retry", by="ada", note="")
    told: list[AnyNotice] = [
        started("b"),
        polled,
        started("b", 2),
        retrying,
        started("b", 3),
        failing,
        again,
    ]
    for notice in (*told, started("b", 4)):
        run.apply(notice)
    assert [(each.number, each.before) for each in run.steps["b"].repeated] == [
        (2, "not met · Alert · value 4.5"),
        (3, "failed: exit 1"),
        (4, "failed: exit 2"),
    ]


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


def test_an_attempt_of_which_nobody_knows_the_end_is_not_said_to_have_failed() -> None:
    run = progress()
    asked = "Its last attempt began and did not finish: nobody knows whether it was done."
    waiting = StepWaiting(**HEAD, step="a", for_="unknown", message=asked, expect=None)
    again = StepAnswered(**HEAD, step="a", answer="retry", by="ada", note="")
    for notice in (started("a"), waiting, again, started("a", 2)):
        run.apply(notice)
    assert [each.before for each in run.steps["a"].repeated] == ["has no known end"]


def test_what_was_asked_given_and_sent_stays_known() -> None:
    run = progress()
    run.apply(
        StepWaiting(
            **HEAD, step="a", for_="input", message="Which?", expect=None, checklist=("one",)
        )
    )
    run.apply(
        StepAnswered(**HEAD, step="a", answer="yes", by="ada", note="", values={"REGION": "eu1"})
    )
    step = run.steps["a"]
    assert (step.question, step.given) == ("Which?\n[ ] one", {"REGION": "eu1"})
    begun = StepStarted(
        **HEAD, step="b", name="b", kind="shell", index=1, attempt=1, command="cat", stdin="x"
    )
    run.apply(begun)
    assert run.steps["b"].shown.text == "cat\nstdin: x"


def test_each_attempt_of_a_poll_comes_after_what_became_of_the_one_before() -> None:
    run = progress()

    def polled(attempt: int, *, met: bool = False) -> StepPolled:
        seen: dict[str, Any] = {"value": 7.0, "status": None, "error": None}
        return StepPolled(
            **HEAD, step="b", attempt=attempt, elapsed=0.0, timeout=60.0, met=met, **seen
        )

    for notice in (started("b"), polled(1), polled(2), finished("b", "failed")):
        run.apply(notice)
    for notice in (started("b", 3), polled(1), polled(2, met=True), finished("b")):
        run.apply(notice)
    told = [(each.number, each.judged, each.before) for each in run.steps["b"].repeated]
    not_met = "not met · value 7"
    assert told == [(2, True, not_met), (3, False, not_met), (4, True, not_met)]


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


# Steps inside others


def shell(id_: str, **keys: object) -> ShellStep:
    return ShellStep(id=id_, name=id_, run="true", **keys)  # type: ignore[arg-type]


def progress_of(*steps: AnyStep) -> RunProgress:
    return RunProgress(compile_program("t", Runbook(name="t", steps=steps)))


def looped() -> RunProgress:
    """A group with two steps, for each item of a list; and one step after it."""
    inner = shell("a"), shell("b")
    loop = GroupStep(id="deploy", name="Deploy", foreach="HOSTS", as_="host", steps=inner)
    return progress_of(loop, shell("after"))


def test_steps_stand_inside_their_blocks_and_blocks_count_them() -> None:
    run = progress_of(GroupStep(id="g", name="G", steps=(shell("a"), shell("b"))), shell("c"))
    assert [step.id for step in run] == ["g", "g/a", "g/b", "c"]
    assert (run.total, run.done) == (3, 0)
    run.apply(started("g"))
    run.apply(started("g/a"))
    run.apply(finished("g/a"))
    assert (run.steps["g"].held["succeeded"], run.total, run.done) == (1, 3, 1)
    run.apply(finished("g", "failed"))
    assert (run.total, run.done) == (3, 1)


def test_items_take_the_place_of_what_the_file_says_and_keep_their_order() -> None:
    run = looped()
    assert [step.id for step in run] == ["deploy", "deploy/a", "deploy/b", "after"]
    run.apply(started("deploy"))
    run.apply(started("deploy[1]"))
    run.apply(started("deploy[0]/b"))
    assert [step.id for step in run] == [
        "deploy",
        *("deploy[0]", "deploy[0]/a", "deploy[0]/b"),
        *("deploy[1]", "deploy[1]/a", "deploy[1]/b"),
        "after",
    ]
    assert run.total == 5
    for step in list(run):
        run.apply(finished(step.id))
    assert (run.total, run.done) == (5, 5)


def test_all_items_are_known_when_the_loop_begins_and_what_is_in_them_when_they_do() -> None:
    run = looped()
    run.apply(started("deploy"))
    items = [f"deploy[{number}]" for number in range(1_000)]
    state = RunState(blocks={"deploy": BlockState(children=items)})
    state.frames["deploy[7]"] = Frame(values={"host": "web-7"})
    state.frames["deploy[8]"] = Frame(values={"host": {"name": "web-8"}})
    state.frames["deploy[9]"] = Frame(values={"host": "sesame"}, secrets=["host"])
    run.learn_items("deploy", state)
    assert len(run.steps["deploy"].children) == 1_000
    assert run.total == 1_001
    for number in (7, 8, 9):
        run.apply(started(items[number]))
        run.learn_items(items[number], state)
    assert run.steps["deploy[7]"].name == "[7] web-7"
    assert run.steps["deploy[8]"].name == '[8] {"name": "web-8"}'
    assert "sesame" not in run.steps["deploy[9]"].name
    assert [child.id for child in run.steps["deploy[7]"].children] == ["deploy[7]/a", "deploy[7]/b"]


def test_an_item_is_called_by_its_label() -> None:
    run = looped()
    run.apply(started("deploy"))
    state = RunState(blocks={"deploy": BlockState(children=["deploy[0]"])})
    state.frames["deploy[0]"] = Frame(values={"host": "web-7"})
    state.steps["deploy[0]"] = StepState(label="the first\x1b")
    run.learn_items("deploy", state)
    run.apply(started("deploy[0]"))
    run.learn_items("deploy[0]", state)
    assert run.steps["deploy[0]"].name == "[0] the first\\x1b"


def test_a_block_is_followed_while_it_rests_between_two_attempts() -> None:
    inner = shell("a")
    run = progress_of(GroupStep(id="g", name="G", poll=Poll(until="attempt == 3"), steps=(inner,)))
    group, step = run.steps["g"], run.steps["g/a"]
    run.apply(started("g"))
    assert group.status == "polling"
    run.apply(started("g/a"))
    run.apply(finished("g/a", "failed"))
    run.apply(
        StepPolled(
            **HEAD,
            step="g",
            attempt=1,
            elapsed=1.0,
            timeout=60.0,
            value=None,
            status=None,
            met=False,
            error="`g/a` failed",
        )
    )
    assert run.current == "g"
    run.apply(started("g/a", 2))
    assert (group.status, step.status, run.current) == ("polling", "running", "g/a")
    assert group.last_poll is not None
    assert group.last_poll.error == "`g/a` failed"


def test_a_loop_without_items_has_nothing_inside() -> None:
    run = looped()
    run.apply(started("deploy"))
    run.apply(finished("deploy"))
    assert [step.id for step in run] == ["deploy", "after"]
    assert (run.total, run.done) == (2, 1)


def test_what_takes_steps_back_comes_last_in_the_order_of_its_running() -> None:
    undo = shell("")
    group = GroupStep(id="g", name="G", steps=(shell("a", undo=undo), shell("b", undo=undo)))
    run = progress_of(group, shell("c"))
    run.apply(started("g/b:undo"))
    run.apply(started("g/a:undo"))
    assert [step.id for step in run] == ["g", "g/a", "g/b", "c", "g/b:undo", "g/a:undo"]
    assert [step.id for step in run.undone] == ["g/b:undo", "g/a:undo"]


def test_what_was_taken_back_does_not_count_as_succeeded_and_its_undo_as_no_step() -> None:
    undo = shell("")
    group = GroupStep(id="g", name="G", steps=(shell("a", undo=undo), shell("b", undo=undo)))
    run = progress_of(group, shell("c"), shell("d"))
    for step in ("g", "g/a", "g/b"):
        run.apply(started(step))
    for step in ("g/a", "g/b", "g"):
        run.apply(finished(step))
    run.apply(started("c"))
    run.apply(finished("c", "failed"))
    run.apply(finished("d", "skipped"))
    run.apply(started("g/b:undo"))
    run.apply(finished("g/b:undo", "failed"))
    run.apply(started("g/a:undo"))
    run.apply(finished("g/a:undo"))
    assert [run.steps[step].word for step in ("g/a", "g/b")] == ["taken back", "succeeded"]
    assert told_counts(run.counts, over=True) == [
        "1 of 4 succeeded",
        "1 failed",
        "1 taken back",
        "1 skipped",
    ]
    assert told_counts(run.steps["g"].held, over=True) == ["1 of 2 succeeded", "1 taken back"]
    run.come_again()
    assert +run.counts == {"pending": 4}


def test_an_undo_step_tells_the_attempt_that_it_is_about() -> None:
    run = progress_of(GroupStep(id="g", name="G", steps=(shell("a", undo=shell("back")),)))
    run.apply(started("g/a#2:undo"))
    run.apply(started("g/a:undo"))
    assert [step.name for step in run.undone] == ["back (attempt 2)", "back"]


def test_an_undo_step_tells_the_item_that_it_is_about() -> None:
    inner = shell("a", undo=shell("back"))
    run = progress_of(GroupStep(id="g", name="G", foreach="X", as_="host", steps=(inner,)))
    state = RunState(frames={"g[1]": Frame(values={"host": "web-1"})})
    run.apply(started("g[1]"))
    run.learn_items("g[1]", state)
    run.apply(started("g[1]/a:undo"))
    assert run.steps["g[1]/a:undo"].name == "back [1] web-1"


def test_of_several_steps_the_one_that_began_first_is_followed_until_it_ends() -> None:
    run = progress_of(ParallelStep(id="p", name="P", steps=(shell("a"), shell("b"), shell("c"))))
    run.apply(started("p"))
    followed = []
    for notice in (
        started("p/b"),
        started("p/a"),
        started("p/c"),
        finished("p/a"),
        finished("p/b"),
        finished("p/c"),
        finished("p"),
    ):
        run.apply(notice)
        followed.append(run.current)
    assert followed == ["p/b", "p/b", "p/b", "p/b", "p/c", "p/c", "p/c"]


def test_a_block_that_is_run_again_begins_with_its_steps_pending() -> None:
    run = progress_of(GroupStep(id="g", name="G", steps=(shell("a"), shell("b"))))
    for notice in (started("g"), started("g/a"), finished("g/a", "failed"), started("g", 2)):
        run.apply(notice)
    assert [step.status for step in run] == ["running", "pending", "pending"]
    group = run.steps["g"]
    assert (run.done, group.held["pending"], group.notable) == (0, 2, set())


def test_what_stands_in_a_skipped_block_is_skipped_with_it() -> None:
    run = progress_of(GroupStep(id="g", name="G", steps=(shell("a"), shell("b"))))
    run.apply(finished("g", "skipped"))
    assert {step.status for step in run} == {"skipped"}
    assert run.done == 2


def test_a_failed_attempt_is_told_until_the_next_one_begins() -> None:
    run = progress()
    run.apply(started("a"))
    run.apply(
        StepRetrying(**HEAD, step="a", attempt=1, attempts=3, delay=2.0, reason="exited with 1")
    )
    step = run.steps["a"]
    assert (step.status, step.over, run.current) == ("retrying", False, "a")
    run.apply(started("a", 2))
    assert (step.status, step.retrying, step.reason) == ("running", None, "")


def test_the_innermost_step_that_failed_is_the_trouble() -> None:
    run = progress_of(GroupStep(id="g", name="G", steps=(shell("a"), shell("b"))), shell("c"))
    run.apply(finished("g/a", "failed"))
    assert run.trouble is None
    run.apply(finished("g", "failed"))
    assert run.trouble is run.steps["g/a"]
