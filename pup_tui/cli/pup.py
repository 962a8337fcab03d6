"""`pup-tui pup`: one subcommand of `pup`, as a step would run it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure
from pup_tui.cli.options import pass_settings
from pup_tui.cli.wiring import Parts, open_catalog

if TYPE_CHECKING:
    from pup_tui.runbook.load import Loaded
    from pup_tui.settings.settings import Settings

NAME = "pup"
"""What a run of a subcommand is called in the record."""

STEP = "command"
"""The id of its only step."""

MAX_NAME = 200
"""Characters of what its step is called."""

_YES = frozenset({"--yes", "-y"})


@click.command(
    "pup",
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@pass_settings
def pup_command(settings: Settings, words: Sequence[str]) -> int:
    """Run the subcommand WORDS of pup once; --help tells of all of them.

    What may change something asks first and is recorded.
    """
    from pup_tui.datadog.help import HELP, asks_help, help_text

    if asks_help(words or HELP[:1]):
        click.echo(help_text(words), nl=False)
        return 0
    return _run(settings, words)


def _run(settings: Settings, words: Sequence[str]) -> int:
    from pup_tui.catalog.effects import may_change
    from pup_tui.catalog.inputs import Resolved
    from pup_tui.cli.answers import check_answered
    from pup_tui.cli.running import Manner, run_loaded
    from pup_tui.core.events import NOTHING_LEFT_OUT
    from pup_tui.core.program import compile_program

    loaded, changes = _one_step(settings, words)
    program = compile_program(loaded.id, loaded.require())
    yes = not _YES.isdisjoint(words)
    if yes or not settings.terminal.can_ask:
        barred = may_change(program, is_believed=loaded.is_believed) if settings.read_only else ()
        check_answered(program, {}, yes=yes, left=NOTHING_LEFT_OUT, barred=barred)
    nothing = Resolved(values={}, left_out=(), problems=(), sources={})
    parts = Parts(settings, journal=changes)
    return run_loaded(parts, loaded, program, nothing, Manner(yes=yes, stands_for=STEP))


def _one_step(settings: Settings, words: Sequence[str]) -> tuple[Loaded, bool]:
    """The runbook of one step with these words, and whether that may change something.

    Raises Failure for words that nothing takes.
    """
    from pup_tui.known_word import KnownWord
    from pup_tui.runbook.load import load_files

    pup = open_catalog(settings).pup
    if (mistake := pup.mistake([KnownWord(word) for word in words])) is not None:
        raise Failure(*mistake)
    changes = pup.changes(words) is not False
    path = settings.cwd / f"{NAME}.yaml"
    loaded = load_files(NAME, {path.name: _file(words, asks=changes)}, path)
    return loaded, changes


def _file(words: Sequence[str], *, asks: bool) -> bytes:
    from pup_tui.runbook.literal_text import literal, made_file

    given = [word.encode("utf-8", "replace").decode() for word in words]
    step = {
        "id": STEP,
        "name": shlex.join(given)[:MAX_NAME],
        "kind": "pup",
        "run": " ".join(literal(shlex.quote(word)) for word in given),
    }
    if asks:
        step["confirm"] = "This may change something. Run it?"
    return made_file(NAME, [step])
