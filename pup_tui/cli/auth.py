"""`pup-tui auth`: credentials of Datadog, in the keyring and wherever else they may be."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec.structs import replace

from pup_tui.cli import asking
from pup_tui.cli.credentials import Credentials, account_of
from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.options import json_option, pass_settings, profile_option
from pup_tui.cli.printing import columns, print_json
from pup_tui.cli.subcommands import Subcommands
from pup_tui.cli.workflows import other_credentials
from pup_tui.headless.exits import FAILED
from pup_tui.local_time import local_time

if TYPE_CHECKING:
    from pup_tui.datadog.checkup import Checkup
    from pup_tui.datadog.configuration import DatadogConfiguration
    from pup_tui.settings.credentials import CredentialPlace
    from pup_tui.settings.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

KEYS = ("api_key", "app_key")
TOKEN = ("access_token",)
_NO_KEYRING = "set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN, in the environment instead"


@click.group("auth", cls=Subcommands)
def auth_command() -> None:
    """Credentials of Datadog: store them in the keyring, see which there are, remove them."""


def _file_option(name: str, what: str) -> Callable[[F], F]:
    kind = click.Path(exists=True, dir_okay=False, path_type=Path)
    return click.option(name, metavar="FILE", type=kind, help=f"Take the {what} from FILE.")


@auth_command.command("login")
@click.option("--keys", is_flag=True, help="Store an API key and an application key.")
@click.option("--token", is_flag=True, help="Store a bearer token in their place.")
@_file_option("--api-key-file", "API key")
@_file_option("--app-key-file", "application key")
@_file_option("--token-file", "token")
@click.option("--no-check", is_flag=True, help="Store them without asking Datadog about them.")
@profile_option
@pass_settings
def login_command(
    settings: Settings,
    keys: bool,
    token: bool,
    api_key_file: Path | None,
    app_key_file: Path | None,
    token_file: Path | None,
    no_check: bool,
) -> None:
    """Store keys or a token in the keyring, for the site that is configured.

    They are asked for on the terminal, or read from standard input (a line each) or from files, never given
    as arguments, and stored once Datadog has accepted them.
    """
    from pup_tui.settings.credentials import entries_of, in_words

    if keys == token:
        raise click.UsageError("say what is to be stored: --keys or --token")
    account = account_of(settings, settings.environ)
    _check_keyring()
    wanted = TOKEN if token else KEYS
    entries = entries_of(settings, account)
    for name in wanted:
        if name not in entries:
            told = f"it names no entry of the keyring for `{name}`"
            raise Failure(told, f"the profile {settings.profile_name}", "add it under `datadog`")
    files = {"api_key": api_key_file, "app_key": app_key_file, "access_token": token_file}
    if any(file for name, file in files.items() if name not in wanted):
        raise click.UsageError(f"only the {in_words(wanted)} would be stored")
    given = _given(settings, wanted, files, account.place)
    nothing = dict.fromkeys(files, "")
    account = replace(account, **{**nothing, **given}, trouble="")
    _refuse_unaccepted(account, no_check=no_check)
    _store(entries, given)
    other_credentials(settings, stored=True)
    tell(
        f"The {in_words(wanted)} for {account.place} {'is' if token else 'are'} in the keyring now."
    )
    if settings.profile_name:
        return
    if account_of(settings, settings.environ).authenticated:
        tell("pup-tui: those in the environment come first: remove them there")


def _check_keyring() -> None:
    """Raise Failure where there is no keyring, before anything is asked."""
    from pup_tui.keyring_store import NoKeyring, store_name

    try:
        store_name()
    except NoKeyring as error:
        raise Failure(str(error), "", _NO_KEYRING, code=FAILED) from error


def _given(
    settings: Settings, wanted: Sequence[str], files: Mapping[str, Path | None], place: str
) -> dict[str, str]:
    """What is to be stored, by its name: from files, else typed, else from standard input."""
    from pup_tui.datadog.configuration import ConfigurationError, credential_of
    from pup_tui.settings.credentials import NAMES

    found: dict[str, str] = {}
    for name in wanted:
        what = NAMES[name]
        path = files[name]
        if path is not None:
            text = _from_file(path)
        elif settings.terminal.can_ask:
            text = asking.prompt(f"{what} for {place}", hide_input=True)
        elif settings.terminal.input:
            told = "what is typed would show, since standard error is no terminal"
            raise Failure(told, "", "give files, or keys on standard input")
        else:
            text = _line()
        try:
            found[name] = credential_of(text)
        except ConfigurationError as error:
            raise Failure(f"the {what} {error}", "", "nothing was stored") from error
        if not found[name]:
            where = str(path) if path else "on standard input, a line for each"
            raise Failure(f"there is no {what}", where, "nothing was stored")
    return found


def _line() -> str:
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError as error:
        raise Failure("standard input is no text", "", "nothing was stored") from error


def _from_file(path: Path) -> str:
    from pup_tui.runbook.files import Unreadable, read_file

    try:
        return read_file(path).decode()
    except Unreadable as error:
        raise Failure(str(error), str(path), "nothing was stored") from error
    except UnicodeDecodeError as error:
        raise Failure("this is no text", str(path), "nothing was stored") from error


def _refuse_unaccepted(account: DatadogConfiguration, *, no_check: bool) -> None:
    """Raise Failure unless Datadog accepts the credentials."""
    if no_check:
        return
    checked = checkup(account)
    if not checked.works:
        told = checked.detail if checked.works is False else f"not checked: {checked.detail}"
        raise Failure(told, "", "nothing was stored; --no-check stores them unchecked", code=FAILED)
    tell(f"pup-tui: {checked.detail}")


def _store(entries: Mapping[str, tuple[str, str]], given: Mapping[str, str]) -> None:
    """Put all that is given into the keyring in the place of all that is there, or nothing."""
    from pup_tui.keyring_store import NoKeyring, forget_password, keep_password, password_of

    before: dict[str, str | None] = {}
    try:
        for name, entry in entries.items():
            before[name] = password_of(*entry)
            if name in given:
                keep_password(*entry, given[name])
            else:
                forget_password(*entry)
    except NoKeyring as error:
        for name, was in before.items():
            try:
                if was is None:
                    forget_password(*entries[name])
                else:
                    keep_password(*entries[name], was)
            except NoKeyring:
                continue
        raise Failure(str(error), "", _NO_KEYRING, code=FAILED) from error


@auth_command.command("logout")
@profile_option
@pass_settings
def logout_command(settings: Settings) -> None:
    """Remove from the keyring what `auth login` has stored for the site that is configured."""
    from pup_tui.keyring_store import NoKeyring, forget_password
    from pup_tui.settings.credentials import entries_of, in_words

    account = account_of(settings, settings.environ)
    entries = entries_of(settings, account)
    try:
        removed = [name for name, entry in entries.items() if forget_password(*entry)]
    except NoKeyring as error:
        raise Failure(str(error), "", "nothing was removed", code=FAILED) from error
    other_credentials(settings, stored=False)
    tell(
        f"The {in_words(removed)} for {account.place} {'is' if len(removed) == 1 else 'are'} removed."
        if removed
        else f"The keyring holds nothing for {account.place}."
    )
    if settings.profile_name:
        return
    if left := [each.source for each in Credentials(settings).places() if each.counts]:
        tell(f"pup-tui: credentials are left: {', '.join(left)}")


@auth_command.command("status")
@click.option("--offline", is_flag=True, help="Make no request: do not ask whether they work.")
@json_option
@profile_option
@pass_settings
def status_command(settings: Settings, offline: bool, as_json: bool) -> int:
    """Which credentials there are, from where and for which site, and whether they work."""
    places, account = Credentials(settings).survey()
    checked = None if offline else checkup(account)
    used = used_of(places)
    if as_json:
        print_json(
            {
                "site": account.site,
                "url": account.base_url,
                "credentials": [_as_json(place, place is used) for place in places],
                "works": None if checked is None else checked.works,
                "detail": "" if checked is None else checked.detail,
            }
        )
    else:
        click.echo(f"Datadog   {account.place}")
        columns(
            settings.terminal.columns,
            ("FROM", "HAS", "STATE"),
            [(place.source, place.in_words(), _state(place, place is used)) for place in places],
        )
        if checked is not None and used is not None:
            click.echo(_verdict(checked))
    if used is None:
        raise Failure("no Datadog credentials", account.place, account.missing, code=FAILED)
    return 0 if checked is None or checked.works else FAILED


def checkup(account: DatadogConfiguration) -> Checkup:
    """Ask Datadog about the credentials of an account."""
    from pup_tui.aside import run_loop
    from pup_tui.datadog.checkup import check

    return run_loop(check(account, time.time))


def used_of(places: list[CredentialPlace]) -> CredentialPlace | None:
    """The place whose credentials are used."""
    return next((place for place in places if place.counts), None)


def _verdict(checked: Checkup) -> str:
    from pup_tui.output.sanitize import safe_text

    words = {True: "they work", False: "refused", None: "unknown"}
    return safe_text(f"{words[checked.works]}: {checked.detail}")


def _state(place: CredentialPlace, is_used: bool) -> str:
    if place.problem or place.note:
        return place.problem or place.note
    ends = f", until {local_time(place.expires_at)}" if place.expires_at is not None else ""
    if is_used:
        return f"used{ends}"
    return f"not needed{ends}" if place.counts else "nothing there"


def _as_json(place: CredentialPlace, is_used: bool) -> dict[str, Any]:
    return {
        "source": place.source,
        "has": list(place.has),
        "used": is_used,
        "expires_at": None if place.expires_at is None else _moment(place.expires_at),
        "problem": place.problem or None,
        "note": place.note or None,
    }


def _moment(wall: float) -> str:
    try:
        return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return "never"
