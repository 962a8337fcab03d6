from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.runbook import yaml
from pup_tui.runbook.load import Loaded, load_files
from pup_tui.runbook.model import Runbook
from pup_tui.runbook.nodes import Mapping
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import Role
from pup_tui.runbook.shapes import ShapeCheck
from pup_tui.runbook.texts import FoundText, texts_of

TEXT = """\
name: runbook
steps:
  - name: s
    kind: http
    description: about
    url: https://example.com/x
    method: PUT
    query: {a: [b, 1, {c: d}]}
    headers: {A: b}
    json: {k: [v, true]}
    if: 1 == 1
    timeout: 5s
    poll: {interval: 5, until: empty, max_attempts: "3"}
    capture: {A: json.a, B: {value: json.b, secret: true}}
    assert: [empty, {that: 1 == 1, message: m}]
    expect_status: [2xx, 404]
"""


def test_texts_of_a_step(check: Callable[..., Loaded]) -> None:
    (step,) = check(TEXT).require().steps
    assert set(texts_of(step)) == {
        FoundText(Role.NAME, ("name",), "s"),
        FoundText(Role.NOTE, ("description",), "about"),
        FoundText(Role.URL, ("url",), "https://example.com/x"),
        FoundText(Role.METHOD, ("method",), "PUT"),
        FoundText(Role.QUERY, ("query", "a", 0), "b"),
        FoundText(Role.QUERY, ("query", "a", 2, "c"), "d"),
        FoundText(Role.HEADER, ("headers", "A"), "b"),
        FoundText(Role.JSON, ("json", "k", 0), "v"),
        FoundText(Role.EXPRESSION, ("if",), "1 == 1"),
        FoundText(Role.DURATION, ("timeout",), "5s"),
        FoundText(Role.CONDITION, ("poll", "until"), "empty"),
        FoundText(Role.COUNT, ("poll", "max_attempts"), "3"),
        FoundText(Role.EXPRESSION, ("capture", "A"), "json.a"),
        FoundText(Role.EXPRESSION, ("capture", "B", "value"), "json.b"),
        FoundText(Role.CONDITION, ("assert", 0), "empty"),
        FoundText(Role.CONDITION, ("assert", 1, "that"), "1 == 1"),
        FoundText(Role.MESSAGE, ("assert", 1, "message"), "m"),
        FoundText(Role.STATUS, ("expect_status", 0), "2xx"),
        FoundText(Role.LITERAL, ("as",), "item"),
    }


DEFAULTS = [(("method",), "GET"), (("as",), "item"), (("shell",), "sh")]
BUNDLED = sorted((Path(__file__).parents[2] / "runbooks").glob("*.yaml"))


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_the_check_of_a_file_sees_every_text_that_a_run_will_use(path: Path) -> None:
    data = path.read_bytes()
    runbook = load_files(path.stem, {path.name: data}, path).require()
    root, _ = yaml.parse(data, str(path))
    assert isinstance(root, Mapping)
    walk = ShapeCheck(Report())
    walk.struct(root, Runbook, ())
    seen = {(text.role, text.path, text.node.text) for text in walk.texts}
    for index, step in enumerate(runbook.steps):
        for text in texts_of(step):
            if text.source and (text.path, text.source) not in DEFAULTS:
                assert (text.role, ("steps", index, *text.path), text.source) in seen


@pytest.mark.parametrize("place", ["step", "group", "defaults"])
@pytest.mark.parametrize(
    ("script", "name"), [("echo hi", "BASH_ENV"), ('unset "$N"', "N"), ("echo ${!N}", "N")]
)
def test_a_value_in_the_environment_is_judged_with_the_script(
    script: str, name: str, place: str, errors: Callable[..., list[str]]
) -> None:
    env = f'env: {{{name}: "{{{{ X }}}}"}}'
    text = f"""\
name: runbook
vars: {{X: {{}}}}
{"defaults: {" + env + "}" if place == "defaults" else ""}
steps:
  - name: g
    kind: group
    {env if place == "group" else ""}
    steps:
      - name: a
        kind: shell
        shell: bash
        {env if place == "step" else ""}
        run: '{script}'
"""
    (told,) = errors(text)
    assert f"{name} of `env`" in told
