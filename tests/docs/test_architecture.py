"""What `docs/architecture.md` names is there: modules and what they hold, files, words of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "pup_tui"
TEXT = re.sub(r"```.*?```", "", (ROOT / "docs" / "architecture.md").read_text(), flags=re.DOTALL)
QUOTED = frozenset(re.findall(r"`([^`\n]+)`", TEXT))
PARTS = frozenset(path.stem for path in PACKAGE.iterdir() if path.name[0] != "_")


def test_every_module_and_what_it_holds_is_there() -> None:
    names = [name for name in QUOTED if re.fullmatch(r"\w+(\.\w+)+(\(\))?", name)]
    ours = [name for name in names if name.partition(".")[0] in PARTS and not _is_file(name)]
    ours.remove("steps.ID")  # of the format
    assert len(ours) > 50
    assert [name for name in sorted(ours) if not _resolves(name.removesuffix("()"))] == []


def test_every_part_of_the_package_has_its_place_in_the_table() -> None:
    told = {
        name
        for line in TEXT.splitlines()
        if line.startswith("|")
        for name in re.findall(r"`(\w+)`", line)
    }
    assert PARTS - told == set()


def test_every_file_and_folder_is_there() -> None:
    paths = [
        name for name in QUOTED if re.fullmatch(r"[\w./-]+(/|\.(py|toml|tcss|sql|yaml|md))", name)
    ]
    ours = [name for name in paths if "/" in name and "-N" not in name]
    assert len(ours) > 20
    missing = [name for name in ours if not any((at / name).exists() for at in _rooms())]
    assert missing == []


def test_every_type_is_there() -> None:
    types = [name for name in QUOTED if re.fullmatch(r"_?[A-Z][a-z]+([A-Z][a-z]+)+", name)]
    code = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    defined = set(re.findall(r"^\s*class (\w+)|^(\w+)(?: ?=|:)", code, re.MULTILINE))
    known = {name for names in defined for name in names}
    assert len(types) > 5
    assert [name for name in types if name not in known] == []


def _rooms() -> Iterator[Path]:
    yield ROOT
    yield from (path for path in PACKAGE.rglob("*") if path.is_dir())
    yield PACKAGE


def _is_file(name: str) -> bool:
    return name.endswith((".yaml", ".py", ".toml", ".md"))


def _resolves(name: str) -> bool:
    """Whether a name below the package is a module, or something that one of them holds."""
    try:
        resolve_name(f"pup_tui.{name}")
    except AttributeError:
        return _is_attribute(name)
    except ImportError:
        return False
    return True


def _is_attribute(name: str) -> bool:
    """Whether its last part is told of what a class has: a field without a default is no attribute of it."""
    owner, _, field = name.rpartition(".")
    try:
        found = resolve_name(f"pup_tui.{owner}")
    except (AttributeError, ImportError):
        return False
    module = import_module(found.__module__) if isinstance(found, type) else found
    return re.search(rf"\b{field}\b", Path(str(module.__file__)).read_text()) is not None
