"""Commands that give values: what stands after `command:` and in `choices_from`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

from pup_tui.late_pattern import late_pattern
from pup_tui.template.errors import TemplateError
from pup_tui.template.secrets import watched, with_secrets
from pup_tui.template.values import to_text

if TYPE_CHECKING:
    from pup_tui.template.arguments import Arguments
    from pup_tui.template.shell.script import ShellTemplate

_APART: Final = late_pattern(r"\{\{.*?\}\}|'[^']*'|\"[^\"]*\"|\\.", re.DOTALL)
"""What holds nothing that a shell would act on: templates and quoted text."""

_FOR_A_SHELL: Final = late_pattern(r"[|&;<>`$\n]")


class ValueCommand(Struct, frozen=True, kw_only=True):
    """A rendered command: the `words` of a `pup` subcommand, or a `script` with its `values`.

    `hidden` are secrets that it may know and that what it says of itself must not show, `made` what its
    templates made out of secrets. `directory` is where the runbook's file lies, blank where that is not
    known, and it runs in `cwd`, or where whoever runs it is.
    """

    words: tuple[str, ...] = ()
    script: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    made: tuple[Any, ...] = ()
    directory: str = ""
    cwd: Path | None = None

    def __repr__(self) -> str:
        """Without what may be secret."""
        return f"ValueCommand(words={self.words!r}, script={self.script!r})"

    @property
    def key(self) -> str:
        """A text that is the same for the same command only."""
        own = [self.words, self.script, sorted(self.values.items()), self.directory]
        return json.dumps(own if self.cwd is None else [*own, str(self.cwd)])


def is_subcommand(source: str) -> bool:
    """Whether a command is a `pup` subcommand, and no script."""
    written = source.strip()
    return written.split(maxsplit=1)[:1] == ["pup"] and _is_one_command(written)


def prints_its_words(source: str) -> bool:
    """Whether all that a command does is to print what stands in it."""
    written = source.strip()
    return written.split(maxsplit=1)[:1] in (["echo"], ["printf"]) and _is_one_command(written)


def _is_one_command(written: str) -> bool:
    return not _FOR_A_SHELL.search(_APART.sub("", written))


def compile_value_command(source: str) -> ShellTemplate | Arguments:
    """Check a command. Raises `TemplateError`.

    One that begins with `pup`, and has nothing in it that only a shell could do (a pipe, say), is a `pup`
    subcommand, which needs no installed `pup`; any other is a script for `sh`.
    """
    if is_subcommand(source):
        from pup_tui.template.arguments import compile_arguments

        return compile_arguments(source.strip())
    # Late: the grammar of shell takes its time, and most runbooks have no such command.
    from pup_tui.template.shell.script import compile_shell

    return compile_shell(source.strip(), "sh")


def render_value_command(
    source: str, scope: Mapping[str, Any], secrets: Collection[str] = ()
) -> ValueCommand:
    """Render a command; `secrets` names the secret values of the scope. Raises `TemplateError`."""
    from pup_tui.template.arguments import Arguments

    command = compile_value_command(source)
    hidden = tuple(to_text(scope[name]) for name in secrets if name in scope)
    if not isinstance(command, Arguments):
        known, made = watched(with_secrets(scope, secrets))
        script = command.render(known)
        hidden = tuple(dict.fromkeys([*hidden, *map(to_text, made)]))
        return ValueCommand(
            script=script.script, values=script.env, hidden=hidden, made=tuple(made)
        )
    shown = sorted(command.flowing_names.intersection(secrets))
    if shown:
        told = f"{shown[0]} is a secret and may not stand in an argument list"
        raise TemplateError(told, hint="others can read it there")
    return ValueCommand(words=tuple(command.render(scope)[1:]), hidden=hidden)
