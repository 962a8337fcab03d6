from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from pup_tui.core.requests import PupRequest
from pup_tui.datadog.configuration import (
    CREDENTIAL_VARIABLES,
    DatadogConfiguration,
    PupChoice,
)
from pup_tui.datadog.sandbox import Sandbox
from pup_tui.steps.pup import PupExecutor, in_json
from pup_tui.steps.pup_account import environment
from tests.support.http_server import FakeServer, Recorded, Reply, Write

if TYPE_CHECKING:
    from collections.abc import Callable

    from pup_tui.steps.executor import Context, Outcome, Stop
    from tests.support.executors import RecordingSink

    Account = Callable[[str], DatadogConfiguration]

ALIAS = ("incidents", "list", "--service=payments")
"""A spelling of the built-in table that an installed `pup` does not know."""


def is_gone(path: str) -> bool:
    return not Path(path).exists()


class Pup:
    def __init__(self, sink: RecordingSink, stop: Stop, context: Context) -> None:
        self.configuration = DatadogConfiguration()
        self.context = context
        self._sink, self._stop = sink, stop

    async def __call__(
        self,
        *words: str,
        pup: PupChoice = "auto",
        env: dict[str, str] | None = None,
        cwd: str | None = None,
    ) -> Outcome:
        executor = PupExecutor(self.configuration, pup)
        request = PupRequest(words=words, env=env or {}, cwd=cwd)
        async with asyncio.timeout(60):
            return await executor.run(request, self._sink, self._stop, self.context)


@pytest.fixture
def pup(sink: RecordingSink, stop: Stop, context: Context) -> Pup:
    """`pup` steps where no `pup` is installed."""
    return Pup(sink, stop, replace(context, environ={"PATH": str(context.cwd / "bin")}))


@pytest.fixture
def installed(pup: Pup) -> Pup:
    """The same, with a `pup` on PATH that prints one argument per line, then its environment."""
    path = pup.context.cwd / "bin" / "pup"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n/usr/bin/env\nexit ${PUP_EXIT:-0}\n")
    path.chmod(0o755)
    return pup


class TestInstalled:
    async def test_gets_the_words_as_they_are_and_json_as_output(
        self, installed: Pup, sink: RecordingSink
    ) -> None:
        outcome = await installed("metrics", "query", "--query=avg:x{a:b} $(id) '")
        assert (outcome.ok, outcome.exit_code) == (True, 0)
        assert outcome.ran_by == str(installed.context.cwd / "bin" / "pup")
        assert sink.stdout.decode().splitlines()[:5] == [
            *("metrics", "query", "--query=avg:x{a:b} $(id) '", "--output", "json")
        ]

    async def test_leading_pup_is_dropped(self, installed: Pup, sink: RecordingSink) -> None:
        await installed("pup", "monitors", "list")
        assert sink.stdout.startswith(b"monitors\nlist\n")

    async def test_runs_what_the_table_lacks(self, installed: Pup, sink: RecordingSink) -> None:
        outcome = await installed("some-extension", "go")
        assert outcome.ok
        assert sink.stdout.startswith(b"some-extension\ngo\n")

    async def test_exit_code_is_its_own(self, installed: Pup) -> None:
        environ = {**installed.context.environ, "PUP_EXIT": "4"}
        installed.context = replace(installed.context, environ=environ)
        outcome = await installed("monitors", "list")
        assert (outcome.ok, outcome.exit_code, outcome.reason) == (False, 4, "exited with 4")

    async def test_carries_the_marks_of_the_step(self, installed: Pup, sink: RecordingSink) -> None:
        await installed("monitors", "list")
        assert f"PUP_TUI_RUN={installed.context.run}" in sink.stdout.decode().splitlines()

    async def test_runs_in_the_steps_directory_with_its_environment(
        self, installed: Pup, sink: RecordingSink
    ) -> None:
        (installed.context.cwd / "sub").mkdir()
        env = {"DD_SITE": "datadoghq.com", "DD_AUTO_APPROVE": "true"}
        await installed("monitors", "list", env=env, cwd="sub")
        lines = sink.stdout.decode().splitlines()
        assert {f"PWD={installed.context.cwd}/sub", "DD_SITE=datadoghq.com"} <= set(lines)
        assert "DD_AUTO_APPROVE" not in sink.stdout.decode()

    @pytest.mark.parametrize(
        "own", [{"DD_API_KEY": "own", "DD_APP_KEY": "own"}, {"DD_ACCESS_TOKEN": "own"}]
    )
    async def test_gets_the_operators_keys_for_no_other_datadog(
        self, installed: Pup, sink: RecordingSink, own: dict[str, str]
    ) -> None:
        keys = dict.fromkeys(CREDENTIAL_VARIABLES, "of-the-operator")
        installed.context = replace(
            installed.context, environ={**installed.context.environ, **keys}
        )
        await installed("monitors", "list", env={"DD_SITE": "datadoghq.eu", **own})
        lines = sink.stdout.decode().splitlines()
        assert {each for each in lines if each.startswith(CREDENTIAL_VARIABLES)} == {
            f"{name}={text}" for name, text in own.items()
        }

    @pytest.mark.parametrize(
        "env",
        [
            {"DD_SITE": "datadoghq.eu"},
            {"PUP_TUI_DATADOG_URL": "https://evil.example"},
            {"PUP_TUI_DATADOG_URL": "https://evil.example", "DD_API_KEY": "half"},
            {"PUP_TUI_DATADOG_URL": "https://evil.example", "DD_ACCESS_TOKEN": " "},
            {"PUP_TUI_DATADOG_URL": "https://evil.example", "PUP_CONFIG_DIR": "/x"},
        ],
    )
    async def test_is_not_started_for_another_datadog_without_keys_for_it(
        self, installed: Pup, sink: RecordingSink, env: dict[str, str]
    ) -> None:
        outcome = await installed("monitors", "list", env=env)
        assert (outcome.ok, sink.stdout) == (False, b"")
        assert "names another Datadog than the configured one" in outcome.reason

    @pytest.mark.parametrize("own", [{}, {"PUP_CONFIG_DIR": "/theirs"}, {"HOME": "/theirs"}])
    async def test_finds_nothing_that_it_has_stored_for_another_datadog(
        self, installed: Pup, sink: RecordingSink, own: dict[str, str]
    ) -> None:
        environ = {**installed.context.environ, "PUP_CONFIG_DIR": "/stored", "DD_ORG": "ours"}
        installed.context = replace(installed.context, environ=environ)
        (installed.context.cwd / "bin" / "pup").write_text(
            "#!/bin/sh\n/usr/bin/env\n/bin/ls -A $PUP_CONFIG_DIR\necho end >$PUP_CONFIG_DIR/x\n"
        )
        keys = {"PUP_TUI_DATADOG_URL": "https://evil.example", "DD_ACCESS_TOKEN": "theirs"}
        assert (await installed("monitors", "list", env={**keys, **own})).ok
        *lines, last = sink.stdout.decode().splitlines()
        told = dict(line.split("=", 1) for line in [*lines, last])
        assert told["PUP_MOCK_SERVER"] == "https://evil.example"
        assert told["DD_TOKEN_STORAGE"] == "file"
        assert "DD_ORG" not in told
        assert told["PUP_CONFIG_DIR"] not in ("/stored", "/theirs")
        assert is_gone(told["PUP_CONFIG_DIR"])

    async def test_sends_nothing_stored_to_an_address_in_place_of_the_site(
        self, installed: Pup, sink: RecordingSink
    ) -> None:
        installed.configuration = DatadogConfiguration(base_url="https://proxy.example")
        environ = {**installed.context.environ, "PUP_TUI_DATADOG_URL": "https://proxy.example"}
        installed.context = replace(installed.context, environ=environ)
        assert (await installed("monitors", "list")).ok
        assert "DD_TOKEN_STORAGE=file" in sink.stdout.decode().splitlines()

    async def test_sends_no_keys_that_it_has_stored_for_another_site_to_the_configured_one(
        self, installed: Pup, sink: RecordingSink
    ) -> None:
        installed.configuration = DatadogConfiguration(
            access_token="of-this-site", source="pup's session", stored_elsewhere=True
        )
        assert (await installed("monitors", "list")).ok
        assert {
            *("DD_TOKEN_STORAGE=file", "DD_ACCESS_TOKEN=of-this-site", "DD_SITE=datadoghq.com")
        } <= set(sink.stdout.decode().splitlines())

    async def test_goes_to_the_configured_site_whatever_a_steps_own_configuration_says(
        self, installed: Pup, sink: RecordingSink
    ) -> None:
        for own in ({"PUP_CONFIG_DIR": "/x"}, {"HOME": "/x"}, {"XDG_CONFIG_HOME": "/x"}):
            await installed("monitors", "list", env=own)
            assert "DD_SITE=datadoghq.com" in sink.stdout.decode().splitlines()
            assert "DD_TOKEN_STORAGE" not in sink.stdout.decode()

    async def test_goes_the_operators_way_only(self, installed: Pup, sink: RecordingSink) -> None:
        environ = {**installed.context.environ, "https_proxy": "http://ours.example"}
        installed.context = replace(installed.context, environ=environ)
        way = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE")
        await installed("monitors", "list", env=dict.fromkeys(way, "theirs"))
        lines = sink.stdout.decode().splitlines()
        assert [each for each in lines if each.startswith(way)] == [
            "https_proxy=http://ours.example"
        ]

    @pytest.mark.parametrize(
        "words",
        [
            ["api", "https://example.com/api/v1/x"],
            ["api", "HTTPS:example.com"],
            ["--org", "b", "api", "//example.com/api/v1/x"],
            ["api", "https://api.datadoghq.com@example.com/x", "--method", "DELETE"],
            ["api", "https://api.datadoghq.com.example.com/x"],
            ["api", "--not-known-here", "https://example.com/x"],
            ["--not-known-here", "x", "api", "https://example.com/x"],
            ["api", "http://api.datadoghq.com/x"],
            ["api", "https://api.datadoghq.com:8443/x"],
            ["api", "https://example.com\\@api.datadoghq.com/x"],
            ["api", "https://api.datadoghq.com%2e/x"],
        ],
    )
    async def test_takes_the_operators_keys_to_no_address_that_is_not_theirs(
        self, installed: Pup, sink: RecordingSink, words: list[str]
    ) -> None:
        outcome = await installed(*words)
        assert (outcome.ok, sink.stdout) == (False, b"")
        assert "the credentials go to api.datadoghq.com only" in outcome.reason

    @pytest.mark.parametrize(
        "words",
        [
            ["api", "v2/x", "-F", "url=https://example.com"],
            ["api", "https://api.datadoghq.com/api/v1/x"],
            ["api", "HTTPS://API.datadoghq.com:443/api/v1/x"],
            ["events", "list", "--query", "https://example.com"],
        ],
    )
    async def test_takes_addresses_that_are_data(
        self, installed: Pup, sink: RecordingSink, words: list[str]
    ) -> None:
        assert (await installed(*words)).ok
        assert sink.stdout.decode().startswith("\n".join(words))

    @pytest.mark.parametrize(
        "words",
        [
            ["--not-known-here", "x", "api", "/api/v1/x"],
            ["--not-known-here=x", "monitors", "list"],
            ["--output", "json", "-z", "monitors", "list"],
            ["-yo", "json", "monitors", "list"],
        ],
    )
    async def test_takes_no_flag_before_a_subcommand_that_nobody_knows(
        self, installed: Pup, sink: RecordingSink, words: list[str]
    ) -> None:
        outcome = await installed(*words)
        assert (outcome.ok, sink.stdout) == (False, b"")
        assert "before the subcommand: write the subcommand first" in outcome.reason

    @pytest.mark.parametrize("flags", [["-ojson"], ["--org", "b"], ["--jq=.x", "-y"]])
    async def test_takes_the_flags_of_every_subcommand_before_one(
        self, installed: Pup, flags: list[str]
    ) -> None:
        assert (await installed(*flags, "some-extension", "go")).ok

    async def test_a_half_of_keys_around_it_is_not_taken_for_the_account_that_is_stored(
        self, installed: Pup, sink: RecordingSink
    ) -> None:
        installed.configuration = DatadogConfiguration(
            api_key="stored", app_key="stored", source="keyring"
        )
        environ = {**installed.context.environ, "DD_API_KEY": "half"}
        installed.context = replace(installed.context, environ=environ)
        await installed("monitors", "list", env={"DD_TRACE_ENABLED": "false"})
        lines = sink.stdout.decode().splitlines()
        assert {each for each in lines if each.startswith(CREDENTIAL_VARIABLES)} == {
            *("DD_API_KEY=stored", "DD_APP_KEY=stored")
        }

    @pytest.mark.parametrize(
        "env",
        [{}, {"PUP_CONFIG_DIR": "/x"}, {"DD_SITE": "datadoghq.eu"}, {"XDG_CONFIG_HOME": "/x"}],
    )
    async def test_gets_keys_together_with_their_site(
        self, installed: Pup, sink: RecordingSink, env: dict[str, str]
    ) -> None:
        installed.configuration = DatadogConfiguration(
            base_url="https://api.datadoghq.eu", site="datadoghq.eu"
        )
        environ = {**installed.context.environ, "DD_API_KEY": "a", "DD_APP_KEY": "b"}
        installed.context = replace(installed.context, environ=environ)
        await installed("monitors", "list", env=env)
        lines = sink.stdout.decode().splitlines()
        assert {"DD_API_KEY=a", "DD_SITE=datadoghq.eu"} <= set(lines)

    async def test_finds_the_site_of_its_own_credentials_itself(
        self, installed: Pup, sink: RecordingSink
    ) -> None:
        await installed("--org", "b", "monitors", "list")
        assert "DD_SITE" not in sink.stdout.decode()

    @pytest.mark.parametrize(
        ("env", "told"),
        [
            ({"DD_SITE": "evil.example"}, "DD_SITE is 'evil.example'"),
            ({"PUP_TUI_DATADOG_URL": "http://evil.example"}, "in clear text"),
            ({"PUP_MOCK_SERVER": "https://evil.example"}, "use PUP_TUI_DATADOG_URL"),
        ],
    )
    async def test_is_not_sent_where_no_keys_may_go(
        self, installed: Pup, sink: RecordingSink, env: dict[str, str], told: str
    ) -> None:
        outcome = await installed("monitors", "list", env=env)
        assert told in outcome.reason
        assert sink.stdout == b""

    @pytest.mark.parametrize("own", ["", "false"])
    async def test_no_step_takes_back_that_nothing_may_be_changed(
        self, installed: Pup, sink: RecordingSink, own: str
    ) -> None:
        environ = {**installed.context.environ, "DD_READ_ONLY": "true"}
        installed.context = replace(installed.context, environ=environ)
        await installed("monitors", "list", env={"DD_READ_ONLY": own})
        assert "DD_READ_ONLY=true" in sink.stdout.decode().splitlines()

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ("monitors list", []),
            ("monitors list -o json", []),
            ("slos list --limit=5", {"data": []}),
            ("monitors search", {"monitors": []}),
            ("cases search -o json", []),
            ("notebooks list", []),
        ],
    )
    async def test_nothing_is_an_empty_list_where_one_is_asked_for(
        self, installed: Pup, sink: RecordingSink, words: str, told: object
    ) -> None:
        (installed.context.cwd / "bin" / "pup").write_text("#!/bin/sh\necho none >&2\n")
        assert (await installed(*words.split())).ok
        assert json.loads(sink.stdout) == told

    @pytest.mark.parametrize(
        "words",
        [
            "monitors list -o csv",
            "notebooks list --jq .x",
            "notebooks list -oyaml",
            "monitors delete 5",
            "some-extension list",
        ],
    )
    async def test_nothing_stays_nothing_elsewhere(
        self, installed: Pup, sink: RecordingSink, words: str
    ) -> None:
        (installed.context.cwd / "bin" / "pup").write_text("#!/bin/sh\n")
        assert (await installed(*words.split())).ok
        assert sink.stdout == b""

    @pytest.mark.parametrize(
        ("words", "count", "told"),
        [
            (
                "monitors list",
                200,
                "[pup-tui] these are the 200 results of one page, and there may be more",
            ),
            ("monitors list --limit=3", 3, "[pup-tui] these are the 3 results of one page"),
            ("monitors list", 199, ""),
        ],
    )
    async def test_one_page_is_not_told_as_all(
        self, installed: Pup, sink: RecordingSink, words: str, count: int, told: str
    ) -> None:
        page = json.dumps([{"id": n} for n in range(count)])
        (installed.context.cwd / "bin" / "pup").write_text(f"#!/bin/sh\necho '{page}'\n")
        assert (await installed(*words.split())).ok
        assert sink.stderr.decode().startswith(told)
        assert (sink.stderr == b"") == (told == "")
        assert len(json.loads(sink.stdout)) == count

    @pytest.mark.parametrize(
        ("words", "error", "is_open"),
        [
            ("monitors delete 5", "DELETE x failed (HTTP 504): gone", True),
            ("monitors delete 5", "ResponseError { status: 502 }", True),
            ("monitors delete 5", "DELETE x failed (HTTP 404): gone", False),
            ("monitors list", "GET x failed (HTTP 504): gone", False),
        ],
    )
    async def test_a_change_that_the_server_failed_at_may_be_made(
        self, installed: Pup, words: str, error: str, is_open: bool
    ) -> None:
        (installed.context.cwd / "bin" / "pup").write_text(
            f"#!/bin/sh\necho '{error}' >&2; exit 1\n"
        )
        outcome = await installed(*words.split())
        may_be_done = "; Datadog may have carried it out" if is_open else ""
        assert outcome.reason == f"exited with 1{may_be_done}"

    @pytest.mark.parametrize(
        "words",
        [
            "--read-only workflows run 0b0a1d5e-8f3b-4f0e-9d3a-0a1b2c3d4e5f",
            "workflows run 0b0a1d5e-8f3b-4f0e-9d3a-0a1b2c3d4e5f --read-only",
            "--read-only auth logout",
            "auth refresh --read-only",
            "--read-only auth login --read-only",
        ],
    )
    async def test_changes_nothing_where_its_words_say_so(
        self, installed: Pup, sink: RecordingSink, words: str
    ) -> None:
        outcome = await installed(*words.split())
        assert (outcome.ok, sink.stdout) == (False, b"")
        assert outcome.reason == "it changes something, and --read-only is given"

    @pytest.mark.parametrize("words", ["auth logout", "auth login --read-only", "auth refresh"])
    async def test_changes_none_of_its_sessions_where_nothing_may_be_changed(
        self, installed: Pup, sink: RecordingSink, words: str
    ) -> None:
        for name in ("DD_READ_ONLY", "PUP_READ_ONLY"):
            outcome = await installed(*words.split(), env={name: "true"})
            assert outcome.reason == "it changes something, and its `env` says read-only"
        environ = {**installed.context.environ, "DD_READ_ONLY": "true"}
        installed.context = replace(installed.context, environ=environ)
        outcome = await installed(*words.split())
        assert (outcome.ok, sink.stdout) == (False, b"")
        assert outcome.reason.startswith("refused: ")

    @pytest.mark.parametrize(("text", "is_ok"), [("on", False), ("maybe", False), ("no", True)])
    async def test_takes_a_word_for_read_only_as_the_operators_own_is_taken(
        self, installed: Pup, text: str, is_ok: bool
    ) -> None:
        assert (await installed("auth", "refresh", env={"DD_READ_ONLY": text})).ok is is_ok

    async def test_logs_in_to_a_site_of_datadog_only(
        self, installed: Pup, sink: RecordingSink
    ) -> None:
        outcome = await installed("auth", "login", "--site", "evil.example")
        assert (outcome.ok, sink.stdout) == (False, b"")
        assert "which is no Datadog site" in outcome.reason
        assert (await installed("auth", "login", "--site", "datadoghq.eu")).ok

    async def test_logs_in_read_only_where_something_may_be_changed(self, installed: Pup) -> None:
        assert (await installed("auth", "login", "--read-only")).ok

    @pytest.mark.parametrize(
        "name", ["agent", "completions", "fmt", "format", "help", "mcp", "test", "version"]
    )
    async def test_serves_its_own_first_words_itself(
        self, installed: Pup, sink: RecordingSink, name: str
    ) -> None:
        extension = installed.context.cwd / "bin" / f"pup-{name}"
        extension.write_text("#!/bin/sh\necho taken\n")
        extension.chmod(0o755)
        assert (await installed(name, "x")).ok
        assert sink.stdout.decode().splitlines()[:2] == [name, "x"]

    async def test_inherits_the_locks(self, installed: Pup, sink: RecordingSink) -> None:
        folder = installed.context.cwd
        (folder / "bin" / "pup").write_text("#!/bin/sh\nreadlink /proc/self/fd/$LOCK\n")
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            installed.context = replace(installed.context, inherit=(lock,))
            env = {"LOCK": str(lock), "PATH": f"{folder}/bin:{os.environ['PATH']}"}
            await installed("monitors", "list", env=env)
        finally:
            os.close(lock)
        assert sink.stdout.decode() == f"{folder}/lock\n"

    async def test_is_found_on_the_steps_path(
        self, installed: Pup, context: Context, sink: RecordingSink
    ) -> None:
        installed.context = replace(context, environ={"PATH": "/nowhere"})
        assert (await installed("monitors", "list", env={"PATH": f"{context.cwd}/bin"})).ok
        assert sink.stdout.startswith(b"monitors\nlist\n")

    async def test_spelling_that_it_does_not_know_goes_to_the_client(
        self, installed: Pup, account: Account, sink: RecordingSink
    ) -> None:
        async with Sandbox() as sandbox:
            installed.configuration = account(sandbox.url)
            outcome = await installed(*ALIAS)
            assert len(sandbox.requests) > 0
        assert outcome.ok
        json.loads(sink.stdout)

    async def test_is_left_alone_where_the_client_is_chosen(
        self, installed: Pup, account: Account
    ) -> None:
        async with Sandbox() as sandbox:
            installed.configuration = account(sandbox.url)
            assert (await installed("monitors", "list", pup="builtin")).ok
            assert [each.path for each in sandbox.requests] == ["/api/v1/monitor"]

    async def test_missing_where_it_is_chosen(self, pup: Pup) -> None:
        outcome = await pup("monitors", "list", pup="installed")
        assert (outcome.ok, outcome.reason) == (False, "`pup` is not on PATH; install it")


class TestBuiltIn:
    async def test_prints_what_the_subcommand_prints(
        self, pup: Pup, account: Account, sink: RecordingSink
    ) -> None:
        async with Sandbox() as sandbox:
            pup.configuration = account(sandbox.url)
            outcome = await pup("pup", "monitors", "list")
        assert (outcome.ok, outcome.exit_code) == (True, 0)
        assert outcome.ran_by == "the built-in client"
        assert isinstance(json.loads(sink.stdout), list)

    async def test_help_asks_nobody(self, pup: Pup, sink: RecordingSink) -> None:
        outcome = await pup("monitors", "list", "--help")
        assert (outcome.ok, outcome.exit_code) == (True, 0)
        assert "--tags TEXT" in sink.stdout.decode()

    async def test_unknown_subcommand(self, pup: Pup) -> None:
        outcome = await pup("no-such", "thing")
        assert not outcome.ok
        assert "no-such" in outcome.reason

    @pytest.mark.parametrize(
        "words",
        [("logs", "aggregate", "--query", "x"), ("monitors", "list", "--output", "table")],
    )
    async def test_what_only_an_installed_one_takes_is_said_to_need_it(
        self, pup: Pup, words: tuple[str, ...]
    ) -> None:
        outcome = await pup(*words)
        assert outcome.reason == f"`pup {' '.join(words)}` needs an installed `pup`: install it"
        outcome = await pup(*words, pup="builtin")
        assert outcome.reason.endswith("needs an installed `pup`, which `datadog.client` rules out")

    async def test_no_subcommand(self, pup: Pup) -> None:
        assert "no subcommand" in (await pup("pup")).reason

    async def test_refusal_keeps_its_body(
        self, pup: Pup, account: Account, sink: RecordingSink
    ) -> None:
        async with FakeServer(Reply(403, {"errors": ["Forbidden"]})) as server:
            pup.configuration = account(server.url)
            outcome = await pup("monitors", "list")
        assert (outcome.ok, outcome.exit_code, outcome.status_code) == (False, 1, 403)
        assert "HTTP 403: Forbidden" in outcome.reason
        assert sink.stderr == b'{"errors": ["Forbidden"]}'

    async def test_file_is_read_below_the_operators_directory(
        self, pup: Pup, account: Account
    ) -> None:
        (pup.context.cwd / "monitor.json").write_text('{"name": "x"}')
        async with FakeServer(Reply(body={})) as server:
            pup.configuration = account(server.url)
            outcome = await pup("monitors", "create", "--file=monitor.json")
        assert outcome.ok
        assert server.requests[0].json == {"name": "x"}

    async def test_file_is_read_below_the_steps_directory(self, pup: Pup, account: Account) -> None:
        (pup.context.cwd / "sub").mkdir()
        (pup.context.cwd / "sub" / "monitor.json").write_text('{"name": "y"}')
        async with FakeServer(Reply(body={})) as server:
            pup.configuration = account(server.url)
            assert (await pup("monitors", "create", "--file=monitor.json", cwd="sub")).ok
        assert server.requests[0].json == {"name": "y"}

    async def test_account_of_the_steps_environment_is_used(
        self, pup: Pup, account: Account
    ) -> None:
        async with FakeServer(Reply(body=[])) as server:
            pup.configuration = account("http://127.0.0.1:9")
            env = {
                "PUP_TUI_DATADOG_URL": server.url,
                "DD_API_KEY": "another-api-key",
                "DD_APP_KEY": "another-app-key",
            }
            assert (await pup("monitors", "list", env=env)).ok
        assert server.requests[0].headers["dd-api-key"] == "another-api-key"

    async def test_the_operators_keys_go_to_no_other_datadog(
        self, pup: Pup, account: Account
    ) -> None:
        async with FakeServer(Reply(body=[])) as server:
            pup.configuration = account("http://127.0.0.1:9")
            keys = {"DD_API_KEY": "of-the-operator", "DD_APP_KEY": "of-the-operator"}
            pup.context = replace(pup.context, environ={**pup.context.environ, **keys})
            for own in ({}, {"DD_API_KEY": "half-of-a-pair"}):
                env = {"PUP_TUI_DATADOG_URL": server.url, **own}
                outcome = await pup("monitors", "list", env=env)
                assert "names another Datadog" in outcome.reason
        assert server.requests == []

    async def test_account_that_makes_no_sense_is_an_outcome(self, pup: Pup) -> None:
        outcome = await pup("monitors", "list", env={"DD_SITE": "evil.example"})
        assert not outcome.ok
        assert outcome.reason.startswith("its `env` cannot be used: DD_SITE")

    async def test_side_by_side_they_do_not_meet(
        self, pup: Pup, account: Account, sink: RecordingSink
    ) -> None:
        async with Sandbox() as sandbox:
            pup.configuration = account(sandbox.url)
            outcomes = await asyncio.gather(*(pup("monitors", "list") for _ in range(4)))
        assert all(outcome.ok for outcome in outcomes)
        assert len({data for _, data in sink.written if data}) == 1

    async def test_file_that_is_missing(self, pup: Pup, account: Account) -> None:
        async with FakeServer() as server:
            pup.configuration = account(server.url)
            outcome = await pup("monitors", "create", "--file=gone.json")
        assert not outcome.ok
        assert "gone.json" in outcome.reason

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            (("monitors", "list"), "cancelled"),
            (("monitors", "delete", "1"), "cancelled; Datadog may have carried it out"),
        ],
    )
    async def test_stop_ends_it(
        self, pup: Pup, account: Account, stop: Stop, words: tuple[str, ...], reason: str
    ) -> None:
        async def silence(_: Recorded, __: Write) -> None:
            stop.set()
            await asyncio.sleep(60)

        async with FakeServer(handler=silence) as server:
            pup.configuration = account(server.url)
            outcome = await pup(*words)
        assert (outcome.ok, outcome.reason) == (False, reason)


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("monitors list", "monitors list --output json"),
        ("monitors list -o yaml", "monitors list -o yaml"),
        ("monitors list -oyaml", "monitors list -oyaml"),
        ("monitors list --output table", "monitors list --output table"),
        ("monitors list --output=table", "monitors list --output=table"),
        ("ext run --output-dir x", "ext run --output-dir x --output json"),
        ("ext run -- -o x", "ext run --output json -- -o x"),
    ],
)
def test_json_is_asked_for_unless_another_output_is(words: str, result: str) -> None:
    assert in_json(words.split()) == tuple(result.split())


def test_nothing_in_the_environment_answers_for_the_operator() -> None:
    saying_yes = dict.fromkeys(
        ("DD_AUTO_APPROVE", "DD_CLI_AUTO_APPROVE", "PUP_AUTO_APPROVE", "PUP_AGENT_MODE"), "true"
    )
    kept = environment({**saying_yes, "FORCE_AGENT_MODE": "1", "DD_API_KEY": "k", "HOME": "/h"})
    assert kept == {"DD_API_KEY": "k", "HOME": "/h"}


def test_installed_pup_is_pointed_to_the_sandbox() -> None:
    environ = {"PUP_TUI_DATADOG_URL": "http://127.0.0.1:8080"}
    assert environment(environ)["PUP_MOCK_SERVER"] == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    "words", ["monitors list", "downtime cancel 7f2f6f2e-0000-4000-8000-000000000000"]
)
async def test_a_stop_while_it_waits_for_a_rate_limit_says_that_nothing_was_done(
    pup: Pup, sink: RecordingSink, stop: Stop, words: str
) -> None:
    async with FakeServer(Reply(429, headers={"X-RateLimit-Reset": "200"})) as server:
        pup.configuration = DatadogConfiguration(base_url=server.url, access_token="t-0123456789")
        running = asyncio.create_task(pup(*words.split()))
        await sink.seen(b"trying again in 200 s: rate limit of Datadog", "stderr")
        stop.set()
        outcome = await running
    assert (outcome.stopped, outcome.reason) == (True, "cancelled")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("words", "changes"), [("monitors list", False), ("monitors delete 7", True)]
)
async def test_a_login_page_is_no_success(
    pup: Pup, sink: RecordingSink, words: str, changes: bool
) -> None:
    async with FakeServer(Reply(200, b"<html>login</html>")) as server:
        pup.configuration = DatadogConfiguration(base_url=server.url, access_token="t-0123456789")
        outcome = await pup(*words.split())
    assert (outcome.ok, outcome.exit_code) == (False, 1)
    assert "is not JSON: <html>login</html>" in outcome.reason
    assert outcome.reason.endswith("; Datadog may have carried it out") is changes
    assert sink.stderr == b"<html>login</html>"


async def test_a_rate_limit_that_lasts_longer_than_the_step_may_is_told_at_once(pup: Pup) -> None:
    pup.context = replace(pup.context, time_left=lambda: 30.0)
    async with FakeServer(Reply(429, headers={"X-RateLimit-Reset": "200"})) as server:
        pup.configuration = DatadogConfiguration(base_url=server.url, access_token="t-0123456789")
        outcome = await pup("monitors", "list")
    assert outcome.reason == (
        "the rate limit of Datadog resets in 200 s, which is later than the 30 s that the step "
        "still has: try again later"
    )
    assert outcome.again_in == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize(("words", "changes"), [("slos list", False), ("monitors delete 7", True)])
async def test_a_change_that_the_server_fails_at_may_be_made(
    pup: Pup, words: str, changes: bool, status: int
) -> None:
    pup.context = replace(pup.context, time_left=lambda: 0.1)
    async with FakeServer(Reply(status, {"errors": ["broken"]})) as server:
        pup.configuration = DatadogConfiguration(base_url=server.url, access_token="t-0123456789")
        outcome = await pup(*words.split())
    assert outcome.status_code == status
    assert outcome.reason.endswith("; Datadog may have carried it out") is changes


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ("slos list", 403, "; it needs the permission slos_read"),
        ("monitors delete 7", 403, "; it needs the permission monitors_write"),
        ("slos list", 401, ""),
        ("api v1/x", 403, ""),
    ],
)
async def test_a_refusal_names_the_permission_that_is_needed(
    pup: Pup, words: str, status: int, told: str
) -> None:
    async with FakeServer(Reply(status, {"errors": ["Forbidden"]})) as server:
        pup.configuration = DatadogConfiguration(base_url=server.url, access_token="t-0123456789")
        outcome = await pup(*words.split())
    assert outcome.status_code == status
    assert outcome.reason.endswith(f"){told}")
