"""What went wrong on the way to a server, in words that hold no secret.

The texts of httpx, h11 and ssl are not passed on: they may hold query strings, user names and
header values. What is said comes from the operating system's or TLS's own reason.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pup_tui.datadog.configuration import CERTIFICATE_VARIABLES, PROXY_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pup_tui.datadog.proxies import Proxy

FailureKind = Literal[
    "invalid",  # the request cannot be made
    "unreachable",  # no such host, or no way to it
    "connect",  # the host is there and did not take the call
    "tls",  # its certificate was not accepted
    "incomplete",  # the connection ended in the middle
    "timeout",  # the deadline passed
    "too-large",  # more bytes than allowed
    "undecodable",  # an answer that cannot be understood
    "redirect",  # a redirect that must not be followed
]

_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})
HIDDEN = "***"
"""What stands in the place of a secret."""

_OF_ANOTHER = frozenset({62, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH, which Python has no names for."""
_BEGUN = frozenset({"connect", "incomplete", "timeout", "too-large", "undecodable"})
_LONGEST_PATH = 500
_LONGEST_URL = 65_536


class TransportError(Exception):
    """A call that brought no answer. Its text names method, host, path and cause.

    `sent` tells whether any of it may have reached the server.
    """

    def __init__(self, kind: FailureKind, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind
        self.sent = sent

    @property
    def may_be_done(self) -> bool:
        """Whether the server may have done what it was asked to, though its answer did not come."""
        return self.sent and self.kind in _BEGUN


def safe_url(url: str) -> str:
    """A URL for messages: without user name, password, query, fragment, and a very long path.

    What is secret in it is masked before: what is left of a secret here could not be found any more.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "the URL"
    if not parts.scheme or not host:
        return HIDDEN if HIDDEN in url else "the URL"
    shown = f"[{host}]" if ":" in host else host
    path = parts.path if len(parts.path) <= _LONGEST_PATH else "/…"
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path}"


def client_failure(
    error: Exception,
    where: str,
    url: str,
    network: Collection[str],
    *,
    proxy: Proxy | None,
    answered: bool,
) -> TransportError:
    """Our words for an error of httpx. `answered`: the head of an answer had come.

    `network` names the variables for proxies and certificates that are set; the call went through `proxy`.
    """
    import httpx

    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError)):
        todo = "check its characters"
        if len(url) > _LONGEST_URL:
            todo = f"it has over {_LONGEST_URL:,} characters; send long values in the body"
        return TransportError("invalid", f"{where}: the URL cannot be used: {todo}")
    if answered and not isinstance(error, httpx.StreamError):
        return TransportError("incomplete", f"{where}: response incomplete")
    via = f" (through {proxy})" if proxy else ""
    if isinstance(error, httpx.ProxyError):
        return TransportError("connect", f"{where}: the proxy refused the call{via}")
    kind, cause = _cause(error)
    if kind == "tls":
        variables = [name for name in CERTIFICATE_VARIABLES if name in network]
        via += f" ({' and '.join(variables)} says which certificates count)" if variables else ""
    return TransportError(
        kind, f"{where}: {cause}{via}", sent=not isinstance(error, httpx.ConnectError)
    )


def environment_failure(error: Exception, network: Collection[str]) -> TransportError:
    """Our words for a client that could not be made: only the environment can be the reason."""
    certificates = [name for name in CERTIFICATE_VARIABLES if name in network]
    if isinstance(error, OSError) and certificates:
        return TransportError(
            "tls", f"the certificates cannot be read: check {' and '.join(certificates)}"
        )
    proxies = [name for name in PROXY_VARIABLES if name in network]
    named = " or ".join(proxies) or "the environment's proxy settings"
    return TransportError("invalid", f"{named} cannot be used: it must hold http://HOST:PORT")


def _cause(error: BaseException) -> tuple[FailureKind, str]:
    import httpx

    for inner in _chain(error):
        if isinstance(inner, ssl.SSLCertVerificationError):
            if inner.verify_code in _OF_ANOTHER:  # OpenSSL's words have the host in them
                return "tls", "the certificate is not trusted: it is for another host"
            return "tls", f"the certificate is not trusted: {inner.verify_message}"
        if isinstance(inner, ssl.SSLError):
            return "tls", "TLS could not be agreed on with the server"
        if isinstance(inner, socket.gaierror):
            return "unreachable", f"the host name cannot be resolved: {inner.strerror}"
        if isinstance(inner, OSError) and inner.errno in _NO_ROUTE:
            return "unreachable", str(inner.strerror)
    for inner in _chain(error):
        if isinstance(inner, OSError) and inner.errno:
            return "connect", os.strerror(inner.errno)
    if isinstance(error, httpx.LocalProtocolError):
        return "invalid", "the request breaks HTTP"
    if isinstance(error, httpx.RemoteProtocolError):
        return "connect", "the connection was closed, or the answer is not HTTP"
    return "connect", "the connection failed"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything behind it, groups included."""
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions
