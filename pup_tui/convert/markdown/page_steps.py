"""The steps of a page."""

from __future__ import annotations

import re
from typing import Any

from pup_tui.convert.bounds import check_steps
from pup_tui.convert.draft import NewStep, by_hand, manual
from pup_tui.convert.markdown import phrases, statements
from pup_tui.convert.markdown.blocks import links_in, plain
from pup_tui.convert.markdown.commands import filled, kind_of
from pup_tui.convert.markdown.page_words import PageWords
from pup_tui.convert.pieces import literal, raw
from pup_tui.convert.scripts import marked, started
from pup_tui.convert.shell import judging
from pup_tui.convert.shell.reading import parsed, statements_of, text_of, walk, word_text
from pup_tui.convert.shell.requests import may_change, request_of
from pup_tui.convert.shell.secrets import SECRET_NAME
from pup_tui.convert.shell.work_names import name_of_script

_CLIENTS = re.compile(r"\b(?:psql|pg_\w+|mysql\w*|mariadb\w*|redis-cli|mongosh?)\b")
_WARNING = re.compile(
    r"(?i)(?:^|(?<=[.!?]\s))(?:warning|note|caution|important|danger)\b\s*:[^.!?]*[.!?]?\s*"
)
_CAUTION = re.compile(r"(?i)\b(?:do not|don't|never|only (?:if|when|after)|careful|must not)\b")
_SET = re.compile(
    r"(?m)^\s*(?:export\s+)?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>[\w./:@-]+|'[^'\n$`]*'|\"[^\"\n$`]*\")\s*$"
)
_WATCH = re.compile(
    r"watch\s+(?:(?:-n\s*|--interval[= ])(?P<seconds>\d+)\s+|-\w+\s+)*(?P<command>[^-\s].*)\Z",
    re.DOTALL,
)
_PLACE = re.compile(r"<[A-Za-z][\w .-]{0,40}>")
"""A value that the page leaves open."""


def _name_of_work(commands: str) -> str:
    """A name for commands, in which places that the page left open are variables."""
    return name_of_script(re.sub(r"<([A-Za-z]\w*)[\w .-]{0,40}>", r"$\1", commands))


class PageSteps(PageWords):
    """Adds steps for commands, statements, and what a person does."""

    def _add(self, step: NewStep) -> NewStep:
        check_steps(len(self.runbook.steps) + 1, self.runbook.id)
        step.name, step.id = self.step_names.give(step.name)
        if self.condition:
            step.keys = {"if": self.condition, **step.keys}
        self.runbook.steps.append(step)
        return step

    def _by_hand(self, text: str) -> None:
        self.context = []
        pause = phrases.pause_in(text)
        if pause is not None:
            self._add(NewStep(phrases.title_of(text), "wait", {"duration": pause}))
            return
        step = self._add(
            NewStep(
                phrases.title_of(text) or "By hand",
                "manual",
                {"message": self._told(text) + self._given(text)},
            )
        )
        self.runbook.tell("manual", step.name, "a person does it: there is no command")

    def _with_text(self, text: str, block: str) -> None:
        """Work that is about a text which is no command: a person has both."""
        self.context = []
        title = phrases.title_of(text) or phrases.title_of(self.section) or "By hand"
        why = "it is about a text that is no command"
        step = self._add(manual(title, "", block))
        step.keys["message"] = self._told(text) or why
        self.runbook.tell("manual", step.name, why)

    def _title_beside(self, text: str, commands: str) -> str:
        """A name for commands within a sentence: what stands beside them, where that is one."""
        title = phrases.title_of(re.sub(r":?\s*`[^`]*`", "", text))
        if title and not re.match(
            r"(?i)(?:is|are|shows?|returns?|gives?|should|must|run|use|with)\b", title
        ):
            return title
        return _name_of_work(commands) or title or "Run"

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
        if self.kind in phrases.NO_WORK or not self.runbook.steps:
            return
        for text in texts:
            if phrases.pause_in(text) or (
                phrases.orders_work(plain(text)) and raw(text) not in self.description
            ):
                self._by_hand(text)
            elif self.last is not None and _CAUTION.search(plain(text)):
                told = [self.last.keys.get("description", ""), self._told(text)]
                self.last.keys = {**self.last.keys, "description": "\n".join(filter(None, told))}
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

    def _name(self, text: str, commands: str = "") -> str:
        """A step's name: what the text before says, the section, or what the commands do."""
        section = phrases.title_of(self.section)
        is_first = self.last is None and not self.condition
        usual = section or phrases.title_of(text) or phrases.title_of(self.title)
        leads = plain(text).endswith(":")
        if not text or (section and not leads and not phrases.until_of(text)):
            # A sentence that does not lead to the commands is about something else.
            is_short = bool(text) and len(plain(text)) <= 30
            own = phrases.title_of(text) if is_short and not _WARNING.search(plain(text)) else ""
            return own or (usual if is_first else _name_of_work(commands) or usual)
        if section and is_first and len(plain(text)) > 60:
            return section
        words = _WARNING.sub("", plain(text)).strip()
        if not words:
            return usual
        sentence = re.split(r"(?<=[.!?])\s+", words)[-1 if leads else 0]
        sentence = re.sub(r"(?i)^(?:if|when)\b[^,]*,\s*", "", sentence)
        sentence = re.sub(r"(?i)^(?:first|then|next|now|finally|afterwards)[ ,]+", "", sentence)
        if section and phrases.until_of(text) and not sentence.lower().startswith("wait"):
            return section
        return phrases.title_of(sentence) or usual

    def _commands(self, commands: str, name: str, text: str) -> None:
        """Commands as steps: those that only look together, each that changes something alone."""
        self.context = []
        if self.kind == "rollback":
            self._back(commands, text)
            return
        groups = _grouped(commands)
        if not groups:
            return
        for found in _SET.finditer(commands):
            if not SECRET_NAME.search(found["name"]):
                self.given[found["name"]] = {"default": raw(found["value"].strip("'\""))}
        why = judging.by_hand(commands) or judging.unsafe_removal(
            commands, frozenset(self.runbook.vars)
        )
        if why:
            step = self._add(by_hand(name or "By hand", why, commands))
            self.runbook.tell("manual", step.name, why)
            return
        for at, group in enumerate(groups):
            own = name if at == 0 else _name_of_work(group)
            self.last = self._command(group, own or name or "Run", text)

    def _command(self, commands: str, name: str, text: str) -> NewStep:
        watched = _WATCH.match(commands)
        commands = watched["command"] if watched else commands
        found = filled(commands, self.facts)
        self._use(found.names)
        changes = judging.changes(found.script) or phrases.is_dangerous(self.section, text)
        asked = request_of(found.script)
        if asked is not None:
            step = NewStep(name, "http", asked, original=commands)
            changes = changes or may_change(asked)
        else:
            step = self._each(found.script, name) or NewStep(
                name, "shell", {"run": self._script(found.script)}, original=commands
            )
        until = phrases.until_of(text)
        if until:
            for fact in self.known_facts:
                until = until.replace(literal(fact.value), fact.expression)
            step.keys["poll"] = {
                "interval": f"{watched['seconds'] or 2}s" if watched else "10s",
                "timeout": phrases.time_in(self.section) or "10m",
                "until": until,
            }
            self.runbook.tell("changed", name, "what the page repeats until it is so is a poll")
        elif watched:
            self.runbook.tell("changed", name, "watch never ends: it looks once")
        if changes:
            step.keys |= {"confirm": self._question(name, text), "danger": True}
        self._add(step)
        self.runbook.tell("kept", step.name, step.kind)
        return step

    def _question(self, name: str, text: str) -> str:
        warning = plain(text) if phrases.is_dangerous(text) else ""
        return raw(f"{name}?" + (f" {warning}" if warning and warning != name else ""))

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
            or not body.named_children
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
        found = filled(client, self.facts)
        self._use(found.names)
        self.client = found.script
        for line in commands.split("\n"):
            secret = re.match(r"\s*export\s+(\w+)=", line)
            if secret and secret[1] in self.runbook.vars:
                self.exports.append(f"export {secret[1]}={{{{ {secret[1]} }}}}")
            elif secret:
                self.exports.append(line.strip())
        self.runbook.tell("changed", client, "no session stays open: each step connects by itself")

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
        found = filled(commands, self.facts)
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


def _grouped(commands: str) -> list[str]:
    """Commands that only look together, and each that changes something by itself."""
    groups: list[tuple[bool, list[str]]] = []
    text, back = marked(commands, _PLACE)
    nodes = list(parsed(text).named_children)
    if any(each.type == "ERROR" for node in nodes for each in walk(node)) or any(
        n.type in ("variable_assignment", "function_definition")
        or text_of(n).startswith(("cd ", "export "))
        for n in nodes
    ):
        return [commands] if nodes else []
    for statement in statements_of(nodes):
        whole = "\n".join([*(f"# {c}" for c in statement.comments), statement.text])
        is_change = judging.changes(statement.text)
        if groups and not is_change and not groups[-1][0]:
            groups[-1][1].append(whole)
        else:
            groups.append((is_change, [whole]))
    return [back("\n".join(lines)) for _, lines in groups]
