"""Nothing but the settings looks at what surrounds the program."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pup_tui

PACKAGE = Path(pup_tui.__file__).parent
DOOR = PACKAGE / "settings"
LOOKS = {"environ", "environb", "getenv", "getenvb", "getlogin", "expandvars"}
MODULES = {"getpass", "platformdirs"}


def looks_around(tree: ast.AST) -> Iterator[str]:
    """What of the surroundings a module reads, by name."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in LOOKS:
                yield f"os.{name}"
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="os")), attr="expandvars"):
                yield "os.path.expandvars"
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module.split(".")[0] in MODULES:
                    yield module
                if module in ("os", "os.path"):
                    yield from (f"os.{each.name}" for each in names if each.name in LOOKS)


def test_only_the_settings_look_around() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): sorted(set(looks_around(ast.parse(text))))
        for path in PACKAGE.rglob("*.py")
        if DOOR not in path.parents
        for text in [path.read_text()]
        if list(looks_around(ast.parse(text)))
    }
    assert found == {}


def test_the_settings_do() -> None:
    text = (DOOR / "settings.py").read_text()
    assert {"os.environ", "getpass", "platformdirs"} <= set(looks_around(ast.parse(text)))
