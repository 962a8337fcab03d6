"""The platform's store of passwords, as far as it answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from pup_tui import keyring_store
from pup_tui.keyring_store import NoKeyring, forget_password, keep_password, password_of, store_name


class Store(KeyringBackend):
    """Keeps what it is given, as far as it `keeps`; with an `error` it raises that."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.keeps = True
        self.error: BaseException | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.gate.wait()
        if self.error is not None:
            raise self.error
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error is not None:
            raise self.error
        if self.keeps:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def store() -> Iterator[Store]:
    before = keyring.get_keyring()
    own = Store()
    keyring.set_keyring(own)
    yield own
    own.gate.set()
    keyring.set_keyring(before)


def test_a_password_is_kept_found_and_forgotten(store: Store) -> None:
    keep_password("s", "u", "p")
    assert password_of("s", "u") == "p"
    assert forget_password("s", "u")
    assert not forget_password("s", "u")
    assert password_of("s", "u") is None


def test_a_store_that_keeps_nothing_is_none(store: Store) -> None:
    store.keeps = False
    with pytest.raises(NoKeyring, match="keeps nothing"):
        keep_password("s", "u", "p")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyringLocked("it is\nlocked"), r"cannot be read \(it is locked\)"),
        (RuntimeError(), r"cannot be read \(RuntimeError\)"),
        (TimeoutError("of its own"), r"cannot be read \(of its own\)"),
    ],
)
def test_whatever_a_store_raises_is_told(store: Store, error: Exception, told: str) -> None:
    store.error = error
    with pytest.raises(NoKeyring, match=told):
        password_of("s", "u")


def test_what_a_store_says_of_a_password_is_not_told(store: Store) -> None:
    store.error = RuntimeError(f"{'x' * 190} cannot store 's3cret-0123456789'")
    with pytest.raises(NoKeyring) as caught:
        keep_password("s", "u", "s3cret-0123456789")
    assert "s3cret" not in str(caught.value)


def test_a_store_that_does_not_answer_is_asked_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_store, "PATIENCE", 0.05)
    store.gate.clear()
    for _ in range(3):
        with pytest.raises(NoKeyring, match="does not answer"):
            password_of("s", "u")
    assert store.asked == 1
    store.gate.set()
    while keyring_store._SILENT.is_set():
        threading.Event().wait(0.001)
    monkeypatch.setattr(keyring_store, "PATIENCE", 30.0)
    assert password_of("s", "u") is None


def test_a_store_has_a_name(store: Store) -> None:
    assert store_name()
