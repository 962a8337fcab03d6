"""Errors as the command line tells them: what is wrong, where, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pup_tui.headless.exits import FAILED, LOCKED, USAGE

if TYPE_CHECKING:
    from pup_tui.runbook.problems import Problem


MOST_NAMED = 5
"""Of several things alike so many are named, and of the others the number."""


class Failure(Exception):
    """Ends the program with one line on standard error and this exit code.

    `above` are the lines that were told before it, to which it points.
    """

    def __init__(
        self,
        what: str,
        where: str = "",
        todo: str = "",
        *,
        code: int = USAGE,
        above: Sequence[str] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.todo = todo
        self.code = code
        self.above = tuple(above)

    @property
    def alone(self) -> str:
        """The same where nobody sees what was told before it."""
        if not self.above:
            return str(self).removeprefix("pup-tui: ")
        return f"{self.what}: {named(self.above, '; ')}"

    def __str__(self) -> str:
        return ": ".join(part for part in ("pup-tui", self.what, self.where, self.todo) if part)


def tell(line: str) -> None:
    """Print a line on standard error, which may quote arguments, file names and foreign texts."""
    from pup_tui.output.sanitize import safe_text

    click.echo(safe_text(line), err=True)


def tell_note(note: str) -> None:
    """Print something by the way on standard error."""
    tell(f"pup-tui: {note}")


def named(things: Iterable[str], between: str = ", ") -> str:
    """Some of the things by name, each once, and how many others there are."""
    every = list(dict.fromkeys(things))
    more = len(every) - MOST_NAMED
    shown = between.join(every[:MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def refuse_problems(problems: Sequence[Problem], what: str, todo: str, where: str = "") -> None:
    """Print every problem of a file and raise Failure, if there is any."""
    if not problems:
        return
    lines = [str(problem) for problem in problems]
    for line in lines:
        tell(line)
    number = "1 error" if len(problems) == 1 else f"{len(problems)} errors"
    raise Failure(f"{what} has {number}", where, todo, above=lines)


@contextmanager
def journal_failures(otherwise: str = "", besides: str = "") -> Iterator[None]:
    """Turn errors of the journal into failures, with their hint (or else `otherwise`) and then `besides`."""
    from pup_tui.journal.errors import AmbiguousRunError, JournalError, RunGoesOn

    try:
        yield
    except AmbiguousRunError as error:
        raise Failure(error.message, "", error.hint) from error
    except RunGoesOn as error:
        raise Failure(error.message, "", error.hint, code=LOCKED) from error
    except JournalError as error:
        todo = f"{error.hint or otherwise}{besides}"
        raise Failure(error.message, str(error.path), todo, code=FAILED) from error


@contextmanager
def lock_failures() -> Iterator[None]:
    """Turn errors of locks into failures: exit code 4 if it is held, 2 if invalid, 1 if nobody can tell."""
    from pup_tui.drivers.locks import InvalidLock, LockError, LockHeld

    try:
        yield
    except LockHeld as held:
        todo = "wait for it, or break it with --break-lock REASON"
        if held.kept:
            todo = "look at that run, then wait for it or break it anew (just broken: in a minute)"
        raise Failure("the lock is held", str(held), todo, code=LOCKED) from held
    except LockError as error:
        raise Failure(error.message, str(error.path), error.hint, code=FAILED) from error
    except InvalidLock as error:
        raise Failure(str(error), "", "change the runbook's `lock`, or the values in it") from error
