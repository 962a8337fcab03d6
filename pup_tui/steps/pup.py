"""`pup` steps: a subcommand on the installed `pup`, or on the built-in Datadog client."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pup_tui.core.requests import BARRED
from pup_tui.datadog.arguments import check_beginning
from pup_tui.datadog.client import MAY_BE_DONE
from pup_tui.datadog.commands import CommandError, Invocation, execute, mutates, resolve
from pup_tui.datadog.configuration import (
    CREDENTIAL_VARIABLES,
    SITE_VARIABLE,
    URL_VARIABLE,
    ConfigurationError,
    DatadogConfiguration,
    PupChoice,
)
from pup_tui.datadog.endpoint import path_of
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.help import asks_help, help_text
from pup_tui.datadog.known_words import program_of
from pup_tui.datadog.permissions import told_refusal
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
from pup_tui.steps.pup_extension import extension_environment, find_extension
from pup_tui.steps.pup_programs import PUP, pup_program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pup_tui.core.requests import PupRequest

BUILT_IN = "the built-in client"
"""What `ran_by` calls the client of this program."""

_ANSWERS_FOR_THE_OPERATOR = frozenset(
    {
        *("DD_AUTO_APPROVE", "DD_CLI_AUTO_APPROVE", "PUP_AUTO_APPROVE", "PUP_AGENT_MODE"),
        *("FORCE_AGENT_MODE", "AGENT", "AIDER", "AMAZON_Q", "AWS_Q_DEVELOPER"),
        *("CLAUDECODE", "CLAUDE_CODE", "CLINE", "CODEX", "CODEX_CI", "CODEX_SANDBOX"),
        *("CODEX_SESSION_ID", "CODEX_THREAD_ID", "CODEX_VERSION", "OPENAI_CODEX"),
        *("COPILOT_AGENT_SESSION_ID", "COPILOT_CLI", "GITHUB_COPILOT", "CURSOR_AGENT"),
        *("CURSOR_TRACE_ID", "DEVIN_SESSION_ID", "GEMINI_CLI", "GEMINI_CODE_ASSIST"),
        *("OPENCODE", "PI_CODING_AGENT", "SRC_CODY", "WINDSURF_AGENT"),
    }
)
"""Variables that make `pup` say yes to its own questions, and wrap its output in an envelope."""

_OURS_FOR_PUP = {URL_VARIABLE: "PUP_MOCK_SERVER"}
_FOR_DATADOG = ("DD_", *_OURS_FOR_PUP, *_OURS_FOR_PUP.values())
_OF_ANOTHER = "the step's `env` names another Datadog than the configured one, and none of its keys"


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
        if context.read_only and _may_change(words, request):
            return Outcome(ok=False, reason=BARRED)
        invocation = None
        with suppress(CommandError):
            invocation = resolve(words)
        environ = context.environment(request.env)
        cwd = context.cwd / (request.cwd or "")
        try:
            command = self._command(request, words, invocation, environ, cwd)
        except CommandError as error:
            return Outcome(ok=False, reason=str(error))
        except ConfigurationError as error:
            return Outcome(ok=False, reason=f"its `env` cannot be used: {error}")
        if command is not None:
            ended = await run_process(command, sink, stop, context)
            return replace(ended, ran_by=command.executable)
        if self._choice == "installed":
            return Outcome(ok=False, reason="`pup` is not on PATH; install it")
        if asks_help(words):
            sink.write("stdout", help_text(words).encode())
            return Outcome(ok=True, exit_code=0, ran_by=BUILT_IN)
        if invocation is None:
            return Outcome(ok=False, reason=self._why_not(words))
        try:
            configuration = self._configured(request.env, environ)
        except ConfigurationError as error:
            return Outcome(ok=False, reason=f"its `env` cannot be used: {error}")
        ended = await _on_client(invocation, configuration, cwd, sink, stop, context)
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

    def _command(
        self,
        request: PupRequest,
        words: Sequence[str],
        invocation: Invocation | None,
        environ: Mapping[str, str],
        cwd: Path,
    ) -> ProcessCommand | None:
        """The process for the words, of an extension or an installed `pup`; None for the built-in client.

        Raises CommandError and ConfigurationError.
        """
        if invocation is None and self._choice != "builtin":
            extension = find_extension(words, environ)
            if extension is not None:
                given = extension_environment(
                    environment(environ),
                    self._configured(request.env, environ),
                    extension.flags,
                    approved=request.approved,
                )
                arguments = (extension.path, *extension.arguments)
                return ProcessCommand(
                    executable=extension.path,
                    arguments=arguments,
                    environ=given,
                    cwd=cwd,
                    marked=False,
                )
        path = self._installed(invocation, environ)
        if path is None:
            return None
        arguments = (PUP, *in_json(words))
        given = environment(environ)
        configuration = self._configured(request.env, environ)
        _check_endpoint(words, invocation, configuration.base_url)
        if invocation is None:
            check_beginning(words)
        if configuration.is_handed_on or configuration.base_url != self._configuration.base_url:
            # As a whole: `pup` sends a token and keys that stand beside it together.
            given = {k: v for k, v in given.items() if k not in CREDENTIAL_VARIABLES}
            given |= configuration.variables()
        if not given.keys().isdisjoint(CREDENTIAL_VARIABLES):
            # Without it `pup` would take the site of whatever configuration it reads.
            given[SITE_VARIABLE] = configuration.site
        return ProcessCommand(executable=path, arguments=arguments, environ=given, cwd=cwd)

    def _installed(self, invocation: Invocation | None, environ: Mapping[str, str]) -> str | None:
        if self._choice == "builtin":
            return None
        if self._choice == "auto" and invocation is not None and invocation.row.alias:
            return None
        return pup_program(PUP, environ)

    def _configured(
        self, env: Mapping[str, str | None], environ: Mapping[str, str]
    ) -> DatadogConfiguration:
        """The account that the step's own `env` names, as an installed `pup` would take it.

        The operator's credentials go to the Datadog that is configured: for another one the step has to bring
        its own. Raises ConfigurationError.
        """
        usual = self._configuration
        if not any(name.startswith(_FOR_DATADOG) for name in env):
            return usual
        if address := next((theirs for theirs in _OURS_FOR_PUP.values() if theirs in env), ""):
            raise ConfigurationError(f"{address} is not for steps: use {URL_VARIABLE}")
        account = {SITE_VARIABLE: usual.site, **environ}
        named = DatadogConfiguration.from_environment(account)
        if named.base_url != usual.base_url:
            own = {name: env.get(name) or "" for name in CREDENTIAL_VARIABLES}
            named = DatadogConfiguration.from_environment(account | own)
            return replace(named, trouble=_OF_ANOTHER)
        return named if any(name in env for name in CREDENTIAL_VARIABLES) else usual


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


def _may_change(words: Sequence[str], request: PupRequest) -> bool:
    """Whether words may change something, now that nothing of them is a template any more.

    What a value made of them may be another subcommand, or an extension, than the plan had taken them for.
    """
    changes = mutates(words)
    return changes is True or (changes is None and not request.read_only)


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


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of an installed `pup`: without what lets it decide in the operator's place."""
    kept = {k: v for k, v in environ.items() if k not in _ANSWERS_FOR_THE_OPERATOR}
    for ours, theirs in _OURS_FOR_PUP.items():
        if environ.get(ours):
            kept[theirs] = environ[ours]
    return kept


def in_json(words: Sequence[str]) -> tuple[str, ...]:
    """The words with `--output json`, unless they say themselves which output they want."""
    end = words.index("--") if "--" in words else len(words)
    flags = words[:end]
    if any(word.startswith(("-o", "--output=")) or word == "--output" for word in flags):
        return tuple(words)
    return (*flags, "--output", "json", *words[end:])
