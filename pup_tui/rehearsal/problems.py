"""What speaks against a case while it is played."""

from __future__ import annotations

from pup_tui.runbook.nodes import YamlNode
from pup_tui.runbook.problems import Problem


class CaseFailed(Exception):
    """Ends a case where it cannot go on: nothing is answered that the case does not answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def problem_at(node: YamlNode, message: str, hint: str = "") -> Problem:
    """A problem with the place of a node in its file."""
    return Problem(
        path=node.source.path, line=node.line, column=node.column, message=message, hint=hint
    )
