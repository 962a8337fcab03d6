"""The runbook that goes back to an earlier task definition against an account of AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.support.clouds import Account
from tests.support.library_runs import After, Ran, run_of

pytestmark = pytest.mark.library


async def run(
    aws: Account,
    service: str,
    folder: Path,
    earlier: str,
    after: After | None = None,
    wait: str = "10m",
) -> Ran:
    return await run_of(
        "aws/ecs-rollback",
        folder,
        {"CLUSTER": "shop", "SERVICE": service, "ALARM": f"errors of {service}", "WAIT": wait},
        environ=aws.environ,
        around=aws.around,
        answers={"which": {"EARLIER": earlier}},
        after=after,
    )


def definition(aws: Account, service: str) -> str:
    found = aws.client("ecs").describe_services(cluster="shop", services=[service])["services"]
    return str(found[0]["taskDefinition"].rpartition("/")[2])


async def test_the_earlier_definition_runs_and_the_alarm_is_over(
    aws: Account, tmp_path: Path
) -> None:
    aws.service("cart")
    aws.storage_alarm("errors of cart", "cart")

    def better() -> None:
        aws.storage_alarm("errors of cart", "cart", state="OK")

    state, seen = await run(aws, "cart", tmp_path, "cart:1", {"back": better})
    assert state.status is RunStatus.SUCCEEDED
    assert definition(aws, "cart") == "cart:1"
    which, back, _ = seen.questions
    assert "tasks of cart:2\n(cart:1.2)" in which.message
    assert "run cart:1 (cart:1.1) in place of cart:2" in back.message


async def test_the_alarm_goes_on_and_the_later_definition_runs_again(
    aws: Account, tmp_path: Path
) -> None:
    aws.service("search")
    aws.storage_alarm("errors of search", "search")
    between = []
    state, _ = await run(
        aws,
        "search",
        tmp_path,
        "search:1",
        {"back": lambda: between.append(definition(aws, "search"))},
        wait="1s",
    )
    assert state.status is RunStatus.FAILED
    assert str(state.steps["over"].status) == "failed"
    assert between == ["search:1"]
    assert definition(aws, "search") == "search:2"


async def test_a_definition_that_is_not_there_changes_nothing(aws: Account, tmp_path: Path) -> None:
    aws.service("login")
    state, seen = await run(aws, "login", tmp_path, "login:7")
    assert state.status is RunStatus.FAILED
    assert any("ClientException" in line.text for _, line in seen.lines)
    assert definition(aws, "login") == "login:2"
