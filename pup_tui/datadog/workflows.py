"""Datadog Workflows: start one, look at an instance, judge how it ended, cancel it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pup_tui.answers.things import at
from pup_tui.datadog.errors import DatadogError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pup_tui.datadog.client import DatadogClient

SUCCEEDED = frozenset({"SUCCEEDED", "SUCCESS"})
"""End states that mean success."""

FAILED = frozenset(
    {"FAILED", "FAILURE", "ERROR", "CANCELED", "CANCELLED", "TIMED_OUT", "TIMEOUT", "TIMEDOUT"}
)
"""End states that mean anything else. Datadog publishes no list; of these and IN_PROGRESS only
CANCELED is recorded, so a state that is in neither set is reported by name, as a failure."""

UNKNOWN_STATE = "UNKNOWN"


async def start_instance(
    client: DatadogClient, workflow_id: str, inputs: Mapping[str, Any] | None
) -> Any:
    """Start a workflow; gives Datadog's whole answer. Without inputs the body is `{}`."""
    document = {"meta": {"payload": dict(inputs)}} if inputs is not None else {}
    response = await client.request("POST", _instances(workflow_id), json=document, read=False)
    return response.json


def instance_id(body: Any) -> str:
    """The id in the answer to a start. Raises DatadogError where there is none."""
    found = at(body, "data", "id")
    if not isinstance(found, str) or not found:
        raise DatadogError(
            "Datadog accepted the start but named no workflow instance, so nothing can be followed",
            may_be_done=True,
        )
    return found


async def get_instance(client: DatadogClient, workflow_id: str, instance: str) -> Any:
    """The instance's JSON."""
    response = await client.request("GET", _instance(workflow_id, instance))
    return response.json


async def cancel_instance(client: DatadogClient, workflow_id: str, instance: str) -> None:
    """Ask Datadog to stop the instance."""
    await client.request("PUT", f"{_instance(workflow_id, instance)}/cancel", read=False)


def instance_state(body: Any) -> tuple[str, bool]:
    """The state of an instance, and whether it has ended.

    The state is `data.attributes.instanceStatus.detailsKind`, UNKNOWN where that is missing. It
    has ended when there is an `endTimestamp`, or when the state is a known end state.
    """
    kind = at(body, "data", "attributes", "instanceStatus", "detailsKind")
    state = kind if isinstance(kind, str) and kind else UNKNOWN_STATE
    known = state.upper() in SUCCEEDED | FAILED
    return state, known or bool(at(body, "data", "attributes", "endTimestamp"))


def step_states(body: Any) -> list[tuple[str, str]]:
    """The steps of an instance that Datadog tells of, each with its state, in its order."""
    told = at(body, "data", "attributes", "stepStateAssociations")
    steps = told if isinstance(told, list) else []
    found = [(at(step, "stepName"), at(step, "stepState")) for step in steps]
    return [(n, s) for n, s in found if isinstance(n, str) and isinstance(s, str)]


def end_problem(state: str) -> str | None:
    """What is wrong with an instance that ended in this state; None where it succeeded."""
    if state.upper() in SUCCEEDED:
        return None
    if state.upper() in FAILED:
        return f"the workflow ended as {state}"
    return f"the workflow ended in the state {state}, which is not known to mean success"


def _instances(workflow_id: str) -> str:
    return f"/api/v2/workflows/{_segment(workflow_id, 'workflow id')}/instances"


def _instance(workflow_id: str, instance: str) -> str:
    return f"{_instances(workflow_id)}/{_segment(instance, 'instance id')}"


def _segment(value: str, what: str) -> str:
    if not value.strip() or value in {".", ".."}:
        raise DatadogError(f"the {what} is empty" if not value.strip() else f"no such {what}")
    return quote(value, safe="")
