"""The runbook that restarts an instance against an account of AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.state import RunStatus
from tests.support.clouds import Account
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library


async def run(
    aws: Account,
    folder: Path,
    instance: str,
    answers: Answers,
    after: After | None = None,
    *,
    anyway: bool = True,
) -> Ran:
    return await run_of(
        "aws/ec2-restart",
        folder,
        {"INSTANCE": instance, "ANYWAY": anyway},
        environ=aws.environ,
        around=aws.around,
        answers=answers,
        after=after,
    )


MOVE: Answers = {"what": {"DO": "move"}}


def now(aws: Account, instance: str) -> Any:
    found = aws.client("ec2").describe_instances(InstanceIds=[instance])
    return found["Reservations"][0]["Instances"][0]


async def test_it_is_put_on_other_hardware(aws: Account, tmp_path: Path) -> None:
    instance = aws.instance("cart")
    between: list[str] = []

    def look() -> None:
        between.append(now(aws, instance)["State"]["Name"])

    after = {"move/wait_until_it_has_stopped": look}
    state, seen = await run(aws, tmp_path, instance, MOVE, after)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert between == ["stopped"]
    assert now(aws, instance)["State"]["Name"] == "running"
    assert f"cart ({instance}, " in seen.questions[0].message


async def test_it_is_rebooted(aws: Account, tmp_path: Path) -> None:
    state, seen = await run(aws, tmp_path, aws.instance("web"), {"what": {"DO": "reboot"}})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert outcomes(state)["reboot"] == "succeeded"


async def test_one_that_is_terminated_meanwhile_is_not_waited_for(
    aws: Account, tmp_path: Path
) -> None:
    instance = aws.instance("search")

    def terminated() -> None:
        aws.client("ec2").terminate_instances(InstanceIds=[instance])

    state, _ = await run(aws, tmp_path, instance, MOVE, {"move/stop_it": terminated})
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["move"] == "failed"


async def test_one_that_a_group_keeps_is_left_to_the_group(aws: Account, tmp_path: Path) -> None:
    groups = aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    instance = groups[0]["Instances"][0]["InstanceId"]
    state, seen = await run(aws, tmp_path, instance, MOVE)
    assert state.status is RunStatus.FAILED
    assert seen.questions == []
    assert now(aws, instance)["State"]["Name"] == "running"


async def test_one_that_is_well_is_left_alone(aws: Account, tmp_path: Path) -> None:
    state, seen = await run(aws, tmp_path, aws.instance("login"), MOVE, anyway=False)
    assert state.status is RunStatus.SUCCEEDED
    assert seen.questions == []
