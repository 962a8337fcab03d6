"""Requests as endpoints see them, answers and Datadog's errors as they give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pup_tui.datadog.sandbox import search

JSON = "application/json"
JSON_API = "application/vnd.api+json"

Document = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True)
class ApiResponse:
    """An answer; a `body` of None is sent as no bytes at all."""

    body: Any = None
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """A refusal. `errors` holds plain sentences (v1, older v2) or JSON:API objects (newer v2)."""

    def __init__(
        self, status: int, errors: Sequence[str | Document], content_type: str = JSON
    ) -> None:
        super().__init__(status, errors)
        self.response = ApiResponse({"errors": list(errors)}, status, content_type)


def bad_request(message: str) -> ApiError:
    """400 in the style of v1 and older v2 endpoints."""
    return ApiError(400, [message])


def not_found(message: str) -> ApiError:
    """404 in the style of v1 and older v2 endpoints."""
    return ApiError(404, [message])


def json_api_error(status: int, title: str, detail: str) -> ApiError:
    """An error in the style of newer v2 endpoints."""
    return ApiError(status, [{"status": str(status), "title": title, "detail": detail}], JSON_API)


@dataclass(frozen=True)
class ApiRequest:
    """One call: `params` come from the path, `query` holds the last value of each name."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    def integer(
        self, name: str, default: int | None = None, *, low: int = 0, high: int | None = None
    ) -> int:
        """A whole number from the query; without a default it must be there."""
        text = self.query.get(name)
        if text is None or text == "":
            if default is None:
                raise bad_request(f"The parameter '{name}' is required")
            return default
        try:
            number = int(text)
        except ValueError:
            raise bad_request(f"The value provided for parameter '{name}' is invalid") from None
        if number < low or (high is not None and number > high):
            raise bad_request(f"The value provided for parameter '{name}' is invalid")
        return number

    def boolean(self, name: str) -> bool | None:
        """A flag from the query, None when it is not there."""
        text = self.query.get(name)
        if text is None:
            return None
        if text.lower() not in ("true", "false"):
            raise bad_request(f"The value provided for parameter '{name}' is invalid")
        return text.lower() == "true"

    def words(self, name: str) -> list[str]:
        """A comma-separated list from the query."""
        return [word.strip() for word in self.query.get(name, "").split(",") if word.strip()]

    def search(self, name: str) -> search.Matcher:
        """A search from the query; without one everything matches."""
        try:
            return search.parse(self.query.get(name, ""))
        except search.QuerySyntaxError as error:
            raise bad_request(f"Invalid query: {error}") from None

    def document(self) -> Document:
        """The body, which must be a JSON object."""
        if not isinstance(self.body, dict):
            raise bad_request("Invalid payload: the body must be a JSON object")
        return self.body


def page_of(items: Sequence[Any], offset: int, size: int) -> list[Any]:
    """One page of a list."""
    return list(items[offset : offset + size])


def counted(values: Iterable[Any]) -> list[Document]:
    """How often each value is there, the most frequent one first."""
    return [{"name": name, "count": times} for name, times in Counter(values).most_common()]


def attributes_of(document: Document, kind: str, fail: Any = bad_request) -> Document:
    """`data.attributes` of a JSON:API body whose `data.type` must be `kind`."""
    data = document.get("data")
    if not isinstance(data, dict):
        raise fail("Invalid payload: 'data' is a required property")
    if data.get("type") != kind:
        raise fail(f'API input validation failed: Invalid type. Expected "{kind}".')
    attributes = data.get("attributes")
    if not isinstance(attributes, dict):
        raise fail("Invalid payload: 'attributes' is a required property")
    return attributes
