"""Which hosts packs are fetched from, however their address is spelled."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Final, TypeAlias

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAME: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
_OLD_SPELLING: Final = re.compile(r"(0[xX][0-9a-fA-F]*|[0-9]+)(\.(0[xX][0-9a-fA-F]*|[0-9]+))*\.?")
"""Numbers that `inet_aton` takes for an address: `2130706433`, `0x7f.1`."""

_METADATA_NAMES: Final = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data"}
    | {"instance-data.ec2.internal"}
)
_METADATA: Final = frozenset(
    ipaddress.ip_address(text)
    for text in ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16")
)
"""Where clouds tell machines their credentials; others of these addresses are link-local."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def why_not(host: str) -> str:
    """Why nothing is fetched from a host (of an address, without brackets); blank where it may be."""
    if host.startswith("-"):
        return "the host begins with -"
    address = address_of(host)
    if address is None:
        if not _NAME.fullmatch(host) or len(host) > 253:
            return "the host is no name of one (of letters, digits, dots and hyphens)"
        name = host.rstrip(".").lower()
        if _OLD_SPELLING.fullmatch(host):
            return "the host is no address, and no name of one"
        return "the host tells machines their credentials" if name in _METADATA_NAMES else ""
    if address.is_link_local:
        return "the address is link-local"
    if address in _METADATA:
        return "the host tells machines their credentials"
    if address.is_unspecified or address.is_multicast or address == _BROADCAST:
        return "the address is no host's"
    return ""


def tells_credentials(host: str) -> bool:
    """Whether a host (of an address, without brackets) is where clouds tell machines their credentials."""
    address = address_of(host)
    if address is None:
        return host.rstrip(".").lower() in _METADATA_NAMES
    return address.is_link_local or address in _METADATA


_BROADCAST: Final = ipaddress.ip_address("255.255.255.255")


def address_of(host: str) -> IPAddress | None:
    """The address that a host stands for, None for a name; an IPv4 address within one of IPv6 is that."""
    text = host.strip("[]")
    try:
        found: IPAddress = ipaddress.ip_address(text)
    except ValueError:
        if not _OLD_SPELLING.fullmatch(text):
            return None
        try:
            found = ipaddress.IPv4Address(socket.inet_aton(text.rstrip(".")))
        except OSError:
            return None
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
        return inner or found
    return found
