"""Which steps of a run only look, from its beginning on: what can be run for a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct, field

from pup_tui.core.events import LeftOutSteps
from pup_tui.core.ids import upwards
from pup_tui.core.program import Node, Program
from pup_tui.runbook.model import GroupStep, ShellStep, WaitStep

_BEFORE = "it stands behind the first step that does more than look"


class Looking(Struct):
    """What is run for a plan: all but the steps that are left `out`, each with the reason.

    `shells` are the steps in it that run scripts. `until` is the first step that is not run although it would
    have its turn, blank where all are, and `why` it is not.
    """

    out: dict[str, str] = field(default_factory=dict)
    shells: list[str] = field(default_factory=list)
    until: str = ""
    why: str = ""

    @property
    def left_out(self) -> LeftOutSteps:
        """What a run that only looks leaves out."""
        return LeftOutSteps(
            {step: f"only a look for a plan: {why}" for step, why in self.out.items()}
        )

    def runs_any(self, program: Program) -> bool:
        """Whether any step is run."""
        return any(each not in self.out for each in program.inside[""])

    def end(self, node: Node, why: str) -> None:
        self.until, self.why = node.id, why
        self.out[node.id] = why


def looking(program: Program, changing: Collection[str], *, scripts: bool = True) -> Looking:
    """What of a program only looks, up to the first step that does more; steps in `changing` may.

    Questions end it too: nobody has said yes to what stands behind them. Waits, what is done after failures
    and at the end are left out. Without `scripts` it ends before the first step that runs one.
    """
    found = Looking()
    _walk(program, program.inside[""], frozenset(changing), found, scripts=scripts)
    for node in program.nodes:
        if node.deferred and all(each not in found.out for each in upwards(node.id)):
            found.out[node.id] = "a plan needs no cleanup"
    return found


def _walk(
    program: Program,
    steps: Collection[str],
    changing: frozenset[str],
    found: Looking,
    *,
    scripts: bool,
) -> None:
    for node in map(program.node, steps):
        if found.until:
            found.out[node.id] = _BEFORE
        elif node.step.when == "on_failure":
            found.out[node.id] = "it is there for failures"
        elif isinstance(node.step, WaitStep):
            found.out[node.id] = "a plan waits for nothing"
        elif why := _why_not([node], changing, scripts=scripts):
            found.end(node, why)
        elif why := _why_not(_all_in(program, node), changing, scripts=scripts):
            if _is_plain(node):
                _walk(program, program.inside[node.id], changing, found, scripts=scripts)
            else:
                found.end(node, why)
        else:
            inside = _all_in(program, node)
            found.shells += [each.id for each in inside if isinstance(each.step, ShellStep)]


def _all_in(program: Program, node: Node) -> Iterator[Node]:
    """A step and all that is inside it."""
    yield node
    yield from (program.by_id[inner] for inner in program.within.get(node.id, ()))


def _why_not(nodes: Iterable[Node], changing: frozenset[str], *, scripts: bool) -> str:
    """Why steps are not run for a plan; blank where they only look."""
    for each in nodes:
        if each.id in changing:
            return "it may change something"
        if each.step.is_question or each.step.asks_beside or each.asks_first:
            return "it asks somebody"
        if isinstance(each.step, ShellStep) and not scripts:
            return "it runs a script, and nobody has agreed to that"
    return ""


def _is_plain(node: Node) -> bool:
    """Whether a block only names the steps in it, so that a part of them can be run."""
    step = node.step
    only_names = isinstance(step, GroupStep) and step.calls is None
    return only_names and step.foreach is None and step.poll is None and step.retry is None
