"""Extensions of `pup` as steps."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from pathlib import Path

import pytest
from msgspec.structs import replace

from pup_tui.core.requests import BARRED, PupRequest
from pup_tui.datadog.configuration import DatadogConfiguration, PupChoice
from pup_tui.steps.executor import Context, Outcome, Stop
from pup_tui.steps.pup import PupExecutor
from tests.support.executors import RecordingSink

OF_THE_SHELL = ("PWD", "_", "SHLVL")
"""What the shell that an extension here is written in sets by itself."""

KEYS = DatadogConfiguration(
    base_url="https://api.datadoghq.eu",
    site="datadoghq.eu",
    api_key="api-key",
    app_key="app-key",
)
TELLS = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n/usr/bin/env\nexit 3\n"


def program(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TELLS)
    path.chmod(0o755)


class Extension:
    """Runs `pup` steps with the environment of an operator."""

    def __init__(self, sink: RecordingSink, stop: Stop, context: Context) -> None:
        self.bin = context.cwd / "bin"
        self.environ = {
            "PATH": str(self.bin),
            "HOME": str(context.cwd),
            "LANG": "C",
            "CLAUDECODE": "1",
            "DD_ACCESS_TOKEN": "stale",
            "PUP_READ_ONLY": "true",
            "PUP_AUTO_APPROVE": "true",
            "PUP_TUI_THEME": "dark",
            "GITHUB_TOKEN": "gh",
            "DD_AUTO_APPROVE": "true",
        }
        self._sink, self._stop, self._context = sink, stop, context

    async def __call__(
        self,
        *words: str,
        approved: bool = False,
        read_only: bool = False,
        pup: PupChoice = "auto",
        env: dict[str, str | None] | None = None,
    ) -> tuple[Outcome, list[str], dict[str, str]]:
        context = replace(self._context, environ=self.environ)
        request = PupRequest(
            words=words,
            approved=approved,
            read_only=read_only,
            env={**context.marks, **(env or {})},
        )
        async with asyncio.timeout(60):
            outcome = await PupExecutor(KEYS, pup).run(request, self._sink, self._stop, context)
        lines = self._sink.stdout.decode().splitlines()
        variables = dict(line.split("=", 1) for line in lines if "=" in line and line[0].isupper())
        return outcome, [line for line in lines if line.split("=")[0] not in variables], variables


@pytest.fixture
def extension(sink: RecordingSink, stop: Stop, context: Context) -> Extension:
    return Extension(sink, stop, context)


async def test_it_gets_its_arguments_the_account_and_nothing_of_ours(
    extension: Extension,
) -> None:
    program(extension.bin / "pup-hello")
    outcome, arguments, variables = await extension("hello", "plan", "--flag", "a b")
    assert (outcome.ok, outcome.exit_code, outcome.reason) == (False, 3, "exited with 3")
    assert arguments == ["plan", "--flag", "a b"]
    given = {name: text for name, text in variables.items() if name not in OF_THE_SHELL}
    assert given == {
        "PATH": str(extension.bin),
        "HOME": extension.environ["HOME"],
        "LANG": "C",
        "DD_API_KEY": "api-key",
        "DD_APP_KEY": "app-key",
        "DD_SITE": "datadoghq.eu",
        "PUP_OUTPUT": "json",
    }


async def test_it_may_say_yes_only_after_a_yes_to_its_step(extension: Extension) -> None:
    program(extension.bin / "pup-hello")
    _, _, variables = await extension("hello", approved=True)
    assert variables["PUP_AUTO_APPROVE"] == "true"


async def test_it_is_told_that_nothing_may_be_changed(extension: Extension) -> None:
    program(extension.bin / "pup-hello")
    extension.environ |= {"DD_READ_ONLY": "true"}
    _, _, variables = await extension("hello", read_only=True, env={"DD_READ_ONLY": "false"})
    assert variables["PUP_READ_ONLY"] == "true"


@pytest.mark.parametrize(
    "words",
    [
        ("hello", "x"),
        ("--org", "monitors", "list"),
        ("--org", "logs", "patterns"),
        ("-o", "monitors", "list"),
    ],
)
async def test_where_nothing_may_be_changed_it_runs_only_if_its_author_says_that_it_looks(
    words: tuple[str, ...], extension: Extension
) -> None:
    for name in ("hello", "list", "patterns"):
        program(extension.bin / f"pup-{name}")
    extension.environ |= {"DD_READ_ONLY": "true"}
    outcome, _, variables = await extension(*words)
    assert (outcome.reason, variables) == (BARRED, {})
    assert (await extension(*words, read_only=True))[0].reason == "exited with 3"


async def test_flags_before_its_name_are_variables(extension: Extension) -> None:
    program(extension.bin / "pup-hello")
    words = ("--output", "table", "--org=b", "--read-only", "--jq", ".a", "hello", "--output", "x")
    _, arguments, variables = await extension(*words)
    assert arguments == ["--output", "x"]
    names = ("PUP_OUTPUT", "DD_ORG", "PUP_READ_ONLY", "PUP_FILTER")
    assert [variables[name] for name in names] == ["table", "b", "true", ".a"]


async def test_it_is_found_where_pup_installs_it(extension: Extension) -> None:
    folder = extension.bin.parent / ".config" / "pup" / "extensions" / "pup-hello"
    program(folder / "pup-hello")
    assert (await extension("hello", "x"))[1] == ["x"]
    extension.environ["PUP_CONFIG_DIR"] = "/nowhere"
    outcome, _, _ = await extension("hello", "x")
    assert "does not know `hello x`" in outcome.reason


async def test_the_account_is_that_of_the_steps_own_env(extension: Extension) -> None:
    program(extension.bin / "pup-hello")
    own: dict[str, str | None] = {"DD_API_KEY": "b", "DD_APP_KEY": "c", "DD_ACCESS_TOKEN": None}
    _, _, variables = await extension("hello", env=own)
    assert (variables["DD_API_KEY"], variables["DD_SITE"]) == ("b", "datadoghq.eu")


@pytest.mark.parametrize("name", ["tui", "monitors", "rum", "Hello", "2fast"])
async def test_no_other_program_is_taken_for_one(name: str, extension: Extension) -> None:
    program(extension.bin / f"pup-{name}")
    outcome, arguments, _ = await extension(name, "go")
    assert (outcome.ok, arguments) == (False, [])
    assert "exited" not in outcome.reason


async def test_where_the_built_in_client_is_chosen_there_are_none(extension: Extension) -> None:
    program(extension.bin / "pup-hello")
    outcome, arguments, _ = await extension("hello", pup="builtin")
    assert (outcome.ok, arguments) == (False, [])


async def test_what_it_leaves_behind_is_found_without_marks(
    extension: Extension, sink: RecordingSink
) -> None:
    path = extension.bin / "pup-hello"
    program(path)
    path.write_text(f"#!/bin/sh\nPATH={os.environ['PATH']}\nsetsid sleep 60 >/dev/null 2>&1 &\n")
    outcome, _, _ = await extension("hello")
    assert outcome.ok
    told = re.search(r"still running, and not waited for: \w+ \(pid (\d+)\)", sink.stderr.decode())
    assert told is not None
    os.kill(int(told[1]), signal.SIGKILL)


async def test_it_is_given_nothing_that_is_stored_for_another_datadog(extension: Extension) -> None:
    program(extension.bin / "pup-hello")
    another: dict[str, str | None] = {"DD_SITE": "us3.datadoghq.com"}
    outcome, _, variables = await extension("hello", env=another)
    assert "names another Datadog than the configured one" in outcome.reason
    assert variables == {}
    _, _, variables = await extension("hello", env={**another, "DD_ACCESS_TOKEN": "theirs"})
    assert (variables["DD_SITE"], variables["DD_ACCESS_TOKEN"]) == ("us3.datadoghq.com", "theirs")
    assert variables["DD_TOKEN_STORAGE"] == "file"
    assert variables["PUP_CONFIG_DIR"]
