"""What a row of the table means when it is more than one request, and how answers are printed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pup_tui import late
from pup_tui.answers.pages import more_than
from pup_tui.answers.things import at, errors_beside, subject_of
from pup_tui.datadog import workflows
from pup_tui.datadog.arguments import CommandError
from pup_tui.datadog.endpoint import path_of
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.lookups import environment_id, flag_id
from pup_tui.datadog.paging import Paging, all_pages
from pup_tui.datadog.shapes import flat_incident, in_state, slo_state

if TYPE_CHECKING:
    from pup_tui.datadog.building import Built
    from pup_tui.datadog.client import DatadogClient
    from pup_tui.datadog.transport import Response

_SIZES = frozenset({"--limit", "--per-page", "--count"})
"""Flags that say how many results a page has."""
_PAGING = _SIZES | {"--page", "--cursor", "--offset"}
_WHY_PARTIAL = frozenset({"status", "warnings"})
"""What tells beside a list that more may belong to it."""
WAIT_INTERVAL = 2.0


@dataclass(frozen=True, slots=True)
class Result:
    """What a subcommand printed."""

    stdout: str
    stderr: str = ""


@dataclass(slots=True)
class _Found:
    """What several pages held: their things, what is told of them, and why more may belong to them."""

    things: list[Any] = field(default_factory=list)
    told: dict[str, None] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)

    def tell(self, document: Any) -> None:
        """Keep what is told beside the things of a page."""
        partial = subject_of(document).partial
        self.told |= dict.fromkeys(filter(None, (_beside(document), partial)))
        if partial:
            self.meta |= {k: v for k, v in document["meta"].items() if k in _WHY_PARTIAL}


async def plain(built: Built, client: DatadogClient) -> Result:
    """One request, its answer printed as the row says."""
    row = built.row
    response = await client.request(
        row.method, built.path, query=built.query, json=built.body, read=not row.mutates
    )
    refusal = row.refusals.get(str(response.status))
    if refusal:
        raise DatadogError(f"{row.name}: {refusal}", response.status, response.body)
    if row.listed is not None:
        _list_of(built, response)
    told = notices(built, response.json)
    if row.output == "json":
        return Result(printed(response), told)
    sentence = row.sentence.format(**built.arguments) + "\n"
    return Result(sentence, told) if row.output == "stdout" else Result("", sentence + told)


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


def notices(built: Built, document: Any) -> str:
    """What is told beside an answer: errors beside what it holds, and that it is only a part."""
    told = [_beside(document)]
    if more := more_than(document, _asked(built)):
        told.append(more if subject_of(document).partial else f"{more}{_how(built)}")
    return "".join(f"{each}\n" for each in told if each)


def _beside(document: Any) -> str:
    errors = errors_beside(document)
    return f"the answer tells errors beside what it holds: {errors}" if errors else ""


def _how(built: Built) -> str:
    """The flags that get the rest of what there is, where any do."""
    flags = {flag.name for flag in built.row.flags} & _PAGING
    return f" (see {', '.join(sorted(flags))})" if flags else ""


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
    found = await _found(built, client, Paging("page", "page_size", 1000, by_number=True))
    found.things = [m for m in found.things if in_state(m, states)]
    return _limited(built, found)


async def slo_states(built: Built, client: DatadogClient) -> Result:
    """Every SLO that the search finds, with the state of its worst time frame."""
    found = await _found(built, client, Paging("page[number]", "page[size]", 100, by_number=True))
    found.things = [slo_state(slo) for slo in found.things]
    return _limited(built, found, below="data")


async def incidents_found(built: Built, client: DatadogClient) -> Result:
    """Every incident that the search finds, as a flat list."""
    found = await _found(built, client, Paging("page[offset]", "page[size]", 100))
    found.things = [flat_incident(each) for each in found.things]
    return _limited(built, found, below="data")


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
    told = notices(built, response.json)
    return Result("" if options.get("silent") else printed(response, sort=False), told)


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


async def _found(built: Built, client: DatadogClient, paging: Paging) -> _Found:
    """Everything, page by page: a gate that looks at the first page only would open wrongly."""
    pages = await all_pages(
        client, built.path, built.query, paging, lambda response: _list_of(built, response)
    )
    found = _Found(pages.things)
    for document in pages.documents:
        found.tell(document)
    if pages.lacking:
        found.told[pages.lacking] = None
        found.meta["warnings"] = [*_as_list(found.meta.get("warnings")), pages.lacking]
    return found


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _limited(built: Built, found: _Found, below: str = "") -> Result:
    """As much of what was found as was asked for, and how many there are where that is less.

    With `below` the list stands below that key, and beside it what speaks against its being the whole.
    """
    shown, total = found.things[: built.options.get("limit")], len(found.things)
    told, meta = [*found.told], found.meta
    if len(shown) < total:
        told.append(f"these are {len(shown)} of {total} results{_how(built)}")
        meta["page"] = {"total_count": total}
    document = {below: shown} | ({"meta": meta} if meta else {}) if below else shown
    return Result(pretty(document), "".join(f"{each}\n" for each in told))


def _list_of(built: Built, response: Response) -> list[Any]:
    """The list of an answer. Raises DatadogError where it has another shape: an answer that is not
    understood must not look like an empty one."""
    where = built.row.listed or ""
    found = at(response.json, *filter(None, where.split(".")))
    if not isinstance(found, list):
        told = "Datadog's answer has no list" + (f" at {where}" if where else "")
        raise DatadogError(told, response.status, response.body)
    return found


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
