"""Texts that are made of literal parts and values, as they are written in each place."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

ValueKind = Literal["text", "number", "boolean", "list", "json"]


@dataclass(frozen=True, slots=True)
class NewValue:
    """A value of the runbook: an expression of templates, and of what kind it is.

    `json` is a text that is JSON.
    """

    expression: str
    kind: ValueKind = "text"

    @property
    def data(self) -> str:
        """The expression of what it holds, where it is JSON."""
        return f"({self.expression} | fromjson)" if self.kind == "json" else self.expression


Pieces: TypeAlias = Sequence[str | NewValue]

_OURS = re.compile(r"\{\{|\{%|%\}|\}\}")
_END_RAW = re.compile(r"\{%-?\s*endraw\b")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_IN_DOUBLE = re.compile(r"[A-Za-z0-9_@%+=:,./ \[\]{}()<>|&;*?#~'^-]*")


def raw(text: str) -> str:
    """A literal text: where something in it could be read as a template it is wrapped by `raw`."""
    if not _OURS.search(text):
        return text
    if _END_RAW.search(text):
        return "".join("{{ '{' }}" if part == "{" else part for part in re.split(r"(\{)", text))
    return "\n".join(_raw_line(line) for line in text.split("\n"))


def _raw_line(line: str) -> str:
    """A line with all from the first brace that counts to the last one wrapped."""
    found = list(re.finditer(r"\{+%?|%?\}+", line))
    marks = [m for m in found if _OURS.search(m.group())]
    if not marks:
        return line
    start, end = marks[0].start(), marks[-1].end()
    # A brace that touches the tag would be read with it.
    while start and line[start - 1] in "{%":
        start -= 1
    while end < len(line) and line[end] in "}%":
        end += 1
    return f"{line[:start]}{{% raw %}}{line[start:end]}{{% endraw %}}{line[end:]}"


def template(pieces: Pieces) -> str:
    """The pieces as a text of ours."""
    made = ""
    for at, piece in enumerate(pieces):
        if isinstance(piece, NewValue):
            made += f"{{{{ {piece.expression} }}}}"
            continue
        before = at > 0 and isinstance(pieces[at - 1], NewValue)
        after = at + 1 < len(pieces) and isinstance(pieces[at + 1], NewValue)
        text = raw(piece)
        if text == piece and (
            (before and piece.startswith("}")) or (after and piece.endswith("{"))
        ):
            text = f"{{% raw %}}{piece}{{% endraw %}}"
        made += text
    return made


def in_pieces(
    pattern: re.Pattern[str], text: str, piece_of: Callable[[re.Match[str]], str | NewValue]
) -> Pieces:
    """A text in pieces: what fits the pattern, and what stands between."""
    found: list[str | NewValue] = []
    at = 0
    for match in pattern.finditer(text):
        found += [text[at : match.start()], piece_of(match)]
        at = match.end()
    found.append(text[at:])
    return [each for each in found if each != ""] or [""]


def literal_of(pieces: Pieces) -> str | None:
    """The text, where no value is in it."""
    return None if any(isinstance(p, NewValue) for p in pieces) else "".join(map(str, pieces))


def only_value(pieces: Pieces) -> NewValue | None:
    """The value, where there is nothing but one."""
    return pieces[0] if len(pieces) == 1 and isinstance(pieces[0], NewValue) else None


def quoted_text(text: str) -> str:
    """A text as a literal of an expression; what could end a template is put together from parts."""
    parts = re.split(r"(?<=[{}%#])(?=[{}%#])", text)
    literals = [json.dumps(part, ensure_ascii=False) for part in parts]
    return literals[0] if len(literals) == 1 else f"({' ~ '.join(literals)})"


def literal(text: str) -> str:
    """A text as a literal of an expression, in single quotes where it needs no more."""
    return f"'{text}'" if re.fullmatch(r"[^'\\{}%#\n]*", text) else quoted_text(text)


def expression(pieces: Pieces) -> str:
    """The pieces as one expression."""
    parts = [p.expression if isinstance(p, NewValue) else quoted_text(p) for p in pieces if p != ""]
    if not parts:
        return '""'
    if len(parts) == 1:
        return parts[0]
    return f"({' ~ '.join(map(_operand, parts))})"


def _operand(part: str) -> str:
    return f"({part})" if " " in part and part[0] not in '"(' else part


def json_text(data: Any) -> str:
    """A tree with pieces for its texts, as a text of ours that renders to JSON."""
    if isinstance(data, dict):
        inside = ", ".join(f"{_json_key(key)}: {json_text(value)}" for key, value in data.items())
        return _bracketed("{", inside, "}")
    if isinstance(data, PiecedText):
        return _json_string(data.pieces)
    if isinstance(data, list):
        return _bracketed("[", ", ".join(map(json_text, data)), "]")
    return raw(json.dumps(data, ensure_ascii=False))


def _json_key(key: Any) -> str:
    return json_text(key if isinstance(key, PiecedText) else str(key))


def _bracketed(opening: str, inside: str, closing: str) -> str:
    """Braces do not touch those of a template or of each other."""
    before = " " if inside.startswith("{") and opening == "{" else ""
    after = " " if inside.endswith("}") and closing == "}" else ""
    return f"{opening}{before}{inside}{after}{closing}"


def _json_string(pieces: Pieces) -> str:
    literal = literal_of(pieces)
    if literal is not None:
        return raw(json.dumps(literal, ensure_ascii=False))
    value = only_value(pieces)
    if value is not None:
        # What is JSON already is put in as it is.
        return (
            f"{{{{ {value.expression} }}}}"
            if value.kind == "json"
            else f"{{{{ {value.expression} | json }}}}"
        )
    return f"{{{{ {expression(pieces)} | json }}}}"


@dataclass(frozen=True, slots=True)
class PiecedText:
    """A text within a tree of data."""

    pieces: Pieces


def shell_word(pieces: Pieces) -> str:
    """The pieces as one word of a shell."""
    literal = literal_of(pieces)
    if literal is not None:
        return raw(shlex.quote(literal))
    value = only_value(pieces)
    if value is not None:
        return f"{{{{ {value.expression} }}}}"
    if all(isinstance(p, NewValue) or _PLAIN_WORD.fullmatch(p) or p == "" for p in pieces):
        return template(pieces) if not _touch(pieces) else f'"{template(pieces)}"'
    if all(isinstance(p, NewValue) or _IN_DOUBLE.fullmatch(p) for p in pieces):
        return f'"{template(pieces)}"'
    return "".join(
        f"{{{{ {p.expression} }}}}" if isinstance(p, NewValue) else raw(shlex.quote(p))
        for p in pieces
        if p != ""
    )


def _touch(pieces: Pieces) -> bool:
    return any(
        isinstance(a, NewValue) and isinstance(b, NewValue) for a, b in itertools.pairwise(pieces)
    )


def json_word(data: Any) -> str:
    """A tree as one word of a shell, which is JSON."""
    return "'" + _outside_templates(json_text(data)) + "'"


def _outside_templates(text: str) -> str:
    """A text of ours within single quotes of a shell."""
    parts = re.split(r"(\{\{.*?\}\}|\{%.*?%\})", text, flags=re.DOTALL)
    return "".join(part if at % 2 else part.replace("'", "'\\''") for at, part in enumerate(parts))


def duration(seconds: float) -> str:
    """A number of seconds as a duration: the largest unit in which it is whole."""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{seconds:g}s"


def list_words(value: NewValue) -> str:
    """The items of a list as words of a shell, each followed by a blank."""
    return f"{{% for each in {value.data} %}}{{{{ each }}}} {{% endfor %}}"
