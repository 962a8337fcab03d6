"""The programs that a runbook requires: which versions of them will do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.nodes import Mapping, Scalar, YamlNode, shown
from pup_tui.runbook.report import Report
from pup_tui.template.errors import TemplateError
from pup_tui.template.text import compile_text

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

MAX_REQUIRED = 100
"""Programs that one runbook requires: each may be a process that a run waits for."""
_TOOL = late_pattern(r"(?!-)[^\s\x00-\x1f\x7f]{1,200}\Z")
"""The name of a program, which is no option wherever it stands."""
_VERSION = late_pattern(r"[=^~]*\s*v?([0-9]+(?:\.[0-9]+)*)\s*\Z", re.IGNORECASE)
"""A version without a comparison, or with one of other notations."""


def versions_of(text: str) -> SpecifierSet:
    """The versions that a text allows, in the notation of Python packages (PEP 440); any where it is blank.

    Raises ValueError with a hint.
    """
    # Late: it takes longer to import than a small runbook does to load, and few runbooks require anything.
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        plain = _VERSION.match(text.strip())
        hint = (
            f'write ">={plain[1]}" or "=={plain[1]}.*"'
            if plain
            else 'for example ">=1.28" or ">=2,<3"'
        )
        raise ValueError(hint) from None


def check_required(node: YamlNode | None, report: Report) -> None:
    """Report what is wrong with `requires` beyond the types of its keys."""
    if not isinstance(node, Mapping):
        return
    if len(node.entries) > MAX_REQUIRED:
        report.error(node, f"`requires` has more than {MAX_REQUIRED} programs")
        return
    for name, entry in node.entries.items():
        if not _TOOL.match(name) or "{{" in name:
            hint = "its name as on PATH, or its path, without blanks"
            report.error(entry.key, f"{shown(name)} cannot be the name of a program", hint)
        needed = entry.value
        if isinstance(needed, Scalar):
            _check_versions(needed, report)
        elif isinstance(needed, Mapping):
            version, command = needed.get("version"), needed.get("command")
            if isinstance(version, Scalar) and not version.is_null:
                _check_versions(version, report)
            if isinstance(command, Scalar) and not command.is_null:
                _check_command(command, report)
                if not isinstance(version, Scalar) or not version.text.strip():
                    told = "`command` prints a version, and `version` does not say which will do"
                    report.error(
                        needed.entries["command"].key, told, "add `version`, or leave it out"
                    )


def _check_versions(node: Scalar, report: Report) -> None:
    if node.is_null:
        return
    try:
        versions_of(node.text)
    except ValueError as error:
        told = f"{shown(node.text)} does not say which versions will do"
        report.error(node, told, str(error))


def _check_command(node: Scalar, report: Report) -> None:
    """Nothing is put into the command: it runs before a run has any values."""
    if "{{" not in node.text and "{%" not in node.text:
        return
    try:
        used = bool(compile_text(node.text).outputs)
    except TemplateError as error:
        report.error_in(
            node, error.message, error.hint or "", line=error.line, fragment=error.expression or ""
        )
        return
    if used:
        told = "a `command` under `requires` holds no values: it runs before the run has any"
        report.error(node, told, "write it out")
