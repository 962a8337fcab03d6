"""From a request to the endpoint that answers it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from functools import cached_property
from urllib.parse import unquote

from pup_tui.datadog.sandbox.limits import RateLimit, authenticate
from pup_tui.datadog.sandbox.messages import ApiError, ApiRequest, ApiResponse
from pup_tui.datadog.sandbox.world import World

Endpoint = Callable[[World, ApiRequest], ApiResponse]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Route:
    """A method and a path such as `/api/v1/monitor/{monitor_id}`."""

    method: str
    path: str
    endpoint: Endpoint
    api_key_only: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]*)", self.path) + r"/?")


class Router:
    """Checks credentials and the rate limit, brings the world to the present, and dispatches."""

    def __init__(self, world: World, routes: list[Route]) -> None:
        self._world = world
        # Literal paths come before patterns: /monitor/search is not a monitor called "search".
        self._routes = sorted(routes, key=lambda route: route.path.count("{"))
        self._limit = RateLimit()

    def answer(self, request: ApiRequest) -> ApiResponse:
        """The answer to a request; every failure is an answer too."""
        limits: dict[str, str] = {}
        try:
            route, params = self._find(request)
            authenticate(self._world, request, api_key_only=route.api_key_only)
            limits, refusal = self._limit.count(self._world)
            if refusal is None:
                self._world.settle()
                response = route.endpoint(self._world, replace(request, params=params))
            else:
                response = refusal
        except ApiError as error:
            response = error.response
        except Exception:
            _log.exception("%s %s", request.method, request.path)
            response = ApiResponse({"errors": ["Internal Server Error"]}, 500)
        told = {"Date": formatdate(self._world.timeline.wall(), usegmt=True)}
        return replace(response, headers={**told, **limits, **response.headers})

    def _find(self, request: ApiRequest) -> tuple[Route, dict[str, str]]:
        known_path = False
        for route in self._routes:
            found = route.pattern.fullmatch(request.path)
            if found is None:
                continue
            if route.method == request.method:
                return route, {name: unquote(value) for name, value in found.groupdict().items()}
            known_path = True
        raise ApiError(405, ["Method Not Allowed"]) if known_path else ApiError(404, ["Not Found"])
