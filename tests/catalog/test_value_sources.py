from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.errors import KeyringLocked

from pup_tui.catalog.inputs import resolve_inputs
from pup_tui.catalog.value_sources import MAX_KEPT, ChoiceCache, local_sources
from pup_tui.runbook.model import PupStep, Runbook
from pup_tui.runbook.parts import Choice, Variable
from tests.support.keyrings import MemoryKeyring, keyring_with

CHOICES = (Choice(value="a"), Choice(value="b", label="B"))


def runbook(**variables: Variable) -> Runbook:
    return Runbook(name="r", vars=variables, steps=(PupStep(name="s", id="s", run="slos list"),))


@pytest.fixture
def store() -> Iterator[MemoryKeyring]:
    with keyring_with({("flags", "ada"): "hunter22"}) as store:
        yield store


async def test_a_password_of_the_keyring(store: MemoryKeyring) -> None:
    asked = runbook(T=Variable(type="secret", from_="keyring:flags/ada"))
    assert (await resolve_inputs(asked, {}, local_sources({}, Path.home()))).values == {
        "T": "hunter22"
    }
    asked = runbook(T=Variable(type="secret", from_="keyring:flags/bob"))
    (problem,) = (await resolve_inputs(asked, {}, local_sources({}, Path.home()))).problems
    assert str(problem) == "`T` is required: keyring:flags/bob holds none; give it a value"


async def test_a_keyring_that_is_locked(store: MemoryKeyring) -> None:
    keyring.set_keyring(MemoryKeyring({}, KeyringLocked("it is locked")))
    asked = runbook(T=Variable(type="secret", from_="keyring:flags/ada"))
    (problem,) = (await resolve_inputs(asked, {}, local_sources({}, Path.home()))).problems
    told = "`T` cannot be read from keyring:flags/ada: the keyring cannot be read (it is locked)"
    assert str(problem) == told


async def test_what_may_be_left_out_needs_no_keyring(store: MemoryKeyring) -> None:
    keyring.set_keyring(MemoryKeyring({}, KeyringLocked("it is locked")))
    asked = runbook(T=Variable(type="secret", required=False, from_="keyring:flags/ada"))
    made = await resolve_inputs(asked, {}, local_sources({}, Path.home()))
    assert (made.left_out, made.problems) == (("T",), ())
    assert made.notes == (
        "`T` cannot be read from keyring:flags/ada: the keyring cannot be read (it is locked)",
    )


async def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    asked = runbook(T=Variable(type="secret", from_="keyring:flags/ada"))
    (problem,) = (await resolve_inputs(asked, {}, local_sources({}, Path.home()))).problems
    assert "install pup-tui[keyring]" in str(problem)


async def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "value").write_text("a\n")
    asked = runbook(V=Variable(from_=f"file:{tmp_path / 'value'}"))
    assert (await resolve_inputs(asked, {}, local_sources({}, Path.home()))).values == {"V": "a"}
    os.mkfifo(tmp_path / "pipe")
    asked = runbook(V=Variable(from_=f"file:{tmp_path / 'pipe'}"))
    (problem,) = (await resolve_inputs(asked, {}, local_sources({}, Path.home()))).problems
    assert "it is not a regular file" in str(problem)
    asked = runbook(V=Variable(from_="file:~/value"))
    assert (await resolve_inputs(asked, {}, local_sources({}, tmp_path))).values == {"V": "a"}
    asked = runbook(V=Variable(from_="file:~nobody-of-this-name/value"))
    (problem,) = (await resolve_inputs(asked, {}, local_sources({}, Path.home()))).problems
    assert "write the whole path, or ./~nobody-of-this-name" in str(problem)


def test_choices_are_kept_privately(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "choices"
    cache = ChoiceCache(folder, "here")
    assert cache.get("ls") is None
    cache.put("ls", CHOICES)
    assert cache.get("ls") == CHOICES
    assert cache.get("ls -a") is None
    assert ChoiceCache(folder, "elsewhere").get("ls") is None
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}


def test_what_is_kept_does_not_grow_without_end(tmp_path: Path) -> None:
    cache = ChoiceCache(tmp_path / "choices", "here")
    for number in range(MAX_KEPT + 5):
        cache.put(str(number), CHOICES)
    assert len(list((tmp_path / "choices").iterdir())) == MAX_KEPT


def test_a_cache_that_cannot_be_used_is_empty(tmp_path: Path) -> None:
    (tmp_path / "choices").write_text("a file")
    cache = ChoiceCache(tmp_path / "choices", "here")
    cache.put("ls", CHOICES)
    assert cache.get("ls") is None
    path = ChoiceCache(tmp_path / "other", "here")
    path.put("ls", CHOICES)
    (kept,) = (tmp_path / "other").iterdir()
    kept.write_text("{")
    assert path.get("ls") is None
