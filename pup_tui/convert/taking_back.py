"""Steps that take others back: what stands later in a source for that is the `undo` of the earlier step."""

from __future__ import annotations

import re

from pup_tui.convert.draft import NewRunbook, NewStep

_INVERSE = (
    ("cordon", "uncordon"),
    ("drain", "undrain"),
    ("stop", "start"),
    ("disable", "enable"),
    ("pause", "resume"),
    ("suspend", "resume"),
    ("freeze", "thaw"),
    ("lock", "unlock"),
    ("block", "unblock"),
    ("mute", "unmute"),
    ("mask", "unmask"),
    ("detach", "attach"),
    ("deregister", "register"),
    ("off", "on"),
    ("false", "true"),
)
_BACK = re.compile(r"(?i)\b(?:rollout undo|roll-?back|revert|restore|undo)\b")
_FAILED = re.compile(r"steps\.(?P<id>\w+)\.outcome == '(?:warned|failed)'")
_PARTS = ("shell", "run", "stdin", "env")


def take_back(runbook: NewRunbook) -> None:
    """Let steps be taken back by what their source has for that."""
    steps = [step for step in runbook.walk() if step.kind == "shell"]
    for at, step in enumerate(steps):
        later = [each for each in steps[at + 1 :] if "when" not in each.keys]
        back = next((each for each in later if _is_inverse(_text(step), _text(each))), None)
        if back is not None and "undo" not in step.keys and "when" not in step.keys:
            step.keys["undo"] = _undo(back)
            for key in ("danger", "confirm"):
                back.keys.pop(key, None)
            back.keys["settles"] = step.id
            runbook.tell("changed", step.name, f"{back.name} takes it back: it is its undo")
    for handler in steps:
        found = _FAILED.fullmatch(str(handler.keys.get("if", "")))
        tried = next((each for each in steps if found and each.id == found["id"]), None)
        is_change = tried is not None and tried.keys.get("danger") and "undo" not in tried.keys
        if tried is not None and is_change and _BACK.search(_text(handler)):
            tried.keys["undo"] = _undo(handler)
            why = f"{handler.name} takes it back where it fails: it is its undo as well"
            runbook.tell("changed", tried.name, why)
    _settle(steps)


def _settle(steps: list[NewStep]) -> None:
    """What does the same as the undo of an earlier step leaves nothing to be taken back."""
    for at, step in enumerate(steps):
        for later in steps[at + 1 :]:
            if step.keys.get("undo") == _undo(later) and later.keys.get("when") != "cleanup":
                later.keys.setdefault("settles", step.id)


def _text(step: NewStep) -> str:
    return "\n".join(str(step.keys.get(key, "")) for key in ("run", "stdin"))


def _undo(step: NewStep) -> dict[str, object]:
    return {"kind": "shell", **{key: step.keys[key] for key in _PARTS if key in step.keys}}


def _is_inverse(run: str, back: str) -> bool:
    return any(re.sub(rf"\b{one}\b", other, run, count=1) == back != run for one, other in _INVERSE)
