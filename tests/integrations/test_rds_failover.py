"""The runbook that has the standby of a database take over against an account of AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.support.clouds import Account
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library


async def run(
    aws: Account,
    folder: Path,
    database: str,
    answers: Answers | None = None,
    after: After | None = None,
    wait: str = "15m",
) -> Ran:
    aws.storage_alarm(f"writes of {database}", database)
    return await run_of(
        "aws/rds-failover",
        folder,
        {"DATABASE": database, "ALARM": f"writes of {database}", "WAIT": wait},
        environ=aws.environ,
        around=aws.around,
        answers=answers,
        after=after,
    )


async def test_the_standby_takes_over(aws: Account, tmp_path: Path) -> None:
    aws.database("bookings", standby=True)

    def better() -> None:
        aws.storage_alarm("writes of bookings", "bookings", state="OK")

    state, seen = await run(aws, tmp_path, "bookings", after={"failover": better})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    failover, _ = seen.questions
    assert "standby of bookings (postgres, db.t3.micro, account 123456789012)" in failover.message
    assert "writes of bookings: it is ALARM" in failover.message


async def test_the_alarm_goes_on(aws: Account, tmp_path: Path) -> None:
    aws.database("wallet", standby=True)
    state, _ = await run(aws, tmp_path, "wallet", wait="1s")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["over"] == "failed"


async def test_one_without_a_standby_is_left_alone(aws: Account, tmp_path: Path) -> None:
    aws.database("alone")
    state, seen = await run(aws, tmp_path, "alone")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["alone"] == "succeeded"
    assert seen.questions == []
