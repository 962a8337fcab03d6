"""What a run decides where it can see secrets: recorded when it is made, and read when the run is told again.

The journal never holds a secret, so what came of one (whether an `if` held, how many items a list had, how
long a timeout was, that a text could not be rendered) cannot be found again from what it holds. So whatever
the machine works out from texts goes through here, and is recorded with the event that was being handled.
Handed the same event with those decisions in it, the machine reads them, in their order, and looks at no
value.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from pup_tui.core.events import Decision, RenderFailure
from pup_tui.spelling import SPELLED
from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.typed import convert

T = TypeVar("T")


class Decisions:
    """The decisions of one event: those that are `recorded` for it, and those that are `made` now."""

    def __init__(self, recorded: Iterable[Decision]) -> None:
        self._recorded = deque(recorded)
        self.made: list[Decision] = []

    def decide(
        self,
        step: str,
        what: str,
        kind: type[T],
        make: Callable[[], T],
        stored: Callable[[T], object],
    ) -> T:
        """What was recorded, as a `kind`; else what `make` gives, of which `stored` is recorded.

        Raises TemplateError where `make` does, or did. A journal in which nothing is recorded (of an older
        version of the program) leaves the decision to the values that it has.
        """
        if self._recorded and self._recorded[0].about(step, what):
            known = self._recorded.popleft()
            if known.failure is not None:
                raise _error(known.failure)
            return convert(known.value, kind)
        try:
            value = make()
        except TemplateError as error:
            self.made.append(Decision(step=step, what=what, failure=_failure(error)))
            raise
        plain = msgspec.to_builtins(stored(value), str_keys=True, builtin_types=SPELLED)
        self.made.append(Decision(step=step, what=what, value=plain))
        return value


def _failure(error: TemplateError) -> RenderFailure:
    name = error.name if isinstance(error, UndefinedName) else None
    return RenderFailure(
        message=error.message, expression=error.expression, name=name, hint=error.hint
    )


def _error(failure: RenderFailure) -> TemplateError:
    if failure.name is None:
        return TemplateError(failure.message, expression=failure.expression, hint=failure.hint)
    return UndefinedName(
        failure.name, message=failure.message, expression=failure.expression, hint=failure.hint
    )


def as_it_is(value: Any) -> Any:
    """The value itself: the `stored` of decisions that hold nothing secret."""
    return value
