"""The tool that asks for a run: a person approves it, and nothing begins before."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from pup_tui.agent.desk import Refused
from pup_tui.agent.limits import LONGEST_NAME, LONGEST_REASON, checked_text
from pup_tui.agent.runbooks import planned
from pup_tui.core.notices import rfc3339
from pup_tui.drivers.launcher import new_run_id
from pup_tui.drivers.masking import Masking
from pup_tui.journal.pending import PendingRun
from pup_tui.journal.store import Journal

if TYPE_CHECKING:
    from pup_tui.agent.desk import Client, Desk
    from pup_tui.agent.reach import Reach, SeenRunbook

NO_REQUESTS = "this server takes no requests: a person starts it with --allow-requests"


def request_run(
    desk: Desk,
    reach: Reach,
    client: Client,
    runbook: str,
    values: dict[str, Any],
    digest: str,
    reason: str,
    alert: str = "",
) -> dict[str, Any]:
    """Ask for a run of exactly what was planned; it waits for a person for an hour."""
    seen = reach.runbook(runbook)
    _refuse_where_not_allowed(desk, seen)
    checked_text("digest", digest, LONGEST_NAME)
    if not checked_text("reason", reason, LONGEST_REASON).strip():
        raise Refused("`reason` is blank: say why the run is wanted, for the person who decides")
    if Masking(desk.hidden).is_secret([values, reason, client.name, client.version]):
        raise Refused("what was given holds a secret, which the record would keep: leave it out")
    given, about, plan = planned(desk, seen, values, alert)
    if digest != plan.digest:
        told = "`digest` is not that of this runbook, these values and their plan as they are now"
        raise Refused(f"{told}: plan again with `plan_run`, and give the digest of that plan")
    wanted = PendingRun(
        run=new_run_id(),
        runbook=seen.entry.id,
        profile=desk.sources.profile,
        given=given,
        vars=plan.vars,
        alert=about,
        digest=plan.digest,
        client=client.name,
        version=client.version,
        reason=reason.strip(),
        asked_at=desk.now(),
    )
    with closing(Journal.open(desk.state)) as journal:
        pending = journal.ask_for_run(wanted)
    return {
        "run": pending.run,
        "status": pending.status_at(desk.now()),
        "expires_at": rfc3339(pending.ends_at),
        "next": f"A person decides, in the console or with `pup-tui approve {pending.run}`. "
        "Nothing that you send can do that. `get_run` tells what has become of it.",
    }


def _refuse_where_not_allowed(desk: Desk, seen: SeenRunbook) -> None:
    if not desk.takes_requests:
        raise Refused(NO_REQUESTS)
    if seen.may != "request":
        told = (
            f"`{seen.entry.id}` may be planned and not be asked for, since its `agents` is `plan`"
        )
        raise Refused(f"{told}: a person runs it with `pup-tui run {seen.entry.id}`")
