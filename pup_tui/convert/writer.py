"""A new runbook as the text of its file, and which lines of it each step has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pup_tui.convert.draft import NewRunbook, NewStep
from pup_tui.runbook.written_yaml import PlainDumper, yaml_text

SCHEMA_COMMENT = "# yaml-language-server: $schema=./runbook.schema.json"
"""For editors; `pup-tui schema > runbook.schema.json` writes that file."""
_COMMENT_WIDTH = 118


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a file.

    `spans` are steps with their first and last lines, from 1, those inside behind theirs.
    """

    text: str
    spans: tuple[tuple[int, int, NewStep], ...]

    def step_at(self, line: int) -> NewStep | None:
        """The innermost step that this line belongs to."""
        found = [step for first, last, step in self.spans if first <= line <= last]
        return found[-1] if found else None


class _Dumper(PlainDumper):
    """Writes short lists and maps in one line."""


class _Flowing(dict[str, Any]):
    """A map that stands in one line."""


class _Row(list[Any]):
    """A list that stands in one line."""


_Dumper.add_representer(
    _Flowing,
    lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True),
)
_Dumper.add_representer(
    _Row,
    lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True),
)


class _Block(dict[str, Any]):
    """A map that never stands in one line."""


_Dumper.add_representer(
    _Block,
    lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=False),
)


def dumped(data: Any) -> str:
    """Data as YAML."""
    return yaml_text(_arranged(data), _Dumper)


def _arranged(data: Any) -> Any:
    if isinstance(data, dict):
        made = {key: _arranged(value) for key, value in data.items()}
        if isinstance(data, _Block):
            return _Block(made)
        return _Flowing(made) if _is_short(data) else made
    if isinstance(data, list):
        return _Row(data) if _is_short(data) else [_arranged(each) for each in data]
    return data


def _is_short(data: Any) -> bool:
    inside = list(data.values()) if isinstance(data, dict) else data
    if any(isinstance(each, dict | list) or "\n" in str(each) for each in inside):
        return False
    return len(str(data)) < 80 and len(inside) < 6


def written(runbook: NewRunbook) -> Written:
    """The file of a runbook."""
    lines: list[str] = []
    spans: list[tuple[int, int, NewStep]] = []
    lines += _head(runbook)
    for key, value in _top(runbook):
        lines += ["", *_entry(key, value)] if key in ("vars", "defaults") else _entry(key, value)
    lines += ["", "steps:"]
    for at, step in enumerate(runbook.steps):
        if at:
            lines.append("")
        _add_step(step, 2, lines, spans)
    return Written("\n".join(lines).rstrip() + "\n", tuple(spans))


def _head(runbook: NewRunbook) -> list[str]:
    made = [SCHEMA_COMMENT, f"# Converted from {runbook.source}. Look it through before it runs."]
    told = [each for each in runbook.report if each.fate in ("dropped", "manual")]
    for each in told:
        made += _comment(
            f"{each.fate}: {each.what}: {each.why}" if each.why else f"{each.fate}: {each.what}"
        )
    return made


def _comment(text: str, indent: int = 0) -> list[str]:
    import textwrap

    clean = "".join(c if c.isprintable() else " " for c in text)
    start = f"{' ' * indent}# "
    return textwrap.wrap(
        clean,
        _COMMENT_WIDTH,
        initial_indent=start,
        subsequent_indent=f"{start}  ",
        break_long_words=False,
    )


def _top(runbook: NewRunbook) -> Iterator[tuple[str, Any]]:
    yield "name", runbook.id
    if runbook.description:
        yield "description", runbook.description
    if runbook.tags:
        yield "tags", runbook.tags
    if runbook.owner:
        yield "owner", runbook.owner
    if runbook.links:
        yield "links", runbook.links
    if runbook.vars:
        yield "vars", runbook.vars
    if runbook.lock:
        yield "lock", runbook.lock
    yield "defaults", {"strict": True, "shell": "bash"}


def _entry(key: str, value: Any) -> list[str]:
    return dumped(_Block({key: value})).rstrip("\n").split("\n")


def _add_step(
    step: NewStep, indent: int, lines: list[str], spans: list[tuple[int, int, NewStep]]
) -> None:
    for note in step.notes:
        lines += _comment(note, indent)
    first = len(lines) + 1
    place = len(spans)
    spans.append((first, first, step))
    head = {"name": step.name, **({"id": step.id} if step.id else {}), "kind": step.kind}
    body = block_lines({**head, **step.keys})
    lines += [
        f"{' ' * indent}{'- ' if at == 0 else '  '}{line}".rstrip() if line else ""
        for at, line in enumerate(body)
    ]
    if step.steps:
        lines.append(f"{' ' * indent}  steps:")
        for inner in step.steps:
            _add_step(inner, indent + 4, lines, spans)
    spans[place] = (first, len(lines), step)


def block_lines(keys: dict[str, Any]) -> list[str]:
    """The lines of a map, each key on a line of its own."""
    return [
        line
        for key, value in keys.items()
        for line in dumped(_Block({key: value})).rstrip("\n").split("\n")
    ]
