from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pup_tui.steps.executor import Context, Stop
from pup_tui.steps.fake import RecordingSink

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
async def sink() -> RecordingSink:
    return RecordingSink()


@pytest.fixture
async def stop() -> Stop:
    return Stop()


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(
        environ={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=tmp_path,
        run=f"run-{tmp_path}",
        step="step",
        grace=0.5,
    )
