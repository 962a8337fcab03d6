"""Everything that is judged of a runbook's tree when the file is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct, field

from pup_tui.runbook.alert_rules import check_alerts
from pup_tui.runbook.allowance import Allowance
from pup_tui.runbook.block_rules import BLOCK_RULES
from pup_tui.runbook.calls import Calls, Chain, Checked
from pup_tui.runbook.expansion import MAX_STEPS, Expansion
from pup_tui.runbook.exposure import exposed_names
from pup_tui.runbook.files import TEMPLATES
from pup_tui.runbook.go_names import claim_names
from pup_tui.runbook.hosts import check_hosts, refuse_interactive
from pup_tui.runbook.interpreters import settle_interpreter, shell_of_input, with_role
from pup_tui.runbook.looking import check_looking
from pup_tui.runbook.model import Runbook
from pup_tui.runbook.nodes import GroupCall, Mapping, Scalar, Sequence, YamlNode, described, shown
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.pup_words import NO_TABLE, PupTable
from pup_tui.runbook.report import Report
from pup_tui.runbook.required import check_required
from pup_tui.runbook.role_check import RoleCheck
from pup_tui.runbook.roles import Language, Role
from pup_tui.runbook.rules import RULES, Rule, check_environment, check_manual_time
from pup_tui.runbook.runbook_files import NamedFile, RunbookFiles, is_name
from pup_tui.runbook.scope import ScopeCheck
from pup_tui.runbook.secret_names import given_secrets, secret_names, secrets_at
from pup_tui.runbook.shapes import INVALID, KeyPath, PlacedText, ShapeCheck
from pup_tui.runbook.step_templates import Templates
from pup_tui.runbook.steps import DraftFrame, Linter, StepDraft, assign_ids, frames_of
from pup_tui.runbook.suffixes import SUFFIXES
from pup_tui.runbook.variables.rules import check_given, check_variables
from pup_tui.template.limits import kept_while_judging
from pup_tui.template.sql.engines import UNKNOWN_USE
from pup_tui.template.usage import NO_USAGE
from pup_tui.typed import convert

MAX_IMPORTS = 100
_PER_USE = 30
"""Points of a text that uses names, also of one that came before."""


class Checking:
    """Judges a runbook and those that it calls; all their problems go to one report.

    `linter` looks for warnings in the runbook itself; without one nothing is linted. `pup` knows its
    subcommands.
    """

    def __init__(
        self,
        library: RunbookFiles,
        report: Report,
        linter: Linter | None = None,
        pup: PupTable = NO_TABLE,
    ) -> None:
        self._library = library
        self._report = report
        self._linter = linter
        self._pup = pup
        self._allowance = Allowance(report)
        self._calls = Calls(library, report, self._called)

    def runbook(self, root: YamlNode, stem: str, key: str) -> Runbook | None:
        """The runbook that a file's tree stands for; None where the report has errors.

        `stem` is the file's name without its ending, by which the runbook is known; `key` is its name among
        the files that were read.
        """
        checked = self._check(root, (key,), stem)
        return None if checked is None or self._report.has_errors else checked.runbook

    def _called(self, found: NamedFile, stem: str, chain: Chain) -> Checked | None:
        if found.root is None or not self._library.take(found.root.size, found.root):
            return None
        return self._check(found.root, chain, "")

    def _check(self, root: YamlNode, chain: Chain, stem: str) -> Checked | None:
        """Check one file; with `stem` it may be linted too."""
        before = self._report.errors
        if not isinstance(root, Mapping):
            self._report.error(root, f"a runbook must be a map, not {described(root)}")
            return None
        if _too_many_steps(root, self._report):
            return None
        file = _File.of(root, self._library, self._allowance, self._report)
        steps, deep = self._add_called(file, chain)
        check_looking(file.steps, file.shape.made, file.shape.texts, self._pup, self._report)
        if self._check_meaning(file) and stem and self._linter is not None:
            self._linter(file.root, stem, file.steps, file.shape.texts, self._report)
        runbook = None
        if file.built is not INVALID and self._report.errors == before:
            place = self._library.place_of(root)
            runbook = convert({**file.built, "place": place}, Runbook)
        variables = _converted(file.shape.made, ("vars",), file.frames[0].names)
        return Checked(runbook, variables, steps, deep, file.is_interactive, file.exposes)

    def _add_called(self, file: _File, chain: Chain) -> tuple[int, int]:
        """Fill in the runbooks that steps call; how many steps there are in all, and how deep they are."""
        steps, deep = file.count, 0
        for step in file.steps:
            named = step.node.get("runbook")
            if step.node.text("kind") != "runbook" or not isinstance(named, Scalar):
                continue
            called = self._calls.named(named, chain)
            if called is None:
                file.built = INVALID
                continue
            check_given(
                step.node, "vars", called.variables, f"runbook {shown(named.text)}", self._report
            )
            file.called[step.path] = called
            self._check_secrets(step, file, called)
            if called.is_interactive:
                file.is_interactive = True
                refuse_interactive(step, file.root.get("defaults"), self._report)
                if step.runs_beside_others:
                    told = f"runbook {shown(named.text)} has an interactive step"
                    self._report.error(named, told, "such a step cannot run beside others")
            steps += called.steps
            deep = max(deep, 1 + called.deep)
            if steps > MAX_STEPS:
                told = f"with nested and called steps more than {MAX_STEPS:,} steps"
                self._report.error(named, told)
                break
            if called.runbook is not None and step.path in file.shape.made:
                file.shape.made[step.path]["called"] = called.runbook
        return steps, deep

    def _check_secrets(self, step: StepDraft, file: _File, called: Checked) -> None:
        """Report secrets that a runbook is given and would put where others can read them."""
        given = dict(given_secrets(step, file.secrets[id(step.frame)]))
        if called.runbook is None or called.exposes(frozenset(given)) is None:
            return
        for name, value in given.items():
            if self._report.full:
                return
            exposed = called.exposes(frozenset([name]))
            if exposed is not None and exposed.role.exposure is not None:
                exposure = exposed.role.exposure
                told = f"{shown(name)} is given a secret, which may not stand in {exposure.place}"
                at = f"{exposed.node.source.path}:{exposed.node.line}"
                self._report.error(value, told, f"it does at {at}; {exposure.why}")

    def _check_meaning(self, file: _File) -> bool:
        """Judge what the texts say; False where there is too much, of texts or of what is wrong."""
        check_alerts(file.root, self._report)
        check_manual_time(file.root.get("manual_time"), self._report)
        defaults = file.root.get("defaults")
        if isinstance(defaults, Mapping):
            check_environment(defaults.get("env"), self._report)
        check_required(file.root.get("requires"), self._report)
        judges = {
            id(frame): _Judge(frame, file, self._allowance, self._report, self._pup)
            for frame in file.frames
        }
        for frame in file.frames:
            judges[id(frame)].check_names()
        for placed, step, frame in file.placed():
            if self._allowance.exhausted or self._report.full:
                break
            judges[id(frame)].check(step, placed)
        return not (self._allowance.exhausted or self._report.full)


class _File(Struct):
    """One file with everything filled in.

    `count` is how many steps it has of its own; `is_interactive` tells whether one of them, or of those
    that it calls, takes the operator's terminal. `called` are the runbooks that its steps call, by the step's
    path, and `secrets` the secret names of each frame.
    """

    root: Mapping
    shape: ShapeCheck
    built: Any
    frames: list[DraftFrame]
    count: int
    is_open: bool
    is_interactive: bool
    allowance: Allowance
    called: dict[KeyPath, Checked] = field(default_factory=dict)
    secrets: MappingOf[int, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.secrets = secret_names(self.frames, self.allowance)

    def placed(self) -> Iterator[tuple[PlacedText, StepDraft | None, DraftFrame]]:
        """Every text, with its step and the frame whose names it sees."""
        by_path = {step.path: step for step in self.steps}
        for placed in self.shape.texts:
            step = by_path.get(placed.step)
            frame = self.frames[0] if step is None else step.frame
            if step is not None and step.inner is not None and placed.inner[0] == "call":
                frame = step.inner
            yield placed, step, frame

    def exposes(self, names: frozenset[str]) -> PlacedText | None:
        """The first text that would put a secret where others can read it, were some variables given one."""
        return kept_while_judging(("exposes", self.root, names), partial(self._exposes, names))

    def _exposes(self, names: frozenset[str]) -> PlacedText | None:
        if not names:
            return None
        secrets = secret_names(self.frames, self.allowance, names)
        for placed, step, frame in self.placed():
            if placed.role.exposure is not None:
                seen = secrets_at(step, secrets[id(frame)])
                if exposed_names(placed.role, placed.node.text) & seen:
                    return placed
        for step in self.steps:
            if step.path in self.called:
                given = frozenset(dict(given_secrets(step, secrets[id(step.frame)])))
                found = self.called[step.path].exposes(given)
                if found is not None:
                    return found
        return None

    @property
    def steps(self) -> list[StepDraft]:
        return [step for frame in self.frames for step in frame.steps]

    @classmethod
    def of(
        cls, root: Mapping, library: RunbookFiles, allowance: Allowance, report: Report
    ) -> _File:
        templates = Templates(library, _imports(root, library, report), report)
        expansion = Expansion(library, templates, report)
        filled = expansion.file(root)
        frames = frames_of(filled)
        claim_names(filled, frames)
        shape = ShapeCheck(report)
        built = shape.struct(filled, Runbook, ())
        for frame in frames:
            assign_ids(frame.steps, report)
            for step in frame.steps:
                made = shape.made.get(step.path)
                if made is not None:
                    made["id"] = step.id
                    settle_interpreter(step, made, filled.get("defaults"), report)
                call = shape.made.get((*step.path, "call"))
                if isinstance(step.node, GroupCall) and call is not None:
                    call["place"] = library.place_of(step.node.call)
                    if step.node.action is not None:
                        call["action"] = step.node.action
                for rule in _rules_about(step.node):
                    rule(step, report)
            check_hosts(frame.steps, filled.get("defaults"), report)
        by_path = {step.path: step for frame in frames for step in frame.steps}
        shape.texts = [with_role(placed, by_path.get(placed.step)) for placed in shape.texts]
        steps = by_path.values()
        is_interactive = any(step.node.truth("interactive") for step in steps)
        count, is_open = expansion.count, expansion.is_open
        return cls(filled, shape, built, frames, count, is_open, is_interactive, allowance)


_STEP_RULES = RULES | BLOCK_RULES
_RULES_BY_KEY = {
    key: [rule for rule, keys in _STEP_RULES.items() if key in keys]
    for about in _STEP_RULES.values()
    for key in about
}


def _rules_about(step: Mapping) -> Iterable[Rule]:
    """The rules about keys that a step has, each once."""
    return dict.fromkeys(rule for key in step.entries for rule in _RULES_BY_KEY.get(key, ()))


class _Judge:
    """Judges the texts of one frame."""

    def __init__(
        self,
        frame: DraftFrame,
        file: _File,
        allowance: Allowance,
        report: Report,
        pup: PupTable,
    ) -> None:
        self._frame = frame
        self._made = file.shape.made
        self._defaults = file.root.get("defaults")
        self._report = report
        self._allowance = allowance
        self._secrets = file.secrets[id(frame)]
        self._scope = ScopeCheck(frame, self._secrets, report, is_open=file.is_open)
        self._roles = RoleCheck(self._scope.declared, allowance, report, pup)

    def check_names(self) -> None:
        """Check what steps make, the variables of the frame and of questions, and what it is called with."""
        caller = self._frame.caller
        path = ("vars",) if caller is None else (*self._frame.path, "call", "params")
        self._scope.check_makers()
        self._check_variables(self._frame.names, path)
        if caller is not None and isinstance(caller.node, GroupCall):
            self._check_with(caller.node, _converted(self._made, path, self._frame.names))
        for step in self._frame.steps:
            if step.asked:
                self._check_variables(step.node.get("vars"), (*step.path, "vars"), step)

    def _check_with(self, call: GroupCall, variables: MappingOf[str, Variable]) -> None:
        """Check what a group is given; the settings of an integration come from nobody who calls it."""
        name = shown(call.call.text("template") or "")
        if call.action is None:
            check_given(call, "with", variables, f"the group {name}", self._report)
            return
        settings = call.action["settings"]
        given = call.get("with")
        entries = given.entries if isinstance(given, Mapping) else {}
        for setting in settings:
            if setting in entries:
                told = f"{shown(setting)} is a setting of {shown(call.action['integration'])}"
                hint = "no step gives it: write it under `integrations` in a profile"
                self._report.error(entries[setting].key, told, hint)
                return
        own = {each: variable for each, variable in variables.items() if each not in settings}
        check_given(call, "with", own, f"the action {name}", self._report)

    def _check_variables(
        self, node: YamlNode | None, path: KeyPath, step: StepDraft | None = None
    ) -> None:
        secrets = secrets_at(step, self._secrets)
        check_variables(
            node, self._made, self._roles, self._scope, secrets, self._report, path=path, step=step
        )

    def check(self, step: StepDraft | None, placed: PlacedText) -> None:
        """Check one text, and the names that it uses."""
        shell, env = "sh", frozenset[str]()
        if step is not None and placed.role is Role.SCRIPT and len(placed.inner) == 1:
            shell = step.interpreter.name
            env = step.valued_env(self._defaults)
        elif step is not None and placed.role is Role.INPUT_SCRIPT:
            shell = shell_of_input(step) or shell
        sql = UNKNOWN_USE
        if step is not None and placed.role.language is Language.SQL:
            sql = step.sql_use
        uses = self._roles.check(placed, shell, env, sql)
        if uses is None or uses.usage == NO_USAGE:
            return
        if self._allowance.spend(_PER_USE, placed.node):
            self._scope.check(step, placed, uses)


def _too_many_steps(root: Mapping, report: Report) -> bool:
    steps = root.get("steps")
    if not isinstance(steps, Sequence):
        return False
    if len(steps.items) > MAX_STEPS:
        report.error(steps, f"more than {MAX_STEPS:,} steps")
    return len(steps.items) > MAX_STEPS


def _imports(root: Mapping, library: RunbookFiles, report: Report) -> Iterator[str]:
    """The names that a file imports; one that is found nowhere is reported."""
    given = root.get("import")
    if not isinstance(given, Sequence):
        return
    if len(given.items) > MAX_IMPORTS:
        report.error(given, f"`import` has more than {MAX_IMPORTS} names")
        return
    for named in given.items:
        if not isinstance(named, Scalar) or "{{" in named.text:
            continue
        if not is_name(named.text, folders=True):
            report.error(named, f"{shown(named.text)} is not the name of a step template or group")
            continue
        yield named.text
        if library.template(named, imported=True) is None:
            file = f"{TEMPLATES}/{named.text}{SUFFIXES[0]}"
            places = library.searched(library.place_of(named), file)
            told = f"{shown(named.text)} is imported and found nowhere"
            report.error(named, told, f"looked for {', '.join(places[:10])}")


def _converted(
    made: MappingOf[tuple[str | int, ...], dict[str, Any]],
    path: tuple[str | int, ...],
    names: Mapping | None,
) -> dict[str, Variable]:
    """The variables at `path` whose shape is right; of the others only that they are there."""
    found: dict[str, Variable] = {}
    for name, entry in names.entries.items() if names is not None else ():
        built: Any = made.get((*path, name))
        if isinstance(entry.value, Scalar):
            built = {} if entry.value.is_null else {"default": entry.value.text}
        try:
            found[name] = convert(built, Variable)
        except msgspec.ValidationError:
            found[name] = Variable(required=False)
    return found
