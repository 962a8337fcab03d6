"""Each database server is started at most once by a process that runs tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import databases
from tests.support.databases import Server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    with databases.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    with databases.mariadb() as server:
        yield server
