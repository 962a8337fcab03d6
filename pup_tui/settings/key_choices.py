"""`keys:` of `config.yaml`: other keys for actions of the console."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pup_tui.console_keys import ACTIONS, ChosenKeys, clashes, why_no_key
from pup_tui.runbook.nodes import Mapping as MappingNode
from pup_tui.runbook.nodes import Scalar, Sequence, YamlNode, shown
from pup_tui.runbook.report import Report


def as_keys(said: Mapping[str, str | tuple[str, ...]]) -> ChosenKeys:
    """The keys by action, whichever way they were written."""
    return {name: (keys,) if isinstance(keys, str) else keys for name, keys in said.items()}


def check_keys(node: YamlNode | None, report: Report) -> None:
    """Report actions and keys that there are not, and keys that would mean two things in one place."""
    if not isinstance(node, MappingNode):
        return
    chosen: dict[str, dict[str, Scalar]] = {}
    for name, entry in node.entries.items():
        if name not in ACTIONS:
            hint = report.suggest(name, ACTIONS) or "docs/console.md lists the actions"
            report.error(entry.key, f"there is no action {shown(name)}", hint)
            continue
        chosen[name] = {}
        for key in _keys_in(entry.value):
            if why := why_no_key(key.text):
                report.error(key, f"{shown(key.text)} cannot be a key", why)
            chosen[name][key.text] = key
    for clash in clashes({name: tuple(keys) for name, keys in chosen.items() if keys}):
        told = f"the key {shown(clash.key)} would mean `{clash.action}` and `{clash.other}`"
        hint = f"both hold in: {clash.place}. Give one of them another key"
        report.error(chosen[clash.action][clash.key], told, hint)


def _keys_in(node: YamlNode) -> Iterator[Scalar]:
    for each in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(each, Scalar) and not each.is_null:
            yield each
