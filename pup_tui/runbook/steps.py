"""Steps while they are checked, where they stand, and the ids by which later steps name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, KeysView
from typing import TypeAlias, get_args

from msgspec import Struct, field

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.model import LOOP, OUTCOME, AnyStep, Step
from pup_tui.runbook.nodes import GroupCall, Mapping, Scalar, Sequence, YamlNode, shown
from pup_tui.runbook.report import Report
from pup_tui.runbook.shapes import KeyPath, PlacedText
from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.interpreter import DEFAULT, Interpreter
from pup_tui.template.sql.engines import ENGINES, SqlUse, engine_of
from pup_tui.template.text import Text, compile_text

MAX_ID = 200
DEFAULT_ITEM = "item"

STEP_FIELDS = frozenset(
    [
        OUTCOME,
        "output",
        "stderr",
        "json",
        "lines",
        "exit_code",
        "status",
        "status_code",
        "headers",
        "duration",
    ]
)
"""What `steps.ID` has."""

HOLDING = frozenset({"steps", "undo"})
"""The keys of a step under which other steps stand."""

BODY, UNDO, CLEANUP = range(3)
"""The parts of a run, in their order."""

_OTHERS = late_pattern(r"[^a-z0-9]+")
_ID = late_pattern(r"[a-z][a-z0-9_]*\Z")

KINDS: dict[str, type[Step]] = {str(cls.__struct_config__.tag): cls for cls in get_args(AnyStep)}


class StepDraft(Struct, eq=False):
    """A step of a file that may still be wrong elsewhere.

    `order` is the part of the run in which it runs, and its place among the steps of its frame: what comes
    before is known. `around` is the step that holds it, `undo_of` the step that it (or the block it stands
    in) takes back. `branches` are the steps around it that run side by side
    with others, and `items` the names of the items of the loops that it is in. `interpreter` runs its script.
    """

    node: Mapping
    path: KeyPath
    frame: DraftFrame
    order: tuple[int, int]
    around: StepDraft | None = None
    undo_of: StepDraft | None = None
    branches: tuple[KeyPath, ...] = ()
    items: frozenset[str] = frozenset()
    id: str = ""
    inner: DraftFrame | None = None
    interpreter: Interpreter = DEFAULT
    kind: type[Step] | None = None
    """The model's class of its kind; None where there is no such kind."""

    def __post_init__(self) -> None:
        self.kind = KINDS.get(self.node.text("kind") or "")

    def environment(self, defaults: YamlNode | None) -> dict[str, YamlNode]:
        """The variables of its processes' environment: its own, and those of what stands around it."""
        given = [step.node.get("env") for step in self.lineage()]
        given.append(self._default(defaults, "env"))
        maps = [env for env in reversed(given) if isinstance(env, Mapping)]
        return {name: entry.value for env in maps for name, entry in env.entries.items()}

    def folder(self, defaults: YamlNode | None) -> YamlNode | None:
        """The directory of its processes: its own, or that of what stands around it."""
        given = [step.node.get("cwd") for step in self.lineage()]
        given.append(self._default(defaults, "cwd"))
        return next((each for each in given if each is not None), None)

    def _default(self, defaults: YamlNode | None, key: str) -> YamlNode | None:
        """What the runbook's `defaults` say for a key, unless the step clears it by null."""
        if not isinstance(defaults, Mapping):
            return None
        own = self.node.entries.get(key)
        return None if own is not None and own.value.is_null else defaults.get(key)

    def valued_env(self, defaults: YamlNode | None) -> frozenset[str]:
        """The variables of its processes' environment that hold values."""
        return frozenset(self.env_texts(defaults))

    def env_texts(self, defaults: YamlNode | None) -> dict[str, Text]:
        """Their texts."""
        found: dict[str, Text] = {}
        for name, value in self.environment(defaults).items():
            text = _template(value.text) if isinstance(value, Scalar) else None
            if text is not None:
                found[name] = text
        return found

    @property
    def group(self) -> str:
        """What the findings of one warning in this step have in common: they are told once."""
        return str(self.path)

    @property
    def sql_use(self) -> SqlUse:
        """What its statements are judged by; without an `engine` the beginning of its `url` names it."""
        given = self.node.text("engine")
        known = next((engine for engine in ENGINES if engine == given), None)
        if known is None:
            url = self.node.text("url")
            known = "postgresql" if url is None else engine_of(url)
        return SqlUse(
            known,
            read_only=self.node.truth("read_only") is True,
            autocommit=self.node.truth("autocommit") is True,
        )

    @property
    def is_undo(self) -> bool:
        """Whether it stands under `undo`, and not only in a block that does."""
        return self.path[-1] == "undo"

    def lineage(self) -> Iterator[StepDraft]:
        """The step, and all that it stands in, from the inside out."""
        step: StepDraft | None = self
        while step is not None:
            yield step
            step = step.around or step.frame.caller

    @property
    def loops(self) -> bool:
        return self.node.get("foreach") is not None

    @property
    def item(self) -> str:
        """How its texts name an item of its `foreach`."""
        return self.node.text("as") or DEFAULT_ITEM

    @property
    def runs_beside_others(self) -> bool:
        """Whether it may run at the same time as another step or another item."""
        step: StepDraft | None = self
        while step is not None:
            if step.branches or (step.loops and (step.node.text("max_parallel") or "1") != "1"):
                return True
            around = step.around or step.frame.caller
            if around is not None and step.order[0] not in (BODY, around.order[0]):
                return False  # it runs at another time than what it stands in
            step = around
        return False

    @property
    def part(self) -> int:
        """The part of the run in which it runs, also where a group from a file or its step says so."""
        caller = self.frame.caller
        return max(self.order[0], BODY if caller is None else caller.part)

    @property
    def captures(self) -> dict[str, YamlNode]:
        """The names it captures, with the place of each."""
        given = self.node.get("capture")
        if isinstance(given, Scalar):
            return {given.text: given}
        return _keys(given)

    @property
    def asked(self) -> dict[str, YamlNode]:
        """The names of the values that it asks a person for."""
        asks = self.kind is not None and self.kind.asks_values
        return _keys(self.node.get("vars")) if asks else {}

    @property
    def outputs(self) -> dict[str, YamlNode]:
        """The names that the group it calls gives back."""
        return _keys(self.node.call.get("outputs")) if isinstance(self.node, GroupCall) else {}

    @property
    def makes(self) -> dict[str, YamlNode]:
        """Every name that later steps know because of it."""
        return {**self.captures, **self.asked, **self.outputs}


class DraftFrame(Struct, eq=False):
    """Names that see each other: a runbook's, or those of a group from a file.

    `names` are its variables, or the group's params. `steps` are in the order of the file, undo steps and
    nested ones among them; `made` is the first step that makes each name; `path` leads to the step that
    calls the group.
    """

    names: Mapping | None
    path: KeyPath = ()
    steps: list[StepDraft] = field(default_factory=list)
    made: dict[str, StepDraft] = field(default_factory=dict)
    caller: StepDraft | None = None

    @property
    def variables(self) -> KeysView[str]:
        return (self.names.entries if self.names is not None else {}).keys()


Linter: TypeAlias = Callable[[Mapping, str, list[StepDraft], list[PlacedText], Report], None]
"""Looks for warnings: in the tree of a file of this stem, in its steps and its texts."""


def frames_of(root: Mapping) -> list[DraftFrame]:
    """The frames of a file whose steps are filled in, the file's own first."""
    names = root.get("vars")
    walk = _Walk(DraftFrame(names if isinstance(names, Mapping) else None))
    walk.block(root.get("steps"), ("steps",), walk.frames[0], None)
    return walk.frames


class _Walk:
    def __init__(self, frame: DraftFrame) -> None:
        self.frames = [frame]

    def block(
        self, steps: YamlNode | None, path: KeyPath, frame: DraftFrame, around: StepDraft | None
    ) -> None:
        if isinstance(steps, Sequence):
            for number, step in enumerate(steps.items):
                if isinstance(step, Mapping):
                    self._add(step, (*path, number), frame, around)

    def _add(
        self, node: Mapping, path: KeyPath, frame: DraftFrame, around: StepDraft | None
    ) -> None:
        part = BODY
        branches: tuple[KeyPath, ...] = ()
        items: frozenset[str] = frozenset()
        undo_of: StepDraft | None = None
        if around is not None:
            part, branches, items = around.order[0], around.branches, around.items
            undo_of = around.undo_of
            if around.kind is not None and around.kind.side_by_side:
                branches = (*branches, path)
        if path[-1] == "undo":
            part, branches, undo_of = UNDO, (), around
        elif part == BODY and node.text("when") == "cleanup":
            part, branches = CLEANUP, ()
        order = part, len(frame.steps)
        draft = StepDraft(node, path, frame, order, around, undo_of, branches, items)
        if draft.loops:
            draft.items = items | {draft.item, LOOP}
        frame.steps.append(draft)
        for name in draft.makes:
            frame.made.setdefault(name, draft)
        if isinstance(node, GroupCall):
            params = node.call.get("params")
            inner = DraftFrame(params if isinstance(params, Mapping) else None, path, caller=draft)
            self.frames.append(inner)
            draft.inner = inner
            self.block(node.get("steps"), (*path, "steps"), inner, None)
        elif node.get("steps") is not None:
            self.block(node.get("steps"), (*path, "steps"), frame, draft)
        undo = node.get("undo")
        if isinstance(undo, Mapping):
            self._add(undo, (*path, "undo"), frame, draft)


def derived_id(name: str, number: int) -> str:
    """The id that step `number` (from 1) gets from its name."""
    stem = _OTHERS.sub("_", name.lower()).strip("_")
    if not stem:
        return f"step_{number}"
    return f"s{stem}" if stem[0].isdigit() else stem


def assign_ids(steps: Iterable[StepDraft], report: Report) -> None:
    """Set the id of every step of a frame; a wrong or repeated one that was given is reported.

    An undo step has the id of its step with `:undo` after it.
    """
    named = [step for step in steps if not step.is_undo]
    taken = _given_ids(named, report)
    repeats: dict[str, int] = {}
    for number, step in enumerate(named, 1):
        if not step.id:
            stem = derived_id(step.node.text("name") or "", number)
            step.id = _free(stem, taken, repeats)
            taken.add(step.id)
    for step in steps:
        if step.is_undo and step.around is not None:
            step.id = f"{step.around.id}:undo"


def _given_ids(steps: list[StepDraft], report: Report) -> set[str]:
    given: dict[str, YamlNode] = {}
    for step in steps:
        value = step.node.get("id")
        if not isinstance(value, Scalar):
            continue
        step.id = value.text
        if not _ID.match(value.text) or len(value.text) > MAX_ID:
            hint = "an id begins with a-z and goes on with a-z, 0-9 and _"
            report.error(value, f"{shown(value.text)} is not an id", hint)
        elif value.text in given:
            first = given[value.text].line
            told = f"the id {shown(value.text)} is given twice"
            report.error(value, told, f"first on line {first}")
        else:
            given[value.text] = value
    return set(given)


def _free(stem: str, taken: set[str], repeats: dict[str, int]) -> str:
    found = stem
    while found in taken:
        repeats[stem] = repeats.get(stem, 1) + 1
        found = f"{stem}_{repeats[stem]}"
    return found


def _keys(node: YamlNode | None) -> dict[str, YamlNode]:
    if not isinstance(node, Mapping):
        return {}
    return {name: entry.key for name, entry in node.entries.items()}


def _template(text: str) -> Text | None:
    """A text that is a template; one that cannot be read is reported where it stands."""
    try:
        compiled = compile_text(text) if "{" in text else None
    except TemplateError:
        return None
    return None if compiled is None or compiled.is_literal else compiled
