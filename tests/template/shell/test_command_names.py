from __future__ import annotations

import pytest

from pup_tui.template.limits import TooMuchToJudgeError, one_judgement
from pup_tui.template.shell.command_names import CommandNames
from pup_tui.template.shell.grammar import read
from pup_tui.template.shell.markers import MARKER
from pup_tui.template.shell.survey import Survey


def _names(count: int) -> None:
    """Tell what the last word of the last of so many commands may begin, each with the words of the last."""
    lines = (f'set -- "$@" "$x{n}"; x{n + 1}=$1; shift' for n in range(count))
    script = read("\n".join(lines).encode(), "bash")
    assert script.tree is not None
    survey = Survey(script.tree.root_node, script.script, "bash", MARKER)
    CommandNames(survey).of(survey.named(b"set")[-1][1][-1])


def test_each_word_that_may_be_a_name_is_paid_for() -> None:
    with one_judgement(20_000):
        _names(5)
    with one_judgement(20_000), pytest.raises(TooMuchToJudgeError):
        _names(60)
