"""The sandbox as a server: HTTP/1.1 on a loopback socket."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from pup_tui.datadog.configuration import is_loopback
from pup_tui.datadog.sandbox.endpoints import ROUTES
from pup_tui.datadog.sandbox.hosts import refusal_of_host
from pup_tui.datadog.sandbox.messages import ApiRequest, ApiResponse
from pup_tui.datadog.sandbox.router import Router
from pup_tui.datadog.sandbox.scenarios import SCENARIOS
from pup_tui.datadog.sandbox.timeline import Timeline
from pup_tui.datadog.sandbox.world import World
from pup_tui.serving.web_messages import ServerLimits, WebAnswer, WebRefusal, WebRequest
from pup_tui.serving.web_server import WebServer

LARGEST_BODY = 1 << 20
"""Bytes of a request's body; more is answered with 413."""


class Received(NamedTuple):
    """A request as it came in, for tests to look at; `body` is decoded where it is JSON."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


class Sandbox:
    """A small Datadog on the loopback interface.

    ```
    async with Sandbox("demo") as sandbox:
        print(sandbox.url)
    ```

    Args:
        scenario: a name from `SCENARIOS`.
        port: 0 picks a free one.
        host: a loopback address; any other is refused with ValueError.
        clock: seconds that never run backwards; scenarios move by it.
        now: the time of day in unix seconds.
        speed: how much faster than the clock scenarios move.
        rate_limit: requests in each period; None leaves that to the scenario.
    """

    def __init__(
        self,
        scenario: str = "demo",
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        speed: float = 1.0,
        rate_limit: int | None = None,
    ) -> None:
        if scenario not in SCENARIOS:
            raise ValueError(f"no scenario {scenario!r}; there are: {', '.join(SCENARIOS)}")
        if not is_loopback(host):
            raise ValueError(f"the sandbox listens on a loopback address only, not on {host}")
        self.world = World(Timeline(clock, now, speed))
        SCENARIOS[scenario](self.world)
        if rate_limit is not None:
            self.world.rate_limit = rate_limit
        self.requests: list[Received] = []
        self._router = Router(self.world, ROUTES)
        self._server = WebServer(
            self._answer,
            _refused,
            host=host,
            port=port,
            limits=ServerLimits(body=LARGEST_BODY),
        )

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end; known once the sandbox listens."""
        return self._server.url

    async def __aenter__(self) -> Sandbox:
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *given: object) -> None:
        await self._server.__aexit__(*given)

    def _answer(self, received: WebRequest) -> WebAnswer:
        return _as_sent(self._answered(received))

    def _answered(self, received: WebRequest) -> ApiResponse:
        try:
            target = urlsplit(received.target)
        except ValueError:
            return ApiResponse({"errors": ["Malformed request target"]}, 400)
        # A proxy's form of a target names a host too, and that one counts.
        refusal = refusal_of_host(target.netloc or received.headers.get("host", ""))
        if refusal is not None:
            return refusal
        query = dict(parse_qsl(target.query, keep_blank_values=True))
        readable, body = _decode(received.body)
        self.requests.append(Received(received.method, target.path, query, body))
        if not readable:
            return ApiResponse({"errors": ["Invalid JSON in the request's body"]}, 400)
        return self._router.answer(
            ApiRequest(received.method, target.path, query, body, received.headers)
        )


def _refused(refusal: WebRefusal) -> WebAnswer:
    told = "Payload too large" if refusal.status == 413 else refusal.why
    return _as_sent(ApiResponse({"errors": [told]}, refusal.status))


def _as_sent(response: ApiResponse) -> WebAnswer:
    body = b"" if response.body is None else json.dumps(response.body).encode()
    headers = {"Content-Type": response.content_type, **response.headers}
    return WebAnswer(status=response.status, body=body, headers=headers)


def _decode(body: bytes) -> tuple[bool, Any]:
    """Whether a body is JSON, and its value; its text where it is not."""
    try:
        return True, json.loads(body) if body else None
    except (ValueError, RecursionError):
        return False, body.decode(errors="replace")
