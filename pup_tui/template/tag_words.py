"""What to say of a tag that stands between ``{{`` and ``}}``: ``{{ else if X }}``, ``{{ endif }}``."""

from __future__ import annotations

from typing import Final

from pup_tui.late_pattern import late_pattern

_TAGS: Final = {
    "if": "{% if … %}",
    "else": "{% else %} or {% elif … %}",
    "elif": "{% elif … %}",
    "endif": "{% endif %}",
    "for": "{% for … in … %}",
    "endfor": "{% endfor %}",
    "raw": "{% raw %}",
    "endraw": "{% endraw %}",
    "end": "{% endif %} or {% endfor %}",
    "range": "{% for … in … %}",
    "with": "the value itself",
}
_GO: Final = frozenset({"if", "else", "end", "range", "with"})
_WORD: Final = late_pattern(r"\s*([a-z]+)\b")
_CONDITION: Final = late_pattern(
    r"\s*(?:(?:(?P<else>else)\s+)?if|(?P<elif>elif))\s+(?P<test>\S.{0,60})\Z"
)


def tag_hint(source: str) -> str | None:
    """What to write in place of an expression that begins like a tag; None where it does not."""
    word = _WORD.match(source)
    if word is None or word[1] not in _TAGS:
        return None
    written = _TAGS[word[1]]
    condition = _CONDITION.match(source)
    if condition is not None:
        name = "elif" if condition["else"] or condition["elif"] else "if"
        written = f"{{% {name} {condition['test'].strip()} %}}"
    if word[1] not in _GO:
        return f"write {written}"
    return f"write {written}; in a Go template operands begin with `.`, `$` or a quote"
