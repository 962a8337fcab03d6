"""Which kinds of things answers are about, and what a table of each shows: what stands in `kinds.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pup_tui.own_files import own_text

from .things import layers, resource_of


class KindColumn(NamedTuple):
    """A column: the paths that may lead to what stands in it, and how that is told."""

    title: str
    paths: tuple[tuple[str, ...], ...]
    told: Literal["text", "moment", "second"]


class ThingKind(NamedTuple):
    """A kind of things, by what it is known, and its table."""

    name: str
    types: tuple[str, ...]
    fields: tuple[str, ...]
    each: str
    columns: tuple[KindColumn, ...]

    def fits(self, thing: Any) -> bool:
        """Whether a thing is of this kind."""
        found = list(layers(thing))
        if not found or (self.each and not any(_has_parts(layer, self.each) for layer in found)):
            return False
        if self.types:
            named = (resource_of(thing) or {}).get("type")
            return isinstance(named, str) and any(fnmatchcase(named, each) for each in self.types)
        return any(all(field in layer for field in self.fields) for layer in found)


@lru_cache(1)
def thing_kinds() -> tuple[ThingKind, ...]:
    """All kinds, in their order."""
    import tomllib

    return tuple(map(_kind, tomllib.loads(own_text("pup_tui.answers", "kinds.toml"))["kind"]))


def _kind(row: Mapping[str, Any]) -> ThingKind:
    return ThingKind(
        row["name"],
        tuple(row.get("types", ())),
        tuple(row.get("fields", ())),
        row.get("each", ""),
        tuple(
            KindColumn(
                column["title"],
                tuple(tuple(path.split(".")) for path in column["paths"]),
                column.get("as", "text"),
            )
            for column in row["columns"]
        ),
    )


def _has_parts(layer: Mapping[str, Any], key: str) -> bool:
    parts = layer.get(key)
    return isinstance(parts, list) and bool(parts)
