"""What a new runbook is asked for, as the variables of a runbook: forms and prompts know how to ask those."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from pup_tui.runbook.load import load_files
from pup_tui.runbook.model import Runbook
from pup_tui.runbook.variables.resolve import Resolved, VariableProblem, resolve
from pup_tui.runbook.variables.sources import Sources
from pup_tui.skeleton.offer import StepOffer
from pup_tui.skeleton.place import why_not_called
from pup_tui.skeleton.text import NewFacts
from pup_tui.skeleton.usual import USUAL

_MOST_TYPES = 8


def asking(offers: Sequence[StepOffer], types: Iterable[str]) -> Runbook:
    """A runbook whose variables are what is asked for; `types` are those that the catalog has."""
    known = sorted({each for each in types if each})[:_MOST_TYPES] or ["maintenance", "incident"]
    asked: dict[str, Any] = {
        "NAME": {"description": "Its name and that of its file, such as restart-workers"},
        "TYPE": {
            "description": f"What the catalog groups it by, such as {', '.join(known)}",
            "required": False,
        },
        "SERVICE": {"description": "The service that it is about", "required": False},
    }
    asked["STEPS"] = {
        "type": "list",
        "description": "The steps that it begins with",
        "default": list(USUAL),
        "choices": [{"value": each.key, "label": each.title} for each in offers],
    }
    for said in asked.values():
        said["description"] = said["description"].replace("{", "{{ '{' }}")
    step = {"name": "x", "kind": "confirm", "message": "x"}
    text = json.dumps({"name": "new", "vars": asked, "steps": [step]}, ensure_ascii=False)
    return load_files("new", {"new.yaml": text.encode()}, Path("new.yaml")).require()


async def judged(
    asked: Runbook, folder: Path, given: Mapping[str, object], sources: Sources
) -> Resolved:
    """What was given, with what speaks against it; a name that a file of the folder has is refused."""
    # Not with what a profile says: its values are those of runs.
    resolved = await resolve(asked.vars, given, sources=sources)
    name = resolved.values.get("NAME")
    why = why_not_called(folder, name) if isinstance(name, str) else ""
    if not why:
        return resolved
    problem = VariableProblem(name="NAME", message=why, hint="give another name")
    return replace(resolved, problems=(*resolved.problems, problem))


def facts_of(values: Mapping[str, Any], offers: Sequence[StepOffer]) -> NewFacts:
    """What the answers make of the new runbook; steps in the order in which they were picked."""
    by_key = {each.key: each for each in offers}
    picked = values.get("STEPS") or []
    return NewFacts(
        name=str(values["NAME"]),
        type=str(values.get("TYPE") or ""),
        service=str(values.get("SERVICE") or ""),
        steps=tuple(by_key[key] for key in picked),
    )
