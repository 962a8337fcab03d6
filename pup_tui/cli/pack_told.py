"""Packs as the command line shows them before anybody trusts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.packs.difference import Difference
    from pup_tui.packs.library import TrustSubject
    from pup_tui.packs.told import ToldRunbook
    from pup_tui.packs.tree import PackTree

INDENT = "  "


def print_subject(subject: TrustSubject) -> None:
    """All that would be trusted: each runbook with what it does, and every script in full."""
    from pup_tui.packs.told import shown_text, told_runbooks, whole_files

    only = [subject.runbook] if subject.runbook else None
    for told in told_runbooks(subject.tree, only):
        _print_runbook(told)
    for path in whole_files(subject.tree):
        _line(f"file {path}")
        _block(shown_text(subject.tree.files[path].data), 1)
        click.echo()
    print_hash(subject.tree)


def print_difference(found: Difference) -> None:
    """What has changed: what runbooks do otherwise, then the text of each file that is another one."""
    for runbook in found.runbooks:
        _line(f"{runbook.id}:")
        for effect in runbook.effects:
            _line(f"{INDENT}{effect}")
    if found.runbooks:
        click.echo()
    for file in found.files:
        _line(f"{file.how}: {file.path}")
        _block("\n".join(file.lines), 1)
        click.echo()


def print_hash(tree: PackTree) -> None:
    """The number of files, and the hash that stands for them."""
    files = "1 file" if len(tree.files) == 1 else f"{len(tree.files)} files"
    _line(f"{files}, hash {tree.hash}")


def _print_runbook(told: ToldRunbook) -> None:
    _line(f"{told.id} ({told.path})" + (f": {told.name}" if told.name != told.id else ""))
    if told.error:
        _line(f"{INDENT}it cannot be run: {told.error}")
        click.echo()
        return
    counts = ", ".join(f"{number} × {effect}" for effect, number in told.effects.items())
    _facts(
        ("steps", [counts]),
        ("programs", told.tools),
        ("hosts", told.hosts),
        ("secrets", told.secrets),
    )
    for command in told.commands:
        _line(f"{INDENT}runs for values:")
        _block(command, 2)
    for step in told.steps:
        _line(f"{INDENT}{step.number}  {step.effect}  {step.kind}  {step.name}")
        for text in step.texts:
            _block(text, 3)
    click.echo()


def _facts(*facts: tuple[str, Sequence[str]]) -> None:
    for name, values in facts:
        if any(values):
            _line(f"{INDENT}{name}: {', '.join(values)}")


def _line(text: str) -> None:
    click.echo(safe_text(text))


def _block(text: str, depth: int) -> None:
    """A foreign text, of which each line stands behind a bar: none can look like one of ours."""
    for line in text.rstrip("\n").split("\n"):
        click.echo(f"{INDENT * depth}│ {safe_text(line)}")
