"""Retries: a failed step is attempted again, obeyed as its `retry` is written."""

from __future__ import annotations

from msgspec import Struct

from pup_tui.core.amounts import Scope, render_count, render_factor, render_seconds
from pup_tui.core.program import Node
from pup_tui.runbook.parts import Retry

DELAY = 1.0
BACKOFF = 2.0
MAX_DELAY = 60.0
"""Seconds before the second attempt, what each further delay is multiplied by, and the longest delay."""


class RetryLimits(Struct, frozen=True):
    """How many attempts in all; seconds before the second and at most; by what a delay is multiplied."""

    attempts: int
    delay: float
    backoff: float
    max_delay: float

    def delay_after(self, tries: int) -> float:
        """Seconds to wait when `tries` attempts have failed."""
        # A larger exponent could not be computed, and would give the longest delay anyway.
        return min(self.delay * self.backoff ** min(tries - 1, 64), self.max_delay)

    def patience_after(self, tries: int) -> float:
        """Seconds between the end of that many attempts and the beginning of the last one."""
        patience, least = 0.0, self.delay_after(self.attempts)
        for done in range(tries, self.attempts):
            delay = self.delay_after(done)
            if delay == least:
                return patience + delay * (self.attempts - done)
            patience += delay
        return patience


def retry_limits(retry: Retry, scope: Scope) -> RetryLimits:
    """The numbers of a retry, rendered; TemplateError where one of them makes no sense."""
    return RetryLimits(
        attempts=render_count(retry.attempts, scope),
        delay=DELAY if retry.delay is None else render_seconds(retry.delay, scope),
        backoff=BACKOFF if retry.backoff is None else render_factor(retry.backoff, scope),
        max_delay=MAX_DELAY if retry.max_delay is None else render_seconds(retry.max_delay, scope),
    )


def retry_of(node: Node) -> Retry | None:
    """A step's own `retry`, else the runbook's default where the kind makes attempts."""
    if node.is_loop:
        return None
    if node.step.retry is not None or not node.step.has_output:
        return node.step.retry
    return node.defaults.retry


def check_retry(node: Node, scope: Scope) -> None:
    """TemplateError where the step's `retry` cannot be rendered: known before its first attempt."""
    retry = retry_of(node)
    if retry is not None:
        retry_limits(retry, scope)
