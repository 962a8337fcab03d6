"""Real database servers for tests: of Debian's packages, in folders of their own, on free ports of loopback.

Each is started at most once by a process that runs tests, and stopped by it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.needed import lacking
from tests.support.places import short_place
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE

PASSWORD = "s3cret/p@ss:word"
"""What the operator `app` logs in with; every character of it has a meaning in URLs."""


@dataclass(frozen=True)
class Server:
    """A running server; one of a database has the database `shop` and the role `app`."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]


def _as(user: str) -> list[str]:
    """The beginning of a command that root runs as somebody else: servers refuse to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]


def _as_postgres() -> list[str]:
    return [*_as("postgres"), "env", "LC_ALL=C.UTF-8"]


@contextmanager
def _folder(user: str) -> Iterator[Path]:
    """A folder that belongs to the server's user, and whose name is short enough for sockets."""
    with short_place() as folder:
        _give(folder, user)
        yield folder


@contextmanager
def _given(folder: Path) -> Iterator[Path]:
    _give(folder, "postgres")
    yield folder


def _give(folder: Path, user: str) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)


def _run(*command: str, text: str | None = None) -> None:
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


@contextmanager
def _running(
    command: list[str], folder: Path, port: int, ready: Callable[[], bool]
) -> Iterator[Server]:
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while not ready():
            told = (folder / "log").read_text(errors="replace")
            assert process.poll() is None, told
            assert time.monotonic() < end, told
            time.sleep(0.05)
        yield Server(port, folder, process)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


@contextmanager
def postgresql(*settings: str, place: Path | None = None) -> Iterator[Server]:
    """A primary with these settings, which has its data in a folder of its own, or in a `place`."""
    initdb = postgresql_tool("initdb")
    with _folder("postgres") if place is None else _given(place) as folder:
        options = ("--auth=scram-sha-256", "--no-sync", "--username=app", "--encoding=UTF8")
        password = folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        _run(*_as_postgres(), initdb, *options, f"--pwfile={password}", f"--pgdata={folder}/data")
        with _postgresql_in(folder, settings) as up:
            create = [postgresql_tool("createdb"), "-h127.0.0.1", f"-p{up.port}", "-Uapp", "shop"]
            subprocess.run(create, check=True, env={**os.environ, "PGPASSWORD": PASSWORD})
            yield up


@contextmanager
def postgresql_replica(primary: Server, name: str) -> Iterator[Server]:
    """A replica, which the primary knows by this name, and for which it keeps a slot of this name."""
    copy = postgresql_tool("pg_basebackup")
    with _folder("postgres") as folder:
        source = f"host=127.0.0.1 port={primary.port} user=app application_name={name}"
        options = ("--no-sync", "--checkpoint=fast", "--create-slot", f"--slot={name}", "-R")
        given = ("env", f"PGPASSWORD={PASSWORD}", copy, f"--dbname={source}", *options)
        _run(*_as_postgres(), *given, f"--pgdata={folder}/data")
        with _postgresql_in(folder) as up:
            yield up


@contextmanager
def _postgresql_in(folder: Path, settings: Iterable[str] = ()) -> Iterator[Server]:
    """The server of a folder that has its data."""
    port = free_port()
    command = [
        *_as_postgres(),
        postgresql_tool("postgres"),
        f"-D{folder}/data",
        "-cfsync=off",
        "-clisten_addresses=127.0.0.1",
        f"-cunix_socket_directories={folder}",
        f"-cport={port}",
        *(f"-c{each}" for each in settings),
    ]
    ask = [postgresql_tool("pg_isready"), "-q", "-h127.0.0.1", f"-p{port}"]
    with _running(
        command, folder, port, lambda: subprocess.run(ask, check=False).returncode == 0
    ) as up:
        yield up


def postgresql_tool(name: str) -> str:
    """The path of a program that comes with the server; the test is skipped without."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found:
        lacking("postgresql")
    return str(found[-1])


@contextmanager
def server_of(
    package: str,
    program: str,
    arguments: Callable[[Path, int], list[str]],
    ready: Callable[[int], bool],
) -> Iterator[Server]:
    """A server that needs nothing made before it."""
    found = shutil.which(program)
    if found is None:
        lacking(package)
    with short_place() as folder:
        port = free_port()
        with _running([found, *arguments(folder, port)], folder, port, lambda: ready(port)) as up:
            yield up


@contextmanager
def mariadb() -> Iterator[Server]:
    """A primary."""
    start = (
        "create database shop;\n"
        f"create user app@'127.0.0.1' identified by '{PASSWORD}';\n"
        "grant all on *.* to app@'127.0.0.1';\n"
    )
    with _mariadb(start, "--log-bin=log", "--server-id=1") as up:
        yield up


@contextmanager
def mariadb_replica(primary: Server) -> Iterator[Server]:
    """A replica of a primary, which gets from it all that was ever done there."""
    start = (
        f"change master to master_host='127.0.0.1', master_port={primary.port}, master_user='app', "
        f"master_password='{PASSWORD}', master_use_gtid=slave_pos;\nstart replica;\n"
    )
    with _mariadb(start, "--server-id=2", "--read-only") as up:
        yield up


@contextmanager
def _mariadb(start: str, *options: str) -> Iterator[Server]:
    """A server that begins with these statements."""
    install = shutil.which("mariadb-install-db")
    server = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")
    if install is None or server is None:
        lacking("mariadb-server")
    user = "mysql"
    with _folder(user) as folder:
        # A server takes away what it finds of others among its temporary files.
        quick = [
            f"--tmpdir={folder}",
            "--innodb-log-file-size=4M",
            "--innodb-flush-log-at-trx-commit=0",
        ]
        _run(
            *_as(user),
            install,
            "--no-defaults",
            f"--datadir={folder}/data",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *quick,
        )
        statements = folder / "start.sql"
        statements.write_text(start)
        statements.chmod(0o644)
        command = [
            *_as(user),
            server,
            "--no-defaults",
            f"--datadir={folder}/data",
            f"--socket={folder}/socket",
            f"--init-file={statements}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            *options,
            *quick,
            f"--port={free_port()}",
        ]
        port = int(command[-1].rpartition("=")[2])
        ask = [
            "mariadb",
            "--no-defaults",
            "-h127.0.0.1",
            f"-P{port}",
            "-uapp",
            "shop",
            "-eselect 1",
        ]
        environ = {**os.environ, "MYSQL_PWD": PASSWORD}

        def ready() -> bool:
            # A replica lets `app` in when it has got that user from its primary.
            return (
                subprocess.run(ask, check=False, env=environ, capture_output=True).returncode == 0
            )

        with _running(command, folder, port, ready) as up:
            yield up
