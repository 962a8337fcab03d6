"""The command `pup-tui`: finds the command, tells errors, and imports nothing that is not needed."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

import pup_tui
from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.lasting import lasting
from pup_tui.cli.options import profile_option, read_only_option, runbooks_option
from pup_tui.quoted import with_replacements

COMMANDS = {
    "demo": ("demo", "Try it: a live incident in a sandbox."),
    "drill": (
        "drill",
        "Play SCENARIO (the first that you have not mastered yet) in the console; nothing real is touched.",
    ),
    "list": ("listing", "The runbooks that are installed, and the Datadog Workflows."),
    "describe": ("describing", "The variables and the steps of RUNBOOK."),
    "validate": (
        "validating",
        "Check each RUNBOOK or file of an integration, or all that there are.",
    ),
    "check": (
        "checking",
        "Whether a run of RUNBOOK could begin: tools, values, lock, room, credentials, hosts.",
    ),
    "test": (
        "testing",
        "Play the rehearsals in _tests beside the runbooks: those of each PATH, or of all of the catalog.",
    ),
    "new": (
        "making",
        "Write a runbook to begin from, or make one out of what somebody else wrote.",
    ),
    "run": ("running", "Run RUNBOOK (an id or a file) and stream what its steps print."),
    "resume": ("resuming", "Go on with RUN (the newest that did not succeed) where it stood."),
    "undo": (
        "undoing",
        "Take back what RUN did and did not undo, last first, and begin nothing else of it.",
    ),
    "plan": ("planning", "What a run of RUNBOOK would do, step by step."),
    "history": ("past", "Past runs, newest first."),
    "stats": (
        "stats",
        "What past runs say: how often runbooks succeed, how long they take, which steps fail most and why.",
    ),
    "show": (
        "past",
        "One RUN (its id, or the beginning or end of it) with its steps and what they printed.",
    ),
    "report": (
        "reporting",
        "A document for a post-mortem, out of what is recorded of each RUN (its id, or an end of it).",
    ),
    "export": ("exporting", "Runs and their steps for other programs, the newest run first."),
    "replay": (
        "replaying",
        "Play RUN (its id, or the beginning or end of it) again in the console; nothing is executed.",
    ),
    "watch": (
        "watching",
        "Follow RUN (its id, or the beginning or end of it) to its end, without touching it.",
    ),
    "schedule": ("schedule", "Runbooks that run at set times."),
    "alert": ("alert", "Read an alert and rank the runbooks that fit it."),
    "listen": ("listen", "Take alerts that others send by webhook into the inbox of the console."),
    "mcp": ("mcp", "Let an agent look and plan over MCP, and ask for runs where that is allowed."),
    "approve": ("approve", "Show RUN, which an agent has asked for, and begin it if you approve."),
    "pup": ("pup", "Run the subcommand WORDS of pup once; --help tells of all of them."),
    "integrations": (
        "integrating",
        "The systems that runbooks work with, their actions, and whether their credentials work.",
    ),
    "import": (
        "importing",
        "Bring a pack of runbooks in from SOURCE, at one commit or as it is now.",
    ),
    "update": (
        "importing",
        "Look for newer versions of the pack NAME, or of all, and show what has changed.",
    ),
    "trust": (
        "trusting",
        "Show what RUNBOOK or PACK would run, ask whether it may, and keep a copy of exactly that.",
    ),
    "untrust": (
        "trusting",
        "Trust RUNBOOK or PACK no more: nothing of it runs until it is trusted anew.",
    ),
    "pack": ("pack", "Packs of runbooks: the ones that are here, a new one, checks for one."),
    "config": (
        "config",
        "Each setting, its value and where it came from; of keys, only whether they are set.",
    ),
    "doctor": (
        "doctor",
        "What is configured, which tools are found, whether credentials work; 1 where there is a problem.",
    ),
    "auth": (
        "auth",
        "Credentials of Datadog: store them in the keyring, see which there are, remove them.",
    ),
    "schema": ("schema", "Print the JSON Schema of the runbook format, for editors."),
    "sandbox": ("sandbox", "A small Datadog on this machine, for trying things out."),
}
"""Each command's module, which is imported when it is called, and its first sentence."""


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Errors of a stream that leads to a file whose disk is full, or that may not grow."""


def _console() -> click.Command:
    return import_module("pup_tui.cli.console").console_command  # type: ignore[no-any-return]


class LateGroup(click.Group):
    """Commands that are imported when they are called; any other word is a runbook for the console."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"pup_tui.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, does) for name, (_, does) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            return "console", _console(), args
        return super().resolve_command(ctx, args)


@click.group(
    cls=LateGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[RUNBOOK | COMMAND [ARGS]...]",
)
@click.version_option(pup_tui.__version__, prog_name="pup-tui")
@profile_option
@read_only_option
@runbooks_option
@click.pass_context
def cli(ctx: click.Context) -> int | None:
    """The runbook console for on-call engineers.

    Without a command it opens the console, at RUNBOOK if one is named.
    """
    if ctx.invoked_subcommand is not None:
        return None
    code: int = ctx.invoke(_console())
    return code


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    # All that is left goes with the process: the collector need not look through it for cycles once more.
    atexit.register(gc.freeze)
    _open_missing_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = lasting(sys.stdout), lasting(sys.stderr)
    sys.exit(_flushed(_main(args)))


def _flushed(code: int) -> int:
    """The exit code when all is printed: the interpreter has one of its own where a terminal is gone."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            from pup_tui.headless.stream import silence

            silence(stream)
            code = code or (_cut_off(error) if error.errno in _NO_ROOM else 0)
        except ValueError:  # it is closed
            continue
    return code


def _open_missing_streams() -> None:
    """Give a program that was started without one of the three streams an empty one.

    Otherwise the next file that is opened, perhaps the journal, would take its number.
    """
    for name, mode, number in (("stdin", "r", 0), ("stdout", "w", 1), ("stderr", "w", 2)):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
            setattr(sys, name, stream)


def _check_folder() -> None:
    try:
        os.getcwd()
    except OSError as error:
        raise Failure(
            "the working directory is gone", error.strerror or "", "change to another one", code=1
        ) from error


def _main(args: Sequence[str] | None) -> int:
    try:
        _check_folder()
        result = cli.main(args, prog_name="pup-tui", standalone_mode=False)
    except Failure as failure:
        return _told(str(failure), failure.code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else _called(args)
        told = with_replacements(error.format_message()).rstrip(".")
        if isinstance(error, click.NoSuchOption):
            from pup_tui.cli.other_options import whose_option

            if others := whose_option(cli, error.option_name):
                # That is what was looked for, rather than what is spelled alike.
                where = f"pup-tui {others[0]}"
                named = " and ".join(f"`pup-tui {each}`" for each in others)
                told = f"No such option '{error.option_name}': {named} {'have' if others[1:] else 'has'} it"
        return _told(f"pup-tui: {told}: see `{where} --help`", 2)
    except click.ClickException as error:
        return _told(f"pup-tui: {with_replacements(error.format_message())}", error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except OSError as error:
        if error.errno in _NO_ROOM and error.filename is None:
            return _cut_off(error)
        from pup_tui.place_errors import told as explained

        return _told(f"pup-tui: {explained(error)}", 1)
    except (RuntimeError, MemoryError) as error:
        from pup_tui.aside import told_limit

        limit = told_limit(error)
        if limit is None:
            raise
        return _told(f"pup-tui: {', '.join(limit)}", 1)
    return result if isinstance(result, int) else 0


def _called(args: Sequence[str] | None) -> str:
    """The command that is called, where nobody else tells: an option without its value does not."""
    given = sys.argv[1:] if args is None else args
    command = next((word for word in given if word in COMMANDS), "")
    return f"pup-tui {command}".rstrip()


def _cut_off(error: OSError) -> int:
    """Say that what a command prints is not whole; nothing but the standard streams is without a name."""
    from pup_tui.headless.stream import silence

    silence(sys.stdout)
    where = "standard output, or standard error"
    todo = "make room, or print to another place"
    return _told(str(Failure(f"what is printed is cut off ({error.strerror})", where, todo)), 1)


def _told(error: str, code: int) -> int:
    try:
        tell(error)
    except OSError:
        # Nobody can be told; the exit code stands.
        from pup_tui.headless.stream import silence

        silence(sys.stderr)
    return code
