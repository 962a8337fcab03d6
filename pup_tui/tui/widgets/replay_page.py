"""A past run in its tab as it is played again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from pup_tui.aside import aside
from pup_tui.template.duration import DurationError, parse_duration
from pup_tui.tui.dialogs.jump import JumpScreen
from pup_tui.tui.keys import bound
from pup_tui.tui.replay import Replay
from pup_tui.tui.widgets.replay_bar import ReplayBar
from pup_tui.tui.widgets.run_page import RunPage, view_of_followed
from pup_tui.tui.widgets.run_tabs import Tab

if TYPE_CHECKING:
    from pup_tui.tui.dialogs.dialog import Answer
    from pup_tui.tui.services import Services

NOTE = "Played again as it went: nothing is executed, and nothing can be answered."


class ReplayPage(RunPage):
    """A run that is played again. Going back shows it anew, from its beginning to that moment."""

    BINDINGS: ClassVar[list[BindingType]] = bound({"back": ("leave", "Runbooks")})

    def __init__(self, replay: Replay, services: Services, page: str) -> None:
        self._services = services
        self.replay = replay
        super().__init__(view_of_followed(replay.run, services), None, page)
        self._note = NOTE

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield ReplayBar(self.replay)

    def on_mount(self) -> None:
        super().on_mount()
        self._play()
        self.call_after_refresh(self.focus)

    async def on_unmount(self) -> None:
        await aside(self.replay.close)

    def focus(self, scroll_visible: bool = True) -> Self:
        self.query_one(ReplayBar).focus(scroll_visible)
        return self

    @property
    def over(self) -> bool:
        # It can be closed at any time.
        return True

    @property
    def is_replay(self) -> bool:
        return True

    def tab(self, apart: str) -> Tab:
        return Tab(self.id or "", self.runbook, "replayed", apart)

    @work(group="follow", exclusive=True, exit_on_error=False)
    async def _play(self) -> None:
        """Tell what happened, until the end or until it is shown anew."""
        notices, told = await self.replay.follow()
        for notice in notices:
            self.view.notice(notice)
        if told:
            self._add_note(told)

    async def on_replay_bar_moved(self, message: ReplayBar.Moved) -> None:
        message.stop()
        await self._go_to(message.offset)

    async def _go_to(self, offset: float) -> None:
        clock = self.replay.clock
        goes_back = offset < clock.offset
        clock.set(offset=offset)
        if goes_back:
            self.workers.cancel_node(self)
            await aside(self.replay.begin_anew)
            before, self.view = self.view, view_of_followed(self.replay.run, self._services)
            await self.mount(self.view, after=before)
            await before.remove()
            self._play()

    @work(group="jump", exclusive=True)
    async def on_replay_bar_jump_wanted(self) -> None:
        answer: Answer | None = await self.app.push_screen_wait(JumpScreen())
        if answer is None or answer.answer != "yes":
            return
        offset = self._offset_of(answer.note.strip())
        if offset is None:
            told = f"There is no such time and no such step: {answer.note.strip()}"
            self.notify(told, severity="warning", markup=False)
        else:
            await self._go_to(offset)

    def _offset_of(self, told: str) -> float | None:
        """The offset that a time of day, a time since the beginning, or a step stands for."""
        began = self.replay.timeline.moment(0.0).wall
        for form in ("%H:%M:%S", "%H:%M"):
            try:
                of_day = datetime.strptime(told, form)  # noqa: DTZ007 - a time of day only
            except ValueError:
                continue
            day = datetime.fromtimestamp(began).astimezone()
            wanted = day.replace(hour=of_day.hour, minute=of_day.minute, second=of_day.second)
            if wanted.timestamp() < began - 60:
                wanted += timedelta(days=1)
            return self.replay.timeline.offset_at(wanted.timestamp())
        try:
            return min(parse_duration(told), self.replay.timeline.length)
        except DurationError:
            return self.replay.step_began(told)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("run_again", "resume", "play_again"):
            return False
        return super().check_action(action, parameters)
