"""A run that cannot have its lock, as the command line tells it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pup_tui.cli.failure import Failure


@contextmanager
def told_as_failures() -> Iterator[None]:
    """Nothing was run: 4 where somebody else holds the lock, 2 where it can be none, 1 where it fails."""
    from pup_tui.drivers.locks import InvalidLock, LockError, LockHeld
    from pup_tui.headless.exits import FAILED, LOCKED

    try:
        yield
    except LockHeld as held:
        todo = "wait for it, or break it with --break-lock REASON"
        raise Failure("the lock is held", str(held), todo, code=LOCKED) from held
    except LockError as error:
        raise Failure(error.message, str(error.path), error.hint, code=FAILED) from error
    except InvalidLock as error:
        raise Failure(str(error), "", "change the runbook's `lock`, or the values in it") from error
