"""The runbooks that are installed: which are broken, which programs they lack, which of their steps fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from pup_tui.cli.failure import named
from pup_tui.cli.health.diagnosis import Diagnosis

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.core.program import Node, Program
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Step
    from pup_tui.settings.settings import Settings

WHAT = "runbooks"


class Installed(Struct, frozen=True):
    """A runbook that is there, with what was found in it; one that is broken has no program."""

    entry: Entry
    loaded: Loaded
    program: Program | None

    @property
    def nodes(self) -> Iterator[Node]:
        """Its steps, nested ones and those that take others back too, without blocks."""
        nodes = self.program.by_id.values() if self.program is not None else ()
        return (node for node in nodes if not node.step.is_block)

    @property
    def is_needed(self) -> bool:
        """Whether it asks Datadog, and somebody has put it there."""
        if self.entry.origin == "bundled":
            return False
        return any(node.step.asks_datadog for node in self.nodes)


def installed(settings: Settings, catalog: Catalog) -> list[Installed]:
    """What could be run: not what another runbook shadows, nor what merely lies in the working directory."""
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.tools import is_command

    is_installed = partial(is_command, environ=settings.environ, cwd=settings.cwd)
    found = []
    for entry in catalog.first_look():
        if entry.trusted and not entry.shadowed:
            loaded = catalog.lint(entry.path, is_installed)
            runbook = loaded.runbook
            program = None if runbook is None else compile_program(loaded.id, runbook)
            found.append(Installed(entry, loaded, program))
    return found


def runbooks(catalog: Catalog, found: Collection[Installed]) -> Iterator[Diagnosis]:
    """Folders that cannot be read, files that cannot be run, and programs that are not there."""
    for error in catalog.closed_folders():
        told = f"{error.message}: {error.path}"
        yield Diagnosis(what=WHAT, subject="folder", state="problem", detail=told, hint=error.hint)
    for error in catalog.missed_folders():
        told = f"{error.message}: {error.path}"
        hint = "make it, or take it out of the variable"
        yield Diagnosis(what=WHAT, subject="folder", state="warning", detail=told, hint=hint)
    broken = [each for each in found if each.program is None]
    total = f"{len(found)} installed"
    yield Diagnosis(what=WHAT, subject="installed", detail=total)
    for each in broken:
        first = each.loaded.errors[0]
        yield Diagnosis(
            what=WHAT,
            subject=each.entry.id,
            state="problem",
            detail=str(first),
            hint=f"`pup-tui validate {each.entry.id}` tells all",
        )
    missing: dict[str, list[str]] = defaultdict(list)
    for each in found:
        for warning in each.loaded.warnings:
            if warning.code == "missing-tool":
                missing[warning.message].append(f"{each.entry.id}:{warning.line}")
    for told, where in sorted(missing.items()):
        yield Diagnosis(
            what=WHAT,
            subject="tool",
            state="warning",
            detail=f"{told} ({named(where)})",
            hint="install it, or put it on PATH",
        )
    if not missing:
        yield Diagnosis(what=WHAT, subject="tools", detail="all that scripts begin with are there")


def refused(
    found: Collection[Installed],
    *,
    read_only: bool,
    has_program: Callable[[str], bool],
    lacking: Collection[str],
    refuses: Callable[[Step, Mapping[str, str]], str],
) -> Iterator[Diagnosis]:
    """The steps that would fail as things are.

    `has_program` tells whether `pup`, or an extension of it, may be used and is there; `lacking` are the
    permissions that the credentials do not have. `refuses` tells why a step cannot run with its `env`.
    """
    from pup_tui.catalog.effects import may_change, program_needed, subcommand_of
    from pup_tui.datadog.arguments import match_rows, split_globals
    from pup_tui.datadog.permissions import permission_for
    from pup_tui.runbook.model import WorkflowStep
    from pup_tui.runbook.pup_words import spelled

    needing: dict[str, list[str]] = defaultdict(list)
    forbidden: dict[str, list[str]] = defaultdict(list)
    unusable = [*_unusable(found, refuses)]
    changing: list[str] = []
    for each in found:
        if each.program is None:
            continue
        for node in each.nodes:
            where = f"{each.entry.id}/{node.id}"
            source = subcommand_of(node.step)
            words = spelled(source) if source else []
            if source and (program := program_needed(node.step)) and not has_program(program):
                subcommand = split_globals(words)[1]
                needing[program].append(f"{where} ({' '.join(subcommand[:3])})")
            needed = permission_for(match_rows(words)[0]) if source else ""
            if isinstance(node.step, WorkflowStep):
                needed = permission_for("workflows run")
            if needed in lacking:
                forbidden[needed].append(where)
        barred = may_change(each.program, is_believed=each.loaded.is_believed)
        changing += [f"{each.entry.id}/{id_}" for id_ in barred]
    for program, steps in sorted(needing.items()):
        yield _steps(
            steps, f"need `{program}`, which is not there", "install it, or set PUP_TUI_PUP=auto"
        )
    for permission, steps in sorted(forbidden.items()):
        yield _steps(
            steps,
            f"need the permission {permission}, which the credentials lack",
            "give it to the application key, or to its owner's role",
        )
    yield from unusable
    if read_only and changing:
        yield _steps(
            changing,
            "may change something, and the mode is read-only",
            "leave the mode where they are to run; `pup-tui config` tells what chose it",
        )
    if not needing and not forbidden and not unusable and not (read_only and changing):
        yield Diagnosis(what=WHAT, subject="refused", detail="as far as is known, no step would be")


def _unusable(
    found: Collection[Installed], refuses: Callable[[Step, Mapping[str, str]], str]
) -> Iterator[Diagnosis]:
    from pup_tui.catalog.effects import written_env

    steps: dict[str, list[str]] = defaultdict(list)
    for each in found:
        for node in each.nodes:
            if each.program and (why := refuses(node.step, written_env(each.program, node))):
                steps[why].append(f"{each.entry.id}/{node.id}")
    for why, named_steps in sorted(steps.items()):
        yield _steps(named_steps, "cannot run with their `env`", why)


def _steps(steps: list[str], why: str, hint: str = "") -> Diagnosis:
    number = "1 step" if len(steps) == 1 else f"{len(steps)} steps"
    told = f"{number} would be refused: they {why}: {named(steps)}"
    return Diagnosis(what=WHAT, subject="refused", state="warning", detail=told, hint=hint)
