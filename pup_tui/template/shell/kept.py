"""Which of a function's own words a variable keeps: in ``on() { host=$1; shift; …`` it is the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.origins import given_by_expansions
from pup_tui.template.shell.shifts import function_around, runs_first
from pup_tui.template.shell.survey import Survey

if TYPE_CHECKING:
    from tree_sitter import Node

_OWN_WORD: Final = late_pattern(rb"\"?\$(?:([1-9])|\{([1-9])(?::?\?[^{}\"'`$]*)?\})\"?")
_LOCAL: Final = late_pattern(rb"(?:local|declare|typeset)\s(?![^\n]*\s[-+]\w*g)")


def kept_word(survey: Survey, variable: bytes, place: Node) -> int | None:
    """The number of the word, from 1, that a function was called with and a variable holds at a place.

    None unless that is sure: one assignment of the function gives it, which runs before, and nothing else
    in the script gives the variable another text.
    """
    function = function_around(place)
    filled = {*survey.filled, *given_by_expansions(survey.script)}
    if function is None or variable in survey.loops_over or survey.may_refer:
        return None
    if not filled.isdisjoint((variable, ANY)):
        return None
    found: list[Node] = []
    for assignment in survey.assignments_to.get(variable, ()):
        if function_around(assignment) == function:
            found.append(assignment)
        elif not _is_local(survey, assignment):
            return None
    return _number(survey, found[0], function, place) if len(found) == 1 else None


def _number(survey: Survey, assignment: Node, function: Node, place: Node) -> int | None:
    name, sign, *value = assignment.children
    match = _OWN_WORD.fullmatch(survey.text(value[0])) if len(value) == 1 else None
    gone = survey.shifts.before(assignment)
    statement = assignment
    around = assignment.parent
    if around is not None and around.type in ("declaration_command", "variable_assignments"):
        statement = around
    body = function.child_by_field_name("body") or function
    is_sure = (
        name.type == "variable_name"
        and sign.type == "="
        and assignment.end_byte <= place.start_byte
        and runs_first(statement, body)
    )
    if match is None or gone is None or len(gone) != 1 or not is_sure:
        return None
    return int(match[1] or match[2]) + gone[0]


def _is_local(survey: Survey, assignment: Node) -> bool:
    """Whether an assignment is to a variable of its own function, and of no other one's."""
    around = assignment.parent
    return (
        survey.shell != "ksh"
        and around is not None
        and around.type == "declaration_command"
        and function_around(assignment) is not None
        and _LOCAL.match(survey.text(around)) is not None
    )
