"""Nothing that templates make out of secrets is found in what the real program leaves, lists or shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.secret_spellings import spellings
from tests.support.program import Ended, Program

RUNBOOK = """\
name: parts
vars:
  CRED: {type: secret, from: "env:CRED"}
  HOSTS: {type: secret, from: "env:HOSTS"}
  PASSWORD: {default: "{{ CRED.split(':')[1] }}"}
  SHORT: {default: "{{ CRED[:4] }}"}
  PRINTED: {from: "command:printf 'acct-%s-x' {{ CRED.split(':')[1] }}"}
  CODED: {from: "command:printf '%s' {{ CRED[10:] }} | base64"}
  NUMBER: {from: "command:printf 47; : {{ HOSTS | replace('alpha', 'gamma') }}"}
defaults: {env: {DEFAULT_PART: "{{ CRED[10:24] }}"}}
steps:
  - name: first
    kind: shell
    if: CRED.startswith('deploy')
    timeout: "{{ HOSTS | length }}s"
    run: |
      echo {{ PASSWORD }} {{ SHORT }} {{ CRED | upper }} {{ CRED[10:] | b64encode }}
      echo {{ PASSWORD | urlencode }} "$DEFAULT_PART" "$STEP_PART" {{ PASSWORD | reverse }}
      cat; cat /proc/[0-9]*/cmdline > argv.bin 2>/dev/null; :
    env: {STEP_PART: "user={{ CRED.split(':')[0] | title }}"}
    stdin: '{"pass": "{{ CRED.split(":")[1] }}"}'
    capture: {BACK: "CRED | reverse", SAID: {value: "lines[0]", secret: true}}
  - {name: again, kind: shell, run: "echo {{ BACK[:12] }} {{ steps.first.output[:9] }} {{ SAID | lower }}"}
  - name: printed
    kind: shell
    run: |
      x={{ PRINTED }}; echo "$x" "${x#acct-}" {{ CODED }} {{ NUMBER }} gamma-ho''st-1,beta-ho''st-22
  - {name: asks, kind: input, vars: {ASKED: {from: "command:printf '%s' {{ CRED[3:20] | title }}"}}}
  - {name: use, kind: shell, run: "echo {{ ASKED }}"}
  - {name: no, kind: shell, if: "CRED == 'x'", run: exit 1}
  - {name: each, kind: shell, foreach: "HOSTS.split(',')", run: "echo {{ item | upper }} {{ item[6:] }}"}
  - name: called
    kind: runbook
    runbook: inner
    vars: {GIVEN: "{{ PASSWORD[8:] }}", PLAIN: "{{ 'production' if CRED else 'staging' }}"}
  - {name: sure, kind: confirm, message: "Use {{ CRED[:9] }} and {{ SHORT }}?"}
  - {name: call, kind: http, url: "http://127.0.0.1:1/{{ SHORT }}/{{ CRED[10:17] }}", on_failure: warn,
     headers: {Authorization: "Basic {{ CRED | b64encode }}"}, timeout: 5s}
  - {name: tell, kind: notify, to: "json://127.0.0.1:1/{{ SHORT }}", on_failure: warn,
     title: "{{ PASSWORD[:7] }} {{ SHORT }}", message: "{{ CRED }}", timeout: 5s}
  - {name: bad, kind: shell, timeout: "{{ SHORT }}", run: ":", on_failure: warn}
"""

INNER = """\
name: inner
vars:
  GIVEN: {}
  PLAIN: {}
  MADE: {default: "-{{ GIVEN[4:] | upper }}-"}
  TOLD: {from: "command:printf '<%s>' {{ GIVEN[2:] | title }}"}
steps:
  - {name: use, kind: shell, run: "echo {{ GIVEN }} {{ PLAIN }} {{ MADE }} {{ TOLD }}"}
"""

CRED = "deploybot:correct-horse-battery"
HOSTS = "alpha-host-1,beta-host-22"
PASSWORD = "correct-horse-battery"
DERIVED = (
    *(PASSWORD, CRED.upper(), PASSWORD[::-1], CRED[10:24], "user=Deploybot", CRED[::-1][:12]),
    *("ALPHA-HOST-1", "BETA-HOST-22", "host-1", "ost-22", PASSWORD[8:], "-SE-BATTERY-"),
    *(CRED[3:20].title(), PASSWORD[10:].title(), "gamma-host-1,beta-host-22"),
    *("deploybot", "correct", "alpha-host-1", PASSWORD.upper(), "RSE-BATTERY", "orse-battery"),
)


def leaks(text: bytes) -> list[str]:
    """The spellings of what was made out of the secrets that are in a text."""
    forms = {form for part in DERIVED for form in spellings(part) if len(form) >= 6}
    return sorted(form for form in forms if form.encode("utf-8", "surrogatepass") in text)


def all_kept(program: Program) -> bytes:
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    return b"".join(
        b"\0".join((str(path).encode(), path.read_bytes() if path.is_file() else b""))
        for path in state.rglob("*")
    )


@pytest.fixture
def done(program: Program) -> Ended:
    """A run of everything that may be made out of secrets."""
    program.write("parts", RUNBOOK)
    program.write("inner", INNER)
    return program("run", "parts.yaml", "--json", "--yes", CRED=CRED, HOSTS=HOSTS)


@pytest.mark.proves("P30")
def test_a_run_leaves_and_shows_no_part_of_a_secret(program: Program, done: Ended) -> None:
    statuses = done.statuses()
    assert statuses["first"] == "succeeded", done.out
    assert statuses["no"] == "skipped"
    assert statuses["called/use"] == "succeeded"
    for status in ("call", "tell", "bad"):
        assert statuses[status] == "warned", done.out
    assert leaks(done.out.encode()) == []
    assert leaks(done.err.encode()) == []
    assert leaks(all_kept(program)) == []
    assert leaks((program.cwd / "argv.bin").read_bytes()) == []
    commands = " ".join(e["command"] for e in done.events if e["type"] == "step.started")
    reasons = " ".join(e["reason"] for e in done.events if e["type"] == "step.finished")
    assert "depl" not in commands + reasons
    said = [e["text"] for e in done.events if e["type"] == "step.output"]
    assert "*** production *** ***" in said
    assert "*** ***-x *** 47 ***" in said


@pytest.mark.proves("P30")
def test_the_run_is_shown_again_as_it_was(program: Program, done: Ended) -> None:
    run = done.events[0]["run"]
    for environ in ({}, {"CRED": "another-secret", "HOSTS": "one-only-host"}):
        again = program("show", run, "--json", **environ)
        assert again.code == 0, again.err
        assert leaks(again.out.encode()) == []
        finished = [e for e in done.events if e["type"] == "step.finished"]
        told = {step["step"]: (step["status"], step["reason"]) for step in again.json["steps"]}
        assert told == {e["step"]: (e["status"], e["reason"]) for e in finished}
        plain = program("show", run, **environ)
        assert leaks(plain.out.encode()) == []


@pytest.mark.proves("P30")
def test_a_plan_shows_no_part_of_a_secret(program: Program) -> None:
    program.write("parts", RUNBOOK)
    program.write("inner", INNER)
    for options in ((), ("--json",)):
        planned = program("plan", "parts.yaml", *options, CRED=CRED, HOSTS=HOSTS)
        assert planned.code == 0, planned.err
        assert leaks(planned.out.encode()) == []
        assert "depl" not in planned.out.replace("startswith('deploy')", "")
        assert "production" in planned.out


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_plan_hides_a_plain_variable_with_the_same_text(
    program: Program, options: tuple[str, ...]
) -> None:
    variables = (
        "{TOKEN: {type: secret, from: 'env:T'}, PLAIN: {from: 'env:T'}, HOLDS: {from: 'env:H'}}"
    )
    program.write(
        "same", f"name: same\nvars: {variables}\nsteps: [{{name: a, kind: wait, duration: 1s}}]\n"
    )
    planned = program("plan", "same.yaml", *options, T="correct-horse", H="Bearer correct-horse")
    assert (planned.code, planned.out.count("***")) == (0, 3)
    assert "correct-horse" not in planned.out
