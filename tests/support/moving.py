"""Two real PostgreSQL servers behind a real HAProxy, for tests of moving a database from one to the other.

A client writes by way of the proxy all the time, and keeps what was acknowledged.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.databases import PASSWORD, Server, postgresql
from tests.support.haproxy import Proxy, proxy_to
from tests.support.waiting import PATIENCE, until

BACKEND = "database"
OLD, NEW = "db-1", "db-2"

CLIENT = ("checkout", "of-the-client")
"""The role of the application, and its password."""

_SCHEMA = """
create role checkout login password 'of-the-client';
alter database shop set work_mem = '5MB';
create schema sales;
create table sales.orders (
  id bigserial primary key, number int not null unique, note text, at timestamptz default now()
);
create table sales.totals (day date primary key, orders int not null);
create table sales.notes (
  id int generated always as identity primary key, "a name" text, price numeric(10, 2)
);
insert into sales.totals values ('2026-11-30', 0);
insert into sales.notes ("a name", price)
select repeat('x', 500) || n, n / 7.0 from generate_series(1, 20000) as n;
grant usage on schema sales to checkout;
grant all on all tables in schema sales to checkout;
grant all on all sequences in schema sales to checkout;
"""


@dataclass
class Client:
    """An application: it writes one number after the other by way of the proxy, whatever becomes of each."""

    port: int
    acknowledged: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _number: int = 0

    def run(self) -> None:
        while not self._ended.is_set():
            with suppress(psycopg.Error), self._connected() as own:
                self._write(own)

    def _connected(self) -> psycopg.Connection[Any]:
        try:
            return connected(self.port, *CLIENT)
        except psycopg.Error:
            time.sleep(0.05)
            raise

    def _write(self, own: psycopg.Connection[Any]) -> None:
        while not self._ended.is_set():
            self._number += 1
            try:
                with own.transaction():
                    own.execute(
                        "insert into sales.orders (number, note) values (%s, 'new')", [self._number]
                    )
                    own.execute("update sales.totals set orders = orders + 1")
            except psycopg.Error as error:
                self.failures.append(str(error))
                raise
            self.acknowledged.append(self._number)
            time.sleep(0.01)

    def writes_again(self) -> None:
        """Wait until it has written what it had not when this was called."""
        had = len(self.acknowledged)
        until(lambda: len(self.acknowledged) > had + 5)

    def end(self) -> None:
        self._ended.set()


def connected(
    port: int,
    user: str = "app",
    password: str = PASSWORD,
    *,
    options: str = "",
    application_name: str = "",
) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user=user,
        password=password,
        dbname="shop",
        autocommit=True,
        connect_timeout=10,
        options=options,
        application_name=application_name,
    )


def asked(port: int, statement: str) -> Any:
    """The first value that a server answers, asked without the program."""
    with connected(port, options="-c default_transaction_read_only=off") as own:
        cursor = own.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


_OPEN = "select current_setting('transaction_read_only') = 'off' and to_regclass('sales.orders') is not null"


@dataclass
class Watch:
    """Looks all the time whether both servers let the application write."""

    old: int
    new: int
    both: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._ended.is_set():
            # The old one is asked before and behind the new one, so that both were open at one time.
            if self._open(self.old) and self._open(self.new) and self._open(self.old):
                self.both += 1
            self._ended.wait(0.1)

    def _open(self, port: int) -> bool:
        try:
            with connected(port, *CLIENT) as own:
                row = own.execute(_OPEN).fetchone()
        except psycopg.Error:
            return False
        return bool(row and row[0])

    def end(self) -> None:
        self._ended.set()


@dataclass(frozen=True)
class Move:
    """What the move has to do with; the settings of the integrations find `environ`."""

    old: Server
    new: Server
    proxy: Proxy
    client: Client
    watch: Watch

    @property
    def environ(self) -> dict[str, str]:
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.old.port),
            "PGUSER": "app",
            "PGPASSWORD": PASSWORD,
            "PGDATABASE": "shop",
            "PUP_TUI_TARGET_PGHOST": "127.0.0.1",
            "PUP_TUI_TARGET_PGPORT": str(self.new.port),
            "PUP_TUI_TARGET_PGPASSWORD": PASSWORD,
            "PUP_TUI_SERVICE_PGHOST": "127.0.0.1",
            "PUP_TUI_SERVICE_PGPORT": str(self.proxy.port),
            "PUP_TUI_HAPROXY_SOCKET": str(self.proxy.api),
        }

    def lost(self) -> set[int]:
        """What was acknowledged and is not there, where the proxy leads; the client has ended."""
        with connected(self.proxy.port) as own:
            there = {row[0] for row in own.execute("select number from sales.orders")}
            (total,) = own.execute("select orders from sales.totals").fetchone() or (None,)
        assert total == len(there)
        return set(self.client.acknowledged) - there

    def serves(self) -> Server:
        """The server that the proxy leads to."""
        with connected(self.proxy.port) as own:
            (port,) = own.execute("select current_setting('port')::int").fetchone() or (None,)
        return self.old if port == self.old.port else self.new


@contextmanager
def moving(small: Path | None = None) -> Iterator[Move]:
    """The servers, the proxy and the client; the old server has its data in `small`, where that is given."""
    options = (
        "wal_level=logical",
        "min_wal_size=32MB",
        "max_wal_size=64MB",
        "max_replication_slots=10",
    )
    with ExitStack() as stack:
        old = stack.enter_context(postgresql(*options, place=small))
        new = stack.enter_context(postgresql(*options))
        with connected(old.port) as own:
            own.execute(_SCHEMA.encode())
        lines = [
            f"server {OLD} 127.0.0.1:{old.port} check inter 200ms",
            f"server {NEW} 127.0.0.1:{new.port} check inter 200ms disabled",
        ]
        proxy = stack.enter_context(proxy_to(BACKEND, lines))
        client, watch = Client(proxy.port), Watch(old.port, new.port)
        for each in (client, watch):
            thread = threading.Thread(target=each.run, daemon=True)
            thread.start()
            stack.callback(thread.join, PATIENCE)
            stack.callback(each.end)
        client.writes_again()
        yield Move(old, new, proxy, client, watch)


def killed(server: Server) -> Callable[[], None]:
    """What ends a server as a broken machine does."""

    def kill() -> None:
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
        found = children.read_text().split()
        server.process.kill()
        subprocess.run(["kill", "-9", *found], check=False, capture_output=True)
        server.process.wait()

    return kill
