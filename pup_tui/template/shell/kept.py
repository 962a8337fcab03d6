"""Which of a function's own words a variable keeps: in ``on() { host=$1; shift; …`` it is the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.shifts import Moving, Shifts, runs_first

if TYPE_CHECKING:
    from tree_sitter import Node

_OWN_WORD: Final = late_pattern(rb"\"?\$(?:([1-9])|\{([1-9])(?::?\?[^{}\"'`$]*)?\})\"?")
_LOCAL: Final = late_pattern(rb"(?:local|declare|typeset)\s(?![^\n]*\s[-+]\w*g)")
_ASSIGNMENTS_PER_STEP: Final = 10


class Keeping(Moving, Protocol):
    """What of a script is asked of its `Survey` for the sake of this."""

    @property
    def assignments_to(self) -> dict[bytes, list[Node]]: ...

    @property
    def loops_over(self) -> dict[bytes, list[Node]]: ...

    @property
    def given(self) -> frozenset[bytes]: ...

    @property
    def may_refer(self) -> bool: ...

    @property
    def shifts(self) -> Shifts: ...


class _Kept(NamedTuple):
    """The number of a word, from 1, and the byte of the script from which on a variable holds it."""

    number: int
    begin: int


class KeptWords:
    """The words that the functions of a script keep in variables."""

    def __init__(self, survey: Keeping) -> None:
        self._survey = survey
        self._known: dict[tuple[bytes, int], _Kept | None] = {}

    def number(self, variable: bytes, place: Node) -> int | None:
        """The number of the word, from 1, that a function was called with and a variable holds at a place.

        None unless that is sure: one assignment of the function gives it, which runs before, and nothing
        else in the script gives the variable another text.
        """
        function = self._survey.function_around(place)
        if function is None or variable not in self._survey.assignments_to:
            return None
        key = variable, function.id
        if key not in self._known:
            self._known[key] = self._kept(variable, function)
        kept = self._known[key]
        return kept.number if kept is not None and kept.begin <= place.start_byte else None

    def _kept(self, variable: bytes, function: Node) -> _Kept | None:
        survey = self._survey
        if variable in survey.loops_over or survey.may_refer:
            return None
        if not survey.given.isdisjoint((variable, ANY)):
            return None
        assignments = survey.assignments_to[variable]
        spend_on_judging(1 + len(assignments) // _ASSIGNMENTS_PER_STEP)
        own = [each for each in assignments if survey.function_around(each) == function]
        elsewhere = [each for each in assignments if each not in own] if len(own) == 1 else []
        if len(own) != 1 or not all(map(self._is_local, elsewhere)):
            return None
        return self._of_assignment(own[0], function)

    def _of_assignment(self, assignment: Node, function: Node) -> _Kept | None:
        name, sign, *value = assignment.children
        survey = self._survey
        match = _OWN_WORD.fullmatch(survey.text(value[0])) if len(value) == 1 else None
        gone = survey.shifts.before(assignment)
        statement = assignment
        around = assignment.parent
        if around is not None and around.type in ("declaration_command", "variable_assignments"):
            statement = around
        body = function.child_by_field_name("body") or function
        is_sure = name.type == "variable_name" and sign.type == "=" and runs_first(statement, body)
        if match is None or gone is None or len(gone) != 1 or not is_sure:
            return None
        return _Kept(int(match[1] or match[2]) + gone[0], assignment.end_byte)

    def _is_local(self, assignment: Node) -> bool:
        """Whether an assignment is to a variable of its own function, and of no other one's."""
        survey = self._survey
        around = assignment.parent
        return (
            survey.shell != "ksh"
            and around is not None
            and around.type == "declaration_command"
            and survey.function_around(assignment) is not None
            and _LOCAL.match(survey.text(around)) is not None
        )
