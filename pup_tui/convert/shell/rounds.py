"""Loops over a list: what is done for each item."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pup_tui.convert.draft import NewStep
from pup_tui.convert.naming import spelled_out, variable_name
from pup_tui.convert.paths import all_of, negated
from pup_tui.convert.pieces import raw
from pup_tui.convert.shell import asking, judging, phrases
from pup_tui.convert.shell.choosing import guard_of, is_test, only_says, ways_of
from pup_tui.convert.shell.growing import GrowingVariable, growing_in
from pup_tui.convert.shell.planned import ComingStep, PlanningBase
from pup_tui.convert.shell.reading import ScriptStatement, statements_of, text_of, word_text
from pup_tui.convert.shell.shell_tests import expression_of
from pup_tui.convert.shell.waiting import waiting_of

if TYPE_CHECKING:
    from tree_sitter import Node


_DATE = re.compile(
    r"(?:export |readonly )?(?P<name>\w+)=\"?(?:\$\(|`)"
    r"(?P<command>date(?: -u)?(?: (?:\+[\w%:./-]+|\+?'\+?[^'$]*'|\+?\"\+?[^\"$`]*\"))?)(?:\)|`)\"?"
)
"""A date that does not tell how long something takes: without seconds since 1970."""


class Rounds(PlanningBase):
    """Loops whose rounds do not know of each other."""

    def _each(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        """A step for each item; a group of steps, where a round changes something and is more than one."""
        node = statement.node
        if statement.type != "for_statement" or text_of(node).startswith("select"):
            return False
        body = node.child_by_field_name("body")
        variable = text_of(node.child_by_field_name("variable") or node)
        inner = list(statements_of(list(body.named_children))) if body is not None else []
        grown = growing_in(inner, self.prelude.constants)
        growing = frozenset(grown)
        if not inner or self.read_later(inner, rest) - growing:
            return False
        left = "\n".join(each.text for each in inner if not self._has_own_end(each))
        is_group = self._is_several(inner, growing) and not re.search(
            r"\b(?:break|continue|return)\b", left
        )
        leaves = r"\b(?:break|continue|return|exit(?!\s+[1-9]))\b"
        if not is_group and re.search(leaves, text_of(node)):
            return False
        if re.search(r"(?<![&>])&\s*(?:\n|$|[^&>\s\d])", left):
            return False
        items = self._items(list(node.children_by_field_name("value")), condition)
        if items is None:
            return False
        value = f"{variable}={{{{ item }}}}"
        before = self.names.get(variable)
        self.prelude.values[variable], self.names[variable] = value, "item"
        self.growing = growing
        try:
            if is_group:
                self._group(statement, inner, condition, items, (variable, value))
            else:
                told = next(filter(None, map(phrases.name_from, statement.comments)), "")
                planned = self.piece(inner, condition, "" if self.pending else told, foreach=items)
                planned.keys["item"] = (variable, value)
        finally:
            del self.prelude.values[variable]
            self.growing = frozenset()
            self._grown(grown)
            if before is not None:
                self.names[variable] = before
        return True

    def _grown(self, grown: Mapping[str, GrowingVariable]) -> None:
        """Behind the loop: what its rounds have filled is what all of them captured, taken together."""
        self.grown |= grown
        for name, variable in grown.items():
            self.prelude.constants.pop(name, None)
            self.captured_as[name] = self.names[name]
            if variable.kind != "items":
                self.names[name] = variable.after(self.names[name])

    def _is_several(self, inner: Sequence[ScriptStatement], growing: frozenset[str]) -> bool:
        """Whether a round is several steps: it changes something by more than one, notes failures, asks."""
        doing = [
            each
            for each in inner
            if not self.script.is_output(each) and (each.commands or "assignment" not in each.type)
        ]
        asks = any(asking.asks_somebody(each.node, self.script) for each in inner)
        tried = any(each.type == "if_statement" and each.sets & growing for each in doing) or any(
            self._gives_up(each) is not None for each in doing
        )
        return (
            asks or tried or (len(doing) > 1 and any(judging.changes(each.text) for each in doing))
        )

    def _has_own_end(self, statement: ScriptStatement) -> bool:
        """Whether it waits, or leaves the round: what leaves there leaves nothing else."""
        is_left = self._left_by(statement) is not None or self._gives_up(statement) is not None
        return is_left or waiting_of(statement.node, self.script) is not None

    def _left_by(self, statement: ScriptStatement) -> str | None:
        """The condition under which `test && continue` leaves a round."""
        test, body = guard_of(statement.node)
        if test is None or not body or text_of(body[-1]) != "continue":
            return None
        if not all(only_says(each, self.script) for each in body[:-1]):
            return None
        # What a round sets has its name by the time that the test is planned.
        asked = expression_of(test, self.names)
        is_else = statement.type == "list" and "||" in statement.text
        return negated(asked) if asked is not None and is_else else asked

    def _gives_up(
        self, statement: ScriptStatement
    ) -> tuple[ScriptStatement, list[ScriptStatement]] | None:
        """`command || { …; continue; }`: the command, and what is done where it fails and the round ends."""
        test, good, bad = ways_of(statement.node)
        if test is None or good or not bad or bad[-1].text != "continue":
            return None
        inner = "\n".join(each.text for each in bad[:-1])
        if is_test(test) or re.search(r"\b(?:break|continue|return)\b", inner):
            return None
        return ScriptStatement(test, statement.comments), bad[:-1]

    def _group(
        self,
        statement: ScriptStatement,
        inner: Sequence[ScriptStatement],
        condition: str,
        items: Any,
        item: tuple[str, str],
    ) -> None:
        said = [each for each in self.pending if self.script.is_output(each)]
        found = [
            each
            for each in self.pending
            if not self.script.is_output(each) and not self._dated(each)
        ]
        self.pending = []
        if found:
            named = phrases.name_from(" ".join(sorted(found[-1].sets)).replace("_", " ").lower())
            self.piece(found, condition, named or "Look", looks_up=True)
        told = [phrases.printed(each) for each in reversed(said)]
        called = next(filter(None, map(phrases.name_from, [*told, *statement.comments])), "")
        planned, self.planned = self.planned, []
        self._round(inner, "")
        inside, self.planned = self.planned, planned
        for each in inside:
            each.keys.setdefault("item", item)
        step = NewStep(called or _called(item[0], items), "group", {"foreach": items})
        self.add(ComingStep(step=step, condition=condition, inside=inside))

    def _dated(self, statement: ScriptStatement) -> bool:
        """`STAMP=$(date +%F)` before all steps: a variable that is found when the run begins, and stays."""
        dated = _DATE.fullmatch(statement.text)
        if dated is None or self.planned or re.search("%[sN]", dated["command"]):
            return False
        name = self.inputs.add(dated["name"], {"from": f"command:{raw(dated['command'])}"})
        self.names[dated["name"]] = name
        why = "a variable that this command gives when the run begins"
        self.runbook.tell("changed", statement.text, why)
        return True

    def _round(self, inner: Sequence[ScriptStatement], condition: str) -> None:
        for at, statement in enumerate(inner):
            left = self._left_by(statement)
            if left is not None:
                self.wanted |= statement.uses
                self.run(inner[:at], condition)
                self._round(inner[at + 1 :], all_of([condition, negated(left)]))
                return
            tried = self._gives_up(statement)
            if tried is not None:
                spoken = at
                while spoken and self.script.is_output(inner[spoken - 1]):
                    spoken -= 1
                if spoken:
                    self.run(inner[:spoken], condition)
                self.pending += inner[spoken:at]
                planned = self.piece([tried[0]], condition)
                planned.keys["on_failure"] = "warn"
                self.run(tried[1], all_of([condition, planned.warned]))
                self._round(inner[at + 1 :], all_of([condition, planned.went_well]))
                return
        self.run(inner, condition)

    def _items(self, values: list[Node], condition: str) -> Any:
        """What the rounds are for: literal words, an array, or the words that a command prints."""
        literals = [word_text(each) for each in values]
        if values and all(
            each is not None and not re.search(r"[*?\[{~]", each) for each in literals
        ):
            return [each for each in literals if each is not None]
        if len(values) != 1:
            return None
        text = text_of(values[0]).strip('"')
        array = re.fullmatch(r"\$\{(\w+)\[[@*]\]\}", text)
        if array and self.runbook.vars.get(self.names.get(array[1], ""), {}).get("type") == "list":
            return self.names[array[1]]
        plain = re.fullmatch(r"\$\{?(\w+)\}?", text)
        named = array or plain
        constant = self.prelude.constants.get(named[1]) if named else None
        if constant is not None:
            return _words_of(constant)
        if plain and plain[1] in self.names:
            self.wanted.add(plain[1])
            return f"{self.names[plain[1]]}.split()"
        if values[0].type == "command_substitution" and "seq " not in text:
            inner = list(statements_of(list(values[0].named_children)))
            if len(inner) != 1:
                return None
            told = next(iter(inner[0].commands), "items").rsplit("/", 1)[-1]
            name = variable_name(told, self.names.values())
            self.names[f"::{name}"] = name
            said, self.pending = self.pending, []
            planned = self.piece(
                inner,
                condition,
                phrases.name_from(told.replace("_", " "), told),
                capture={name: "output"},
            )
            planned.keys["looks"] = True
            self.pending = said
            return f"{name}.split()"
        return None


def _words_of(constant: ScriptStatement) -> list[str] | None:
    """The words that a variable of the script has, where they are literal."""
    value = constant.node.child_by_field_name("value")
    nodes = value.named_children if value is not None and value.type == "array" else [value]
    texts = [word_text(each) if each is not None else None for each in nodes]
    words = [text for text in texts if text is not None and not re.search(r"[*?\[{~]", text)]
    if len(words) < len(texts):
        return None
    return words if value is not None and value.type == "array" else words[0].split()


def _called(variable: str, items: Any) -> str:
    """A name for what is done for each: by the variable, or by the list where that is short."""
    words = spelled_out(variable).lower().replace("_", " ")
    if len(words) > 2:
        return f"Each {words}"
    named = re.match(r"[A-Z][A-Z_]+", items) if isinstance(items, str) else None
    return f"Each of {named[0].lower().replace('_', ' ')}" if named else "Each item"
