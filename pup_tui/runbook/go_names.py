"""Which texts that look like actions of Go templates are ours, as the names of a runbook tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pup_tui.runbook.nodes import GroupCall, Mapping, YamlNode, scalars_of
from pup_tui.runbook.scope import ALWAYS
from pup_tui.runbook.steps import HOLDING, DraftFrame


def claim_names(root: Mapping, frames: Sequence[DraftFrame]) -> None:
    """Mark in every text what begins with a name that is known there: `{{ end }}` of a variable called `end`.

    It is written `{{+ end }}` from then on, so that the text means the same wherever it is read again.
    """
    for frame in frames:
        items = (step.item for step in frame.steps if step.loops)
        names = ALWAYS.union(frame.variables, frame.made, items)
        for node in _nodes_of(frame, root if frame is frames[0] else None):
            for scalar in scalars_of(node):
                if "{{" in scalar.text:
                    from pup_tui.template.go import claimed

                    scalar.text = claimed(scalar.text, names)


def _nodes_of(frame: DraftFrame, root: Mapping | None) -> Iterable[YamlNode]:
    """What stands in a frame: of its steps, of the file where it is the file's own, of the group's file."""
    if frame.caller is not None and isinstance(frame.caller.node, GroupCall):
        yield frame.caller.node.call
    for node in (*([root] if root is not None else ()), *(step.node for step in frame.steps)):
        for key, entry in node.entries.items():
            # Steps inside may see other names.
            if key not in HOLDING:
                yield entry.value
