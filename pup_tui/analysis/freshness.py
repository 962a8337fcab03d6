"""How far one can rely on a runbook: when it last succeeded, ran as it is now, and was rehearsed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from pup_tui.text_tree import text_tree

if TYPE_CHECKING:
    from pup_tui.journal.proofs import Proof
    from pup_tui.journal.records import RehearsalRecord

STALE_AFTER = 90 * 86_400.0
"""Seconds after which what was proven is taken for unproven: systems change around a runbook."""

_DAY = 86_400.0


class Freshness(Struct, frozen=True, kw_only=True):
    """What speaks for a runbook. Moments are UTC in seconds since 1970.

    `succeeded` is when a run of it began that succeeded, the last one by each profile, empty for none; `ran`
    when the last one began that came to any end. Its text `is_changed` since that one, and `rehearsal_is_old`
    where it was changed since it was rehearsed; both are None where nobody can tell.
    """

    succeeded: Mapping[str, float] = field(default_factory=dict)
    ran: float | None = None
    is_changed: bool | None = None
    rehearsal: RehearsalRecord | None = None
    rehearsal_is_old: bool | None = None

    @property
    def last_success(self) -> float | None:
        return max(self.succeeded.values(), default=None)

    @property
    def proven(self) -> float | None:
        """When a run, or a rehearsal in which no case failed, last told that it works."""
        rehearsed = self.rehearsal
        good = rehearsed.rehearsed_at if rehearsed is not None and not rehearsed.failed else None
        return max((at for at in (self.last_success, good) if at is not None), default=None)

    def is_stale(self, now: float) -> bool:
        """Whether nothing has told for `STALE_AFTER` that it works."""
        return self.proven is None or now - self.proven > STALE_AFTER


UNPROVEN = Freshness()
"""Nothing is known."""


def freshness(
    proof: Proof | None, rehearsal: RehearsalRecord | None, files: Mapping[str, bytes] | None
) -> Freshness:
    """What the journal has of a runbook, against the texts that it is made of today.

    `files` are these, as `Loaded.files`, None where they are not known.
    """
    is_changed = rehearsal_is_old = None
    if files is not None and proof is not None and proof.texts:
        is_changed = proof.texts != {hashlib.sha256(text).hexdigest() for text in files.values()}
    if files is not None and rehearsal is not None:
        rehearsal_is_old = rehearsal.tree != text_tree(files)
    return Freshness(
        succeeded={} if proof is None else proof.succeeded,
        ran=None if proof is None else proof.ran,
        is_changed=is_changed,
        rehearsal=rehearsal,
        rehearsal_is_old=rehearsal_is_old,
    )


def told_freshness(fresh: Freshness, now: float, profile: str = "") -> Iterator[str]:
    """What is said of it, each a sentence without its end; what holds for the `profile` in use first.

    An environment is claimed by nothing but the profile of a run.
    """
    yield from told_runs(fresh, now, profile)
    if fresh.rehearsal is not None:
        yield told_rehearsal(fresh, now)


def told_runs(fresh: Freshness, now: float, profile: str = "") -> Iterator[str]:
    """The same, of its runs alone."""
    yield told_success(fresh, now, profile)
    if fresh.is_changed:
        yield "never run since it changed"


def told_success(fresh: Freshness, now: float, profile: str = "") -> str:
    """When it last succeeded with the `profile` in use, and where that is longer ago, when with another."""
    if not fresh.succeeded:
        return "never run" if fresh.ran is None else "never succeeded"
    newest = max(fresh.succeeded, key=lambda name: fresh.succeeded[name])
    ago = how_long_ago(now - fresh.succeeded[newest])
    if not profile or newest == profile:
        return f"last succeeded {_with(newest)}{ago}"
    elsewhere = f"{_with(newest) or 'without one '}{ago}"
    if profile not in fresh.succeeded:
        return f"never succeeded with profile {profile}, {elsewhere}"
    its = how_long_ago(now - fresh.succeeded[profile])
    return f"last succeeded with profile {profile} {its}, {elsewhere}"


def _with(profile: str) -> str:
    return f"with profile {profile} " if profile else ""


def told_rehearsal(fresh: Freshness, now: float) -> str:
    """When it was rehearsed last, and whether that says anything of its text today."""
    last = fresh.rehearsal
    if last is None:
        return "never rehearsed"
    told = f"last rehearsed {how_long_ago(now - last.rehearsed_at)}"
    if last.failed:
        told += f", {last.failed} of {last.cases} failed"
    return f"{told}, changed since" if fresh.rehearsal_is_old else told


def short_freshness(fresh: Freshness, now: float) -> str:
    """The same in a few characters, for lists: `12d`, `12d changed`, `never`."""
    last = fresh.last_success
    if last is None:
        return "never"
    days = int(max(0.0, now - last) // _DAY)
    told = "today" if not days else f"{days}d"
    return f"{told} changed" if fresh.is_changed else told


def how_long_ago(seconds: float) -> str:
    """`less than a day ago`, `a day ago`, `12 days ago`: how fresh something is that is `seconds` old."""
    days = int(max(0.0, seconds) // _DAY)
    return "less than a day ago" if not days else "a day ago" if days == 1 else f"{days:,} days ago"
