from __future__ import annotations

import ast
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pup_tui
from pup_tui.output.safe_json import safe_json

PACKAGE = Path(pup_tui.__file__).parent
INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=8,
)


@given(values, st.sampled_from([0, 2]))
def test_who_parses_it_gets_what_was_put_in(value: object, indent: int) -> None:
    assert json.loads(safe_json(value, indent=indent)) == value


@pytest.mark.parametrize("plane", range(17))
def test_no_character_that_cannot_be_seen_is_in_it(plane: int) -> None:
    codes = range(plane << 16, (plane + 1) << 16)
    told = safe_json("".join(map(chr, codes)))
    assert [hex(ord(c)) for c in set(told) if unicodedata.category(c) in INVISIBLE] == []
    back = json.loads(told)
    surrogates = range(0xD800, 0xE000)
    assert back == "".join("\ufffd" if code in surrogates else chr(code) for code in codes)


def test_what_is_visible_stays_readable() -> None:
    assert safe_json({"naïve": "日本 ✓ 👍"}) == '{"naïve":"日本 ✓ 👍"}'
    assert safe_json(["\x1b\x9b\u202e\u200d\x7f"]) == r'["\u001b\u009b\u202e\u200d\u007f"]'
    assert safe_json("\U000e0041") == r'"\udb40\udc41"'


def test_what_is_no_text_is_replaced() -> None:
    assert safe_json({"a\udcff": ["\ud800"]}) == '{"a\ufffd":["\ufffd"]}'


@pytest.mark.parametrize("face", ["cli", "headless"])
def test_the_faces_print_json_by_this_encoder_only(face: str) -> None:
    for path in (PACKAGE / face).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Import(names=names) | ast.ImportFrom(names=names):
                    assert not {"json", "msgspec.json", "orjson"} & {n.name for n in names}, path
                case ast.Attribute(attr=name):
                    assert name != "json", path
