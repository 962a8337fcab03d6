"""A runbook compiled for a run: a flat list of nodes, and what is wanted of each one's output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from msgspec import Struct

from pup_tui.core.ids import UNDO, holder_id, is_item, item_numbers, static_id, undo_id
from pup_tui.runbook.model import Defaults, Runbook, Step
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.uses import uses_of
from pup_tui.template.expression import compile_expression

Part = Literal["body", "undo", "cleanup"]


class FrameNames(Struct, frozen=True):
    """Names that see each other: a runbook's, or those of a group from a file.

    `captures` maps each capture's name to the id of the node that makes it, `asked` each name that a question
    gives to its node, `steps` the ids by which texts name steps to their nodes.
    """

    declared: frozenset[str]
    captures: dict[str, str]
    asked: dict[str, str]
    steps: dict[str, str]


class Node(Struct, frozen=True, kw_only=True):
    """One step of the run and where it stands.

    `depth` counts the steps around it. `frame` is the key of its frame, `home` the id of the step that calls
    the runbook it belongs to (`` for the run's own), whose `defaults` it has. `part` is the part of the run
    in which it runs; `deferred` marks a cleanup step that waits for the end of the run. `results` are its
    results that later texts name. `asks_first` is true where the step is dangerous and has no `confirm` of
    its own: somebody is asked unless the confirm step right before it, `confirmed_by` in the same block,
    was answered yes. `has_gate` is true where it is or holds a gate.
    """

    id: str
    index: int
    step: Step
    depth: int = 0
    frame: str = ""
    home: str = ""
    defaults: Defaults = Defaults()
    part: Part = "body"
    deferred: bool = False
    loop: str = ""
    results: tuple[str, ...] = ()
    asks_first: bool = False
    confirmed_by: str = ""
    has_gate: bool = False

    @property
    def is_item(self) -> bool:
        return is_item(self.id)

    @property
    def is_loop(self) -> bool:
        """Whether this stands for all items of a foreach."""
        return self.step.foreach is not None and not self.is_item

    @property
    def is_called(self) -> bool:
        """Whether it is a runbook that is called: a stop inside of it ends that alone."""
        return self.step.called is not None and not self.is_loop

    @property
    def can_be_undone(self) -> bool:
        """Whether it is offered to be taken back once it has succeeded; of a foreach its items are."""
        return self.step.undo is not None and not self.is_loop

    @property
    def is_block(self) -> bool:
        """Whether other steps run inside it."""
        return self.step.is_block or self.is_loop


class Program(Struct, frozen=True, kw_only=True):
    """A compiled runbook.

    `nodes` are all steps in the order of the file, nested ones after what holds them; undo steps are found
    by id only. `body` are the outermost steps that run in that order. `within` maps each step to
    all that are nested in it, cleanup steps included. `loops` maps each foreach or undo step
    (`` for the run itself) to the nodes that exist once for each of its items. `places` are numbers for what
    is kept of steps, where those are not their places in the file.
    """

    id: str
    runbook: Runbook
    nodes: tuple[Node, ...]
    body: tuple[str, ...]
    within: dict[str, tuple[str, ...]]
    by_id: dict[str, Node]
    inside: dict[str, tuple[str, ...]]
    loops: dict[str, tuple[Node, ...]]
    frames: dict[str, FrameNames]
    concrete: dict[str, Node]
    places: dict[str, int] = {}

    def has(self, step: str) -> bool:
        return static_id(step) in self.by_id

    def place(self, step: str) -> int:
        """The number under which the step's output is kept, which its items share."""
        known = self.places.get(static_id(step))
        return self.node(step).index if known is None else known

    def node(self, step: str) -> Node:
        """The node of a step's id, which may name items; KeyError if there is none."""
        found = self.concrete.get(step) or self.by_id.get(step)
        if found is None:
            node = self.by_id[static_id(step)]
            found = msgspec.structs.replace(node, id=step)
            if is_item(step):
                # What its foreach asks it asks once, for all of them.
                held = (self.by_id[id_].has_gate for id_ in self.inside.get(node.id, ()))
                has_gate = node.step.is_gate or any(held)
                found = msgspec.structs.replace(found, deferred=False, has_gate=has_gate)
            self.concrete[step] = found
        return found

    def children(self, step: str) -> tuple[str, ...]:
        """The ids of the steps that run inside a group, parallel or runbook step."""
        static = static_id(step)
        return tuple(step + child[len(static) :] for child in self.inside.get(static, ()))

    def nested(self, step: str) -> Iterator[str]:
        """The ids of all steps inside a step; what is inside a foreach in it is named without numbers."""
        static = static_id(step)
        return (step + inner[len(static) :] for inner in self.within.get(static, ()))

    def instances(self, loop: str) -> list[str]:
        """The ids of the steps that exist once for the run (``), for an item of a foreach, or for an undo."""
        static = static_id(loop)
        return [loop + node.id[len(static) :] for node in self.loops.get(static, ())]

    def settled(self, node: Node) -> str | None:
        """The id, without items, of the step that this one takes back."""
        name = node.step.settles
        return None if name is None else self.frame(node).steps[name]

    def frame(self, node: Node) -> FrameNames:
        return self.frames[node.frame]

    def given_in(self, frame: str) -> dict[str, Variable]:
        """The variables that a frame begins with: the runbook's, or those of what a step calls."""
        if frame == "":
            return self.runbook.vars
        calls = self.node(frame.removesuffix("/")).step.calls
        return {} if calls is None else calls[0]

    def gathered(self, loop: Node) -> list[Node]:
        """A block (or step) and those inside it, without undo steps and the steps of what it calls."""
        own = static_id(loop.id)
        inside = (self.by_id[id_] for id_ in (own, *self.within.get(own, ())))
        return [node for node in inside if node.frame == loop.frame]

    def in_order(self, steps: Iterable[str]) -> list[str]:
        """Ids of steps as the file has them; undo steps last, in the order given."""
        given = list(steps)
        forward = [step for step in given if UNDO not in step]
        return sorted(forward, key=self._place) + [step for step in given if UNDO in step]

    def _place(self, step: str) -> tuple[tuple[int, tuple[int, ...]], ...]:
        places = []
        for end in [*(at for at, c in enumerate(step) if c == "/"), len(step)]:
            part = step[:end]
            places.append((self.by_id[static_id(part)].index, item_numbers(part)))
        return tuple(places)


def compile_program(id_: str, runbook: Runbook) -> Program:
    """Compile a loaded runbook (every step has its id); it has been checked, so nothing can fail here."""
    compiling = _Compiling(runbook)
    nodes, undos = compiling.nodes, compiling.undos
    every = [*nodes, *undos]
    return Program(
        id=id_,
        runbook=runbook,
        nodes=tuple(nodes),
        body=compiling.inside[""],
        within=_within(every),
        by_id={node.id: node for node in every},
        inside=compiling.inside,
        loops=_loops(every),
        frames=compiling.frames(every),
        concrete={},
    )


def _loops(nodes: Iterable[Node]) -> dict[str, tuple[Node, ...]]:
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault(node.loop, []).append(node)
    return {loop: tuple(inside) for loop, inside in found.items()}


def _within(nodes: Iterable[Node]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for node in nodes:
        holder = node.id
        while not holder.endswith(UNDO) and (holder := holder_id(holder)) != "":
            found.setdefault(holder, []).append(node.id)
    return {holder: tuple(inside) for holder, inside in found.items()}


class _Place(Struct, frozen=True, kw_only=True):
    """Where steps stand: what every node inside the same block has in common."""

    prefix: str = ""
    depth: int = 0
    frame: str = ""
    home: str = ""
    defaults: Defaults = Defaults()
    part: Part = "body"
    loop: str = ""
    side_by_side: bool = False


class _Compiling:
    """Makes the nodes: first without what others want of them, which is known when all have been seen."""

    def __init__(self, runbook: Runbook) -> None:
        self.nodes: list[Node] = []
        self.undos: list[Node] = []
        self.inside: dict[str, tuple[str, ...]] = {}
        self._into = self.nodes
        self._undone: list[tuple[Step, str, _Place]] = []
        self._runbook = runbook
        self._calls: dict[str, Step] = {}
        self._add_block("", runbook.steps, _Place(defaults=runbook.defaults))
        self._into = self.undos
        for step, id_, place in self._undone:
            self._add(step, id_, place)
        self._want()

    def _add_block(self, holder: str, steps: Iterable[Step], place: _Place) -> bool:
        """Add steps; whether one of them is or holds a gate."""
        ids: list[str] = []
        before: Step | None = None
        has_gate = False
        for step in steps:
            id_ = place.prefix + step.id
            asks_first = step.danger and not step.is_question and step.confirm is None
            stands_for = before if not place.side_by_side and _asks_for(before, step) else None
            confirmed_by = "" if stands_for is None else stands_for.id
            node = self._add(step, id_, place, asks_first=asks_first, confirmed_by=confirmed_by)
            if not node.deferred:
                ids.append(id_)
                has_gate = has_gate or node.has_gate
            before = step
        self.inside[holder] = tuple(ids)
        return has_gate

    def _add(
        self,
        step: Step,
        id_: str,
        place: _Place,
        *,
        asks_first: bool = False,
        confirmed_by: str = "",
    ) -> Node:
        deferred = step.when == "cleanup" and place.part == "body"
        part: Part = "cleanup" if deferred else place.part
        at = len(self._into)
        node = Node(
            id=id_,
            index=len(self.nodes) + len(self.undos),
            step=step,
            depth=place.depth,
            frame=place.frame,
            home=place.home,
            defaults=place.defaults.without(step.cleared),
            part=part,
            deferred=deferred,
            loop=place.loop,
            asks_first=asks_first,
            confirmed_by=confirmed_by,
        )
        self._into.append(node)
        own = step.is_gate or step.confirm is not None or step.asks_after_canary
        held = self._add_inside(step, id_, msgspec.structs.replace(place, part=part))
        node = msgspec.structs.replace(node, has_gate=own or held)
        self._into[at] = node
        if step.undo is not None:
            undo = undo_id(id_)
            around = msgspec.structs.replace(place, part="undo", loop=undo)
            self._undone.append((step.undo, undo, around))
        return node

    def _add_inside(self, step: Step, id_: str, place: _Place) -> bool:
        inner = msgspec.structs.replace(
            place,
            prefix=f"{id_}/",
            depth=place.depth + 1,
            loop=id_ if step.foreach is not None else place.loop,
            side_by_side=step.side_by_side,
        )
        if not step.inside:
            return False
        if step.calls is not None:
            inner = msgspec.structs.replace(inner, frame=f"{id_}/")
            self._calls[f"{id_}/"] = step
        if step.called is not None:
            inner = msgspec.structs.replace(inner, home=id_, defaults=step.called.defaults)
        return self._add_block(id_, step.inside, inner)

    def frames(self, nodes: Iterable[Node]) -> dict[str, FrameNames]:
        names = {"": set(self._runbook.vars)}
        names |= {key: set(step.calls[0]) for key, step in self._calls.items() if step.calls}
        captures: dict[str, dict[str, str]] = {key: {} for key in names}
        asked: dict[str, dict[str, str]] = {key: {} for key in names}
        steps: dict[str, dict[str, str]] = {key: {} for key in names}
        for node in nodes:
            made = captures[node.frame]
            for name in captures_of(node.step):
                made.setdefault(name, node.id)
            for name in node.step.asked:
                asked[node.frame].setdefault(name, node.id)
            if node.step.foreach is not None:
                names[node.frame].add(node.step.as_)
            steps[node.frame].setdefault(node.step.id, node.id)
        return {
            key: FrameNames(
                declared=frozenset({*names[key], *captures[key], *asked[key]}),
                captures=captures[key],
                asked=asked[key],
                steps=steps[key],
            )
            for key in names
        }

    def _want(self) -> None:
        """Give every node the results that texts of its frame name."""
        declared = {key: f.declared for key, f in self.frames([*self.nodes, *self.undos]).items()}
        wanted: dict[str, dict[str, set[str]]] = {key: {} for key in declared}
        for node in (*self.nodes, *self.undos):
            for uses in uses_of(node.step, declared[node.frame], mentioning="steps"):
                for step_id, name in uses.step_fields:
                    wanted[node.frame].setdefault(step_id, set()).add(name)
        for key, step in self._calls.items():
            for output in step.outputs.values():
                for step_id, name in compile_expression(output).step_fields:
                    wanted[key].setdefault(step_id, set()).add(name)
        for nodes in (self.nodes, self.undos):
            for at, node in enumerate(nodes):
                names = wanted[node.frame].get(node.step.id)
                if names:
                    nodes[at] = msgspec.structs.replace(node, results=tuple(sorted(names)))


def _asks_for(before: Step | None, step: Step) -> bool:
    """Whether the step right before is a confirmation whose *yes* is one to this step too."""
    return before is not None and before.is_gate and before.when in (step.when, "always")


def captures_of(step: Step) -> Iterator[str]:
    """The names of the captures that a step makes in its own frame."""
    yield from step.captures
    yield from step.outputs


def made_by(step: Step) -> Iterator[str]:
    """The names that a step gives to those after it."""
    yield from captures_of(step)
    yield from step.asked
