"""The hosts of a group, by what `ansible-inventory --list` prints."""

from __future__ import annotations

from typing import Any, Final

from pup_tui.inventories.names import among
from pup_tui.quoted import quoted
from pup_tui.runbook.parts import ALL_HOSTS
from pup_tui.template.values import parse_json

PROGRAM: Final = "ansible-inventory"
FILE: Final = "PUP_TUI_INVENTORY"
"""The variable that names the inventory, so that its name is no code."""
SCRIPT: Final = (
    "ANSIBLE_INVENTORY_UNPARSED_FAILED=1 ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=1 "
    f'exec {PROGRAM} --list --inventory="${FILE}"'
)
"""What is not understood is an error: without these variables it would be an inventory without hosts."""

_META: Final = "_meta"


def hosts_of(printed: str, group: str) -> list[str]:
    """The hosts of a group and of the groups in it, each once, in the order of the inventory.

    Raises ValueError with a sentence where there is no such group, where no host is in it, or where this is
    no inventory.
    """
    tree = parse_json(printed.strip())
    if not isinstance(tree, dict):
        raise ValueError(f"`{PROGRAM}` prints something that is no inventory")
    groups = {name: entry for name, entry in tree.items() if name != _META}
    if group not in groups and group != ALL_HOSTS:
        raise ValueError(f"there is no group {quoted(group)} in it: {among(groups, 'groups')}")
    if not (hosts := _inside(groups, group)):
        raise ValueError(f"there is no host in the group {quoted(group)}")
    return hosts


def _inside(groups: dict[str, Any], group: str) -> list[str]:
    hosts: dict[str, None] = {}
    seen, waiting = set[str](), [group]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        entry = groups.get(name)
        hosts |= dict.fromkeys(_texts(entry, "hosts"))
        waiting += reversed(_texts(entry, "children"))
    return list(hosts)


def _texts(entry: Any, key: str) -> list[str]:
    found = entry.get(key) if isinstance(entry, dict) else None
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
