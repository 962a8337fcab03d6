"""Nothing but the settings looks at what surrounds the program."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pup_tui

PACKAGE = Path(pup_tui.__file__).parent
DOOR = PACKAGE / "settings"
LOOKS = {
    "os": {"environ", "environb", "getenv", "getenvb", "getlogin", "getuid", "get_terminal_size"},
    "os.path": {"expanduser", "expandvars"},
    "shutil": {"get_terminal_size"},
    "Path": {"cwd", "home"},
}
METHODS = {"expanduser"}
MODULES = {"getpass", "platformdirs", "pwd"}


def looks_around(tree: ast.AST) -> Iterator[str]:
    """What of the surroundings a module reads, by name."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=held, attr=name) if name in METHODS:
                yield f"{ast.unparse(held)}.{name}"
            case ast.Attribute(value=held, attr=name) if name in LOOKS.get(ast.unparse(held), ()):
                yield f"{ast.unparse(held)}.{name}"
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module.split(".")[0] in MODULES:
                    yield module
                known = LOOKS.get(module, ())
                yield from (f"{module}.{each.name}" for each in names if each.name in known)


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
    looked = {
        "os.environ",
        "getpass",
        "platformdirs",
        "pwd",
        "Path.cwd",
        "shutil.get_terminal_size",
    }
    assert looked <= set(looks_around(ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    ["Path.home()", "Path('~/x').expanduser()", "os.path.expanduser(x)", "from os import getenv"],
)
def test_each_way_to_look_is_seen(text: str) -> None:
    assert list(looks_around(ast.parse(text)))
