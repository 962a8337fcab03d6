"""Tools about runbooks: which there are, what they do, which fit an alert, what a run would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pup_tui.agent.desk import Refused
from pup_tui.agent.limits import (
    LONGEST_ALERT,
    LONGEST_NAME,
    MOST_TOLD,
    checked_number,
    checked_text,
    checked_values,
)
from pup_tui.bound_plan import BoundPlan, NotPlanned, bound_plan
from pup_tui.core.notices import rfc3339
from pup_tui.drivers.masking import Masking
from pup_tui.journal.reader import read_journal

if TYPE_CHECKING:
    from pup_tui.agent.desk import Desk
    from pup_tui.agent.reach import Reach, SeenRunbook
    from pup_tui.analysis.alerts.alert import AlertReading
    from pup_tui.journal.records import RunRow


def list_runbooks(desk: Desk, reach: Reach, words: str, first: int) -> dict[str, Any]:
    """The runbooks with all of the words in id, name, description or tags, from the `first` of them on."""
    checked_text("words", words, LONGEST_NAME)
    checked_number("first", first, 0, 1_000_000)
    wanted = words.casefold().split()
    found = [seen for seen in reach.runbooks() if all(word in _text(seen) for word in wanted)]
    shown = found[first : first + MOST_TOLD]
    with read_journal(desk.state) as journal:
        last = {} if journal is None else journal.last_runs()
        visible = {
            id_: row
            for id_ in (seen.entry.id for seen in shown)
            if journal is not None
            and (row := last.get(id_)) is not None
            and reach.sees_run(journal, row)
        }
    return {
        "runbooks": [_listed(seen, visible.get(seen.entry.id)) for seen in shown],
        "first": first,
        "total": len(found),
    }


def _text(seen: SeenRunbook) -> str:
    entry = seen.entry
    tags = " ".join(f"{key}:{value}" for key, value in entry.tags.items())
    return f"{entry.id} {entry.name} {entry.description} {tags}".casefold()


def _listed(seen: SeenRunbook, last: RunRow | None) -> dict[str, Any]:
    entry = seen.entry
    run = None
    if last is not None:
        run = {"run": last.run, "status": last.status, "started_at": rfc3339(last.started_at)}
    return {
        "id": entry.id,
        "name": entry.name,
        "description": entry.summary,
        "tags": entry.tags,
        "steps": entry.steps,
        "agents": seen.may,
        "trusted": entry.trusted,
        "last_run": run,
    }


def describe_runbook(desk: Desk, reach: Reach, runbook: str) -> dict[str, Any]:
    """All that a runbook says, but for defaults of secrets and for where its file lies."""
    seen = reach.runbook(runbook)
    told = {k: v for k, v in desk.described(seen.loaded).items() if k != "path"}
    told["vars"] = {name: _without_secret(variable) for name, variable in told["vars"].items()}
    return {**told, "trusted": seen.entry.trusted}


def _without_secret(variable: dict[str, Any]) -> dict[str, Any]:
    is_secret = variable.get("type") == "secret"
    return {k: v for k, v in variable.items() if not (is_secret and k in ("default", "choices"))}


def match_alert(desk: Desk, reach: Reach, alert: str) -> dict[str, Any]:
    """What an alert says, and the runbooks that fit it. Raises Refused for one that cannot be read."""
    from pup_tui.catalog.alerts import matches

    reading = _read(alert)
    found = matches(
        reading.first,
        desk.catalog,
        [seen.entry for seen in reach.runbooks()],
        profile=desk.sources.profile,
        profile_values=desk.sources.profile_values,
    )
    return {
        "alerts": [each.as_json() for each in reading.alerts],
        "notes": reading.notes,
        "matches": [
            {
                "runbook": match.id,
                "rank": match.rank,
                "why": match.why,
                "values": match.filled.taken,
                "from": match.filled.places,
                "empty": {**match.filled.unfit, **match.filled.withheld},
            }
            for match in found.matches
        ],
    }


def _read(alert: str) -> AlertReading:
    from pup_tui.analysis.alerts.paste import NoAlert
    from pup_tui.analysis.alerts.read import read_alerts

    try:
        return read_alerts(checked_text("alert", alert, LONGEST_ALERT))
    except NoAlert as error:
        raise Refused(f"{error}: {error.hint}") from error


class WantedRun(NamedTuple):
    """A run as a client wants it: `given` are values, also those from the `alert` that it is about."""

    given: dict[str, Any]
    alert: dict[str, Any]
    plan: BoundPlan


def planned(desk: Desk, seen: SeenRunbook, values: dict[str, Any], alert: str) -> WantedRun:
    """A run with these values, about an alert unless that is blank. Raises Refused where it cannot be."""
    if not seen.entry.trusted:
        told = f"`{seen.entry.id}` is not trusted, and what it would read is not looked at"
        raise Refused(f"{told}: a person looks at it with `pup-tui trust {seen.entry.id}`")
    given = checked_values(values)
    about: dict[str, Any] = {}
    if alert.strip():
        given, about = _about(desk, seen, given, alert)
    try:
        plan = bound_plan(
            seen.loaded,
            given,
            sources=desk.sources,
            operator=desk.operator,
            hidden=desk.hidden,
            refuses=desk.catalog.pup.refuses,
            alert=about,
        )
    except NotPlanned as error:
        raise Refused(str(error)) from error
    return WantedRun(given, about, plan)


def _about(
    desk: Desk, seen: SeenRunbook, given: dict[str, Any], alert: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values with those that an alert gives to other variables, and the alert as a run carries it."""
    from pup_tui.catalog.alerts import filled_by

    reading, runbook = _read(alert), seen.loaded.require()
    filled = filled_by(
        reading.first,
        runbook,
        profile=desk.sources.profile,
        profile_values=desk.sources.profile_values,
    )
    open_ones = {name: why for name, why in filled.withheld.items() if name not in given}
    if open_ones:
        raise Refused(
            "; ".join(f"`{name}`: {why}: give it a value" for name, why in open_ones.items())
        )
    taken = {k: v for k, v in filled.taken.items() if not runbook.vars[k].is_secret}
    about: dict[str, Any] = Masking(desk.hidden).masked(reading.first.for_run())
    return {**taken, **given}, about


def plan_run(
    desk: Desk, reach: Reach, runbook: str, values: dict[str, Any], alert: str = ""
) -> dict[str, Any]:
    """What a run would do, step by step, and the digest by which it can be asked for."""
    seen = reach.runbook(runbook)
    plan = planned(desk, seen, values, alert).plan
    return {
        "runbook": seen.entry.id,
        "profile": desk.sources.profile,
        "digest": plan.digest,
        "can_be_requested": desk.takes_requests and seen.may == "request",
        "vars": plan.vars,
        "unknown": plan.unknown,
        "steps": plan.steps,
    }
