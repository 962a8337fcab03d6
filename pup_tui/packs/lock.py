"""`packs.lock`: which packs were imported, and exactly what of each: the source, the commit, every file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pup_tui.packs.errors import PackError
from pup_tui.packs.hashes import CommitId, TreeHash
from pup_tui.packs.kept_files import LOCK_FILE, read_kept, write_kept
from pup_tui.packs.names import check_pack_name
from pup_tui.packs.source import PackSource, SourceKind, check_inside, check_ref, read_source
from pup_tui.typed import decode_json

if TYPE_CHECKING:
    from pup_tui.packs.fetch import FetchedPack

_VERSION: Final = 1


class LockedPack(Struct, frozen=True, kw_only=True):
    """One pack as it was imported last, whether anybody trusts it or not.

    `source`, `kind`, `host`, `ref` and `path` are where to look for what is newer; `commit` is blank for what
    is no repository. `tree` stands for all `files`, of which each has its sha256. `at` is RFC 3339, UTC.
    What is fetched is judged by `judged_source`: the file may be shared, and edited by others.
    """

    source: str
    kind: SourceKind
    host: str = ""
    ref: str = ""
    path: str = ""
    commit: CommitId = ""
    tree: TreeHash
    at: str
    files: dict[str, str]

    @property
    def pack_source(self) -> PackSource:
        return PackSource(
            kind=self.kind,
            address=self.source,
            told=self.source.partition("?")[0],
            host=self.host,
            ref=self.ref,
            inside=self.path,
        )

    def judged_source(self) -> PackSource:
        """Where to fetch from, judged as what somebody types is. Raises PackError."""
        if self.source.startswith("/") and not self.host:
            check_ref(self.ref)
            check_inside(self.path)
            return self.pack_source
        here = Path("/")
        judged = read_source(self.source, ref=self.ref, inside=self.path, cwd=here, home=here)
        if bool(judged.host) != bool(self.host) or judged.address != self.source:
            raise PackError(
                "the source in packs.lock is none of ours", self.source, "import it anew"
            )
        return replace(judged, kind=self.kind)


class _File(Struct, frozen=True):
    version: int
    packs: dict[str, LockedPack]


def locked(found: FetchedPack, at: str) -> LockedPack:
    """What is kept of a pack that was fetched."""
    source = found.source
    return LockedPack(
        source=source.address,
        kind=source.kind,
        host=source.host,
        ref=source.ref,
        path=source.inside,
        commit=found.commit,
        tree=found.tree.hash,
        at=at,
        files={path: file.sha256 for path, file in found.tree.files.items()},
    )


def read_lock(config_dir: Path) -> dict[str, LockedPack]:
    """The packs by name, in their order; none where there is no such file. Raises PackError."""
    data = read_kept(config_dir / LOCK_FILE)
    if data is None:
        return {}
    try:
        file = decode_json(data, _File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _damaged(config_dir / LOCK_FILE, str(error)) from None
    if file.version != _VERSION:
        raise _newer(config_dir / LOCK_FILE, file.version)
    for name in file.packs:
        try:
            check_pack_name(name)
        except PackError as error:
            raise _damaged(config_dir / LOCK_FILE, error.message) from None
    return file.packs


def write_lock(config_dir: Path, packs: Mapping[str, LockedPack]) -> None:
    """Put these packs in the place of those that are kept, all at once. Raises PackError."""
    in_order = {
        name: replace(pack, files=dict(sorted(pack.files.items())))
        for name, pack in sorted(packs.items())
    }
    write_kept(config_dir / LOCK_FILE, _File(_VERSION, in_order))


def _damaged(path: Path, why: str) -> PackError:
    return PackError(f"the file is damaged ({why})", str(path), "mend it, or move it away")


def _newer(path: Path, version: int) -> PackError:
    told = f"the file is of version {version}, and this program knows {_VERSION}"
    return PackError(told, str(path), "use a newer pup-tui")
