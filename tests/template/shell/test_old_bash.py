"""Scripts that an old bash reads otherwise than they were judged."""

from __future__ import annotations

import pytest

from pup_tui.template.shell.old_bash import needs_newer


@pytest.mark.parametrize(
    "script",
    [
        "declare -A x",
        'declare "-A" x',
        "declare \\\n -A x",
        "f() { local -rA x=(); }",
        'eval "typeset -gA x"',
        "O=-A; declare $O x",
    ],
)
def test_an_array_with_texts_for_keys_needs_a_newer_bash(script: str) -> None:
    assert needs_newer(script)


@pytest.mark.parametrize(
    "script",
    ['export K="kubectl get -A"', "# declare -A x", "echo declare -A x", "kubectl get pods -A"],
)
def test_what_only_looks_like_one_does_not(script: str) -> None:
    assert not needs_newer(script)
