"""`pup-tui integrations`: the systems that runbooks work with, and whether their credentials work."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from pup_tui.aside import run_loop
from pup_tui.cli.failure import Failure
from pup_tui.cli.options import json_option, pass_settings, profile_option, runbooks_option
from pup_tui.cli.printing import columns, print_json
from pup_tui.cli.wiring import Parts
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.integrations.credentials import State
    from pup_tui.integrations.library import InstalledIntegration
    from pup_tui.settings.settings import Settings

KnownCredentials = tuple["State", str]
"""How it is with the credentials of an integration, and why."""


@click.command("integrations")
@click.argument("name", required=False)
@click.option("--offline", is_flag=True, help="Ask no system whether it accepts the credentials.")
@json_option
@profile_option
@runbooks_option
@pass_settings
def integrations_command(
    settings: Settings, name: str | None, offline: bool, as_json: bool
) -> None:
    """The systems that runbooks work with, their actions, and whether their credentials work.

    With NAME all of one. Without it only those are asked whose settings somebody has made.
    """
    parts = Parts(settings)
    found = [_one(parts, name)] if name is not None else list(parts.integrations.installed())
    states = run_loop(credentials_of(parts, found, offline=offline, all_of_them=name is not None))
    if as_json:
        print_json([_as_json(each, state) for each, state in zip(found, states, strict=True)])
    elif name is not None:
        _print(found[0], states[0], settings.terminal.columns)
    elif not found:
        raise Failure(
            "there are no integrations", "", "put one into integrations/NAME.yaml", code=0
        )
    else:
        rows = [_as_row(each, state[0]) for each, state in zip(found, states, strict=True)]
        heads = ("INTEGRATION", "CATEGORY", "CREDENTIALS", "ACTIONS", "SOURCE", "TITLE")
        columns(settings.terminal.columns, heads, rows, spare=("SOURCE", "CATEGORY"))


def _one(parts: Parts, name: str) -> InstalledIntegration:
    from pup_tui.integrations.library import UnknownIntegration

    try:
        return parts.integrations.find(name)
    except UnknownIntegration as error:
        raise Failure(str(error), "", error.hint) from error


async def credentials_of(
    parts: Parts, found: Sequence[InstalledIntegration], *, offline: bool, all_of_them: bool
) -> list[KnownCredentials]:
    """How it is with the credentials of some integrations, all asked together."""
    asked = (_credentials(parts, each, offline=offline, unset=all_of_them) for each in found)
    return list(await asyncio.gather(*asked))


async def _credentials(
    parts: Parts, found: InstalledIntegration, *, offline: bool, unset: bool
) -> KnownCredentials:
    from pup_tui import late
    from pup_tui.preflight.remote import PATIENCE

    if found.said is None:
        return "unknown", str(found.problems[0])
    if not found.place.trusted:
        return "unknown", "it is not trusted"
    probe = await parts.integration_probe(found)
    if probe.needed.problems:
        return await probe.state()
    if offline or not (unset or probe.needed.is_configured):
        return "unknown", "it was not asked"
    try:
        async with late.timeout(PATIENCE):
            return await probe.state()
    except TimeoutError:
        return "unknown", probe.unlooked.detail


def _as_json(found: InstalledIntegration, credentials: KnownCredentials) -> dict[str, Any]:
    said, place = found.said, found.place
    actions = said.actions.items() if said else ()
    return {
        "name": found.name,
        "title": said.title if said else found.name,
        "category": said.category if said else "",
        "credentials": credentials[0],
        "detail": credentials[1],
        "source": place.origin,
        "pack": place.pack or None,
        "path": str(place.path),
        "shadowed": place.shadowed,
        "trusted": place.trusted,
        "error": str(found.problems[0]) if found.problems else None,
        "settings": {name: list(each.places) for name, each in said.settings.items()}
        if said
        else {},
        "actions": [
            {
                "name": name,
                "description": action.description,
                "effect": action.effect,
                "params": list(action.params),
                "outputs": list(action.outputs),
                "verified": action.verified,
            }
            for name, action in actions
        ],
    }


def _as_row(found: InstalledIntegration, state: State) -> tuple[str, ...]:
    place = found.place
    marks = [place.origin.value]
    marks += ["shadowed"] if place.shadowed else []
    marks += [] if place.trusted else ["untrusted"]
    said = found.said
    name = f"{place.pack}: {found.name}" if place.pack else found.name
    if said is None:
        return (name, "", state, "broken", ", ".join(marks), str(found.problems[0]))
    count = str(len(said.actions))
    return (name, said.category, state, count, ", ".join(marks), said.title)


def _print(found: InstalledIntegration, credentials: KnownCredentials, edge: int | None) -> None:
    """All of one integration."""
    if found.said is None:
        first, *others = found.problems
        for problem in others:
            click.echo(safe_text(str(problem)), err=True)
        raise Failure(first.message, first.place_in(first.path), first.hint)
    for line in _told(found, credentials):
        if edge is None or len(line) <= edge:
            click.echo(line)
            continue
        indent = " " * (len(line) - len(line.lstrip()))
        for part in textwrap.wrap(line, edge, subsequent_indent=f"{indent}  "):
            click.echo(part)


def _told(found: InstalledIntegration, credentials: KnownCredentials) -> Iterator[str]:
    from pup_tui.integrations.calling import step_text
    from pup_tui.integrations.telling import told_param, told_setting

    said = found.said
    assert said is not None
    yield safe_text(f"{found.name}: {said.title} ({said.category})")
    yield safe_text(f"credentials {credentials[0]}: {credentials[1]}")
    yield safe_text(str(found.place.path))
    for line in said.description.strip().splitlines():
        yield safe_text(line)
    for link in said.links:
        yield safe_text(f"{link.title}: {link.url}")
    if said.settings:
        yield ""
        yield "Settings, in the environment or under `integrations` in a profile"
    for name, setting in said.settings.items():
        yield safe_text(f"  {told_setting(name, setting)}")
    for name, action in said.actions.items():
        yield ""
        yield safe_text(f"{found.name}/{name}  [{action.effect}]  {action.description.strip()}")
        for param, variable in action.params.items():
            yield safe_text(f"  takes {told_param(param, variable)}")
        if action.outputs:
            yield safe_text(f"  gives {', '.join(action.outputs)}")
        for line in step_text(found, name).splitlines():
            yield safe_text(f"  {line}")
