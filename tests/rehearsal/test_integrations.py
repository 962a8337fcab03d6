"""Rehearsals of runbooks that call actions: settings have stand-ins, and nothing outside is asked."""

from __future__ import annotations

from pathlib import Path

from tests.support.program import Program, program_in

RUNBOOK = """\
name: tell
steps:
  - {name: Tell, template: slack/post_message, with: {CHANNEL: "#x", TEXT: hello}}
  - {name: Page, template: pagerduty/send_event, with: {SUMMARY: it, SOURCE: me, DEDUP_KEY: k}}
"""
CASES = """\
cases:
  - name: it is told
    answers:
      - step: tell/post_the_message
        sent: "POST https://slack.com/api/chat.postMessage*"
        status: 200
        body: {ok: true, ts: "1.2", channel: C1}
      - step: page/send_the_event
        sent: "*enqueue*"
        status: 202
        body: {status: success, dedup_key: k}
"""


def test_settings_have_stand_ins(tmp_path: Path) -> None:
    program: Program = program_in(tmp_path)
    program.write("tell", RUNBOOK)
    (program.cwd / "_tests").mkdir()
    (program.cwd / "_tests" / "tell.yaml").write_text(CASES)
    done = program("test", "tell.yaml", "--json")
    assert done.code == 0, done.out + done.err
    assert done.json["passed"] == 1
    (coverage,) = done.json["coverage"]
    # What an action does inside is proved elsewhere; that it fails is a matter of the runbook.
    missing = [(each["step"], each["what"]) for each in coverage["missing"]]
    assert missing == [("tell", "fails"), ("page", "fails")]


def test_a_credential_that_is_not_needed_is_left_out(tmp_path: Path) -> None:
    program: Program = program_in(tmp_path)
    step = "{name: Ask, template: alertmanager/alerts}"
    program.write("ask", f"name: ask\nsteps:\n  - {step}\n")
    (program.cwd / "_tests").mkdir()
    answer = '{step: ask/ask_for_the_alerts, sent: "GET *", body: []}'
    cases = f"cases:\n  - name: nothing fires\n    answers: [{answer}]\n"
    (program.cwd / "_tests" / "ask.yaml").write_text(cases)
    done = program("test", "ask.yaml", "--json")
    assert done.code == 0, done.out + done.err
