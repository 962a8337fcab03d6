"""A real Redis, in a folder of its own."""

from __future__ import annotations

import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

from tests.support.databases import Server, server_of
from tests.support.ports import accepts

PASSWORD = "s3cret-of-redis"
AROUND = {"REDISCLI_AUTH": PASSWORD, "PATH": "/usr/bin:/bin"}
"""What `redis-cli` has around it."""


def redis_server(*options: str) -> AbstractContextManager[Server]:
    """A server with further options."""

    def arguments(folder: Path, port: int) -> list[str]:
        return [
            *("--bind", "127.0.0.1", "--save", "", "--dir", str(folder), "--port", str(port)),
            *("--requirepass", PASSWORD, "--masterauth", PASSWORD),
            *("--repl-diskless-sync-delay", "0", *options),
        ]

    return server_of("redis-server", "redis-server", arguments, accepts)


def replica_of(primary: Server) -> AbstractContextManager[Server]:
    return redis_server("--replicaof", "127.0.0.1", str(primary.port))


def asked(server: Server, *words: str, fails: bool = False) -> str:
    """What the server answers, asked without the program; with `fails` it may be an error."""
    command = ["redis-cli", *([] if fails else ["-e"]), "-p", str(server.port), *words]
    done = subprocess.run(command, env=AROUND, capture_output=True, check=True)
    return done.stdout.decode().strip()
