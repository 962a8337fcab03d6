"""Keyrings of tests: one whose passwords are in memory, one in a file for programs that are called."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class MemoryKeyring(KeyringBackend):
    """A store of passwords by service and user; with an `error` it cannot be read."""

    priority = 1.0

    def __init__(
        self, passwords: dict[tuple[str, str], str], error: Exception | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._passwords = passwords
        self._error = error

    def get_password(self, service: str, username: str) -> str | None:
        if self._error is not None:
            raise self._error
        return self._passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


class FileKeyring(KeyringBackend):
    """A store whose passwords stand in the file that KEYRING_FILE names; without one it is locked."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep({**self._kept(), f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        del kept[f"{service}/{username}"]
        self._keep(kept)

    def _path(self) -> Path:
        named = os.environ.get("KEYRING_FILE")
        if not named:
            raise KeyringLocked("it is locked")
        return Path(named)

    def _kept(self) -> dict[str, str]:
        path = self._path()
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return kept

    def _keep(self, kept: Mapping[str, str]) -> None:
        self._path().write_text(json.dumps(kept))


def file_keyring(path: Path) -> dict[str, str]:
    """The environment in which a program finds its passwords in a file."""
    return {
        "PYTHON_KEYRING_BACKEND": f"{FileKeyring.__module__}.{FileKeyring.__name__}",
        "KEYRING_FILE": str(path),
    }


@contextmanager
def keyring_with(passwords: dict[tuple[str, str], str]) -> Iterator[MemoryKeyring]:
    """The platform's keyring is one with these passwords until the block ends."""
    before = keyring.get_keyring()
    store = MemoryKeyring(passwords)
    keyring.set_keyring(store)
    try:
        yield store
    finally:
        keyring.set_keyring(before)
