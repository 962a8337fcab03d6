"""Commands of a job as steps."""

from __future__ import annotations

import re
import shlex
from typing import Any

from pup_tui.convert.draft import NewRunbook, NewStep, by_hand, manual
from pup_tui.convert.naming import StepNames, spelled_out, variable_name
from pup_tui.convert.pieces import raw
from pup_tui.convert.rundeck.options import declare
from pup_tui.convert.rundeck.references import References
from pup_tui.convert.scripts import started
from pup_tui.convert.shell import judging
from pup_tui.convert.shell.requests import may_change, request_of
from pup_tui.convert.shell.work_names import name_of_script
from pup_tui.convert.writer import dumped
from pup_tui.template.shell.interpreter import SHELLS

_MARK = "SCRIPT_OF_THE_JOB"
_REFERENCE = re.compile(r"\$\{option\.(\w+)[^}]*\}|@option\.(\w+)@")


class JobSteps:
    """A job so far: its variables, where it runs, and its steps."""

    nodes = ""

    def __init__(self, job: dict[str, Any], runbook: NewRunbook, names: dict[str, str]) -> None:
        self.job = job
        self.runbook = runbook
        self.names = names
        self.sequence = job.get("sequence") or {}
        runbook.description = raw(str(job.get("description") or "").strip())
        options = declare(runbook, job.get("options"), str(job.get("timeout") or ""))
        for name in sorted(set(re.findall(r"[$@]\{?globals\.([\w-]+)", str(job)))):
            options[name] = variable_name(name, runbook.vars)
            runbook.vars[options[name]] = {}
            runbook.tell("changed", f"globals.{name}", "a value of the project: it is asked for")
        delimiters = {
            str(o.get("name")): str(o.get("delimiter") or ",")
            for o in job.get("options") or []
            if isinstance(o, dict) and o.get("multivalued")
        }
        self.references = References(options, delimiters)
        self._step_names = StepNames()
        self._handled: set[str] = set()
        self.host = self._node()
        self.keeps_going = is_true(self.sequence.get("keepgoing"))

    def _node(self) -> str:
        """The host that steps run on, as an expression or in quotes; empty for this machine."""
        filters = self.job.get("nodefilters")
        if not isinstance(filters, dict):
            return ""
        told = str(filters.get("filter") or (filters.get("include") or {}) or "")
        one = re.fullmatch(r"(?:name:\s*)?([A-Za-z0-9_.-]+)", told.strip())
        if one and ":" not in one[1]:
            self.references.node = f"'{one[1]}'"
            self.runbook.tell("changed", f"node filter {told}", f"steps run on {one[1]} by ssh")
            return self.references.node
        if _orchestrated_to_one(self.job):
            variable = variable_name("NODE", self.runbook.vars)
            self.runbook.vars[variable] = {
                "description": raw(f"One host of: {told}"),
                "pattern": "[^-].*",
            }
            self.runbook.tell(
                "manual", "orchestrator", "one node of several: which one is asked for"
            )
        else:
            self.nodes = variable_name("NODES", self.runbook.vars)
            self.runbook.vars[self.nodes] = {
                "description": raw(f"Hosts: {told}"),
                "type": "list",
                "pattern": "[^-].*",
            }
            variable = "item"
        why = "the inventory is Rundeck's: the hosts are asked for, and steps run there by ssh"
        self.runbook.tell("manual", f"node filter {told}", why)
        self.references.node = variable
        return variable

    def _named(self, step: NewStep) -> NewStep:
        step.name, step.id = self._step_names.give(step.name)
        return step

    def _command(self, command: dict[str, Any], condition: str) -> list[NewStep]:
        step = self._named(self._made(command, self._title(command)))
        if condition:
            step.keys = {"if": condition, **step.keys}
        self.runbook.tell("manual" if step.kind == "manual" else "kept", step.name, _why(command))
        handler = command.get("errorhandler")
        made = [step]
        if isinstance(handler, dict):
            made.append(self._handler(step, handler))
        elif self.keeps_going and step.kind not in ("manual", "input"):
            step.keys["on_failure"] = "warn"
        return made

    def _handler(self, step: NewStep, handler: dict[str, Any]) -> NewStep:
        goes_on = is_true(handler.get("keepgoingOnSuccess")) or self.keeps_going
        made = self._named(
            self._made(
                handler,
                self._title(handler) if handler.get("description") else f"Where {step.name} failed",
            )
        )
        if goes_on:
            step.keys["on_failure"] = "warn"
            self._handled.add(step.id)
            made.keys = {"if": f"steps.{step.id}.outcome == 'warned'", **made.keys}
        else:
            made.keys = {
                "when": "on_failure",
                "if": f"steps.{step.id}.outcome == 'failed'",
                **made.keys,
            }
        self.runbook.tell("changed", f"{step.name}: errorhandler", f"the step {made.name}")
        return made

    def _title(self, command: dict[str, Any]) -> str:
        described = str(command.get("description") or "").strip().split("\n")[0]
        if described:
            return _REFERENCE.sub(lambda f: spelled_out(f[1] or f[2]).replace("_", " "), described)[
                :80
            ]
        if "jobref" in command or "type" in command:
            return str((command.get("jobref") or {}).get("name") or command.get("type") or "Step")
        script = str(command.get("script") or "")
        is_shell = not command.get("scriptInterpreter") and not re.match(r"#!(?!.*sh\b)", script)
        text = str(command.get("exec") or command.get("scriptfile") or (is_shell and script) or "")
        return name_of_script(_REFERENCE.sub(lambda f: f"${f[1] or f[2]}", text)) or "Script"

    def _made(self, command: dict[str, Any], name: str) -> NewStep:
        original = dumped({k: v for k, v in command.items() if k != "errorhandler"})
        if "jobref" in command:
            return self._called(command["jobref"], name, original)
        if command.get("exec") is not None:
            return self._executed(command, name, original)
        if command.get("script") is not None:
            return self._script(command, name, original)
        if command.get("scriptfile"):
            file = str(command["scriptfile"])
            self.runbook.tell(
                "manual",
                f"scriptfile {file}",
                "it is on the node or the server: its text is not here",
            )
            call = f"{file} {command.get('args') or ''}".strip()
            step = self._executed({"exec": call, "plugins": command.get("plugins")}, name, original)
            step.ask()
            return step
        if command.get("scripturl"):
            why = f"the script is fetched from {command['scripturl']} when the job runs: look at it first"
            return by_hand(name, why, original)
        return manual(
            name, f"The plugin {command.get('type') or 'of this step'} is not known here.", original
        )

    def _called(self, jobref: Any, name: str, original: str) -> NewStep:
        said = jobref if isinstance(jobref, dict) else {}
        target = self.names.get(str(said.get("uuid") or "")) or self.names.get(
            f"{said.get('group') or ''}/{said.get('name') or ''}"
        )
        if target is None or target == self.runbook.id:
            return manual(
                name,
                f"The job {said.get('group') or ''}/{said.get('name') or ''} is not in this file: run it.",
                original,
            )
        keys: dict[str, Any] = {"runbook": target}
        words = shlex.split(str(said.get("args") or ""), posix=True) if said.get("args") else []
        given = {
            variable_name(option[1:]): self.references.filled(value)
            for option, value in zip(words[::2], words[1::2], strict=False)
            if option.startswith("-")
        }
        if given:
            keys["vars"] = given
        return NewStep(name, "runbook", keys, original=original)

    def _executed(self, command: dict[str, Any], name: str, original: str) -> NewStep:
        text = str(command["exec"])
        script = self.references.filled(text)
        asked = request_of(script) if not self.host else None
        if asked is not None:
            step = NewStep(name, "http", asked, original=original)
            changes = may_change(asked)
        else:
            step = NewStep(name, "shell", self._placed(script, text, "bash"), original=original)
            changes = judging.changes(script)
        return self._finished(step, command, changes)

    def _script(self, command: dict[str, Any], name: str, original: str) -> NewStep:
        text = str(command["script"])
        first = text.split("\n", 1)[0]
        interpreter = str(command.get("scriptInterpreter") or "")
        environment, words = _interpreter(
            interpreter or (first[2:] if first.startswith("#!") else "bash")
        )
        program = words[0].rsplit("/", 1)[-1] if words else "bash"
        env = {key: self.references.filled(value) for key, value in environment.items()}
        if environment:
            self.runbook.tell(
                "changed",
                f"{name}: scriptInterpreter",
                "its variables go into the environment, not on a command line",
            )
        if program in SHELLS:
            script = self.references.filled(text, in_script=True)
            arguments = self.references.filled(str(command.get("args") or ""))
            script = f"set -- {arguments}\n{script}" if arguments else script
            keys = self._placed(script, text, program, env)
            return self._finished(
                NewStep(name, "shell", keys, original=original), command, judging.changes(script)
            )
        return self._finished(self._foreign(command, name, words, env, original), command, True)

    def _foreign(
        self,
        command: dict[str, Any],
        name: str,
        words: list[str],
        env: dict[str, str],
        original: str,
    ) -> NewStep:
        """A script for no shell: its values come by the environment."""
        text = str(command["script"])
        pieces = self.references.pieces(text, in_script=True)
        if any(not isinstance(each, str) for each in pieces):
            return manual(
                name,
                "Values stand in the text of a script for no shell, where they could be code.",
                original,
            )
        env = {**env, **self.references.environment(text)}
        if not self.host:
            return NewStep(
                name,
                "shell",
                {
                    "run": text,
                    "shell": words if len(words) > 1 else words[0],
                    **({"env": env} if env else {}),
                },
                original=original,
            )
        lines = [f"export {key}={value}" for key, value in env.items()]
        call = [f"{shlex.join(words)} - <<'{_MARK}'", raw(text.rstrip("\n")), _MARK, ""]
        body = "\n".join(["set -e", *lines, *call])
        return NewStep(
            name,
            "shell",
            {"run": f"ssh {self._host_word()} bash -s", "stdin": body},
            original=original,
        )

    def _host_word(self) -> str:
        return self.host.strip("'") if self.host.startswith("'") else f"{{{{ {self.host} }}}}"

    def _placed(
        self, script: str, text: str, shell: str, env: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Where a script runs: here, or on the host, which gets it on its standard input."""
        env = {**(env or {}), **self.references.environment(text)}
        if not self.host:
            return {
                "run": started(script),
                **({"shell": shell} if shell != "bash" else {}),
                **({"env": env} if env else {}),
            }
        lines = [f"export {key}={value}" for key, value in env.items()]
        begins = [] if re.match(r"(?:#!.*\n)?\s*set -\w*e", script) else ["set -e"]
        body = "\n".join([*begins, *lines, script.rstrip("\n"), ""])
        return {"run": f"ssh {self._host_word()} {shell} -s", "stdin": body}

    def _finished(self, step: NewStep, command: dict[str, Any], changes: bool) -> NewStep:
        captures = self._captures(command)
        if captures:
            step.keys["capture"] = captures
        if changes and step.kind in ("shell", "http"):
            step.ask()
        return step

    def _captures(self, command: dict[str, Any]) -> dict[str, str]:
        """A log filter that finds values: captures with its expression."""
        plugins = command.get("plugins")
        filters = (plugins.get("LogFilter") if isinstance(plugins, dict) else None) or []
        made: dict[str, str] = {}
        for each in filters if isinstance(filters, list) else [filters]:
            config = each.get("config") or {}
            if (
                each.get("type") != "key-value-data"
                or not config.get("regex")
                or not config.get("name")
            ):
                self.runbook.tell(
                    "dropped",
                    f"LogFilter {each.get('type')}",
                    "a filter of Rundeck that is not known here",
                )
                continue
            name = str(config["name"])
            variable = variable_name(name, {*self.runbook.vars, *self.references.data.values()})
            self.references.data[name] = variable
            pattern = str(config["regex"]).replace("'", "\\'")
            made[variable] = f"output | regex_search('{_escaped(pattern)}', 1)"
        return made


def _why(command: dict[str, Any]) -> str:
    if "jobref" in command:
        return "jobref"
    if command.get("type"):
        return f"type {command['type']}: a plugin of Rundeck that is not known here"
    return next(
        (key for key in ("exec", "script", "scriptfile", "scripturl") if command.get(key)), "step"
    )


def is_true(given: Any) -> bool:
    return given is True or str(given).strip().lower() == "true"


def _orchestrated_to_one(job: dict[str, Any]) -> bool:
    orchestrator = job.get("orchestrator")
    if not isinstance(orchestrator, dict):
        return False
    count = (orchestrator.get("configuration") or {}).get("count")
    return orchestrator.get("type") == "subset" and str(count) == "1"


def _interpreter(text: str) -> tuple[dict[str, str], list[str]]:
    """The variables that an interpreter's line sets, and its words."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    environment: dict[str, str] = {}
    if words and words[0].rsplit("/", 1)[-1] == "env":
        words = [each for each in words[1:] if each != "-S"]
    while words and re.match(r"[A-Za-z_]\w*=", words[0]):
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    return environment, words or ["bash"]


def _escaped(pattern: str) -> str:
    """A pattern within a text of an expression."""
    return re.sub(r"\\(?!')", r"\\\\", pattern)
