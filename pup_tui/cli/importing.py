"""`pup-tui import` and `update`: brings packs of runbooks in, and looks for newer ones."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from pup_tui.aside import run_loop
from pup_tui.cli.asking import confirm
from pup_tui.cli.failure import Failure, tell, tell_note
from pup_tui.cli.options import pass_settings
from pup_tui.cli.pack_told import print_difference, print_subject
from pup_tui.cli.trusting import (
    approve,
    open_library,
    pack_failures,
    trust_option,
)
from pup_tui.headless.exits import FAILED, USAGE
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.packs.fetch import FetchedPack
    from pup_tui.packs.git import Revision
    from pup_tui.packs.library import PackLibrary
    from pup_tui.packs.lock import LockedPack
    from pup_tui.packs.source import PackSource
    from pup_tui.packs.tree import PackTree
    from pup_tui.settings.settings import Settings

_yes_option = click.option("--yes", is_flag=True, help="Ask nothing; nothing is trusted by that.")


@click.command("import")
@click.argument("source")
@click.option("--ref", default="", metavar="R", help="A branch, a tag or a full commit id.")
@click.option("--name", default="", metavar="N", help="What the pack is called here.")
@click.option("--path", "inside", default="", metavar="DIR", help="The folder in SOURCE to take.")
@_yes_option
@trust_option
@pass_settings
def import_command(
    settings: Settings,
    source: str,
    ref: str,
    name: str,
    inside: str,
    yes: bool,
    given_hash: str | None,
) -> int:
    """Bring a pack of runbooks in from SOURCE, at one commit or as it is now.

    SOURCE is a git repository (https://, ssh://, USER@HOST:PATH, a local one), a tarball, a folder, or a
    single runbook (a file or an https address). Nothing of it runs before it is trusted.
    """
    from pup_tui.packs.about import about_pack
    from pup_tui.packs.library import check_hash
    from pup_tui.packs.names import check_pack_name
    from pup_tui.packs.source import read_source

    with pack_failures(USAGE):
        asked = read_source(source, ref=ref, inside=inside, cwd=settings.cwd, home=settings.home)
        if name:
            check_pack_name(name)
    with pack_failures():
        library = open_library(settings)
        before = library.packs()
        found = _fetch(settings, library, asked)
        name = name or about_pack(found.tree).name or asked.name
        check_pack_name(name)
        _check_replacing(settings, name, before.get(name), found.source, yes=yes)
        if given_hash is not None:
            check_hash(given_hash, found.tree)
        _take(library, name, found)
        _go_on(settings, library, name, given_hash, yes=yes)
    return 0


@click.command("update")
@click.argument("name", required=False)
@_yes_option
@trust_option
@pass_settings
def update_command(settings: Settings, name: str | None, yes: bool, given_hash: str | None) -> int:
    """Look for newer versions of the pack NAME, or of all, and show what has changed.

    What was trusted runs until the newer version is trusted.
    """
    if name is None and given_hash is not None:
        raise Failure("a hash stands for one pack", "--trust", "name the pack")
    with pack_failures():
        library = open_library(settings)
        packs = library.packs() if name is None else {name: library.locked(name)}
    failed = False
    for each, pack in packs.items():
        try:
            with pack_failures():
                _update(settings, library, each, pack, given_hash)
                _go_on(settings, library, each, given_hash, yes=yes)
        except Failure as failure:
            if name is not None:
                raise
            tell(str(failure))
            failed = True
    return FAILED if failed else 0


def _update(
    settings: Settings, library: PackLibrary, name: str, pack: LockedPack, given_hash: str | None
) -> None:
    """Take what is newer of a pack, if anything is."""
    from pup_tui.packs.library import check_hash
    from pup_tui.packs.store import IMPORTED

    if not library.store.has(IMPORTED, name, pack.tree):
        _restore(settings, library, name, pack)
        return
    if pack.pack_source.commit:
        click.echo(f"{name} is pinned to the commit {pack.commit}")
        return
    found = _fetch(settings, library, pack.judged_source())
    if given_hash is not None:
        check_hash(given_hash, found.tree)
    if found.commit != pack.commit and pack.ref.startswith("refs/tags/"):
        tell_note(f"{name}: the tag {pack.ref} was moved, from {pack.commit} to {found.commit}")
    if (found.tree.hash, found.commit) != (pack.tree, pack.commit):
        _show_unless_trusted(settings, library, name, found.tree)
        _take(library, name, found)


def _restore(settings: Settings, library: PackLibrary, name: str, pack: LockedPack) -> None:
    """Fetch what `packs.lock` tells of and what is not here, such as on another computer: exactly that."""
    from pup_tui.packs.git import Revision
    from pup_tui.packs.library import check_hash

    pinned = Revision(pack.commit, pack.ref) if pack.commit else None
    found = _fetch(settings, library, pack.judged_source(), pinned)
    check_hash(pack.tree, found.tree)
    _take(library, name, found)


def _go_on(
    settings: Settings, library: PackLibrary, name: str, given_hash: str | None, *, yes: bool
) -> None:
    """Show what nobody has trusted of a pack yet, and ask about it where somebody can be asked."""
    subject = library.pack(name)
    if subject.is_trusted:
        click.echo(f"{name} is trusted, as it is now")
        return
    can_ask = settings.terminal.can_ask and not yes
    if given_hash is None and (can_ask or subject.before is not None):
        print_subject(settings, subject)
    if given_hash is None and not can_ask:
        state = "untrusted" if subject.before is None else "changed since it was trusted"
        click.echo(f"{name} is {state}: `pup-tui trust {name}` shows what it does, and asks")
        return
    approve(settings, library, subject, given_hash)


def _show_unless_trusted(
    settings: Settings, library: PackLibrary, name: str, tree: PackTree
) -> None:
    """Print what has changed of a pack of which nothing is trusted yet."""
    from pup_tui.packs.difference import difference

    if library.pack(name).before is None:
        print_difference(settings, difference(library.tree_of(name), tree))


def network_of(settings: Settings) -> frozenset[str]:
    """The variables for proxies and certificates that are set, as `transport.send` wants them."""
    from pup_tui.datadog.configuration import CERTIFICATE_VARIABLES, PROXY_VARIABLES

    variables = (*CERTIFICATE_VARIABLES, *PROXY_VARIABLES)
    return frozenset(name for name in variables if settings.environ.get(name))


def _fetch(
    settings: Settings,
    library: PackLibrary,
    source: PackSource,
    pinned: Revision | None = None,
) -> FetchedPack:
    from pup_tui.packs.fetch import FetchSurroundings, fetch_pack

    with library.store.work() as work:
        around = FetchSurroundings(
            work=work, environ=settings.environ, tell=tell_note, network=network_of(settings)
        )
        found = run_loop(fetch_pack(source, around, pinned))
    for notice in found.notices:
        tell_note(notice)
    return found


def _check_replacing(
    settings: Settings, name: str, before: LockedPack | None, source: PackSource, *, yes: bool
) -> None:
    """Refuse to put a pack in the place of one that came from elsewhere, unless the operator says so."""
    if before is None or (before.source, before.path) == (source.address, source.inside) or yes:
        return
    told = f"there is a pack {name} from {before.pack_source.told}"
    if settings.terminal.can_ask and confirm(safe_text(f"{told}. Put this one in its place?")):
        return
    raise Failure(told, source.told, "choose another --name, or say --yes to replace it")


def _take(library: PackLibrary, name: str, found: FetchedPack) -> None:
    """Keep what was fetched, and say what it is. Nothing is kept that this program cannot run."""
    from pup_tui.core.notices import rfc3339
    from pup_tui.packs.about import about_pack

    about_pack(found.tree)
    pack = library.take(name, found, rfc3339(time.time()))
    runbooks = len(found.tree.runbooks)
    number = "1 runbook" if runbooks == 1 else f"{runbooks} runbooks"
    at = f" at the commit {pack.commit}" if pack.commit else ""
    click.echo(safe_text(f"{name}: {number} from {pack.pack_source.told}{at}"))
    click.echo(f"hash {pack.tree}")
