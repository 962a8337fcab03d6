"""What a run would do: every step rendered as far as it can be known, nothing carried out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, structs

from pup_tui.core import leaving_out
from pup_tui.core.actions import FoundValues, Question, ResolveValues
from pup_tui.core.amounts import Scope
from pup_tui.core.events import NOTHING_LEFT_OUT, LeftOutSteps, Moment, RunCreated, Source
from pup_tui.core.foreseen import begun_frame, call_of, names_later
from pup_tui.core.ids import (
    UNDO,
    holder_id,
    is_inside,
    is_item,
    item_id,
    item_numbers,
    sibling_id,
    static_id,
    upwards,
)
from pup_tui.core.inventory import in_words, inventory_of, items_of, listed_in
from pup_tui.core.lines import as_known, items_as_known, put_back
from pup_tui.core.machine import Machine
from pup_tui.core.order import judges_if
from pup_tui.core.planned_stops import PlannedStops
from pup_tui.core.program import Node, Program, captures_of, made_by
from pup_tui.core.requests import BARRED
from pup_tui.core.rules import rules, where
from pup_tui.core.scope import (
    explain,
    frame_keys,
    frame_of,
    not_held,
    not_made,
    scope_of,
    secrets_of,
    truth_of,
)
from pup_tui.core.sent import Shown, shown_of
from pup_tui.core.shown import (
    Details,
    details_of,
    item_frames,
    shown_step,
    told_step,
    written_details,
)
from pup_tui.core.state import BODY, Frame, RunState, StepStatus
from pup_tui.core.surroundings import surroundings_of
from pup_tui.runbook.model import LOOP, OUTCOME, Step
from pup_tui.runbook.parts import types_of
from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.limits import one_budget
from pup_tui.template.not_yet import NOT_YET, StandIns, not_yet_in

MOST_STEPS = 10_000
"""Steps of a plan from which on the items of a foreach are no longer told apart: lists in lists multiply."""


NOWHERE = Source(path="", sha256="")
"""Stands for a runbook whose file is not known: `run.dir` then means nothing."""


class PlannedStep(Struct, frozen=True, kw_only=True):
    """One step of a plan.

    `command`, and what goes in beside it as `Sent` has it, are rendered, or as the author wrote them where
    they are not `known` yet; `mutates` None means that it
    cannot be told whether the step changes anything; `reason` says why a step is skipped or not known.
    `depth` counts what it is inside of; `confirm` tells that somebody is asked before it, or may be if that
    is not known yet; `undo` that it can be taken back. `where` it runs is
    told of kinds whose command does not say it, `host` is the other computer, empty for this one; `rules`
    tell its environment and headers, and how it is repeated, limited and judged, with what is known of the
    values in them. `looked` says how a step ended that was run for the plan since it only looks; None for
    all others.
    """

    id: str
    name: str
    kind: str
    command: str
    danger: bool
    mutates: bool | None
    when: str
    known: bool
    reason: str
    depth: int = 0
    confirm: bool = False
    undo: bool = False
    stdin: str | None = None
    body: str | None = None
    body_file: str | None = None
    statement: str | None = None
    where: str = ""
    host: str = ""
    rules: tuple[str, ...] = ()
    looked: str | None = None

    @property
    def shown(self) -> Shown:
        return shown_of(self)

    def masked(self, mask: Callable[[str], str]) -> PlannedStep:
        """The step as people may see it, and no longer than they read."""
        sent = self.shown.sent.as_kept(mask).as_fields()
        return structs.replace(
            self,
            command=mask(self.command),
            reason=mask(self.reason),
            where=mask(self.where),
            host=mask(self.host),
            rules=tuple(map(mask, self.rules)),
            **sent,
        )


class PlannedAnswer(Struct, frozen=True):
    """What an `input` step will be answered; `left_out` and `secrets` are names, as `Answered` has them."""

    values: Mapping[str, Any]
    left_out: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


Mutates = Callable[[Step], bool | None]
ProgramNeeded = Callable[[Step], str]
Refuses = Callable[[Step, Mapping[str, str | None]], str]
Answering = Callable[[Question], PlannedAnswer | None]


Resolving = Callable[[ResolveValues], FoundValues]


def plan(
    program: Program,
    values: Mapping[str, Any],
    left_out: Iterable[str],
    operator: str,
    mutates: Mutates,
    secrets: Iterable[str] = (),
    source: Source = NOWHERE,
    profile: str = "",
    answering: Answering = lambda _: None,
    without: LeftOutSteps = NOTHING_LEFT_OUT,
    program_needed: ProgramNeeded = lambda _: "",
    refuses: Refuses = lambda *_: "",
    barred: Collection[str] = (),
    resolving: Resolving | None = None,
    alert: Mapping[str, Any] = {},
    looked: RunState | None = None,
) -> list[PlannedStep]:
    """Plan a run with these values; `secrets` names those that are secret beside variables of that type.

    `answering` tells what an `input` step will be answered, None where that is not known. `without`
    is what a run would leave out. `program_needed` names the program without which a step cannot run,
    `refuses` tells why one does not begin with its environment, as far as that is known.
    `barred` are the steps that do not begin, since nothing may be changed. `resolving` finds the values of
    what steps call; without it they are not known. `looked` is the end of a run that ran the first steps,
    as far as these only look: what they made is known to the others. `alert` is what
    the run would be about.

    What texts make out of secrets is hidden; what turns up in another way is masked by who shows the plan.

    Steps inside others come after them; the items of a foreach are told apart where its list is known, else
    its steps stand there once.
    """
    with one_budget():
        state = _begun(
            program, values, left_out, operator, secrets, source, profile, without, alert
        )
        if looked is not None:
            _take_over(program, state, looked)
        planning = _Planning(
            program,
            state,
            mutates,
            answering,
            without.captures,
            program_needed,
            refuses,
            barred,
            resolving,
            _ended(looked),
        )
        for step in planning.upcoming():
            planning.add(program.node(step))
    return planning.steps


def _begun(
    program: Program,
    values: Mapping[str, Any],
    left_out: Iterable[str],
    operator: str,
    secrets: Iterable[str],
    source: Source,
    profile: str,
    without: LeftOutSteps,
    alert: Mapping[str, Any],
) -> RunState:
    """The state of a run of which no step has begun."""
    typed = (name for name, variable in program.runbook.vars.items() if variable.is_secret)
    created = RunCreated(
        at=Moment(wall=0.0, clock=0.0),
        run="",
        runbook=program.id,
        source=source,
        operator=operator,
        host="",
        values=dict(values),
        left_out=tuple(left_out),
        secrets=tuple({*typed, *secrets}),
        profile=profile,
        without=without,
        alert=dict(alert),
    )
    machine = Machine(program)
    machine.create(created)
    _give_captures(machine.state, BODY)
    return machine.state


def _give_captures(state: RunState, frame: str) -> None:
    """Let the steps of a frame know what is given for those that are left out of it, or were run before."""
    given = state.earlier.frames.get(frame)
    if given is not None:
        state.frames[frame].captured.update(given.captured)
        state.frames[frame].results.update(given.results)
        state.frames[frame].secrets += given.secrets


def _take_over(program: Program, state: RunState, looked: RunState) -> None:
    """Let all frames know what the steps of another run have made in them, and loops their items."""
    for key, frame in looked.frames.items():
        state.earlier.frames[key] = Frame(
            captured=dict(frame.captured), results=dict(frame.results), secrets=list(frame.secrets)
        )
    _give_captures(state, BODY)
    for id_, items in listed_in(program, looked).items():
        if id_ in state.steps:
            state.steps[id_].listed = items


def _ended(looked: RunState | None) -> dict[str, tuple[StepStatus, str]]:
    """How the steps ended that were run for a plan, each with the reason.

    Not those that were left out, nor blocks of which a part was.
    """
    if looked is None:
        return {}
    out = {each for id_ in looked.earlier.skipped for each in upwards(id_)}
    return {
        id_: (step.status, step.reason)
        for id_, step in looked.steps.items()
        if step.status is not None and static_id(id_) not in out
    }


class _Planning:
    """Walks over the steps as a run would, as far as it can be known where that leads."""

    def __init__(
        self,
        program: Program,
        state: RunState,
        mutates: Mutates,
        answering: Answering,
        given: Mapping[str, Collection[str]],
        program_needed: ProgramNeeded,
        refuses: Refuses,
        barred: Collection[str],
        resolving: Resolving | None,
        looked: Mapping[str, tuple[StepStatus, str]],
    ) -> None:
        """`given` is what is given for steps that are left out, `looked` how those ended that were run."""
        self._looked = looked
        self._given = given
        self.steps: list[PlannedStep] = []
        self._program = program
        self._state = state
        self._mutates = mutates
        self._program_needed = program_needed
        self._refuses = refuses
        self._barred = frozenset(barred)
        self._undo_barred = {id_.partition(UNDO)[0] for id_ in self._barred if UNDO in id_}
        """The steps that cannot be taken back, since nothing may be changed."""
        self._resolving = resolving
        self._open: list[Node] = []
        """The blocks that the step which is planned stands in."""
        self._answering = answering
        self._stops = PlannedStops(program)
        self._todo = [node.id for node in reversed(program.nodes) if node.depth == 0]
        self._skipped: dict[str, str] = {}
        self._surely_asked: set[str] = set()
        self._gates = False
        self._makers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        """The steps that may make each name of a frame."""
        for node in program.by_id.values():
            for name in made_by(node.step):
                self._makers[node.frame, name].add(node.id)
        self._uncertain: set[str] = set()
        """Steps whose own conditions, or those around them, cannot be judged yet."""
        self._of_loops: dict[str, Details] = {}
        self._stand_ins = StandIns()
        self._lack_names(BODY, state.frames[BODY])

    def upcoming(self) -> Iterator[str]:
        while self._todo:
            yield self._todo.pop()

    def add(self, node: Node) -> None:
        """Plan one step, and put what is inside it next in line."""
        while self._open and not is_inside(node.id, self._open[-1].id):
            self._forget(self._open.pop())
        shown, known, reason = self._look_at(node)
        ended = self._looked.get(node.id)
        if ended is not None:
            known, reason = True, self._told_of_looking(node, *ended, reason)
        step, details = node.step, self._details(node)
        self.steps.append(
            PlannedStep(
                id=node.id,
                name=step.name,
                kind=step.kind,
                command=shown.command,
                danger=step.danger,
                mutates=self._mutates(step),
                when=step.when,
                known=known,
                reason=reason,
                depth=node.depth + len(item_numbers(node.id)),
                confirm=step.confirm is not None
                or (node.is_loop and step.asks_after_canary)
                or self._may_ask(node)
                or self._goes_past(node, reason),
                undo=step.undo is not None,
                where=self._where(node, details),
                host=details.host,
                rules=(
                    *self._own_details(node, details),
                    *self._rules(node, skipped=reason.startswith(SKIPPED)),
                    *self._undo_refused(node),
                    *self._env_refused(node, details),
                ),
                looked=None if ended is None else str(ended[0]),
                **shown.sent.as_fields(),
            )
        )
        if reason.startswith(SKIPPED):
            self._skipped[node.id] = reason
        inside = self._inside(node)
        self._todo += reversed(inside)
        if not reason.startswith(SKIPPED):
            self._will_make(node, is_block=bool(inside))

    def _told_of_looking(self, node: Node, status: StepStatus, why: str, planned: str) -> str:
        """How a step ended that was run for the plan; of one that had no turn what the plan says of that."""
        if status is StepStatus.SKIPPED:
            return planned if planned.startswith(SKIPPED) else f"{SKIPPED}: {why}"
        self._uncertain.discard(node.id)
        return f"looked at: {status}: {why}" if why else f"looked at: {status}"

    def _will_make(self, node: Node, *, is_block: bool) -> None:
        """Take the names that a step makes for unknown from then on; those of a block when it is over."""
        if not is_block:
            self._forget(node)
            return
        self._open.append(node)
        if node.step.side_by_side:
            # In which order they come nobody knows.
            for inner in map(self._program.node, self._program.nested(node.id)):
                if inner.frame == node.frame:
                    self._forget(inner)

    def _forget(self, node: Node) -> None:
        """Let nobody take a name for what it was before a step that makes it."""
        for name in captures_of(node.step):
            for key in frame_keys(self._state, node.id):
                frame = self._state.frames[key]
                frame.values.pop(name, None)
                frame.left_out.pop(name, None)

    def _details(self, node: Node) -> Details:
        """The details of a step, with what an author wrote in the place of what is not known."""
        with self._stand_ins.given():
            try:
                told = details_of(self._program, self._state, node)
            except TemplateError:
                return written_details(self._program, node)
            directory = told.directory
            if directory is not None and self._stand_ins.put_back(directory) != directory:
                directory = f"{self._stand_ins.put_back(directory)} (not known yet)"
            given = (told.env, told.headers)
            env, headers = (tuple(map(self._stand_ins.put_back, each)) for each in given)
            host, remote = map(self._stand_ins.put_back, (told.host, told.remote))
            if remote != told.remote:
                remote = f"{remote} (not known yet)"
            return Details(directory, env, headers, host, remote)

    def _own_details(self, node: Node, details: Details) -> tuple[str, ...]:
        """The lines of a step's details; none for an item that has what stands at its foreach."""
        if node.is_loop:
            self._of_loops[node.id] = details
        is_told = node.is_item and self._of_loops.get(holder_id(node.id)) == details
        return () if is_told else details.lines

    def _where(self, node: Node, details: Details) -> str:
        told = where(node.step, details.directory, details.remote)
        needed = "" if details.remote else self._program_needed(node.step)
        return f"{told}, needs an installed `{needed}`" if needed else told

    def _rules(self, node: Node, *, skipped: bool) -> tuple[str, ...]:
        """How the step is repeated and so on; the items of a foreach have what stands at it."""
        if node.is_item:
            return ()
        step = self._with_defaults(node)
        return tuple(rules(step, partial(self._known, node), skipped=skipped))

    def _undo_refused(self, node: Node) -> Iterator[str]:
        if not node.is_item and static_id(node.id) in self._undo_barred:
            yield f"taking it back is {BARRED}"

    def _env_refused(self, node: Node, details: Details) -> Iterator[str]:
        if not details.env or node.is_loop:
            return
        with self._stand_ins.given():
            try:
                around = surroundings_of(self._program, self._state, node, hides=True)
            except TemplateError:
                return
            env = {
                name: None if text is None else self._stand_ins.put_back(text)
                for name, text in around.env.items()
            }
        if why := self._refuses(node.step, env):
            yield f"it will be refused: {why}"

    def _with_defaults(self, node: Node) -> Step:
        """A step with what the runbook says for all that makes attempts and does not say so itself."""
        step, usual = node.step, node.defaults
        if not step.has_output:
            return step
        said = {
            "retry": step.retry or usual.retry,
            "timeout": usual.timeout if step.timeout is None else step.timeout,
            "on_failure": step.on_failure or (None if step.optional else usual.on_failure),
        }
        return structs.replace(step, **said)

    def _known(self, node: Node, given: object) -> str:
        """What an author wrote as far as it is known, and that it is not where that is so."""
        with self._stand_ins.given() as missing:
            text = self._stand_ins.put_back(as_known(given, self._scope(node)))
        return f"{text} (not known yet)" if missing else text

    def _lack_names(self, key: str, frame: Frame) -> None:
        """Let the steps of a frame take the names that it lacks for those that are not known yet."""
        frame.values[NOT_YET] = names_later(self._program, key, self._stand_ins)

    def _scope(self, node: Node) -> dict[str, Any]:
        return scope_of(self._state, node.id)

    def _may_ask(self, node: Node) -> bool:
        """Whether a dangerous step asks, as far as can be told of the confirm step right before it."""
        before = sibling_id(node.id, node.confirmed_by)
        return node.asks_first and before not in self._surely_asked

    def _goes_past(self, node: Node, reason: str) -> bool:
        """Whether somebody is asked before this step for questions before it that are left out."""
        if leaving_out.why(self._state, node) is not None:
            made = self._given.get(static_id(node.id), ())
            self._gates = self._gates or leaving_out.stays_open(self._program, node, made)
            return False
        if not self._gates or node.is_item or node.part != "body" or reason.startswith(SKIPPED):
            return False
        self._gates = False
        return True

    def _look_at(self, node: Node) -> tuple[Shown, bool, str]:
        step, scope = node.step, self._scope(node)
        reason, known = self._turn(node, scope)
        self._foresee(node, reason, scope, known=known)
        if step.calls is not None and not node.is_loop and not reason.startswith(SKIPPED):
            problem = self._begin_call(node)
            known, reason = known and not problem, reason or problem
        shown, error = self._shown(node, scope)
        if error is None:
            return shown, known, reason
        # That a step is skipped is known, whatever its texts would have been.
        skipped = known and bool(reason)
        return shown, skipped, reason or self._why_not_yet(node, error)

    def _turn(self, node: Node, scope: Scope) -> tuple[str, bool]:
        """Why the step has no turn, or (false) why that is not known yet; blank where it has one.

        Where nothing may be changed that keeps it from acting is told of all that may have their turn.
        """
        reason, known = self._why_no_turn(node, scope)
        if static_id(node.id) not in self._barred or reason.startswith(SKIPPED):
            return reason, known
        return (BARRED, True) if known else (f"{reason}; where it runs it is {BARRED}", False)

    def _why_no_turn(self, node: Node, scope: Scope) -> tuple[str, bool]:
        skipped = self._skipped.get(holder_id(node.id)) or leaving_out.why(self._state, node)
        if skipped is not None:
            return skipped, True
        stopped = self._stops.before(node)
        if stopped is not None and stopped.sure:
            return f"{SKIPPED}: `{stopped.stop}` ends the runbook before it", True
        given = node.step.if_
        if given is not None and judges_if(node):
            declared = self._program.frame(node).declared
            try:
                if not truth_of(given, scope, declared):
                    return f"{SKIPPED}: {not_held(given, scope, declared)}", True
            except TemplateError as error:
                return self._why_not_yet(node, error), False
        if stopped is not None:
            return f"`{stopped.stop}` may end the runbook before it", False
        if holder_id(node.id) in self._uncertain:
            return f"whether `{holder_id(node.id)}` runs is not known yet", False
        return "", True

    def _foresee(self, node: Node, reason: str, scope: dict[str, Any], *, known: bool) -> None:
        """Note what the turn of a step means for those behind it."""
        step = node.step
        if not known:
            self._uncertain.add(node.id)
        elif step.when != "on_failure" and reason.startswith(SKIPPED):
            self._give_up(node, scope)
        if node.is_loop or (reason and known):
            return
        if step.is_gate and known:
            self._surely_asked.add(node.id)
        if step.stops_as is not None:
            self._stops.note(node, sure=self._is_sure(node, of_a_failure=True))
        if step.asks_values and self._is_sure(node):
            self._answer(node, scope)

    def _give_up(self, node: Node, scope: Scope) -> None:
        """Note what is known now that a step is skipped: that, and which names nobody will make."""
        not_yet = not_yet_in(scope)
        if not_yet is None or item_numbers(node.id):
            return
        for name in made_by(node.step):
            makers = self._makers[node.frame, name]
            makers.discard(node.id)
            if not makers:
                not_yet.names.discard(name)
        not_yet.steps.discard(node.step.id)
        results = frame_of(self._state, node.id).results
        results.setdefault(node.step.id, {})[OUTCOME] = str(StepStatus.SKIPPED)

    def _is_sure(self, node: Node, *, of_a_failure: bool = False) -> bool:
        """Whether a step surely has its turn if nothing fails before; not where a list is not known yet.

        `of_a_failure` asks that of what runs after a failure too, for the case that there is one.
        """
        step, inside = node.id, ""
        while step:
            around = self._program.node(step)
            if step in self._uncertain or (around.is_loop and not is_item(inside)):
                return False
            if around.step.when == "on_failure":
                return of_a_failure
            step, inside = holder_id(step), step
        return True

    def _answer(self, node: Node, scope: dict[str, Any]) -> None:
        """Let the steps behind a question know what it will be answered."""
        step = node.step
        question = Question(
            step=node.id,
            title=step.name,
            kind="input",
            message="",
            variables=step.asked,
            names=scope,
            secrets=tuple(sorted(secrets_of(self._state, node.id))),
        )
        answer = self._answering(question)
        if answer is not None:
            frame = frame_of(self._state, node.id)
            frame.values.update(answer.values)
            frame.left_out |= types_of(answer.left_out, step.asked)
            frame.secrets += answer.secrets

    def _shown(self, node: Node, scope: Scope) -> tuple[Shown, TemplateError | None]:
        """A step with what was written in the place of what is not known yet, and why that is so."""
        if node.is_loop:
            return self._shown_loop(node, scope)
        missing: Sequence[TemplateError] = ()
        try:
            with self._stand_ins.given() as missing:
                shown = put_back(shown_step(self._program, self._state, node), self._stand_ins)
        except TemplateError as error:
            missing = (*missing, error)
            shown = self._told(node, scope)
        return shown, next(iter(missing), None)

    def _shown_loop(self, node: Node, scope: Scope) -> tuple[Shown, TemplateError | None]:
        step = node.step
        try:
            number = len(items_of(self._state, node.id, step, scope))
            return Shown(f"for each of {number} items"), None
        except TemplateError as error:
            asked = inventory_of(step)
            with self._stand_ins.given():
                known = items_as_known(step, scope) if asked is None else in_words(asked, scope)
                items = self._stand_ins.put_back(known)
            told = self._told(node, scope)
            return Shown(f"for each of {items}: {told.command}", told.sent), error

    def _told(self, node: Node, scope: Scope) -> Shown:
        with self._stand_ins.given():
            return put_back(told_step(self._program, self._state, node, scope), self._stand_ins)

    def _why_not_yet(self, node: Node, error: TemplateError) -> str:
        missing = not_made(self._program, node, error, self._scope(node))
        if missing is not None:
            return self._by_one_that_runs(node, error, missing).replace("did not", "has yet to")
        if isinstance(error, UndefinedName) and error.missing in self._awaited(node):
            return f"it needs {error.name}, which is known when it runs"
        return explain(error)

    def _by_one_that_runs(self, node: Node, error: TemplateError, told: str) -> str:
        """The sentence for a missing name, by a step that is not known to be skipped."""
        root = error.missing if isinstance(error, UndefinedName) else ""
        first, others = self._program.frame(node).captures.get(root), self._makers[node.frame, root]
        if first is None or first in others or not others:
            return told
        return told.replace(f"`{first}`", f"`{min(others)}`")

    def _awaited(self, node: Node) -> Collection[str]:
        """Names that no step makes and that are known once the run, or its foreach, has begun."""
        names = self._program.frame(node)
        return {*names.declared, LOOP, "run.id", "run.started_at"}

    # What is inside

    def _inside(self, node: Node) -> list[str]:
        if node.is_loop:
            items = self._items(node)
            if items is not None:
                return items
            self._uncertain.add(node.id)
            if node.step.stops_as is not None and node.id not in self._skipped:
                self._stops.note(node, sure=False)
        if not node.step.is_block:
            return []
        if node.is_loop:
            self._give(node)
        nested = self._program.nested(node.id)
        return [id_ for id_ in nested if self._program.node(id_).depth == node.depth + 1]

    def _items(self, node: Node) -> list[str] | None:
        """The items of a foreach with their names known; None where the list is not known yet, or where so
        many steps would be no plan that anybody reads.
        """
        try:
            values = items_of(self._state, node.id, node.step, self._scope(node))
        except TemplateError:
            return None
        if len(self.steps) + len(self._todo) + len(values) > MOST_STEPS:
            return None
        ids = [item_id(node.id, number) for number in range(len(values))]
        self._state.frames.update(zip(ids, item_frames(self._state, node, values), strict=True))
        return ids

    def _begin_call(self, node: Node) -> str:
        """Give what a step calls its values; why that cannot begin, and then nothing in it has its turn."""
        called = node.step.called
        problem = "" if called is None else called.refuses(self._state.profile)
        problem = problem or self._give(node)
        if problem:
            self._skipped[node.id] = f"{SKIPPED}: `{node.id}` does not begin"
        return problem

    def _give(self, node: Node) -> str:
        """What a called group or runbook will know, as far as it is known; what is wrong with it."""
        if node.step.calls is None:
            return ""
        call = call_of(self._state, node)
        frame = begun_frame(call)
        resolved = None
        if self._resolving is not None:
            resolved = self._resolving(call)
            frame.values.update(resolved.values)
            frame.left_out |= types_of(resolved.left_out, call.variables)
            frame.secrets += resolved.secrets
        self._lack_names(f"{static_id(node.id)}/", frame)
        self._state.frames[f"{node.id}/"] = frame
        _give_captures(self._state, f"{node.id}/")
        return "" if resolved is None else "; ".join(map(str, resolved.problems))


SKIPPED = "skipped"
"""How the reason of a step begins that will not run."""
