"""Which steps a run leaves out because somebody wants only a part of it, and what the others then lack."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from pup_tui.core.ids import holder_id, holders, is_inside, static_id, upwards
from pup_tui.core.named import uses_in
from pup_tui.core.program import Node, Program, made_by
from pup_tui.runbook.parts import Variable
from pup_tui.template.suggest import did_you_mean


class WrongStep(Exception):
    """An id that names no step which could be chosen; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Selection(Struct, frozen=True):
    """Whole ids of steps: the one to begin with, the only ones to run, and those to skip."""

    start: str = ""
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        return (*((self.start,) if self.start else ()), *self.only, *self.skip)


class Made(Struct, frozen=True):
    """What a step that is left out would have made under a name.

    A `secret` is neither shown nor stored; `variable` says what the value has to be, where that is known: of
    what is asked for in mid-run, and of the list of what each item of a foreach makes.
    """

    secret: bool
    variable: Variable | None


def left_out(program: Program, selection: Selection) -> tuple[str, ...]:
    """The steps that are left out, in the order of the file, without what stands inside them.

    Cleanup steps are left out by their own id only. Raises WrongStep.
    """
    for step in selection.named:
        _check(program, step)
    out = set(selection.skip)
    if selection.start:
        out.update(_before(program, selection.start))
    if selection.only:
        out.update(_beside(program, "", selection.only))
    return tuple(
        node.id for node in program.nodes if node.id in out and out.isdisjoint(holders(node.id))
    )


def made_in(program: Program, step: str) -> dict[str, Made]:
    """The names that a step would make for those behind it, also from inside of it."""
    node = program.node(step)
    return {
        name: Made(_is_secret(program, maker, name), _variable(program, maker, node, name))
        for maker in program.gathered(node)
        for name in made_by(maker.step)
    }


def lacking(program: Program, out: Collection[str]) -> dict[str, dict[str, str]]:
    """By the steps of `out`, the names that each would have made and other steps need, with the first one.

    All of `out` are left out. Steps that are there for failures and for the end do without, as they do where
    such a step has failed; so do texts that expect a name to be missing (`default`, `is defined`).
    """
    found: dict[str, dict[str, str]] = {}
    needs: dict[str, list[tuple[Node, frozenset[str]]]] = {}
    for step in out:
        frame, made = program.node(step).frame, made_in(program, step)
        if made and frame not in needs:
            needs[frame] = list(_needs_in(program, frame, set(out)))
        lacks = found.setdefault(step, {})
        for user, names in needs[frame] if made else ():
            for name in sorted(names & made.keys()):
                if not _has_another(program, user, name, out):
                    lacks.setdefault(name, user.id)
    return found


def _needs_in(
    program: Program, frame: str, out: Collection[str]
) -> Iterator[tuple[Node, frozenset[str]]]:
    """The steps that see a frame's names and run if all goes well, with the names that they need."""
    for user, uses in uses_in(program, frame):
        if user.step.when == "on_success" and not _is_out(user.id, out):
            yield user, uses.names


def _check(program: Program, step: str) -> None:
    known = [node.id for node in program.nodes]
    if step not in known:
        if static_id(step) in known:
            told = f"`{step}` is one item of `{static_id(step)}`"
            raise WrongStep(told, f"items are chosen together: name `{static_id(step)}`")
        ends = [id_ for id_ in known if id_.endswith(f"/{step}")]
        hint = f"did you mean `{ends[0]}`?" if ends else did_you_mean(step, known)
        raise WrongStep(
            f"there is no step `{step}`", hint or "`pup-tui describe RUNBOOK` lists the steps"
        )
    for holder in holders(step):
        around = program.node(holder).step
        if around.side_by_side or around.called is not None:
            what = "runs its steps side by side" if around.side_by_side else "runs a runbook"
            why = f"`{holder}` {what}, of which no part can be chosen"
            raise WrongStep(
                f"`{step}` cannot be chosen: {why}", f"name `{holder}`, or what is around it"
            )


def _before(program: Program, start: str) -> Iterator[str]:
    """What comes before a step, in its block and in those around it."""
    for here in upwards(start):
        place = program.node(here).index
        inside = program.inside[holder_id(here)]
        yield from (step for step in inside if program.node(step).index < place)


def _beside(program: Program, holder: str, only: Collection[str]) -> Iterator[str]:
    """What stands in a block and is none of these steps, nor holds one of them."""
    for step in program.inside[holder]:
        if step in only:
            continue
        if any(is_inside(wanted, step) for wanted in only):
            yield from _beside(program, step, only)
        else:
            yield step


def _is_out(step: str, out: Collection[str]) -> bool:
    return any(each in out for each in upwards(step))


def _has_another(program: Program, user: Node, name: str, out: Collection[str]) -> bool:
    """Whether a name has a meaning for a step without those that are left out."""
    given = program.given_in(user.frame)
    makers = (
        node
        for node in program.nodes
        if node.frame == user.frame and node.index < user.index and name in made_by(node.step)
    )
    return name in given or any(not _is_out(node.id, out) for node in makers)


def _variable(program: Program, maker: Node, step: Node, name: str) -> Variable | None:
    """What a name would have stood for that `maker` makes, which is the step or inside it."""
    around = map(program.node, upwards(maker.id))
    inside = (each for each in around if each.id == step.id or is_inside(each.id, step.id))
    if any(each.is_loop for each in inside):
        return Variable(type="list")
    return maker.step.asked.get(name)


def _is_secret(program: Program, maker: Node, name: str) -> bool:
    """Whether the file says that a name is secret; what is given back is if anything may be that it is of."""
    step = maker.step
    if name not in step.outputs:
        return name in step.secret_captures or (name in step.asked and step.asked[name].is_secret)
    inside = [program.by_id[id_].step for id_ in program.within.get(maker.id, ())]
    variables = (program.given_in(f"{maker.id}/"), *(inner.asked for inner in inside))
    return any(inner.secret_captures for inner in inside) or any(
        variable.is_secret for known in variables for variable in known.values()
    )
