"""What the manual shows of alerts is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.program import Program, program_in

MANUAL = (Path(__file__).parent.parent.parent / "docs" / "alerts.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", MANUAL, re.S)


def shown(tmp_path: Path) -> Program:
    program = program_in(tmp_path)
    (program.cwd / "alert.json").write_text(blocks("json")[0])
    for text in blocks("yaml"):
        name = re.findall(r"^name: (\S+)$", text, re.M)[0]
        program.write(name, text)
    return program


def test_the_first_alert_is_read_and_ranked_as_shown(tmp_path: Path) -> None:
    program = shown(tmp_path)
    ended = program(*blocks("sh")[0].split()[1:], TZ="UTC")
    assert ended.code == 0
    assert ended.out == blocks("text")[0]


def test_a_run_carries_its_alert(tmp_path: Path) -> None:
    program = shown(tmp_path)
    ended = program("run", "tell-the-team.yaml", "--alert", "alert.json")
    assert ended.out == "on-call CheckoutErrors no SLO\n"
    assert program("run", "tell-the-team.yaml").out == "on-call no alert no SLO\n"
