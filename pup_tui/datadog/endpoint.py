"""What the endpoint of `pup api` means: a path of the Datadog that the credentials are for, and no other."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from pup_tui.datadog.arguments import CommandError
from pup_tui.datadog.configuration import SITES, USUAL_PORTS, is_loopback
from pup_tui.known_word import KnownWord
from pup_tui.late_pattern import late_pattern

_ELSEWHERE: Final = late_pattern(r"\s*(?:https?:|[/\\]{2})", re.IGNORECASE)
"""How a text begins that may name a host, whoever reads it."""
_ORIGIN: Final = late_pattern(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?(?=[/?#]|$)",
    re.IGNORECASE | re.ASCII,
)
"""A host that everybody reads alike: without a user, and without what only some take for a slash."""


def path_of(endpoint: str, base_url: str) -> str:
    """The path that ``v2/x``, ``/api/v2/x`` or a whole URL below the base means; else CommandError."""
    if not _ELSEWHERE.match(endpoint):
        path = "/" + endpoint.lstrip("/")
        return path if path.startswith("/api/") else f"/api{path}"
    named, base = _parted(endpoint), _parted(base_url)
    if named is not None and base is not None and named[:-1] == base[:-1]:
        path, below = named[-1], base[-1]
        if path.startswith(f"{below}/"):
            return path.removeprefix(below)
    raise CommandError(
        f"api: the credentials go to {urlsplit(base_url).netloc} only",
        "use an http step for another host",
    )


def check_endpoint(endpoint: KnownWord, base_url: str) -> None:
    """CommandError where the endpoint of `pup api` surely names a host that no credentials are for.

    `base_url` is the one in place of a site; a step may name another site by its `env`.
    """
    if not _ELSEWHERE.match(endpoint.text):
        return
    named, base = _parted(endpoint.text), _parted(base_url)
    if named is None or not (named[-1] or endpoint.is_whole):
        is_known = not endpoint.is_whole
    else:
        scheme, host, port, _ = named
        of_site = scheme == "https" and port == 443 and host.removeprefix("api.") in SITES
        is_known = of_site or is_loopback(host.strip("[]")) or (base or ())[:-1] == named[:-1]
    if not is_known:
        raise CommandError(
            "api: the credentials go to Datadog only, and to no other host",
            "write the path alone, /api/…, or use an http step for another host",
        )


def _parted(url: str) -> tuple[str, str, int, str] | None:
    """The scheme, host and port of a URL, and what stands behind them; None where it is none."""
    found = _ORIGIN.match(url)
    if found is None:
        return None
    scheme = found[1].lower()
    port = int(found[3]) if found[3] else USUAL_PORTS[scheme]
    return scheme, found[2].lower(), port, url[found.end() :]
