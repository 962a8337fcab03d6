"""Files written for `pup runbooks` do what their authors meant: its subcommands, polls, workflows, captures.

docs/pup-compatibility.md names these tests, one for each difference.
"""

from __future__ import annotations

import json

import pytest

from pup_tui.core.notices import StepPolled
from pup_tui.runbook.load import load
from tests.support.program import Program
from tests.support.stage import Stage

SHELL = "steps: [{name: a, kind: shell, run: echo hi}]\n"


WHOLE = """
description: Look at a service before and after a change.
tags:
  team: platform
vars:
  SERVICE:
    description: Service to look at
    required: true
  MONITOR:
    default: "98768"
steps:
  - name: Errors in the logs
    kind: pup
    run: 'logs search --query="service:{{ SERVICE }} status:error" --from={{ WINDOW | default: "30m" }}'
    capture: LOGS
  - name: Traffic
    kind: pup
    run: 'metrics query --query="sum:trace.redis.command.hits{{{ SCOPE | default: "service:redis" }}}"'
    poll: {interval: 1s, timeout: 1m, until: "value > 5"}
  - name: Tell
    template: tell
  - name: Confirm
    kind: confirm
    message: "Change {{ SERVICE }}?"
  - name: Downtime
    kind: pup
    run: downtime create --scope="service:{{ SERVICE }}" --duration=1h
    capture: DOWNTIME
  - name: Wait for the monitors
    kind: pup
    run: monitors list --tags="service:redis"
    poll: {interval: 1s, timeout: 1m, until: "status == OK"}
  - name: Cancel the downtime
    kind: pup
    when: always
    run: downtime cancel {{ DOWNTIME }}
  - name: Page
    kind: shell
    optional: true
    run: notify-oncall-of-pup --service={{ SERVICE }}
"""


async def test_a_whole_file(stage: Stage) -> None:
    tell = (
        "name: tell\nkind: shell\nrun: echo {{ SERVICE }} has {{ LOGS.data | length > 0 }} errors\n"
    )
    await stage.datadog("quiet")
    played = await stage.play(WHOLE, {"_templates/tell.yaml": tell}, given={"SERVICE": "payments"})
    assert played.ended == "succeeded", played.reason
    assert list(played.statuses.values()) == ["succeeded"] * 7 + ["skipped"]
    assert len(played.printed("tell")) == 1
    assert played.world is not None
    assert [downtime.canceled is None for downtime in played.world.downtimes] == [False]


# -------------------------------------------------------------------------------------- pup steps


async def test_quotes_of_arguments(stage: Stage) -> None:
    """`--query="a b"` is one argument, and its quotes do not go to Datadog."""
    played = await stage.play(
        """
        vars: {SERVICE: payments}
        steps:
          - name: a
            kind: pup
            run: logs search --query="service:{{ SERVICE }} status:error" --from=30m
            capture: {N: json.data | length}
            assert: N > 0
        """
    )
    assert played.ended == "succeeded", played.reason


async def test_a_value_is_within_one_word(stage: Stage) -> None:
    played = await stage.play(
        "steps: [{name: a, kind: pup, run: 'logs search --query={{ Q }} --from=30m', "
        "assert: json.data | length > 0}]"
        "\nvars: {Q: 'service:payments status:error'}"
    )
    assert played.ended == "succeeded", played.reason


async def test_a_leading_pup_is_dropped(stage: Stage) -> None:
    played = await stage.play(
        "steps: [{name: a, kind: pup, run: pup monitors get 98765, assert: json.id == 98765}]"
    )
    assert played.ended == "succeeded"


async def test_output_may_be_asked_for(stage: Stage) -> None:
    played = await stage.play(
        "steps: [{name: a, kind: pup, run: monitors get 98765 -o json, assert: json.id == 98765}]"
    )
    assert played.ended == "succeeded", played.reason


async def test_what_a_failed_step_printed_is_kept(stage: Stage) -> None:
    played = await stage.play(
        "steps: [{name: a, kind: shell, run: echo out; echo err >&2; exit 1}]"
    )
    assert (played.printed(), played.printed(stream="stderr")) == (["out"], ["err"])


# ----------------------------------------------------------------------------------------- polls


def polled(step: str, poll: str) -> str:
    return f"steps: [{{name: a, {step}, poll: {{interval: 100ms, timeout: 20s, {poll}}}}}]"


async def test_every_kind_can_be_polled(stage: Stage) -> None:
    await stage.play(polled("kind: shell, run: 'echo x >> n; wc -l < n'", "until: value == 2"))
    played = await stage.play(
        polled("kind: http, url: 'https://api.example.com/busy'", "until: status_code == 200")
    )
    assert (played.ended, played.finished["a"].attempts) == ("succeeded", 3)


async def test_a_failed_attempt_is_told(stage: Stage) -> None:
    run = "echo x >> n; [ $(wc -l < n) -gt 1 ] || { echo no >&2; exit 4; }; echo 1"
    played = await stage.play(polled(f"kind: shell, run: '{run}'", "until: value == 1"))
    first, second = played.told(StepPolled)
    assert first.error == "exited with 4"
    assert second.met


async def test_an_attempt_that_hangs_is_stopped_at_the_polls_timeout(stage: Stage) -> None:
    played = await stage.play(
        "steps: [{name: a, kind: shell, run: sleep 600, poll: {interval: 1s, timeout: 300ms, until: empty}}]"
    )
    assert played.ended == "failed"


@pytest.mark.parametrize("poll", ["interval: 0s", "interval: 50ms", "timeout: 0s", "timeout: -5s"])
async def test_times_that_make_no_poll_are_errors(poll: str, stage: Stage) -> None:
    told = await stage.error(
        f"steps: [{{name: a, kind: shell, run: ls, poll: {{until: empty, {poll}}}}}]"
    )
    assert poll.partition(":")[0] in told


@pytest.mark.parametrize("until", ["valeu > 5", "contains x", "status ~ OK", "is done"])
async def test_a_condition_that_means_nothing_is_an_error(until: str, stage: Stage) -> None:
    await stage.error(f"steps: [{{name: a, kind: shell, run: ls, poll: {{until: {until}}}}}]")


@pytest.mark.parametrize(
    ("output", "until"),
    [
        ("4", "value<5"),
        ("5", "value <= 5"),
        ("6", "value > 5"),
        ('{"value": 4}', "value < 5"),
        ('{"status": "ok"}', "status==OK"),
        ('{"status": "done"}', "status != OK"),
        ('{"overall_state": "No Data"}', "status == no data"),
        ('[{"overall_state": "OK"}, {"overall_state": "ok"}]', "status == OK"),
        ('{"data": []}', "empty"),
        ("", "empty"),
        ('{"series": [{"pointlist": [[1, 9], [2, 3], [3, null]]}]}', "value < 5"),
    ],
)
async def test_short_conditions(output: str, until: str, stage: Stage) -> None:
    await stage.write("answer.json", output)
    played = await stage.play(
        "steps: [{name: a, kind: shell, run: cat answer.json, "
        f"poll: {{until: '{until}', max_attempts: 1}}}}]"
    )
    assert played.ended == "succeeded", played.reason


@pytest.mark.parametrize(
    ("output", "until"),
    [
        ("not json", "empty"),
        ("[]", "status == OK"),
        ('[{"overall_state": "OK"}, {"overall_state": "Alert"}]', "status == OK"),
        ("not a number", "value < 5"),
        ('{"status": "success", "data": {"status": "Alert"}}', "status == OK"),
    ],
)
async def test_what_cannot_be_known_is_not_yet(output: str, until: str, stage: Stage) -> None:
    await stage.write("answer.json", output)
    played = await stage.play(
        "steps: [{name: a, kind: shell, run: cat answer.json, "
        f"poll: {{until: '{until}', max_attempts: 1}}}}]"
    )
    assert played.ended == "failed"


async def test_polls_on_monitors_match(stage: Stage) -> None:
    """`monitors get` has `overall_state`, and `monitors list` is a list."""
    await stage.datadog("quiet")
    for run in ("monitors get 98768", 'monitors list --tags="service:payments"'):
        played = await stage.play(
            f"steps: [{{name: a, kind: pup, run: '{run}', poll: {{until: status == OK, max_attempts: 1}}}}]"
        )
        assert played.ended == "succeeded", played.reason


async def test_polls_on_metrics_match(stage: Stage) -> None:
    played = await stage.play(
        """
        steps:
          - name: a
            kind: pup
            run: metrics query --query="sum:trace.redis.command.hits{service:redis}.as_count()" --from=5m
            poll: {interval: 100ms, timeout: 20s, until: value > 5}
        """
    )
    (poll,) = played.told(StepPolled)
    assert (played.ended, poll.met) == ("succeeded", True)
    assert poll.value is not None


async def test_increasing_and_trends(stage: Stage) -> None:
    played = await stage.play(
        polled("kind: shell, run: 'echo x >> n; wc -l < n'", "until: increasing over 2")
    )
    assert len(played.told(StepPolled)) == 3


# ------------------------------------------------------------------------------ workflows and http

DEPLOY = "0f6c2a4e-5b1d-4c3e-9a7f-2d8e1b6c4a01"


async def test_a_workflow_ends_when_its_instance_does(stage: Stage) -> None:
    played = await stage.play(
        f"steps: [{{name: a, kind: datadog-workflow, workflow_id: {DEPLOY}, poll: {{interval: 100ms}}}}]"
    )
    assert played.ended == "succeeded", played.reason
    assert json.loads("\n".join(played.printed()))["data"]["id"]


async def test_a_workflow_without_an_id_is_not_started(stage: Stage) -> None:
    text = 'vars: {W: ""}\nsteps: [{name: a, kind: datadog-workflow, workflow_id: "{{ W }}"%s}]'
    for more, status in (("", "failed"), (", optional: true", "skipped")):
        played = await stage.play(text % more)
        assert played.statuses == {"a": status}
        assert played.world is not None
        assert played.world.instances == []


async def test_a_workflow_that_names_no_instance_may_have_begun(stage: Stage) -> None:
    server = await stage.web()
    for name, value in (("PUP_TUI_DATADOG_URL", server.url), ("DD_ACCESS_TOKEN", "t" * 8)):
        stage.monkeypatch.setenv(name, value)
    played = await stage.play("steps: [{name: a, kind: datadog-workflow, workflow_id: w}]")
    assert [sent.path for sent in server.requests] == ["/api/v2/workflows/w/instances"]
    assert played.statuses == {"a": "unknown"}


async def test_a_variable_never_gets_credentials(stage: Stage) -> None:
    """Credentials go along only where the author wrote the leading slash."""
    await stage.datadog()
    played = await stage.play(
        'vars: {U: /api/v1/validate}\nsteps: [{name: a, kind: http, url: "{{ U }}"}]'
    )
    assert played.ended == "failed"
    told = await stage.play("steps: [{name: a, kind: http, url: 'https://api.example.com/x'}]")
    assert not [name for name in told.requests[0].headers if name.startswith("dd-")]
    assert "authorization" not in told.requests[0].headers


async def test_a_header_is_sent_once(stage: Stage) -> None:
    played = await stage.play(
        """
        steps:
          - name: a
            kind: http
            method: POST
            url: https://api.example.com/x
            headers: {Accept: text/own, Content-Type: text/own}
            body: x
        """
    )
    sent = played.requests[0].headers
    assert (sent["accept"], sent["content-type"]) == ("text/own", "text/own")


async def test_two_bodies_are_an_error(stage: Stage) -> None:
    told = await stage.error(
        "steps: [{name: a, kind: http, url: 'https://x.example', body: a, body_file: b}]"
    )
    assert "exclude each other" in told


async def test_what_a_step_needs_is_told_at_load(stage: Stage) -> None:
    for kind, key in (("http", "url"), ("datadog-workflow", "workflow_id"), ("confirm", "message")):
        assert f"no `{key}`" in await stage.error(f"steps: [{{name: a, kind: {kind}}}]")


# ------------------------------------------------------------------------------ questions, captures


def test_only_yes_on_the_command_line_answers_for_a_person(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: a, kind: confirm, message: Go?}]")
    environ = {"DD_AUTO_APPROVE": "true", "CLAUDECODE": "1", "AGENT": "1", "FORCE_AGENT_MODE": "1"}
    assert program("run", "x.yaml", **environ).code == 2
    assert program("run", "x.yaml", "--yes").code == 0


def test_yes_does_not_go_past_a_failure(program: Program) -> None:
    program.write(
        "x",
        "name: x\nsteps:\n  - {name: a, kind: shell, run: exit 1, on_failure: confirm}\n"
        "  - {name: b, kind: shell, run: echo b}\n",
    )
    done = program("run", "x.yaml", "--yes")
    assert (done.code, done.out) == (1, "")


async def test_a_bare_capture_of_an_object_names_it(stage: Stage) -> None:
    """`downtime create` with `capture: ID`, then `downtime cancel {{ ID }}`: the maintenance example."""
    played = await stage.play(
        """
        steps:
          - name: a
            kind: pup
            run: downtime create --scope="service:redis" --duration=1h
            capture: DOWNTIME_ID
          - {name: b, kind: shell, run: 'echo {{ DOWNTIME_ID.data.type }}'}
          - {name: c, when: always, kind: pup, run: 'downtime cancel {{ DOWNTIME_ID }}'}
        """
    )
    assert played.ended == "succeeded", played.reason
    assert played.printed("b") == ["downtime"]
    assert played.world is not None
    assert [downtime.canceled is None for downtime in played.world.downtimes] == [False]


async def test_captures_take_parts(stage: Stage) -> None:
    played = await stage.play(
        """
        steps:
          - {name: a, kind: pup, run: monitors get 98765, capture: {NAME: json.name}}
          - {name: b, kind: shell, run: 'echo {{ NAME }}'}
        """
    )
    assert played.printed("b") == ["payments: error rate is high"]


async def test_a_capture_that_was_not_made_stops_who_needs_it(stage: Stage) -> None:
    played = await stage.play(
        """
        steps:
          - {name: a, kind: shell, run: exit 1, capture: X, on_failure: warn}
          - {name: b, when: cleanup, kind: shell, run: 'echo cleanup {{ X }}'}
          - {name: c, kind: shell, run: 'echo {{ X | default("none") }}'}
          - {name: d, kind: shell, run: 'echo {{ X }}'}
        """
    )
    assert played.statuses == {"a": "warned", "b": "skipped", "c": "succeeded", "d": "failed"}
    assert played.printed() == ["none"]


# ----------------------------------------------------------------------------- what is shown, durations


def test_progress_and_output_have_a_stream_each(program: Program) -> None:
    program.write("x", f"name: x\n{SHELL}")
    done = program("run", "x.yaml")
    assert done.out == "hi\n"
    assert "succeeded" in done.err


async def test_long_commands_in_other_alphabets_are_shown(stage: Stage) -> None:
    played = await stage.play(f"steps: [{{name: a, kind: shell, run: 'echo {'äöü' * 40}'}}]")
    assert played.printed() == ["äöü" * 40]


DURATIONS = {
    "90": True,
    "30 secs": True,
    "5 Minutes": True,
    "2HRS": True,
    "1h30m": True,
    "500ms": True,
    "1w": True,
    "now": False,
    "-5m": False,
    "99999999999999999999w": False,
}


@pytest.mark.parametrize("duration", DURATIONS)
async def test_durations(duration: str, stage: Stage) -> None:
    path = await stage.write(
        "d.yaml", f"name: d\nsteps: [{{name: a, kind: wait, duration: {duration}}}]"
    )
    assert load(path).ok is DURATIONS[duration]
