"""Valid runbooks made up from a seed: every kind and key, nested, in any combination that is allowed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import yaml

OTHER = """
name: other
vars: {WHO: nobody, COUNT: {type: integer, default: 2}, SOME: {type: list, default: [a]}}
steps:
  - {name: Look, kind: pup, run: "monitors list --tags={{ WHO }}", capture: FOUND}
  - {name: Tell, kind: shell, run: "echo {{ FOUND }} {{ COUNT }}", when: always}
  - {name: Tidy, kind: shell, run: "tidy up", when: cleanup}
"""

GROUP = """
description: Looks and tells.
params: {WHO: {description: For whom}, MORE: {required: false}}
steps:
  - {name: Look, kind: shell, run: "look --for {{ WHO }} {{ MORE }}", capture: SEEN}
  - {name: Check, kind: shell, run: "check -- {{ SEEN }}", assert: exit_code == 0}
outputs: {OUT: SEEN}
"""

ONE = """
kind: shell
run: "echo one {{ A }}"
timeout: 20s
env: {FROM: template}
"""

FILES = {
    "other.yaml": OTHER.encode(),
    "_templates/look.yaml": GROUP.encode(),
    "_templates/one.yaml": ONE.encode(),
}
"""What the made-up runbooks call and use."""


SECRETS = {"S": "4-hunter-2-secret", "SN": "000003", "SL": '["x-secret", "y-secret"]'}
"""The secrets of a made-up runbook that has any."""


LIST = {"type": "list", "default": ["x", "y"], "pattern": "[a-z]"}
"""The variable of a made-up runbook that is a list."""


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""That of C, where there is one, writes the same five times as fast."""


class Maker:
    """Makes one runbook; the same seed gives the same one.

    With `secrets`, conditions, lists, limits and texts are made out of `SECRETS` too.
    """

    def __init__(self, seed: int, *, secrets: bool = False) -> None:
        self._chance = random.Random(seed)
        self._secrets = secrets
        self._number = 0
        self._captured: list[str] = []
        self._hidden: set[str] = set()
        self._beside = 0
        self._before: list[str] = []
        self._undoable: list[str] = []
        """Steps of the run's own frame that can be taken back, each made before what may name it."""

    def text(self) -> str:
        """The runbook as YAML."""
        book: dict[str, Any] = {
            "name": "made-up",
            "vars": {"A": "a value", "N": {"type": "integer", "default": 3}, "L": LIST},
            "steps": self._steps(0, self._chance.randint(1, 6)),
        }
        if self._secrets:
            book["vars"] |= {name: {"type": "secret"} for name in SECRETS}
        if self._maybe(0.3):
            book["defaults"] = {"retry": {"attempts": 2, "delay": "1s"}, "env": {"D": "{{ A }}"}}
            book["defaults"] |= {"strict": True, "shell": "ksh"} if self._maybe(0.5) else {}
        if self._maybe(0.2):
            book["lock"] = "made-up/{{ A }}"
        return yaml.dump(book, Dumper=_DUMPER, sort_keys=False, width=1000)

    def _maybe(self, probability: float) -> bool:
        return self._chance.random() < probability

    def _either(self, plain: list[Any], secret: list[Any]) -> Any:
        """One of these, among them those that look at secrets where the runbook has any."""
        return self._chance.choice([*plain, *(secret if self._secrets else [])])

    def _name(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}{self._number}"

    def _steps(self, depth: int, count: int, *, side_by_side: bool = False) -> list[dict[str, Any]]:
        return [self._step(depth, side_by_side=side_by_side) for _ in range(count)]

    def _step(self, depth: int, *, side_by_side: bool) -> dict[str, Any]:
        step: dict[str, Any] = {"name": self._name("s")}
        kinds = [self._process] * 6 + [self._question] * 2 + [self._wait, self._template]
        kinds += [self._stop] if depth or self._maybe(0.3) else []
        if depth < 3:
            kinds += [self._group, self._parallel, self._runbook]
            # What a call gives back has one name, and side by side every name is made once.
            kinds += [] if self._beside else [self._call]
        self._chance.choice(kinds)(step, depth)
        self._common(step, side_by_side=side_by_side)
        self._again(step)
        if step.get("when") == "cleanup":
            # Its steps come after all others.
            inside = {each["name"] for each in _nested(step)}
            self._undoable = [name for name in self._undoable if name not in inside]
        else:
            self._settle(step)
            if depth == 0:
                self._look_back(step)
        if depth == 0 and "foreach" not in step and step.get("when") != "cleanup":
            captured = step.get("capture")
            self._captured += [captured] if isinstance(captured, str) else list(captured or ())
        return step

    # Kinds

    def _process(self, step: dict[str, Any], depth: int) -> None:
        kind = self._chance.choice(["shell", "sql", "pup", "http", "datadog-workflow", "notify"])
        step["kind"] = kind
        value = self._value()
        match kind:
            case "shell":
                step["run"] = f"do-it --what {self._part()} {value}"
                self._script_keys(step, value)
            case "pup":
                step["run"] = f'logs search --query="{value}"'
            case "sql":
                step |= {"url": "sqlite://", "query": f"select {value}, {self._part()}"}
                if self._maybe(0.3):
                    step |= {"max_rows": "{{ N }}", "format": "json", "autocommit": True}
                if self._maybe(0.2):
                    step |= {"url": "postgresql://app:{{ S }}@db/x"} if self._secrets else {}
            case "http":
                step |= {"url": f"https://example.com/x?y={value}", "json": {"a": [value]}}
            case "datadog-workflow":
                step |= {"workflow_id": "abc", "inputs": {"x": value}}
            case "notify":
                step |= {"to": "json://127.0.0.1/", "message": f"{value} {self._part()}"}
        self._output_keys(step)

    def _script_keys(self, step: dict[str, Any], value: str) -> None:
        """What runs the script, how strictly, and what it reads."""
        if self._maybe(0.2):
            step |= {"stdin": value, "success_codes": [0, 3], "shell": "bash"}
        elif self._maybe(0.2):
            line = self._chance.choice(["#!/bin/bash", "#!/usr/bin/env -S zsh -f", "#! /bin/sh"])
            step |= {"run": f"{line}\n{step['run']}\n"}
        elif self._maybe(0.2):
            step |= {"run": "#!/usr/bin/env python3\nprint({})", "stdin": self._part()}
        elif self._maybe(0.2):
            step |= {"run": "console.log('{{}}')", "shell": ["node", "-"], "env": {"E": value}}
        if step.get("shell") != ["node", "-"] and "python3" not in step["run"]:
            step |= {"strict": self._maybe(0.5)} if self._maybe(0.5) else {}

    def _value(self) -> str:
        captured = (f"{name} | default('-')" for name in self._captured if name not in self._hidden)
        return f"{{{{ {self._chance.choice(['A', 'N', 'L', 'run.operator', *captured])} }}}}"

    def _part(self) -> str:
        """What may hold a part of a secret, or fail over it."""
        parts = ["S[:4]", "S.split('-')[9]", "S | upper", "SN", "'yes' if SN == '000003' else 'no'"]
        parts += ["S", "SL[1] | upper", "SL | join('/')"]
        parts += [f"{name} | default('-')" for name in self._captured if name in self._hidden]
        return str(self._either(["{{ A }}"], [f"{{{{ {part} }}}}" for part in parts]))

    def _output_keys(self, step: dict[str, Any]) -> None:
        if self._maybe(0.3):
            name = self._name("CAP")
            step["capture"] = self._chance.choice(
                [name, {name: "json.value"}, {name: {"value": "output", "secret": False}}]
                + ([{name: "S.split('-')"}, {name: "S[2:]"}] if self._secrets else [])
            )
            if step["capture"] in ({name: "S.split('-')"}, {name: "S[2:]"}):
                self._hidden.add(name)
        if self._maybe(0.2):
            step["assert"] = self._chance.choice(
                ["exit_code == 0", {"empty": False, "message": "{{ A }}"}, ["empty", "N > 1"]]
            )
        if self._maybe(0.2) and step["kind"] != "datadog-workflow":
            plain = ["value < 5", "status == OK", "decreasing", "empty"]
            until = self._either(plain, ["value < SN | int", "S in output"])
            timeout = self._either(["30s"], ["{{ SN | int }}0s"])
            most = self._either([4], ["{{ SN | int }}", "{{ S | length }}"])
            step["poll"] = {
                "interval": "5s", "timeout": timeout, "until": until, "max_attempts": most
            }  # fmt: skip
        if self._maybe(0.3):
            step["retry"] = self._chance.choice(
                [
                    {"attempts": self._either([2], ["{{ SN | int }}", "{{ S }}"])},
                    {"attempts": "{{ N }}", "delay": "2s", "on": "exit_code != 2"},
                ]
            )

    def _question(self, step: dict[str, Any], depth: int) -> None:
        step["kind"] = self._chance.choice(["confirm", "manual", "input"])
        step["message"] = f"About {self._value()} {self._part()}?"
        if step["kind"] == "manual":
            step["checklist"] = ["one", f"two {self._part()}"]
        if step["kind"] == "input":
            step["vars"] = {
                self._name("IN"): "{{ A }}",
                self._name("IN"): {"type": "list", "default": ["{{ A }}", "b"], "max_length": 5},
            }

    def _wait(self, step: dict[str, Any], depth: int) -> None:
        step |= {
            "kind": "wait",
            "duration": self._either(["10s", "1m", "{{ N }}s"], ["{{ SN | int }}s", "{{ S }}s"]),
        }

    def _stop(self, step: dict[str, Any], depth: int) -> None:
        status = self._chance.choice(["succeeded", "failed", "aborted"])
        step |= {"kind": "stop", "status": status, "message": f"Enough: {self._part()}"}
        step["if"] = self._either(["N > 1", "N > 5"], ["SN | int > 2", "S == 'x'"])

    def _template(self, step: dict[str, Any], depth: int) -> None:
        step["template"] = "one"

    def _group(self, step: dict[str, Any], depth: int) -> None:
        step |= {"kind": "group", "steps": self._steps(depth + 1, self._chance.randint(1, 3))}

    def _parallel(self, step: dict[str, Any], depth: int) -> None:
        count = self._chance.randint(1, 4)
        self._beside += 1
        step |= {"kind": "parallel", "steps": self._steps(depth + 1, count, side_by_side=True)}
        self._beside -= 1
        if self._maybe(0.5):
            step["fail_fast"] = True
        if self._maybe(0.5):
            step["max_parallel"] = self._chance.randint(1, 3)

    def _call(self, step: dict[str, Any], depth: int) -> None:
        step |= {"template": "look", "with": {"WHO": self._value(), "MORE": self._part()}}

    def _runbook(self, step: dict[str, Any], depth: int) -> None:
        step |= {
            "kind": "runbook",
            "runbook": "other",
            "vars": {"WHO": self._value(), "SOME": [self._value()]},
        }

    # Keys of every kind

    def _common(self, step: dict[str, Any], *, side_by_side: bool) -> None:
        question = step.get("kind") in ("confirm", "manual", "input")
        if self._maybe(0.3):
            whens = ["on_success", *(["cleanup"] if not self._stops(step) else [])]
            whens += [] if side_by_side else ["on_failure", "always"]
            step["when"] = self._chance.choice(whens)
        if self._maybe(0.2):
            step["if"] = self._either(
                ["N > 1", "N > 5", "A is defined", "A == 'x'"],
                ["SN | int > 2", "S[:1] == '4'", "S", "S.split('-')[9] == 'x'", "'x-secret' in SL"],
            )
        if self._maybe(0.3):
            step["on_failure"] = self._chance.choice(["fail", "warn", "ignore", "confirm"])
        if self._maybe(0.2) and not question:
            step["optional"] = True
        self._limits(step)
        if self._maybe(0.1):
            step |= {"idempotent": True, "description": "Look *here*."}
        if self._maybe(0.3) and step.get("kind") in ("shell", "pup", "http"):
            columns = ["value", {"title": self._part(), "value": self._either(["status"], ["S"])}]
            table = {"rows": self._either(["[json]", "L"], ["SL"]), "columns": columns}
            step["show"] = self._chance.choice(["json", "none", "text", {"table": table}])
        if self._maybe(0.2):
            step["read_only"] = step.get("kind") in ("shell", "wait") and "danger" not in step

    def _again(self, step: dict[str, Any]) -> None:
        """Have a block run again until it is well, or until something in it is."""
        if (
            step.get("kind") not in ("group", "parallel", "runbook")
            and step.get("template") != "look"
        ):
            return
        if self._maybe(0.3):
            inner = [
                each["name"] for each in step.get("steps", ()) if each.get("when") != "cleanup"
            ]
            named = [f"steps.{name}.outcome == 'succeeded'" for name in inner]
            until = self._either(["attempt == 2", "elapsed >= 20", *named], ["SN | int < attempt"])
            step["poll"] = {"interval": "5s", "timeout": "40s", "until": until}
            if self._maybe(0.3):
                step["poll"] |= {"max_attempts": 3, "fail_if": "attempt > N"}
        if self._maybe(0.2):
            step["retry"] = {"attempts": 2, "delay": "2s"}

    def _look_back(self, step: dict[str, Any]) -> None:
        """Have an outermost step look at how one before it ended."""
        if self._before and self._maybe(0.3) and "if" not in step:
            step["if"] = f"steps.{self._chance.choice(self._before)}.outcome != 'cancelled'"
        self._before.append(step["name"])

    def _settle(self, step: dict[str, Any]) -> None:
        """Have a step, at any depth, take back one that stands before it."""
        inside = {each["name"] for each in _nested(step)}
        before = [name for name in self._undoable if name not in inside]
        if before and self._maybe(0.3):
            step["settles"] = self._chance.choice(before)
        undoable = "undo" in step or any("undo" in each for each in _nested(step))
        self._undoable += [step["name"]] if undoable else []

    def _stops(self, step: dict[str, Any]) -> bool:
        return step.get("kind") == "stop" or any(map(self._stops, step.get("steps", ())))

    def _limits(self, step: dict[str, Any]) -> None:
        if self._maybe(0.2):
            step["timeout"] = self._either(["15s"], ["{{ SN | int }}5s", "{{ S[:1] }}s", "{{ S }}"])
        if self._maybe(0.2):
            step["danger"] = True
        if self._maybe(0.1):
            step["confirm"] = f"Really, {self._part()}?"
        if self._maybe(0.2):
            step["undo"] = {"kind": "shell", "run": f"undo --it {self._part()}"}
        if self._maybe(0.2):
            lists = ["SL", "S.split('-')", ["p", "{{ S }}"], "['p'] if S else []", "S"]
            step["foreach"] = self._either([["p", "{{ A }}"], "L", "{{ L }}", []], lists)
            step["as"] = self._name("it")
            if self._maybe(0.2):
                command = {"command": f"list {self._part()}"}
                step["foreach"] = self._either([command], [{"ssh_config": "{{ S }}-*"}])
            if self._maybe(0.3):
                step["max_errors"] = self._either([0, 1, "50%"], ["{{ SN | int }}"])
            else:
                step["keep_going"] = self._maybe(0.5)
            self._rates(step)
            if self._maybe(0.5):
                label = f"{self._part()} {{{{ loop.index }}}} {{{{ {step['as']} }}}}"
                step["label"] = label
            if step.get("kind") != "parallel" and self._maybe(0.5):
                step["max_parallel"] = self._either([2, "50%"], ["{{ SN | int }}"])
        if self._maybe(0.1):
            step |= {"env": {"E": self._part()}, "cwd": "/", "output_limit": "1 MiB"}

    def _rates(self, step: dict[str, Any]) -> None:
        """Have the items of a step begin by and by."""
        if self._maybe(0.3):
            step["canary"] = self._either([1, "50%"], ["{{ SN | int }}"])
            step["canary_confirm"] = self._maybe(0.5)
        if self._maybe(0.2):
            step["batch_pause"] = self._either(["3s"], ["{{ SN | int }}s"])
        if self._maybe(0.2):
            step["unreachable"] = "ignore"


def _nested(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All steps inside one."""
    for inner in step.get("steps", ()):
        yield inner
        yield from _nested(inner)
