"""Whether the hosts that stand literally in URLs of steps resolve, and somebody answers at their ports."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from msgspec import Struct

from pup_tui.aside import aside
from pup_tui.core.program import Program
from pup_tui.datadog.proxies import Proxy, proxy_for
from pup_tui.late_pattern import late_pattern
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.remote import PATIENCE
from pup_tui.preflight.sure_steps import but_for
from pup_tui.runbook.roles import Role
from pup_tui.runbook.texts import texts_of
from pup_tui.template.blocks import Literal
from pup_tui.template.errors import TemplateError
from pup_tui.template.text import compile_text

PORTS = {
    "http": 80,
    "https": 443,
    "postgresql": 5432,
    "postgres": 5432,
    "mysql": 3306,
    "mariadb": 3306,
}
_VALUE = "\0"
_ADDRESS = late_pattern(
    r"([a-z][a-z0-9+.-]*)://(?:[^/?#]*@)?([^\0/?#@:\[\]]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?(?=[/?#]|\Z)",
    re.IGNORECASE,
)
"""A URL up to the end of its host and port, in which no value stands but of a user and a password."""


class HostAddress(Struct, frozen=True):
    """A host and a port, and the scheme by which they are spoken to."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def proxy(self) -> Proxy | None:
        """What a request goes through; a database is spoken to straight."""
        return proxy_for(f"{self.scheme}://{self}/", ()) if "http" in self.scheme else None


def literal_address(source: str) -> HostAddress | None:
    """Where a URL leads, as far as that is the same whatever its values are."""
    try:
        blocks = compile_text(source).blocks
    except TemplateError:
        return None
    marked = "".join(b.text if isinstance(b, Literal) else _VALUE for b in blocks)
    found = _ADDRESS.match(marked.strip())
    if found is None:
        return None
    scheme, host = found[1].lower().partition("+")[0], found[2].strip("[]").lower()
    port = int(found[3]) if found[3] else PORTS.get(scheme, 0)
    return HostAddress(scheme, host, port) if scheme in PORTS and 0 < port < 65536 else None


def addresses(program: Program, but: Collection[str] = ()) -> Iterator[HostAddress]:
    """Where the steps of a program go, each once, without those that are left out by `but`."""
    seen = set()
    for node in program.by_id.values():
        if not but_for(but, node):
            continue
        for text in texts_of(node.step):
            if text.role in (Role.URL, Role.DATABASE):
                found = literal_address(text.source)
                if found is not None and str(found) not in seen:
                    seen.add(str(found))
                    yield found


class HostProbe(Struct, frozen=True):
    """Connects to an address, or to the proxy on the way there, and sends nothing."""

    address: HostAddress

    @property
    def key(self) -> str:
        return f"host {self._asked} for {self.address}"

    @property
    def _asked(self) -> HostAddress:
        proxy = self.address.proxy
        if proxy is None:
            return self.address
        parts = urlsplit(proxy.address)
        return HostAddress(
            parts.scheme, parts.hostname or "", parts.port or PORTS.get(parts.scheme, 80)
        )

    @property
    def unlooked(self) -> ReadyCheck:
        return self._wrong(
            f"does not answer within {PATIENCE:g} s", "check network, VPN and firewall"
        )

    async def look(self) -> ReadyCheck:
        try:
            asked = self._asked
            found = await aside(socket.getaddrinfo, asked.host, asked.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is no valid name"
            return self._wrong(f"does not resolve ({why})", "check the name, and the network")
        refused = ""
        for family, kind, protocol, _, place in found:
            try:
                await _connect(family, kind, protocol, place)
            except OSError as error:
                refused = os.strerror(error.errno) if error.errno else type(error).__name__
            else:
                return ReadyCheck(
                    what="host", subject=str(self.address), detail=f"answers{self._way}"
                )
        return self._wrong(
            f"does not answer ({refused})", "check that it runs, network, VPN and firewall"
        )

    @property
    def _way(self) -> str:
        proxy = self.address.proxy
        return "" if proxy is None else f": {proxy} does"

    def _wrong(self, detail: str, hint: str) -> ReadyCheck:
        proxy = self.address.proxy
        told = detail if proxy is None else f"is reached by {proxy}, which {detail}"
        return ReadyCheck(what="host", subject=str(self.address), ok=False, detail=told, hint=hint)


async def _connect(family: int, kind: int, protocol: int, place: object) -> None:
    with socket.socket(family, kind, protocol) as connection:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, place)  # type: ignore[arg-type]
