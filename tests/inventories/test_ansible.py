"""The hosts of a group, out of what `ansible-inventory --list` prints."""

from __future__ import annotations

import json

import pytest

from pup_tui.inventories.ansible import hosts_of

PRINTED = json.dumps(
    {
        "_meta": {"hostvars": {"web-1": {"ansible_host": "10.0.0.1"}}},
        "all": {"children": ["ungrouped", "web", "db"]},
        "ungrouped": {"hosts": ["jump"]},
        "web": {"children": ["web_eu", "web_us"], "hosts": ["web-0"]},
        "web_eu": {"hosts": ["web-2", "web-1"]},
        "web_us": {"hosts": ["web-1", "web-3"]},
        "db": {"hosts": ["db-1"]},
    }
)


@pytest.mark.parametrize(
    ("group", "hosts"),
    [
        ("web", ["web-0", "web-2", "web-1", "web-3"]),
        ("web_us", ["web-1", "web-3"]),
        ("all", ["jump", "web-0", "web-2", "web-1", "web-3", "db-1"]),
        ("ungrouped", ["jump"]),
    ],
)
def test_a_group_has_its_hosts_and_those_of_the_groups_in_it_once(
    group: str, hosts: list[str]
) -> None:
    assert hosts_of(PRINTED, group) == hosts


def test_a_group_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(
        ValueError, match="no group 'wbe' in it: it has 'all', 'ungrouped', 'web', "
    ):
        hosts_of(PRINTED, "wbe")


def test_of_many_groups_the_first_are_told() -> None:
    printed = json.dumps({f"g{n}": {"hosts": []} for n in range(25)})
    with pytest.raises(ValueError, match=r"'g19' and 5 more$"):
        hosts_of(printed, "x")


@pytest.mark.parametrize(
    ("printed", "group"),
    [
        ('{"_meta": {"hostvars": {}}, "all": {"children": ["ungrouped"]}}', "all"),
        ("{}", "all"),
        (
            '{"all": {"children": ["p", "db"]}, "p": {"children": ["c"]}, "db": {"hosts": ["d"]}}',
            "p",
        ),
        ('{"web": {"hosts": {"a": 1}, "children": "x"}, "db": 3}', "web"),
        ('{"db": 3}', "db"),
    ],
)
def test_a_group_without_hosts_is_told(printed: str, group: str) -> None:
    with pytest.raises(ValueError, match=f"there is no host in the group '{group}'"):
        hosts_of(printed, group)


def test_what_is_in_the_record_of_hosts_is_no_group() -> None:
    with pytest.raises(ValueError, match="no group '_meta'"):
        hosts_of(PRINTED, "_meta")


def test_groups_that_hold_each_other_come_to_an_end() -> None:
    printed = json.dumps({"a": {"children": ["b"]}, "b": {"children": ["a"], "hosts": ["x"]}})
    assert hosts_of(printed, "a") == ["x"]


@pytest.mark.parametrize("printed", ["", "no json", "[1]", '{"web": ', "null"])
def test_what_is_no_inventory_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match="prints something that is no inventory"):
        hosts_of(printed, "web")
