"""The runbook for functions of which calls are refused against an account of AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.support.clouds import Account
from tests.support.library_runs import After, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library


async def run(
    aws: Account,
    folder: Path,
    function: str,
    after: After | None = None,
    wait: str = "10m",
) -> Ran:
    return await run_of(
        "aws/lambda-throttled",
        folder,
        {"FUNCTION": function, "WAIT": wait},
        environ=aws.environ,
        around=aws.around,
        answers={"limit": {"NEW_LIMIT": "30"}},
        after=after,
    )


def throttled(aws: Account, function: str) -> None:
    """A function of which five may run at once, and forty-two calls were refused some minutes ago."""
    aws.function(function)
    aws.client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=5
    )
    aws.throttles(function, 42, minutes_ago=5)


def limit(aws: Account, function: str) -> int:
    found = aws.client("lambda").get_function_concurrency(FunctionName=function)
    return int(found["ReservedConcurrentExecutions"])


async def test_more_run_at_once(aws: Account, tmp_path: Path) -> None:
    throttled(aws, "resize")
    after = {"raise": lambda: aws.throttles("resize", 0)}
    state, seen = await run(aws, tmp_path, "resize", after)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert limit(aws, "resize") == 30
    assert "42 calls of resize" in seen.questions[0].message
    assert "Let 30 of resize run at once in place of 5?" in seen.questions[1].message


async def test_calls_are_refused_all_the_same(aws: Account, tmp_path: Path) -> None:
    throttled(aws, "index")
    state, _ = await run(aws, tmp_path, "index", wait="1s")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["calm"] == "failed"
    assert limit(aws, "index") == 5


async def test_one_without_a_limit_is_left_alone(aws: Account, tmp_path: Path) -> None:
    aws.function("greet")
    aws.throttles("greet", 42)
    state, seen = await run(aws, tmp_path, "greet")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["unlimited"] == "succeeded"
    assert seen.questions == []
