"""`pup-tui new NAME`: a runbook to begin from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.terminal import ended, typed

TEMPLATE = "{name: Restart it, kind: shell, run: 'systemctl restart {{ SERVICE }}'}"


def test_off_a_terminal_it_is_printed_and_valid(program: Program) -> None:
    made = program("new", "restart-workers", "--type", "maintenance", "--service", "payments")
    assert (made.code, made.err) == (0, "")
    assert "tags: {type: maintenance, service: payments}" in made.out
    (program.cwd / "restart-workers.yaml").write_text(made.out)
    judged = program("validate", "restart-workers.yaml")
    assert (judged.code, judged.out) == (0, "")


def test_off_a_terminal_it_is_written_to_a_file(program: Program) -> None:
    assert program("new", "-o", "made/restart.yaml").code == 0
    assert "name: restart\n" in (program.cwd / "made/restart.yaml").read_text()
    assert (program.cwd / "made/runbook.schema.json").exists()
    again = program("new", "-o", "made/restart.yaml")
    assert again.code == 2
    assert "pup-tui: there is a file already: made/restart.yaml: name another" in again.err
    assert program("new", "other", "-o", "made").code == 0
    assert (program.cwd / "made/other.yaml").exists()


def test_steps_are_picked_from_the_templates_of_the_folder(program: Program) -> None:
    templates = program.cwd / "made" / "_templates"
    templates.mkdir(parents=True)
    (templates / "restart.yaml").write_text(TEMPLATE)
    assert program("new", "-o", "made/a.yaml", "--service", "pay", "--step", "restart").code == 0
    text = (program.cwd / "made/a.yaml").read_text()
    assert "template: restart\n    confirm: 'Restart it: run this?'" in text
    assert "SERVICE: {description: Value for Restart it, default: pay}" in text
    assert program("validate", "made/a.yaml").code == 0
    wrong = program("new", "-o", "made/b.yaml", "--step", "rstart")
    assert wrong.code == 2
    assert "no step `rstart` to begin with: --step: did you mean `restart`?" in wrong.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "a new runbook needs a name: give it: pup-tui new NAME"),
        (("../x",), "`../x` is no name for it"),
        (("-o", "a b.yaml"), "`a b` is no name for it"),
        (("x.yaml",), "leave .yaml out"),
        (("x", "--report"), "--report and --timing are about a source: --from"),
        (("x", "--from", "-", "--type", "y"), "--type, --service and --step are of a runbook"),
        (("../x", "--from", "doc.sh"), "`../x` is no name for it"),
        (("x", "-o", "in-the-way/x.yaml"), "in-the-way"),
    ],
)
def test_what_is_wrong_is_told(program: Program, words: tuple[str, ...], told: str) -> None:
    (program.cwd / "doc.sh").write_text("ls\n")
    (program.cwd / "in-the-way").touch()
    ended = program("new", *words)
    assert ended.code == 2
    assert told in ended.err


def test_a_conversion_is_called_as_it_is_told(program: Program) -> None:
    (program.cwd / "doc.sh").write_text("ls\n")
    assert "\nname: other\n" in program("new", "other", "--from", "doc.sh").out


def test_steps_of_the_usual_kinds_are_picked(program: Program) -> None:
    made = program("new", "x", "--step", "look", "--step", "wait", "--service", "web")
    assert "name: Look" in made.out
    assert "name: Wait until it is well" in made.out
    assert "name: Change" not in made.out
    assert "SERVICE: {description: The service, default: web}" in made.out


def edited_by(program: Program, editor: str) -> Program:
    path = program.cwd / "my editor"
    path.write_text(f"#!/bin/sh\n{editor}\n")
    path.chmod(0o700)
    quoted = f"'{path}'"
    return Program(program.cwd, {**program.environ, "EDITOR": quoted, "VISUAL": quoted})


def own(program: Program) -> Path:
    folder = program.cwd / "mine"
    (folder / "_templates").mkdir(parents=True)
    (folder / "_templates" / "restart.yaml").write_text(TEMPLATE)
    return folder


def test_on_a_terminal_it_asks_and_opens_the_editor_until_it_is_valid(program: Program) -> None:
    folder = own(program)
    # The first time the editor breaks it, the second time it mends it.
    breaks = (
        'if grep -q ^stepz "$1"; then cp "$1" seen; sed -i s/^stepz/steps/ "$1"; '
        'else sed -i s/^steps/stepz/ "$1"; fi'
    )
    with typed(edited_by(program, breaks), "--runbooks", str(folder), "new") as child:
        child.expect_exact("NAME (Its name")
        child.sendline("a b")
        child.expect_exact("`a b` is no name")
        child.expect_exact("NAME")
        child.sendline("tidy")
        child.expect_exact("TYPE")
        child.sendline("")
        child.expect_exact("SERVICE")
        child.sendline("payments")
        child.expect_exact("Restart it")
        child.expect_exact("{look, confirm, change, check}")
        child.sendline("restart")
        child.sendline("")
        child.expect_exact("written: ")
        child.expect_exact("unknown key `stepz`")
        child.expect_exact("Edit it once more?")
        child.sendline("")
        child.expect_exact("it is valid")
        assert ended(child) == 0
    text = (folder / "tidy.yaml").read_text()
    seen = (program.cwd / "seen").read_text().split("\n")
    # What is wrong stands at the top while it is edited, with the line where it is then.
    told = next(each for each in seen if "unknown key `stepz`" in each)
    line = told.removeprefix("# wrong: line ").split(":")[0]
    assert seen[int(line) - 1].startswith("stepz:")
    assert "# wrong" not in text
    assert "tags: {service: payments}" in text
    assert "template: restart" in text


def test_a_file_that_is_left_broken_stays_and_is_told(program: Program) -> None:
    folder = own(program)
    editor = edited_by(program, "echo 'name: x' > \"$1\"")
    with typed(
        editor,
        "--runbooks",
        str(folder),
        "new",
        "x",
        "--type",
        "a",
        "--service",
        "b",
        "--step",
        "restart",
    ) as child:
        child.expect_exact("error: ")
        child.expect_exact("Edit it once more?")
        child.sendline("n")
        assert ended(child) == 2
    assert (folder / "x.yaml").read_text() == "name: x\n"
