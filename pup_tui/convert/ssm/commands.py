"""Calls of AWS's APIs as commands of its command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from pup_tui.convert.pieces import (
    PiecedText,
    json_word,
    list_words,
    literal_of,
    only_value,
    shell_word,
    template,
)

_FIRST = re.compile(r"(.)([A-Z][a-z]+)")
_LAST = re.compile(r"([a-z0-9])([A-Z])")
_PLURAL = re.compile(r"[A-Z]{2,}s$")
_WIDTH = 96

_SERVICES = {
    "s3": "s3api",
    "config": "configservice",
    "codedeploy": "deploy",
    "cloudwatchlogs": "logs",
    "sfn": "stepfunctions",
}
"""Services whose name in documents is not that of the command line."""

_READS = frozenset([
    "batch-get", "check", "count", "describe", "detect", "discover", "download", "estimate",
    "filter", "get", "head", "list", "lookup", "preview", "query", "scan", "search", "select",
    "simulate", "summarize", "test", "validate", "verify", "view", "wait",
])  # fmt: skip
_ADDS = frozenset([
    "acknowledge", "add-tags", "associate-tags", "copy", "create-backup", "create-image",
    "create-snapshot", "create-snapshots", "create-tags", "export", "generate", "invoke",
    "notify", "publish", "put-events", "put-metric-data", "put-log-events", "request", "resume",
    "send", "signal", "start", "start-automation-execution", "start-execution", "start-instances",
    "subscribe", "tag",
])  # fmt: skip
"""Verbs, and whole calls, of what adds something beside what there is, or starts what was stopped."""


def kebab(name: str) -> str:
    """A name of an API as the command line writes it: `DBInstanceIds` is `db-instance-ids`."""
    plural = _PLURAL.search(name)
    if plural and plural.start() > 0:
        name = f"{name[: plural.start()]}-{plural.group().lower()}"
    return (
        _LAST.sub(r"\1-\2", _FIRST.sub(r"\1-\2", name)).lower().replace("_", "-").replace("--", "-")
    )


def service_of(name: str) -> str:
    """The service as the command line calls it."""
    lower = name.lower().replace(" ", "-")
    return _SERVICES.get(lower, lower)


def only_looks(api: str) -> bool:
    """Whether a call (in kebab case) only reads, as far as its verb tells."""
    return _is_in(api, _READS)


def may_destroy(api: str) -> bool:
    """Whether a call changes or takes away what there is, as far as its verb tells."""
    return not only_looks(api) and not _is_in(api, _ADDS)


def _is_in(api: str, verbs: Iterable[str]) -> bool:
    return any(api == verb or api.startswith(f"{verb}-") for verb in verbs)


def command(service: str, api: str, inputs: dict[str, Any], *more: str) -> str:
    """A call with its inputs, of which texts are pieces, as a command."""
    words = [f"aws {service_of(service)} {kebab(api)}"]
    words += [option(name, value) for name, value in inputs.items()]
    return wrapped([*words, *more])


def wrapped(words: list[str]) -> str:
    """Words of a command, over several lines where it is long."""
    line = " ".join(words)
    if len(line) <= _WIDTH:
        return line
    return " \\\n  ".join(words)


def waited(wait: str) -> str:
    """A wait of the command line, as lines of a script: its own limit is not that of the document.

    A waiter gives up after a number of looks of its own (botocore's `waiters-2.json`), and is begun anew
    then: how long it may take in all is for the step's `timeout` to say.
    """
    return (
        f"until SAID=$({wait} 2>&1); do\n"
        '  case $SAID in *"Max attempts exceeded"*) ;; *) echo "$SAID" >&2; exit 1 ;; esac\n'
        "done\n"
    )


def option(name: str, value: Any) -> str:
    """One input as an option of the command line."""
    flag = f"--{kebab(name)}"
    if isinstance(value, bool):
        return flag if value else f"--no-{kebab(name)}"
    if isinstance(value, PiecedText):
        return _text_option(flag, value)
    if isinstance(value, list):
        return f"{flag} {words_of(value)}"
    if isinstance(value, dict):
        return f"{flag} {json_word(value)}"
    return f"{flag} {shell_word([json.dumps(value)])}"


def _text_option(flag: str, value: PiecedText) -> str:
    whole = only_value(value.pieces)
    if whole is not None and whole.kind == "list":
        return f"{flag} {list_words(whole)}".rstrip()
    if whole is not None and whole.kind == "boolean":
        return f"{flag}={shell_word(value.pieces)}"
    return f"{flag} {shell_word(value.pieces)}"


def words_of(items: list[Any]) -> str:
    """A list as words where its items are texts, else as JSON."""
    if not items or not all(isinstance(each, PiecedText | int | float | str) for each in items):
        return json_word(items)
    words = []
    for each in items:
        whole = only_value(each.pieces) if isinstance(each, PiecedText) else None
        if whole is not None and whole.kind == "list":
            words.append(list_words(whole).rstrip())
        else:
            words.append(
                shell_word(each.pieces if isinstance(each, PiecedText) else [json.dumps(each)])
            )
    return " ".join(words)


def known_text(value: Any) -> str | None:
    """The text of an input; None where it is none, or known only when the document runs."""
    return literal_of(value.pieces) if isinstance(value, PiecedText) else None


def told(value: Any) -> str:
    """An input as people read it."""
    if isinstance(value, list):
        return ", ".join(told(each) for each in value)
    if isinstance(value, PiecedText):
        return template(value.pieces)
    return str(value)


def flag_value(value: Any) -> bool:
    """Whether an input that is a truth value is set."""
    return value is True or str(known_text(value) or value).lower() == "true"
