"""Which names may stand where: a name that can never mean anything is an error before a run begins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from pup_tui.runbook.closed_names import EARLY, check_fields, closed_among
from pup_tui.runbook.model import LOOP, OUTCOME
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.omit import TOLD, hint_for, may_stand
from pup_tui.runbook.report import Report, a_step, listed
from pup_tui.runbook.roles import NOTES
from pup_tui.runbook.secret_names import report_exposure, secrets_at
from pup_tui.runbook.shapes import KeyPath, PlacedText
from pup_tui.runbook.steps import BODY, STEP_FIELDS, DraftFrame, StepDraft
from pup_tui.template.errors import TemplateError
from pup_tui.template.tag_words import tag_hint
from pup_tui.template.text import compile_text
from pup_tui.template.usage import UsesNames
from pup_tui.template.values import OMIT_NAME

ALWAYS = frozenset({"steps", "run"})
"""Names that every template knows."""

ATTEMPT_NAMES = frozenset([
    "output", "stderr", "json", "lines", "exit_code", "status_code", "headers", "value", "status",
    "attempt", "elapsed",
])  # fmt: skip
"""What an attempt tells about itself, where it is judged."""

BLOCK_NAMES = frozenset({"attempt", "elapsed"})
"""What an attempt of a block tells about itself."""

BLOCK_HINT = "name what a step inside captures, or its steps.ID.output"

_ABOVE = "a default may use only the variables above it"
_JUDGES_ATTEMPT = (
    ("assert",),
    ("capture",),
    ("poll", "until"),
    ("poll", "fail_if"),
    ("retry", "on"),
    ("show",),
    ("defaults", "retry", "on"),
)
_WHERE_JUDGED = "until, fail_if, assert, capture, show and retry.on"
_BEFORE_ITEMS = frozenset(
    {"foreach", "confirm", "max_parallel", "canary", "batch_pause", "max_errors"}
)
"""Keys of a `foreach` step that are worked out once, before its first item."""


class ScopeCheck:
    """The names of a frame, of which some are `secrets`. `is_open` where some could not be found out."""

    def __init__(
        self, frame: DraftFrame, secrets: frozenset[str], report: Report, *, is_open: bool = False
    ) -> None:
        self._variables = {name: number for number, name in enumerate(frame.variables)}
        self._declaring = "vars" if frame.caller is None else "params"
        self._report = report
        self._steps = {step.id: step for step in frame.steps if not step.is_undo}
        self._makers: dict[str, list[StepDraft]] = {}
        for step in frame.steps:
            for name in step.makes:
                self._makers.setdefault(name, []).append(step)
        loops = [step for step in frame.steps if step.loops]
        self._items = frozenset([LOOP, *(step.item for step in loops)])
        self._asked: dict[str, dict[str, int]] = {}
        self._is_open = is_open
        self._secrets = secrets

    @property
    def declared(self) -> frozenset[str]:
        """Every variable and everything that steps make."""
        return frozenset(self._variables).union(self._makers)

    def check(self, step: StepDraft | None, placed: PlacedText, uses: UsesNames) -> None:
        """Report the names in a text that it cannot know; `step` None where it is of no step."""
        use = _Use(step, placed)
        report_exposure(placed, secrets_at(step, self._secrets), self._report)
        check_fields(placed.node, uses, use.closed, self._report)
        if use.variable is not None:
            self._check_variable(use, uses)
            return
        if step is None and placed.path[0] == "lock":
            self._check_lock(placed.node, uses)
            return
        omits = OMIT_NAME in uses.all_names and not self._is_known(OMIT_NAME, use)
        if omits and not may_stand(placed):
            self._report.error_in(placed.node, TOLD, hint_for(placed), fragment=OMIT_NAME)
        for name in sorted(uses.names - ALWAYS - {OMIT_NAME if omits else ""}):
            if not self._is_known(name, use):
                self._check_name(name, use)
        for step_id, field in sorted(uses.step_fields):
            may_be_missing = (step_id, field) in uses.optional_step_fields
            self._check_field(step_id, field, use, may_be_missing)

    def check_makers(self) -> None:
        """Report names that two steps make at the same time: it would be chance which value lasts.

        The outputs of a group are named by its file, so that one group may be called side by side.
        """
        places = {
            maker.path: {**maker.asked, **maker.captures}
            for maker in {m.path: m for makers in self._makers.values() for m in makers}.values()
            if maker.branches
        }
        for name, makers in self._makers.items():
            first: dict[KeyPath, tuple[KeyPath, StepDraft]] = {}
            for maker in makers:
                node = places.get(maker.path, {}).get(name)
                if node is None:
                    continue
                for branch in maker.branches:
                    beside, other = first.setdefault(branch[:-1], (branch, maker))
                    if beside != branch:
                        told = f"step {shown(other.id)} makes {shown(name)} at the same time"
                        self._report.error(node, told, "take another name")

    def is_known_to(self, step: StepDraft, name: str) -> bool:
        """Whether a name stands for something when a step begins."""
        if name in self._variables or name in step.items:
            return True
        return any(_why_not(maker, step) is None for maker in self._makers.get(name, ()))

    def _is_known(self, name: str, use: _Use) -> bool:
        if use.sees_fields:
            return True
        if name in self._variables or name in use.attempt_names:
            return True
        if name in use.items:
            return True
        makers = self._makers.get(name, ())
        if use.is_note:
            return bool(makers)
        if use.step is None or use.is_output:
            return any(use.step is None or maker.order[0] == BODY for maker in makers)
        if use.inner[:1] == ("assert",) and use.step in makers:
            return True
        return any(_why_not(maker, use.step) is None or use.sees_inside(maker) for maker in makers)

    def _check_name(self, name: str, use: _Use) -> None:
        makers, node = self._makers.get(name), use.node
        if makers:
            told = f"{shown(name)} is captured only by {_late(makers[0], use.step)}"
            self._report.error_in(node, told, fragment=name)
        elif use.step is not None and use.step.loops and name in (use.step.item, LOOP):
            what = "the place of one item" if name == LOOP else "one item"
            told = f"{shown(name)} is not known here: it stands for {what} of the `foreach`"
            hint = f"{listed(sorted(_BEFORE_ITEMS))} are worked out once, before the first item"
            self._report.error_in(node, told, hint, fragment=name)
        elif name in self._items:
            told = f"{shown(name)} is known only inside its `foreach`"
            self._report.error_in(node, told, fragment=name)
        elif name in ATTEMPT_NAMES and use.judges_block:
            told = f"a block as a whole has no {shown(name)}"
            self._report.error_in(node, told, BLOCK_HINT, fragment=name)
        elif name in ATTEMPT_NAMES:
            told = f"{shown(name)} is known only in {_WHERE_JUDGED}"
            self._report.error_in(node, told, f"write steps.ID.{name}", fragment=name)
        elif not self._is_open:
            hint = tag_hint(name) or self._report.suggest(name, self.declared | use.items | ALWAYS)
            hint = hint or f"declare it under `{self._declaring}`, or write {name} | default(…)"
            self._report.error_in(node, f"{shown(name)} is not defined", hint, fragment=name)

    def _check_field(self, step_id: str, field: str, use: _Use, may_be_missing: bool) -> None:
        named, node = self._steps.get(step_id), use.node
        if named is None:
            if self._is_open:
                return
            hint = (
                self._report.suggest(step_id, self._steps) or f"the steps are {_some(self._steps)}"
            )
            told = f"there is no step {shown(step_id)}"
            self._report.error_in(node, told, hint, fragment=step_id)
        elif field not in STEP_FIELDS:
            hint = (
                self._report.suggest(field, STEP_FIELDS) or f"it has {listed(sorted(STEP_FIELDS))}"
            )
            self._report.error_in(node, f"a step has no {shown(field)}", hint, fragment=field)
        elif (
            named.kind is not None
            and not named.kind.has_output
            and field != OUTCOME
            and not may_be_missing
        ):
            kind = named.node.text("kind")
            told = (
                f"step {shown(step_id)} is {a_step(kind)}, which has no results but its `outcome`"
            )
            self._report.error_in(node, told, fragment=step_id)
        elif use.step is not None and not (may_be_missing or use.is_output or use.is_note):
            why = _why_not(named, use.step)
            if why is not None and not use.sees_inside(named):
                self._report.error_in(node, f"step {shown(step_id)} {why}", fragment=step_id)

    def _check_variable(self, use: _Use, uses: UsesNames) -> None:
        """A text of a variable knows the variables above it, and what is known where it is asked for."""
        step, name, node = use.step, str(use.variable), use.node
        asks = use.is_asked_for
        self.check_results(step if asks else None, use.placed, uses)
        place = self._places(step if asks else None)
        for other in sorted(uses.names - ALWAYS):
            if place.get(other, len(place)) < place.get(name, 0):
                continue
            if asks and step is not None and self.is_known_to(step, other):
                continue
            above = [known for known, number in place.items() if number < place.get(name, 0)]
            report_unknown(other, node, above, self._report)

    def check_results(self, step: StepDraft | None, placed: PlacedText, uses: UsesNames) -> None:
        """Report results of steps that a variable's text names and cannot know; `step` asks for its value."""
        for step_id, field in sorted(uses.step_fields):
            may_be_missing = (step_id, field) in uses.optional_step_fields
            if step is not None:
                self._check_field(step_id, field, _Use(step, placed), may_be_missing)
            elif not may_be_missing:
                told = f"{shown(f'steps.{step_id}')} is not known here"
                hint = "the values of variables are found before the first step"
                self._report.error_in(placed.node, told, hint, fragment="steps")

    def _places(self, step: StepDraft | None) -> dict[str, int]:
        """The order of the variables, or of the values that a step asks for."""
        if step is None:
            return self._variables
        if step.id not in self._asked:
            self._asked[step.id] = {name: number for number, name in enumerate(step.asked)}
        return self._asked[step.id]

    def _check_lock(self, node: Scalar, uses: UsesNames) -> None:
        """A lock is taken before the first step, and its value is written down for everybody to see."""
        variables = frozenset(self._variables)
        for name in sorted(uses.names - variables - {"run"}):
            hint = "the lock is taken before the first step"
            hint = self._report.suggest(name, variables) or hint
            told = f"{shown(name)} is not known in `lock`, which sees variables only"
            self._report.error_in(node, told, hint, fragment=name)


class _Use:
    """A text that uses names: where it stands."""

    def __init__(self, step: StepDraft | None, placed: PlacedText) -> None:
        self.step = step
        self.placed = placed
        self.node = placed.node
        self.inner = placed.inner
        self.is_output = self.inner[:2] == ("call", "outputs")
        self.is_note = placed.role in NOTES
        """It is told beside its step before, while and after that runs, as far as it is known then."""
        self.items: frozenset[str] = frozenset()
        if step is not None and not self.is_output:
            outer = step.around.items if step.around is not None else frozenset()
            before = step.loops and self.inner[0] in _BEFORE_ITEMS
            self.items = outer - {LOOP} if before else step.items

    @property
    def attempt_names(self) -> frozenset[str]:
        """What it knows of the attempt that it judges, if it judges one."""
        if not any(self.inner[: len(judge)] == judge for judge in _JUDGES_ATTEMPT):
            return frozenset()
        return BLOCK_NAMES if self.judges_block else ATTEMPT_NAMES

    @property
    def sees_fields(self) -> bool:
        """Whether it is a column of a table: any name may be a field of a row."""
        return self.inner[:3] == ("show", "table", "columns") and self.inner[-1] == "value"

    @property
    def judges_block(self) -> bool:
        """Whether it is a condition of the poll of a block."""
        kind = None if self.step is None else self.step.kind
        return kind is not None and kind.is_block and self.inner[:1] == ("poll",)

    def sees_inside(self, maker: StepDraft) -> bool:
        """Whether it judges an attempt of a block that the step has been part of."""
        around: StepDraft | None = maker
        while around is not None and around is not self.step:
            around = around.around
        in_time = self.step is not None and maker.order[0] == self.step.order[0]
        return self.judges_block and around is not None and in_time

    @property
    def closed(self) -> Mapping[str, frozenset[str]]:
        """The names here that have certain fields only."""
        if self.variable is not None and (self.step is None or self.is_param):
            return EARLY
        return closed_among(self.items)

    @property
    def is_param(self) -> bool:
        """Whether it is a text of what a group takes."""
        return self.inner[:2] == ("call", "params")

    @property
    def is_asked_for(self) -> bool:
        """Whether it is a text of a value that its step asks for."""
        return self.step is not None and self.inner[0] == "vars" and bool(self.step.asked)

    @property
    def variable(self) -> str | None:
        """The variable, param or value asked for that this is a text of."""
        if self.step is None:
            return str(self.inner[1]) if self.inner[0] == "vars" else None
        if self.is_param:
            return str(self.inner[2])
        return str(self.inner[1]) if self.is_asked_for else None


def names_in(text: str) -> frozenset[str]:
    """The names that a text uses, also where they may be missing; none where it is no template."""
    if "{" not in text or not is_readable(text):
        return frozenset()
    return compile_text(text).all_names


def is_readable(text: str) -> bool:
    """Whether the templates of a text are in the language."""
    try:
        compile_text(text)
    except TemplateError:
        return False
    return True


_LATER = "has not run when this step runs"


def _late(maker: StepDraft, user: StepDraft | None) -> str:
    """The step that makes a name, and why the name is not known where it is used."""
    why = _why_not(maker, user) if user is not None else None
    if maker is user:
        return "this very step"
    return f"step {shown(maker.id)}, which {'runs later' if why in (None, _LATER) else why}"


def _why_not(maker: StepDraft, user: StepDraft) -> str | None:
    """Why what one step makes is not known when another one runs; None where it is."""
    if maker is user:
        return "is this very step"
    if user.undo_of is maker:
        return None
    if maker.undo_of is not None and maker.undo_of is not user.undo_of:
        return "only takes another step back"
    same_part = maker.order[0] == user.order[0]
    if maker.order > user.order:
        return _LATER
    if same_part and _runs_beside(maker, user):
        return "runs at the same time"
    return None


def _runs_beside(one: StepDraft, other: StepDraft) -> bool:
    """Whether the two stand in different steps of the same `parallel`."""
    for branch in one.branches:
        for its in other.branches:
            if branch[:-1] == its[:-1] and branch != its:
                return True
    return False


def report_unknown(name: str, node: Scalar, above: Collection[str], report: Report) -> None:
    """Report a name that a text of a variable has, and that is none of those `above` it."""
    hint = report.suggest(name, above) or "only the variables above it are known here"
    report.error_in(node, f"{shown(name)} is not known here", hint, fragment=name)


def check_default_names(
    variables: Iterable[str],
    uses: Sequence[tuple[str, Scalar, UsesNames]],
    report: Report,
    is_known: Callable[[str], bool],
) -> None:
    """Report defaults that use what does not stand above them, and circles among them.

    `uses` has each text of a default that names something, with its variable. `is_known` tells of other names
    whether they may be used as well.
    """
    order = {name: index for index, name in enumerate(variables)}
    needs: dict[str, frozenset[str]] = {}
    for name, _, used in uses:
        needs[name] = needs.get(name, frozenset()) | used.names
    circle = _circle(needs)
    if circle:
        told = " -> ".join([*circle, circle[0]])
        first = next(node for name, node, _ in uses if name == circle[0])
        report.error(first, f"the defaults go round in a circle: {told}")
    for name, node, used in uses:
        above = {other for other in used.names if order.get(other, order[name]) < order[name]}
        for other in sorted(used.names - above - ALWAYS - set(circle)):
            if is_known(other):
                continue
            if other in order:
                told = f"{shown(other)} stands below {shown(name)}"
                hint = _ABOVE
            else:
                told = f"{shown(other)} is not a variable"
                hint = report.suggest(other, list(order)[: order[name]]) or _ABOVE
            report.error_in(node, told, hint, fragment=other)


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


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return listed(names[:10]) + (" and others" if len(names) > 10 else "")
