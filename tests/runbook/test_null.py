"""A key that is null: it counts as left out, and clears what a template or `defaults` would give."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pup_tui.core.program import compile_program
from pup_tui.runbook.allowed import fields_of
from pup_tui.runbook.model import Defaults, Runbook, Step
from pup_tui.runbook.steps import KINDS
from tests.format.kind_rows import OTHER, SMALLEST, smallest
from tests.support.runbooks import runbook_of

DEFAULTS = {
    "timeout": "5s",
    "retry": "{attempts: 3}",
    "on_failure": "warn",
    "env": "{A: b}",
    "cwd": "/tmp",
    "host": "web1",
    "strict": "true",
    "shell": "bash",
}


def _loaded(step: str, top: str = "", **templates: str) -> Runbook:
    files = {**OTHER, **{f"_templates/{name}.yaml": text for name, text in templates.items()}}
    return runbook_of(f"name: test\n{top}\nsteps: [{{name: a, {step}}}]", files=files)


def _without_marks(runbook: Runbook) -> Any:
    return [_unmarked(step) for step in runbook.steps]


def _unmarked(step: Step) -> Step:
    return replace(step, cleared=())


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_step_that_is_null_counts_as_left_out(kind: str) -> None:
    plain = _loaded(smallest(kind))
    others = [key for key in fields_of(KINDS[kind]) if key not in ("name", *SMALLEST[kind])]
    nulls = ", ".join(f"{key}: null" for key in dict.fromkeys([*others, "template", "with"]))
    found = _loaded(f"{smallest(kind)}, {nulls}")
    assert _without_marks(found) == _without_marks(plain)


def test_every_key_of_the_file_that_is_null_counts_as_left_out() -> None:
    keys = [key for key in fields_of(Runbook) if key not in ("name", "steps")]
    top = "\n".join(f"{key}: null" for key in keys)
    assert _loaded("kind: stop", top) == _loaded("kind: stop")
    nulls = ", ".join(f"{key}: null" for key in fields_of(Defaults))
    assert _loaded("kind: stop", f"defaults: {{{nulls}}}") == _loaded("kind: stop")


@pytest.mark.parametrize("key", DEFAULTS)
@pytest.mark.parametrize("step", ["kind: shell, run: x", "template: t"])
def test_null_clears_what_defaults_and_a_template_would_give(key: str, step: str) -> None:
    assert fields_of(Defaults).keys() == DEFAULTS.keys()
    given = f"{key}: {DEFAULTS[key]}"
    found = _loaded(
        f"{step}, {key}: null", f"defaults: {{{given}}}", t=f"kind: shell\nrun: x\n{given}"
    )
    assert _without_marks(found) == _without_marks(_loaded("kind: shell, run: x"))
    (node,) = compile_program("test", found).nodes
    said = getattr(node.defaults, key)
    assert key in ("strict", "shell") or said == getattr(Defaults(), key)


def test_null_in_one_step_says_nothing_of_those_beside_and_inside_it() -> None:
    inner = "steps: [{name: in, kind: shell, run: x}]"
    found = _loaded(f"kind: group, retry: null, {inner}", "defaults: {retry: {attempts: 3}}")
    group, inside = compile_program("test", found).nodes
    assert group.defaults.retry is None
    assert inside.defaults.retry is not None
