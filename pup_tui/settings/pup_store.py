"""What `pup` itself keeps in its directory of configuration: its settings, its sessions, its tokens.

Nothing of it is ever written here, and no token is renewed: that is `pup`'s own matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from pup_tui.datadog.configuration import ConfigurationError, site_of
from pup_tui.local_time import local_time
from pup_tui.runbook.files import Unreadable, read_file

SERVICE = "pup"
"""The service under which `pup` keeps its tokens in the keyring."""

EARLY = 300
"""Seconds before its end from which `pup` takes a token for expired."""

_NO_ORGANISATION = "__default__"

Keyring = Callable[[str, str], str | None]


class PupSettings(Struct, frozen=True):
    """What `config.yaml` of `pup` says, of what matters here. `problem` tells why it does not count.

    `read_only` is what it says of whether nothing may be changed, which counts for all that.
    """

    api_key: str = ""
    app_key: str = ""
    access_token: str = ""
    site: str = ""
    org: str = ""
    token_storage: str = ""
    read_only: str = ""
    problem: str = ""

    def __repr__(self) -> str:
        """Without the credentials."""
        return f"PupSettings({self.site!r}, {self.org!r}, {self.problem!r})"


_TEXTS = [n for n in PupSettings.__struct_fields__ if n not in {"read_only", "problem"}]


class Session(Struct, frozen=True):
    """A login of `pup`: a site, and the organisation by which it was named, if it was."""

    site: str
    org: str | None = None


class PupToken(Struct, frozen=True):
    """A bearer token that `pup` got, the moment at which it ends (seconds since 1970), and where it is."""

    access_token: str
    expires_at: float
    where: str

    def __repr__(self) -> str:
        """Without the token."""
        return f"PupToken({self.expires_at!r}, {self.where!r})"

    def is_expired(self, now: float) -> bool:
        return now >= self.expires_at - EARLY

    @property
    def ends(self) -> str:
        """When it ends, for people."""
        return local_time(self.expires_at)


class _Issued(Struct):
    """A token as it is stored."""

    access_token: str
    expires_in: float
    issued_at: float


class PupStore:
    """The stored configuration of `pup` in a folder, read when it is asked for; its settings only once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._settings: PupSettings | None = None

    def settings(self) -> PupSettings:
        """Its `config.yaml`. `pup` takes one that it cannot read for absent."""
        if self._settings is None:
            self._settings = self._read_settings()
        return self._settings

    def _read_settings(self) -> PupSettings:
        text = _text(self.folder / "config.yaml")
        if not text.strip():
            return PupSettings()
        import yaml

        try:
            said = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        except (yaml.YAMLError, ValueError, RecursionError):
            return PupSettings(problem="it is not YAML, and pup ignores it")
        if not isinstance(said, dict):
            return PupSettings(problem="it is no map, and pup ignores it")
        read_only = said.get("read_only")
        found = {name: said.get(name) for name in _TEXTS}
        wrong = [
            f"`{name}` is no text"
            for name, value in found.items()
            if not isinstance(value, str | None)
        ]
        if not isinstance(read_only, bool | None):
            wrong.append("`read_only` is neither true nor false")
        if wrong:
            problem = f"{wrong[0]}, and pup ignores the file"
            return PupSettings(read_only=str(read_only or ""), problem=problem)
        texts = {name: (value or "").strip() for name, value in found.items()}
        return PupSettings(**texts, read_only=str(read_only or ""))

    def sessions(self) -> list[Session]:
        """The logins that it remembers, one for each organisation."""
        try:
            return msgspec.json.decode(
                _text(self.folder / "sessions.json") or "[]", type=list[Session]
            )
        except (msgspec.DecodeError, RecursionError):
            return []

    def site(self, org: str) -> tuple[str, str]:
        """The site that `pup` goes to, and where that stands; twice nothing where nothing says it.

        It is that of its settings, else of the login by this organisation (of the one without, where `org` is
        empty). A host that is no site of Datadog does not count: nothing is sent where only a file says so.
        """
        if not self.folder.is_dir():
            return "", ""
        said = self.settings()
        if said.site:
            return known_site(said.site), "pup's config.yaml"
        wanted = org or said.org
        sites = {each.site for each in self.sessions() if (each.org or "") == wanted}
        return (known_site(sites.pop()), "pup's session") if len(sites) == 1 else ("", "")

    def token(self, site: str, org: str, storage: str, keyring: Keyring) -> PupToken | None:
        """The token of a login, from the keyring or the file beside it. Raises what `keyring` does.

        `storage` says which of the two `pup` was told to use; otherwise it takes the keyring where it can.
        """
        named = re.sub(r"\W|_", "_", site)
        trouble: ValueError | None = None
        if storage != "file":
            try:
                kept = keyring(SERVICE, f"state_{named}")
            except ValueError as error:
                kept, trouble = None, error
            found = _token_in(_decoded(kept).get("tokens"), org, "the keyring")
            if found is not None:
                return found
        path = self.folder / f"tokens_{named}.json"
        found = _token_in(_decoded(_text(path)), org, str(path))
        if found is None and trouble is not None and any(s.site == site for s in self.sessions()):
            raise trouble
        return found


def known_site(text: str) -> str:
    """A site of Datadog that a file names; empty for any other."""
    try:
        return site_of(text) if text.strip() else ""
    except ConfigurationError:
        return ""


def _token_in(kept: Any, org: str, where: str) -> PupToken | None:
    """The token of an organisation in what is kept of a site; an old `pup` kept one for all."""
    if not isinstance(kept, Mapping):
        return None
    found = kept.get(org or _NO_ORGANISATION)
    if found is None and not org and "access_token" in kept:
        found = kept
    try:
        issued = msgspec.convert(found, _Issued)
    except msgspec.ValidationError:
        return None
    return PupToken(issued.access_token, issued.issued_at + issued.expires_in, where)


def _decoded(text: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(path: Path) -> str:
    """A file's text, empty where it cannot be read."""
    try:
        return read_file(path).decode()
    except (OSError, Unreadable, UnicodeDecodeError, ValueError):
        return ""
