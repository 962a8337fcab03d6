"""What a row of the table means when it is more than one request, and how answers are printed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pup_tui import late
from pup_tui.answers.pages import more_than
from pup_tui.answers.things import NOT_COMPLETE, at
from pup_tui.datadog import workflows
from pup_tui.datadog.arguments import CommandError
from pup_tui.datadog.endpoint import path_of
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.lookups import environment_id, flag_id
from pup_tui.datadog.shapes import flat_incident, in_state, slo_state

if TYPE_CHECKING:
    from pup_tui.datadog.building import Built
    from pup_tui.datadog.client import DatadogClient
    from pup_tui.datadog.transport import Response

_SIZES = frozenset({"--limit", "--per-page", "--count"})
"""Flags that say how many results a page has."""
_PAGING = _SIZES | {"--page", "--cursor", "--offset"}
WAIT_INTERVAL = 2.0
MAX_PAGES = 50


@dataclass(frozen=True, slots=True)
class Result:
    """What a subcommand printed."""

    stdout: str
    stderr: str = ""


async def plain(built: Built, client: DatadogClient) -> Result:
    """One request, its answer printed as the row says."""
    row = built.row
    response = await client.request(
        row.method, built.path, query=built.query, json=built.body, read=not row.mutates
    )
    refusal = row.refusals.get(str(response.status))
    if refusal:
        raise DatadogError(f"{row.name}: {refusal}", response.status, response.body)
    if row.error_field:
        _check_own_status(built, response)
    if row.output == "json":
        return Result(printed(response), _more(built, response.json))
    sentence = row.sentence.format(**built.arguments) + "\n"
    return Result(sentence) if row.output == "stdout" else Result("", sentence)


def printed(response: Response, *, sort: bool = True) -> str:
    """An answer as `pup` prints it: JSON over several lines with sorted keys, else its text."""
    if not response.body.strip():
        return ""
    document = response.json
    if document is None and response.body.strip() != b"null":
        return response.text
    return pretty(document, sort=sort)


def pretty(document: Any, *, sort: bool = True) -> str:
    """A value as JSON, two spaces deep; text that is no Unicode becomes question marks."""
    text = json.dumps(document, indent=2, sort_keys=sort, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode() + "\n"


def _check_own_status(built: Built, response: Response) -> None:
    document = response.json
    if isinstance(document, dict) and document.get("status") == "error":
        said = document.get(built.row.error_field) or "the query failed"
        raise DatadogError(f"{built.row.name}: {said}", response.status, response.body)


def _more(built: Built, document: Any) -> str:
    """That an answer is only a part of all there is, and the flags that get the rest where any do."""
    told = more_than(document, _asked(built))
    if not told or told == NOT_COMPLETE:
        return f"{told}\n" if told else ""
    flags = {flag.name for flag in built.row.flags} & _PAGING
    how = f" (see {', '.join(sorted(flags))})" if flags else ""
    return f"{told}{how}\n"


def _asked(built: Built) -> int | None:
    """How many results a page was asked to have; None where the answer itself tells of more, by a cursor."""
    for flag in built.row.flags:
        place, *keys = flag.to.split(".")
        if flag.name in _SIZES and keys[:1] != ["page"]:
            sent = built.query.get(".".join(keys)) if place == "query" else at(built.body, *keys)
            if isinstance(sent, int):
                return sent
    return None


async def monitors_in_state(built: Built, client: DatadogClient) -> Result:
    """All monitors with the tags, those in the wanted states only."""
    states = built.options.get("state")
    monitors = await _all_pages(built, client, 1000, lambda n: {"page": n, "page_size": 1000})
    return Result(pretty(_limited([m for m in monitors if in_state(m, states)], built)))


async def slo_states(built: Built, client: DatadogClient) -> Result:
    """Every SLO that the search finds, with the state of its worst time frame."""
    slos = await _all_pages(
        built,
        client,
        100,
        lambda number: {"page[size]": 100, "page[number]": number},
        ("data", "attributes", "slos"),
    )
    return Result(pretty({"data": [slo_state(slo) for slo in _limited(slos, built)]}))


async def incidents_found(built: Built, client: DatadogClient) -> Result:
    """Every incident that the search finds, as a flat list."""
    incidents = await _all_pages(
        built,
        client,
        100,
        lambda number: {"page[size]": 100, "page[offset]": number * 100},
        ("data", "attributes", "incidents"),
    )
    return Result(pretty({"data": [flat_incident(each) for each in _limited(incidents, built)]}))


async def flag_by_key(built: Built, client: DatadogClient) -> Result:
    """A feature flag by its key, or by its id as before."""
    built.arguments["feature_flag_id"] = await flag_id(client, built.arguments["feature_flag_id"])
    return await plain(built, client)


async def flag_switch(built: Built, client: DatadogClient) -> Result:
    """Enable or disable a flag by its key in an environment by its name."""
    key, environment = built.arguments["feature_flag_id"], built.options["environment"]
    built.arguments |= {
        "key": key,
        "environment": environment,
        "feature_flag_id": await flag_id(client, key),
        "environment_id": await environment_id(client, environment),
    }
    return await plain(built, client)


async def workflow_run(built: Built, client: DatadogClient) -> Result:
    """Start a workflow; with `--wait` follow it to its end, which decides about success."""
    workflow_id = built.arguments["workflow_id"]
    payload = (built.body or {}).get("meta", {}).get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise CommandError("workflows run: the payload must be a JSON object")
    started = await workflows.start_instance(client, workflow_id, payload)
    if not built.options.get("wait"):
        return Result(pretty(started))
    instance = workflows.instance_id(started)
    limit = built.options["timeout"]
    body: Any = None
    try:
        async with late.timeout(limit) as timer:
            ended = False
            while not ended:
                body = await workflows.get_instance(client, workflow_id, instance)
                state, ended = workflows.instance_state(body)
                if not ended:
                    await asyncio.sleep(WAIT_INTERVAL)
    except TimeoutError:
        if not timer.expired():
            raise
        raise DatadogError(
            f"workflows run: instance {instance} has not ended within {limit} s"
        ) from None
    problem = workflows.end_problem(state)
    if problem:
        raise DatadogError(f"workflows run: {problem}", body=pretty(body).encode())
    return Result(pretty(body))


async def api_status(built: Built, client: DatadogClient) -> Result:
    """Whether the API answers and takes the key, in the words of `pup misc status`."""
    await client.request("GET", built.path)
    return Result(pretty({"message": "API is operational", "status": "ok"}))


async def api(built: Built, client: DatadogClient) -> Result:
    """Any endpoint of the configured site. Printed in the order received, as `pup api` does."""
    options = built.options
    method = str(options["method"]).upper()
    fields = {k: _typed(v) for k, v in _fields(options.get("field", []), "=")}
    fields |= dict(_fields(options.get("raw_field", []), "="))
    body = options.get("input")
    if fields and body is not None:
        raise CommandError("api: give either --input or fields")
    query: dict[str, Any] = {}
    if method in {"POST", "PUT", "PATCH"}:
        body = fields or body
    else:
        query = {k: v if isinstance(v, str) else json.dumps(v) for k, v in fields.items()}
    response = await client.request(
        method,
        path_of(built.arguments["endpoint"], client.configuration.base_url),
        query=query,
        json=body,
        headers=dict(_fields(options.get("header", []), ":")),
    )
    return Result("" if options.get("silent") else printed(response, sort=False))


def _fields(texts: list[str], separator: str) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        key, found, value = text.partition(separator)
        if not found or not key.strip():
            raise CommandError(f"api: a field is written KEY{separator}VALUE")
        pairs.append((key.strip(), value.strip() if separator == ":" else value))
    return pairs


def _typed(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if isinstance(value, str | list | dict) else value


async def _all_pages(
    built: Built,
    client: DatadogClient,
    size: int,
    paging: Callable[[int], dict[str, int]],
    keys: tuple[str, ...] = (),
) -> list[Any]:
    """Everything, page by page: a gate that looks at the first page only would open wrongly.

    `paging` asks for a page of `size` by its number, from 0; its list stands below `keys` in the answer.
    """
    found: list[Any] = []
    for number in range(MAX_PAGES):
        query = {**built.query, **paging(number)}
        try:
            response = await client.request("GET", built.path, query=query)
            items = _list_at(response.json, keys)
        except DatadogError as error:
            if number == 0:
                raise
            pages = "1 page" if number == 1 else f"{number} pages"
            told = f"{error}: this was page {number + 1}; {pages} before it ({len(found)} results) were read"
            raise DatadogError(f"{told}, and are not shown", error.status, error.body) from None
        found += items
        if len(items) < size:
            return found
    raise DatadogError(f"{built.row.name}: more than {MAX_PAGES * size} results: narrow it down")


def _limited(found: list[Any], built: Built) -> list[Any]:
    return found[: built.options.get("limit")]


def _list_at(document: Any, keys: tuple[str, ...]) -> list[Any]:
    """The list below these keys. Raises DatadogError where the answer has another shape: an
    answer that is not understood must not look like an empty one."""
    document = at(document, *keys)
    if not isinstance(document, list):
        where = f" at {'.'.join(keys)}" if keys else ""
        raise DatadogError(f"Datadog's answer has no list{where}")
    return document


RECIPES: dict[str, Callable[[Built, DatadogClient], Awaitable[Result]]] = {
    "monitors_in_state": monitors_in_state,
    "slo_states": slo_states,
    "incidents_found": incidents_found,
    "flag_by_key": flag_by_key,
    "flag_switch": flag_switch,
    "workflow_run": workflow_run,
    "api_status": api_status,
    "api": api,
}
