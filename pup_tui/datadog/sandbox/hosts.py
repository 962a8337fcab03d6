"""Under which names the sandbox answers: those of this computer only.

A page in a browser can have its own name resolve to 127.0.0.1 and then read what a server there answers (DNS
rebinding). It cannot change the `Host` that the browser sends.
"""

from __future__ import annotations

import re

from pup_tui.datadog.configuration import is_loopback
from pup_tui.datadog.sandbox.messages import ApiResponse

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::[0-9]{1,5})?\Z")


def refusal_of_host(given: str) -> ApiResponse | None:
    """The answer to a request whose `Host` header is `given`; None where it is meant for the sandbox."""
    parts = _HOST.match(given)
    if parts is not None and is_loopback(parts[1] or parts[2]):
        return None
    told = "The sandbox answers to localhost and loopback addresses only; check the Host header"
    return ApiResponse({"errors": [told]}, 421)
