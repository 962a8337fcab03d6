"""One thing that was looked at, and whether it is in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from pup_tui.preflight.check import ReadyCheck

DiagnosisState = Literal["ok", "warning", "problem"]


class Diagnosis(Struct, frozen=True, kw_only=True):
    """Of a part (`what`) one `subject`: how it is, a sentence about it, and what to do about it."""

    what: str
    subject: str
    state: DiagnosisState = "ok"
    detail: str = ""
    hint: str = ""


def diagnosis_of(check: ReadyCheck, *, what: str = "") -> Diagnosis:
    """What was looked at before a run, as a finding, of the part `what` where that has another name."""
    state: DiagnosisState = "ok" if check.ok else "problem" if check.stops else "warning"
    return Diagnosis(
        what=what or check.what,
        subject=check.subject,
        state=state,
        detail=check.detail,
        hint=check.hint,
    )
