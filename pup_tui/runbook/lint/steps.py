"""Warnings about single steps, and about steps that never do what they are there for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pup_tui.runbook.lint.subject import Finding, Subject, entries_of
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, shown
from pup_tui.runbook.report import a_step
from pup_tui.runbook.roles import COMMANDS, EXPRESSIONS, FILES, Language, Role
from pup_tui.runbook.scope import is_readable, names_in
from pup_tui.runbook.shapes import KeyPath
from pup_tui.runbook.steps import BODY, StepDraft
from pup_tui.runbook.value_places import commands_in
from pup_tui.runbook.variables.rules import default_texts
from pup_tui.template.url import is_datadog_path

_EXPANDED = re.compile(
    r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*[^}\n]{0,40}\}?|\([^)\n]{0,40}\)?)|(?:\A|(?<=:))~(?=/|\Z)",
    re.ASCII,
)
"""The beginning of what a shell would replace."""
_SUBSTITUTED = re.compile(r"(?:[^\s`]*+(`[^`\n]{1,40}+)[^`\n]*+`)(?:[^\s`]|`[^`\n]*+`)*+")
"""A value that is what a shell would replace with what a command prints; prose has blanks around it."""
_OF_FOLLOWING = ("interval", "timeout")
"""What of a poll says how something is followed."""
_FALSE = frozenset({"false", "none", "null", "0", "''", '""', "not true"})


def assert_without_condition(subject: Subject) -> Iterator[Finding]:
    """A message alone checks nothing."""
    for step in subject.steps:
        given = step.node.get("assert")
        for item in given.items if isinstance(given, Sequence) else [given]:
            if isinstance(item, Mapping) and not (item.get("that") or item.get("empty")):
                hint = "add `empty` or `that`; a message alone is a reminder"
                yield Finding(item, "this assert has no condition", hint)


def verify_off(subject: Subject) -> Iterator[Finding]:
    """Without verification anybody on the way can read and change a request."""
    for step in subject.steps:
        value = step.node.get("verify")
        if not isinstance(value, Scalar) or value.text.lower() != "false":
            continue
        if is_datadog_path(step.node.text("url") or ""):
            told = "`verify: false` does nothing here: the certificate of Datadog is always checked"
            yield Finding(value, told, "leave it out")
        else:
            told = "`verify: false` turns the check of the server's certificate off"
            yield Finding(value, told, "let SSL_CERT_FILE name your own authority instead")


def danger_without_confirm(subject: Subject) -> Iterator[Finding]:
    """A dangerous step is asked about in any case; only its author can say what it will do."""
    for steps in subject.step_lists:
        for before, step in zip([None, *steps], steps, strict=False):
            if not step.node.truth("danger") or _is_gate(step):
                continue
            if step.node.get("confirm") is None and (before is None or not _is_gate(before)):
                told = "this step is dangerous, and its question says in general words only what it does"
                hint = "say in `confirm` what will happen, or put a confirm step right before it"
                yield Finding(step.node.entries["danger"].key, told, hint)


def danger_ignored(subject: Subject) -> Iterator[Finding]:
    """A dangerous step that failed half-way should not go unnoticed."""
    for step in subject.steps:
        value = step.node.get("on_failure")
        if step.node.truth("danger") and isinstance(value, Scalar) and value.text == "ignore":
            told = "the failure of a dangerous step is ignored"
            yield Finding(
                value, told, "write `on_failure: warn`, so that the run's result shows it"
            )


def no_process(subject: Subject) -> Iterator[Finding]:
    """Only processes have an environment; only they and files a directory."""
    roles: dict[KeyPath, set[Role]] = {}
    for placed in subject.texts:
        if placed.inner[:1] not in (("env",), ("cwd",)):
            roles.setdefault(placed.step, set()).add(placed.role)
    for step in subject.steps:
        kind = step.kind
        if kind is None or kind.is_block:
            continue
        used = roles.get(step.path, set())
        processes = COMMANDS | {Role.STATEMENTS}
        useless = {"env": processes, "cwd": processes | FILES}
        for key, needed in useless.items():
            if step.node.get(key) is not None and not used & needed:
                tag = step.node.text("kind")
                told = f"`{key}` does nothing here: {a_step(tag)} starts no process"
                yield Finding(step.node.entries[key].key, told, "leave it out")


def poll_ignored(subject: Subject) -> Iterator[Finding]:
    """What is only followed to its end has no attempts, so nothing judges or counts them."""
    for step in subject.steps:
        poll = step.node.get("poll")
        if step.kind is None or not step.kind.follows or not isinstance(poll, Mapping):
            continue
        for name, entry in poll.entries.items():
            if name not in _OF_FOLLOWING:
                told = (
                    f"`{name}` does nothing here: {a_step(step.node.text('kind'))} ends by itself"
                )
                yield Finding(entry.key, told, "judge how it ended with `assert`")


def dollar_in_env(subject: Subject) -> Iterator[Finding]:
    """`env` is no script: `$PATH` in it stays those five characters, and `~` is no home."""
    defaults = subject.root.get("defaults")
    maps = [step.node.get("env") for step in subject.steps]
    maps += [defaults.get("env") if isinstance(defaults, Mapping) else None]
    for entry in (entry for env in maps for entry in entries_of(env)):
        value = entry.value
        text = value.text if isinstance(value, Scalar) else ""
        found = _EXPANDED.search(text)
        command = _SUBSTITUTED.fullmatch(text)
        expanded = found[0] if found else f"{command[1]}`" if command else ""
        if expanded:
            told = f"`env` does not expand {shown(expanded)}"
            hint = "write `{{ … }}` for a value, or set the variable in the script"
            if expanded == "~":
                hint = "write the folder, or set the variable in the script with $HOME"
            yield Finding(value, told, hint)


def _is_gate(step: StepDraft) -> bool:
    return step.kind is not None and step.kind.is_gate


def unused_capture(subject: Subject) -> Iterator[Finding]:
    """A capture that nothing names is a typing error, or is not needed."""
    used = _used_names(subject)
    for step in subject.steps:
        given = step.node.get("capture")
        for name, node in step.captures.items():
            value = given.get(name) if isinstance(given, Mapping) else None
            hidden = isinstance(value, Mapping) and value.truth("secret")
            if name not in used and not hidden:
                told = f"{shown(name)} is captured and never used"
                yield Finding(
                    node, told, f"use it as {{{{ {name[:60]} }}}}, or leave the capture out"
                )


def unused_variable(subject: Subject) -> Iterator[Finding]:
    """A variable that nothing names is asked of the operator for nothing."""
    if any(step.kind is None for step in subject.steps):
        return  # Nobody knows which of its keys are texts: one of them may name the variable.
    used = _used_names(subject)
    given = subject.root.get("vars")
    for entry in entries_of(given):
        name = entry.key.text
        if name not in used:
            told = f"the variable {shown(name)} is never used"
            yield Finding(entry.key, told, f"use it as {{{{ {name[:60]} }}}}, or leave it out")


def _used_names(subject: Subject) -> frozenset[str]:
    """The names in all texts; in expressions, and in what cannot be read, every word counts."""
    used: set[str] = set()
    for placed in subject.texts:
        if placed.role.language is Language.PLAIN and placed.role is not Role.PROGRAM:
            continue
        if placed.role.language in EXPRESSIONS or not is_readable(placed.node.text):
            used.update(re.findall(r"[A-Za-z_]\w*", placed.node.text))
        used |= names_in(placed.node.text)
    for node in (subject.root, *(step.node for step in subject.steps)):
        for asked in entries_of(node.get("vars")):
            defaults = (text for _, text in default_texts(asked.value))
            for text in (*defaults, *commands_in(asked.value)):
                used |= names_in(text.text)
    return frozenset(used)


def never_runs(subject: Subject) -> Iterator[Finding]:
    """A step that can never run hides what its author meant."""
    for step in subject.steps:
        condition = step.node.get("if")
        if isinstance(condition, Scalar) and _is_false(condition.text):
            yield Finding(condition, "this step never runs: its `if` is false", "remove the step")
    for steps in subject.step_lists:
        yield from _behind_a_sure_failure(steps)
    yield from _without_failure_before(subject)


def _behind_a_sure_failure(steps: list[StepDraft]) -> Iterator[Finding]:
    failing = next((step for step in steps if _always_fails(step)), None)
    if failing is None or _is_parallel(failing):
        return
    for step in steps[steps.index(failing) + 1 :]:
        if step.order[0] == BODY and step.node.text("when") in (None, "on_success"):
            told = f"this step never runs: {shown(failing.id)} before it always fails"
            yield Finding(step.node, told, f"look at the conditions of {shown(failing.id)}")


def _always_fails(step: StepDraft) -> bool:
    node = step.node
    if node.text("on_failure") not in (None, "fail") or node.get("if") is not None:
        return False
    if node.text("when") not in (None, "on_success") or node.truth("optional"):
        return False
    poll = node.get("poll")
    given = node.get("assert")
    conditions = given.items if isinstance(given, Sequence) else [given]
    conditions = [item.get("that") if isinstance(item, Mapping) else item for item in conditions]
    if isinstance(poll, Mapping):
        conditions.append(poll.get("until"))
    return any(isinstance(each, Scalar) and _is_false(each.text) for each in conditions)


def _is_parallel(step: StepDraft) -> bool:
    kind = step.around.kind if step.around is not None else None
    return kind is not None and kind.side_by_side


def _without_failure_before(subject: Subject) -> Iterator[Finding]:
    """`when: on_failure` where nothing that comes before it can fail."""
    outermost = [step for step in subject.steps if len(step.path) == 2]
    for step in sorted(outermost, key=lambda step: step.order):
        if step.order[0] != BODY:
            return
        when = step.node.get("when")
        if isinstance(when, Scalar) and when.text == "on_failure":
            told = "this step never runs: nothing before it can fail"
            yield Finding(when, told, "put it behind the steps whose failure it is for")
        elif _can_fail(step):
            return


def _can_fail(step: StepDraft) -> bool:
    if any(step.node.get(key) is not None for key in ("if", "foreach")):
        return True
    if step.kind is not None and not (step.kind.has_output or step.kind.is_block):
        return False
    return step.node.text("on_failure") not in ("warn", "ignore")


def _is_false(text: str) -> bool:
    return text.strip().lower() in _FALSE
