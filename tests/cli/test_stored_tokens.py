"""A token that `pup` has stored, in a program that goes on while it ends."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import keyring
import pytest

from pup_tui.cli import credentials
from pup_tui.cli.present import Present
from pup_tui.cli.wiring import Parts
from pup_tui.cli.workflows import workflow_source
from pup_tui.core.requests import PupRequest, ShellRequest
from pup_tui.runbook.load import load_files
from pup_tui.settings.settings import read_settings
from tests.support.keyrings import MemoryKeyring


def keep(folder: Path, token: str, issued_at: float) -> None:
    tokens = {"__default__": {"access_token": token, "expires_in": 3600, "issued_at": issued_at}}
    (folder / "tokens_datadoghq_com.json").write_text(json.dumps(tokens))


async def test_a_token_is_looked_for_again_when_it_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    environ = {"HOME": str(tmp_path), "PUP_CONFIG_DIR": str(tmp_path), "PATH": ""}
    parts = Parts(read_settings(environ=environ))
    keep(tmp_path, "the-first-token", now)
    assert not parts.credentials.account.authenticated
    assert await parts.credentials.stored_secrets() == ["the-first-token"]
    executors = parts.executors
    pup, shell = executors[PupRequest], executors[ShellRequest]
    keep(tmp_path, "the-second-token", now + 3600)
    assert parts.credentials.datadog.access_token == "the-first-token"
    assert executors[PupRequest] is pup
    monkeypatch.setattr(time, "time", lambda: now + 3601)
    assert await parts.credentials.stored_secrets() == ["the-second-token"]
    assert executors[PupRequest] is not pup
    assert executors[ShellRequest] is shell


async def test_what_was_not_there_is_looked_for_again_by_the_next_run(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PUP_CONFIG_DIR": str(tmp_path), "PATH": ""}
    parts = Parts(read_settings(environ=environ))
    assert await parts.credentials.stored_secrets() == []
    keep(tmp_path, "the-first-token", time.time())
    assert not parts.credentials.datadog.authenticated
    assert await parts.credentials.stored_secrets() == ["the-first-token"]
    assert parts.credentials.datadog.authenticated


class SlowKeyring(MemoryKeyring):
    """A keyring that waits until it is unlocked."""

    def __init__(self) -> None:
        super().__init__({})
        self.unlocked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.unlocked.wait()
        return super().get_password(service, username)


async def find_stored(parts: Parts) -> None:
    assert await parts.credentials.stored_secrets() == []


async def find_states(parts: Parts) -> None:
    named = b"name: names\nsteps: [{name: a, kind: pup, run: monitors list}]"
    runbook = load_files("names", {"names.yaml": named}, Path("names.yaml")).require()
    assert await Present(parts).states(runbook, {}) == []


async def find_workflows(parts: Parts) -> None:
    source = workflow_source(parts.credentials, asks=True)
    assert source is not None
    assert "no Datadog credentials" in (await source.refresh()).problem


@pytest.mark.parametrize("find", [find_stored, find_states, find_workflows])
async def test_a_keyring_that_waits_to_be_unlocked_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, find: Callable[[Parts], Awaitable[None]]
) -> None:
    monkeypatch.setattr(credentials, "UNNOTICED", 0.01)
    slow, before = SlowKeyring(), keyring.get_keyring()
    notes: list[str] = []

    def tell_note(note: str) -> None:
        notes.append(note)
        slow.unlocked.set()

    environ = {"HOME": str(tmp_path), "PATH": "", "PUP_TUI_DATADOG_URL": "http://127.0.0.1:9"}
    keyring.set_keyring(slow)
    try:
        await find(Parts(read_settings(environ=environ), tell_note=tell_note))
    finally:
        slow.unlocked.set()
        keyring.set_keyring(before)
    assert notes == ["the keyring is asked for credentials: it may wait to be unlocked"]


@pytest.mark.parametrize(
    ("environ", "profile", "is_elsewhere"),
    [
        ({}, "", False),
        ({"DD_SITE": "datadoghq.com"}, "", False),
        ({"DD_SITE": "datadoghq.eu"}, "", True),
        ({"DD_API_KEY": "k", "DD_APP_KEY": "k", "DD_SITE": "datadoghq.eu"}, "", True),
        ({}, "datadog: {site: datadoghq.eu}", True),
        ({}, "datadog: {site: datadoghq.com}", False),
    ],
)
def test_keys_that_pup_has_stored_for_another_site_are_known_as_that(
    tmp_path: Path, environ: dict[str, str], profile: str, is_elsewhere: bool
) -> None:
    around = {"HOME": str(tmp_path), "PUP_CONFIG_DIR": str(tmp_path), "PATH": "", **environ}
    (tmp_path / "config.yaml").write_text("site: datadoghq.com\napi_key: of-pup\napp_key: of-pup\n")
    if profile:
        (tmp_path / "own" / "profiles").mkdir(parents=True)
        (tmp_path / "own" / "profiles" / "eu.yaml").write_text(profile)
        around |= {"PUP_TUI_CONFIG_DIR": str(tmp_path / "own"), "PUP_TUI_PROFILE": "eu"}
    credentials = Parts(read_settings(environ=around)).credentials
    found = credentials.datadog
    assert found.stored_elsewhere is is_elsewhere
    assert credentials.datadog is found  # what is made with an account is made anew with another


def test_a_site_that_only_pup_knows_is_its_own_matter(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PUP_CONFIG_DIR": str(tmp_path), "PATH": ""}
    (tmp_path / "config.yaml").write_text("site: dd.example\napi_key: of-pup\napp_key: of-pup\n")
    assert not Parts(read_settings(environ=environ)).credentials.datadog.stored_elsewhere
