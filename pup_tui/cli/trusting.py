"""`pup-tui trust` and `untrust`: what may run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli.asking import confirm
from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.options import pass_settings
from pup_tui.cli.pack_told import print_subject
from pup_tui.headless.exits import ABORTED, FAILED, USAGE
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.packs.library import PackLibrary, TrustSubject
    from pup_tui.settings.settings import Settings

trust_option = click.option(
    "--trust",
    "given_hash",
    metavar="HASH",
    help="Trust the files that this hash stands for (`pup-tui pack list --json`), without a question.",
)


@click.command("trust")
@click.argument("name", metavar="RUNBOOK|PACK")
@trust_option
@pass_settings
def trust_command(settings: Settings, name: str, given_hash: str | None) -> int:
    """Show what RUNBOOK or PACK would run, ask whether it may, and keep a copy of exactly that.

    Only this copy runs, until something else is trusted in its place.
    """
    with pack_failures():
        library = open_library(settings)
        subject = subject_of(settings, library, name)
        if given_hash is None and subject.is_trusted:
            click.echo(safe_text(f"{subject.told} is trusted, as it is now"))
            return 0
        if given_hash is None:
            print_subject(settings, subject)
        return 0 if approve(settings, library, subject, given_hash) else ABORTED


@click.command("untrust")
@click.argument("name", metavar="RUNBOOK|PACK")
@pass_settings
def untrust_command(settings: Settings, name: str) -> int:
    """Trust RUNBOOK or PACK no more: nothing of it runs until it is trusted anew."""
    from pup_tui.packs.library import here_folder

    with pack_failures():
        library = open_library(settings)
        pack, _, id_ = name.partition("/")
        if pack in library.packs():
            gone = library.withdraw(
                lambda each: each.pack == pack and (not id_ or each.runbook == id_)
            )
            if not gone and id_ and any(each.pack == pack for each in library.approvals()):
                told = f"{name} is trusted with all of the pack"
                raise Failure(told, "", f"`pup-tui untrust {pack}`, then trust single runbooks")
        else:
            folder, id_ = here_folder(settings.cwd, name)
            gone = library.withdraw(
                lambda each: not each.pack and each.source == folder and each.runbook == id_
            )
    if not gone:
        raise Failure(f"`{name}` is not trusted", "", "`pup-tui list` shows what is there")
    click.echo(safe_text(f"{name} is not trusted any more"))
    return 0


def open_library(settings: Settings) -> PackLibrary:
    """The packs of this operator."""
    from pup_tui.packs.library import PackLibrary

    return PackLibrary(settings.state_dir, settings.config_dir)


@contextmanager
def pack_failures(code: int = FAILED) -> Iterator[None]:
    """Turn what goes wrong with packs into failures."""
    from pup_tui.packs.errors import PackError

    try:
        yield
    except PackError as error:
        raise Failure(error.message, error.where, error.hint, code=code) from error


def subject_of(settings: Settings, library: PackLibrary, name: str) -> TrustSubject:
    """What a name means that somebody wants to trust: a pack, a runbook of it, or one of `./runbooks`."""
    from pup_tui.catalog.places import HERE
    from pup_tui.packs.library import here_folder

    packs = library.packs()
    pack, _, id_ = name.partition("/")
    if pack in packs:
        return library.runbook(pack, id_) if id_ else library.pack(pack)
    folder, id_ = here_folder(settings.cwd, name)
    if Path(folder).name != HERE:
        told = f"`{name}` is run by its path, and needs no trust"
        hint = f"only packs and runbooks in a folder `{HERE}` are trusted"
        raise Failure(told, folder, hint, code=USAGE)
    if not Path(folder).is_dir():
        known = ", ".join(packs) or "none"
        hint = f"there is no folder {folder}, and of packs {known}"
        raise Failure(f"there is no runbook or pack `{name}`", "", hint, code=USAGE)
    return library.here(Path(folder), id_)


def approve(
    settings: Settings, library: PackLibrary, subject: TrustSubject, given_hash: str | None
) -> bool:
    """Trust a subject by its hash, or else by an answer on the terminal; says what came of it."""
    from pup_tui.core.notices import rfc3339
    from pup_tui.packs.library import Approver, check_hash

    if given_hash is not None:
        check_hash(given_hash, subject.tree)
    elif not settings.terminal.can_ask:
        todo = f"with --trust {subject.tree.hash} it is trusted without a question"
        raise Failure("nobody can be asked whether this is trusted", "", todo, code=ABORTED)
    elif not confirm(safe_text(f"Trust {subject.told}, exactly as it is shown above?")):
        tell(f"pup-tui: {subject.told} is not trusted, and does not run")
        return False
    library.approve(subject, Approver(settings.operator, rfc3339(time.time())))
    click.echo(safe_text(f"{subject.told} is trusted"))
    return True
