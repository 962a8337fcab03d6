"""`datadog-workflow` steps: start a workflow, follow its instance, cancel it when stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from pup_tui import late
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.permissions import told_refusal
from pup_tui.datadog.workflows import (
    cancel_instance,
    end_problem,
    get_instance,
    instance_id,
    instance_state,
    start_instance,
    step_states,
)
from pup_tui.steps.datadog_calls import client_for, refused
from pup_tui.steps.executor import (
    Context,
    Outcome,
    OutputSink,
    Stop,
    told_to_stop,
    unless_stopped,
)
from pup_tui.steps.notes import note

if TYPE_CHECKING:
    from pup_tui.core.requests import WorkflowRequest
    from pup_tui.datadog.client import DatadogClient
    from pup_tui.datadog.configuration import DatadogConfiguration

MISSES = 5
"""Looks at an instance that may fail in a row; each has the client's own retries behind it."""

_MAY_RUN = "it may run: look at its run history"


class WorkflowExecutor:
    """Starts the workflow of a step and follows its instance to its end."""

    def __init__(self, configuration: DatadogConfiguration) -> None:
        self._configuration = configuration

    async def run(
        self, request: WorkflowRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        async with client_for(self._configuration, sink, context) as client:
            if context.follow:
                workflow_id, instance = msgspec.json.decode(context.follow, type=tuple[str, str])
                request = replace(request, workflow_id=workflow_id)
                note(sink, f"workflow instance {instance} of {workflow_id} is followed on")
            else:
                started = await self._started(client, request, stop, context)
                if isinstance(started, Outcome):
                    return started
                instance = started
                note(sink, f"workflow instance {instance} started")
                context.follows(msgspec.json.encode((request.workflow_id, instance)).decode())
            following = _Following(client, request, instance, sink)
            try:
                outcome = await unless_stopped(following.to_its_end(), stop)
            except asyncio.CancelledError:
                await following.cancel(context.grace)
                raise
            if outcome is not None:
                return outcome
            return await following.last_look(context.grace / 2) or await following.cancel(
                context.grace
            )

    async def _started(
        self, client: DatadogClient, request: WorkflowRequest, stop: Stop, context: Context
    ) -> str | Outcome:
        """The id of the instance that was started, or how the attempt ended without one."""
        if not request.workflow_id.strip():
            return Outcome(ok=False, reason="`workflow_id` is empty; nothing was started")
        if stop.is_set():
            return told_to_stop()
        try:
            instance = await _start(client, request, stop, context.grace)
        except DatadogError as error:
            told = told_refusal(error, "workflows run")
            if error.may_be_done:
                told = f"{told}; {_MAY_RUN}"
            failed = replace(refused(error, told), is_unknown=error.may_be_done)
            return told_to_stop(told, failed) if stop.is_set() else failed
        if instance is not None:
            return instance
        if not client.may_have_changed:
            return told_to_stop("nothing was started")
        return told_to_stop(
            f"the workflow was being started; {_MAY_RUN}", Outcome(ok=False, is_unknown=True)
        )


async def _start(
    client: DatadogClient, request: WorkflowRequest, stop: Stop, grace: float
) -> str | None:
    """The id of the started instance; None if a stop came and Datadog did not answer within `grace`.

    A stop does not cut the request off: the instance would run on with nobody knowing its id. Between two
    attempts there is none.
    """
    starting = asyncio.ensure_future(
        start_instance(client, request.workflow_id, request.inputs or None)
    )
    try:
        await unless_stopped(asyncio.wait((starting,)), stop)
        if not starting.done():
            pausing = asyncio.ensure_future(client.pauses.wait())
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait((starting, pausing), timeout=grace, return_when=first)
            pausing.cancel()
        return instance_id(starting.result()) if starting.done() else None
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)


class _Following:
    """Looks at an instance again and again, and tells each change of its state."""

    def __init__(
        self, client: DatadogClient, request: WorkflowRequest, instance: str, sink: OutputSink
    ) -> None:
        self._client = client
        self._request = request
        self._instance = instance
        self._sink = sink
        self._steps: list[tuple[str, str]] = []

    async def to_its_end(self) -> Outcome:
        seen = ""
        misses = 0
        while True:
            pause = self._request.interval
            try:
                body = await get_instance(self._client, self._request.workflow_id, self._instance)
            except DatadogError as error:
                misses += 1
                if misses == MISSES:
                    return self._lost(error)
                again = "looking again"
                if error.again_in is not None and error.again_in > pause:
                    pause = error.again_in
                    again = f"looking again in {pause:.0f} s"
                note(self._sink, f"cannot see the workflow instance, {again}: {error}")
            else:
                misses = 0
                self._tell_steps(body)
                state, ended = instance_state(body)
                if state != seen:
                    note(self._sink, f"workflow instance {self._instance}: {state}")
                    seen = state
                if ended:
                    return self._ended(body, state)
            await asyncio.sleep(pause)

    def _tell_steps(self, body: Any) -> None:
        """Tell each step whose state is another than when it was seen last."""
        steps = step_states(body)
        for step in steps:
            if step not in self._steps:
                name, state = (" ".join(text.split()) for text in step)
                note(self._sink, f"its step {name}: {state}")
        self._steps = steps

    async def last_look(self, seconds: float) -> Outcome | None:
        """Its end, if it had come to it since it was seen last; None also where that is not told in time."""
        with contextlib.suppress(TimeoutError, DatadogError):
            async with late.timeout(seconds):
                body = await get_instance(self._client, self._request.workflow_id, self._instance)
            state, ended = instance_state(body)
            return self._ended(body, state) if ended else None
        return None

    async def cancel(self, seconds: float) -> Outcome:
        """Cancel the instance, within `seconds`; how the attempt has ended. What may still run is unknown."""
        try:
            async with late.timeout(seconds):
                await cancel_instance(self._client, self._request.workflow_id, self._instance)
        except TimeoutError:
            cause = f"no answer within {seconds:g} s"
        except DatadogError as error:
            cause = str(error)
        else:
            return told_to_stop(f"the workflow instance {self._instance} was cancelled as well")
        told = f"the workflow instance {self._instance} could not be cancelled and may still run"
        return told_to_stop(f"{told}: {cause}", Outcome(ok=False, is_unknown=True))

    def _ended(self, body: Any, state: str) -> Outcome:
        text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
        self._sink.write("stdout", text.encode("utf-8", "replace"))
        problem = end_problem(state)
        return Outcome(ok=problem is None, reason=problem or "")

    def _lost(self, error: DatadogError) -> Outcome:
        """What is not seen any more may run on: whoever goes on looks for it again, and starts no other."""
        told = told_refusal(error, "workflows instances get")
        which = f"the workflow instance {self._instance}, which may still run"
        return replace(refused(error, f"lost sight of {which}: {told}"), is_unknown=True)
