"""Numbers that keep how they were typed."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest

from pup_tui.output.safe_json import safe_json
from pup_tui.spelling import dumps, from_stored, spelled, stored, token

THREE: Any = spelled(3.1, "3.10")
BASED: Any = spelled(31, "0x1F")
LONG: Any = spelled(2**64, str(2**64))


def test_it_is_the_number() -> None:
    assert THREE == 3.1
    assert THREE < 3.2
    assert THREE + 1 == 4.1
    assert sorted([spelled(3.9, "3.9"), THREE, 3.8]) == [3.1, 3.8, 3.9]
    assert hash(THREE) == hash(3.1)
    assert BASED == 31
    assert BASED | 0 == 31


def test_it_equals_a_text_of_its_spelling() -> None:
    assert THREE == "3.10"
    assert THREE in ["3.9", "3.10"]
    assert THREE != "3.1"
    assert str(THREE) == f"{THREE}" == "3.10"


@pytest.mark.parametrize("number", [THREE, BASED])
def test_a_copy_keeps_the_spelling(number: Any) -> None:
    assert str(copy.deepcopy(number)) == number.spelling


@pytest.mark.parametrize(("number", "text"), [(5, "5"), (-1.5, "-1.5"), (0, "0")])
def test_what_is_written_so_anyway_is_a_plain_number(number: float, text: str) -> None:
    assert type(spelled(number, text)) is type(number)


@pytest.mark.parametrize(
    ("number", "text", "written"),
    [
        (3.1, "3.10", "3.10"),
        (1000.0, "1e3", "1e3"),
        (31, "0x1F", '"0x1F"'),
        (5, "+5", '"+5"'),
        (0.5, ".5", '".5"'),
        (0, "-0", "-0"),
        (2**64, "18446744073709551616", "18446744073709551616"),
    ],
)
def test_json_has_the_token_that_was_typed(number: float, text: str, written: str) -> None:
    value = {"a": [spelled(number, text), "x", None]}
    assert dumps(value) == f'{{"a": [{written}, "x", null]}}'
    compact = f'{{"a":[{written},"x",null]}}'
    assert dumps(value, separators=(",", ":")) == compact
    assert msgspec.json.encode(value, enc_hook=token).decode() == compact
    assert safe_json(value) == compact


@pytest.mark.parametrize("number", [THREE, BASED, spelled(5, "+5"), spelled(0.5, ".5"), LONG])
def test_what_is_stored_is_read_back(number: float) -> None:
    text = json.dumps(msgspec.to_builtins({"a": [number]}, enc_hook=stored))
    read = json.loads(text, object_hook=from_stored)["a"][0]
    assert type(read) is type(number)
    assert (read, str(read)) == (number, str(number))


@pytest.mark.parametrize("other", [{"\0number": 5}, {"\0number": ["a", "b"]}, {"a": 1}])
def test_any_other_map_is_itself(other: dict[str, object]) -> None:
    assert json.loads(json.dumps(other), object_hook=from_stored) == other


def test_no_other_object_is_stored() -> None:
    with pytest.raises(TypeError):
        msgspec.to_builtins(object(), enc_hook=stored)
