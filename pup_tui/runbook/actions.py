"""The actions of integrations, as the groups of steps that a `template` calls."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as MappingOf
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.runbook.nodes import (
    Mapping,
    Scalar,
    Sequence,
    YamlEntry,
    YamlNode,
    described,
    plain,
    scalars_of,
    shown,
)
from pup_tui.runbook.report import Report, listed
from pup_tui.runbook.required import check_required
from pup_tui.runbook.runbook_files import RunbookFiles
from pup_tui.runbook.shapes import INVALID, ShapeCheck
from pup_tui.typed import convert

if TYPE_CHECKING:
    from pup_tui.runbook.integration import Integration

_MAX_KEPT = 20_000
"""Nodes of a file of which is kept that it has no errors: its tree stays too, and takes memory."""

_GROUP_KEYS = ("description", "steps", "outputs")
"""Keys of an action that are those of a group."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}\Z")
_TAGS = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class ActionGroup(Struct, frozen=True):
    """An action as a group: its keys, and what a step knows of it; no `root` where it cannot be used."""

    key: str
    root: Mapping | None = None
    facts: MappingOf[str, Any] | None = None


class UsableIntegration(Struct, frozen=True):
    """An integration as its file's tree, and what that says, its actions without their steps."""

    root: Mapping
    said: Integration


class Actions:
    """Finds the actions that steps name; each file is judged once, and each action made a group once."""

    def __init__(self, library: RunbookFiles, report: Report) -> None:
        self._library = library
        self._report = report
        self._usable: dict[str, UsableIntegration | None] = {}
        self._groups: dict[str, ActionGroup] = {}

    def named(self, named: Scalar) -> ActionGroup | None:
        """The action that INTEGRATION/ACTION means; None where there is no such integration."""
        integration, _, action = named.text.partition("/")
        if not action or "/" in action:
            return None
        found = self._library.integration(named, integration)
        if found is None:
            return None
        key = f"{found.key}#{action}"
        if found.key not in self._usable:
            self._usable[found.key] = as_integration(found.root, integration, self._report)
        usable = self._usable[found.key]
        return ActionGroup(key) if usable is None else self._group(key, usable, named, action)

    def hint(self, named: Scalar) -> str:
        """What may be meant by a name that no integration has; blank where it looks like none."""
        integration, slash, action = named.text.partition("/")
        if not slash:
            return ""
        known = self._library.integration_names(self._library.place_of(named))
        near = self._report.suggest(integration, known)
        return near.replace("`?", f"/{action}`?") if near else ""

    def _group(
        self, key: str, usable: UsableIntegration, named: Scalar, action: str
    ) -> ActionGroup:
        root = usable.root
        actions = root.entries["actions"].value
        assert isinstance(actions, Mapping)
        found = actions.get(action)
        if not isinstance(found, Mapping):
            known = [name for name, entry in actions.entries.items() if not entry.value.is_null]
            integration = shown(root.text("integration") or "")
            told = f"the integration {integration} has no action {shown(action)}"
            hint = self._report.suggest(action, known) or f"it has {listed(known)}"
            self._report.error(named, told, hint)
            return ActionGroup(key)
        if key not in self._groups:
            used = _used_settings(root, found)
            facts = _facts(usable, action, found, used)
            self._groups[key] = ActionGroup(key, _as_group(found, used), facts)
        return self._groups[key]


def as_integration(root: YamlNode | None, name: str, report: Report) -> UsableIntegration | None:
    """The integration of a file; None after a report of what is wrong beside its steps.

    `name` is that of the file.
    """
    if root is None:
        return None
    # The tree of a file that many runbooks use is one: it is judged once, unless it has errors to tell.
    known = _without_errors(root, name) if root.size <= _MAX_KEPT else None
    return known or _as_integration(root, name, report)


@lru_cache(maxsize=32)
def _without_errors(root: YamlNode, name: str) -> UsableIntegration | None:
    return _as_integration(root, name, Report())


def _as_integration(root: YamlNode, name: str, report: Report) -> UsableIntegration | None:
    from pup_tui.runbook.integration import Integration

    before = report.errors
    if not isinstance(root, Mapping):
        report.error(root, f"an integration must be a map, not {described(root)}")
        return None
    built = ShapeCheck(report).struct(_without_steps(root), Integration, ())
    if report.errors > before:
        return None
    _check_head(root, name, report)
    check_required(root.get("requires"), report)
    for action in _maps(root, "actions"):
        _check_action(root, action, report)
    # What is invalid without an error here was reported when the file was read.
    if report.errors > before or built is INVALID:
        return None
    return UsableIntegration(root, convert(built, Integration))


def _without_steps(root: Mapping) -> Mapping:
    """The same without the steps of actions, which are judged where they are called."""
    actions = root.get("actions")
    if not isinstance(actions, Mapping):
        return root
    kept = {
        name: YamlEntry(entry.key, _without(entry.value, "steps"))
        for name, entry in actions.entries.items()
    }
    bare = replace(actions, entries=kept)
    entries = {**root.entries, "actions": YamlEntry(root.entries["actions"].key, bare)}
    return replace(root, entries=entries)


def _without(node: YamlNode, key: str) -> YamlNode:
    if not isinstance(node, Mapping) or key not in node.entries:
        return node
    kept = {name: entry for name, entry in node.entries.items() if name != key}
    return replace(node, entries=kept)


def _maps(root: Mapping, key: str) -> Iterator[Mapping]:
    found = root.get(key)
    for entry in found.entries.values() if isinstance(found, Mapping) else ():
        if isinstance(entry.value, Mapping):
            yield entry.value


def _check_head(root: Mapping, name: str, report: Report) -> None:
    given = root.entries["integration"].value
    if not _NAME.match(root.text("integration") or ""):
        hint = "small letters, digits, - and _, beginning with a letter"
        report.error(given, f"{shown(root.text('integration') or '')} cannot be its name", hint)
    elif root.text("integration") != name:
        told = f"the integration of the file {shown(name)} is called otherwise"
        report.error(given, told, f"steps name it by its file: write {shown(name)}")
    actions = root.entries["actions"].value
    assert isinstance(actions, Mapping)
    for action, entry in actions.entries.items():
        if not _NAME.match(action):
            hint = "small letters, digits, - and _, beginning with a letter"
            report.error(entry.key, f"{shown(action)} cannot be the name of an action", hint)
        elif entry.value.is_null:
            report.error(entry.key, f"the action {shown(action)} is empty", "an action has `steps`")
    _check_proving(root, actions, report)


def _check_proving(root: Mapping, actions: Mapping, report: Report) -> None:
    """The action that proves the credentials only looks, and can be called as it is."""
    given = root.get("check")
    if not isinstance(given, Scalar):
        return
    action = actions.get(given.text)
    if not isinstance(action, Mapping):
        hint = report.suggest(given.text, actions.entries) or f"there is {listed(actions.entries)}"
        report.error(given, f"`check` names no action: {shown(given.text)}", hint)
    elif action.text("effect") != "read":
        told = f"`check` names the action {shown(given.text)}, which does not only look"
        report.error(given, told, "name one whose `effect` is `read`")
    else:
        needed = [name for name, entry in _entries(action, "params") if _is_needed(entry.value)]
        if needed:
            told = f"`check` names the action {shown(given.text)}, which needs {listed(needed)}"
            report.error(given, told, "name one that needs no values")


def _check_action(root: Mapping, action: Mapping, report: Report) -> None:
    settings = dict(_entries(root, "settings"))
    for name, entry in _entries(action, "params"):
        if name in settings:
            told = f"{shown(name)} is a setting of the integration, and a value of an action"
            report.error(entry.key, told, "take another name")
    params = dict(_entries(action, "params"))
    for name, entry in _entries(action, "example"):
        if name not in params:
            hint = report.suggest(name, params) or "an example gives values to `params`"
            report.error(entry.key, f"the action takes no {shown(name)}", hint)
    steps = action.get("steps")
    if not isinstance(steps, Sequence) or not steps.items:
        told = "an action has a list of `steps`"
        report.error(action if steps is None else steps, told, "it needs at least one")
        return
    for step in _all_steps(steps):
        _check_address(step, settings, report)
        _check_captured(step, settings, report)
        _check_alone(step, report)
        if action.text("effect") == "read":
            _check_looks(step, report)


def _all_steps(steps: YamlNode | None) -> Iterator[Mapping]:
    """Steps of a list, those inside them, and those that take them back."""
    for step in steps.items if isinstance(steps, Sequence) else ():
        if isinstance(step, Mapping):
            yield step
            yield from _all_steps(step.get("steps"))
            undo = step.get("undo")
            if isinstance(undo, Mapping):
                yield undo
                yield from _all_steps(undo.get("steps"))


def _check_address(step: Mapping, settings: MappingOf[str, YamlEntry], report: Report) -> None:
    """Where a request goes is said by the settings alone: no step that calls sends credentials elsewhere."""
    from pup_tui.runbook.scope import names_in

    url = step.get("url")
    if not isinstance(url, Scalar):
        return
    place = authority_of(url.text) if step.text("kind") == "http" else url.text
    strange = sorted(names_in(place) - settings.keys())
    if strange:
        told = f"{listed(strange)} would choose where the action's requests go"
        report.error_in(url, told, "only `settings` stand there", fragment=strange[0])


def _check_captured(step: Mapping, settings: MappingOf[str, YamlEntry], report: Report) -> None:
    """Nothing that is captured takes the place of a setting: no answer chooses where requests go."""
    whole = step.get("capture")
    captured: dict[str, YamlNode] = {name: entry.key for name, entry in _entries(step, "capture")}
    if isinstance(whole, Scalar):
        captured[whole.text] = whole
    for name in sorted(captured.keys() & settings.keys()):
        told = f"{shown(name)} is a setting of the integration, which no step changes"
        report.error(captured[name], told, "capture it under another name")


def _check_alone(step: Mapping, report: Report) -> None:
    """An action says itself what it does: where its credentials go is told from its file alone."""
    hint = "write those steps here"
    if (called := step.get("template")) is not None:
        report.error(called, "an action calls no group of steps", hint)
    if step.text("kind") == "runbook":
        report.error(step.entries["kind"].value, "an action calls no runbook", hint)


def _check_looks(step: Mapping, report: Report) -> None:
    """No step of an action that only looks says otherwise."""
    told = "the action says that it only looks (`effect: read`), and "
    if step.truth("read_only") is False:
        at = step.entries["read_only"].key
        report.error(at, told + "this step that it may change something", "one of them is wrong")
    if step.get("undo") is not None:
        hint = "leave it out, or write `effect: change`"
        report.error(step.entries["undo"].key, told + "so has nothing to take back", hint)


def authority_of(url: str) -> str:
    """The part of a URL that decides where it leads: all before its path."""
    begin = _SCHEME.match(url)
    rest = url[begin.end() :] if begin else url
    masked = masked_tags(rest)
    end = min((at for at in map(masked.find, "/?#") if at >= 0), default=len(rest))
    return rest[:end]


def masked_tags(text: str) -> str:
    """A text of the same length in which no template says anything."""
    return _TAGS.sub(lambda tag: "x" * len(tag[0]), text)


def _as_group(action: Mapping, used: MappingOf[str, YamlEntry]) -> Mapping:
    """The keys of a group: the settings that the action uses come before what it takes."""
    entries = {key: action.entries[key] for key in _GROUP_KEYS if key in action.entries}
    if action.text("effect") == "read":
        steps = entries["steps"]
        entries["steps"] = YamlEntry(steps.key, _only_looking(steps.value))
    own = action.get("params")
    given = own.entries if isinstance(own, Mapping) else {}
    if used or given:
        at = next(iter({**used, **given}.values())).key
        params = Mapping(at.source, at.line, at.column, {**used, **given})
        key = action.entries["params"].key if "params" in action.entries else at
        entries["params"] = YamlEntry(key, params)
    return replace(action, entries=entries)


def _facts(
    usable: UsableIntegration, name: str, action: Mapping, used: Collection[str]
) -> dict[str, Any]:
    """What the step that calls the action knows of it, as plain data of `CalledAction`."""
    root = usable.root
    return {
        "integration": root.text("integration"),
        "title": root.text("title"),
        "file": root.source.path,
        "action": name,
        "effect": action.text("effect"),
        "settings": list(used),
        "other_settings": [name for name, _ in _entries(root, "settings") if name not in used],
        "check": root.text("check") or "",
        "requires": usable.said.requires,
    }


def _used_settings(root: Mapping, action: Mapping) -> dict[str, YamlEntry]:
    """The settings whose names stand in an action, and those that stand in these: no other is asked for."""
    settings = dict(_entries(root, "settings"))
    used: set[str] = set()
    waiting = _words(entry.value for key, entry in action.entries.items() if key not in _SAID)
    while waiting:
        new = (waiting & settings.keys()) - used
        used |= new
        waiting = _words(settings[name].value for name in new)
    return {name: entry for name, entry in settings.items() if name in used}


_SAID = frozenset({"description", "source", "effect", "verified", "example"})
"""What an action only says."""


def _words(nodes: Iterable[YamlNode]) -> set[str]:
    return {
        word for node in nodes for scalar in scalars_of(node) for word in _WORD.findall(scalar.text)
    }


def _only_looking(steps: YamlNode) -> YamlNode:
    """Steps that only look, unless they say otherwise themselves."""
    if not isinstance(steps, Sequence):
        return steps
    return replace(steps, items=[_looks(step) for step in steps.items])


def _looks(step: YamlNode) -> YamlNode:
    if not isinstance(step, Mapping):
        return step
    entries = dict(step.entries)
    inside = entries.get("steps")
    if inside is not None:
        entries["steps"] = YamlEntry(inside.key, _only_looking(inside.value))
    elif "read_only" not in entries:
        entries["read_only"] = YamlEntry(plain(step, "read_only"), plain(step, "true"))
    return replace(step, entries=entries)


def _entries(node: Mapping, key: str) -> Iterator[tuple[str, YamlEntry]]:
    held = node.get(key)
    if isinstance(held, Mapping):
        yield from held.entries.items()


def _is_needed(variable: YamlNode) -> bool:
    if not isinstance(variable, Mapping):
        return variable.is_null
    has_value = any(variable.get(key) is not None for key in ("default", "from"))
    return not has_value and variable.truth("required") is not False
