"""`pup-tui mcp`: agents look and plan over MCP, and ask for runs that a person approves."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.options import pass_settings, profile_option, runbooks_option
from pup_tui.cli.wiring import Parts, local_values, open_catalog
from pup_tui.headless.exits import FAILED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pup_tui.agent.desk import Desk, TextInRun
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow
    from pup_tui.settings.settings import Settings

SHORTEST_TOKEN: Final = 24
"""Characters of a token, so that nobody guesses it."""

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("mcp")
@click.option(
    "--http",
    "port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    help="Serve over HTTP on this port of the loopback address (0: a free one), and not over stdio.",
)
@click.option(
    "--allow-requests",
    is_flag=True,
    help="Let agents ask for runs of runbooks that say `agents: request`; a person approves each.",
)
@click.option(
    "--token-file",
    metavar="FILE",
    type=_file,
    help="With --http: the token that clients send is in FILE; without it one is made and told.",
)
@click.option(
    "--request-token-file",
    metavar="FILE",
    type=_file,
    help="With --http and --allow-requests: the token of clients that may also ask for runs.",
)
@profile_option
@runbooks_option
@pass_settings
def mcp_command(
    settings: Settings,
    port: int | None,
    allow_requests: bool,
    token_file: Path | None,
    request_token_file: Path | None,
) -> None:
    """Let an agent look and plan over MCP, and ask for runs where that is allowed.

    Over standard input and output, as a client starts it, or over HTTP with a token. Nothing that an agent
    sends begins a run: a person approves each, in the console or with `pup-tui approve`.
    """
    _check_options(port, token_file, request_token_file, allow_requests=allow_requests)
    _check_extra()
    desk = desk_of(settings, takes_requests=allow_requests)
    if port is None:
        from pup_tui.agent.server import serve_stdio

        if settings.terminal.input:
            tell("pup-tui: an agent is served over standard input and output; Ctrl-D ends it")
        asyncio.run(serve_stdio(desk))
    else:
        _serve_http(desk, port, _tokens(token_file, request_token_file, desk))


def _check_options(
    port: int | None,
    token_file: Path | None,
    request_token_file: Path | None,
    *,
    allow_requests: bool,
) -> None:
    if port is None and (token_file or request_token_file):
        told = "a token is for --http: over stdio it is the program that starts this one which is served"
        raise Failure(told, "", "leave it out, or give --http PORT")
    if request_token_file and not allow_requests:
        told = "--request-token-file is of clients that may ask for runs, and none may"
        raise Failure(told, "", "give --allow-requests too, or leave it out")


def _check_extra() -> None:
    from pup_tui.preflight.extras import MCP

    if not MCP.is_there:
        raise Failure("`pup-tui mcp` needs the MCP SDK, which is not installed", "", MCP.install)


def desk_of(settings: Settings, *, takes_requests: bool) -> Desk:
    """What agents get to of this operator."""
    from pup_tui.agent.desk import Desk
    from pup_tui.cli.describing import described_json
    from pup_tui.cli.shown import ShownRun

    parts = Parts(settings)
    return Desk(
        catalog=open_catalog(settings),
        state=settings.state_dir,
        operator=settings.operator,
        sources=local_values(settings, settings.environ),
        hidden=tuple(parts.credentials.account.secrets()),
        described=lambda loaded: described_json(loaded, loaded.require()),
        shown=lambda journal, row: ShownRun(journal, row).as_json(),
        outputs=lambda journal, row: ShownRun(journal, row).outputs(),
        search=_search,
        takes_requests=takes_requests,
    )


def _search(journal: JournalReader, text: str, rows: Iterable[RunRow]) -> Iterator[TextInRun]:
    from pup_tui.record_search import RecordSearch

    return RecordSearch(journal, text).lines(rows)


def _tokens(
    token_file: Path | None, request_token_file: Path | None, desk: Desk
) -> Mapping[str, tuple[str, ...]]:
    """The tokens with what each allows; those that nobody has given are made, and told once."""
    from pup_tui.agent.web import READ, REQUEST

    wanted: list[tuple[str, Path | None, tuple[str, ...]]] = [
        ("to look and plan", token_file, (READ,))
    ]
    if desk.takes_requests:
        wanted.append(("also to ask for runs", request_token_file, (READ, REQUEST)))
    tokens: dict[str, tuple[str, ...]] = {}
    for what, file, scopes in wanted:
        token = secrets.token_urlsafe(32) if file is None else _from_file(file)
        if token in tokens:
            told = "the token that may ask for runs is the one that may not"
            raise Failure(told, str(file), "put another one into this file")
        if file is None:
            tell(f"pup-tui: token {what}, until this ends: {token}")
        tokens[token] = scopes
    return tokens


def _from_file(path: Path) -> str:
    from pup_tui.runbook.files import Unreadable, read_file

    try:
        mode = path.stat().st_mode
        token = read_file(path).decode().strip()
    except (OSError, Unreadable) as error:
        raise Failure(str(error), str(path), "name a file with a token") from error
    except UnicodeDecodeError as error:
        raise Failure("this is no text", str(path), "name a file with a token") from error
    if mode & 0o077:
        raise Failure("others may read the token", str(path), f"chmod 600 {path}")
    if len(token) < SHORTEST_TOKEN or not token.isascii() or len(token.split()) != 1:
        told = (
            f"a token is one word of at least {SHORTEST_TOKEN} ASCII characters, and this is none"
        )
        raise Failure(told, str(path), f"write one: openssl rand -hex 32 > {path}")
    return token


def _serve_http(desk: Desk, port: int, tokens: Mapping[str, tuple[str, ...]]) -> None:
    from pup_tui.agent.web import listening, url_of, web_server

    try:
        found = listening(port)
    except OSError as error:
        told = f"cannot listen on port {port} ({error.strerror})"
        raise Failure(told, "--http", "choose another, or 0", code=FAILED) from error
    with found:
        server = web_server(desk, found, tokens, lambda: click.echo(url_of(found)))
        asyncio.run(server.serve(sockets=[found]))
