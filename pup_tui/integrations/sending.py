"""Which settings an integration takes from elsewhere, and who gets them, as far as its steps tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from pup_tui.integrations.library import InstalledIntegration
from pup_tui.runbook.actions import authority_of, masked_tags
from pup_tui.runbook.model import GroupStep, Runbook, Step
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.roles import COMMANDS, Role
from pup_tui.runbook.texts import FoundText, interpreter_at, texts_of
from pup_tui.template.shell.tools import tools_of_script

_NAME = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)[^}]*\}\}")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AROUND = frozenset({"env", "host"})
"""Keys of a block that are those of the steps in it."""


class SentSetting(Struct, frozen=True, kw_only=True):
    """What is read somewhere: the places where it is looked for, and who gets it, in words."""

    name: str
    is_secret: bool
    places: tuple[str, ...]
    to: tuple[str, ...]


class _Leaf(Struct, frozen=True):
    """A step that does something, with the texts that count for it."""

    step: Step
    texts: Sequence[FoundText]


def settings_sent(found: InstalledIntegration, calls: Runbook) -> Iterator[SentSetting]:
    """Each setting that is secret or comes from somewhere, but those that only say where requests go, and
    what an action takes from somewhere.

    Any may be a credential: nobody believes what a file says of itself before it is trusted. `calls` is a
    runbook that calls every action (`calling.calling_all`).
    """
    assert found.said is not None
    settings = found.said.settings
    actions = [[*_leaves([step])] for step in calls.steps]
    for name, setting in settings.items():
        yield from _told(name, setting, actions, settings)
    for step, leaves in zip(calls.steps, actions, strict=True):
        params = step.call.params if isinstance(step, GroupStep) and step.call is not None else {}
        for name, param in params.items():
            if name not in settings and param.places:
                yield from _told(name, param, [leaves], settings)


def _told(
    name: str,
    variable: Variable,
    actions: Iterable[Sequence[_Leaf]],
    settings: Mapping[str, Variable],
) -> Iterator[SentSetting]:
    if not variable.is_secret and not variable.places:
        return
    held = _made_of({name}, settings)
    to = dict.fromkeys(at for leaves in actions for at in _sent(held, leaves, settings))
    if variable.is_secret or to:
        # A profile gives accounts by the name of the integration, whoever wrote that.
        places = (*variable.places, *(["a profile"] if name in settings else []))
        yield SentSetting(name=name, is_secret=variable.is_secret, places=places, to=tuple(to))


def _made_of(names: set[str], settings: Mapping[str, Variable]) -> frozenset[str]:
    """These settings, and those whose defaults are made of them: a default sees what stands above it."""
    held = set(names)
    for name, setting in settings.items():
        if any(held & set(_WORD.findall(text)) for text in setting.default_texts):
            held.add(name)
    return frozenset(held)


def _sent(
    held: frozenset[str], leaves: Sequence[_Leaf], settings: Mapping[str, Variable]
) -> Iterator[str]:
    """Who gets one of the names within an action, or what a step that got one has captured."""
    known = held
    for leaf in leaves:
        telling = (text for text in leaf.texts if not _only_leads(text, held))
        if any(known & set(_WORD.findall(text.source)) for text in telling):
            yield from _places(leaf, settings)
            known |= leaf.step.captures.keys()


def _only_leads(text: FoundText, held: frozenset[str]) -> bool:
    """Whether a text is an address whose names only say where it leads."""
    if text.role not in (Role.URL, Role.DATABASE):
        return False
    rest = text.source.replace(_host_of(text.source), "", 1)
    return not held & set(_WORD.findall(rest))


def _leaves(steps: Iterable[Step], around: Sequence[FoundText] = ()) -> Iterator[_Leaf]:
    """The steps that do something, and those that take back, with what blocks around them say."""
    for step in steps:
        own = texts_of(step)
        if step.is_block:
            said = [text for text in own if text.path and text.path[0] in _AROUND]
            yield from _leaves(step.inside, [*said, *around])
        else:
            yield _Leaf(step, [*own, *around])
        if step.undo is not None:
            yield from _leaves([step.undo], around)


def _places(leaf: _Leaf, settings: Mapping[str, Variable]) -> Iterator[str]:
    """Where what stands in a step goes."""
    step, told = leaf.step, 0
    host = next((text.source for text in leaf.texts if text.role is Role.HOST), "")
    there = f" on {_filled(host, settings)}" if host else ""
    for text in leaf.texts:
        for place in _place(text, step, settings, there):
            told += 1
            yield place
    if not told:
        yield f"its step {step.id} ({step.kind}){there}"


def _place(
    text: FoundText, step: Step, settings: Mapping[str, Variable], there: str
) -> Iterator[str]:
    if text.role is Role.URL:
        yield _address(text.source, settings) or "Datadog"
    elif text.role is Role.DATABASE:
        yield f"the database {_address(text.source, settings) or _filled(text.source, settings)}"
    elif text.role in (Role.SCRIPT, Role.INPUT_SCRIPT):
        for tool in tools_of_script(text.source, interpreter_at(step).name):
            yield f"the program {tool}{there}"
    elif text.role is Role.SUBCOMMAND:
        yield "the program pup"
    elif text.role in COMMANDS:
        yield f"the program {interpreter_at(step).name}{there}"
    elif text.role is Role.TARGET:
        yield _filled(text.source, settings)


def _host_of(url: str) -> str:
    authority = authority_of(url)
    return authority[masked_tags(authority).rfind("@") + 1 :]


def _address(url: str, settings: Mapping[str, Variable]) -> str:
    """Where a URL leads, without who is asked to be let in; blank where it names no host.

    A database may be named by the query as well.
    """
    host = _host_of(url)
    query = url.partition("?")[2]
    return _filled(f"{host}?{query}" if "host" in query.lower() else host, settings)


def _filled(text: str, settings: Mapping[str, Variable]) -> str:
    """A text in which the settings are told by where they come from."""

    def told(found: re.Match[str]) -> str:
        setting = settings.get(found[1])
        if setting is None:
            return found[0]
        above = {name: each for name, each in settings.items() if name != found[1]}
        usual = (
            _filled(str(setting.default), above) if setting.has_default else f"what {found[1]} says"
        )
        places = f", or where {' or '.join(setting.places)} leads" if setting.places else ""
        return f"{usual}{places}"

    return _NAME.sub(told, text)
