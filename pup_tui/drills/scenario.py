"""What a drill plays: a world of the sandbox, alerts that come, and what ends it."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import yaml
from msgspec import Meta, Struct

from pup_tui.own_files import own_data
from pup_tui.typed import convert

SHIPPED: Final = (
    "flag-turned-on",
    "bad-version",
    "not-the-flag",
    "paged-twice",
    "planned-work",
    "false-alarm",
    "behind-a-limit",
    "slow-checkout",
)
"""Those that come with the program, the easier ones first."""

SandboxScenario = Literal["demo", "incident", "deployment", "drain", "quiet", "rate-limited"]
Ending = Literal["healed", "drained", "put_aside"]


class InvalidScenario(ValueError):
    """A text that is no scenario; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ComingAlert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alert as a system sends it (`body`), so many seconds after the drill has begun."""

    after: Annotated[float, Meta(ge=0, le=3600)] = 3.0
    body: dict[str, Any]

    @property
    def text(self) -> str:
        return json.dumps(self.body)


class DrillScenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A drill. `story` is told at its beginning, `lesson` at its end.

    `world` is played by the sandbox; `remedies` heal what fails in it (`deploy`, `flag KEY`), its own ones
    where nothing is said. It `ends` when the service is well again, when the one in `drains` has no requests
    left, or when the alert was put aside and nothing was changed. `right` are runbooks that lead there,
    `in_vain` says of others why they do not.
    """

    title: str
    story: str
    world: SandboxScenario
    remedies: tuple[str, ...] = ()
    alerts: Annotated[tuple[ComingAlert, ...], Meta(min_length=1)]
    right: tuple[str, ...] = ()
    in_vain: dict[str, str] = {}
    ends: Ending = "healed"
    drains: str = ""
    lesson: str


def read_scenario(name: str) -> DrillScenario:
    """One that comes with the program, by its name, or one in a file. Raises InvalidScenario."""
    if name in SHIPPED:
        return convert(own_data("pup_tui.drills", f"scenarios/{name}.yaml"), DrillScenario)
    if "/" not in name and not name.endswith((".yaml", ".yml")):
        like = get_close_matches(name, SHIPPED, 1)
        hint = (
            f"did you mean `{like[0]}`?" if like else "`pup-tui drill --list` shows which there are"
        )
        raise InvalidScenario(f"there is no scenario `{name}`", hint)
    try:
        data = Path(name).read_bytes()
        return convert(yaml.safe_load(data), DrillScenario)
    except OSError as error:
        raise InvalidScenario(f"{name} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise InvalidScenario(
            f"{name} is no scenario: {told}", "docs/drills.md says what one has"
        ) from error
