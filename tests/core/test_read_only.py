"""A read-only run: what may change something does not begin."""

from __future__ import annotations

import pytest

from pup_tui.catalog.effects import may_change
from pup_tui.core.events import EditedText
from pup_tui.core.plan import PlannedStep, plan
from pup_tui.core.requests import BARRED
from pup_tui.core.shown import editable_step
from pup_tui.runbook.model import Step
from tests.support.player import FAILS, Player
from tests.support.runbooks import program_of

EVERY_KIND = r"""
vars: {V: {default: x}}
steps:
  - {name: looks, kind: shell, run: ls, read_only: true}
  - {name: shell, kind: shell, run: ls}
  - {name: get, kind: http, url: 'https://example.com'}
  - {name: fetch, kind: http, url: 'https://example.com', output_file: x.json}
  - {name: post, kind: http, method: POST, url: 'https://example.com'}
  - {name: some, kind: http, method: '{{ V }}', url: 'https://example.com'}
  - {name: query, kind: sql, url: 'sqlite:///x', query: select 1, read_only: true}
  - {name: write, kind: sql, url: 'sqlite:///x', query: delete from t}
  - {name: list, kind: pup, run: monitors list}
  - {name: account, kind: pup, run: monitors list, env: {DD_SITE: datadoghq.eu}}
  - {name: quoted, kind: pup, run: '"monitors" list'}
  - {name: path, kind: pup, run: monitors list, env: {PATH: /tmp}}
  - {name: vouched, kind: pup, run: monitors list, env: {PATH: /opt/bin}, read_only: true}
  - {name: library, kind: pup, run: monitors list, env: {LD_PRELOAD: /tmp/x.so}}
  - {name: api, kind: pup, run: 'api /v1/monitor/{{ V }}'}
  - {name: apivalue, kind: pup, run: 'api {{ V }} v1/monitor/5'}
  - {name: apiquoted, kind: pup, run: 'api "-X" DELETE v1/monitor/5'}
  - {name: apiescaped, kind: pup, run: 'api \-X DELETE v1/monitor/5'}
  - {name: override, kind: http, url: 'https://example.com', headers: {X-HTTP-Method-Override: DELETE}}
  - {name: parameter, kind: http, url: 'https://example.com', query: {_method: DELETE}}
  - {name: address, kind: http, url: 'https://example.com/?a=b&_method=DELETE'}
  - {name: header, kind: http, url: 'https://example.com', headers: {X-Api-Key: x}}
  - {name: cancel, kind: pup, run: downtime cancel 1}
  - {name: branch, kind: pup, run: 'monitors list {% if V %}--tags {{ V }}{% endif %}'}
  - {name: either, kind: pup, run: '{% if V %} monitors list {% else %} downtime cancel 1 {% endif %}'}
  - {name: partly, kind: pup, run: 'monitors l{% if V %}ist{% endif %} x'}
  - {name: apibranch, kind: pup, run: 'api -X{% if V %} GET {% else %} DELETE {% endif %} v1/monitor/5'}
  - {name: shifted, kind: pup, run: '--org {{ V }} monitors list'}
  - {name: named, kind: pup, run: '--org={{ V }} monitors list'}
  - {name: submit, kind: pup, run: metrics submit --name x --value 1}
  - {name: extension, kind: pup, run: hello x}
  - {name: values, kind: pup, run: 'monitors {{ V }}'}
  - {name: flow, kind: datadog-workflow, workflow_id: x}
  - {name: tell, kind: notify, to: 'json://localhost', message: x}
  - {name: ask, kind: confirm, message: x}
  - {name: note, kind: manual, message: x}
  - {name: wait, kind: wait, duration: 1s}
  - {name: each, kind: shell, run: 'rm {{ item }}', foreach: [1, 2]}
  - {name: g, kind: group, steps: [{name: in, kind: shell, run: rm}, {name: ok, kind: wait, duration: 1s}]}
"""
CHANGES = {
    *("shell", "post", "some", "write", "cancel", "submit", "extension", "values"),
    *("fetch", "either", "partly", "apibranch", "shifted"),
    *("flow", "tell", "each", "g/in"),
    *("path", "library", "apivalue", "apiquoted", "apiescaped", "override", "parameter", "address"),
}


def test_of_every_kind_only_what_looks_begins() -> None:
    program = program_of(EVERY_KIND)
    assert set(may_change(program, is_believed=True)) == CHANGES
    assert set(may_change(program, is_believed=False)) == {*CHANGES, "looks", "query", "vouched"}


@pytest.mark.parametrize(
    ("text", "changing"),
    [
        ("defaults: {env: {PATH: /tmp}}\nsteps: [{name: a, kind: pup, run: monitors list}]", "a"),
        (
            (
                "steps: [{name: g, kind: group, env: {PATH: /tmp}, steps: "
                "[{name: h, kind: parallel, steps: [{name: a, kind: pup, run: monitors list}]}]}]"
            ),
            "g/h/a",
        ),
        (
            (
                "steps: [{name: a, kind: wait, duration: 1s, env: {PATH: /tmp}, "
                "undo: {name: u, kind: pup, run: monitors list}}]"
            ),
            "a:undo",
        ),
        (
            (
                "steps: [{name: g, kind: group, env: {DD_SITE: datadoghq.eu}, steps: "
                "[{name: a, kind: pup, run: monitors list}]}]"
            ),
            "",
        ),
        (
            (
                "steps: [{name: g, kind: wait, duration: 1s, env: {PATH: /tmp}}, "
                "{name: g2, kind: pup, run: monitors list}]"
            ),
            "",
        ),
    ],
)
def test_no_program_that_is_chosen_around_a_step_runs(text: str, changing: str) -> None:
    assert " ".join(may_change(program_of(text), is_believed=True)) == changing


def test_the_plan_says_what_is_refused() -> None:
    def unknown(step: Step) -> bool | None:
        return None

    program = program_of(EVERY_KIND)
    barred = may_change(program, is_believed=True)
    steps = plan(program, {"V": "x"}, (), "ada", unknown, barred=barred)
    refused = {step.id for step in steps if step.reason == BARRED}
    assert {id_.split("[")[0] for id_ in refused} == CHANGES
    assert all(step.known for step in steps if step.id in refused)


UNDONE = """
steps:
  - {name: a, kind: wait, duration: 1s, undo: {kind: shell, run: rm}}
  - {name: b, kind: wait, duration: 1s, undo: {kind: wait, duration: 1s}}
  - name: d
    kind: wait
    duration: 1s
    undo: {kind: group, steps: [{name: w, kind: wait, duration: 1s}, {name: x, kind: shell, run: rm}]}
  - name: c
    kind: group
    foreach: [1, 2]
    steps: [{name: in, kind: wait, duration: 1s, undo: {kind: shell, run: rm}}]
"""


def planned(text: str) -> dict[str, PlannedStep]:
    program = program_of(text)
    barred = may_change(program, is_believed=True)
    steps = plan(program, {}, (), "ada", lambda _: None, barred=barred)
    return {step.id: step for step in steps}


def test_the_plan_says_which_steps_could_not_be_taken_back() -> None:
    told = f"taking it back is {BARRED}"
    marked = {id_ for id_, step in planned(UNDONE).items() if told in step.rules}
    assert marked == {"a", "d", "c[0]/in", "c[1]/in"}


@pytest.mark.parametrize("when", ["on_failure", "always", "cleanup"])
def test_the_plan_says_what_is_refused_of_what_runs_in_the_end(when: str) -> None:
    step = planned(f"steps: [{{name: a, kind: shell, run: rm, when: {when}}}]")["a"]
    assert (step.reason, step.known) == (BARRED, True)


@pytest.mark.parametrize(
    "steps",
    [
        "{name: a, kind: shell, run: rm, if: X == 'y'}",
        "{kind: stop, name: s, if: X == 'y'}, {name: a, kind: shell, run: rm}",
        "{name: a, kind: shell, run: rm, foreach: X}",
    ],
)
def test_the_plan_says_it_of_steps_that_may_not_run_as_well(steps: str) -> None:
    look = "{name: look, kind: shell, run: ls, read_only: true, capture: X}"
    for text, id_ in ((steps, "a"), (f"{{name: g, kind: group, if: X, steps: [{steps}]}}", "g/a")):
        step = planned(f"steps: [{look}, {text}]")[id_]
        assert step.reason.endswith(BARRED)


TAIL = "{name: end, kind: shell, run: end, when: always}"


@pytest.mark.parametrize(
    "step",
    [
        "{name: a, kind: shell, run: rm}",
        "{name: a, kind: shell, run: rm, danger: true}",
        "{name: a, kind: shell, run: rm, retry: {attempts: 3, delay: 1s}}",
        "{name: a, kind: shell, run: rm, poll: {until: exit_code == 0, interval: 1s, timeout: 9s}}",
        "{name: a, kind: shell, run: rm, foreach: [1, 2]}",
    ],
)
def test_what_is_refused_is_not_asked_about_tried_again_or_begun(step: str) -> None:
    player = Player(program_of(f"steps: [{step}, {TAIL}]")).create(barred=("a",))
    player.play()
    assert [started.step for started in player.started] == ["end"]
    assert player.asked == []
    state = player.machine.state
    assert (state.steps["a"].status, state.steps["a"].reason) == ("failed", BARRED)
    assert state.status == "failed"


EDITABLE = "{name: a, kind: pup, run: monitors list}"


def test_a_text_that_a_person_changed_does_not_run() -> None:
    """Neither of this leg nor of one before it: what it does no table was asked about."""
    player = Player(program_of(f"steps: [{EDITABLE}]"), results={"a": [FAILS]}).create()
    player.play()
    player.resume(edited={"a": EditedText("pup monitors delete 1", {})}, read_only=True).play()
    assert [started.attempt for started in player.started] == ["a#1"]
    assert player.machine.state.steps["a"].reason == BARRED
    player.resume().play()
    assert [started.attempt for started in player.started] == ["a#1"]


def test_nothing_of_a_step_can_be_changed_where_nothing_may_change() -> None:
    program = program_of(f"steps: [{EDITABLE}]")
    player = Player(program, results={"a": [FAILS]}).create(barred=("b",)).play()
    assert editable_step(program, player.machine.state, "a") is None


def test_its_own_question_stays_a_closed_gate() -> None:
    program = program_of(f"steps: [{{name: a, kind: shell, run: rm, confirm: 'Sure?'}}, {TAIL}]")
    player = Player(program).create(barred=("a",))
    player.play()
    assert (player.asked, player.started) == ([], [])
    assert player.machine.state.steps["a"].reason == BARRED


def test_a_step_whose_condition_does_not_hold_is_skipped_and_not_refused() -> None:
    program = program_of("steps: [{name: a, kind: shell, if: false, run: rm}]")
    player = Player(program).create(barred=("a",))
    player.play()
    assert player.machine.state.status == "succeeded"
