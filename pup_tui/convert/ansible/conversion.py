"""A playbook as a runbook: task by task where every task is a step, else wrapped."""

from __future__ import annotations

import re
from typing import Any

from pup_tui.convert.ansible.expressions import PlayNames
from pup_tui.convert.ansible.playbook import is_local, tasks_of, texts_of
from pup_tui.convert.ansible.tasks import module_of, step_of
from pup_tui.convert.ansible.wrapping import wrap
from pup_tui.convert.draft import NewRunbook, NewStep
from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.naming import StepNames, runbook_id, variable_name
from pup_tui.convert.pieces import raw
from pup_tui.convert.shell.secrets import SECRET_NAME

_OURS = frozenset({
    "item", "omit", "true", "false", "none", "not", "and", "or", "in", "is", "if", "else",
    "undef", "default",
})  # fmt: skip


def from_playbook(plays: list[dict[str, Any]], name: str, file: str) -> NewRunbook:
    """The runbook of a playbook that lies in a file called `file`."""
    runbook = NewRunbook(runbook_id(name), "an Ansible playbook")
    titles = [str(play.get("name")) for play in plays if play.get("name")]
    runbook.description = raw("\n".join(titles))
    if all(
        "hosts" in play and is_local(play) and not play.get("roles") and not play.get("handlers")
        for play in plays
    ):
        made = NewRunbook(runbook.id, runbook.source, runbook.description)
        try:
            _Converting(made).plays(plays)
            return made
        except Inexpressible as error:
            runbook.tell("changed", "tasks", f"they are wrapped, not translated: {error}")
    wrap(plays, runbook, file)
    return runbook


class _Converting:
    def __init__(self, runbook: NewRunbook) -> None:
        self.runbook = runbook
        self.names = PlayNames()
        self.step_names = StepNames()

    def plays(self, plays: list[dict[str, Any]]) -> None:
        """Convert all tasks of all plays. Raises Inexpressible where one is Ansible's alone."""
        for play in plays:
            self._variables(play)
            self._undefined(play)
        for play in plays:
            for key in ("pre_tasks", "tasks", "post_tasks"):
                self.runbook.steps += self._tasks(play.get(key) or [])
        if not self.runbook.steps:
            raise Inexpressible("there is no task")

    def _variables(self, play: dict[str, Any]) -> None:
        given = play.get("vars")
        for name, value in given.items() if isinstance(given, dict) else ():
            variable = variable_name(str(name), self.runbook.vars)
            self.names.variables[str(name)] = variable
            self.runbook.vars[variable] = self._declared(value)
            self.runbook.tell("kept", f"variable {name}", variable)
        for prompt in play.get("vars_prompt") or []:
            name = str(prompt.get("name"))
            variable = variable_name(name, self.runbook.vars)
            self.names.variables[name] = variable
            private = str(prompt.get("private", True)).lower() in ("true", "yes")
            self.runbook.vars[variable] = {"type": "secret"} if private else {}

    def _declared(self, value: Any) -> dict[str, Any]:
        if isinstance(value, str) and "undef(" in value:
            return {"pattern": "[^-].*"}
        if isinstance(value, bool):
            return {"type": "boolean", "default": value}
        if isinstance(value, int):
            return {"type": "integer", "default": value}
        if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
            return {"type": "list", "default": [raw(str(each)) for each in value]}
        if isinstance(value, str):
            if not value:
                return {"required": False}
            return {
                "default": "".join(
                    p if isinstance(p, str) else f"{{{{ {p.expression} }}}}"
                    for p in self.names.pieces(value)
                )
            }
        raise Inexpressible("a variable that is a map")

    def _undefined(self, play: dict[str, Any]) -> None:
        """Names that nothing in the play gives: the operator does."""
        registered = {str(task["register"]) for task in tasks_of(play) if task.get("register")}
        facts = {
            str(k)
            for task in tasks_of(play)
            for key, given in task.items()
            if key.endswith("set_fact") and isinstance(given, dict)
            for k in given
        }
        for task in tasks_of(play):
            for text in texts_of(
                {
                    k: v
                    for k, v in task.items()
                    if k not in ("name", "register", "block", "rescue", "always")
                }
            ):
                for template in re.findall(r"\{\{(.*?)\}\}", text, re.DOTALL):
                    plain = re.sub(r"'[^']*'|\"[^\"]*\"", "''", template)
                    for name in re.findall(
                        r"(?<![\w.|])(?<!\| )([A-Za-z_]\w*)(?!\s*[\w(=])", plain
                    ):
                        known = (
                            name in self.names.variables
                            or name in registered
                            or name in facts
                            or name in _OURS
                        )
                        if (
                            not known
                            and not re.search(rf"\|\s*{name}\b", plain)
                            and not name.startswith("ansible_")
                        ):
                            self._ask(name, task)

    def _ask(self, name: str, task: dict[str, Any]) -> None:
        variable = variable_name(name, self.runbook.vars)
        self.names.variables[name] = variable
        hidden = bool(task.get("no_log")) or SECRET_NAME.search(name)
        optional = bool(task.get("no_log") or task.get("ignore_errors"))
        self.runbook.vars[variable] = {
            **({"type": "secret"} if hidden else {"pattern": "[^-].*"}),
            **({"required": False} if optional else {}),
        }
        self.runbook.tell(
            "changed", f"variable {name}", "nothing in the playbook gives it: it is asked for"
        )

    # Tasks

    def _tasks(self, tasks: list[Any]) -> list[NewStep]:
        made: list[NewStep] = []
        for task in tasks:
            if not isinstance(task, dict):
                raise Inexpressible("a task is no map")
            made.append(self._block(task) if "block" in task else self._task(task))
        return made

    def _block(self, task: dict[str, Any]) -> NewStep:
        title, id_ = self._named(str(task.get("name") or "Block"))
        inner = self._tasks(task["block"])
        for key, when in (("rescue", "on_failure"), ("always", "always")):
            for step in self._tasks(task.get(key) or []):
                step.keys = {"when": when, **step.keys}
                inner.append(step)
        if task.get("rescue"):
            self.runbook.tell(
                "changed",
                f"{title}: rescue",
                "its steps run where the block fails; the run stays failed",
            )
        keys = {"if": self.names.expression(str(task["when"]))} if "when" in task else {}
        return NewStep(title, "group", keys, id=id_, steps=inner)

    def _named(self, title: str) -> tuple[str, str]:
        return self.step_names.give(re.sub(r"\{\{.*?\}\}", "", title).strip(" ?!.:") or "Task")

    def _task(self, task: dict[str, Any]) -> NewStep:
        module, _ = module_of(task)
        title, id_ = self._named(str(task.get("name") or module.capitalize()))
        loop = task.get("loop", task.get("with_items"))
        if loop is not None:
            item = str((task.get("loop_control") or {}).get("loop_var") or "item")
            self.names.items[item] = "item"
        step = step_of(task, self.names, title, id_)
        if loop is not None:
            self.names.items.clear()
            step.keys["foreach"] = self._items(loop)
        registered = task.get("register")
        if registered:
            self.names.results[str(registered)] = id_
            if (
                step.kind == "shell"
                and "capture" not in step.keys
                and module in ("command", "shell")
            ):
                variable = variable_name(
                    str(registered), {*self.runbook.vars, *self.names.captured.values()}
                )
                self.names.captured[str(registered)] = variable
                step.keys["capture"] = variable
        if step.kind == "http" and any(
            f"{{{{ {v} }}}}" == step.keys.get("url") and not said.get("required", True)
            for v, said in self.runbook.vars.items()
        ):
            step.keys["optional"] = True
        self.runbook.tell("kept", title, module)
        return step

    def _items(self, loop: Any) -> Any:
        if isinstance(loop, list):
            return [raw(each) if isinstance(each, str) else each for each in loop]
        whole = re.fullmatch(r"\s*\{\{(.*)\}\}\s*", str(loop), re.DOTALL)
        return self.names.expression(whole[1] if whole else str(loop))
