"""When to ask Datadog again, and how long to wait before.

A 429 says that nothing happened, so any request may be repeated when the limit resets. An error
of the server or of the connection says nothing, so only reads are repeated after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pup_tui.late_pattern import late_pattern

Headers = Mapping[str, str]

_NUMBER = late_pattern(r"\d+(\.\d+)?", re.ASCII)
_MOST = 1e9
"""Seconds that stand for any longer time."""
_MOMENTS = 1e9
"""From here on seconds are those since 1970: 2001-09-09, or else 31 years to wait."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently. Waits are in seconds."""

    attempts: int = 4
    first_delay: float = 0.5
    backoff: float = 2.0
    max_delay: float = 10.0
    rate_limit_default: float = 5.0
    rate_limit_cap: float = 300.0

    def delay(self, attempt: int) -> float:
        """The wait after the failed attempt of that number, counted from 1."""
        return min(self.first_delay * self.backoff ** (attempt - 1), self.max_delay)

    def rate_limit_delay(self, headers: Headers) -> float:
        """How long a 429 asks to wait; the default where it does not say, or says nonsense."""
        asked = _seconds(headers.get("x-ratelimit-reset"))
        if asked is not None:
            return max(asked, 1.0)  # 0 means within this second
        asked = retry_after(headers)
        return self.rate_limit_default if asked is None else asked


ONCE = RetryPolicy(attempts=1)
"""Nothing is asked again: who looks wants to know it now, and may look again."""


def retry_after(headers: Headers) -> float | None:
    """The seconds that `Retry-After` asks to wait (RFC 9110); None where it says none, or nonsense."""
    text = headers.get("retry-after")
    seconds = _seconds(text)
    if seconds is not None or text is None:
        return seconds
    until = _moment(text)
    if until is None:
        return None
    # Judged by the server's own clock, since this machine's may be wrong.
    now = _moment(headers.get("date")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), _MOST)


def limit_resets(headers: Headers) -> float | None:
    """In how many seconds a rate limit that is used up resets; None where no header says so.

    `ratelimit-…` is of an IETF draft (draft-ietf-httpapi-ratelimit-headers) and what PagerDuty has:
    https://support.pagerduty.com/main/docs/rest-api-rate-limits; with `x-` the reset is a moment where GitHub
    says it, in seconds since 1970: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
    A number as large as a moment of today is one.
    """
    for family in ("ratelimit", "x-ratelimit"):
        asked = _number(headers.get(f"{family}-reset"))
        if asked is None or (headers.get(f"{family}-remaining") or "").strip() != "0":
            continue
        if asked < _MOMENTS:
            return asked
        now = _moment(headers.get("date")) or datetime.now(UTC)
        return min(max(asked - now.timestamp(), 0.0), _MOST)
    return None


def _seconds(text: str | None) -> float | None:
    number = _number(text)
    return None if number is None else min(number, _MOST)


def _number(text: str | None) -> float | None:
    text = (text or "").strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
