"""Whether a text can be read on its ground, and the nearest colour that can.

Contrast is that of WCAG 2 (https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio), from 1 to 21.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

Rgb: TypeAlias = tuple[int, int, int]

CONTRAST = 4.5
"""The least contrast of a text with its ground."""

_BLACK: Rgb = (0, 0, 0)
_WHITE: Rgb = (255, 255, 255)
_STEPS = 16
_OWN = range(16, 256)
"""The numbers whose colours are the same everywhere; those below are whatever a terminal makes of them."""


def rgb(text: str) -> Rgb:
    """The colour that `#rrggbb` means."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def rgb_of_indexed(number: int) -> Rgb:
    """A colour from 16 to 255 of the 256: a cube of six steps, then greys."""
    if number >= 232:
        grey = 8 + 10 * (number - 232)
        return grey, grey, grey
    red, rest = divmod(number - 16, 36)
    green, blue = divmod(rest, 6)
    return _step(red), _step(green), _step(blue)


def _step(step: int) -> int:
    return 55 + 40 * step if step else 0


@lru_cache(4096)
def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast of two colours."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


@lru_cache(4096)
def readable(text: Rgb, ground: Rgb) -> Rgb:
    """The text's colour, lighter or darker by as much as it takes to read it."""
    towards = max(_BLACK, _WHITE, key=lambda end: contrast(end, ground))
    for step in range(_STEPS + 1):
        red, green, blue = (
            round(part + (end - part) * step / _STEPS)
            for part, end in zip(text, towards, strict=True)
        )
        if contrast((red, green, blue), ground) >= CONTRAST:
            return red, green, blue
    return towards


@lru_cache(4096)
def nearest_indexed(colour: Rgb, ground: Rgb | None = None) -> int:
    """The number of the colour, of the 256, that is nearest; of a text, of those that can be read."""
    numbers = [
        number
        for number in _OWN
        if ground is None or contrast(rgb_of_indexed(number), ground) >= CONTRAST
    ]
    return min(numbers, key=lambda number: _distance(rgb_of_indexed(number), colour))


def _distance(one: Rgb, other: Rgb) -> float:
    """How different two colours look: https://www.compuphase.com/cmetric.htm."""
    mean = (one[0] + other[0]) / 2
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    return (2 + mean / 256) * red**2 + 4 * green**2 + (2 + (255 - mean) / 256) * blue**2
