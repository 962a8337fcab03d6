"""Warnings about `pup` steps and the credentials of Datadog."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pup_tui.runbook.lint.subject import Finding, Subject
from pup_tui.runbook.model import PupStep
from pup_tui.runbook.pup_words import spelled
from pup_tui.runbook.roles import Role

_PLACES = ("PUP_TUI_DATADOG_URL", "DD_SITE")
_CREDENTIALS = (frozenset({"DD_API_KEY", "DD_APP_KEY"}), frozenset({"DD_ACCESS_TOKEN"}))


def keyless_datadog(subject: Subject) -> Iterator[Finding]:
    """The operator's keys go to the Datadog that is configured, and to no other that a step names."""
    told = set()
    for step in subject.steps:
        if step.kind is not PupStep:
            continue
        env = step.environment(subject.root.get("defaults"))
        if any(env.keys() >= whole for whole in _CREDENTIALS):
            continue
        for name in _PLACES:
            node = env.get(name)
            if node is not None and id(node) not in told:
                told.add(id(node))
                where = (
                    f"`{name}` without keys: where another Datadog is configured `pup` is refused"
                )
                hint = (
                    "set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN, beside it, or leave it out"
                )
                yield Finding(node, where, hint)


def prints_token(subject: Subject) -> Iterator[Finding]:
    """What a step prints is kept of the run and shown."""
    for _, placed in subject.texts_in({Role.SUBCOMMAND}):
        if _asks_token(spelled(placed.node.text)):
            told = "this prints the token of the session, which is kept with the output of the run"
            yield Finding(
                placed.node,
                told,
                "let a variable of type secret have it: `from: 'command: pup auth token'`",
            )


def _asks_token(words: list[str]) -> bool:
    """Whether words are `auth token`, with flags before it and their values."""
    for number, (before, word) in enumerate(pairwise(words)):
        if (before, word) == ("auth", "token"):
            flags = ["", *words[:number]]
            return all(
                b.startswith("-") or a.startswith("-") or b == "pup" for a, b in pairwise(flags)
            )
    return False
