"""A document as a runbook."""

from __future__ import annotations

from typing import Any

from pup_tui.convert.arranging import Arranging, Circle, Handled, Item, Looped, StepPlace
from pup_tui.convert.draft import NewRunbook, NewStep, by_hand, fenced, manual
from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.graph import BranchChoice, Graph, GraphNode
from pup_tui.convert.naming import runbook_id, step_id
from pup_tui.convert.pieces import raw, template
from pup_tui.convert.ssm.actions import ACTIONS
from pup_tui.convert.ssm.commands import command
from pup_tui.convert.ssm.conditions import condition
from pup_tui.convert.ssm.document import SsmDocument, SsmStep, read_document
from pup_tui.convert.ssm.durations import from_seconds
from pup_tui.convert.ssm.looping import interval_of, loop
from pup_tui.convert.ssm.made import Making
from pup_tui.convert.ssm.outputs import all_steps, is_alias, name_outputs, name_variables
from pup_tui.convert.ssm.parameters import declare
from pup_tui.convert.ssm.texts import DocumentNames
from pup_tui.convert.ssm.undoing import inputs_back
from pup_tui.convert.writer import dumped


def from_document(data: dict[str, Any], name: str) -> NewRunbook:
    """The runbook of an Automation document; `name` is what it is called."""
    document = read_document(data, name)
    runbook = NewRunbook(runbook_id(name), "an AWS Systems Manager Automation document")
    runbook.description = raw(document.description)
    return _Converting(document, runbook, str(data.get("assumeRole") or "")).runbook_made()


class _Converting:
    def __init__(self, document: SsmDocument, runbook: NewRunbook, role: str) -> None:
        self.document = document
        self.runbook = runbook
        self.names = DocumentNames(parameters=declare(runbook, document.parameters, role))
        if role and not any(told.fate == "dropped" for told in runbook.report):
            why = "a run has the operator's own AWS credentials; AWS_PROFILE chooses others"
            runbook.tell("dropped", "assumeRole", why)
        self.steps = {step.name: step for step in all_steps(document.steps)}
        self.ids: dict[str, str] = {}
        self._placed_already: set[str] = set()
        for step in self.steps.values():
            self.ids[step.name] = step_id(step.name, self.ids.values())
        taken = set(runbook.vars)
        self.captures = name_outputs(document, self.names, taken)
        for step_name, variable in name_variables(document, self.names, taken).items():
            self.captures[step_name] = {"": variable}

    def runbook_made(self) -> NewRunbook:
        self.runbook.steps = self.in_order(self.document.steps) or [
            manual("Nothing to do", "The document has no step that runs.", "")
        ]
        self._add_globals()
        if self.document.outputs:
            told = ", ".join(self.document.outputs)
            self.runbook.tell(
                "dropped", f"outputs: {told}", "what steps print is in the record of the run"
            )
        if self.document.has_files:
            self.runbook.tell("dropped", "files", "attachments are not in the document")
        for variable in self.document.variables:
            if variable not in self.names.variables:
                self.runbook.tell(
                    "dropped", f"variables: {variable}", "it changes while the document runs"
                )
        return self.runbook

    def in_order(self, steps: list[SsmStep]) -> list[NewStep]:
        """Steps that follow each other, at the top or in a loop."""
        if not steps:
            return []
        try:
            items = Arranging(self._graph(steps), self.ids).items()
        except Inexpressible as error:
            self.runbook.tell(
                "changed", "order of the steps", f"{error}: they stand in the order of the file"
            )
            items = [StepPlace(step.name) for step in steps]
        made = [step for item in items for step in self._item(item)]
        named = self._reached(items)
        for step in steps:
            if step.name not in named and step.action != "branch":
                self.runbook.tell("dropped", step.name, "nothing leads to it")
        return [*made, *self._failing_ends(steps, named)]

    # The graph

    def _graph(self, steps: list[SsmStep]) -> Graph:
        following: list[str | None] = [step.name for step in steps[1:]]
        following.append(None)
        return Graph(self._node(step, after) for step, after in zip(steps, following, strict=True))

    def _node(self, step: SsmStep, after: str | None) -> GraphNode:
        target = None if step.is_end else (step.next_step or after)
        if step.action == "branch":
            return self._branch(step, after)
        node = GraphNode(step.name, target)
        if step.on_failure.startswith("step:"):
            node.failure = step.on_failure.removeprefix("step:").strip()
        node.goes_on = step.on_failure == "Continue"
        if step.on_cancel.startswith("step:"):
            node.cancel = step.on_cancel.removeprefix("step:").strip()
        node.only_waits = step.action == "sleep" and "Duration" in step.inputs
        return node

    def _branch(self, step: SsmStep, after: str | None) -> GraphNode:
        choices = []
        for said in step.inputs.get("Choices") or []:
            asked = condition(said, self.names)
            choices.append(BranchChoice(asked, str(said.get("NextStep"))))
        default = step.inputs.get("Default")
        otherwise = str(default) if default else (None if step.is_end else step.next_step or after)
        self.runbook.tell(
            "changed", step.name, "the branch is the `if` of the steps that it chooses"
        )
        return GraphNode(step.name, otherwise, tuple(choices))

    def _reached(self, items: list[Item]) -> set[str]:
        found: set[str] = set()
        for item in items:
            if isinstance(item, StepPlace):
                found.add(item.node)
            elif isinstance(item, Handled):
                found |= {place.node for place in (*item.tried, *item.handlers)}
            elif isinstance(item, Looped):
                found |= {*item.nodes, *item.waits}
            else:
                found |= set(item.nodes)
        return found

    # What the items become

    def _item(self, item: Item) -> list[NewStep]:
        if isinstance(item, StepPlace):
            return self._placed(item)
        if isinstance(item, Handled):
            return [self._handled(item)]
        if isinstance(item, Looped):
            return [self._looped(item)]
        return [self._circle(item)]

    def _placed(self, place: StepPlace) -> list[NewStep]:
        step = self.steps[place.node]
        made = self.made(step)
        if place.node in self._placed_already:
            for each in made:
                each.id = step_id(f"{each.name}_again", self.ids.values())
                each.name = f"{each.name} (again)"
        self._placed_already.add(place.node)
        for each in made:
            front: dict[str, Any] = {}
            if place.when != "on_success":
                front["when"] = place.when
            if place.condition:
                front["if"] = place.condition
            each.keys = front | each.keys
            if each.kind not in ("confirm", "wait"):
                self._add_failure(step, place, each)
            if place.when == "cleanup":
                self._ask_nothing(each)
        return made

    def _add_failure(self, step: SsmStep, place: StepPlace, made: NewStep) -> None:
        if place.warns and place.when != "cleanup":
            made.keys["on_failure"] = "warn"
            self.runbook.tell("kept", f"{step.name}: onFailure", "on_failure: warn")
        if (
            step.timeout
            and "timeout" not in made.keys
            and "poll" not in made.keys
            and made.kind == "shell"
        ):
            made.keys["timeout"] = from_seconds(step.timeout, self.names)
        if step.max_attempts > 1 and made.kind in ("shell", "group"):
            made.keys["retry"] = {"attempts": step.max_attempts}
            if made.keys.get("danger"):
                why = (
                    f"it is tried {step.max_attempts} times as in the document: "
                    "look whether doing it twice does harm"
                )
                self.runbook.tell("changed", step.name, why)
                made.notes.append(f"review: {why}")

    def _ask_nothing(self, made: NewStep) -> None:
        """What must run at the end, also after Ctrl-C, cannot wait for somebody's word."""
        if made.keys.pop("confirm", None) is not None:
            made.keys.pop("danger", None)
            why = (
                "it runs at the end whatever happened, also after other failures, a no and Ctrl-C, "
                "and does not ask"
            )
            self.runbook.tell("changed", made.name, why)

    def _handled(self, item: Handled) -> NewStep:
        tried = [step for place in item.tried for step in self._placed(place)]
        handlers = [step for place in item.handlers for step in self._placed(place)]
        first, last = item.tried[0].node, item.handlers[0].node
        name = f"{first}, and {last} where it fails"
        return NewStep(
            name, "group", {}, id=step_id(name, self.ids.values()), steps=[*tried, *handlers]
        )

    def _looped(self, item: Looped) -> NewStep:
        made = [step for name in item.nodes for step in self._placed(StepPlace(name))]
        waits = [self.steps[name] for name in item.waits]
        why = "the document has no limit for this loop: an hour"
        self.runbook.tell("changed", item.nodes[0], why)
        poll = {"interval": interval_of(waits, self.names), "timeout": "1h", "until": item.until}
        front = {"if": item.condition} if item.condition else {}
        name = f"{item.nodes[0]} until it is so"
        keys = {**front, "poll": poll}
        return NewStep(
            name,
            "group",
            keys,
            id=step_id(name, self.ids.values()),
            steps=made,
            notes=[f"review: {why}"],
        )

    def _circle(self, item: Circle) -> NewStep:
        steps = [self.steps[name].raw for name in item.nodes if name in self.steps]
        why = "these steps lead back to themselves, which a runbook cannot: do by hand what they do"
        self.runbook.tell("manual", ", ".join(item.nodes), why)
        made = manual(f"{item.nodes[0]} and what leads back to it", why, dumped(steps))
        if item.condition:
            made.keys = {"if": item.condition, **made.keys}
        return made

    def _failing_ends(self, steps: list[SsmStep], named: set[str]) -> list[NewStep]:
        """`Continue` and critical: the run goes on, and ends as failed."""
        critical = [
            step
            for step in steps
            if step.name in named and step.on_failure == "Continue" and step.is_critical is True
        ]
        ends = []
        for step in critical:
            why = f"{step.name} failed, and the document calls it critical"
            keys = {
                "if": f"steps.{self.ids[step.name]}.outcome == 'warned'",
                "status": "failed",
                "message": f"{why}.",
            }
            name = f"Fail because of {step.name}"
            ends.append(NewStep(name, "stop", keys, id=step_id(name, self.ids.values())))
            self.runbook.tell(
                "changed", f"{step.name}: isCritical", "a last step fails the run where it failed"
            )
        return ends

    def made(self, step: SsmStep) -> list[NewStep]:
        try:
            if step.action == "loop":
                return [loop(self, step)]
            if step.action == "updateVariable":
                return self._variable(step)
            made = self._made_by_action(step)
        except Inexpressible as error:
            return [self._by_hand(step, str(error))]
        if not any(
            told.fate == "manual" and told.what == step.name for told in self.runbook.report
        ):
            self.runbook.tell("kept", step.name, f"aws:{step.action}")
        self._add_undo(step, made[0])
        for each in made:
            each.original = dumped(step.raw)
        return made

    def _made_by_action(self, step: SsmStep) -> list[NewStep]:
        if step.action not in ACTIONS:
            raise Inexpressible(f"aws:{step.action} is an action that is not known here")
        inputs = self.names.tree({k: v for k, v in step.inputs.items() if k != "Script"})
        captures = self.captures.get(step.name, {})
        making = Making(self.runbook, self.names, step, self.ids[step.name], inputs, captures)
        made = ACTIONS[step.action](making)
        return made if isinstance(made, list) else [made]

    def _add_undo(self, step: SsmStep, made: NewStep) -> None:
        """Let a step be taken back whose values from before an earlier one had read."""
        names = list(self.steps)
        earlier = [self.steps[each] for each in names[: names.index(step.name)]]
        inputs = inputs_back(step, earlier)
        if inputs is None:
            return
        call = command(
            str(inputs.pop("Service")),
            str(inputs.pop("Api")),
            self.names.tree(inputs),
            "--output json",
        )
        made.keys["undo"] = {"kind": "shell", "run": call}
        self.runbook.tell("changed", step.name, "what was read before is put back by its undo")

    def _by_hand(self, step: SsmStep, why: str) -> NewStep:
        self.runbook.tell("manual", step.name, f"aws:{step.action}: {why}")
        made = by_hand(step.name, why, dumped(step.raw), self.ids[step.name])
        try:
            made.keys["description"] = template(self.names.pieces(fenced(dumped(step.raw))))
        except Inexpressible:
            return made
        return made

    def _variable(self, step: SsmStep) -> list[NewStep]:
        if is_alias(step, self.names):
            self.tell_alias(step)
            return []
        if step.name in self.captures:
            return self._made_by_action(step)
        why = "a variable that grows has no counterpart; foreach collects captures"
        self.runbook.tell("dropped", f"aws:updateVariable {step.name}", why)
        return []

    def tell_alias(self, step: SsmStep) -> None:
        """Say that a variable of the document stands for what it is set to."""
        told = f"variables: {step.variable}"
        self.runbook.tell("dropped", told, "what it is set to is used itself")

    # Names of the service itself

    def _add_globals(self) -> None:
        if not self.names.globals:
            return
        captures: dict[str, str] = {}
        lines = []
        if "REGION" in self.names.globals:
            captures[self.names.globals["REGION"].expression] = "lines[0]"
            lines.append('echo "${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region)}}"')
        if {"ACCOUNT_ID", "AWS_PARTITION"} & set(self.names.globals):
            lines.append("aws sts get-caller-identity --query Arn --output text")
            arn = "output | regex_search('arn:([a-z-]+):[a-z]+::([0-9]+)', {0})"
            if "AWS_PARTITION" in self.names.globals:
                captures["AWS_PARTITION"] = arn.format(1)
            if "ACCOUNT_ID" in self.names.globals:
                captures[self.names.globals["ACCOUNT_ID"].expression] = arn.format(2)
        script = lines[0] if len(lines) == 1 else "set -e\n" + "\n".join(lines) + "\n"
        keys = {"run": script, "read_only": True, "capture": captures}
        self.runbook.steps.insert(
            0, NewStep("Where this runs", "shell", keys, id="where_this_runs")
        )
        told = ", ".join(f"global:{name}" for name in self.names.globals)
        self.runbook.tell("changed", told, "a first step asks AWS for it")
