"""Where the secrets of installed runbooks come from, and whether they are there; never what they are."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pup_tui.cli.failure import named
from pup_tui.cli.health.diagnosis import Diagnosis

if TYPE_CHECKING:
    from pup_tui.cli.health.installed import Installed
    from pup_tui.settings.settings import Settings

WHAT = "secrets"
_READ = stat.S_IRGRP | stat.S_IROTH


class _Place(NamedTuple):
    """A place that a secret may come from: whether there is one, and what is to be said of it."""

    has: bool | None
    hint: str
    warning: str = ""


def secrets(settings: Settings, found: Collection[Installed]) -> Iterator[Diagnosis]:
    """Each place that secret variables name, with the variables; of several the first that has one."""
    used: dict[str, list[str]] = defaultdict(list)
    lacking: dict[str, list[str]] = defaultdict(list)
    looked: dict[str, _Place] = {}
    for each in found:
        runbook = each.loaded.runbook
        for name, variable in runbook.vars.items() if runbook is not None else ():
            if not variable.is_secret or not variable.places:
                continue
            for place in variable.places:
                looked.setdefault(place, _look(settings, place))
            has = next((place for place in variable.places if looked[place].has is not False), None)
            wanted = f"{each.entry.id} ({name})"
            if has is not None:
                used[has].append(wanted)
            elif variable.required:
                lacking[variable.places[0]].append(wanted)
    for place, wanting in used.items():
        yield _used(place, looked[place], wanting)
    for place, wanting in lacking.items():
        told = f"has nothing for {named(wanting)}"
        hint = looked[place].hint
        yield Diagnosis(what=WHAT, subject=place, state="warning", detail=told, hint=hint)


def _used(subject: str, place: _Place, wanting: Collection[str]) -> Diagnosis:
    for_whom = f"for {named(wanting)}"
    if place.warning:
        told = f"{place.warning}, {for_whom}"
        return Diagnosis(what=WHAT, subject=subject, state="warning", detail=told, hint=place.hint)
    told = (
        f"is asked when a run begins, {for_whom}" if place.has is None else f"is there, {for_whom}"
    )
    return Diagnosis(what=WHAT, subject=subject, detail=told)


def _look(settings: Settings, place: str) -> _Place:
    from pup_tui.keyring_store import NoKeyring, password_of
    from pup_tui.runbook.files import under_home

    kind, _, name = place.partition(":")
    if kind == "env":
        return _Place(bool(settings.environ.get(name)), "set it in the environment")
    if kind == "keyring":
        service, _, user = name.rpartition("/")
        try:
            return _Place(bool(password_of(service, user)), "put it into the keyring")
        except NoKeyring as error:
            return _Place(False, f"there is no keyring ({error}): use `env:` or `file:`")
    if kind == "file":
        return _file(settings.cwd / under_home(name, settings.home))
    return _Place(None, "")


def _file(path: Path) -> _Place:
    try:
        mode = path.stat().st_mode
    except OSError:
        return _Place(False, "write it there, in a file that only you can read (chmod 600)")
    if not os.access(path, os.R_OK):
        return _Place(False, "make it readable for you: look at its owner and mode")
    if mode & _READ:
        warning = f"others may read it (its mode is {stat.S_IMODE(mode):04o})"
        return _Place(True, f"chmod go-rwx {path}", warning)
    return _Place(True, "")
