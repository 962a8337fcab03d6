"""What tells apart several runs of one runbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from pup_tui.spelling import as_typed
from pup_tui.tui.texts import end_of_id, local_clock, time_of_day


class Begun(Struct, frozen=True):
    """When a run began (RFC 3339), and its values that are no secrets; blank as long as that is not known."""

    run: str
    at: str
    values: Mapping[str, object]


def told_apart(runs: Iterable[tuple[str, Begun]]) -> list[str]:
    """For each run, given with its runbook, what no other run of that runbook has among them.

    That is a value, else when it began, else its id; nothing for the only run of a runbook.
    """
    runs = list(runs)
    by_runbook: dict[str, list[Begun]] = {}
    for runbook, run in runs:
        by_runbook.setdefault(runbook, []).append(run)
    told = {runbook: iter(_apart(its)) for runbook, its in by_runbook.items()}
    return [next(told[runbook]) for runbook, _ in runs]


def _apart(runs: Sequence[Begun]) -> list[str]:
    if len(runs) == 1:
        return [""]
    values = [[_value(run, name) for run in runs] for name in runs[0].values]
    times = [[tell(run) for run in runs] for tell in (_to_the_minute, _to_the_second)]
    return next(filter(_differ, values + times), [end_of_id(run.run) for run in runs])


def _differ(told: Sequence[str]) -> bool:
    return all(told) and len(set(told)) == len(told)


def _value(run: Begun, name: str) -> str:
    return " ".join(as_typed(run.values[name]).split()) if name in run.values else ""


def _to_the_minute(run: Begun) -> str:
    return local_clock(run.at) if run.at else ""


def _to_the_second(run: Begun) -> str:
    return time_of_day(datetime.fromisoformat(run.at).timestamp()) if run.at else ""
