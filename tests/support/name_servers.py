"""Two real name servers for tests: a primary that takes updates, and a secondary that follows it."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.databases import server_of
from tests.support.needed import needs_program
from tests.support.ports import accepts

PRIMARY, SECONDARY = "127.0.0.1", "::1"
ZONE = """\
$TTL 60
@ IN SOA ns1 admin 7 3600 600 86400 60
@ IN NS ns1
@ IN NS ns2
ns1 IN A 127.0.0.1
ns2 IN AAAA ::1
www IN A 192.0.2.1
www IN A 192.0.2.2
alias IN CNAME www
said IN TXT "v=spf1 a; -all" "two"
* IN A 192.0.2.99
"""
ALL = "pid-file none; session-keyfile none; recursion no; dnssec-validation no;"


@dataclass(frozen=True)
class NameServers:
    """Both listen at the same `port`, the secondary while it `follows`."""

    port: int
    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "ops.key"

    @property
    def secret(self) -> str:
        return self.key.read_text().split('secret "')[1].split('"')[0]

    @contextmanager
    def secondary(self) -> Iterator[None]:
        """While it runs it follows the primary. Another address of loopback than the first has only IPv6."""
        if not has_ipv6():
            pytest.skip("this computer has no IPv6")

        def arguments(folder: Path, _: int) -> list[str]:
            config = folder / "named.conf"
            config.write_text(
                f'include "{self.key}";\n'
                f'options {{ directory "{folder}"; listen-on {{ none; }}; '
                f"listen-on-v6 port {self.port} {{ {SECONDARY}; }}; {ALL} }};\n"
                "controls { };\n"
                'zone "example.com" { type secondary; file "copy"; '
                f"primaries {{ {PRIMARY} port {self.port} key ops; }}; allow-notify {{ {SECONDARY}; }}; }};\n"
            )
            return ["-c", str(config), "-g", "-n", "1", "-X", "none"]

        def ready(_: int) -> bool:
            return self.asked(SECONDARY, "ns2.example.com", "AAAA") == [SECONDARY]

        with server_of("bind9", "named", arguments, ready):
            yield

    def asked(self, server: str, name: str, kind: str = "A") -> list[str]:
        """What a server says, asked without the integration; nothing where it does not answer."""
        words = ["dig", f"@{server}", "-p", str(self.port), "+short", "+time=2", "+tries=1"]
        done = subprocess.run([*words, name, kind], capture_output=True, text=True, check=False)
        return sorted(done.stdout.splitlines()) if done.returncode == 0 else []


def has_ipv6() -> bool:
    """Whether servers can listen at the loopback of IPv6."""
    with suppress(OSError), socket.create_server((SECONDARY, 0), family=socket.AF_INET6):
        return True
    return False


def key(file: Path) -> None:
    """Write a new key that is called `ops`."""
    file.touch(0o600)
    with file.open("w") as out:
        subprocess.run(["tsig-keygen", "-a", "hmac-sha256", "ops"], stdout=out, check=True)


@contextmanager
def name_servers() -> Iterator[NameServers]:
    """The primary of example.com."""
    needs_program("named", "bind9")
    needs_program("dig", "bind9-dnsutils")

    def arguments(folder: Path, port: int) -> list[str]:
        key(folder / "ops.key")
        (folder / "zone").write_text(ZONE)
        config = folder / "named.conf"
        config.write_text(
            f'include "{folder}/ops.key";\n'
            f'options {{ directory "{folder}"; listen-on port {port} {{ {PRIMARY}; }}; '
            f"listen-on-v6 {{ none; }}; {ALL} }};\n"
            "controls { };\n"
            'zone "example.com" { type primary; file "zone"; allow-update { key ops; }; '
            "allow-transfer { key ops; }; notify explicit; notify-delay 0; "
            f"also-notify {{ {SECONDARY} port {port}; }}; }};\n"
        )
        return ["-c", str(config), "-g", "-n", "1", "-X", "none"]

    with server_of("bind9", "named", arguments, accepts) as up:
        yield NameServers(up.port, up.folder)
