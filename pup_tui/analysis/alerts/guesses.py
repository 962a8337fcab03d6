"""What an alert does not say and may be guessed from its names and its text; each is marked as a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pup_tui.analysis.alerts.alert import Fact
from pup_tui.analysis.alerts.words import plain, words
from pup_tui.late_pattern import late_pattern

_HASHES = late_pattern(r"-(?:[a-f0-9]{6,10}-[a-z0-9]{5}|[bcdfghjklmnpqrstvwxz2456789]{5})\Z")
_ORDINAL = late_pattern(r"-\d+\Z")
_HOST = late_pattern(
    r"(?<![\w./:-])([a-z][a-z0-9]*(?:-[a-z0-9]+)*-\d{1,3}(?:\.[a-z][a-z0-9-]*){0,6})"
    r"(?![\w-]|\.\w|:\d*[a-z])"
)
_DOMAIN = late_pattern(
    r"(?<![\w@/.-])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:com|org|net|io|dev|app|de|eu|fr|es|it|nl|uk|ch|at|"
    r"co|cloud|info|internal|local))(?![\w-]|\.\w|/\S)"
)
_CLUSTER = late_pattern(
    r"(?<![\w./:-])((?:prod|prd|stag|staging|stg|dev|test|qa)-[a-z0-9]+(?:-[a-z0-9]+)*)(?![\w-])"
)
_PORT = late_pattern(r":\d{1,5}\Z")
_WORD = late_pattern(r"(?<![\w-])[^\W_]+(?![\w-])")
_NAMES_WITH_ENVIRONMENT = (
    "cluster",
    "namespace",
    "title",
    "alias",
    "incident_key",
    "alert_id",
    "queue",
    "function",
)
_TEXTS = ("title", "summary", "description", "comment")


def without_port(host: str) -> str:
    """A host without the port of whatever is asked there."""
    return _PORT.sub("", host) if host.count(":") == 1 else host


def guessed(
    facts: Mapping[str, Fact], bare_words: Mapping[str, str], text: str
) -> Iterator[tuple[str, Fact]]:
    """Facts that are still missing, from those that there are, tags without a value, and the running text."""
    if "pod" in facts and "service" not in facts:
        name = _service_of_pod(str(facts["pod"].value))
        if name:
            yield "service", Fact(name, "the name of the pod", guess=True)
    if "host" not in facts and "pod" not in facts and "domain" not in facts:
        host = _host_in(facts)
        if host is not None:
            yield "host", host
    if "domain" not in facts:
        domain = _domain_in(facts)
        if domain is not None:
            yield "domain", domain
    if "cluster" not in facts and ("pod" in facts or "namespace" in facts or "node" in facts):
        match = _CLUSTER.search(text)
        if match is not None:
            yield "cluster", Fact(match[1], "the text", guess=True)


def guessed_environment(
    facts: Mapping[str, Fact], bare_words: Mapping[str, str], text: str
) -> Fact | None:
    """The environment, where tags, names or the text speak of just one."""
    for tag, where in bare_words.items():
        known = words().environments.get(plain(tag))
        if known is not None:
            return Fact(known, where, guess=True)
    for name in _NAMES_WITH_ENVIRONMENT:
        if name in facts and (found := environments_in_name(str(facts[name].value))):
            return (
                Fact(found.pop(), f"the {name.replace('_', ' ')}", guess=True)
                if len(found) == 1
                else None
            )
    for name in _TEXTS:
        if name in facts and (found := _environments_in_text(str(facts[name].value))):
            return Fact(found.pop(), f"the {name}", guess=True) if len(found) == 1 else None
    found = _environments_in_text(text)
    return Fact(found.pop(), "the text", guess=True) if len(found) == 1 else None


def guessed_service(bare_words: Mapping[str, str], system: str) -> Fact | None:
    """The service of an uptime check, whose tags are bare words: the one that is no environment."""
    table = words()
    others = [
        (tag, where) for tag, where in bare_words.items() if plain(tag) not in table.environments
    ]
    if len(others) == 1 and len(bare_words) <= 3:
        return Fact(others[0][0], others[0][1], guess=True)
    return None


def _service_of_pod(pod: str) -> str:
    shorter = _HASHES.sub("", pod)
    return shorter if shorter != pod else _ORDINAL.sub("", pod)


def _host_in(facts: Mapping[str, Fact]) -> Fact | None:
    table = words()
    for name in ("title", "summary"):
        if name not in facts:
            continue
        found = dict.fromkeys(
            match[1]
            for match in _HOST.finditer(str(facts[name].value))
            if not table.no_hosts.intersection(match[1].partition(".")[0].split("-")[:-1])
        )
        if len(found) == 1:
            return Fact(next(iter(found)), f"the {name}", guess=True)
    return None


def _domain_in(facts: Mapping[str, Fact]) -> Fact | None:
    for name in ("title", "summary"):
        if name in facts:
            said = str(facts[name].value).lower()
            found = dict.fromkeys(each for each in _DOMAIN.findall(said) if not _HOST.match(each))
            if len(found) == 1:
                return Fact(next(iter(found)), f"the {name}", guess=True)
    return None


def environments_in_name(name: str) -> set[str]:
    """The environments that parts of a name speak of: production in `prod-eu-1`."""
    table = words()
    parts = set(re.findall(r"[a-z]+", name.lower()))
    return {table.environments[part] for part in parts & table.environments_in_names}


def _environments_in_text(text: str) -> set[str]:
    table = words()
    found = {plain(word) for word in _WORD.findall(text[:20_000].lower())}
    return {table.environments[word] for word in found & table.environments_in_text}
