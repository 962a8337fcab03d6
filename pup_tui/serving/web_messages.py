"""Requests and answers of a server, and what it bears."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class WebRequest(Struct, frozen=True, kw_only=True):
    """A request as it came in. `headers` have names in small letters; the last of a name counts."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class WebAnswer(Struct, frozen=True, kw_only=True):
    """An answer. With `ends` the connection is closed after it."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    ends: bool = False


class WebRefusal(Struct, frozen=True):
    """Why a request never got as far as being read whole: the status that says so, and a sentence."""

    status: int
    why: str


class ServerLimits(Struct, frozen=True, kw_only=True):
    """What a server bears of its clients.

    `body` and `head` are bytes; a request must be whole `seconds` after it began, and as long is waited for
    the next one and for the client to take the answer (None: for ever). Of `connections` so many are held at
    once, and whoever else comes is turned away.
    """

    body: int = 1 << 20
    head: int = 1 << 14
    seconds: float | None = None
    connections: int | None = None
