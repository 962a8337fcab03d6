"""What is answered to whoever sends alerts: who may, what is taken, and what of it is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from pup_tui.analysis.alerts.paste import NoAlert
from pup_tui.aside import aside
from pup_tui.inbox.hook_token import HookToken
from pup_tui.inbox.receiving import received
from pup_tui.journal.errors import JournalError
from pup_tui.journal.inbox import ReceivedAlert, Taken
from pup_tui.place_errors import PlaceError
from pup_tui.serving.web_messages import ServerLimits, WebAnswer, WebRefusal, WebRequest

HOOK: Final = "/hook"
"""The path of what listens; the token stands behind it, or in a header."""

LIMITS: Final = ServerLimits(body=1 << 20, head=1 << 14, seconds=10.0, connections=64)

_A_SECOND: Final = 2.0
_AT_ONCE: Final = 60.0
"""Requests with the token that are taken: so many at once, and then so many a second."""

KeepingAlerts: TypeAlias = Callable[[Sequence[ReceivedAlert]], Awaitable[Taken]]
"""Keeps alerts. Raises JournalError."""


class Arrived(Struct, frozen=True):
    """What came, for whoever watches: alerts, or (without any) what went wrong, a sentence."""

    alerts: Sequence[ReceivedAlert] = ()
    problem: str = ""


class Hooks:
    """Answers requests. `clock` gives seconds that never run backwards; `tell` gets what `Arrived`."""

    def __init__(
        self,
        token: HookToken,
        keep: KeepingAlerts,
        *,
        clock: Callable[[], float],
        tell: Callable[[Arrived], None],
    ) -> None:
        self._token, self._keep = token, keep
        self._clock, self._tell = clock, tell
        self._left, self._since = _AT_ONCE, clock()
        self._turn = asyncio.Lock()

    async def answer(self, request: WebRequest) -> WebAnswer:
        """The answer to a request; what it says is kept by then."""
        try:
            return await self._answer(request)
        except (JournalError, PlaceError) as error:
            self._tell(Arrived(problem=str(error)))
            return _told(503, "the alert could not be kept; the listener says why")
        except Exception as error:  # whatever it is, others are served all the same
            self._tell(Arrived(problem=f"a request could not be answered ({type(error).__name__})"))
            return _told(
                500, "the request could not be answered; the listener says more", ends=True
            )

    async def _answer(self, request: WebRequest) -> WebAnswer:
        try:
            target = urlsplit(request.target)
        except ValueError:
            return _told(400, "the address cannot be read", ends=True)
        path = target.path.rstrip("/")
        if path != HOOK and not path.startswith(f"{HOOK}/"):
            return _told(404, f"alerts are sent to {HOOK}")
        if not self._may(request, unquote(path.removeprefix(HOOK).removeprefix("/"))):
            told = f"the token is missing or wrong: name it as Bearer, or behind {HOOK}/"
            return _told(401, told, {"WWW-Authenticate": "Bearer"}, ends=True)
        if not self._has_room():
            return _told(429, "too many alerts at once", {"Retry-After": "5"})
        if request.method != "POST" and not (request.method == "GET" and target.query):
            return _told(405, "send it with POST", {"Allow": "POST"})
        if (refusal := _why_unreadable(request)) is not None:
            return refusal
        text = request.body.decode("utf-8", "replace") if request.method == "POST" else ""
        return await self._take(text if text.strip() else target.query)

    def _may(self, request: WebRequest, in_path: str) -> bool:
        known = self._token.known()
        scheme, _, named = request.headers.get("authorization", "").partition(" ")
        given = in_path or (named.strip() if scheme.lower() == "bearer" else "")
        return known is not None and known.is_of(given)

    def _has_room(self) -> bool:
        now = self._clock()
        self._left = min(_AT_ONCE, self._left + (now - self._since) * _A_SECOND)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    async def _take(self, text: str) -> WebAnswer:
        # One after the other: reading takes a processor's time, and the journal one writer.
        async with self._turn:
            try:
                alerts = await aside(received, text)
            except NoAlert as error:
                return _told(422, f"{error}: {error.hint}")
            taken = await self._keep(alerts)
        self._tell(Arrived(alerts))
        return _json(200, {"new": taken.new, "known": taken.known, "ended": taken.ended})


def refused(refusal: WebRefusal) -> WebAnswer:
    """The answer to what was no request, or too much of one."""
    return _told(refusal.status, refusal.why, ends=True)


def _why_unreadable(request: WebRequest) -> WebAnswer | None:
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        return _told(415, "send it without a Content-Encoding")
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        return _told(415, "send JSON, form data or plain text")
    return None


def _told(
    status: int, why: str, headers: Mapping[str, str] = {}, *, ends: bool = False
) -> WebAnswer:
    return _json(status, {"error": why}, headers, ends=ends)


def _json(
    status: int, said: Any, headers: Mapping[str, str] = {}, *, ends: bool = False
) -> WebAnswer:
    kind = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    body = f"{json.dumps(said)}\n".encode()
    return WebAnswer(status=status, body=body, headers={**kind, **headers}, ends=ends)
