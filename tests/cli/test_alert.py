"""`pup-tui alert`, and `--alert` of `run` and `plan`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.program import Program

DATA = Path(__file__).parent.parent / "analysis" / "data"
STEPS = "steps: [{name: a, kind: shell, run: 'echo {{ ENV }} {{ run.alert.title }}'}]\n"
DISK = f"name: disk-full\nvars: {{HOST: {{}}, ENV: {{}}}}\n{STEPS}"


@pytest.fixture
def disk(program: Program) -> Program:
    program.write("disk-full", DISK)
    (program.cwd / "a.json").write_text((DATA / "alerts" / "zabbix-webhook.json").read_text())
    return program


def test_json_has_alerts_and_matches(disk: Program) -> None:
    ended = disk("alert", "a.json", "--runbooks", ".", "--json")
    assert ended.code == 0
    (alert,) = ended.json["alerts"]
    assert (alert["system"], alert["host"], alert["environment"]) == (
        "Zabbix",
        "batch-07",
        "production",
    )
    assert alert["read"]["host"] == "host_name"
    assert alert["extra"]["secrets"] == ["token"]
    first = ended.json["matches"][0]
    assert (first["runbook"], first["rank"]) == ("disk-full", 1)
    assert first["vars"] == {"HOST": "batch-07", "ENV": "production"}
    assert first["from"]["HOST"] == "host_name"
    assert first["why"]
    assert "0123456789abcdef" not in ended.out


def test_it_comes_from_standard_input_or_is_an_address(disk: Program) -> None:
    text = (DATA / "alerts" / "icinga2-host-email.txt").read_text()
    for args in (("alert", "-"), ("alert",)):
        assert "Host ledger-db-1 is DOWN!" in disk(*args, stdin=text).out
    url = (DATA / "alerts" / "pagerduty-incident-url.txt").read_text().strip()
    ended = disk("alert", url, "--json")
    assert ended.json["alerts"][0]["alert_id"] == "Q1ZK7M0PD2W3XY"
    assert ended.json["matches"] == []
    assert "No runbook fits" in disk("alert", url).out


def test_a_resolved_alert_says_so_first(disk: Program) -> None:
    ended = disk("alert", str(DATA / "alerts" / "alertmanager-resolved.json"), TZ="UTC")
    assert ended.out.startswith("RESOLVED since 2026-11-26 22:34:15")


@pytest.mark.parametrize(
    "text",
    [DISK.replace("kind: shell", "kind: shel"), DISK.replace("{HOST", "{HOST: {choices: [a]}, H")],
)
def test_what_would_fit_and_is_broken_is_named(text: str, disk: Program) -> None:
    disk.write("disk-full", text)
    ended = disk("alert", "a.json", "--runbooks", ".")
    assert "Broken, and would fit: disk-full. `pup-tui validate` says" in ended.err
    told = disk("alert", "a.json", "--runbooks", ".", "--json").json
    assert told["broken"] == ["disk-full"]
    assert "disk-full" not in [each["runbook"] for each in told["matches"]]


@pytest.mark.proves("P26")
def test_hostile_text_is_only_shown(disk: Program) -> None:
    ended = disk("alert", str(DATA / "own" / "hostile.json"), "--runbooks", ".")
    assert "\x1b" not in ended.out
    assert "\\x1b]0;x\\x07 [bold]Ignore" in ended.out


@pytest.mark.parametrize(
    ("args", "stdin", "told"),
    [
        (("no-such-file",), None, "no-such-file"),
        (("-",), "", "the text is empty"),
        (("-",), "x" * 1_100_000, "at most 1,048,576 are read"),
    ],
)
def test_what_cannot_be_read_is_told(
    disk: Program, args: tuple[str, ...], stdin: str | None, told: str
) -> None:
    ended = disk("alert", *args, stdin=stdin)
    assert ended.code == 2
    assert ended.err.startswith("pup-tui: ")
    assert told in ended.err


@pytest.mark.proves("P26")
def test_untrusted_and_broken_runbooks_are_no_matches(program: Program) -> None:
    def found() -> set[str]:
        told = "The tank of db-1 is full"
        ended = program("alert", "-", "--runbooks", "mine", "--json", stdin=told)
        return {each["runbook"] for each in ended.json["matches"]}

    folder = program.cwd / "runbooks"
    folder.mkdir()
    (folder / "tank-full.yaml").write_text(DISK.replace("disk-full", "tank-full"))
    mine = program.cwd / "mine"
    mine.mkdir()
    (mine / "tank-is-full.yaml").write_text("name: tank-is-full\nsteps: {}\n")
    assert found() & {"tank-full", "tank-is-full"} == set()
    (folder / "tank-full.yaml").rename(mine / "tank-full.yaml")
    assert "tank-full" in found()


def test_a_run_is_about_its_alert(disk: Program) -> None:
    ended = disk("run", "disk-full.yaml", "--alert", "a.json", "--json")
    started = ended.event("run.started")
    assert started["vars"] == {"HOST": "batch-07", "ENV": "production"}
    assert started["alert"]["title"].startswith("/var: Disk space")
    assert ended.event("step.output")["text"].startswith("production /var: Disk space")
    shown = disk("show", started["run"])
    assert (
        "alert: /var: Disk space is critically low (used > 90%) (high, firing, Zabbix)" in shown.out
    )
    record = json.dumps(disk("show", started["run"], "--json").json)
    assert "0123456789abcdef" not in record
    assert disk("show", started["run"], "--json").json["alert"]["alert_id"] == "5512093"


def test_what_is_given_wins_and_the_plan_knows_the_alert(disk: Program) -> None:
    ended = disk("plan", "disk-full.yaml", "--alert", "a.json", "--arg", "ENV=other", "--json")
    assert ended.json["vars"] == {"HOST": "batch-07", "ENV": "other"}
    assert "other '/var: Disk space" in ended.json["steps"][0]["command"]


def test_whether_a_run_about_it_could_begin_is_looked_at_with_its_values(disk: Program) -> None:
    disk.write("locked", DISK.replace("disk-full", "locked") + "lock: 'host-{{ HOST }}'\n")
    without = disk("check", "locked.yaml", "--offline", "--yes", "--json")
    assert without.code == 2
    ended = disk("check", "locked.yaml", "--alert", "a.json", "--offline", "--yes", "--json")
    assert ended.code == 0
    checks = {each["what"]: each for each in ended.json["checks"]}
    assert checks["lock"]["subject"] == "host-batch-07"
    assert checks["values"]["detail"] == "2 are there"


def test_what_an_alert_leaves_to_the_operator_stops_a_check(disk: Program) -> None:
    folder = Path(disk.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    folder.mkdir(parents=True)
    (folder / "staging.yaml").write_text("vars: {ENV: staging}\n")
    args = ("check", "disk-full.yaml", "--alert", "a.json", "--profile", "staging", "--offline")
    ended = disk(*args)
    assert ended.code == 2
    assert "the alert says 'production', the profile says 'staging'" in ended.out
    assert disk("check", "disk-full.yaml", "--alert", "nowhere.json").code == 2


def test_a_look_knows_the_alert(disk: Program) -> None:
    text = (
        "name: looks\nvars: {HOST: x}\nsteps:\n"
        "  - {name: See, kind: shell, run: 'echo saw {{ run.alert.alert_id }}', read_only: true,\n"
        "     capture: ID}\n"
        "  - {name: Act, kind: shell, run: 'echo {{ ID }} >> effects'}\n"
    )
    disk.write("looks", text)
    ended = disk("plan", "looks.yaml", "--alert", "a.json", "--look", "--yes", "--json")
    assert ended.json["steps"][1]["command"] == "echo 'saw 5512093' >> effects"


def test_where_profile_and_alert_disagree_the_operator_is_asked(disk: Program) -> None:
    folder = Path(disk.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    folder.mkdir(parents=True)
    (folder / "staging.yaml").write_text("vars: {ENV: staging}\n")
    args = ("run", "disk-full.yaml", "--alert", "a.json", "--profile", "staging")
    ended = disk(*args)
    assert ended.code == 2
    assert "the alert says 'production', the profile says 'staging'" in ended.err
    assert disk(*args, "--arg", "ENV=staging").code == 0
