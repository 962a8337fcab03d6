"""A page as a runbook: what stands there as commands runs, what stands there as words a person does."""

from __future__ import annotations

import re
from typing import Any

from pup_tui.convert.draft import NewRunbook, NewStep, escaped, manual
from pup_tui.convert.known_programs import looks_like_command
from pup_tui.convert.markdown import phrases, statements
from pup_tui.convert.markdown.blocks import Page, PageBlock, code_in, links_in, plain, read_page
from pup_tui.convert.markdown.commands import SQL, commands_in, filled, kind_of
from pup_tui.convert.markdown.requests import request_of
from pup_tui.convert.naming import runbook_id, step_id, unique, unique_name, variable_name
from pup_tui.convert.paths import all_of
from pup_tui.convert.shell import judging
from pup_tui.convert.shell.phrases import name_of_commands, quoted_choice
from pup_tui.convert.shell.reading import parsed, statements_of, text_of, walk, word_text
from pup_tui.convert.shell.secrets import secrets_in, without_secrets
from pup_tui.convert.ssm.made import started

_TASK = re.compile(r"^\[[ xX]\]\s*")
_BLANK = re.compile(r"(?P<words>[^_.?!:;,]*)[?:]?\s*_{3,}")
_NEVER = re.compile(r"(?i)\b(?:never|do not|don't|not)\b[^.`]{0,30}$")
_ORDERED_WORK = re.compile(
    r"(?i)\b(call|ask|tell|notify|page|escalate|write|inform|contact|answer|open|close|announce"
    r"|update|make sure|check|post|create|assign|send)\b"
)
_VARIABLES = re.compile(
    r"(?i)^(?:variables?|parameters?|inputs?|placeholders?|you need to know)\s*:\s*(?P<rest>.+)",
    re.DOTALL,
)
_CLIENTS = re.compile(r"\b(?:psql|pg_\w+|mysql\w*|mariadb\w*|redis-cli|mongosh?)\b")
_CHOSEN = ("severity", "priority", "environment", "env", "region", "level", "tier")
_MOST_LINKS = 20


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


class _Converting:
    def __init__(self, page: Page, runbook: NewRunbook) -> None:
        self.page = page
        self.runbook = runbook
        self.title = ""
        self.section = ""
        self.kind = ""
        self.context: list[str] = []
        self.description: list[str] = []
        self.condition = ""
        self.last: NewStep | None = None
        self.client = ""
        self.exports: list[str] = []
        self.ids: set[str] = set()
        self.always: set[str] = set()
        self.choices = 0
        self._kinds: list[tuple[int, str]] = []

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
        self.runbook.description = escaped("\n\n".join(self.description).strip())
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
                self.runbook.owner = escaped(value)
            elif key == "title":
                self.title = str(value)
            elif isinstance(value, list):
                self.runbook.tags[str(key)] = escaped(", ".join(map(str, value)))
            elif isinstance(value, str | int | float | bool):
                self.runbook.tags[str(key)] = escaped(str(value))

    # Blocks

    def _blocks(self, blocks: list[PageBlock]) -> None:
        for block in blocks:
            getattr(self, f"_{block.kind}")(block)

    def _heading(self, block: PageBlock) -> None:
        self._trailing()
        if not self.title and block.level == 1:
            self.title = phrases.title_of(re.sub(r"(?i)^\W*runbook\s*:\s*", "", block.text))
            self.description.append(escaped(plain(self.title)))
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
            self._commands(inline, phrases.title_of(block.text), block.text)
            return
        if self.kind == "contacts":
            self.runbook.tell("dropped", plain(self.section), "whom to ask is no step")
        elif self.kind == "about" or self._introduces(block.text):
            self.description.append(escaped(block.text))
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
        self._commands(found.commands, self._name(text), text)

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
            self._command_table(heads, rows, column)
        elif (
            heads
            and heads[0] in _CHOSEN
            and all(re.fullmatch(r"[\w .-]{1,20}", plain(row[0])) for row in rows if row)
        ):
            name = variable_name(heads[0])
            self.runbook.vars.setdefault(
                name, {"type": "enum", "choices": [escaped(plain(row[0])) for row in rows]}
            )
            self.always.add(name)
            self._use_chosen(name, rows)
        else:
            self.runbook.tell("dropped", f"table ({', '.join(heads)})", "facts, which are no step")

    def _use_chosen(self, name: str, rows: list[list[str]]) -> None:
        told = "\n".join(f"- {': '.join(plain(cell) for cell in row)}" for row in rows)
        self.description.append(escaped(told))
        first = next((each for each in self.runbook.steps if each.kind == "manual"), None)
        if first is not None:
            first.keys["message"] = (
                f"{first.keys['message']} {plain(name).capitalize()}: {{{{ {name} }}}}"
            )

    # Lists

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
        for item in items:
            self._item(item, is_step=block.ordered)

    def _item(self, item: PageBlock, *, is_step: bool = True) -> None:
        before, self.context = self.context, [item.lead] if item.lead else []
        has_code = any(each.kind == "code" for each in item.walk())
        rest = [each for each in item.inside if each.kind != "text" or each.text != item.lead]
        inline = self._inline(item.lead)
        if self.kind == "rollback" and not has_code:
            self._back(inline, item.lead)
        elif self.kind in ("about", "contacts", "alerts") and not has_code:
            if self.kind == "about":
                self.description.append(escaped(f"- {item.lead}"))
        elif phrases.needs_two(item.lead):
            self._two_people(item.lead)
        elif inline and not has_code:
            self._commands(
                inline, phrases.title_of(re.sub(r":?\s*`[^`]*`", "", item.lead)), item.lead
            )
        elif (
            not has_code
            and (is_step or _ORDERED_WORK.search(item.lead))
            and self.kind != "prerequisites"
        ):
            self._by_hand(item.lead)
        elif not has_code and self.kind == "prerequisites":
            self._checklist([item.lead])
        self._blocks(rest)
        self._trailing()
        self.context = before

    def _choice(self, items: list[PageBlock], asked: dict[int, str | None]) -> None:
        """Items that begin with a question: which one holds is asked, and each has its steps."""
        self.choices += 1
        name = variable_name("CHOICE", self.runbook.vars)
        name = unique(
            name, {f"CHOICE_{n}" for n in range(self.choices)} if self.choices > 1 else set()
        )
        name = f"CHOICE_{self.choices}" if self.choices > 1 else name
        choices = [escaped(question) for item in items if (question := asked[id(item)])]
        text = plain(" ".join(self.context[-1:])) or "What is it?"
        keys = {
            "message": escaped(text),
            "vars": {name: {"type": "enum", "choices": [*choices, "none of these"]}},
        }
        self._add(NewStep("What is it", "input", keys))
        self.runbook.tell(
            "changed",
            ", ".join(choices),
            "questions of the page: an input step asks which one holds",
        )
        before = self.condition
        for item in items:
            question = asked[id(item)]
            if question:
                self.condition = all_of([before, f"{name} == {quoted_choice(question)}"])
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
                self._commands(inline, phrases.title_of(re.sub(r":?\s*`[^`]*`", "", text)), text)
            else:
                left.append(text)
        if left:
            self._checklist(left)
        for text in blanks:
            self._blanks(text)

    def _checklist(self, items: list[str]) -> None:
        name = phrases.title_of(self.section) or "Check"
        last = self.runbook.steps[-1] if self.runbook.steps else None
        if (
            last is not None
            and last.kind == "manual"
            and last.name == name
            and "checklist" in last.keys
        ):
            last.keys["checklist"] += [self._told(each) for each in items]
            return
        keys = {"message": "Tick what is done.", "checklist": [self._told(each) for each in items]}
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
            variables[name] = {"description": escaped(plain(blank["words"]).strip(" -?:"))}
        name = phrases.title_of(_BLANK.split(text)[0].split(":")[0])
        self._add(
            NewStep(
                name or "Fill in",
                "input",
                {"message": escaped(plain(re.sub("_{3,}", "…", text))), "vars": variables},
            )
        )

    # Steps

    def _add(self, step: NewStep) -> NewStep:
        step.name = unique_name(step.name, {each.name for each in self.runbook.steps})
        step.id = step_id(step.name, self.ids)
        self.ids.add(step.id)
        if self.condition:
            step.keys = {"if": self.condition, **step.keys}
        self.runbook.steps.append(step)
        return step

    def _by_hand(self, text: str) -> None:
        self.context = []
        step = self._add(
            NewStep(phrases.title_of(text) or "By hand", "manual", {"message": self._told(text)})
        )
        self.runbook.tell("manual", step.name, "a person does it: there is no command")

    def _two_people(self, text: str) -> None:
        keys = {
            "message": self._told(text),
            "checklist": ["A second person reads along: write the name into the note"],
        }
        self._add(NewStep("Second person", "manual", keys))
        self.runbook.tell("manual", "Second person", "a run knows one operator")

    def _trailing(self) -> None:
        """Texts that led to no command: what is work in them is a person's."""
        texts, self.context = self.context, []
        if self.kind in ("about", "contacts", "alerts", "rollback") or not self.runbook.steps:
            return
        for text in texts:
            if _ORDERED_WORK.search(plain(text)) and escaped(text) not in self.description:
                self._by_hand(text)
            elif (
                page := next((to for _, to in links_in(text) if to.endswith(".md")), None)
            ) is not None:
                self._add(
                    NewStep(
                        f"Go on with {page.rsplit('/', 1)[-1].removesuffix('.md')}",
                        "manual",
                        {"message": self._told(text)},
                    )
                )
                self.runbook.tell(
                    "manual",
                    page,
                    "another page: convert it too, and call it by a step of kind runbook",
                )

    def _name(self, text: str) -> str:
        """A step's name: what the text before says, or the section."""
        section = phrases.title_of(self.section)
        if not text or (
            section and self.last is None and not self.condition and len(plain(text)) > 60
        ):
            return section or phrases.title_of(text) or phrases.title_of(self.title)
        words = plain(text).rstrip()
        sentence = (
            re.split(r"(?<=[.!?])\s+", words)[-1]
            if words.endswith(":")
            else re.split(r"(?<=[.!?])\s+", words)[0]
        )
        sentence = re.sub(r"(?i)^(?:if|when)\b[^,]*,\s*", "", sentence)
        sentence = re.sub(r"(?i)^(?:first|then|next|now|finally|afterwards)[ ,]+", "", sentence)
        if section and phrases.until_of(text):
            return section
        return phrases.title_of(sentence) or section or phrases.title_of(self.title)

    def _commands(self, commands: str, name: str, text: str) -> None:
        """Commands as steps: those that only look together, each that changes something alone."""
        self.context = []
        if self.kind == "rollback":
            self._back(commands, text)
            return
        groups = _grouped(commands)
        if not groups:
            return
        why = judging.by_hand(commands) or judging.unsafe_removal(
            commands, frozenset(self.runbook.vars)
        )
        if why:
            step = self._add(manual(name or "By hand", f"{why[0].upper()}{why[1:]}.", commands))
            self.runbook.tell("manual", step.name, why)
            return
        for at, group in enumerate(groups):
            own = (
                name
                if at == 0
                else next(
                    (
                        name_of_commands(s, frozenset())
                        for s in statements_of(list(parsed(group).named_children))
                    ),
                    name,
                )
            )
            self.last = self._command(group, own or name or "Run", text)

    def _command(self, commands: str, name: str, text: str) -> NewStep:
        found = filled(commands)
        self._use(found.names)
        changes = judging.changes(found.script) or phrases.is_dangerous(self.section, text)
        asked = request_of(found.script)
        if asked is not None:
            step = NewStep(name, "http", asked, original=commands)
            changes = changes or asked.get("method", "GET") not in ("GET", "HEAD")
        else:
            step = self._each(found.script, name) or NewStep(
                name, "shell", {"run": self._script(found.script)}, original=commands
            )
        until = phrases.until_of(text)
        if until:
            step.keys["poll"] = {
                "interval": "10s",
                "timeout": phrases.time_in(self.section) or "10m",
                "until": until,
            }
            self.runbook.tell("changed", name, "what the page repeats until it is so is a poll")
        if changes:
            step.keys |= {"confirm": self._question(name, text), "danger": True}
        self._add(step)
        self.runbook.tell("kept", step.name, step.kind)
        return step

    def _question(self, name: str, text: str) -> str:
        warning = plain(text) if phrases.is_dangerous(text) else ""
        return escaped(f"{name}?" + (f" {warning}" if warning and warning != name else ""))

    def _script(self, script: str) -> str:
        used = [each for each in self.exports if "{{" not in each or _CLIENTS.search(script)]
        return started("\n".join([*used, script]))

    def _each(self, script: str, name: str) -> NewStep | None:
        """A loop over literal words: a step for each."""
        root = parsed(re.sub(r"\{\{.*?\}\}", lambda f: "_" * len(f.group()), script))
        loops = [n for n in root.named_children if n.type != "comment"]
        if (
            len(loops) != 1
            or loops[0].type != "for_statement"
            or not text_of(loops[0]).startswith("for")
        ):
            return None
        values = [word_text(each) for each in loops[0].children_by_field_name("value")]
        body, variable = (
            loops[0].child_by_field_name("body"),
            loops[0].child_by_field_name("variable"),
        )
        if (
            body is None
            or variable is None
            or not values
            or any(v is None or re.search(r"[*?\[{~_]", v) for v in values)
        ):
            return None
        inner = script.encode()[
            body.named_children[0].start_byte : body.named_children[-1].end_byte
        ].decode()
        used = re.sub(
            rf"\$\{{?{text_of(variable)}\b\}}?", "{{ item }}", re.sub(r"\n[ \t]+", "\n", inner)
        )
        return NewStep(
            name, "shell", {"run": self._script(used), "foreach": values}, original=script
        )

    def _sql(self, sql: str) -> None:
        text = " ".join(self.context[-2:])
        name, self.context = self._name(text), []
        client = self.client or "psql"
        if not self.client:
            self.runbook.tell(
                "changed",
                name,
                "the page does not say how to connect: psql takes that from its environment",
            )
        made = statements.with_client(sql, client)
        self._use({each: kind_of(each) for each in made.names})
        keys: dict[str, Any] = {"run": started("\n".join([*self.exports, made.script]))}
        if made.counts:
            keys["capture"] = {table: f"lines[{at}] | int" for at, table in enumerate(made.counts)}
        if made.changes or phrases.is_dangerous(self.section, text):
            keys |= {"confirm": self._question(name, text), "danger": True}
        self.last = self._add(NewStep(name, "shell", keys, original=sql))
        self.runbook.tell("kept", name, "SQL, sent by the client that the page connects with")

    def _connected(self, commands: str, client: str) -> None:
        """A session of a database that the page opens: what follows runs in it."""
        self.context = []
        found = filled(client)
        self._use(found.names)
        self.client = found.script
        for line in commands.split("\n"):
            secret = re.match(r"\s*export\s+(\w+)=", line)
            if secret and secret[1] in self.runbook.vars:
                self.exports.append(f"export {secret[1]}={{{{ {secret[1]} }}}}")
            elif secret:
                self.exports.append(line.strip())
        self.runbook.tell("changed", client, "no session stays open: each step connects by itself")

    def _command_table(self, heads: list[str], rows: list[list[str]], column: int) -> None:
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
                step.keys = {"description": escaped(plain(notes)), **step.keys}
        if not chosen:
            return
        choices = [name for name, _, _ in chosen]
        keys = {
            "message": "What is to be done?",
            "vars": {"DECISION": {"type": "enum", "choices": [*map(escaped, choices), "nothing"]}},
        }
        self._add(NewStep("Decide", "input", keys))
        self.runbook.tell(
            "changed",
            ", ".join(choices),
            "none of them runs by itself: an input step asks which one",
        )
        before = self.condition
        for name, command, notes in chosen:
            self.condition = all_of([before, f"DECISION == {quoted_choice(name)}"])
            step = self._command(command, phrases.title_of(name), notes)
            step.keys |= {"confirm": self._question(phrases.title_of(name), notes), "danger": True}
        self.condition = before
        self.last = None

    def _back(self, commands: str | None, text: str) -> None:
        """What takes a dangerous step back."""
        dangerous = [
            each
            for each in self.runbook.steps
            if each.keys.get("danger") and each.kind in ("shell", "http")
        ]
        if commands is None or not dangerous:
            self.runbook.tell(
                "manual", plain(text) or plain(self.section), "rollback: a person does it"
            )
            return
        found = filled(commands)
        self._use(found.names)
        program = commands.split()[0]
        step = next(
            (each for each in reversed(dangerous) if program in str(each.keys.get("run", ""))),
            dangerous[-1],
        )
        if "undo" in step.keys:
            step.keys["undo"]["run"] = started(
                f"{step.keys['undo']['run'].removeprefix('set -e')}\n{found.script}".strip()
            )
        else:
            step.keys["undo"] = {"kind": "shell", "run": started(found.script)}
        self.runbook.tell("changed", plain(self.section), f"its command is the undo of {step.name}")

    # Words

    def _judged(self, text: str) -> bool:
        """Whether a sentence says what must hold of what the command before printed."""
        step = self.last
        assert step is not None
        limit, expected = phrases.limit_of(text), phrases.expected_of(text)
        if (limit is None and expected is None) or step.kind == "http" or "poll" in step.keys:
            return False
        captured = step.keys.get("capture")
        value = "value"
        for table, where in captured.items() if isinstance(captured, dict) else ():
            if re.search(rf"\b{table}\b", plain(text), re.IGNORECASE):
                value = f"({where})"
        if limit is not None:
            step.keys["assert"] = {
                "that": f"{value} {limit.condition}",
                "message": escaped(limit.message),
            }
        else:
            step.keys.setdefault(
                "assert", {"that": f"{value} {expected}", "message": escaped(plain(text))}
            )
        self.runbook.tell("changed", step.name, "what the page expects is an assertion")
        return True

    def _inline(self, text: str) -> str | None:
        """The commands that stand as code within a sentence."""
        found = []
        for code in code_in(text):
            code = code.replace("\\|", "|")
            before = text[: text.find(f"`{code}")] if f"`{code}" in text else text[: text.find("`")]
            if looks_like_command(code) and len(code.split()) > 1 and not _NEVER.search(before):
                found.append(code)
        return "\n".join(found) or None

    def _told(self, text: str) -> str:
        """A text of the page with its values."""
        return re.sub(
            r"<([A-Za-z][\w-]*)>",
            lambda f: (
                f"{{{{ {variable_name(f[1])} }}}}"
                if variable_name(f[1]) in self.runbook.vars
                else f.group()
            ),
            escaped(text),
        )

    def _use(self, names: dict[str, Any]) -> None:
        for name, said in names.items():
            self.runbook.vars.setdefault(name, dict(said))
            if not self.condition:
                self.always.add(name)

    def _declared(self, text: str) -> None:
        """`Variables: NAME (like x-1), OTHER`."""
        for found in re.finditer(
            r"`?([A-Z][A-Z0-9_]{1,40})`?(?:\s*\((?:like|e\.g\.|for example|such as)\s+`?([^`)]+)`?\))?",
            text.split(":", 1)[1],
        ):
            name = variable_name(found[1])
            said = self.runbook.vars.setdefault(name, kind_of(name))
            if found[2]:
                said["pattern"] = phrases.pattern_like(found[2].strip())
            self.always.add(name)

    def _links(self, text: str) -> None:
        for title, target in links_in(text):
            known = {each["url"] for each in self.runbook.links}
            if (
                target.startswith(("http://", "https://"))
                and target not in known
                and len(known) < _MOST_LINKS
            ):
                self.runbook.links.append({"title": escaped(plain(title)), "url": escaped(target)})


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


def _grouped(commands: str) -> list[str]:
    """Commands that only look together, and each that changes something by itself."""
    groups: list[tuple[bool, list[str]]] = []
    marked = re.sub(
        r"<([A-Za-z][\w .-]{0,40})>", lambda f: f"__{f[1].replace(' ', '_')}__", commands
    )
    nodes = list(parsed(marked).named_children)
    if any(each.type == "ERROR" for node in nodes for each in walk(node)) or any(
        n.type in ("variable_assignment", "function_definition")
        or text_of(n).startswith(("cd ", "export "))
        for n in nodes
    ):
        return [commands] if nodes else []
    for statement in statements_of(nodes):
        text = "\n".join([*(f"# {c}" for c in statement.comments), statement.text])
        is_change = judging.changes(statement.text)
        if groups and not is_change and not groups[-1][0]:
            groups[-1][1].append(text)
        else:
            groups.append((is_change, [text]))
    return [_unmarked("\n".join(lines), commands) for _, lines in groups]


def _unmarked(text: str, commands: str) -> str:
    """The text with the places as the page has them."""
    for found in re.finditer(r"<([A-Za-z][\w .-]{0,40})>", commands):
        text = text.replace(f"__{found[1].replace(' ', '_')}__", found.group())
    return text
