"""`pup-tui describe`: a runbook's variables and steps."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pup_tui.cli.options import json_option, pass_settings, runbooks_option
from pup_tui.cli.printing import columns, print_json
from pup_tui.cli.runbooks import find_entry, load_valid
from pup_tui.cli.wiring import open_catalog
from pup_tui.output.sanitize import safe_text
from pup_tui.runbook.agents import may_agents
from pup_tui.spelling import SPELLED

if TYPE_CHECKING:
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook
    from pup_tui.runbook.parts import Variable
    from pup_tui.settings.settings import Settings


@click.command("describe")
@click.argument("runbook")
@json_option
@runbooks_option
@pass_settings
def describe_command(settings: Settings, runbook: str, as_json: bool) -> None:
    """The variables and the steps of RUNBOOK."""
    catalog = open_catalog(settings)
    loaded, model = load_valid(catalog, find_entry(settings, catalog, runbook))
    if as_json:
        print_json(described_json(loaded, model))
    else:
        _print(loaded, model, settings.terminal.columns)


def described_json(loaded: Loaded, runbook: Runbook) -> dict[str, Any]:
    """A runbook as it stands in JSON."""
    return {
        "id": loaded.id,
        "name": runbook.name,
        "description": runbook.description,
        "tags": runbook.tags,
        "owner": runbook.owner,
        "links": runbook.links,
        "path": str(loaded.path),
        "sha256": loaded.sha256,
        "requires": msgspec.to_builtins(runbook.requires),
        "alerts": msgspec.to_builtins(runbook.alerts),
        "agents": may_agents(runbook),
        "manual_time": runbook.manual_time,
        "vars": {name: _variable_json(variable) for name, variable in runbook.vars.items()},
        "steps": [
            {
                "id": step.id,
                "name": step.name,
                "kind": step.kind,
                "when": step.when,
                "danger": step.danger,
                **{
                    key: value
                    for key, value in msgspec.to_builtins(step, builtin_types=SPELLED).items()
                    if key not in ("id", "name", "kind", "when", "danger")
                },
            }
            for step in runbook.steps
        ],
    }


def _variable_json(variable: Variable) -> dict[str, Any]:
    """A variable as in the file, its default with the type that it has there."""
    told: dict[str, Any] = msgspec.to_builtins(variable, builtin_types=SPELLED)
    if "default" in told:
        from pup_tui.catalog.inputs import check_input

        with suppress(ValueError):
            told["default"] = check_input(variable, told["default"])
    return told


def _print(loaded: Loaded, runbook: Runbook, edge: int | None) -> None:
    click.echo(f"{safe_text(runbook.name)}  ({safe_text(str(loaded.path))})")
    if runbook.description:
        click.echo(safe_text(runbook.description.strip(), multiline=True))
    for label, text in (
        ("tags", " ".join(f"{key}:{value}" for key, value in runbook.tags.items())),
        ("owner", runbook.owner),
        ("agents", "" if may_agents(runbook) == "plan" else may_agents(runbook)),
        ("by hand", "" if runbook.manual_time is None else str(runbook.manual_time)),
        *(("link", f"{link.title} {link.url}") for link in runbook.links),
        *(
            ("requires", f"{tool} {needed.version}".strip())
            for tool, needed in runbook.requirements.items()
        ),
    ):
        if text:
            click.echo(f"{label}: {safe_text(text)}")
    if runbook.vars:
        click.echo()
        columns(
            edge,
            ("VARIABLE", "TYPE", "VALUE", "DESCRIPTION"),
            [(name, v.type, _value(v), v.description) for name, v in runbook.vars.items()],
        )
    click.echo()
    columns(
        edge,
        ("#", "STEP", "KIND", "WHEN", "NAME"),
        [
            (
                str(number),
                step.id,
                step.kind,
                step.when,
                f"{step.name}{' (dangerous)' if step.danger else ''}",
            )
            for number, step in enumerate(runbook.steps, 1)
        ],
    )


def _value(variable: Variable) -> str:
    some = "any of" if variable.is_list else "one of"
    if variable.has_default and not variable.is_secret:
        told = f"default: {variable.default_in_words}"
    elif variable.places:
        told = f"from {variable.places_in_words}"
    else:
        told = "required" if variable.required else "may be left out"
    if variable.options:
        told += f" ({some} {', '.join(str(option.value) for option in variable.options)})"
    if variable.choices_from is not None:
        giver = "a command" if variable.choices_items is None else variable.choices_items
        told += (
            f" ({some} what {giver} gives)" if variable.is_chosen else f" ({giver} suggests some)"
        )
    if variable.when is not None:
        told += f", asked for when {variable.when}"
    return told
