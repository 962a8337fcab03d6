"""Jobs as runbooks, one for each."""

from __future__ import annotations

import re
from typing import Any

from pup_tui.convert.draft import NewRunbook, NewStep, manual
from pup_tui.convert.naming import runbook_id
from pup_tui.convert.paths import all_of
from pup_tui.convert.pieces import literal, raw
from pup_tui.convert.rundeck.job_steps import JobSteps, is_true
from pup_tui.convert.writer import dumped

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


def _quartz(schedule: Any) -> str:
    """A schedule in parts as the line that Quartz has for it: seconds first."""
    if not isinstance(schedule, dict) or not isinstance(time := schedule.get("time"), dict):
        return dumped(schedule).strip()
    days = {each: schedule.get(each) for each in ("month", "weekday", "dayofmonth")}
    parts = {k: v.get("day", v.get("month")) if isinstance(v, dict) else v for k, v in days.items()}
    clock = [str(time.get(each) or "0") for each in ("seconds", "minute", "hour")]
    told = [parts["dayofmonth"] or "?", parts["month"] or "*", parts["weekday"] or "*"]
    return " ".join([*clock, *map(str, told)])


class _Converting(JobSteps):
    """Puts around the steps what holds of the job as a whole."""

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

    def _around(self, steps: list[NewStep]) -> list[NewStep]:
        """A group for each node, and one for what holds of the job as a whole."""
        if self.nodes:
            keys: dict[str, Any] = {"foreach": self.nodes}
            dispatch = (self.job.get("nodefilters") or {}).get("dispatch") or {}
            if str(dispatch.get("threadcount", "1")) not in ("1", ""):
                keys["max_parallel"] = self._number(str(dispatch["threadcount"]))
            if is_true(dispatch.get("keepgoing")):
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
            f"{name} is match({literal(value)})"
            if found["operator"] == "=~"
            else f"{name} {found['operator']} {literal(value)}"
        )
        return test if found["how"] == "if" else f"not ({test})"

    def _add_end(self, steps: list[NewStep]) -> None:
        """All steps run whatever became of others; the run fails all the same."""
        warned = [
            each
            for each in steps
            if each.keys.get("on_failure") == "warn" and each.id not in self._handled
        ]
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
                            "url": raw(url.strip()),
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
                else _quartz(schedule)
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
        if not is_true(job.get("multipleExecutions")):
            self.runbook.lock = self.runbook.id
            self.runbook.tell("kept", "multipleExecutions: false", f"lock: {self.runbook.id}")
