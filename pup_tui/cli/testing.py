"""`pup-tui test`: plays the rehearsals of runbooks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pup_tui.aside import run_loop
from pup_tui.cli.failure import Failure, tell_note
from pup_tui.cli.options import (
    json_option,
    pass_settings,
    profile_option,
    read_only_option,
    runbooks_option,
)
from pup_tui.cli.printing import print_json
from pup_tui.cli.wiring import open_catalog
from pup_tui.headless.exits import FAILED, SUCCEEDED
from pup_tui.real_path import real_path
from pup_tui.runbook.suffixes import SUFFIXES

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.journal.records import RehearsalRecord
    from pup_tui.rehearsal.coverage import Coverage
    from pup_tui.rehearsal.suite import Rehearsed
    from pup_tui.settings.settings import Settings


@click.command("test")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the results to FILE as JUnit XML.",
)
@click.option(
    "--sandbox",
    is_flag=True,
    help="Play the cases too that name a scenario of the Datadog sandbox, against that.",
)
@click.option("--coverage", is_flag=True, help="Print what no case reaches.")
@click.option(
    "--update",
    metavar="STEP",
    help="Really run STEP of the only PATH, in the cases with answers for it, and record them anew.",
)
@click.option("--yes", is_flag=True, help="With --update: do not ask before STEP is run.")
@json_option
@profile_option
@read_only_option
@runbooks_option
@pass_settings
def test_command(
    settings: Settings,
    paths: Sequence[str],
    junit: Path | None,
    sandbox: bool,
    coverage: bool,
    update: str | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Play the rehearsals in _tests beside the runbooks: those of each PATH, or of all of the catalog.

    PATH is a folder, a runbook or a file of rehearsals. Without --update nothing is run, fetched or waited
    for.
    """
    catalog = open_catalog(settings)
    files = list(dict.fromkeys(_files(catalog, paths)))
    if update is not None:
        from pup_tui.cli.updating import update_step

        by_path = any(map(_is_path, paths))
        update_step(settings, catalog, files, update, by_path=by_path, yes=yes)
    rehearsed = _rehearsed(settings, catalog, files, sandbox=sandbox)
    _note(settings, rehearsed)
    if junit is not None:
        _write_junit(junit, rehearsed)
    if as_json:
        print_json(_as_json(rehearsed))
    else:
        _print(rehearsed, coverage=coverage)
    return SUCCEEDED if all(each.ok for each in rehearsed) else FAILED


def _rehearsed(
    settings: Settings, catalog: Catalog, files: Sequence[Path], *, sandbox: bool
) -> list[Rehearsed]:
    from pup_tui.rehearsal.suite import rehearse

    if not sandbox:
        return run_loop(rehearse(files, catalog.load))
    from tempfile import TemporaryDirectory

    from pup_tui.cli.rehearsing import opened

    with TemporaryDirectory(prefix="pup-tui-") as folder:
        opens = partial(opened, settings.environ, Path(folder))
        return run_loop(rehearse(files, catalog.load, opens))


def _files(catalog: Catalog, paths: Sequence[str]) -> Iterator[Path]:
    """The files of rehearsals that are meant. Raises Failure where there are none."""
    from pup_tui.rehearsal.places import rehearsal_files

    if paths:
        for path in paths:
            yield from _meant(catalog, path)
        return
    found = [file for place in catalog.places for file in rehearsal_files(place.path)]
    if not found:
        raise Failure("there are no rehearsals", "", "they lie in _tests beside the runbooks")
    yield from found


def _is_path(given: str) -> bool:
    """Whether somebody names a place, and so vouches for it, and not the id of a runbook."""
    path = Path(given)
    return path.is_dir() or path.suffix in SUFFIXES or given.startswith((".", "/"))


def _meant(catalog: Catalog, path: str) -> list[Path]:
    from pup_tui.catalog.catalog import UnknownRunbook
    from pup_tui.rehearsal.places import FOLDER, file_of, rehearsal_files

    given = Path(path)
    if given.is_dir():
        found = rehearsal_files(given)
        if not found:
            told = "there are no rehearsals in this folder, nor in the folders in it"
            raise Failure(told, path, f"they lie in {FOLDER} beside the runbooks")
        return found
    if given.parent.name == FOLDER and given.is_file():
        return [given]
    try:
        runbook = catalog.path_of(path)
    except UnknownRunbook as error:
        raise Failure(str(error), "", error.hint) from error
    file = file_of(runbook)
    if file is None:
        todo = (
            f"write {runbook.parent / FOLDER / runbook.stem}.yaml, or begin it with `run --record`"
        )
        raise Failure("the runbook has no rehearsals", str(runbook), todo)
    return [file]


def _note(settings: Settings, rehearsed: Sequence[Rehearsed]) -> None:
    """Keep in the journal when each runbook was rehearsed, and how that went; say where that cannot be."""
    from pup_tui.journal.errors import JournalError
    from pup_tui.journal.store import Journal

    now = time.time()
    records = [record for each in rehearsed if (record := _record(each, now)) is not None]
    if not records:
        return
    try:
        with closing(Journal.open(settings.state_dir)) as journal:
            journal.note_rehearsals(records)
    except JournalError as error:
        tell_note(f"that this was rehearsed is not recorded: {error.message}: {error.path}")


def _record(rehearsed: Rehearsed, now: float) -> RehearsalRecord | None:
    from pup_tui.journal.records import RehearsalRecord
    from pup_tui.text_tree import text_tree

    loaded, coverage = rehearsed.loaded, rehearsed.coverage
    if loaded is None or coverage is None or not rehearsed.results:
        return None
    return RehearsalRecord(
        path=str(real_path(loaded.path)),
        runbook=rehearsed.runbook,
        tree=text_tree(loaded.files),
        rehearsed_at=now,
        cases=len(rehearsed.results),
        failed=sum(not result.ok for result in rehearsed.results),
        points=len(coverage.points),
        reached=coverage.reached,
    )


def _write_junit(path: Path, rehearsed: Sequence[Rehearsed]) -> None:
    from pup_tui.rehearsal.junit import junit

    path.write_bytes(junit(rehearsed))


def _as_json(rehearsed: Sequence[Rehearsed]) -> dict[str, Any]:
    cases = [case for each in rehearsed for case in _cases(each)]
    passed = sum(case["ok"] for case in cases)
    covered = [_coverage(each, each.coverage) for each in rehearsed if each.coverage is not None]
    return {
        "passed": passed,
        "failed": len(cases) - passed,
        "cases": cases,
        "coverage": covered,
    }


def _coverage(rehearsed: Rehearsed, coverage: Coverage) -> dict[str, Any]:
    return {
        "runbook": rehearsed.runbook,
        "points": len(coverage.points),
        "reached": coverage.reached,
        "missing": [{"step": point.step, "what": point.what} for point in coverage.missing],
    }


def _cases(rehearsed: Rehearsed) -> list[dict[str, Any]]:
    """The cases of a file; one without a name where it cannot be played."""
    told: list[dict[str, Any]] = [
        {
            "runbook": rehearsed.runbook,
            "case": result.case,
            "ok": result.ok,
            "failures": [str(problem) for problem in result.failures],
            "duration": result.duration,
        }
        for result in rehearsed.results
    ]
    if rehearsed.problems:
        failures = [str(problem) for problem in rehearsed.problems]
        told.append(
            {
                "runbook": rehearsed.runbook,
                "case": "",
                "ok": False,
                "failures": failures,
                "duration": 0.0,
            }
        )
    return told


def _print(rehearsed: Sequence[Rehearsed], *, coverage: bool) -> None:
    from pup_tui.output.sanitize import safe_text

    for each in rehearsed:
        failed = [result for result in each.results if not result.ok]
        mark = "✔" if each.ok else "✖"
        number = len(each.results)
        told = f"{number} case{'s' * (number != 1)}"
        told += f", {len(failed)} failed" if failed else ""
        told += f", {each.left_out} only with --sandbox" if each.left_out else ""
        click.echo(safe_text(f"{mark} {each.runbook}: {told}"))
        for problem in each.problems:
            click.echo(f"    {safe_text(str(problem))}")
        for result in failed:
            click.echo(f"  ✖ {safe_text(result.case)}")
            for problem in result.failures:
                click.echo(f"    {safe_text(str(problem))}")
        if coverage and each.coverage is not None:
            _print_coverage(each.coverage)
    cases = [case for each in rehearsed for case in _cases(each)]
    passed = sum(case["ok"] for case in cases)
    took = sum(case["duration"] for case in cases)
    click.echo(f"{passed} passed, {len(cases) - passed} failed, in {took:.2f} s", err=True)


def _print_coverage(coverage: Coverage) -> None:
    click.echo(f"  {coverage.reached} of {len(coverage.points)} reached, {coverage.percent} %")
    for step, points in groupby(coverage.missing, key=lambda point: point.step):
        told = ", ".join(point.what for point in points)
        click.echo(f"    no case reaches: {step}: {told}")
