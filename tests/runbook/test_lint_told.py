"""A warning or an error points at the place that is meant, and advises what fits there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded

_TOP = "name: runbook\nvars: {V: {}, N: {type: integer}}\nsteps:\n  - name: s\n    kind: shell\n"
_BLOCK = "    run: |\n      date\n      {}\n"
_QUOTED = '    run: "{}"\n'
_FOLDED = '    run: "date;\n      {}"\n'
PLACES = [
    ("evaluated-again", "ssh -- {{ V }} systemctl restart ", "{{ V }}"),
    ("evaluated-again", "echo {{ V }} V $V; eval ", "{{ V }}; echo {{ V }}"),
    ("evaluated-again", "X={{ N }}{{ N }}; eval ", "{{ V | trim }}"),
    ("option-injection", "kubectl -n {{ V }} get pod ", "{{ V }}"),
    ("value-names-command", "echo {{ V }}; ", "{{ V }} a"),
    ("unseen-failure", "kubectl a || exit; ", "kubectl b; date"),
    ("destructive-without-danger", "kubectl get a; ", "kubectl delete b"),
]


@pytest.mark.parametrize("form", [_BLOCK, _QUOTED, _FOLDED])
@pytest.mark.parametrize(("code", "before", "meant"), PLACES)
def test_a_warning_points_at_what_is_meant(
    code: str, before: str, meant: str, form: str, lint: Callable[[str], Loaded]
) -> None:
    text = _TOP + form.replace("{}", before + meant)
    (found,) = [each for each in lint(text).warnings if each.code == code]
    line = text.splitlines()[found.line - 1]
    told = line[found.column - 1 :]
    assert told.removesuffix('"') == meant.removeprefix("{{ ")


@pytest.mark.parametrize("form", [_BLOCK, _QUOTED, _FOLDED])
def test_an_error_points_at_what_is_meant(form: str, lint: Callable[[str], Loaded]) -> None:
    text = _TOP + form.replace("{}", "echo {{ V }}; read {{ V }} x")
    (found,) = lint(text).errors
    line = text.splitlines()[found.line - 1]
    assert line[found.column - 1 :].removesuffix('"') == "V }} x"


@pytest.mark.parametrize(
    ("script", "advised", "not_advised"),
    [
        ("psql -c 'select {{ V }}'", ["kind: sql", "-v NAME=…", ":'NAME'", "not in `-c`"], []),
        ("mysql -e 'select {{ V }}'", ["kind: sql"], ["-v"]),
        ("bq query 'select {{ V }}'", ["--parameter"], ["kind: sql", "-v NAME"]),
        ("clickhouse-client -q 'select {{ V }}'", ["--param_NAME"], ["kind: sql"]),
        ("sqlcmd -Q 'select {{ V }}'", ["pattern"], ["kind: sql", "-v"]),
    ],
)
def test_what_is_advised_fits_the_client_of_the_database(
    script: str, advised: list[str], not_advised: list[str], lint: Callable[[str], Loaded]
) -> None:
    found = lint(_TOP + _BLOCK.replace("{}", script)).warnings
    (hint,) = [each.hint for each in found if each.code == "evaluated-again"]
    assert all(each in hint for each in advised)
    assert not any(each in hint for each in not_advised)
