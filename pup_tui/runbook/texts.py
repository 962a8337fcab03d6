"""The texts of a step that have a role: what a run renders or evaluates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from pup_tui.runbook.allowed import Options, fields_of, inner_options, options_of
from pup_tui.runbook.model import Defaults, ShellStep, Step
from pup_tui.runbook.roles import Role
from pup_tui.runbook.shapes import KeyPath
from pup_tui.template.shell.interpreter import DEFAULT, Interpreter, interpreter_of

_KEPT = "texts"


class FoundText(Struct, frozen=True):
    """A text and its role; `path` leads to it from the step by the file's keys and items' indices."""

    role: Role
    path: KeyPath
    source: str


def texts_of(step: Step) -> tuple[FoundText, ...]:
    """Every text of a step that has a role, in the order of the model; it follows from the types.

    Only its own: not those of nested steps, of its undo, or of what it calls.
    """
    # A run asks thirty times for the texts of each step, which stay as they are.
    kept: dict[str, tuple[FoundText, ...]] = step.__dict__
    if _KEPT not in kept:
        kept[_KEPT] = tuple(_found_in(step))
    return kept[_KEPT]


def _found_in(step: Step) -> Iterator[FoundText]:
    for text in _in_struct(step, ()):
        role = text.role
        if role is Role.SCRIPT and not interpreter_at(step).is_shell:
            role = Role.PROGRAM
        elif role is Role.STDIN and input_shell_at(step) is not None:
            role = Role.INPUT_SCRIPT
        yield msgspec.structs.replace(text, role=role) if role is not text.role else text


def texts_of_defaults(defaults: Defaults) -> Iterator[FoundText]:
    """Every text that steps have which say nothing else."""
    return _in_struct(defaults, ())


def input_shell_at(step: Step) -> str | None:
    """The shell that reads the standard input of a step as its script."""
    from pup_tui.template.shell.given import input_shell

    return input_shell(step.run, interpreter_at(step).name) if isinstance(step, ShellStep) else None


def interpreter_at(step: Step) -> Interpreter:
    """What runs the script of a step."""
    return interpreter_of(step.shell) if isinstance(step, ShellStep) else DEFAULT


def tool_of(step: Step) -> str | None:
    """The program that a step's script runs first, where that is literal; its `optional` asks for it.

    Of a script for no shell that is its interpreter.
    """
    from pup_tui.template.shell.first_command import first_tool

    interpreter = interpreter_at(step)
    if not interpreter.is_shell:
        return interpreter.words[0]
    scripts = (text.source for text in texts_of(step) if text.role is Role.SCRIPT)
    return next((first_tool(script, interpreter.name) for script in scripts), None)


def _in_struct(struct: Struct, path: KeyPath) -> Iterator[FoundText]:
    for key, name, options in _keys_of(type(struct)):
        # Most keys of a step are not given.
        if (value := getattr(struct, name)) is not None:
            yield from _in_value(value, options, (*path, key))


@cache
def _keys_of(kind: type[Struct]) -> tuple[tuple[str, str, Options], ...]:
    """Each key with its field and what its type allows."""
    return tuple(
        (key, field.name, options_of(field.type)) for key, field in fields_of(kind).items()
    )


def _in_value(value: Any, options: Options, path: KeyPath) -> Iterator[FoundText]:
    if value is None or value is msgspec.UNSET or isinstance(value, Step):
        return
    if isinstance(value, str):
        if options.role is not None:
            yield FoundText(options.role, path, value)
    elif isinstance(value, Struct):
        yield from _in_struct(value, path)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _in_value(
                item, options if options.anything else inner_options(options.values), (*path, name)
            )
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _in_value(
                item, options if options.anything else inner_options(options.items), (*path, index)
            )
