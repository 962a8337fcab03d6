from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.configuration import DatadogConfiguration

API_KEY = "api-key-0123456789"
APP_KEY = "app-key-9876543210"

ENVIRONMENT_OF_HTTP = (
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may have a proxy; the tests must not see it."""
    for name in ENVIRONMENT_OF_HTTP:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def recorded() -> Callable[[str], Any]:
    """The body of an answer that Datadog once gave, by its id in data/recorded.jsonl."""
    lines = (Path(__file__).parent / "data" / "recorded.jsonl").read_text("utf-8").splitlines()
    exchanges = {exchange["id"]: exchange for exchange in map(json.loads, lines)}
    return lambda id_: exchanges[id_]["response"]["body"]


@pytest.fixture
def waits() -> list[float]:
    """How long the client of `client_of` waited, in seconds."""
    return []


@pytest.fixture
def client_of(waits: list[float]) -> Callable[..., DatadogClient]:
    """A client for the server at a URL, whose waits pass at once."""

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def make(url: str, **options: Any) -> DatadogClient:
        configuration = DatadogConfiguration.from_environment(
            {"PUP_TUI_DATADOG_URL": url, "DD_API_KEY": API_KEY, "DD_APP_KEY": APP_KEY}
        )
        return DatadogClient(configuration, **{"sleep": sleep, **options})

    return make
