"""What is shown before somebody trusts something, as lines of text: foreign text in them is not made safe."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Final

from pup_tui.packs.about import about_pack
from pup_tui.packs.difference import Difference, difference
from pup_tui.packs.library import TrustSubject
from pup_tui.packs.told import ToldRunbook, shown_text, told_runbooks
from pup_tui.packs.told_integrations import ToldIntegration, told_integrations
from pup_tui.packs.tree import PackTree

INDENT: Final = "  "


def lines_to_trust(subject: TrustSubject) -> Iterator[str]:
    """All of a subject; where an earlier version is trusted, only what has changed since."""
    if subject.before is None:
        yield from _whole(subject)
    else:
        yield f"{subject.told} has changed since it was trusted:"
        yield ""
        found = difference(subject.before, subject.tree)
        yield from lines_of_difference(found)
        yield from _integrations(subject.tree, {file.path for file in found.files})
    yield line_of_hash(subject.tree)


def lines_of_difference(found: Difference) -> Iterator[str]:
    """What runbooks do otherwise, then the text of each file that is another one."""
    yield from lines_of_effects(found)
    for file in found.files:
        yield f"{file.how}: {file.path}"
        yield from _block("\n".join(file.lines), 1)
        yield ""


def lines_of_effects(found: Difference) -> Iterator[str]:
    """What runbooks do otherwise."""
    for runbook in found.runbooks:
        yield f"{runbook.id}:"
        yield from (f"{INDENT}{effect}" for effect in runbook.effects)
    if found.runbooks:
        yield ""


def line_of_hash(tree: PackTree) -> str:
    """The number of files, and the hash that stands for them."""
    files = "1 file" if len(tree.files) == 1 else f"{len(tree.files)} files"
    return f"{files}, hash {tree.hash}"


def _whole(subject: TrustSubject) -> Iterator[str]:
    only = [subject.runbook] if subject.runbook else None
    if only is None and (description := about_pack(subject.tree).description.strip()):
        yield from _block(description, 0)
        yield ""
    for told in told_runbooks(subject.tree, only):
        yield from _runbook(told)
        yield ""
    yield from _integrations(subject.tree)
    yield "what is trusted, file by file:"
    yield ""
    for path, file in subject.tree.files.items():
        yield f"file {path}" + (" (a program)" if file.executable else "")
        yield from _block(shown_text(file.data), 1)
        yield ""


def _runbook(told: ToldRunbook) -> Iterator[str]:
    yield f"{told.id} ({told.path})" + (f": {told.name}" if told.name != told.id else "")
    if told.error:
        yield f"{INDENT}what it does is not known: {told.error}"
        return
    counts = ", ".join(f"{number} × {effect}" for effect, number in told.effects.items())
    yield from _facts(
        ("steps", [counts]),
        ("programs", told.tools),
        ("hosts", told.hosts),
        ("secrets", told.secrets),
    )
    for command in told.commands:
        yield f"{INDENT}runs before its steps:"
        yield from _block(command, 2)
    if told.defaults:
        yield f"{INDENT}every step has:"
        for text in told.defaults:
            yield from _block(text, 2)
    for step in told.steps:
        yield f"{INDENT}{step.number}  {step.effect}  {step.kind}  {step.name}"
        for text in step.texts:
            yield from _block(text, 3)


def _integrations(tree: PackTree, only: Container[str] | None = None) -> Iterator[str]:
    for told in told_integrations(tree, only):
        yield from _integration(told)
        yield ""


def _integration(told: ToldIntegration) -> Iterator[str]:
    yield f"integration {told.name} ({told.path})" + (f": {told.title}" if told.title else "")
    if told.error:
        yield f"{INDENT}what it does is not known: {told.error}"
        return
    yield from _facts(
        ("actions", [f"{name} {effect}" for name, effect in told.actions]),
        ("runs before its steps", told.commands),
    )
    for sent in told.sent:
        what = f"the credential {sent.name}" if sent.is_secret else sent.name
        yield f"{INDENT}reads {what} (from {', '.join(sent.places)})"
        yield f"{INDENT * 2}and sends it to {'; '.join(sent.to) or 'nobody'}"


def _facts(*facts: tuple[str, Sequence[str]]) -> Iterator[str]:
    for name, values in facts:
        if any(values):
            yield f"{INDENT}{name}: {', '.join(values)}"


def _block(text: str, depth: int) -> Iterator[str]:
    """A foreign text, of which each line stands behind a bar: none can look like one of ours."""
    yield from (f"{INDENT * depth}│ {line}" for line in text.rstrip("\n").split("\n"))
