"""The text style of a terminal (SGR), reduced to what can be shown safely.

Kept: bold, dim, italic, underline, reverse, strike and the colours of the 16, 256 and 24-bit
palettes. Dropped: conceal, blink, fonts, and a pair of colours that cannot be told apart, since
output must not hide anything from the operator.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pup_tui.late_pattern import late_pattern

SGR = late_pattern(r"\x1b\[[0-9;]*m")
"""A style sequence as this package writes it; no other sequence is left in sanitized text."""

RESET = "\x1b[0m"

MAX_SGR_CHARS = 256
"""A longer parameter text is dropped as a whole: honest programs need about 40."""

_PRIVATE = ("<", "=", ">", "?")  # other commands that end in "m", such as key modes
_READABLE = 48  # difference in at least one channel, of 255
_BASIC_RGB = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0),
    (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
    (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
)  # fmt: skip
_CUBE = (0, 95, 135, 175, 215, 255)

Color = tuple[int, ...]
"""Empty: the terminal's own; one number: the palette; three: red, green, blue."""


class Style(NamedTuple):
    """Colours, bold and the like, as they are in force at a place in the output."""

    marks: frozenset[int] = frozenset()
    fg: Color = ()
    bg: Color = ()


PLAIN = Style()

_MARKS_ON = frozenset({1, 2, 3, 4, 7, 9})
_MARKS_OFF = {
    21: frozenset({1}),
    22: frozenset({1, 2}),
    23: frozenset({3}),
    24: frozenset({4}),
    27: frozenset({7}),
    29: frozenset({9}),
}


@lru_cache(maxsize=1024)
def apply_sgr(style: Style, params: str) -> Style:
    """Return ``style`` after the sequence ``ESC [ params m``; what is unknown changes nothing."""
    if len(params) > MAX_SGR_CHARS or params.startswith(_PRIVATE):
        return style
    fields = params.split(";")
    at = 0
    while at < len(fields):
        used, style = _apply_field(style, fields, at)
        at += used
    return style


@lru_cache(maxsize=1024)
def sequence(style: Style) -> str:
    """Return one sequence that sets exactly this style, whatever was in force before."""
    if style == PLAIN:
        return RESET
    fg, bg = (style.fg, style.bg) if _readable(style.fg, style.bg) else ((), ())
    codes = [0, *sorted(style.marks), *_color_codes(fg, 30), *_color_codes(bg, 40)]
    return f"\x1b[{';'.join(map(str, codes))}m"


def _apply_field(style: Style, fields: list[str], at: int) -> tuple[int, Style]:
    """Apply the parameter at ``at``; return how many fields it took, and the new style."""
    field = fields[at]
    if ":" in field:
        return 1, _apply_colon_field(style, field.split(":"))
    code = _number(field, empty=0)
    if code in (38, 48, 58):
        used, color = _extended_color([_number(item) for item in fields[at + 1 : at + 5]])
        return 1 + used, _with_color(style, code, color)
    return 1, _apply_code(style, code)


def _apply_code(style: Style, code: int) -> Style:
    if code == 0:
        return PLAIN
    if code in _MARKS_ON:
        return style._replace(marks=style.marks | {code})
    if code in _MARKS_OFF:
        return style._replace(marks=style.marks - _MARKS_OFF[code])
    group, color = divmod(code, 10)
    if group in (3, 9) and color < 8:
        return style._replace(fg=(color + (8 if group == 9 else 0),))
    if group in (4, 10) and color < 8:
        return style._replace(bg=(color + (8 if group == 10 else 0),))
    if code == 39:
        return style._replace(fg=())
    if code == 49:
        return style._replace(bg=())
    return style


def _apply_colon_field(style: Style, parts: list[str]) -> Style:
    """Apply the form with colons, such as ``38:2::255:0:0`` or ``4:3`` (curly underline)."""
    code = _number(parts[0])
    if code == 4:
        return _apply_code(style, 24 if parts[1] == "0" else 4)
    if code not in (38, 48) or len(parts) < 3:
        return style
    values = [_number(item) for item in parts[2:]]
    wanted = [5, *values[:1]] if parts[1] == "5" else [2, *values[-3:]]
    return _with_color(style, code, _extended_color(wanted)[1])


def _extended_color(values: list[int]) -> tuple[int, Color | None]:
    """Read what follows 38 or 48: ``5;N`` or ``2;R;G;B``; return fields taken, and the colour."""
    if values[:1] == [5]:
        size = 2
    elif values[:1] == [2]:
        size = 4
    else:
        return len(values[:1]), None
    color = tuple(values[1:size])
    good = len(color) == size - 1 and all(0 <= part <= 255 for part in color)
    return size, color if good else None


def _with_color(style: Style, code: int, color: Color | None) -> Style:
    if color is None or code == 58:
        return style
    return style._replace(fg=color) if code == 38 else style._replace(bg=color)


def _number(field: str, *, empty: int = -1) -> int:
    if not field:
        return empty
    return int(field) if field.isascii() and field.isdigit() else -1


def _color_codes(color: Color, base: int) -> list[int]:
    if not color:
        return []
    if len(color) == 3:
        return [base + 8, 2, *color]
    if color[0] < 8:
        return [base + color[0]]
    if color[0] < 16:
        return [base + 60 + color[0] - 8]
    return [base + 8, 5, color[0]]


def _readable(fg: Color, bg: Color) -> bool:
    if not fg or not bg:
        return True
    return any(abs(a - b) >= _READABLE for a, b in zip(_rgb(fg), _rgb(bg), strict=True))


def _rgb(color: Color) -> tuple[int, int, int]:
    if len(color) == 3:
        return color[0], color[1], color[2]
    index = color[0]
    if index < 16:
        return _BASIC_RGB[index]
    if index >= 232:
        grey = 8 + (index - 232) * 10
        return grey, grey, grey
    red, rest = divmod(index - 16, 36)
    green, blue = divmod(rest, 6)
    return _CUBE[red], _CUBE[green], _CUBE[blue]


def strip_style(text: str) -> str:
    """Return ``text`` without style sequences, as it is searched and compared."""
    return SGR.sub("", text) if "\x1b" in text else text


def close_style(text: str) -> str:
    """Return ``text`` with a reset at its end if a style is still in force there."""
    if "\x1b" not in text:
        return text
    last = text.rindex("\x1b")
    return text if text.startswith(RESET, last) else text + RESET


def cut_before(text: str, limit: int) -> int:
    """Return the largest cut of ``text`` up to ``limit`` that is not inside a style sequence."""
    start = text.rfind("\x1b", max(0, limit - MAX_SGR_CHARS), limit)
    found = SGR.match(text, start) if start >= 0 else None
    return start if found and found.end() > limit else limit
