"""Who may send alerts: whoever knows a token, of which only the hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from pup_tui.place_errors import place_error
from pup_tui.private import NotPrivate, make_private_dir, open_private, refuse_link, replace_private

_FOLDER: Final = "inbox"
_FILE: Final = "token.sha256"
_BYTES: Final = 32
"""Of a token, by chance: nobody finds it by trying, so that a plain hash of it tells nothing."""


class HookToken:
    """The token that senders name, as the state folder keeps its hash. Raises NotPrivate."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self.path = state / _FOLDER / _FILE

    def make(self) -> str:
        """A new token, in the place of the one there was; it is told this once."""
        token = secrets.token_urlsafe(_BYTES)
        try:
            make_private_dir(self._state, _FOLDER)
            replace_private(self.path, f"{_hash(token)}\n".encode())
        except OSError as error:
            found = place_error(error, self.path)
            raise NotPrivate(found.message, self.path, found.hint) from error
        return token

    def known(self) -> TokenHash | None:
        """What tokens are compared with; None where there is none yet."""
        refuse_link(self.path)
        try:
            with open(open_private(self.path, os.O_RDONLY), "rb") as file:
                text = file.read(200).decode("ascii", "replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            found = place_error(error, self.path)
            raise NotPrivate(found.message, self.path, found.hint) from error
        if len(text) != 64 or set(text) - set("0123456789abcdef"):
            told = "this is no hash of a token"
            raise NotPrivate(told, self.path, "`pup-tui listen --new-token` makes a new one")
        return TokenHash(text)


class TokenHash:
    """A token by its hash."""

    def __init__(self, hashed: str) -> None:
        self._hashed = hashed

    def is_of(self, token: str) -> bool:
        """Whether this is the token, in the same time whichever it is."""
        return hmac.compare_digest(self._hashed, _hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
