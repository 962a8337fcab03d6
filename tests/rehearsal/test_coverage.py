"""Coverage: what no case reaches is named, and nothing else is."""

from __future__ import annotations

from pathlib import Path

from tests.support.rehearsed import rehearsed

RUNBOOK = """\
vars: {FULL: {type: boolean, default: false}}
steps:
  - {name: Sure, id: sure, kind: confirm, message: Sure?, timeout: 5m}
  - name: Look
    id: look
    kind: shell
    run: look
    retry: {attempts: 2, delay: 1s, on: exit_code == 7}
    assert: ["output != 'a'", "output != 'b'"]
  - {name: Full, id: full, kind: shell, if: FULL, run: full, on_failure: confirm}
  - {name: Drop, id: drop, kind: shell, danger: true, run: drop, undo: {kind: shell, run: put back}}
  - {name: Tell, id: tell, kind: shell, optional: true, run: tell-them}
  - {name: Ready, id: ready, kind: shell, run: ready, poll: {until: empty, fail_if: output == 'x'}}
"""
WELL = """\
- name: well
  answers:
    - &look {step: look, sent: look, stdout: c}
    - &drop {step: drop, sent: drop}
    - &tell {step: tell, sent: tell-them}
    - &ready {step: ready, sent: ready}
  questions: {sure: yes, drop: yes}
"""


def missing(folder: Path, *cases: str) -> list[str]:
    """What no case reaches, of cases that all go as expected."""
    rehearsal = rehearsed(folder, RUNBOOK, "cases:\n" + "".join(cases))
    assert all(not failures for failures in rehearsal.failures.values()), rehearsal.failures
    coverage = rehearsal.whole.coverage
    assert coverage is not None
    assert coverage.reached == len(coverage.points) - len(coverage.missing)
    return [f"{point.step}: {point.what}" for point in coverage.missing]


def test_what_no_case_reaches_is_named_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert missing(tmp_path, WELL) == [
        "sure: is answered no",
        "sure: is answered by nobody in time",
        "look: fails",
        "look: is tried again",
        "look: `retry.on` holds",
        "look: `assert` 1 does not hold",
        "look: `assert` 2 does not hold",
        "full: its `if` holds",
        "full: runs",
        "full: fails",
        "drop: is answered no",
        "drop: fails",
        "tell: its tool is missing",
        "tell: fails",
        "ready: fails",
        "ready: `until` does not hold",
        "ready: `fail_if` holds",
        "drop:undo: runs",
        "drop:undo: fails",
    ]


def test_a_runbook_can_be_reached_whole(tmp_path: Path) -> None:
    cases = [
        WELL,
        "- {name: no, questions: {sure: no}, expect: {run: aborted}}\n",
        "- {name: nobody, questions: {sure: nobody}, expect: {run: aborted}}\n",
        (
            "- {name: look, questions: {sure: yes}, expect: {run: failed},"
            " answers: [{step: look, sent: look, exit_code: 7}]}\n"
        ),
        *(
            f"- {{name: assert {each}, questions: {{sure: yes}}, expect: {{run: failed}},"
            f" answers: [{{step: look, sent: look, stdout: {each}}}]}}\n"
            for each in "ab"
        ),
        (
            "- {name: full, vars: {FULL: true}, questions: {sure: yes, full: continue, drop: no},"
            " expect: {run: aborted}, answers: [*look, {step: full, sent: full, exit_code: 1}]}\n"
        ),
        (
            "- {name: drop, questions: {sure: yes, drop: yes}, expect: {run: failed},"
            " answers: [*look, {step: drop, sent: drop, exit_code: 1}]}\n"
        ),
        (
            "- {name: tell, questions: {sure: yes, drop: yes}, answers: [*look, *drop, *ready],"
            " missing: [tell-them]}\n"
        ),
        (
            "- {name: told, questions: {sure: yes, drop: yes}, expect: {steps: {tell: warned}},"
            " answers: [*look, *drop, {step: tell, sent: tell-them, exit_code: 1}, *ready]}\n"
        ),
        (
            "- {name: ready, questions: {sure: yes, drop: yes, undo: yes}, expect: {run: failed},"
            " answers: [*look, *drop, *tell, {step: ready, sent: ready, stdout: x},"
            ' {step: "drop:undo", sent: put back, exit_code: 1}]}\n'
        ),
    ]
    assert missing(tmp_path, *cases) == []


def test_both_sides_of_a_condition_are_needed(tmp_path: Path) -> None:
    full = WELL.replace("name: well", "name: full\n  vars: {FULL: true}")
    full = full.replace("- &drop", "- {step: full, sent: full}\n    - &drop")
    told = missing(tmp_path, full)
    assert "full: its `if` does not hold" in told
    assert "full: its `if` holds" not in told


def test_of_blocks_it_counts_that_they_are_tried_again_and_what_they_wait_for(
    tmp_path: Path,
) -> None:
    runbook = """\
        steps:
          - name: Again
            id: again
            kind: group
            retry: {attempts: 2, delay: 1s}
            steps: [{name: In, id: in, kind: shell, run: in}]
          - name: Until
            id: until
            kind: group
            poll: {interval: 1s, timeout: 1m, until: "X == 'ok'"}
            steps: [{name: P, id: p, kind: shell, run: p, capture: X}]
        """
    case = """\
        cases:
          - name: at once
            answers: [{step: again/in, sent: in}, {step: until/p, sent: p, stdout: ok}]
        """
    coverage = rehearsed(tmp_path, runbook, case).whole.coverage
    assert coverage is not None
    assert [f"{point.step}: {point.what}" for point in coverage.missing] == [
        "again: is tried again",
        "again/in: fails",
        "until: `until` does not hold",
        "until/p: fails",
    ]
    second = """\
          - name: at last
            answers:
              - {step: again/in, sent: in, attempt: 1, exit_code: 1}
              - {step: again/in, sent: in, attempt: 2}
              - {step: until/p, sent: p, exit_code: 1}
              - {step: until/p, sent: p, stdout: ok}
        """
    both = rehearsed(tmp_path, runbook, case.rstrip(" ") + second).whole
    assert both.ok
    assert both.coverage is not None
    assert both.coverage.missing == ()
