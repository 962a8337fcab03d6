"""Integrations: `integrations/NAME.yaml` beside runbooks says what one system can be asked and told to do.

An action is a group of steps, as a file in `_templates` is one: its `params` are variables, its `outputs`
what it gives back. What all actions share are the integration's `settings`: variables as well, which the
operator's surroundings give (`from`) and no step ever does, so a step cannot choose where a credential goes.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct, field

from pup_tui.runbook.keys import (
    ExpressionText,
    FilledName,
    JsonTree,
    Markdown,
    Name,
    Versions,
    key,
)
from pup_tui.runbook.model import AnyStep
from pup_tui.runbook.parts import ActionEffect, Link, Requirement, Variable

ActionProof = Literal["server", "emulator", "description", "docs"]
"""How an action was proved: by a real server, by an emulator of one, by the vendor's description of its
interface, or by nothing but what is documented."""


class IntegrationAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the system can be asked or told to do: a group of steps."""

    told_as: ClassVar[str] = "an action"

    description: Annotated[Markdown, key("What it does, in a sentence.", never_blank=True)]
    effect: Annotated[
        ActionEffect,
        key(
            "`read`: it only looks. `change`: it changes something. `destroy`: what it takes away "
            "does not come back, so it asks before."
        ),
    ]
    params: Annotated[
        dict[str, Variable], key("What it takes, as under a runbook's `vars`; given under `with`.")
    ] = field(default_factory=dict)
    steps: Annotated[
        tuple[AnyStep, ...],
        key("What it does. The steps see `params` and the settings, and nothing of the runbook."),
    ] = ()
    outputs: Annotated[
        dict[str, ExpressionText], key("What it gives back: names, each with an expression.")
    ] = field(default_factory=dict)
    example: Annotated[
        dict[str, JsonTree], key("Values for `params` that make sense together, to begin with.")
    ] = field(default_factory=dict)
    source: Annotated[
        FilledName | Annotated[tuple[FilledName, ...], Meta(min_length=1)] | None,
        key("Where what it says of the system is written."),
    ] = None
    verified: Annotated[
        ActionProof,
        key(
            "How it was proved: by a real `server`, an `emulator`, the vendor's `description` of its "
            "interface, or by the `docs` alone."
        ),
    ] = "docs"


class Integration(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A system that runbooks work with, and its actions."""

    told_as: ClassVar[str] = "an integration"
    takes_notes: ClassVar[bool] = True

    integration: Annotated[
        FilledName, key("Its name, which is the file's: small letters, digits, - and _.")
    ]
    title: Annotated[Name, key("What the system is called.")]
    category: Annotated[
        FilledName,
        key(
            "Under which heading it is listed.", examples=("chat", "on-call", "metrics", "database")
        ),
    ]
    description: Annotated[Markdown, key("Markdown: what it is, and what it needs.")] = ""
    links: Annotated[tuple[Link, ...], key("Pages that belong to it.")] = ()
    settings: Annotated[
        dict[str, Variable],
        key(
            "What all actions share, such as an address and a credential: variables whose values come "
            "from a profile, `from` or `default`, and never from a step."
        ),
    ] = field(default_factory=dict)
    check: Annotated[
        FilledName,
        key("The action that proves the credentials: one that reads and needs no values."),
    ] = ""
    requires: Annotated[
        dict[str, Versions | Requirement],
        key("Programs that its actions need, as under a runbook's `requires`."),
    ] = field(default_factory=dict)
    actions: Annotated[
        Annotated[dict[str, IntegrationAction], Meta(min_length=1)],
        key("By their names; a step calls one by `template: NAME/ACTION`."),
    ]
