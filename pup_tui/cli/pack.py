"""`pup-tui pack`: the packs that are here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pup_tui.cli.failure import Failure
from pup_tui.cli.options import json_option, pass_settings
from pup_tui.cli.pack_checking import check_command
from pup_tui.cli.pack_making import new_command
from pup_tui.cli.printing import columns, print_json
from pup_tui.cli.subcommands import Subcommands
from pup_tui.cli.trusting import open_library, pack_failures
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.packs.library import PackLibrary, TrustSubject, WholePack
    from pup_tui.packs.trust import Approval
    from pup_tui.settings.settings import Settings

_SHORT = 12
"""Digits of a commit in a table."""


@click.group("pack", cls=Subcommands)
def pack_command() -> None:
    """Packs of runbooks: the ones that are here, a new one, checks for one."""


@pack_command.command("list")
@click.argument("name", required=False)
@json_option
@pass_settings
def list_command(settings: Settings, name: str | None, as_json: bool) -> None:
    """The packs that were imported, and the hashes that stand for their files.

    With NAME also those of its runbooks; those of ./runbooks come last.
    """
    from pup_tui.packs.library import whole_packs

    with pack_failures():
        library = open_library(settings)
        if name is not None:
            library.locked(name)
        found = [each for each in whole_packs(library) if name in (None, each.name)]
        here = _of_here(library, settings.cwd) if name is None else []
        if as_json:
            told = [_as_json(library, each, with_runbooks=name is not None) for each in found]
            print_json([*told, *_here_json(here)])
            return
        rows = [_as_row(each) for each in found]
        if name is not None:
            rows += [_subject_row(each) for each in _of_pack(library, found[0])]
        rows += [_subject_row(each) for each in here]
    if not rows:
        raise Failure("there are no packs", "", "`pup-tui import SOURCE` brings one", code=0)
    heads = ("PACK", "STATE", "RUNBOOKS", "COMMIT", "HASH", "SOURCE")
    columns(settings.terminal.columns, heads, rows, spare=("COMMIT", "SOURCE"))


@pack_command.command("remove")
@click.argument("name")
@pass_settings
def remove_command(settings: Settings, name: str) -> None:
    """Remove the pack NAME, with all that is trusted of it."""
    with pack_failures():
        open_library(settings).remove(name)
    click.echo(safe_text(f"{name} is removed"))


pack_command.add_command(new_command)
pack_command.add_command(check_command)


def _of_pack(library: PackLibrary, pack: WholePack) -> list[TrustSubject]:
    """The runbooks of a pack, each with what belongs to it."""
    return list(library.runbooks(pack.name))


def _of_here(library: PackLibrary, cwd: Path) -> list[TrustSubject]:
    """The runbooks in the working directory."""
    from pup_tui.packs.errors import PackError
    from pup_tui.packs.library import here_folder

    folder, _ = here_folder(cwd, "")
    try:
        return library.all_here(folder)
    except PackError:
        # What cannot be copied cannot be trusted either; `trust` says why.
        return []


def _as_json(library: PackLibrary, pack: WholePack, *, with_runbooks: bool) -> dict[str, Any]:
    locked = pack.locked
    told = {
        "name": pack.name,
        "state": pack.state,
        "trusted": pack.state == "trusted",
        "tree": locked.tree,
        "source": locked.source,
        "kind": locked.kind,
        "ref": locked.ref or None,
        "path": locked.path or None,
        "commit": locked.commit or None,
        "imported_at": locked.at,
        "files": len(locked.files),
        "approved": [_approval_json(each) for each in pack.approvals],
    }
    if with_runbooks:
        told["runbooks"] = [_subject_json(each) for each in _of_pack(library, pack)]
    return told


def _here_json(subjects: list[TrustSubject]) -> list[dict[str, Any]]:
    if not subjects:
        return []
    return [
        {
            "name": None,
            "source": subjects[0].source,
            "kind": "here",
            "runbooks": [_subject_json(each) for each in subjects],
        }
    ]


def _approval_json(approval: Approval) -> dict[str, Any]:
    return {
        "runbook": approval.runbook or None,
        "tree": approval.tree,
        "by": approval.by,
        "at": approval.at,
        "commit": approval.commit or None,
    }


def _subject_json(subject: TrustSubject) -> dict[str, Any]:
    return {
        "id": subject.runbook,
        "state": subject.state,
        "trusted": subject.is_trusted,
        "tree": subject.tree.hash,
    }


def _as_row(pack: WholePack) -> tuple[str, ...]:
    from pup_tui.packs.tree import is_runbook

    locked = pack.locked
    number = sum(map(is_runbook, locked.files))
    told = locked.pack_source.told
    return (pack.name, pack.state, str(number), locked.commit[:_SHORT], locked.tree, told)


def _subject_row(subject: TrustSubject) -> tuple[str, ...]:
    name = f"{subject.pack}/{subject.runbook}" if subject.pack else subject.runbook
    commit = subject.commit[:_SHORT]
    return (name, subject.state, "1", commit, subject.tree.hash, subject.source)
