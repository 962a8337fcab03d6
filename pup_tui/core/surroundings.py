"""What processes of a step get beside the operator's own environment: from the places around it."""

from __future__ import annotations

from functools import partial
from typing import Any

from pup_tui.core.elsewhere import Whereabouts, WrittenRemote, as_written, rendered
from pup_tui.core.ids import holder_id, is_item
from pup_tui.core.program import Node, Program
from pup_tui.core.render import Around, Remote, render_text
from pup_tui.core.scope import scope_of
from pup_tui.core.state import RunState
from pup_tui.runbook.model import Defaults, Step
from pup_tui.template.errors import TemplateError
from pup_tui.template.omit import is_omitted
from pup_tui.template.secrets import hiding, watched
from pup_tui.template.text import compile_text


def surroundings_of(
    program: Program, state: RunState, node: Node, *, hides: bool = False
) -> Around:
    """The runbook's defaults, then what the steps around say, then the step itself; the nearest wins.

    Each text sees the names of the place where it stands. One that `hides` is for people: without what is
    made out of a secret. TemplateError where one cannot be rendered.
    """
    env: dict[str, str | None] = {}
    texts: dict[str, str] = {}
    cwd: str | None = None
    made: list[Any] = []
    elsewhere = Whereabouts()
    for id_, given in _places(program, node):
        elsewhere.take(given, partial(rendered, state, id_))
        if not given.env and given.cwd is None:
            continue
        names = scope_of(state, id_)
        scope, found = (hiding(names), []) if hides else watched(names)
        texts |= given.env
        env |= {
            name: None if is_omitted(text, scope) else render_text(text, scope)
            for name, text in given.env.items()
        }
        cwd = cwd if given.cwd is None else render_text(given.cwd, scope)
        made += found
    valued = frozenset(name for name, text in texts.items() if not compile_text(text).is_literal)
    approved = _was_approved(state, node.id)
    return Around(env, cwd, valued, tuple(made), approved, elsewhere.remote)


def remote_of(program: Program, state: RunState, node: Node) -> Remote | None:
    """The other computer that a step runs on; None also where that cannot be told."""
    try:
        return surroundings_of(program, state, node).remote
    except TemplateError:
        return None


def written_directory(program: Program, node: Node) -> str | None:
    """The directory of a step's processes as its author wrote it."""
    given = (place.cwd for _, place in reversed(_places(program, node)))
    return next((directory for directory in given if directory is not None), None)


def written_remote(program: Program, node: Node) -> WrittenRemote | None:
    """The other computer that a step runs on as its author wrote it."""
    elsewhere = Whereabouts()
    for _, given in _places(program, node, loops=True):
        elsewhere.take(given, as_written)
    return elsewhere.written


def _places(
    program: Program, node: Node, *, loops: bool = False
) -> list[tuple[str, Defaults | Step]]:
    """What says something of a step's surroundings, the nearest last, each with the id of where it stands.

    A foreach says it by each of its items; by itself only where `loops` are wanted, for no item is known.
    """
    around = [node.id]
    while (holder := holder_id(around[-1])) != "":
        around.append(holder)
    home = "" if not node.home else f"{_instance(around, node.home)}/"
    steps = [
        (id_, program.node(id_).step)
        for id_ in reversed(around)
        if loops or id_ == node.id or not program.node(id_).is_loop
    ]
    return [(home, node.defaults), *steps]


def _was_approved(state: RunState, step: str) -> bool:
    """Whether the question before a step was answered yes; that before a foreach is for all of its items."""
    asked = (step, holder_id(step) if is_item(step) else step)
    return any(id_ in state.steps and state.steps[id_].allowed for id_ in asked)


def _instance(around: list[str], home: str) -> str:
    """The instance of the step `home` among the ids around a step."""
    depth = home.count("/")
    return next(id_ for id_ in around if id_.count("/") == depth)
