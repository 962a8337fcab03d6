"""A terminal that may go away at any moment: then nobody waits for it, and nobody spins."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from pup_tui.tui.terminal_answers import AnsweringParser

if TYPE_CHECKING:
    from textual.app import App


_LOOK_WHETHER_OVER = 0.1
"""Seconds after which the thread that reads keys looks whether it is still wanted, as Textual's does."""


class _Lasting:
    """Writes as long as there is somebody to read, and then drops what it is given.

    Textual writes from a thread that would die of the first error, and the program would wait for ever for
    room in that thread's queue.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.gone = False

    def write(self, text: str) -> int:
        self._guarded(lambda: self._file.write(text))
        return len(text)

    def flush(self) -> None:
        self._guarded(self._file.flush)

    def _guarded(self, act: Callable[[], object]) -> None:
        if self.gone:
            return
        try:
            act()
        except (OSError, ValueError):
            self.gone = True

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()


class LastingDriver(LinuxDriver):
    """Textual's driver, for a terminal that may be closed under it."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._lasting = _Lasting(cast(TextIO, self._file))
        self._file = cast(Any, self._lasting)
        self._held_open: int | None = None
        self._modes: list[Any] | None = None
        self._parser = AnsweringParser(debug)
        self._was_stopped = False

    def ask(self, questions: str) -> None:
        """Send questions to the terminal; what it answers comes as messages, or never."""
        if questions:
            self._parser.expect()
            self.write(questions)

    @property
    def gone(self) -> bool:
        """Whether the other end of the terminal is closed."""
        if self._lasting.gone:
            return True
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))

    def let_go(self) -> None:
        """Read and write no more: what reads a closed terminal gets "end of file" without end."""
        self._lasting.gone = True
        silent, self._held_open = os.pipe()
        os.set_blocking(
            silent, False
        )  # the thread may be about to read: the program would wait for it
        os.dup2(silent, self.fileno)
        os.close(silent)

    def start_application_mode(self) -> None:
        """Take the terminal over, unless it is taken over already.

        A closed terminal sends SIGCONT after its SIGHUP, on which Textual would begin a second time and
        never end what it had begun first.
        """
        if not self._reading and not self._lasting.gone:
            super().start_application_mode()  # type: ignore[no-untyped-call]  # not typed in Textual
            self._modes = self._terminal_modes()

    @property
    def _reading(self) -> bool:
        return self._key_thread is not None and self._key_thread.is_alive()

    def _terminal_modes(self) -> list[Any] | None:
        try:
            return termios.tcgetattr(self.fileno)
        except termios.error:
            return None

    def stop(self) -> bool:
        """Stop, with all that was started with the program, until a shell lets it go on; whether that was so.

        Who waits for the program (`make`, a script) has to stop too, or the shell that does job control waits
        for that. In a group that nobody could let go on, the system stops none by this signal.
        """
        if os.getpgrp() == os.getsid(0):
            return False
        self._was_stopped = False
        self.suspend_application_mode()
        self._must_signal_resume = True
        own = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            os.killpg(0, signal.SIGTSTP)
        finally:
            signal.signal(signal.SIGTSTP, own)
        if not self._was_stopped:
            self.resume_application_mode()
        return self._was_stopped

    def _sigcont_application(self, *_: object) -> None:
        """Go on after the process was stopped, also by a SIGSTOP that it did not hear of."""
        self._was_stopped = True
        if not self._auto_restart:
            return
        if not self._reading:
            super()._sigcont_application()
        elif not self.gone:
            # Not written here, in the middle of whatever the signal came into.
            told = self._app._post_message(Driver.SignalResume())
            asyncio.run_coroutine_threadsafe(told, asyncio.get_running_loop())

    def take_again(self) -> None:
        """Put the terminal into the mode of the console: whoever had it meanwhile may have left another."""
        if self._modes is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._modes)
        self.write(
            "\x1b[?1049h\x1b[?25l\x1b[?1004h"
        )  # the other screen, no cursor, changes of focus
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()

    def run_input_thread(self) -> None:
        """Hand on what is typed, without the terminal's answers, until input is no longer wanted."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = self._parser
        try:
            while not self.exit_event.is_set():
                ready, _, _ = select.select([self.fileno], [], [], _LOOK_WHETHER_OVER)
                typed = decode(os.read(self.fileno, 4096)) if ready else ""
                messages = [*(parser.feed(typed) if typed else ()), *parser.tick()]
                for message in messages:
                    self.process_message(message)
        except OSError:
            self._lasting.gone = True
