"""What the catalog knows of a runbook before anybody opens it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pup_tui.runbook.parts import AlertMatch


class Origin(StrEnum):
    """Where a runbook comes from, in the order in which an id is looked up."""

    GIVEN = "given"
    ENVIRONMENT = "environment"
    CONFIGURATION = "configuration"
    PUP = "pup"
    BUNDLED = "bundled"
    HERE = "here"
    PACK = "pack"
    DATADOG = "datadog"


class Entry(Struct, frozen=True, kw_only=True):
    """One runbook file.

    `broken` and `error` tell that it cannot be run and why; `shadowed` that another one with its id comes
    first; `trusted` is false for a file that merely lies in the working directory, or in a pack that nobody
    has approved. What was approved `is_copy` of it: `changed` tells that the original is another one by now.
    Until a file `is_judged` it is not told whether it is broken, and how many steps it has.
    `links` are the addresses of its own links, `alerts` the alerts that it answers, `manual_time` is what its
    work takes by hand, in seconds, None where nobody says so.
    """

    id: str
    name: str
    description: str
    tags: dict[str, str]
    steps: int
    origin: Origin
    path: Path
    broken: bool
    error: str
    shadowed: bool
    trusted: bool
    changed: bool = False
    is_copy: bool = False
    is_judged: bool = True
    links: tuple[str, ...] = ()
    alerts: tuple[AlertMatch, ...] = ()
    manual_time: float | None = None

    @property
    def summary(self) -> str:
        """The first paragraph of the description, on one line."""
        return " ".join(self.description.strip().split("\n\n")[0].split())
