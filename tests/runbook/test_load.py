from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import load, load_files
from pup_tui.runbook.problems import InvalidRunbook
from tests.support.bundled import BUNDLED, load_bundled

TEXT = """\
name: restart
steps:
  - {name: s, template: t}
"""
TEMPLATE = "kind: shell\nrun: echo hi\n"


@pytest.fixture
def runbook(tmp_path: Path) -> Path:
    (tmp_path / "_templates").mkdir()
    (tmp_path / "_templates" / "t.yaml").write_text(TEMPLATE)
    path = tmp_path / "restart.yaml"
    path.write_text(TEXT)
    return path


def test_load(runbook: Path) -> None:
    loaded = load(runbook)
    assert loaded.ok
    assert loaded.id == "restart"
    assert loaded.path == runbook
    assert loaded.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert loaded.files == {"restart.yaml": TEXT.encode(), "_templates/t.yaml": TEMPLATE.encode()}
    assert loaded.problems == ()


def test_the_same_bytes_load_again_without_the_files(runbook: Path) -> None:
    loaded = load(runbook)
    again = load_files(loaded.id, loaded.files, Path("/nowhere/restart.yaml"))
    assert again.runbook == loaded.runbook
    assert again.sha256 == loaded.sha256
    assert again.files == loaded.files


def test_errors_and_warnings(tmp_path: Path) -> None:
    path = tmp_path / "restart.yaml"
    path.write_text("name: other\nsteps: [{name: s, kind: wait}]\n")
    assert [problem.severity for problem in load(path).problems] == ["error"]
    loaded = load(path, linter=linter())
    assert not loaded.ok
    assert [problem.severity for problem in loaded.problems] == ["warning", "error"]
    assert len(loaded.errors) == len(loaded.warnings) == 1
    with pytest.raises(InvalidRunbook, match=f"{path}:2:9: step 1 has no `duration`"):
        loaded.require()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (problem,) = load(tmp_path / "nope.yaml").errors
    assert problem.message == "the runbook cannot be read: there is no such file"


def test_a_directory_and_a_pipe_are_no_runbooks(tmp_path: Path) -> None:
    (tmp_path / "directory.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name in ("directory.yaml", "pipe.yaml"):
        assert load(tmp_path / name).errors[0].message.startswith("the runbook cannot be read: ")


def test_nothing_outside_the_root_is_read(
    runbook: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "t.yaml"
    outside.write_text(TEMPLATE)
    template = runbook.parent / "_templates" / "t.yaml"
    template.unlink()
    template.symlink_to(outside)
    assert load(runbook).ok
    (problem,) = load(runbook, root=runbook.parent).errors
    assert "_templates/t.yaml cannot be read: it leads out of" in problem.message


def test_a_runbook_that_is_a_link_out_of_the_root(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_text("key: value\n")
    link = tmp_path / "root" / "x.yaml"
    link.symlink_to(tmp_path / "secret")
    (problem,) = load(link, root=tmp_path / "root").errors
    assert "cannot be read: it leads out of" in problem.message


def test_a_link_that_leads_to_itself(tmp_path: Path) -> None:
    link = tmp_path / "x.yaml"
    link.symlink_to(link)
    (problem,) = load(link, root=tmp_path).errors
    assert problem.message == "the runbook cannot be read: a link leads to itself"


def test_a_file_over_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(10**12)
    (problem,) = load(path).errors
    assert problem.message == "the file is larger than 1 MiB"


def test_bundled_runbooks_are_valid() -> None:
    assert BUNDLED
    for path in BUNDLED:
        assert load_bundled(path).errors == (), path


def test_a_link_that_goes_round_in_a_circle(tmp_path: Path) -> None:
    link = tmp_path / "loop.yaml"
    link.symlink_to(link)
    for root in (None, tmp_path):
        assert load(link, root=root).errors[0].message.startswith("the runbook cannot be read: ")


def test_a_path_that_no_file_can_have(tmp_path: Path) -> None:
    for name in ("a\x00b.yaml", "a" * 5000):
        assert load(tmp_path / name).errors[0].message.startswith("the runbook cannot be read: ")
