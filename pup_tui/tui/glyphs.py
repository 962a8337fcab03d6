"""How a status looks, and what a step does to the world: always in a word, whatever colour and font show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.content import Content

from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.runbook.model import Step


class Mark(Struct, frozen=True):
    """A status as it is shown. `tone` is what its colour means, one of the keys of `TONES`."""

    glyph: str
    word: str
    tone: str


TONES = {
    "good": "$text-success",
    "bad": "$text-error",
    "care": "$text-warning",
    "busy": "$text-accent",
    "calm": "dim",
}
"""What a colour means, and the style for it in any theme."""

_MARKS = {
    mark.word: mark
    for mark in (
        Mark("·", "pending", "calm"),
        Mark("↷", "held back", "calm"),
        Mark("↶", "taken back", "calm"),
        Mark("●", "running", "busy"),
        Mark("?", "waiting", "care"),
        Mark("◔", "polling", "busy"),
        Mark("↻", "retrying", "care"),
        Mark("✔", "succeeded", "good"),
        Mark("✖", "failed", "bad"),
        Mark("U", "unreachable", "bad"),
        Mark("▲", "warned", "care"),
        Mark("◇", "ignored", "calm"),
        Mark("↷", "skipped", "calm"),
        Mark("■", "cancelled", "care"),
        Mark("⊘", "aborted", "bad"),
        Mark("…", "interrupted", "care"),
        Mark("…", "unknown", "care"),
        Mark("◀", "replayed", "calm"),
    )
}

_COUNTED = (
    ("changes", "change", "$text-warning"),
    ("may change", "may change", "$foreground"),
    ("destroys", "destroy", "bold $text-error"),
)
_EFFECT_STYLES = {True: "$text-warning", False: "$text-muted", None: "$foreground"}


def mark_of(status: str) -> Mark:
    """The mark of a step's or a run's status; one that is not known here is shown as it is called."""
    return _MARKS.get(status) or Mark("…", safe_text(status), "care")


def status_content(status: str) -> Content:
    """The status as styled text: its glyph and its word."""
    mark = mark_of(status)
    return Content.styled(f"{mark.glyph} {mark.word}", TONES[mark.tone])


def effect_content(step: Step, mutates: bool | None) -> Content:
    """What a step does outside (`effect_word`), the more harm in it the louder."""
    # Late: it brings the format, and the first frame shows no step.
    from pup_tui.catalog.effects import effect_word

    usual = _EFFECT_STYLES[False if step.is_question else mutates]
    style = "bold $text-error" if step.danger else usual
    return Content.styled(effect_word(step, mutates), style)


def counted_effects(steps: Iterable[tuple[Step, bool | None]]) -> Content:
    """How many of some steps do what outside, by what `effects.mutates` tells of each; blank if none acts."""
    from pup_tui.catalog.effects import effect_word

    counts = Counter(effect_word(step, mutates) for step, mutates in steps)
    told = (
        Content.styled(f"{counts[word]} {word if counts[word] == 1 else many}", style)
        for word, many, style in _COUNTED
        if counts[word]
    )
    return Content(" · ").join(told)
