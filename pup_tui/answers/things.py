"""What an answer in JSON is about: one thing, a list of things, or an error.

Answers of Datadog are objects with a list or an object below `data` (JSON:API), flat objects and lists of
them, and objects that hold a list beside what tells of its pages. Rules look at these shapes, never at the
name of an endpoint.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pup_tui.late_pattern import late_pattern

JsonMap = Mapping[str, Any]

_BESIDE: Final = frozenset(
    {
        "after", "counts", "cursor", "error", "errors", "facets", "from", "included", "links", "message",
        "meta", "metadata", "next", "page", "pagination", "paging", "query", "relationships", "res_type",
        "status", "to", "type", "warnings",
    }
)  # fmt: skip
"""What stands beside a list and tells of it, where that is more than a number."""
_ABOUT: Final = frozenset({"links", "meta", "metadata", "page", "pagination", "paging"})
"""What tells of a list, and is none itself."""
_QUERIED: Final = (
    ("series",),
    ("data", "attributes", "columns"),
    ("data", "attributes", "times"),
    ("data", "buckets"),
)
"""Where answers to queries for numbers have them."""
_NAMES: Final = ("name", "title", "environment_name", "host_name", "key", "public_id", "id")
"""What a thing is called by, the best first."""
_NAME: Final = late_pattern(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
_MOST_SHOWN: Final = 5
_LONGEST: Final = 80
_LONGEST_ERROR: Final = 500
_DEEPEST: Final = 5
"""How far down the texts of errors are looked for."""

NOT_COMPLETE: Final = "the answer is not complete: the query ended before it was done"
"""Why more may belong to an answer that Datadog ended before it was done."""


class AnswerSubject(NamedTuple):
    """The things of an answer, and the expression by which `json` leads to them.

    `error` is what an answer says that is nothing but an error, or that a query has failed; `partial` says
    why more may belong to it than it holds: its making was not finished, or it warns.
    """

    things: tuple[Any, ...] = ()
    is_list: bool = False
    path: str = "json"
    error: str = ""
    partial: str = ""


def subject_of(value: Any) -> AnswerSubject:
    """What an answer is about."""
    if isinstance(value, Mapping):
        found = _inside(value, "json")
        if error := _error(value, found):
            return AnswerSubject(error=error)
        return found._replace(partial=_partial(value))
    if isinstance(value, list):
        return AnswerSubject(tuple(value), True)
    return AnswerSubject() if value is None else AnswerSubject((value,))


def errors_beside(value: Any) -> str:
    """The errors that an answer tells beside what it is about; empty where it tells none, or nothing else."""
    if not isinstance(value, Mapping) or subject_of(value).error:
        return ""
    return _errors(value)


def layers(thing: Any) -> Iterator[JsonMap]:
    """Where the fields of a thing stand: in its attributes, beside them, and in their own attributes."""
    return (layer for layer, _ in _places(thing))


def resource_of(thing: Any) -> JsonMap | None:
    """The object that a thing is, which may be wrapped in `data` once more; None where it is no object."""
    return _unwrapped(thing)[0]


def at(value: Any, *keys: str) -> Any:
    """What stands below these keys; None where there is none."""
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def name_of(thing: Any) -> str:
    """What people call a thing; empty where that is not known."""
    for layer in layers(thing):
        for key in _NAMES:
            found = layer.get(key)
            if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
                return str(found)[:_LONGEST]
    return ""


def told_thing(answer: AnswerSubject, wanted: str, which: int = 0) -> str:
    """What a thing of an answer has in place of what was wanted, and how an expression looks at that."""
    if not answer.things:
        return f"the answer has no {wanted}: there is nothing in it"
    place = f"{answer.path}[{which}]" if answer.is_list else answer.path
    what = f"`{place}`" if answer.is_list else "the answer"
    for layer, keys in _places(answer.things[which]):
        names = [name for name in layer if _NAME.fullmatch(name)]
        if not names:
            continue
        shown = ", ".join(names[:_MOST_SHOWN]) + (", …" if len(names) > _MOST_SHOWN else "")
        fitting = [name for name in names if _may_be(wanted, layer[name]) and not _is_id(name)]
        such = f", such as `{place}{keys}.{fitting[0]}`" if fitting else f" below `{place}{keys}`"
        return f"{what} has no {wanted}; it has {shown}: name what is meant{such}"
    return f"{what} has no {wanted}"


def _may_be(wanted: str, value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number if wanted == "number" else isinstance(value, str)


def _is_id(name: str) -> bool:
    return name in ("id", "type") or name.endswith("_id")


def _places(thing: Any) -> Iterator[tuple[JsonMap, str]]:
    """The layers of a thing, and the keys that lead to each."""
    resource, keys = _unwrapped(thing)
    if resource is None:
        return
    outer, inner = at(resource, "attributes"), at(resource, "attributes", "attributes")
    if isinstance(outer, Mapping):
        yield outer, f"{keys}.attributes"
    yield resource, keys
    if isinstance(inner, Mapping):
        yield inner, f"{keys}.attributes.attributes"


def _unwrapped(thing: Any) -> tuple[JsonMap | None, str]:
    """The object that a thing is, and the keys that lead to it."""
    keys = ""
    while isinstance(thing, Mapping) and isinstance(thing.get("data"), Mapping):
        thing, keys = thing["data"], f"{keys}.data"
    return thing if isinstance(thing, Mapping) else None, keys


def _inside(value: JsonMap, path: str) -> AnswerSubject:
    """What an object is about that may hold a list, or the only thing that an answer is about."""
    if "data" in value:
        data, below = value["data"], f"{path}.data"
        if isinstance(data, list):
            return AnswerSubject(tuple(data), True, below)
        if isinstance(data, Mapping) and data:
            has_status = isinstance(data.get("status"), str)
            found = None if has_status else _list_in(data, below)
            return found or AnswerSubject((data,), path=below)
        is_there = data not in (None, "", {})
        if is_there or any(key not in _BESIDE for key in value if key != "data"):
            return AnswerSubject((value,), path=path)
        return AnswerSubject(path=below)
    if (found := _list_in(value, path)) is not None:
        return found
    held = _held(value)
    if len(held) == 1 and isinstance(only := value[held[0]], Mapping):
        path = _below(path, held[0])
        return _list_in(only, path) or AnswerSubject((only,), path=path)
    says_nothing = all(key in _ABOUT or (key in _BESIDE and not its) for key, its in value.items())
    return AnswerSubject(() if says_nothing else (value,), path=path)


def _list_in(value: JsonMap, path: str) -> AnswerSubject | None:
    """The list in an object that is nothing else than that, perhaps in its attributes.

    One that is there in name only, as `null` or an empty object, has nothing in it.
    """
    held = _held(value)
    inner = value.get("attributes")
    if held == ["attributes"] and isinstance(inner, Mapping):
        return _list_in(inner, f"{path}.attributes")
    if len(held) != 1:
        return None
    only, below = value[held[0]], _below(path, held[0])
    if isinstance(only, list):
        return AnswerSubject(tuple(only), True, below)
    return AnswerSubject(path=below) if only is None or only == {} else None


def _below(path: str, key: str) -> str:
    """The expression for what stands below a key, whatever the key is called."""
    if _NAME.fullmatch(key):
        return f"{path}.{key}"
    return f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def _held(value: JsonMap) -> list[str]:
    """What an object holds beside what tells of it; nothing where it is a thing that has an id.

    What is null counts only where nothing else is there.
    """
    if any(_is_id(key) and key != "type" and its is not None for key, its in value.items()):
        return []
    held = [
        key for key, its in value.items() if key not in _BESIDE and not isinstance(its, int | float)
    ]
    return [key for key in held if value[key] is not None] or held


def _error(value: JsonMap, found: AnswerSubject) -> str:
    """What goes wrong by an answer in which nothing else is `found`, or by that of a query that failed."""
    others = (its for key, its in value.items() if key not in _BESIDE)
    tells_more = any(isinstance(each, Mapping | list) and each for each in others)
    is_known = bool(found.things) and (tells_more or bool(name_of(value)))
    is_failed = isinstance(value.get("errors"), str) or value.get("status") == "error"
    is_error = is_failed or _is_query(value) or not is_known
    return _errors(value) if is_error else ""


def _errors(value: JsonMap) -> str:
    said = [_told(each) for key in ("errors", "error") if (each := value.get(key))]
    return "; ".join(filter(None, said))[:_LONGEST_ERROR]


def _is_query(value: JsonMap) -> bool:
    """Whether an answer is one to a query for numbers: series, columns, or buckets."""
    return any(isinstance(at(value, *path), list) for path in _QUERIED)


def _told(error: Any, depth: int = 0) -> str:
    if isinstance(error, str):
        return error
    if depth == _DEEPEST:
        return "an error"
    if isinstance(error, list):
        return "; ".join(filter(None, (_told(each, depth + 1) for each in error)))
    if not isinstance(error, Mapping):
        return ""
    words = (error.get(key) for key in ("detail", "message", "error_message", "title", "code"))
    told = [word for word in words if isinstance(word, str) and word]
    if told:
        return told[0]
    # Errors by the ids of what they are about.
    found = {key: _told(its, depth + 1) for key, its in error.items()}
    return "; ".join(f"{key}: {text}" for key, text in found.items() if text) or "an error"


def _partial(value: JsonMap) -> str:
    status = at(value, "meta", "status")
    if isinstance(status, str) and status != "done":
        return NOT_COMPLETE
    warned = at(value, "meta", "warnings")
    warnings = warned if isinstance(warned, list) else [warned]
    told = "; ".join(filter(None, map(_warned, warnings)))[:_LONGEST_ERROR]
    return f"the answer may not be complete: Datadog warns: {told}" if told else ""


def _warned(warning: Any) -> str:
    if not isinstance(warning, Mapping):
        return warning if isinstance(warning, str) else ""
    words = [warning.get("title") or warning.get("code"), warning.get("detail")]
    return ": ".join(word for word in words if isinstance(word, str) and word) or "something"
