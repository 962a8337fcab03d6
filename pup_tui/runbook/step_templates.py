"""What a `template` names: a single step that fills others, or a group of steps that is called.

It is a file in `_templates`, or an action of an integration, which is a group.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from typing import Any

from msgspec import Struct

from pup_tui.runbook.actions import Actions
from pup_tui.runbook.allowed import fields_of, keys_of_steps
from pup_tui.runbook.files import TEMPLATES
from pup_tui.runbook.nodes import (
    GroupCall,
    Mapping,
    Scalar,
    Sequence,
    YamlEntry,
    YamlNode,
    described,
    plain,
    shown,
)
from pup_tui.runbook.report import Report, listed
from pup_tui.runbook.runbook_files import RunbookFiles, is_name
from pup_tui.runbook.shapes import NOTE_PREFIX
from pup_tui.runbook.steps import KINDS

KEY = "template"
GROUP_KEYS = frozenset({"description", "params", "steps", "outputs"})
"""Keys of a file that is a group of steps."""

_MERGED = frozenset({"headers", "env", "inputs"})
_IGNORED = frozenset({"name"})


class Template(Struct, frozen=True):
    """What can be used. It is a group where it has `steps` and no `kind`.

    Of an action it has what a step knows of that, as plain data.
    """

    key: str
    name: str
    root: Mapping
    is_group: bool
    action: MappingOf[str, Any] | None = None


class Templates:
    """Finds the templates that steps name; each file is read and judged once.

    `imports` are the names that may be found in a pack.
    """

    def __init__(self, library: RunbookFiles, imports: Iterable[str], report: Report) -> None:
        self._library = library
        self._imports = frozenset(imports)
        self._report = report
        self._judged: dict[str, Template | None] = {}
        self._actions = Actions(library, report)
        self._missing: set[tuple[int, str]] = set()

    def named(self, named: YamlNode) -> Template | None:
        """The template that `named` means; None after a report."""
        if not isinstance(named, Scalar) or not is_name(named.text, folders=True):
            told = named.text if isinstance(named, Scalar) else described(named)
            self._report.error(
                named,
                f"{shown(told)} is not the name of a step template",
                f"a name stands for the file {TEMPLATES}/NAME.yaml beside the runbook",
            )
            return None
        found = self._library.template(named, imported=named.text in self._imports)
        if found is None:
            return self._action(named)
        if found.key not in self._judged:
            self._judged[found.key] = self._judge(found.key, named.text, found.root)
        return self._judged[found.key]

    def _action(self, named: Scalar) -> Template | None:
        """The action that is meant where no file in `_templates` is."""
        found = self._actions.named(named)
        if found is None:
            self._tell_missing(named)
            return None
        if found.key not in self._judged:
            root, made = found.root, None
            if root is not None and self._is_whole_group(root):
                made = Template(found.key, named.text, root, True, found.facts)
            self._judged[found.key] = made
        return self._judged[found.key]

    def _tell_missing(self, named: Scalar) -> None:
        place = self._library.place_of(named)
        told = f"no step template {shown(named.text)}"
        if named.text in self._imports or (place, named.text) in self._missing:
            self._report.error(named, told, "it is imported and was not found")
            return
        self._missing.add((place, named.text))
        if self._library.is_in_a_pack(named):
            self._report.error(
                named, told + " beside the runbook", f"add it to import: import: [{named.text}]"
            )
            return
        if meant := self._actions.hint(named):
            self._report.error(named, told, meant)
            return
        stems = self._library.template_names(place)
        there = f"there is {listed(stems[:20])}" if stems else f"there is no {TEMPLATES} directory"
        self._report.error(named, told, self._report.suggest(named.text, stems) or there)

    def _judge(self, key: str, name: str, root: YamlNode | None) -> Template | None:
        if root is None:
            return None
        if not isinstance(root, Mapping):
            self._report.error(root, f"a step template must be a map, not {described(root)}")
            return None
        is_group = "steps" in root.entries and "kind" not in root.entries
        judge = self._is_whole_group if is_group else self._is_single_step
        return Template(key, name, root, is_group) if judge(root) else None

    def _is_single_step(self, root: Mapping) -> bool:
        if KEY in root.entries:
            told = "a step template cannot use another `template`"
            hint = "the steps of a group can: write `steps`, and no `kind`"
            self._report.error(root.entries[KEY].key, told, hint)
            return False
        for key in ("params", "outputs", "with"):
            if key in root.entries:
                hint = "a group has `steps` and no `kind`"
                told = f"`{key}` belongs to a group of steps, and this is a single step"
                self._report.error(root.entries[key].key, told, hint)
                return False
        return True

    def _is_whole_group(self, root: Mapping) -> bool:
        unknown = [
            entry.key
            for name, entry in root.entries.items()
            if name not in GROUP_KEYS and not name.startswith(NOTE_PREFIX)
        ]
        self._report.unknown_keys(unknown, GROUP_KEYS, "a group", lambda _: "")
        steps = root.entries["steps"].value
        if isinstance(steps, Sequence) and steps.items:
            return True
        told = f"the `steps` of a group must be a list of steps, not {described(steps)}"
        self._report.error(steps, told, "a group needs at least one step")
        return False


def filled(step: Mapping, template: Mapping) -> Mapping:
    """A step with the keys of a single-step template that it leaves unset.

    `null` in the step clears a key; `headers`, `env` and `inputs` are merged key by key.
    """
    entries: dict[str, YamlEntry] = {}
    kind = step.text("kind") or template.text("kind")
    for name, entry in step.entries.items():
        given = template.entries.get(name)
        if name == KEY or _is_cleared(name, entry, kind):
            continue
        if name in _MERGED and given is not None:
            entry = YamlEntry(entry.key, _merged(entry.value, given.value))
        entries[name] = entry
    entries |= {
        name: entry
        for name, entry in template.entries.items()
        if name not in step.entries and name not in _IGNORED and not name.startswith(NOTE_PREFIX)
    }
    return Mapping(step.source, step.line, step.column, entries)


def _is_cleared(name: str, entry: YamlEntry, kind: str | None) -> bool:
    """Whether a key is there to take back what the template says, and steps of the kind do not have it.

    One that no step has is a mistake.
    """
    known = KINDS.get(kind or "")
    kept = () if known is None else fields_of(known)
    return entry.value.is_null and name in keys_of_steps() and name not in kept


def called(step: Mapping, template: Template, steps: YamlNode) -> GroupCall:
    """A step that stands for a group from a file, whose steps are `steps`."""
    named = step.entries[KEY]
    entries = {
        name: entry
        for name, entry in step.entries.items()
        if name not in (KEY, "kind", "steps") and not _is_cleared(name, entry, "group")
    }
    entries["kind"] = YamlEntry(named.key, plain(named.key, "group"))
    entries["steps"] = YamlEntry(named.key, steps)
    root = template.root
    about = {name: e for name, e in root.entries.items() if name in GROUP_KEYS - {"steps"}}
    call = Mapping(root.source, root.line, root.column, {KEY: named, **about})
    action = None if template.action is None else dict(template.action)
    if action is not None and action["effect"] == "destroy" and "danger" not in step.entries:
        entries["danger"] = YamlEntry(named.key, plain(named.key, "true"))
    return GroupCall(step.source, step.line, step.column, entries, call, action)


def _merged(own: YamlNode, given: YamlNode) -> YamlNode:
    if not isinstance(own, Mapping) or not isinstance(given, Mapping):
        return own
    entries = {**given.entries, **own.entries}
    kept = {
        name: entry
        for name, entry in entries.items()
        if not (entry.value.is_null and name in own.entries)
    }
    return Mapping(own.source, own.line, own.column, kept)
