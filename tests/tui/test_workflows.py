"""The Datadog Workflows in the console."""

from __future__ import annotations

import asyncio

from msgspec import structs

from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.catalog.workflow_source import WorkflowSource
from pup_tui.core.requests import WorkflowRequest
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.workflow_list import DatadogWorkflow, WorkflowInput, WorkflowList
from pup_tui.tui.services import Services
from tests.support.console import LARGE, SMALL, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play

RESTART = DatadogWorkflow(
    id="w-1",
    name="Restart the workers",
    description="Ends and begins them.",
    tags=("type:incident",),
    parameters=(WorkflowInput(name="service", description="Whose workers."),),
)
OWN = {"own.yaml": "name: own\nsteps: [{name: a, kind: shell, run: echo}]\n"}


class Datadog:
    """Gives workflows once it may; or says why it does not."""

    def __init__(self, *workflows: DatadogWorkflow, missing: str = "", refusal: str = "") -> None:
        self.may = asyncio.Event()
        self.may.set()
        self.refusal = refusal
        self._list = WorkflowList(workflows=workflows, missing=missing)

    async def fetch(self) -> WorkflowList:
        await self.may.wait()
        if self.refusal:
            raise DatadogError(self.refusal)
        return self._list


def services(make: MakeServices, datadog: Datadog, **options: object) -> Services:
    made = make(OWN, **options)
    folder = made.state / "workflows" / "x"
    kept = Folder(folder, Origin.DATADOG, prefix="workflow")
    made.catalog.places = (*made.catalog.places, kept)
    return structs.replace(made, workflows=WorkflowSource(made.state, folder, datadog.fetch))


async def test_they_come_when_the_runbooks_are_shown_already(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    datadog = Datadog(RESTART)
    datadog.may.clear()
    async with open_console(services(make_services, datadog), SMALL) as console:
        await console.sees("▾ other 1", "own")
        assert "Datadog workflows" not in console.screen
        datadog.may.set()
        await console.sees("▾ Datadog workflows 1", "Restart")


async def test_one_is_asked_for_its_inputs_and_run_as_any_other(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(stdout=b"{}\n"))
    made = services(make_services, Datadog(RESTART), executors={WorkflowRequest: executor})
    async with open_console(made, LARGE) as console:
        await console.sees("Restart the workers")
        console.main.sidebar.runbooks.action_last()
        await console.sees("Ends and begins them.", "required", "Whose workers.")
        await console.press("r")
        await console.sees("service is required")
        await console.type("payments")
        await console.press("ctrl+r")
        await console.sees("succeeded")
    (request,) = executor.requests
    assert isinstance(request, WorkflowRequest)
    assert (request.workflow_id, request.inputs) == ("w-1", {"service": "payments"})


async def test_why_they_are_not_there_is_said(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    made = services(make_services, Datadog(refusal="HTTP 403: \x1b[2Jno"))
    async with open_console(made, LARGE) as console:
        await console.sees("they could not be fetched: HTTP 403", "▾ Datadog workflows 0 !")
        console.main.sidebar.runbooks.action_last()
        await console.sees("! they could not be fetched: HTTP 403")


async def test_that_they_are_not_all_is_said_of_each(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    made = services(make_services, Datadog(RESTART, missing="after 1 of them: HTTP 500"))
    async with open_console(made, LARGE) as console:
        await console.sees("▾ Datadog workflows 1 !")
        console.main.sidebar.runbooks.action_last()
        await console.sees("Ends and begins them.", "! not all of them: after 1 of them: HTTP 500")


async def test_two_of_a_name_are_told_apart(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    other = structs.replace(RESTART, id="w-2")
    async with open_console(services(make_services, Datadog(RESTART, other)), LARGE) as console:
        await console.sees("▾ Datadog workflows 2")
        listed = [e for e in console.main.library.entries if e.origin is Origin.DATADOG]
        ids = [entry.id.removeprefix("workflow/") for entry in listed]
        assert len(set(ids)) == 2
        labels = console.main.sidebar.runbooks.labels
        assert sorted(labels.values()) == sorted(ids)
