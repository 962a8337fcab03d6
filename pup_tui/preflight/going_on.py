"""For which steps of a run that goes on nothing has to be there."""

from __future__ import annotations

from collections.abc import Collection

from pup_tui.catalog.effects import may_change
from pup_tui.core.ids import upwards
from pup_tui.core.program import Program
from pup_tui.core.standing import (
    behind_doubtful,
    ended_well,
    half_undone,
    remembered,
    standing,
    with_open_questions,
)
from pup_tui.core.state import RunState


def need_nothing(
    program: Program,
    state: RunState,
    *,
    again: Collection[str] = (),
    decided: Collection[str] = (),
    retries_unknown: bool = False,
    read_only: bool = False,
) -> set[str]:
    """The steps of a past run that do not run when it goes on, or of which that is not known yet.

    They ended well, with all that is in them, and are not among those that run `again` for their secrets;
    they are left out; something is `decided` of them (another text, of which nobody knows what it needs); or
    they did not finish, and somebody is still asked what became of them, unless all of these are run again
    (`retries_unknown`). Of the items of a list nothing is told. Where the run is `read_only`, now or from its
    beginning, what may change something does not run either.
    """
    stood, state = standing(program, state), with_open_questions(state)
    earlier = remembered(program, state, half_undone(program, state))
    may_run = {
        around for id_ in (*again, *behind_doubtful(program, earlier)) for around in upwards(id_)
    }
    well = {id_ for id_, step in earlier.steps.items() if ended_well(step)}
    asked = () if retries_unknown else (*stood.unknown, *stood.followed)
    barred = may_change(program, is_believed=False) if read_only or state.read_only else ()
    return (well - may_run).union(state.earlier.skipped, asked, decided, barred)
