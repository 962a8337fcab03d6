"""Each screen as it was decided, in three sizes, dark and light, with all colours and with 256.

`make snapshots` writes them anew: look at what changed before it is committed.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from pup_tui.core.events import Moment
from pup_tui.drivers import launcher
from pup_tui.drivers.clock import SystemClock
from pup_tui.journal import writer
from pup_tui.tui import inbox, listing
from pup_tui.tui.appearance import Appearance, Depth
from pup_tui.tui.fields import field_list
from pup_tui.tui.widgets import overview, plan
from tests.support import gallery
from tests.support.console import MakeServices, OpenConsole
from tests.support.snapshots import WRITE, compared, drawn

FOLDER = Path(__file__).parent / "snapshots"
RUN = "01M8K6AMCCC9YBF9TC7S4BRBBE"
NOW = 1_790_000_000.0
MAIN = {"home", "help", "form", "plan", "confirm", "run", "run: output", "failure"}
MAIN |= {"run: table", "run: plot", "fleet"}
"""The screens that are looked at in every size."""


class StillClock(SystemClock):
    """No time passes that one could see; timers ring all the same."""

    def now(self) -> Moment:
        return Moment(wall=NOW, clock=0.0)


class StillTime:
    """Stands in for the module that tells the time."""

    @staticmethod
    def time() -> float:
        return NOW


@pytest.mark.parametrize(
    ("size", "theme", "depth"),
    [
        ((80, 24), "dark", Depth.TRUE),
        ((120, 34), "light", Depth.TRUE),
        ((200, 50), "dark", Depth.INDEXED),
    ],
    ids=["80x24-dark", "120x34-light", "200x50-dark-256"],
)
async def test_each_screen_is_as_it_was_decided(
    make_services: MakeServices,
    open_console: OpenConsole,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    size: tuple[int, int],
    theme: str,
    depth: Depth,
) -> None:
    monkeypatch.setattr(field_list, "SETTLED", 0.0)
    monkeypatch.setattr(launcher, "SystemClock", StillClock)
    # What is told of how long ago something was goes by the same clock.
    for module in (listing, overview, plan):
        monkeypatch.setattr(module, "time", StillTime)
    ids = (f"{RUN[:-1]}{last}" for last in "EFGHJ")
    monkeypatch.setattr(launcher, "new_run_id", partial(next, ids))
    monkeypatch.setattr(inbox, "now", lambda: StillClock().now().wall)
    # On a slow disk it would be told of that.
    monkeypatch.setattr(writer, "BUSY_AFTER", 60.0)
    services = make_services(
        gallery.RUNBOOKS,
        executor=gallery.Programs(),
        profiles=lambda: gallery.PROFILES,
        profile=gallery.PROFILE,
        appearance=Appearance(theme=theme),
    )
    differences = []
    async with open_console(services, size) as console:
        console.app.show_depth(depth)
        async for name in gallery.screens(console):
            if size != (80, 24) and name not in MAIN:
                continue
            before = ""
            while before != (now := drawn(console.strips)):
                before = now
                await console.pilot.pause(0.1)
            path = FOLDER / f"{'x'.join(map(str, size))}-{name.replace(': ', '-')}.txt"
            differences.append(compared(path, now, write=request.config.getoption(WRITE)))
    told = "\n".join(filter(None, differences))
    assert not told, f"make snapshots writes what is drawn now; it differs:\n{told}"
