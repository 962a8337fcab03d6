"""A plan that others than the operator may see, and the digest that a run of exactly that is bound to."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from pup_tui import __version__
from pup_tui.core.plan import PlannedStep, plan
from pup_tui.core.program import Program, compile_program
from pup_tui.drivers.masking import Masking
from pup_tui.drivers.source import source_of
from pup_tui.output.safe_json import safe_json
from pup_tui.text_tree import text_tree

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Resolved, Sources
    from pup_tui.core.plan import Refuses
    from pup_tui.journal.pending import PendingRun
    from pup_tui.runbook.load import Loaded


OTHER_TEXT: Final = "another text, another plan, or other files beside it"


class NotPlanned(Exception):
    """Why nothing can be planned with these values: each of the `problems` is a sentence."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class PlanChanged(Exception):
    """What is another than when a run was asked for, in words: it cannot be approved any more."""


class BoundPlan(Struct, frozen=True, kw_only=True):
    """A plan without any secret: what a secret variable has is not known in it, wherever it is made.

    `vars` are the values, masked; `unknown` names those that are not known before the run. The `digest`
    differs once text, values, plan, or what lies beside the text do.
    """

    loaded: Loaded
    program: Program
    steps: tuple[PlannedStep, ...]
    vars: dict[str, Any]
    unknown: tuple[str, ...]
    digest: str


def bound_plan(
    loaded: Loaded,
    given: Mapping[str, object],
    *,
    sources: Sources,
    operator: str,
    hidden: Iterable[str],
    refuses: Refuses,
    alert: Mapping[str, Any] = {},
) -> BoundPlan:
    """Plan a run with these values, in a thread without a loop; `hidden` are secrets besides variables.

    It is about an `alert`, as `RunCreated` has that, if there is one.

    Nothing is run, and no secret is looked for. Raises NotPlanned.
    """
    from pup_tui.catalog.effects import mutates, program_needed
    from pup_tui.catalog.inputs import resolve_inputs, resolving_at_rest
    from pup_tui.runbook.beside import TooMuchBeside, beside

    runbook = loaded.require()
    _refuse_secrets(loaded, given)
    seen = sources.without_secrets()
    resolved = asyncio.run(resolve_inputs(runbook, given, seen))
    if resolved.problems:
        raise NotPlanned(map(str, resolved.problems))
    masking = Masking(hidden)
    values = _known(resolved)
    held_back = masking.find(values, ())
    program = compile_program(loaded.id, runbook)
    steps = plan(
        program,
        values,
        resolved.left_out,
        operator,
        partial(mutates, is_believed=loaded.is_believed),
        held_back,
        source=source_of(loaded),
        profile=sources.profile,
        program_needed=program_needed,
        refuses=refuses,
        resolving=resolving_at_rest(seen),
        alert=alert,
    )
    shown = tuple(step.masked(masking.text) for step in steps)
    told = masking.masked(values)
    unknown = tuple(name for name in runbook.vars if name in {*resolved.unknown, *held_back})
    try:
        texts = (text_tree(loaded.files), sorted(beside(loaded).items()))
    except TooMuchBeside as error:
        raise NotPlanned([f"a run cannot be bound to what it would run: {error}"]) from error
    about = masking.masked(dict(alert))
    bound = (__version__, loaded.id, texts, sources.profile, told, unknown, about, shown)
    digest = hashlib.sha256(safe_json(bound).encode()).hexdigest()
    return BoundPlan(
        loaded=loaded, program=program, steps=shown, vars=told, unknown=unknown, digest=digest
    )


def plan_asked_for(
    loaded: Loaded,
    asked: PendingRun,
    *,
    sources: Sources,
    operator: str,
    hidden: Iterable[str],
    refuses: Refuses,
) -> BoundPlan:
    """Plan once more what somebody has asked for, as `bound_plan` does. Raises NotPlanned, PlanChanged."""
    plan = bound_plan(
        loaded,
        asked.given,
        sources=sources,
        operator=operator,
        hidden=hidden,
        refuses=refuses,
        alert=asked.alert,
    )
    if plan.digest != asked.digest:
        raise PlanChanged(told_changes(asked.vars, plan))
    return plan


def told_changes(before: Mapping[str, Any], plan: BoundPlan) -> str:
    """What is another than when a run with the values `before` was asked for, as far as that is known."""
    names = dict.fromkeys((*before, *plan.vars))
    others = [name for name in names if before.get(name) != plan.vars.get(name)]
    return f"other values of {', '.join(others)}" if others else OTHER_TEXT


def _refuse_secrets(loaded: Loaded, given: Mapping[str, object]) -> None:
    variables = loaded.require().vars
    named = [name for name in given if name in variables and variables[name].is_secret]
    if named:
        raise NotPlanned(
            f"`{name}` is a secret: only a person gives it, when the run begins" for name in named
        )


def _known(resolved: Resolved) -> dict[str, Any]:
    """The values that hold no secret, also none that came in another way than by its variable."""
    return {k: v for k, v in resolved.values.items() if k not in resolved.secrets}
