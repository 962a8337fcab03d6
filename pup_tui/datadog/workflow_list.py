"""The Datadog Workflows of an account: all of them, page by page, with what each asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from pup_tui.answers.things import at
from pup_tui.datadog.errors import DatadogError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pup_tui.datadog.client import DatadogClient

PAGE = 50
"""Workflows of a page: as many as the API gives where nothing is asked."""

MAX_PAGES = 200

_PATH = "/api/v2/workflows"


class WorkflowInput(Struct, frozen=True, kw_only=True):
    """An input of a workflow, as the API tells of it.

    `type` is `STRING`, `NUMBER`, `BOOLEAN`, `OBJECT`, or `ARRAY_` and one of these. Without a `default` it is
    UNSET. `allowed` are the values to choose from, and others are taken as well where it `takes_others`.
    """

    name: str
    type: str = "STRING"
    label: str = ""
    description: str = ""
    default: Any = msgspec.UNSET
    allowed: tuple[Any, ...] = ()
    takes_others: bool = False


class DatadogWorkflow(Struct, frozen=True, kw_only=True):
    """A workflow. `starts_by_api` is None where nobody says by what it is started."""

    id: str
    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    published: bool = True
    starts_by_api: bool | None = None
    parameters: tuple[WorkflowInput, ...] = ()


class WorkflowList(Struct, frozen=True, kw_only=True):
    """The workflows of an account; where they are not all, `missing` says why, in a sentence."""

    workflows: tuple[DatadogWorkflow, ...]
    missing: str = ""


async def all_workflows(client: DatadogClient) -> WorkflowList:
    """Every workflow, also those that are not published.

    Raises DatadogError where not even the first page is to be had.
    """
    found: dict[str, DatadogWorkflow] = {}
    seen, total = 0, None
    for number in range(MAX_PAGES):
        try:
            items, said = await _page(client, number)
            total = total if said is None else said
            seen += len(items)
            for item in items:
                if (workflow := await _workflow(client, item)) is not None:
                    found[workflow.id] = workflow
        except DatadogError as error:
            if not found:
                raise
            return _list_of(found, f"after {len(found):,} of them: {error}")
        if not items or (seen >= total if total is not None else len(items) < PAGE):
            told = max(total or 0, seen)
            lost = f"Datadog tells of {told:,}, and gave {len(found):,} of them"
            return _list_of(found, lost if told > len(found) else "")
    return _list_of(found, f"there are more than {MAX_PAGES * PAGE:,}")


def _list_of(found: dict[str, DatadogWorkflow], missing: str) -> WorkflowList:
    return WorkflowList(workflows=tuple(found.values()), missing=missing)


async def _page(client: DatadogClient, number: int) -> tuple[list[Any], int | None]:
    """What is on a page, and how many there are in all where the answer says so."""
    query = {
        "limit": PAGE,
        "page": number,
        "filter[includeUnpublished]": True,
        "filter[includeSpecs]": True,
    }
    body = (await client.request("GET", _PATH, query=query)).json
    items = at(body, "data")
    if not isinstance(items, list):
        raise DatadogError(f"GET {_PATH}: Datadog's answer has no list")
    total = at(body, "meta", "page", "totalFilteredCount")
    return items, total if isinstance(total, int) and total >= 0 else None


async def _workflow(client: DatadogClient, item: Any) -> DatadogWorkflow | None:
    """A workflow of a page; None for what is none. One without its spec is asked for by itself."""
    id_, attributes = at(item, "id"), at(item, "attributes")
    name = at(attributes, "name")
    if not isinstance(id_, str) or not id_.strip() or not isinstance(name, str):
        return None
    spec = attributes.get("spec")
    if not isinstance(spec, dict):
        body = (await client.request("GET", f"{_PATH}/{quote(id_, safe='')}")).json
        spec = at(body, "data", "attributes", "spec")
    return DatadogWorkflow(
        id=id_,
        name=name,
        description=_text(attributes.get("description")),
        tags=tuple(filter(None, map(_text, _list(attributes.get("tags"))))),
        published=attributes.get("published") is not False,
        starts_by_api=_starts_by_api(spec),
        parameters=tuple(_parameters(_list(at(spec, "inputSchema", "parameters")))),
    )


def _starts_by_api(spec: Any) -> bool | None:
    triggers = at(spec, "triggers")
    if not isinstance(triggers, list):
        return None
    return any(isinstance(each, dict) and "apiTrigger" in each for each in triggers)


def _parameters(items: list[Any]) -> Iterable[WorkflowInput]:
    for item in items:
        name = at(item, "name")
        if not isinstance(name, str) or not name:
            continue
        default = item.get("defaultValue")
        yield WorkflowInput(
            name=name,
            type=_text(item.get("type")).upper() or "STRING",
            label=_text(item.get("label")),
            description=_text(item.get("description")),
            default=msgspec.UNSET if default is None else default,
            allowed=tuple(_list(item.get("allowedValues"))),
            takes_others=item.get("allowExtraValues") is True,
        )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
