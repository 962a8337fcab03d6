"""A real server of SMTP for tests, which keeps what it is sent."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.support.needed import needs_program
from tests.support.ports import free_port

PASSWORD = 's3cret"\\ of: mail'


@dataclass
class Mailbox:
    """A server that takes what one user sends, but for nobody@example.com."""

    port: int
    received: list[tuple[list[str], bytes]] = field(default_factory=list)

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        good = (data.login, data.password) == (b"ops", PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    # What the server calls by these names.
    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if not session.authenticated:
            return "530 log in first"
        if address == "nobody@example.com":
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.received.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@contextmanager
def mailbox_server(tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    needs_program("curl")
    box = Mailbox(free_port())
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        authenticator=box.login,
        auth_require_tls=tls is not None,
        tls_context=tls,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
