"""A file from an https address."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urljoin, urlsplit

from pup_tui.datadog.failures import TransportError, safe_url
from pup_tui.datadog.transport import MAX_REDIRECTS, Request, open_client, send
from pup_tui.packs import hosts
from pup_tui.packs.errors import PackError
from pup_tui.runbook.nodes import shown

SECONDS: Final = 60.0
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PAGE: Final = (b"<!doctype html", b"<html")
_KNOWN: Final = {
    "tls": "check the host's certificate",
    "unreachable": "check the name of the host, and the network",
    "too-large": "fetch something smaller",
}


async def fetch_file(url: str, told: str, most: int, network: Collection[str] = ()) -> bytes:
    """What is at an https address, of at most so many bytes once it is unpacked.

    Each redirect is judged as the address itself is: by its scheme and host. `network` is that of
    `transport.send`. Raises PackError.
    """
    try:
        async with open_client(network=network) as client:
            for _ in range(MAX_REDIRECTS + 1):
                answer = await send(
                    Request("GET", url), deadline=SECONDS, max_bytes=most, client=client
                )
                location = answer.headers.get("location", "")
                if answer.status not in _REDIRECTS or not location:
                    break
                url = _redirected(url, location, told)
            else:
                raise PackError(f"more than {MAX_REDIRECTS} redirects", told, "check the address")
    except TransportError as error:
        raise PackError(
            f"it cannot be fetched ({error})", told, _KNOWN.get(error.kind, "")
        ) from None
    if answer.status != 200:
        raise PackError(f"the server answers {answer.status}", told, "check the address")
    if answer.content_type == "text/html" or answer.body[:100].lstrip().lower().startswith(_PAGE):
        hint = "it may be a login page; use the address of the file itself"
        raise PackError("this is a web page, and no runbook", told, hint)
    return answer.body


def _redirected(url: str, location: str, told: str) -> str:
    """Where a redirect leads. Raises PackError where that is not fetched."""
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise PackError("it is redirected to what is no address", told, "check it") from None
    where = shown(safe_url(target), 200).strip("`")
    refusal = f"it is redirected to {where}, which is not followed"
    if parts.scheme == "http":
        raise PackError(f"{refusal}: it leaves https", told, "use another address")
    if parts.scheme != "https":
        raise PackError(f"{refusal}: the scheme is not allowed", told, "use another address")
    if "@" in parts.netloc:
        raise PackError(f"{refusal}: it names a user", told, "use another address")
    if why := hosts.why_not(host):
        raise PackError(f"{refusal}: {why}", told, "use another address")
    return target
