"""The runbooks for Terraform, by the real program over resources that it has itself."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.state import RunState, RunStatus
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of
from tests.support.runs import Seen
from tests.support.sshd import Fleet, fleet
from tests.support.terraform import LOCK, Configuration, StateServer

__all__ = ["fleet"]

pytestmark = pytest.mark.library


async def run(
    code: Configuration,
    runbook: str,
    answers: Answers | None = None,
    after: After | None = None,
    **values: Any,
) -> Ran:
    return await run_of(
        f"delivery/{runbook}",
        code.folder.parent / "run",
        {"DIRECTORY": str(code.folder), "WORKSPACE": "default", **values},
        environ={},
        around=code.around,
        answers=answers,
        after=after,
    )


async def drifted(code: Configuration, what: str, after: After | None = None) -> Ran:
    values = {"LOCK_WAIT": "1s", "WAIT": "1s"}
    return await run(code, "terraform-drift", {"what": {"DO": what}}, after, **values)


def troubles(state: RunState, seen: Seen) -> str:
    """Why a run did not go as it should have."""
    reasons = [f"{step}: {found.reason}" for step, found in state.steps.items() if found.reason]
    return "\n".join([*reasons, *(line.text for _, line in seen.lines[-10:])])


async def test_what_is_as_the_code_says_is_left_alone(terraform: Configuration) -> None:
    state, seen = await drifted(terraform, "apply")
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert outcomes(state)["what"] == "skipped"


async def test_it_is_as_the_code_says_again(terraform: Configuration) -> None:
    terraform.change('"small"', '"large"')
    before = terraform.files()
    state, seen = await drifted(terraform, "apply")
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert terraform.sizes() == "large"
    assert set(terraform.files()) - set(before) <= {"terraform.tfstate.backup"}
    what, apply, _ = seen.questions
    assert "updates terraform_data.web," in what.message
    assert "updates\nterraform_data.web and" in apply.message


async def test_it_is_left_as_it_is(terraform: Configuration) -> None:
    terraform.change('"small"', '"large"')
    state, seen = await drifted(terraform, "leave")
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert terraform.sizes() == "small"


async def test_what_is_taken_away_is_asked_for_by_name(terraform: Configuration) -> None:
    terraform.change(', "night"', "")
    state, seen = await drifted(terraform, "apply")
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert outcomes(state)["apply"] == "skipped"
    assert 'destroys\nterraform_data.worker["night"]' in seen.questions[1].message
    assert "night" not in terraform.call("state", "list")


async def test_a_plan_that_another_apply_made_stale_changes_nothing(
    terraform: Configuration,
) -> None:
    terraform.change('"small"', '"large"')
    before = terraform.files()

    def applied_by_another() -> None:
        terraform.call("apply", "-auto-approve", "-var=size=huge")

    state, seen = await drifted(terraform, "apply", {"save": applied_by_another})
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["apply"] == "failed"
    assert outcomes(state)["tidy"] == "succeeded"
    assert state.steps["save/plan_and_save_it:undo"].status is not None
    assert any("Saved plan is stale" in line.text for _, line in seen.lines)
    assert set(terraform.files()) - set(before) <= {"terraform.tfstate.backup"}


async def test_another_workspace_is_not_looked_at(terraform: Configuration) -> None:
    terraform.call("workspace", "new", "staging")
    state, _ = await drifted(terraform, "apply")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["drift"] == "skipped"


async def unlocked(
    code: Configuration,
    after: After | None = None,
    *,
    host: str = "",
    **questions: str,
) -> Ran:
    answers: Answers = {"where": {"HOST": host}, **questions}
    return await run(code, "state-unlock", answers, after)


async def test_a_lock_whose_holder_is_gone_is_removed(
    terraform_elsewhere: tuple[Configuration, StateServer],
) -> None:
    code, backend = terraform_elsewhere
    backend.lock = dict(LOCK)
    code.change('"small"', '"large"')
    state, seen = await unlocked(code)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert not backend.locked_by()
    where, gone, sure, afterwards = seen.questions
    assert LOCK["ID"] in where.message
    assert "Held by somebody whom only the backend itself names" in where.message
    assert "On its host nobody looked" in gone.message
    assert sure.expect == LOCK["ID"][:8]
    assert "updates terraform_data.web" in afterwards.message


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[int]:
    """The number of a process that is called as the program is."""
    program = tmp_path / "terraform"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([program, "600"]) as process:
        yield process.pid
        process.kill()


async def test_what_runs_on_the_host_of_the_holder_is_told(
    terraform: Configuration, fleet: Fleet, holder: int
) -> None:
    terraform.around["PATH"] = fleet.path
    with terraform.locked():
        state, seen = await unlocked(terraform, host="web1", gone="no")
    assert state.status is RunStatus.ABORTED
    assert outcomes(state)["unlock"] == "skipped"
    _, _, running = seen.questions[1].message.partition("On web1 there run:\n")
    assert str(holder) in running.split()


async def test_a_host_that_cannot_be_reached_tells_nothing(
    terraform: Configuration, fleet: Fleet
) -> None:
    terraform.around["PATH"] = fleet.path
    with terraform.locked():
        state, seen = await unlocked(terraform, host="barred", gone="no")
    assert state.status is RunStatus.ABORTED
    assert outcomes(state)["processes"] == "warned"
    assert "On barred nobody looked" in seen.questions[1].message


async def test_a_lock_that_another_took_meanwhile_stays(
    terraform_elsewhere: tuple[Configuration, StateServer],
) -> None:
    code, backend = terraform_elsewhere
    backend.lock = dict(LOCK)
    other = {**LOCK, "ID": "5e1f0d7a-0000-4000-8000-000000000000"}

    def another() -> None:
        backend.lock = other

    state, _ = await unlocked(code, {"gone": another})
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["unlock"] == "failed"
    assert backend.lock == other


async def test_the_lock_of_a_local_state_ends_with_its_process_only(
    terraform: Configuration,
) -> None:
    with terraform.locked():
        state, seen = await unlocked(terraform)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["unlock"] == "failed"
    assert "Held by ci@runner-7, since 2026-11-30 20:00:00" in seen.questions[0].message
    assert any("LocalState not locked" in line.text for _, line in seen.lines)


async def test_a_state_that_is_not_locked_is_left_alone(terraform: Configuration) -> None:
    state, seen = await unlocked(terraform)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert seen.questions == []
