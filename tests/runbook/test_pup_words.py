"""Words of `pup` subcommands, judged where they stand in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.catalog.known_pup import KnownPup
from pup_tui.runbook.load import Loaded, load

TEXT = """
name: test
vars: {V: x, N: {type: integer, default: 1}, W: {choices_from: "%s"}}
steps:
  - {name: a, kind: pup, run: "%s"}
"""


def _load(folder: Path, run: str, choices: str = "echo x") -> Loaded:
    path = folder / "test.yaml"
    path.write_text(TEXT.lstrip() % (choices, run))
    return load(path, pup=KnownPup())


def test_an_unknown_subcommand_or_flag_is_an_error_where_it_stands(tmp_path: Path) -> None:
    for run, told in (
        ("monitors lst", "unknown command `monitors lst`: did you mean `monitors list`?"),
        ("monitors list --tag {{ V }}", "unknown flag --tag: did you mean --tags?"),
        ("monitors list --limit abc --tags {{ V }}", "'abc' is no whole number"),
        ("monitors list {% if V %}--tag x{% endif %}", "unknown flag --tag"),
    ):
        (error,) = _load(tmp_path, run).errors
        assert (error.line, told in str(error)) == (4, True), error


@pytest.mark.parametrize(
    "run",
    [
        *("monitors list --tags {{ V }}", "monitors {{ V }}", "{{ V }} list", "pup monitors list"),
        *("monitors get {{ N }}", "monitors get {% if V %}{{ N }}{% else %}2{% endif %}"),
        *(
            "monitors list --{{ V }}",
            "monitors list --limit={{ N }}",
            "{% if V %}monitors list{% endif %}",
        ),
    ],
)
def test_what_values_decide_is_no_error(run: str, tmp_path: Path) -> None:
    assert _load(tmp_path, run).errors == ()


def test_what_gives_a_variable_its_choices_is_judged_alike(tmp_path: Path) -> None:
    (error,) = _load(tmp_path, "monitors list", "pup monitors lst").errors
    assert (error.line, "did you mean `monitors list`" in str(error)) == (2, True)
    assert _load(tmp_path, "monitors list", "pup monitors lst | head").errors == ()
