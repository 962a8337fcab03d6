"""Warnings: what is allowed in a runbook and yet probably not meant, or not wise.

Each rule is a function over the whole file that yields what it finds; `RULES` is the registry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pup_tui.runbook.nodes import Entry, Mapping, Node, Scalar, Sequence, shown
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import Report
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.errors import TemplateError
from pup_tui.template.text import compile_text

MAX_WARNINGS = 50


@dataclass
class Subject:
    """A runbook's tree with its step templates filled in."""

    root: Mapping
    stem: str
    steps: list[StepDraft]
    texts: list[PlacedText]

    @cached_property
    def scalars(self) -> list[Scalar]:
        """Every text of the file, keys too, each once."""
        return list(_scalars(self.root))


@dataclass(slots=True)
class Finding:
    node: Node
    message: str
    hint: str = ""


Rule = Callable[[Subject], Iterator[Finding]]


def lint(subject: Subject, report: Report) -> None:
    """Add the warnings of every rule to the report."""
    for code, rule in RULES.items():
        for count, found in enumerate(rule(subject)):
            if count == MAX_WARNINGS:
                break
            report.add(
                Problem(
                    path=found.node.source.path,
                    line=found.node.line,
                    column=found.node.column,
                    message=found.message,
                    hint=found.hint,
                    severity="warning",
                    code=code,
                )
            )


def name_differs(subject: Subject) -> Iterator[Finding]:
    """`list` and `run` go by the file's name: another name inside it misleads."""
    name = subject.root.get("name")
    if isinstance(name, Scalar) and _folded(name.text) != _folded(subject.stem):
        told = f"the name {shown(name.text)} differs from the file's name {shown(subject.stem)}"
        yield Finding(name, told, "the runbook is run by the file's name")


def assert_without_condition(subject: Subject) -> Iterator[Finding]:
    """A message alone checks nothing."""
    for step in subject.steps:
        given = step.node.get("assert")
        for item in given.items if isinstance(given, Sequence) else [given]:
            if isinstance(item, Mapping) and not (item.get("that") or item.get("empty")):
                hint = "add `empty` or `that`; a message alone is a reminder"
                yield Finding(item, "this assert has no condition", hint)


def raw_in_shell(subject: Subject) -> Iterator[Finding]:
    """`raw` puts a value into a script as code."""
    for placed in subject.texts:
        if placed.role != "shell" or "raw" not in placed.node.text:
            continue
        try:
            outputs = compile_text(placed.node.text).outputs
        except TemplateError:
            continue
        if any("raw" in output.expression.filters for output in outputs):
            hint = "leave `| raw` out: a value then reaches the script as data"
            yield Finding(placed.node, "`| raw` makes a value part of the script", hint)


def verify_off(subject: Subject) -> Iterator[Finding]:
    """Without verification anybody on the way can read and change a request."""
    for step in subject.steps:
        value = step.node.get("verify")
        if isinstance(value, Scalar) and value.text.lower() == "false":
            told = "`verify: false` turns the check of the server's certificate off"
            yield Finding(value, told, "let SSL_CERT_FILE name your own authority instead")


def password_in_url(subject: Subject) -> Iterator[Finding]:
    """A URL is shown and logged by everybody who passes it on."""
    for placed in subject.texts:
        if placed.role == "url" and _has_password(placed.node.text):
            hint = "send it in an Authorization header, from a variable of type secret"
            yield Finding(placed.node, "the URL holds a password", hint)


def hidden_characters(subject: Subject) -> Iterator[Finding]:
    """Bidirectional and invisible characters make a text look like another one."""
    for node in subject.scalars:
        found = _HIDDEN.search(node.text)
        if found:
            told = f"invisible character U+{ord(found.group()):04X}"
            yield Finding(node, told, "remove it: the text may not be what it looks like")


def mixed_scripts(subject: Subject) -> Iterator[Finding]:
    """A word of two alphabets looks like another word."""
    names = [entry.key for entry in _entries(subject.root.get("vars"))]
    for node in [*names, *_names(subject)]:
        for word in re.findall(r"\w+", node.text[:200]):
            if not word.isascii() and len(_LOOKALIKE & _scripts(word)) > 1:
                told = f"{shown(word)} mixes letters of several alphabets"
                yield Finding(node, told, "type it again in one alphabet")
                break


def literal_secret(subject: Subject) -> Iterator[Finding]:
    """A secret in a file is read by everybody who reads the file."""
    hint = "declare a variable of type secret and use {{ NAME }}"
    for node in subject.scalars:
        if _TOKEN.search(node.text):
            yield Finding(node, "this looks like a secret", hint)
    for entry in _entries(subject.root.get("vars")):
        if isinstance(entry.value, Mapping) and entry.value.text("type") == "secret":
            default = entry.value.get("default")
            if isinstance(default, Scalar) and "{{" not in default.text:
                yield Finding(default, "the default of a secret is written in the file", hint)
    for step in subject.steps:
        for entry in [*_entries(step.node.get("env")), *_entries(step.node.get("headers"))]:
            if _is_written_secret(entry.key, entry.value):
                yield Finding(entry.value, f"{shown(entry.key.text)} is written in the file", hint)


RULES: dict[str, Rule] = {
    "name-differs": name_differs,
    "assert-without-condition": assert_without_condition,
    "raw-in-shell": raw_in_shell,
    "verify-off": verify_off,
    "password-in-url": password_in_url,
    "hidden-characters": hidden_characters,
    "mixed-scripts": mixed_scripts,
    "literal-secret": literal_secret,
}

_HIDDEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LOOKALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
_TOKEN = re.compile(
    r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{40}|\bglpat-[\w-]{20}|\bAKIA[0-9A-Z]{16}\b"
    r"|\bxox[abprs]-[\w-]{10}|\bsk_live_\w{16}|\bAIza[\w-]{35}|\bddapi?_?key=[0-9a-f]{32}"
    r"|\beyJ[\w-]{10,60}\.eyJ[\w-]{10}|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"
    r"|\bBearer [A-Za-z0-9._~+/-]{20}"
)
_SECRET_NAME = re.compile(
    r"(?:^|[_-])(?:token|secret|password|passwd|api[_-]?key|application[_-]key|private[_-]?key)$",
    re.IGNORECASE,
)


def _has_password(url: str) -> bool:
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    password = authority.rpartition("@")[0].partition(":")[2]
    return bool(password) and "{{" not in password


def _is_written_secret(key: Scalar, value: Node) -> bool:
    return (
        isinstance(value, Scalar)
        and _SECRET_NAME.search(key.text[-60:]) is not None
        and len(value.text) >= 6
        and not re.search(r"\{[{%]|^[./$~]", value.text)
        and _TOKEN.search(value.text) is None
    )


def _names(subject: Subject) -> Iterator[Scalar]:
    for step in subject.steps:
        name = step.node.get("name")
        if isinstance(name, Scalar):
            yield name


def _entries(node: Node | None) -> list[Entry]:
    return list(node.entries.values()) if isinstance(node, Mapping) else []


def _scripts(word: str) -> frozenset[str]:
    return frozenset(unicodedata.name(c, "?").split(" ")[0] for c in word if c.isalpha())


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _scalars(root: Node) -> Iterator[Scalar]:
    """Every text of the tree, each once, in the order of the file."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            waiting.extend(reversed(node.items))
        elif isinstance(node, Mapping):
            for entry in reversed(node.entries.values()):
                waiting += (entry.value, entry.key)
