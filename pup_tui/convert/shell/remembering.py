"""What a script sets up for all that follows: options, variables, traps, folders, other files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pup_tui.convert.known_programs import KNOWN_PROGRAMS
from pup_tui.convert.pieces import raw
from pup_tui.convert.shell import judging, phrases
from pup_tui.convert.shell.planned import ComingStep, PlanningBase
from pup_tui.convert.shell.reading import (
    ScriptStatement,
    arguments_of,
    command_name,
    parsed,
    statements_of,
    text_of,
    walk,
)
from pup_tui.convert.shell.secrets import holds_secret
from pup_tui.convert.shell.state import ScriptPiece

_QUIET = frozenset(
    {"date", "basename", "dirname", "hostname", "whoami", "id", "pwd", "uname", "mktemp", "cat"}
)
"""What is looked up by the way, and makes no step of its own."""
_CONSTANT = frozenset({"basename", "dirname", "hostname", "whoami", "uname", "pwd"})
_STATE = frozenset({"shopt", "umask", "cd", "ulimit", "alias", "pushd", "popd"})
_PROFILES = re.compile(r"^(?:/etc/profile|/etc/bashrc|~/\.\w+|\$\{?HOME\}?/\.\w+)")


class Remembering(PlanningBase):
    """Statements that make no step, or one that only finds values."""

    def _options(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        if statement.type != "command" or command_name(statement.node) != "set":
            return False
        if re.match(r"set\s+[-+]", statement.text) and "--" not in statement.text:
            if not self.planned and "-" in statement.text:
                self.options = f"{self.options}\n{statement.text}".strip()
            else:
                self.prelude.always.append(statement)
            return True
        return False

    def _state(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        name = command_name(statement.node) if statement.type == "command" else ""
        if name in _STATE:
            if name == "cd":
                self.runbook.tell(
                    "changed",
                    statement.text,
                    "each step behind it begins there, and fails where it cannot",
                )
            self.prelude.always.append(statement)
            return True
        if statement.type == "list" and statement.commands[:1] == ("cd",):
            self.prelude.always.append(statement)
            return True
        if statement.type == "declaration_command" and not any(
            each.type == "command_substitution" for each in walk(statement.node)
        ):
            return self._declared(statement)
        return False

    def _declared(self, statement: ScriptStatement) -> bool:
        named = {
            text_of(n)
            for n in walk(statement.node)
            if n.type == "variable_name"
            and n.parent in (statement.node, *statement.node.named_children)
        }
        if statement.text.startswith("export"):
            self.prelude.exported |= named
            for name in named & set(self.prelude.values):
                self.prelude.values[name] = (
                    f"export {self.prelude.values[name].removeprefix('export ')}"
                )
        for name in named - set(self.prelude.values):
            has_value = name in statement.sets
            if has_value or not statement.text.startswith("export"):
                self.prelude.constants[name] = statement
        return True

    def _trap(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        if statement.type != "command" or command_name(statement.node) != "trap":
            return False
        words = arguments_of(statement.node)
        if len(words) < 2 or text_of(words[0]) in ("-", "''", '""'):
            return True
        signals = {text_of(each) for each in words[1:]}
        handler = text_of(words[0])[1:-1] if text_of(words[0])[0] in "'\"" else text_of(words[0])
        if not signals & {"EXIT", "0", "ERR"}:
            self.runbook.tell("dropped", statement.text, "Ctrl-C runs the cleanup")
            return True
        inner = list(statements_of(list(parsed(handler).named_children)))
        when = "on_failure" if signals == {"ERR"} else "cleanup"
        self._traps.append((inner, when))
        self.runbook.tell("changed", statement.text, f"a step with `when: {when}`")
        return True

    @property
    def _traps(self) -> list[tuple[list[ScriptStatement], str]]:
        return self.__dict__.setdefault("traps", [])  # type: ignore[no-any-return]

    def add_traps(self) -> None:
        """What the script does when it ends."""
        for statements, when in self._traps:
            name = "Clean up" if when == "cleanup" else "Where it failed"
            self.add(ComingStep(ScriptPiece(statements, name), keys={"when": when}))

    def _sourced(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        if statement.type != "command" or command_name(statement.node) not in (".", "source"):
            return False
        words = arguments_of(statement.node)
        file = text_of(words[0]).strip('"') if words else ""
        if _PROFILES.match(file):
            self.runbook.tell("dropped", statement.text, "a run has the operator's own environment")
            return True
        name = file.rstrip('"').rsplit("/", 1)[-1]
        known = {*self.script.functions}
        called = {n for s in (*self.script.statements, *rest) for n in s.commands}
        unknown = sorted(
            n for n in called - known if re.fullmatch(r"[a-z_]+", n) and n not in KNOWN_PROGRAMS
        )
        told = f": {', '.join(unknown)}" if unknown else ""
        why = f"it is not in the source and what it defines is unknown{told}: put it beside the runbook"
        self.runbook.tell("manual", name, why)
        beside = f'"$PUP_TUI_RUNBOOK_DIR/{name}"'
        if re.search(r"\$0|BASH_SOURCE|dirname|PUP_TUI_RUNBOOK_DIR", file) or "/" not in file:
            text = f"[ ! -e {beside} ] || . {beside}"
            (statement,) = statements_of(list(parsed(text).named_children))
        self.prelude.always.append(statement)
        return True

    def _lock(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        opened = re.match(r"exec\s+\d+>+\s*(\S+)", statement.text)
        if opened and any("flock" in each.commands for each in rest):
            stem = (
                opened[1].strip("\"'").rsplit("/", 1)[-1].removesuffix(".lock").removesuffix(".lck")
            )
            self.runbook.lock = phrases.message_of(stem, self.inputs.names)
            return True
        if "flock" in statement.commands and self.runbook.lock:
            self.runbook.tell("dropped", "flock", f"lock: {self.runbook.lock}")
            return True
        return False

    def _assigned(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        if statement.type not in (
            "variable_assignment",
            "variable_assignments",
            "declaration_command",
        ):
            return False
        if statement.sets & self.growing:
            self.pending.append(statement)
            return True
        if self._secret_found(statement, condition):
            return True
        inner = set(statement.commands)
        name = next(iter(sorted(statement.sets)), "")
        if re.fullmatch(rf"{name}=\"?\$\{{{name}\}}\"?", statement.text):
            return True
        looked = self._looked(condition)
        if looked is not None and statement.uses & looked.sets:
            looked.statements.append(statement)
            return True
        if inner <= _CONSTANT and not any(
            n.type == "command_substitution" and "`" in text_of(n) and inner
            for n in walk(statement.node)
        ):
            for each in statement.sets:
                self.prelude.constants[each] = self._after(each, statement)
            return True
        if inner <= _QUIET:
            self.pending.append(statement)
            return True
        if looked is not None:
            looked.statements.append(statement)
            looked.name = phrases.name_from(name.replace("_", " ").lower(), looked.name)
            return True
        before, self.pending = (
            [p for p in self.pending if p.type == "variable_assignment"],
            [p for p in self.pending if p.type != "variable_assignment"],
        )
        named = phrases.name_from(name.replace("_", " ").lower(), "Look")
        self.piece([*before, statement], condition, named, looks_up=True)
        return True

    def _after(self, name: str, statement: ScriptStatement) -> ScriptStatement:
        """What a variable is, once it was set again: an array that has grown, or one after the other."""
        before = self.prelude.constants.get(name)
        grows = statement.text.startswith(f"{name}+=")
        if before is None or not (grows or name in statement.uses):
            return statement
        first = re.fullmatch(rf"{name}=\(([^()$`]*)\)", before.text)
        more = re.fullmatch(rf"{name}\+=\(([^()$`]*)\)", statement.text)
        if first and more:
            text = f"{name}=({' '.join(f'{first[1]} {more[1]}'.split())})"
            return ScriptStatement(parsed(text).named_children[0], before.comments)
        return ScriptStatement(parsed(f"{before.text}\n{statement.text}"), before.comments)

    def _secret_found(self, statement: ScriptStatement, condition: str) -> bool:
        """`PASSWORD=$(vault kv get …)` before anything changes: a secret that this command gives."""
        found = re.fullmatch(r"(?:export )?(\w+)=\"?\$\(([^$`]+)\)\"?", statement.text, re.DOTALL)
        if found is None or condition or not holds_secret(found[1], found[2]):
            return False
        # What the script exports, reads in or changes before, the command may need.
        if self.prelude.exported or self.prelude.always:
            return False
        changed = any(p.piece and judging.changes(p.piece.text) for p in self.planned)
        if changed or set(statement.commands) & self.script.functions.keys():
            return False
        command = " ".join(found[2].replace("\\\n", " ").split())
        given = {"type": "secret", "from": f"command:{raw(command)}"}
        self.names[found[1]] = self.inputs.add(found[1], given)
        if statement.text.startswith("export"):
            self.prelude.exported.add(found[1])
        self.runbook.tell(
            "changed", found[1], "a secret that its command gives when the run begins"
        )
        return True
