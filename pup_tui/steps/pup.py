"""`pup` steps: a subcommand on the installed `pup`, or on the built-in Datadog client."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from pup_tui.core.requests import BARRED
from pup_tui.datadog.arguments import check_beginning, says_read_only
from pup_tui.datadog.client import MAY_BE_DONE
from pup_tui.datadog.commands import CommandError, Invocation, execute, mutates, resolve
from pup_tui.datadog.configuration import (
    READ_ONLY_VARIABLES,
    ConfigurationError,
    DatadogConfiguration,
    PupChoice,
    allows_changes,
)
from pup_tui.datadog.endpoint import path_of
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.help import asks_help, help_text
from pup_tui.datadog.known_words import check_login, program_of
from pup_tui.datadog.permissions import told_refusal
from pup_tui.datadog.step_account import account_of, cannot_be_used
from pup_tui.known_word import KnownWord
from pup_tui.steps.datadog_calls import client_for, refused
from pup_tui.steps.executor import (
    Context,
    Outcome,
    OutputSink,
    Stop,
    told_to_stop,
    unless_stopped,
)
from pup_tui.steps.process import ProcessCommand, run_process
from pup_tui.steps.pup_account import (
    account_variables,
    environment,
    nothing_stored,
)
from pup_tui.steps.pup_extension import extension_environment, find_extension
from pup_tui.steps.pup_output import HeardPup
from pup_tui.steps.pup_programs import PUP, pup_program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pup_tui.core.requests import PupRequest

BUILT_IN = "the built-in client"
"""What `ran_by` calls the client of this program."""


class _Started(NamedTuple):
    """A process to start; one that is `is_apart` may not send what `pup` has stored for its own site."""

    command: ProcessCommand
    is_apart: bool
    is_pup: bool


class PupExecutor:
    """Runs the subcommand of a `pup` step."""

    def __init__(self, configuration: DatadogConfiguration, pup: PupChoice = "auto") -> None:
        self._configuration = configuration
        self._choice = pup

    async def run(
        self, request: PupRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        words = request.words[1:] if request.words[:1] == ("pup",) else request.words
        if not words:
            return Outcome(ok=False, reason="there is no subcommand after `pup`")
        if stop.is_set():
            return told_to_stop()
        if barred := _why_barred(words, request, context):
            return Outcome(ok=False, reason=barred)
        invocation = None
        with suppress(CommandError):
            invocation = resolve(words)
        environ = context.environment(request.env)
        cwd = context.cwd / (request.cwd or "")
        try:
            account = account_of(self._configuration, request.env, environ)
            started = self._started(request, words, invocation, account, environ, context)
        except CommandError as error:
            return Outcome(ok=False, reason=str(error))
        except ConfigurationError as error:
            return Outcome(ok=False, reason=cannot_be_used(error))
        if started is not None:
            command = started.command
            kept = nothing_stored if started.is_apart else nullcontext
            heard = HeardPup(sink, words, invocation) if started.is_pup else None
            with kept(command.environ) as given:
                command = replace(command, environ=given)
                ended = await run_process(command, heard or sink, stop, context)
            if heard is not None:
                ended = heard.told(ended, command.cwd)
            return replace(ended, ran_by=command.executable)
        if self._choice == "installed":
            return Outcome(ok=False, reason="`pup` is not on PATH; install it")
        if asks_help(words):
            sink.write("stdout", help_text(words).encode())
            return Outcome(ok=True, exit_code=0, ran_by=BUILT_IN)
        if invocation is None:
            return Outcome(ok=False, reason=self._why_not(words))
        ended = await _on_client(invocation, account, cwd, sink, stop, context)
        return replace(ended, ran_by=BUILT_IN)

    def _why_not(self, words: Sequence[str]) -> str:
        """Why the built-in client does not take words."""
        try:
            program = program_of([KnownWord(word) for word in words], lambda _: False)
            if not program:
                resolve(words)
        except CommandError as error:
            return str(error)
        told = f"`pup {' '.join(words)}` needs an installed `pup`"
        if self._choice == "builtin":
            return f"{told}, which `datadog.client` rules out"
        return f"{told}: install it"

    def _started(
        self,
        request: PupRequest,
        words: Sequence[str],
        invocation: Invocation | None,
        account: DatadogConfiguration,
        environ: Mapping[str, str],
        context: Context,
    ) -> _Started | None:
        """What the words start, an extension or an installed `pup`; None for the built-in client.

        Raises CommandError.
        """
        usual = self._configuration
        is_of_another = account.base_url != usual.base_url
        cwd = context.cwd / (request.cwd or "")
        given = environment(environ, context.environ)
        if is_of_another and "DD_ORG" not in request.env:
            given.pop("DD_ORG", None)
        if invocation is None and self._choice != "builtin":
            extension = find_extension(words, environ)
            if extension is not None:
                command = ProcessCommand(
                    executable=extension.path,
                    arguments=(extension.path, *extension.arguments),
                    environ=extension_environment(
                        given, account, extension.flags, approved=request.approved
                    ),
                    cwd=cwd,
                    marked=False,
                )
                return _Started(command, is_of_another, is_pup=False)
        path = self._installed(invocation, environ)
        if path is None:
            return None
        _check_endpoint(words, invocation, account.base_url)
        if invocation is None:
            check_beginning(words)
            check_login(words)
        is_apart = is_of_another or not account.is_of_site or usual.stored_elsewhere
        command = ProcessCommand(
            executable=path,
            arguments=(PUP, *in_json(words)),
            environ=account_variables(account, request.env, given, is_apart=is_apart),
            cwd=cwd,
        )
        return _Started(command, is_apart, is_pup=True)

    def _installed(self, invocation: Invocation | None, environ: Mapping[str, str]) -> str | None:
        if self._choice == "builtin":
            return None
        if self._choice == "auto" and invocation is not None and invocation.row.alias:
            return None
        return pup_program(PUP, environ)


def _check_endpoint(words: Sequence[str], invocation: Invocation | None, base_url: str) -> None:
    """Refuse words that have an installed `pup`, which takes any URL, send the credentials elsewhere.

    Of words that are not understood none may name a host where they may be those of `pup api`.
    """
    if "api" not in words:
        return
    if invocation is None:
        addresses = list(words)
    else:
        addresses = list(invocation.positional[:1]) if invocation.row.name == "api" else []
    for each in addresses:
        path_of(each, base_url)


def _why_barred(words: Sequence[str], request: PupRequest, context: Context) -> str:
    """Why words may not be sent where nothing may be changed, now that nothing of them is a template.

    What a value made of them may be another subcommand, or an extension, than the plan had taken them for.
    The words themselves, and the step's `env`, may say so too: `pup` lets much of what changes pass.
    """
    changes = mutates(words)
    if context.read_only and (changes or (changes is None and not request.read_only)):
        return BARRED
    if changes and says_read_only(words):
        return "it changes something, and --read-only is given"
    told = (request.env.get(name) or "" for name in READ_ONLY_VARIABLES)
    if changes and not all(map(allows_changes, told)):
        return "it changes something, and its `env` says read-only"
    return ""


async def _on_client(
    invocation: Invocation,
    configuration: DatadogConfiguration,
    cwd: Path,
    sink: OutputSink,
    stop: Stop,
    context: Context,
) -> Outcome:
    calls = client_for(configuration, sink, context)
    try:
        async with calls as client:
            result = await unless_stopped(execute(invocation, client, cwd=cwd), stop)
    except CommandError as error:
        return Outcome(ok=False, exit_code=1, reason=str(error))
    except DatadogError as error:
        sink.write("stderr", error.body)
        return replace(refused(error, told_refusal(error, invocation.row.name)), exit_code=1)
    if result is None:
        return told_to_stop(MAY_BE_DONE if calls.may_have_changed else "")
    sink.write("stdout", result.stdout.encode("utf-8", "replace"))
    sink.write("stderr", result.stderr.encode("utf-8", "replace"))
    return Outcome(ok=True, exit_code=0)


def in_json(words: Sequence[str]) -> tuple[str, ...]:
    """The words with `--output json`, unless they say themselves which output they want."""
    end = words.index("--") if "--" in words else len(words)
    flags = words[:end]
    if any(word.startswith(("-o", "--output=")) or word == "--output" for word in flags):
        return tuple(words)
    return (*flags, "--output", "json", *words[end:])
