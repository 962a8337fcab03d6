"""One thing that was looked at, and whether it is in order."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

DiagnosisState = Literal["ok", "warning", "problem"]


class Diagnosis(Struct, frozen=True, kw_only=True):
    """Of a part (`what`) one `subject`: how it is, a sentence about it, and what to do about it."""

    what: str
    subject: str
    state: DiagnosisState = "ok"
    detail: str = ""
    hint: str = ""
