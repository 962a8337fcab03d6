"""What must hold of a runbook's `alerts` beyond the types of their keys."""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode, shown
from pup_tui.runbook.report import Report
from pup_tui.runbook.secret_names import is_secret

MOST_MATCHES = 100

_OF_THE_ALERT = late_pattern(
    r"alert(?:\.[A-Za-z_][A-Za-z0-9_]*|\.(?:labels|extra)\.[^\s.{}][^\s{}]*)\Z"
)
_EVERYTHING = late_pattern(r"[*\s]*\Z")


def check_alerts(root: Mapping, report: Report) -> None:
    """Report matchers that match everything, and variables that no alert can fill."""
    alerts = root.get("alerts")
    if not isinstance(alerts, Sequence):
        return
    if len(alerts.items) > MOST_MATCHES:
        report.error(alerts, f"`alerts` has more than {MOST_MATCHES} items")
        return
    for each in alerts.items:
        if isinstance(each, Mapping):
            _check_match(each, report)
            _check_variables(each, root, report)


def _check_match(each: Mapping, report: Report) -> None:
    match = each.get("match")
    if not isinstance(match, Mapping):
        return
    texts = [text for entry in match.entries.values() for text in _texts(entry.value)]
    if not texts or all(_EVERYTHING.match(text.text) for text in texts):
        told = "`match` holds for every alert"
        report.error(each, told, "name what the alerts have, such as `alertname: Payments*`")


def _texts(node: YamlNode) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Scalar))


def _check_variables(each: Mapping, root: Mapping, report: Report) -> None:
    given, declared = each.get("vars"), root.get("vars")
    if not isinstance(given, Mapping):
        return
    known = declared.entries if isinstance(declared, Mapping) else {}
    for name, entry in given.entries.items():
        if name not in known:
            hint = report.suggest(name, known) or "declare it under `vars`"
            report.error(entry.key, f"the runbook has no variable {shown(name)}", hint)
        elif is_secret(known[name].value):
            told = f"{shown(name)} is a secret, and no alert may fill it"
            report.error(entry.key, told, "an alert is a stranger's text; use `from`")
        if isinstance(entry.value, Scalar) and not _OF_THE_ALERT.match(entry.value.text):
            told = f"{shown(entry.value.text)} is nothing of an alert"
            report.error(
                entry.value, told, "write alert.service, alert.labels.NAME or alert.extra.NAME"
            )
