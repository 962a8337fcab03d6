"""`pup-tui config`, and what `config.yaml` and a shared state folder mean for the other commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Program

RUNBOOK = "name: x\nsteps: [{name: s, kind: shell, run: 'echo $DD_SITE'}]\n"


def configure(program: Program, text: str) -> Path:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"])
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(text)
    return folder / "config.yaml"


def test_each_setting_is_shown_with_its_value_and_where_it_came_from(program: Program) -> None:
    path = configure(program, "datadog:\n  site: datadoghq.eu\n")
    done = program("--runbooks", ".", "config", "--json", DD_API_KEY="hunter2", PUP_TUI_PUP="")
    assert done.code == 0
    assert done.json["errors"] == []
    told = {(each["name"], each["value"], each["source"]) for each in done.json["settings"]}
    assert told >= {
        ("config_dir", str(path.parent), "environment PUP_TUI_CONFIG_DIR"),
        ("state_dir", program.environ["PUP_TUI_STATE_DIR"], "environment PUP_TUI_STATE_DIR"),
        ("runbooks", ".", "command line"),
        ("datadog.client", "auto", "default"),
        ("datadog.site", "datadoghq.eu", "config.yaml:2"),
        ("datadog.url", "https://api.datadoghq.eu", "default"),
        ("datadog.api_key", "set", "environment DD_API_KEY"),
        ("datadog.app_key", "not set", "default"),
        ("operator", "ada", "environment USER"),
    }
    table = program("config", DD_API_KEY="hunter2").out
    assert "datadog.site" in table
    assert "config.yaml:2" in table
    assert "hunter2" not in table + done.out


def test_how_the_console_calls_is_a_setting_with_a_closed_list(program: Program) -> None:
    path = configure(program, "notify: osc99\n")
    told = program("config", "--json").json["settings"]
    assert {"name": "notify", "value": "osc99", "source": "config.yaml:1"} in told
    configure(program, "\nnotify: loud\n")
    done = program("config")
    assert done.code == 2
    assert f"{path}:2:9: " in done.err
    assert "osc777" in done.err


def test_a_broken_file_is_told_by_config_which_still_lists_the_rest(program: Program) -> None:
    path = configure(program, "themes: auto\n")
    done = program("config", "--json")
    assert done.code == 2
    assert done.json["errors"] == [
        {
            "path": str(path),
            "line": 1,
            "column": 1,
            "message": "unknown key `themes`",
            "hint": "did you mean `theme`?",
        }
    ]
    assert f"{path}:1:1: unknown key `themes`: did you mean `theme`?" in done.err
    assert {"name": "operator", "value": "ada", "source": "environment USER"} in done.json[
        "settings"
    ]


@pytest.mark.parametrize(
    "command",
    [["list"], ["history"], ["plan", "x.yaml"], ["run", "x.yaml"], ["validate"], ["demo"]],
)
def test_a_broken_file_is_refused_by_every_command_that_needs_it(
    program: Program, command: list[str]
) -> None:
    program.write("x", RUNBOOK)
    path = configure(program, "themes: auto\nstate_dirs: x\n")
    done = program(*command)
    assert done.code == 2
    assert done.out == ""
    assert done.err.splitlines() == [
        f"{path}:1:1: unknown key `themes`: did you mean `theme`?",
        f"{path}:2:1: unknown key `state_dirs`: did you mean `state_dir`?",
        (
            "pup-tui: the configuration has 2 errors: fix what is told above; "
            "`pup-tui config` shows the rest"
        ),
    ]


def test_what_runs_would_refuse_of_the_environment_is_told(program: Program) -> None:
    done = program("config", "--json", PUP_TUI_DATADOG_URL="https://ada:hunter2@example.com")
    assert done.code == 2
    (error,) = done.json["errors"]
    assert error["path"] is None
    assert "PUP_TUI_DATADOG_URL must not hold a user name" in error["message"]
    assert done.err.count("PUP_TUI_DATADOG_URL must not hold a user name") == 1
    assert "hunter2" not in done.out + done.err


def test_runs_go_by_the_file(program: Program, tmp_path: Path) -> None:
    configure(program, "state_dir: kept\ndatadog: {site: us5.datadoghq.com}\nrunbooks: [team]\n")
    team = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "team"
    team.mkdir()
    (team / "x.yaml").write_text(RUNBOOK)
    done = program("run", "x", PUP_TUI_STATE_DIR="")
    assert (done.code, done.out) == (0, "us5.datadoghq.com\n")
    assert (team.parent / "kept" / "journal.db").exists()
    assert program("run", "x", DD_SITE="datadoghq.eu").out == "datadoghq.eu\n"


@pytest.mark.parametrize(
    "command", [["run", "x.yaml"], ["history"], ["show", "a"], ["run", "x.yaml", "--no-journal"]]
)
def test_a_state_folder_that_others_may_write_is_refused(
    program: Program, command: list[str]
) -> None:
    program.write("x", f"lock: one\n{RUNBOOK}")
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    state.mkdir()
    state.chmod(0o777)
    done = program(*command)
    assert done.code == 1
    assert done.out == ""
    assert "others may write in the folder (its mode is 0777)" in done.err
    assert f"chmod go-w {state}" in done.err
    assert list(state.iterdir()) == []


def test_an_output_that_is_a_link_is_not_shown(program: Program, tmp_path: Path) -> None:
    program.write("x", RUNBOOK)
    (tmp_path / "secret").write_text("hunter2\n")
    assert program("run", "x.yaml").code == 0
    (output,) = Path(program.environ["PUP_TUI_STATE_DIR"]).glob("outputs/*/*.log")
    output.unlink()
    output.symlink_to(tmp_path / "secret")
    (row,) = program("history", "--json").json
    done = program("show", row["run"])
    assert "hunter2" not in done.out + done.err
    assert done.code == 1


def test_all_that_the_environment_says_wrong_is_told(program: Program) -> None:
    done = program("config", PUP_TUI_PUP="both", DD_SITE="example.com")
    assert done.code == 2
    assert "DD_SITE is 'example.com', which is no Datadog site: use one of ap1" in done.err
    assert "`pup` cannot be chosen as 'both': use one of auto, installed, builtin" in done.err
