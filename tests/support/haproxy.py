"""A real HAProxy in front of servers that hold each connection for as long as its client does."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

from tests.support.databases import server_of
from tests.support.needed import needs_program
from tests.support.ports import accepts

BACKEND = "checkout"


@dataclass(frozen=True)
class Proxy:
    """The proxy: its `port` leads to the servers of the backend."""

    port: int
    api: Path

    def asked(self, command: str) -> str:
        """What the runtime API answers, asked without the program."""
        words = ["socat", "-t", "10", "-", f"UNIX-CONNECT:{self.api}"]
        done = subprocess.run(words, input=f"{command}\n".encode(), capture_output=True, check=True)
        return done.stdout.decode().strip()

    def columns(self, server: str, backend: str = BACKEND) -> list[str]:
        lines = [line.split(",") for line in self.asked("show stat -1 4 -1").splitlines()]
        (found,) = [each for each in lines if each[:2] == [backend, server]]
        return found

    def status(self, server: str, backend: str = BACKEND) -> str:
        return self.columns(server, backend)[17]

    def sessions(self, server: str) -> int:
        return int(self.columns(server)[4])

    def connected(self) -> socket.socket:
        """A session that stays, until it is closed."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        made.sendall(b"hello")
        assert made.recv(1)
        return made


class _Holding(BaseRequestHandler):
    """Says that it is there, and waits until the client has gone."""

    def handle(self) -> None:
        try:
            while self.request.recv(1024):
                self.request.sendall(b"x")
        except OSError:
            return


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def haproxy() -> Iterator[Proxy]:
    """A proxy before two servers that hold what connects."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_Server(("127.0.0.1", 0), _Holding)) for _ in range(2)]
        for each in servers:
            Thread(target=each.serve_forever, daemon=True).start()
            stack.callback(each.shutdown)
        lines = [
            f"server web-{number} 127.0.0.1:{each.server_address[1]} check inter 200ms"
            for number, each in enumerate(servers, 1)
        ]
        yield stack.enter_context(proxy_to(BACKEND, lines))


@contextmanager
def proxy_to(backend: str, servers: list[str]) -> Iterator[Proxy]:
    """A proxy before the servers of these lines of its configuration."""
    for program in ("haproxy", "socat"):
        needs_program(program)

    def arguments(folder: Path, port: int) -> list[str]:
        text = (
            f"global\n  stats socket {folder}/api level admin\n"
            "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n"
            f"frontend front\n  bind 127.0.0.1:{port}\n  default_backend {backend}\n"
            f"backend {backend}\n" + "".join(f"  {line}\n" for line in servers)
        )
        (folder / "haproxy.cfg").write_text(text)
        return ["-db", "-f", str(folder / "haproxy.cfg")]

    with server_of("haproxy", "haproxy", arguments, accepts) as up:
        yield Proxy(up.port, up.folder / "api")
