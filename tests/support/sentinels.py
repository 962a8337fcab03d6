"""A real Redis with a replica, and Sentinels that look after both."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.databases import Server, server_of
from tests.support.ports import accepts
from tests.support.redis import AROUND, PASSWORD, redis_server, replica_of
from tests.support.waiting import until

SERVICE = "cache"


@dataclass(frozen=True)
class Sentinels:
    """`servers` are the first primary and its replica; `sentinels` know them as `SERVICE`."""

    servers: tuple[Server, Server]
    sentinels: tuple[Server, ...]

    @property
    def primary(self) -> int:
        """The port of the primary, as the first Sentinel has it."""
        told = asked(self.sentinels[0], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE)
        return int(told.split()[1])

    @property
    def environ(self) -> dict[str, str]:
        """What leads an integration there."""
        return {
            "PUP_TUI_REDIS_HOST": "127.0.0.1",
            "PUP_TUI_REDIS_PORT": str(self.servers[0].port),
            "REDISCLI_AUTH": PASSWORD,
            "PUP_TUI_REDIS_SENTINEL_HOST": "127.0.0.1",
            "PUP_TUI_REDIS_SENTINEL_PORT": str(self.sentinels[0].port),
        }

    def agree(self) -> bool:
        """Whether all Sentinels know one primary, each other and a replica in sync; no failover goes on."""
        primary = self.primary
        return all(self._knows(each, primary) for each in self.sentinels)

    def _knows(self, sentinel: Server, primary: int) -> bool:
        # While a failover goes on the address is the new one, and all else the former's.
        told = asked(sentinel, "SENTINEL", "MASTER", SERVICE)
        replicas = asked(sentinel, "SENTINEL", "REPLICAS", SERVICE)
        quorum = asked(sentinel, "SENTINEL", "CKQUORUM", SERVICE)
        return (
            f"\nport\n{primary}\n" in told
            and "\nflags\nmaster\n" in told
            and "\nflags\nslave\n" in replicas
            and "\nmaster-link-status\nok\n" in replicas
            and quorum.startswith(f"OK {len(self.sentinels)} usable")
        )


def asked(server: Server, *words: str) -> str:
    """What a server or a Sentinel answers; it may be an error."""
    command = ["redis-cli", "-p", str(server.port), *words]
    done = subprocess.run(command, env=AROUND, capture_output=True, check=False)
    return done.stdout.decode().strip()


@contextmanager
def sentinels(count: int = 3) -> Iterator[Sentinels]:
    with ExitStack() as stack:
        primary = stack.enter_context(redis_server())
        replica = stack.enter_context(replica_of(primary))
        watching = [stack.enter_context(_sentinel(primary, count // 2 + 1)) for _ in range(count)]
        up = Sentinels((primary, replica), tuple(watching))
        until(up.agree)
        yield up


def _sentinel(primary: Server, quorum: int) -> AbstractContextManager[Server]:
    def arguments(folder: Path, port: int) -> list[str]:
        config = folder / "sentinel.conf"
        config.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
            f"sentinel monitor {SERVICE} 127.0.0.1 {primary.port} {quorum}\n"
            f"sentinel auth-pass {SERVICE} {PASSWORD}\n"
            # One that only stands still for a moment on a busy computer is not down.
            f"sentinel down-after-milliseconds {SERVICE} 60000\n"
            f"sentinel failover-timeout {SERVICE} 20000\n"
        )
        return [str(config), "--sentinel"]

    return server_of("redis-server", "redis-server", arguments, accepts)
