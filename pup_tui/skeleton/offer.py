"""A step that a new runbook can begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class StepOffer(Struct, frozen=True, kw_only=True):
    """A step that can be picked.

    `key` is what it is picked by, `title` what it does in words. `keys` are those of the step as they are
    written, besides its name and its confirm; `vars` what it needs of the runbook, as that declares it;
    `imports` names templates of other folders. `comment` says above the step what it is for. `asks_before`
    tells that it does not ask by itself and is not known to only look.
    """

    key: str
    title: str
    keys: Mapping[str, Any]
    vars: Mapping[str, Any]
    imports: tuple[str, ...] = ()
    comment: str = ""
    asks_before: bool = True
