"""From the names that people use to the ids that the feature flag API wants."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pup_tui.answers.things import at
from pup_tui.datadog.arguments import is_uuid
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.paging import Paging, all_pages
from pup_tui.quoted import quoted

if TYPE_CHECKING:
    from pup_tui.datadog.client import DatadogClient
    from pup_tui.datadog.transport import Response

_PAGING = Paging("offset", "limit", 1000)


async def flag_id(client: DatadogClient, key: str) -> str:
    """The id of the feature flag with exactly this key; an id is taken as it is.

    The API finds keys by a part of them, and keys of archived flags too; a flag in use wins.
    """
    if is_uuid(key):
        return key
    flags = await _list(client, "/api/v2/feature-flags", {"key": key})
    exact = [flag for flag in flags if _attribute(flag, "key") == key]
    in_use = [flag for flag in exact if not _attribute(flag, "archived_at")] or exact
    if len(in_use) == 1:
        return str(in_use[0]["id"])
    if in_use:
        raise DatadogError(f"{len(in_use)} feature flags have the key {quoted(key)}: use the id")
    raise DatadogError(
        f"no feature flag has the key {quoted(key)}{_meant(key, _names(flags, 'key'))}"
    )


async def environment_id(client: DatadogClient, name: str) -> str:
    """The id of the environment with this name or key, whatever its case; an id as it is."""
    if is_uuid(name):
        return name
    found = await _list(client, "/api/v2/feature-flags/environments", {})
    for same in (_same_name, _same_query):
        fitting = [environment for environment in found if same(environment, name)]
        if len(fitting) == 1:
            return str(fitting[0]["id"])
        if fitting:
            raise DatadogError(f"{len(fitting)} environments are called {quoted(name)}: use the id")
    names = _names(found, "name")
    raise DatadogError(
        f"no feature flag environment is called {quoted(name)}"
        + (f": there are {', '.join(names[:10])}" if names else "")
    )


def _same_name(environment: Any, name: str) -> bool:
    known = {_attribute(environment, "name"), _attribute(environment, "key")}
    return name.casefold() in {text.casefold() for text in known if isinstance(text, str)}


def _same_query(environment: Any, name: str) -> bool:
    """Whether the environment stands for this value of the tag `env`."""
    queries = _attribute(environment, "queries")
    return isinstance(queries, list) and name in queries


async def _list(client: DatadogClient, path: str, query: dict[str, str]) -> list[Any]:
    """Everything that is found. Raises DatadogError where there is more: a name may be on the rest."""

    def things_of(response: Response) -> list[Any]:
        data = at(response.json, "data")
        if not isinstance(data, list):
            raise DatadogError(f"GET {path}: Datadog's answer has no list")
        return data

    found = await all_pages(client, path, query, _PAGING, things_of)
    if found.lacking:
        raise DatadogError(f"GET {path}: {found.lacking}, and no further one is given")
    return [entry for entry in found.things if isinstance(entry, dict) and entry.get("id")]


def _attribute(entry: Any, name: str) -> Any:
    return at(entry, "attributes", name)


def _names(entries: list[Any], attribute: str) -> list[str]:
    return sorted(str(name) for entry in entries if (name := _attribute(entry, attribute)))


def _meant(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f": did you mean {quoted(near[0])}?" if near else ""
