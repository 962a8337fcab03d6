"""Step templates: `template: NAME` fills a step from `_templates/NAME.yaml`."""

from __future__ import annotations

from pathlib import Path

from pup_tui.runbook import later, yaml
from pup_tui.runbook.files import SUFFIXES, TEMPLATES, Files, Unreadable
from pup_tui.runbook.nodes import Entry, Mapping, Node, Scalar, Unusable, described, shown
from pup_tui.runbook.report import Report, listed

_KEY = "template"
_MERGED = frozenset({"headers", "env", "inputs"})
_IGNORED = frozenset({"name"})


class StepTemplates:
    """Fills steps; `used` are the bytes of every template that was read, by relative name.

    What all steps take from templates counts against the same limits as the file itself, or a small file
    could stand for a huge one.
    """

    def __init__(self, files: Files, directory: Path, report: Report) -> None:
        self._files = files
        self._directory = directory
        self._report = report
        self._read: dict[str, Mapping | None] = {}
        self._nodes = 0
        self.used: dict[str, bytes] = {}

    def fill(self, step: Node) -> Node:
        """The step with its template's keys; `Unusable` where the template cannot be used."""
        if not isinstance(step, Mapping) or _KEY not in step.entries:
            return step
        named = step.entries[_KEY].value
        template = self._named(named)
        refused = Unusable(step.source, step.line, step.column)
        if template is None:
            return refused
        self._nodes += template.size
        if self._nodes > yaml.MAX_NODES:
            told = f"with their templates the steps have more than {yaml.MAX_NODES:,} nodes"
            self._report.error(named, told)
            return refused
        return _filled(step, template)

    def _named(self, named: Node) -> Mapping | None:
        if not isinstance(named, Scalar) or not _is_name(named.text):
            told = named.text if isinstance(named, Scalar) else described(named)
            self._report.error(
                named,
                f"{shown(told)} is not the name of a step template",
                f"a name stands for the file {TEMPLATES}/NAME.yaml beside the runbook",
            )
            return None
        if named.text not in self._read:
            self._read[named.text] = self._load(named)
        return self._read[named.text]

    def _load(self, named: Scalar) -> Mapping | None:
        for suffix in SUFFIXES:
            name = f"{TEMPLATES}/{named.text}{suffix}"
            try:
                data = self._files.read(name)
            except Unreadable as error:
                self._report.error(named, f"{name} cannot be read: {error}")
                return None
            if data is not None:
                return self._parsed(name, data, named)
        known = [name.removeprefix(f"{TEMPLATES}/") for name in self._files.names()]
        stems = [name.rsplit(".", 1)[0] for name in known]
        there = f"there is {listed(stems[:20])}" if stems else f"there is no {TEMPLATES} directory"
        told = f"no step template {shown(named.text)}"
        self._report.error(named, told, self._report.suggest(named.text, stems) or there)
        return None

    def _parsed(self, name: str, data: bytes, named: Scalar) -> Mapping | None:
        self.used[name] = data
        path = str(self._directory / name)
        if sum(len(used) for used in self.used.values()) > yaml.MAX_BYTES:
            self._report.error(named, "the step templates together are larger than 1 MiB")
            return None
        root, problems = yaml.parse(data, path)
        for problem in problems:
            self._report.add(problem)
        if root is None:
            return None
        if not isinstance(root, Mapping):
            self._report.error(root, f"a step template must be a map, not {described(root)}")
            return None
        return root if self._is_step(root) else None

    def _is_step(self, root: Mapping) -> bool:
        for key in root.entries.values():
            if key.key.text == _KEY:
                self._report.error(key.key, "a step template cannot use another `template`")
                return False
            if key.key.text in later.GROUP_KEYS:
                told = f"`{key.key.text}`: a group of steps is not supported yet"
                self._report.error(key.key, told)
                return False
        return True


def _is_name(name: str) -> bool:
    parts = name.split("/")
    return (
        len(name) <= 200
        and name.isprintable()
        and "\\" not in name
        and all(part and not part.startswith(".") for part in parts)
    )


def _filled(step: Mapping, template: Mapping) -> Mapping:
    entries: dict[str, Entry] = {}
    for name, entry in step.entries.items():
        given = template.entries.get(name)
        if name == _KEY or entry.value.is_null:
            continue
        if name in _MERGED and given is not None:
            entry = Entry(entry.key, _merged(entry.value, given.value))
        entries[name] = entry
    entries |= {
        name: entry
        for name, entry in template.entries.items()
        if name not in step.entries and name not in _IGNORED and not name.startswith("x-")
    }
    return Mapping(step.source, step.line, step.column, entries)


def _merged(own: Node, given: Node) -> Node:
    if not isinstance(own, Mapping) or not isinstance(given, Mapping):
        return own
    entries = {**given.entries, **own.entries}
    kept = {
        name: entry
        for name, entry in entries.items()
        if not (entry.value.is_null and name in own.entries)
    }
    return Mapping(own.source, own.line, own.column, kept)
