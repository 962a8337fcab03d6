"""Durations of documents (ISO 8601, seconds) as those of runbooks."""

from __future__ import annotations

import re

from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.pieces import duration, literal_of, only_value, template
from pup_tui.convert.ssm.texts import DocumentNames

_ISO = re.compile(
    r"P(?:(?P<w>[\d.]+)W)?(?:(?P<d>[\d.]+)D)?(?:T(?:(?P<h>[\d.]+)H)?(?:(?P<m>[\d.]+)M)?(?:(?P<s>[\d.]+)S)?)?"
)
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WITH_VALUE = re.compile(r"PT?\{\{[^{}]*\}\}(?P<unit>[DHMS])")


def from_seconds(given: str, names: DocumentNames) -> str:
    """A `timeoutSeconds` as a duration; empty where there is none."""
    if not given:
        return ""
    try:
        return duration(float(given))
    except ValueError:
        return template(names.pieces(given))


def from_iso(given: str, names: DocumentNames) -> str:
    """A duration of ISO 8601. Raises Inexpressible where it is none."""
    found = _ISO.fullmatch(given.strip())
    if found and any(found.groupdict().values()):
        return duration(
            sum(
                float(number) * _SECONDS[unit]
                for unit, number in found.groupdict().items()
                if number
            )
        )
    pieces = names.pieces(given)
    if only_value(pieces) is None and literal_of(pieces) is None:
        valued = _WITH_VALUE.fullmatch(given.strip())
        if valued:
            value = next(piece for piece in pieces if not isinstance(piece, str))
            return f"{{{{ {value.expression} }}}}{valued['unit'].lower()}"
    raise Inexpressible(f"the duration {given} is known only when the document runs")
