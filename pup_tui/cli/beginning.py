"""`pup-tui new NAME`: asks what a new runbook is about, writes it, and opens it in an editor."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.wiring import open_catalog
from pup_tui.headless.exits import USAGE

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.settings.settings import Settings


def begin(
    settings: Settings,
    name: str,
    output: Path | None,
    type_: str | None,
    service: str | None,
    picked: Sequence[str],
    *,
    edit: bool,
) -> int:
    """Write a new runbook, and judge it when the editor has closed. Off a terminal nothing is asked."""
    from pup_tui.convert.beginning import USUAL, beginning, picks, why_no_name

    name = name.removesuffix(".yaml")
    if why := why_no_name(name):
        raise Failure("the runbook cannot be called so", name, why)
    catalog = open_catalog(settings)
    path = _path(catalog, name, output)
    if path.exists():
        raise Failure("there is a file already", str(path), "choose another name, or -o FILE")
    can_pick = picks(catalog.templates_beside(path.parent))
    for each in picked:
        if each not in can_pick:
            raise Failure(
                "there is no such step to begin from", each, f"one of {', '.join(can_pick)}"
            )
    if _is_asked():
        type_ = _asked("Type, such as incident, deployment or maintenance", type_)
        service = _asked("Service that it is about (nothing for none)", service)
        picked = picked or _picked(can_pick)
    text = beginning(name, type_=type_ or "", service=service or "", picked=picked or USUAL)
    _write(path, text)
    if edit and _is_asked():
        return _edited(settings, catalog, path)
    return _judged(settings, catalog, path)


def _is_asked() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _path(catalog: Catalog, name: str, output: Path | None) -> Path:
    if output is not None:
        return output / f"{name}.yaml" if output.is_dir() else output
    folder = catalog.own_folder()
    if folder is None:
        todo = "name a file with -o, or start with --runbooks DIR"
        raise Failure("there is no folder for runbooks of your own", "", todo)
    return folder / f"{name}.yaml"


def _asked(question: str, given: str | None) -> str:
    from pup_tui.cli.asking import prompt

    return given if given is not None else str(prompt(question, default="", show_default=False))


def _picked(can_pick: Sequence[str]) -> list[str]:
    """Which steps are picked: their numbers or names, asked for until all of them are there."""
    from pup_tui.cli.asking import prompt
    from pup_tui.convert.beginning import PARTS, USUAL
    from pup_tui.output.sanitize import safe_text

    for number, each in enumerate(can_pick, 1):
        about = PARTS[each][0] if each in PARTS else "a file of _templates"
        tell(f"  {number:2}  {safe_text(each):12}  {about}")
    while True:
        said = str(prompt("Steps, by number or name, in their order", default=" ".join(USUAL)))
        words = [each.strip() for each in (said.split(",") if "," in said else said.split())]
        found = [
            can_pick[int(w) - 1] if w.isdigit() and 0 < int(w) <= len(can_pick) else w
            for w in words
            if w
        ]
        missing = [each for each in found if each not in can_pick]
        if not missing and found:
            return found
        tell(f"pup-tui: there is no such step: {', '.join(missing) or 'nothing is named'}")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Failure("there is a file already", str(path), "choose another name") from error
    tell(f"pup-tui: written: {path}")


def _edited(settings: Settings, catalog: Catalog, path: Path) -> int:
    """Open the editor, and again for as long as something is wrong and the operator wants to mend it."""
    from pup_tui.cli.asking import confirm

    while True:
        click.edit(filename=str(path), editor=settings.editor)
        code = _judged(settings, catalog, path)
        if code == 0 or not confirm("Open it again?", default=True):
            return code


def _judged(settings: Settings, catalog: Catalog, path: Path) -> int:
    """Tell every error and warning of the file."""
    from pup_tui.drivers.tools import is_command

    is_installed = partial(is_command, environ=settings.environ, cwd=settings.cwd)
    loaded = catalog.lint(path, is_installed)
    for problem in loaded.errors:
        tell(f"error: {problem}")
    for problem in loaded.warnings:
        tell(f"warning: {problem} [{problem.code}]")
    if not loaded.errors:
        tell(f"pup-tui: {path} is valid; `pup-tui plan {path}` shows what it would do")
    return USAGE if loaded.errors else 0
