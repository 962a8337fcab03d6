"""What a step would do, in a line or a few, as people are shown it before it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from shlex import quote
from textwrap import indent
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from pup_tui.core.amounts import Scope
from pup_tui.core.foreseen import call_of, foreseen_frame, names_later
from pup_tui.core.ids import item_id, static_id
from pup_tui.core.inventory import items_of
from pup_tui.core.lines import as_written, put_back
from pup_tui.core.program import Node, Program
from pup_tui.core.render import StepTexts
from pup_tui.core.requests import Prepared, Rendered, render_request, request_of
from pup_tui.core.scope import frame_keys, scope_of, secrets_of
from pup_tui.core.secrecy import check_secrecy, names_in_items
from pup_tui.core.sent import Shown
from pup_tui.core.state import BODY, Frame, RunState
from pup_tui.core.surroundings import surroundings_of, written_directory, written_remote
from pup_tui.runbook.model import LOOP, ON_THIS_COMPUTER, HostedStep, Step
from pup_tui.template.errors import TemplateError
from pup_tui.template.not_yet import NOT_YET, StandIns
from pup_tui.template.secrets import hiding, secrets_in
from pup_tui.template.text import Text, compile_text

if TYPE_CHECKING:
    from pup_tui.core.editing import Editable

MOST_ITEMS = 10
"""Items of a foreach whose commands are shown before it begins."""


def rendered_step(program: Program, state: RunState, node: Node, scope: Scope) -> Rendered:
    """The request of a step that has an executor; TemplateError where it cannot be rendered.

    Also where it would put a secret where others can read it. `scope` are the names that the step sees.
    """
    check_secrecy(node.step, secrets_in(scope).names)
    around = surroundings_of(program, state, node)
    edited = state.earlier.edited.get(node.id)
    if edited is None:
        return render_request(node.step, scope, around)
    from pup_tui.core.editing import render_edited

    return render_edited(node.step, edited, scope, around)


def editable_step(
    program: Program, state: RunState, step: str, changed: Mapping[str, Any] = {}
) -> Editable | None:
    """The text of a step that can be changed before it runs once more; None where it cannot be, or where
    nothing may be changed outside.

    `changed` are variables of the run that get another value.
    """
    from pup_tui.core.editing import editable_of

    node = program.node(step)
    if not node.step.has_output or state.read_only:
        return None
    body = state.frames[BODY]
    now = structs.replace(body, values={**body.values, **changed})
    state = structs.replace(state, frames={**state.frames, BODY: now})
    try:
        around = surroundings_of(program, state, node)
        edited = state.earlier.edited.get(step)
        return editable_of(node.step, scope_of(state, step), around, edited)
    except (TemplateError, ValueError):
        # What was changed before may not be read in another text of the runbook.
        return None


def shown_step(program: Program, state: RunState, node: Node) -> Shown:
    """What a step does, asks or holds; TemplateError where it cannot be known yet."""
    if node.is_loop:
        return Shown(_shown_items(program, state, node))
    scope = scope_of(state, node.id)
    if node.step.has_output:
        return rendered_step(program, state, node, scope).told
    return Shown(StepTexts(node.step, scope).line)


class Details(Struct, frozen=True):
    """What people are told of a step beside its command and what goes in: the directory of its processes,
    their environment as far as the runbook gives it, the headers of its request, the other computer that
    they run on (its `host`, and in words as `remote`).
    """

    directory: str | None = None
    env: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    host: str = ""
    remote: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """All but the directory: each by its name, several below each other."""
        return (*_named("env", self.env), *_named("headers", self.headers))


def _named(name: str, lines: tuple[str, ...]) -> Iterator[str]:
    if len(lines) == 1:
        yield f"{name}: {lines[0]}"
    elif lines:
        yield f"{name}:"
        yield from (f"  {line}" for line in lines)


def details_of(
    program: Program, state: RunState, node: Node, rendered: Prepared | None = None
) -> Details:
    """The details of a step, without what is made out of secrets; TemplateError as `shown_step`.

    `rendered` is its request, where there is one: of it a person may have changed the headers.
    """
    step = node.step
    if not step.has_output:
        return Details()
    around = surroundings_of(program, state, node, hides=True)
    fields = request_of(type(step)).__struct_fields__
    has_processes = "env" in fields
    remote = around.remote if "remote" in fields else None
    given = around.env.items() if has_processes else ()
    texts = StepTexts(step, scope_of(state, node.id))
    return Details(
        around.cwd if _is_here(step) else None,
        tuple(f"{name} unset" if text is None else f"{name}={quote(text)}" for name, text in given),
        texts.seen.headers if rendered is None else rendered.headers,
        "" if remote is None else remote.host,
        "" if remote is None else remote.told,
    )


def written_details(program: Program, node: Node) -> Details:
    """The details of a step that cannot be rendered: directory and host as their author wrote them."""
    directory = written_directory(program, node) if _is_here(node.step) else None
    remote = written_remote(program, node) if isinstance(node.step, HostedStep) else None
    host = "" if remote is None else remote.host
    return Details(directory, host=host, remote=host)


def _is_here(step: Step) -> bool:
    return step.acts == ON_THIS_COMPUTER or step.cwd is not None


def request_effect(program: Program, state: RunState, node: Node, rendered: Rendered) -> str:
    """What the request of a step leads to, with its details."""
    return _with_details(rendered.told, details_of(program, state, node, rendered))


def _with_details(shown: Shown, details: Details) -> str:
    remote = (f"on {details.remote}",) if details.remote else ()
    directory = () if details.directory is None else (f"in {details.directory}",)
    return "\n".join((shown.command, *remote, *directory, *details.lines, *shown.sent.lines()))


def _effect(program: Program, state: RunState, node: Node) -> str:
    """What a step itself does; TemplateError where it cannot be known yet."""
    if node.is_loop or not node.step.has_output:
        return shown_step(program, state, node).text
    rendered = rendered_step(program, state, node, scope_of(state, node.id))
    return request_effect(program, state, node, rendered)


def effect_of(program: Program, state: RunState, node: Node) -> str:
    """What a *yes* to a step leads to: of a block also what the steps in it do, as far as that is known."""
    text = _effect(program, state, node)
    if node.is_loop or not node.is_block:
        return text
    nested = [program.node(id_) for id_ in program.nested(node.id)]
    inside, lines, stand_ins = nested[:MOST_ITEMS], [text], StandIns()
    foreseen = _foreseen(program, state, (node, *inside), stand_ins)
    for inner in inside:
        told = _as_far_as_known(program, foreseen, inner, stand_ins).replace("\n", "\n  ")
        lines.append(indent(f"{inner.step.name}: {told}", "  " * (inner.depth - node.depth)))
    if len(nested) > MOST_ITEMS:
        lines.append(f"  … and {len(nested) - MOST_ITEMS} more steps")
    return "\n".join(lines)


def _foreseen(
    program: Program, state: RunState, nodes: Sequence[Node], stand_ins: StandIns
) -> RunState:
    """The state as the steps in a block, the first of the nodes, will find it, as far as that is known."""
    frames = dict(state.frames)
    foreseen = structs.replace(state, frames=frames)
    key = next(frame_keys(state, nodes[0].id))
    later = names_later(program, nodes[0].frame, stand_ins)
    frames[key] = structs.replace(frames[key], values={**frames[key].values, NOT_YET: later})
    for node in nodes:
        if node.step.calls is not None:
            later = names_later(program, f"{static_id(node.id)}/", stand_ins)
            call = call_of(foreseen, node)
            frames[f"{node.id}/"] = foreseen_frame(call, state.profile, later)
    return foreseen


def _as_far_as_known(program: Program, state: RunState, inner: Node, stand_ins: StandIns) -> str:
    """What a step in a block does, with what was written in the place of what is not known."""
    with stand_ins.given():
        try:
            return stand_ins.put_back(_effect(program, state, inner))
        except TemplateError:
            shown = put_back(told_step(program, state, inner, scope_of(state, inner.id)), stand_ins)
        try:
            return stand_ins.put_back(_with_details(shown, details_of(program, state, inner)))
        except TemplateError:
            return shown.text


class Beside(Struct, frozen=True):
    """What is told beside a step: what to look for, and where links lead."""

    description: str
    links: tuple[tuple[str, str], ...]


NOTHING_BESIDE = Beside("", ())


def told_beside(program: Program, state: RunState | None, node: Node) -> Beside:
    """What is told beside a step as far as it is known now, the rest as its author wrote it.

    What is made out of a secret is hidden.
    """
    step = node.step
    written = Beside(step.description, tuple((link.title, link.url) for link in step.links))
    if state is None or BODY not in state.frames or "{" not in str(written):
        return written
    from pup_tui.template.url import render_url

    stand_ins = StandIns()
    scope = {**scope_of(state, node.id), NOT_YET: names_later(program, node.frame, stand_ins)}

    def known(text: str, render: Callable[[Text, Scope], str]) -> str:
        with stand_ins.given():
            try:
                return stand_ins.put_back(render(compile_text(text), hiding(scope)))
            except TemplateError:
                return text

    texts = ((known(title, Text.render), known(url, render_url)) for title, url in written.links)
    return Beside(known(step.description, Text.render), tuple(texts))


def told_step(program: Program, state: RunState, node: Node, scope: Scope) -> Shown:
    """What people are told of a step that cannot be carried out yet; of a foreach what it does for an item.

    In the author's words where nothing better can be told.
    """
    try:
        if not node.step.has_output:
            return Shown(StepTexts(node.step, scope).line)
        texts = StepTexts(node.step, scope, surroundings_of(program, state, node))
        kind = request_of(type(node.step))
        return Shown(kind.shown(texts), kind.sent(texts))
    except TemplateError:
        return as_written(node.step, scope)


def _shown_items(program: Program, state: RunState, node: Node) -> str:
    """What the first items do, each as it will be."""
    items = items_of(state, node.id, node.step, scope_of(state, node.id))
    lines = [f"for each of {len(items)} items:"]
    for number, frame in enumerate(item_frames(state, node, items)[:MOST_ITEMS]):
        item = program.node(item_id(node.id, number))
        known = state.frames.get(item.id)
        state.frames[item.id] = frame
        try:
            lines.append(effect_of(program, state, item))
        finally:
            del state.frames[item.id]
            if known is not None:
                state.frames[item.id] = known
    if len(items) > MOST_ITEMS:
        lines.append(f"… and {len(items) - MOST_ITEMS} more")
    return "\n".join(lines)


def item_frames(state: RunState, node: Node, items: Sequence[object]) -> list[Frame]:
    """The frames of the items of a foreach: each item, and its place among them.

    Items are secret where their list came from a secret.
    """
    assert node.step.foreach is not None
    name = node.step.as_
    hidden = [name] if names_in_items(node.step.foreach) & secrets_of(state, node.id) else []
    return [
        Frame(values={name: value, LOOP: _place(number, len(items))}, secrets=list(hidden))
        for number, value in enumerate(items)
    ]


def _place(number: int, length: int) -> dict[str, Any]:
    """What `loop` tells of the item `number` (from 0)."""
    return {
        "index": number + 1,
        "first": number == 0,
        "last": number == length - 1,
        "length": length,
    }
