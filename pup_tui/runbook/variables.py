"""The values of a runbook's variables: what is given is checked, the rest is looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from pup_tui.runbook.model import Runbook, Variable
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.report import suggestion
from pup_tui.runbook.scope import names_under_default
from pup_tui.runbook.values import Value, check_value
from pup_tui.template.errors import TemplateError
from pup_tui.template.text import compile_text
from pup_tui.template.values import LEFT_OUT

__all__ = ["Resolved", "Value", "VariableProblem", "check_value", "resolve"]


class VariableProblem(Struct, frozen=True, kw_only=True):
    """Why a run cannot start with the values that it was given."""

    name: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


class Resolved(Struct, frozen=True, kw_only=True):
    """The values of a run. `left_out` names variables that have none and need none."""

    values: dict[str, Any]
    left_out: tuple[str, ...]
    problems: tuple[VariableProblem, ...]
    sources: dict[str, Literal["given", "from", "default"]]


def resolve(
    runbook: Runbook,
    given: Mapping[str, object],
    *,
    environ: Mapping[str, str],
    read_file: Callable[[str], str],
) -> Resolved:
    """Give every variable its value: what was given, then `from`, then `default`.

    `read_file` reads what `from: file:PATH` names; a file that is not there gives nothing, one that cannot
    be read is a problem, and one line end at its end is dropped. A default sees the variables above it.
    """
    resolving = _Resolving(runbook, environ, read_file)
    for name, variable in runbook.vars.items():
        resolving.add(name, variable, given)
    resolving.add_undeclared(given)
    return Resolved(
        values=resolving.values,
        left_out=tuple(resolving.left_out),
        problems=tuple(resolving.problems),
        sources=resolving.sources,
    )


class _Resolving:
    """The values so far, in the order of the file."""

    def __init__(
        self, runbook: Runbook, environ: Mapping[str, str], read_file: Callable[[str], str]
    ) -> None:
        self.values: dict[str, Any] = {}
        self.left_out: list[str] = []
        self.problems: list[VariableProblem] = []
        self.sources: dict[str, Literal["given", "from", "default"]] = {}
        self._runbook = runbook
        self._environ = environ
        self._read_file = read_file

    def add(self, name: str, variable: Variable, given: Mapping[str, object]) -> None:
        """Give one declared variable its value."""
        known = len(self.problems)
        source: Literal["given", "from", "default"] = "given"
        raw = given.get(name)
        if name not in given and variable.from_ is not None:
            source, raw = "from", self._looked_up(name, variable.from_)
        if name not in given and raw is None and variable.has_default:
            source, raw = "default", self._default(name, str(variable.default))
        if len(self.problems) > known:
            return
        if raw is None and name not in given:
            self._leave_out(name, variable)
            return
        try:
            self.values[name] = check_value(variable, raw)
        except ValueError as error:
            told = {"given": "", "from": f" (from {variable.from_})", "default": " (its default)"}
            self._problem(name, f"`{name}`{told[source]}: {error}")
            return
        self.sources[name] = source

    def add_undeclared(self, given: Mapping[str, object]) -> None:
        """Take names that the file uses only under `default`; any other one is a problem."""
        undeclared = [name for name in given if name not in self._runbook.vars]
        if not undeclared:
            return
        usable = names_under_default(self._runbook)
        for name in undeclared:
            if name not in usable:
                hint = suggestion(name, [*self._runbook.vars, *usable])
                self._problem(name, f"this runbook has no variable {shown(name)}", hint)
                continue
            try:
                self.values[name] = check_value(Variable(), given[name])
            except ValueError as error:
                self._problem(name, f"`{name}`: {error}")
                continue
            self.sources[name] = "given"

    def _leave_out(self, name: str, variable: Variable) -> None:
        if not variable.required:
            self.left_out.append(name)
            return
        hint = "give it a value"
        if variable.from_ is not None:
            hint = f"{variable.from_} holds none; give it a value"
        self._problem(name, f"`{name}` is required", hint)

    def _looked_up(self, name: str, source: str) -> str | None:
        kind, _, place = source.partition(":")
        if kind == "env":
            return self._environ.get(place)
        try:
            text = self._read_file(place)
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            self._problem(name, f"`{name}` cannot be read from {source}: it is not UTF-8 text")
            return None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            self._problem(name, f"`{name}` cannot be read from {source}: {why}")
            return None
        return re.sub(r"\r?\n\Z", "", text)

    def _default(self, name: str, default: str) -> str | None:
        text = compile_text(default)
        failed = {problem.name for problem in self.problems}
        if failed & text.names:
            self.problems.append(
                VariableProblem(
                    name=name, message=f"`{name}` has a default that needs another variable"
                )
            )
            return None
        scope = {**dict.fromkeys(self.left_out, LEFT_OUT), **self.values}
        try:
            return text.render(scope)
        except TemplateError as error:
            self._problem(name, f"the default of `{name}` cannot be worked out: {error}")
            return None

    def _problem(self, name: str, message: str, hint: str = "") -> None:
        self.problems.append(VariableProblem(name=name, message=message, hint=hint))
