"""Whether a step changes anything outside or on this machine, as far as its texts tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pup_tui.catalog.known_pup import KnownPup, program_for
from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.looking import why_it_changes
from pup_tui.runbook.model import Defaults, Step
from pup_tui.runbook.pup_words import spelled, words_of
from pup_tui.runbook.roles import Role
from pup_tui.runbook.texts import texts_of

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_SAYS = frozenset({Role.URL, Role.QUERY, Role.HEADER})
_OF_PUP = ("DD_", "PUP_")
"""How variables begin that choose what `pup` asks, and not what runs."""

_ENDS = late_pattern(r"[/:]")

_WORDS = {True: "changes", False: "reads", None: "may change"}


def effect_word(step: Step, changes: bool | None) -> str:
    """What a step does outside in a word, by what `mutates` tells of it: it `reads`, `changes`, `may change`
    where nobody can tell, or `destroys` where its author says that it is dangerous. One that only asks
    somebody `asks`.
    """
    if step.is_question:
        return "asks"
    return "destroys" if step.danger else _WORDS[changes]


def mutates(step: Step, *, is_believed: bool = False) -> bool | None:
    """True if the step changes something, False if it only looks, None if that cannot be told.

    Its `read_only: true` counts only where its file `is_believed` (`Loaded.is_believed`) and nothing speaks
    against it. A block changes something if one of its steps does, or if it is an action that says so.
    """
    if step.says_it_changes:
        found: bool | None = True
    elif step.is_block:
        inside = {mutates(child, is_believed=is_believed) for child in step.inside}
        found = True if True in inside else None if None in inside else False
    elif step.read_only and is_believed and not why_it_changes(step, KnownPup()):
        found = False
    else:
        found = _by_kind(step)
    if step.danger and not step.is_question:
        return True
    return found or None if step.read_only is False else found


class HasStep(Protocol):
    """A node of a program: `core.program.Node`, as far as it matters here."""

    @property
    def id(self) -> str: ...

    @property
    def step(self) -> Step: ...
    @property
    def defaults(self) -> Defaults: ...


class HasNodes(Protocol):
    """A program: `core.program.Program`, as far as it matters here."""

    @property
    def by_id(self) -> Mapping[str, HasStep]: ...


def may_change(program: HasNodes, *, is_believed: bool) -> tuple[str, ...]:
    """The steps of a program, by id and without blocks, of which it is not known that they only look."""
    return tuple(
        node.id
        for node in program.by_id.values()
        if not node.step.is_block and not _only_looks(program, node, is_believed=is_believed)
    )


def _only_looks(program: HasNodes, node: HasStep, *, is_believed: bool) -> bool:
    """Whether it is known that a step only looks.

    A subcommand that looks does so where the operator's own `pup` runs it: `env`, of the step or of what is
    around it, may choose another program, or what that one loads.
    """
    step = node.step
    if mutates(step, is_believed=is_believed) is not False:
        return False
    is_ours = all(name.startswith(_OF_PUP) for name in written_env(program, node))
    return is_ours or not subcommand_of(step) or (is_believed and step.read_only is True)


def written_env(program: HasNodes, node: HasStep) -> dict[str, str]:
    """`env` of a step as it is written, with that of the defaults and of what stands around it."""
    env = dict(node.defaults.env)
    for end in (*(found.start() for found in _ENDS.finditer(node.id)), len(node.id)):
        around = program.by_id.get(node.id[:end])
        env |= around.step.env if around is not None else {}
    return env


def subcommand_of(step: Step) -> str:
    """The subcommand of `pup` that a step runs, as its author wrote it; blank for any other step."""
    return next((text.source for text in texts_of(step) if text.role is Role.SUBCOMMAND), "")


def program_needed(step: Step) -> str:
    """The program without which a step cannot run: `pup` or an extension of it; blank for most steps."""
    source = subcommand_of(step)
    return program_for(words_of(source)) if source else ""


def _by_kind(step: Step) -> bool | None:
    texts = [*texts_of(step)]
    if any(text.role is Role.WRITTEN_FILE for text in texts):
        return True
    for text in texts:
        if text.role is Role.METHOD:
            return None if "{" in text.source else _of_request(step, text.source.upper())
        if text.role is Role.SUBCOMMAND:
            return KnownPup().changes(spelled(text.source))
    return step.mutates


def _of_request(step: Step, method: str) -> bool | None:
    """What a request does by its method; None where something else may say another one."""
    from pup_tui.datadog.overrides import overrides_method

    if method not in _HARMLESS:
        return True
    said = (
        part for text in texts_of(step) if text.role in _SAYS for part in (*text.path, text.source)
    )
    return None if any(overrides_method(part) for part in said if isinstance(part, str)) else False
