"""Which credentials an integration reads, and where it sends them, as far as its steps tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from pup_tui.integrations.library import InstalledIntegration
from pup_tui.runbook.actions import authority_of
from pup_tui.runbook.model import Runbook, Step
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.roles import Role
from pup_tui.runbook.texts import interpreter_at, texts_of
from pup_tui.template.shell.tools import tools_of_script

_NAME = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)[^}]*\}\}")


class SentCredential(Struct, frozen=True, kw_only=True):
    """A secret setting: its name, the places where it is looked for, and who gets it, in words."""

    name: str
    places: tuple[str, ...]
    to: tuple[str, ...]


def credentials_sent(found: InstalledIntegration, calls: Runbook) -> Iterator[SentCredential]:
    """Each secret setting; `calls` is a runbook that calls every action (`calling.calling_all`)."""
    assert found.said is not None
    settings = found.said.settings
    leaves = list(_leaves(calls.steps))
    for name, setting in settings.items():
        if setting.is_secret:
            word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
            holding = (
                step for step in leaves if any(word.search(t.source) for t in texts_of(step))
            )
            to = dict.fromkeys(place for step in holding for place in _places(step, settings))
            yield SentCredential(name=name, places=setting.places, to=tuple(to))


def _leaves(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps that do something, and those that take back."""
    for step in steps:
        if step.is_block:
            yield from _leaves(step.inside)
        else:
            yield step
        if step.undo is not None:
            yield from _leaves([step.undo])


def _places(step: Step, settings: Mapping[str, Variable]) -> Iterator[str]:
    """Where what stands in a step goes."""
    for text in texts_of(step):
        if text.role in (Role.URL, Role.DATABASE):
            yield _told_address(authority_of(text.source), settings)
        elif text.role in (Role.SCRIPT, Role.INPUT_SCRIPT):
            for tool in tools_of_script(text.source, interpreter_at(step).name):
                yield f"the program {tool}"
        elif text.role is Role.SUBCOMMAND:
            yield "the program pup"
        elif text.role is Role.TARGET:
            yield text.source


def _told_address(authority: str, settings: Mapping[str, Variable]) -> str:
    """A place with what the settings in it are."""

    def told(found: re.Match[str]) -> str:
        setting = settings.get(found[1])
        if setting is None:
            return found[0]
        usual = str(setting.default) if setting.has_default else f"what {found[1]} says"
        places = f", or where {' or '.join(setting.places)} leads" if setting.places else ""
        return f"{usual}{places}"

    return _NAME.sub(told, authority)
