"""`pup-tui listen`: takes alerts that others send into the inbox of the console."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

from pup_tui.aside import aside_to_its_end, run_loop
from pup_tui.cli.failure import Failure, journal_failures, tell, tell_note
from pup_tui.cli.options import pass_settings, runbooks_option
from pup_tui.cli.stop_signals import told_to_end
from pup_tui.headless.exits import FAILED

if TYPE_CHECKING:
    from pup_tui.inbox.hook_token import HookToken
    from pup_tui.inbox.hooks import Arrived
    from pup_tui.journal.inbox import ReceivedAlert, Taken
    from pup_tui.journal.store import Journal
    from pup_tui.settings.settings import Settings

PORT = 9099


@click.command("listen")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Where to listen; 0 picks a free port.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--behind-tls",
    is_flag=True,
    help="Something in front of it speaks TLS: it may be reached from other machines.",
)
@click.option("--new-token", is_flag=True, help="Make and print a new token, and do not listen.")
@runbooks_option
@pass_settings
def listen_command(
    settings: Settings, port: int, host: str, behind_tls: bool, new_token: bool
) -> None:
    """Take alerts that others send by webhook into the inbox of the console. Prints its address first.

    Senders name a token, as Bearer or in the path (/hook/TOKEN). It is made and shown once. Nothing that is
    sent is fetched or run.
    """
    from pup_tui.inbox.hook_token import HookToken
    from pup_tui.journal.store import Journal
    from pup_tui.place_errors import PlaceError

    token = HookToken(settings.state_dir)
    try:
        if new_token:
            click.echo(token.make())
            tell_note("this is the token, and the one before holds no more: it is not shown again")
            return
        _check_host(host, behind_tls)
        shown = _made_first(settings, token)
    except PlaceError as error:
        raise Failure(error.message, str(error.path), error.hint, code=FAILED) from error
    with journal_failures():
        journal = Journal.open(settings.state_dir)
    with closing(journal):
        try:
            run_loop(_listen(journal, token, host, port, shown))
        except OSError as error:
            told = f"cannot listen at {host}, port {port} ({error.strerror or error})"
            raise Failure(told, "--port", "choose another port, or 0 for a free one") from error


def _check_host(host: str, behind_tls: bool) -> None:
    """Refuse to take tokens and alerts off a network in the clear."""
    from pup_tui.datadog.configuration import is_loopback

    if not behind_tls and not is_loopback(host):
        told = f"{host} can be reached from elsewhere, and tokens would go there in the clear"
        todo = (
            "put something that speaks TLS in front of it and say --behind-tls, or leave --host out"
        )
        raise Failure(told, "--host", todo)


def _made_first(settings: Settings, token: HookToken) -> str:
    """A new token where there was none; empty where there is one, which nobody can tell any more."""
    if token.known() is not None:
        return ""
    if not settings.terminal.can_ask:
        todo = "`pup-tui listen --new-token` makes one and prints it once"
        raise Failure("there is no token yet that senders could name", "", todo)
    return token.make()


async def _listen(journal: Journal, token: HookToken, host: str, port: int, shown: str) -> None:
    from pup_tui.inbox.hooks import HOOK, LIMITS, Hooks, refused
    from pup_tui.journal.inbox import take_alerts
    from pup_tui.serving.web_server import WebServer

    async def keep(alerts: Sequence[ReceivedAlert]) -> Taken:
        return await aside_to_its_end(take_alerts, journal, alerts, time.time())

    stopped = told_to_end()
    hooks = Hooks(token, keep, clock=time.monotonic, tell=_tell_arrived)
    async with WebServer(hooks.answer, refused, host=host, port=port, limits=LIMITS) as server:
        click.echo(server.url)
        if shown:
            tell_note(f"the token is shown this once: {shown}")
        tell(
            f"Alerts are taken at {server.url}{HOOK} with the token as Bearer, or at {HOOK}/TOKEN."
        )
        tell("The console shows them, and `pup-tui alert --inbox` does. Ctrl-C ends it.")
        await stopped.wait()


def _tell_arrived(arrived: Arrived) -> None:
    from pup_tui.analysis.alerts.kept import told_of
    from pup_tui.core.told_alert import told_alert
    from pup_tui.local_time import local_time

    if arrived.problem:
        tell_note(arrived.problem)
    for each in arrived.alerts:
        tell(f"{local_time(time.time())}  {told_alert(told_of(each.alert))}")
