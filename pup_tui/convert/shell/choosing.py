"""Where a script goes one way or another, or round and round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pup_tui.convert.draft import NewStep
from pup_tui.convert.paths import all_of, negated
from pup_tui.convert.pieces import literal
from pup_tui.convert.shell import asking, judging, phrases
from pup_tui.convert.shell.planned import ComingStep, PlanningBase
from pup_tui.convert.shell.reading import (
    ReadScript,
    ScriptStatement,
    arguments_of,
    command_name,
    parsed,
    statements_of,
    text_of,
    walk,
)
from pup_tui.convert.shell.shell_tests import expression_of
from pup_tui.convert.shell.waiting import waiting_of
from pup_tui.convert.shell.work_names import name_of_commands

if TYPE_CHECKING:
    from tree_sitter import Node


class Choosing(PlanningBase):
    """Statements that hold others."""

    def _waited(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        waiting = waiting_of(statement.node, self.script)
        if waiting is None:
            return False
        look = list(statements_of(list(parsed(waiting.script).named_children)))
        named = "" if self.pending or any(statement.comments) else self._awaited(statement, look)
        planned = self.piece(
            [ScriptStatement(e.node, statement.comments) for e in look],
            condition,
            named,
            poll=waiting.poll,
        )
        if waiting.attempts is None:
            planned.notes.append("review: the script waits without an end; here an hour")
            self.runbook.tell(
                "changed",
                planned.piece.name if planned.piece else "",
                "the loop is a poll that ends after an hour",
            )
        else:
            self.runbook.tell(
                "changed", planned.piece.name if planned.piece else "", "the loop is a poll"
            )
        return True

    def _slept(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        found = re.fullmatch(r"sleep\s+(\d+)([smh]?)", statement.text)
        if found is None or not (rest or condition):
            return False
        said = [each for each in self.pending if self.script.is_output(each)]
        self.pending = [each for each in self.pending if each not in said]
        told = next(filter(None, (phrases.name_from(phrases.printed(each)) for each in said)), "")
        step = NewStep(told or "Pause", "wait", {"duration": f"{found[1]}{found[2] or 's'}"})
        self.add(ComingStep(step=step, condition=condition))
        return True

    def _awaited(self, statement: ScriptStatement, look: list[ScriptStatement]) -> str:
        """A name for what is waited for: by what the script says where it gives up, else what it looks at."""
        missed = re.search(r"not (?:yet )?(\w+ed|ready|up|healthy|available)\b", statement.text)
        if missed:
            return f"Wait until {missed[1]}"
        told = name_of_commands(look, self.script.functions)
        told = re.sub(r"^(?:Look (?:at|up)|Reach|Ask) ", "", told)
        return f"Wait for {told[:1].lower()}{told[1:]}" if told else "Wait"

    def _stopped(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        """`exit`, also under a condition: nothing more to do, or what the script does not go on with."""
        node = statement.node
        if self.script.ends_with(node) is not None:
            said, self.pending = self.pending, []
            if rest or condition or said or self.script.ends_with(node) != "succeeded":
                self._stop(condition, [*(each.node for each in said), node])
            return True
        test, body = guard_of(node)
        if test is None or not body or self.script.ends_with(body[-1]) is None:
            return False
        asked = expression_of(test, self.names)
        if asked is None or not all(only_says(each, self.script) for each in body[:-1]):
            return False
        if "||" in statement.text and node.type == "list":
            asked = negated(asked)
        self.wanted |= ScriptStatement(test).uses
        self._stop(all_of([condition, asked]), body)
        return True

    def _stop(self, condition: str, body: list[Node]) -> None:
        """End the run as the last of some statements does; what they print is the message."""
        status = (self.script.ends_with(body[-1]) if body else None) or "succeeded"
        told = [n for n in body if command_name(n) != "exit"]
        text = " ".join(filter(None, map(phrases.printed, told)))
        usual = "There is nothing to do." if status == "succeeded" else "The script ends here."
        keys = {"status": status, "message": self.told(text) or usual}
        name = "Nothing to do" if status == "succeeded" else phrases.name_from(text, "Stop here")
        self.add(ComingStep(step=NewStep(name, "stop", keys), condition=condition))

    def _chosen(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        """An `if` over what the runbook knows: its branches are steps with conditions."""
        if statement.type != "if_statement":
            return False
        branches = _branches(statement.node)
        if not any(self._needs_steps(body) for _, body in branches) or self.read_later(
            [statement], rest
        ):
            return False
        asked: list[str] = []
        parts: list[tuple[str, list[ScriptStatement]]] = []
        for test, body in branches:
            found = None if test is None else expression_of(test, self.names)
            if test is not None and found is None:
                return False
            here = [negated(each) for each in asked] + ([found] if found else [])
            parts.append((all_of(here), body))
            if found:
                asked.append(found)
        self.wanted |= frozenset().union(
            *(ScriptStatement(t).uses for t, _ in branches if t is not None)
        )
        for found, body in parts:
            self.run(body, all_of([condition, found]))
        return True

    def _tried(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        """`if command; then …`, `command || { …; }`: steps for where it succeeds and for where it fails."""
        test, good, bad = ways_of(statement.node)
        bodies = [each for each in (*good, *bad) if not self.script.is_output(each)]
        if (
            test is None
            or is_test(test)
            or not any(judging.changes(each.text) or each.sets & self.growing for each in bodies)
            or re.search(r"\b(?:break|continue|return)\b", statement.text)
        ):
            return False
        if self.read_later(bodies, rest) - self.growing:
            return False
        planned = self.piece([ScriptStatement(test, statement.comments)], condition)
        planned.keys["on_failure"] = "warn"
        self.run(good, all_of([condition, planned.went_well]))
        self.run(bad, all_of([condition, planned.warned]))
        return True

    def _needs_steps(self, body: list[ScriptStatement]) -> bool:
        """Whether one step could not do it: it asks, ends the script well, waits, or is several commands."""
        doing = [each for each in body if not self.script.is_output(each)]
        return len(doing) > 1 or any(
            asking.read_of(each.node) is not None
            or re.search(r"\bexit(\s+0)?\s*$", each.text)
            or waiting_of(each.node, self.script) is not None
            or each.type in ("case_statement", "if_statement")
            for each in doing
        )

    def _cased(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        if statement.type != "case_statement":
            return False
        value = statement.node.child_by_field_name("value")
        found = (
            re.fullmatch(r"\"?\$\{?(\w+)[^}]*\}?\"?", text_of(value)) if value is not None else None
        )
        shell = (
            self.inputs.positions.get(int(found[1]), "")
            if found and found[1].isdigit()
            else (found[1] if found else "")
        )
        if shell not in self.names:
            return False
        name = self.names[shell]
        items = [each for each in statement.node.named_children if each.type == "case_item"]
        if not all(_is_literal(each) for each in items):
            return False
        seen: list[str] = []
        if self.read_later([statement], rest):
            # Which value it has is known to the shell alone: the whole of it is a step.
            values = [value for item in items for value in _values_of(item)]
            if values[-1:] == ["*"] and _refuses(items[-1]):
                self._close(name, values[:-1])
            return False
        self.wanted.add(shell)
        for item in items:
            values = _values_of(item)
            body = [n for n in item.named_children if n not in item.children_by_field_name("value")]
            if values == ["*"]:
                if _refuses(item):
                    self._close(name, seen)
                    continue
                asked = f"{name} not in [{', '.join(map(literal, seen))}]"
            else:
                seen += values
                asked = (
                    f"{name} == {literal(values[0])}"
                    if len(values) == 1
                    else f"{name} in [{', '.join(map(literal, values))}]"
                )
            self.run(list(statements_of(body)), all_of([condition, asked]))
        return True

    def _close(self, name: str, choices: list[str]) -> None:
        """Any other value is refused: the variable has choices."""
        said = self.runbook.vars.get(name)
        if said is not None and choices and said.get("type", "enum") == "enum":
            self.runbook.vars[name] = {
                "type": "enum",
                "choices": choices,
                **{k: v for k, v in said.items() if k == "default"},
            }

    def _called(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        """A function that is called once and without arguments: its statements stand here."""
        if statement.type != "command":
            return False
        name = command_name(statement.node)
        words = [text_of(each).strip('"') for each in arguments_of(statement.node)]
        body = self.script.functions.get(name)
        if body is None or [w for w in words if w not in ("$@", "$*")] or name in self._inlined:
            return False
        calling = (*self.script.statements, *self.script.defined.values())
        calls = sum(each.commands.count(name) for each in calling)
        inner = body.child_by_field_name("body")
        if (
            calls > 1
            or inner is None
            or (re.search(r"\breturn\b|\$\{?[1-9@*]", text_of(inner)) and name != "main")
        ):
            return False
        self._inlined.add(name)
        children = list(statements_of(list(inner.named_children)))
        if name == "main" and self.runbook.steps == []:
            self.run(children, condition)
            return True
        if len([c for c in children if not self.script.is_output(c)]) == 1:
            at = len(self.planned)
            self.run(children, condition)
            self._name_after(name, at)
            return True
        self.run(children, condition)
        return True

    def _name_after(self, function: str, at: int) -> None:
        first = next((p for p in self.planned[at:] if p.piece is not None), None)
        if first is not None and first.piece is not None:
            first.piece.name = phrases.name_from(function.replace("_", " "), first.piece.name)


def only_says(node: Node, script: ReadScript) -> bool:
    return script.is_output(ScriptStatement(node))


def is_test(node: Node) -> bool:
    """Whether a condition compares something, and is not (only) a command that is tried."""
    return any(n.type == "test_command" or command_name(n) == "[" for n in walk(node))


def guard_of(node: Node) -> tuple[Node | None, list[Node]]:
    """The test and the body of `test && …`, `test || …` and of an `if` without more branches."""
    if node.type == "list":
        return node.named_children[0], body_of(node.named_children[-1])
    if node.type == "if_statement":
        branches = _branches(node)
        if len(branches) == 1 and branches[0][0] is not None:
            return branches[0][0], [each.node for each in branches[0][1]]
    return None, []


def ways_of(
    node: Node,
) -> tuple[Node | None, list[ScriptStatement], list[ScriptStatement]]:
    """The command that is tried, and what is done where it succeeds and where it fails."""
    if node.type == "list" and "||" in [text_of(each) for each in node.children]:
        right = node.named_children[-1]
        if right.type == "compound_statement":
            return node.named_children[0], [], list(statements_of(list(right.named_children)))
        return None, [], []
    test, good, bad = ways_of_if(node)
    if test is not None and test.type == "negated_command":
        return test.named_children[0], bad, good
    return test, good, bad


def ways_of_if(
    node: Node,
) -> tuple[Node | None, list[ScriptStatement], list[ScriptStatement]]:
    """The test of an `if` without `elif`, and what is done where it holds and where it does not."""
    branches = _branches(node) if node.type == "if_statement" else []
    if not branches or len(branches) > 2 or (len(branches) == 2 and branches[1][0] is not None):
        return None, [], []
    test, good = branches[0]
    return test, good, branches[1][1] if len(branches) == 2 else []


def body_of(node: Node) -> list[Node]:
    """What stands between `{` and `}`, or else the command itself."""
    return list(node.named_children) if node.type == "compound_statement" else [node]


def _branches(node: Node) -> list[tuple[Node | None, list[ScriptStatement]]]:
    """The tests of an `if` with their bodies; the last one has none where there is an `else`."""
    condition = node.child_by_field_name("condition")
    body: list[Node] = []
    found: list[tuple[Node | None, list[ScriptStatement]]] = []
    for child in node.named_children:
        if child.type == "elif_clause":
            inner = list(child.named_children)
            found.append((inner[0], list(statements_of(inner[1:]))))
        elif child.type == "else_clause":
            found.append((None, list(statements_of(list(child.named_children)))))
        elif child != condition:
            body.append(child)
    return [(condition, list(statements_of(body))), *found]


def _refuses(item: Node) -> bool:
    """Whether a way of a `case` ends the script."""
    return bool(re.search(r"\bexit\s+[1-9]|usage|\bdie\b|\bfail\b", text_of(item)))


def _values_of(item: Node) -> list[str]:
    """What a way of a `case` is for."""
    return [text_of(each).strip("'\"") for each in item.children_by_field_name("value")]


def _is_literal(item: Node) -> bool:
    values = _values_of(item)
    return values == ["*"] or all(re.fullmatch(r"[\w.@:/-]+", each) for each in values)
