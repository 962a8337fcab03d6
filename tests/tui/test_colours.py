"""Every screen in every look and every number of colours: what is drawn is the look's own and readable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

import pytest
from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor
from textual.strip import Strip
from textual.widgets import OptionList

from pup_tui.tui.appearance import Appearance, Depth
from pup_tui.tui.colours import ColourFilter
from pup_tui.tui.fields import field_list
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.looks import DAY, LOOKS, NIGHT, Look
from pup_tui.tui.readable import Rgb, contrast, rgb, rgb_of_indexed
from tests.support import gallery
from tests.support.console import Console, MakeServices, OpenConsole
from tests.tui.test_looks import XTERM, pairs

CHOICES = {"dark": LOOKS[0], "light": LOOKS[1], "contrast": LOOKS[2]}


DEPTHS = sorted(Depth, key=lambda depth: depth.is_plain)
"""Those with many colours, then those with few: between the two the whole console is styled anew."""


PRINTED_ON_BLUE = ("on a ground", "white on blue")
"""What a program prints on a ground that may be that of the focus."""


class Drawn(NamedTuple):
    """Some text on the screen as the terminal gets it; `foreign` where a program printed it."""

    text: str
    style: Style
    foreign: bool

    @property
    def is_text(self) -> bool:
        """Whether there is something to read: lines and blocks are seen, not read."""
        return any(not char.isspace() and not "─" <= char <= "▟" for char in self.text)


def drawn(console: Console, strips: list[Strip]) -> Iterator[Drawn]:
    outputs = [
        widget.region for node in console.app.screen_stack for widget in node.query(OutputLines)
    ]
    for y, strip in enumerate(strips):
        x = 0
        for text, style, _ in strip:
            inside = any(region.contains(x, y) for region in outputs)
            yield Drawn(text, style or Style.null(), inside)
            x += len(text)


def on_the_screen(console: Console) -> list[Strip]:
    return console.strips[: console.app.size.height]


def joined(parts: Iterable[Drawn]) -> str:
    return " ".join(" ".join(each.text for each in parts).split())


def value(colour: Color | None, default: Rgb) -> Rgb:
    if colour is None or colour.type == ColorType.DEFAULT:
        return default
    if colour.triplet is not None:
        return colour.triplet.red, colour.triplet.green, colour.triplet.blue
    number = colour.number or 0
    return XTERM[number] if number < 16 else rgb_of_indexed(number)


def check(each: Drawn, look: Look, depth: Depth) -> str:
    """What is wrong with it, if anything is."""
    shades = [*look.grounds.values(), *look.texts.values()]
    kinds = {part.type for part in (each.style.color, each.style.bgcolor) if part is not None}
    plain = (255, 255, 255), (0, 0, 0)
    text, ground = plain if look.dark else plain[::-1]
    match depth:
        case Depth.TRUE:
            known = {rgb(shade.true) for shade in shades}
        case Depth.INDEXED:
            known = {rgb_of_indexed(shade.indexed) for shade in shades}
        case Depth.BASIC:
            known = {*XTERM, *plain}
            if not kinds <= {ColorType.STANDARD, ColorType.DEFAULT}:
                return "more than sixteen colours"
        case Depth.NONE:
            known = set(plain)
            if not kinds <= {ColorType.DEFAULT}:
                return "a colour"
    if each.foreign and depth is Depth.BASIC:
        return ""
    text, ground = value(each.style.color, text), value(each.style.bgcolor, ground)
    colours = {text, ground} if each.text.strip() or each.style.underline else {ground}
    if not each.foreign and not colours <= known:
        return "not of the look"
    if each.is_text and contrast(text, ground) < 4.5:
        return "cannot be read"
    return ""


Stand: TypeAlias = Callable[[dict[str, str], dict[str, str]], None]
"""Looks whether one sees where one stands also without colour: by what is inverse, and by what is bold."""


def in_the_overview(inverse: dict[str, str], loud: dict[str, str]) -> None:
    assert "deploy" in inverse["home"]
    assert "broken" in loud["home"]


def in_the_form(inverse: dict[str, str], loud: dict[str, str]) -> None:
    assert "eu-1" in inverse["form: select"]


def in_a_run(inverse: dict[str, str], loud: dict[str, str]) -> None:
    assert "No" in inverse["confirm: focus"]
    # A failure has no default.
    assert not any(way in inverse["failure"] for way in ("Run again", "Abort", "Continue"))
    assert "colour 3 on a ground" in inverse["run: dragged"]
    assert "colour 0" in inverse["run: output"]
    # The profile is one of danger as well.
    assert "DANGER Go on" in loud["confirm"]


def in_a_question_for_values(inverse: dict[str, str], loud: dict[str, str]) -> None:
    assert "Choose" in loud["input: select"]
    assert "Choose" not in loud["input: text"]


def in_answers(inverse: dict[str, str], loud: dict[str, str]) -> None:
    """Tables and plots have marks of their own."""


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(
    ("part", "one_sees_where_one_stands"),
    [
        (gallery.overview, in_the_overview),
        (gallery.form, in_the_form),
        (gallery.a_run, in_a_run),
        (gallery.values, in_a_question_for_values),
        (gallery.answers, in_answers),
    ],
    ids=["overview", "form", "run", "values", "answers"],
)
async def test_all_that_is_drawn_is_of_the_look_and_can_be_read(
    make_services: MakeServices,
    open_console: OpenConsole,
    monkeypatch: pytest.MonkeyPatch,
    part: gallery.Part,
    one_sees_where_one_stands: Stand,
    choice: str,
) -> None:
    monkeypatch.setattr(field_list, "SETTLED", 0.0)
    # Those with few colours first where the look is light: a console may begin with any number.
    depths = DEPTHS[::-1] if choice == "light" else DEPTHS
    services = make_services(
        gallery.RUNBOOKS,
        executor=gallery.Programs(),
        profiles=lambda: gallery.PROFILES,
        profile=gallery.PROFILE,
        appearance=Appearance(theme=choice, depth=depths[0]),
    )
    wrong, astray = set(), set()
    inverse: dict[str, str] = {}
    loud: dict[str, str] = {}
    async with open_console(services) as console:
        async for name in part(console):
            # What makes room for a dialog does so a frame after it.
            strips: list[Strip] = []
            while strips != (strips := on_the_screen(console)) or not strips:
                await console.pilot.pause()
            for depth in depths:
                # The first is the one that there is.
                if console.app.depth is not depth:
                    console.app.show_depth(depth)
                    await console.pilot.pause()
                    strips = on_the_screen(console)
                parts = list(drawn(console, strips))
                for each in dict.fromkeys(parts):
                    if found := check(each, CHOICES[choice], depth):
                        wrong.add((name, depth, each.text.strip()[:20], str(each.style), found))
                if depth is Depth.TRUE:
                    astray |= {
                        (name, text) for text in off_the_focus(console, strips, CHOICES[choice])
                    }
                if not row_stands_out(console, strips):
                    wrong.add((name, depth, "", "", "one does not see on which row one stands"))
                if depth is Depth.NONE:
                    inverse[name] = joined(each for each in parts if each.style.reverse)
                    loud[name] = joined(each for each in parts if each.style.bold)
            # The next screen begins with the colours that this one ends with.
            depths = depths[::-1]
    assert not wrong, "\n".join(map(str, sorted(wrong)))
    assert not astray, "\n".join(map(str, sorted(astray)))
    one_sees_where_one_stands(inverse, loud)


def off_the_focus(console: Console, strips: list[Strip], look: Look) -> Iterator[str]:
    """What is drawn in the colours of the focus and does not have it; in the palette its list does."""
    loud = {rgb(look.grounds[ground].true) for ground in ("cursor", "field-focus")}
    loud.add(rgb(look.texts["primary"].true))
    app = console.app
    focused = [app.focused, *app.screen.query("CommandList")]
    for y, strip in enumerate(strips):
        x = 0
        for text, style, _ in strip:
            ground = value(style.bgcolor if style else None, (0, 0, 0))
            stands = any(each and each.region.contains(x, y) for each in focused)
            if ground in loud and not stands and text.strip() not in PRINTED_ON_BLUE:
                yield text.strip()
            x += len(text)


def row_stands_out(console: Console, strips: list[Strip]) -> bool:
    """Whether the row that one stands on in a list is drawn as no other one is."""
    listed = console.app.focused
    if not isinstance(listed, OptionList) or listed.highlighted is None:
        return True
    at, rows = listed.content_region, []
    for strip in strips[at.y : at.bottom]:
        styles = (style for _, style, _ in strip.crop(at.x, at.right) if style)
        rows.append({(str(style.bgcolor), style.reverse, style.underline) for style in styles})
    here = listed._index_to_line[listed.highlighted] - listed.scroll_offset.y
    return not any(row & rows[here] for y, row in enumerate(rows) if y != here)


async def test_textuals_own_themes_can_be_read(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    wrong = set()
    async with open_console(make_services(gallery.RUNBOOKS)) as console:
        console.select("deploy")
        await console.sees("Brings a version out")
        assert "nord" in console.app.themes
        for theme in console.app.themes:
            console.app.choose_theme(theme)
            for depth in (Depth.INDEXED, Depth.TRUE):
                console.app.show_depth(depth)
                await console.pilot.pause()
                for each in drawn(console, on_the_screen(console)):
                    colours = (
                        value(each.style.color, (0, 0, 0)),
                        value(each.style.bgcolor, (0, 0, 0)),
                    )
                    if each.is_text and contrast(*colours) < 4.5:
                        wrong.add((theme, depth, each.text.strip()[:20], str(each.style)))
    assert not wrong, "\n".join(map(str, sorted(wrong)))


# What comes from elsewhere


def shown(look: Look, depth: Depth, style: str, ground: str = "background") -> Style:
    """How a filter shows a style on one of a look's grounds."""
    under = TextualColor.parse(look.grounds[ground].true)
    [segment] = ColourFilter(look, depth).apply([Segment("x", Style.parse(style))], under)
    assert segment.style is not None
    return segment.style


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("depth", [Depth.TRUE, Depth.INDEXED])
@pytest.mark.parametrize(
    "style",
    [
        *(f"{colour}{on}" for colour in ("black", "red", "bright_blue", "default") for on in ("",)),
        *("#28283c", "#f8f8f0", "color(234)", "color(230)", "dim", "dim red"),
        *("white on red", "red on blue", "bright_white on white", "default on yellow"),
        *("#777777 on #888888", "color(52) on color(16)", "reverse", "reverse #343434"),
    ],
)
def test_what_a_program_prints_can_be_read(look: Look, depth: Depth, style: str) -> None:
    for ground in ("background", "cursor"):
        found = shown(look, depth, style, ground)
        text, behind = value(found.color, (0, 0, 0)), value(found.bgcolor, (0, 0, 0))
        assert contrast(text, behind) >= 4.4, (style, ground)
        assert not found.dim


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("depth", Depth)
def test_what_was_shown_once_is_shown_alike_behind_a_dialog(look: Look, depth: Depth) -> None:
    for _, ground, _, text in pairs(look):
        first = shown(look, depth, f"{text.true} on {ground.true}")
        [again] = ColourFilter(look, depth).apply(
            [Segment("x", first)], TextualColor.parse("#000000")
        )
        assert again.style == first


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("depth", Depth)
def test_a_ground_drawn_as_text_is_shown_alike_behind_a_dialog(look: Look, depth: Depth) -> None:
    names = (look.grounds["scrollbar"].true, look.grounds["background"].true)
    style = Style.parse("reverse {} on {}".format(*names)) + Style.from_meta({"@click": "x"})
    colours, under = ColourFilter(look, depth), TextualColor.parse(names[1])
    [first] = colours.apply([Segment("▆", style)], under)
    assert first.style is not None
    behind = first.style.clear_meta_and_links()
    [again] = colours.apply([Segment("▆", behind)], under)
    assert again.style == behind


def test_sixteen_colours_of_a_program_stay_the_terminals_own() -> None:
    assert shown(NIGHT, Depth.BASIC, "red").color == Color.parse("red")
    assert shown(NIGHT, Depth.BASIC, "default").color == Color.default()
    found = shown(DAY, Depth.BASIC, "#ff0000").color
    assert found is not None
    assert found.number in (1, 9)


def test_without_colour_a_program_keeps_its_bold() -> None:
    found = shown(NIGHT, Depth.NONE, "bold red on blue")
    assert found.bold
    assert (found.color, found.bgcolor) == (Color.default(), Color.default())


def test_inverse_text_of_a_program_is_seen_on_the_marked_line() -> None:
    assert not shown(NIGHT, Depth.BASIC, "reverse", "cursor").reverse
    assert shown(NIGHT, Depth.BASIC, "default", "cursor").reverse
