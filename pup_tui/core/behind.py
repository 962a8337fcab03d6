"""What comes behind steps that were taken back, and so is done again with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pup_tui.core.ids import UNDO, holder_id, item_numbers, static_id, upwards
from pup_tui.core.program import Program


def behind(
    program: Program, known: Collection[str], undone: Iterable[str], *, exact: bool
) -> list[str]:
    """The steps that were taken back, and all that comes behind them, of those that are `known`.

    That is what comes later in the block of such a step and in the blocks around it: of a foreach the later
    items. Steps and items that may run side by side do not come behind each other. Without `exact` it is all
    that stands behind the first of them in the file.
    """
    ordered = [id_ for id_ in program.in_order(known) if UNDO not in id_]
    if not exact:
        return _behind_in_file(ordered, undone)
    targets = set(undone).intersection(ordered)
    first: dict[str, tuple[int, ...]] = {}
    for here in {here for id_ in targets for here in upwards(id_)}:
        holder, place = holder_id(here), _place(program, here)
        if not _is_side_by_side(program, holder):
            first[holder] = min(place, first.get(holder, place))

    def comes_behind(here: str) -> bool:
        before = first.get(holder_id(here))
        return here in targets or (before is not None and _place(program, here) > before)

    return [id_ for id_ in ordered if any(map(comes_behind, upwards(id_)))]


def _behind_in_file(ordered: list[str], undone: Iterable[str]) -> list[str]:
    targets = {static_id(id_) for id_ in undone}
    first = next((n for n, id_ in enumerate(ordered) if static_id(id_) in targets), len(ordered))
    return ordered[first:]


def _place(program: Program, step: str) -> tuple[int, ...]:
    """The place of a step, or of an item, among all that the same block holds."""
    return program.by_id[static_id(step)].index, *item_numbers(step)


def _is_side_by_side(program: Program, holder: str) -> bool:
    """Whether what a block holds has no order: parallel steps, items of which several may run at once."""
    if not holder:
        return False
    node = program.node(holder)
    if not node.is_loop:
        return node.step.side_by_side
    return not node.step.side_by_side and node.step.max_parallel not in (None, 1, "1")
