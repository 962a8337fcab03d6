"""Profiles on the command line: values, environment and Datadog of a run, and what is recorded of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.support.program import Program

RUNBOOK = """\
name: show
vars:
  REGION: {default: "near {{ run.profile or 'nobody' }}"}
  TOKEN: {type: secret, required: false}
defaults: {env: {TIER: "{{ run.profile }} defaults"}}
steps:
  - {name: Show, kind: shell, run: 'echo "{{ REGION }}, $COLOUR, $TIER, $OWN"', env: {OWN: step}}
"""
PRODUCTION = """\
description: What customers use
danger: true
vars:
  REGION: {from: "env:COLOUR"}
  NOT_DECLARED: whatever
  TOKEN: {from: ["env:NOT_SET", "file:token"]}
env: {COLOUR: red, TIER: profile, OWN: profile}
datadog: {site: datadoghq.eu}
"""


@pytest.fixture
def show(program: Program) -> Program:
    program.write("show", RUNBOOK)
    profile(program, "production", PRODUCTION)
    return program


def profile(program: Program, name: str, text: str) -> Path:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(text)
    return path


def test_a_profile_gives_values_and_environment_and_the_step_has_the_last_word(
    show: Program,
) -> None:
    done = show("run", "show.yaml", "--profile", "production", COLOUR="blue")
    assert (done.code, done.out) == (0, "red, red, production defaults, step\n"), done.err
    assert "profile production" in done.err
    named = show("run", "show.yaml", PUP_TUI_PROFILE="production")
    assert named.out == done.out
    given = show("--profile", "production", "run", "show.yaml", "--arg", "REGION=far")
    assert given.out == "far, red, production defaults, step\n"
    without = show("run", "show.yaml", "--profile", "", PUP_TUI_PROFILE="production", COLOUR="blue")
    assert without.out == "near nobody, blue,  defaults, step\n"


def test_a_profile_is_recorded_with_the_run(show: Program) -> None:
    done = show("run", "show.yaml", "--profile", "production", "--json")
    assert done.event("run.started")["profile"] == "production"
    run = done.event("run.started")["run"]
    (row,) = show("history", "--json").json
    assert row["profile"] == show("show", run, "--json").json["profile"] == "production"
    assert "with the profile production" in show("show", run).out
    state = Path(show.environ["PUP_TUI_STATE_DIR"])
    with sqlite3.connect(state / "journal.db") as journal:
        found = journal.execute(
            "SELECT bytes FROM run_file JOIN content USING (sha256) WHERE name LIKE 'profiles/%'"
        ).fetchall()
    assert found == [(PRODUCTION.encode(),)]


def test_values_of_a_profile_are_checked_before_anything_runs(show: Program) -> None:
    show.write(
        "number",
        "name: n\nvars: {N: {type: integer}}\n" + "steps: [{name: a, kind: wait, duration: 1ms}]\n",
    )
    profile(show, "odd", "vars: {N: many}\n")
    done = show("run", "number.yaml", "--profile", "odd")
    assert done.code == 2
    assert "`N` (from the profile odd): `many` is not a whole number" in done.err


def test_a_secret_stands_in_no_profile(show: Program) -> None:
    profile(show, "open", "vars: {TOKEN: hunter2-token}\n")
    done = show("run", "show.yaml", "--profile", "open")
    assert done.code == 2
    assert "`TOKEN` is a secret: the profile `open` may not hold it" in done.err
    assert "hunter2" not in done.out + done.err


def test_what_a_profile_takes_from_elsewhere_is_masked_where_it_is_a_secret(show: Program) -> None:
    (show.cwd / "token").write_text("hunter2-token\n")
    show.write(
        "say",
        "name: s\nvars: {TOKEN: {type: secret}}\nsteps: [{name: a, kind: shell, run: 'echo {{ TOKEN }}'}]\n",
    )
    done = show("run", "say.yaml", "--profile", "production")
    assert (done.code, done.out) == (0, "***\n"), done.err


def test_a_runbook_is_refused_without_one_of_its_profiles(show: Program) -> None:
    show.write("picky", "profiles: [staging]\n" + RUNBOOK)
    profile(show, "staging", "")
    for args in ((), ("--profile", "production")):
        for command in ("run", "plan"):
            done = show(command, "picky.yaml", *args)
            assert done.code == 2
            assert "`show`: it runs with the profiles staging only, not with" in done.err
    assert show("run", "picky.yaml", "--profile", "staging").code == 0


def test_profiles_reach_called_runbooks_only_by_what_they_are_given(show: Program) -> None:
    show.write(
        "inner",
        "vars: {REGION: home}\nname: i\n"
        "steps: [{name: a, kind: shell, run: 'echo {{ REGION }} {{ run.profile }}'}]\n",
    )
    show.write("outer", "name: o\nsteps: [{name: a, kind: runbook, runbook: inner}]\n")
    done = show("run", "outer.yaml", "--profile", "production")
    assert (done.code, done.out) == (0, "home production\n"), done.err
    show.write(
        "inner", "name: i\nprofiles: [staging]\nsteps: [{name: a, kind: shell, run: echo ran}]\n"
    )
    planned = show("plan", "outer.yaml", "--profile", "production", "--json").json
    assert planned["profile"] == "production"
    assert "staging only, not with `production`" in planned["steps"][0]["reason"]
    refused = show("run", "outer.yaml", "--profile", "production")
    assert (refused.code, refused.out) == (1, "")
    assert "it runs with the profiles staging only, not with `production`" in refused.err


def test_a_lock_knows_the_profile(show: Program) -> None:
    show.write("locked", "lock: 'deploy/{{ run.profile }}'\n" + RUNBOOK)
    done = show("run", "locked.yaml", "--profile", "production", "--json")
    run = done.event("run.started")["run"]
    assert show("show", run, "--json").json["lock"] == "deploy/production"


def test_config_tells_the_profile_and_what_it_decides(show: Program) -> None:
    told = show("config", "--json", "--profile", "production", DD_SITE="datadoghq.com").json
    found = {each["name"]: (each["value"], each["source"]) for each in told["settings"]}
    assert found["profile"] == ("production", "command line")
    assert found["datadog.site"] == ("datadoghq.eu", "profile production")
    assert found["datadog.url"] == ("https://api.datadoghq.eu", "profile production")


def test_credentials_come_from_the_keyring_and_are_never_mixed_with_others(show: Program) -> None:
    profile(show, "keyed", "datadog: {api_key: pup-tui/api, app_key: pup-tui/app}\n")
    done = show(
        "run", "show.yaml", "--profile", "keyed", DD_ACCESS_TOKEN="t0ken-of-another-account",
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
    )  # fmt: skip
    assert done.code == 2
    told = "the keyring holds nothing for `pup-tui/api`: the profile keyed: put it there"
    assert told in done.err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("produktion", "there is no profile `produktion`: did you mean `production`?"),
        ("../config", "`../config`"),
        (
            "pack/production",
            "there is no profile `pack/production`, since no pack `pack` is trusted",
        ),
    ],
)
def test_an_unknown_profile_ends_the_call(show: Program, name: str, told: str) -> None:
    done = show("run", "show.yaml", "--profile", name)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_every_error_of_a_profile_has_its_place(show: Program) -> None:
    path = profile(
        show,
        "broken",
        """\
dangerous: true
vars:
  A: {from: nowhere}
  B: {to: x}
  C:
env: {DD_API_KEY: hunter2, X: {}}
datadog: {site: example.com, api_key: hunter2}
""",
    )
    done = show("run", "show.yaml", "--profile", "broken")
    assert done.code == 2
    for told in (
        "1:1: unknown key `dangerous`: did you mean `danger`?",
        "3:13: `nowhere` names no place to take a value from",
        "4:7: unknown key `to`",
        "`C` is empty",
        "6:7: `DD_API_KEY` does not stand under `env`: write `api_key` under `datadog`",
        "7:17: `site` is 'example.com', which is no Datadog site",
        "7:39: `api_key` must name an entry of the keyring",
    ):
        assert told in done.err, told
    assert str(path) in done.err
    assert "hunter2" not in done.err
