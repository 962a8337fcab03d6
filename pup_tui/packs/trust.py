"""`trust.json`: what the operator has approved, by the hash of the exact files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from pup_tui.packs.errors import PackError
from pup_tui.packs.hashes import TreeHash
from pup_tui.packs.kept_files import TRUST_FILE, read_kept, write_kept
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.pack_file import is_pack_name
from pup_tui.typed import decode_json

_VERSION: Final = 1


class Approval(Struct, frozen=True, kw_only=True):
    """Somebody has approved exactly the files that `tree` stands for.

    They are all of a pack, or where `runbook` is its id in there, that runbook with what belongs to it. For
    one that lies in a working directory `pack` is blank, and `source` its folder of runbooks. `by` and `at`
    say who did it and when (RFC 3339, UTC); `commit` is that of the pack, where it is from a repository.
    """

    tree: TreeHash
    by: str
    at: str
    pack: str = ""
    runbook: str = ""
    source: str = ""
    commit: str = ""

    @property
    def what(self) -> tuple[str, str, str]:
        """What was approved, whichever files it has."""
        return (self.pack, "" if self.pack else self.source, self.runbook)


class _File(Struct, frozen=True):
    version: int
    approved: list[Approval]


def read_trust(config_dir: Path) -> list[Approval]:
    """What is approved; nothing where there is no such file.

    Raises PackError, also where others may write the file.
    """
    path = config_dir / TRUST_FILE
    data = read_kept(path)
    if data is None:
        return []
    _refuse_others(path)
    try:
        file = decode_json(data, _File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        told = f"the file is damaged ({error})"
        raise PackError(told, str(path), "move it away, and trust anew") from None
    if file.version != _VERSION:
        told = f"the file is of version {file.version}, and this program knows {_VERSION}"
        raise PackError(told, str(path), "use a newer pup-tui")
    for each in file.approved:
        if each.pack and not is_pack_name(each.pack):
            told = f"the file is damaged ({shown(each.pack)} is no name of a pack)"
            raise PackError(told, str(path), "move it away, and trust anew")
    return file.approved


def write_trust(config_dir: Path, approved: Iterable[Approval]) -> None:
    """Put these approvals in the place of those that are kept, all at once. Raises PackError."""
    in_order = sorted(approved, key=lambda each: each.what)
    write_kept(config_dir / TRUST_FILE, _File(_VERSION, in_order))


def _refuse_others(path: Path) -> None:
    """Refuse a file that others own or may write: they would decide what runs."""
    try:
        status = path.stat()
    except OSError as error:
        raise PackError("the file cannot be looked at", str(path), str(error.strerror)) from None
    if status.st_uid not in (os.geteuid(), 0) or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        hint = f"look what is in it, then `chmod go-w {path}`"
        raise PackError("others may write what is trusted", str(path), hint)
