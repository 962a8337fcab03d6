"""The console inside of tmux with `focus-events on`: programs are told whether their pane has the focus."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.program import PROGRAM, Program, program_in
from tests.support.screen import Screen

RUNBOOK = "name: said\nsteps: [{name: Say, kind: shell, run: 'echo it is out', read_only: true}]\n"


@dataclass(frozen=True)
class Session:
    """Somebody looks at a session of tmux on `screen`; the pane that has the focus does nothing."""

    screen: Screen
    tmux: Sequence[str]
    program: Program

    def __call__(self, *words: str) -> None:
        """Have tmux do something."""
        subprocess.run([*self.tmux, *words], env=self.program.environ, check=True)

    def begin_console(self) -> None:
        """Begin the console in a pane of its own, that has not the focus."""
        call = shlex.join(["exec", *PROGRAM, "said"])
        self("split-window", "-d", "-l", "28", "-c", str(self.program.cwd), call)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    program = program_in(tmp_path)
    (program.cwd / "books").mkdir()
    (program.cwd / "books" / "said.yaml").write_text(RUNBOOK)
    environ = {**program.environ, "PUP_TUI_RUNBOOKS": str(program.cwd / "books")}
    # A socket's path has to be short.
    with TemporaryDirectory() as folder:
        settings = Path(folder, "tmux.conf")
        settings.write_text("set -g focus-events on\nset -g default-shell /bin/sh\n")
        tmux = ["tmux", "-S", str(Path(folder, "tmux")), "-f", str(settings)]
        idle = [*tmux, "new-session", "echo idle; exec sleep 1000"]
        with Screen(idle, cwd=program.cwd, environ=environ, size=(100, 40)) as screen:
            session = Session(screen, tmux, program)
            screen.wait_for("idle")
            try:
                yield session
            finally:
                session("kill-server")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_console_that_begins_without_the_focus_shows_where_one_stands_and_takes_keys(
    session: Session,
) -> None:
    session.begin_console()
    session.screen.wait_for("It has not run yet[\\s\\S]*enter Run")
    session("send-keys", "-t", ":.1", "r")
    session.screen.wait_for("nothing has run")
    session("send-keys", "-t", ":.1", "C-r")
    session.screen.wait_for("it is out")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_what_is_typed_before_anything_is_drawn_is_done_when_it_is(session: Session) -> None:
    session.begin_console()
    session("send-keys", "-t", ":.1", "Enter")
    session.screen.wait_for("nothing has run")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_console_that_gets_the_focus_later_goes_on_where_one_stood(session: Session) -> None:
    session.begin_console()
    session.screen.wait_for("It has not run yet[\\s\\S]*enter Run")
    for pane in (":.1", ":.0", ":.1"):
        session("select-pane", "-t", pane)
    session.screen.press("r")
    session.screen.wait_for("nothing has run")
    for pane in (":.0", ":.1"):
        session("select-pane", "-t", pane)
    session.screen.press("ctrl+r")
    session.screen.wait_for("it is out")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_console_that_loses_the_focus_while_it_begins_has_it_within_it(session: Session) -> None:
    session.begin_console()
    for pane in (":.1", ":.0"):
        session("select-pane", "-t", pane)
    session.screen.wait_for("It has not run yet[\\s\\S]*enter Run")
    session("select-pane", "-t", ":.1")
    session.screen.press("r")
    session.screen.wait_for("nothing has run")
