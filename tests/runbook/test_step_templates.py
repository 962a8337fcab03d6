from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.runbook.load import Loaded, load
from pup_tui.runbook.model import HttpStep, ShellStep

Check = Callable[..., Loaded]
Errors = Callable[..., list[str]]

CALL = """\
name: ignored
description: Calls the service.
kind: http
url: https://example.com/x
headers: {A: template, B: template}
timeout: 9s
capture: BODY
"""


def runbook(*keys: str) -> str:
    lines = "".join(f"    {key}\n" for key in keys)
    return f"name: runbook\nsteps:\n  - name: own\n{lines}"


def test_a_template_fills_what_the_step_leaves_unset(check: Check) -> None:
    keys = ["template: call", "timeout: 1s", "headers: {B: step, C: step}"]
    (step,) = check(runbook(*keys), call=CALL).require().steps
    assert isinstance(step, HttpStep)
    assert step.name == "own"
    assert step.id == "own"
    assert step.description == "Calls the service."
    assert step.timeout == "1s"
    assert step.headers == {"A": "template", "B": "step", "C": "step"}
    assert list(step.captures) == ["BODY"]


def test_null_clears_a_key_or_an_entry_of_it(check: Check) -> None:
    keys = ["template: call", "timeout: null", "capture:", "headers: {A: null}"]
    (step,) = check(runbook(*keys), call=CALL).require().steps
    assert isinstance(step, HttpStep)
    assert step.timeout is None
    assert step.captures == {}
    assert step.headers == {"B": "template"}


@pytest.mark.parametrize("key", ["env", "inputs", "headers"])
def test_maps_are_merged_key_by_key(key: str, check: Check) -> None:
    kinds = {
        "env": "kind: shell\nrun: x\n",
        "inputs": "kind: datadog-workflow\nworkflow_id: x\n",
        "headers": "kind: http\nurl: /x\n",
    }
    template = f"{kinds[key]}{key}: {{A: a, B: b}}\n"
    (step,) = check(runbook("template: t", f"{key}: {{B: c}}"), t=template).require().steps
    assert getattr(step, key) == {"A": "a", "B": "c"}


def test_names_with_folders(tmp_path: Path) -> None:
    (tmp_path / "_templates" / "notify").mkdir(parents=True)
    (tmp_path / "_templates" / "notify" / "slack.yml").write_text("kind: shell\nrun: echo\n")
    path = tmp_path / "runbook.yaml"
    path.write_text(runbook("template: notify/slack"))
    loaded = load(path)
    assert isinstance(loaded.require().steps[0], ShellStep)
    assert sorted(loaded.files) == ["_templates/notify/slack.yml", "runbook.yaml"]


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/passwd", "a/../b", ".hidden", "a//b", "''", "[a]", "'a\\b'", "a/", '"a\\n"'],
)
def test_names_that_could_leave_the_directory(name: str, errors: Errors) -> None:
    told = errors(runbook(f"template: {name}"))
    assert len(told) == 1
    assert "is not the name of a step template" in told[0]


def test_a_missing_template_lists_what_there_is(check: Check) -> None:
    (problem,) = check(runbook("template: xyz"), call=CALL).errors
    assert problem.message == "no step template `xyz`"
    assert problem.hint == "there is `call`"
    (problem,) = check(runbook("template: cal"), call=CALL).errors
    assert problem.hint == "did you mean `call`?"


def test_errors_inside_a_template_name_its_file(check: Check) -> None:
    loaded = check(runbook("template: t"), t="kind: shell\nrun: echo {{ NOWHERE }}\ntimout: 1s\n")
    told = [str(problem) for problem in loaded.errors]
    assert told[0].startswith("_templates/t.yaml:2:14: `NOWHERE` is not defined")
    assert told[1].startswith("_templates/t.yaml:3:1: unknown key `timout`")


def test_an_error_in_a_template_is_told_once(check: Check) -> None:
    text = runbook("template: t") + "  - {name: again, template: t}\n"
    assert len(check(text, t="kind: shell\nrun: x\ntimout: 1s\n").errors) == 1


def test_templates_do_not_nest(check: Check) -> None:
    (problem,) = check(runbook("template: t"), t="template: other\nkind: shell\n").errors
    told = "_templates/t.yaml:1:1: a step template cannot use another `template`"
    assert str(problem).startswith(told)


@pytest.mark.parametrize("key", ["params", "outputs", "with"])
def test_keys_of_groups_are_refused_in_a_single_step(key: str, check: Check) -> None:
    (problem,) = check(runbook("template: t"), t=f"kind: wait\nduration: 1s\n{key}: {{}}\n").errors
    assert problem.message.startswith(f"`{key}` belongs to a group of steps")


def test_a_single_step_takes_no_values(errors: Errors) -> None:
    told = errors(runbook("template: t", "with: {A: b}"), t="kind: shell\nrun: x\n")
    assert told == ["5:5: `t` is a single step, which takes no `with`"]


@pytest.mark.parametrize("body", ["just text", "- a", "a: [", ""])
def test_a_template_that_is_no_map(body: str, check: Check) -> None:
    loaded = check(runbook("template: t"), t=body)
    assert all(problem.path == "_templates/t.yaml" for problem in loaded.errors)
    assert len(loaded.errors) == 1


def test_what_steps_take_from_templates_is_limited(check: Check) -> None:
    template = "kind: http\nurl: /x\njson: [" + "1," * 5000 + "]\n"
    steps = "".join(f"  - {{name: s{number}, template: t}}\n" for number in range(50))
    (problem, *_) = check(f"name: runbook\nsteps:\n{steps}", t=template).errors
    assert problem.message == "with the files that it uses more than 100,000 nodes"


def test_an_unknown_key_is_one_even_where_it_is_null(errors: Errors) -> None:
    text = "name: a\nsteps:\n  - {name: s, template: t, tiemout: null, timeout: null}\n"
    told = errors(text, t="kind: shell\nrun: x\ntimeout: 1s\n")
    assert told == ["3:28: unknown key `tiemout`"]
