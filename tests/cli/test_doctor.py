"""`pup-tui doctor`: what it finds in order, and what not."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from pup_tui.cli.credentials import Credentials
from pup_tui.cli.health import account as health
from pup_tui.cli.health.account import Account
from pup_tui.local_time import local_time
from pup_tui.settings.settings import read_settings
from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.keyrings import file_keyring
from tests.support.program import Ended, Program, program_in, sandbox_process
from tests.support.standins import StandIns

KEYS = {"DD_API_KEY": "api-key-0123456789", "DD_APP_KEY": "app-key-9876543210"}
LOOKS = """\
name: looks
steps:
  - {name: Slos, kind: pup, run: "slos list --query={{ Q }}"}
  - {name: Quoted, kind: pup, run: "'slos' list"}
  - {name: Undone, kind: pup, run: monitors list}
  - {name: Deploy, kind: datadog-workflow, workflow_id: abc}
vars: {Q: x}
"""


@pytest.fixture
def program(program: Program, tmp_path: Path) -> Program:
    """With tools that bundled runbooks require and that tell their versions at once: aws takes its time."""
    tools = StandIns(tmp_path)
    for name in ("aws", "kubectl"):
        tools.add(name, {"version": "9.0.0"})
    path = f"{tools.folder / 'bin'}:{program.environ['PATH']}"
    return replace(program, environ={**program.environ, "PATH": path})


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with sandbox_process(program_in(tmp_path_factory.mktemp("sandbox"))) as environ:
        yield {**environ, **KEYS}


def installs(program: Program, name: str, text: str) -> None:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "runbooks"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(text)


def checks(done: Ended, what: str, subject: str = "") -> list[tuple[str, str]]:
    """State and sentence of what was found of a part, of one subject if one is named."""
    found = [
        each
        for each in done.json["checks"]
        if each["what"] == what and subject in ("", each["subject"])
    ]
    assert all(set(each) == {"what", "subject", "state", "detail", "hint"} for each in found)
    for each in done.json["checks"]:
        assert each["hint"] or each["state"] == "ok", f"what is to be done about it? {each}"
    return [(each["state"], f"{each['detail']}: {each['hint']}") for each in found]


def test_all_is_well_against_the_sandbox(program: Program, sandbox: dict[str, str]) -> None:
    installs(program, "looks", LOOKS)
    done = program("doctor", "--json", **sandbox)
    assert done.code == 0
    assert done.json["ok"] is True
    assert [state for state, _ in checks(done, "datadog", "works")] == ["ok"]
    assert checks(done, "datadog", "clock") == [("ok", "as Datadog's: ")]
    assert "slos_read" in checks(done, "datadog", "permissions")[0][1]
    assert checks(done, "runbooks", "refused") == [("ok", "as far as is known, no step would be: ")]
    assert [state for state, _ in checks(done, "record")] == ["ok", "ok"]
    table = program("doctor", **sandbox)
    assert "  ok       client" in table.out
    for secret in KEYS.values():
        assert secret not in done.out + table.out + table.err


async def ask(program: Program, server: FakeServer, *args: str, **environ: str) -> Ended:
    given = {"PUP_TUI_DATADOG_URL": server.url, **KEYS, **environ}
    return await asyncio.to_thread(program, "doctor", "--json", *args, **given)


async def test_a_permission_that_is_missing_is_named_with_the_steps_that_need_it(
    program: Program,
) -> None:
    async def answer(asked: Recorded, _: Write) -> Reply:
        if asked.path == "/api/v1/slo":
            return Reply(403, {"errors": ["Forbidden"]})
        return Reply(200, [] if asked.path == "/api/v1/monitor" else {"data": []})

    installs(program, "looks", LOOKS)
    async with FakeServer(handler=answer) as server:
        done = await ask(program, server)
    assert done.code == 0
    assert ("warning", "missing: slos_read") in [
        (state, told.partition(": give")[0])
        for state, told in checks(done, "datadog", "permissions")
    ]
    (refused,) = checks(done, "runbooks", "refused")
    assert refused[0] == "warning"
    assert "they need the permission slos_read, which the credentials lack: " in refused[1]
    assert "looks/slos" in refused[1]
    assert "looks/quoted" in refused[1]
    assert "looks/undone" not in refused[1]


@pytest.mark.parametrize(
    ("environ", "status", "told"),
    [
        ({}, 403, "the API key is not accepted"),
        ({"DD_ACCESS_TOKEN": "token-0123456789"}, 401, "the access token is not accepted"),
    ],
)
async def test_credentials_that_are_refused_are_a_problem(
    program: Program, environ: dict[str, str], status: int, told: str
) -> None:
    secret = environ.get("DD_ACCESS_TOKEN", KEYS["DD_API_KEY"])
    echo = {"errors": [f"{secret} is bad"]}
    async with FakeServer(Reply(status, echo)) as server:
        done = await ask(program, server, **environ)
    assert (done.code, done.json["ok"]) == (1, False)
    (works,) = checks(done, "datadog", "works")
    assert works[0] == "problem"
    assert told in works[1]
    assert "*** is bad" in works[1]
    assert secret not in done.out
    assert checks(done, "datadog", "permissions") == []


def test_a_network_that_is_not_there_is_a_problem_and_asks_no_further(program: Program) -> None:
    done = program("doctor", "--json", PUP_TUI_DATADOG_URL="http://127.0.0.1:1", **KEYS)
    assert done.code == 1
    (works,) = checks(done, "datadog", "works")
    assert "Connection refused" in works[1]
    assert "--offline" in works[1]
    assert checks(done, "datadog", "permissions") == []


async def test_offline_asks_nothing(program: Program) -> None:
    async with FakeServer() as server:
        done = await ask(program, server, "--offline")
    assert done.code == 0
    assert server.requests == []
    assert checks(done, "datadog", "works") == []
    assert checks(done, "datadog", "credentials")[0][0] == "ok"


def account(folder: Path, **environ: str) -> list[tuple[str, str, str]]:
    around = {"HOME": str(folder), "PATH": "", **environ}
    credentials = Credentials(read_settings(environ=around))
    found = Account(credentials, offline=False, needed=True).findings()
    return [(each.subject, each.state, each.detail) for each in found]


async def test_a_server_that_is_slow_is_not_waited_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.3)
    is_quick = {"/api/v1/validate", "/api/v2/current_user"}

    async def answer(asked: Recorded, _: Write) -> Reply:
        if asked.path not in is_quick:
            await asyncio.Event().wait()
        return Reply(200, {"data": []})

    async with FakeServer(handler=answer) as server:
        environ = {"PUP_TUI_DATADOG_URL": server.url, **KEYS}
        found = await asyncio.to_thread(account, tmp_path, **environ)
        assert found[-1][:2] == ("permissions", "warning")
        assert found[-1][2].startswith("nobody can tell: monitors_read, ")
        is_quick.clear()
        silent = await asyncio.to_thread(account, tmp_path, **environ)
        assert silent[-1][:2] == ("works", "problem")
        assert "no complete answer within 0.3 s" in silent[-1][2]


@pytest.mark.parametrize(
    ("off", "state", "told"),
    [
        (0, "ok", "as Datadog's"),
        (3600, "warning", "behind Datadog's"),
        (-900, "warning", "ahead of"),
    ],
)
async def test_a_clock_that_is_off_is_told(
    program: Program, off: float, state: str, told: str
) -> None:
    async def answer(_: Recorded, __: Write) -> Reply:
        date = formatdate(time.time() + off, usegmt=True)
        return Reply(200, {"data": []}, {"Date": date})

    async with FakeServer(handler=answer) as server:
        done = await ask(program, server)
    (clock,) = checks(done, "datadog", "clock")
    assert clock[0] == state
    assert told in clock[1]


def test_a_broken_configuration_hides_nothing_else(program: Program) -> None:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"])
    folder.mkdir()
    (folder / "config.yaml").write_text("read_onl: true\n")
    environ = {"PUP_TUI_DATADOG_URL": "https://ada:hunter2@example.com", "PUP_TUI_PUP": "some"}
    done = program("doctor", "--json", "--offline", **environ)
    assert done.code == 1
    told = [text for state, text in checks(done, "configuration") if state == "problem"]
    assert f"{folder}/config.yaml:1:1: unknown key `read_onl`: did you mean `read_only`?" in told
    assert any("PUP_TUI_DATADOG_URL must not hold a user name" in each for each in told)
    assert any("`pup` cannot be chosen as" in each for each in told)
    assert checks(done, "record")
    assert checks(done, "runbooks", "installed")
    assert "hunter2" not in done.out + done.err


def test_a_profile_without_its_entries_is_a_problem_with_the_way_out(
    program: Program, tmp_path: Path
) -> None:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    folder.mkdir(parents=True)
    (folder / "prod.yaml").write_text("datadog: {api_key: team/api, app_key: team/app}\n")
    environ = file_keyring(tmp_path / "keyring.json")
    done = program("doctor", "--json", "--profile", "prod", **environ)
    assert done.code == 1
    (found,) = [text for state, text in checks(done, "datadog") if state == "problem"]
    assert "the keyring holds nothing for `team/api`" in found
    assert "pup-tui auth login --keys --profile prod" in found


def test_a_profile_that_there_is_not_is_not_told_as_one_in_order(program: Program) -> None:
    done = program("doctor", "--json", "--offline", "--profile", "nowhere")
    assert done.code == 1
    assert [state for state, _ in checks(done, "configuration", "file")] == ["problem"]
    assert checks(done, "configuration", "profile") == []


def test_what_runbooks_lack_is_told(program: Program) -> None:
    installs(program, "broken", "name: x\n")
    installs(program, "tools", "name: t\nsteps: [{name: a, kind: shell, run: no-such-tool x}]\n")
    installs(
        program,
        "tags",
        "name: r\nsteps: [{name: a, kind: pup, run: -o json metrics tags list cpu}]\n",
    )
    done = program("doctor", "--json", "--offline", **KEYS)
    assert done.code == 1
    (broken,) = checks(done, "runbooks", "broken")
    assert broken[0] == "problem"
    (tool,) = checks(done, "runbooks", "tool")
    assert "`no-such-tool` is not installed on this machine (tools:2)" in tool[1]
    (refused,) = checks(done, "runbooks", "refused")
    assert (
        "1 step would be refused: they need `pup`, which is not there: tags/a (metrics tags list)"
        in refused[1]
    )


def test_a_step_that_would_send_the_operators_keys_elsewhere_is_told(program: Program) -> None:
    steps = "steps: [{name: a, kind: pup, run: monitors list}, {name: b, kind: shell, run: ls}]"
    installs(
        program, "away", f"name: r\ndefaults: {{env: {{DD_SITE: us3.datadoghq.com}}}}\n{steps}\n"
    )
    done = program("doctor", "--json", "--offline", **KEYS)
    (refused,) = checks(done, "runbooks", "refused")
    assert refused[1].startswith(
        "1 step would be refused: they cannot run with their `env`: away/a"
    )


def test_a_read_only_mode_says_which_steps_it_refuses(program: Program) -> None:
    installs(program, "looks", LOOKS)
    done = program("doctor", "--json", "--offline", "--read-only", **KEYS)
    (refused,) = checks(done, "runbooks", "refused")
    assert "may change something, and the mode is read-only" in refused[1]
    assert "looks/deploy" in refused[1]
    assert "looks/slos" not in refused[1]


def test_no_credentials_are_a_problem_only_where_a_runbook_needs_them(program: Program) -> None:
    none = program("doctor", "--json")
    assert none.code == 0
    assert checks(none, "datadog", "credentials")[0][0] == "warning"
    installs(program, "looks", LOOKS)
    needed = program("doctor", "--json")
    assert needed.code == 1
    state, told = checks(needed, "datadog", "credentials")[0]
    assert state == "problem"
    assert "pup-tui auth login" in told


def test_an_expired_token_of_pup_is_told(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "pup"
    folder.mkdir()
    token = {"access_token": "of-pup-0123456789", "expires_in": 3600, "issued_at": 1_700_000_000}
    (folder / "tokens_datadoghq_com.json").write_text(json.dumps({"__default__": token}))
    done = program("doctor", "--json", "--offline", PUP_CONFIG_DIR=str(folder))
    told = [text for _, text in checks(done, "datadog", "credentials")]
    assert any(f"its token expired at {local_time(1_700_003_600)}" in each for each in told)
    assert "of-pup" not in done.out


@pytest.mark.parametrize(
    ("text", "state", "told"),
    [
        ("#!/bin/sh\necho 'pup 0.40.1'\n", "ok", "pup 0.40.1 ("),
        ("#!/bin/sh\nprintf '\\033[31mpup\\007 1'\n", "ok", r"\x1b[31mpup\x07 1 ("),
        ("#!/bin/sh\necho no >&2; exit 3\n", "problem", "--version fails: no"),
        ("#!/nowhere/sh\n", "problem", "cannot be started"),
    ],
)
def test_the_installed_pup_tells_its_version(
    program: Program, tmp_path: Path, text: str, state: str, told: str
) -> None:
    pup = tmp_path / "bin" / "pup"
    pup.write_text(text)
    pup.chmod(0o755)
    path = f"{pup.parent}:{program.environ['PATH']}"
    done = program("doctor", "--json", "--offline", PATH=path, PUP_TUI_PUP="auto")
    (found,) = checks(done, "datadog", "client")
    assert found[0] == state
    assert told in found[1]
    assert "\x1b" not in done.out


def test_a_pup_that_is_wanted_and_not_there_is_a_problem(program: Program) -> None:
    done = program("doctor", "--json", "--offline", PUP_TUI_PUP="installed", PATH="/nowhere")
    assert checks(done, "datadog", "client")[0][0] == "problem"


def test_a_journal_that_is_damaged_is_a_problem(program: Program) -> None:
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    state.mkdir(mode=0o700)
    (state / "journal.db").write_bytes(b"no database" * 500)
    done = program("doctor", "--json", "--offline")
    assert done.code == 1
    (journal,) = checks(done, "record", "journal")
    assert journal[0] == "problem"
    assert "history repair" in journal[1]


def test_a_state_folder_that_others_may_write_is_a_problem(program: Program) -> None:
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    state.mkdir()
    state.chmod(0o777)
    done = program("doctor", "--json", "--offline")
    assert checks(done, "record", "folder")[0][0] == "problem"


def test_no_keyring_is_a_warning(program: Program) -> None:
    failing = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = program("doctor", "--json", "--offline", **failing)
    assert checks(done, "keyring")[0][0] == "warning"


def test_every_probe_is_a_subcommand_that_changes_nothing() -> None:
    from pup_tui.datadog.commands import resolve
    from pup_tui.datadog.permissions import permission_for, permissions
    from pup_tui.datadog.table import load_table

    probes = [resolve(each.probe.split()) for each in permissions() if each.probe]
    assert not any(probe.mutates for probe in probes)
    known = load_table().names
    begun: dict[str, Any] = {
        beginning: [name for name in known if f"{name} ".startswith(f"{beginning} ")]
        for each in permissions()
        for beginning in each.commands
    }
    assert [beginning for beginning, names in begun.items() if not names] == []
    nobody = {name for name in known if not permission_for(name)}
    assert nobody <= {"api", "misc status"}
    assert permission_for("monitors delete") == "monitors_write"
    assert permission_for("monitors get") == "monitors_read"


def test_directories_are_told_with_their_owners(program: Program) -> None:
    installs(program, "looks", LOOKS)
    config = Path(program.environ["PUP_TUI_CONFIG_DIR"])
    config.chmod(0o755)
    (config / "runbooks").chmod(0o775)
    (program.cwd / "runbooks").mkdir()
    found = checks(program("doctor", "--json", "--offline", **KEYS), "directories")
    assert found[0] == ("ok", f"{config}: yours, mode 0755: ")
    assert found[1][1].endswith("state: there is none yet: ")
    (written,) = [told for state, told in found if state == "warning"]
    assert written.startswith(f"{config}/runbooks: others may write in it (its mode is 0775)")
    assert f"chmod go-w {config}/runbooks" in written
    assert any("is not trusted" in told for _, told in found)


def test_required_programs_are_told_with_their_versions(program: Program) -> None:
    folder = program.cwd.parent / "bin"
    (folder / "mytool").write_text("#!/bin/sh\necho mytool 2.1\n")
    (folder / "mytool").chmod(0o755)
    path = {"PATH": f"{folder}:{program.environ['PATH']}"}
    step = "steps: [{name: a, kind: shell, run: mytool}]"
    installs(program, "one", f'name: one\nrequires: {{mytool: ">=2"}}\n{step}\n')
    installs(program, "two", f'name: two\nrequires: {{mytool: ">=2"}}\n{step}\n')
    installs(program, "new", f'name: new\nrequires: {{mytool: ">=3", gone: ""}}\n{step}\n')
    done = program("doctor", "--json", "--offline", **KEYS, **path)
    assert done.code == 0
    told = checks(done, "tools", "mytool")
    assert ("ok", "has version 2.1, as required (>=2) (for one, two): ") in told
    assert (
        "warning",
        "has version 2.1, and >=3 is required (for new): install a version that is >=3",
    ) in told
    (gone,) = checks(done, "tools", "gone")
    assert gone[0] == "warning"
    assert "(for new)" in gone[1]


def test_secrets_are_told_by_their_place(program: Program) -> None:
    secret = Path(program.environ["HOME"]) / "token"
    secret.parent.mkdir()
    secret.write_text("geheimnis\n")
    secret.chmod(0o644)
    variables = {
        "A": "env:TOKEN_A",
        "B": "env:TOKEN_B",
        "C": ["env:TOKEN_B", "env:TOKEN_A"],
        "D": "file:~/token",
        "E": "file:~/none",
        "F": "keyring:deploy/token",
        "G": "command:cat token",
    }
    texts = {name: {"type": "secret", "from": place} for name, place in variables.items()}
    step = {"name": "a", "kind": "shell", "run": "echo"}
    installs(program, "needs", json.dumps({"name": "needs", "vars": texts, "steps": [step]}))
    done = program("doctor", "--json", "--offline", TOKEN_A="geheimnis-a", **KEYS)
    assert done.code == 0
    assert "geheimnis" not in done.out
    found = {each["subject"]: each for each in done.json["checks"] if each["what"] == "secrets"}
    assert found["env:TOKEN_A"]["detail"] == "is there, for needs (A), needs (C)"
    assert found["env:TOKEN_B"]["detail"] == "has nothing for needs (B)"
    assert "others may read it" in found["file:~/token"]["detail"]
    assert found["file:~/token"]["hint"].startswith("chmod go-rwx ")
    assert found["file:~/none"]["state"] == "warning"
    assert found["keyring:deploy/token"]["state"] == "warning"
    assert found["command:cat token"]["state"] == "ok"


def test_versions_and_extras_are_told(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    installs(
        program,
        "sends",
        "name: sends\nsteps: [{name: a, kind: notify, to: 'json://example.com', message: x}]\n",
    )
    done = program("doctor", "--json", "--offline", **KEYS)
    subjects = [each["subject"] for each in done.json["checks"] if each["what"] == "versions"]
    assert subjects[:3] == ["pup-tui", "python", "libraries"]
    assert {"extra notify", "extra keyring", "extra sql"} <= set(subjects)


def test_a_missing_extra_is_told_with_the_steps_that_need_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pup_tui.cli.health import versions

    monkeypatch.setattr(versions, "_version", lambda package: None)
    needing = {"apprise": ["sends/a"], "psycopg": []}
    told = versions._extra("notify", ("apprise",), needing)
    assert (told.state, told.hint) == ("warning", 'pip install "pup-tui[notify]"')
    assert "sends/a" in told.detail
    assert versions._extra("sql", ("psycopg",), needing).state == "ok"


def test_how_much_is_kept_is_told(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: a, kind: shell, run: echo}]\n")
    assert program("run", "x.yaml").code == 0
    done = program("doctor", "--json", "--offline", **KEYS)
    (size,) = checks(done, "record", "size")
    assert size[1].startswith("0.")


def test_a_copy_that_is_not_what_was_trusted_is_a_problem(program: Program) -> None:
    (program.cwd / "pack").mkdir()
    program.write("pack/a", "name: a\nsteps: [{name: a, kind: shell, run: echo}]\n")
    assert program("import", "./pack", "--yes").code == 0
    (pack, *_) = program("pack", "list", "--json").json
    assert program("trust", "pack", "--trust", pack["tree"]).code == 0
    done = program("doctor", "--json", "--offline", **KEYS)
    assert checks(done, "packs", "imported") == [("ok", "1 trusted: ")]
    assert checks(done, "packs", "trusted") == [("ok", "1 copy, as they were approved: ")]
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    copy = state / "packs" / "pack" / pack["tree"] / "a.yaml"
    copy.chmod(0o600)
    copy.write_text("name: a\nsteps: [{name: a, kind: shell, run: evil}]\n")
    done = program("doctor", "--json", "--offline", **KEYS)
    ((found, told),) = checks(done, "packs", "pack")
    assert found == "problem"
    assert "the copy that was trusted cannot run" in told
    assert program("trust", "pack", "--trust", pack["tree"]).code == 0
    assert program("run", "pack/a").code == 0
