"""What a step's timers are for."""

from __future__ import annotations

from enum import StrEnum


class Timer(StrEnum):
    """A timer's id is its kind, a colon and the step's id."""

    TIMEOUT = "timeout"
    POLL = "poll"
    NEXT = "next"
    WAIT = "wait"
    ANSWER = "answer"
    RETRY = "retry"
