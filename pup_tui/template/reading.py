"""What an attempt's output says: its JSON, its status, its number, whether it is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pup_tui.answers import emptiness
from pup_tui.answers.numbers import Number, ToldNumbers, numbers_of
from pup_tui.answers.plain_numbers import number_of
from pup_tui.answers.states import states_of
from pup_tui.template.values import NOTHING, parse_json

NOT_SAID: Final = frozenset(
    {"outcome", "exit_code", "status_code", "duration", "attempt", "elapsed"}
)
"""What is known of an attempt without a look at what it said."""

_EXACT: Final = 2**53
"""Below it every whole number is one of its own as a `float`."""


def status_of(json_value: Any) -> str | list[str] | None:
    """Find the status of an answer in JSON; a list where it is that of several things.

    ``None`` where there is none, also where one of several things has none.
    """
    found = states_of(json_value)
    if found.states is None:
        return None
    texts = [state.text for state in found.states]
    return texts if found.several else texts[0]


def value_of(output: str, json_value: Any) -> float | list[float] | None:
    """Find the number in an output: the output itself, or what its JSON tells.

    Several series give a list. ``None`` where there is none, or where a series has no point.
    """
    found = read_numbers(output, json_value).numbers or ()
    known = [number.value for number in found if number.value is not None]
    if not known:
        return None
    return known[0] if len(known) == 1 else known


def read_numbers(output: str, json_value: Any) -> ToldNumbers:
    """The numbers in an output, and what was found in their place where there are none."""
    number = number_of(output) if json_value is None else None
    return numbers_of(json_value) if number is None else ToldNumbers((Number(number),))


def _written(number: float) -> float:
    """A whole number without a fraction, so that a text or a script takes it for one."""
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def is_empty(output: str, json_value: Any, is_json: bool) -> bool:
    """Whether an output is blank, or an answer in JSON that holds nothing.

    Text that is not JSON is not empty.
    """
    if not output.strip():
        return True
    return is_json and emptiness.is_empty(json_value)


def lines_of(output: str) -> list[str]:
    """Cut an output into lines at line feeds; other separators are part of a line."""
    lines = [line.removesuffix("\r") for line in output.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines


def reading_scope(
    output: str,
    stderr: str = "",
    exit_code: int | None = None,
    status_code: int | None = None,
    headers: Mapping[str, str] | None = None,
    attempt: int | None = None,
    elapsed: float | None = None,
) -> dict[str, Any]:
    """Build the names under which an expression sees an attempt.

    ``output`` and ``stderr`` are without white space at their ends, as a shell takes them over.
    What the attempt does not have is left out: ``json`` where the output is not JSON, ``status``
    and ``value`` where there is none or several. ``elapsed`` is in seconds. Header names are in
    lower case.
    """
    scope: dict[str, Any] = {
        "output": output.strip(),
        "stderr": stderr.strip(),
        "lines": lines_of(output),
    }
    json_value = parse_json(output)
    is_json = json_value is not NOTHING
    if is_json:
        scope["json"] = json_value
    status = status_of(json_value if is_json else None)
    value = value_of(output, json_value if is_json else None)
    given: dict[str, Any] = {
        "status": status if isinstance(status, str) else None,
        "value": _written(value) if isinstance(value, float) else None,
        "exit_code": exit_code,
        "status_code": status_code,
        "attempt": attempt,
        "elapsed": elapsed,
    }
    scope.update((name, item) for name, item in given.items() if item is not None)
    if headers is not None:
        scope["headers"] = {name.lower(): text for name, text in headers.items()}
    return scope
