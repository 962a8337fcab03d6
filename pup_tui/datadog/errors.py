"""What Datadog says when it says no."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pup_tui.answers.things import at
from pup_tui.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from pup_tui.datadog.transport import Response

_MAX_TEXT = 500
_MAX_BEGINNING = 100
_ID_HEADERS = ("x-request-id", "dd-request-id", "x-datadog-request-id")
_ID = late_pattern(r"[\w.:/=+-]{1,128}", re.ASCII)


class DatadogError(Exception):
    """A request that Datadog refused, or that did not reach it.

    `status` is the HTTP status, None where there was no answer; `body` is the answer's body. `again_in` is in
    how many seconds a rate limit allows the request, None where that is not what speaks against it.
    `may_be_done` tells that what it was to change may be changed for all that. The text never holds the query
    string or a credential, and names the request as Datadog does, where it does.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        body: bytes = b"",
        again_in: float | None = None,
        *,
        may_be_done: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = body
        self.again_in = again_in
        self.may_be_done = may_be_done


def known_as(response: Response) -> str:
    """By what name Datadog knows the request, as the end of a sentence; empty where it does not say.

    Its support asks for that. It stands in a header, or in the body, its `meta`, or one of its errors.
    """
    document = response.json
    errors = at(document, "errors")
    told = [response.headers.get(name) for name in _ID_HEADERS]
    for place in [document, *(errors if isinstance(errors, list) else [])]:
        told += [at(place, "request_id"), at(place, "meta", "request_id")]
    known = (each for each in told if isinstance(each, str) and _ID.fullmatch(each))
    return next((f" (request {each})" for each in known), "")


def refusal(response: Response, clean: Callable[[str], str] = str) -> str:
    """What the body of an error answer says, on one line; empty where it says nothing.

    Datadog has several shapes: `errors` as texts (v1), as objects (newer v2) and as a map by id
    (SLOs), `error` as one text, and JSON under text/plain. So the content type is not believed.
    It is `clean` before it is cut: what is left of a secret could not be found any more.
    """
    document = response.json
    if isinstance(document, dict):
        found = document.get("errors") or document.get("error") or document.get("message")
        texts = _texts(found)
    elif document is None and response.content_type not in {"text/html", "image/png"}:
        texts = [response.text]
    else:
        texts = []
    return _line("; ".join(" ".join(text.split()) for text in texts if text.strip()), clean)


def beginning(response: Response, clean: Callable[[str], str] = str) -> str:
    """How the body of an answer begins, on one line, behind what it is said to be."""
    named = f"{response.content_type}, " if response.content_type else ""
    return named + _line(" ".join(response.text.split()), clean, _MAX_BEGINNING)


def _line(text: str, clean: Callable[[str], str], most: int = _MAX_TEXT) -> str:
    line = clean(text)
    return line if len(line) <= most else line[: most - 1] + "…"


def _texts(found: Any) -> list[str]:
    if isinstance(found, str):
        return [found]
    if isinstance(found, list):
        return [text for entry in found for text in _entry(entry)]
    if isinstance(found, dict):
        return [f"{key}: {text}" for key, entry in found.items() for text in _entry(entry)]
    return []


def _entry(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    if isinstance(entry, list):
        return [inner for inner in entry if isinstance(inner, str)]
    if isinstance(entry, dict):
        parts = [entry.get("title") or entry.get("code"), entry.get("detail")]
        return [": ".join(str(part) for part in parts if part)]
    return []
