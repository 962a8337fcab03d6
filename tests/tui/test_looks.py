"""The tables of colours: what stands on what can be read, whatever a terminal shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pup_tui.tui import colours
from pup_tui.tui.looks import CONTRAST, CONTRAST_DAY, LOOKS, Look, Shade
from pup_tui.tui.readable import (
    Rgb,
    contrast,
    nearest_indexed,
    readable,
    rgb,
    rgb_of_indexed,
)
from pup_tui.tui.terminal_answers import is_dark

XTERM: tuple[Rgb, ...] = (
    *((0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0)),
    *((0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)),
    *((127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0)),
    *((92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255)),
)
"""The sixteen colours of xterm."""

LINES = {"scrollbar", "scrollbar-hover", "border-blurred"}
FILLED = {"selection", "primary", "error"}
"""Grounds that only `on-colour` stands on."""


def both(shade: Shade) -> tuple[Rgb, Rgb]:
    return rgb(shade.true), rgb_of_indexed(shade.indexed)


def pairs(look: Look) -> Iterator[tuple[str, Shade, str, Shade]]:
    texts = {name: shade for name, shade in look.texts.items() if name != "on-colour"}
    texts |= {f"ansi {number}": shade for number, shade in enumerate(look.ansi)}
    for ground, behind in look.grounds.items():
        if ground not in LINES | FILLED:
            for name, text in texts.items():
                yield ground, behind, name, text
    for ground in FILLED:
        filled = {**look.grounds, **look.texts}[ground]
        yield ground, filled, "on-colour", look.texts["on-colour"]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_text_can_be_read_on_every_ground(look: Look) -> None:
    least = 7.0 if look in (CONTRAST, CONTRAST_DAY) else 4.5
    for ground, behind, name, text in pairs(look):
        for one, other in zip(both(text), both(behind), strict=True):
            assert contrast(one, other) >= least, (look.name, name, ground, one, other)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_lines_are_seen(look: Look) -> None:
    for name in LINES:
        for one, other in zip(
            both(look.grounds[name]), both(look.grounds["background"]), strict=True
        ):
            assert contrast(one, other) >= 2.5, (look.name, name)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_colour_tells_what_it_means(look: Look) -> None:
    """With few colours a ground is told by what it means, which is found by its value."""
    values = [shade.true for shade in (*look.grounds.values(), *look.texts.values())]
    assert len(set(values)) == len(values)
    assert is_dark(rgb(look.grounds["background"].true)) is look.dark


@pytest.mark.parametrize(("numbers", "ground"), [("_BASIC_DARK", 0), ("_BASIC_LIGHT", 255)])
def test_sixteen_colours_can_be_read_on_a_usual_ground(numbers: str, ground: int) -> None:
    for name, number in getattr(colours, numbers).items():
        assert contrast(XTERM[number], (ground, ground, ground)) >= 4.5, name


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("number", [16, 59, 123, 231, 232, 244, 255])
def test_a_colour_of_the_256_is_its_own_nearest(number: int) -> None:
    assert nearest_indexed(rgb_of_indexed(number)) == number


@pytest.mark.parametrize("ground", [(16, 20, 27), (251, 251, 249), (119, 119, 119), (0, 0, 238)])
@pytest.mark.parametrize("text", [(40, 40, 60), (0, 0, 0), (255, 255, 255), (128, 0, 0)])
def test_what_cannot_be_read_is_made_lighter_or_darker(text: Rgb, ground: Rgb) -> None:
    assert contrast(readable(text, ground), ground) >= 4.4
    assert contrast(rgb_of_indexed(nearest_indexed(text, ground)), ground) >= 4.5


def test_what_can_be_read_stays_as_it_is() -> None:
    assert readable((255, 0, 0), (0, 0, 0)) == (255, 0, 0)
