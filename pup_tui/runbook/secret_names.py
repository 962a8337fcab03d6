"""Which names of a file stand for secrets, as far as the file tells before a run.

More may turn out to be secret in a run: a capture or a result that holds one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as MappingOf
from functools import partial

from msgspec import Struct

from pup_tui.runbook.allowance import Allowance
from pup_tui.runbook.exposure import exposed_names
from pup_tui.runbook.languages import compiled
from pup_tui.runbook.nodes import GroupCall, Mapping, Scalar, Sequence, YamlNode, shown
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import STEP_FIELDS, DraftFrame, StepDraft
from pup_tui.runbook.value_places import commands_in
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import kept_while_judging
from pup_tui.template.value_command import prints_its_words

_CODE = frozenset({Role.ITEMS, Role.EXPRESSION})
"""Roles in which a name may stand without braces."""


class _Flow(Struct, frozen=True):
    """A name of the frame `into` is made out of `names` of `frame`, as they are seen at `step`."""

    into: DraftFrame
    name: str
    frame: DraftFrame
    step: StepDraft | None
    names: frozenset[str]


def secret_names(
    frames: list[DraftFrame], allowance: Allowance, given: Collection[str] = ()
) -> MappingOf[int, frozenset[str]]:
    """The secret names of each frame of a file, by the frame's `id()`.

    They are the secret variables and captures, what is said by steps that capture a secret, and whatever is
    made out of one. `given` are the variables of the file that get one from a caller. Reading the
    texts is paid for with the `allowance`; where it is not enough, the file is refused.
    """
    found = {id(frame): set(_told(frame)) for frame in frames}
    found[id(frames[0])] |= set(given)
    flows_from: dict[tuple[int, str], list[_Flow]] = {}
    for flow in (flow for frame in frames for flow in _flows(frame, allowance)):
        for name in _with_items(flow.names, flow.step):
            flows_from.setdefault((id(flow.frame), name), []).append(flow)
    waiting = [(key, name) for key, names in found.items() for name in names]
    while waiting:
        for flow in flows_from.get(waiting.pop(), ()):
            into = found[id(flow.into)]
            if flow.name not in into:
                into.add(flow.name)
                waiting.append((id(flow.into), flow.name))
    return {key: frozenset(names) for key, names in found.items()}


def _told(frame: DraftFrame) -> Iterator[str]:
    """The names of a frame that are secret as they are told."""
    for _, name, node in _declared(frame):
        if is_secret(node):
            yield name
    for step in frame.steps:
        hidden = [name for name, entry in _entries(step.node.get("capture")) if _is_hidden(entry)]
        yield from hidden
        if hidden:
            from pup_tui.template.reading import NOT_SAID

            yield from (f"steps.{step.id}.{field}" for field in STEP_FIELDS - NOT_SAID)


def _flows(frame: DraftFrame, allowance: Allowance) -> Iterator[_Flow]:
    for step, name, node in _declared(frame):
        default = node.get("default") if isinstance(node, Mapping) else node
        names = _uses(Role.TEXT, default, allowance)
        for command in commands_in(node):
            if prints_its_words(command.text):
                names |= _uses(Role.VALUE_COMMAND, command, allowance)
        yield _Flow(frame, name, frame, step, names)
    for step in frame.steps:
        for name, entry in _entries(step.node.get("capture")):
            value = entry.get("value") if isinstance(entry, Mapping) else entry
            yield _Flow(frame, name, frame, step, _uses(Role.EXPRESSION, value, allowance))
        if step.inner is not None and isinstance(step.node, GroupCall):
            for name, value in _entries(step.node.get("with")):
                yield _Flow(step.inner, name, frame, step, _uses(Role.JSON, value, allowance))
            for name, value in _entries(step.node.call.get("outputs")):
                yield _Flow(frame, name, step.inner, None, _uses(Role.EXPRESSION, value, allowance))


def given_secrets(step: StepDraft, secrets: frozenset[str]) -> Iterator[tuple[str, YamlNode]]:
    """The variables of the runbook that a step calls that get a secret, with what they are given."""
    seen = secrets_at(step, secrets)
    for name, value in _entries(step.node.get("vars")):
        if _uses(Role.JSON, value) & seen:
            yield name, value


def secrets_at(step: StepDraft | None, of_frame: frozenset[str]) -> frozenset[str]:
    """What is secret where a step stands: also the items of a list that names a secret."""
    found = of_frame
    around: list[StepDraft] = []
    while step is not None:
        around.append(step)
        step = step.around
    for outer in reversed(around):
        if outer.loops and _names_of_items(outer.node.get("foreach")) & found:
            found |= {outer.item}
    return found


def _names_of_items(given: YamlNode | None) -> frozenset[str]:
    """The names that what a loop goes over is made out of; every text in the loop asks for them.

    What an inventory lists is made out of none: it is refused where it holds a secret.
    """
    if isinstance(given, Mapping):
        return frozenset()
    return kept_while_judging(("items", given), partial(_uses, Role.ITEMS, given))


def _with_items(names: frozenset[str], step: StepDraft | None) -> frozenset[str]:
    """Names that a step uses, and what the lists are made out of whose items some of them stand for."""
    while step is not None and names:
        if step.loops and step.item in names:
            names |= _names_of_items(step.node.get("foreach"))
        step = step.around
    return names


def report_exposure(placed: PlacedText, secrets: Collection[str], report: Report) -> None:
    """Report a text that would put one of the `secrets` where others can read it."""
    exposure = placed.role.exposure
    if exposure is None or not secrets:
        return
    try:
        exposed = exposed_names(placed.role, placed.node.text)
    except TemplateError:  # told where it is read
        return
    for name in sorted(exposed.intersection(secrets)):
        told = f"{shown(name)} is a secret and may not stand in {exposure.place}"
        hint = f"{exposure.why}; {exposure.instead}"
        report.error_in(placed.node, told, hint, fragment=name)


def _declared(frame: DraftFrame) -> Iterator[tuple[StepDraft | None, str, YamlNode]]:
    """The variables of a frame and what its steps ask for, each with the step that asks."""
    yield from ((None, name, node) for name, node in _entries(frame.names))
    for step in frame.steps:
        if step.asked:
            yield from ((step, name, node) for name, node in _entries(step.node.get("vars")))


def _entries(node: YamlNode | None) -> Iterator[tuple[str, YamlNode]]:
    if isinstance(node, Mapping):
        yield from ((name, entry.value) for name, entry in node.entries.items())


def is_secret(variable: YamlNode) -> bool:
    """Whether a variable is declared as a secret."""
    return isinstance(variable, Mapping) and variable.text("type") == "secret"


def _is_hidden(capture: YamlNode) -> bool:
    return isinstance(capture, Mapping) and capture.truth("secret") is True


def _uses(role: Role, node: YamlNode | None, allowance: Allowance | None = None) -> frozenset[str]:
    """The names that a value is made out of; none where it cannot be read, which is reported elsewhere."""
    found: frozenset[str] = frozenset()
    broken = set() if allowance is None else allowance.broken
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, Mapping):
            waiting += [entry.value for entry in inner.entries.values()]
        elif isinstance(inner, Sequence):
            waiting += inner.items
            role = Role.JSON
        elif isinstance(inner, Scalar) and (role in _CODE or "{" in inner.text):
            if (role.language, inner.text) in broken:
                continue
            if allowance is not None and not allowance.take(role, inner):
                break
            try:
                found |= compiled(role, inner.text).flowing_names
            except TemplateError:
                broken.add((role.language, inner.text))
    return found
