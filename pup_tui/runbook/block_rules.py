"""What must hold of blocks, loops and undo steps beyond the types of their keys. One function a rule."""

from __future__ import annotations

from pup_tui.runbook.model import StopStep
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, shown
from pup_tui.runbook.parts import Inventory
from pup_tui.runbook.report import Report, a_step
from pup_tui.runbook.rules import Rule, check_name
from pup_tui.runbook.scope import ALWAYS, ATTEMPT_NAMES, BLOCK_HINT
from pup_tui.runbook.steps import BODY, StepDraft
from pup_tui.template.condition import is_short_form

_LOOP_KEYS = (
    *("as", "label", "keep_going", "max_parallel"),
    *("canary", "canary_confirm", "batch_pause", "max_errors", "unreachable"),
)

MAX_ITEMS = 1000
"""Items of one `foreach`."""


def loop_keys(step: StepDraft, report: Report) -> None:
    """Items are named, told apart and run side by side only where there are some."""
    if step.loops:
        return
    for key in _LOOP_KEYS:
        own = key == "max_parallel" and step.kind is not None and step.kind.side_by_side
        if step.node.get(key) is None or own:
            continue
        report.error(step.node.entries[key].key, f"`{key}` needs a `foreach`")


def loop_rates(step: StepDraft, report: Report) -> None:
    """How many items may fail is said in one way, and a question after the first ones needs such."""
    if step.node.truth("keep_going") and step.node.get("max_errors") is not None:
        told = "`keep_going` and `max_errors` exclude each other"
        hint = "`keep_going` lets any number of items fail, as `max_errors: 100%` does"
        report.error(step.node.entries["max_errors"].key, told, hint)
    confirms = step.node.get("canary_confirm") is not None
    if step.loops and confirms and step.node.get("canary") is None:
        told = "`canary_confirm` needs a `canary`"
        report.error(step.node.entries["canary_confirm"].key, told)


def loop_items(step: StepDraft, report: Report) -> None:
    """A list that is written in the file is not longer than any list may be."""
    items = step.node.get("foreach")
    if isinstance(items, Sequence) and len(items.items) > MAX_ITEMS:
        report.error(items, f"`foreach` has more than {MAX_ITEMS:,} items")


def loop_inventory(step: StepDraft, report: Report) -> None:
    """An inventory is one place, and what is said of that place belongs to it."""
    given = step.node.get("foreach")
    if not isinstance(given, Mapping):
        return
    named = [key for key in Inventory.places if given.get(key) is not None]
    if not named and given.entries.keys() <= set(Inventory.__struct_fields__):
        told = "an inventory needs `ansible`, `ssh_config` or `command`"
        report.error(given, told, "or write a list, or an expression that gives one")
    for key in named[1:]:
        told = f"`{key}` and `{named[0]}` exclude each other"
        report.error(given.entries[key].key, told, "an inventory is one place")
    if given.get("group") is not None and "ansible" not in named:
        report.error(given.entries["group"].key, "`group` is one of an `ansible` inventory")
    if given.get("timeout") is not None and named == ["ssh_config"]:
        told = "`timeout` has no meaning for `ssh_config`, which is read at once"
        report.error(given.entries["timeout"].key, told)


def loop_item_name(step: StepDraft, report: Report) -> None:
    """The name of an item stands for nothing else."""
    if not step.loops:
        return
    given = step.node.get("as")
    at = given if isinstance(given, Scalar) else step.node.entries["foreach"].key
    name = step.item
    hint = "name the items otherwise with `as`"
    if isinstance(given, Scalar) and "{" not in name:
        check_name(name, given, "an item", report)
    if name in step.frame.variables:
        report.error(at, f"{shown(name)} is a variable, and the name of an item here", hint)
    elif name in step.frame.made:
        report.error(at, f"{shown(name)} is made by a step, and the name of an item here", hint)
    elif name in ATTEMPT_NAMES - ALWAYS:
        report.error(at, f"{shown(name)} has a meaning of its own in conditions", hint)


def parallel_order(step: StepDraft, report: Report) -> None:
    """Steps that run side by side do not come after each other."""
    when = step.node.get("when")
    if (
        step.around is not None
        and step.around.kind is not None
        and step.around.kind.side_by_side
        and not step.is_undo
        and isinstance(when, Scalar)
        and when.text in ("on_failure", "always")
    ):
        told = f"`when: {when.text}` has no meaning for a step of a `parallel` block"
        report.error(when, told, "no step is before it; put it after the block")


def block_conditions(step: StepDraft, report: Report) -> None:
    """The poll of a block looks at names: as a whole it has no output for the short forms to read."""
    poll = step.node.get("poll")
    if step.kind is None or not step.kind.is_block or not isinstance(poll, Mapping):
        return
    declared = frozenset([*step.frame.variables, *step.frame.made])
    for key in ("until", "fail_if"):
        given = poll.get(key)
        if isinstance(given, Scalar) and is_short_form(given.text, declared):
            told = (
                f"{a_step(step.node.text('kind'))} has no output for {shown(given.text)} to judge"
            )
            report.error(given, told, BLOCK_HINT)


def stops_body(step: StepDraft, report: Report) -> None:
    """Only the body of a runbook can be stopped: undo and cleanup are what follows."""
    if step.kind is StopStep and step.part != BODY:
        told = "a stop step cannot stand in `undo` or in the cleanup"
        hint = "they run when the runbook has been stopped; put it among the other steps"
        report.error(step.node.entries["kind"].key, told, hint)


def undo_keys(step: StepDraft, report: Report) -> None:
    """An undo step is chosen, not ordered; it is named after its step; it is not itself undone."""
    if step.undo_of is not None and step.node.get("undo") is not None:
        told = "an undo step cannot have an `undo` of its own"
        report.error(step.node.entries["undo"].key, told)
    if not step.is_undo:
        return
    if step.node.get("id") is not None:
        told = "an undo step has no `id` of its own"
        report.error(step.node.entries["id"].key, told, "it is named after its step: ID:undo")
    when = step.node.get("when")
    if isinstance(when, Scalar) and when.text != "on_success":
        told = "`when` has no meaning for an undo step"
        report.error(when, told, "it runs when it is chosen, before the cleanup")


def settles_an_undo(step: StepDraft, report: Report) -> None:
    """What a step takes back is an earlier step of the same names, and can be taken back."""
    given = step.node.get("settles")
    if not isinstance(given, Scalar) or "{" in given.text:
        return
    target = next((s for s in step.frame.steps if s.id == given.text and not s.is_undo), None)
    if step.undo_of is not None:
        told = "a step under `undo` settles nothing: it is offered when all that can be settled was"
        report.error(step.node.entries["settles"].key, told)
    elif target is None:
        named = [other.id for other in step.frame.steps if not other.is_undo]
        told = f"there is no step {shown(given.text)}"
        report.error(given, told, report.suggest(given.text, named) or "name the id of a step")
    elif target is step or target.order > step.order or is_around(target, step):
        report.error(given, f"step {shown(given.text)} does not come before this one")
    elif not _can_be_undone(target):
        told = f"step {shown(given.text)} has no `undo` that could be settled"
        report.error(given, told, "name a step with an `undo`, or one that holds such steps")


def _can_be_undone(step: StepDraft) -> bool:
    """Whether a step has an `undo`, or one that it holds or calls from a file."""
    if step.node.get("undo") is not None:
        return True
    if step.inner is not None:
        return any(map(_can_be_undone, step.inner.steps))
    return any(_can_be_undone(each) for each in step.frame.steps if each.around is step)


def is_around(outer: StepDraft, step: StepDraft) -> bool:
    """Whether a step holds another one."""
    around = step.around
    while around is not None and around is not outer:
        around = around.around
    return around is not None


def asked_names(step: StepDraft, report: Report) -> None:
    """The names of the values that an input step asks for are new in the runbook."""
    for name, at in step.asked.items():
        if name in step.frame.variables:
            told = f"{shown(name)} is already a variable"
            report.error(at, told, "an `input` step asks for new values; take another name")
        elif step.frame.made[name] is not step:
            told = f"{shown(name)} is already made by step {shown(step.frame.made[name].id)}"
            report.error(at, told, "take another name")


def output_names(step: StepDraft, report: Report) -> None:
    """The name of an output is one that a template can use."""
    for name, node in step.outputs.items():
        check_name(name, node, "an output", report)


BLOCK_RULES: dict[Rule, tuple[str, ...]] = {
    loop_keys: _LOOP_KEYS,
    loop_rates: ("keep_going", "canary_confirm"),
    stops_body: ("kind",),
    block_conditions: ("poll",),
    loop_items: ("foreach",),
    loop_inventory: ("foreach",),
    loop_item_name: ("foreach",),
    parallel_order: ("when",),
    undo_keys: ("undo", "id", "when"),
    settles_an_undo: ("settles",),
    asked_names: ("vars",),
    output_names: ("kind",),
}
"""With the keys that each is about, as in `RULES`."""
