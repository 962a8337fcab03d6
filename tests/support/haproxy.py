"""A real HAProxy in front of servers that hold each connection for as long as its client does."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread

from tests.support.databases import server_of
from tests.support.needed import needs_program
from tests.support.ports import accepts

BACKEND = "checkout"


@dataclass(frozen=True)
class Proxy:
    """The proxy: its `port` leads to the servers `webs` of the backend, by their names."""

    port: int
    api: Path
    webs: Mapping[str, Web]

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


class Web:
    """A server behind the proxy, which may be stopped and started again at the same port."""

    def __init__(self) -> None:
        self._server: _Server | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _Holding)
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Take no connections any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@dataclass
class Client:
    """Somebody who comes again and again, each time with a new session, for as long as the block lasts."""

    port: int
    served: int = 0
    failed: int = 0

    @contextmanager
    def coming(self) -> Iterator[Client]:
        over = Event()
        thread = Thread(target=self._come, args=(over,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            over.set()
            thread.join()

    def _come(self, over: Event) -> None:
        while not over.wait(0.02):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=30) as made:
                    made.sendall(b"hello")
                    answered = bool(made.recv(1))
            except OSError:
                answered = False
            self.served += answered
            self.failed += not answered


@contextmanager
def haproxy(limit: int = 0, names: Sequence[str] = ("web-1", "web-2")) -> Iterator[Proxy]:
    """The proxy, whose servers get at most so many sessions at once, where a limit is given."""
    with ExitStack() as stack:
        webs = {name: Web() for name in names}
        for each in webs.values():
            stack.callback(each.stop)
        most = f" maxconn {limit}" if limit else ""
        lines = [
            f"server {name} 127.0.0.1:{each.port} check inter 200ms{most}"
            for name, each in webs.items()
        ]
        yield stack.enter_context(proxy_to(BACKEND, lines, webs))


@contextmanager
def proxy_to(
    backend: str, servers: Sequence[str], webs: Mapping[str, Web] | None = None
) -> Iterator[Proxy]:
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
        yield Proxy(up.port, up.folder / "api", webs or {})
