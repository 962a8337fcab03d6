"""`pack.yaml`: what it says, and what is refused."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from pup_tui.runbook.pack_file import Pack, read_pack, version_of
from pup_tui.runbook.pack_schema import pack_definitions

SCHEMA = Draft202012Validator(pack_definitions()["pack"])


def test_what_it_says() -> None:
    text = b'name: ops\nx-note: 1\ndescription: Ours.\nprofiles: [a]\nminimum_version: "1.10"\n'
    assert read_pack(text, "pack.yaml").said == Pack(
        name="ops", description="Ours.", profiles=("a",), minimum_version="1.10"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nam: x", "pack.yaml:1:1: unknown key `nam`: did you mean `name`?"),
        ("name: A B", "pack.yaml:1:7: `A B` cannot be the name of a pack"),
        ("profiles: x", "pack.yaml:1:11: `profiles` must be a list"),
        ("minimum_version: new", "pack.yaml:1:18: `new` is no version"),
        ("- x", "a pack must be a map"),
        ("name: a\nname: b", "given twice"),
        ("name: [", "not YAML"),
        ("", "empty"),
    ],
)
def test_what_is_refused_with_its_place(text: str, told: str) -> None:
    found = read_pack(text.encode(), "pack.yaml")
    assert told in str(found.problems[0])
    assert found.said == Pack()


def test_the_schema_says_what_the_reader_says() -> None:
    for value, is_right in (
        ({"name": "ops", "x-a": 1, "minimum_version": "0.3"}, True),
        ({"nam": "ops"}, False),
        ({"name": "A B"}, False),
        ({"profiles": "x"}, False),
        ({"minimum_version": "new"}, False),
    ):
        assert SCHEMA.is_valid(value) is is_right, value


def test_versions_are_compared_by_their_numbers() -> None:
    assert version_of("1.10") > version_of("1.9") > version_of("1")
    assert version_of("1.0") == version_of("1")
