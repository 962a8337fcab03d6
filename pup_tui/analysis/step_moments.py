"""When the steps of a run began and ended, by what its watchers were told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pup_tui.core.notices import AnyNotice, StepFinished, StepStarted, moment_of


class StepMoments(NamedTuple):
    """By the steps' ids, when each began first and ended last: UTC in seconds since 1970."""

    began: dict[str, float]
    ended: dict[str, float]


def step_moments(notices: Iterable[AnyNotice]) -> StepMoments:
    """The moments of the steps that began or ended."""
    found = StepMoments({}, {})
    for notice in notices:
        if isinstance(notice, StepStarted):
            found.began.setdefault(notice.step, moment_of(notice.ts))
        elif isinstance(notice, StepFinished):
            found.ended[notice.step] = moment_of(notice.ts)
    return found
