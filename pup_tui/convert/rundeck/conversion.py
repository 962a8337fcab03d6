"""Jobs as runbooks, one for each."""

from __future__ import annotations

import re
import shlex
from typing import Any

from pup_tui.convert.draft import NewRunbook, NewStep, escaped, manual
from pup_tui.convert.markdown.requests import request_of
from pup_tui.convert.naming import runbook_id, step_id, unique_name, variable_name
from pup_tui.convert.paths import all_of
from pup_tui.convert.pieces import raw
from pup_tui.convert.rundeck.options import declare
from pup_tui.convert.rundeck.references import References
from pup_tui.convert.shell import judging
from pup_tui.convert.shell.phrases import name_of_commands
from pup_tui.convert.shell.reading import parsed, statements_of
from pup_tui.convert.ssm.made import started
from pup_tui.convert.writer import dumped

_MARK = "SCRIPT_OF_THE_JOB"
_SHELLS = frozenset({"sh", "bash", "dash", "ksh", "zsh"})
_RULE = re.compile(r"\[(?P<steps>[\d,*\s]+)\]\s*(?P<rule>.+)")
_ASKED = re.compile(
    r"(?P<how>if|unless):\s*(?P<kind>option|data)\.(?P<name>[\w-]+)\s*(?P<operator>==|!=|=~)\s*(?P<value>.+?)\s*$"
)
_DROPPED = {
    "loglimit": "all output is kept, within the program's own limit",
    "loglevel": "all output is kept",
    "plugins": "plugins of Rundeck are not known here",
    "notifyAvgDurationThreshold": "statistics tell how long runs take",
    "maxMultipleExecutions": "a lock holds one run, or none",
}


def from_jobs(jobs: list[dict[str, Any]], name: str) -> list[NewRunbook]:
    """The runbooks of the jobs of a file."""
    names = {_key(job): _id(job, name) for job in jobs}
    names |= {
        str(job[key]): _id(job, name) for job in jobs for key in ("uuid", "id") if job.get(key)
    }
    return [
        _Converting(job, NewRunbook(_id(job, name), "a Rundeck job"), names).runbook_made()
        for job in jobs
    ]


def _key(job: dict[str, Any]) -> str:
    return f"{job.get('group') or ''}/{job.get('name') or ''}"


def _id(job: dict[str, Any], name: str) -> str:
    return runbook_id(" ".join(str(job[key]) for key in ("group", "name") if job.get(key)) or name)


class _Converting:
    def __init__(self, job: dict[str, Any], runbook: NewRunbook, names: dict[str, str]) -> None:
        self.job = job
        self.runbook = runbook
        self.names = names
        self.sequence = job.get("sequence") or {}
        runbook.description = escaped(str(job.get("description") or "").strip())
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
        self.ids: set[str] = set()
        self.host = self._node()
        self.keeps_going = _is_true(self.sequence.get("keepgoing"))

    def runbook_made(self) -> NewRunbook:
        commands = [each for each in self.sequence.get("commands") or [] if isinstance(each, dict)]
        rules = self._rules(len(commands))
        steps: list[NewStep] = []
        for at, command in enumerate(commands, 1):
            steps += self._command(command, rules.get(at, ""))
        if not steps:
            steps = [manual("Nothing to do", "The job has no step.", "")]
        self._add_end(steps)
        self.runbook.steps = self._around(steps)
        self._notifications()
        self._drop()
        for each in sorted(self.references.unknown):
            self.runbook.tell(
                "manual",
                each,
                "it stands for nothing that is known here: look at the step that names it",
            )
        return self.runbook

    # Where it runs

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
                "description": escaped(f"One host of: {told}"),
                "pattern": "[^-].*",
            }
            self.runbook.tell(
                "manual", "orchestrator", "one node of several: which one is asked for"
            )
        else:
            self.nodes = variable_name("NODES", self.runbook.vars)
            self.runbook.vars[self.nodes] = {
                "description": escaped(f"Hosts: {told}"),
                "type": "list",
                "pattern": "[^-].*",
            }
            variable = "item"
        why = "the inventory is Rundeck's: the hosts are asked for, and steps run there by ssh"
        self.runbook.tell("manual", f"node filter {told}", why)
        self.references.node = variable
        return variable

    nodes = ""

    def _around(self, steps: list[NewStep]) -> list[NewStep]:
        """A group for each node, and one for what holds of the job as a whole."""
        if self.nodes:
            keys: dict[str, Any] = {"foreach": self.nodes}
            dispatch = (self.job.get("nodefilters") or {}).get("dispatch") or {}
            if str(dispatch.get("threadcount", "1")) not in ("1", ""):
                keys["max_parallel"] = self._number(str(dispatch["threadcount"]))
            if _is_true(dispatch.get("keepgoing")):
                keys["keep_going"] = True
            self._strategy()
            if any(each.keys.get("danger") for each in steps):
                keys |= {"confirm": "Run this on each host?", "danger": True}
            steps = [self._named(NewStep("Each node", "group", keys, steps=steps))]
        else:
            self._strategy()
        retry, timeout = self.job.get("retry"), self.job.get("timeout")
        if not retry and not timeout:
            return steps
        keys = {}
        if retry:
            given = retry if isinstance(retry, dict) else {"retry": retry}
            count = str(given.get("retry") or "0")
            attempts: Any = int(count) + 1 if count.isdigit() else self.references.filled(count)
            keys["retry"] = {
                "attempts": attempts,
                **({"delay": str(given["delay"])} if given.get("delay") else {}),
            }
            self.runbook.tell(
                "changed",
                f"retry: {count}",
                f"retries beside the first attempt: {attempts} attempts",
            )
        if timeout:
            keys["timeout"] = self.references.filled(str(timeout))
        return [
            self._named(NewStep(str(self.job.get("name") or "The job"), "group", keys, steps=steps))
        ]

    def _number(self, given: str) -> Any:
        return int(given) if given.isdigit() else self.references.filled(given)

    def _strategy(self) -> None:
        strategy = str(self.sequence.get("strategy") or "")
        if strategy == "parallel":
            self.runbook.tell(
                "dropped",
                "strategy parallel",
                "steps keep their order: later ones may need what others found",
            )
        elif strategy == "sequential" and self.nodes:
            self.runbook.tell(
                "changed", "strategy sequential", "all steps on one node, then on the next"
            )

    def _rules(self, count: int) -> dict[int, str]:
        """Conditions of steps by their number, as a ruleset says them."""
        config = (self.sequence.get("pluginConfig") or {}).get("WorkflowStrategy") or {}
        text = str((config.get("ruleset") or {}).get("rules") or "")
        found: dict[int, list[str]] = {}
        for line in text.split("\n"):
            rule = _RULE.match(line.strip())
            if rule is None or re.match(r"run-(?:in-sequence|at-start|after)", rule["rule"]):
                continue
            asked = self._rule(rule["rule"])
            numbers = (
                range(1, count + 1)
                if "*" in rule["steps"]
                else [int(n) for n in re.findall(r"\d+", rule["steps"])]
            )
            for number in numbers:
                if asked:
                    found.setdefault(number, []).append(asked)
            if not asked:
                self.runbook.tell(
                    "manual", line.strip(), "a rule that no condition says: look at its steps"
                )
        return {number: all_of(conditions) for number, conditions in found.items()}

    def _rule(self, rule: str) -> str:
        found = _ASKED.match(rule)
        if found is None:
            return ""
        names = self.references.options if found["kind"] == "option" else self.references.data
        name = names.get(found["name"])
        if name is None:
            return ""
        value = found["value"].strip("'\"")
        test = (
            f"{name} is match('{value}')"
            if found["operator"] == "=~"
            else f"{name} {found['operator']} '{value}'"
        )
        return test if found["how"] == "if" else f"not ({test})"

    # Steps

    def _named(self, step: NewStep) -> NewStep:
        step.name = unique_name(step.name, self._taken)
        self._taken.add(step.name)
        step.id = step_id(step.name, self.ids)
        self.ids.add(step.id)
        return step

    @property
    def _taken(self) -> set[str]:
        return self.__dict__.setdefault("taken", set())  # type: ignore[no-any-return]

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
        goes_on = _is_true(handler.get("keepgoingOnSuccess")) or self.keeps_going
        made = self._named(
            self._made(
                handler,
                self._title(handler) if handler.get("description") else f"Where {step.name} failed",
            )
        )
        if goes_on:
            step.keys["on_failure"] = "warn"
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
            return described[:80]
        if "jobref" in command or "type" in command:
            return str((command.get("jobref") or {}).get("name") or command.get("type") or "Step")
        text = str(command.get("exec") or command.get("scriptfile") or "")
        named = next(
            (
                n
                for s in statements_of(list(parsed(text).named_children))
                if (n := name_of_commands(s, frozenset()))
            ),
            "",
        )
        return named or "Script"

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
            step.keys |= {"confirm": f"{name}?", "danger": True}
            return step
        if command.get("scripturl"):
            why = f"the script is fetched from {command['scripturl']} when the job runs: look at it first"
            return manual(name, f"{why[0].upper()}{why[1:]}.", original)
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
            changes = asked.get("method", "GET") not in ("GET", "HEAD")
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
        if program in _SHELLS:
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
            step.keys |= {"confirm": f"{step.name}?", "danger": True}
        return step

    def _captures(self, command: dict[str, Any]) -> dict[str, str]:
        """A log filter that finds values: captures with its expression."""
        filters = (command.get("plugins") or {}).get("LogFilter") or []
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

    # Around it

    def _add_end(self, steps: list[NewStep]) -> None:
        """All steps run whatever became of others; the run fails all the same."""
        warned = [each for each in steps if each.keys.get("on_failure") == "warn"]
        if not self.keeps_going or not warned:
            return
        condition = " or ".join(f"steps.{each.id}.outcome == 'warned'" for each in warned)
        keys = {"if": condition, "run": "echo 'a step failed, see above' >&2; exit 1"}
        steps.append(self._named(NewStep("Fail where a step failed", "shell", keys)))
        self.runbook.tell(
            "changed", "keepgoing: true", "steps that fail are warned, and a last step fails"
        )

    def _notifications(self) -> None:
        said = self.job.get("notification")
        for when, targets in (said or {}).items() if isinstance(said, dict) else ():
            for kind, target in (targets or {}).items() if isinstance(targets, dict) else ():
                urls = target.get("urls") if isinstance(target, dict) else target
                place = {"onsuccess": "on_success", "onfailure": "on_failure"}.get(when)
                if (
                    kind in ("webhook", "urls")
                    and isinstance(urls, str)
                    and place
                    and "${" not in urls
                ):
                    for url in urls.split(","):
                        keys: dict[str, Any] = {
                            "method": "POST",
                            "url": escaped(url.strip()),
                            "json": {"runbook": "{{ run.runbook }}", "run": "{{ run.id }}"},
                        }
                        front = {} if place == "on_success" else {"when": place}
                        self.runbook.steps.append(
                            self._named(NewStep(f"Tell ({when})", "http", {**front, **keys}))
                        )
                    self.runbook.tell("changed", f"{when} {kind}", "an http step")
                else:
                    self.runbook.tell(
                        "dropped", f"{when} {kind}", "whom to tell and how: a step of kind notify"
                    )

    def _drop(self) -> None:
        job = self.job
        if job.get("schedule") or job.get("schedules"):
            schedule = job.get("schedule") or job.get("schedules")
            told = (
                schedule.get("crontab")
                if isinstance(schedule, dict) and schedule.get("crontab")
                else dumped(schedule).strip()
            )
            zone = f" {job['timeZone']}" if job.get("timeZone") else ""
            self.runbook.tell(
                "dropped",
                f"schedule '{told}'{zone}",
                "a schedule is not part of a runbook; Quartz counts seconds first, and Sunday is 1",
            )
        for key, why in _DROPPED.items():
            if job.get(key):
                self.runbook.tell("dropped", key, why)
        if not _is_true(job.get("multipleExecutions")):
            self.runbook.lock = self.runbook.id
            self.runbook.tell("kept", "multipleExecutions: false", f"lock: {self.runbook.id}")


def _why(command: dict[str, Any]) -> str:
    if "jobref" in command:
        return "jobref"
    if command.get("type"):
        return f"type {command['type']}: a plugin of Rundeck that is not known here"
    return next(
        (key for key in ("exec", "script", "scriptfile", "scripturl") if command.get(key)), "step"
    )


def _is_true(given: Any) -> bool:
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
