from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.steps.executor import Context, Stop
from tests.support.executors import RecordingSink

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


KEYS = {"DD_API_KEY": "api-key-0123456789", "DD_APP_KEY": "app-key-9876543210"}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may have a proxy; the tests must not see it."""
    for name in os.environ:
        if name.lower().endswith("_proxy") or name in {"SSL_CERT_FILE", "SSL_CERT_DIR"}:
            monkeypatch.delenv(name)


@pytest.fixture
def account() -> Callable[[str], DatadogConfiguration]:
    """A configuration with keys for the Datadog at a URL."""
    return lambda url: DatadogConfiguration.from_environment({**KEYS, "PUP_TUI_DATADOG_URL": url})


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
