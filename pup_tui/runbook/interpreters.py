"""What runs the script of a step: its first line, `shell`, `defaults.shell`, or sh."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode, shown
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.shell.interpreter import (
    DEFAULT,
    Interpreter,
    interpreter_line,
    interpreter_of,
    named_in,
)

_BRACES = late_pattern(
    r"\{\{-?(?P<value>.*?)-?\}\}|\{%-?\s*(?:if|elif|for\s+[\w\s,]+?\sin)\s(?P<tag>.*?)-?%\}",
    re.DOTALL,
)


def settle_interpreter(
    step: StepDraft, made: dict[str, Any], defaults: YamlNode | None, report: Report
) -> None:
    """Find what runs a step's script, report what contradicts it, and write both into the step.

    `made` is the step as data: `shell` and `strict` become what holds with the runbook's `defaults`.
    """
    run = step.node.get("run")
    if step.node.text("kind") != "shell" or not isinstance(run, Scalar):
        return
    default = defaults if isinstance(defaults, Mapping) else None
    own = _given(step.node)
    first = _first_line(run, report)
    if own is not None and first is not None and own.name != first.name:
        told = f"`shell` says {shown(own.name)}, and the first line of `run` {shown(first.name)}"
        report.error(step.node.entries["shell"].key, told, "leave one of them out")
    usual = None if default is None or "shell" in step.node.entries else _given(default)
    found = first or own or usual
    step.interpreter = found or DEFAULT
    if found is not None:
        made["shell"] = found.words
    strict = step.node.get("strict")
    if strict is not None and step.node.truth("strict") and not step.interpreter.is_shell:
        told = f"`strict` is for shells, and {shown(step.interpreter.name)} runs this script"
        report.error(step.node.entries["strict"].key, told, "leave `strict` out")
    says_nothing = "strict" not in step.node.entries
    if says_nothing and default is not None and step.interpreter.is_shell:
        made["strict"] = default.truth("strict") is True
    if step.interpreter.reads_stdin and step.node.get("stdin") is not None:
        told = f"{shown(step.interpreter.name)} reads the script from its standard input"
        values = "leave `stdin` out, and hand values over by `env`"
        hint = values if step.interpreter.needs_stdin else f"{values}; or leave the word `-` out"
        report.error(step.node.entries["stdin"].key, told, hint)


def with_role(placed: PlacedText, step: StepDraft | None) -> PlacedText:
    """A text in its role: the script of an interpreter that is no shell is a program."""
    if placed.role is Role.SCRIPT and step is not None and not step.interpreter.is_shell:
        return replace(placed, role=Role.PROGRAM)
    if placed.role is Role.STDIN and step is not None and shell_of_input(step) is not None:
        return replace(placed, role=Role.INPUT_SCRIPT)
    return placed


def shell_of_input(step: StepDraft) -> str | None:
    """The shell that reads the standard input of a step as its script."""
    from pup_tui.template.shell.given import input_shell

    script = step.node.text("run")
    return input_shell(script, step.interpreter.name) if script else None


def check_program(node: Scalar, declared: frozenset[str]) -> None:
    """Raise `TemplateError` for a value in a program that is no shell's; other braces are its own."""
    for braces in _BRACES.finditer(node.text):
        source = (braces["value"] or braces["tag"] or "").strip()
        try:
            uses = compile_expression(source)
        except TemplateError:
            continue
        names = uses.all_names & declared
        if names or uses.step_fields:
            name = min(names, default="VALUE")
            raise TemplateError(
                "only a script for a shell can take values",
                expression=source,
                line=node.text.count("\n", 0, braces.start()) + 1,
                hint=f'write `env: {{{name}: "{{{{ {source} }}}}"}}` and read {name} from the environment',
            )


def _given(node: Mapping) -> Interpreter | None:
    """What the key `shell` names."""
    shell = node.get("shell")
    if isinstance(shell, Scalar) and shell.text.strip():
        return interpreter_of(shell.text)
    if isinstance(shell, Sequence) and shell.items:
        words = [word.text for word in shell.items if isinstance(word, Scalar)]
        return interpreter_of(words) if words and words[0].strip() else None
    return None


def _first_line(run: Scalar, report: Report) -> Interpreter | None:
    line = interpreter_line(run.text)
    if line is None:
        return None
    if "{{" in line or "{%" in line:
        report.error(run, "the line `#!` cannot hold a template", "write the interpreter itself")
        return None
    try:
        found = named_in(line)
    except ValueError:
        found = None
    if found is None:
        hint = "for example `#!/bin/bash` or `#!/usr/bin/env python3`"
        report.error(run, f"{shown(line)} names no interpreter", hint)
    return found
