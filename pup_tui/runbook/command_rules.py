"""What must hold of the commands that give a variable's value and its choices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import replace

from pup_tui.runbook.nodes import Mapping, Node, Scalar, shown
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import RoleCheck
from pup_tui.runbook.shapes import Path, PlacedText
from pup_tui.runbook.sources import COMMAND
from pup_tui.template.value_command import is_subcommand


def check_commands(
    node: Mapping,
    path: Path,
    above: MappingOf[str, Node],
    is_known: Callable[[str], bool],
    roles: RoleCheck,
    report: Report,
) -> None:
    """Report what is wrong with the commands of the variable at `path`.

    They see the variables `above` and what `is_known`. The names in `choices_from` are judged where every
    text of the file is.
    """
    source = node.get("from")
    if isinstance(source, Scalar) and source.text.startswith(COMMAND):
        command = replace(source, text=source.text.removeprefix(COMMAND).strip())
        used = roles.check(PlacedText("shell", (*path, "from"), command))
        for name in sorted(used.names.difference(above)) if used is not None else ():
            if not is_known(name):
                hint = report.suggest(name, above) or "only the variables above it are known here"
                told = f"{shown(name)} is not known here"
                report.error_in(source, told, hint, fragment=name)
    for command in _commands(node):
        if is_subcommand(command.text):
            _check_arguments(PlacedText("arguments", path, command), above, roles, report)


def _check_arguments(
    placed: PlacedText, above: MappingOf[str, Node], roles: RoleCheck, report: Report
) -> None:
    """Report secrets in an argument list: others could read them there."""
    used = roles.check(placed)
    for name in sorted(used.names.intersection(above)) if used is not None else ():
        variable = above[name]
        if isinstance(variable, Mapping) and variable.text("type") == "secret":
            told = f"{shown(name)} is a secret and may not stand in an argument list"
            report.error_in(placed.node, told, "others can read it there", fragment=name)


def _commands(node: Mapping) -> Iterator[Scalar]:
    source, choices = node.get("from"), node.get("choices_from")
    if isinstance(choices, Mapping):
        choices = choices.get("run")
    if isinstance(source, Scalar) and source.text.startswith(COMMAND):
        yield replace(source, text=source.text.removeprefix(COMMAND).strip())
    if isinstance(choices, Scalar):
        yield choices
