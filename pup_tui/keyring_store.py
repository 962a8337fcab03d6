"""The platform's own store of passwords, by the library `keyring` (an extra)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds that a store may take: it may ask somebody to unlock it, who may not see that."""

_SILENT = threading.Event()
"""Set while a store has not answered in time: to ask it for the next password would take as long again."""


class NoKeyring(ValueError):
    """There is no keyring that could be asked; the sentence says why."""


class AbsentKeyring(NoKeyring):
    """There is none at all, as on many machines: no trouble for who did not ask for one."""


def password_of(service: str, user: str) -> str | None:
    """The password of a user of a service, None where there is none. Raises NoKeyring."""
    return _asked(lambda store: store.get_password(service, user), "cannot be read")


def keep_password(service: str, user: str, password: str) -> None:
    """Put a password into the store, in the place of one that is there. Raises NoKeyring."""

    def keep(store: KeyringBackend) -> None:
        store.set_password(service, user, password)

    _asked(keep, "cannot be written", hidden=password)
    if password_of(service, user) != password:
        raise NoKeyring(f"the keyring ({store_name()}) keeps nothing")


def forget_password(service: str, user: str) -> bool:
    """Take a password out of the store; whether there was one. Raises NoKeyring."""
    if password_of(service, user) is None:
        return False
    _asked(lambda store: store.delete_password(service, user), "cannot be written")
    return True


def store_name() -> str:
    """What the store is called. Raises NoKeyring where there is none."""
    return _asked(lambda store: str(store.name), "cannot be used")


def _asked(ask: Callable[[KeyringBackend], T], otherwise: str, *, hidden: str = "") -> T:
    try:
        # Late: it looks for backends among everything that is installed.
        import keyring
    except ImportError:
        told = "the library `keyring` is not installed"
        raise AbsentKeyring(f"{told}; install pup-tui[keyring]") from None
    try:
        store = keyring.get_keyring()
        if type(store).__module__ == "keyring.backends.fail":
            raise AbsentKeyring("there is no keyring on this machine that could be used")
        return _in_time(lambda: ask(store))
    except NoKeyring:
        raise
    except Exception as error:
        # A backend is foreign code, and most have errors of their own. What they say may be long, and quote.
        said = str(error).replace(hidden, "***") if hidden else str(error)
        why = " ".join(said.split())[:200]
        raise NoKeyring(f"the keyring {otherwise} ({why or type(error).__name__})") from None


def _in_time(ask: Callable[[], T]) -> T:
    """What the store answers. Raises NoKeyring where it does not in time, and whatever it raises."""
    if not _SILENT.is_set():
        answer: Future[T] = Future()

        def work() -> None:
            try:
                answer.set_result(ask())
            except BaseException as error:
                answer.set_exception(error)

        threading.Thread(target=work, name="keyring", daemon=True).start()
        try:
            return answer.result(PATIENCE)
        except TimeoutError:
            if answer.done():
                raise
            _SILENT.set()
            answer.add_done_callback(lambda _: _SILENT.clear())
    raise NoKeyring(
        f"the keyring does not answer within {PATIENCE:g} s: it may wait to be unlocked"
    )
