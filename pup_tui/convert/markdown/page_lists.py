"""Lists of a page: items that are steps, questions, or ticked."""

from __future__ import annotations

import re
from typing import Any

from pup_tui.convert.draft import NewStep
from pup_tui.convert.markdown import phrases
from pup_tui.convert.markdown.blocks import PageBlock, plain
from pup_tui.convert.markdown.page_steps import PageSteps
from pup_tui.convert.naming import variable_name
from pup_tui.convert.paths import all_of
from pup_tui.convert.pieces import literal, raw

_TASK = re.compile(r"^\[[ xX]\]\s*")
_BLANK = re.compile(r"(?P<words>[^_.?!:;,]*)[?:]?\s*_{3,}")


class PageLists(PageSteps):
    """Goes through lists."""

    def _list(self, block: PageBlock) -> None:
        items = [each for each in block.inside if each.kind == "item"]
        tasks = [each for each in items if _TASK.match(each.lead)]
        for item in items:
            for each in item.walk():
                if each.kind != "code":
                    self._links(each.text)
        if tasks:
            self._tasks(items)
            return
        asked = {id(item): phrases.asked_in(item.lead) for item in items}
        if sum(question is not None for question in asked.values()) >= 2:
            self._choice(items, asked)
            return
        count = len(self.runbook.steps)
        for item in items:
            self._item(item, is_step=block.ordered)
        if len(self.runbook.steps) > count:
            # What leads to a list is said by its items.
            self.context = []

    def _with_conditions(self, blocks: list[PageBlock]) -> list[PageBlock]:
        """Blocks in which sentences that begin with a condition hold what is done then, as items."""
        made: list[PageBlock] = []
        at = 0
        while at < len(blocks):
            end = at + 1
            if self._is_conditional(blocks, at):
                if self._inline(blocks[at].text) is None:
                    end += 1
                while end < len(blocks) and blocks[end].kind == "code":
                    end += 1
                if not made or made[-1].kind != "conditions":
                    made.append(PageBlock("conditions"))
                made[-1].inside.append(PageBlock("item", inside=blocks[at:end]))
            else:
                made.append(blocks[at])
            at = end
        return made

    def _is_conditional(self, blocks: list[PageBlock], at: int) -> bool:
        text = blocks[at].text
        if blocks[at].kind != "text" or phrases.condition_in(text) is None:
            return False
        is_led = text.rstrip().endswith(":") and [b.kind for b in blocks[at + 1 : at + 2]] == [
            "code"
        ]
        return is_led or self._inline(text) is not None

    def _conditions(self, block: PageBlock) -> None:
        if self.kind in phrases.NO_WORK:
            for item in block.inside:
                for each in item.inside:
                    getattr(self, f"_{each.kind}")(each)
            return
        self._choice(block.inside, {id(i): phrases.condition_in(i.lead) for i in block.inside})

    def _item(self, item: PageBlock, *, is_step: bool = True) -> None:
        before, self.context = self.context, [item.lead] if item.lead else []
        has_code = any(each.kind == "code" for each in item.walk())
        rest = [each for each in item.inside if each.kind != "text" or each.text != item.lead]
        inline = self._inline(item.lead)
        if self.kind == "rollback" and not has_code:
            self._back(inline, item.lead)
        elif self.kind in ("about", "contacts", "alerts") and not has_code:
            if self.kind == "about":
                self.description.append(raw(f"- {item.lead}"))
        elif phrases.needs_two(item.lead):
            self._two_people(item.lead)
        elif inline and not has_code:
            self._commands(inline, self._title_beside(item.lead, inline), item.lead)
        elif (
            not has_code
            and (is_step or phrases.orders_work(item.lead))
            and self.kind != "prerequisites"
        ):
            self._by_hand(item.lead)
        elif not has_code and self.kind == "prerequisites":
            self._checklist([item.lead])
        known = (len(self.runbook.steps), self.client)
        self._blocks(rest)
        made_nothing = known == (len(self.runbook.steps), self.client)
        if has_code and is_step and made_nothing and self.kind not in phrases.NO_WORK:
            text = "\n".join(each.text for each in rest if each.kind == "code")
            self._with_text(item.lead, text)
        self._trailing()
        self.context = before

    def _choice(self, items: list[PageBlock], asked: dict[int, str | None]) -> None:
        """Items that begin with a question: which one holds is asked, and each has its steps."""
        self.choices += 1
        is_first = self.choices == 1
        name = variable_name("CHOICE", self.runbook.vars) if is_first else f"CHOICE_{self.choices}"
        choices = [raw(question) for item in items if (question := asked[id(item)])]
        text = plain(" ".join(self.context[-1:])) or "What is it?"
        keys = {
            "message": raw(text),
            "vars": {name: {"type": "enum", "choices": [*choices, "none of these"]}},
        }
        question_step = NewStep("What is it", "input", keys)
        self.runbook.tell(
            "changed",
            ", ".join(choices),
            "questions of the page: an input step asks which one holds",
        )
        before = self.condition
        for item in items:
            question = asked[id(item)]
            if question and question_step not in self.runbook.steps:
                # What stands before the first question is done before it is asked.
                self._add(question_step)
            if question:
                self.condition = all_of([before, f"{name} == {literal(question)}"])
            self._item(_behind_question(item))
            self.condition = before

    def _tasks(self, items: list[PageBlock]) -> None:
        left: list[str] = []
        blanks: list[str] = []
        for item in items:
            text = _TASK.sub("", item.lead)
            inline = self._inline(text)
            if _BLANK.search(text):
                blanks.append(text)
            elif inline and self.kind != "prerequisites":
                self._commands(inline, self._title_beside(text, inline), text)
            else:
                left.append(text)
        if left:
            self._checklist(left)
        for text in blanks:
            self._blanks(text)

    def _checklist(self, items: list[str]) -> None:
        name = phrases.title_of(self.section) or "Check"
        given = "".join(map(self._given, items))
        last = self.runbook.steps[-1] if self.runbook.steps else None
        if (
            last is not None
            and last.kind == "manual"
            and last.name == name
            and "checklist" in last.keys
        ):
            last.keys["message"] += given
            last.keys["checklist"] += [self._told(each) for each in items]
            return
        keys = {
            "message": f"Tick what is done.{given}",
            "checklist": [self._told(each) for each in items],
        }
        step = NewStep(name, "manual", keys)
        self.runbook.tell("manual", name, "a person does or looks at it")
        self._add(step)

    def _blanks(self, text: str) -> None:
        """`who owns it? ____`: values that a person gives."""
        variables: dict[str, Any] = {}
        for blank in _BLANK.finditer(text):
            words = re.sub(
                r"(?i)\b(?:the|a|an|is|it|of)\b", " ", plain(blank["words"]).split(":")[-1]
            )
            name = variable_name(re.sub(r"\W+", " ", words).strip() or "VALUE", variables)
            variables[name] = {"description": raw(plain(blank["words"]).strip(" -?:"))}
        name = phrases.title_of(_BLANK.split(text)[0].split(":")[0])
        self._add(
            NewStep(
                name or "Fill in",
                "input",
                {"message": raw(plain(re.sub("_{3,}", "…", text))), "vars": variables},
            )
        )


def _behind_question(item: PageBlock) -> PageBlock:
    """An item without the question with which it begins."""
    made = PageBlock("item", inside=list(item.inside))
    for at, each in enumerate(made.inside):
        if each.kind == "text":
            rest = re.sub(r"^[^.!?\n]{3,90}\?\s*", "", each.text, count=1)
            rest = re.sub(r"(?i)^(?:if|when|in case)\b[^,:\n]{3,80}[,:]\s*", "", rest, count=1)
            made.inside[at] = PageBlock("text", rest[:1].upper() + rest[1:])
            break
    return made
