"""What the manual says comes of a source comes of it."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.support.conversions import Conversion
from tests.support.program import program_in

DOCUMENT = Path(__file__).parents[2] / "docs" / "converting.md"
EXAMPLES = re.findall(
    r"^```\w+\n# (?P<name>\S+\.\w+)\n(?P<source>.*?)^```\n\n```yaml\n(?P<made>.*?)^```$",
    DOCUMENT.read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize(("name", "source", "made"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_an_example_is_true(name: str, source: str, made: str) -> None:
    assert Conversion(source, name).text == made


CAST = """\
{"version": 2, "width": 80, "height": 24}
[0.1, "o", "$ "]
[0.5, "o", "uptime\\r\\n"]
[0.6, "o", "up 3 days\\r\\n$ "]
"""
RECORDED = Path(__file__).parents[1] / "convert" / "sessions" / "data"
COMMANDS = re.findall(r"^[^`\n]*pup-tui new .*$", DOCUMENT.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: line.split()[0])
def test_what_was_just_done_is_converted_as_is_shown(line: str, tmp_path: Path) -> None:
    program = program_in(tmp_path)
    home = Path(program.environ["HOME"])
    home.mkdir()
    (home / ".zsh_history").write_text(": 1796045938:0;uptime\n")
    shutil.copy(RECORDED / "io.typescript", program.cwd / "recording")
    shutil.copy(RECORDED / "io.timing", program.cwd / "times")
    (program.cwd / "recording.cast").write_text(CAST)
    words = shlex.split(line.partition("pup-tui ")[2].replace("~", str(home)))
    made = program(*words, stdin="  501  uptime\n  502  df -h\n")
    assert made.code == 0, made.err
    assert program("validate", "restart.yaml").code == 0
