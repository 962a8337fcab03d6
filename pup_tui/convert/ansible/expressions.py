"""Expressions of Ansible as ours: its variables and results by their names here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.pieces import NewValue, Pieces, in_pieces

_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"(?P<string>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|(?P<filter>\|\s*[A-Za-z_][\w.]*)"
    r"|(?P<test>\bis\s+(?:not\s+)?[A-Za-z_]\w*)|(?P<attribute>\.\s*[A-Za-z_]\w*)"
    r"|(?P<keyword>\b[A-Za-z_]\w*\s*=(?!=))|(?P<name>\b[A-Za-z_]\w*)|(?P<other>.)",
    re.DOTALL,
)
_WORDS = frozenset([
    "and", "or", "not", "in", "if", "else", "is", "true", "false", "none", "True", "False",
    "None", "omit",
])  # fmt: skip
_FILTERS = {
    "from_json": "fromjson",
    "to_json": "tojson",
    "to_nice_json": "tojson",
    "quote": "",
    "bool": "",
    "string": "string",
    "basename": "split('/') | last",
    "d": "default",
    "b64encode": "b64encode",
    "b64decode": "b64decode",
}
_KNOWN = frozenset([
    "abs", "capitalize", "count", "default", "first", "flatten", "float", "int", "items", "join",
    "json", "keys", "last", "length", "list", "lower", "map", "max", "min", "reject",
    "rejectattr", "regex_findall", "regex_replace", "regex_search", "replace", "reverse", "round",
    "select", "selectattr", "sort", "split", "string", "sum", "title", "tojson", "trim", "unique",
    "upper", "urlencode", "values", "fromjson", "b64encode", "b64decode",
])  # fmt: skip
_OUTPUT = {
    "stdout": "output",
    "stdout_lines": "lines",
    "stderr": "stderr",
    "rc": "exit_code",
    "status": "status_code",
    "json": "json",
    "content": "output",
}
_ENDED = {
    "failed": "in ['failed', 'warned', 'ignored']",
    "succeeded": "== 'succeeded'",
    "success": "== 'succeeded'",
    "skipped": "== 'skipped'",
    "not failed": "not in ['failed', 'warned', 'ignored']",
    "not skipped": "!= 'skipped'",
}


@dataclass
class PlayNames:
    """What names of a play stand for: variables by their names here, results by the ids of their steps."""

    variables: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    captured: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)

    def expression(self, text: str, *, own: str = "") -> str:
        """An expression in our names; the result called `own` is the attempt's own.

        Raises Inexpressible.
        """
        made: list[str] = []
        tokens = [(str(m.lastgroup), m.group()) for m in _TOKEN.finditer(text.strip())]
        at = 0
        while at < len(tokens):
            kind, token = tokens[at]
            if kind == "filter":
                made.append(_filter(token))
            elif kind == "test":
                made.append(token)
            elif kind == "name" and token not in _WORDS:
                at, said = self._named(tokens, at, own)
                made.append(said)
            else:
                made.append(
                    {"True": "true", "False": "false", "None": "none"}.get(token, token)
                    if kind == "name"
                    else token
                )
            at += 1
        return "".join(made).strip()

    def _named(self, tokens: list[tuple[str, str]], at: int, own: str) -> tuple[int, str]:
        name = tokens[at][1]
        after = [token for token in tokens[at + 1 : at + 5] if token[1].strip()]
        if name in self.results or name == own:
            return self._result(name, tokens, at, own)
        if name in self.items:
            return at, self.items[name]
        if name in self.variables:
            return at, self.variables[name]
        if after and after[0][1] == "(":
            raise Inexpressible(f"{name}(…) is known to Ansible only")
        raise Inexpressible(f"{name} is known to Ansible only")

    def _result(
        self, name: str, tokens: list[tuple[str, str]], at: int, own: str
    ) -> tuple[int, str]:
        following = at + 1
        while following < len(tokens) and not tokens[following][1].strip():
            following += 1
        kind, token = tokens[following] if following < len(tokens) else ("", "")
        if kind == "test":
            ended = _ENDED.get(re.sub(r"^is\s+", "", re.sub(r"\s+", " ", token)))
            if ended is None:
                raise Inexpressible(
                    f"{name} {token}: whether something changed is known to Ansible only"
                )
            return following, f"steps.{self.results[name]}.outcome {ended}"
        field_name = token.lstrip(". ") if kind == "attribute" else ""
        if field_name == "stat" and name in self.results:
            return following + 1, f"steps.{self.results[name]}.exit_code == 0"
        if field_name not in _OUTPUT:
            raise Inexpressible(f"{name}.{field_name} is known to Ansible only")
        if name == own:
            value = _OUTPUT[field_name]
            return following, "(output | trim)" if value == "output" else value
        if field_name == "stdout" and name in self.captured:
            return following, self.captured[name]
        return following, f"steps.{self.results[name]}.{_OUTPUT[field_name]}"

    def pieces(self, text: str) -> Pieces:
        """A text with its templates."""
        return in_pieces(_TEMPLATE, text, lambda found: NewValue(self.expression(found[1])))


def _filter(token: str) -> str:
    name = token.lstrip("| ").rsplit(".", 1)[-1]
    if name in _FILTERS:
        return f"| {_FILTERS[name]}" if _FILTERS[name] else ""
    if name not in _KNOWN:
        raise Inexpressible(f"the filter {name} is known to Ansible only")
    return token
