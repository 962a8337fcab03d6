from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.format.rows")

from tests.support.program import Program, program_in  # noqa: E402
from tests.support.stage import Stage  # noqa: E402 (what is rewritten must not be imported before)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A folder, a web server and a sandbox in which examples run."""
    async with Stage(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The real program, in a folder of this test."""
    return program_in(tmp_path)
