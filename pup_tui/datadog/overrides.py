"""Ways around the method of a request: what makes a server take a GET for another one."""

from __future__ import annotations

from pup_tui.late_pattern import late_pattern

_NAMES = frozenset(
    {"x-http-method-override", "x-http-method", "x-method-override", "x-method", "-method"}
)
_BETWEEN = late_pattern(r"[\s?&=:;]+")


def overrides_method(text: str) -> bool:
    """Whether a header, a parameter or a URL says which method is meant, whatever the request's is."""
    return any(name.lower().replace("_", "-") in _NAMES for name in _BETWEEN.split(text))
