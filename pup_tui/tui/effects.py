"""What a step does to the world, in a word and a colour."""

from __future__ import annotations

from textual.content import Content

_WORDS = {True: "changes", False: "only looks", None: "may change"}
_STYLES = {True: "$text-warning", False: "$text-muted", None: "$foreground"}


def effect_content(mutates: bool | None, *, danger: bool) -> Content:
    """`only looks`, `changes`, `may change`; where the author says so, `DANGER`."""
    if danger:
        return Content.styled("DANGER", "bold $text-error")
    return Content.styled(_WORDS[mutates], _STYLES[mutates])
