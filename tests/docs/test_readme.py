"""The first runbook that the README shows does what is said of it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.support.program import program_in

README = Path(__file__).parent.parent.parent / "README.md"


def test_the_first_runbook_runs_as_the_readme_says(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    shown = re.search(
        r"```yaml\n# ~/\.config/pup-tui/(\S+)/([\w-]+)\.yaml\n(.*?)```", README.read_text(), re.S
    )
    assert shown is not None
    folder, name, text = shown.groups()
    installed = Path(program.environ["PUP_TUI_CONFIG_DIR"], folder)
    installed.mkdir(parents=True)
    (installed / f"{name}.yaml").write_text(text)
    (logs := tmp_path / "logs").mkdir()
    for log, age in (("old.log", 8), ("new.log", 6)):
        (logs / log).touch()
        then = (logs / log).stat().st_mtime - age * 86400
        os.utime(logs / log, (then, then))
    assert " 0 warnings" in program("validate", name).err
    strange = program("run", name, "--set", f"FOLDER={logs}; rm -rf {logs}", "--yes")
    assert (strange.code, len(list(logs.iterdir()))) == (1, 2)
    text = text.replace("value < 90", "value <= 100")  # whatever room there is on this disk
    (installed / f"{name}.yaml").write_text(text)
    done = program("run", name, "--set", f"FOLDER={logs}", "--yes")
    assert done.code == 0, done.err
    assert [left.name for left in logs.iterdir()] == ["new.log"]
