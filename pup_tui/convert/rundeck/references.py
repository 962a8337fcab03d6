"""What `${option.x}`, `@option.x@` and their like stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pup_tui.convert.pieces import NewValue, Pieces, in_pieces, literal, template

_NAMED = re.compile(
    r"\$\{(?P<kind>option|data|file|node|job|globals|unquotedoption|server)"
    r"(?:\.(?P<name>[\w.*:-]+))?\}"
    r"|(?P<at>@(?P<kind2>option|data|file|node|job|globals)\.(?P<name2>[\w.-]+)@)"
    r"|(?P<two>@@)"
)
_JOB = {
    **dict.fromkeys(("execid", "executionUUID"), "run.id"),
    **dict.fromkeys(("id", "name", "uuid"), "run.runbook"),
    **dict.fromkeys(("user.name", "username"), "run.operator"),
}


@dataclass
class References:
    """What each reference stands for: options and captured data by names, and the node, if any."""

    options: dict[str, str]
    delimiters: dict[str, str]
    node: str = ""
    data: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def pieces(self, text: str, *, in_script: bool) -> Pieces:
        """A text in pieces; in scripts references stand between `@`, and `@@` is one."""

        def piece_of(found: re.Match[str]) -> str | NewValue:
            if found["two"]:
                return "@" if in_script else found["two"]
            if found["at"] and not in_script:
                return found["at"]
            kind, name = found["kind"] or found["kind2"], found["name"] or found["name2"] or ""
            piece = self._value(kind, name)
            if piece is None:
                self.unknown.add(found.group())
            return found.group() if piece is None else piece

        return in_pieces(_NAMED, text, piece_of)

    def filled(self, text: str, *, in_script: bool = False) -> str:
        """A text with its references as templates."""
        return template(self.pieces(text, in_script=in_script))

    def _value(self, kind: str, name: str) -> NewValue | str | None:
        if kind in ("option", "unquotedoption", "globals"):
            return self._option(name.removesuffix(".value"))
        if kind == "data":
            return NewValue(self.data[name]) if name in self.data else None
        if kind == "file":
            option, _, part = name.partition(".")
            value = self._option(option)
            return (
                NewValue(f"({value.expression}.split('/') | last)")
                if value and part == "fileName"
                else value
            )
        if kind == "node":
            if not self.node or name not in ("name", "hostname"):
                return None
            return self.node.strip("'") if self.node.startswith("'") else NewValue(self.node)
        if kind == "job":
            return NewValue(_JOB[name]) if name in _JOB else None
        return None

    def _option(self, name: str) -> NewValue | None:
        variable = self.options.get(name)
        if variable is None:
            return None
        delimiter = self.delimiters.get(name)
        return NewValue(
            variable if delimiter is None else f"({variable} | join({literal(delimiter)}))"
        )

    def environment(self, script: str) -> dict[str, str]:
        """The variables of the environment that a script reads: `RD_OPTION_X` and their like."""
        made: dict[str, str] = {}
        for name in self.options:
            variable = f"RD_OPTION_{re.sub(r'[^A-Za-z0-9]', '_', name).upper()}"
            if variable in script:
                value = self._option(name)
                assert value is not None
                made[variable] = f"{{{{ {value.expression} }}}}"
        for name, variable in self.data.items():
            if f"RD_DATA_{name.upper()}" in script:
                made[f"RD_DATA_{name.upper()}"] = f"{{{{ {variable} }}}}"
        for name, expression in (
            ("RD_JOB_EXECID", "run.id"),
            ("RD_JOB_NAME", "run.runbook"),
            ("RD_JOB_USERNAME", "run.operator"),
        ):
            if name in script:
                made[name] = f"{{{{ {expression} }}}}"
        return made
