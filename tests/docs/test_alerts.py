"""What the manual shows of alerts is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.support.program import Program, program_in

DOCS = Path(__file__).parent.parent.parent / "docs"
MANUAL = (DOCS / "alerts.md").read_text()
COMMANDS = (DOCS / "command-line.md").read_text()


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


def test_what_is_sent_as_shown_comes_into_the_inbox_and_is_run_about(tmp_path: Path) -> None:
    program = shown(tmp_path)
    token = program("listen", "--new-token").out.strip()
    (receiver,) = (text for text in blocks("text") if "receivers:" in text)
    path = re.findall(r"url: http://127\.0\.0\.1:9099(\S+)$", receiver, re.M)[0]
    call = blocks("sh")[1].replace("9099", "0").split()[1:]
    process = program.start(*call)
    try:
        url = process.stdout.readline().strip()
        answered = httpx.post(
            url + path.replace("TOKEN", token), content=blocks("json")[0], trust_env=False
        )
    finally:
        process.terminate()
        process.communicate(timeout=200)
    assert answered.json() == {"new": 1, "known": 0, "ended": 0}
    (kept,) = program("alert", "--inbox", "--json").json
    assert {*kept} == {*re.findall(r"\w+", _row_of_inbox())}
    (calls,) = (text for text in blocks("text") if "inbox:3" in text)
    alert, run = (
        line.replace("inbox:3", f"inbox:{kept['number']}").split()[1:]
        for line in calls.splitlines()
    )
    assert program(*alert, "--runbooks", ".").out == blocks("text")[0]
    ended = program(*run, "--runbooks", ".", "--yes")
    assert ended.code == 0, ended.err
    assert "Turn new-checkout of checkout off for CheckoutErrors?" in ended.err


def _row_of_inbox() -> str:
    told: list[str] = re.findall(r"^\| `alert --inbox` \| [^{]*`\{(.*?)\}`", COMMANDS, re.M)
    return told[0]
