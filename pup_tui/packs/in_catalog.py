"""Which folders packs bring to the catalog, and what of a working directory is trusted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.packs.errors import PackError
from pup_tui.packs.folder import gather_folder
from pup_tui.packs.library import PackLibrary, WholePack, whole_packs
from pup_tui.packs.runbook_tree import changed_ids, ids_of
from pup_tui.packs.store import APPROVED, IMPORTED, here_name
from pup_tui.packs.tree import PackTree
from pup_tui.packs.trust import Approval


def with_packs(given: Sequence[Folder], library: PackLibrary) -> tuple[Folder, ...]:
    """The given folders, with what is approved of them, and then those of packs. Raises PackError."""
    approvals = library.approvals()
    found = [folder for each in given for folder in _of_given(library, each, approvals)]
    packs = whole_packs(library)
    return (*found, *(folder for pack in packs for folder in _of_pack(library, pack)))


def _of_given(
    library: PackLibrary, folder: Folder, approvals: Sequence[Approval]
) -> Iterator[Folder]:
    if folder.trusted or folder.origin is not Origin.HERE:
        yield folder
        return
    where = os.path.realpath(folder.path)
    approved = [
        each
        for each in approvals
        if each.source == where
        and not each.pack
        and library.store.has(APPROVED, here_name(where), each.tree)
    ]
    now = _tree_at(folder.path) if approved else None
    for each in approved:
        copy = library.store.place(APPROVED, here_name(where), each.tree)
        is_changed = now is None or _is_changed(library, each, where, now)
        only = frozenset({each.runbook})
        changed = only if is_changed else frozenset()
        yield Folder(copy, Origin.HERE, only=only, changed=changed, is_copy=True)
    yield replace(folder, without=frozenset(each.runbook for each in approved))


def _is_changed(library: PackLibrary, approval: Approval, where: str, now: PackTree) -> bool:
    try:
        kept = library.store.read(APPROVED, here_name(where), approval.tree)
    except PackError:
        return True
    return approval.runbook in changed_ids(kept, now)


def _of_pack(library: PackLibrary, pack: WholePack) -> Iterator[Folder]:
    """Runbooks that are trusted alone, then the pack as it is trusted, then what is not trusted of it."""
    store, name = library.store, pack.name
    trusted: set[str] = set()
    now = _kept(library, IMPORTED, name, pack.locked.tree)
    there = [each for each in pack.approvals if store.has(APPROVED, name, each.tree)]
    for each in sorted(there, key=lambda each: not each.runbook):
        is_now = each.tree == pack.locked.tree
        kept = now if is_now else _kept(library, APPROVED, name, each.tree)
        ids = set(ids_of(kept)) if kept is not None else set()
        only = frozenset({each.runbook} if each.runbook else ids - trusted)
        changed: frozenset[str] = frozenset()
        if kept is not None and now is not None and not is_now:
            changed = changed_ids(kept, now) & only
        place = store.place(APPROVED, name, each.tree)
        trusted |= only
        yield Folder(
            place, Origin.PACK, prefix=name, only=only, changed=changed, is_copy=True,
            is_whole=not each.runbook,
        )  # fmt: skip
    if not any(not each.runbook and each.tree == pack.locked.tree for each in there):
        place = store.place(IMPORTED, name, pack.locked.tree)
        hidden = frozenset(trusted)
        yield Folder(place, Origin.PACK, trusted=False, prefix=name, without=hidden)


def _kept(library: PackLibrary, kind: str, name: str, tree: str) -> PackTree | None:
    try:
        return library.store.read(kind, name, tree)
    except PackError:
        return None


def _tree_at(folder: Path) -> PackTree | None:
    try:
        return gather_folder(folder, str(folder)).tree()
    except PackError:
        return None
