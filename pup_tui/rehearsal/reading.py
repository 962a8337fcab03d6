"""Reads files of rehearsals with the care that runbooks are read with: every wrong key, with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from pup_tui.place_errors import place_error
from pup_tui.rehearsal.model import DIGEST_LENGTH, Case, RecordedAnswer, Rehearsals
from pup_tui.runbook import yaml
from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode, described
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report
from pup_tui.runbook.shapes import ShapeCheck
from pup_tui.template.duration import DurationError, parse_duration
from pup_tui.typed import convert

_STATUSES = range(100, 600)
_HEX = frozenset("0123456789abcdef")
_HTTP_KEYS = ("status", "headers")


class PlacedAnswer(Struct, frozen=True):
    """An answer, where it stands, and how many seconds its attempt takes."""

    said: RecordedAnswer
    node: Mapping
    takes: float


class PlacedCase(Struct, frozen=True):
    """A case and where it stands."""

    said: Case
    node: Mapping
    answers: tuple[PlacedAnswer, ...]

    def at(self, *keys: str) -> YamlNode:
        """What some keys lead to, or the nearest that there is around it."""
        node: YamlNode = self.node
        for name in keys:
            inner = node.get(name) if isinstance(node, Mapping) else None
            if inner is None:
                break
            node = inner
        return node


class RehearsalFile(Struct, frozen=True):
    """The cases of a file in their order, and what is wrong with it; with any problem there are none."""

    path: Path
    cases: tuple[PlacedCase, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_rehearsals(path: Path) -> RehearsalFile:
    """Read a file of rehearsals."""
    try:
        data = read_file(path)
    except (OSError, Unreadable) as error:
        why = place_error(error, path).message if isinstance(error, OSError) else str(error)
        told = f"the rehearsals cannot be read: {why}"
        return RehearsalFile(path, problems=(Problem(path=str(path), message=told, whole=True),))
    return parse_rehearsals(path, data)


def parse_rehearsals(path: Path, data: bytes) -> RehearsalFile:
    """The same of a text that is at hand; `path` is only named in problems."""
    report = Report()
    tree, problems = yaml.parse(data, str(path))
    for problem in problems:
        report.add(problem)
    if tree is not None and not isinstance(tree, Mapping):
        told = f"a file of rehearsals must be a map, not {described(tree)}"
        report.error(tree, told, "write `cases:` and below it one `- name: …` for each")
    if not isinstance(tree, Mapping):
        return RehearsalFile(path, problems=report.problems)
    if "cases" not in tree.entries:
        hint = "write `cases:` and below it one `- name: …` for each"
        report.error(tree, "a file of rehearsals has no `cases`", hint)
        return RehearsalFile(path, problems=report.problems)
    built = ShapeCheck(report).struct(tree, Rehearsals, ())
    nodes = [node for node in _items(tree, "cases") if isinstance(node, Mapping)]
    takes = [[_check_answer(node, report) for node in _items(case, "answers")] for case in nodes]
    _check_names(nodes, report)
    if report.has_errors:
        return RehearsalFile(path, problems=report.problems)
    said = convert(_without_notes(built), Rehearsals)
    return RehearsalFile(path, tuple(map(_placed, said.cases, nodes, takes)), report.problems)


def _placed(case: Case, node: Mapping, takes: list[float]) -> PlacedCase:
    given = [each for each in _items(node, "answers") if isinstance(each, Mapping)]
    answers = map(PlacedAnswer, case.answers, given, takes)
    return PlacedCase(case, node, tuple(answers))


def _without_notes(built: Any) -> dict[str, Any]:
    return {name: value for name, value in built.items() if name in Rehearsals.__struct_fields__}


def _items(node: YamlNode, name: str) -> list[YamlNode]:
    found = node.get(name) if isinstance(node, Mapping) else None
    return found.items if isinstance(found, Sequence) else []


def _check_names(cases: list[Mapping], report: Report) -> None:
    """Report a second case of the same name: results are told by it."""
    seen: set[str] = set()
    for case in cases:
        name = case.text("name")
        if name is None:
            continue
        if name in seen:
            report.error(case.entries["name"].value, f"there is a case `{name}` already")
        seen.add(name)


def _check_answer(node: YamlNode, report: Report) -> float:
    """Report what is wrong with an answer beside its shape; how many seconds its attempt takes."""
    if not isinstance(node, Mapping):
        return 0.0
    if node.get("sent") is None and node.get("digest") is None:
        hint = "write `sent:` with the command as the plan shows it, `*` for what varies"
        report.error(node, "an answer says neither `sent` nor `digest`", hint)
    _check_number(node, "attempt", range(1, 1_000_001), "a number from 1", report)
    _check_number(node, "status", _STATUSES, "an HTTP status from 100 to 599", report)
    digest = node.get("digest")
    if isinstance(digest, Scalar) and (
        len(digest.text) != DIGEST_LENGTH or not _HEX.issuperset(digest.text)
    ):
        told = f"`digest` must have {DIGEST_LENGTH} digits from 0 to f"
        report.error(digest, told, "it is written by `pup-tui run --record`; by hand write `sent`")
    if node.get("error") is not None:
        for name in ("exit_code", *_HTTP_KEYS, "body"):
            if name in node.entries:
                told = f"an answer with an `error` has no `{name}`"
                report.error(node.entries[name].key, told, "leave one of them out")
    elif node.truth("unreachable"):
        told = "an answer that is `unreachable` has an `error`, which says why"
        report.error(node.entries["unreachable"].key, told)
    takes = node.get("takes")
    if not isinstance(takes, Scalar) or takes.text in ("0", "0s"):
        return 0.0
    try:
        return parse_duration(takes.text)
    except DurationError as error:
        report.error(takes, str(error))
        return 0.0


def _check_number(node: Mapping, name: str, among: range, wanted: str, report: Report) -> None:
    value = node.get(name)
    if (
        isinstance(value, Scalar)
        and value.text.lstrip("-").isdigit()
        and int(value.text) not in among
    ):
        report.error(value, f"`{name}` must be {wanted}")
