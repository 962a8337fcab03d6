"""One HTTP call: a total deadline, a byte limit, and credentials that never leave their origin.

httpx does the protocol. What it leaves open is decided here: its timeouts restart with every
byte, it inflates whole chunks, a redirect takes every header but two along, and its error texts
hold the query string. So no text of httpx is passed on, and no redirect is left to it.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from pup_tui import late
from pup_tui.datadog.configuration import CERTIFICATE_VARIABLES, USUAL_PORTS
from pup_tui.datadog.decoding import (
    ACCEPT_ENCODING,
    BodyDecoder,
    BodyIncompleteError,
    BodyTooLargeError,
    BodyUndecodableError,
)
from pup_tui.datadog.failures import (
    HIDDEN,
    TransportError,
    client_failure,
    environment_failure,
    safe_url,
)
from pup_tui.datadog.proxies import Proxy, proxy_for

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Collection, Mapping

    import httpx

    OnProxy = Callable[[Proxy], None]

DEFAULT_DEADLINE = 30.0
DEFAULT_MAX_BYTES = 16 * 1024 * 1024
MAX_REDIRECTS = 10

_NO_BODY = frozenset({"GET", "HEAD"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HARMLESS = frozenset({"accept", "accept-language", "user-agent"})
"""Headers that may follow a redirect to another origin. Any other may be a credential."""
_OURS = frozenset({"content-length", "transfer-encoding", "connection"})
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NO_HOST = re.compile(r"[\s\\]")
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, repr=False)
class Request:
    """What is asked. Everything but method, host and path is kept out of its repr."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    shown: str | None = None
    """The URL as people may see it, where that is not the URL itself."""
    mask: Callable[[str], str] = str
    """Hides what else is secret in a text."""

    def __repr__(self) -> str:
        return f"Request({self.where})"

    @property
    def where(self) -> str:
        """Method and URL for messages."""
        return f"{self.method} {self.told}"

    @property
    def told(self) -> str:
        """The URL for messages: without user name, password and query, and with secrets masked."""
        return safe_url(self.mask(self.url if self.shown is None else self.shown))

    @property
    def moved(self) -> str | None:
        """What people may see of where this one redirects to: a server may build that out of its parts."""
        return None if self.told == safe_url(self.url) else HIDDEN


@dataclass(frozen=True)
class Response:
    """A whole answer. Header names are in lower case; repeated ones are joined with a comma."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str = ""
    """Where the answer came from after redirects, as messages name it."""

    @property
    def content_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as UTF-8; what is not becomes U+FFFD."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any | None:
        """The body as JSON whatever its content type says; None where it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


async def send(
    request: Request,
    *,
    deadline: float = DEFAULT_DEADLINE,
    max_bytes: int = DEFAULT_MAX_BYTES,
    follow_redirects: bool = False,
    verify: bool = True,
    credentials: Mapping[str, str] | None = None,
    client: httpx.AsyncClient | None = None,
    network: Collection[str] = (),
    on_proxy: OnProxy | None = None,
) -> Response:
    """Make one call and read the whole answer, whatever its status.

    `deadline` is in seconds, from connecting to the last byte, redirects included; `max_bytes`
    counts after decompression. `credentials` are headers that go to the origin of the request
    and nowhere else: a redirect to another origin is then an error. Without them such a redirect
    is followed, if asked for, with none of the caller's headers and without a body. A redirect
    from https to http is never followed. A `client` of open_client() may be shared between
    calls; `verify` is then its own. `network` is the configuration's: errors name its variables.
    `on_proxy` is told of a proxy of the environment before a call goes through it.

    Raises TransportError.
    """
    headers = _checked_headers(request, credentials or {})
    _check_target(request)
    follow = partial(
        _follow,
        request=request,
        headers=headers,
        max_bytes=max_bytes,
        follow=follow_redirects,
        credentialed=bool(credentials),
        network=network,
        on_proxy=on_proxy,
    )
    try:
        async with late.timeout(deadline) as timer:
            if client is not None:
                return await follow(client)
            async with open_client(verify=verify, network=network) as own:
                return await follow(own)
    except TimeoutError:
        if not timer.expired():
            raise
        raise TransportError(
            "timeout", f"{request.where}: no complete answer within {deadline:g} s"
        ) from None


def open_client(
    *, verify: bool = True, proxies: bool = True, network: Collection[str] = ()
) -> httpx.AsyncClient:
    """A pool of connections for send(). `proxies` says whether the environment's are used.

    Raises TransportError where SSL_CERT_FILE or a proxy variable cannot be used.
    """
    import logging

    # Its command line, which nobody calls: with that comes rich, and takes as long to import as all the rest.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    import httpx

    for name in ("httpx", "httpcore"):
        # Their records hold whole URLs, query strings with keys included.
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        return httpx.AsyncClient(
            verify=_certificates(network) if verify else False,
            timeout=httpx.Timeout(None),  # send() keeps one deadline for all of it
            follow_redirects=False,
            mounts=None if proxies else {"http://": None, "https://": None},
        )
    except (OSError, ValueError, httpx.InvalidURL, ImportError) as error:
        raise environment_failure(error, network) from None


def _certificates(network: Collection[str]) -> ssl.SSLContext | bool:
    """What a server's certificate is checked with: what a variable that is set names, or what comes along."""
    # Those that are named may be others by the next client, for which httpx reads them again.
    return True if set(CERTIFICATE_VARIABLES) & set(network) else bundled_certificates()


@cache
def bundled_certificates() -> ssl.SSLContext:
    """What comes along, which stays as it is: to read it takes longer than many a call."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


async def _follow(
    client: httpx.AsyncClient,
    *,
    request: Request,
    headers: dict[str, str],
    max_bytes: int,
    follow: bool,
    credentialed: bool,
    network: Collection[str],
    on_proxy: OnProxy | None,
) -> Response:
    for _ in range(MAX_REDIRECTS + 1):
        if on_proxy is not None and (proxy := proxy_for(request.url, network, request.mask)):
            on_proxy(proxy)
        response = await _exchange(client, request, headers, max_bytes, network)
        location = response.headers.get("location")
        if not follow or response.status not in _REDIRECTS or not location:
            return response
        request, headers = _redirected(request, headers, response.status, location, credentialed)
    raise TransportError("redirect", f"{request.where}: more than {MAX_REDIRECTS} redirects")


def _redirected(
    request: Request, headers: dict[str, str], status: int, location: str, credentialed: bool
) -> tuple[Request, dict[str, str]]:
    """The next request of a redirect, and the headers that may go with it."""
    try:
        url = urljoin(request.url, location)
    except ValueError:
        raise TransportError("invalid", f"{request.where}: redirected to what is no URL") from None
    target = Request(request.method, url, shown=request.moved, mask=request.mask)
    _check_target(target)
    leaves = origin_of(url) != origin_of(request.url)
    refusal = f"{request.where}: redirected to {target.told}, which is not followed: "
    if request.url.startswith("https:") and not url.startswith("https:"):
        raise TransportError("redirect", refusal + "it leaves https")
    if leaves and credentialed:
        raise TransportError("redirect", refusal + "the credentials belong to another host")
    method, body = request.method, request.body
    if (status == 303 and method != "HEAD") or (status in {301, 302} and method == "POST"):
        method, body = "GET", None
    if leaves and (body is not None or method not in _NO_BODY):
        raise TransportError("redirect", refusal + f"{method} was meant for another host")
    if leaves:
        headers = {k: v for k, v in headers.items() if k.lower() in _HARMLESS}
    elif body is None:
        headers = {k: v for k, v in headers.items() if not k.lower().startswith("content-")}
    return replace(target, method=method, headers=headers, body=body), headers


async def _exchange(
    client: httpx.AsyncClient,
    request: Request,
    headers: dict[str, str],
    max_bytes: int,
    network: Collection[str],
) -> Response:
    import httpx

    lines = [(name.encode(), value.encode()) for name, value in _with_defaults(headers).items()]
    answered = False
    try:
        built = httpx.Request(request.method, request.url, headers=lines, content=request.body)
        answer = await client.send(built, stream=True)
        answered = True
        try:
            body = await _read(request, answer, max_bytes)
        finally:
            await answer.aclose()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
        proxy = proxy_for(request.url, network, request.mask)
        raise client_failure(
            error, request.where, request.url, network, proxy=proxy, answered=answered
        ) from None
    return Response(
        status=answer.status_code,
        headers=dict(answer.headers.items()),
        body=body,
        url=request.told,
    )


async def _read(request: Request, answer: httpx.Response, max_bytes: int) -> bytes:
    where = request.where
    try:
        decoder = BodyDecoder(answer.headers.get("content-encoding", ""), max_bytes)
        async for chunk in answer.aiter_raw():
            decoder.feed(chunk)
        return decoder.finish()
    except BodyTooLargeError:
        raise TransportError(
            "too-large", f"{where}: the answer is larger than {max_bytes} bytes"
        ) from None
    except BodyIncompleteError:
        raise TransportError("incomplete", f"{where}: response incomplete") from None
    except BodyUndecodableError as error:
        raise TransportError("undecodable", f"{where}: {error}") from None


def _with_defaults(headers: Mapping[str, str]) -> dict[str, str]:
    defaults = {"Accept": "*/*", "Accept-Encoding": ACCEPT_ENCODING, "User-Agent": "pup-tui"}
    given = {name.lower() for name in headers}
    return {k: v for k, v in defaults.items() if k.lower() not in given} | dict(headers)


def _checked_headers(request: Request, credentials: Mapping[str, str]) -> dict[str, str]:
    """The request's headers with the credentials, which win over a header of the same name.

    Checked here because the protocol library puts the value of a bad header into its message.
    """
    reserved = {name.lower() for name in credentials}
    headers = {k: v for k, v in request.headers.items() if k.lower() not in reserved}
    headers.update(credentials)
    for name, value in headers.items():
        if not name or not _TOKEN.issuperset(name.lower()):
            raise TransportError(
                "invalid", f"{request.where}: '{request.mask(name)[:40]}' is no header name"
            )
        if name.lower() in _OURS:
            raise TransportError(
                "invalid", f"{request.where}: the header {name} cannot be set: it follows the body"
            )
        if _CONTROL.search(value):
            raise TransportError(
                "invalid", f"{request.where}: the header {name} holds control characters"
            )
    return headers


def _check_target(request: Request) -> None:
    url = request.url
    if _CONTROL.search(url) or "\t" in url:
        raise TransportError("invalid", "the URL holds control characters")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise TransportError("invalid", "the URL cannot be read: check its host and port") from None
    if parts.scheme not in {"http", "https"} or not host or _NO_HOST.search(parts.netloc):
        raise TransportError(
            "invalid", f"{request.told} is no http or https URL: it must begin with https://"
        )


def origin_of(url: str) -> tuple[str, str | None, int | None]:
    """The server that a URL leads to: what belongs to one is sent to no other (RFC 6454, section 4).

    ValueError where it cannot be read.
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or USUAL_PORTS.get(parts.scheme)
