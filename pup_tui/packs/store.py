"""Where the files of packs are kept: what was imported, and the copies of what was approved, which alone run.

Each tree is a folder by its hash, written beside and moved to its place when it is whole, and never changed:
`imported/NAME/HASH` and `packs/NAME/HASH` in the state folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pup_tui.packs.errors import PackError
from pup_tui.packs.tree import MAX_BYTES, PackTree, TreeFile
from pup_tui.place_errors import place_error
from pup_tui.private import NotPrivate, make_private_dir

IMPORTED: Final = "imported"
APPROVED: Final = "packs"
_HERE: Final = "@"
"""Begins the name for a working directory, which no pack has."""
_NEW: Final = ".new-"
_HASH_DIGITS: Final = 64
_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def here_name(folder: str) -> str:
    """Under which name approved runbooks of a working directory are kept."""
    return _HERE + hashlib.sha256(folder.encode(errors="surrogateescape")).hexdigest()[:16]


class PackStore:
    """The trees of packs below the state folder `state`."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def place(self, kind: str, name: str, tree: str) -> Path:
        """The folder of a tree; `kind` is IMPORTED or APPROVED."""
        return self._state / kind / name / tree

    def has(self, kind: str, name: str, tree: str) -> bool:
        return self.place(kind, name, tree).is_dir()

    def keep(self, kind: str, name: str, tree: PackTree) -> Path:
        """Write a tree to its place, unless it is there as it should be. Raises PackError."""
        place = self.place(kind, name, tree.hash)
        with _as_pack_error(place):
            make_private_dir(self._state, kind, name)
            if place.is_dir() and self._hash_of(place) == tree.hash:
                return place
            new = Path(tempfile.mkdtemp(dir=place.parent, prefix=_NEW))
            try:
                _write(new, tree)
                remove(place)
                new.rename(place)
            except BaseException:
                with suppress(OSError):
                    remove(new)
                raise
        return place

    def read(self, kind: str, name: str, tree: str) -> PackTree:
        """The files of a tree, which have to be those that its hash stands for. Raises PackError."""
        place = self.place(kind, name, tree)
        with _as_pack_error(place):
            found = read_tree(place)
        if found.hash != tree:
            told = "the files of the pack are not those that were imported"
            raise PackError(told, str(place), "import it again, or trust it again")
        return found

    def forget(self, kind: str, name: str, tree: str = "") -> None:
        """Remove a tree, or all of the name. Raises PackError."""
        place = self.place(kind, name, tree) if tree else self._state / kind / name
        with _as_pack_error(place):
            remove(place)

    def forget_others(self, kind: str, name: str, tree: str) -> None:
        """Remove all trees of the name but this one. Raises PackError."""
        place = self.place(kind, name, tree)
        with _as_pack_error(place):
            for other in place.parent.iterdir():
                if other != place:
                    remove(other)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Nobody else changes what is kept meanwhile. What a process that was killed left is removed."""
        with _as_pack_error(self._state / IMPORTED):
            folder = make_private_dir(self._state, IMPORTED)
            descriptor = os.open(folder / ".turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            for kind in (IMPORTED, APPROVED):
                for left in (self._state / kind).glob(f"*/{_NEW}*"):
                    with suppress(OSError):
                        remove(left)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def work(self) -> Iterator[Path]:
        """An empty folder to fetch into; what a process that was killed left in its own is removed."""
        with _as_pack_error(self._state / IMPORTED):
            folder = make_private_dir(self._state, IMPORTED, ".fetched")
            for left in folder.iterdir():
                with suppress(OSError):
                    _remove_if_left(left)
            own = Path(tempfile.mkdtemp(dir=folder, prefix="fetch-"))
            descriptor = os.open(own, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            inside = own / "repository"
            inside.mkdir(mode=0o700)
            yield inside
        finally:
            with suppress(OSError):
                remove(own)
            os.close(descriptor)

    def _hash_of(self, place: Path) -> str:
        try:
            return read_tree(place).hash
        except (OSError, PackError):
            return ""


def read_tree(place: Path) -> PackTree:
    """All files below a folder of ours. Raises OSError, and PackError for what no tree holds."""
    files: dict[str, TreeFile] = {}
    for folder, names, found in os.walk(place, onerror=_raise):
        for name in (*names, *found):
            if os.path.islink(os.path.join(folder, name)):
                raise PackError("a link is among the files of a pack", folder, "remove it")
        for name in found:
            path = Path(folder, name)
            with open(os.open(path, _OPEN), "rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                data = file.read(MAX_BYTES + 1)
            files[path.relative_to(place).as_posix()] = TreeFile(data, bool(mode & stat.S_IXUSR))
    return PackTree(dict(sorted(files.items())))


def check_copy(runbook: Path) -> None:
    """Refuse the copy of a runbook whose files are not exactly those that were approved. Raises PackError."""
    place = next(
        (each for each in runbook.parents if len(each.name) == _HASH_DIGITS), runbook.parent
    )
    with _as_pack_error(place):
        found = read_tree(place)
    if found.hash != place.name:
        told = "the files are not those that were trusted"
        raise PackError(told, str(place), "`pup-tui trust` keeps a new copy of what is trusted")


def remove(place: Path) -> None:
    """Remove a tree, in whose folders nobody may write. Raises OSError."""
    if not os.path.lexists(place):
        return
    for folder, _, _ in os.walk(place):
        os.chmod(folder, 0o700)
    shutil.rmtree(place)


def _raise(error: OSError) -> None:
    raise error


def _remove_if_left(folder: Path) -> None:
    """Remove a folder that nobody fetches into any more."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(folder)
    except BlockingIOError:
        pass
    finally:
        os.close(descriptor)


def _write(place: Path, tree: PackTree) -> None:
    """Write the files of a tree into an empty folder; then nobody may write them any more."""
    folders = {place}
    for path, file in tree.files.items():
        target = place / path
        for folder in reversed(target.relative_to(place).parents[:-1]):
            folders.add(place / folder)
            (place / folder).mkdir(mode=0o700, exist_ok=True)
        mode = 0o500 if file.executable else 0o400
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(target, flags, mode), "wb") as out:
            out.write(file.data)
            os.fchmod(out.fileno(), mode)
    for folder in sorted(folders, reverse=True):
        folder.chmod(0o500)


@contextmanager
def _as_pack_error(place: Path) -> Iterator[None]:
    try:
        yield
    except NotPrivate as error:
        raise PackError(error.message, str(error.path), error.hint) from None
    except OSError as error:
        found = place_error(error, Path(os.fsdecode(error.filename or place)))
        raise PackError(found.message, str(found.path), found.hint) from None
