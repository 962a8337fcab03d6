"""The console: keys that work everywhere, and leaving it in order."""

from __future__ import annotations

import asyncio
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePath
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import structs
from rich.text import Text
from textual import events, on, work
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen, SystemModalScreen
from textual.selection import SELECT_ALL
from textual.widgets import Button

from pup_tui.console_keys import Aim
from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.faults import as_told
from pup_tui.tui.keys import (
    bound,
    by_position,
    does_elsewhere,
    keymap,
    own_bindings,
    shown_key,
    with_keys,
)
from pup_tui.tui.notes import as_note
from pup_tui.tui.output_wanted import OutputForEditor, OutputForFile, OutputForPager, ReportWanted
from pup_tui.tui.remembered import remember, remembered
from pup_tui.tui.runs import PATIENCE, Runs
from pup_tui.tui.screens.main import MainScreen
from pup_tui.tui.sheets import FIRST
from pup_tui.tui.starting import ERROR_SECONDS
from pup_tui.tui.terminal import LastingDriver
from pup_tui.tui.texts import counted
from pup_tui.tui.typed_ahead import Hold, TypedAhead

if TYPE_CHECKING:
    from textual.command import Provider

    from pup_tui.tui.dialogs.dialog import Answer
    from pup_tui.tui.services import Services
    from pup_tui.tui.widgets.run_page import RunPage

TERMINATED = 128 + signal.SIGTERM
HANGUP = 128 + signal.SIGHUP
INTERRUPT = 128 + signal.SIGINT
TERMINAL_LOST = "the terminal was lost"
LOOK_AT_TERMINAL = 0.5
"""Seconds between two looks at whether the terminal is still there."""
KEYS_WAIT = 30.0
"""Seconds that keys wait at most for what they are meant for, the first runbook or a page."""
SLOW = 3.0
"""Seconds after which whoever types is told that this waits."""
LATE = 2.0
"""Seconds after which a key acts on no run any more: nobody has seen what it would act on."""


def _commands() -> type[Provider]:
    """What the palette offers; it is imported when the palette is opened."""
    from pup_tui.tui.commands import ConsoleCommands

    return ConsoleCommands


class PupTuiApp(ColouredApp[str], inherit_bindings=False):
    """The console; `return_code` is 0 if the operator left, 143 after SIGTERM, 129 without a terminal.

    What it returns is the name of the profile to go on with (empty: without one); None where it is to end.
    """

    TITLE = "pup-tui"
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = FIRST
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *bound({"quit": "quit", "help": "app.help"}),
        # Over dialogs too: there, only bindings with priority are looked at. And at once, not when the
        # focused field comes to it: what is typed next belongs to the next field.
        *bound(
            {
                "interrupt": "app.interrupt",
                "suspend": "app.suspend_process",
                "palette": "command_palette",
                "next_part": "app.focus_next",
                "previous_part": "app.focus_previous",
            },
            priority=True,
        ),
    ]

    def __init__(self, services: Services) -> None:
        appearance, kept = services.appearance, remembered(services.state)
        if appearance.theme == "auto" and kept.theme:
            appearance = structs.replace(appearance, theme=kept.theme)
        super().__init__(appearance)
        self.services = services
        self.chosen_keys = services.keys
        self.runs = Runs()
        self._typed_ahead = TypedAhead(self, self._give_key, self._tell_note)
        self._first_keys = self._typed_ahead.hold("the runbooks were there")
        self.set_class(services.profile.danger, "-danger-profile")
        self._ending: asyncio.Task[None] | None = None
        self._ends_with = 0
        self._cancelling: Screen[Any] | None = None
        """The last dialog that asked whether to cancel a run."""

    def choose_theme(self, choice: str) -> None:
        super().choose_theme(choice)
        remember(self.services.state, theme=choice)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._typed_ahead.take(event)
        else:
            await super().on_event(event)

    async def _give_key(self, key: events.Key) -> events.Key:
        key = by_position(self, key)
        if monotonic() - key.time > LATE and (does := self._does_to_runs(key)):
            behind = self._typed_ahead.forget()
            also = f", nor what was typed behind it ({counted(behind, 'key')})" if behind else ""
            self._tell_note(f"Not done: {does}{also}. It was typed too long before it could be.")
        else:
            await super().on_event(key)
        return key

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """As Textual's own; a key that does nothing here says so, where it does something elsewhere."""
        done = await super()._check_bindings(key, priority)
        on_page = isinstance(self.screen, MainScreen) and not (done or priority)
        if on_page and does_elsewhere(self, key):
            told = f"{shown_key(self, key)} does nothing here: {{help}} shows the keys that do."
            self.notify(with_keys(self, told), markup=False, timeout=3)
        return done

    def _does_to_runs(self, key: events.Key) -> str:
        """What a key would begin, or do to a run, where the focus is now; dialogs look at that themselves."""
        if not isinstance(self.screen, MainScreen):
            return ""
        if isinstance(self.focused, Button) and key.key in ("enter", "space"):
            return str(self.focused.label).partition("  ")[0]
        for action, active in own_bindings(self.screen):
            if active.binding.key == key.key and (
                action.name == "go_on" or action.aim is Aim.STEER
            ):
                return active.binding.description
        return ""

    def _watch_app_focus(self, focus: bool) -> None:
        """Let the focus stay where it is: one sees where one stands also while the terminal is not in front.

        Textual takes it away, and with it the marked line and what the footer says.
        """
        if self.screen_stack:
            self.screen.update_node_styles()

    def watch_app_focus(self, focused: bool) -> None:
        self.give_focus()

    def give_focus(self) -> None:
        """Give something the focus where nothing has it, also behind another window."""
        if self.screen_stack and self.screen.focused is None:
            wanted = self.AUTO_FOCUS if self.screen.AUTO_FOCUS is None else self.screen.AUTO_FOCUS
            for each in self.screen.query(wanted) if wanted else ():
                if each.focusable:
                    self.screen.set_focus(each)
                    break

    def get_default_screen(self) -> MainScreen:
        return MainScreen(self.services, self.runs, self._hold_keys)

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        return LastingDriver if usual is LinuxDriver else usual

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number, stop in self._signals().items():
            loop.add_signal_handler(number, stop)
        self.set_keymap(keymap(self.chosen_keys))
        self.set_interval(LOOK_AT_TERMINAL, self._look_at_terminal)
        self.services.listen(self._tell_note)
        # Textual gives none to a screen that begins behind another window.
        self.call_after_refresh(self.give_focus)
        self.ask_terminal()
        self._limit(self._first_keys)

    def on_main_screen_ready(self) -> None:
        """Take the keys that were pressed before there was anything to act on."""
        self._first_keys.let_go()

    def _hold_keys(self) -> Hold:
        """Keep the keys for a page that is being opened."""
        hold = self._typed_ahead.hold("the page was there")
        self._limit(hold)
        return hold

    def _limit(self, hold: Hold) -> None:
        """Keep nothing for ever: what is waited for may need what it cannot get."""
        self.set_timer(SLOW, partial(self._typed_ahead.note_slow, hold))
        self.set_timer(KEYS_WAIT, hold.give_up)

    def _tell_note(self, note: str) -> None:
        self.notify(note, severity="warning", markup=False)

    def on_unmount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in self._signals():
            loop.remove_signal_handler(number)

    async def run_async(self, **options: Any) -> str | None:
        """Show the console until the operator leaves; however it ends, no run goes on behind it."""
        try:
            return await super().run_async(**options)
        finally:
            self.runs.interrupt("the console ended")
            await self.runs.end("the console ended")

    @on(OutputForPager)
    @work(group="pager", exclusive=True)
    async def _open_pager(self, wanted: OutputForPager) -> None:
        from pup_tui.tui.programs import open_in

        services = self.services
        trouble = await open_in(self, wanted.path, services.pager, services.environ, "pager")
        if trouble:
            self.notify(trouble, severity="warning", markup=False)

    @on(OutputForEditor)
    @work(group="pager", exclusive=True)
    async def _open_editor(self, wanted: OutputForEditor) -> None:
        from pup_tui.tui.output_elsewhere import open_in_editor

        trouble = await open_in_editor(self, wanted.path, self.services)
        if trouble:
            self.notify(trouble, severity="warning", markup=False)

    @on(OutputForFile)
    @work(group="save")
    async def _save_output(self, wanted: OutputForFile) -> None:
        from pup_tui.tui.dialogs.reason import FileScreen
        from pup_tui.tui.output_elsewhere import save

        # The number before it counts steps otherwise than the list of steps does.
        suggested = wanted.path.name.partition("-")[2] or wanted.path.name
        answer = await self.push_screen_wait(FileScreen("Save the output", suggested))
        if answer is not None:
            self.notify(await save(wanted.path, answer.note, self.services), markup=False)

    @on(ReportWanted)
    @work(group="save")
    async def _save_report(self, wanted: ReportWanted) -> None:
        from pup_tui.tui.dialogs.reason import FileScreen
        from pup_tui.tui.output_elsewhere import save_report

        suggested = f"{wanted.runbook.replace('/', '-')}-{wanted.run[-8:]}.md"
        what = "Markdown, or by the end of its name a page (.html) or data (.json)"
        answer = await self.push_screen_wait(FileScreen("Write a report", suggested, what=what))
        if answer is not None:
            self.notify(await save_report(wanted.run, answer.note, self.services), markup=False)

    @work(group="save")
    async def action_save_screen(self) -> None:
        """Write what the screen shows to a file, as a picture."""
        from pup_tui.tui.dialogs.reason import FileScreen
        from pup_tui.tui.output_elsewhere import save_text

        picture = self.export_screenshot()
        asks = FileScreen("Save the screen", "screen.svg", what="A picture (SVG)")
        answer = await self.push_screen_wait(asks)
        if answer is not None:
            self.notify(await save_text(picture, answer.note, self.services), markup=False)

    @on(events.TextSelected)
    def _copy_selected(self) -> None:
        """Copy what was dragged over: a terminal that sends the mouse to us selects nothing by itself.

        What two clicks mark is a text as a whole; whether they had marked it by now is chance.
        """
        dragged = any(marked != SELECT_ALL for marked in self.screen.selections.values())
        if dragged and (text := self.screen.get_selected_text()):
            self.copy_to_clipboard(text)
            self.notify(f"Copied {counted(len(text), 'character')}", markup=False, timeout=2)

    # Leaving

    async def action_quit(self) -> None:
        """Leave; with runs under way, or where something is typed that would be lost, ask first."""
        from pup_tui.tui.screens.quit import QuitScreen

        typed = self._has_typed()
        if not (self.runs.under_way or typed):
            self.exit()
        elif not isinstance(self.screen, QuitScreen):
            main = self.screen_stack[0]
            shown = main if isinstance(main, MainScreen) else None
            asks = QuitScreen(
                self.runs,
                self.services.operator,
                waiting=tuple if shown is None else shown.waiting_runs,
                apart=dict if shown is None else shown.runs_apart,
                typed=typed,
            )
            await self.push_screen(asks, self._left)

    def _has_typed(self) -> bool:
        """Whether a form or a dialog holds what was typed and goes nowhere yet."""
        from pup_tui.tui.dialogs.dialog import Dialog

        dialogs = (screen for screen in self.screen_stack if isinstance(screen, Dialog))
        main = self.screen_stack[0]
        in_form = isinstance(main, MainScreen) and main.pages.has_typed
        return in_form or any(any(dialog.kept().values()) for dialog in dialogs)

    def action_suspend_process(self) -> None:
        """Stop, and go on with the shell's `fg`."""
        if isinstance(self._driver, LastingDriver) and not self._driver.stop():
            told = "There is no shell behind the console that could let it go on."
            self.notify(told, severity="warning", markup=False, timeout=ERROR_SECONDS)

    @on(Driver.SignalResume)
    def _go_on(self) -> None:
        """Draw all of the screen: what it showed before the console was stopped is gone."""
        if isinstance(self._driver, LastingDriver):
            self._driver.take_again()
        self.screen.refresh()

    @property
    def _run_in_front(self) -> RunPage | None:
        main = self.screen_stack[0]
        return main.run_pages.get(main.page) if isinstance(main, MainScreen) else None

    @property
    def idle_keys(self) -> frozenset[str]:
        """The actions that only say why they do nothing where one is: nobody is told that they work."""
        page = self._run_in_front
        cancels = page is not None and page.live is not None and not page.over
        return frozenset() if cancels else frozenset({"interrupt"})

    def action_interrupt(self) -> None:
        """Ask (over its dialog too) whether the run in front is to be cancelled; or say how to leave."""
        if self.screen.get_selected_text() or getattr(self.focused, "selected_text", ""):
            raise SkipAction  # then it copies
        page = self._run_in_front
        if self.screen is self._cancelling or isinstance(self.screen, SystemModalScreen):
            return
        if page is None:
            self.notify(with_keys(self, "{quit} leaves pup-tui."), markup=False, timeout=3)
            return
        page.action_cancel_run()
        if page.live is not None and not page.over:
            self._cancelling = self.screen

    def _left(self, answer: Answer | None) -> None:
        if answer is not None and answer.answer == "quit":
            self.exit()

    def _signals(self) -> dict[signal.Signals, Callable[[], None]]:
        return {
            signal.SIGTERM: lambda: self.stop(TERMINATED, "SIGTERM"),
            signal.SIGINT: lambda: self.stop(INTERRUPT, "SIGINT"),
            signal.SIGHUP: self.lose_terminal,
        }

    def stop(self, code: int, by: str) -> None:
        """End the program: runs are cancelled, clean up, and have a limit for it."""
        from pup_tui.drivers.local import CLEANUP_LIMIT

        if self._ending is None:
            self.runs.terminate(by)
            self._ends_with = code
            self._ending = asyncio.create_task(self._end(by, CLEANUP_LIMIT + PATIENCE))

    def lose_terminal(self) -> None:
        """End the program since nobody sees it any more: runs are interrupted where they are."""
        driver = self._driver
        if isinstance(driver, LastingDriver) and driver.gone:
            driver.let_go()
        if self._ending is None:
            self.runs.interrupt(TERMINAL_LOST)
            self._ends_with = HANGUP
            self._ending = asyncio.create_task(self._end(TERMINAL_LOST))

    async def _end(self, reason: str, patience: float = PATIENCE) -> None:
        await self.runs.end(reason, patience)
        self.exit(return_code=self._ends_with)

    def _look_at_terminal(self) -> None:
        driver = self._driver
        if self._ending is None and isinstance(driver, LastingDriver) and driver.gone:
            self.lose_terminal()

    def _handle_exception(self, error: Exception) -> None:
        """Tell a fault, unless it comes of leaving: what was still to be shown has no place then."""
        self._look_at_terminal()
        if self._ending is not None:
            self._return_code = self._ends_with
        elif not self._exit:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Say that the fault is ours, and where: Textual's own traceback shows the values of variables."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            self.panic(Text(f"pup-tui: {as_told(error)}"))
            return
        frames = traceback.extract_tb(error.__traceback__) if error is not None else []
        place = (
            f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"
        )
        told = f"pup-tui: a fault in pup-tui ({type(error).__name__}): {place}: please report it"
        self.panic(Text(told))

    # Notes

    def notify(self, message: str, **options: Any) -> None:
        """As Textual's own, but no longer than there is room for beside a question, and once at a time."""
        note = as_note(message)
        for shown in [each for each in self._notifications if each.message == note]:
            self._unnotify(shown)
        super().notify(note, **options)

    # Help

    def action_help(self) -> None:
        from pup_tui.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen.of(self.screen))

    def action_command_palette(self) -> None:
        """As Textual's own, which does not say that there are runbooks in it."""
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            asks = "a runbook, or something to do"
            self.push_screen(CommandPalette(placeholder=asks, id="--command-palette"))
