"""What a run would do, before it does it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from pup_tui.analysis.freshness import told_freshness
from pup_tui.aside import aside
from pup_tui.core.ids import holder_id
from pup_tui.core.plan_count import count_planned
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import KeyButton
from pup_tui.tui.glyphs import counted_effects
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.planned_steps import told_steps
from pup_tui.tui.texts import counted, cut_middle
from pup_tui.tui.widgets.armed import Armed
from pup_tui.tui.widgets.overview import TWO_COLUMNS_FROM
from pup_tui.tui.widgets.reading import ReadArea

if TYPE_CHECKING:
    from pup_tui.analysis.freshness import Freshness
    from pup_tui.catalog.inputs import Resolved, Sources
    from pup_tui.core.plan import PlannedStep, Refuses
    from pup_tui.core.program import Program
    from pup_tui.drivers.local import LocalRun
    from pup_tui.preflight.check import ReadyCheck
    from pup_tui.runbook.load import Loaded

AROUND_STEPS = 5
"""Columns of the page beside the steps: its padding and the scrollbar."""


@dataclass(frozen=True)
class Planned:
    """A plan, with what it was made of: running it runs exactly this.

    `looked` is the id of the run that has run its first steps, as far as these only look; blank without one.
    `fresh` is what speaks for the runbook, None where nobody knows; `profile` is the one in use.
    """

    loaded: Loaded
    resolved: Resolved
    program: Program
    steps: Sequence[PlannedStep]
    looked: str = ""
    fresh: Freshness | None = None
    profile: str = ""


async def make_plan(
    loaded: Loaded,
    resolved: Resolved,
    *,
    operator: str,
    hidden: Iterable[str],
    profile: str = "",
    read_only: bool = False,
    sources: Sources,
    refuses: Refuses,
    looked: LocalRun | None = None,
    alert: Mapping[str, Any] = {},
    fresh: Freshness | None = None,
) -> Planned:
    """Plan a run, in a thread. `hidden` are secrets beside the variables; none is left in the plan.

    `looked` is a run of the first steps, as far as these only look, `fresh` what speaks for the runbook.
    """
    planned = await aside(
        _planned,
        loaded,
        resolved,
        operator,
        tuple(hidden),
        profile,
        read_only,
        sources,
        refuses,
        looked,
        alert,
    )
    return replace(planned, fresh=fresh, profile=profile)


def _planned(
    loaded: Loaded,
    resolved: Resolved,
    operator: str,
    hidden: Sequence[str],
    profile: str,
    read_only: bool,
    sources: Sources,
    refuses: Refuses,
    looked: LocalRun | None,
    alert: Mapping[str, Any],
) -> Planned:
    from pup_tui.catalog.effects import may_change, mutates, program_needed
    from pup_tui.catalog.inputs import resolving_at_rest
    from pup_tui.core.plan import plan
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.masking import Masking
    from pup_tui.drivers.source import source_of

    runbook = loaded.require()
    values = resolved.values
    masking = Masking(hidden) if looked is None else looked.masking
    masking.find(values, resolved.secrets, parts=resolved.made)
    program = compile_program(loaded.id, runbook)
    changes = partial(mutates, is_believed=loaded.is_believed)
    known = (values, resolved.left_out, operator, changes, resolved.secrets)
    steps = plan(
        program,
        *known,
        source=source_of(loaded),
        profile=profile,
        program_needed=program_needed,
        refuses=refuses,
        barred=may_change(program, is_believed=loaded.is_believed) if read_only else (),
        resolving=resolving_at_rest(sources),
        looked=None if looked is None else looked.state,
        alert=alert,
    )
    shown = [step.masked(masking.text) for step in steps]
    return Planned(loaded, resolved, program, shown, "" if looked is None else looked.run)


class PlanView(Armed):
    """The page with every step as it would run; nothing has been run."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "go_on": ("run", "Run"),
            "look": "look",
            "back": "leave",
            "down": "scroll(1)",
            "up": "scroll(-1)",
        }
    )

    class Accepted(Message):
        """The operator wants to run what was planned."""

        def __init__(self, planned: Planned) -> None:
            super().__init__()
            self.planned = planned

    class LookWanted(Message):
        """The operator wants what only looks to be run for the plan."""

        def __init__(self, planned: Planned) -> None:
            super().__init__()
            self.planned = planned

    class Left(Message):
        """The operator wants to go back."""

        def __init__(self, planned: Planned) -> None:
            super().__init__()
            self.planned = planned

    def __init__(self) -> None:
        super().__init__(id="plan")
        self._planned: Planned | None = None
        self._checks: Sequence[ReadyCheck] = ()
        self._is_looking = False

    def compose(self) -> ComposeResult:
        yield Static(id="plan-title", markup=False)
        with ReadArea(id="plan-body"):
            yield ReadText(id="plan-ready", markup=False)
            yield ReadText(id="plan-steps", markup=False)
        with Horizontal(id="plan-buttons", classes="buttons"):
            yield KeyButton("Run", "go_on", id="plan-run", variant="primary")
            yield KeyButton("Look first", "look", id="plan-look")
            yield KeyButton("Back", "back", id="plan-back")

    def show(self, planned: Planned) -> None:
        self._planned = planned
        self._checks, self._is_looking = (), False
        self.query_one("#plan-look").display = not planned.looked
        self._lay_out()
        self.query_one("#plan-body", VerticalScroll).scroll_home(animate=False)

    def tell_ready(self, planned: Planned, checks: Sequence[ReadyCheck], looking: bool) -> None:
        """Tell whether a run of what is planned could begin; `looking` while that is not all."""
        if planned is self._planned:
            self._checks, self._is_looking = checks, looking
            self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        """Fit the title and the commands to the width there is."""
        if self._planned is not None:
            width = (self.size.width or self.container_size.width) - AROUND_STEPS
            self.query_one("#plan-title", Static).update(_title(self._planned, width))
            ready = _ready(self._checks, looking=self._is_looking)
            told = self.query_one("#plan-ready", Static)
            told.display = bool(ready)
            told.update(ready)
            self.query_one("#plan-steps", Static).update(_steps(self._planned, width))

    def forget(self) -> None:
        """Forget the plan, and with it the values in it."""
        self._planned, self._checks = None, ()
        self.query_one("#plan-ready", Static).update(Content())
        self.query_one("#plan-steps", Static).update(Content())

    def focus(self, scroll_visible: bool = True) -> Self:
        """Focus the steps: it takes a key of its own to run them."""
        self.query_one("#plan-body").focus(scroll_visible)
        return self

    def action_scroll(self, lines: int) -> None:
        self.query_one("#plan-body", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_run(self) -> None:
        if self._planned is not None:
            self.post_message(self.Accepted(self._planned))

    def action_look(self) -> None:
        if self._planned is not None and not self._planned.looked:
            self.post_message(self.LookWanted(self._planned))

    def shows(self, planned: Planned) -> bool:
        """Whether this is the plan that is shown."""
        return planned is self._planned

    def action_leave(self) -> None:
        if self._planned is not None:
            self.post_message(self.Left(self._planned))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "plan-run":
            if self.armed:
                self.action_run()
        elif event.button.id == "plan-look":
            self.action_look()
        else:
            self.action_leave()


def _title(planned: Planned, width: int) -> Content:
    """The runbook's name and what its plan comes to, in a line for each where one has no room for both."""
    holding = {holder_id(each.id) for each in planned.steps}
    acting = (each for each in planned.steps if each.id not in holding)
    told = counted_effects((planned.program.node(each.id).step, each.mutates) for each in acting)
    steps = count_planned(planned.program, planned.steps).told
    name = safe_text(planned.loaded.require().name)
    ran = (
        f"only what looks has run ({planned.looked[-8:]})" if planned.looked else "nothing has run"
    )
    plan = Content.styled(f"plan: {steps}, {ran}", "$text-muted")
    facts = Content("   ").join([plan, told])
    between = "   " if cell_len(name) + 3 + facts.cell_length <= width else "\n"
    title = Content.assemble((cut_middle(name, width), "bold $text-primary"), between, facts)
    if planned.fresh is None:
        return title
    proven = " · ".join(told_freshness(planned.fresh, time.time(), planned.profile))
    return title + "\n" + Content.styled(safe_text(proven), "$text-muted")


def _steps(planned: Planned, width: int) -> Content:
    beside = width >= TWO_COLUMNS_FROM - AROUND_STEPS
    return told_steps(planned.program, planned.steps, width, beside=beside)


def _ready(checks: Sequence[ReadyCheck], *, looking: bool) -> Content:
    """What is not in order before the first step, each with what to do, and how much is in order."""
    from pup_tui.preflight.check import worst_first

    if not checks and not looking:
        return Content()
    lines = []
    for check in worst_first(checks):
        if not check.ok:
            mark, tone = ("✖", "$text-error") if check.stops else ("▲", "$text-warning")
            hint = f": {check.hint}" if check.hint else ""
            told = f"{mark} {check.subject} {check.detail}"
            lines.append(
                Content.assemble((safe_text(told), tone), (safe_text(hint), "$text-muted"))
            )
    fine = sum(check.ok for check in checks)
    if fine:
        is_or_are = "is" if fine == 1 else "are"
        told = f"✔ {counted(fine, 'thing')} that it needs {is_or_are} there"
        lines.append(Content.styled(told, "$text-muted"))
    if looking:
        lines.append(Content.styled("… looking at the rest of what it needs", "$text-muted"))
    return Content("\n").join([*lines, Content()])
