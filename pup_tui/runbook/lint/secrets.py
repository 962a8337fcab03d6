"""Warnings about secrets that stand in the file, where everybody who reads it reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pup_tui.runbook.lint.subject import Finding, Subject, entries_of
from pup_tui.runbook.nodes import GroupCall, Mapping, Scalar, YamlNode, scalars_of, shown
from pup_tui.runbook.roles import Role
from pup_tui.runbook.variables.rules import default_texts

_HINT = "declare a variable of type secret and use {{ NAME }}"

_TOKEN = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40}|glpat-[\w-]{20}|(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|xox[abeoprs]-[\w-]{10}|xapp-[0-9]-[\w-]{10}|[sr]k_live_\w{16}|AIza[\w-]{35}"
    r"|npm_[A-Za-z0-9]{36}|SG\.[\w-]{22}\.[\w-]{43}|ddapi?_?key=[0-9a-f]{32}"
    r"|eyJ[\w-]{10,60}\.eyJ[\w-]{10}|(?:Bearer|Basic) [A-Za-z0-9._~+/-]{20})"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----|https://hooks\.slack\.com/services/T\w+/B\w+/\w+"
)
_NAMES = r"(?:token|secret|passw(?:or)?d|pwd|(?:api|app|application|private|access)[_-]?key)"
_SECRET_NAME = re.compile(rf"(?:^|[a-z0-9_-]){_NAMES}$", re.IGNORECASE)
_ARGUMENT = re.compile(rf"{_NAMES}(?:=|[ \t]+)['\"]?(?P<value>[^\s'\"]+)", re.IGNORECASE)
_KEY = re.compile(r"[0-9a-fA-F]{32}(?:[0-9a-fA-F]{8})?")
_PLACEHOLDER = re.compile(r"\{[{%]|^[./$~@<-]|^(?:env|file|keyring|command):|^\*+$|^x+$", re.I)
_LONG = 6
"""Characters from which on a text may be a secret that matters."""

_LOOKED_AT = 20_000
"""Characters of a script; words are tried in many ways, and a hostile script is long."""


def literal_secret(subject: Subject) -> Iterator[Finding]:
    """A secret in a file is read by everybody who reads the file."""
    taken = [node for params in _taken(subject) for node in scalars_of(params)]
    for node in {id(node): node for node in (*subject.scalars, *taken)}.values():
        if _TOKEN.search(node.text):
            yield Finding(node, "this looks like a secret", _HINT)
    yield from _variables(subject)
    for placed in subject.texts:
        named = placed.path[-1]
        if isinstance(named, str) and _is_written_secret(named, placed.node):
            yield Finding(placed.node, f"{shown(named)} is written in the file", _HINT)
    for _, placed in subject.commands:
        yield from _in_words(placed.node)
    yield from _targets(subject)


def _variables(subject: Subject) -> Iterator[Finding]:
    variables = [subject.root.get("vars"), *(s.node.get("vars") for s in subject.steps if s.asked)]
    variables += _taken(subject)
    found = {id(entry.value): entry for node in variables for entry in entries_of(node)}
    for entry in found.values():
        given = entry.value
        is_secret = isinstance(given, Mapping) and given.text("type") == "secret"
        for _, default in default_texts(given):
            if "{{" in default.text or not default.text:
                continue
            if is_secret or _is_written_secret(entry.key.text, default):
                told = "the default of a secret is written in the file"
                yield Finding(default, told, "leave it out, or say where it comes from with `from`")


def _taken(subject: Subject) -> list[YamlNode]:
    """What the groups take that steps call: of an action that are its integration's settings as well."""
    calls = (step.node.call for step in subject.steps if isinstance(step.node, GroupCall))
    return [params for call in calls if (params := call.get("params")) is not None]


def _in_words(script: Scalar) -> Iterator[Finding]:
    """`--api-key VALUE` and `PASSWORD=VALUE` in a script or a list of arguments."""
    if _TOKEN.search(script.text):
        return
    for found in _ARGUMENT.finditer(script.text[:_LOOKED_AT]):
        value = found["value"]
        named_by_equals = "=" in found.group()[: found.start("value") - found.start()]
        if _PLACEHOLDER.search(value) or "$" in value or "`" in value:
            continue
        if _KEY.fullmatch(value) or (named_by_equals and _is_random(value)):
            yield Finding(script, "a secret is written in the command", _HINT)
            return


def _targets(subject: Subject) -> Iterator[Finding]:
    """The tokens in an Apprise URL."""
    for placed in subject.texts:
        if placed.role is not Role.TARGET or _TOKEN.search(placed.node.text):
            continue
        _, _, rest = placed.node.text.partition("://")
        parts = [part for part in re.split(r"[/?&=@:]", rest) if "{" not in part]
        if any(len(part) >= 8 and _is_random(part) for part in parts) or _has_password(rest):
            told = "the address holds what looks like a token"
            yield Finding(placed.node, told, _HINT)


def _has_password(rest: str) -> bool:
    """Whether `user:password@` stands before a host."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    password = authority.rpartition("@")[0].partition(":")[2]
    return bool(password) and "{{" not in password


def password_in_url(subject: Subject) -> Iterator[Finding]:
    """A URL is shown and logged by everybody who passes it on."""
    for placed in subject.texts:
        if placed.role is Role.URL and _has_password(placed.node.text.partition("://")[2]):
            hint = "send it in an Authorization header, from a variable of type secret"
            yield Finding(placed.node, "the URL holds a password", hint)


def _is_random(text: str) -> bool:
    """Whether a word looks made by a machine: letters and digits mixed, and no host or version."""
    return (
        re.fullmatch(r"[A-Za-z0-9_+/~-]{8,}=*", text) is not None
        and sum(c.isdigit() for c in text) >= 2
        and sum(c.isalpha() for c in text) >= 4
    )


def _is_written_secret(key: str, value: YamlNode) -> bool:
    return (
        isinstance(value, Scalar)
        and _SECRET_NAME.search(key[-60:]) is not None
        and len(value.text) >= _LONG
        and _PLACEHOLDER.search(value.text) is None
        and _TOKEN.search(value.text) is None
    )
