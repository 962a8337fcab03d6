"""The MCP server over HTTP: on loopback only, for whoever has a token."""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import uvicorn
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl

from pup_tui.agent.limits import LARGEST_BODY
from pup_tui.agent.server import mcp_server

if TYPE_CHECKING:
    from pup_tui.agent.desk import Desk

HOST: Final = "127.0.0.1"
PATH: Final = "/mcp"

READ: Final = "read"
REQUEST: Final = "request"
"""What a token allows: to look and plan, and besides to ask for runs."""

MOST_SESSIONS: Final = 100
"""Clients of older protocols that may be connected at the same time."""


class KnownTokens:
    """Verifies bearer tokens by their hashes; each has its scopes."""

    def __init__(self, tokens: Mapping[str, tuple[str, ...]]) -> None:
        self._scopes = {_hash(token): scopes for token, scopes in tokens.items()}

    async def verify_token(self, token: str) -> AccessToken | None:
        """The scopes of a token, None for one that is not known. All are compared, in the same time."""
        given, found = _hash(token), None
        for known, scopes in self._scopes.items():
            if hmac.compare_digest(known, given):
                found = scopes
        if found is None:
            return None
        return AccessToken(token=given.hex(), client_id="+".join(found), scopes=list(found))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def listening(port: int) -> socket.socket:
    """A socket that listens on loopback, on a free port for 0. Raises OSError."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HOST, port))
        found.listen(64)
    except BaseException:
        found.close()
        raise
    return found


def url_of(found: socket.socket) -> str:
    """Where clients reach what listens there."""
    return f"http://{HOST}:{found.getsockname()[1]}{PATH}"


def web_server(
    desk: Desk,
    found: socket.socket,
    tokens: Mapping[str, tuple[str, ...]],
    serving: Callable[[], None],
) -> uvicorn.Server:
    """What serves whoever has one of the `tokens`, each with what it allows, at the socket that is `found`.

    `serving` is called once clients are served. Requests that name another host, or come from another origin,
    are refused: a page in a browser cannot reach it.
    """
    url = AnyHttpUrl(url_of(found))
    port = found.getsockname()[1]
    names = [f"{HOST}:{port}", f"localhost:{port}"]
    auth = AuthSettings(
        issuer_url=url,
        resource_server_url=url,
        required_scopes=[READ],
        # A token is of this very server: nobody else gives any out.
        validate_token_resource=False,
    )
    server = mcp_server(
        desk, verifier=KnownTokens(tokens), auth=auth, may_request=_token_may_request
    )
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        host=HOST,
        max_request_body_size=LARGEST_BODY,
        max_sessions=MOST_SESSIONS,
        transport_security=TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=names,
            allowed_origins=[f"http://{name}" for name in names],
        ),
    )
    # Neither requests nor their headers are logged: a token stands in each.
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="on", timeout_graceful_shutdown=5
    )
    return _Web(config, serving)


class _Web(uvicorn.Server):
    """Tells once clients are served."""

    def __init__(self, config: uvicorn.Config, serving: Callable[[], None]) -> None:
        super().__init__(config)
        self._serving = serving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._serving()


def _token_may_request() -> bool:
    token = get_access_token()
    return token is not None and REQUEST in token.scopes
