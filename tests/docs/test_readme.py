"""The first runbook that the README shows does what is said of it."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from tests.support.program import Program, program_in

README = Path(__file__).parent.parent.parent / "README.md"


def first_runbook(program: Program) -> Path:
    """The runbook that it shows, in the file in which it says that it lies."""
    shown = re.search(
        r"```yaml\n# ~/\.config/pup-tui/(\S+)/([\w-]+)\.yaml\n(.*?)```", README.read_text(), re.S
    )
    assert shown is not None
    folder, name, text = shown.groups()
    file = Path(program.environ["PUP_TUI_CONFIG_DIR"], folder, f"{name}.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_the_first_runbook_runs_as_the_readme_says(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    file = first_runbook(program)
    name, text = file.stem, file.read_text()
    (logs := tmp_path / "logs").mkdir()
    for log, age in (("old.log", 8), ("new.log", 6)):
        (logs / log).touch()
        then = (logs / log).stat().st_mtime - age * 86400
        os.utime(logs / log, (then, then))
    assert " 0 warnings" in program("validate", name).err
    strange = program("run", name, "--set", f"FOLDER={logs}; rm -rf {logs}", "--yes")
    assert (strange.code, len(list(logs.iterdir()))) == (1, 2)
    text = text.replace("value < 90", "value <= 100")  # whatever room there is on this disk
    file.write_text(text)
    done = program("run", name, "--set", f"FOLDER={logs}", "--yes")
    assert done.code == 0, done.err
    assert [left.name for left in logs.iterdir()] == ["new.log"]


def test_each_command_that_only_looks_does_so_as_it_is_shown(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    first_runbook(program)
    shown = re.findall(r"`pup-tui ((?:plan|check|doctor|config)\b[^`]*)`", README.read_text())
    assert len(shown) == 5
    for line in shown:
        words = shlex.split(line)
        if "--look" in words:
            words += ["old-logs", "--set", f"FOLDER={tmp_path}", "--yes"]
        ended = program(*words)
        # Where nobody can be asked a run could not begin.
        assert ended.code == (2 if words[0] == "check" else 0), ended.err
        if "--look" in words:
            assert "looks up to `delete_them`" in ended.err
