"""How the sanitizer tells the assembler of lines that a program moves between lines or erases them.

A move is ``MARK``, a number and a letter: characters that the sanitizer never lets out otherwise, and
that the assembler never lets out.
"""

from __future__ import annotations

from pup_tui.late_pattern import late_pattern

MARK = "\x0e"

UP = "A"
DOWN = "B"
ERASE = "K"
"""All of the line is erased."""
ERASE_RIGHT = "k"
ERASE_BELOW = "J"
"""What is right of the cursor is erased, and the lines below."""
HIDE = "l"
"""The cursor is hidden: most programs do that before they draw what they will draw again."""
SAVE = "s"
RESTORE = "u"
"""Where the cursor is is remembered, and gone back to."""
PLACE = "H"
"""The cursor goes to some place on the screen."""

MOST = 64
"""Lines that are moved at once; to move further is to move to the first or the last."""

_MOVE = late_pattern(rf"{MARK}\d*[A-Za-z]")


def move(kind: str, number: str = "") -> str:
    """Return the sign for a move, so many lines as a sequence says."""
    return f"{MARK}{min(int(number.lstrip('0')[:4] or 1), MOST)}{kind}"


def without_moves(text: str) -> str:
    """Return a text without the signs for moves."""
    return _MOVE.sub("", text)
