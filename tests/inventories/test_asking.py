"""Inventories that are asked: what is run for them, and what comes of what that prints."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pup_tui.catalog.value_sources import local_sources
from pup_tui.core.actions import ListItems
from pup_tui.inventories.ansible import FILE
from pup_tui.inventories.asking import MAX_ITEM, items_in, listed
from pup_tui.template.value_command import ValueCommand

Ask = Callable[[ListItems, str], list[Any]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks an inventory, with a program that prints this; what it was given is kept in `ran`."""

    def asked(wanted: ListItems, prints: str) -> list[Any]:
        async def run(command: ValueCommand, seconds: float) -> str:
            ran.append((command, seconds))
            return prints

        program = tmp_path / "bin" / "ansible-inventory"
        program.parent.mkdir(exist_ok=True)
        program.touch(0o755)
        environ = {"PATH": str(program.parent)}
        sources = local_sources(environ, tmp_path, run).working_in(tmp_path)
        return asyncio.run(listed(wanted, sources))

    ran.clear()
    return asked


ran: list[tuple[ValueCommand, float]] = []


@pytest.mark.parametrize(
    ("printed", "items"),
    [
        (" a \n\n b c\n", ["a", "b c"]),
        ('["a", {"name": "b"}, 3]', ["a", {"name": "b"}, 3]),
        ("[not json\nx", ["[not json", "x"]),
        ("[::1]\n[web]", ["[::1]", "[web]"]),
        ('["a", 1]\n["b", 2]', ['["a", 1]', '["b", 2]']),
        ('{"a": 1}\n{"a": 2}', ['{"a": 1}', '{"a": 2}']),
        ("", []),
        ("[]", []),
    ],
)
def test_the_items_of_a_command_are_its_lines_or_a_json_list(
    printed: str, items: list[Any]
) -> None:
    assert items_in(printed) == items


def test_what_is_no_list_of_items_is_refused() -> None:
    with pytest.raises(ValueError, match="a JSON map; a list is needed"):
        items_in('{"a": 1}')
    with pytest.raises(ValueError, match="item 1 of the command is longer than 64 KiB"):
        items_in("a\n" + "b" * (MAX_ITEM + 1))


@pytest.mark.parametrize(
    "printed", ['["web-1", "web', '[\n  "web-1",\n]', '[ {"name": "web-1"},', "["]
)
def test_a_json_list_that_is_cut_off_is_no_list_of_lines(printed: str) -> None:
    with pytest.raises(ValueError, match="begins a JSON list, and what it prints is no JSON"):
        items_in(printed)


def test_a_command_runs_where_the_program_was_started(ask: Ask, tmp_path: Path) -> None:
    command = ValueCommand(script="list", directory="/runbooks")
    assert ask(ListItems(step="a", command=command, timeout=7.0), "x\ny") == ["x", "y"]
    ((used, seconds),) = ran
    assert (used.script, used.cwd, used.directory, seconds) == ("list", tmp_path, "/runbooks", 7.0)


def test_the_name_of_an_inventory_is_no_code(ask: Ask, tmp_path: Path) -> None:
    name = "-x; $(touch pwned) `id`"
    (tmp_path / name).touch()
    wanted = ListItems(step="a", ansible=name, group="web", timeout=60.0)
    assert ask(wanted, '{"web": {"hosts": ["web-1"]}}') == ["web-1"]
    ((used, _),) = ran
    assert used.values == {FILE: str(tmp_path / name)}
    assert name not in used.script


@pytest.mark.parametrize(
    ("name", "told"),
    [("none.ini", "there is no such file or folder: .*none.ini"), ("a,b", "holds no comma: 'a,b'")],
)
def test_an_inventory_that_there_is_not_is_not_asked(ask: Ask, name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ask(ListItems(step="a", ansible=name, group="web", timeout=60.0), "{}")
    assert ran == []


def test_where_ansible_is_not_installed_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "hosts").touch()
    sources = local_sources({"PATH": str(tmp_path)}, tmp_path).working_in(tmp_path)
    with pytest.raises(ValueError, match="`ansible-inventory` is not installed: install Ansible"):
        asyncio.run(listed(ListItems(step="a", ansible="hosts", group="x", timeout=1.0), sources))


def test_the_configuration_of_ssh_is_that_of_the_home(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host only-here-1 only-here-2")
    sources = local_sources({}, tmp_path)
    wanted = ListItems(step="a", ssh_config="only-here-*", timeout=1.0)
    assert asyncio.run(listed(wanted, sources)) == ["only-here-1", "only-here-2"]


def test_at_rest_no_command_is_run(tmp_path: Path) -> None:
    sources = local_sources({}, tmp_path).at_rest()
    wanted = ListItems(step="a", command=ValueCommand(script="ls"), timeout=1.0)
    with pytest.raises(ValueError, match="no command is run here"):
        asyncio.run(listed(wanted, sources))
