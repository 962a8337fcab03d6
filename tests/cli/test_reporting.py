"""`pup-tui report`: what is recorded of runs, as a document."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest

from pup_tui.analysis.report.people import People
from pup_tui.cli.reporting import file_names
from tests.support.journals import copied
from tests.support.program import Program
from tests.support.web_pages import measured, strictly

RUNBOOK = r"""
name: "Drain <b>payments</b> [x](https://evil.example)"
vars:
  SERVICE: {default: payments}
  TOKEN: {type: secret, from: "env:THE_TOKEN"}
steps:
  - {name: How many, kind: input, vars: {COUNT: {type: integer, default: 3}}}
  - {name: Sure, kind: confirm, message: "Sure, @channel? https://evil.example"}
  - name: Print
    kind: shell
    env: {TOKEN: "{{ TOKEN }}"}
    run: |
      printf '%s\n' '<script>alert(1)</script>' '```' '<img src=x onerror="changed=true">' "token $TOKEN"
      seq 100
      printf '%3000s\n' '' | tr ' ' x
    undo: {kind: shell, run: echo taken back}
  - {name: May fail, kind: shell, run: exit 3, on_failure: ignore}
  - {name: Look, kind: shell, read_only: true, run: "echo 3", poll: {until: "value > 2", interval: 1s}}
  - {name: Fails, kind: shell, run: "echo no >&2; false"}
"""
SECRET = "hunter22-the-token"


@pytest.fixture
def failed(program: Program) -> str:
    """The id of a run that failed and was taken back."""
    program.write("drain", RUNBOOK)
    done = program("run", "drain.yaml", "--yes", "--undo", "--json", THE_TOKEN=SECRET)
    assert done.code == 1
    run: str = done.event("run.started")["run"]
    return run


def test_markdown_tells_it_all_and_marks_what_nobody_recorded(
    program: Program, failed: str
) -> None:
    told = program("report", failed)
    assert told.code == 0
    headings = re.findall(r"^## (.*)$", told.out, re.M)
    assert headings == [
        *("Summary", "Impact", "Detection", "Timeline", "Variables", "Decisions", "Changes made"),
        *("What was taken back", "What is unknown", "Causes", "Resolution", "Lessons", "Actions"),
        *("Steps", "Record"),
    ]
    assert told.out.count("> **To fill in:** ") == 14
    assert "`SERVICE` = `payments`" in told.out
    assert "`TOKEN` = `***`" in told.out
    assert "token ***" in told.out
    assert "[… 65 lines are left out here …]" in told.out
    assert "[… 2,000 more]" in told.out
    assert "`how_many`: `yes` by `--yes`. `COUNT` = `3`" in told.out
    assert "`sure`: `yes` by `--yes`. Asked: `Sure, @channel? https://evil.example`" in told.out
    assert re.search(
        r"`Print` \(`print`\): may have changed something, .* and was taken back", told.out
    )
    assert "`Look` (`look`): may have" not in told.out
    assert "`Fails` (`fails`): what it did before it failed" in told.out
    assert "`Undo: Print` (`print:undo`): succeeded" in told.out


@pytest.mark.proves("P33")
@pytest.mark.parametrize("format_", ["md", "html", "json", "chat"])
def test_a_secret_is_in_no_format(program: Program, failed: str, format_: str) -> None:
    told = program("report", failed, "--format", format_, "--names")
    assert told.code == 0
    assert told.out
    assert SECRET not in told.out


@pytest.mark.parametrize("format_", ["md", "html", "json", "chat"])
def test_people_are_told_by_role_unless_names_are_wanted(program: Program, format_: str) -> None:
    program.write("a", "name: a\nsteps: [{name: s, kind: shell, run: 'false'}]\n")
    run = program("run", "a.yaml", "--json").event("run.started")["run"]
    assert program("resume", run, "--yes", USER="bob").code == 1
    by_role = program("report", run, "--format", format_).out
    assert not re.search(r"\b(ada|bob)\b", by_role)
    assert "operator 1" in by_role
    by_name = program("report", run, "--format", format_, "--names").out
    assert "ada" in by_name
    assert "bob" in by_name
    assert "operator 1" not in by_name


def test_several_runs_stand_in_one_timeline(program: Program, failed: str) -> None:
    second = program("run", "drain.yaml", "--yes", "--json", THE_TOKEN=SECRET)
    other = second.event("run.started")["run"]
    told = program("report", other, failed[-8:], "--format", "json").json
    assert [run["run"] for run in told["runs"]] == [failed, other]
    moments = [entry["at"] for entry in told["timeline"]]
    assert moments == sorted(moments)
    assert {entry["run"] for entry in told["timeline"]} == {failed, other}
    assert program("report", "--since", "1h", "--format", "json").json["runs"] == told["runs"]
    text = program("report", failed, other).out
    assert f"`{failed}`: the run begins" in text
    assert f"## Steps of the run `{other}`" in text


def test_runs_of_an_incident_are_found_by_alert_and_by_variable(
    program: Program, tmp_path: Path
) -> None:
    program.write(
        "a",
        "name: a\nvars: {INCIDENT: {default: none}}\nsteps: [{name: s, kind: shell, run: 'true'}]\n",
    )
    alert = tmp_path / "alert.json"
    alert.write_text(
        '{"alerts": [{"status": "firing", "labels": {"alertname": "TooSlow", "severity": "critical"},'
        ' "annotations": {"summary": "slow <b>x</b>"}, "startsAt": "2026-01-02T03:04:05Z",'
        ' "fingerprint": "f00d"}], "version": "4", "status": "firing"}'
    )
    with_alert = program("run", "a.yaml", "--alert", str(alert), "--json").event("run.started")[
        "run"
    ]
    by_value = program("run", "a.yaml", "--arg", "INCIDENT=F00D", "--json").event("run.started")[
        "run"
    ]
    program("run", "a.yaml")
    told = program("report", "--incident", "f00d", "--format", "json").json
    assert [run["run"] for run in told["runs"]] == [with_alert, by_value]
    assert told["timeline"][0]["at"] == "2026-01-02T03:04:05.000000Z"
    assert told["timeline"][0]["kind"] == "alert"
    assert "`severity`: `critical`" in program("report", with_alert).out
    nothing = program("report", "--incident", "no-such")
    assert nothing.code == 2
    assert nothing.err.startswith("pup-tui: no run has that as a value")


def test_a_file_is_private_new_and_leads_to_the_outputs(
    program: Program, failed: str, tmp_path: Path
) -> None:
    file = program.cwd / "report.html"
    done = program("report", failed, "--format", "html", "-o", "report.html")
    assert (done.code, done.out) == (0, "")
    assert done.err == "pup-tui: written: report.html\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    links = [each.get("href") for each in strictly(file.read_text()).iter("a")]
    files = [link for link in links if not link.startswith("#")]
    assert files
    assert all((program.cwd / link).resolve().is_file() for link in files)
    before = file.read_bytes()
    again = program("report", failed, "-o", "report.html")
    assert again.code == 2
    assert again.err == (
        "pup-tui: there is a file already: report.html: name another one with -o\n"
    )
    assert file.read_bytes() == before
    nowhere = program("report", failed, "-o", "no/such/folder.md")
    assert nowhere.code == 1
    assert "nothing was written (there is no such file or folder): no/such/folder.md" in nowhere.err


def test_a_signal_that_stopped_a_run_is_no_person(program: Program) -> None:
    program.write(
        "long", "name: long\nsteps: [{name: s, kind: shell, run: 'echo begun; sleep 60'}]\n"
    )
    with program.start("run", "long.yaml", "--json") as begun:
        assert any("step.output" in line for line in begun.stdout)
        begun.terminate()
    told = program("report", "--since", "1h").out
    assert "`cancel the run` by `SIGTERM`" in told
    assert "by `operator`" in told
    assert "operator 2" not in told


def test_an_output_that_cannot_be_read_is_told_with_its_step(
    program: Program, failed: str, tmp_path: Path
) -> None:
    (output,) = (tmp_path / "state" / "outputs" / failed).glob("*fails.log")
    output.unlink()
    output.symlink_to("/etc/passwd")
    told = program("report", failed)
    assert told.code == 0
    assert "root:" not in told.out
    assert "`Fails` (`fails`): `what it printed cannot be read: " in told.out


def test_what_is_asked_for_and_cannot_be_told_says_so(program: Program, failed: str) -> None:
    for args, said in (
        ((), "pup-tui: no run is named: name one"),
        (("nothing",), "pup-tui: there is no run `nothing`: `pup-tui history` shows the runs"),
        ((failed, "--since", "1h"), "pup-tui: runs are named, and a time or an incident as well"),
        (("--since", "soon"), "pup-tui: "),
    ):
        done = program("report", *args)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(said)


def test_more_runs_than_anybody_reads_are_refused(program: Program, tmp_path: Path) -> None:
    program.write("a", "name: a\nsteps: [{name: s, kind: shell, run: 'true'}]\n")
    run = program("run", "a.yaml", "--json").event("run.started")["run"]
    copied(tmp_path / "state", run, 99)
    told = program("report", "--since", "1h", "--format", "json")
    assert len(told.json["runs"]) == 100
    program("run", "a.yaml")
    refused = program("report", "--since", "1h")
    assert refused.code == 2
    assert refused.err == (
        "pup-tui: these are 101 runs, and a report tells at most 100: name fewer, or another --since\n"
    )


def test_a_run_that_goes_on_or_broke_off_says_what_is_unknown(program: Program) -> None:
    program.write(
        "long", "name: long\nsteps: [{name: s, kind: shell, run: 'echo begun; sleep 60'}]\n"
    )
    with program.start("run", "long.yaml", "--json") as begun:
        assert any("step.output" in line for line in begun.stdout)
        under_way = program("report", "--since", "1h")
        assert "was still under way when this was written" in under_way.out
        assert "how the run ends" in under_way.out
        begun.kill()
    broken = program("report", "--since", "1h")
    assert "interrupted" in broken.out
    assert "`s` (`s`): whether it was done" in broken.out
    assert "when the run ended exactly: its program was gone" in broken.out


@pytest.mark.proves("P33")
def test_a_browser_runs_and_fetches_nothing_and_a_phone_needs_no_sideways_scroll(
    program: Program, failed: str
) -> None:
    program("report", failed, "--format", "html", "-o", "report.html")
    page = program.cwd / "report.html"
    seen: list[Any] = [
        measured(page, 360),
        measured(page, 1200, dark=True),
    ]
    for told in seen:
        assert (told["scripts"], told["fetched"], told["changed"]) == (0, [], False)
        assert told["needed"] == told["shown"]
        assert told["wide"] == []
        assert told["font"] >= 16
    assert seen[0]["colour"] == "rgb(255, 255, 255)"
    assert seen[1]["colour"] != seen[0]["colour"]


def test_nothing_leads_to_a_file_by_way_of_somebody_who_is_not_named(tmp_path: Path) -> None:
    home = tmp_path / "ada b"
    output = home / "state" / "a:b" / "1.log"
    by_role = People(["ada b"])
    named = file_names(home, None, by_role)(str(output))
    assert (named.shown, named.address) == ("~/state/a:b/1.log", "")
    beside = file_names(home, home / "report.md", by_role)(str(output))
    assert (beside.shown, beside.address) == ("~/state/a:b/1.log", "./state/a%3Ab/1.log")
    by_name = file_names(home, None, People(["ada b"], by_name=True))(str(output))
    assert by_name.address == output.as_uri()
