"""JSON bodies: a tree of templates, or a text in which values are escaped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pup_tui.template.limits import check_length
from pup_tui.template.text import Text, Value, compile_text
from pup_tui.template.values import NOTHING, OMIT, parse_json, plain, to_json


def render_json(node: Any, scope: Mapping[str, Any]) -> Any:
    """Render every text within a JSON-like tree; a value alone in its text keeps its type.

    Keys are not templates. Numbers, truth values and null stay. What gives `OMIT` is left out of its map or
    list.
    """
    if isinstance(node, str):
        return compile_text(node).value(scope)
    if isinstance(node, Mapping):
        items = {key: render_json(item, scope) for key, item in node.items()}
        return {key: item for key, item in items.items() if item is not OMIT}
    if isinstance(node, list | tuple):
        return [item for item in (render_json(each, scope) for each in node) if item is not OMIT]
    return node


def render_json_body(text: Text, scope: Mapping[str, Any]) -> str:
    """Render a JSON text: no value can end the string or the value in whose place it stands.

    Within quotes a value is escaped as the content of that string. Outside of quotes it is written
    as a JSON value: a text that is JSON stands for what it says (``5``, ``true``, a captured
    object), any other text becomes a string. ``| raw`` opts out.
    """
    written: list[str] = []
    quoted = False
    for piece in text.pieces(scope):
        if isinstance(piece, str):
            written.append(piece)
            quoted = _ends_quoted(piece, quoted)
        elif piece.is_raw:
            written.append(piece.text)
            quoted = _ends_quoted(piece.text, quoted)
        elif quoted:
            written.append(json.dumps(piece.text, ensure_ascii=False)[1:-1])
        else:
            written.append(_json_value(piece))
    check_length(sum(map(len, written)))
    return "".join(written)


def _json_value(piece: Value) -> str:
    if piece.is_json:
        return piece.text
    if isinstance(piece.value, str):
        parsed = parse_json(piece.value)
        if parsed is not NOTHING:
            return to_json(parsed)
    return to_json(plain(piece.value))


def _ends_quoted(text: str, quoted: bool) -> bool:
    """Whether the end of a piece of JSON stands within a string."""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
    return quoted
