"""What of Datadog a `pup` step names: monitors, SLOs and flags by their id, services by their name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from pup_tui.datadog.arguments import CommandError, guess_row, match_rows, take_apart
from pup_tui.datadog.table import load_table
from pup_tui.known_word import names_needed

NamedKind: TypeAlias = Literal["monitor", "SLO", "flag", "service"]

_BY_ARGUMENT: Mapping[str, NamedKind] = {
    "monitor_id": "monitor",
    "slo_id": "SLO",
    "feature_flag_id": "flag",
}
_ENVIRONMENTS = ("--env", "--environment")
_SERVICE = "--service"
_TAG = re.compile(r"(?<![-!@.\w])(?<!\bNOT )services?:(?P<name>[^\s,(){}\"'|*!]++)(?!\*)")

_BY_PATH: Mapping[str, NamedKind] = {"monitor": "monitor", "slo": "SLO", "feature-flags": "flag"}
_IN_PATH = re.compile(rf"/api/v[0-9]+/(?P<of>{'|'.join(_BY_PATH)})/(?P<id>[^/?#]+)")
_IDS: Mapping[NamedKind, re.Pattern[str]] = {
    "monitor": re.compile(r"[0-9]+"),
    "SLO": re.compile(r"[0-9a-f]{32}"),
    "flag": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}
"""What tells an id from the rest of a path, such as `/api/v1/monitor/search`."""


class NamedThing(NamedTuple):
    """One thing of Datadog, and the names without whose values its `id` is not known.

    `environment` is the one in which a flag matters; blank for all of them.
    """

    kind: NamedKind
    id: str
    needs: tuple[str, ...] = ()
    environment: str = ""


def things_named(words: Sequence[str]) -> Iterator[NamedThing]:
    """What the words of a subcommand name, as often as they do; words may be known in part."""
    name, rest = match_rows(words)
    if name:
        yield from _by_the_table(name, rest)
    for word in words:
        for found in _TAG.finditer(word):
            yield _thing("service", found["name"])


def things_in_url(url: str) -> Iterator[NamedThing]:
    """What the path of a request to the API names, as far as it is known."""
    found = _IN_PATH.match(url)
    if found is not None:
        kind = _BY_PATH[found["of"]]
        if names_needed(found["id"]) or _IDS[kind].fullmatch(found["id"]):
            yield _thing(kind, found["id"])


def _by_the_table(name: str, rest: Sequence[str]) -> Iterator[NamedThing]:
    table = load_table()
    flags = [flag for each in table.named(name) for flag in each.flags]
    try:
        parsed = take_apart(rest, [*flags, *table.globals], name, refuses=False)
    except CommandError:
        return
    given = (each for flag in _ENVIRONMENTS for each in parsed.given.get(flag, ()))
    environment = next((each for each in given if not names_needed(each)), "")
    for argument, text in zip(guess_row(name, rest).arguments, parsed.positional, strict=False):
        kind = _BY_ARGUMENT.get(argument.name)
        if kind is not None:
            yield _thing(kind, text)._replace(environment=environment if kind == "flag" else "")
    for text in parsed.given.get(_SERVICE, ()):
        yield _thing("service", text)


def _thing(kind: NamedKind, text: str) -> NamedThing:
    needs = names_needed(text)
    return NamedThing(kind, "" if needs else text, needs)
