"""One name for one thing: no two modules define a class, or another public type, of the same name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pup_tui

PACKAGE = Path(pup_tui.__file__).parent


def public_types(module: ast.Module) -> Iterator[str]:
    """The classes of a module and its names for other types."""
    for node in module.body:
        match node:
            case ast.ClassDef(name=name):
                yield name
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)])
            ) if name[0].isupper() and not name.isupper():
                yield name


def test_no_name_is_given_twice() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in public_types(ast.parse(path.read_text())):
            if not name.startswith("_"):
                places[name].append(path.relative_to(PACKAGE).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
