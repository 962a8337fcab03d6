"""Sends one message through Apprise: a program of its own, run by the executor of `notify` steps.

Apprise cannot be stopped in the middle, and logs whole addresses; a process can be ended, and what
it logs goes nowhere. It reads `{"to": [...], "title": "...", "message": "...", "type": "..."}` on standard
input and writes one JSON line for each address that is settled: `[position, result, cause]`, where the
result is `sent`, `unknown` (no address that Apprise can send to) or `refused`.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

_AT_ONCE = 16
_STATUS = re.compile(r"\berror=(\d{3})\b")
_CONNECTION = re.compile(r"\bconnection error\b", re.IGNORECASE)

_cause: ContextVar[list[str]] = ContextVar("cause")


class _Causes(logging.Handler):
    """Keeps of what Apprise logs the cause of a failure, and nothing of its text."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        found = _STATUS.search(text)
        if found:
            _cause.get([]).append(f"HTTP {found[1]}")
        elif _CONNECTION.search(text):
            _cause.get([]).append("no connection")


def _send(url: str, title: str, message: str, about: NotifyType) -> tuple[str, str]:
    """Send to one address; the result, and the cause as far as it is known."""
    causes: list[str] = []
    _cause.set(causes)
    asset = AppriseAsset(app_id="pup-tui", async_mode=False)
    service = Apprise.instantiate(url, asset=asset)
    if service is None:
        return "unknown", ""
    every = Apprise(asset=asset)
    every.add(service)
    sent = every.notify(body=message, title=title, notify_type=about, body_format=NotifyFormat.TEXT)
    if sent:
        return "sent", ""
    return "refused", causes[-1] if causes else "Apprise names no cause"


def main() -> None:
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.addHandler(_Causes(logging.WARNING))
    request: dict[str, Any] = json.load(sys.stdin.buffer)
    about = NotifyType(request["type"])

    def settle(numbered: tuple[int, str]) -> None:
        position, url = numbered
        try:
            result, cause = _send(url, request["title"], request["message"], about)
        except Exception as error:
            result, cause = "refused", type(error).__name__
        sys.stdout.write(json.dumps([position, result, cause]) + "\n")
        sys.stdout.flush()

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(settle, enumerate(request["to"])))


if __name__ == "__main__":
    main()
