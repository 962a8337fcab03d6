"""The real console on a real pty: live output, hostile output, leaving it, losing the terminal."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.copies import CopiedScreen
from tests.support.program import PROGRAM, Program, program_in
from tests.support.screen import Screen


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = program_in(tmp_path)
    (program.cwd / "books").mkdir()
    return program


def write(program: Program, name: str, text: str) -> None:
    (program.cwd / "books" / f"{name}.yaml").write_text(f"name: {name}\n{text}")


def console(program: Program, *args: str, size: tuple[int, int] = (100, 30)) -> Screen:
    environ = {**program.environ, "PUP_TUI_RUNBOOKS": str(program.cwd / "books")}
    return CopiedScreen(args, cwd=program.cwd, environ=environ, size=size)


READY = r"Run  r[\s\S]*enter Run  / Filter"
"""A runbook is shown, and the footer names the keys of the list: it has the focus."""


def start(screen: Screen) -> None:
    """Run the runbook that the console was opened at; it has no variables."""
    screen.wait_for(READY)
    screen.press("r")
    screen.wait_for(r"Run  \^r")
    screen.press("ctrl+r")
    screen.wait_for(r"of \d succeeded")


def test_the_first_line_shows_while_the_step_still_runs(program: Program) -> None:
    write(
        program,
        "slow",
        "steps: [{name: a, kind: shell, run: 'echo first; read x < gate; echo second'}]\n",
    )
    os.mkfifo(program.cwd / "gate")
    with console(program, "slow") as screen:
        start(screen)
        screen.wait_for("first")
        screen.wait_for("running")
        (program.cwd / "gate").write_text("go\n")
        screen.wait_for("second")
        screen.wait_for("1 of 1")


@pytest.mark.proves("P6", "P7")
def test_hostile_output_does_not_reach_the_terminal(program: Program) -> None:
    write(
        program,
        "evil",
        "steps:\n"
        "  - name: clean [/usr/bin] [@click=app.quit]x[/]\n"
        "    kind: shell\n"
        "    run: printf '\\033]52;c;ZXZpbA==\\007\\033]0;pwn\\007\\033[2J\\302\\2332Jsurvived\\n'\n",
    )
    with console(program, "evil") as screen:
        start(screen)
        screen.wait_for("survived")
        screen.wait_for("clean \\[/usr/bin")
        screen.wait_for("1 of 1")
        for sequence in (b"\x1b]52", b"\x1b]0;pwn", b"\xc2\x9b"):
            assert sequence not in screen.raw


LONG = "steps:\n  - {name: a, kind: shell, run: 'echo $$ > pid; echo it-is-up; exec sleep 600'}\n"


def child_is_gone(program: Program) -> bool:
    pid = (program.cwd / "pid").read_text().strip()
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@contextmanager
def ending_the_child(program: Program) -> Iterator[None]:
    """What a console that is killed leaves running is ended here."""
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            os.kill(int((program.cwd / "pid").read_text()), signal.SIGKILL)


def test_leaving_with_a_run_open_asks_and_stays_by_default(program: Program) -> None:
    write(program, "long", LONG)
    with ending_the_child(program), console(program, "long") as screen:
        start(screen)
        screen.wait_for("(?m)it-is-up$")
        screen.press("ctrl+q")
        screen.answer("enter", "(?i)stay", "Cancel the runs and quit")
        screen.wait_for("running")
        assert not child_is_gone(program)


@pytest.mark.proves("F07", "F08c", "P15", "P16")
@pytest.mark.parametrize(
    ("number", "code", "status"),
    [(signal.SIGTERM, 143, "cancelled"), (signal.SIGHUP, 129, "interrupted")],
)
def test_signals_end_it_in_order(
    program: Program, number: signal.Signals, code: int, status: str
) -> None:
    write(program, "long", LONG)
    with console(program, "long") as screen:
        start(screen)
        screen.wait_for("(?m)it-is-up$")
        os.kill(screen.pid, number)
        assert screen.wait_for_exit() == code
    assert child_is_gone(program)
    (row,) = program("history", "--json").json
    assert row["status"] == status


@pytest.mark.parametrize("args", [(), ("long",)])
def test_the_exit_code_is_the_same_whether_a_runbook_was_named_or_not(
    program: Program, args: tuple[str, ...]
) -> None:
    write(program, "long", LONG)
    with console(program, *args) as screen:
        screen.wait_for(READY)
        os.kill(screen.pid, signal.SIGTERM)
        assert screen.wait_for_exit() == 143


@pytest.mark.proves("F07", "P16")
def test_a_lost_terminal_ends_it_and_its_run(program: Program) -> None:
    write(program, "long", LONG)
    with console(program, "long") as screen:
        start(screen)
        screen.wait_for("(?m)it-is-up$")
        screen.hang_up()
        assert screen.wait_for_exit() == 129
    assert child_is_gone(program)
    (row,) = program("history", "--json").json
    assert row["status"] == "interrupted"


def test_a_killed_console_leaves_the_run_interrupted(program: Program) -> None:
    write(program, "long", LONG.replace("sleep 600", "sleep 5"))
    with console(program, "long") as screen:
        start(screen)
        screen.wait_for("(?m)it-is-up$")
        os.kill(screen.pid, signal.SIGKILL)
        screen.wait_for_exit()
    with console(program) as screen:
        screen.wait_for(READY)
        screen.press("h")
        screen.wait_for("interrupted")


DEPLOYS = """\
steps:
  - {name: look, kind: shell, run: 'echo look >> effects; echo i-looked', capture: SEEN}
  - name: deploy
    kind: shell
    run: echo $$ > pid; echo deploy >> effects; printf 'half-%s\\n' way; exec sleep 600
    capture: ID
  - {name: tell, kind: shell, run: 'echo {{ ID }} {{ SEEN }} >> effects; echo all-told'}
"""
"""What `deploy` prints is not found in its script, which is shown before it runs."""


def test_a_run_whose_console_was_killed_is_resumed_by_the_next(program: Program) -> None:
    write(program, "deploys", DEPLOYS)
    with ending_the_child(program):
        with console(program, "deploys") as screen:
            start(screen)
            screen.wait_for("half-way")
            os.kill(screen.pid, signal.SIGKILL)
            screen.wait_for_exit()
        resume_in_a_console(program)
    effects = (program.cwd / "effects").read_text().split()
    assert effects == ["look", "deploy", "d-17", "i-looked"]
    (row,) = program("history", "--json").json
    assert row["status"] == "succeeded"


def resume_in_a_console(program: Program) -> None:
    """End what the run left running, and say that it was done, and what it would have captured."""
    with console(program) as screen:
        screen.wait_for("a run was interrupted: deploys")
        screen.wait_for(READY)
        screen.press("R")
        screen.wait_for("… interrupted[\\s\\S]*r Resume")
        screen.press("r")
        screen.wait_for("Resume deploys\\?[\\s\\S]*1 step done[\\s\\S]*deploy")
        screen.press("tab")
        screen.answer("enter", "Resume deploys", "Resume deploys")
        screen.wait_for("Still running: deploy[\\s\\S]*sleep")
        screen.press("tab")
        screen.answer("enter", "Still running", "End it")
        screen.wait_for("half-way\n[\\s\\S]*Was it done\\? deploy")
        screen.press("shift+tab")
        screen.type_text("d-17")
        screen.press("tab", "tab")
        screen.answer("enter", "Was it done", "It was done")
        screen.wait_for("3 of 3[\\s\\S]*all-told")
        screen.wait_for("leg 2  ")
        screen.press_until("g", "i-looked")


@pytest.mark.proves("F35")
def test_resizing_keeps_everything(program: Program) -> None:
    write(program, "long", LONG)
    with ending_the_child(program), console(program, "long") as screen:
        start(screen)
        screen.wait_for("(?m)it-is-up$")
        for size in ((80, 24), (20, 5), (200, 50), (80, 24)):
            screen.resize(*size)
        screen.wait_for("running")
        screen.wait_for("(?m)it-is-up$")


@pytest.mark.proves("F37")
def test_it_refuses_politely_without_a_terminal(program: Program) -> None:
    done = program()
    assert done.code == 2
    assert done.err == (
        "pup-tui: the console needs a terminal: without one use `pup-tui run RUNBOOK` or --help\n"
    )


def test_a_word_that_is_no_command_and_no_runbook_is_told_on_a_terminal_too(
    program: Program,
) -> None:
    with console(program, "lst") as screen:
        screen.wait_for("no command or runbook `lst`: did you mean list")
        assert screen.wait_for_exit() == 2


@pytest.mark.proves("F37")
def test_it_refuses_a_terminal_that_cannot_show_it(program: Program) -> None:
    environ = {**program.environ, "TERM": "dumb"}
    with Screen(["env", "TERM=dumb", *PROGRAM], cwd=program.cwd, environ=environ) as screen:
        screen.wait_for("cannot show the console")
        assert screen.wait_for_exit() == 2


def test_an_interactive_step_gets_the_terminal_and_gives_it_back(program: Program) -> None:
    run = "echo who are you $((40 + 2)); read name; echo hello $name; read done"
    write(
        program,
        "talk",
        f"steps: [{{name: Talk, kind: shell, interactive: true, run: '{run}'}}]\n",
    )
    with console(program, "talk") as screen:
        screen.wait_for(READY)
        screen.press("r")
        screen.wait_for(r"Run  \^r")
        screen.press("ctrl+r")
        screen.wait_for("who are you 42")
        screen.send_line("ada")
        screen.wait_for("hello ada")
        screen.send_line("")
        screen.wait_for("1 of 1 succeeded")
        screen.wait_for("succeeded")
        screen.press("q")
        assert screen.wait_for_exit() == 0


DAEMON = """\
steps:
  - name: a
    kind: shell
    run: |
      (while echo tick && [ ! -e enough ]; do echo >>ticks; sleep 0.05; done; echo >ended) &
      echo "it is $COLOUR"
"""
"""Its step leaves a process that writes on, and that ends with its first write that nobody takes."""


def writes_on(program: Program, screen: Screen) -> None:
    path = program.cwd / "ticks"
    before = path.stat().st_size
    screen.wait_until(lambda: path.stat().st_size > before + 3, "the process does not write")


def test_a_daemon_writes_on_behind_its_run_and_when_another_profile_is_chosen(
    program: Program,
) -> None:
    write(program, "daemon", DAEMON)
    profiles = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "blue.yaml").write_text("env: {COLOUR: blue}\n")
    (profiles / "red.yaml").write_text("danger: true\nenv: {COLOUR: red}\n")
    with console(program, "--profile", "blue", "daemon") as screen:
        start(screen)
        screen.wait_for("it is blue")
        screen.wait_for("1 of 1")
        writes_on(program, screen)
        screen.press("escape")
        screen.press("P")
        screen.wait_for("red +DANGER")
        screen.press("down")
        screen.press_until("enter", "DANGER red")
        writes_on(program, screen)
        (program.cwd / "enough").touch()
        screen.wait_until((program.cwd / "ended").exists, "the process did not end by itself")
        start(screen)
        screen.wait_for("it is red")


def test_a_state_folder_that_cannot_be_used_is_said_and_the_catalog_is_there(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o777)
    write(program, "quick", "steps: [{name: a, kind: shell, run: echo hi}]\n")
    with console(program, "quick", size=(200, 30)) as screen:
        screen.wait_for(r"past runs cannot be read: others may write in the folder")
        screen.press("r")
        screen.wait_for(r"Run  \^r")
        screen.press("ctrl+r")
        screen.wait_for(r"Nothing was run: the run cannot be recorded")
        screen.press("q")
        assert screen.wait_for_exit() == 0


def test_what_is_typed_into_a_search_answers_no_question_that_comes_meanwhile(
    program: Program,
) -> None:
    write(
        program,
        "typed",
        "steps:\n"
        "  - {name: a, kind: shell, run: 'echo first; read x < gate'}\n"
        "  - {name: Go, kind: confirm, message: Restart the primary?}\n"
        "  - {name: b, kind: shell, run: ': > acted'}\n",
    )
    os.mkfifo(program.cwd / "gate")
    with console(program, "typed") as screen:
        start(screen)
        screen.wait_for("(?m)first$")
        screen.press("tab", "/")
        screen.type_text("ya")
        (program.cwd / "gate").write_text("go\n")
        screen.wait_for("! a question waits until you leave this field")
        for key in "yes":
            screen.press(key)
            screen.read(0.6)
        assert "Restart the primary?" not in screen.text
        screen.press("enter")
        screen.wait_for("Restart the primary?")
        for _ in range(3):
            screen.read(0.6)
            screen._send("y")
        screen.wait_for("letters and enter do nothing until")
        assert not (program.cwd / "acted").exists()
        screen.press_until("down", "Press the key again")
        screen.press_until("y", "3 of 3 succeeded")
        assert (program.cwd / "acted").exists()
