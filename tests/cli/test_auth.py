"""`pup-tui auth`, and the credentials that it stores, in runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.keyrings import file_keyring
from tests.support.program import Ended, Program, sandbox_process

PLACE = "datadoghq.eu"
API, APP = "api-key-0123456789", "app-key-9876543210"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "keyring.json"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a sandbox."""
    from tests.support.program import program_in

    with sandbox_process(program_in(tmp_path_factory.mktemp("sandbox"))) as environ:
        yield environ["PUP_TUI_DATADOG_URL"]


def stored(kept: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    return found


def login(program: Program, kept: Path, *args: str, **environ: str) -> Ended:
    return program(
        *("auth", "login", *args), stdin=f"{API}\n{APP}\n", **{**file_keyring(kept), **environ}
    )


def test_keys_are_stored_for_the_site_that_is_configured(program: Program, kept: Path) -> None:
    done = login(program, kept, "--keys", "--no-check", DD_SITE=PLACE)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"The API key and application key for {PLACE} are in the keyring now.\n"
    assert stored(kept) == {f"pup-tui/{PLACE}/api_key": API, f"pup-tui/{PLACE}/app_key": APP}


def test_a_token_takes_the_place_of_keys(program: Program, kept: Path, tmp_path: Path) -> None:
    login(program, kept, "--keys", "--no-check", DD_SITE=PLACE)
    (tmp_path / "token").write_text("the-token-0123456789\n")
    file = str(tmp_path / "token")
    done = login(program, kept, "--token", "--token-file", file, "--no-check", DD_SITE=PLACE)
    assert done.code == 0
    assert stored(kept) == {f"pup-tui/{PLACE}/access_token": "the-token-0123456789"}


def test_keys_are_checked_before_they_are_stored(
    program: Program, kept: Path, sandbox: str
) -> None:
    done = login(program, kept, "--keys", PUP_TUI_DATADOG_URL=sandbox)
    assert done.code == 0
    assert "accepted by 127.0.0.1:" in done.err
    assert API in stored(kept).values()
    assert not any(name.startswith("pup-tui/datadoghq") for name in stored(kept))


def test_the_settings_say_that_they_are_stored(program: Program, kept: Path) -> None:
    login(program, kept, "--keys", "--no-check")
    for around in ({}, {"DD_API_KEY": "half-of-a-pair"}):
        done = program("config", "--json", **around, **file_keyring(kept))
        told = {each["name"]: (each["value"], each["source"]) for each in done.json["settings"]}
        assert told["datadog.api_key"] == told["datadog.app_key"] == ("set", "keyring")
        assert told["datadog.access_token"] == ("not set", "default")
        assert API not in done.out + done.err
    done = program("config", "--json", DD_ACCESS_TOKEN="a-token", **file_keyring(kept))
    told = {each["name"]: (each["value"], each["source"]) for each in done.json["settings"]}
    assert told["datadog.api_key"] == ("not set", "default")
    assert told["datadog.access_token"] == ("set", "environment DD_ACCESS_TOKEN")


def test_without_a_word_more_it_says_what_there_is(program: Program) -> None:
    done = program("auth")
    assert done.code == 2
    assert done.err.startswith("Usage: pup-tui auth ")
    assert "\n  login " in done.err


@pytest.mark.parametrize(
    ("args", "stdin", "told"),
    [
        (["--keys"], "", "there is no API key"),
        (["--keys"], f"{API}\n", "there is no application key"),
        (["--keys"], f"two words\n{APP}\n", "the API key holds characters that no key has"),
        (["--keys"], f"{API}\n{APP}é\n", "the application key holds characters"),
        ([], "", "--keys or --token"),
        (["--keys", "--token"], "", "--keys or --token"),
        (["--token", "--api-key-file", "x.yaml"], "", "only the access token would be stored"),
    ],
)
def test_what_cannot_be_stored_is_said(
    program: Program, kept: Path, args: list[str], stdin: str, told: str
) -> None:
    program.write("x", "key")
    done = program("auth", "login", "--no-check", *args, stdin=stdin, **file_keyring(kept))
    assert done.code == 2
    assert told in done.err
    assert "Traceback" not in done.err
    assert stored(kept) == {}


def test_a_file_that_is_a_pipe_is_told_to_be_none(program: Program, kept: Path) -> None:
    os.mkfifo(program.cwd / "pipe")
    args = "--token", "--token-file", "pipe", "--no-check"
    done = program("auth", "login", *args, **file_keyring(kept))
    assert done.code == 2
    assert done.err == "pup-tui: it is not a regular file: pipe: nothing was stored\n"


def test_what_cannot_be_asked_about_is_not_stored(program: Program, kept: Path) -> None:
    done = login(program, kept, "--keys", PUP_TUI_DATADOG_URL="http://127.0.0.1:1")
    assert done.code == 1
    assert "not checked: " in done.err
    assert "--no-check stores them unchecked" in done.err
    assert stored(kept) == {}


def test_without_a_keyring_the_way_out_is_told_before_anything_is_read(program: Program) -> None:
    failing = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = program("auth", "login", "--keys", stdin="", **failing)
    assert done.code == 1
    assert "there is no keyring on this machine" in done.err
    assert "set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN, in the environment" in done.err


def test_a_locked_keyring_changes_nothing(program: Program, kept: Path) -> None:
    done = login(program, kept, "--keys", "--no-check", KEYRING_FILE="")
    assert done.code == 1
    assert "it is locked" in done.err


def test_logout_removes_what_login_stored_and_says_what_is_left(
    program: Program, kept: Path
) -> None:
    kept.write_text(json.dumps({"deploy/token": "of somebody else"}))
    login(program, kept, "--keys", "--no-check")
    done = program("auth", "logout", **file_keyring(kept), DD_ACCESS_TOKEN="t-0123456789")
    assert done.code == 0
    assert "The API key and application key for datadoghq.com are removed." in done.err
    assert "credentials are left: environment" in done.err
    assert stored(kept) == {"deploy/token": "of somebody else"}
    again = program("auth", "logout", **file_keyring(kept))
    assert "The keyring holds nothing for datadoghq.com." in again.err


def test_status_tells_where_each_credential_is_and_never_its_value(
    program: Program, kept: Path, sandbox: str
) -> None:
    environ = {**file_keyring(kept), "PUP_TUI_DATADOG_URL": sandbox}
    nothing = program("auth", "status", **environ)
    assert nothing.code == 1
    assert "set DD_API_KEY and DD_APP_KEY" in nothing.err
    login(program, kept, "--keys", **environ)
    done = program("auth", "status", "--json", **environ)
    assert done.code == 0
    assert done.json["works"] is True
    assert done.json["url"] == sandbox
    places = {each["source"]: each for each in done.json["credentials"]}
    assert places["keyring"] == {
        "source": "keyring",
        "has": ["api_key", "app_key"],
        "used": True,
        "expires_at": None,
        "problem": None,
        "note": None,
    }
    assert places["environment"]["has"] == []
    shown = program("auth", "status", **environ, DD_API_KEY="half-0123456789")
    assert "DD_API_KEY is set, DD_APP_KEY is not" in shown.out
    assert "they work: accepted by 127.0.0.1" in shown.out
    for secret in (API, APP, "half-0123456789"):
        assert secret not in done.out + shown.out + shown.err


def test_status_offline_asks_nobody(program: Program, kept: Path) -> None:
    login(program, kept, "--keys", "--no-check")
    done = program("auth", "status", "--json", "--offline", **file_keyring(kept))
    assert (done.code, done.json["works"]) == (0, None)


STEPS = """\
name: looks
steps:
  - {name: Monitors, kind: pup, run: monitors list}
  - {name: Same, kind: http, url: /api/v1/monitor}
  - {name: Own, kind: shell, run: 'echo "key ${DD_API_KEY:-none}"'}
"""


def test_runs_use_what_is_stored_and_other_programs_do_not_get_it(
    program: Program, kept: Path, sandbox: str
) -> None:
    environ = {**file_keyring(kept), "PUP_TUI_DATADOG_URL": sandbox}
    login(program, kept, "--keys", **environ)
    program.write("looks", STEPS)
    done = program("run", "looks.yaml", "--json", **environ)
    assert done.statuses() == {"monitors": "succeeded", "same": "succeeded", "own": "succeeded"}
    assert done.event("step.output", step="own")["text"] == "key none"


def test_what_is_stored_for_one_datadog_goes_to_no_other(
    program: Program, kept: Path, sandbox: str
) -> None:
    login(program, kept, "--keys", "--no-check", DD_SITE=PLACE)
    program.write("looks", "name: x\nsteps: [{name: M, kind: pup, run: monitors list}]\n")
    done = program(
        "run",
        "looks.yaml",
        "--json",
        **file_keyring(kept),
        DD_SITE=PLACE,
        PUP_TUI_DATADOG_URL=sandbox,
    )
    assert done.code == 1
    assert "no Datadog credentials" in done.event("step.finished")["reason"]


FAKE_PUP = """\
#!/bin/sh
echo "${DD_API_KEY:-none} ${DD_APP_KEY:-none} ${DD_ACCESS_TOKEN:-none} ${DD_SITE:-none}"
echo "$DD_API_KEY" | tr a-z A-Z | grep -q API-KEY-0123 && echo "it is the stored one"
"""


def test_an_installed_pup_gets_them_as_a_whole_and_they_are_masked(
    program: Program, kept: Path, tmp_path: Path
) -> None:
    login(program, kept, "--keys", "--no-check", DD_SITE=PLACE)
    (tmp_path / "bin").mkdir()
    pup = tmp_path / "bin" / "pup"
    pup.write_text(FAKE_PUP)
    pup.chmod(0o755)
    program.write("looks", "name: x\nsteps: [{name: M, kind: pup, run: monitors list}]\n")
    environ = {"PATH": f"{pup.parent}:{program.environ['PATH']}", "PUP_TUI_PUP": "installed"}
    environ |= {**file_keyring(kept), "DD_SITE": PLACE, "DD_APP_KEY": "half-of-others"}
    done = program("run", "looks.yaml", **environ)
    assert done.out.splitlines() == [f"*** *** none {PLACE}", "it is the stored one"]


def test_a_profile_says_which_entries_login_fills(program: Program, kept: Path) -> None:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    folder.mkdir(parents=True)
    (folder / "production.yaml").write_text(
        "datadog: {site: datadoghq.eu, api_key: team/api, app_key: team/app}\n"
    )
    token = login(program, kept, "--token", "--no-check", "--profile", "production")
    assert token.code == 2
    assert "it names no entry of the keyring for `access_token`" in token.err
    done = login(program, kept, "--keys", "--no-check", "--profile", "production")
    assert done.code == 0
    assert stored(kept) == {"team/api": API, "team/app": APP}
    status = program("auth", "status", "--offline", "--profile", "production", **file_keyring(kept))
    assert "profile production" in status.out
    assert program("auth", "logout", "--profile", "production", **file_keyring(kept)).code == 0
    assert stored(kept) == {}


def test_workflows_are_listed_with_what_is_stored(
    program: Program, kept: Path, sandbox: str
) -> None:
    def listed(*args: str) -> list[str]:
        done = program("list", "--json", *args, **file_keyring(kept), PUP_TUI_DATADOG_URL=sandbox)
        return [entry["name"] for entry in done.json if entry["source"] == "datadog"]

    assert listed("--refresh") == []
    login(program, kept, "--keys", PUP_TUI_DATADOG_URL=sandbox)
    assert listed() == []
    assert "Drain a region" in listed("--refresh")
    assert "Drain a region" in listed()
    program("auth", "logout", **file_keyring(kept), PUP_TUI_DATADOG_URL=sandbox)
    assert listed() == []
