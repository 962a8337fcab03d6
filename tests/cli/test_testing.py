"""`pup-tui test`: which rehearsals are played, what is printed of them, how it exits."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from pup_tui.catalog.folder_files import runbook_files
from pup_tui.catalog.places import bundled_dir
from pup_tui.journal.reader import read_journal
from pup_tui.text_tree import text_tree
from tests.support.program import Program

RUNBOOKS = runbook_files(bundled_dir())
RUNBOOK = "name: {name}\nsteps: [{{name: Look, id: look, kind: shell, run: look}}]\n"
WELL = "cases: [{name: well, answers: [{step: look, sent: look}]}]\n"
NOT_WELL = "cases: [{name: not well, answers: [{step: look, sent: <b>other</b>}]}]\n"


def put(folder: Path, name: str, cases: str | None) -> None:
    (folder / "_tests").mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(RUNBOOK.format(name=name))
    if cases is not None:
        (folder / "_tests" / f"{name}.yaml").write_text(cases)


@pytest.fixture
def program(program: Program) -> Program:
    put(program.cwd, "one", WELL)
    put(program.cwd, "none", None)
    put(program.cwd / "theme", "two", NOT_WELL)
    return program


@pytest.mark.parametrize(
    ("paths", "cases"),
    [
        (["."], [("one", True), ("two", False)]),
        (["theme"], [("two", False)]),
        (["one.yaml"], [("one", True)]),
        (["_tests/one.yaml", "theme/_tests", "one.yaml"], [("one", True), ("two", False)]),
        (["--runbooks", ".", "one"], [("one", True)]),
    ],
)
def test_a_path_is_a_folder_a_runbook_or_a_file_of_rehearsals(
    program: Program, paths: list[str], cases: list[tuple[str, bool]]
) -> None:
    done = program("test", *paths, "--json")
    assert [(each["runbook"], each["ok"]) for each in done.json["cases"]] == cases
    failed = sum(not ok for _, ok in cases)
    assert done.code == (1 if failed else 0)
    assert (done.json["passed"], done.json["failed"]) == (len(cases) - failed, failed)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("gone.yaml", "pup-tui: there is no runbook `gone.yaml`: there is no such file"),
        ("none.yaml", "pup-tui: the runbook has no rehearsals: none.yaml: write _tests/none.yaml"),
        (
            "empty",
            "pup-tui: there are no rehearsals in this folder, nor in the folders in it: empty",
        ),
    ],
)
def test_where_there_is_nothing_to_play_that_is_an_error(
    program: Program, path: str, told: str
) -> None:
    (program.cwd / "empty").mkdir()
    done = program("test", path)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_file_that_is_wrong_fails(program: Program) -> None:
    (program.cwd / "_tests" / "one.yaml").write_text("cases: [{name: a, answer: []}]")
    done = program("test", "one.yaml")
    assert done.code == 1
    assert "_tests/one.yaml:1:19: unknown key `answer`: did you mean `answers`?" in done.out
    (case,) = program("test", "one.yaml", "--json").json["cases"]
    assert (case["case"], case["ok"]) == ("", False)


def test_the_results_are_written_as_junit_xml(program: Program) -> None:
    (program.cwd / "_tests" / "one.yaml").write_text("case: []")
    assert program("test", ".", "--junit", "results.xml").code == 1
    root = ElementTree.parse(program.cwd / "results.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "1", "1")
    one, two = root
    assert (one.get("name"), two.get("name")) == ("one", "two")
    failure = two.find("testcase/failure")
    assert failure is not None
    assert "`look` would send something else" in (failure.get("message") or "")


def test_a_place_that_cannot_be_written_is_told(program: Program) -> None:
    done = program("test", "one.yaml", "--junit", "gone/results.xml")
    assert done.code == 1
    assert "gone/results.xml" in done.err


def test_what_is_not_trusted_is_rehearsed_all_the_same(program: Program) -> None:
    put(program.cwd / "runbooks", "three", WELL)
    assert program("test", "three").code == 0


def test_when_a_runbook_was_rehearsed_is_kept_and_how_that_went(program: Program) -> None:
    program("test", ".")
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    with read_journal(state) as journal:
        assert journal is not None
        known = journal.rehearsals()
    one = known.get(str(program.cwd / "one.yaml"))
    two = known.get(str(program.cwd / "theme" / "two.yaml"))
    assert one is not None
    assert two is not None
    assert (one.runbook, one.cases, one.failed, one.points, one.reached) == ("one", 1, 0, 2, 1)
    assert (two.cases, two.failed) == (1, 1)
    assert one.tree == text_tree({"one.yaml": (program.cwd / "one.yaml").read_bytes()})


def test_a_journal_that_cannot_be_written_lets_nothing_fail(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = program("test", "one.yaml", PUP_TUI_STATE_DIR=str(tmp_path / "file"))
    assert done.code == 0
    assert "that this was rehearsed is not recorded" in done.err


def test_cases_for_the_sandbox_are_played_against_its_scenarios(program: Program) -> None:
    bundled = str(bundled_dir())
    without = program("test", bundled)
    assert without.code == 0
    assert "1 only with --sandbox" in without.out
    done = program("test", bundled, "--sandbox", "--json")
    assert done.code == 0, done.out
    in_sandbox = [case for case in done.json["cases"] if case["case"].startswith("in the sandbox")]
    assert {case["runbook"] for case in in_sandbox} == {path.stem for path in RUNBOOKS}


@pytest.mark.parametrize(
    ("scenario", "told"),
    [("demoo", "the sandbox has no scenario `demoo`: did you mean `demo`?"), ("quiet", "")],
)
def test_only_what_asks_datadog_is_answered_by_the_sandbox(
    program: Program, scenario: str, told: str
) -> None:
    program.write(
        "mixed",
        "name: mixed\nsteps:\n"
        "  - {name: A, id: a, kind: pup, run: monitors get 98765, capture: {S: status}}\n"
        "  - {name: B, id: b, kind: shell, run: 'touch made {{ S }}'}\n",
    )
    (program.cwd / "_tests" / "mixed.yaml").write_text(
        f"cases: [{{name: a, sandbox: {scenario}, answers: [{{step: b, sent: touch made OK}}]}}]"
    )
    done = program("test", "mixed.yaml", "--sandbox", DD_SITE="nowhere.example.com")
    assert done.code == (1 if told else 0), done.out
    assert told in done.out
    assert not (program.cwd / "made").exists()
