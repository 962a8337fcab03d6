"""The runbook for a database without storage against an account of AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.state import RunStatus
from tests.support.clouds import Account
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of

pytestmark = pytest.mark.library

ALARM = "storage of {}"
LARGER: Answers = {"size": {"NEW_STORAGE": "150", "NEW_LIMIT": "0"}}


def alarmed(aws: Account, database: str, free: float = 2) -> None:
    """A database with 100 GiB, and an alarm that fires."""
    aws.database(database, 100)
    aws.free_storage(database, free)
    aws.storage_alarm(ALARM.format(database), database)


async def run(
    aws: Account,
    database: str,
    folder: Path,
    answers: Answers = LARGER,
    after: After | None = None,
) -> Ran:
    return await run_of(
        "aws/rds-out-of-storage",
        folder,
        {"DATABASE": database, "ALARM": ALARM.format(database), "WAIT": "2h"},
        environ=aws.environ,
        around=aws.around,
        answers=answers,
        after=after,
    )


def storage(aws: Account, database: str) -> int:
    found: Any = aws.client("rds").describe_db_instances(DBInstanceIdentifier=database)
    return int(found["DBInstances"][0]["AllocatedStorage"])


def snapshots(aws: Account, database: str) -> list[str]:
    """Those that were made by hand: AWS keeps some of its own."""
    found = aws.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    names = [each["DBSnapshotIdentifier"] for each in found]
    return [name for name in names if name.startswith(f"{database}-")]


async def test_the_storage_is_grown_and_the_alarm_is_over(aws: Account, tmp_path: Path) -> None:
    alarmed(aws, "payments")

    def room() -> None:
        aws.free_storage("payments", 52)
        aws.storage_alarm(ALARM.format("payments"), "payments", state="OK")

    state, seen = await run(aws, "payments", tmp_path, after={"grow": room})
    assert state.status is RunStatus.SUCCEEDED, outcomes(state)
    assert storage(aws, "payments") == 150
    assert snapshots(aws, "payments") == ["payments-before-growth-01run"]
    (size, grow, _) = seen.questions
    assert "2.0 GiB free of 100 GiB" in size.message
    assert "from 100 to 150 GiB" in grow.message


async def test_the_database_goes_away_and_the_snapshot_is_taken_back(
    aws: Account, tmp_path: Path
) -> None:
    alarmed(aws, "ledger")

    def deleted() -> None:
        aws.client("rds").delete_db_instance(DBInstanceIdentifier="ledger", SkipFinalSnapshot=True)

    state, seen = await run(aws, "ledger", tmp_path, after={"snapshot": deleted})
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["grow"] == "failed"
    assert outcomes(state)["snapshot:undo"] == "succeeded"
    assert any("DBInstanceNotFound" in line.text for _, line in seen.lines)
    assert snapshots(aws, "ledger") == []


async def test_aws_refuses_the_size_and_the_snapshot_is_taken_back(
    aws: Account, tmp_path: Path
) -> None:
    alarmed(aws, "invoices")
    answers = {"size": {"NEW_STORAGE": "150", "NEW_LIMIT": "60"}}
    state, seen = await run(aws, "invoices", tmp_path, answers)
    assert state.status is RunStatus.FAILED
    assert any("Max storage size must be greater" in line.text for _, line in seen.lines)
    assert snapshots(aws, "invoices") == []


async def test_a_no_leaves_everything_as_it_was(aws: Account, tmp_path: Path) -> None:
    alarmed(aws, "wallets")
    state, _ = await run(aws, "wallets", tmp_path, {**LARGER, "grow": "no"})
    assert state.status is RunStatus.ABORTED
    assert storage(aws, "wallets") == 100
    assert snapshots(aws, "wallets") == []


async def test_nothing_is_done_where_there_is_room(aws: Account, tmp_path: Path) -> None:
    alarmed(aws, "coupons", 60)
    state, seen = await run(aws, "coupons", tmp_path)
    assert state.status is RunStatus.SUCCEEDED
    assert seen.questions == []
    assert storage(aws, "coupons") == 100
