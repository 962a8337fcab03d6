"""What the endpoint of `pup api` means: a path of the Datadog that the credentials are for, and no other."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from pup_tui.datadog.arguments import CommandError

_ELSEWHERE: Final = re.compile(r"\s*(?:https?:|[/\\]{2})", re.IGNORECASE)
"""How a text begins that may name a host, whoever reads it."""


def path_of(endpoint: str, base_url: str) -> str:
    """The path that ``v2/x``, ``/api/v2/x`` or a whole URL below the base means; else CommandError."""
    if endpoint.startswith(f"{base_url}/"):
        return endpoint.removeprefix(base_url)
    if _ELSEWHERE.match(endpoint):
        raise CommandError(
            f"api: the credentials go to {urlsplit(base_url).netloc} only",
            "use an http step for another host",
        )
    path = "/" + endpoint.lstrip("/")
    return path if path.startswith("/api/") else f"/api{path}"
