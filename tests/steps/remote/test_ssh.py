"""What is told of the words of `ssh`."""

from __future__ import annotations

import pytest

from pup_tui.steps.remote.ssh import why_not_reached

CLOSED = "kex_exchange_identification: Connection closed by remote host\r\n"
UNKNOWN = "Connection closed by UNKNOWN port 65535\r\n"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            f"ssh: connect to host jump port 22: Connection refused\r\n{CLOSED}{UNKNOWN}",
            "ssh: connect to host jump port 22: Connection refused",
        ),
        (
            f"channel 0: open failed: refused\r\nstdio forwarding failed\r\n{CLOSED}{UNKNOWN}",
            "channel 0: open failed: refused",
        ),
        (
            "Connection timed out during banner exchange\r\nConnection to UNKNOWN port 65535 timed out\r\n",
            "Connection timed out during banner exchange",
        ),
        (
            f"{CLOSED}Connection closed by 127.0.0.1 port 22\r\n",
            "Connection closed by 127.0.0.1 port 22",
        ),
        (f"{CLOSED}{UNKNOWN}", "Connection closed by UNKNOWN port 65535"),
        ("", ""),
    ],
)
def test_behind_a_jump_host_it_is_told_what_went_wrong_on_the_way(said: str, why: str) -> None:
    assert why_not_reached(said) == why
