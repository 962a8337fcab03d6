"""One run on the screen: its steps, the output of one of them, and what it asks of the operator."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import Button, Input

from pup_tui.core.actions import Question
from pup_tui.core.counting import UNREACHABLE
from pup_tui.core.ids import static_id
from pup_tui.core.notices import (
    AnyNotice,
    RunFinished,
    RunNoted,
    RunResumed,
    RunStarted,
    StepFinished,
    StepPolled,
    StepStarted,
)
from pup_tui.core.order import held_back
from pup_tui.core.program import Program
from pup_tui.core.shown import told_beside
from pup_tui.core.state import RunState
from pup_tui.drivers.following import FollowedRun
from pup_tui.drivers.local import LocalRun
from pup_tui.journal.errors import JournalError
from pup_tui.journal.figures import NOTHING_USUAL, UsualFigures
from pup_tui.output.passage import Passage
from pup_tui.output.sanitize import safe_text
from pup_tui.output.search import TextSearch
from pup_tui.tui.dialogs.dialog import Answer, Dialog, tell_unsent
from pup_tui.tui.dialogs.docked import is_displayed
from pup_tui.tui.dialogs.reason import NoteScreen
from pup_tui.tui.drawn_whole import LetDraw, hold_drawing
from pup_tui.tui.evidence import evidence_for, next_with_output
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.last_lines import line_count
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.run_times import RunTimes
from pup_tui.tui.step_progress import StepProgress
from pup_tui.tui.typing import types
from pup_tui.tui.usual import usual_of
from pup_tui.tui.widgets.fleet_grid import FleetGrid
from pup_tui.tui.widgets.output_pane import OutputPane
from pup_tui.tui.widgets.run_facts import RunFacts
from pup_tui.tui.widgets.run_header import Heading, RunAlert, RunHeader, RunNotes, WaitingBanner
from pup_tui.tui.widgets.run_questions import RunQuestions
from pup_tui.tui.widgets.run_requests import RunRequests
from pup_tui.tui.widgets.step_detail import StepDetail, StepSurroundings
from pup_tui.tui.widgets.step_list import StepList
from pup_tui.tui.widgets.step_output import StepOutputView

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources
    from pup_tui.tui.decided import GoingOn
    from pup_tui.tui.past_search import FoundPlace

FRAMES = 20
"""How often a second the screen takes in what has happened."""

BEATS = 4
"""How often a second it looks at what changes without being told."""

WIDE_FROM = 120
"""Columns from which steps and output stand side by side."""

LOW_BELOW = 16
"""Lines below which nothing is said of a step while a question is open: the question says it."""

FEWEST_STEPS = 4
FEWEST_STEPS_ASKED = 2
DETAIL_LINES = 3
WIDE_DETAIL_LINES = 14
"""Lines that the step list keeps (fewer while a question takes some of the window), and that it leaves for
what is said of a step and the header.
"""

NARROWEST_STEPS = 60
"""Columns that the steps have beside the output in any case."""

USUAL_OUTPUT = 80
"""Columns that most programs print for: what is left beside them the steps have, if they need it."""


class RunView(Vertical):
    """Watches one run, live or past. What it is told is only noted; a timer brings it to the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bound(
            {
                "follow_run": "follow_run",
                "waiting": ("answer", "Answer"),
                "enlarge": "enlarge",
                "back": ("leave_part", "Back to the steps"),
                "cancel_run": "cancel_run",
                "note": "note",
                "now": "now",
                "extend_poll": "ask_of_run('extend_poll')",
                "stop_poll": "ask_of_run('stop_poll')",
                "accept_poll": "ask_of_run('accept_poll')",
            }
        ),
        # The output's own keys, from wherever in the run one is.
        *bound({name: f"output({name!r})" for name in StepOutputView.ACTS}, hinted=False),
        # Before what the part with the focus does with it.
        *bound({"open": ("answer_from_elsewhere", "Answer")}, priority=True),
    ]

    class Begun(Message):
        """The run has begun: when and with which values is known."""

    class Offers(Message):
        """The run has failed without anybody having been asked, and what can become of it can be offered."""

    class Ended(Message):
        """The run is over."""

        def __init__(self, view: RunView, status: str) -> None:
            super().__init__()
            self.view = view
            self.status = status

        @property
        def control(self) -> RunView:
            return self.view

    class Waiting(Message):
        """The run began to wait for the operator, or no longer does."""

        def __init__(self, view: RunView, waiting: bool) -> None:
            super().__init__()
            self.view = view
            self.waiting = waiting

        @property
        def control(self) -> RunView:
            return self.view

    class WantsNext(Message):
        """The operator wants what waits after the last question of the run."""

        def __init__(self, view: RunView) -> None:
            super().__init__()
            self.view = view

    class Trouble(Message):
        """What is kept of the run is incomplete; `told` may hold anything."""

        def __init__(self, told: str) -> None:
            super().__init__()
            self.told = told

    def __init__(
        self,
        program: Program,
        run: str,
        output_path: Callable[[str], Path],
        *,
        live: LocalRun | None,
        operator: str,
        followed: FollowedRun | None = None,
        past: RunState | None = None,
        told: Iterable[AnyNotice] = (),
        sources: Callable[[], Sources] | None = None,
        failed_before: Callable[[str], Awaitable[str]] | None = None,
        note_past: Callable[[str], Awaitable[RunNoted]] | None = None,
    ) -> None:
        """`output_path` tells where a step's output is; `live` is None for a run of the past, and for one of
        another process, which is `followed`: of that one nothing can be asked.

        `past` is the state that a past run ended in, `told` what a run has told so far. `sources` makes what
        the values that a run asks for come from; a run without `input` steps needs none. `failed_before`
        tells how often a step failed in other runs; `note_past` records a note where there is no `live` run,
        and raises JournalError.
        """
        super().__init__()
        self.run = run
        self._operator = operator
        self._note_past = note_past
        self.program = program
        self.progress = RunProgress(program)
        self._output_path = output_path
        self._live = live
        self._under_way = live or followed
        self._requests = (
            None
            if live is None
            else RunRequests(live, operator, self._push, lambda: self.app, sources)
        )
        self._times = RunTimes(self._under_way, self.progress)
        self._output_view = StepOutputView(self.progress, self._times, output_path)
        self._questions = RunQuestions(
            run,
            self.progress,
            self._times,
            output_path,
            self._requests,
            push=self._push,
            ask_elsewhere=self._ask_elsewhere,
            answered=self._no_longer_waiting,
            sources=sources,
            failed_before=failed_before,
        )
        self._past = past
        self._usual: UsualFigures = NOTHING_USUAL
        self._seen_of_questions: tuple[Question | None, bool, bool] = (None, False, False)
        """Which question was in front when the screen was drawn, and which banner there was."""
        self._selected = program.nodes[0].id
        self._follows_run = True
        self._steps_dirty = True
        self._output_dirty = True
        self._keeps_open = False
        self._passed_over: list[StepFinished] = []
        self._kept_back: dict[str, str] = {}
        """The steps that a failure has kept from their turn in this leg of the run, and why."""
        """What a failure kept from running: held back as long as it may be asked what becomes of that."""
        self._let_draw: LetDraw | None = None
        """Has a run drawn that goes on: before it has begun there is only how it ended."""
        self._wants_failure = self._shows_failure = False
        """Whether the first error is to come into sight, and whether it has."""
        self._wanted: re.Pattern[str] | None = None
        """What is to be searched for in the selected step as soon as its output is shown."""
        self._offers = False
        """Whether the run failed and nobody was told yet what can become of it."""
        self._ahead: str | None = None
        """The step that the run has gone on to while a search was being typed."""
        self._asked_about: str | None = None
        """The step that another dialog than a question of the run asks about."""
        self._beat = -1
        self._shared: tuple[int | None, ...] = (None, None, None)
        """The most rows and columns that the steps are given, where they have no bound of their own."""
        for notice in told:
            self._take(notice)
        self._keeps_open = live is not None
        self._goes_on = live is not None and self.progress.over
        if self._goes_on:
            self.progress.come_again()
        shown = self.progress.trouble if self.progress.over else None
        self.select_fleet(
            shown.id if shown is not None else self.progress.current or self._selected
        )

    # What others may know

    @property
    def title(self) -> str:
        """The runbook's name."""
        return safe_text(self.program.runbook.name)

    @property
    def status(self) -> str:
        """The run's status, or `waiting` while it waits for the operator."""
        return "waiting" if self._questions else self.progress.status

    @property
    def waiting(self) -> bool:
        """Whether the operator has something to answer, or to decide since it failed."""
        return bool(self._questions) or self._offers

    @property
    def failed_unasked(self) -> bool:
        """Whether the run failed by a step of which nobody was asked."""
        trouble = self.progress.trouble
        failed = self.progress.status == "failed" and trouble is not None and not trouble.given_up
        return failed and not self._questions.was_asked

    @property
    def may_offer(self) -> bool:
        """Whether what can become of the run is to be offered, and would be seen now."""
        return self._offers and self._may_interrupt()

    def offered(self) -> None:
        """What can become of the run was offered, or asked for."""
        self._offers = False
        self._steps_dirty = True

    @property
    def going_on(self) -> tuple[str, GoingOn] | None:
        """The step that failed, and how the run goes on from there, where it was broken off for that."""
        return None if self._requests is None else self._requests.going_on

    def undo_once_offered(self, steps: Sequence[str]) -> None:
        """Take these steps back as soon as the run asks what is to be undone: that was decided before."""
        if self._requests is not None:
            self._requests.undo_once_offered(steps)
            self._questions.was_asked = True

    def focus(self, scroll_visible: bool = True) -> Self:
        """Focus the step list."""
        self._step_list.focus(scroll_visible)
        return self

    @property
    def _state(self) -> RunState | None:
        return self._past if self._under_way is None else self._under_way.state

    # What the run tells

    def _take(self, notice: AnyNotice) -> None:
        """Note what was told; of a foreach the state tells more."""
        state = self._state
        if isinstance(notice, StepFinished) and self._was_kept_back(notice):
            self._kept_back[notice.step] = notice.reason
            if self._may_come_yet():
                self._passed_over.append(notice)
                self.progress.hold_back(notice.step, notice.reason)
                return
        self.progress.apply(notice)
        if isinstance(notice, RunResumed):
            self._kept_back.clear()
        if isinstance(notice, RunFinished) and notice.status == "interrupted":
            self._passed_over.clear()
            for kept, reason in self._kept_back.items():
                self.progress.is_left(kept, reason)
        if isinstance(notice, StepFinished) and notice.status == "failed" and self._keeps_open:
            for step, why in () if state is None else held_back(state, self.program):
                self.progress.hold_back(step, why)
        if isinstance(notice, StepStarted) and state is not None:
            self.progress.learn_items(notice.step, state)

    def _was_kept_back(self, told: StepFinished) -> bool:
        """Whether a failure kept a step from running."""
        state = self._state
        step = None if state is None else state.steps.get(told.step)
        if step is None or not (step.passed_over or step.cut_short):
            return False
        return any(self.progress.counts[each] > 0 for each in ("failed", UNREACHABLE))

    def _may_come_yet(self) -> bool:
        """Whether it may yet be asked what becomes of the failure."""
        state, trouble = self._state, self.progress.trouble
        given_up = trouble is not None and trouble.given_up
        return self._keeps_open and not given_up and state is not None and state.cancelled is None

    def settle(self) -> None:
        """Nobody is asked any more what becomes of a failure: what it kept from running was skipped."""
        self._keeps_open = False
        for told in self._passed_over:
            self.progress.apply(told)
        self._steps_dirty = self._steps_dirty or bool(self._passed_over)
        self._passed_over.clear()

    def notice(self, notice: AnyNotice) -> None:
        self._take(notice)
        self._steps_dirty = True
        if isinstance(notice, StepFinished) and self._requests is not None:
            self._requests.withdraw(notice.step)
        self._goes_on = False
        match notice:
            case StepStarted() if self._live is not None:
                self._questions.attempt_begins(notice.step, notice.attempt)
            case StepFinished() | StepPolled() if notice.step == self._selected:
                self._output_dirty = True
            case RunStarted():
                self.post_message(self.Begun())
            case RunFinished():
                self._run_ended(notice.status)
        if not self.progress.over and self._questions.in_front is None:
            self._follow(self.progress.current)

    def output(self, step: str, passage: Passage) -> None:
        if step == self._selected:
            self._output_dirty = True

    def trouble(self, told: str) -> None:
        self.post_message(self.Trouble(told))

    def question(self, question: Question) -> None:
        if self._live is None or self._requests is None:
            return  # it is answered where the run is
        if question.kind == "undo" and self._requests.answers_undo(question):
            return
        self._questions.add(question)
        self._steps_dirty = True
        self.post_message(self.Waiting(self, True))

    def withdrawn(self, step: str) -> None:
        if step in self._questions:
            self._questions.withdraw(step)
            self._no_longer_waiting()

    def _run_ended(self, status: str) -> None:
        self._output_dirty = True
        if self._requests is not None:
            self._requests.withdraw()
        if self._questions:
            self._questions.withdraw_all()
            self._no_longer_waiting()
        self._offers = self._live is not None and self.failed_unasked and self.going_on is None
        if not self._offers and self.going_on is None:
            self.settle()
        trouble = self.progress.trouble
        self._follow(None if trouble is None else trouble.id)
        self.post_message(self.Ended(self, status))

    def _no_longer_waiting(self) -> None:
        self._steps_dirty = True
        if self._questions.was_asked and self.going_on is None:
            self.settle()
        if self._shows_failure:
            self._shows_failure = False
            self._pane.lines.following = True
        if not self._questions:
            self.post_message(self.Waiting(self, False))

    def tell_figures(self, usual: UsualFigures) -> None:
        """Say beside the run and its steps what past ones tell of them."""
        self._usual = usual
        self._step_list.figures = usual.steps
        self._steps_dirty = True

    # On the screen

    def compose(self) -> ComposeResult:
        yield RunHeader(self.progress, self.run)
        yield WaitingBanner()
        yield RunAlert()
        yield RunNotes()
        with Container(id="run-body"):
            with Vertical(id="run-steps"):
                yield StepList(self.progress, self._times.running_for, self._step_chosen)
                yield StepDetail()
                yield RunFacts(self.progress)
            yield self._output_view

    def on_mount(self) -> None:
        if self._goes_on:
            self._let_draw = hold_drawing(self.app)
        self.query_one("#run-banner").display = False
        self.set_interval(1 / FRAMES, self.take_in)
        self.call_after_refresh(self.take_in)

    def on_unmount(self) -> None:
        self._questions.withdraw_all()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE_FROM, "-wide")
        self.query_one(StepDetail).set_class(event.size.height < LOW_BELOW, "-low")
        self.share_room()
        self._show_header()
        self._steps_dirty = True

    def share_room(self) -> None:
        """Steps beside the output leave room for the detail under them, and are no wider than they need.

        They are as wide as that where an output of the usual width has room beside them, unless the operator
        has given less to them.

        Steps above an output have what it does not need, and a third of all where it needs more.
        """
        height = self.size.height
        wide, low = self.has_class("-wide"), self.query_one(StepDetail).has_class("-low")
        enlarged = self.has_class("-only-steps")
        room = height - WIDE_DETAIL_LINES
        if not wide:
            needed = self._output_view.rows_needed
            detail = 0 if low else DETAIL_LINES
            room = max(height // (4 if low else 3), height - 1 - detail - needed)
        fewest = FEWEST_STEPS_ASKED if low else FEWEST_STEPS
        highest = None if enlarged else max(fewest, room)
        widest = narrowest = None
        if wide and not enlarged:
            widest = max(NARROWEST_STEPS, self._step_list.widest)
            if not self.screen.has_class("-steps-small"):
                narrowest = max(0, min(widest, self.size.width - USUAL_OUTPUT))
        shared = highest, widest, narrowest
        if shared != self._shared:
            # To set what is set already would lay out all of the screen.
            self._shared = shared
            self._step_list.styles.max_height = highest
            steps = self.query_one("#run-steps").styles
            steps.max_width, steps.min_width = widest, narrowest

    def on_show(self) -> None:
        """Take in at once what happened while the run was out of sight."""
        self._steps_dirty = self._output_dirty = True
        self.take_in()

    @property
    def _step_list(self) -> StepList:
        return self.query_one(StepList)

    @property
    def _pane(self) -> OutputPane:
        return self._output_view.pane

    def take_in(self) -> None:
        """Bring to the screen what has happened since the last time, if the screen shows this run."""
        # Until what is shown instead is laid out, a page that is left counts as being on the screen.
        if not (is_displayed(self) and self.is_on_screen):
            return
        self._catch_up()
        if self._questions and self._may_interrupt():
            self._questions.put_fresh_forward(self._selected)
            self._show_evidence()
        elif self.may_offer:
            self.post_message(self.Offers())
        in_front = self.screen.is_active
        self._pane.keys_answer(in_front)
        if in_front and self._asked_about is not None:
            self._asked_about, self._steps_dirty = None, True
        seen = self._questions.in_front, self._calls_for_answer, self._waits_behind
        if seen != self._seen_of_questions:
            self._seen_of_questions, self._steps_dirty = seen, True
        self._let_time_pass()
        steps, output = self._steps_dirty, self._output_dirty
        self._steps_dirty = self._output_dirty = False
        if steps:
            self._show_steps()
        if output:
            self._pane.refresh_output()
        if self._wants_failure:
            self._wants_failure = False
            self._pane.show_failure()
        if self._wanted is not None:
            self._pane.search_for(self._wanted)
            self._wanted = None
        if steps or (output and not self.has_class("-wide")):
            self.share_room()
        if self._let_draw is not None and not self._goes_on:
            self._let_draw()
            self._let_draw = None

    def _let_time_pass(self) -> None:
        """Clocks go on, and unfinished lines change, without anybody telling."""
        beat = int(self._times.now() * BEATS)
        if beat != self._beat and not self.progress.over:
            self._steps_dirty = self._steps_dirty or beat // BEATS != self._beat // BEATS
            self._output_dirty = self._output_dirty or not self._step.over
            self._beat = beat

    def _may_interrupt(self) -> bool:
        """Not over another dialog, not while something is being typed, and not before it is shown at all."""
        is_shown = self.is_attached and self.screen.is_active
        return is_shown and not types(self.app)

    def _show_steps(self) -> None:
        step = self._step
        steps = self._step_list
        asked = self._questions.in_front
        beside = self._asked_about if asked is None else asked.step
        steps.select(self._selected, beside=beside)
        steps.take_in()
        self._show_header()
        self._show_banner()
        self.query_one(RunNotes).show(self.progress.notes)
        usual = self._usual.steps.get(static_id(step.id))
        detail = self.query_one(StepDetail)
        state, times = self._state, self._times
        told = StepSurroundings(
            notes=told_beside(self.program, state, step.node),
            retry_in=times.retry_in(step),
            paused_for=times.paused_for(step),
            usual=usual_of(step, times, usual),
        )
        detail.show(step, told)
        self.query_one(RunFacts).show(times.wall(), has_room=not steps.max_scroll_y)
        known = None if state is None else state.steps.get(self._selected)
        if step.is_fleet:
            self._output_view.show_fleet(step, None if known is None else known.rates)
        else:
            kept = None if known is None else known.kept
            self._output_view.show(step, self._output_path(self._selected), kept)
        self.refresh_bindings()

    @property
    def _calls_for_answer(self) -> bool:
        """Whether questions are open and the keys that bring them back do that: no dialog takes them.

        A dialog that was answered is gone from the screen before its answer is known.
        """
        return self._is_unasked and self.screen.is_active and not types(self.app)

    @property
    def _waits_behind(self) -> bool:
        """Whether questions are open, and come when the field is left in which a text is typed."""
        return (self._is_unasked or self._offers) and types(self.app)

    @property
    def _is_unasked(self) -> bool:
        questions = self._questions
        return bool(questions) and questions.in_front is None and not questions.needs_more

    def _show_banner(self) -> None:
        banner = self.query_one(WaitingBanner)
        banner.display = self._calls_for_answer or self._waits_behind
        keys = ("waiting",) if self._pane.lines.has_focus else ("open", "waiting")
        banner.show(
            len(self._questions),
            self._questions.soonest(),
            () if self._waits_behind else keys,
        )

    def on_descendant_focus(self) -> None:
        self._show_banner()

    def _show_header(self) -> None:
        heading = Heading(
            status=self.status,
            elapsed=self._times.elapsed(),
            waited=self._times.waited(),
            usual=self._usual.run,
            wall=self._times.wall(),
            follows=self._follows_run,
            past=self._under_way is None,
            wide=self.has_class("-wide"),
            step=self._step.node.step.name if self.has_class("-only-output") else "",
        )
        self.query_one(RunHeader).show(heading)
        self.query_one(RunAlert).show(self.progress.started, wide=heading.wide)

    # Steps

    @property
    def _step(self) -> StepProgress:
        return self.progress.steps[self._selected]

    def _select(self, step: str) -> None:
        if step in self.progress.steps and step != self._selected:
            self._selected = step
            self._steps_dirty = self._output_dirty = True

    def _follow(self, step: str | None) -> None:
        """Go on to what the run does now, unless the operator looks at something, or searches in it."""
        if step is None or not self._follows_run:
            return
        if self.is_mounted and self._output_view.is_searching:
            self._ahead = step
        else:
            self.select_fleet(step)

    def select_fleet(self, step: str) -> None:
        """Select a step; of one that is part of a fleet the fleet, whose grid shows it among the others."""
        fleet = self.progress.fleet_around(step)
        self._select(step if fleet is None else fleet.id)

    def _catch_up(self) -> None:
        """Go on to what the run came to while it was being typed what is searched for."""
        if self._ahead is not None and not self._output_view.is_searching:
            self._follow(self._ahead)
            self._ahead = None

    def _step_chosen(self, step: str) -> None:
        self._follows_run = False
        self._select(step)
        self._steps_dirty = True
        self.take_in()

    def show_found(self, found: FoundPlace) -> None:
        """Show the step in which a text was found, and the first line of its output that holds it."""
        if found.line.step in self.progress.steps:
            self._wanted = TextSearch(plain=True).pattern(found.text)
            self._step_chosen(found.line.step)

    def action_follow_run(self) -> None:
        self._follows_run = True
        if self.progress.current is not None:
            self.select_fleet(self.progress.current)
        self._steps_dirty = True
        self.take_in()

    def on_step_list_look_wanted(self, message: StepList.LookWanted) -> None:
        message.stop()
        if self.progress.steps[message.step].is_fleet and message.step != self._selected:
            # One of its items is shown, which has no row of its own.
            self._step_chosen(message.step)
        self._output_view.focus_shown()

    def on_fleet_grid_opened(self, message: FleetGrid.Opened) -> None:
        """Show what an item of a fleet printed, or what of it tells most."""
        message.stop()
        self._step_chosen(self.progress.telling(self.progress.steps[message.item]).id)
        self._output_view.focus_shown()

    def _back_to_fleet(self) -> bool:
        """Go from the output of an item to the grid that it is part of, if it is part of one."""
        fleet = self.progress.fleet_around(self._selected)
        if fleet is None or fleet.id == self._selected:
            return False
        self._step_chosen(fleet.id)
        self._output_view.focus_shown()
        return True

    async def action_output(self, name: str) -> None:
        """Do what a key means for what is shown of the selected step: its output, or the grid of a fleet."""
        await self._output_view.act(name)

    @property
    def _is_enlarged(self) -> bool:
        return self.has_class("-only-steps") or self.has_class("-only-output")

    def action_leave_part(self) -> None:
        """Give room back to what was hidden; then go from an item to its fleet, or to the steps."""
        if self._is_enlarged:
            self.action_enlarge()
        elif not (self._pane.has_focus_within and self._back_to_fleet()):
            self._step_list.focus()

    def action_enlarge(self) -> None:
        """Give all the room to the part that has the focus; again gives it back."""
        if self._is_enlarged:
            self.remove_class("-only-steps", "-only-output")
        else:
            self.add_class("-only-steps" if self._step_list.has_focus else "-only-output")
        self._show_header()
        self.share_room()

    # Questions

    def _push(self, dialog: Dialog, callback: Callable[[Answer | None], None]) -> None:
        self.app.push_screen(dialog, callback)

    def _show_evidence(self) -> None:
        """Show what the question in front is judged by, unless the operator looks at something."""
        asked = self._questions.in_front
        if asked is not None and self._follows_run:
            self._select(evidence_for(self.progress, asked, self._output_path))

    def page_evidence(self, pages: int) -> None:
        self._output_view.page(pages)

    def mark_matches(self, pattern: re.Pattern[str] | None) -> None:
        self._output_view.mark_matches(pattern)

    async def find_match(
        self, pattern: re.Pattern[str], by: int, *, enters: bool, around: bool
    ) -> bool:
        return await self._output_view.find_match(pattern, by, enters=enters, around=around)

    def show_output(self, run: str, step: str, *, from_error: bool) -> bool:
        if run != self.run:
            return False
        failed = self.progress.culprit(step)
        is_free = self._follows_run or self._selected == failed
        shows = is_free and bool(line_count(self._output_path(failed)))
        self._asked_about = step
        if is_free:
            self._select(failed)
        self._steps_dirty = True
        if shows and from_error:
            self._wants_failure = self._shows_failure = True
        self.take_in()
        return shows

    @property
    def takes_notes(self) -> bool:
        """Whether a note can be recorded: of a run that another program drives, only by that."""
        return self._live is not None or self.progress.over

    def action_note(self) -> None:
        """Remark something about the run, which is recorded, whatever becomes of the run meanwhile."""

        def noted(answer: Answer | None) -> None:
            if answer is not None and answer.answer == "yes":
                self.run_worker(self._record_note(answer.note), group="note", exit_on_error=False)

        self.app.push_screen(NoteScreen(), noted)

    async def _record_note(self, text: str) -> None:
        try:
            if self._live is not None:
                await self._live.note(text, self._operator)
            elif self._note_past is not None:
                self.notice(await self._note_past(text))
        except JournalError as error:
            tell_unsent(self.app, f"The note was not recorded: {error.message}", text)

    def other_evidence(self) -> None:
        self._select(next_with_output(self.progress, self._selected, self._output_path))
        self.take_in()

    def action_answer_from_elsewhere(self) -> None:
        """As `answer`, but where the key does something of the output's."""
        self.action_answer()

    def action_answer(self) -> None:
        self.bring_forward(called=True)

    def bring_forward(self, *, called: bool = False) -> None:
        """Open the dialog of a question that waits, for the selected step if it can be."""
        self._questions.put_forward(self._selected, called=called)
        self._show_evidence()

    def ask_again(self) -> None:
        """Put the question in front aside for the first one, where there is more than one."""
        first, *others = self._questions
        if others:
            self._questions.put_aside(first.step)
        else:
            self.notify("Nothing else waits for you.", markup=False, timeout=3)

    def _ask_elsewhere(self) -> None:
        self.post_message(self.WantsNext(self))

    def put_aside(self) -> None:
        """Put the question in front aside."""
        self._questions.put_aside()

    # What the operator wants of the run

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "answer":
                return bool(self._questions) and not isinstance(self.app.focused, Input)
            case "answer_from_elsewhere":
                reads = self.screen.focused is self._pane.lines
                return not reads and self.check_action("answer", parameters)
            case "note":
                return self.takes_notes
            case "cancel_run":
                return self._live is not None and not self.progress.over
            case "leave_part":
                return self._output_view.has_focus_within or self._is_enlarged
            case "output":
                return self._output_view.may_act(str(parameters[0]))
            case "follow_run":
                return not (self._follows_run or self.progress.over)
            case "now":
                return self._live is not None and (self._may_cut or self._polls)
            case "ask_of_run":
                return self._live is not None and self._polls
        return True

    @property
    def _polls(self) -> bool:
        return self._step.status == "polling"

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what a button of a poll or wait means: each stands for a key."""
        event.stop()
        name = event.button.name or ""
        if name == "now":
            self.action_now()
        elif name:
            self.action_ask_of_run(name)

    def action_now(self) -> None:
        """Make the next attempt of a poll, or end a wait, also one between two batches."""
        self.action_ask_of_run("cut_wait" if self._may_cut else "check_now")

    @property
    def _may_cut(self) -> bool:
        """Whether the selected step only waits: a wait, or a foreach between two batches."""
        return self._step.waits or self._step.pauses

    def action_ask_of_run(self, what: str) -> None:
        """Ask the run for what a key means for the selected step."""
        if self._requests is not None:
            self._requests.send(what, self._selected)
            self._steps_dirty = True

    def action_cancel_run(self) -> None:
        if self._requests is not None:
            self._requests.cancel()
