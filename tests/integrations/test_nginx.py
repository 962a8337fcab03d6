"""Each action for nginx against a real one, on a host that real `ssh` reaches."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.support.databases import server_of
from tests.support.integrations import Done, carried_out, proved
from tests.support.needed import needs_program, needs_sudo
from tests.support.ports import accepts
from tests.support.sshd import Fleet, fleet
from tests.support.waiting import until

__all__ = ["fleet"]

pytestmark = pytest.mark.library

WHAT = "nginx 1.22, by OpenSSH 9.2"


@dataclass(frozen=True)
class Nginx:
    port: int
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "nginx.conf"

    def answers_with(self, text: str, *more: str) -> None:
        """Write the configuration by which it answers with this text; `more` is put into the server."""
        places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = " ".join(f"{place}_temp_path {self.folder}/{place};" for place in places)
        self.config.write_text(
            f"daemon off; worker_processes 1; error_log {self.folder}/error.log;\n"
            f"pid {self.folder}/pid;\n"
            f"events {{}}\nhttp {{ {paths} access_log {self.folder}/access.log;\n"
            f"server {{ listen 127.0.0.1:{self.port}; {' '.join(more)}\n"
            f"location / {{ return 200 '{text}'; }} }} }}\n"
        )

    def answer(self) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
            return str(answer.read().decode())


@pytest.fixture
def nginx() -> Iterator[Nginx]:
    needs_sudo()
    needs_program("nginx")

    def arguments(folder: Path, port: int) -> list[str]:
        own = Nginx(port, folder)
        own.answers_with("one")
        return ["-c", str(own.config)]

    with server_of("nginx", "nginx", arguments, accepts) as up:
        yield Nginx(up.port, up.folder)


async def acted(action: str, fleet: Fleet, folder: Path, **given: Any) -> Done:
    values = {"HOST": "web1", **given}
    return await carried_out("nginx", action, folder, {}, values, around=fleet.around)


async def test_the_version(fleet: Fleet, tmp_path: Path) -> None:
    needs_program("nginx")
    done = await acted("version", fleet, tmp_path / "1")
    assert done.outputs["VERSION"].startswith("1.")
    away = await acted("version", fleet, tmp_path / "2", HOST="unreachable")
    assert "cannot reach unreachable" in away.reason
    proved("nginx", "version", "server", WHAT)


async def test_a_configuration_is_judged_and_taken(
    fleet: Fleet, nginx: Nginx, tmp_path: Path
) -> None:
    config = {"CONFIG": str(nginx.config)}
    assert nginx.answer() == "one"
    nginx.answers_with("two", "nonsense;")
    for action in ("test", "reload"):
        wrong = await acted(action, fleet, tmp_path / f"wrong-{action}", **config)
        assert any('unknown directive "nonsense"' in text for text in wrong.texts), wrong.texts
    assert nginx.answer() == "one"
    nginx.answers_with("two")
    assert (await acted("test", fleet, tmp_path / "1", **config)).ok
    proved("nginx", "test", "server", WHAT)
    done = await acted("reload", fleet, tmp_path / "2", **config)
    assert done.ok, (done.reason, done.texts)
    until(lambda: nginx.answer() == "two")
    # What the test of a configuration finds nothing wrong with, and nginx cannot take.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nginx.answers_with("three", f"listen 127.0.0.1:{taken.getsockname()[1]};")
        late = await acted("reload", fleet, tmp_path / "3", **config, WAIT="2s")
        assert "wait_until_new_workers_serve" in late.reason
    assert nginx.answer() == "two"
    proved("nginx", "reload", "server", WHAT)


async def test_logs_are_reopened(fleet: Fleet, nginx: Nginx, tmp_path: Path) -> None:
    config = {"CONFIG": str(nginx.config)}
    log = nginx.folder / "access.log"
    shutil.move(log, nginx.folder / "access.log.1")
    done = await acted("reopen_logs", fleet, tmp_path / "1", **config)
    assert done.ok, done.texts
    until(log.exists)
    (nginx.folder / "pid").rename(nginx.folder / "gone")
    for action in ("reopen_logs", "reload"):
        stopped = await acted(action, fleet, tmp_path / f"stopped-{action}", **config)
        assert not stopped.ok
    proved("nginx", "reopen_logs", "server", WHAT)
