from __future__ import annotations

import pytest

from pup_tui.datadog.retries import RetryPolicy, limit_resets

POLICY = RetryPolicy(rate_limit_default=5.0)
DATE = "Fri, 14 Nov 2025 10:00:00 GMT"
LATER = "Fri, 14 Nov 2025 10:00:07 GMT"


@pytest.mark.proves("F23")
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 5),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-5"}, 5),
        ({"retry-after": "abc"}, 5),
        ({"retry-after": "1e9"}, 5),
        ({"retry-after": "²"}, 5),
        ({"retry-after": "86400"}, 86400),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "1.5.2"}, 5),
        ({"retry-after": "99999999999"}, 1e9),
        ({"retry-after": "9" * 400}, 1e9),
        ({"retry-after": "Fri, 14 Nov 9999 10:00:07 GMT", "date": DATE}, 1e9),
        ({"x-ratelimit-reset": "99999999999", "retry-after": "1"}, 1e9),
        ({"retry-after": LATER, "date": DATE}, 7),
        ({"retry-after": DATE, "date": LATER}, 0),
        ({"retry-after": "Fri, 99 Nov 2025 10:00:07 GMT"}, 5),
        ({"x-ratelimit-reset": "3", "retry-after": "60"}, 3),
        ({"x-ratelimit-reset": "0"}, 1),
        ({"x-ratelimit-reset": "-1", "retry-after": "4"}, 4),
        ({"x-ratelimit-reset": "soon"}, 5),
    ],
)
def test_how_long_a_rate_limit_asks_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert POLICY.rate_limit_delay(headers) == seconds


def test_backoff_doubles_up_to_its_maximum() -> None:
    policy = RetryPolicy(first_delay=1, backoff=2, max_delay=5)
    assert [policy.delay(attempt) for attempt in range(1, 6)] == [1, 2, 4, 5, 5]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit-remaining": "0", "ratelimit-reset": "12"}, 12),
        ({"ratelimit-remaining": "3", "ratelimit-reset": "12"}, None),
        ({"ratelimit-reset": "12"}, None),
        ({"ratelimit-remaining": "0"}, None),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1763114407", "date": DATE}, 7),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1763114399", "date": DATE}, 0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 20, "date": DATE}, 1e9),
    ],
)
def test_when_a_limit_that_is_used_up_is_reset(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert limit_resets(headers) == seconds
