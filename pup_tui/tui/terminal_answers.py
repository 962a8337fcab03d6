"""What a terminal is asked of its colours, and its answers, which come among the keys.

Environment variables tell little of a terminal at the other end of SSH, so it is asked itself: for its ground
(OSC 11), and whether it has all colours, in two ways, since none is known everywhere: by the names that
terminfo has for that (XTGETTCAP), and by setting one and asking what is set (DECRQSS). Last it is asked what
it is (DA1), which every terminal answers: then nothing else is to come.
https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from time import monotonic

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message

from pup_tui.late_pattern import late_pattern
from pup_tui.tui.readable import Rgb, contrast

_GROUND = "\x1b]11;?\x1b\\"
_ALL_COLOURS = (
    "\x1bP+q524742\x1b\\"  # RGB
    "\x1bP+q5463\x1b\\"  # Tc
    "\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[0m"
)
_LAST = "\x1b[c"

_TAKES_STRINGS_TEXT = r"(xterm|foot|alacritty|wezterm|ghostty|contour|mintty|konsole|st)\b"
_TAKES_STRINGS = late_pattern(_TAKES_STRINGS_TEXT)
"""Terminals, as TERM has them, that may be asked with a DCS. GNU screen hands it on to the terminal outside,
and the console of Linux prints it."""
_TAKES_COMMANDS = late_pattern(rf"{_TAKES_STRINGS_TEXT}|(tmux|screen|rxvt|vte|gnome)\b")
"""Those that may be asked with an OSC."""

PATIENCE = 5.0
"""Seconds in which the beginning of an answer is not yet taken for a key."""

_ESCAPE = 0.1
"""Seconds after which it is one all the same, where nothing follows: as long as Textual waits."""

_ANSWER = late_pattern(
    r"\x1b\]11;(?P<ground>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1bP(?P<known>[01])(?P<kind>[+$])r(?P<told>[^\x07\x1b]*)\x1b\\"
    r"|\x1b\[\?[\d;]*(?P<last>c)"
)
_BEGUN = late_pattern(
    r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,64}\x1b?)?)?)?"
    r"|P(?:[01](?:[+$](?:r[^\x07\x1b]{0,64}\x1b?)?)?)?"
    r"|\[(?:\?[\d;]{0,64})?)?\Z"
)

_ESC = "\x1b"


def _after(begin: str) -> str:
    """What may come next in the sequence of a key that begins so, as a class of characters."""
    known = {keys[len(begin)] for keys in ANSI_SEQUENCES_KEYS if keys.startswith(begin)}
    return re.escape("".join(sorted(known)))


_SEQUENCE = (
    rf"\[[{_after(_ESC + '[')}0-9<?IMOPQRS]"  # keys, the mouse, the focus, what a terminal is
    rf"|O[{_after(_ESC + 'O')}]"
    r"|\]1"
    r"|P[01]"
)
"""What makes a sequence of an escape before it."""

_LONE = late_pattern(rf"\x1b(?!{_SEQUENCE})")
"""An escape that is a key by itself, as is what follows it."""

_CUT = late_pattern(r"\x1b(?:\[(?:\[|[0-?]{0,32}|\?[\d;]{1,32}\$)|[O\]P])?\Z")
"""A sequence of which the rest may still come."""

_PASTE = (BRACKETED_PASTE_START, BRACKETED_PASTE_END)

_SET = late_pattern(r"48[:;]2[:;]+1[:;]2[:;]3(?!\d)")
_RGB = late_pattern(r"rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})", re.IGNORECASE)


def questions(terminal: str, *, ground: bool, colours: bool) -> str:
    """What to send to a terminal of this kind (`TERM`) to know these; empty where nothing can be asked."""
    asked = _GROUND if ground and _TAKES_COMMANDS.match(terminal) else ""
    if colours and _TAKES_STRINGS.match(terminal):
        asked += _ALL_COLOURS
    # Terminal.app prints a question that it does not know: here the first frame comes over it.
    return f"\x1b[H{asked}{_LAST}" if asked else ""


class TerminalAnswer(Message):
    """What the terminal says of itself: whether its ground is dark, or that it has all colours."""

    def __init__(self, *, dark: bool | None = None, all_colours: bool = False) -> None:
        super().__init__()
        self.dark = dark
        self.all_colours = all_colours


class AnsweringParser(XTermParser):
    """Takes the answers out of what is typed, whenever they come and however they are cut."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._held = ""
        self._held_at = self._held_for = 0.0
        self._waits_until = 0.0
        self._pasting = False
        self._recent = ""

    def expect(self) -> None:
        """The questions have been sent."""
        self._waits_until = monotonic() + PATIENCE

    def feed(self, data: str) -> Iterator[Message]:
        if not data:  # the end
            yield from super().feed(data)
            return
        self._follow_paste(data)
        text, self._held = self._held + data, ""
        at = 0
        for found in _ANSWER.finditer(text):
            yield from self._typed(text[at : found.start()])
            at = found.end()
            if found["last"]:
                self._waits_until = 0.0
            answer = _meant(found)
            if answer is not None:
                yield answer
        rest = text[at:]
        self._hold(rest)
        yield from self._typed(rest.removesuffix(self._held))

    def _hold(self, text: str) -> None:
        """Keep back the end of a text where it begins something of which the rest may still come."""
        self._held_at = monotonic()
        begun = _BEGUN.search(text) if self._held_at < self._waits_until else None
        cut = None if self._pasting else _CUT.search(text)
        if begun is not None:
            self._held, self._held_for = begun[0], _ESCAPE if len(begun[0]) < 4 else PATIENCE
        elif cut is not None:
            self._held, self._held_for = cut[0], _ESCAPE

    def _follow_paste(self, data: str) -> None:
        """Note whether what comes next is pasted, where an escape is no key."""
        self._recent = self._recent[-len(BRACKETED_PASTE_START) :] + data
        begun = self._recent.rfind(BRACKETED_PASTE_START)
        ended = self._recent.rfind(BRACKETED_PASTE_END)
        if begun != ended:
            self._pasting = begun > ended

    def tick(self) -> Iterable[Message]:
        """Take for keys what only looks like the beginning of something, since nothing follows it."""
        if self._held and monotonic() - self._held_at >= self._held_for:
            keys, self._held = self._held.removeprefix(_ESC), ""
            yield events.Key("escape", _ESC)
            yield from super().feed(keys) if keys else ()
        yield from super().tick()

    def _typed(self, text: str) -> Iterator[Message]:
        """The keys in a text. Textual makes one key of an escape that is alone and what follows it."""
        pasted = self._pasting or any(mark in text for mark in _PASTE)
        *escapes, rest = [text] if pasted else _LONE.split(text)
        for before in escapes:
            yield from super().feed(before) if before else ()
            yield events.Key("escape", _ESC)
        if rest:
            yield from super().feed(rest)


def _meant(found: re.Match[str]) -> TerminalAnswer | None:
    if found["ground"] is not None:
        ground = _ground(found["ground"])
        return None if ground is None else TerminalAnswer(dark=is_dark(ground))
    if found["kind"] == "+":
        knows = found["known"] == "1" and found["told"].upper().startswith(("524742", "5463"))
    else:
        knows = bool(_SET.search(found["told"] or ""))
    return TerminalAnswer(all_colours=True) if knows else None


def is_dark(ground: Rgb) -> bool:
    """Whether white is read better on it than black."""
    return contrast(ground, (255, 255, 255)) > contrast(ground, (0, 0, 0))


def _ground(told: str) -> Rgb | None:
    """The colour in an answer such as `rgb:1e1e/1e1e/2e2e`."""
    found = _RGB.match(told)
    if found is None:
        return None
    red, green, blue = (
        round(int(part, 16) * 255 / (16 ** len(part) - 1)) for part in found.groups()
    )
    return red, green, blue
