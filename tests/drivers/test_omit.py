"""What gives `omit` is as if it had not been written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.program import compile_program
from pup_tui.core.requests import render_request
from pup_tui.core.scope import scope_of
from pup_tui.core.state import Frame, RunState
from pup_tui.runbook.load import load_files
from tests.support.runbooks import runbook_of
from tests.support.runs import Seen, local_run

HTTP = "kind: http, url: 'https://example.com/', "


def _request(step: str, **values: Any) -> Any:
    text = f"name: t\nvars: {{X: {{required: false}}, Y: y}}\nsteps: [{{name: a, {step}}}]\n"
    frame = Frame(values={"Y": "y", **values}, left_out={} if "X" in values else {"X": "string"})
    scope = scope_of(RunState(frames={"": frame}))
    return render_request(runbook_of(text).steps[0], scope).request


def test_entries_of_a_request_are_left_out() -> None:
    entries = "{a: '{{ X | default(omit) }}', b: '{{ Y | default(omit) }}'}"
    made = _request(f"{HTTP} method: post, query: {entries}, headers: {entries}, form: {entries}")
    assert made.query == (("b", "y"),)
    assert made.headers == {"b": "y", "Content-Type": "application/x-www-form-urlencoded"}
    assert made.body == "b=y"
    made = _request(f"{HTTP} method: post, json: {{k: [1, '{{{{ omit }}}}', 2], m: {entries}}}")
    assert made.body == '{"k":[1,2],"m":{"b":"y"}}'
    made = _request(f"{HTTP} query: {entries}", X="")
    assert made.query == (("a", ""), ("b", "y"))


def test_without_its_json_a_request_has_no_body() -> None:
    made = _request(f"{HTTP} method: post, json: '{{{{ X | default(omit) }}}}'")
    assert (made.body, made.headers) == (None, {})


def test_words_are_left_out() -> None:
    words = "monitors list {{ X | default(omit) }} --name={{ X | default(omit) }} --tags={{ Y }}"
    assert _request(f"kind: pup, run: '{words}'").words == ("monitors", "list", "--tags=y")
    given = _request(f"kind: pup, run: '{words}'", X="a b").words
    assert given == ("monitors", "list", "a b", "--name=a b", "--tags=y")


FILE = """
vars: {X: {required: false}, TOKEN: {type: secret, required: false}}
defaults: {env: {B: b}}
steps:
  - name: env
    kind: shell
    env: {LC_ALL: "{{ X | default(omit) }}", B: "{{ X | default(omit) }}", C: "{{ TOKEN | default(omit) }}"}
    run: echo "${LC_ALL-unset} ${B-unset} ${C-unset}"
  - {name: each, kind: shell, foreach: [a, "{{ X | default(omit) }}", b], run: "echo {{ item }}"}
  - {name: call, template: group, with: {A: "{{ X | default(omit) }}"}}
"""
GROUP = b"params: {A: from default}\nsteps:\n  - {name: s, kind: shell, run: 'echo {{ A }}'}\n"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, ["unset unset unset", "a", "b", "from default"]),
        ({"X": "x"}, ["x x unset", "a", "x", "b", "x"]),
    ],
)
async def test_a_run_leaves_out(tmp_path: Path, values: dict[str, str], told: list[str]) -> None:
    files = {"test.yaml": f"name: test{FILE}".encode(), "_templates/group.yaml": GROUP}
    program = compile_program("test", load_files("test", files, Path("test.yaml")).require())
    run = await local_run(
        program, tmp_path, values=values, left_out=("TOKEN", *({"X"} - {*values}))
    )
    seen = Seen(run)
    run.watch(seen)
    state = await run.drive()
    assert state.status == "succeeded"
    assert [line.text for _, line in seen.lines] == told
