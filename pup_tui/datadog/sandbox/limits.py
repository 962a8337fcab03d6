"""Who may call, and how often."""

from __future__ import annotations

import math

from pup_tui.datadog.sandbox.messages import ApiError, ApiRequest, ApiResponse
from pup_tui.datadog.sandbox.world import World

PERIOD = 10
"""Seconds of a rate limit's period; periods begin at multiples of it, as Datadog's do."""


def authenticate(world: World, request: ApiRequest, *, api_key_only: bool) -> None:
    """Accept any key or token that is not empty and not in `world.refused_keys`.

    Raises:
        ApiError: 401 for a token, 403 for keys, with Datadog's own sentences.
    """
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not _accepted(world, token):
            raise ApiError(401, ["Unauthorized"])
        return
    api_key = request.headers.get("dd-api-key", "")
    if not api_key.strip():
        raise ApiError(403, ["API key required"])
    application_key = request.headers.get("dd-application-key", "")
    if not _accepted(world, api_key) or not (api_key_only or _accepted(world, application_key)):
        raise ApiError(403, ["Forbidden"])


def _accepted(world: World, secret: str) -> bool:
    return bool(secret.strip()) and secret not in world.refused_keys


class RateLimit:
    """Counts requests in periods that are aligned to the calendar."""

    def __init__(self) -> None:
        self._period = -1
        self._used = 0

    def count(self, world: World) -> tuple[dict[str, str], ApiResponse | None]:
        """Count one request: the headers of its answer, and the 429 where it is one too many."""
        wall = world.timeline.wall()
        period = int(wall // PERIOD)
        if period != self._period:
            self._period, self._used = period, 0
        self._used += 1
        headers = {
            "X-RateLimit-Limit": str(world.rate_limit),
            "X-RateLimit-Period": str(PERIOD),
            "X-RateLimit-Remaining": str(max(0, world.rate_limit - self._used)),
            "X-RateLimit-Reset": str(max(1, math.ceil((period + 1) * PERIOD - wall))),
            "X-RateLimit-Name": "sandbox",
        }
        if self._used > world.rate_limit:
            return headers, ApiResponse({"errors": ["Too many requests"]}, 429)
        return headers, None
