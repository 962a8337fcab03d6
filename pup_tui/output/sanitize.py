"""Foreign text to text that is safe to print: the one sanitizer for every face of the program.

Two forms. ``Sanitizer`` is for the output of steps: colours stay, normalised; every other control
sequence goes; tab, line feed, carriage return and backspace pass, for the line assembler, and it is
told of ``moves`` between lines.
``safe_text`` is for short foreign text (names, messages, errors, values): nothing but printable
characters is left, what was something else is shown as an escape.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain, zip_longest

from pup_tui.late_pattern import late_pattern

from .moves import DOWN, ERASE, ERASE_BELOW, ERASE_RIGHT, HIDE, PLACE, RESTORE, SAVE, UP, move
from .style import MAX_SGR_CHARS, PLAIN, RESET, apply_sgr, sequence

MAX_MARKS = 8
"""Combining marks kept on one character; no written language needs more than a few."""

# Format characters, bidi controls, zero width and blank "letters", separators that some terminals
# break lines at, variation selectors and tags, noncharacters, lone surrogates. Arabic number
# signs are format characters too, but visible, and stay.
_INVISIBLE_BMP = (
    r"\u0085\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
)
_INVISIBLE = _INVISIBLE_BMP + (
    r"\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Only choose between the picture forms of an emoji; terminals disagree about the width they give.
_PRESENTATION = "\ufe0e\ufe0f"

# Classes that reach beyond ASCII take a millisecond each to compile: they are when a text wants them.
_SPECIAL = rf"[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f{_INVISIBLE}]"
_SPECIAL_ASCII = late_pattern(r"[\x00-\x07\x0b\x0c\x0e-\x1f\x7f]")
"""The same for ASCII, which most text is: a class that reaches beyond the BMP is searched range by range."""
_BMP_BYTES = bytes(range(0xF0))
_HARMLESS_ASCII = bytes(code for code in range(128) if not _SPECIAL_ASCII.match(chr(code)))
_START = rf"[\x00-\x07\n-\x1f\x7f-\x9f{_INVISIBLE}]"
_START_ASCII = late_pattern(r"[\x00-\x07\n-\x1f\x7f]")
_MAYBE_FLOOD = late_pattern(rf"[^\x00-\u02ff]{{{MAX_MARKS + 1}}}")
_SGR = late_pattern(r"\x1b\[([0-?]*)m")
_LINE_END = late_pattern(r"[\n\r]")
_STRING_BODY = r"[^\x07\x18\x1a\x1b\x9c\n]*"
_TOKEN = rf"""(?x)
      (?P<line>[\n\r])
    | (?P<csi>(?P<intro>\x1b\[|\x9b)(?P<params>[0-?]*)(?P<middle>[ -/]{{0,2}})(?P<final>[@-~])?)
    | (?P<string>(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]){_STRING_BODY}(?P<end>[\x07\x9c])?)
    | (?P<escape>\x1b[ -/]{{0,2}}(?P<last>[0-~])?)
    | (?P<char>[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f{_INVISIBLE}])
    """
_FIRST_COLUMN = ("", "0", "1")
_MOVES = {"A": UP, "F": UP, "B": DOWN, "E": DOWN}
_MOVES_BY_ONE = {
    "M": move(UP),
    "D": move(DOWN),
    "E": move(DOWN),
    "7": move(SAVE),
    "8": move(RESTORE),
}
_PLACED = frozenset("0123456789;")
_ERASED = move(ERASE)
_UNSTYLED = {
    "2K": _ERASED,
    "K": move(ERASE_RIGHT),
    "0K": move(ERASE_RIGHT),
    "J": move(ERASE_BELOW),
    "0J": move(ERASE_BELOW),
    "?25l": move(HIDE),
    "s": move(SAVE),
    "u": move(RESTORE),
}
"""Sequences that do not end a style."""
_STRING_REST = late_pattern(rf"{_STRING_BODY}(?P<end>[\x07\x9c])?")
_UNSAFE = rf"[\x00-\x1f\x7f-\x9f{_INVISIBLE}]"
_UNSAFE_MULTILINE = rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_INVISIBLE}]"
_BLANK = rf"[{_INVISIBLE}]"
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def safe_text(text: str, *, multiline: bool = False) -> str:
    r"""Return short foreign text with everything that is not printable made visible.

    Control characters, escapes, bidi controls and the like appear as ``\x1b``, ``\u202e``, ``\n``,
    what was no UTF-8 as U+FFFD.
    With ``multiline``, line feeds and tabs stay, and CRLF counts as a line feed. No colour stays.
    """
    if text.isascii() and text.isprintable():
        return text
    if multiline:
        shown = _compiled(_UNSAFE_MULTILINE).sub(_visible_match, text.replace("\r\n", "\n"))
    else:
        shown = _compiled(_UNSAFE).sub(_visible_match, text)
    return shown if shown.isascii() else _without_flood(shown)


def is_visible(char: str) -> bool:
    """Whether a character shows as itself: no control, format, private, unassigned or blank one."""
    return char.isprintable() and not _compiled(_BLANK).match(char)


class Sanitizer:
    """Makes one stream of decoded output safe, with state across chunks.

    A style holds until the end of its line at most: a program that never resets it cannot colour
    the next line or step. A string sequence (OSC, DCS and the like) that is never ended swallows
    no more than the rest of its line, so that nothing after it can be hidden.
    """

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._held = ""
        self._in_string = False
        self._wanted = PLAIN
        self._shown = PLAIN
        self._marks = ""

    def feed(self, text: str) -> str:
        """Return what is safe of ``text``; a sequence that is cut at its end waits for its rest."""
        if self._in_string:
            text = self._after_string(text)
        text = self._held + text
        self._held = ""
        special, begin = (
            (_SPECIAL_ASCII, _START_ASCII)
            if text.isascii()
            else (_compiled(_SPECIAL), _compiled(_START))
        )
        if self._is_plain() and _is_harmless(text):
            self._marks = "" if text else self._marks
            return text
        pieces = _SGR.split(text)
        if len(pieces) > 1 and _is_harmless(between := "".join(pieces[::2])):
            self._marks = "" if between else self._marks
            return self._feed_styled(pieces)
        out: list[str] = []
        at = 0
        # The end of a line matters only to a style.
        while found := (special if self._is_plain() else begin).search(text, at):
            self._put(out, text[at : found.start()])
            at = found.start()
            if self._is_plain() and text[at] in "\n\r":
                continue
            token = _compiled(_TOKEN).match(text, at)
            assert token is not None, "every start begins a token"
            at = token.end()
            self._handle(out, token)
        self._put(out, text[at:])
        return "".join(out)

    def _feed_styled(self, pieces: list[str]) -> str:
        """Do the same, faster, for text in which nothing but style is special: pieces, parameters between."""
        out: list[str] = []
        wanted, shown = self._wanted, self._shown
        for piece, params in zip_longest(pieces[::2], pieces[1::2]):
            end = None if wanted == shown == PLAIN else _LINE_END.search(piece)
            before = piece if end is None else piece[: end.start()]
            if before and wanted != shown:
                out.append(sequence(wanted))
                shown = wanted
            out.append(before)
            if end is not None:
                out.append(piece[end.start() :] if shown == PLAIN else RESET + piece[end.start() :])
                wanted = shown = PLAIN
            if params is not None:
                wanted = apply_sgr(wanted, params)
        self._wanted, self._shown = wanted, shown
        return "".join(out)

    def _is_plain(self) -> bool:
        return self._wanted == self._shown == PLAIN

    def flush(self) -> str:
        """End the stream: drop an unfinished sequence, end the style. It can be used on."""
        ending = "" if self._shown == PLAIN else RESET
        self._reset()
        return ending

    def _handle(self, out: list[str], token: re.Match[str]) -> None:
        at_end = token.end() == len(token.string)
        match token.lastgroup:
            case "line":
                self._end_style(out)
                self._put(out, token.group())
            case "csi":
                self._handle_csi(out, token, at_end=at_end)
            case "string":
                self._in_string = at_end and not token["end"]
            case "escape":
                self._held = token.group() if at_end and not token["last"] else ""
                if token.end("last") == token.start() + 2 and token["last"] in _MOVES_BY_ONE:
                    self._move(out, _MOVES_BY_ONE[token["last"]])
            case _:
                self._put(out, _shown_char(token.group()))

    def _handle_csi(self, out: list[str], token: re.Match[str], *, at_end: bool) -> None:
        if token["final"] == "m" and not token["middle"]:
            self._wanted = apply_sgr(self._wanted, token["params"])
        elif token["final"] == "G" and token["params"] in _FIRST_COLUMN and not token["middle"]:
            # To the first column: npm and others redraw a line that way.
            self._end_style(out)
            self._put(out, "\r")
        elif told := _UNSTYLED.get(token.group()[len(token["intro"]) :]):
            if told == _ERASED and self._shown != PLAIN:
                # What is drawn next has to say its style again.
                out.append(RESET)
                self._shown = PLAIN
            out.append(told)
        elif token["final"] in _MOVES and _is_number(token["params"]) and not token["middle"]:
            self._move(out, move(_MOVES[token["final"]], token["params"]))
        elif (
            token["final"] in ("H", "f")
            and _PLACED.issuperset(token["params"])
            and not token["middle"]
        ):
            self._move(out, move(PLACE))
        elif at_end and not token["final"]:
            # What is beyond the cap is ignored anyway, so a flood of parameters is not kept.
            self._held = token["intro"] + token["params"][: MAX_SGR_CHARS + 1] + token["middle"]

    def _move(self, out: list[str], told: str) -> None:
        self._end_style(out)
        self._put(out, told)

    def _after_string(self, text: str) -> str:
        found = _STRING_REST.match(text)
        end = found.end() if found else 0
        self._in_string = end == len(text) and not (found and found["end"])
        return text[end:]

    def _end_style(self, out: list[str]) -> None:
        if self._shown != PLAIN:
            out.append(RESET)
        self._wanted = self._shown = PLAIN

    def _put(self, out: list[str], text: str) -> None:
        """Append visible text. A style goes out only before text that shows it, so floods end."""
        if not text:
            return
        if shown := self._cut_marks(text):
            if self._wanted != self._shown:
                out.append(sequence(self._wanted))
                self._shown = self._wanted
            out.append(shown)

    def _cut_marks(self, text: str) -> str:
        """Return ``text`` with floods of combining marks cut, also across calls."""
        if text.isascii():
            if text:
                self._marks = ""
            return text
        before = self._marks
        cut = _without_flood(before + text)
        self._marks = cut[len(cut.rstrip(_marks())) :]
        return cut[len(before) :]


def _is_number(params: str) -> bool:
    return not params or (params.isascii() and params.isdigit())


def _is_harmless(text: str) -> bool:
    """Whether a text can stay as it is, said at once of most texts: no sequence, nothing invisible, no mark.

    Of a text with characters beyond the BMP it is not said.
    """
    data = text.encode(errors="replace")
    if text.isascii():
        return not data.translate(None, _HARMLESS_ASCII)
    return not (data.translate(None, _BMP_BYTES) or _unusual().search(text))


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=1)
def _unusual() -> re.Pattern[str]:
    """What may have to be changed, in the BMP: a class within it is searched as fast as one of ASCII."""
    marks = "".join(char for char in _marks() if char <= "\uffff")
    return re.compile(rf"[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f{_INVISIBLE_BMP}{marks}]")


@lru_cache(maxsize=1)
def _marks() -> str:
    """Return every combining mark that takes no column of its own; made on first use (5 ms)."""
    blocks = (range(0x300, 0x3100), range(0xA660, 0xAC00), range(0xFB1E, 0xFE30))
    planes = (range(0x101F0, 0x12000), range(0x16A00, 0x17000), range(0x1BC00, 0x1EA00))
    codes = chain(*blocks, *planes)
    return "".join(c for c in map(chr, codes) if unicodedata.category(c) in ("Mn", "Me"))


@lru_cache(maxsize=1)
def _mark_flood() -> re.Pattern[str]:
    # Two classes, since one that reaches beyond the BMP is searched range by range, 20 times slower.
    basic = "".join(char for char in _marks() if char <= "\uffff")
    astral = "".join(char for char in _marks() if char > "\uffff")
    return re.compile(rf"(?:[{basic}]|[{astral}]){{{MAX_MARKS + 1},}}")


def _without_flood(text: str) -> str:
    if text.isascii() or not _MAYBE_FLOOD.search(text):
        return text
    return _mark_flood().sub(lambda flood: flood.group()[:MAX_MARKS], text)


def _shown_char(char: str) -> str:
    """Return what output shows for a single control or invisible character."""
    if char in "\x0b\x0c":
        return " "
    if char in _PRESENTATION or (unicodedata.category(char) == "Cc" and char != "\x85"):
        return ""
    return _visible_escape(char)


def _visible_match(match: re.Match[str]) -> str:
    char = match.group()
    return "" if char in _PRESENTATION else _visible_escape(char)


def _visible_escape(char: str) -> str:
    if char in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[char]
    code = ord(char)
    if 0xD800 <= code < 0xE000:  # of a file name or an argument that is no UTF-8
        return "\ufffd"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
