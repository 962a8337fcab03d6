"""Values that stand in several commands: they become variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pup_tui.convert.known_programs import KNOWN_PROGRAMS
from pup_tui.convert.naming import unique, variable_name
from pup_tui.convert.shell.reading import (
    arguments_of,
    command_name,
    commands_in,
    parsed,
    word_text,
)

_OPTIONS = {
    "-n": "NAMESPACE",
    "-h": "HOST",
    "-p": "PORT",
    "-U": "USER",
    "-u": "USER",
    "-d": "DATABASE",
    "-c": "CONTAINER",
    "-f": "FILE",
    "-l": "SELECTOR",
    "-r": "REGION",
    "-t": "TARGET",
}
_SHAPES = (
    (r"i-[0-9a-f]{8,17}", "INSTANCE_ID"),
    (r"(?:ami|vol|snap|sg|vpc|subnet)-[0-9a-f]{8,17}", "RESOURCE_ID"),
    (r"\d{1,3}(?:\.\d{1,3}){3}", "ADDRESS"),
    (r"[\w-]+(?:\.[\w-]+){2,}", "HOST"),
    (r"v?\d+\.\d+(?:\.\d+)*(?:-[\w.]+)?", "VERSION"),
    (r"(?:/[\w.@-]+){2,}/?", "FILE"),
    (r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID"),
)
_KINDS = frozenset(
    [
        "pod",
        "pods",
        "deployment",
        "deploy",
        "service",
        "svc",
        "node",
        "nodes",
        "statefulset",
        "job",
        "cronjob",
        "configmap",
        "secret",
        "ingress",
        "daemonset",
        "namespace",
        "ns",
        "container",
        "image",
        "unit",
        "database",
        "table",
        "topic",
        "group",
        "queue",
        "stack",
        "cluster",
        "instance",
        "bucket",
    ]
)
_PLURAL = {
    "pods": "POD",
    "nodes": "NODE",
    "svc": "SERVICE",
    "deploy": "DEPLOYMENT",
    "ns": "NAMESPACE",
}
_VALUE = re.compile(r"[A-Za-z0-9][\w.:@/-]{2,80}")
_TELLING = re.compile(r"[\d.:/_-]")
_LEAST = 2


@dataclass(frozen=True)
class RepeatedValue:
    """A value, and what its variable is called."""

    value: str
    name: str


def repeated_in(commands: list[str]) -> list[RepeatedValue]:
    """The values that stand in at least two different commands, longest first."""
    places: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for command in commands:
        for value, name in _values(command):
            places.setdefault(value, set()).add(command)
            if name and names.get(value, "VALUE").startswith("VALUE"):
                names[value] = name
    found: list[RepeatedValue] = []
    taken: set[str] = set()
    wanted = [value for value, where in places.items() if len(where) >= _LEAST]
    for value in sorted(wanted, key=lambda each: (-len(each), each)):
        if any(value in other.value and places[value] <= places[other.value] for other in found):
            continue
        name = unique(names.get(value) or "VALUE", taken)
        taken.add(name)
        found.append(RepeatedValue(value, name))
    return found


def _values(command: str) -> Iterator[tuple[str, str]]:
    """The words of a command that may be values, and what the words before tell of each."""
    for node in commands_in(parsed(command)):
        words = [word_text(each) for each in arguments_of(node)]
        before = command_name(node)
        for at, word in enumerate(words):
            if word is None:
                before = ""
                continue
            option, _, rest = word.partition("=")
            if word.startswith("--") and rest:
                yield from _one(rest, variable_name(option.lstrip("-")), is_told=True)
            elif not word.startswith("-"):
                is_option = before.startswith("-")
                name = _OPTIONS.get(before) or (
                    variable_name(before.lstrip("-")) if is_option and len(before) > 2 else ""
                )
                yield from _one(
                    word,
                    name or _kind(before),
                    is_told=is_option and (bool(name) or len(before) > 2) and at > 0,
                )
            before = word


def _kind(before: str) -> str:
    return _PLURAL.get(before, variable_name(before)) if before in _KINDS else ""


def _one(word: str, name: str, *, is_told: bool) -> Iterator[tuple[str, str]]:
    """A word as a value, or the part of it that one may be: `deploy/web`, `app=web`, `host:port`."""
    if "://" in word or not _VALUE.fullmatch(word.replace("=", "x")):
        return
    kind, slash, rest = word.partition("/")
    if slash and kind in _KINDS and "/" not in rest:
        yield from _one(rest, _kind(kind), is_told=True)
        return
    if "=" in word:
        key, _, rest = word.partition("=")
        yield from _one(rest, variable_name(key), is_told=True)
        return
    if word in KNOWN_PROGRAMS or word in _KINDS:
        return
    shape = next((named for pattern, named in _SHAPES if re.fullmatch(pattern, word)), "")
    if is_told or name or shape or (_TELLING.search(word) and re.search(r"[A-Za-z]", word)):
        yield word, name or shape


def with_variables(command: str, values: list[RepeatedValue]) -> str:
    """A command that names variables of the shell for these values; not within single quotes."""
    made = ""
    for at, part in enumerate(re.split(r"('[^']*')", command)):
        if at % 2 == 0:
            for each in values:
                part = re.sub(
                    rf"(?<![\w.$@-]){re.escape(each.value)}(?![\w.@-])", f"${{{each.name}}}", part
                )
        made += part
    return made
