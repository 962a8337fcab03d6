"""A selector of a document (a subset of JSONPath) as an expression over the output."""

from __future__ import annotations

import re

from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.pieces import literal

_TOKEN = re.compile(
    r"""\.\.(?P<deep>[A-Za-z_][\w-]*)
      | \.(?P<field>[A-Za-z_][\w-]*|\*)
      | \[(?P<index>-?\d+)\]
      | \[\*\]
      | \[\s*['"](?P<key>[^'"]+)['"]\s*\]
      | \[\?\(\s*@\.(?P<where>[\w.]+)\s*(?P<operator>==|!=)\s*(?P<value>'[^']*'|"[^"]*"|[\w.-]+)\s*\)\]
      | \[(?P<start>-?\d*):(?P<end>-?\d*)\]
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_METHODS = frozenset({"items", "keys", "values", "get", "count", "index"})


def expression_of(selector: str, root: str = "json") -> tuple[str, bool]:
    """The expression that a selector stands for, and whether it gives a list of all that fits.

    Raises Inexpressible for what no expression says.
    """
    text = selector.strip().removeprefix("$")
    if text and text[0] not in ".[":
        text = f".{text}"
    made, is_list, at = root, False, 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise Inexpressible(f"the selector {selector} has a part that no expression says")
        at = token.end()
        made, is_list = _step(made, is_list, token)
    return (f"{made} | list" if is_list else made), is_list


def _step(made: str, is_list: bool, token: re.Match[str]) -> tuple[str, bool]:
    name = token["field"] or token["key"] or token["deep"]
    if token["deep"]:
        # Wherever the field stands within: its name is looked for in what is there, as JSON.
        found = f'"{name}": "?([^",{{}}\\[\\]]+)'
        return f"{made}{' | list' if is_list else ''} | json | regex_findall('{found}')", True
    if token["where"]:
        test = "==" if token["operator"] == "==" else "!="
        value = literal(re.sub(r"""^(['"])(.*)\1$""", r"\2", token["value"], flags=re.DOTALL))
        base = f"{made} | flatten" if is_list else made
        return f"{base} | selectattr('{token['where']}', '{test}', {value})", True
    if token.group() in ("[*]", ".*"):
        return (f"{made} | flatten" if is_list else made), True
    if token["start"] is not None:
        return _entered(made, is_list, f"[{token['start']}:{token['end']}]"), is_list
    if token["index"] is not None:
        if is_list:
            return f"({made} | list)[{token['index']}]", False
        return f"{made}[{token['index']}]", False
    assert name is not None
    if is_list:
        if (
            made.endswith("')")
            and _PLAIN.fullmatch(name)
            and "map(attribute='" in made[-80:]
            and "selectattr" not in made[-len(name) - 80 :]
        ):
            return f"{made[:-2]}.{name}')", True
        return f"{made} | map(attribute={literal(name)})", True
    is_plain = name not in _METHODS and _PLAIN.fullmatch(name)
    return _entered(made, False, f".{name}" if is_plain else f"[{literal(name)}]"), False


def _entered(made: str, is_list: bool, step: str) -> str:
    return f"({made} | list){step}" if is_list or " | " in made else f"{made}{step}"
