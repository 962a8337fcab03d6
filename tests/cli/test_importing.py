"""From a source to a run: `import`, `update`, `trust`, `untrust`, `pack`."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.packs import commit, git, repository, runbook, write_pack
from tests.support.program import Program
from tests.support.terminal import ended, typed


def _hash(program: Program, at: int = 0) -> str:
    found: str = program("pack", "list", "--json").json[at]["tree"]
    return found


def _states(program: Program) -> dict[str, tuple[bool, str]]:
    entries = program("list", "--json").json
    return {e["id"]: (e["trusted"], e["source"]) for e in entries if e["source"] != "bundled"}


@pytest.mark.proves("P20")
def test_from_a_repository_to_a_run_and_its_update(program: Program, tmp_path: Path) -> None:
    source = tmp_path / "ops"
    first = repository(source, {"say.yaml": runbook("say", "echo first")})
    done = program("import", str(source))
    assert done.code == 0
    assert f"1 runbook from {source} at the commit {first}" in done.out
    assert "untrusted" in done.out
    refused = program("run", "ops/say")
    assert refused.code == 2
    assert "comes from a pack and is not trusted" in refused.err
    assert "pup-tui trust ops/say" in refused.err
    asked = program("trust", "ops", "--trust", "0" * 64)
    assert (asked.code, "not that of these files" in asked.err) == (1, True)
    shown = program("trust", "ops")
    assert shown.code == 3
    assert "│ run: echo first" in shown.out
    assert _hash(program) in shown.err
    assert program("trust", "ops", "--trust", _hash(program)).code == 0
    assert program("run", "ops/say").out == "first\n"
    assert _states(program) == {"ops/say": (True, "pack")}
    assert "is trusted" in program("trust", "ops").out

    second = commit(source, {"say.yaml": runbook("say", "rm -rf /srv/data")})
    updated = program("update", "ops", "--yes")
    assert updated.code == 0
    assert "step 1 now destroys: a (before: may change)" in updated.out
    assert "│ -steps: [{name: a, kind: shell, run: echo first}]" in updated.out
    assert "changed since it was trusted" in updated.out
    ran = program("run", "ops/say")
    assert ran.out == "first\n"
    assert "has changed since it was trusted" in ran.err
    assert program("update", "ops", "--trust", "0" * 64).code == 1
    assert program("update", "ops", "--trust", _hash(program)).code == 0
    (pack,) = program("pack", "list", "--json").json
    assert (pack["state"], pack["commit"], pack["approved"][0]["by"]) == ("trusted", second, "ada")
    assert program("untrust", "ops").code == 0
    assert program("run", "ops/say").code == 2
    assert program("untrust", "ops").code == 2
    assert program("pack", "remove", "ops").code == 0
    assert program("pack", "list", "--json").json == []


@pytest.mark.proves("P20")
def test_yes_trusts_nothing(program: Program, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "ops", {"say.yaml": runbook("say", "touch ran")})
    assert program("import", str(folder), "--yes").code == 0
    assert program("run", "ops/say", "--yes").code == 2
    assert not (program.cwd / "ran").exists()
    lock = json.loads((tmp_path / "config" / "packs.lock").read_text())
    assert set(lock["packs"]["ops"]) >= {"source", "ref", "commit", "tree", "files"}
    assert not (tmp_path / "config" / "trust.json").exists()


def test_an_import_that_names_the_hash_trusts_just_that(program: Program, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "ops", {"say.yaml": runbook("say", "echo first")})
    refused = program("import", str(folder), "--trust", "0" * 64)
    assert refused.code == 1
    assert program("pack", "list", "--json").json == []
    right = refused.err.split(": ")[2]
    assert program("import", str(folder), "--trust", right).code == 0
    assert program("run", "ops/say").out == "first\n"


@pytest.mark.proves("P20")
def test_the_bytes_that_were_approved_are_those_that_run(program: Program) -> None:
    folder = program.cwd / "runbooks"
    write_pack(folder, {"say.yaml": runbook("say", '"$PUP_TUI_RUNBOOK_DIR/scripts/x.sh"')})
    write_pack(folder, {"scripts/x.sh": "#!/bin/sh\necho approved\n"})
    assert "pup-tui trust say" in program("run", "say").err
    (here,) = program("pack", "list", "--json").json
    (told,) = here["runbooks"]
    assert (told["id"], told["state"]) == ("say", "untrusted")
    assert program("trust", "say", "--trust", told["tree"]).code == 0
    assert program("run", "say").out == "approved\n"
    write_pack(folder, {"scripts/x.sh": "#!/bin/sh\necho swapped\n"})
    ran = program("run", "say")
    assert ran.out == "approved\n"
    assert "has changed since it was trusted" in ran.err
    assert "echo swapped" in program("trust", "say").out
    assert program("untrust", "say").code == 0
    assert program("run", "say").code == 2


def test_a_pack_from_elsewhere_takes_nobodys_place(program: Program, tmp_path: Path) -> None:
    one = write_pack(tmp_path / "one" / "ops", {"say.yaml": runbook("say", "echo one")})
    two = write_pack(tmp_path / "two" / "ops", {"say.yaml": runbook("say", "echo two")})
    assert program("import", str(one)).code == 0
    refused = program("import", str(two))
    assert (refused.code, "there is a pack ops" in refused.err) == (2, True)
    assert program("import", str(two), "--name", "other").code == 0
    assert set(_states(program)) == {"ops/say", "other/say"}
    assert program("import", str(two), "--name", "ops", "--yes").code == 0
    assert "there is a pack" not in program("import", str(two), "--name", "ops").err


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["ext::sh -c touch% pwned"], 2),
        (["--", "--upload-pack=touch pwned"], 2),
        (["https://127.0.0.1:9/r.git", "--ref", "--upload-pack=touch pwned"], 2),
        (["https://127.0.0.1:9/r.git", "--path", "../../etc"], 2),
        (["./none"], 2),
        (["https://127.0.0.1:9/x.yaml"], 1),
        (["ssh://127.0.0.1:9/r"], 1),
        (["./one.yaml", "--name", "../x"], 2),
        (["./one.yaml", "--name", "workflow"], 2),
    ],
)
def test_a_refused_source_leaves_nothing(program: Program, args: list[str], code: int) -> None:
    program.write("one", runbook("one"))
    done = program("import", *args)
    assert done.code == code
    assert done.err.splitlines()[-1].startswith("pup-tui: ")
    assert not (program.cwd / "pwned").exists()
    assert program("pack", "list", "--json").json == []


def test_the_host_is_told_before_it_is_connected_to(program: Program) -> None:
    err = program("import", "https://127.0.0.1:9/x.yaml").err
    assert err.startswith("pup-tui: fetching https://127.0.0.1:9/x.yaml from the host 127.0.0.1:9")


def test_what_a_pack_says_of_itself_counts(program: Program, tmp_path: Path) -> None:
    files = {"say.yaml": runbook("say"), "pack.yaml": "name: platform\ndescription: Ours.\n"}
    folder = write_pack(tmp_path / "ops", files)
    assert program("import", str(folder)).out.startswith("platform: 1 runbook")
    write_pack(folder, {"pack.yaml": "nam: platform\n"})
    wrong = program("import", str(folder))
    assert wrong.code == 1
    assert "pack.yaml:1:1" in wrong.err
    assert "did you mean" in wrong.err
    write_pack(folder, {"pack.yaml": 'minimum_version: "99.1"\n'})
    assert "needs pup-tui 99.1" in program("import", str(folder)).err
    assert "needs pup-tui 99.1" in program("import", str(folder), "--name", "other").err
    updated = program("update", "platform")
    assert (updated.code, "needs pup-tui 99.1" in updated.err) == (1, True)
    assert [pack["name"] for pack in program("pack", "list", "--json").json] == ["platform"]


def test_a_moved_tag_is_told(program: Program, tmp_path: Path) -> None:
    source = tmp_path / "ops"
    repository(source, {"say.yaml": runbook("say", "echo first")})
    git(source, "tag", "v1")
    assert program("import", str(source), "--ref", "v1").code == 0
    commit(source, {"say.yaml": runbook("say", "echo moved")})
    assert "was moved" not in program("update", "--yes").err
    git(source, "tag", "-f", "v1")
    assert "the tag refs/tags/v1 was moved" in program("update", "--yes").err


def test_a_pack_whose_source_is_gone_does_not_keep_the_others_from_their_update(
    program: Program, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_pack(tmp_path / name, {"say.yaml": runbook("say", f"echo {name}")})
        assert program("import", str(tmp_path / name)).code == 0
    os.rename(tmp_path / "one", tmp_path / "gone")
    write_pack(tmp_path / "two", {"say.yaml": runbook("say", "echo other")})
    done = program("update", "--yes")
    assert done.code == 1
    assert "not there any more" in done.err
    assert "echo other" in done.out


@pytest.mark.parametrize("after", [0.0, 0.1, 0.3])
def test_an_import_that_is_killed_leaves_the_old_state_whole(
    program: Program, tmp_path: Path, after: float
) -> None:
    folder = tmp_path / "ops"
    write_pack(folder, {"say.yaml": runbook("say", "echo first")})
    program("import", str(folder))
    program("trust", "ops", "--trust", _hash(program))
    write_pack(folder, {f"r{n}.yaml": runbook(f"r{n}") for n in range(300)})
    begun = program.start("import", str(folder), "--yes")
    time.sleep(after)
    begun.send_signal(signal.SIGKILL)
    begun.communicate(timeout=100)
    assert program("run", "ops/say").out == "first\n"
    (pack,) = program("pack", "list", "--json").json
    assert pack["files"] in (1, 301)
    assert program("import", str(folder), "--yes").code == 0
    assert not [*(tmp_path / "state").glob("*/*/.new-*")]


def test_what_a_pack_brought_does_not_run_by_its_path_either(
    program: Program, tmp_path: Path
) -> None:
    program("import", str(write_pack(tmp_path / "ops", {"say.yaml": runbook("say")})))
    (entry,) = (e for e in program("list", "--json").json if e["id"] == "ops/say")
    refused = program("run", entry["path"])
    assert (refused.code, "comes from a pack and is not trusted" in refused.err) == (2, True)


def test_what_is_run_by_its_path_needs_no_trust(program: Program) -> None:
    program.write("say", runbook("say"))
    refused = program("trust", "./say.yaml")
    assert (refused.code, "needs no trust" in refused.err) == (2, True)
    assert "no runbook or pack `none`" in program("trust", "none").err


def test_the_lock_brings_exactly_the_same_to_another_computer(
    program: Program, tmp_path: Path
) -> None:
    source = tmp_path / "ops"
    first = repository(source, {"say.yaml": runbook("say", "echo first")})
    program("import", str(source))
    tree = _hash(program)
    commit(source, {"say.yaml": runbook("say", "echo second")})
    other = str(tmp_path / "other")
    done = program("update", PUP_TUI_STATE_DIR=other)
    assert f"at the commit {first}" in done.out
    assert program("trust", "ops", "--trust", tree, PUP_TUI_STATE_DIR=other).code == 0
    assert program("run", "ops/say", PUP_TUI_STATE_DIR=other).out == "first\n"


def test_that_packs_are_not_known_is_said(program: Program, tmp_path: Path) -> None:
    program("import", str(write_pack(tmp_path / "ops", {"say.yaml": runbook("say")})))
    (tmp_path / "config" / "packs.lock").write_text("{")
    listed = program("list")
    assert listed.code == 0
    assert "some runbooks are not known: the file is damaged" in listed.err
    assert "packs.lock" in listed.err


@pytest.mark.parametrize(("answer", "out"), [("y", "first\n"), ("n", "")])
def test_on_a_terminal_all_of_it_is_shown_and_then_asked(
    program: Program, tmp_path: Path, answer: str, out: str
) -> None:
    folder = write_pack(tmp_path / "ops", {"say.yaml": runbook("say", "echo first")})
    with typed(program, "import", str(folder)) as child:
        for line in ("1 × may change", "│ run: echo first", "Trust the pack ops, exactly"):
            child.expect_exact(line)
        time.sleep(0.5)
        child.sendline(answer)
        ended(child)
    assert program("run", "ops/say").out == out


@pytest.mark.parametrize(
    ("pager", "printed"),
    [("sh -c 'cat > kept'", False), ("sh -c 'exit 3'", True), ("none-such", True)],
)
def test_what_is_longer_than_the_terminal_is_paged_before_the_question(
    program: Program, tmp_path: Path, pager: str, printed: bool
) -> None:
    script = "#!/bin/sh\n" + "echo\n" * 60
    folder = write_pack(tmp_path / "ops", {"say.yaml": runbook("say"), "scripts/x.sh": script})
    assert program("import", str(folder)).code == 0
    paging = Program(program.cwd, {**program.environ, "PAGER": pager})
    with typed(paging, "trust", "ops") as child:
        child.expect_exact("Trust the pack ops, exactly")
        shown = child.before or ""
        time.sleep(0.5)
        child.sendline("n")
        ended(child)
    assert ("│ run: echo hello" in shown) == printed
    assert printed or "│ run: echo hello" in (program.cwd / "kept").read_text()
