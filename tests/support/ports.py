"""Ports of loopback: which are free, and whether somebody answers at one."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from urllib.request import urlopen


def free_ports(count: int) -> list[int]:
    """As many ports, each another one."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in taken]


def free_port() -> int:
    """A port at which nobody listens."""
    return free_ports(1)[0]


def accepts(port: int, address: str = "127.0.0.1") -> bool:
    """Whether somebody takes connections there."""
    with suppress(OSError), socket.create_connection((address, port), timeout=5):
        return True
    return False


def answers(port: int, path: str) -> bool:
    """Whether a server of HTTP says there that all is well."""
    with suppress(OSError), urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return bool(answer.status == 200)
    return False
