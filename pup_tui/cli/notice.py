"""A notice about something that nobody looks at, sent as a `notify` step sends its message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.cli.failure import refuse_problems
from pup_tui.cli.running import Manner, run_loaded
from pup_tui.cli.values import resolve_values
from pup_tui.cli.wiring import Parts
from pup_tui.output.safe_json import safe_json

if TYPE_CHECKING:
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import NotifyType
    from pup_tui.settings.settings import Settings

_PLACE = Path("notice.yaml")


def notice_runbook(place: str, about: NotifyType = "info") -> Loaded:
    """The runbook that sends a notice to the address that a `from` gives. It is wrong where that is.

    What the notice is `about` is a `notify` step's `type`.
    """
    from pup_tui.runbook.load import load_files

    written = {
        "name": "notice",
        "vars": {
            "TO": {"type": "secret", "from": place},
            "TITLE": {"type": "string"},
            "TOLD": {"type": "text"},
        },
        "steps": [
            {
                "name": "tell",
                "kind": "notify",
                "to": "{{ TO }}",
                "title": "{{ TITLE }}",
                "message": "{{ TOLD }}",
                "type": about,
            }
        ],
    }
    return load_files("notice", {_PLACE.name: safe_json(written).encode()}, _PLACE)


def send_notice(settings: Settings, place: str, title: str, told: str, about: NotifyType) -> int:
    """Send a notice to the address that a `from` gives; returns the exit code. Raises Failure."""
    from pup_tui.core.program import compile_program

    loaded = notice_runbook(place, about)
    refuse_problems(loaded.errors, "what is to be told of failures", "mend `notify`")
    runbook = loaded.require()
    parts = Parts(settings, journal=False)
    resolved = resolve_values(runbook, {"TITLE": title, "TOLD": told}, parts.sources, ask=False)
    program = compile_program(loaded.id, runbook)
    return run_loaded(parts, loaded, program, resolved, Manner(yes=True))
