"""A keyring whose passwords are in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend


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
