"""A pack out of a tarball, read member by member and never unpacked."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import Struct

from pup_tui.packs.errors import PackError
from pup_tui.packs.tar_headers import TooLongHeader, member_kind
from pup_tui.packs.tree import MAX_BYTES, MAX_ENTRIES, Gathering
from pup_tui.runbook.nodes import shown

MAX_ARCHIVE: Final = 32 * 1024 * 1024
"""Bytes of a tarball as it is fetched."""
MAX_UNPACKED: Final = 64 * 1024 * 1024
"""Bytes of all that is in a tarball, whether it belongs to the pack or not."""
SECONDS: Final = 60.0
"""How long a tarball may take to be read once."""

_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"
_BROKEN: Final = (
    tarfile.TarError, EOFError, OSError, ValueError, OverflowError, IndexError,
    zlib.error, lzma.LZMAError,
)  # fmt: skip


def gather_archive(data: bytes, told: str, inside: str = "") -> Gathering:
    """The pack in a tarball, or in a folder `inside` it. Raises PackError.

    Where all that is in it lies in one folder, as forges pack it, that folder is the pack.
    """
    gathering = Gathering(told)
    members = list(_members(data, told))
    strip = _common([each.path for each in members if not each.is_folder])
    asked = inside.removeprefix("./").strip("/")
    if asked and asked != ".":
        strip += f"{asked}/"
        if not any(each.path.startswith(strip) for each in members):
            told_missing = f"there is no folder {shown(inside)} in it"
            raise PackError(told_missing, told, "check --path")
    wanted: dict[int, str] = {}
    for number, member in enumerate(members):
        if member.is_folder or not member.path.startswith(strip):
            continue
        path = member.path.removeprefix(strip)
        if member.is_link:
            gathering.refuse_link(path)
        elif member.is_special:
            gathering.refuse_special(path)
        elif gathering.wants(path, member.size):
            wanted[number] = path
    with _opened(data, told) as archive:
        for number, found in enumerate(_each(archive)):
            if number in wanted:
                file = archive.extractfile(found)
                content = b"" if file is None else file.read(MAX_BYTES + 1)
                if len(content) != found.size:
                    raise PackError("the tarball is not whole", told, "fetch it again")
                gathering.add(wanted[number], content, executable=bool(found.mode & 0o100))
    return gathering


class _Member(Struct, frozen=True):
    """What is in a tarball at a path without `./` before it; `size` in bytes."""

    path: str
    size: int
    is_folder: bool
    is_link: bool
    is_special: bool


def _members(data: bytes, told: str) -> Iterator[_Member]:
    with _opened(data, told) as archive:
        for number, found in enumerate(_each(archive)):
            if number >= MAX_ENTRIES:
                raise PackError(f"the tarball has more than {MAX_ENTRIES:,} files", told)
            yield _Member(
                _path_of(found, told),
                found.size,
                is_folder=found.isdir(),
                is_link=found.issym() or found.islnk(),
                is_special=not found.isreg() or found.issparse(),
            )


def _each(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members, one after the other; none is kept."""
    while (found := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]
        yield found


def _path_of(member: tarfile.TarInfo, told: str) -> str:
    """The path of a member without `./` before it. Raises PackError where it leads elsewhere."""
    name = member.name
    if name.startswith("/"):
        raise PackError(f"a path in it is absolute: {shown(name, 200)}", told, _MADE)
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or "\\" in name:
        raise PackError(f"a path in it leads elsewhere: {shown(name, 200)}", told, _MADE)
    return "/".join(parts)


_MADE: Final = "make the tarball anew, with paths in the pack"


def _common(paths: list[str]) -> str:
    """The one folder that all paths are in, with its slash; blank where there is none."""
    firsts = {path.partition("/")[0] for path in paths}
    return f"{firsts.pop()}/" if len(firsts) == 1 and all("/" in path for path in paths) else ""


@contextmanager
def _opened(data: bytes, told: str) -> Iterator[tarfile.TarFile]:
    try:
        # As a stream: it is read forwards only, whatever its members say of their places.
        with tarfile.open(
            fileobj=_Bounded(_unpacking(data)),
            mode="r|",
            encoding="utf-8",
            errors="surrogateescape",
            tarinfo=member_kind(),
        ) as archive:
            yield archive
    except _TooLarge:
        most = MAX_UNPACKED // 1024 // 1024
        told_large = f"what is in the tarball is larger than {most} MiB"
        raise PackError(told_large, told, "pack the runbooks alone") from None
    except (TooLongHeader, TimeoutError) as error:
        why = "it takes too long to read" if isinstance(error, TimeoutError) else _HEADERS
        raise PackError(f"the tarball is refused: {why}", told, _PLAIN) from None
    except _BROKEN as error:
        reason = type(error).__name__
        raise PackError(
            f"this is no tarball that can be read ({reason})", told, "check it"
        ) from None


_HEADERS: Final = "a header of it is longer than any needs to be"
_PLAIN: Final = "pack it anew, without attributes of files"


def _unpacking(data: bytes) -> io.BufferedIOBase:
    raw = io.BytesIO(data)
    if data.startswith(_GZIP):
        return gzip.GzipFile(fileobj=raw)
    if data.startswith(_BZIP2):
        return bz2.BZ2File(raw)
    return lzma.LZMAFile(raw) if data.startswith(_XZ) else raw


_MOST_IN_VAIN: Final = 100
"""How often the end may be come to: a tarball is read to it once, and some blocks are padding."""


class _TooLarge(Exception):
    """More was unpacked than a tarball may hold."""


class _Bounded(io.RawIOBase):
    """What is unpacked, until it is too much."""

    def __init__(self, inner: io.BufferedIOBase) -> None:
        self._inner = inner
        self._left = MAX_UNPACKED
        self._ends = time.monotonic() + SECONDS
        self._in_vain = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if time.monotonic() > self._ends:
            raise TimeoutError
        found = self._inner.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(found)
        if self._left < 0:
            raise _TooLarge
        # A member that says it is larger than any disk is looked for block by block behind the end.
        self._in_vain += not found
        if self._in_vain > _MOST_IN_VAIN:
            raise EOFError
        return found
