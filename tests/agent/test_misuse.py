"""What agents may try comes to the end that the table says, over both transports."""

from __future__ import annotations

import pytest

from tests.agent.misuse import MISUSES, Misuse
from tests.support.agents import over_http, over_stdio
from tests.support.program import Program


@pytest.mark.proves("P25")
@pytest.mark.parametrize("misuse", MISUSES, ids=lambda misuse: misuse.__name__)
async def test_over_http(misuse: Misuse, program: Program) -> None:
    async with over_http(program) as world:
        await misuse(world)


@pytest.mark.proves("P25")
async def test_over_stdio(program: Program) -> None:
    wrong = []
    async with over_stdio(program) as world:
        for misuse in MISUSES:
            try:
                await misuse(world)
            except AssertionError as error:
                wrong.append(f"{misuse.__name__}: {error}")
    assert not wrong, "\n".join(wrong)


def test_the_table_is_of_thirty_rows_or_more() -> None:
    assert len(set(MISUSES)) >= 30
