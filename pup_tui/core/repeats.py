"""Blocks that run again: an attempt begins without what the one before it made, and what that one did can
still be taken back.
"""

from __future__ import annotations

from pup_tui.core.ids import attempt_id, is_inside, undo_id
from pup_tui.core.program import Node, captures_of
from pup_tui.core.run import Run
from pup_tui.core.scope import frame_of, seen_at
from pup_tui.core.state import Earlier


def begin(run: Run, node: Node) -> None:
    """Let an attempt of a block begin: the steps inside are pending, and what they make stands for nothing.

    Attempts keep their numbers. The items of a foreach inside stay what they were until it begins anew: there
    may be fewer of them then.
    """
    step = run.step(node)
    if step.continues:
        step.continues = False
        return
    if step.began is None:
        note_before(run, node)
        return
    _keep_for_undo(run, node)
    forget(run.state.earlier, node.id)
    step.earlier = [done for done in run.state.completed if is_inside(done, node.id)]
    for id_ in run.program.nested(node.id):
        if id_ in run.state.steps:
            run.make_state(id_)
    forget_made(run, node)


def note_before(run: Run, node: Node) -> None:
    """Remember what the names stand for that a step and those inside it will make."""
    captured = frame_of(run.state, node.id).captured
    made = (name for inner in (node, *_own(run, node)) for name in captures_of(inner.step))
    run.step(node).before = {name: captured[name] for name in made if name in captured}


def forget_made(run: Run, node: Node) -> None:
    """Let what a step and those inside it made stand for what it did before."""
    frame, own = frame_of(run.state, node.id), _own(run, node)
    for inner in (node, *own):
        for name in captures_of(inner.step):
            frame.captured.pop(name, None)
    for inner in own:
        frame.results.pop(inner.step.id, None)
        for name in inner.step.asked:
            frame.values.pop(name, None)
    frame.captured.update(run.step(node).before)


def _own(run: Run, node: Node) -> list[Node]:
    """The steps inside a block that see the same names as it does."""
    inside = (run.program.node(id_) for id_ in run.program.nested(node.id))
    return [inner for inner in inside if inner.frame == node.frame]


def forget(earlier: Earlier, holder: str) -> None:
    """What an earlier leg of the run did inside a block that begins anew is nothing to go on from."""
    for id_ in [id_ for id_ in earlier.steps if is_inside(id_, holder)]:
        del earlier.steps[id_]


def _keep_for_undo(run: Run, node: Node) -> None:
    """Keep the names by which what succeeded inside is taken back: each attempt has its own."""
    state = run.state
    for at, done in enumerate(state.completed):
        if is_inside(done, node.id) and done in state.steps:
            kept = attempt_id(done, state.steps[done].attempts)
            state.frames[kept] = seen_at(state, undo_id(done))
            state.completed[at] = kept
