"""Folders that belong to somebody else: told with owner and way out, and the catalog works all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pup_tui.journal.places import journal_path
from pup_tui.journal.store import Journal
from tests.support.other_user import (
    NobodysProgram,
    given_to_nobody,
    nobodys_program_in,
    shared_place,
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root alone may become another user")

QUICK = "name: Quick\nsteps:\n  - {name: Say, kind: shell, run: echo hi}\n"


@pytest.fixture
def place() -> Iterator[Path]:
    with shared_place() as folder:
        yield folder


@pytest.fixture
def program(place: Path) -> NobodysProgram:
    made = nobodys_program_in(place)
    made.write("quick", QUICK).chmod(0o644)
    return made


@pytest.fixture
def roots_state(place: Path) -> Path:
    state = place / "state"
    Journal.open(state).close()
    return state


@pytest.mark.proves("F12")
@pytest.mark.parametrize("args", [["history"], ["show", "x"], ["run", "quick.yaml"], ["resume"]])
def test_a_state_folder_of_another_user_is_named_with_its_owner_and_the_ways_out(
    program: NobodysProgram, roots_state: Path, args: list[str]
) -> None:
    done = program(*args)
    assert done.code == 1
    assert f"the folder belongs to root, not to you: {roots_state}: " in done.err
    assert f"`sudo chown -R 65534 {roots_state}`" in done.err
    assert "PUP_TUI_STATE_DIR" in done.err


def test_the_catalog_works_all_the_same(program: NobodysProgram, roots_state: Path) -> None:
    listed = program("list", "--json")
    assert listed.code == 0
    assert {each["last_run"] for each in listed.json} == {None}
    assert (
        f"the last runs are not known: the folder belongs to root, not to you: {roots_state}"
        in (listed.err)
    )
    assert program("validate", "quick.yaml").code == 0
    assert program("plan", "quick.yaml").code == 0
    assert program("run", "--no-journal", "quick.yaml").code == 0


@pytest.mark.parametrize("args", [["history"], ["run", "quick.yaml"]])
def test_a_folder_behind_one_of_another_user_tells_which_one_is_closed(
    program: NobodysProgram, place: Path, args: list[str]
) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    done = program(*args, PUP_TUI_STATE_DIR=str(closed / "state"))
    assert done.code == 1
    assert f"permission denied, {closed} belongs to root" in done.err
    assert "PUP_TUI_STATE_DIR" in done.err


def test_a_journal_of_another_user_in_ones_own_folder(
    program: NobodysProgram, roots_state: Path
) -> None:
    os.chown(roots_state, 65534, 65534)
    for args in (["history"], ["run", "quick.yaml"]):
        done = program(*args)
        assert done.code == 1
        assert f", it belongs to root: {journal_path(roots_state)}: " in done.err
        assert "PUP_TUI_STATE_DIR" in done.err


def test_outputs_of_another_user(program: NobodysProgram, roots_state: Path) -> None:
    given_to_nobody(roots_state)
    outputs = roots_state / "outputs"
    outputs.mkdir(mode=0o700)
    done = program("run", "quick.yaml")
    assert done.code == 1
    assert f"permission denied, {outputs} belongs to root: {outputs}/" in done.err


@pytest.mark.parametrize("is_own", [True, False])
def test_a_place_where_nothing_can_be_recorded_is_a_problem_for_the_doctor(
    program: NobodysProgram, place: Path, is_own: bool
) -> None:
    folder = place / "unwritable"
    folder.mkdir(mode=0o755)
    state = folder / "state"
    if is_own:
        folder.chmod(0o500)
        given_to_nobody(folder)
        state = folder
    done = program("doctor", "--offline", "--json", PUP_TUI_STATE_DIR=str(state))
    assert done.code == 1
    told = [each["detail"] for each in done.json["checks"] if each["subject"] == "folder"]
    assert told == [f"no run can be recorded: {folder} cannot be written"]


def test_a_configuration_of_another_user_is_refused_with_the_way_out(
    program: NobodysProgram, place: Path
) -> None:
    (place / "config").mkdir(mode=0o700)
    done = program("list")
    assert done.code == 2
    assert f"permission denied, {place / 'config'} belongs to root" in done.err
    assert "PUP_TUI_CONFIG_DIR" in done.err
    assert program("list", PUP_TUI_CONFIG_DIR=str(place / "home")).code == 0


@pytest.mark.parametrize("mode", [0o700, 0o744])
def test_runbooks_of_another_user_are_said_and_hide_no_others(
    program: NobodysProgram, place: Path, mode: int
) -> None:
    runbooks = place / "runbooks"
    runbooks.mkdir()
    (runbooks / "theirs.yaml").write_text(QUICK)
    runbooks.chmod(mode)
    told = f"permission denied, it belongs to root: {runbooks}: "
    for args in (["list"], ["validate"]):
        done = program(*args, PUP_TUI_RUNBOOKS=str(runbooks))
        assert f"some runbooks are not known: {told}" in done.err
        assert "PUP_TUI_RUNBOOKS" in done.err
    assert "deploy-service" in program("list", PUP_TUI_RUNBOOKS=str(runbooks)).out
    missing = program("run", "theirs", PUP_TUI_RUNBOOKS=str(runbooks))
    assert (missing.code, told in missing.err) == (2, True) if mode == 0o700 else True
    named = program("run", str(runbooks / "theirs.yaml"))
    assert named.code == 2
    assert f"permission denied, {runbooks} belongs to root" in named.err


@pytest.mark.proves("F12", "P14")
@pytest.mark.parametrize("home", ["/nonexistent", "/proc", ""])
def test_without_a_home_the_catalog_works_and_a_run_says_where_it_cannot_be_recorded(
    program: NobodysProgram, home: str
) -> None:
    left = {"HOME", "PUP_TUI_STATE_DIR", "PUP_TUI_CONFIG_DIR"}
    bare = {name: value for name, value in program.environ.items() if name not in left}
    homeless = NobodysProgram(program.cwd, {**bare, **({"HOME": home} if home else {})})
    assert homeless("list").code == 0
    assert homeless("validate", "quick.yaml").code == 0
    assert homeless("history").code == 0
    done = homeless("run", "quick.yaml")
    assert done.code == 1
    assert "the folder cannot be used" in done.err
    assert "PUP_TUI_STATE_DIR" in done.err
    assert homeless("run", "--no-journal", "quick.yaml").code == 0
