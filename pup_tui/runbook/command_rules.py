"""What must hold of the command behind `from: command:`, which is a text of its own."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import replace

from pup_tui.runbook.nodes import Mapping, Scalar, YamlNode, shown
from pup_tui.runbook.report import Report
from pup_tui.runbook.role_check import RoleCheck
from pup_tui.runbook.roles import Role
from pup_tui.runbook.secret_names import report_exposure
from pup_tui.runbook.shapes import Path, PlacedText
from pup_tui.runbook.sources import COMMAND


def check_source_command(
    node: Mapping,
    path: Path,
    above: MappingOf[str, YamlNode],
    is_known: Callable[[str], bool],
    secrets: frozenset[str],
    roles: RoleCheck,
    report: Report,
) -> None:
    """Report what is wrong with the command that gives the variable at `path` its value.

    It sees the variables `above` and what `is_known`, of which some are `secrets`.
    """
    source = node.get("from")
    if not isinstance(source, Scalar) or not source.text.startswith(COMMAND):
        return
    command = replace(source, text=source.text.removeprefix(COMMAND).strip())
    used = roles.check(PlacedText(Role.VALUE_COMMAND, (*path, "from"), command))
    if used is None:
        return
    for name in sorted(used.names.difference(above)):
        if not is_known(name):
            hint = report.suggest(name, above) or "only the variables above it are known here"
            report.error_in(source, f"{shown(name)} is not known here", hint, fragment=name)
    report_exposure(PlacedText(Role.VALUE_COMMAND, (*path, "from"), command), secrets, report)
