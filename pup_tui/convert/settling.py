"""A new runbook is judged by the loader before anybody gets it, and mended where something is wrong.

A step that is refused is done by a person, with its text and the reason. What the warnings know is used
too: a step with a command that destroys is marked and asks, one that waits without an end gets one, a value
that could be an option gets a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from pup_tui.convert.bounds import bounded, judge_one
from pup_tui.convert.draft import NewRunbook, NewStep, manual
from pup_tui.convert.errors import ConversionError
from pup_tui.convert.naming import unique
from pup_tui.convert.scripts import without_templates
from pup_tui.convert.taking_back import take_back
from pup_tui.convert.writer import Written, dumped, written
from pup_tui.runbook.lint import linter
from pup_tui.runbook.literal_text import made_file
from pup_tui.runbook.load import Loaded, load_files
from pup_tui.runbook.problems import Problem

_ROUNDS = 40
"""How often it is judged anew: each round mends at least one thing."""

_PATIENCE = "1h"
_NO_OPTION = "[^-].*"


def destroys(script: str, shell: str = "bash") -> bool:
    """Whether a script has a command that is known to destroy something or to take it out of service."""
    if not script.strip():
        return False
    judge_one()
    step = {"name": "Judged", "kind": "shell", "run": without_templates(script), "shell": shell}
    loaded = load_files(
        "judged", {"judged.yaml": made_file("judged", [step])}, Path("judged.yaml"), linter=linter()
    )
    return any(problem.code == "destructive-without-danger" for problem in loaded.warnings)


def settled(runbook: NewRunbook, beside: dict[str, bytes] | None = None) -> Written:
    """The text of the runbook, without an error. `beside` are files that it calls.

    Raises ConversionError where what is wrong belongs to no step: that is a fault of the converter.
    """
    file = f"{runbook.id}.yaml"
    with bounded(runbook.id):
        take_back(runbook)
        _ask_once(runbook.steps)
        for _ in range(_ROUNDS):
            text = written(runbook)
            files = {**(beside or {}), file: text.text.encode()}
            loaded = load_files(runbook.id, files, Path(file), linter=linter())
            if not _mended(runbook, text, loaded):
                return text
    raise ConversionError(
        "the source has too much that cannot be written", runbook.id, "convert it in parts"
    )


def settled_together(runbooks: Sequence[NewRunbook]) -> dict[str, str]:
    """The files of runbooks that may call each other, by name. Raises ConversionError as `settled` does."""
    for at, runbook in enumerate(runbooks):
        runbook.id = unique(runbook.id, {other.id for other in runbooks[:at]})
    files: dict[str, str] = {}
    beside: dict[str, bytes] = {}
    # First those that are called: what calls them is judged with them.
    for runbook in sorted(
        runbooks, key=lambda one: sum(step.kind == "runbook" for step in one.walk())
    ):
        name = f"{runbook.id}.yaml"
        files[name] = settled(runbook, beside).text
        beside[name] = files[name].encode()
    return {f"{runbook.id}.yaml": files[f"{runbook.id}.yaml"] for runbook in runbooks}


def _ask_once(steps: list[NewStep]) -> None:
    """A dangerous step right behind a question that was answered yes asks no second one."""
    for before, step in pairwise(steps):
        is_same = before.keys.get("if") == step.keys.get("if")
        if (
            before.kind == "confirm"
            and step.keys.get("danger")
            and is_same
            and step.kind == "shell"
        ):
            step.keys.pop("confirm", None)
    for step in steps:
        _ask_once(step.steps)


def _mended(runbook: NewRunbook, text: Written, loaded: Loaded) -> bool:
    """Whether something was wrong and is mended now."""
    if loaded.errors:
        return _by_hand(runbook, text, loaded.errors)
    changed = False
    for problem in loaded.warnings:
        mend = _MENDS.get(problem.code)
        step = text.step_at(problem.line)
        if mend is not None and mend(runbook, step, problem):
            changed = True
    return changed


def _by_hand(runbook: NewRunbook, text: Written, errors: tuple[Problem, ...]) -> bool:
    """Turn the steps with errors into ones that a person does."""
    done: list[NewStep] = []
    for problem in errors:
        step = text.step_at(problem.line)
        if step is None:
            if _forgot_variable(runbook, problem):
                return True
            raise ConversionError(
                f"the conversion cannot be written: {problem.message}", runbook.id, problem.hint
            )
        if step in done:
            continue
        done.append(step)
        _replace(step, problem)
        runbook.tell("manual", step.name, f"it cannot be written: {problem.message}")
    return bool(done)


def _forgot_variable(runbook: NewRunbook, problem: Problem) -> bool:
    """A check of a variable that cannot be written is left out."""
    for name, said in runbook.vars.items():
        for key in ("pattern", "from", "choices_from", "default"):
            if (key in said and name in problem.message + problem.hint) or (
                key in said and key in problem.message
            ):
                runbook.tell("dropped", f"{key} of {name}", problem.message)
                del said[key]
                return True
    return False


def _replace(step: NewStep, problem: Problem) -> None:
    original = step.original or dumped(_as_map(step))
    if step.kind == "manual":
        # Only its texts can be wrong: they are left as they were in the source.
        step.keys = {"message": "Do what stands in the source here: its text cannot be written."}
        return
    made = manual(step.name, f"A step cannot do this: {problem.message}.", original, step.id)
    kept = {key: value for key, value in step.keys.items() if key == "when"}
    step.kind, step.steps, step.keys = "manual", [], {**kept, **made.keys}


def _as_map(step: NewStep) -> dict[str, object]:
    made: dict[str, object] = {"name": step.name, "kind": step.kind, **step.keys}
    if step.steps:
        made["steps"] = [_as_map(each) for each in step.steps]
    return made


def _mark(runbook: NewRunbook, step: NewStep | None, problem: Problem) -> bool:
    if step is None or step.keys.get("danger") or step.keys.get("when") == "cleanup":
        return False
    step.keys.setdefault("confirm", f"{step.name}: run this?")
    step.keys["danger"] = True
    step.keys.pop("read_only", None)
    runbook.tell("changed", step.name, f"it asks before it runs: {problem.message}")
    return True


def _bound(runbook: NewRunbook, step: NewStep | None, problem: Problem) -> bool:
    if step is None or "timeout" in step.keys:
        return False
    step.keys["timeout"] = _PATIENCE
    step.notes.append(f"review: the original waits without an end; here {_PATIENCE}")
    runbook.tell("changed", step.name, f"it ends after {_PATIENCE}: {problem.message}")
    return True


def _no_option(runbook: NewRunbook, step: NewStep | None, problem: Problem) -> bool:
    """Give the variable that begins a word a pattern."""
    for name in re.findall(r"[A-Z][A-Z0-9_]*", f"{problem.message} {problem.hint}"):
        said = runbook.vars.get(name)
        if (
            said is None
            or "pattern" in said
            or said.get("type", "string") not in ("string", "list")
        ):
            continue
        default = said.get("default")
        if isinstance(default, str) and not re.fullmatch(_NO_OPTION, default):
            continue
        said["pattern"] = _NO_OPTION
        runbook.tell(
            "changed",
            f"variable {name}",
            "its value must not begin with a dash, which would be an option",
        )
        return True
    return False


_MENDS: dict[str, Callable[[NewRunbook, NewStep | None, Problem], bool]] = {
    "destructive-without-danger": _mark,
    "danger-without-confirm": lambda _, step, __: _asking(step),
    "unbounded-wait": _bound,
    "option-injection": _no_option,
}


def _asking(step: NewStep | None) -> bool:
    if step is None or "confirm" in step.keys or step.kind in ("confirm", "manual", "input"):
        return False
    step.keys["confirm"] = f"{step.name}: run this?"
    return True
