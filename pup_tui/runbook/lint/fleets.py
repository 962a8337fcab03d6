"""Warnings about steps that change many hosts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pup_tui.runbook.hosts import host_at
from pup_tui.runbook.lint.subject import Finding, Subject
from pup_tui.runbook.nodes import Mapping, Sequence
from pup_tui.runbook.steps import StepDraft

FEW: Final = 20
"""Hosts of a list that nobody has to look at the first of."""

_NONE = frozenset({"0", "0%"})


def fleet_without_canary(subject: Subject) -> Iterator[Finding]:
    """What goes wrong on the first of many hosts has gone wrong on others before anybody sees it."""
    hint = "add `canary: 1`, and `canary_confirm: false` where nobody is to be asked"
    for loop in subject.steps:
        given = loop.node.get("foreach")
        many = isinstance(given, Sequence) and len(given.items) > FEW
        if not (many or isinstance(given, Mapping)) or loop.node.get("canary") is not None:
            continue
        if _begins_others(loop) and any(_changes_hosts(each, loop) for each in subject.steps):
            number = f"{len(given.items)} hosts" if isinstance(given, Sequence) else "many hosts"
            told = f"this may change {number} before anybody sees how the first of them fares"
            yield Finding(loop.node.entries["foreach"].key, told, hint)


def _begins_others(loop: StepDraft) -> bool:
    """Whether other items may begin before the first has ended, or although it failed."""
    beside = loop.node.text("max_parallel") or "1"
    side_by_side = beside != "1" and not (loop.kind is not None and loop.kind.side_by_side)
    errors = (loop.node.text("max_errors") or "0").strip()
    return side_by_side or bool(loop.node.truth("keep_going")) or errors not in _NONE


def _changes_hosts(step: StepDraft, loop: StepDraft) -> bool:
    """Whether a step of a loop runs on a host, and does not say that it only looks."""
    kind = step.kind
    if loop not in step.lineage() or kind is None or kind.is_block or kind.is_question:
        return False
    # A host that all the runbook runs on is one, however many items there are.
    on_host = host_at(step, None) is not None
    return on_host and kind.mutates is not False and not step.node.truth("read_only")
