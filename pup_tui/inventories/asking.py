"""Asks an inventory for the items of a `foreach`: when the step begins, and never before."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec.structs import replace

from pup_tui.inventories.ansible import FILE, PROGRAM, SCRIPT, hosts_of
from pup_tui.inventories.ssh_config import hosts_like
from pup_tui.late_pattern import late_pattern
from pup_tui.place_errors import place_error
from pup_tui.quoted import quoted
from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.variables.choices import json_items
from pup_tui.runbook.variables.sources import RunCommand, Sources
from pup_tui.runbook.yaml import MAX_BYTES
from pup_tui.template.value_command import ValueCommand
from pup_tui.template.values import NOTHING, parse_json

MAX_ITEM: Final = 64 * 1024
"""Bytes of one item."""

_BEGINS_LIST: Final = late_pattern(r'\[\s*(["{]|$)')
"""The first line of a JSON list, and of hardly anything else: `[::1]` or `[web]` is a line."""


class WantedItems(Protocol):
    """What a `foreach` asks for: `core.actions.ListItems`, as far as it matters here."""

    @property
    def ansible(self) -> str: ...

    @property
    def group(self) -> str: ...

    @property
    def ssh_config(self) -> str: ...

    @property
    def command(self) -> ValueCommand | None: ...

    @property
    def timeout(self) -> float: ...


async def listed(wanted: WantedItems, sources: Sources) -> list[Any]:
    """The items that an inventory has now. Raises ValueError with a sentence where they cannot be had."""
    if wanted.command is not None:
        return await _by_command(wanted.command, wanted.timeout, sources)
    if wanted.ansible:
        return await _by_ansible(wanted.ansible, wanted.group, wanted.timeout, sources)
    from pup_tui.aside import aside

    return await aside(hosts_like, wanted.ssh_config, sources.home, _text_of)


async def _by_command(command: ValueCommand, seconds: float, sources: Sources) -> list[Any]:
    own = replace(command, cwd=sources.cwd)
    return items_in(await _run(sources)(own, seconds))


def items_in(printed: str) -> list[Any]:
    """The items in what a command printed: its lines that are not blank, or those of a JSON list.

    Raises ValueError with a sentence where that is no list.
    """
    items = json_items(printed)
    if items is None:
        items = _lines_in(printed.strip())
    for number, item in enumerate(items):
        if isinstance(item, str) and len(item.encode(errors="replace")) > MAX_ITEM:
            raise ValueError(f"item {number} of the command is longer than {MAX_ITEM // 1024} KiB")
    return items


def _lines_in(text: str) -> list[str]:
    lines = [line.strip() for line in text.split("\n")]
    if _BEGINS_LIST.match(lines[0]) and parse_json(lines[0]) is NOTHING:
        # Its lines would be brackets and texts in quotes.
        raise ValueError(
            "the command begins a JSON list, and what it prints is no JSON: is it cut off?"
        )
    return [line for line in lines if line]


async def _by_ansible(name: str, group: str, seconds: float, sources: Sources) -> list[Any]:
    # As its words stand in the file: `~` is an ordinary character there.
    path = (sources.cwd or Path()) / name
    if "," in name:
        # Ansible would take it for the hosts themselves.
        raise ValueError(f"the name of an inventory holds no comma: {quoted(name)}")
    try:
        path.stat()
    except OSError as error:
        raise ValueError(str(place_error(error, path))) from error
    if shutil.which(PROGRAM, path=sources.environ.get("PATH", "")) is None:
        told = f"`{PROGRAM}` is not installed: install Ansible, or list the hosts otherwise"
        raise ValueError(f"{told}, as by `command:`")
    command = ValueCommand(
        script=SCRIPT,
        values={FILE: str(path)},
        cwd=sources.cwd,
    )
    return hosts_of(await _run(sources)(command, seconds), group)


def _run(sources: Sources) -> RunCommand:
    if sources.run is None:
        raise ValueError("no command is run here")
    return sources.run


def _text_of(path: Path) -> str:
    try:
        data = read_file(path)
    except Unreadable as error:
        raise ValueError(f"{error}: {path}") from error
    if len(data) > MAX_BYTES:
        raise ValueError(
            f"the configuration of ssh is longer than {MAX_BYTES // 1024**2} MiB: {path}"
        )
    return data.decode(errors="replace")
