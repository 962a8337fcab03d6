"""The filters of the template language: an allowlist, each bounded in what it makes.

None of them pads, formats with widths or repeats. Where one needs a list or a map, a text that is
JSON counts as the list or map it holds.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from jinja2.runtime import Undefined

from pup_tui.template.duration import format_duration
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import MAX_TEXT, check_length, spend, spend_on_all, too_long
from pup_tui.template.numbers import MISSING, absolute, arithmetic, round_number, to_float, to_int
from pup_tui.template.operands import need_defined, text_of
from pup_tui.template.predicates import is_in
from pup_tui.template.regex_filters import regex_findall, regex_replace, regex_search
from pup_tui.template.values import (
    NOTHING,
    JsonText,
    LeftOut,
    RawText,
    SqlName,
    UrlText,
    contents,
    enter,
    is_list,
    kind_of,
    parse_json,
    plain,
    to_json,
)


def items_of(value: Any) -> Sequence[Any]:
    """Give the items of a list (of a map: its keys), also where it is JSON text."""
    need_defined(value)
    value = contents(value)
    if isinstance(value, Mapping):
        return list(value)
    if is_list(value):
        return list(value)
    raise TemplateError(f"a list is needed here, not a {kind_of(value)}")


def _map_of(value: Any) -> Mapping[Any, Any]:
    need_defined(value)
    value = contents(value)
    if isinstance(value, Mapping):
        return value
    raise TemplateError(f"a map is needed here, not a {kind_of(value)}")


def default(value: Any, replacement: Any = "", boolean: bool = False) -> Any:
    """Replace what is not defined or was left out; with ``boolean`` also what is empty."""
    if isinstance(value, Undefined | LeftOut) or (boolean and not value):
        return replacement
    return value


def length(value: Any) -> int:
    """Count a text's characters or the items of a list or map."""
    value = contents(value)
    if isinstance(value, Undefined | str | Mapping) or is_list(value):
        return len(value)
    raise TemplateError(f"a {kind_of(value)} has no length")


def first(value: Any) -> Any:
    """Give the first item."""
    return _item(value, 0)


def last(value: Any) -> Any:
    """Give the last item."""
    return _item(value, -1)


def _item(value: Any, index: int) -> Any:
    items = items_of(value)
    if not items:
        raise TemplateError("the list is empty")
    return items[index]


def join(value: Any, separator: Any = "", attribute: Any = None) -> str:
    """Join the text forms of a list's items."""
    items = items_of(value)
    if attribute is not None:
        items = [attribute_of(item, attribute) for item in items]
    return concat([text_of(item) for item in items], text_of(separator))


def concat(parts: Sequence[str], separator: str = "") -> str:
    """Join texts; refuses before it makes one that is too long."""
    check_length(sum(map(len, parts)) + len(separator) * max(0, len(parts) - 1))
    return separator.join(parts)


def replace(value: Any, old: Any, new: Any, count: int = -1) -> str:
    """Replace a text within a text; refuses before it makes one that is too long."""
    text, before, after = text_of(value), text_of(old), text_of(new)
    if not before:
        raise TemplateError("the text to replace is empty")
    found = text.count(before)
    if count >= 0:
        found = min(found, count)
    check_length(len(text) + found * (len(after) - len(before)))
    return text.replace(before, after, count)


def trim(value: Any, characters: Any = None) -> str:
    """Take white space, or the given characters, off both ends."""
    return text_of(value).strip(None if characters is None else text_of(characters))


def split(value: Any, separator: Any = None, count: int = -1) -> list[str]:
    """Cut a text at a separator, or at white space."""
    text = text_of(value)
    if separator is None:
        return text.split(None, count)
    if not text_of(separator):
        raise TemplateError("the separator is empty")
    return text.split(text_of(separator), count)


def lines(value: Any) -> list[str]:
    """Cut a text into its lines, without their ends."""
    text = text_of(value)
    cut = [line.removesuffix("\r") for line in text.split("\n")]
    return cut[:-1] if cut[-1] == "" else cut


def attribute_of(item: Any, path: Any, fallback: Any = MISSING) -> Any:
    """Follow a dotted path into an item."""
    found = item
    spend(len(str(path)))
    for part in str(path).split("."):
        found = enter(found, int(part) if part.isdigit() and len(part) < 10 else part)
        if found is NOTHING:
            if fallback is MISSING:
                raise TemplateError(f"an item has no `{path}`")
            return fallback
    return found


def _sort_key(attribute: Any, case_sensitive: bool, times: int = 1) -> Callable[[Any], Any]:
    """What an item is compared by; a key that is no text is paid for as often as it is compared."""

    def key(item: Any) -> Any:
        value = item if attribute is None else attribute_of(item, attribute)
        spend_on_all(value, 1 if isinstance(value, str) else times)
        return value.lower() if isinstance(value, str) and not case_sensitive else value

    return key


def sort(
    value: Any, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None
) -> list[Any]:
    """Sort a list, by an attribute of its items if one is named."""
    items = items_of(value)
    key = _sort_key(attribute, case_sensitive, times=max(1, len(items).bit_length()))
    return sorted(items, key=key, reverse=bool(reverse))


def unique(value: Any, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    """Drop the items that were there before."""
    key = _sort_key(attribute, case_sensitive)
    seen: set[str] = set()
    kept = []
    for item in items_of(value):
        mark = to_json(key(item))
        if mark not in seen:
            seen.add(mark)
            kept.append(item)
    return kept


def reverse(value: Any) -> Any:
    """Turn a list, or a text that is not JSON, around."""
    value = contents(value)
    return value[::-1] if isinstance(value, str) else items_of(value)[::-1]


def smallest(value: Any, attribute: Any = None) -> Any:
    """Give the smallest item."""
    return _extreme(min, value, attribute)


def largest(value: Any, attribute: Any = None) -> Any:
    """Give the largest item."""
    return _extreme(max, value, attribute)


def _extreme(choose: Callable[..., Any], value: Any, attribute: Any) -> Any:
    items = items_of(value)
    if not items:
        raise TemplateError("the list is empty")
    return choose(items, key=_sort_key(attribute, case_sensitive=True))


def total(value: Any, attribute: Any = None, start: int | float = 0) -> int | float:
    """Add up the numbers of a list, or an attribute of its items."""
    items: Iterable[Any] = items_of(value)
    if attribute is not None:
        items = (attribute_of(item, attribute) for item in items)
    return sum((arithmetic(item) for item in items), start)


def from_json(value: Any) -> Any:
    """Read a text as JSON."""
    if not isinstance(value, str):
        return value
    parsed = parse_json(value)
    if parsed is NOTHING:
        raise TemplateError("the text is not JSON")
    return parsed


def as_json(value: Any) -> JsonText:
    """Write a value as JSON."""
    need_defined(value)
    return JsonText(to_json(value))


def url_encode(value: Any) -> UrlText:
    """Percent-encode everything that is not a letter, a digit or one of ``-._~``."""
    return UrlText(_bounded(quote(text_of(value), safe="", errors="strict")))


def base64_encode(value: Any) -> str:
    """Write the UTF-8 bytes of a text in base64."""
    return _bounded(base64.b64encode(text_of(value).encode()).decode("ascii"))


def base64_decode(value: Any) -> str:
    """Read base64 of a UTF-8 text."""
    try:
        return base64.b64decode(text_of(value), validate=True).decode()
    except (binascii.Error, ValueError):
        raise TemplateError("the text is not base64 of a text") from None


def sha256(value: Any) -> str:
    """Give the SHA-256 of a text's UTF-8 bytes, in hexadecimal digits."""
    return hashlib.sha256(text_of(value).encode()).hexdigest()


def shell_quote(value: Any) -> str:
    """Quote a text as one word of a POSIX shell, for a command that evaluates it again."""
    return _bounded(shlex.quote(text_of(value)))


def _bounded(text: str) -> str:
    check_length(len(text))
    return text


def raw(value: Any) -> RawText:
    """Ask for the text itself, without the escaping of the place where it stands."""
    return RawText(text_of(value))


def sql_name(value: Any) -> SqlName:
    """Quote a text as one name of SQL: of a table, a column, a role."""
    name = text_of(value)
    if not name or "\0" in name:
        raise TemplateError("a name of SQL is not empty and holds no NUL")
    return SqlName(_bounded('"' + name.replace('"', '""') + '"'))


def duration(value: Any) -> str:
    """Write a number of seconds for people."""
    return format_duration(to_float(value))


def _text_filter(change: Callable[[str], str]) -> Callable[[Any], str]:
    def apply(value: Any) -> str:
        return _bounded(change(text_of(value)))

    return apply


def _as_list(value: Any) -> list[Any]:
    value = contents(value)
    return list(value) if isinstance(value, str) else list(items_of(value))


def _pairs(value: Any) -> list[list[Any]]:
    return [[key, item] for key, item in _map_of(value).items()]


def add_lists(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    """Put two lists together; refuses before it makes one that is too long."""
    if len(left) + len(right) > MAX_TEXT:
        raise too_long()
    return [*left, *right]


def to_table(value: Any, columns: Any = None) -> str:
    """Write a list as a table of aligned columns: of maps with a line of their keys, or of lists.

    A column is blank where a row does not have it.
    """
    rows = [contents(row) for row in items_of(value)]
    names = _column_names(rows) if columns is None else list(items_of(columns))
    lines = [[_cell(row, name) for name in names] for row in rows if isinstance(row, Mapping)]
    if names:
        lines.insert(0, [text_of(name) for name in names])
    if len(lines) < len(rows):
        lines = [[_line(text_of(cell)) for cell in items_of(row)] for row in rows]
    count = max(map(len, lines), default=0)
    widths = [max(len(line[at]) for line in lines if at < len(line)) for at in range(count)]
    check_length(len(lines) * (sum(widths) + 2 * count))
    padded = (
        [f"{cell:<{width}}" for cell, width in zip(line, widths, strict=False)] for line in lines
    )
    return "\n".join("  ".join(line).rstrip() for line in padded)


def _column_names(rows: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(key for row in rows if isinstance(row, Mapping) for key in row))


def _cell(row: Mapping[Any, Any], name: Any) -> str:
    value = row.get(name)
    return "" if value is None else _line(text_of(value))


def _line(text: str) -> str:
    """A text as it stands in one line of a table."""
    return " ".join(text.splitlines())


def flatten(value: Any, levels: int | None = None) -> list[Any]:
    """Put the items of lists within a list into one list, as many levels deep as there are, or as given."""
    flat: list[Any] = []
    waiting = [(0, items_of(value))]
    while waiting:
        depth, items = waiting.pop()
        spend(len(items))
        for number, item in enumerate(items):
            if is_list(item) and (levels is None or depth < levels):
                waiting += [(depth, items[number + 1 :]), (depth + 1, item)]
                break
            check_length(len(flat) + 1)
            flat.append(item)
    return flat


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "abs": absolute,
    "b64decode": base64_decode,
    "b64encode": base64_encode,
    "capitalize": _text_filter(str.capitalize),
    "contains": lambda value, item: is_in(item, value),
    "count": length,
    "d": default,
    "default": default,
    "duration": duration,
    "first": first,
    "flatten": flatten,
    "float": to_float,
    "fromjson": from_json,
    "int": to_int,
    "items": _pairs,
    "join": join,
    "json": as_json,
    "keys": lambda value: list(_map_of(value)),
    "last": last,
    "length": length,
    "lines": lines,
    "list": _as_list,
    "lower": _text_filter(str.lower),
    "max": largest,
    "min": smallest,
    "raw": raw,
    "regex_findall": regex_findall,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "replace": replace,
    "reverse": reverse,
    "round": round_number,
    "sha256": sha256,
    "shell_quote": shell_quote,
    "sort": sort,
    "sql_name": sql_name,
    "split": split,
    "string": lambda value: plain(text_of(value)),
    "sum": total,
    "to_table": to_table,
    "title": _text_filter(str.title),
    "tojson": as_json,
    "trim": trim,
    "unique": unique,
    "upper": _text_filter(str.upper),
    "urlencode": url_encode,
    "values": lambda value: list(_map_of(value).values()),
}
"""By the name they have in a template; ``map``, ``select`` and their kin are in the sandbox."""
