"""What a call of an API changed, and an earlier step had read, can be put back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pup_tui.convert.ssm.commands import kebab, only_looks
from pup_tui.convert.ssm.document import SsmStep

_SETS = re.compile(r"(?:Modify|Update|Set|Put|Change)[A-Z]")


def inputs_back(step: SsmStep, earlier: Sequence[SsmStep]) -> dict[str, Any] | None:
    """The inputs that put back what a step changes; None where not all of it was read before.

    What the reading call was given as well tells which thing is changed. A plain yes or no says how.
    """
    if step.action != "executeAwsApi" or not _SETS.match(str(step.inputs.get("Api") or "")):
        return None
    for read in earlier:
        is_look = read.action == "executeAwsApi" and only_looks(kebab(str(read.inputs.get("Api"))))
        if not is_look or read.inputs.get("Service") != step.inputs.get("Service"):
            continue
        which = set(_texts(read.inputs))
        changed = [
            name
            for name, value in step.inputs.items()
            if name not in ("Service", "Api")
            and not isinstance(value, bool)
            and not set(_texts(value)) <= which
        ]
        found = {name: _output(read, name) for name in changed}
        back = {**step.inputs, **{n: f"{{{{ {read.name}.{out} }}}}" for n, out in found.items()}}
        if changed and all(found.values()) and list(_texts(back)) != list(_texts(step.inputs)):
            return back
    return None


def _output(read: SsmStep, name: str) -> str:
    """The output that holds what an input of this name sets, by the property that it is read from."""
    for output, selector in read.outputs.items():
        parts = [each.lower() for each in re.findall(r"[A-Za-z]\w*", selector)]
        own = name.lower()
        is_of_each = len(parts) > 1 and re.search(r"(?:id|arn|name)$", parts[-1])
        if parts and (parts[-1] == own or (is_of_each and parts[-2].endswith(own))):
            return output
    return ""


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        for each in data:
            yield from _texts(each)
    else:
        yield re.sub(r"\s", "", str(data))
