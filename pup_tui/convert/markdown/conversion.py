"""A page as a runbook: what stands there as commands runs, what stands there as words a person does."""

from __future__ import annotations

import re

from pup_tui.convert.draft import NewRunbook, NewStep, manual
from pup_tui.convert.markdown import phrases, statements
from pup_tui.convert.markdown.blocks import PageBlock, plain, read_page
from pup_tui.convert.markdown.commands import SQL, commands_in
from pup_tui.convert.markdown.page_lists import PageLists
from pup_tui.convert.naming import runbook_id, variable_name
from pup_tui.convert.paths import all_of
from pup_tui.convert.pieces import literal, raw
from pup_tui.convert.shell import judging
from pup_tui.convert.shell.secrets import secrets_in, without_secrets

_VARIABLES = re.compile(
    r"(?i)^(?:variables?|parameters?|inputs?|placeholders?|you need to know)\s*:\s*(?P<rest>.+)",
    re.DOTALL,
)
_DRAWN = frozenset(
    ["mermaid", "plantuml", "dot", "graphviz", "output", "text", "txt", "log", "diff"]
)
"""Languages of pictures and outputs."""
_OUTPUT = re.compile(
    r"(?i)\b(?:output|expected|example|sample|looks? like|returns?|result|should see|prints?|similar)\b"
)


def from_page(text: str, name: str) -> NewRunbook:
    """The runbook of a page; `name` is what it is called."""
    runbook = NewRunbook(runbook_id(name), "a Markdown page")
    secrets = secrets_in(text)
    page = read_page(without_secrets(text, secrets), name)
    converting = _Converting(page, runbook)
    for variable in secrets.values():
        runbook.vars[variable] = {"type": "secret"}
        why = "its value stands in the page, which leaks it: it is asked for now; change it there"
        runbook.tell("changed", variable, why)
    converting.run()
    return runbook


class _Converting(PageLists):
    """Goes through the blocks of a page."""

    def run(self) -> None:
        self._front()
        self._blocks(self.page.blocks)
        self._trailing()
        steps = self.runbook.steps
        if not steps:
            self.runbook.steps = [
                manual(
                    "Read the page",
                    "There is nothing in the page that runs or that is to be done.",
                    "",
                )
            ]
        for fact in self.known_facts:
            why = "what the page says of it is a variable, with the page's value as default"
            if self.runbook.vars[fact.name].get("type") == "secret":
                why = "its value stands in the page, which leaks it: it is asked for now"
            self.runbook.tell("changed", fact.name, why)
        self.runbook.description = raw("\n\n".join(self.description).strip())
        for name, said in self.runbook.vars.items():
            if (
                name not in self.always
                and said.get("type") != "secret"
                and "default" not in said
                and self._only_chosen(name)
            ):
                said["required"] = False

    def _only_chosen(self, name: str) -> bool:
        users = [each for each in self.runbook.walk() if name in str(each.keys)]
        return bool(users) and all("if" in each.keys for each in users)

    def _front(self) -> None:
        for key, value in self.page.front.items():
            if key == "owner" and isinstance(value, str):
                self.runbook.owner = raw(value)
            elif key == "title":
                self.title = str(value)
            elif isinstance(value, list):
                self.runbook.tags[str(key)] = raw(", ".join(map(str, value)))
            elif isinstance(value, str | int | float | bool):
                self.runbook.tags[str(key)] = raw(str(value))

    def _blocks(self, blocks: list[PageBlock]) -> None:
        for block in self._with_conditions(blocks):
            getattr(self, f"_{block.kind}")(block)

    def _heading(self, block: PageBlock) -> None:
        self._trailing()
        if not self.title and block.level == 1:
            self.title = phrases.title_of(re.sub(r"(?i)^\W*runbook\s*:\s*", "", block.text))
            self.description.append(raw(plain(self.title)))
            return
        self._kinds = [(level, kind) for level, kind in self._kinds if level < block.level]
        kind = phrases.section_kind(block.text) or next(
            (k for _, k in reversed(self._kinds) if k), ""
        )
        self._kinds.append((block.level, kind))
        self.section, self.kind = block.text, kind
        self.last = None
        if re.search(r"(?i)\bevery\s+\d*\s*(?:minutes?|hours?|seconds?)", block.text):
            self.runbook.tell(
                "changed",
                plain(block.text),
                "a person's step cannot repeat itself: it stands here once",
            )

    def _text(self, block: PageBlock) -> None:
        self._links(block.text)
        variables = _VARIABLES.match(plain(block.text))
        if variables:
            self._declared(block.text)
            return
        if phrases.needs_two(block.text):
            self._two_people(block.text)
            return
        if self.last is not None and self._judged(block.text):
            return
        inline = self._inline(block.text)
        if (
            inline
            and self.kind not in ("about", "contacts")
            and not block.text.rstrip().endswith(":")
        ):
            self._commands(inline, self._title_beside(block.text, inline), block.text)
            return
        if self.kind == "contacts":
            self.runbook.tell("dropped", plain(self.section), "whom to ask is no step")
        elif re.match(r"(?i)\W*(?:table of contents|\[?\[?_?toc_?)", block.text):
            return
        elif self.kind == "about" or self._introduces(block.text):
            self.description.append(raw(block.text))
        else:
            self.context.append(block.text)

    def _introduces(self, text: str) -> bool:
        """Whether a text stands before all steps and leads to none."""
        return not self.section and not self.runbook.steps and not text.rstrip().endswith(":")

    def _quote(self, block: PageBlock) -> None:
        for each in block.inside:
            if each.kind == "text" and re.search(
                r"(?i)expected duration|\bRTO\b|\bRPO\b", each.text
            ):
                self.runbook.tell("dropped", plain(each.text), "how long it takes is no step")
            elif each.kind == "text":
                self._text(each)
            else:
                self._blocks([each])

    def _code(self, block: PageBlock) -> None:
        if block.info in SQL:
            self._sql(block.text)
            return
        found = commands_in(block.text, block.info)
        if found is None:
            if self._is_work(block):
                self._with_text(self.context[-1], block.text)
                return
            named = f"block of {block.info}" if block.info else "block without a language"
            where = plain(self.section) or plain(self.title)
            self.runbook.tell("dropped", f"{named} ({where})", "no commands: it is text or output")
            return
        text = " ".join(self.context[-2:])
        if found.output:
            self.runbook.tell(
                "dropped",
                f"output below a command ({plain(self.section) or self.title})",
                "an example of what it prints",
            )
        client = statements.connection_of(found.commands)
        if client is not None:
            self._connected(found.commands, client)
            return
        self._commands(found.commands, self._name(text, found.commands), text)

    def _is_work(self, block: PageBlock) -> bool:
        """Whether a text that is no command is one to work with: a sentence leads to it, not to an output."""
        if not self.context or block.info in _DRAWN or self.kind in phrases.NO_WORK:
            return False
        return not _OUTPUT.search(plain(self.context[-1]))

    def _table(self, block: PageBlock) -> None:
        if len(block.rows) < 2:
            return
        heads = [plain(each).lower() for each in block.rows[0]]
        rows = block.rows[1:]
        for row in rows:
            for cell in row:
                self._links(cell)
        column = next(
            (
                at
                for at, head in enumerate(heads)
                if re.search(r"command|run\b|how|what to type", head)
            ),
            None,
        )
        if column is not None and any(
            self._inline(row[column]) for row in rows if column < len(row)
        ):
            self._command_table(rows, column)
        elif (
            heads
            and heads[0] in phrases.CHOSEN
            and len(rows) > 1
            and all(re.fullmatch(r"[\w .-]{1,20}", plain(row[0])) for row in rows if row)
        ):
            name = variable_name(heads[0])
            self.runbook.vars.setdefault(
                name, {"type": "enum", "choices": [raw(plain(row[0])) for row in rows]}
            )
            self.always.add(name)
            self._use_chosen(name, rows)
        else:
            self.runbook.tell("dropped", f"table ({', '.join(heads)})", "facts, which are no step")

    def _use_chosen(self, name: str, rows: list[list[str]]) -> None:
        told = "\n".join(f"- {': '.join(plain(cell) for cell in row)}" for row in rows)
        self.description.append(raw(told))
        first = next((each for each in self.runbook.steps if each.kind == "manual"), None)
        if first is not None:
            first.keys["message"] = (
                f"{first.keys['message']} {plain(name).capitalize()}: {{{{ {name} }}}}"
            )

    def _command_table(self, rows: list[list[str]], column: int) -> None:
        """A table of commands: those that only look run, one of the others is chosen."""
        looking: list[tuple[str, str, str]] = []
        chosen: list[tuple[str, str, str]] = []
        for row in rows:
            command = self._inline(row[column]) if column < len(row) else None
            if command is None:
                continue
            name, notes = plain(row[0]), " ".join(row[column + 1 :])
            is_change = judging.changes(command) or phrases.is_dangerous(notes)
            (chosen if is_change else looking).append((name, command, notes))
        for name, command, notes in looking:
            step = self._command(command, phrases.title_of(name), "")
            if plain(notes):
                step.keys = {"description": raw(plain(notes)), **step.keys}
        if not chosen:
            return
        choices = [name for name, _, _ in chosen]
        keys = {
            "message": "What is to be done?",
            "vars": {"DECISION": {"type": "enum", "choices": [*map(raw, choices), "nothing"]}},
        }
        self._add(NewStep("Decide", "input", keys))
        self.runbook.tell(
            "changed",
            ", ".join(choices),
            "none of them runs by itself: an input step asks which one",
        )
        before = self.condition
        for name, command, notes in chosen:
            self.condition = all_of([before, f"DECISION == {literal(name)}"])
            step = self._command(command, phrases.title_of(name), notes)
            step.keys |= {"confirm": self._question(phrases.title_of(name), notes), "danger": True}
        self.condition = before
        self.last = None
