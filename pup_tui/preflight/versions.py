"""Which version of a program there is, by what it prints, and whether that will do."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.own_files import own_data
from pup_tui.preflight.check import ReadyCheck
from pup_tui.runbook.parts import Requirement
from pup_tui.runbook.required import versions_of

if TYPE_CHECKING:
    import re

    from packaging.version import Version

PATIENCE = 5.0
"""Seconds that a program has to tell its version."""
AT_ONCE = 8
"""Programs that are asked at the same time."""

PrintedBy = Callable[[str, float], Awaitable[tuple[str, str]]]
"""What a script for sh prints on standard output and on standard error, ended after so many seconds.

ValueError with a sentence, safe to show, where it fails.
"""

_PRE = r"(?:[-._]?(?:alpha|beta|preview|pre|rc|a|b|c|dev)[-._]?[0-9]*(?![0-9A-Za-z]))?"
_DOTTED = late_pattern(rf"(?<![0-9.])[0-9]{{1,9}}(?:\.[0-9]{{1,9}})+{_PRE}")
_ALONE = late_pattern(rf"(?<![\w.:/-])v?([0-9]{{1,9}}{_PRE})(?![\w:/]|-[0-9])")
_READ = 20_000
"""Characters of what is printed that a version is looked for in."""


class WantedVersion(Struct, frozen=True):
    """A program with what was said of its version; `requires` may say it in several runbooks."""

    tool: str
    needed: Requirement

    @property
    def script(self) -> str:
        """What prints the version, for sh."""
        if self.needed.command:
            return self.needed.command
        return f"{shlex.quote(self.tool)} {_otherwise().get(self.tool.rpartition('/')[2], '--version')}"


@cache
def _otherwise() -> dict[str, str]:
    """By a program, the words with which it is asked for its version, where these are not the usual ones."""
    found: dict[str, str] = {}
    for line in own_data("pup_tui.preflight", "versions.yaml")["otherwise"]:
        names, _, words = line.partition("|")
        found |= dict.fromkeys(names.split(), words.strip())
    return found


def version_in(printed: str) -> Version | None:
    """The version that a program prints: the first number with dots, else the first that stands alone.

    What stands behind it (a build, a distribution's own number) is no part of it, but for what says that it
    comes before that version, such as `-rc1`.
    """
    from packaging.version import InvalidVersion, Version

    read = printed[:_READ]
    for pattern in (_DOTTED, _ALONE):
        found: re.Match[str] | None = pattern.search(read)
        if found is None:
            continue
        try:
            return Version(found[found.lastindex or 0])
        except InvalidVersion:
            continue
    return None


async def version_checks(
    wanted: Sequence[WantedVersion], printed_by: PrintedBy, *, scripts: bool = True
) -> list[ReadyCheck]:
    """Ask the programs for their versions, some at the same time; those of which any will do are not asked.

    Without `scripts` nothing runs that the runbook has written itself.
    """
    asked = [each for each in wanted if each.needed.version.strip()]
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(each: WantedVersion) -> ReadyCheck:
        async with turns:
            return await _check(each, printed_by, scripts)

    return list(await asyncio.gather(*map(in_turn, asked)))


def asked_once(printed_by: PrintedBy) -> PrintedBy:
    """The same for several runbooks that are looked at together: no script runs twice, some run at once."""
    known: dict[str, asyncio.Task[tuple[str, str]]] = {}
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(script: str, seconds: float) -> tuple[str, str]:
        async with turns:
            return await printed_by(script, seconds)

    async def once(script: str, seconds: float) -> tuple[str, str]:
        if script not in known:
            known[script] = asyncio.create_task(in_turn(script, seconds))
        return await known[script]

    return once


async def _check(wanted: WantedVersion, printed_by: PrintedBy, scripts: bool) -> ReadyCheck:
    needed = wanted.needed.version.strip()
    named = f"`{wanted.script.strip().splitlines()[0]}`"
    if wanted.needed.command and not scripts:
        told = f"is not asked for its version by {named}, since nothing may be changed"
        return ReadyCheck(what="version", subject=wanted.tool, ok=False, detail=told)
    try:
        printed = await printed_by(wanted.script, PATIENCE)
    except ValueError as error:
        return _wrong(wanted, f"does not tell its version by {named}: {error}", _NAME_IT)
    # Warnings come on standard error, and a few programs tell their version there.
    found = next(filter(None, map(version_in, printed)), None)
    if found is None:
        return _wrong(wanted, f"does not tell its version by {named}", _NAME_IT)
    if not versions_of(needed).contains(found, prereleases=True):
        hint = f"install a version that is {needed}"
        return _wrong(wanted, f"has version {found}, and {needed} is required", hint)
    told = f"has version {found}, as required ({needed})"
    return ReadyCheck(what="version", subject=wanted.tool, detail=told)


_NAME_IT = "say under `requires` which `command` prints it, or require any version"


def _wrong(wanted: WantedVersion, detail: str, hint: str) -> ReadyCheck:
    return ReadyCheck(
        what="version", subject=wanted.tool, ok=False, detail=detail, hint=hint, stops=True
    )
