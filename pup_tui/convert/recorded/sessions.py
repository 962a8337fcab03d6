"""The commands of a recorded session, whichever program recorded it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import PurePosixPath

from pup_tui.convert.known_programs import looks_like_command
from pup_tui.convert.recorded.terminal_text import lines_of

_TYPESCRIPT = re.compile(r"\A\s*Script started on ")
_ZSH = re.compile(r"(?m)^: \d{9,10}:\d+;")
_STAMP = re.compile(r"(?m)^#\d{9,10}$")
_FISH = re.compile(r"(?m)^- cmd: ")
_NUMBERED = re.compile(r"^\s*\d+\*?\s+(?:\d{4}-\d\d-\d\d[ T][\d:]+\s+)?(?=\S)")
_PROMPT = re.compile(
    r"^(?:\([\w./-]+\)\s*)?"
    r"(?:(?:\[?[\w.-]+@[\w.-]+(?:[: ][^\]$#%❯➜»]*)?\]?|[\w.-]+:[~/][^$#%]*|[~/][\w./-]*"
    r"|bash-[\d.]+|sh-[\d.]+)\s*)?"
    r"[$#%❯➜»]\s+(?P<command>\S.*)$"
)
_CONTINUED = re.compile(r"^>\s(?P<command>.*)$")


def kind_of(text: str, name: str) -> str:
    """Which kind of recording a text is; empty where it is none."""
    first = text.lstrip().split("\n", 1)[0]
    if re.match(r'\{.*"version"\s*:\s*[123]\b.*\}\s*$', first) and (
        "\n[" in text or '"stdout"' in text
    ):
        return "cast"
    if _TYPESCRIPT.match(text):
        return "typescript"
    for kind, pattern in (("zsh", _ZSH), ("fish", _FISH), ("bash", _STAMP)):
        if pattern.search(text):
            return kind
    file = PurePosixPath(name).name
    if "history" in file:
        return "bash"
    lines = [line for line in text.split("\n") if line.strip()]
    numbered = [line for line in lines if _NUMBERED.match(line)]
    if len(numbered) > 1 and len(numbered) == len(lines):
        return "bash"
    return ""


def commands_of(text: str, kind: str) -> list[str]:
    """The commands in the order in which they were given."""
    reader: Callable[[str], list[str]] = {
        "cast": _cast, "typescript": _typescript, "zsh": _zsh, "fish": _fish, "bash": _bash,
    }[kind]  # fmt: skip
    return [command for each in reader(text) if (command := each.strip())]


def _bash(text: str) -> list[str]:
    lines = [line for line in text.split("\n") if not _STAMP.fullmatch(line)]
    return _joined([_NUMBERED.sub("", line) for line in lines])


def _joined(lines: list[str]) -> list[str]:
    """Lines that go on in the next one are one command."""
    found: list[str] = []
    goes_on = False
    for line in lines:
        if goes_on:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
        goes_on = line.endswith("\\")
    return found


def _zsh(text: str) -> list[str]:
    found: list[str] = []
    for line in text.split("\n"):
        begins = _ZSH.match(line)
        if begins:
            found.append(line[begins.end() :])
        elif found and found[-1].endswith("\\"):
            found[-1] = f"{found[-1][:-1]}\n{line}"
        elif line.strip():
            found.append(line)
    return found


def _fish(text: str) -> list[str]:
    found = re.findall(r"(?m)^- cmd: (.*)$", text)
    return [each.replace("\\n", "\n").replace("\\\\", "\\") for each in found]


def _typescript(text: str) -> list[str]:
    body = text.split("\n", 1)[1] if "\n" in text else ""
    return _prompted(lines_of(re.sub(r"\nScript done on .*\Z", "", body, flags=re.DOTALL)))


def _cast(text: str) -> list[str]:
    """What was printed, of a cast of any version: that of the first has all in one object."""
    lines = text.lstrip().split("\n")
    printed: list[str] = []
    try:
        header = json.loads(lines[0])
    except ValueError:
        header = {}
    if isinstance(header, dict) and isinstance(header.get("stdout"), list):
        printed = [
            str(each[1]) for each in header["stdout"] if isinstance(each, list) and len(each) > 1
        ]
    for line in lines[1:]:
        if not line.startswith("["):
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, list) and len(event) > 2 and event[1] == "o":
            printed.append(str(event[2]))
    return _prompted(lines_of("".join(printed)))


def _prompted(lines: list[str]) -> list[str]:
    """What stands behind a prompt; the same sign before a word that is no program is output."""
    found: list[str] = []
    goes_on = False
    for line in lines:
        continued = _CONTINUED.match(line) if goes_on else None
        prompt = _PROMPT.match(line)
        if continued:
            found[-1] += f"\n{continued['command']}"
            goes_on = line.endswith("\\")
        elif prompt and _is_command(prompt["command"]):
            found.append(prompt["command"])
            goes_on = line.endswith("\\")
        else:
            goes_on = False
    return found


def _is_command(text: str) -> bool:
    first = text.split(None, 1)[0]
    return (
        looks_like_command(text)
        or re.fullmatch(r"[a-z][\w.-]*|[A-Za-z_]\w*=.*|\./\S+", first) is not None
    )
