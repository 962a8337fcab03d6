"""What reaches the terminal: each colour of a look as the terminal can show it, or an attribute in its place.

Between the looks and the terminal stands one filter. What a look has is shown as it was chosen for so many
colours; what comes from elsewhere, such as the output of programs, is brought to a colour that there is, and
that can be read on its ground.
"""

from __future__ import annotations

from functools import cache, lru_cache

from rich.color import Color, ColorSystem, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor
from textual.filter import LineFilter

from pup_tui.tui.appearance import Depth
from pup_tui.tui.looks import DAY, LOOKS, NIGHT, Look
from pup_tui.tui.readable import Rgb, nearest_indexed, readable, rgb, rgb_of_indexed

_REVERSE = Style(reverse=True)
_UNDERLINE = Style(underline=True)
_MARKED = Style(bold=True, underline=True)
_GROUNDS = {
    "cursor": _REVERSE,
    "selection": _REVERSE,
    "foreground": _REVERSE,
    "primary": _REVERSE,
    "error": _REVERSE,
    "scrollbar": _REVERSE,
    "scrollbar-hover": _REVERSE,
    "cursor-blurred": _MARKED,
    "field-focus": _MARKED,
    "field": _UNDERLINE,
    "hover": _UNDERLINE,
    "bar": _UNDERLINE,
}
"""How a ground is told with 16 colours and with none, where grounds are the terminal's own."""

_BASIC_DARK = {"primary": 14, "accent": 14, "success": 10, "warning": 11, "error": 9}
_BASIC_LIGHT = {"primary": 4, "accent": 4, "warning": 5, "error": 1}
"""The texts that are coloured with 16 colours. On white no usual green can be read."""

_LOUD = {"primary", "error"}
"""The texts that are bold where there is no colour."""

_DEFAULT = Color.default()
_NO_DIM = Style(dim=False)


class ColourFilter(LineFilter):
    """Brings the colours of a look to the depth of a terminal.

    Of a theme that is not `by_hand` every text is made readable on its ground.
    """

    def __init__(self, look: Look, depth: Depth, *, by_hand: bool = True) -> None:
        super().__init__()
        shades = {**look.grounds, **look.texts} if by_hand else {}
        self._names = {rgb(shade.true): name for name, shade in shades.items()}
        self._indexed = {rgb(shade.true): shade.indexed for shade in shades.values()}
        self._ansi = [rgb(shade.true) for shade in look.ansi]
        self._indexed |= {rgb(shade.true): shade.indexed for shade in look.ansi}
        self._muted = rgb(look.texts["muted"].true)
        self._foreground = rgb(look.texts["foreground"].true)
        self._basic = _BASIC_DARK if look.dark else _BASIC_LIGHT
        convert = {
            Depth.TRUE: self._in_truecolor,
            Depth.INDEXED: self._in_indexed,
            Depth.BASIC: self._in_basic,
            Depth.NONE: self._in_none,
        }[depth]
        self._shown = lru_cache(4096)(convert)
        self._made: set[Style] = set()

    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        shown, under = self._shown, background.rgb
        return [Segment(text, shown(style or Style.null(), under)) for text, style, _ in segments]

    # All colours, and 256

    def _in_truecolor(self, style: Style, under: Rgb) -> Style:
        text, ground = self._pair(style, under)
        if not self._is_own(style):
            text = readable(text, ground)
        return style + _NO_DIM + Style.from_color(Color.from_rgb(*text), Color.from_rgb(*ground))

    def _in_indexed(self, style: Style, under: Rgb) -> Style:
        """Leaves what was made here: what stands behind a dialog comes a second time, without its meta."""
        if style in self._made:
            return style
        text, ground = self._pair(style, under)
        shown_ground = self._indexed.get(ground) or nearest_indexed(ground)
        shown_text = self._indexed.get(text)
        if shown_text is None or not self._is_own(style):
            behind = rgb_of_indexed(shown_ground)
            wanted = text if shown_text is None else rgb_of_indexed(shown_text)
            shown_text = nearest_indexed(readable(wanted, behind), behind)
        colours = Color.from_ansi(shown_text), Color.from_ansi(shown_ground)
        made = style + _NO_DIM + Style.from_color(*colours)
        self._made.add(made.clear_meta_and_links())
        return made

    def _is_own(self, style: Style) -> bool:
        """Whether somebody has chosen both colours to stand together."""
        return bool(self._names) and all(
            colour is None or colour.triplet in self._names
            for colour in (style.color, style.bgcolor)
        )

    def _pair(self, style: Style, under: Rgb) -> tuple[Rgb, Rgb]:
        """The colours of a text and of its ground; what is dim is as muted as the look has it."""
        ground = self._rgb_of(style.bgcolor, under)
        text = self._rgb_of(style.color, self._foreground)
        return (self._muted if style.dim and text == self._foreground else text), ground

    def _rgb_of(self, colour: Color | None, instead: Rgb) -> Rgb:
        if colour is None or colour.type == ColorType.DEFAULT:
            return instead
        if colour.triplet is not None:
            return colour.triplet.red, colour.triplet.green, colour.triplet.blue
        number = colour.number or 0
        return self._ansi[number] if number < len(self._ansi) else rgb_of_indexed(number)

    # The terminal's own 16, and none

    def _in_basic(self, style: Style, under: Rgb) -> Style:
        ground = self._name(style.bgcolor, under)
        look = _GROUNDS.get(ground or "", Style.null())
        if look.reverse:
            # The ground is drawn as the text, so that it keeps its colour.
            text = self._number(self._basic.get(ground or ""))
            look += Style(reverse=not style.reverse)
        else:
            name = self._name(style.color, self._foreground)
            text = _of_sixteen(style.color) if name is None else self._number(self._basic.get(name))
        shown = _of_sixteen(style.bgcolor) if ground is None else _DEFAULT
        return style + look + _NO_DIM + Style.from_color(text, shown)

    def _in_none(self, style: Style, under: Rgb) -> Style:
        loud = Style(bold=True) if self._name(style.color, under) in _LOUD else Style.null()
        return self._in_basic(style, under) + loud + Style.from_color(_DEFAULT, _DEFAULT)

    def _name(self, colour: Color | None, instead: Rgb) -> str | None:
        """What a colour of the look means; empty for the terminal's own, None for one from elsewhere."""
        if colour is None:
            return self._names.get(instead, "")
        if colour.type == ColorType.DEFAULT:
            return ""
        return self._names.get(colour.triplet) if colour.triplet is not None else None

    @staticmethod
    def _number(number: int | None) -> Color:
        return _DEFAULT if number is None else Color.from_ansi(number)


def _of_sixteen(colour: Color | None) -> Color:
    return _DEFAULT if colour is None else colour.downgrade(ColorSystem.STANDARD)


@cache
def colour_filter(theme: str, depth: Depth, *, dark: bool) -> ColourFilter:
    """The filter of a theme; one that is not the console's own borrows what it lacks by its darkness."""
    own = {look.name: look for look in LOOKS}
    return ColourFilter(own.get(theme, NIGHT if dark else DAY), depth, by_hand=theme in own)
