"""The programs that a run needs: those that its runbooks require, and those that its steps begin with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field

from pup_tui.catalog.effects import written_env
from pup_tui.core.ids import upwards
from pup_tui.core.inventory import inventory_of
from pup_tui.core.program import Node, Program
from pup_tui.core.surroundings import written_remote
from pup_tui.drivers.tools import command_path
from pup_tui.late_pattern import late_pattern
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.extras import package_of
from pup_tui.preflight.sure_steps import but_for, sure_steps
from pup_tui.runbook.model import Runbook, ShellStep, Step
from pup_tui.runbook.parts import Requirement
from pup_tui.runbook.texts import interpreter_at, tool_of
from pup_tui.template.shell.first_command import IN_EVERY_SHELL, is_function

_INSTALL = "install it, or put it on PATH"
SSH = "ssh"
"""What takes scripts to other computers."""
MOST_STEPS = 3
"""Steps that are named with a program."""

_WORD = late_pattern(r"[^\s;&|<>()\"'`$=,/]+")
"""A word of a script, or a part of a path: what may name a program that it installs."""

MissingProgram = Callable[[Step], str]
"""The program without which a step cannot run and that may not be used or is not there; blank for most."""


class NeededTool(Struct):
    """A program with the steps that begin with it.

    `is_required` where a runbook says so; `is_sure` where a step surely begins with it and may not fail;
    `is_missing` where that is known already. `shells` are those whose scripts begin with it, `install` tells
    how it comes.
    """

    name: str
    steps: list[str] = field(default_factory=list)
    shells: set[str] = field(default_factory=set)
    is_required: bool = False
    is_sure: bool = False
    is_missing: bool = False
    install: str = _INSTALL

    def looked_up(self, environ: Mapping[str, str], cwd: Path) -> ReadyCheck:
        """Whether it is there, for steps in `cwd` with this environment."""
        path = None if self.is_missing else command_path(self.name, environ, cwd)
        if path is not None:
            return ReadyCheck(what="tool", subject=self.name, detail=f"is {path}")
        if self.shells and not self.is_required and self._is_builtin():
            return ReadyCheck(what="tool", subject=self.name, detail="is a part of the shell")
        return ReadyCheck(
            what="tool",
            subject=self.name,
            ok=False,
            detail=f"is not there, and {self._by}",
            hint=self.install,
            stops=self.is_required or self.is_sure,
        )

    def _is_builtin(self) -> bool:
        # Late: the tables of the shells take longer to read than all else that is looked at at once.
        from pup_tui.template.shell.tables import is_builtin

        return all(is_builtin(shell, self.name) for shell in self.shells)

    @property
    def _by(self) -> str:
        """Who needs it."""
        if self.is_required:
            return "`requires` names it"
        more = len(self.steps) - MOST_STEPS
        named = ", ".join(f"`{step}`" for step in self.steps[:MOST_STEPS])
        named += f" and {more} more" if more > 0 else ""
        return f"{named} {'needs' if len(self.steps) == 1 else 'need'} it"


def runbooks_of(program: Program) -> Iterator[Runbook]:
    """The runbook of a program, and those that its steps call."""
    yield program.runbook
    for node in program.by_id.values():
        if node.step.called is not None:
            yield node.step.called


def requirements(program: Program) -> Iterator[tuple[str, Requirement]]:
    """What the runbooks of a program require, and the integrations that they use, by the name of the program;
    one name may come again.
    """
    seen = []
    found = [runbook.requirements for runbook in runbooks_of(program)]
    actions = (node.step.action for node in program.by_id.values())
    found += [action.requirements for action in actions if action is not None]
    for each in (pair for needed in found for pair in needed.items()):
        if each not in seen:
            seen.append(each)
            yield each


def required_here(program: Program) -> Iterator[tuple[str, Requirement]]:
    """What the runbooks of a program require on this computer: nothing where all scripts run on others."""
    scripts = [node for node in program.by_id.values() if isinstance(node.step, ShellStep)]
    if not scripts or any(written_remote(program, node) is None for node in scripts):
        yield from requirements(program)


def needed_tools(
    program: Program, missing: MissingProgram, but: Collection[str] = ()
) -> list[NeededTool]:
    """The programs that a run needs, without the steps that are left out by `but`.

    Only what is literal is known. A step that is `optional` needs none, and what an earlier script mentions
    may be installed by it.
    """
    tools: dict[str, NeededTool] = {}
    for name, needed in required_here(program):
        # What a script of its own tells the version of need be no program on PATH.
        if not needed.command:
            tools.setdefault(name, NeededTool(name)).is_required = True
    sure = sure_steps(program, but)
    mentioned: set[str] = set()
    for node in program.by_id.values():
        if not but_for(but, node):
            continue
        asked = inventory_of(node.step)
        if asked is not None and asked.ansible is not None:
            from pup_tui.inventories.ansible import PROGRAM as ANSIBLE

            tools.setdefault(ANSIBLE, NeededTool(ANSIBLE)).steps.append(node.id)
        if node.step.is_block:
            continue
        for name, shell, is_missing in _of(program, node, missing):
            tool = tools.setdefault(name, NeededTool(name))
            tool.steps += [node.id] if node.id not in tool.steps else []
            tool.shells |= {shell} if shell else set()
            tool.is_missing = tool.is_missing or is_missing
            if node.id in sure and _must_succeed(program, node):
                tool.is_sure = tool.is_sure or name.rpartition("/")[2] not in mentioned
        package = package_of(node.step)
        if package is not None and not package.is_there:
            tool = tools.setdefault(package.name, NeededTool(package.name, install=package.install))
            tool.steps.append(node.id)
            tool.is_missing = True
            tool.is_sure = tool.is_sure or (node.id in sure and _must_succeed(program, node))
        if isinstance(node.step, ShellStep):
            mentioned.update(_WORD.findall(node.step.run))
    return list(tools.values())


def _of(program: Program, node: Node, missing: MissingProgram) -> Iterator[tuple[str, str, bool]]:
    """The programs that a step needs, what shell begins with it, and whether it is known to be missing."""
    step = node.step
    if lacking := missing(step):
        yield lacking, "", True
    if not isinstance(step, ShellStep):
        return
    if written_remote(program, node) is not None:
        yield SSH, "", False
        return
    shell = interpreter_at(step).name
    for name in needed_by_script(program, node):
        yield name, shell if name != interpreter_at(step).words[0] else "", False


def needed_by_script(program: Program, node: Node) -> Iterator[str]:
    """What runs a script, and the program that it begins with; nothing of one that is `optional`."""
    step = node.step
    if not isinstance(step, ShellStep) or any(
        program.node(id_).step.optional for id_ in upwards(node.id)
    ):
        return
    if "PATH" in written_env(program, node):
        return  # looked for elsewhere than where the operator's programs are
    interpreter = interpreter_at(step)
    yield interpreter.words[0]
    tool = tool_of(step)
    if not interpreter.is_shell or tool is None or tool in IN_EVERY_SHELL:
        return
    is_relative = "/" in tool and not tool.startswith("/")
    is_elsewhere = is_relative and _works_elsewhere(program, node)
    if not is_elsewhere and not is_function(tool, step.run):
        yield tool


def _works_elsewhere(program: Program, node: Node) -> bool:
    """Whether a step works in another directory than the operator."""
    around = (program.node(id_).step for id_ in upwards(node.id))
    return node.defaults.cwd is not None or any(
        isinstance(step, ShellStep) and step.cwd is not None for step in around
    )


def _must_succeed(program: Program, node: Node) -> bool:
    """Whether the run fails where the step does."""
    says = [program.node(id_).step.on_failure for id_ in upwards(node.id)]
    says[0] = says[0] or node.defaults.on_failure
    return all(each in (None, "fail") for each in says)
