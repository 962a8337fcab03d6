"""Which names may stand where: a name that can never mean anything is an error before a run begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from pup_tui.runbook.model import Runbook
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.report import Report, listed
from pup_tui.runbook.roles import Uses
from pup_tui.runbook.shapes import Path, PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.runbook.texts import texts_of
from pup_tui.template.condition import parse_condition
from pup_tui.template.expression import compile_expression
from pup_tui.template.text import compile_text

ALWAYS = frozenset({"steps", "run"})
"""Names that every template knows."""

ATTEMPT_NAMES = frozenset(
    [
        "output",
        "stderr",
        "json",
        "lines",
        "exit_code",
        "status_code",
        "headers",
        "value",
        "status",
        "attempt",
        "elapsed",
    ]
)
"""What an attempt tells about itself, in `until`, `fail_if`, `assert` and `capture`."""

STEP_FIELDS = frozenset(
    ["output", "json", "lines", "exit_code", "status", "status_code", "headers", "duration"]
)
"""What `steps.ID` has."""

_ABOVE = "a default may use only the variables above it"
_JUDGES_ATTEMPT = (("assert",), ("capture",), ("poll", "until"), ("poll", "fail_if"))


class Scope:
    """The names of a runbook. `is_open` where some of them could not be found out."""

    def __init__(
        self,
        variables: Collection[str],
        steps: list[StepDraft],
        report: Report,
        *,
        is_open: bool = False,
    ) -> None:
        self._variables = frozenset(variables)
        self._report = report
        self._steps = {step.id: step for step in steps}
        self._makers: dict[str, StepDraft] = {}
        for step in sorted(steps, key=lambda step: step.order, reverse=True):
            self._makers.update(dict.fromkeys(step.captures, step))
        self._is_open = is_open or any(step.is_open for step in steps)

    @property
    def declared(self) -> frozenset[str]:
        """Every variable and capture."""
        return self._variables.union(self._makers)

    def check(self, step: StepDraft | None, placed: PlacedText, uses: Uses) -> None:
        """Report the names in a step's text that it cannot know; `step` None for the defaults."""
        if step is not None and step.is_open:
            return
        inner = placed.path[2:] if step is not None else ()
        for name in sorted(uses.names - self._variables - ALWAYS):
            if name in ATTEMPT_NAMES and _judges_attempt(inner):
                continue
            self._check_name(name, step, inner, placed.node)
        for step_id, field in sorted(uses.step_fields):
            may_be_missing = (step_id, field) in uses.optional_step_fields
            self._check_field(step_id, field, None if may_be_missing else step, placed.node)

    def _check_name(self, name: str, step: StepDraft | None, inner: Path, node: Scalar) -> None:
        maker = self._makers.get(name)
        if maker is not None:
            if step is None or maker.order < step.order:
                return
            if maker is step and inner[:1] == ("assert",):
                return
            when = (
                "this very step" if maker is step else f"step {shown(maker.id)}, which runs later"
            )
            told = f"{shown(name)} is captured only by {when}"
            self._report.error_in(node, told, fragment=name)
        elif name in ATTEMPT_NAMES:
            told = f"{shown(name)} is known only in until, fail_if, assert and capture"
            self._report.error_in(node, told, f"write steps.ID.{name}", fragment=name)
        elif not self._is_open:
            hint = self._report.suggest(name, self.declared | ALWAYS)
            hint = hint or f"declare it under `vars`, or write {name} | default(…)"
            self._report.error_in(node, f"{shown(name)} is not defined", hint, fragment=name)

    def _check_field(self, step_id: str, field: str, step: StepDraft | None, node: Scalar) -> None:
        named = self._steps.get(step_id)
        if named is None:
            hint = (
                self._report.suggest(step_id, self._steps) or f"the steps are {_some(self._steps)}"
            )
            self._report.error_in(
                node, f"there is no step {shown(step_id)}", hint, fragment=step_id
            )
        elif field not in STEP_FIELDS:
            hint = (
                self._report.suggest(field, STEP_FIELDS) or f"it has {listed(sorted(STEP_FIELDS))}"
            )
            self._report.error_in(node, f"a step has no {shown(field)}", hint, fragment=field)
        elif step is not None and named.order >= step.order:
            told = f"step {shown(step_id)} has not run when this step runs"
            if named is step:
                told = f"step {shown(step_id)} is this very step"
            self._report.error_in(node, told, fragment=step_id)


def check_default_names(
    variables: Iterable[str], uses: Mapping[str, tuple[Scalar, Uses]], report: Report
) -> None:
    """Report defaults that use what does not stand above them, and circles among them."""
    order = {name: index for index, name in enumerate(variables)}
    circle = _circle({name: used.names for name, (_, used) in uses.items()})
    if circle:
        told = " -> ".join([*circle, circle[0]])
        report.error(uses[circle[0]][0], f"the defaults go round in a circle: {told}")
    for name, (node, used) in uses.items():
        above = {other for other in used.names if order.get(other, order[name]) < order[name]}
        for other in sorted(used.names - above - ALWAYS - set(circle)):
            if other in order:
                told = f"{shown(other)} stands below {shown(name)}"
                hint = _ABOVE
            else:
                told = f"{shown(other)} is not a variable"
                hint = report.suggest(other, list(order)[: order[name]]) or _ABOVE
            report.error_in(node, told, hint, fragment=other)
        if used.names & ALWAYS:
            report.error(node, "a default cannot use `steps` or `run`", _ABOVE)


def names_under_default(runbook: Runbook) -> frozenset[str]:
    """Names that a runbook does not declare and uses only where they may be missing."""
    needed: set[str] = set()
    optional: set[str] = set()
    declared = frozenset(runbook.vars) | {n for step in runbook.steps for n in step.captures}
    for uses in _all_uses(runbook, declared):
        needed |= uses.names
        optional |= uses.optional_names
    return frozenset(optional - needed - declared - ALWAYS)


def _all_uses(runbook: Runbook, declared: frozenset[str]) -> Iterable[Uses]:
    for variable in runbook.vars.values():
        if variable.has_default:
            yield compile_text(str(variable.default))
    for step in runbook.steps:
        for text in texts_of(step):
            if text.role == "expression":
                yield compile_expression(text.source)
            elif text.role == "condition":
                yield parse_condition(text.source, declared)
            elif text.role not in ("name", "markdown"):
                yield compile_text(text.source)


def _circle(needs: Mapping[str, frozenset[str]]) -> list[str]:
    """The first names that need each other round and round; empty where there are none."""
    done: set[str] = set()
    for start in needs:
        way: list[str] = []
        left = [iter([start])]
        while left:
            name = next(left[-1], None)
            if name is None:
                left.pop()
                if way:
                    done.add(way.pop())
            elif name in way:
                return way[way.index(name) :]
            elif name not in done and name in needs:
                way.append(name)
                left.append(iter(sorted(needs[name])))
    return []


def _judges_attempt(path: Path) -> bool:
    return any(path[: len(judge)] == judge for judge in _JUDGES_ATTEMPT)


def _some(names: Iterable[str], most: int = 10) -> str:
    names = list(names)
    return listed(names[:most]) + (" and others" if len(names) > most else "")
