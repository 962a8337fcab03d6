"""What must hold of steps that run on another computer, by what they and all around them say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pup_tui.runbook.model import HostedStep, RunbookStep
from pup_tui.runbook.nodes import Mapping, OutOfRange, Scalar, YamlNode, scalars_of
from pup_tui.runbook.nodes import Sequence as YamlSequence
from pup_tui.runbook.report import Report
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.errors import TemplateError
from pup_tui.template.host import render_host
from pup_tui.template.text import Text, compile_text

HOST: Final = "host"
_OF_A_HOST: Final = ("user", "port", "become")
_OF_THIS_COMPUTER: Final = ("tty", "interactive")
_UNSURE: Final = frozenset({"if", "optional"})
"""Keys that may keep a step from its turn."""
_AT_HOME: Final = "leave it out, or write `host: null` for the step to run on this computer"


def host_at(step: StepDraft, defaults: YamlNode | None) -> YamlNode | None:
    """Where the host of a step is named: by itself, by what stands around it, or by `defaults`; else None.

    The nearest word wins, and null says that it is this computer.
    """
    for each in step.lineage():
        if (entry := each.node.entries.get(HOST)) is not None:
            return None if entry.value.is_null else entry.value
    return defaults.get(HOST) if isinstance(defaults, Mapping) else None


def _check_items(step: StepDraft, report: Report) -> None:
    """Report the items of a list in the file that cannot be the host that a step makes of them.

    Where an `if` or `optional` may keep the step from its turn, the run tells.
    """
    written = step.node.get(HOST)
    if not isinstance(written, Scalar):
        return
    try:
        text = compile_text(written.text)
    except TemplateError:
        return
    names = text.all_names
    for loop in step.lineage():
        if loop.frame is not step.frame or loop.node.entries.keys() & _UNSURE:
            return
        if loop.loops and names == {loop.item}:
            foreach = loop.node.get("foreach")
            for item in foreach.items if isinstance(foreach, YamlSequence) else ():
                _check_item(item, loop.item, text, report)
            return


def _check_item(item: YamlNode, name: str, text: Text, report: Report) -> None:
    if any("{" in scalar.text for scalar in scalars_of(item)):
        return
    try:
        host = render_host(text, {name: _as_data(item)})
    except OutOfRange:
        return
    except TemplateError as error:
        report.error(item, error.message, error.hint or "")
        return
    if not host:
        report.error(item, "the host is empty", _AT_HOME)


def _as_data(node: YamlNode) -> Any:
    """What stands in the file, as the item that it gives. Raises OutOfRange."""
    if isinstance(node, Mapping):
        return {key: _as_data(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, YamlSequence):
        return [_as_data(each) for each in node.items]
    assert isinstance(node, Scalar)
    return node.typed


def check_hosts(steps: Sequence[StepDraft], defaults: YamlNode | None, report: Report) -> None:
    """Report what a host does not allow, and what is said of a host that nobody names."""
    holding: set[int] = set()
    for step in steps:
        if host_at(step, defaults) is not None:
            holding |= {id(each) for each in step.lineage()}
            _check_on_host(step, report)
            _check_items(step, report)
    for step in steps:
        if step.kind is None or not issubclass(step.kind, HostedStep) or id(step) in holding:
            continue
        for key in _OF_A_HOST:
            if step.node.get(key) is not None:
                told = f"`{key}` says something of a `host`, and there is none"
                report.error(step.node.entries[key].key, told, "name the host, or leave it out")


def _check_on_host(step: StepDraft, report: Report) -> None:
    if step.kind is None or not issubclass(step.kind, HostedStep):
        return
    for key in _OF_THIS_COMPUTER:
        if step.node.truth(key):
            told = f"`{key}` is refused on a host: its script has no terminal there"
            report.error(step.node.entries[key].key, told, _AT_HOME)


def refuse_interactive(step: StepDraft, defaults: YamlNode | None, report: Report) -> None:
    """Report a step on a host that calls a runbook with an interactive step, which would run there."""
    if step.kind is RunbookStep and host_at(step, defaults) is not None:
        told = "the runbook has an interactive step, which is refused on a host"
        report.error(
            step.node.entries["runbook"].key, told, "call it outside of the group with the host"
        )
