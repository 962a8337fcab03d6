"""`pack new` and `pack check`: what the CI of a shared repository of runbooks calls."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.cli.console import _profiles
from pup_tui.packs.links import ask_links
from pup_tui.packs.skeleton import pack_skeleton
from pup_tui.settings.settings import read_settings
from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.packs import runbook, write_pack
from tests.support.program import Program

SECRET = """\
name: s
steps:
  - name: a
    kind: http
    url: https://h.example/x
    headers: {Authorization: Bearer 0123456789abcdef0123}
"""
ROOT = Path(__file__).parents[2]


def test_a_new_pack_is_in_order_and_can_be_imported(program: Program) -> None:
    assert program("pack", "new", "ops").code == 0
    checked = program("pack", "check", "ops")
    assert (checked.code, checked.out) == (0, "1 runbook, 2 rehearsals: 0 errors, 0 warnings\n")
    assert program("import", "./ops").out.startswith("ops: 1 runbook")
    again = program("pack", "new", "ops")
    assert (again.code, "something in its place" in again.err) == (2, True)
    assert program("pack", "new", "No Name").code == 2


def test_the_workflow_of_the_manual_is_that_of_a_new_pack() -> None:
    written = (ROOT / "docs" / "pack-workflow.yaml").read_text()
    assert pack_skeleton("x")[".github/workflows/runbooks.yaml"] == written


def _text(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: write_pack(folder, {name: text})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_text("bad.yaml", "name: bad\nsteps: [{name: a, kind: shel, run: x}]\n"), "bad.yaml:2:"),
        (_text("t/a.yaml", runbook("a")), "another runbook has this id"),
        (_text("s.yaml", SECRET), "looks like a secret"),
        (
            _text("_tests/a.yaml", "cases:\n  - {name: x, expect: {run: succeeded}}\n"),
            "rehearsal a",
        ),
        (_text("_tests/gone.yaml", "cases:\n  - {name: x, expect: {run: failed}}\n"), "gone"),
        (_text("pack.yaml", "nam: x\n"), "did you mean `name`"),
        (_text("pack.yaml", 'minimum_version: "99"\n'), "it needs pup-tui 99"),
        (_text("pack.yaml", "profiles: [none]\n"), "there is no profiles/none.yaml"),
        (lambda folder: os.symlink("/etc", folder / "dir"), "a link is in the pack"),
        (lambda folder: (folder / "a.yaml").unlink(), "no runbook in it"),
    ],
)
def test_what_a_check_finds(program: Program, change: Callable[[Path], object], told: str) -> None:
    folder = write_pack(program.cwd / "ops", {"a.yaml": runbook("a")})
    assert program("pack", "check", "ops").code == 0
    change(folder)
    done = program("pack", "check", "ops", "--json")
    assert done.code == 1
    assert done.json["ok"] is False
    found = " ".join(f"{c['what']} {c['subject']} {c['detail']}" for c in done.json["checks"])
    assert told in found


def test_a_profile_of_a_pack_gives_values_and_nothing_else(program: Program) -> None:
    text = "name: say\nvars: {WHO: {}}\nsteps: [{name: a, kind: shell, run: 'echo {{ WHO }}'}]\n"
    files = {
        "say.yaml": text,
        "profiles/staging.yaml": "vars: {WHO: staging}\n",
        "profiles/bad.yaml": "env: {PATH: /evil}\n",
        "pack.yaml": "profiles: [staging, bad]\n",
    }
    write_pack(program.cwd / "ops", files)
    assert "no `env`, no `datadog` and no `integrations`" in program("pack", "check", "ops").out
    program("import", "./ops")
    refused = program("run", "say.yaml", "--profile", "ops/staging")
    assert (refused.code, "no pack `ops` is trusted" in refused.err) == (2, True)
    tree = program("pack", "list", "--json").json[0]["tree"]
    program("trust", "ops", "--trust", tree)
    assert program("run", "ops/say", "--profile", "ops/staging").out == "staging\n"
    assert program("run", "ops/say", "--profile", "staging").code == 2
    assert "no `env`" in program("run", "ops/say", "--profile", "ops/bad").err


async def test_links_are_asked(program: Program) -> None:
    async def answer(asked: Recorded, _: Write) -> Reply:
        return Reply(404 if asked.path == "/gone" else 403 if asked.path == "/login" else 200)

    async with FakeServer(handler=answer) as server:
        urls = [f"{server.url}{path}" for path in ("/there", "/login", "/gone")]
        found = await ask_links([*urls, "http://169.254.169.254/latest"])
    assert [each.problem for each in found] == [
        "",
        "",
        "it answers 404",
        "the address is link-local",
    ]


def test_the_console_offers_the_profiles_of_trusted_packs(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"say.yaml": runbook("say"), "profiles/staging.yaml": "description: For tries.\n"}
    write_pack(program.cwd / "ops", files)
    program("import", "./ops")
    monkeypatch.chdir(program.cwd)
    settings = read_settings(environ=program.environ)
    assert _profiles(settings) == []
    tree = program("pack", "list", "--json").json[0]["tree"]
    program("trust", "ops", "--trust", tree)
    (offer,) = _profiles(settings)
    assert (offer.name, offer.description) == ("ops/staging", "For tries.")
