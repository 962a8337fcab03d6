"""What a page says, and what a step has of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pup_tui.convert.draft import NewRunbook, NewStep
from pup_tui.convert.known_programs import looks_like_command
from pup_tui.convert.markdown import phrases
from pup_tui.convert.markdown.blocks import Page, PageBlock, code_in, links_in, plain
from pup_tui.convert.markdown.commands import commands_in, kind_of
from pup_tui.convert.markdown.facts import PageFact, facts_of, place_of
from pup_tui.convert.naming import StepNames, variable_name
from pup_tui.convert.pieces import raw

_NEVER = re.compile(r"(?i)\b(?:never|do not|don't|not)\b[^.`]{0,30}$")
_MOST_LINKS = 20


_TABLES = re.compile(
    r"(?:sudo )?(?:kubectl|oc|docker|podman|rabbitmqctl|df|du|ps|free|top|uptime|kafka-[\w-]+|systemctl"
    r"|journalctl|ceph|nodetool|patronictl|ss|netstat|iostat|vmstat|curl)\b"
)
_ONE_VALUE = re.compile(r"jsonpath|--query|go-template|custom-columns|--format|-w ")


def _prints_table(run: str) -> bool:
    """Whether the last command of a script is known to print more than a number."""
    last = run.strip().split("\n")[-1]
    return "|" not in last and bool(_TABLES.match(last)) and not _ONE_VALUE.search(last)


class PageWords:
    """The page so far: where it stands, what is known, and what sentences mean."""

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
        self.step_names = StepNames()
        self.always: set[str] = set()
        self.given: dict[str, dict[str, Any]] = {}
        """What commands before have set variables to."""
        self.choices = 0
        self._kinds: list[tuple[int, str]] = []
        self.facts = facts_of(list(self._walked()), list(self._scripts()))

    def _walked(self) -> Iterator[PageBlock]:
        """All blocks of the page, with those inside others."""
        for block in self.page.blocks:
            yield from block.walk()

    @property
    def known_facts(self) -> list[PageFact]:
        """The facts that are variables by now."""
        return [each for each in self.facts if each.name in self.runbook.vars]

    def _scripts(self) -> Iterator[str]:
        """All that the page has as code: commands, and what is told apart from them by its language."""
        for block in self._walked():
            texts = [block.text, *(cell for row in block.rows for cell in row)]
            if block.kind == "code":
                found = commands_in(block.text, block.info)
                yield found.commands if found else f"cat <<'EOF'\n{block.text}\nEOF\n"
            else:
                yield from filter(None, map(self._inline, texts))

    def _blocks(self, blocks: list[PageBlock]) -> None:
        """Go through blocks, in their order."""
        raise NotImplementedError

    def _judged(self, text: str) -> bool:
        """Whether a sentence says what must hold of what the command before printed."""
        step = self.last
        assert step is not None
        limit, expected = phrases.limit_of(text), phrases.expected_of(text)
        if (limit is None and expected is None) or step.kind == "http" or "poll" in step.keys:
            return False
        if _prints_table(str(step.keys.get("run", ""))):
            self._by_hand(text)
            return True
        captured = step.keys.get("capture")
        value = "value"
        for table, where in captured.items() if isinstance(captured, dict) else ():
            if re.search(rf"\b{table}\b", plain(text), re.IGNORECASE):
                value = f"({where})"
        if limit is not None:
            step.keys["assert"] = {
                "that": f"{value} {limit.condition}",
                "message": raw(limit.message),
            }
        else:
            step.keys.setdefault(
                "assert", {"that": f"{value} {expected}", "message": raw(plain(text))}
            )
        self.runbook.tell("changed", step.name, "what the page expects is an assertion")
        return True

    def _by_hand(self, text: str) -> None:
        """Add what a person does."""
        raise NotImplementedError

    def _inline(self, text: str) -> str | None:
        """The commands that stand as code within a sentence."""
        found = []
        for code in code_in(text):
            code = code.replace("\\|", "|")
            before = text[: text.find(f"`{code}")] if f"`{code}" in text else text[: text.find("`")]
            if looks_like_command(code) and len(code.split()) > 1 and not _NEVER.search(before):
                found.append(code)
        return "\n".join(found) or None

    def _given(self, text: str) -> str:
        """What of a text is to be given becomes variables; what a message then says of them."""
        rows = {each.rows[0][0].lower() for each in self._walked() if each.rows and each.rows[0]}
        told = []
        for said in phrases.given_in(text, self.title):
            if said in phrases.CHOSEN and said in map(plain, rows):
                continue
            name = variable_name(said)
            self.runbook.vars.setdefault(name, {"description": raw(plain(text))})
            self.always.add(name)
            told.append(f" {said.capitalize()}: {{{{ {name} }}}}.")
        return "".join(told)

    def _told(self, text: str) -> str:
        """A text of the page with its values."""
        said = raw(text)
        for fact in self.known_facts:
            said = place_of(fact.value).sub(f"{{{{ {fact.expression} }}}}", said)
        return re.sub(
            r"<([A-Za-z][\w-]*)>",
            lambda f: (
                f"{{{{ {variable_name(f[1])} }}}}"
                if variable_name(f[1]) in self.runbook.vars
                else f.group()
            ),
            said,
        )

    def _use(self, names: dict[str, Any]) -> None:
        for name, said in names.items():
            self.runbook.vars.setdefault(name, {**said, **self.given.get(name, {})})
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
                self.runbook.links.append({"title": raw(plain(title)), "url": raw(target)})
