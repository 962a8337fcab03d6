"""What can go wrong with the journal, in words for the operator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pup_tui.place_errors import PlaceError
from pup_tui.quoted import quoted


class JournalError(PlaceError):
    """The journal cannot do what was asked."""


class JournalDamaged(JournalError):
    """Something of the journal is lost or damaged; `repair` sets it aside."""


class RunDamaged(JournalError):
    """What is stored of one run is not as it was written; `repair` sets that run aside."""


class AmbiguousRunError(JournalError):
    """More than one run's id begins or ends with what was given; `matches` are these, newest first."""

    def __init__(self, prefix: str, matches: Sequence[str], path: Path) -> None:
        shown = ", ".join(matches[:5]) + (", …" if len(matches) > 5 else "")
        super().__init__(
            f"{len(matches)} runs have an id that begins or ends with {quoted(prefix)}",
            path,
            f"give more of the id: {shown}",
        )


class RunOwned(JournalError):
    """Another process owns the run."""


class AlreadyFired(JournalError):
    """The moment of a schedule has its run, or was given up."""


class RunGoesOn(JournalError):
    """A past run that is to be resumed is under way elsewhere, or has gone on since it was looked at."""

    def __init__(self, run: str, path: Path) -> None:
        super().__init__(
            f"the run {run} is under way in another process, or somebody else has resumed it",
            path,
            "see `pup-tui history`",
        )


class NotPending(JournalError):
    """A run that was asked for cannot be decided any more: it is `standing`, as declined, by whom."""

    def __init__(self, run: str, standing: str, by: str, path: Path) -> None:
        told = f"{standing} by {by}" if by else standing
        super().__init__(f"the run {run} waits for approval no more: it is {told}", path, _ASK_ANEW)


_ASK_ANEW = "whoever wants it asks for it anew"
