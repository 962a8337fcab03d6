"""Names that have certain fields and no others: a misspelt one is an error before a run begins."""

from __future__ import annotations

from collections.abc import Mapping

from pup_tui.runbook.model import LOOP
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.report import Report, listed
from pup_tui.template.usage import UsesNames

RUN_FIELDS = frozenset(["id", "runbook", "dir", "profile", "operator", "started_at", "alert"])
"""What `run` has in a run."""

EARLY_RUN_FIELDS = frozenset(["profile"])
"""What `run` has where values are found for variables: a run may not have begun."""

LOOP_FIELDS = frozenset(["index", "first", "last", "length"])
"""What `loop` tells of the item of a `foreach`."""

EARLY = {"run": EARLY_RUN_FIELDS}
"""The names that are closed where values are found for variables."""

_IN_A_RUN = {"run": RUN_FIELDS}
_IN_A_LOOP = {**_IN_A_RUN, LOOP: LOOP_FIELDS}


def closed_among(items: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """The names that are closed in the texts of a step that knows the names `items` of loops."""
    return _IN_A_LOOP if LOOP in items else _IN_A_RUN


def check_fields(
    node: Scalar, uses: UsesNames, known: Mapping[str, frozenset[str]], report: Report
) -> None:
    """Report each field that a name does not have; `known` are the fields of the names that are closed."""
    for name, field in sorted(uses.fields):
        if name not in known or field in known[name]:
            continue
        told = f"{shown(name)} has no {shown(field)}"
        if name == "run" and field in RUN_FIELDS:
            told += " here: the values of variables are found before the run begins"
        hint = report.suggest(field, known[name]) or f"it has {listed(sorted(known[name]))}"
        report.error_in(node, told, hint, fragment=field)
