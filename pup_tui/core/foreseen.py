"""What a group or runbook that is called will know, before it begins and as far as that is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from pup_tui.core.actions import ResolveValues
from pup_tui.core.amounts import Scope
from pup_tui.core.program import Node, Program
from pup_tui.core.scope import directory_of, scope_of, secrets_of, standing_for, truth_of
from pup_tui.core.secrecy import names_in
from pup_tui.core.state import Frame, RunState
from pup_tui.runbook.model import Step
from pup_tui.runbook.parts import NOT_NOW, Variable
from pup_tui.runbook.variables.checks import check_value
from pup_tui.template.errors import TemplateError
from pup_tui.template.jsontext import render_json
from pup_tui.template.not_yet import NOT_YET, NotYet, StandIns
from pup_tui.template.secrets import watched, with_secrets
from pup_tui.template.text import compile_text
from pup_tui.template.values import OMIT, OMIT_NAME


def call_of(state: RunState, node: Node) -> ResolveValues:
    """What a step that calls will ask for, `NOT_NOW` in the place of each value that is not known yet."""
    assert node.step.calls is not None
    variables, given = node.step.calls
    secrets = secrets_of(state, node.id)
    return ResolveValues(
        step=node.id,
        variables=variables,
        given=dict(_given_now(given, scope_of(state, node.id))),
        secrets=tuple(name for name, tree in given.items() if names_in(tree) & secrets),
        directory=directory_of(state, node.step),
        **about_action(node.step),
    )


class AboutAction(TypedDict):
    """What the values of an action of an integration are looked up by besides."""

    integration: str
    settings: tuple[str, ...]
    other_settings: tuple[str, ...]


def about_action(step: Step) -> AboutAction:
    """Of which integration the action is that a step calls; blank where it calls none."""
    if step.action is None:
        return {"integration": "", "settings": (), "other_settings": ()}
    return {
        "integration": step.action.integration,
        "settings": step.action.settings,
        "other_settings": step.action.other_settings,
    }


def _given_now(given: Mapping[str, Any], scope: Scope) -> Iterator[tuple[str, Any]]:
    for name, tree in given.items():
        try:
            value = render_json(tree, scope)
        except TemplateError:
            value = NOT_NOW
        if value is not OMIT:
            yield name, value


def names_later(program: Program, frame: str, stand_ins: StandIns) -> NotYet:
    """The names that the steps of a frame have by their turn, and that nobody knows yet."""
    names = program.frames[frame]
    return NotYet(stand_ins, names.declared, names.steps)


def begun_frame(call: ResolveValues) -> Frame:
    """The frame of what is called, before anything is known in it."""
    typed = (name for name, variable in call.variables.items() if variable.is_secret)
    return Frame(secrets=[*call.secrets, *typed], directory=call.directory)


def foreseen_frame(call: ResolveValues, profile: str, later: NotYet) -> Frame:
    """The frame of what is called with what is given and the defaults; nothing is looked up for it.

    `later` is what steps in it do not know yet; variables without a value here are among its names.
    """
    frame = begun_frame(call)
    for name, variable in call.variables.items():
        known = with_secrets(
            {
                OMIT_NAME: OMIT,
                **standing_for(frame.left_out),
                **frame.values,
                "steps": {},
                "run": {"profile": profile},
                NOT_YET: later,
            },
            frame.secrets,
        )
        scope, made = watched(known)
        try:
            if variable.when is not None and not truth_of(variable.when, scope, frozenset(known)):
                raw = None
            else:
                raw = call.given[name] if name in call.given else _default(variable, scope)
            if raw is None and not variable.required:
                frame.left_out[name] = variable.type
            elif raw not in (None, NOT_NOW):
                frame.values[name] = check_value(variable, raw)
        except (TemplateError, ValueError):
            continue
        if made:
            frame.secrets.append(name)
    frame.values[NOT_YET] = later
    return frame


def _default(variable: Variable, scope: Scope) -> Any:
    """The default of a variable that nothing is given for; None where it has none."""
    if variable.places:
        return NOT_NOW
    if not variable.has_default:
        return None
    values = [compile_text(text).render(scope) for text in variable.default_texts]
    return values if isinstance(variable.default, tuple) else values[0]
