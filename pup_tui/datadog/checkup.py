"""Whether Datadog accepts credentials, found out by requests that change nothing."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pup_tui.answers.things import at
from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.retries import ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pup_tui.datadog.configuration import DatadogConfiguration

PATIENCE = 10.0
"""Seconds for one answer."""

_REFUSED = frozenset({401, 403})


class Checkup(Struct, frozen=True, kw_only=True):
    """Whether Datadog accepts the credentials, None where nobody can tell.

    `detail` is a sentence about it; `who` is whose they are. `skew` is by how many seconds this machine's
    clock is ahead of the server's, None where it has not told the time.
    """

    works: bool | None
    detail: str
    who: str = ""
    skew: float | None = None


async def check(
    account: DatadogConfiguration, now: Callable[[], float], *, patience: float = PATIENCE
) -> Checkup:
    """Ask Datadog about the credentials of an account; `now` is this machine's time of day."""
    if not account.authenticated:
        return Checkup(works=False, detail=f"no Datadog credentials: {account.missing}")
    skew: float | None = None
    sent = ""
    async with DatadogClient(account, retries=ONCE, call_timeout=patience) as client:
        try:
            if not account.access_token:
                sent = "API key"
                skew = skew_of((await client.request("GET", "/api/v1/validate")).headers, now())
            sent = "access token" if account.access_token else "application key"
            answer = await client.request("GET", "/api/v2/current_user")
        except DatadogError as error:
            if error.status not in _REFUSED:
                return Checkup(works=None, detail=str(error), skew=skew)
            told = f"the {sent} is not accepted by {account.place}"
            if sent == "application key":
                told += ", or it may not read its own user"
            return Checkup(works=False, detail=f"{told}: {error}", skew=skew)
    found = skew_of(answer.headers, now())
    who = _who(answer.json)
    as_whom = f" as {who}" if who else ""
    return Checkup(
        works=True,
        detail=f"accepted by {account.place}{as_whom}",
        who=who,
        skew=skew if found is None else found,
    )


def skew_of(headers: Mapping[str, str], now: float) -> float | None:
    """By how many seconds `now` is ahead of the time that the server told."""
    try:
        return now - parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _who(document: Any) -> str:
    handle = at(document, "data", "attributes", "handle")
    return handle if isinstance(handle, str) else ""
