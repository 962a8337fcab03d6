"""The program, and database servers, each started at most once by a process that runs tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import databases
from tests.support.databases import Server
from tests.support.program import Program, program_in


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The real program, in a folder of this test."""
    return program_in(tmp_path)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    with databases.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    with databases.mariadb() as server:
        yield server
