"""Where a script says or asks something."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pup_tui.convert.draft import NewStep, manual
from pup_tui.convert.naming import variable_name
from pup_tui.convert.paths import all_of
from pup_tui.convert.pieces import literal, raw
from pup_tui.convert.shell import asking, phrases
from pup_tui.convert.shell.answers import ways_after
from pup_tui.convert.shell.planned import ComingStep, PlanningBase
from pup_tui.convert.shell.reading import (
    ScriptStatement,
    arguments_of,
    command_name,
    outputs_only,
    statements_of,
    text_of,
    word_text,
)

if TYPE_CHECKING:
    from tree_sitter import Node


_ENDS = re.compile(r"\b(?:exit|return|die|abort|fail)\b")


class PlannedQuestions(PlanningBase):
    """Statements that tell somebody something, or wait for an answer."""

    def _said(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        if self.script.is_output(statement):
            looked = self._looked(condition)
            if looked is not None and statement.uses & looked.sets:
                looked.statements.append(statement)
                looked.name = phrases.name_from(phrases.printed(statement), looked.name)
            else:
                self.pending.append(statement)
            return True
        if statement.type == "if_statement" and outputs_only(statement.node, self.script):
            if (
                self.planned
                and self.planned[-1].piece
                and not self.planned[-1].repeats
                and not self.pending
                and self.planned[-1].condition == condition
            ):
                self.planned[-1].piece.statements.append(statement)
            else:
                self.pending.append(statement)
            return True
        return False

    def _is_answer_test(self, statement: ScriptStatement) -> bool:
        """A test of an answer that a question of ours has judged already."""
        ways = [ways_after(statement.node, each) for each in self._answers & statement.uses]
        if any(each is not None and each.yes for each in ways):
            return False
        return (
            bool(self._answers & statement.uses)
            and bool(re.search(r"\bexit\b|\breturn\b|\bdie\b|abort", statement.text))
            and statement.type in ("list", "if_statement", "case_statement")
        )

    def _answered(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        """A test of an answer: what is done after a yes, and after a no where that ends nothing."""
        for variable in statement.uses & (self._answers | self._asked_for.keys()):
            ways = ways_after(statement.node, variable)
            if ways is None:
                continue
            name = self._asked_for.get(variable)
            self.run(ways.yes, all_of([condition, name or ""]))
            if name is not None and not all(map(self.script.is_output, ways.no)):
                self.run(ways.no, all_of([condition, f"not {name}"]))
            return True
        return False

    def _leads_both_ways(self, variable: str, rest: Sequence[ScriptStatement]) -> bool:
        """Whether the script goes on after a no as well."""
        test = next((each for each in rest if variable in each.uses), None)
        ways = ways_after(test.node, variable) if test is not None else None
        return ways is not None and not any(
            self.script.ends_with(each.node) is not None or _ENDS.search(each.text)
            for each in ways.no
        )

    def _decide(self, prompt: str, variable: str, condition: str) -> None:
        """A question of which both answers go on: an input that is a truth value."""
        text = _question(prompt)
        name = self._ask_whether(text, phrases.name_from(text) or variable, condition)
        self._asked_for[variable] = name
        self.prelude.values[variable] = f"{variable}={{{{ 'y' if {name} else 'n' }}}}"
        self.runbook.tell("changed", f"read {variable}", "an input step: both answers go on")

    def _ask_whether(self, text: str, called: str, condition: str) -> str:
        """Add a step that asks for a truth value; the name of its variable."""
        name = variable_name(called, self.names.values())
        self.names[f"::{name}"] = name
        message = self.told(text)
        keys = {"message": message, "vars": {name: {"type": "boolean", "default": False}}}
        step = NewStep(phrases.name_from(text, "Ask"), "input", keys)
        self.add(ComingStep(step=step, condition=condition))
        return name

    def _asked(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        if statement.type in (
            "while_statement",
            "for_statement",
            "redirected_statement",
            "pipeline",
        ):
            return False
        found = asking.read_of(statement.node)
        if found is None:
            return False
        prompt, variable = found
        if (
            statement.type == "list"
            and "||" in statement.text
            and self._asked_after_failure(statement, condition)
        ):
            return True
        # What a function asks may be read anywhere.
        later = self.script.source
        if not prompt and self.pending:
            prompt = phrases.printed(self.pending.pop())
        if statement.type == "if_statement":
            test = statement.node.child_by_field_name("condition")
            if test is not None and not _asks_for_flag(test, self.inputs.flags):
                return False
            for flag in (ScriptStatement(test).uses if test is not None else frozenset()) & set(
                self.inputs.names
            ):
                self._drop_flag(flag)
        if variable and self._leads_both_ways(variable, rest):
            self._decide(prompt, variable, condition)
            return True
        if asking.is_confirmation(prompt, variable, later):
            self._confirm(prompt, variable, condition, [statement, *rest[:1]])
            return True
        if statement.type not in ("command", "list"):
            return False
        self._input(prompt, variable, condition)
        return True

    def _drop_flag(self, flag: str) -> None:
        name = self.inputs.names.pop(flag, None)
        if name is not None:
            self.inputs.runbook.vars.pop(name, None)
            self.inputs.values.pop(flag, None)
            self.prelude.values.pop(flag, None)
            self.runbook.tell("dropped", "--yes", "the console's own --yes")

    def _confirm(
        self, prompt: str, variable: str, condition: str, asking_for: Sequence[ScriptStatement]
    ) -> None:
        text = _question(prompt)
        keys: dict[str, Any] = {"message": self.told(text), "danger": True}
        tested = rf"\$\{{?{variable}\}}?\"?\s*(?:==?(?!~)|!=)\s*\"?([^\"\s\]]+)"
        text_asked = "\n".join(each.text for each in asking_for)
        word = re.search(tested, text_asked) if variable else None
        if word and word[1].lower() not in ("y", "yes", "n", "no") and not word[1].startswith("$"):
            keys["expect"] = word[1]
        elif word and word[1].startswith("$") and word[1].strip("${}") in self.names:
            keys["expect"] = f"{{{{ {self.names[word[1].strip('${}')]} }}}}"
            self.wanted.add(word[1].strip("${}"))
        if variable:
            self._answers.add(variable)
            given = keys.get("expect") or "y"
            self.prelude.values[variable] = (
                f"{variable}={given if given.startswith('{{') else raw(shlex.quote(given))}"
            )
        self.add(
            ComingStep(
                step=NewStep(phrases.name_from(text, "Ask"), "confirm", keys), condition=condition
            )
        )
        self.runbook.tell("changed", f"read {variable}".strip(), "a confirm step")

    def _input(self, prompt: str, variable: str, condition: str) -> None:
        name = self.names.setdefault(variable, variable_name(variable, self.names.values()))
        keys = {"message": self.told(prompt or f"{name}?"), "vars": {name: {}}}
        self.prelude.values[variable] = f"{variable}={{{{ {name} }}}}"
        self.add(
            ComingStep(
                step=NewStep(phrases.name_from(prompt, f"Ask for {name}"), "input", keys),
                condition=condition,
            )
        )
        self.runbook.tell("changed", f"read {variable}", "an input step")

    def _asked_after_failure(self, statement: ScriptStatement, condition: str) -> bool:
        """`command || { say what to do; read; }`: where it fails a person does it."""
        left, right = statement.node.named_children[0], statement.node.named_children[-1]
        if asking.read_of(left) is not None:
            return False
        told = " ".join(
            phrases.printed(each)
            for each in right.named_children
            if each.type == "command" and command_name(each) != "read"
        )
        planned = self.piece(
            [ScriptStatement(left, statement.comments)], condition, on_failure="warn"
        )
        text = re.sub(r",?\s*then press enter.*$", "", told, flags=re.IGNORECASE)
        step = manual(phrases.name_from(text, "By hand"), "", "")
        step.keys = {"message": self.told(text or "Do it by hand.")}
        self.add(ComingStep(step=step, condition=all_of([condition, planned.warned])))
        self.runbook.tell(
            "manual", step.name, "only a person can; the script waits for it where a command fails"
        )
        return True

    def _asked_by_function(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        """`confirm "Go on?" || exit 1`, `if confirm "…"; then …`: a function of the script that asks."""
        node = statement.node
        call = node if node.type == "command" else node.named_children[0]
        body = self.script.functions.get(command_name(call)) if call.type == "command" else None
        asked = asking.read_of(body) if body is not None else None
        words = [text_of(each).strip("'\"") for each in arguments_of(call)]
        if asked is None or not words or node.type not in ("command", "list", "if_statement"):
            return False
        ways = [] if node.type == "command" else list(node.named_children[1:])
        is_else = node.type == "list" and "||" in [text_of(each) for each in node.children]
        if not ways or (is_else and _ENDS.search(text_of(ways[-1]))):
            self._confirm(words[0], "", condition, [])
            return True
        if is_else or any(each.type in ("else_clause", "elif_clause") for each in ways):
            return False
        name = self._ask_whether(words[0], "GO_ON", condition)
        self.runbook.tell("changed", command_name(call), "an input step")
        self.run(list(statements_of(ways)), all_of([condition, name]))
        return True

    def _menu(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        looped = asking.menu_in_loop(statement.node)
        found = asking.menu_of(statement.node) or looped
        if found is None:
            return False
        variable, choices, actions = found
        name = self.names.setdefault(variable, variable_name(variable, self.names.values()))
        prompt = self.prelude.constants.pop("PS3", None)
        value = prompt.node.child_by_field_name("value") if prompt else None
        text = (word_text(value) if value is not None else None) or "Which one?"
        body = statement.node.child_by_field_name("body")
        if looped is not None and body is not None:
            said = map(ScriptStatement, body.named_children)
            told = [phrases.printed(each) for each in said if self.script.is_output(each)]
            text = " ".join(filter(None, told)) or text
            why = "a loop around a question: it is asked once, a run for each answer"
            self.runbook.tell("changed", "menu", why)
        title = "What to do" if looped is not None else phrases.name_from(text, "Choose")
        keys = {"message": text.strip(), "vars": {name: {"type": "enum", "choices": choices}}}
        self.add(ComingStep(step=NewStep(title, "input", keys), condition=condition))
        self.prelude.values[variable] = f"{variable}={{{{ {name} }}}}"
        self.runbook.tell("changed", "select", "an input step with choices")
        for choice, nodes in actions.items():
            nodes = [n for n in nodes if text_of(n) not in ("break", ";;")]
            if looped is not None and [text_of(n) for n in nodes] in (["exit"], ["exit 0"]):
                continue
            asked = f"{name} == {literal(choice)}"
            self.run(list(statements_of(nodes)), all_of([condition, asked]))
        return True


def _question(prompt: str) -> str:
    """What is asked, without how to answer."""
    text = re.sub(r"\s*[\[(][yY](?:es)?\s*/\s*[nN]o?[\])]:?\s*$", "", prompt).strip(" :")
    return re.sub(r"\s*\((?:ctrl|enter|press)[^)]*\)", "", text or "Go on?", flags=re.IGNORECASE)


def _asks_for_flag(test: Node, flags: set[str]) -> bool:
    """Whether a test is about an option that says that nobody wants to be asked, or about a terminal."""
    text = text_of(test)
    if ScriptStatement(test).uses & flags or not ScriptStatement(test).uses:
        return True
    return bool(
        re.search(
            r"[\"'\s=](?:--?y(?:es)?|yes|y|true|1|--?force|force|interactive)[\"']?\s*\]|-[nz]\s|-t\s",
            text,
        )
    )
