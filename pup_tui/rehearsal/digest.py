"""The digest of a request: a short text that is another one where anything else would be sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from pup_tui.core.requests import StepRequest
from pup_tui.rehearsal.model import DIGEST_LENGTH
from pup_tui.secret_spellings import spellings
from pup_tui.spelling import token

_NOT_SENT = frozenset({"url_shown", "interval", "read_only", "approved"})
"""Fields of requests that say nothing of what is sent."""


def digest_of(request: StepRequest, secrets: Mapping[str, str]) -> str:
    """The digest of what would be sent. Secrets, in whatever spelling, count by their names.

    It is the same each time where the run's id, its time and its directory are, as in rehearsals.
    """
    plain = msgspec.to_builtins(request, str_keys=True, enc_hook=token)
    # Without what says nothing: a field that requests get one day changes no digest.
    sent = {k: v for k, v in plain.items() if k not in _NOT_SENT and not _says_nothing(v)}
    text = msgspec.json.encode([type(request).__name__, sent], order="sorted").decode()
    forms = [(form, name) for name, value in secrets.items() for form in _forms(value)]
    for form, name in sorted(forms, key=lambda each: -len(each[0])):
        text = text.replace(form, f"<secret {name}>")
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LENGTH]


def _says_nothing(value: Any) -> bool:
    """Whether a field is what it is where nothing is said; an empty text is one that was given."""
    return value is None or value is False or value in ({}, [], ())


def _forms(value: Any) -> set[str]:
    """The spellings of a secret, as they stand in JSON."""
    text = value if isinstance(value, str) else str(value)
    if not text:
        return set()
    return {msgspec.json.encode(form).decode()[1:-1] for form in spellings(text) if form}
