"""Which proxy a call goes through, by the rules of the environment that httpx goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class Proxy(Struct, frozen=True):
    """A proxy without its user name and password, and the variable that names it."""

    address: str
    variable: str

    def __str__(self) -> str:
        return f"the proxy {self.address} that {self.variable} names"


def proxy_for(url: str, network: Collection[str], mask: Callable[[str], str] = str) -> Proxy | None:
    """The proxy of a call to this URL; None where it goes straight there.

    `network` are the names of the variables that are set. `mask` hides what is secret in the proxy's address.
    """
    from urllib.request import getproxies, proxy_bypass

    parts, known = urlsplit(url), getproxies()
    if not known or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    for scheme in (parts.scheme, "all"):
        if address := known.get(scheme):
            names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
            named = next((name for name in names if name in network), "the system's settings")
            return Proxy(_without_password(mask(address)), named)
    return None


def _without_password(address: str) -> str:
    scheme, mark, rest = address.rpartition("://")
    host = rest.rpartition("@")[2].partition("/")[0]
    return f"{scheme if mark else 'http'}://{host}"
