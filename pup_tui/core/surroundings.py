"""What processes of a step get beside the operator's own environment."""

from __future__ import annotations

from msgspec import Struct

from pup_tui.core.ids import holder_id
from pup_tui.core.program import Node, Program
from pup_tui.core.render import render_text
from pup_tui.core.scope import scope_of
from pup_tui.core.state import RunState
from pup_tui.template.text import compile_text


class Around(Struct, frozen=True):
    """Variables that are added to the environment, and the directory (None is the operator's own).

    `made` are the variables whose texts hold values.
    """

    env: dict[str, str] = {}
    cwd: str | None = None
    made: frozenset[str] = frozenset()


def surroundings_of(program: Program, state: RunState, node: Node) -> Around:
    """The runbook's defaults, then what the steps around say, then the step itself; the nearest wins.

    Each text sees the names of the place where it stands. TemplateError where one cannot be rendered.
    """
    around = [node.id]
    while (holder := holder_id(around[-1])) != "":
        around.append(holder)
    home = "" if not node.home else f"{_instance(around, node.home)}/"
    env: dict[str, str] = {}
    texts: dict[str, str] = {}
    cwd: str | None = None
    defaults = node.defaults
    if defaults.env or defaults.cwd is not None:
        scope = scope_of(state, home)
        texts |= defaults.env
        env |= {name: render_text(text, scope) for name, text in defaults.env.items()}
        cwd = None if defaults.cwd is None else render_text(defaults.cwd, scope)
    for id_ in reversed(around):
        step, is_loop = program.node(id_).step, program.node(id_).is_loop
        if not is_loop and (step.env or step.cwd is not None):
            scope = scope_of(state, id_)
            texts |= step.env
            env |= {name: render_text(text, scope) for name, text in step.env.items()}
            cwd = cwd if step.cwd is None else render_text(step.cwd, scope)
    made = frozenset(name for name, text in texts.items() if not compile_text(text).is_literal)
    return Around(env, cwd, made)


def _instance(around: list[str], home: str) -> str:
    """The instance of the step `home` among the ids around a step."""
    depth = home.count("/")
    return next(id_ for id_ in around if id_.count("/") == depth)
