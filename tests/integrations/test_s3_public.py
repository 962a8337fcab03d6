"""The runbook for buckets that are open to the public against an account of AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.support.clouds import Account
from tests.support.library_runs import Answers, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library


async def run(aws: Account, folder: Path, bucket: str, answers: Answers | None = None) -> Ran:
    return await run_of(
        "aws/s3-public",
        folder,
        {"BUCKET": bucket},
        environ=aws.environ,
        around=aws.around,
        answers=answers,
    )


def blocks(aws: Account, bucket: str) -> list[bool]:
    """What is blocked; nothing where no blocks are set."""
    s3 = aws.client("s3")
    try:
        found = s3.get_public_access_block(Bucket=bucket)
    except s3.exceptions.ClientError:
        return []
    return list(found["PublicAccessBlockConfiguration"].values())


async def test_it_is_closed(aws: Account, tmp_path: Path) -> None:
    aws.public_bucket("invoices")
    state, seen = await run(aws, tmp_path, "invoices")
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert blocks(aws, "invoices") == [True] * 4
    assert "By its grants all may: READ." in seen.questions[0].message
    again, asked = await run(aws, tmp_path / "again", "invoices")
    assert again.status is RunStatus.SUCCEEDED
    assert asked.questions == []


async def test_what_breaks_has_it_opened_again(aws: Account, tmp_path: Path) -> None:
    aws.public_bucket("website")
    state, seen = await run(aws, tmp_path, "website", {"breaks": "no"})
    assert state.status is RunStatus.ABORTED, troubles(state, seen)
    assert outcomes(state)["close"] == "succeeded"
    assert blocks(aws, "website") == []


async def test_a_bucket_that_is_not_there_changes_nothing(aws: Account, tmp_path: Path) -> None:
    state, seen = await run(aws, tmp_path, "no-such-bucket")
    assert state.status is RunStatus.FAILED
    assert any("NoSuchBucket" in line.text for _, line in seen.lines)
