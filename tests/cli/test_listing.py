"""`list`, `describe`, `validate`, `plan`: what can be known without running anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.bundled import BUNDLED
from tests.support.program import Program

FOUNDING = {"deploy-service", "incident-triage", "maintenance-window", "rollback-feature-flag"}


def test_list_shows_the_bundled_library(program: Program) -> None:
    entries = program("list", "--json").json
    listed = {entry["id"]: entry for entry in entries}
    assert set(listed) == {path.stem for path in BUNDLED}
    assert set(listed) >= FOUNDING
    assert set(entries[0]) == {
        "id", "name", "description", "tags", "steps", "source", "path", "broken", "error",
        "shadowed", "trusted", "changed", "last_run", "freshness",
    }  # fmt: skip
    assert {tuple(sorted(listed[name]["tags"])) for name in FOUNDING} == {("team", "type")}
    out = program("list", "--tag", "type:deployment").out
    assert "deploy-service" in out
    assert "incident-triage" not in out


def test_a_state_folder_that_is_refused_leaves_the_last_runs_unknown(program: Program) -> None:
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text("a file")
    listed = program("list")
    assert "the last runs are not known: this is a file, not a folder" in listed.err
    assert "unknown" in listed.out
    # As a cell, behind two blanks: a description may have the word.
    assert "  never" not in listed.out
    assert {entry["last_run"] for entry in program("list", "--json").json} == {None}
    assert "this is a file, not a folder" in program("history").err


def test_one_broken_file_hides_nothing(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "broken.yaml").write_text("name: broken\nsteps: []\n")
    (folder / "deploy-service.yaml").write_text(
        "name: deploy-service\nsteps: [{name: a, kind: shell, run: echo}]\n"
    )
    for args in (("--runbooks", str(folder), "list"), ("list", "--runbooks", str(folder))):
        entries = {(e["id"], e["source"]): e for e in program(*args, "--json").json}
        assert entries["broken", "given"]["broken"] is True
        assert "needs at least one" in entries["broken", "given"]["error"]
        assert entries["deploy-service", "bundled"]["shadowed"] is True
        assert entries["deploy-service", "given"]["shadowed"] is False


def test_runbooks_of_the_working_directory_are_shown_but_not_trusted(program: Program) -> None:
    folder = program.cwd / "runbooks"
    folder.mkdir()
    (folder / "local.yaml").write_text(
        "name: local\nsteps: [{name: a, kind: shell, run: touch ran}]\n"
    )
    (entry,) = [e for e in program("list", "--json").json if e["id"] == "local"]
    assert (entry["source"], entry["trusted"]) == ("here", False)
    refused = program("run", "local")
    assert refused.code == 2
    assert "not trusted" in refused.err
    assert not (program.cwd / "ran").exists()
    assert program("run", "runbooks/local.yaml").code == 0


def test_describe(program: Program) -> None:
    told = program("describe", "deploy-service", "--json").json
    assert list(told["vars"]) == [
        "SERVICE", "VERSION", "ENV", "DEPLOY_WORKFLOW", "MONITOR_ID", "POLL_INTERVAL",
    ]  # fmt: skip
    assert [step["id"] for step in told["steps"]][:2] == ["slos", "incidents"]
    assert len(told["sha256"]) == 64
    assert told["vars"]["MONITOR_ID"]["default"] == 98765
    text = program("describe", "maintenance-window").out
    assert "DURATION" in text
    assert "cancel_downtime" in text


@pytest.mark.proves("P2")
def test_validate_tells_every_error_with_its_place(program: Program) -> None:
    program.write("bad", "name: bad\nstep: []\nsteps:\n  - {name: a, kind: shell, rum: x}\n")
    done = program("validate", "bad.yaml", "--json")
    assert done.code == 2
    assert done.json["valid"] is False
    (checked,) = done.json["files"]
    places = {(error["line"], error["message"]) for error in checked["errors"]}
    assert any(line == 2 and "step" in message for line, message in places)
    assert any(line == 4 and "rum" in message for line, message in places)
    assert program("validate").code == 0


def test_validate_goes_on_after_a_name_that_is_not_there(program: Program) -> None:
    done = program("validate", "nosuch", "deploy-service", "--json")
    assert done.code == 2
    missing, there = done.json["files"]
    assert "there is no runbook `nosuch`" in missing["errors"][0]["message"]
    assert there["errors"] == []


def test_plan_renders_what_is_known_and_says_what_is_not(program: Program) -> None:
    done = program(
        "plan", "incident-triage", "--set", "INCIDENT_ID=1", "--set", "SERVICE=pay", "--json"
    )
    assert done.code == 0
    steps = {step["id"]: step for step in done.json["steps"]}
    assert steps["logs"]["command"] == (
        "pup logs search '--query=service:pay status:error' --from=30m --limit=200"
    )
    assert (steps["logs"]["known"], steps["logs"]["mutates"]) == (True, False)
    assert steps["mitigate"]["mutates"] is True
    assert steps["complete"]["known"] is False
    assert "TITLE" in steps["complete"]["reason"]
    assert set(steps["logs"]) == {
        "id", "name", "kind", "command", "danger", "mutates", "when", "known", "reason",
        "depth", "host", "confirm", "undo", "stdin", "body", "body_file", "statement",
        "where", "rules", "looked",
    }  # fmt: skip
    args = ("incident-triage", "--arg", "INCIDENT_ID=1", "--arg", "SERVICE=pay")
    assert program("run", *args, "--dry-run").out == program("plan", *args).out


def test_a_plan_believes_only_a_trusted_file_that_its_steps_look(program: Program) -> None:
    text = "name: local\nsteps: [{name: a, kind: shell, read_only: true, run: ls}]\n"
    program.write("local", text)
    assert program("plan", "local.yaml", "--json").json["steps"][0]["mutates"] is False
    assert "[shell, reads, on this computer]" in program("plan", "local.yaml").out
    folder = program.cwd / "runbooks"
    folder.mkdir()
    (folder / "other.yaml").write_text(text.replace("local", "other"))
    for name in ("other", "runbooks/other.yaml"):
        assert program("plan", name, "--json").json["steps"][0]["mutates"] is None
    assert "[shell, may change, on this computer]" in program("plan", "other").out
    program.write(
        "pages",
        "name: pages\nsteps: [{name: a, kind: pup, read_only: true, run: downtime cancel 1}]\n",
    )
    refused = program("validate", "pages.yaml")
    assert refused.code == 2
    assert "`pup downtime cancel 1` changes something" in refused.out


def test_plan_unfolds_what_is_inside_a_step(program: Program) -> None:
    program.write(
        "n",
        """\
name: n
steps:
  - name: Hosts
    kind: group
    foreach: [a, b]
    steps: [{name: Look, kind: shell, run: "look {{ item }}", undo: {kind: shell, run: back}}]
  - {name: After, kind: shell, run: "true"}
""",
    )
    done = program("plan", "n.yaml")
    lines = [line for line in done.out.splitlines() if "[" in line]
    assert lines == [
        "  1  Hosts  [group, may change]",
        "       Hosts [0]  [group, may change]",
        "  2      Look  [shell, may change, on this computer]",
        "       Hosts [1]  [group, may change]",
        "  2      Look  [shell, may change, on this computer]",
        "  3  After  [shell, may change, on this computer]",
    ]
    assert "         look b\n         can be taken back\n" in done.out
    steps = program("plan", "n.yaml", "--json").json["steps"]
    assert [(step["id"], step["depth"]) for step in steps][1:3] == [
        ("hosts[0]", 1),
        ("hosts[0]/look", 2),
    ]


def test_plan_masks_secrets(program: Program) -> None:
    program.write(
        "s",
        "name: s\nvars: {T: {type: secret, from: 'env:TOKEN'}}\n"
        "steps: [{name: a, kind: shell, run: 'login {{ T }}'}]\n",
    )
    done = program("plan", "s.yaml", TOKEN="hunter2-secret")
    assert "login ***" in done.out
    assert "hunter2" not in done.out


def test_usage_errors(program: Program) -> None:
    assert program("run").code == 2
    done = program("list", "--jsn")
    assert done.code == 2
    assert done.err.startswith("pup-tui: ")
    assert program("--version").out.startswith("pup-tui")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("lst", "there is no command or runbook `lst`: did you mean list or listen?"),
        ("LIST", "there is no command or runbook `LIST`: did you mean list or listen?"),
        ("lst --json", "there is no command or runbook `lst`: did you mean list or listen?"),
        ("vaidate x.yaml", "there is no command or runbook `vaidate`: did you mean validate?"),
        ("incident-triag", "did you mean incident-triage?"),
        ("nothing-like-this", "there is no command or runbook `nothing-like-this`: `pup-tui list`"),
        ("console", "there is no command or runbook `console`"),
        ("./no.yaml", "there is no command or runbook `./no.yaml`: there is no such file"),
        ("incident-triage extra", "unexpected extra argument (extra): see `pup-tui --help`"),
        ("incident-triage --extra", "No such option '--extra': see `pup-tui --help`"),
        ("--extra", "No such option '--extra': see `pup-tui --help`"),
    ],
)
def test_a_first_word_that_means_nothing(program: Program, line: str, told: str) -> None:
    done = program(*line.split())
    assert done.code == 2
    assert told in done.err
    assert done.err.startswith("pup-tui: ")
    assert done.err.count("\n") == 1
    assert "console" not in done.err.replace("`console`", "")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "run incident-triage --only-failed",
            "No such option '--only-failed': `pup-tui resume` has it: see `pup-tui resume --help`",
        ),
        ("plan incident-triage --unknown=skip", "`pup-tui resume` and `pup-tui undo` have it"),
        ("--only-failed", "`pup-tui resume` has it"),
        # Many commands have it: which one was meant nobody knows.
        ("validate --yes", "No such option '--yes'"),
    ],
)
def test_an_option_of_another_command_is_told_where_it_is(
    program: Program, line: str, told: str
) -> None:
    done = program(*line.split())
    assert done.code == 2
    assert told in done.err
    assert done.err.count("\n") == 1


def test_what_is_found_stands_apart_from_the_count(program: Program) -> None:
    program.write("care", "name: care\nsteps: [{name: a, kind: shell, rn: x}]\n")
    assert program("validate", "care.yaml").err == "\n1 runbook: 0 valid, 1 broken, 0 warnings\n"
    assert (
        program("validate", "incident-triage").err == "1 runbook: 1 valid, 0 broken, 0 warnings\n"
    )


def test_validate_warns_with_codes(program: Program) -> None:
    program.write(
        "care",
        "name: care\nvars: {DIR: {}}\nsteps:\n"
        "  - {name: a, kind: shell, run: nosuch-tool x}\n"
        "  - {name: b, kind: shell, run: 'rm {{ DIR }}'}\n",
    )
    done = program("validate", "care.yaml", "--json")
    assert done.code == 0
    (checked,) = done.json["files"]
    found = [(each["code"], each["line"], each["column"]) for each in checked["warnings"]]
    assert found == [("missing-tool", 4, 33), ("option-injection", 5, 40)]
    assert "[option-injection]" in program("validate", "care.yaml").out


def test_schema_is_one_json_document(program: Program) -> None:
    told = program("schema").json
    assert told["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"stepTemplate", "group"} <= told["$defs"].keys()


def test_validate_counts_what_is_silenced(program: Program) -> None:
    step = (
        "{name: a, kind: http, url: /x, verify: false}  # lint: ok verify-off because no name yet"
    )
    program.write("quiet", f"name: quiet\nsteps:\n  - {step}\n")
    told = "1 runbook: 1 valid, 0 broken, 0 warnings, 1 silenced\n"
    assert program("validate", "quiet.yaml").err == told
    (checked,) = program("validate", "quiet.yaml", "--json").json["files"]
    assert checked["warnings"] == []
    assert [(each["code"], each["line"], each["reason"]) for each in checked["silenced"]] == [
        ("verify-off", 3, "no name yet")
    ]
