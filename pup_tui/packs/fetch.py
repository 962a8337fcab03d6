"""Brings a pack's files here from wherever they are, as bytes that nobody has approved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.aside import aside
from pup_tui.packs.archive import MAX_ARCHIVE, gather_archive
from pup_tui.packs.errors import PackError
from pup_tui.packs.folder import gather_folder, read_one
from pup_tui.packs.git import Repository, Revision
from pup_tui.packs.source import PackSource, SourceKind
from pup_tui.packs.tree import Gathering, PackTree
from pup_tui.runbook import yaml
from pup_tui.runbook.nodes import Mapping as Tree
from pup_tui.runbook.suffixes import SUFFIXES


class FetchedPack(Struct, frozen=True, kw_only=True):
    """The files of a source as they were found. `commit` is blank for what is no repository."""

    source: PackSource
    tree: PackTree
    commit: str = ""
    notices: tuple[str, ...] = ()


class FetchSurroundings(Struct, frozen=True, kw_only=True):
    """What fetching takes from outside: an empty folder, the operator's environment, whom to tell of each
    host before it is connected to, and `network` as `transport.send` has it.
    """

    work: Path
    environ: Mapping[str, str]
    tell: Callable[[str], None]
    network: Collection[str] = ()


async def fetch_pack(
    source: PackSource, around: FetchSurroundings, pinned: Revision | None = None
) -> FetchedPack:
    """The pack of a source; of a repository at the `pinned` commit, if that is given. Raises PackError."""
    if source.host:
        around.tell(f"fetching {source.told} from the host {source.host}")
    return await _fetch(source, around, pinned)


async def _fetch(
    source: PackSource, around: FetchSurroundings, pinned: Revision | None = None
) -> FetchedPack:
    if source.kind is SourceKind.WEB:
        return await _from_web(source, around)
    if source.kind is SourceKind.GIT:
        return await _from_git(source, around, pinned)
    path, most = Path(source.address), yaml.MAX_BYTES
    if source.kind is SourceKind.FOLDER:
        found = await aside(gather_folder, path, source.told, source.inside)
        return _fetched(source, found)
    if source.kind is SourceKind.ARCHIVE:
        most = MAX_ARCHIVE
    if source.is_web:
        from pup_tui.packs.web import fetch_file

        data = await fetch_file(source.address, source.told, most, around.network)
    else:
        data = await aside(read_one, path, source.told, most)
    if source.kind is SourceKind.ARCHIVE:
        return _fetched(source, await aside(gather_archive, data, source.told, source.inside))
    return _fetched(source, _one_runbook(source, data))


async def _from_git(
    source: PackSource, around: FetchSurroundings, pinned: Revision | None
) -> FetchedPack:
    repository = Repository(source, around.work, around.environ)
    revision = pinned or await repository.resolve()
    commit = await repository.fetch(revision)
    # The whole name of the ref leaves no doubt later which one was meant.
    named = replace(source, ref=revision.ref) if source.ref and revision.ref else source
    return _fetched(named, await repository.gather(commit), commit)


async def _from_web(source: PackSource, around: FetchSurroundings) -> FetchedPack:
    """A repository or a file: the address does not tell, so git is asked first."""
    try:
        return await _from_git(replace(source, kind=SourceKind.GIT), around, None)
    except PackError as no_repository:
        try:
            return await _fetch(replace(source, kind=SourceKind.FILE), around)
        except PackError as error:
            told = f"{error.message}; and as a repository: {no_repository.message}"
            raise PackError(told, source.told, error.hint or no_repository.hint) from None


def _one_runbook(source: PackSource, data: bytes) -> Gathering:
    """A pack of one file, which has to look like a runbook: its text is told in no error."""
    tree, _ = yaml.parse(data, source.told)
    if not isinstance(tree, Tree) or "steps" not in tree.entries:
        hint = "name a YAML file with `steps`, or a folder, a repository or a tarball of them"
        raise PackError("this is no runbook", source.told, hint)
    path = urlsplit(source.address).path if source.is_web else source.address
    name = PurePosixPath(unquote(path)).name or "runbook"
    gathering = Gathering(source.told)
    name = name if name.endswith(SUFFIXES) else f"{name}.yaml"
    if not gathering.wants(name, len(data)):
        raise PackError("a runbook cannot have this name", source.told, "give the file another one")
    gathering.add(name, data)
    return gathering


def _fetched(source: PackSource, found: Gathering, commit: str = "") -> FetchedPack:
    try:
        tree = found.tree()
    except PackError as error:
        notices = "; ".join((error.hint, *found.notices)) if found.notices else error.hint
        raise PackError(error.message, error.where, notices) from None
    return FetchedPack(source=source, tree=tree, commit=commit, notices=tuple(found.notices))
