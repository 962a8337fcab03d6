"""Where the file lies that a step comes from: `run.dir` in texts, and a variable for processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.core.events import Source
from pup_tui.core.plan import plan
from pup_tui.core.program import compile_program
from pup_tui.runbook.load import load
from tests.support.stage import Stage

TELLS = "steps: [{name: a, kind: shell, run: 'sh {{ run.dir }}/x'}]"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tmp_path, monkeypatch)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_what_comes_from_a_pack_has_the_directory_of_its_pack(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one / "called.yaml", f"name: called\n{TELLS}")
    write(two / "_templates" / "from_two.yaml", TELLS)
    own = write(
        tmp_path / "own" / "book.yaml",
        """
name: book
import: [from_two]
lock: "{{ run.dir }}"
steps:
  - {name: s, kind: shell, run: 'ls {{ run.dir }}'}
  - {name: r, kind: runbook, runbook: called}
  - {name: g, template: from_two}
  - {name: b, template: beside}
""",
    )
    write(tmp_path / "own" / "_templates" / "beside.yaml", TELLS)
    loaded = load(own, packs=[one, two])
    program = compile_program(loaded.id, loaded.require())
    source = Source(path=str(own), sha256="", packs=loaded.packs)
    planned = plan(program, {}, (), "ada", lambda step: None, source=source)
    assert {step.id: step.command for step in planned if step.kind == "shell"} == {
        "s": f"ls {tmp_path}/own",
        "r/a": f"sh {one}/x",
        "g/a": f"sh {two}/x",
        "b/a": f"sh {tmp_path}/own/x",
    }


async def test_a_script_beside_the_runbook_is_found_from_anywhere(stage: Stage) -> None:
    async with stage:
        write(stage.folder / "tool.sh", 'echo "hello from $PUP_TUI_RUNBOOK_DIR"')
        played = await stage.play(
            """
            steps:
              - {name: a, kind: shell, cwd: /, run: 'sh "{{ run.dir }}/tool.sh"'}
              - {name: b, kind: shell, cwd: /, run: 'sh "$PUP_TUI_RUNBOOK_DIR/tool.sh"'}
            """
        )
        assert played.printed() == [f"hello from {stage.folder}"] * 2


async def test_commands_that_give_values_know_where_their_file_lies(stage: Stage) -> None:
    async with stage:
        write(stage.folder / "where.sh", 'echo "told by $PUP_TUI_RUNBOOK_DIR"')
        write(
            stage.folder / "_templates" / "group.yaml",
            """
            params: {P: {from: 'command:sh "$PUP_TUI_RUNBOOK_DIR/where.sh"'}}
            steps: [{name: a, kind: shell, run: 'echo {{ P }}'}]
            """,
        )
        played = await stage.play(
            """
            vars:
              V: {from: 'command:sh "$PUP_TUI_RUNBOOK_DIR/where.sh"'}
              C: {type: enum, choices_from: 'sh "$PUP_TUI_RUNBOOK_DIR/where.sh"', default: "{{ V }}"}
            steps:
              - {name: v, kind: shell, run: 'echo {{ V }}'}
              - {name: g, template: group}
              - {name: i, kind: input, vars: {I: {from: 'command:sh "$PUP_TUI_RUNBOOK_DIR/where.sh"'}}}
              - {name: s, kind: shell, run: 'echo {{ I }} {{ C }}'}
            """
        )
        told = f"told by {stage.folder}"
        assert played.printed() == [told, told, f"{told} {told}"]
