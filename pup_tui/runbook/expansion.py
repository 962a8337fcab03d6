"""The steps of a runbook with everything filled in that their `template`s bring."""

from __future__ import annotations

from msgspec.structs import replace

from pup_tui.runbook.nodes import (
    Mapping,
    Scalar,
    Sequence,
    Unusable,
    YamlEntry,
    YamlNode,
    plain,
    shown,
)
from pup_tui.runbook.report import Report
from pup_tui.runbook.runbook_files import RunbookFiles
from pup_tui.runbook.step_templates import KEY, Template, Templates, called, filled
from pup_tui.runbook.yaml import MAX_DEPTH

MAX_STEPS = 1000
MAX_NESTED_TEMPLATES = 10
MAX_NAME = 200

_STEP_LEVEL = 3
"""The level of an outermost step: in a list, in the map of the file."""

Trail = tuple[str, ...]
"""The files whose templates a step came from, outermost first."""


class Expansion:
    """Walks the steps of one file, nested ones too; `count` is how many they are.

    `is_open` tells that some could not be found out, so that names may be made that nobody knows of.
    """

    def __init__(self, library: RunbookFiles, templates: Templates, report: Report) -> None:
        self._library = library
        self._templates = templates
        self._report = report
        self.count = 0
        self.is_open = False

    def file(self, root: Mapping) -> Mapping:
        """A file's tree with all its steps filled in."""
        steps = root.entries.get("steps")
        if steps is None or not isinstance(steps.value, Sequence):
            self.is_open = True
            return root
        made = self._steps(steps.value, (), _STEP_LEVEL)
        entries = {**root.entries, "steps": YamlEntry(steps.key, made)}
        return Mapping(root.source, root.line, root.column, entries)

    def _steps(self, steps: Sequence, trail: Trail, level: int) -> Sequence:
        items = [self._step(step, trail, level) for step in steps.items]
        return Sequence(steps.source, steps.line, steps.column, items)

    def _step(self, step: YamlNode, trail: Trail, level: int) -> YamlNode:
        self.count += 1
        if self.count > MAX_STEPS:
            return self._refused(
                step, f"with nested and called steps more than {MAX_STEPS:,} steps"
            )
        if not isinstance(step, Mapping):
            return step
        if level + step.height - 1 > MAX_DEPTH:
            return self._refused(step, f"with its templates nested deeper than {MAX_DEPTH} levels")
        if step.get(KEY) is None:
            return self._inside(self._without_with(step), None, trail, level)
        return self._from_template(step, trail, level)

    def _from_template(self, step: Mapping, trail: Trail, level: int) -> YamlNode:
        named = step.entries[KEY].value
        template = self._templates.named(named)
        if template is None or not self._library.take(template.root.size, named):
            return self._unusable(step)
        if level + template.root.height - 1 > MAX_DEPTH:
            return self._refused(named, f"with its templates nested deeper than {MAX_DEPTH} levels")
        if template.is_group:
            return self._call(step, template, trail, level)
        made = filled(self._without_with(step, template.name), template.root)
        return self._inside(made, (step, template), trail, level)

    def _call(self, step: Mapping, template: Template, trail: Trail, level: int) -> YamlNode:
        named = step.entries[KEY].value
        if self._goes_round(named, template, trail):
            return self._unusable(step)
        for key in ("kind", "steps"):
            if step.get(key) is not None:
                told = f"`{key}` does not belong beside a `template` that is a group"
                self._report.error(step.entries[key].key, told, "the group's file has it")
        inner = template.root.entries["steps"].value
        assert isinstance(inner, Sequence)
        steps = self._steps(inner, (*trail, template.key), level + 2)
        made = called(step, template, steps)
        undo = self._undo(made, trail, level)
        if undo is not None:
            made.entries["undo"] = undo
        return made

    def _goes_round(self, named: YamlNode, template: Template, trail: Trail) -> bool:
        if template.key in trail:
            names = [_stem(key) for key in (*trail[trail.index(template.key) :], template.key)]
            self._report.error(named, f"the templates go round in a circle: {' -> '.join(names)}")
        elif len(trail) >= MAX_NESTED_TEMPLATES:
            told = f"templates are nested more than {MAX_NESTED_TEMPLATES} deep"
            self._report.error(named, told)
        else:
            return False
        return True

    def _inside(
        self, step: Mapping, origin: tuple[Mapping, Template] | None, trail: Trail, level: int
    ) -> YamlNode:
        """The step with its nested steps filled in; those that a template brought have its trail."""
        entries = dict(step.entries)
        for key in ("steps", "undo"):
            entry = entries.get(key)
            if entry is None or isinstance(entry.value, Scalar):
                continue
            way = trail
            if origin is not None and key not in origin[0].entries:
                own, template = origin
                if self._goes_round(own.entries[KEY].value, template, trail):
                    return self._unusable(step)
                way = (*trail, template.key)
            if key == "undo":
                entries[key] = self._undo(step, way, level) or entry
            elif isinstance(entry.value, Sequence):
                entries[key] = YamlEntry(entry.key, self._steps(entry.value, way, level + 2))
        if entries == step.entries:
            return step
        return Mapping(step.source, step.line, step.column, entries)

    def _undo(self, step: Mapping, trail: Trail, level: int) -> YamlEntry | None:
        """The step that takes this one back, named after it."""
        entry = step.entries.get("undo")
        if entry is None or not isinstance(entry.value, Mapping):
            return None
        undo = entry.value
        if "name" not in undo.entries:
            text = f"Undo: {step.text('name') or 'the step'}"[:MAX_NAME]
            name = Scalar(undo.source, undo.line, undo.column, text, "quoted", undo.line)
            named = {"name": YamlEntry(plain(undo, "name"), name), **undo.entries}
            undo = replace(undo, entries=named)
        return YamlEntry(entry.key, self._step(undo, trail, level + 1))

    def _without_with(self, step: Mapping, template: str = "") -> Mapping:
        """The step without a `with` that nothing takes; a single step has no values of its own to take."""
        given = step.entries.get("with")
        if given is None and step.entries.get(KEY) is None:
            return step
        if given is not None and not given.value.is_null:
            told = "`with` belongs to a step whose `template` is a group of steps"
            hint = "add `template`, or leave it out"
            if template:
                told = f"{shown(template)} is a single step, which takes no `with`"
                hint = "it sees the names of the runbook; only a group has `params`"
            self._report.error(given.key, told, hint)
        entries = {
            name: entry
            for name, entry in step.entries.items()
            if name != "with" and not (name == KEY and entry.value.is_null)
        }
        return Mapping(step.source, step.line, step.column, entries)

    def _refused(self, at: YamlNode, told: str) -> Unusable:
        if self.count <= MAX_STEPS + 1:
            self._report.error(at, told)
        return self._unusable(at)

    def _unusable(self, at: YamlNode) -> Unusable:
        self.is_open = True
        return Unusable(at.source, at.line, at.column)


def _stem(key: str) -> str:
    """How a `template` names what has this key."""
    file, _, action = key.partition("#")
    if action:
        return f"{file.rpartition('/')[2].rsplit('.', 1)[0]}/{action}"
    return file.partition("_templates/")[2].rsplit(".", 1)[0]
