"""`pup-tui pack check`: what the CI of a shared repository of runbooks asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from msgspec import Struct

from pup_tui.aside import run_loop
from pup_tui.cli.options import json_option, pass_settings
from pup_tui.cli.printing import print_json
from pup_tui.headless.exits import FAILED
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.packs.tree import PackTree
    from pup_tui.runbook.load import Loaded
    from pup_tui.settings.settings import Settings

SECRETS: Final = frozenset({"literal-secret", "password-in-url"})
"""Warnings that are errors in what is shared."""


class PackFinding(Struct, frozen=True, kw_only=True):
    """One thing that was looked at, and what is wrong with it; a `warning` lets the check pass."""

    what: str
    subject: str
    problem: str = ""
    warning: str = ""


@click.command("check")
@click.argument(
    "folder",
    metavar="[DIR]",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option("--links", is_flag=True, help="Ask whether every link of the runbooks answers.")
@json_option
@pass_settings
def check_command(settings: Settings, folder: Path, links: bool, as_json: bool) -> int:
    """Check the pack in DIR (here): its files, its runbooks, its rehearsals, and that no secret is in it."""
    found = list(_findings(settings, folder, links=links))
    is_ok = not any(each.problem for each in found)
    if as_json:
        print_json({"ok": is_ok, "checks": [_as_json(each) for each in found]})
    else:
        _print(found)
    return 0 if is_ok else FAILED


def _findings(settings: Settings, folder: Path, *, links: bool) -> Iterator[PackFinding]:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Origin
    from pup_tui.catalog.places import Folder
    from pup_tui.packs.errors import PackError
    from pup_tui.packs.folder import gather_folder

    try:
        tree = gather_folder(folder, str(folder)).tree()
    except PackError as error:
        yield PackFinding(what="files", subject=str(folder), problem=str(error))
        return
    yield PackFinding(what="files", subject=f"{len(tree.files)} files, hash {tree.hash}")
    yield from _about(tree, folder)
    catalog = Catalog([Folder(folder.absolute(), Origin.GIVEN)])
    loaded = [catalog.lint(path, lambda _: True) for path in catalog.paths]
    for each in loaded:
        yield from _of_runbook(each)
    yield from _shadowed(catalog)
    yield from _rehearsed(catalog, folder)
    if links:
        yield from _links(settings, loaded)


def _about(tree: PackTree, folder: Path) -> Iterator[PackFinding]:
    from pup_tui import __version__
    from pup_tui.catalog.folder_files import PACK_FILE
    from pup_tui.packs.about import is_newer
    from pup_tui.packs.tree import PROFILES
    from pup_tui.runbook.pack_file import read_pack

    if PACK_FILE not in tree.files:
        return
    path = str(folder / PACK_FILE)
    found = read_pack(tree.files[PACK_FILE].data, path)
    for problem in found.problems:
        yield PackFinding(what="pack", subject=PACK_FILE, problem=str(problem))
    if not found.problems:
        needed = found.said.minimum_version
        newer = f"{path}: it needs pup-tui {needed}, and this is {__version__}"
        name = found.said.name or PACK_FILE
        yield PackFinding(what="pack", subject=name, problem=newer if is_newer(found.said) else "")
    for profile in found.said.profiles:
        file = f"{PROFILES}/{profile}.yaml"
        is_there = file in tree.files
        wrong = _profile_problem(folder, profile) if is_there else f"{path}: there is no {file}"
        yield PackFinding(what="profile", subject=profile, problem=wrong)


def _profile_problem(folder: Path, name: str) -> str:
    """What is wrong with a profile of a pack."""
    from pup_tui.settings.profiles import read_profile_of_pack

    problems = read_profile_of_pack(folder, name, name).problems
    return str(problems[0]) if problems else ""


def _of_runbook(loaded: Loaded) -> Iterator[PackFinding]:
    errors = list(loaded.errors)
    errors += [each for each in loaded.warnings if each.code in SECRETS]
    for error in errors:
        yield PackFinding(what="runbook", subject=loaded.id, problem=str(error))
    for warning in loaded.warnings:
        if warning.code not in SECRETS:
            told = f"{warning} [{warning.code}]"
            yield PackFinding(what="runbook", subject=loaded.id, warning=told)
    if not errors:
        yield PackFinding(what="runbook", subject=loaded.id)


def _shadowed(catalog: Catalog) -> Iterator[PackFinding]:
    for entry in catalog.first_look():
        if entry.shadowed:
            problem = f"{entry.path}: another runbook has this id"
            yield PackFinding(what="runbook", subject=entry.id, problem=problem)


def _rehearsed(catalog: Catalog, folder: Path) -> Iterator[PackFinding]:
    from pup_tui.rehearsal.places import file_of, rehearsal_files
    from pup_tui.rehearsal.suite import rehearse

    for each in run_loop(rehearse(rehearsal_files(folder.absolute()), catalog.load)):
        for problem in each.problems:
            yield PackFinding(what="rehearsal", subject=each.runbook, problem=str(problem))
        for result in each.results:
            told = (
                f"{result.case}: {'; '.join(map(str, result.failures))}" if result.failures else ""
            )
            yield PackFinding(what="rehearsal", subject=each.runbook, problem=told)
    for path in catalog.paths:
        if file_of(path) is None:
            told = "it has no rehearsals"
            yield PackFinding(what="rehearsal", subject=path.stem, warning=told)


def _links(settings: Settings, loaded: list[Loaded]) -> Iterator[PackFinding]:
    from pup_tui.cli.importing import network_of
    from pup_tui.packs.links import ask_links, links_of

    links = [url for each in loaded if each.runbook for url in links_of(each.runbook)]
    for answer in run_loop(ask_links(dict.fromkeys(links), network_of(settings))):
        yield PackFinding(what="link", subject=answer.url, problem=answer.problem)


def _as_json(found: PackFinding) -> dict[str, object]:
    return {
        "what": found.what,
        "subject": found.subject,
        "ok": not found.problem,
        "detail": found.problem or found.warning,
    }


def _print(found: list[PackFinding]) -> None:
    for each in found:
        if each.problem:
            click.echo(safe_text(f"error: {each.what} {each.subject}: {each.problem}"))
        elif each.warning:
            click.echo(safe_text(f"warning: {each.what} {each.subject}: {each.warning}"))
    problems = sum(1 for each in found if each.problem)
    warnings = sum(1 for each in found if each.warning)
    counts = {what: sum(1 for e in found if e.what == what) for what in ("runbook", "rehearsal")}
    runbooks = len({each.subject for each in found if each.what == "runbook"})
    cases = counts["rehearsal"] - sum(1 for e in found if e.what == "rehearsal" and e.warning)
    click.echo(
        f"{runbooks} runbook{'s' * (runbooks != 1)}, {cases} rehearsal{'s' * (cases != 1)}: "
        f"{problems} error{'s' * (problems != 1)}, {warnings} warning{'s' * (warnings != 1)}"
    )
