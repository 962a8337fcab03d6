"""The legs of a run: who began or resumed it, where, when, and what that one decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from pup_tui.core.events import (
    AnyEvent,
    BegunUnchecked,
    EditedText,
    Lock,
    Resumed,
    RunCreated,
    RunRequest,
    Source,
)


class Leg(Struct, frozen=True, kw_only=True):
    """A stretch of a run, by the word of `operator` on `host` since `wall` (UTC, seconds since 1970).

    `version` is that of the program, empty where none was recorded.

    `again` are steps that were told to run again for want of a secret, `given` names, by the step, what was
    given that it had captured as a secret, or would have made had it not been left out; `skipped` are steps
    that were left out, with the reason, `changed` the variables that got another value, `edited` what steps
    run in place of their texts. `lock` is what was taken at its start. `source` is the text that it was the
    first to be made from, None where an earlier one was made from it too. `unchecked` tells that it was begun
    past what is looked at before, `request` who asked for it that is not the operator.
    """

    number: int
    operator: str
    host: str
    wall: float
    version: str = ""
    again: tuple[str, ...] = ()
    given: dict[str, tuple[str, ...]] = {}
    skipped: dict[str, str] = {}
    changed: dict[str, Any] = {}
    edited: dict[str, EditedText] = {}
    lock: Lock | None = None
    source: Source | None = None
    unchecked: BegunUnchecked | None = None
    request: RunRequest | None = None


def legs_of(events: Iterable[AnyEvent]) -> list[Leg]:
    """The legs of a run, of all or only the first events of each leg."""
    legs: list[Leg] = []
    for event in events:
        if isinstance(event, RunCreated):
            legs.append(
                Leg(
                    number=1,
                    operator=event.operator,
                    host=event.host,
                    wall=event.at.wall,
                    version=event.version,
                    skipped=event.without.steps,
                    given=_names(event.without.captures),
                    lock=event.lock,
                    source=event.source,
                    unchecked=event.unchecked,
                    request=event.request,
                )
            )
        elif isinstance(event, Resumed):
            legs.append(
                Leg(
                    number=len(legs) + 1,
                    operator=event.by,
                    host=event.host,
                    wall=event.at.wall,
                    version=event.version,
                    again=event.again,
                    skipped=event.skipped,
                    changed=event.changed,
                    edited=event.edited,
                    given=_names(event.captures),
                    lock=event.lock,
                    source=event.source,
                    unchecked=event.unchecked,
                )
            )
    return legs


def newest_source(events: Iterable[AnyEvent]) -> Source:
    """The text that the newest leg of a run was made from."""
    *_, newest = (leg.source for leg in legs_of(events) if leg.source is not None)
    return newest


def _names(captures: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {step: tuple(made) for step, made in captures.items()}
