"""Which variables a script reads and never gives a text: those of its environment or a sourced file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.origins import OF_THE_SHELL
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.tables import Use, parameter_use

_NAME: Final = late_pattern(rb"[A-Za-z_]\w*")
_CALCULATED: Final = late_pattern(rb"([A-Za-z_]\w*)(?:\[[^]]*\])?\s*=(?![=~])")
"""An assignment in arithmetic."""
_STARTING: Final = (b"local", b"declare", b"typeset", b"integer", b"float", b"unset", b"private")
"""What makes a variable anew, with nothing in it."""


def inherited(survey: Survey, names: Iterable[bytes]) -> frozenset[bytes]:
    """Those of some variables to which the script itself never gives a text."""
    given = {
        *OF_THE_SHELL,
        *survey.assignments_to,
        *survey.loops_over,
        *_calculated(survey),
        *survey.filled,
    }
    if ANY in given:
        return frozenset()
    return frozenset(
        name
        for name in names
        if _NAME.fullmatch(name)
        and name not in given
        and not survey.marker.search(name)
        and parameter_use(survey.shell, name) is Use.DATA
    )


def _calculated(survey: Survey) -> Iterator[bytes]:
    """The variables that get a number, or nothing."""
    lets = (command for command, _ in survey.named(b"let"))
    texts = map(survey.text, chain(survey.arithmetic, lets))
    yield from chain.from_iterable(map(_CALCULATED.findall, texts))
    for command, _ in survey.named(*_STARTING):
        yield from _NAME.findall(survey.text(command))
