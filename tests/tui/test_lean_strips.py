"""A line to draw has the same as one of Textual's own, from the moment somebody asks for it."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest
import textual.strip
from rich.segment import Segment
from textual.strip import Strip

from pup_tui.tui import lean_strips


@pytest.fixture
def own() -> type[Strip]:
    """As Textual has it."""
    spec = importlib.util.find_spec("textual.strip")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert sys.modules["textual.strip"] is textual.strip
    kind: type[Strip] = module.Strip
    return kind


def test_each_part_is_as_textual_makes_it(own: type[Strip]) -> None:
    assert Strip.__init__ is not own.__init__
    for given in ((), (5,)):
        ours, theirs = Strip([Segment("hello")], *given), own([Segment("hello")], *given)
        for name in own.__slots__:
            made, expected = getattr(ours, name), getattr(theirs, name)
            if name in lean_strips.CACHES:
                assert type(made) is type(expected)
                assert made._maxsize == expected._maxsize
                assert not made
                assert getattr(ours, name) is made
            else:
                assert made == expected


def test_what_was_asked_for_is_remembered() -> None:
    strip = Strip([Segment("hello"), Segment(" world")])
    assert strip.crop(3, 8).text == "lo wo"
    assert strip.crop(3, 8) is strip.crop(3, 8)
    assert [part.text for part in strip.divide([5, 11])] == ["hello", " world"]


def test_what_a_strip_does_not_have_is_told() -> None:
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = Strip([]).colour  # type: ignore[attr-defined]
