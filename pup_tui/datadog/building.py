"""From a checked command line to the request that it means."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pup_tui.datadog.arguments import CommandError
from pup_tui.datadog.table import REPEATED
from pup_tui.datadog.times import parse_span, parse_time, v2_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pup_tui.datadog.table import PupCommand, PupFlag

MAX_FILE_BYTES = 4 * 1024 * 1024

_PLAIN_TERM = re.compile(r"[\w.\-/*@]+")


@dataclass(slots=True)
class Built:
    """A request, ready but for what a recipe has to look up first."""

    row: PupCommand
    arguments: dict[str, str]
    query: dict[str, str | int | bool | list[str]] = field(default_factory=dict)
    body: Any = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path with the arguments in it, percent-encoded."""
        path = self.row.path
        for name, value in self.arguments.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        return path


def build(
    row: PupCommand,
    positional: Sequence[str],
    given: Mapping[str, Sequence[str]],
    now: float,
    directory: Path | None,
) -> Built:
    """Put each value where the table says. Files are read relative to `directory`.

    Raises CommandError for a file that cannot be read or is not JSON.
    """
    names = [argument.name for argument in row.arguments]
    built = Built(row, dict(zip(names, positional, strict=True)))
    for place, value in row.fixed.items():
        _put(built, place, value)
    terms: dict[str, list[str]] = {}
    for flag in row.flags:
        texts = given.get(flag.name) or _default(flag)
        if not texts or not flag.to:
            continue
        try:
            if flag.term:
                terms.setdefault(flag.to, []).append(_term(flag, texts[0], row.join))
            else:
                _put(built, flag.to, _value(flag, texts, now, directory))
        except ValueError as error:
            raise CommandError(f"{row.name}: {flag.name}: {error}") from None
    for place, clauses in terms.items():
        _put(built, place, row.join.join(clauses))
    return built


def _default(flag: PupFlag) -> list[str]:
    if flag.default is None:
        return []
    if isinstance(flag.default, list):
        return [",".join(flag.default)]
    return [str(flag.default)]


def _value(flag: PupFlag, texts: Sequence[str], now: float, directory: Path | None) -> Any:
    """The value of a flag as the request wants it."""
    text = texts[0]
    if flag.type in REPEATED:
        return list(texts)
    if flag.type == "list":
        items = [item.strip() for item in text.split(",") if item.strip()]
        return [flag.choices.get(item.lower(), item) for item in items]
    if flag.choices:
        return flag.choices.get(text.lower(), flag.otherwise)
    if flag.type in {"bool", "switch"}:
        return text.lower() == "true"
    if flag.type == "int":
        number = int(text)
        return max(flag.clamp[0], min(number, flag.clamp[1])) if flag.clamp else number
    if flag.type == "time":
        return _moment(flag, parse_time(text, now))
    if flag.type == "duration":
        seconds = parse_span(text)
        return v2_time(now + seconds) if flag.format == "rfc3339" else seconds
    if flag.type == "json":
        return json.loads(text)
    if flag.type == "path":
        return _read_json(text, directory)
    return text


def _moment(flag: PupFlag, seconds: int) -> int | str:
    if flag.format == "rfc3339":
        return v2_time(seconds)
    # The logs API takes its times as text.
    return str(seconds * 1000) if flag.format == "unix_ms" else seconds


def _term(flag: PupFlag, value: str, join: str) -> str:
    """A clause of a search query. A value is one operand of it, whatever characters it holds."""
    if flag.term == "{}":
        return value
    if join == ",":
        if "," in value:
            raise ValueError("a tag holds no comma")
        return flag.term.format(value)
    if not _PLAIN_TERM.fullmatch(value):
        value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return flag.term.format(value)


def _put(built: Built, place: str, value: Any) -> None:
    kind, _, name = place.partition(".")
    if kind == "query":
        built.query[name] = value
    elif kind == "option":
        built.options[name] = value
    elif not name:
        built.body = value
    else:
        built.body = {} if built.body is None else built.body
        target = built.body
        *parents, last = name.split(".")
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value


def _read_json(text: str, directory: Path | None) -> Any:
    path = (directory or Path()) / text
    try:
        if not path.is_file():
            raise ValueError(f"{text} is no file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ValueError(f"{text} is larger than {MAX_FILE_BYTES} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{text} cannot be read: {error.strerror}") from None
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"{text} is not JSON{line}") from None
