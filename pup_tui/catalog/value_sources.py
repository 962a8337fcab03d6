"""Where the values of variables come from on this computer: environment, files, keyring, choices kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from pup_tui.kept_json import keep_json, kept_json
from pup_tui.private import NotPrivate
from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.parts import Choice
from pup_tui.runbook.variables.sources import (
    KeptChoices,
    ProfileValue,
    RunCommand,
    Sources,
)

MAX_KEPT = 200
"""Files that are kept; the oldest go first."""


def local_sources(
    environ: Mapping[str, str],
    home: Path,
    run: RunCommand | None = None,
    kept: KeptChoices | None = None,
    *,
    profile: str = "",
    profile_values: Mapping[str, ProfileValue] = MappingProxyType({}),
    accounts: Mapping[str, Mapping[str, ProfileValue]] = MappingProxyType({}),
) -> Sources:
    """Where values come from on this computer: environment, files, keyring and, with `run`, commands.

    `profile` names the operator's profile, which gives values to variables and, by `accounts`, to the
    settings of integrations.
    """
    return Sources(
        environ=environ,
        home=home,
        read_file=_read_file,
        keyring=_read_keyring,
        run=run,
        kept=kept,
        profile=profile,
        profile_values=profile_values,
        accounts=accounts,
    )


class ChoiceCache:
    """The choices that commands gave before, for when they fail.

    One private file for each command in `folder`, named by a hash of the command and of `place`, where it
    ran. What cannot be read or written is as if it were not there: these are only ever a help.
    """

    def __init__(self, folder: Path, place: str) -> None:
        self._folder = folder
        self._place = place

    def get(self, key: str) -> tuple[Choice, ...] | None:
        """What the command gave the last time, None where that is not known."""
        return kept_json(tuple[Choice, ...], *self._place_of(key))

    def put(self, key: str, choices: tuple[Choice, ...]) -> None:
        """Keep what a command gave."""
        with suppress(OSError, NotPrivate):
            keep_json(choices, *self._place_of(key))
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        files = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in files[:-MAX_KEPT]:
            path.unlink(missing_ok=True)

    def _place_of(self, key: str) -> tuple[Path, str, str]:
        name = hashlib.sha256(f"{self._place}\0{key}".encode(errors="surrogateescape")).hexdigest()
        return self._folder.parent, self._folder.name, f"{name}.json"


async def _read_file(path: Path) -> str:
    from pup_tui.aside import aside

    def read() -> str:
        try:
            return read_file(path).decode()
        except Unreadable as error:
            raise ValueError(str(error)) from error

    return await aside(read)


async def _read_keyring(service: str, user: str) -> str | None:
    """As `password_of`, in a thread: the store may ask the operator to unlock it."""
    from pup_tui.aside import aside
    from pup_tui.keyring_store import password_of

    return await aside(password_of, service, user)
