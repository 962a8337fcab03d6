"""`pack.yaml`: what a pack of runbooks says of itself."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final

from msgspec import Struct

from pup_tui.runbook import yaml
from pup_tui.runbook.keys import FilledName, Markdown, key
from pup_tui.runbook.nodes import Mapping, described, shown
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report
from pup_tui.runbook.shapes import ShapeCheck
from pup_tui.typed import convert

NAME_PATTERN: Final = "[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?"
VERSION_PATTERN: Final = r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}"
_NAME: Final = re.compile(NAME_PATTERN)
_VERSION: Final = re.compile(VERSION_PATTERN)


class Pack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file may say; nothing has to stand in it."""

    told_as: ClassVar[str] = "a pack"
    takes_notes: ClassVar[bool] = True

    name: Annotated[
        FilledName,
        key(
            "What the pack is called where an import names nothing else: small letters, digits, hyphens."
        ),
    ] = ""
    description: Annotated[Markdown, key("What the runbooks are for, and who keeps them.")] = ""
    profiles: Annotated[
        tuple[FilledName, ...],
        key("The profiles that it brings, each a file `profiles/NAME.yaml`."),
    ] = ()
    minimum_version: Annotated[
        FilledName, key("The oldest version of pup-tui that its runbooks need.", examples=("0.3",))
    ] = ""


class PackFile(Struct, frozen=True, kw_only=True):
    """A `pack.yaml` as it was read, and what is wrong with it; with any problem it says nothing."""

    said: Pack = Pack()
    problems: tuple[Problem, ...] = ()


def read_pack(data: bytes, path: str) -> PackFile:
    """Read a `pack.yaml`; `path` is what problems name it by."""
    tree, problems = yaml.parse(data, path)
    report = Report()
    for problem in problems:
        report.add(problem)
    if tree is not None and not isinstance(tree, Mapping):
        report.error(tree, f"a pack must be a map, not {described(tree)}")
    if not isinstance(tree, Mapping):
        return PackFile(problems=report.problems)
    built = ShapeCheck(report).struct(tree, Pack, ())
    _check(tree, report)
    if report.problems:
        return PackFile(problems=report.problems)
    return PackFile(said=convert(built, Pack))


def is_pack_name(name: str) -> bool:
    """Whether a pack can be called so."""
    return _NAME.fullmatch(name) is not None


def version_of(text: str) -> tuple[int, ...]:
    """The numbers of a version, for comparisons: `1.2` equals `1.2.0`. Raises ValueError."""
    if not _VERSION.fullmatch(text):
        raise ValueError("a version is numbers with dots, such as 1.2")
    numbers = [int(part) for part in text.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


def _check(tree: Mapping, report: Report) -> None:
    """What must hold beyond the types."""
    name = tree.get("name")
    text = tree.text("name")
    if name is not None and text and not is_pack_name(text):
        hint = "use small letters, digits and hyphens, at most 60"
        report.error(name, f"{shown(text)} cannot be the name of a pack", hint)
    version = tree.get("minimum_version")
    text = tree.text("minimum_version")
    if version is not None and text:
        try:
            version_of(text)
        except ValueError as error:
            report.error(version, f"{shown(text)} is no version", str(error))
