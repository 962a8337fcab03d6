"""Labels, in whatever shape a system has them: maps, pairs, lists of tags, texts with commas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from pup_tui.analysis.alerts.alert import LabelValue
from pup_tui.analysis.alerts.broken_json import read_json
from pup_tui.analysis.alerts.places import FoundThere
from pup_tui.late_pattern import late_pattern

MOST: Final = 200
_LONGEST_NAME: Final = 200
_LONGEST_VALUE: Final = 4000
_LONGEST_TEXT: Final = 8000
_NAMES: Final = ("name", "key", "tag", "label", "Name", "Key")
_VALUES: Final = ("value", "Value", "val")
_PAIR = late_pattern(r"([^\s:=,{}]{1,200})[ \t]{0,10}[:=](.+)\Z")
_SPLIT = late_pattern(r",(?=\s*[^\s:=,]+\s*[:=])|,(?![^,]*[:=])")


class Labels:
    """Labels as they are collected; the first value of a name counts. `words` are tags without a value."""

    def __init__(self) -> None:
        self.values: dict[str, LabelValue] = {}
        self.places: dict[str, str] = {}
        self.words: dict[str, str] = {}

    def add(self, found: FoundThere) -> None:
        """Take what stands at a place."""
        for name, value, where in _pairs(found.value, found.where):
            if name.startswith("_") or len(self.values) >= MOST:
                continue
            if value is None:
                self.words.setdefault(name[:_LONGEST_NAME], where)
            elif name not in self.values and value != "":
                kept = value[:_LONGEST_VALUE] if isinstance(value, str) else value
                self.values[name[:_LONGEST_NAME]] = kept
                self.places[name[:_LONGEST_NAME]] = where


def _pairs(value: Any, where: str) -> Iterator[tuple[str, LabelValue | None, str]]:
    if isinstance(value, dict):
        name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
        key = next((key for key in _VALUES if key in value), None)
        if name is not None and key is not None and len(value) <= 4:
            if isinstance(value[key], str | int | float | bool):
                yield name, value[key], f"{where}.{key}"
            return
        for name, inner in value.items():
            if isinstance(inner, str | int | float | bool):
                yield name, inner, f"{where}.{name}"
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            place = f"{where}[{number}]"
            if isinstance(inner, list):
                if len(inner) == 2 and all(isinstance(each, str) for each in inner):
                    yield inner[0], inner[1], place
            else:
                yield from _pairs(inner, place)
    elif isinstance(value, str):
        yield from _in_text(value, where)


def _in_text(text: str, where: str) -> Iterator[tuple[str, LabelValue | None, str]]:
    if text.lstrip().startswith(("[", "{")) and (read := read_json(text)) is not None:
        yield from _pairs(read.value, where)
        return
    text = unquote(text) if "%3A" in text.upper() or "%3D" in text.upper() else text
    for part in _SPLIT.split(text[:_LONGEST_TEXT].strip("{} ")):
        pair = _PAIR.match(part.strip())
        if pair is not None:
            yield pair[1], pair[2].strip().strip("\"'"), where
        elif part.strip() and len(part) < 100:
            yield part.strip(), None, where
