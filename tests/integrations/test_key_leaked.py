"""The runbook for access keys that others know against an account of AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.support.clouds import Account
from tests.support.library_runs import Answers, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library


async def run(aws: Account, folder: Path, key: str, answers: Answers | None = None) -> Ran:
    return await run_of(
        "aws/key-leaked",
        folder,
        {"KEY": key},
        environ=aws.environ,
        around=aws.around,
        answers=answers,
    )


def status(aws: Account, user: str) -> str:
    (key,) = aws.client("iam").list_access_keys(UserName=user)["AccessKeyMetadata"]
    return str(key["Status"])


async def test_nobody_gets_in_by_it(aws: Account, tmp_path: Path) -> None:
    key = aws.key("builds")
    state, seen = await run(aws, tmp_path, key)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert status(aws, "builds") == "Inactive"
    assert f"Disable {key} of builds (account 123456789012)?" in seen.questions[0].message


async def test_what_breaks_has_it_used_again(aws: Account, tmp_path: Path) -> None:
    state, seen = await run(aws, tmp_path, aws.key("reports"), {"replace": "no"})
    assert state.status is RunStatus.ABORTED, troubles(state, seen)
    assert outcomes(state)["verify"] == "succeeded"
    assert status(aws, "reports") == "Active"


async def test_a_key_of_nobody_changes_nothing(aws: Account, tmp_path: Path) -> None:
    state, seen = await run(aws, tmp_path, "AKIANOSUCHKEY0000000")
    assert state.status is RunStatus.FAILED
    assert any("cannot be found" in line.text for _, line in seen.lines)
