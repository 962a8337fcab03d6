"""What became of steps that did not finish, which is settled before a run goes on to take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pup_tui.cli import asking
from pup_tui.cli.before_resuming import settle_left_running
from pup_tui.cli.failure import Failure, tell
from pup_tui.headless.exits import ABORTED, UNDECIDED

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.cli.shown import ShownRun
    from pup_tui.core.program import Node
    from pup_tui.core.standing import Became
    from pup_tui.runbook.variables.file import FileValues


def became(
    state_dir: Path, past: ShownRun, unknown: str | None, file: FileValues, *, ask: bool
) -> Became:
    """Find out what became of steps: `unknown` (of `--unknown`) says so, else a person is asked.

    Raises Failure where neither is so, or the operator leaves it. `state_dir` is the folder of the journal.
    """
    from pup_tui.core.standing import Became, begun_doing, half_undone, standing

    program, stood = past.program, standing(past.program, past.state)
    settle_left_running(state_dir, past.row, stood, ask=ask)
    begun = begun_doing(stood)
    open_yet = (*begun, *stood.half_undone, *stood.half_repeated)
    if open_yet and unknown is None and not ask:
        told = ", ".join(f"`{step}`" for step in open_yet)
        todo = "look, and say --unknown=done (it was) or --unknown=skip (it is left as it is)"
        if stood.half_undone:
            todo = "look, and say --unknown=done (it was) or --unknown=retry (its undo runs again)"
        raise Failure(f"nobody knows what became of {told}", "", todo, code=UNDECIDED)
    if begun and unknown == "retry":
        told = ", ".join(f"`{step}`" for step in begun)
        todo = f"say --unknown=done or --unknown=skip, or `pup-tui resume {past.row.run}` runs it"
        raise Failure(f"`undo` runs nothing again that did not finish: {told}", "", todo)
    for step in stood.half_repeated:
        tell(f"  {step}: its last attempt did not finish: look whether it was done")
    found = Became()
    for step in begun:
        node = program.node(step)
        if unknown is None and not node.can_be_undone:
            left = "began and did not finish, and nothing takes it back: it is left as it is"
            tell(f"  {step}: {left}")
        elif _was(f"`{step}` began and did not finish: was it done?", unknown):
            found.done[step] = _captured(past, node, file, ask=ask)
    for step, undo in half_undone(program, past.state).items():
        if _was(f"The undo of `{step}` did not finish: was it taken back?", unknown):
            found.taken_back.append(step)
        else:
            found.not_undone[step] = undo
    return found


def _was(question: str, unknown: str | None) -> bool:
    """Whether something was done, as was said before or a person says now."""
    if unknown is not None:
        return unknown == "done"
    said = asking.choose(f"{question} [y]es, [n]o or [a]bort?", ("yes", "no", "abort"))
    if said == "abort":
        raise Failure("nothing was taken back", code=ABORTED)
    return said == "yes"


def _captured(past: ShownRun, node: Node, file: FileValues, *, ask: bool) -> dict[str, Any]:
    """What the step captured that its undo names, but for secrets. Raises Failure where that is missing."""
    from pup_tui.core.named import captures_for_undo

    names = captures_for_undo(past.program, node)
    found: dict[str, Any] = file.captured(node.id, names)
    for name in names:
        if name in found:
            continue
        if not ask:
            raise Failure(
                f"`{node.id}` would have captured {name}, which its undo names",
                "",
                f"give --arg-file a file with captures: {{{node.id}: {{{name}: …}}}}",
                code=UNDECIDED,
            )
        found[name] = asking.prompt(f"{name}, which `{node.id}` captured")
    return found
