"""Which commands stand in a block of code, and what in them a value stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pup_tui.convert.known_programs import looks_like_command
from pup_tui.convert.markdown.facts import PageFact, place_of
from pup_tui.convert.naming import variable_name
from pup_tui.convert.pieces import raw
from pup_tui.convert.shell.reading import parsed, text_of, walk
from pup_tui.convert.shell.secrets import SECRET_NAME

SHELLS = frozenset({
    "bash", "sh", "shell", "zsh", "ksh", "console", "shell-session", "shellsession", "terminal",
    "session", "bat",
})  # fmt: skip
SQL = frozenset({"sql", "pgsql", "postgresql", "mysql", "plsql", "psql"})
_PROMPT = re.compile(r"^(?:\[?[\w.@~:/-]+\]?)?[$#%❯]\s+(?=\S)|^\$(?=\w)")
_DOLLAR = re.compile(r"^\s*(?:[\w.@~:/-]+)?\$ ")
_EXPECTED = re.compile(r"(?i)^\s*#\s*(?:expected|sample|example|output|should|result|=>|->)")
_PLACE = re.compile(
    r"<([A-Za-z][A-Za-z0-9 _.\-]{0,40})>|\bYOUR[_-]([A-Za-z0-9_-]+)\b|\{\{\s*\.?([A-Za-z_]\w*)\s*\}\}"
)
_ENVIRONMENT = frozenset([
    "HOME", "PATH", "USER", "PWD", "SHELL", "LANG", "HOSTNAME", "OLDPWD", "TMPDIR", "EDITOR",
    "IFS", "RANDOM", "SECONDS", "UID", "PS1", "TERM", "LOGNAME",
])  # fmt: skip
_NUMBERS = re.compile(
    r"(?i)(?:^|_)(?:partitions?|offset|replicas?|count|port|number|pid|limit|max|min|num|shards?|workers?|retries|index)$"
)


@dataclass
class FoundCommands:
    """Commands, and what stands beside them as their output."""

    commands: str
    output: str = ""


def commands_in(text: str, info: str) -> FoundCommands | None:
    """The commands of a block of code; None where there are none."""
    lines = text.split("\n")
    if info and info not in SHELLS:
        return None
    if any(_DOLLAR.match(line) for line in lines):
        return _prompted(lines, _DOLLAR)
    if info in ("console", "shell-session", "shellsession", "session", "terminal") and any(
        _PROMPT.match(line) for line in lines
    ):
        return _prompted(lines, _PROMPT)
    expected = next((at for at, line in enumerate(lines) if _EXPECTED.match(line)), len(lines))
    body, output = lines[:expected], lines[expected:]
    found = "\n".join(body).strip("\n")
    if not info and not any(looks_like_command(line) for line in body):
        return None
    if not info and re.match(r"\s*[-*]\s", body[0]):
        return None
    written = [
        line for line in found.split("\n") if line.strip() and not line.lstrip().startswith("#")
    ]
    return FoundCommands(found, "\n".join(output)) if written else None


def _prompted(lines: list[str], prompt: re.Pattern[str]) -> FoundCommands | None:
    """Only what stands behind a prompt, with its continuations; all else is output."""
    commands: list[str] = []
    output: list[str] = []
    goes_on = False
    for line in lines:
        found = prompt.match(line)
        if found:
            commands.append(line[found.end() :])
            goes_on = line.rstrip().endswith("\\")
        elif goes_on:
            commands.append(re.sub(r"^>\s?", "", line))
            goes_on = line.rstrip().endswith("\\")
        else:
            output.append(line)
    return FoundCommands("\n".join(commands), "\n".join(output).strip("\n")) if commands else None


@dataclass
class Filled:
    """A script with values in the places that the page left open."""

    script: str
    names: dict[str, dict[str, object]] = field(default_factory=dict)


def filled(script: str, facts: Sequence[PageFact] = ()) -> Filled:
    """Put values in the place of `<name>`, of facts, and of `$NAME` that nothing in the script sets."""
    names: dict[str, dict[str, object]] = {}
    marks: dict[str, str] = {}

    def mark(name: str) -> str:
        made = f"__PLACE_{len(marks)}__"
        marks[made] = name
        return made

    def place(found: re.Match[str]) -> str:
        name = variable_name(found[1] or found[2] or found[3])
        names.setdefault(name, kind_of(name))
        return mark(name)

    text = _PLACE.sub(place, script)
    for fact in facts:
        pattern = place_of(fact.value)
        if pattern.search(text):
            text = pattern.sub(mark(fact.expression), text)
            names.setdefault(
                fact.name,
                {"type": "secret"}
                if SECRET_NAME.search(fact.name)
                else {"default": raw(fact.default)},
            )
    data = text.encode()
    root = parsed(text)
    own = {
        text_of(n)
        for each in walk(root)
        for n in each.children
        if each.type in ("variable_assignment", "for_statement") and n.type == "variable_name"
    }
    for node in sorted(
        (n for n in walk(root) if n.type in ("simple_expansion", "expansion")),
        key=lambda n: -n.start_byte,
    ):
        found = re.fullmatch(r"\$\{?([A-Z][A-Z0-9_]*)\}?", text_of(node))
        if found and found[1] not in own and found[1] not in _ENVIRONMENT:
            names.setdefault(
                found[1],
                {
                    **kind_of(found[1]),
                    **({"from": f"env:{found[1]}"} if SECRET_NAME.search(found[1]) else {}),
                },
            )
            data = data[: node.start_byte] + mark(found[1]).encode() + data[node.end_byte :]
    made = raw(data.decode())
    for each, name in marks.items():
        made = made.replace(each, f"{{{{ {name} }}}}")
    return Filled(made, names)


def kind_of(name: str) -> dict[str, object]:
    """What kind of value has such a name."""
    if SECRET_NAME.search(name):
        return {"type": "secret"}
    return {"type": "integer"} if _NUMBERS.search(name) else {}
