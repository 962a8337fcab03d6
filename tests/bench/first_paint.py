"""`first_paint console` and `first_paint empty`: milliseconds until the first frame of each is out.

The process ends at once then: nothing that comes after the frame is measured.
"""

from __future__ import annotations

import os
import sys
import time


def console() -> None:
    from pup_tui.cli.console import console_services, open_console
    from pup_tui.cli.wiring import open_catalog
    from pup_tui.settings.settings import read_settings

    settings = read_settings()
    open_console(lambda *_: console_services(settings, open_catalog(settings)))


def empty() -> None:
    from textual.app import App

    App[None]().run()


SHOWN = {"console": (console, "ConsoleFrame"), "empty": (empty, "EmptyFrame")}


def main(what: str) -> None:
    show, driver = SHOWN[what]
    # Read by `frame_driver`, which is imported with Textual and so must not be imported here.
    os.environ["PUP_TUI_BENCH_BEGAN"] = str(time.perf_counter())
    os.environ["TEXTUAL_DRIVER"] = f"tests.bench.frame_driver:{driver}"
    os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    show()


if __name__ == "__main__":
    main(sys.argv[1])
