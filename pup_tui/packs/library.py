"""The packs of an operator: what was imported, and what of it is trusted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pup_tui.catalog.places import HERE
from pup_tui.packs.errors import PackError
from pup_tui.packs.folder import gather_folder
from pup_tui.packs.lock import LockedPack, locked, read_lock, write_lock
from pup_tui.packs.runbook_tree import ids_of, runbook_tree
from pup_tui.packs.store import APPROVED, IMPORTED, PackStore, here_name
from pup_tui.packs.tree import PackTree
from pup_tui.packs.trust import Approval, read_trust, write_trust
from pup_tui.runbook.files import is_theme
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.suffixes import SUFFIXES

if TYPE_CHECKING:
    from pup_tui.packs.fetch import FetchedPack

HASH_DIGITS: Final = 64


class Approver(Struct, frozen=True):
    """Who approves, and when (RFC 3339, UTC)."""

    by: str
    at: str


class TrustSubject(Struct, frozen=True, kw_only=True):
    """What can be trusted as a whole: a pack, one of its runbooks, or a runbook of a working directory.

    `tree` has its files as they are now, `before` those that are trusted: None where none are, or their copy
    is not whole.
    """

    told: str
    tree: PackTree
    before: PackTree | None
    pack: str = ""
    runbook: str = ""
    source: str = ""
    commit: str = ""

    @property
    def kept_as(self) -> str:
        """The name under which its approved copies are kept."""
        return self.pack or here_name(self.source)

    @property
    def is_trusted(self) -> bool:
        return self.before is not None and self.tree.hash == self.before.hash

    @property
    def state(self) -> str:
        """`trusted`, `changed` since it was, or `untrusted`."""
        if self.is_trusted:
            return "trusted"
        return "untrusted" if self.before is None else "changed"


class PackLibrary:
    """Reads and changes what is kept of packs. All methods raise PackError, and read files."""

    def __init__(self, state: Path, config_dir: Path) -> None:
        self.store = PackStore(state)
        self._config_dir = config_dir

    def packs(self) -> dict[str, LockedPack]:
        return read_lock(self._config_dir)

    def approvals(self) -> list[Approval]:
        return read_trust(self._config_dir)

    def locked(self, name: str) -> LockedPack:
        """The pack of a name."""
        packs = self.packs()
        if name not in packs:
            known = ", ".join(packs) or "there is none"
            raise PackError(f"there is no pack {shown(name)}", "", f"`pup-tui pack list`: {known}")
        return packs[name]

    def tree_of(self, name: str) -> PackTree:
        """The files of a pack as they were imported last."""
        return self.store.read(IMPORTED, name, self.locked(name).tree)

    def take(self, name: str, found: FetchedPack, at: str) -> LockedPack:
        """Keep what was fetched as the pack of a name; what was kept stays until all of it is there."""
        with self.store.turn():
            self.store.keep(IMPORTED, name, found.tree)
            packs = self.packs()
            packs[name] = pack = locked(found, at)
            write_lock(self._config_dir, packs)
            self.store.forget_others(IMPORTED, name, pack.tree)
        return pack

    def remove(self, name: str) -> None:
        """Forget a pack, with all that is trusted of it."""
        with self.store.turn():
            packs = self.packs()
            self.locked(name)
            write_trust(self._config_dir, [each for each in self.approvals() if each.pack != name])
            del packs[name]
            write_lock(self._config_dir, packs)
            self.store.forget(IMPORTED, name)
            self.store.forget(APPROVED, name)

    def pack(self, name: str) -> TrustSubject:
        """A pack, as it was imported last."""
        pack = self.locked(name)
        return TrustSubject(
            told=f"the pack {name}",
            pack=name,
            tree=self.tree_of(name),
            before=self._before((name, "", "")),
            source=pack.source,
            commit=pack.commit,
        )

    def runbooks(self, name: str, only: str = "") -> Iterator[TrustSubject]:
        """The runbooks of a pack, or `only` one of them, each with what belongs to it.

        What is trusted of the whole pack is trusted of each.
        """
        whole = self.pack(name)
        known = ids_of(whole.before) if whole.before is not None else {}
        for id_, path in ids_of(whole.tree).items():
            if only not in ("", id_):
                continue
            before = self._before((name, "", id_))
            if before is None and whole.before is not None and id_ in known:
                before = runbook_tree(whole.before, known[id_])
            yield TrustSubject(
                told=f"the runbook {name}/{id_}",
                pack=name,
                runbook=id_,
                tree=runbook_tree(whole.tree, path),
                before=before,
                source=whole.source,
                commit=whole.commit,
            )

    def runbook(self, name: str, id_: str) -> TrustSubject:
        """One runbook of a pack."""
        found = next(self.runbooks(name, id_), None)
        if found is None:
            told = f"there is no runbook {shown(id_)} in the pack {name}"
            known = ", ".join(ids_of(self.tree_of(name))) or "none"
            raise PackError(told, "", f"there is {known}")
        return found

    def here(self, folder: Path, id_: str) -> TrustSubject:
        """A runbook of a working directory, with what belongs to it."""
        found = self.all_here(str(folder), id_)
        if not found:
            raise PackError(f"there is no runbook {shown(id_)}", str(folder), "check its name")
        return found[0]

    def all_here(self, folder: str, only: str = "") -> list[TrustSubject]:
        """The runbooks of a working directory, or `only` one of them."""
        where = os.path.realpath(folder)
        tree = gather_folder(Path(where), folder).tree()
        return [
            TrustSubject(
                told=f"the runbook {id_} of {folder}",
                runbook=id_,
                tree=runbook_tree(tree, path),
                before=self._before(("", where, id_)),
                source=where,
            )
            for id_, path in ids_of(tree).items()
            if only in ("", id_)
        ]

    def copy_of(self, subject: TrustSubject) -> Path | None:
        """The file of a trusted runbook in the copy that runs; None where it is not trusted as it is."""
        places = [
            self.store.place(APPROVED, subject.kept_as, each.tree)
            for each in self.approvals()
            if each.pack == subject.pack
            and (each.pack or each.source == subject.source)
            and each.runbook in ("" if each.pack else subject.runbook, subject.runbook)
        ]
        path = ids_of(subject.tree).get(subject.runbook)
        if path is None or not subject.is_trusted:
            return None
        return next((place / path for place in places if (place / path).is_file()), None)

    def approve(self, subject: TrustSubject, who: Approver) -> Approval:
        """Trust exactly the files of a subject: from now on a copy of them runs."""
        approval = Approval(
            tree=subject.tree.hash,
            by=who.by,
            at=who.at,
            pack=subject.pack,
            runbook=subject.runbook,
            source=subject.source,
            commit=subject.commit,
        )
        with self.store.turn():
            self.store.keep(APPROVED, subject.kept_as, subject.tree)
            # What is trusted as a whole needs no word for its parts.
            is_whole = bool(subject.pack) and not subject.runbook
            others = [
                each
                for each in self.approvals()
                if each.what != approval.what and not (is_whole and each.pack == subject.pack)
            ]
            write_trust(self._config_dir, [*others, approval])
        return approval

    def withdraw(self, matches: Callable[[Approval], bool]) -> list[Approval]:
        """Trust no more what `matches` picks; returns what that was."""
        with self.store.turn():
            approvals = self.approvals()
            gone = [each for each in approvals if matches(each)]
            if gone:
                write_trust(self._config_dir, [each for each in approvals if each not in gone])
        return gone

    def _before(self, what: tuple[str, str, str]) -> PackTree | None:
        """The files that are trusted of something; None where their copy is not whole."""
        tree = next((each.tree for each in self.approvals() if each.what == what), "")
        if not tree:
            return None
        pack, source, _ = what
        try:
            return self.store.read(APPROVED, pack or here_name(source), tree)
        except PackError:
            return None


def check_hash(given: str, tree: PackTree) -> None:
    """Refuse a hash that does not stand for exactly these files. Raises PackError."""
    if given.strip().lower() != tree.hash:
        told = f"the hash {shown(given, HASH_DIGITS + 1)} is not that of these files"
        raise PackError(told, tree.hash, "look at what is there now, and give its hash")


def here_folder(cwd: Path, name: str) -> tuple[str, str]:
    """The folder of runbooks, without links, and the id that a name means which is of no pack.

    It is an id in `./runbooks`, or the path of a file.
    """
    path = Path(name)
    if not (name.startswith((".", "/")) or path.suffix in SUFFIXES):
        return os.path.realpath(cwd / HERE), name
    folder = (cwd / path).parent
    if folder.name != HERE and folder.parent.name == HERE and is_theme(folder.name):
        folder = folder.parent
    return os.path.realpath(folder), path.stem


class WholePack(Struct, frozen=True, kw_only=True, dict=True):
    """A pack as lists show it: what was imported, and what of it is trusted."""

    name: str
    locked: LockedPack
    approvals: tuple[Approval, ...]

    @cached_property
    def whole(self) -> Approval | None:
        """The approval of all of it."""
        return next((each for each in self.approvals if not each.runbook), None)

    @property
    def state(self) -> str:
        """`trusted`, `changed` since it was, `untrusted`, or `partly` trusted: only runbooks of it are."""
        if self.whole is None:
            return "partly" if self.approvals else "untrusted"
        return "trusted" if self.whole.tree == self.locked.tree else "changed"


def whole_packs(library: PackLibrary) -> list[WholePack]:
    """All packs in the order of their names."""
    approvals = library.approvals()
    return [
        WholePack(
            name=name, locked=pack, approvals=tuple(each for each in approvals if each.pack == name)
        )
        for name, pack in library.packs().items()
    ]
