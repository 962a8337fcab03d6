from __future__ import annotations

import os
from pathlib import Path

import pytest

from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.settings.settings import CommandLine, Settings, read_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    return folder


def read(config: Path, text: str = "", **environ: str) -> Settings:
    if text:
        (config / "config.yaml").write_text(text)
    return read_settings(environ={"PUP_TUI_CONFIG_DIR": str(config), **environ})


def told(settings: Settings, name: str) -> list[tuple[str | bool, str]]:
    return [(each.value, each.source) for each in settings.told if each.name == name]


def test_without_anything_said_there_are_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "PUP_TUI_CONFIG_DIR", "PUP_TUI_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)
    settings = read_settings(environ={"HOME": str(tmp_path), "PUP_TUI_STATE_DIR": ""})
    (configured,) = settings.runbooks.configured
    assert configured.name == "runbooks"
    for folder in (settings.state_dir, configured.parent):
        assert folder.name == "pup-tui"
        assert tmp_path in folder.parents
    assert settings.runbooks.pup == tmp_path / ".config" / "pup" / "runbooks"
    assert (settings.pup, settings.pager) == ("auto", "less")
    assert settings.operator
    assert {each.source for each in settings.told} == {"default"}
    assert "DD_SITE" not in settings.environ


def test_the_process_environment_is_read_once(
    monkeypatch: pytest.MonkeyPatch, config: Path
) -> None:
    monkeypatch.setenv("PUP_TUI_CONFIG_DIR", str(config))
    monkeypatch.setenv("PAGER", "more")
    settings = read_settings()
    monkeypatch.setenv("PAGER", "most")
    assert settings.pager == settings.environ["PAGER"] == "more"


def test_the_editor_is_the_visual_one_where_there_is_one() -> None:
    assert read_settings(environ={}).editor == "vi"
    assert read_settings(environ={"EDITOR": "ed"}).editor == "ed"
    assert read_settings(environ={"EDITOR": "ed", "VISUAL": "emacs -nw"}).editor == "emacs -nw"


@pytest.mark.parametrize(
    ("variable", "given", "name", "line"),
    [
        ("PUP_TUI_STATE_DIR", "/of/environment", "state_dir", "state_dir: /of/file"),
        ("PUP_TUI_PUP", "installed", "datadog.client", "datadog: {client: builtin}"),
        ("DD_SITE", "datadoghq.eu", "datadog.site", "datadog: {site: us5.datadoghq.com}"),
        (
            "PUP_TUI_DATADOG_URL",
            "http://127.0.0.1:1",
            "datadog.url",
            "datadog: {url: 'http://127.0.0.1:2'}",
        ),
    ],
)
def test_the_environment_comes_before_the_file(
    config: Path, variable: str, given: str, name: str, line: str
) -> None:
    text = f"# mine\n{line}\n"
    ((value, source),) = told(read(config, text), name)
    assert str(value) in line
    assert source == "config.yaml:2"
    assert told(read(config, text, **{variable: given}), name) == [
        (given, f"environment {variable}")
    ]
    assert told(read(config, text, **{variable: ""}), name) == [(value, "config.yaml:2")]


@pytest.mark.parametrize("text", ["true", "1", "yes", "On", " y ", "TRUE", "t"])
def test_a_variable_that_says_yes_forbids_changes(config: Path, text: str) -> None:
    settings = read(config, PUP_READ_ONLY=text)
    assert settings.read_only
    assert told(settings, "read_only") == [(True, "environment PUP_READ_ONLY")]
    assert settings.environ["DD_READ_ONLY"] == "true"


@pytest.mark.parametrize("text", ["", " ", "false", "0", "No", "off", "n"])
def test_a_variable_that_says_no_does_not(config: Path, text: str) -> None:
    assert not read(config, DD_READ_ONLY=text).read_only


def test_a_variable_that_says_something_else_forbids_changes_and_is_told(config: Path) -> None:
    settings = read(config, DD_READ_ONLY="maybe", DD_CLI_READ_ONLY="no")
    assert settings.read_only
    source = "environment DD_READ_ONLY: 'maybe' is neither yes nor no"
    assert told(settings, "read_only") == [(True, source)]


def test_a_profile_may_forbid_changes(config: Path) -> None:
    (config / "profiles").mkdir()
    (config / "profiles" / "prod.yaml").write_text("env: {DD_READ_ONLY: 'yes'}\n")
    settings = read(config, PUP_TUI_PROFILE="prod")
    assert settings.read_only
    assert told(settings, "read_only") == [(True, "profile prod DD_READ_ONLY")]


@pytest.mark.parametrize(
    ("text", "forbids"),
    [
        ("read_only: true", True),
        ("{read_only: true, api_key: 5}", True),
        ("read_only: 'yes'", True),
        ("read_only: 1", True),
        ("read_only: [no]", True),
        ("read_only: false", False),
        ("read_only: 0", False),
        ("read_only: 'no'", False),
        ("read_only:", False),
        ("[read_only]", False),
        ("site: datadoghq.eu", False),
    ],
)
def test_what_forbids_changes_to_pup_forbids_them_here(
    config: Path, tmp_path: Path, text: str, forbids: bool
) -> None:
    (tmp_path / "pup").mkdir()
    (tmp_path / "pup" / "config.yaml").write_text(text)
    settings = read(config, PUP_CONFIG_DIR=str(tmp_path / "pup"), DD_READ_ONLY="no")
    assert settings.read_only is forbids
    ((value, source),) = told(settings, "read_only")
    assert value is forbids
    assert source.startswith("pup's config.yaml" if forbids else "default")
    assert (settings.environ["DD_READ_ONLY"] == "true") is forbids


def test_folders_with_runbooks_add_up_in_their_order(config: Path, tmp_path: Path) -> None:
    (config / "config.yaml").write_text("runbooks: [team, /srv/books]\n")
    settings = read_settings(
        CommandLine(runbooks=[Path("given")]),
        {
            "PUP_TUI_CONFIG_DIR": str(config),
            "PUP_TUI_RUNBOOKS": f"/x{os.pathsep}{os.pathsep}/y",
            "PUP_CONFIG_DIR": "/etc/pup",
        },
    )
    assert told(settings, "runbooks") == [
        ("given", "command line"),
        ("/x", "environment PUP_TUI_RUNBOOKS"),
        ("/y", "environment PUP_TUI_RUNBOOKS"),
        (str(config / "team"), "config.yaml:1"),
        ("/srv/books", "config.yaml:1"),
        (str(config / "runbooks"), "default"),
        ("/etc/pup/runbooks", "environment PUP_CONFIG_DIR"),
    ]


def test_steps_act_on_the_datadog_that_the_file_names(config: Path) -> None:
    settings = read(config, "datadog:\n  site: datadoghq.eu\n", DD_API_KEY="k", DD_APP_KEY="a")
    assert settings.environ["DD_SITE"] == "datadoghq.eu"
    assert DatadogConfiguration.from_environment(settings.environ).place == "datadoghq.eu"


def test_a_path_in_the_file_is_one_from_its_folder(config: Path) -> None:
    assert read(config, "state_dir: state\n").state_dir == config / "state"
    settings = read(config, "state_dir: ~/state\n", HOME="/home/ada")
    assert settings.state_dir == Path("/home/ada/state")
    assert settings.home == Path("/home/ada")
    assert read(config, "state_dir: ./~ada/s\n").state_dir == config / "~ada/s"


@pytest.mark.parametrize("text", ["state_dir: ~ada/s\n", "runbooks: [a, ~ada]\n"])
def test_the_home_of_another_user_is_refused_where_it_stands(config: Path, text: str) -> None:
    settings = read(config, text)
    (problem,) = settings.problems
    assert problem.line == 1
    assert "only ~/ is known" in problem.message


def test_of_keys_only_that_they_are_set_is_told(config: Path) -> None:
    settings = read(
        config,
        DD_API_KEY="hunter2-api",
        DD_ACCESS_TOKEN="hunter2-token",
        DD_SITE="https://ada:hunter2@example.com",
        PUP_TUI_DATADOG_URL="https://ada:hunter2@example.com",
    )
    assert told(settings, "datadog.site") == [("(cannot be used)", "environment DD_SITE")]
    assert told(settings, "datadog.api_key") == [("set", "environment DD_API_KEY")]
    assert told(settings, "datadog.app_key") == [("not set", "default")]
    assert told(settings, "datadog.access_token") == [("set", "environment DD_ACCESS_TOKEN")]
    assert "hunter2" not in repr(settings.told)


def test_every_error_of_the_file_is_told_at_once_and_nothing_of_it_counts(config: Path) -> None:
    settings = read(
        config,
        """\
runbook: [a]
state_dir: {}
theme: auto
datadog:
  site: example.com
  url: http://example.com
  api_key: hunter2
  client: built-in
runbooks: team
""",
    )
    at = f"{config}/config.yaml"
    assert [str(problem) for problem in settings.problems] == [
        f"{at}:1:1: unknown key `runbook`: did you mean `runbooks`?",
        f"{at}:2:12: `state_dir` must be text, not a map: quote a text that begins with {{",
        (
            f"{at}:5:9: `site` is 'example.com', which is no Datadog site: use one of "
            "ap1.datadoghq.com, ap2.datadoghq.com, datadoghq.com, datadoghq.eu, ddog-gov.com, "
            "uk1.datadoghq.com, us2.ddog-gov.com, us3.datadoghq.com, us5.datadoghq.com"
        ),
        (
            f"{at}:6:8: `url` would send keys to example.com in clear text: use https "
            "(plain http is for 127.0.0.1 and localhost)"
        ),
        (
            f"{at}:7:3: unknown key `api_key`: `datadog` (keys stay in DD_API_KEY, DD_APP_KEY or "
            "DD_ACCESS_TOKEN) has `client`, `site`, `url`"
        ),
        f"{at}:8:11: `client` cannot be `built-in`: did you mean `builtin`?",
        f"{at}:9:11: `runbooks` must be a list, not text: write one `- ` for each item",
    ]
    assert settings.pup == "auto"
    assert not any(each.source.startswith("config.yaml") for each in settings.told)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "1:1: a configuration must be a map, not a list"),
        ("theme: [\n", "2:1: "),
        ("theme: auto\ntheme: auto\n", "2:1: `theme` is given twice"),
        ("theme: &a auto\n? *b\n", ""),
        ("state_dir: ''\n", "1:12: `state_dir` must not be empty"),
        ("runbooks: [team, ' ']\n", "1:18: item 2 of `runbooks` must not be empty"),
        ("datadog: {site: ''}\n", "1:17: `site` must not be empty"),
    ],
)
def test_what_is_no_configuration_is_refused(config: Path, text: str, message: str) -> None:
    problems = read(config, text).problems
    assert problems
    assert message in str(problems[0])


@pytest.mark.parametrize("text", ["# nothing yet\n", "theme:\ndatadog: {}\n", "~\n"])
def test_a_file_may_say_nothing(config: Path, text: str) -> None:
    settings = read(config, text)
    assert settings.problems == ()
    assert settings.pup == "auto"


def test_a_file_that_cannot_be_read_is_an_error(config: Path) -> None:
    (config / "config.yaml").mkdir()
    (problem,) = read(config).problems
    assert "the configuration cannot be read" in problem.message
    (config / "config.yaml").rmdir()
    (config / "config.yaml").symlink_to(config / "gone")
    assert read(config).problems == ()


def test_an_account_that_nobody_knows_has_no_folder_in_the_one_it_is_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    settings = read_settings(environ={})
    assert settings.state_dir == Path("/.local/state/pup-tui")
    assert settings.config_dir == Path("/.config/pup-tui")
