"""The present state of things at Datadog, by calls that only read."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from pup_tui import late
from pup_tui.answers.emptiness import why_not_known
from pup_tui.answers.states import states_of
from pup_tui.answers.tables import moment_of
from pup_tui.answers.things import layers, subject_of
from pup_tui.datadog.commands import execute, resolve
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.lookups import flag_id

if TYPE_CHECKING:
    from pup_tui.datadog.client import DatadogClient
    from pup_tui.datadog.named import NamedKind, NamedThing

KEPT_SECONDS = 10.0
"""How long what was told of a thing is told again without a call."""

MOST_THINGS = 20

PATIENCE = 10.0
"""Seconds after which whoever asked is told what is known by then."""

_AT_ONCE = 4
_MOST_MONITORS = 1000
_MOST_NAMED = 3
_DAY = 86_400
_NO_MONITOR = "no monitor"
_QUIET = frozenset({"ok", "no data", "ignored", "skipped"})


class PresentState(NamedTuple):
    """What a thing is like: its state in a word or two, what else matters, and since when it is like that.

    With a `problem` it is not known, and why. `since` is in seconds since 1970.
    """

    state: str = ""
    told: str = ""
    since: float | None = None
    problem: str = ""


class PresentStates:
    """Asks for states, and remembers for seconds what it was told."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, patience: float = PATIENCE
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._known: dict[NamedThing, tuple[float, PresentState]] = {}

    async def of(self, things: Sequence[NamedThing], client: DatadogClient) -> list[PresentState]:
        """The states of things, in their order; of many only the first are asked for."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(thing: NamedThing) -> PresentState:
            known = self._known.get(thing)
            if known is not None and self._clock() - known[0] < KEPT_SECONDS:
                return known[1]
            try:
                async with late.timeout(self._patience), gate:
                    found = await _present(thing, client)
            except TimeoutError:
                return PresentState(problem=f"no answer within {self._patience:g} s")
            if not found.problem:
                self._known[thing] = self._clock(), found
            return found

        found = await asyncio.gather(*map(one, things[:MOST_THINGS]))
        left = PresentState(problem=f"not asked: only the first {MOST_THINGS} are")
        return [*found, *[left] * (len(things) - len(found))]


async def _present(thing: NamedThing, client: DatadogClient) -> PresentState:
    if not thing.id:
        names = ", ".join(thing.needs)
        has = "has no value yet" if len(thing.needs) == 1 else "have no value yet"
        return PresentState(problem=f"not known yet: {names} {has}" if names else "not known yet")
    try:
        return await _ASKED[thing.kind](thing, client)
    except DatadogError as error:
        return PresentState(problem=str(error))


async def _monitor(thing: NamedThing, client: DatadogClient) -> PresentState:
    answer = await _get(client, f"/api/v1/monitor/{quote(thing.id, safe='')}")
    since = moment_of(_field(answer, "overall_state_modified"))
    return PresentState(_state(answer), str(_field(answer, "name") or ""), since)


async def _slo(thing: NamedThing, client: DatadogClient) -> PresentState:
    """Over the time frame of its own that it has; a call more, since only that knows the frame."""
    path = quote(thing.id, safe="")
    slo = await _get(client, f"/api/v1/slo/{path}")
    frame = _field(slo, "timeframe")
    days = int(frame[:-1]) if isinstance(frame, str) and frame[:-1].isdecimal() else 7
    now = int(time.time())
    query = {"from_ts": now - days * _DAY, "to_ts": now}
    status = await _get(client, f"/api/v2/slo/{path}/status", query)
    parts = [str(_field(slo, "name") or "")]
    for word, value in (
        ("now", _field(status, "sli")),
        ("target", _field(slo, "target_threshold")),
        ("budget", _field(status, "error_budget_remaining")),
    ):
        if isinstance(value, int | float):
            parts.append(f"{word} {value:.4g}")
    return PresentState(_state(status), " · ".join(filter(None, parts)))


async def _flag(thing: NamedThing, client: DatadogClient) -> PresentState:
    answer = await _get(client, f"/api/v2/feature-flags/{await flag_id(client, thing.id)}")
    archived = _field(answer, "archived_at")
    found = states_of(answer).states or ()
    own = [each for each in found if each.name.casefold() == thing.environment.casefold()]
    shown = own or found
    if not shown:
        return PresentState("archived" if archived else _state(answer))
    texts = {each.text for each in shown}
    state = texts.pop() if len(texts) == 1 else "differs"
    told = ", ".join(
        each.name if state != "differs" else f"{each.name} {each.text}" for each in shown
    )
    return PresentState(f"{state}, archived" if archived else state, f"in {told}")


async def _service(thing: NamedThing, client: DatadogClient) -> PresentState:
    """What its monitors say, and the incidents that it has."""
    (state, monitors), (active, incidents) = await asyncio.gather(
        _monitors_of(thing, client), _incidents_of(thing, client)
    )
    if active and state.casefold() in {*_QUIET, _NO_MONITOR}:
        state = active
    return PresentState(state, " · ".join(filter(None, [monitors, incidents])))


async def _incidents_of(thing: NamedThing, client: DatadogClient) -> tuple[str, str]:
    """That a service has active incidents, and what they are told as; blank where that is not so."""
    try:
        done = await execute(resolve(("incidents", "list", f"--service={thing.id}")), client)
    except DatadogError as error:
        why = f"HTTP {error.status}" if error.status else str(error)
        return "", f"its incidents are not known: {why}"
    answer = json.loads(done.stdout)
    if why := why_not_known(answer):
        return "", f"its incidents are not known: {why}"
    found = [each["attributes"] for each in answer["data"]]
    if not found:
        return "", ""
    named = [f"{each.get('severity') or ''} {each.get('title') or ''}".strip() for each in found]
    number = "1 active incident" if len(found) == 1 else f"{len(found)} active incidents"
    return "active incident", f"{number}: {_first(named)}"


def _first(names: Sequence[str]) -> str:
    """The first of some names, and how many others there are."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


async def _monitors_of(thing: NamedThing, client: DatadogClient) -> tuple[str, str]:
    """The worst state of the monitors of a service, and what they are told as."""
    tag = f"service:{thing.id}"
    query: dict[str, str | int] = {"monitor_tags": tag, "page_size": _MOST_MONITORS, "page": 0}
    answer = await _get(client, "/api/v1/monitor", query)
    found = states_of(answer).states
    if found is None:
        raise DatadogError(f"the monitors of the service: {states_of(answer).why_not}")
    if not found:
        return _NO_MONITOR, f"{_NO_MONITOR} has the tag {tag}"
    counts = Counter(each.text for each in found)
    loud = [each.name for each in found if each.text.casefold() not in _QUIET]
    worst = sorted(counts, key=lambda state: (state.casefold() in _QUIET, -counts[state]))
    told = ", ".join(f"{counts[state]} {state}" for state in worst)
    least = "at least " if len(found) >= _MOST_MONITORS else ""
    number = f"{least}{len(found)} monitor{'' if len(found) == 1 else 's'}"
    return worst[0], " · ".join(filter(None, [f"{number}: {told}", _first(loud)]))


_ASKED: Mapping[NamedKind, Callable[[NamedThing, DatadogClient], Awaitable[PresentState]]] = {
    "monitor": _monitor,
    "SLO": _slo,
    "flag": _flag,
    "service": _service,
}


async def _get(
    client: DatadogClient, path: str, query: Mapping[str, str | int] | None = None
) -> Any:
    response = await client.request("GET", path, query=query)
    return response.json


def _state(answer: Any) -> str:
    found = states_of(answer)
    return "no state" if not found.states else found.states[0].text


def _field(answer: Any, name: str) -> Any:
    things = subject_of(answer).things
    for layer in layers(things[0]) if things else ():
        if layer.get(name) is not None:
            return layer[name]
    return None
