"""Cases: the same machine and the same judgement as of any run, with recorded answers for the world."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from pathlib import Path

import pytest

from pup_tui.rehearsal.suite import rehearse
from pup_tui.runbook.load import load
from tests.support.rehearsed import rehearsed

LOOK = """\
vars:
  SERVICE: {default: payments}
steps:
  - {name: Look, id: look, kind: shell, run: "kubectl get pods -l app={{ SERVICE }}", capture: PODS}
"""


SUCCESS = "{data: {attributes: {instanceStatus: {detailsKind: SUCCESS}}}}"


@pytest.fixture(autouse=True)
def no_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be started and nothing connected to."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a rehearsal reached the world")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.proves("P28")
def test_a_case_goes_as_expected(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path,
        LOOK,
        """\
        cases:
          - name: all well
            answers: [{step: look, sent: kubectl get pods -l app=payments, stdout: "p-1\\n"}]
            expect: {run: succeeded, steps: {look: succeeded}, captures: {PODS: p-1}}
        """,
    ).told
    assert told == []


def test_what_is_not_as_expected_is_told_where_it_stands(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path,
        LOOK,
        """\
        cases:
          - name: all well
            answers: [{step: look, sent: "*", stdout: p-1, exit_code: 3}]
            expect:
              run: succeeded
              steps: {look: succeeded}
              captures: {PODS: p-1}
        """,
    ).told
    assert told == [
        "5:12: the run failed (`look` failed: exited with 3), and was expected to be succeeded",
        "6:21: `look` was expected to be succeeded, and is failed (exited with 3)",
        "7:24: `PODS` was not captured",
    ]


@pytest.mark.proves("P28")
def test_a_changed_command_does_not_match_by_luck(tmp_path: Path) -> None:
    cases = """\
        cases:
          - name: changed
            answers: [{step: look, sent: kubectl get pod -l app=payments, stdout: p-1}]
        """
    assert rehearsed(tmp_path, LOOK, cases).told == [
        (
            "3:34: `look` would send something else than its answer says: it would send sent: "
            '"kubectl get pods -l app=payments"'
        )
    ]


@pytest.mark.parametrize(
    ("sent", "fits"),
    [
        ("pup logs search --query='status:error host:a' --from=5m", True),
        ('logs search --query="status:error host:a" --from=5m', True),
        ("pup logs search '--query=status:error host:a' --from=*", True),
        ("pup logs search --query=status:error host:a --from=5m", False),
        ("pup logs search --query='status:error host:b' --from=5m", False),
        ("pup logs search --query='status:error", False),
    ],
)
def test_of_words_it_does_not_matter_how_they_are_quoted(
    tmp_path: Path, sent: str, fits: bool
) -> None:
    runbook = """\
        steps:
          - name: Search
            id: search
            kind: pup
            run: logs search --query="status:error host:a" --from=5m
        """
    cases = f"cases:\n- name: a\n  answers:\n  - step: search\n    sent: >-\n      {sent}\n"
    assert (not rehearsed(tmp_path, runbook, cases).told) is fits


@pytest.mark.proves("P28")
def test_a_step_without_an_answer_ends_the_case(tmp_path: Path) -> None:
    assert rehearsed(tmp_path, LOOK, "cases: [{name: none}]").told == [
        '1:9: `look` has no answer: add one under `answers`, with sent: "kubectl get pods -l app=payments"'
    ]


def test_an_answer_that_was_not_used_is_an_error(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path,
        LOOK,
        """\
        cases:
          - name: twice
            answers:
              - {step: look, sent: "*", attempt: 1}
              - {step: look, sent: "*", attempt: 2}
        """,
    ).told
    assert told == [
        "5:9: the answer for `look`, attempt 2 was not used: the step was not tried so often, or not at all"
    ]


def test_names_that_the_runbook_does_not_have_are_told(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path,
        LOOK,
        """\
        cases:
          - name: names
            answers: [{step: lok, sent: "*"}]
            questions: {aks: yes}
            expect: {steps: {lookk: failed}, captures: {POD: 1}, undo: [looks]}
        """,
    ).told
    assert [each.split(": ", 1)[1] for each in told] == [
        "the runbook has no step `lok`: did you mean `look`?",
        "the runbook has no step `aks`: it has `look`",
        "the runbook has no step `lookk`: did you mean `look`?",
        "the runbook has no step `looks`: did you mean `look`?",
        "no step captures `POD`: did you mean `PODS`?",
    ]


@pytest.mark.proves("P28")
def test_values_come_from_the_case_and_defaults_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "from-the-world")
    runbook = """\
        vars:
          TOKEN: {type: secret, from: ["env:A_TOKEN", "file:/etc/hostname"]}
          HOST: {from: "command:hostname"}
          SIZE: {type: integer}
        steps: [{name: Wait, kind: wait, duration: 1s}]
        """
    told = rehearsed(tmp_path, runbook, "cases: [{name: none, vars: {SIZE: big}}]").told
    (line,) = told
    assert line.startswith("1:28: `TOKEN` is required")
    assert "`SIZE`: `big` is not a whole number" in line
    assert line.endswith(
        "`HOST` comes from elsewhere: a rehearsal has its values from `vars` and defaults only"
    )


HTTP = """\
vars: {TOKEN: {type: secret}}
steps:
  - name: Call
    id: call
    kind: http
    method: PATCH
    url: https://api.example.com/flags/x
    headers: {Authorization: "Bearer {{ TOKEN }}"}
    json: {enabled: false, token: "{{ TOKEN }}"}
    capture: {KEY: json.key, KIND: "headers['x-kind']"}
"""


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            "body: {key: a}, headers: {X-Kind: flag}",
            "run: succeeded, captures: {KEY: a, KIND: flag}",
        ),
        ('body: \'{"key": "a"}\', headers: {x-kind: flag}', "run: succeeded"),
        ("status: 404, body: gone", "run: failed"),
        ("body: {key: a}", "run: failed"),
        ("error: connection refused", "run: failed"),
        ("takes: 31s", "run: failed"),
    ],
)
def test_an_http_answer_is_judged_as_one_from_a_server(
    tmp_path: Path, answer: str, expected: str
) -> None:
    sent = r'"PATCH https://api.example.com/flags/x\nbody: {\"enabled\":false,\"token\":\"***\"}"'
    told = rehearsed(
        tmp_path,
        HTTP,
        f"""\
        cases:
          - name: call
            vars: {{TOKEN: made-up-secret}}
            answers: [{{step: call, sent: {sent}, {answer}}}]
            expect: {{{expected}}}
        """,
    ).told
    assert told == []


@pytest.mark.proves("P28")
@pytest.mark.parametrize(
    ("step", "answer", "ended"),
    [
        ("kind: pup, run: monitors list", "stdout: []", "succeeded"),
        ("kind: pup, run: monitors list", "status: 200, body: []", "succeeded"),
        ("kind: pup, run: monitors list", "status: 403, body: {errors: [Forbidden]}", "failed"),
        ("kind: pup, run: monitors list", "exit_code: 1", "failed"),
        ("kind: datadog-workflow, workflow_id: a", f"body: {SUCCESS}", "succeeded"),
        ("kind: datadog-workflow, workflow_id: a", "body: {data: {}}", "failed"),
        ("kind: datadog-workflow, workflow_id: a", "stdout: no JSON", "failed"),
        ("kind: datadog-workflow, workflow_id: a", "status: 500", "failed"),
        ("kind: sql, url: 'postgresql://db/x', query: select 1", "stdout: [{a: 1}]", "succeeded"),
        ("kind: sql, url: 'postgresql://db/x', query: select 1", "error: no such table", "failed"),
        ("kind: notify, to: 'slack://a/b', message: hello", "", "succeeded"),
        ("kind: notify, to: 'slack://a/b', message: hello", "error: gone", "failed"),
        ("kind: shell, run: a, success_codes: [3]", "exit_code: 3", "succeeded"),
        ("kind: shell, run: a, success_codes: [3]", "", "failed"),
    ],
)
def test_each_kind_of_step_is_judged_as_its_executor_does(
    tmp_path: Path, step: str, answer: str, ended: str
) -> None:
    runbook = f"steps: [{{name: It, id: it, {step}}}]"
    given = f'{{step: it, sent: "*"{answer and ", "}{answer}}}'
    cases = f"cases: [{{name: a, answers: [{given}], expect: {{run: {ended}}}}}]"
    assert rehearsed(tmp_path, runbook, cases).told == []


def test_a_value_that_is_left_empty_is_not_given(tmp_path: Path) -> None:
    cases = """\
        cases:
          - name: empty
            vars: {SERVICE: }
            answers: [{step: look, sent: "*=payments"}]
        """
    assert rehearsed(tmp_path, LOOK, cases).told == []


def test_a_changed_body_is_another_request(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path,
        HTTP,
        """\
        cases:
          - name: call
            vars: {TOKEN: made-up-secret}
            answers: [{step: call, sent: "PATCH https://api.example.com/flags/x"}]
        """,
    ).told
    assert told == [
        (
            "4:34: `call` would send something else than its answer says: it would send sent: "
            r'"PATCH https://api.example.com/flags/x\nbody: {\"enabled\":false,\"token\":\"***\"}"'
        )
    ]


def test_keys_that_say_nothing_of_a_step_are_refused(tmp_path: Path) -> None:
    answer = '{step: call, sent: "*", exit_code: 1}'
    cases = f"cases: [{{name: a, vars: {{TOKEN: made-up-secret}}, answers: [{answer}]}}]"
    assert rehearsed(tmp_path, HTTP, cases).told == [
        (
            "1:84: `exit_code` says nothing of `call`: "
            "an answer to this kind of step has `body`, `headers`, `status`"
        )
    ]
    cases = 'cases: [{name: a, answers: [{step: look, sent: "*", status: 200}]}]'
    assert rehearsed(tmp_path, LOOK, cases).told == [
        (
            "1:53: `status` says nothing of `look`: "
            "an answer to this kind of step has `exit_code`, `stderr`, `stdout`"
        )
    ]


POLL = """\
steps:
  - name: Wait for it
    id: ready
    kind: shell
    run: check
    poll: {interval: 30s, timeout: 1h, until: status == OK, fail_if: status == DEAD}
  - {name: A week, kind: wait, duration: 7d}
"""


@pytest.mark.parametrize(
    ("answers", "ended"),
    [
        ("[{step: ready, sent: check, stdout: {status: OK}}]", "succeeded"),
        (
            (
                "[{step: ready, sent: check, stdout: {status: WARN}},"
                " {step: ready, sent: check, stdout: {status: WARN}},"
                " {step: ready, sent: check, stdout: {status: OK}}]"
            ),
            "succeeded",
        ),
        (
            (
                "[{step: ready, sent: check, stdout: {status: WARN}},"
                " {step: ready, attempt: 7, sent: check, stdout: {status: DEAD}}]"
            ),
            "failed",
        ),
        ("[{step: ready, sent: check, stdout: {status: WARN}}]", "failed"),
        ("[{step: ready, sent: check, takes: 2h}]", "failed"),
    ],
)
def test_a_poll_goes_on_on_a_clock_of_its_own(tmp_path: Path, answers: str, ended: str) -> None:
    cases = f"cases: [{{name: poll, answers: {answers}, expect: {{run: {ended}}}}}]"
    assert rehearsed(tmp_path, POLL, cases).told == []


def test_answers_without_a_number_are_taken_in_order_and_the_last_one_stays(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path,
        POLL,
        """\
        cases:
          - name: poll
            answers:
              - {step: ready, sent: check, stdout: {status: OK}}
              - {step: ready, sent: check, stdout: {status: OK}}
        """,
    ).told
    assert told == [
        "5:9: the answer for `ready` was not used: the step was not tried so often, or not at all"
    ]


def test_retries_and_items_have_answers_of_their_own(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path,
        """\
        steps:
          - name: Restart
            id: restart
            kind: shell
            foreach: "['web', 'db', 'cache']"
            run: restart {{ item }}
            retry: {attempts: 2, delay: 1m}
            capture: OUT
        """,
        """\
        cases:
          - name: items
            answers:
              - {step: restart, item: 0, attempt: 1, sent: restart web, exit_code: 1}
              - {step: restart, item: 0, attempt: 2, sent: restart web, stdout: again}
              - {step: restart, item: "db", sent: "restart *", stdout: two}
              - {step: "restart[2]", sent: restart cache, stdout: three}
            expect:
              steps: {"restart[1]": succeeded, restart: succeeded}
              captures: {OUT: [again, two, three]}
        """,
    ).told
    assert told == []


def test_a_tool_of_an_optional_step_may_be_missing(tmp_path: Path) -> None:
    runbook = """\
        steps: [{name: Tell, id: tell, kind: shell, optional: true, run: tell-oncall now}]
        """
    there = "{name: there, answers: [{step: tell, sent: tell-oncall now}]}"
    gone = "{name: gone, missing: [tell-oncall], expect: {steps: {tell: skipped}}}"
    other = '{name: other, missing: [xy], answers: [{step: tell, sent: "*"}]}'
    told = rehearsed(tmp_path, runbook, f"cases: [{there}, {gone}, {other}]").failures
    assert told["there"] == told["gone"] == []
    assert told["other"][0].endswith(
        "no optional step looks for the tool `xy`: leave it out of `missing`"
    )


def test_called_runbooks_groups_and_what_runs_side_by_side_are_rehearsed_too(
    tmp_path: Path,
) -> None:
    told = rehearsed(
        tmp_path,
        """\
        steps:
          - name: All
            id: all
            kind: parallel
            steps:
              - {name: Call, id: call, kind: runbook, runbook: other, vars: {WHAT: x}}
              - {name: Beside, id: beside, kind: shell, run: beside}
        """,
        """\
        cases:
          - name: called
            answers:
              - {step: all/call/inner, sent: inner x, takes: 3s}
              - {step: all/beside, sent: beside, takes: 5s}
            expect: {steps: {all/call: succeeded}}
        """,
        other="""\
        lock: "{{ WHAT }}"
        vars: {WHAT: {}}
        steps: [{name: Inner, id: inner, kind: shell, run: "inner {{ WHAT }}"}]
        """,
    ).told
    assert told == []


def test_a_secret_of_a_case_is_never_told(tmp_path: Path) -> None:
    rehearsal = rehearsed(
        tmp_path,
        """\
        vars: {TOKEN: {type: secret}}
        steps: [{name: Show, id: show, kind: shell, run: "echo {{ TOKEN }}", capture: SEEN}]
        """,
        """\
        cases:
          - name: shown
            vars: {TOKEN: made-up-secret}
            answers: [{step: show, sent: "echo ***", stdout: made-up-secret}]
            expect: {captures: {SEEN: other}}
          - name: other
            vars: {TOKEN: made-up-secret}
            answers: [{step: show, sent: "print ***"}]
        """,
    )
    assert "made-up-secret" not in str(rehearsal.failures)
    assert rehearsal.failures["shown"] == ["5:31: `SEEN` holds '***', and 'other' was expected"]


def test_what_a_step_is_to_show_has_to_be_made_of_its_answer(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path,
        """\
        steps:
          - name: List
            id: list
            kind: pup
            run: monitors list
            show: {table: {rows: json.data, columns: [name]}}
        """,
        """\
        cases: [{name: shown, answers: [{step: list, sent: pup monitors list, stdout: [{name: a}]}]}]
        """,
    ).told
    (line,) = told
    assert line.startswith("1:33: what `list` is to show cannot be made: ")


def test_a_fault_of_one_case_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pup_tui.rehearsal.play.answered", breaks)
    cases = "cases: [{name: a, answers: [{step: look, sent: '*'}]}, {name: b}]"
    told = rehearsed(tmp_path, LOOK, cases).failures
    assert told["a"] == ["1:9: a fault in pup-tui (ZeroDivisionError): please report it"]
    assert "`look` has no answer" in told["b"][0]


def test_a_run_that_waits_for_ever_is_told(tmp_path: Path) -> None:
    runbook = "steps: [{name: Ask, id: ask, kind: confirm, message: Go?}]"
    (line,) = rehearsed(tmp_path, runbook, "cases: [{name: a, questions: {ask: nobody}}]").told
    assert "waits for what never comes" in line


def test_a_poll_that_nothing_ends_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pup_tui.rehearsal.play.MOST_ATTEMPTS", 100)
    runbook = """\
        steps:
          - {name: A, id: a, kind: shell, run: a, poll: {interval: 1s, timeout: 365d, until: empty}}
        """
    cases = "cases: [{name: a, answers: [{step: a, sent: a, stdout: b}]}]"
    (line,) = rehearsed(tmp_path, runbook, cases).told
    assert "more than 100 attempts are made" in line


def test_answers_that_are_read_too_often_are_told(tmp_path: Path) -> None:
    cases = (
        f"cases: [{{name: a, answers: [{{step: ready, sent: check, stdout: {'x' * 500_000}}}]}}]"
    )
    slow = POLL.replace("interval: 30s", "interval: 1s")
    (line,) = rehearsed(tmp_path, slow, cases).told
    assert "its attempts print more than 256 MiB in all" in line


async def test_others_get_a_turn_while_a_long_case_is_played(tmp_path: Path) -> None:
    (tmp_path / "_tests").mkdir()
    (tmp_path / "slow.yaml").write_text("name: slow\n" + POLL.replace("30s", "1s"))
    file = tmp_path / "_tests" / "slow.yaml"
    file.write_text("cases: [{name: a, answers: [{step: ready, sent: check, stdout: x}]}]")
    playing = asyncio.ensure_future(rehearse([file], load))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not playing.done()
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing


def test_a_broken_runbook_and_a_missing_one_are_told(tmp_path: Path) -> None:
    broken = rehearsed(tmp_path, "steps: []", "cases: [{name: a}]")
    assert broken.whole.problems[0].path.endswith("example.yaml")
    (tmp_path / "example.yaml").unlink()
    (tmp_path / "_tests" / "gone.yaml").write_text("cases: [{name: a}]")
    (found,) = asyncio.run(rehearse([tmp_path / "_tests" / "gone.yaml"], load))
    assert "there is no runbook `gone` beside _tests" in str(found.problems[0])


FLEET = """\
steps:
  - {name: A, kind: shell, foreach: {ansible: hosts.ini}, run: "restart {{ item }}", max_errors: 1}
"""


def test_what_an_inventory_gives_stands_in_the_case(tmp_path: Path) -> None:
    cases = """\
        cases:
          - name: one fails
            items: {a: [web-1, web-2]}
            answers:
              - {step: a, item: web-1, sent: restart web-1, exit_code: 1}
              - {step: a, item: "web-2", sent: restart web-2}
            expect: {run: failed, steps: {"a[0]": failed, "a[1]": succeeded}}
        """
    assert rehearsed(tmp_path, FLEET, cases).told == []


def test_an_inventory_may_give_nothing_in_a_case(tmp_path: Path) -> None:
    cases = """\
        cases:
          - name: gone
            items: {a: there is no such file}
            expect: {run: failed, steps: {a: failed}}
        """
    assert rehearsed(tmp_path, FLEET, cases).told == []


def test_an_inventory_without_an_answer_ends_the_case(tmp_path: Path) -> None:
    assert rehearsed(tmp_path, FLEET, "cases: [{name: none}]").told == [
        "1:9: `a` asks an inventory, and there is no answer: add `a: [ITEM, …]` to `items`"
    ]


def test_an_inventory_that_was_not_asked_is_told(tmp_path: Path) -> None:
    cases = """\
        cases:
          - name: another
            items: {look: [x]}
            answers: [{step: look, sent: "*"}]
        """
    (told,) = rehearsed(tmp_path, LOOK, cases).told
    assert told.endswith("the inventory of `look` was not asked: leave it out of `items`")


def test_a_host_may_be_out_of_reach_in_a_case(tmp_path: Path) -> None:
    runbook = """\
        steps:
          - {name: A, kind: shell, foreach: [x, y], unreachable: ignore, run: "restart {{ item }}"}
        """
    cases = """\
        cases:
          - name: one is away
            answers:
              - {step: a, item: x, sent: restart x, error: "cannot reach x", unreachable: true}
              - {step: a, item: y, sent: restart y}
            expect: {run: succeeded, steps: {"a[0]": warned, "a[1]": succeeded}}
        """
    assert rehearsed(tmp_path, runbook, cases).told == []
    without = cases.replace('error: "cannot reach x", ', "")
    (told,) = rehearsed(tmp_path, runbook, without).problems
    assert told.endswith("an answer that is `unreachable` has an `error`, which says why")
