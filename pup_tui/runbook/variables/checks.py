"""What a variable takes: a value is checked by the variable's type."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import islice
from urllib.parse import urlsplit

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.parts import MIN_SECRET, Choice, Variable
from pup_tui.runbook.report import listed, suggestion
from pup_tui.runbook.variables.items import MAX_ITEMS, entries_in, items_of
from pup_tui.spelling import spelled
from pup_tui.template.duration import parse_duration
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import spend
from pup_tui.template.values import NOTHING, parse_json, to_json

_OneValue = str | int | float | bool
CheckedValue = _OneValue | list[str]

MADE_TEXT = frozenset({"string", "text", "json"})
"""Types for which a list or a map becomes its JSON."""

MAX_VALUE = 1024 * 1024
"""Characters of a value."""

TOO_MUCH = "all values together are too much to check"

_PER_TEXT = 24
_CHARACTERS_PER_COST = 4
"""What a look at a text costs, in the measure of `template.limits`."""

TRUE_WORDS = frozenset({"true", "yes", "on"})
FALSE_WORDS = frozenset({"false", "no", "off"})

_INTEGER = late_pattern(r"[+-]?[0-9]{1,19}\Z")
_NUMBER = late_pattern(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_SURROGATE = late_pattern("[\ud800-\udfff]")
_SPACE_OR_CONTROL = late_pattern(r"[\x00-\x20\x7f-\x9f]")


def check_value(variable: Variable, raw: object) -> CheckedValue:
    """The value of a variable that was given as `raw`.

    Text is read as the variable's type asks (the command line and forms know only text). A list or a map
    becomes its JSON where the type is text. What `choices_from` would have to tell is not judged here. Raises
    `ValueError` with a sentence for the operator, which never holds a secret.
    """
    if isinstance(raw, str):
        pay_for(raw)
    if variable.is_list:
        return _checked_items(variable, items_of(raw))
    if isinstance(raw, list | dict) and variable.type in MADE_TEXT:
        raw = _json_of(raw)
    if raw is None or not isinstance(raw, str | int | float | bool):
        raise ValueError(f"it must be {_WANTED[variable.type]}")
    text = _text_of(raw)
    _check_characters(text)
    value = _READERS[variable.type](variable, text)
    if not isinstance(value, str):
        _check_range(variable, value)
        return value
    if not variable.takes_blank and not value.strip():
        raise ValueError("it is required and may not be blank")
    _check_length(variable, len(value), "character")
    check_pattern(variable, value)
    return value


def is_blank(variable: Variable, text: str) -> bool:
    """Whether a text gives nothing: white space alone, and for a list no item."""
    return not (entries_in(text) if variable.is_list else text.strip())


def check_pattern(variable: Variable, value: str) -> None:
    """Raise `ValueError` where a value does not match the variable's pattern as a whole."""
    if variable.pattern is None:
        return
    from pup_tui.runbook.pattern import matches
    from pup_tui.template.regex import TooCostly

    try:
        fits = matches(variable.pattern, value)
    except TooCostly as error:
        raise ValueError(str(error)) from None
    if not fits:
        told = "it" if variable.is_secret else shown(value)
        raise ValueError(f"{told} does not match the pattern {shown(variable.pattern)}")


class ItemCheck:
    """What each item of a list must be; made once for all of them, since the choices may be many."""

    def __init__(self, variable: Variable) -> None:
        self._variable = variable
        self._choices = _values_of(variable.options)

    def __call__(self, item: str) -> None:
        """Raise `ValueError` where the list may not have this item."""
        pay_for(item)
        _check_characters(item)
        check_pattern(self._variable, item)
        if self._choices:
            _check_one_choice(item, self._choices)


def check_count(variable: Variable, items: int) -> None:
    """Raise `ValueError` where a list may not have so many items."""
    if items == 0 and not variable.takes_blank:
        raise ValueError("it is required and may not be empty")
    if items > MAX_ITEMS:
        raise ValueError(f"it has more than {MAX_ITEMS:,} items")
    _check_length(variable, items, "item")


def check_choice(value: CheckedValue, options: Iterable[Choice]) -> None:
    """Raise `ValueError` where a value, or an item of a list, is none of the choices."""
    values = _values_of(options)
    if isinstance(value, list):
        _check_each(value, lambda item: _check_one_choice(item, values))
    else:
        _check_one_choice(str(value), values)


def _values_of(options: Iterable[Choice]) -> dict[str, None]:
    values = {option.value: None for option in options}
    _pay(_PER_TEXT * len(values))
    return values


def pay_for(text: str) -> None:
    """Pay for a look at a text; ValueError where all values together take too long to check."""
    _pay(_PER_TEXT + len(text) // _CHARACTERS_PER_COST)


def _pay(cost: int) -> None:
    try:
        spend(cost)
    except TemplateError:
        raise ValueError(TOO_MUCH) from None


def _check_one_choice(value: str, values: dict[str, None]) -> None:
    if value not in values:
        hint = suggestion(value, values) or f"one of {listed(islice(values, 20))}"
        raise ValueError(f"{shown(value)} is not one of the choices: {hint}")


def _check_each(items: Iterable[str], check: Callable[[str], None]) -> None:
    for number, item in enumerate(items, 1):
        try:
            check(item)
        except ValueError as error:
            raise ValueError(f"item {number}: {error}") from None


def _checked_items(variable: Variable, items: list[str]) -> list[str]:
    check_count(variable, len(items))
    _check_each(items, ItemCheck(variable))
    _json_of(list(items))
    return items


def _json_of(raw: list[object] | dict[str, object]) -> str:
    try:
        return to_json(raw)
    except TemplateError as error:
        raise ValueError(str(error)) from None


def _text_of(raw: str | int | float | bool) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return raw if isinstance(raw, str) else str(raw)


def _check_characters(text: str) -> None:
    if len(text) > MAX_VALUE:
        raise ValueError(f"it is longer than {MAX_VALUE:,} characters")
    if "\x00" in text:
        raise ValueError("it holds a NUL character")
    if _SURROGATE.search(text):
        raise ValueError(
            "it is not valid text (bytes that are not UTF-8); a file is reached by a link with another name"
        )


def _check_length(variable: Variable, length: int, of: str) -> None:
    least, most = variable.min_length, variable.max_length
    if least is not None and length < least:
        raise ValueError(f"it must have at least {_counted(least, of)}")
    if most is not None and length > most:
        raise ValueError(f"it must have at most {_counted(most, of)}")


def _counted(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def _check_range(variable: Variable, value: float) -> None:
    if variable.min is not None and value < variable.min:
        raise ValueError(f"it must be at least {variable.min}")
    if variable.max is not None and value > variable.max:
        raise ValueError(f"it must be at most {variable.max}")


def _text(_: Variable, text: str) -> _OneValue:
    return text


def _json(_: Variable, text: str) -> _OneValue:
    if text.strip() and parse_json(text) is NOTHING:
        raise ValueError("it is not JSON")
    return text


def _integer(_: Variable, text: str) -> _OneValue:
    if not _INTEGER.match(text.strip()) or not -(2**63) <= int(text) < 2**63:
        raise ValueError(f"{shown(text)} is not a whole number")
    return spelled(int(text), text.strip())


def _number(_: Variable, text: str) -> _OneValue:
    stripped = text.strip()
    if _INTEGER.match(stripped) and -(2**63) <= int(stripped) < 2**63:
        return spelled(int(stripped), stripped)
    if not _NUMBER.match(stripped) or not math.isfinite(float(stripped)):
        raise ValueError(f"{shown(text)} is not a number")
    return spelled(float(stripped), stripped)


def _boolean(_: Variable, text: str) -> _OneValue:
    word = text.strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError(f"{shown(text)} is neither true nor false")
    return word in TRUE_WORDS


def _enum(variable: Variable, text: str) -> _OneValue:
    if variable.choices_from is None:
        check_choice(text, variable.options)
    return text


def _duration(_: Variable, text: str) -> _OneValue:
    parse_duration(text)
    return text.strip()


def _url(_: Variable, text: str) -> _OneValue:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or _SPACE_OR_CONTROL.search(text):
        raise ValueError("it must be a URL that begins with http:// or https://")
    return text


def _file(_: Variable, text: str) -> _OneValue:
    if not text.strip():
        raise ValueError("it must be the path of a file")
    return text


def _secret(_: Variable, text: str) -> _OneValue:
    if len(text) < MIN_SECRET:
        told = f"a secret needs at least {MIN_SECRET} characters: masking a shorter one"
        raise ValueError(f"{told} would mask ordinary text")
    return text


_READERS: dict[str, Callable[[Variable, str], _OneValue]] = {
    "string": _text,
    "text": _text,
    "json": _json,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "enum": _enum,
    "duration": _duration,
    "url": _url,
    "file": _file,
    "secret": _secret,
}

_WANTED = {
    "string": "text",
    "text": "text",
    "json": "JSON",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "enum": "one of the choices",
    "duration": "a duration",
    "url": "a URL",
    "file": "the path of a file",
    "secret": "text",
}
