"""The credentials of integrations: of those that runbooks use, and those that somebody has set."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from pup_tui.aside import run_loop
from pup_tui.cli.failure import named
from pup_tui.cli.health.diagnosis import Diagnosis, DiagnosisState
from pup_tui.runbook.report import suggestion

if TYPE_CHECKING:
    from pup_tui.cli.health.installed import Installed
    from pup_tui.integrations.library import InstalledIntegration
    from pup_tui.settings.settings import Settings

WHAT = "integrations"


def integrations(
    settings: Settings, found: Collection[Installed], *, offline: bool
) -> Iterator[Diagnosis]:
    """Files that cannot be used, and how it is with the credentials."""
    from pup_tui.cli.integrating import credentials_of
    from pup_tui.cli.wiring import Parts

    parts = Parts(settings)
    used = _users(found)
    known = [each for each in parts.integrations.installed() if each.place.trusted]
    for each in known:
        if each.said is None:
            told = str(each.problems[0])
            yield Diagnosis(what=WHAT, subject=each.name, state="problem", detail=told)
    yield from _unknown(settings, [each.name for each in known])
    usable = [each for each in known if each.said is not None and not each.place.shadowed]
    states = run_loop(credentials_of(parts, usable, offline=offline, all_of_them=False))
    for each, (state, detail) in zip(usable, states, strict=True):
        users = used.get(str(each.place.path), [])
        if state in ("ok", "refused") or (state == "missing" and users):
            yield _told(each, state, detail, users)


def _unknown(settings: Settings, known: Collection[str]) -> Iterator[Diagnosis]:
    """Accounts of the profile that are of no integration, and so used by nobody."""
    said = settings.profile.said if settings.profile else None
    for name in said.integrations if said else ():
        if name not in known:
            told = f"the profile {settings.profile_name} names it, and there is no such integration"
            hint = suggestion(name, known) or "`pup-tui integrations` lists them"
            yield Diagnosis(what=WHAT, subject=name, state="warning", detail=told, hint=hint)


def _users(found: Collection[Installed]) -> dict[str, list[str]]:
    """The runbooks that use each integration, by its file; those that come with the program are no need."""
    users: dict[str, list[str]] = {}
    for each in found:
        if each.entry.origin == "bundled" or each.program is None:
            continue
        actions = (node.step.action for node in each.program.by_id.values())
        for file in {action.file for action in actions if action is not None}:
            users.setdefault(file, []).append(each.entry.id)
    return users


def _told(each: InstalledIntegration, state: str, detail: str, users: list[str]) -> Diagnosis:
    found: DiagnosisState = "ok" if state == "ok" else "warning"
    told = f"{detail}, for {named(users)}" if users else detail
    hint = "" if state == "ok" else f"`pup-tui integrations {each.name}` tells where they come from"
    return Diagnosis(what=WHAT, subject=each.name, state=found, detail=told, hint=hint)
