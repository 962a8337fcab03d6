"""Our own words among an attempt's output, and waits that are told there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pup_tui.datadog.proxies import Proxy
    from pup_tui.steps.executor import Context, OutputSink


MARK = "[pup-tui] "
"""What lines of ours begin with, each given to the sink by itself."""


def note(sink: OutputSink, text: str) -> None:
    """Say something on the attempt's stderr, marked as ours."""
    sink.write("stderr", f"{MARK}{text}\n".encode(errors="replace"))


def waits(sink: OutputSink, context: Context) -> Callable[[float, str], None]:
    """Tells each wait of the Datadog client: how long, and why."""

    def tell(seconds: float, reason: str) -> None:
        note(sink, f"trying again in {seconds:g} s: {reason}")
        context.pauses(seconds, reason)

    return tell


def proxies(sink: OutputSink) -> Callable[[Proxy], None]:
    """Tells each proxy that an attempt's calls go through, once."""
    told: set[Proxy] = set()

    def tell(proxy: Proxy) -> None:
        if proxy not in told:
            told.add(proxy)
            note(sink, f"through {proxy}")

    return tell
