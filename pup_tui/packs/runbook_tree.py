"""What belongs to one runbook of a pack: its file, what lies beside it, and the runbooks that it calls."""

from __future__ import annotations

from functools import cache
from pathlib import Path, PurePosixPath

from pup_tui.catalog.places import bundled_dir
from pup_tui.packs.tree import BESIDE, PackTree
from pup_tui.runbook.files import INTEGRATIONS, PACK_KEY, integration_files
from pup_tui.runbook.load import Loaded, load_files
from pup_tui.runbook.steps import Linter

_BUNDLED = "pack-2"
"""How the loader calls the place of these files."""


def ids_of(tree: PackTree) -> dict[str, str]:
    """The path of each runbook by its id: the first that has it, those at the top before those in folders."""
    found: dict[str, str] = {}
    for path in sorted(tree.runbooks, key=lambda path: (path.count("/"), path)):
        found.setdefault(PurePosixPath(path).stem, path)
    return found


@cache
def _bundled_integrations() -> dict[str, bytes]:
    """The files of the integrations that come with the program, as the loader names them."""
    folder = bundled_dir() / INTEGRATIONS
    return {
        f"{_BUNDLED}/{INTEGRATIONS}/{name}": (folder / name).read_bytes()
        for name in integration_files(folder)
    }


def load_from(tree: PackTree, path: str, linter: Linter | None = None) -> Loaded:
    """A runbook of a tree, with nothing else around it but the integrations that come with the program."""
    folder = PurePosixPath(path).parent
    files = tree.bytes_by_path
    if str(folder) != ".":
        inside = f"{folder}/"
        own = {
            name.removeprefix(inside): data
            for name, data in files.items()
            if name.startswith(inside)
        }
        files = {**{f"pack-1/{name}": data for name, data in files.items()}, **own}
    files = {**files, **_bundled_integrations()}
    return load_files(PurePosixPath(path).stem, files, Path(path), linter=linter)


def runbook_tree(tree: PackTree, path: str) -> PackTree:
    """The part of a tree that belongs to one of its runbooks."""
    folder = PurePosixPath(path).parent
    used = set()
    for key in load_from(tree, path).files:
        if key.startswith(f"{_BUNDLED}/"):
            continue
        outer = PACK_KEY.match(key)
        used.add(key[outer.end() :] if outer else str(folder / key))
    used.add(path)
    files = {
        name: file
        for name, file in tree.files.items()
        if name in used or is_beside(name, str(folder))
    }
    return PackTree(files)


def is_beside(name: str, folder: str) -> bool:
    """Whether a file lies in one of the folders that belong to each runbook in a folder of the pack."""
    places = [*BESIDE, *(f"{folder}/{beside}" for beside in BESIDE if folder != ".")]
    return name.startswith(tuple(f"{place}/" for place in places))


def changed_ids(before: PackTree, now: PackTree) -> frozenset[str]:
    """The ids of runbooks that have other files by now: their own, or some beside them; also those that are
    gone.
    """
    different = {
        path
        for path in before.files.keys() | now.files.keys()
        if before.files.get(path) != now.files.get(path)
    }
    return frozenset(
        id_
        for id_, path in ids_of(before).items()
        if path in different
        or any(is_beside(name, str(PurePosixPath(path).parent)) for name in different)
    )
