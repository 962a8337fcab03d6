"""`pup-tui config`: each setting, its value and where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
import msgspec

from pup_tui.cli.failure import Failure, tell, tell_note
from pup_tui.cli.options import (
    json_option,
    profile_option,
    read_for,
    read_only_option,
    runbooks_option,
)
from pup_tui.cli.printing import columns, print_json
from pup_tui.cli.wiring import Parts
from pup_tui.headless.exits import USAGE

if TYPE_CHECKING:
    from pup_tui.cli.credentials import Credentials
    from pup_tui.settings.settings import Settings, Told


@click.command("config")
@json_option
@profile_option
@read_only_option
@runbooks_option
@click.pass_context
def config_command(ctx: click.Context, as_json: bool) -> int:
    """Each setting, its value and where it came from; of keys, only whether they are set."""
    settings = read_for(ctx)
    parts = Parts(settings)
    failures = list(unusable(parts))
    told_settings = _told(settings, _stored(parts.credentials))
    if as_json:
        errors = [
            {
                "path": p.path,
                "line": p.line,
                "column": p.column,
                "message": p.message,
                "hint": p.hint,
            }
            for p in settings.problems
        ]
        errors += [
            {"path": None, "line": None, "column": None, "message": f.what, "hint": f.todo}
            for f in failures
        ]
        print_json({"settings": msgspec.to_builtins(told_settings), "errors": errors})
    else:
        columns(
            settings.terminal.columns,
            ("SETTING", "VALUE", "FROM"),
            [(told.name, _shown(told.value), told.source) for told in told_settings],
        )
    for trouble in (*settings.problems, *failures):
        tell(str(trouble))
    return USAGE if settings.problems or failures else 0


def _told(settings: Settings, stored: dict[str, Told]) -> list[Told]:
    """The settings, with what is `stored`, and the colours of the terminal where nothing else tells them."""
    return [
        msgspec.structs.replace(each, value=settings.terminal.depth)
        if each.name == "colors" and not each.value
        else stored.get(each.name, each)
        for each in settings.told
    ]


def _stored(credentials: Credentials) -> dict[str, Told]:
    """Which credentials are set, by the names of the settings; empty where they are not stored anywhere.

    So it is where nobody can tell which account is meant, of which `unusable` tells.
    """
    from pup_tui.aside import run_loop
    from pup_tui.settings.credentials import NAMES
    from pup_tui.settings.settings import DEFAULT, Told

    try:
        account = run_loop(credentials.look())
    except Failure:
        return {}
    if not account.source:
        if account.trouble:
            tell_note(f"stored credentials do not count: {account.trouble}")
        return {}
    found = {name: bool(getattr(account, name)) for name in NAMES}
    return {
        (named := f"datadog.{name}"): Told(named, "set", account.source)
        if given
        else Told(named, "not set", DEFAULT)
        for name, given in found.items()
    }


def unusable(parts: Parts) -> Iterator[Failure]:
    """What the environment says and runs will refuse."""
    for look in (lambda: parts.credentials.account, lambda: parts.pup, lambda: parts.appearance):
        try:
            look()
        except Failure as failure:
            yield failure


def _shown(value: str | bool) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
