"""The console's own looks: each colour by what it means, for truecolor and for 256 colours, chosen by hand.

Grounds are nearly grey, one blue says where one stands, and red is for failure and danger alone. Every text
can be read on every ground: 4.5 to 1 and more, 7 to 1 in the looks of high contrast.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Shade(Struct, frozen=True):
    """One colour: for a terminal with all colours, and its number where there are 256."""

    true: str
    indexed: int


class Look(Struct, frozen=True):
    """A look of the console. `ansi` are the sixteen colours that programs print in."""

    name: str
    dark: bool
    grounds: Mapping[str, Shade]
    texts: Mapping[str, Shade]
    ansi: tuple[Shade, ...]


def _shades(**named: tuple[str, int]) -> dict[str, Shade]:
    return {name.replace("_", "-"): Shade(*given) for name, given in named.items()}


_ANSI_DARK = tuple(
    Shade(*given)
    for given in (
        *(("#a3b0c1", 249), ("#ff8a8f", 210), ("#7fcf95", 114), ("#e8bc66", 221)),
        *(("#86b6fb", 111), ("#d3a3f0", 183), ("#62cfc6", 80), ("#d3dae4", 252)),
        *(("#a3b0c1", 249), ("#ffa0a4", 217), ("#98deab", 157), ("#f2cf8a", 222)),
        *(("#a3c8fc", 153), ("#e0bdf5", 219), ("#86e0d8", 123), ("#ffffff", 231)),
    )
)

_ANSI_LIGHT = tuple(
    Shade(*given)
    for given in (
        *(("#25303b", 236), ("#a3181a", 124), ("#12602c", 22), ("#734700", 58)),
        *(("#164f9b", 25), ("#7b2a8f", 90), ("#07605c", 23), ("#4a5661", 240)),
        *(("#4a5661", 240), ("#a3181a", 124), ("#12602c", 22), ("#734700", 58)),
        *(("#164f9b", 25), ("#7b2a8f", 90), ("#07605c", 23), ("#25303b", 236)),
    )
)

_ANSI_STRONG_DARK = tuple(
    Shade(*given)
    for given in 2
    * (
        *(("#e4e4e4", 254), ("#ffafaf", 217), ("#87ff87", 120), ("#ffff00", 226)),
        *(("#87d7ff", 117), ("#ffafff", 219), ("#87ffff", 123), ("#ffffff", 231)),
    )
)

_ANSI_STRONG_LIGHT = tuple(
    Shade(*given)
    for given in 2
    * (
        *(("#000000", 16), ("#870000", 88), ("#005000", 22), ("#444400", 235)),
        *(("#000087", 18), ("#5f005f", 53), ("#005f5f", 23), ("#262626", 235)),
    )
)

NIGHT = Look(
    name="pup-night",
    dark=True,
    grounds=_shades(
        background=("#10141b", 233),
        surface=("#161c25", 234),
        panel=("#1d2530", 235),
        bar=("#1e2631", 235),
        field=("#273140", 236),
        field_focus=("#23374f", 17),
        button=("#26303e", 236),
        hover=("#2a394e", 17),
        cursor=("#243b5e", 17),
        cursor_blurred=("#212b38", 236),
        warning_muted=("#362c17", 236),
        error_muted=("#3d1d21", 52),
        selection=("#86b6fb", 111),
        scrollbar=("#4a5b73", 240),
        scrollbar_hover=("#64789a", 244),
        border_blurred=("#4b5c74", 240),
    ),
    texts=_shades(
        foreground=("#d3dae4", 252),
        muted=("#a3b0c1", 249),
        disabled=("#a2afc0", 249),
        primary=("#86b6fc", 111),
        accent=("#62cfc7", 80),
        success=("#7fcf96", 114),
        warning=("#e8bc67", 221),
        error=("#ff9397", 210),
        on_cursor=("#f2f6fb", 255),
        on_colour=("#0b0e13", 232),
    ),
    ansi=_ANSI_DARK,
)

DAY = Look(
    name="pup-day",
    dark=False,
    grounds=_shades(
        background=("#fbfbf9", 231),
        surface=("#f3f4f1", 255),
        panel=("#ebeeec", 255),
        bar=("#e4e8e6", 254),
        field=("#e3e7e9", 254),
        field_focus=("#d5e5f7", 195),
        button=("#e1e6e8", 254),
        hover=("#d3e2f3", 195),
        cursor=("#d2e3f8", 195),
        cursor_blurred=("#e0e6ec", 254),
        warning_muted=("#f7ecd2", 230),
        error_muted=("#fbe3e1", 224),
        selection=("#164f9c", 25),
        scrollbar=("#8d9aa6", 246),
        scrollbar_hover=("#6f7d8a", 243),
        border_blurred=("#8c99a5", 246),
    ),
    texts=_shades(
        foreground=("#25303b", 236),
        muted=("#4a5661", 240),
        disabled=("#4b5762", 240),
        primary=("#164f9b", 25),
        accent=("#07605c", 23),
        success=("#12602c", 22),
        warning=("#734700", 58),
        error=("#a3181a", 124),
        on_cursor=("#151c24", 233),
        on_colour=("#fefefe", 231),
    ),
    ansi=_ANSI_LIGHT,
)

CONTRAST = Look(
    name="pup-contrast",
    dark=True,
    grounds=_shades(
        background=("#000000", 16),
        surface=("#000001", 16),
        panel=("#121212", 233),
        bar=("#1c1c1c", 234),
        field=("#262626", 235),
        field_focus=("#0000ae", 19),
        button=("#262627", 235),
        hover=("#303030", 236),
        cursor=("#0000af", 19),
        cursor_blurred=("#303031", 236),
        warning_muted=("#2a2400", 235),
        error_muted=("#3a0000", 235),
        selection=("#ffff5f", 227),
        scrollbar=("#bcbcbc", 250),
        scrollbar_hover=("#ffffff", 231),
        border_blurred=("#bcbcbd", 250),
    ),
    texts=_shades(
        foreground=("#fffffe", 231),
        muted=("#e4e4e4", 254),
        disabled=("#e4e4e5", 254),
        primary=("#87d7ff", 117),
        accent=("#87ffff", 123),
        success=("#87ff87", 120),
        warning=("#ffff00", 226),
        error=("#ffafaf", 217),
        on_cursor=("#fffeff", 231),
        on_colour=("#000002", 16),
    ),
    ansi=_ANSI_STRONG_DARK,
)

CONTRAST_DAY = Look(
    name="pup-contrast-day",
    dark=False,
    grounds=_shades(
        background=("#ffffff", 231),
        surface=("#fffffe", 231),
        panel=("#fffeff", 231),
        bar=("#d7ffff", 195),
        field=("#ffffd7", 230),
        field_focus=("#ffff5e", 227),
        button=("#ffffd6", 230),
        hover=("#ffff60", 227),
        cursor=("#ffff5f", 227),
        cursor_blurred=("#d7fffe", 195),
        warning_muted=("#ffffd8", 230),
        error_muted=("#fffefe", 231),
        selection=("#000087", 18),
        scrollbar=("#585858", 240),
        scrollbar_hover=("#000001", 16),
        border_blurred=("#585859", 240),
    ),
    texts=_shades(
        foreground=("#000000", 16),
        muted=("#262626", 235),
        disabled=("#262627", 235),
        primary=("#000088", 18),
        accent=("#005f5f", 23),
        success=("#005000", 22),
        warning=("#5f005f", 53),
        error=("#870000", 88),
        on_cursor=("#000002", 16),
        on_colour=("#feffff", 231),
    ),
    ansi=_ANSI_STRONG_LIGHT,
)

LOOKS = (NIGHT, DAY, CONTRAST, CONTRAST_DAY)
